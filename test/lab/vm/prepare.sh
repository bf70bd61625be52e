#!/bin/sh
# Makes ready what the virtual machine boots: prepare.sh CACHE. The kernel is Debian's own, taken
# out of its package without installing it; the initial file system holds a static busybox and the
# modules that reach the host's file tree. Prints KERNEL, INITRD and MODULES, one per line.
set -e
cache=$1
here=$(dirname "$(readlink -f "$0")")
PATH=$PATH:/usr/sbin:/sbin

# What is missing is said, not installed: that is for the owner of the machine to decide.
missing=
need() {
	command -v "$1" >/dev/null 2>&1 || missing="$missing $2"
}
if [ "$(uname -m)" != x86_64 ]; then
	echo "The virtual machine runs the programs of this machine, and it is made for x86_64." >&2
	exit 3
fi
need qemu-system-x86_64 qemu-system-x86
need busybox busybox-static
need modprobe kmod
need cpio cpio
need ip iproute2
need setpriv util-linux
need ipvsadm ipvsadm
need ping iputils-ping
need arping iputils-arping
if [ -z "$missing" ] && ldd "$(command -v busybox)" >/dev/null 2>&1; then
	missing=" busybox-static"
fi
if [ -n "$missing" ]; then
	echo "The virtual machine needs packages that are not installed here. As root:" >&2
	echo "  apt-get update && apt-get install -y --no-install-recommends$missing" >&2
	exit 3
fi

mkdir -p "$cache"
exec 9>"$cache/lock"
flock 9

if [ ! -e "$cache/kernel/complete" ]; then
	package=$(apt-cache show linux-image-amd64 2>/dev/null |
		sed -n 's/^Depends: \(linux-image-[^ ,]*\).*/\1/p' | head -n 1)
	if [ -z "$package" ]; then
		echo "No kernel package is known here. As root: apt-get update" >&2
		exit 3
	fi
	echo "fetching $package (70 MB, once)" >&2
	rm -rf "$cache/kernel" "$cache/download"
	mkdir "$cache/kernel" "$cache/download"
	chmod 777 "$cache/download"
	(cd "$cache/download" && apt-get -qq download "$package") >&2
	# About a tenth of the package; depmod reports what it does not find, so only these.
	dpkg --fsys-tarfile "$cache"/download/*.deb | tar -x -C "$cache/kernel" --wildcards \
		'./boot/vmlinuz-*' './lib/modules/*/modules.*' \
		'./lib/modules/*/kernel/net/*' './lib/modules/*/kernel/lib/*' \
		'./lib/modules/*/kernel/crypto/*' './lib/modules/*/kernel/arch/x86/crypto/*' \
		'./lib/modules/*/kernel/fs/9p/*' './lib/modules/*/kernel/fs/netfs/*' \
		'./lib/modules/*/kernel/fs/fscache/*' './lib/modules/*/kernel/fs/overlayfs/*' \
		'./lib/modules/*/kernel/drivers/virtio/*' \
		'./lib/modules/*/kernel/drivers/char/virtio_console.ko' \
		'./lib/modules/*/kernel/drivers/watchdog/softdog.ko' \
		'./lib/modules/*/kernel/drivers/watchdog/watchdog.ko' \
		'./lib/modules/*/kernel/drivers/net/[dtvmn]*.ko'
	rm -rf "$cache/download"
	depmod -b "$cache/kernel" "$(ls "$cache/kernel/lib/modules")"
	: >"$cache/kernel/complete"
	rm -f "$cache/initrd"
fi
version=$(ls "$cache/kernel/lib/modules")

# shellcheck disable=SC3013 # dash, bash and busybox know -nt
if [ ! -e "$cache/initrd" ] || [ "$here/init.sh" -nt "$cache/initrd" ]; then
	tree=$(mktemp -d)
	trap 'rm -rf "$tree"' EXIT
	mkdir "$tree/bin" "$tree/proc" "$tree/sys" "$tree/dev" "$tree/modules" "$tree/lower" \
		"$tree/memory" "$tree/root"
	cp "$(command -v busybox)" "$tree/bin/busybox"
	ln -s busybox "$tree/bin/sh"
	for module in virtio_pci 9pnet_virtio 9p overlay virtio_console; do
		modprobe -d "$cache/kernel" -S "$version" --show-depends "$module"
	done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' | while read -r file; do
		cp "$file" "$tree/modules/"
		basename "$file" >>"$tree/modules/order"
	done
	cp "$here/init.sh" "$tree/init"
	chmod 755 "$tree/init"
	(cd "$tree" && find . | cpio -o -H newc --quiet | gzip -1) >"$cache/initrd.new"
	mv "$cache/initrd.new" "$cache/initrd"
fi

echo "$cache/kernel/boot/vmlinuz-$version"
echo "$cache/initrd"
echo "$cache/kernel/lib/modules"
