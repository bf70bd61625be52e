# What IPaddr, IPaddr2, SendArp and others share: argument grammar, addresses of this machine,
# gratuitous ARP. Sourced by them; not a resource script itself.
# shellcheck shell=sh disable=SC2034

case $0 in */*) address_here=${0%/*} ;; *) address_here=. ;; esac
[ -r "$address_here/answer.sh" ] || address_here=${HA_RESOURCEDIR:-${HA_DIR:-/etc/ha.d}/resource.d}
# shellcheck source=answer.sh
. "$address_here/answer.sh"

# --- arguments -------------------------------------------------------------------------------

# parse ip[/netmask[/nic[:label][/broadcast]]], or a broadcast in place of the nic: sets ip, bits,
# nic, label, broadcast. Doubled slashes count as one.
parse() {
  bits='' nic='' label='' broadcast=''
  ip=${1%%/*}
  rest=${1#"$ip"}
  next_part && bits=$part
  next_part || return 0
  case $part in
    [0-9]*) broadcast=$part ;;
    *)
      nic=${part%%:*}
      label=${part#"$nic"}
      label=${label#:}
      next_part && broadcast=$part
      ;;
  esac
  return 0
}

next_part() {
  while [ "${rest#/}" != "$rest" ]; do rest=${rest#/}; done
  part=${rest%%/*}
  rest=${rest#"$part"}
  [ -n "$part" ]
}

# is_ip TEXT: four numbers up to 255.
is_ip() {
  case $1 in *[!0-9.]* | *..* | .* | *. | '') return 1 ;; esac
  ip_rest=$1. ip_count=0
  while [ -n "$ip_rest" ]; do
    ip_part=${ip_rest%%.*}
    ip_rest=${ip_rest#*.}
    [ "${#ip_part}" -le 3 ] && [ "$ip_part" -le 255 ] || return 1
    ip_count=$((ip_count + 1))
  done
  [ "$ip_count" -eq 4 ]
}

# number IP: sets number to the address as one integer.
number() {
  number=0 ip_rest=$1.
  while [ -n "$ip_rest" ]; do
    # A leading zero would make it octal.
    ip_part=${ip_rest%%.*}
    while [ "${ip_part#0}" != "$ip_part" ] && [ "$ip_part" != 0 ]; do ip_part=${ip_part#0}; done
    number=$((number * 256 + ip_part))
    ip_rest=${ip_rest#*.}
  done
}

# dotted NUMBER: sets dotted.
dotted() {
  dotted=$(($1 >> 24 & 255)).$(($1 >> 16 & 255)).$(($1 >> 8 & 255)).$(($1 & 255))
}

# check_netmask: turns a dotted netmask into bits; fails where bits is neither.
check_netmask() {
  case $bits in
    *.*.*.*)
      is_ip "$bits" || return 1
      number "$bits"
      count=0
      while [ $((number >> (31 - count) & 1)) -eq 1 ]; do
        count=$((count + 1))
        [ "$count" -lt 32 ] || break
      done
      [ $((number & ((1 << (32 - count)) - 1))) -eq 0 ] || return 1
      bits=$count
      echo "Converted dotted-quad netmask to CIDR as: $bits" >&2
      ;;
    '' | *[!0-9]*) return 1 ;;
  esac
  [ "${#bits}" -le 2 ] && [ "$bits" -ge 1 ] && [ "$bits" -le 32 ]
}

# network_broadcast: sets broadcast to the last address of ip/bits.
network_broadcast() {
  number "$ip"
  dotted $((number | ((1 << (32 - bits)) - 1)))
  broadcast=$dotted
}

# --- this machine ----------------------------------------------------------------------------

# look: sets addresses to all IPv4 addresses, one a line (`2: eth0 inet 10.0.0.1/24 brd ...`).
look() {
  addresses=$(ip -o -4 addr show 2>/dev/null)
}

# find_address [NIC]: is ip on that interface, or on any but the loopback and tunnel ends of a real
# server? Sets on (interface), on_bits; collects labels in use and, in hidden, the interface of a
# loopback or tunnel that has it.
find_address() {
  on='' on_bits='' labels=' ' elsewhere='' hidden='' hidden_bits=''
  # Not `read`, which asks the kernel for each letter.
  at_left=$addresses
  while [ -n "$at_left" ]; do
    at_line=${at_left%%"$newline"*}
    at_left=${at_left#"$at_line"}
    at_left=${at_left#"$newline"}
    at_line=${at_line#*: }
    at_dev=${at_line%% *}
    at_line=${at_line#* inet }
    at_cidr=${at_line%% *}
    at_label=${at_line%%\\*}
    at_label=${at_label##* }
    labels="$labels$at_label "
    case $at_cidr in "$ip" | "$ip"/*) ;; *) continue ;; esac
    at_bits=${at_cidr#*/}
    if [ "$at_dev" = "$1" ]; then
      on=$at_dev on_bits=$at_bits
      continue
    fi
    case $at_dev in
      lo* | tunl*) hidden=$at_dev hidden_bits=$at_bits ;;
      *)
        elsewhere=$at_dev
        [ -n "$1" ] || { on=$at_dev on_bits=$at_bits; }
        ;;
    esac
  done
}

# find_route: sets route_nic and route_bits from the routing table: the narrowest network that holds
# ip, of the given nic if there is one; without any, the default route, with no route_bits.
find_route() {
  route_nic='' route_bits=-1 default_nic=''
  while read -r route_to route_rest; do
    route_dev=${route_rest#*dev }
    route_dev=${route_dev%% *}
    [ -z "$nic" ] || [ "$route_dev" = "$nic" ] || continue
    case $route_to in
      default) default_nic=${default_nic:-$route_dev} ;;
      */*)
        # A network behind a gateway is not ours to have an address in.
        case $route_rest in via\ * | *\ via\ *) continue ;; esac
        [ "${route_to#*/}" -gt "$route_bits" ] || continue
        route_nic=$route_dev route_bits=${route_to#*/}
        ;;
    esac
  done <<END
$(ip -o -4 route list match "$ip" 2>/dev/null)
END
  if [ -z "$route_nic" ]; then
    route_nic=$default_nic route_bits=''
  fi
  [ -n "$route_nic" ]
}

# keep_secondaries NIC: the kernel would take further addresses of the same network along with the
# first one of it, among them those of other groups.
keep_secondaries() {
  { echo 1 >"/proc/sys/net/ipv4/conf/$1/promote_secondaries"; } 2>/dev/null
}

# bring_up NIC: only where it is not up: the kernel says so more quickly than a program.
bring_up() {
  { read -r up_flags <"/sys/class/net/$1/flags"; } 2>/dev/null || up_flags=0
  [ $((up_flags & 1)) -eq 1 ] || ip link set dev "$1" up
}

# --- gratuitous ARP --------------------------------------------------------------------------

# arp_settings INTERVAL REPEAT: the defaults, and what conf/arp_config and conf/arp_config:NIC say.
arp_settings() {
  : "${ARP_INTERVAL_MS:=$1}" "${ARP_REPEAT:=$2}" "${ARP_BACKGROUND:=yes}"
  for arp_file in "$HA_CONFDIR/arp_config" "$HA_CONFDIR/arp_config:$nic"; do
    # shellcheck source=/dev/null
    [ -r "$arp_file" ] && . "$arp_file"
  done
  arp_pid=$HA_RSCTMP/send_arp-$ip
}

# arp_at_once: the first packet of an announcement, before anything else is thought of; arp_start
# then sends the others.
arp_first=
arp_at_once() {
  case $nic in lo*) return 0 ;; esac
  arping -q -U -c 1 -w 1 -I "$nic" "$ip" </dev/null >/dev/null 2>&1 &
  arp_first=yes
}

# arp_send: ARP_REPEAT times a request and, half an interval later, a reply. Each arping sends one
# packet at once and is not waited for, since it stays a second for answers nobody gives.
arp_send() {
  arp_left=$((ARP_REPEAT * 2))
  arp_pause=$((ARP_INTERVAL_MS / 2))
  arp_seconds=$((arp_pause / 1000))
  # Three digits without a program that prints them.
  arp_pause=$((1000 + arp_pause % 1000))
  arp_pause=$arp_seconds.${arp_pause#1}
  while :; do
    if [ $((arp_left % 2)) -eq 0 ]; then arp_kind=-U; else arp_kind=-A; fi
    if [ -z "$arp_first" ]; then
      arping -q "$arp_kind" -c 1 -w 1 -I "$nic" "$ip" &
    fi
    arp_first=
    arp_left=$((arp_left - 1))
    [ "$arp_left" -gt 0 ] || break
    sleep "$arp_pause"
  done
  rm -f "$arp_pid"
}

# arp_start: announces ip on nic, unless ARP_BACKGROUND is no in the background.
arp_start() {
  arp_stop
  case $nic in lo*) return 0 ;; esac
  if ! command -v arping >/dev/null 2>&1; then
    ha_log "ERROR: arping is missing: $ip is not announced (package iputils, iputils-arping)"
    return 1
  fi
  [ -d "$HA_RSCTMP" ] || mkdir -p "$HA_RSCTMP"
  if [ "$ARP_BACKGROUND" = no ]; then
    arp_send
    return
  fi
  # By exec: a redirection of the function alone keeps a copy of the output, and with it the caller.
  (
    exec </dev/null >/dev/null 2>&1
    arp_send
  ) &
  process_start $! && echo "$! $started" >"$arp_pid"
}

# arp_stop: ends an announcement under way.
arp_stop() {
  [ -f "$arp_pid" ] || return 0
  { read -r arp_process arp_started <"$arp_pid"; } 2>/dev/null || return 0
  rm -f "$arp_pid"
  process_start "$arp_process" && [ "$started" = "$arp_started" ] || return 0
  kill "$arp_process" 2>/dev/null
}
