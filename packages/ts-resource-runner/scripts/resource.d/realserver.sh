# The two roles of a node that is director and real server by turns: as a real server it has the
# virtual address on tunl0 and keeps silent about it in ARP. Sourced by lvs and tunl.
# shellcheck shell=sh disable=SC2034

case $0 in */*) here=${0%/*} ;; *) here=. ;; esac
: "${HA_DIR:=/etc/ha.d}"
[ -r "${HA_FUNCS:=$HA_DIR/shellfuncs}" ] || HA_FUNCS=$here/../shellfuncs
export HA_DIR HA_FUNCS
# shellcheck source=../shellfuncs
. "$HA_FUNCS"

# Another tunnel end or proc, for a test.
: "${TUNNEL:=tunl0}" "${SYSCTL:=/proc/sys/net/ipv4}"

# vips NAME [ARGUMENT...]: sets VIP to the virtual addresses: the arguments, else VIP of
# /etc/sysconfig/NAME or /etc/default/NAME, else VIP as it is, else the addresses of the groups of
# haresources that have lvs or tunl in them.
vips() {
  for vip_file in "/etc/sysconfig/$1" "/etc/default/$1"; do
    # shellcheck source=/dev/null
    [ -r "$vip_file" ] && . "$vip_file"
  done
  shift
  [ $# -eq 0 ] || VIP=$*
  [ -n "$VIP" ] || vips_of_haresources
  if [ -z "$VIP" ]; then
    echo "No virtual address: give it as argument, as VIP in /etc/sysconfig, or in haresources" >&2
    ha_log "ERROR: $0: no virtual address configured"
    return 1
  fi
}

vips_of_haresources() {
  [ -r "$HA_DIR/haresources" ] || return
  vip_line='' vip_more='' vip_return=$(printf '\r')
  while read -r vip_part || [ -n "$vip_part" ]; do
    vip_part=${vip_part%"$vip_return"}
    vip_text=${vip_part%%#*}
    # Behind a comment a backslash counts on a continued line only.
    case ${vip_more:+$vip_part} in
      *\\) vip_more=yes ;;
      *) case $vip_text in *\\) vip_more=yes ;; *) vip_more='' ;; esac ;;
    esac
    vip_line=$vip_line${vip_text%\\}
    [ -z "$vip_more" ] || continue
    # shellcheck disable=SC2086
    vips_of_line $vip_line
    vip_line=''
  done <"$HA_DIR/haresources"
}

# vips_of_line NODE WORD...: adds the addresses of a group that has lvs or tunl in it; of this very
# group, if the resource manager says which it works on.
vips_of_line() {
  [ -z "$HA_GROUP_LOCK" ] || [ "$2" = "$HA_GROUP_LOCK" ] || return
  case " $* " in *' lvs '* | *' lvs::'* | *' tunl '* | *' tunl::'*) ;; *) return ;; esac
  shift
  for vip_word in "$@"; do
    case $vip_word in
      IPaddr::* | IPaddr2::*) vip_word=${vip_word#*::} ;;
      [0-9]*.[0-9]*.[0-9]*.[0-9]*) ;;
      *) continue ;;
    esac
    VIP="${VIP:+$VIP }${vip_word%%/*}"
  done
}

# set_kernel NAME VALUE: quiet where the kernel does not have it.
set_kernel() {
  [ -e "$SYSCTL/$1" ] && { echo "$2" >"$SYSCTL/$1"; } 2>/dev/null
}

# Patched kernels of old hide an address by `hidden`; others answer ARP only for addresses of the
# interface that was asked (arp_ignore 1), and never name the virtual address as sender
# (arp_announce 2).
hide() {
  if [ -e "$SYSCTL/conf/all/hidden" ]; then
    set_kernel conf/all/hidden 1
    set_kernel "conf/$TUNNEL/hidden" 1
    return
  fi
  for hide_where in all "$TUNNEL"; do
    set_kernel "conf/$hide_where/arp_ignore" 1
    set_kernel "conf/$hide_where/arp_announce" 2
  done
}

unhide() {
  if [ -e "$SYSCTL/conf/all/hidden" ]; then
    set_kernel conf/all/hidden 0
    return
  fi
  set_kernel conf/all/arp_ignore 0
  set_kernel conf/all/arp_announce 0
}

# What comes out of the tunnel has a client's address, to which the way leads by another interface:
# a strict reverse path check would drop it. The larger of `all` and this value counts.
accept_tunnel() {
  { read -r accept_all <"$SYSCTL/conf/all/rp_filter"; } 2>/dev/null || accept_all=1
  if [ "$accept_all" = 0 ]; then
    set_kernel "conf/$TUNNEL/rp_filter" 0
  else
    set_kernel "conf/$TUNNEL/rp_filter" 2
  fi
}

tunnel_addresses() {
  ip -o -4 addr show dev "$TUNNEL" 2>/dev/null
}

# on_tunnel VIP: does a working tunnel end have the address?
on_tunnel() {
  case $(ip -4 addr show dev "$TUNNEL" up 2>/dev/null) in *" inet $1"[\ /]*) ;; *) return 1 ;; esac
}

# become_real_server: the virtual addresses on the tunnel, silently. Fails if one cannot be had.
become_real_server() {
  # Silence comes first: not one ARP answer may leave.
  hide
  tunnel_exists || modprobe ipip 2>/dev/null
  become_rc=0
  # Mostly the addresses are not there, and one call puts them all; where it fails, step by step.
  become_all_at_once && become_rest && return
  for become_vip in $VIP; do
    case $(tunnel_addresses) in
      *" inet $become_vip"[\ /]*) ;;
      *)
        ip -4 addr add "$become_vip/32" broadcast "$become_vip" dev "$TUNNEL" || become_rc=1
        ;;
    esac
  done
  ip link set dev "$TUNNEL" up || become_rc=1
  become_rest
  return "$become_rc"
}

tunnel_exists() {
  [ -e "/proc/sys/net/ipv4/conf/$TUNNEL" ]
}

become_all_at_once() {
  {
    for become_vip in $VIP; do
      echo "addr add $become_vip/32 broadcast $become_vip dev $TUNNEL"
    done
    echo "link set dev $TUNNEL up"
  } | ip -4 -batch - >/dev/null 2>&1
}

# The settings of an interface may be lost while it is down.
become_rest() {
  hide
  accept_tunnel
  set_kernel ip_forward 1
  return 0
}

# leave_real_server: the virtual addresses off the tunnel, which goes down with the last of them.
leave_real_server() {
  leave_rc=0
  leave_left=
  while read -r _ _ _ leave_address _; do
    [ -n "$leave_address" ] || continue
    case " $VIP " in
      *" ${leave_address%%/*} "*)
        ip -4 addr del "$leave_address" dev "$TUNNEL" || leave_rc=1
        ;;
      *) leave_left=yes ;;
    esac
  done <<END
$(tunnel_addresses)
END
  if [ -z "$leave_left" ] && tunnel_exists; then
    ip link set dev "$TUNNEL" down || leave_rc=1
    unhide
  fi
  set_kernel ip_forward 1
  return "$leave_rc"
}
