# What all resource scripts share: their environment, texts and exit codes. Sourced by them; not a
# resource script itself.
# shellcheck shell=sh disable=SC2034

# Scripts read what programs print.
unset LANG LANGUAGE
LC_ALL=C
export LC_ALL

case $0 in */*) answer_here=${0%/*} ;; *) answer_here=. ;; esac
: "${HA_DIR:=/etc/ha.d}"
[ -r "${HA_FUNCS:=$HA_DIR/shellfuncs}" ] || HA_FUNCS=$answer_here/../shellfuncs
export HA_DIR HA_FUNCS
# shellcheck source=../shellfuncs
. "$HA_FUNCS"

newline='
'

# --- texts -----------------------------------------------------------------------------------

# note TEXT: a line for the log. While a group moves it is written in the background, for nobody
# shall wait for an address because of a log: by write_notes, all lines in their order.
notes=
note() {
  if [ -n "$HA_GROUP_LOCK" ]; then
    notes="$notes$*$newline"
  else
    ha_log "$*"
  fi
}

write_notes() {
  [ -n "$notes" ] || return 0
  (
    exec </dev/null >/dev/null 2>&1
    while [ -n "$notes" ]; do
      write_note "${notes%%"$newline"*}"
      notes=${notes#*"$newline"}
    done
  ) &
  notes=
}

# write_note TEXT: the runner gives the date with it, so that files need no program; somebody else's
# shellfuncs do not know of that.
write_note() {
  if [ -n "$HA_RUNNER_STAMP" ] && [ "$HA_LOGD" != yes ] && command -v __ha_files; then
    set_logtag
    __ha_now=$HA_RUNNER_STAMP
    __ha_files "$1"
    __ha_syslog notice "$1"
  else
    ha_log "$1"
  fi
}

say() {
  note "$*"
  write_notes
  echo "$*"
}

# answer CODE VERB: the closing line, in the genuine words; returns CODE.
answer() {
  case $1 in
    0)
      case $2 in
        status | monitor) say "INFO:  Running OK" ;;
        *) say "INFO:  Success" ;;
      esac
      ;;
    1) say "ERROR:  Generic error" ;;
    2) say "ERROR:  Illegal argument" ;;
    3) say "ERROR:  Function unimplemented" ;;
    4) say "ERROR:  User had insufficient privilege" ;;
    5) say "ERROR:  Program is not installed" ;;
    6) say "ERROR:  Program is not configured" ;;
    7) say "INFO:  Resource is stopped" ;;
    *)
      say "ERROR:  Unknown error: $1"
      return 1
      ;;
  esac
  return "$1"
}

# finish CODE VERB: the closing line and the end.
finish() {
  answer "$1" "$2"
  exit
}

# refuse_verb VERB: it is none that a script knows.
refuse_verb() {
  if [ -z "$1" ]; then
    say "ERROR: No action specfied."
  else
    say "ERROR: Unknown operation: $1"
  fi
  usage
  exit 1
}

# perform VERB: runs start, stop or status, which the script defines and which return 0, 7 for what
# is stopped, or what is wrong.
perform() {
  case $1 in
    start) start ;;
    stop) stop ;;
    status | monitor) status ;;
    usage | help) usage ;;
    *) refuse_verb "$1" ;;
  esac
  finish $? "$1"
}

# complain TEXT: an error for the log and for whoever called by hand.
complain() {
  echo "$*" >&2
  ha_log "ERROR: $*"
}

# remember NAME, forget NAME, remembers NAME: whether something was started that cannot be asked.
remember() {
  [ -d "$HA_RSCTMP" ] || mkdir -p "$HA_RSCTMP"
  ha_pseudo_resource "$1" start
}

forget() {
  ha_pseudo_resource "$1" stop
}

remembers() {
  ha_pseudo_resource "$1" status
}

# has PROGRAM: can it be run?
has() {
  command -v "$1" >/dev/null 2>&1
}

# plain TEXT: sets plain to it with everything that may not stand in the name of a file as `_`.
plain() {
  plain=$(printf '%.150s' "$1" | tr -c 'A-Za-z0-9_.-' _)
}

# process_start PID: sets started, which with the pid names one process; fails when it is gone.
process_start() {
  started=''
  { read -r process_stat <"/proc/$1/stat"; } 2>/dev/null || return 1
  # shellcheck disable=SC2086
  set -- ${process_stat##*) }
  shift 19
  started=$1
}

# What a usage ends with.
LEGAL_ACTIONS='(start|stop|status|usage|meta-data)'
