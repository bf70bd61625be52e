#!/bin/sh
# Stands for ipvsadm where the kernel has no IPVS: keeps the table that it is told in a file, and
# prints it as ipvsadm -Ln or -Sn does. Takes the short options that the tutorial, ldirectord and
# the resource scripts use; a change that the kernel would refuse is refused.
table=/run/recorder.ipvs
roles=/run/recorder.ipvssync
[ -e $table ] || : >$table
exec 9<$table
flock 9

# The roles of the synchronisation, as `ipvsadm -L --daemon` prints them.
case "$1 $2" in
--start-daemon*) echo "$2 sync daemon (mcast=$4, syncid=${6:-0})" >>$roles && exit ;;
--stop-daemon*) sed -i "/^$2 /d" $roles && exit ;;
"-L --daemon") [ ! -e $roles ] || cat $roles && exit ;;
esac

case " $* " in
*" -S "* | *" -Sn "* | *" --save "*) exec cat $table ;;
*" -R "* | *" --restore "*) ;;
*" -L"* | *" -l "* | *" --list "*)
	awk '
	BEGIN {
		print "IP Virtual Server version 1.2.1 (size=4096)"
		print "Prot LocalAddress:Port Scheduler Flags"
		print "  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn"
		split("-i Tunnel -g Route -m Masq", words, " ")
		for (i = 1; i < 6; i += 2) forward[words[i]] = words[i + 1]
	}
	$1 == "-A" { printf "%s  %s %s\n", $2 == "-t" ? "TCP" : "UDP", $3, $5 }
	$1 == "-a" { printf "  -> %-28s %-7s %-6s %-10s %s\n", $5, forward[$6], $8, 0, 0 }
	' $table
	exit
	;;
*) set -- "$*" ;;
esac

# Each change is a line; the table has the form of ipvsadm -Sn.
if [ "$1" = -R ] || [ "$1" = --restore ]; then cat; else echo "$1"; fi | awk -v table=$table '
function fail(text) {
	print text >"/dev/stderr"
	status = 1
}
BEGIN {
	while ((getline line <table) > 0) {
		split(line, word, " ")
		if (word[1] == "-A") {
			service = word[2] " " word[3]
			order[++services] = service
			scheduler[service] = word[5]
		} else {
			servers[service]++
			server[service, servers[service]] = word[5]
			how[service, word[5]] = word[6]
			weight[service, word[5]] = word[8]
		}
	}
	close(table)
}
{
	verb = kind = address = sched = real = ""
	forward = "-g"
	load = 1
	for (i = 1; i <= NF; i++) {
		if ($i ~ /^-[AEDCaed]$/) verb = $i
		else if ($i == "-t" || $i == "-u") { kind = $i; address = $(++i) }
		else if ($i == "-s") sched = $(++i)
		else if ($i == "-r") real = $(++i)
		else if ($i == "-w") load = $(++i)
		else if ($i ~ /^-[gim]$/) forward = $i
	}
	key = kind " " address
	if (verb == "-C") {
		services = 0
		split("", scheduler)
		split("", servers)
		split("", how)
	} else if (verb == "-A") {
		if (key in scheduler) fail("Service already exists")
		else { order[++services] = key; scheduler[key] = sched == "" ? "wlc" : sched; servers[key] = 0 }
	} else if (!(key in scheduler)) fail("Service not defined")
	else if (verb == "-E") scheduler[key] = sched
	else if (verb == "-D") {
		delete scheduler[key]
		for (i = 1; i <= servers[key]; i++) delete how[key, server[key, i]]
		servers[key] = 0
	} else if (verb == "-a") {
		if ((key, real) in how) fail("Destination already exists")
		else { server[key, ++servers[key]] = real; how[key, real] = forward; weight[key, real] = load }
	} else if (!((key, real) in how)) fail("No such destination")
	else if (verb == "-e") { how[key, real] = forward; weight[key, real] = load }
	else if (verb == "-d") delete how[key, real]
}
END {
	printf "" >table
	for (s = 1; s <= services; s++) {
		key = order[s]
		if (!(key in scheduler) || key in done) continue
		done[key] = 1
		print "-A", key, "-s", scheduler[key] >table
		split("", seen)
		for (i = 1; i <= servers[key]; i++) {
			real = server[key, i]
			if (!((key, real) in how) || real in seen) continue
			seen[real] = 1
			print "-a", key, "-r", real, how[key, real], "-w", weight[key, real] >table
		}
	}
	exit status
}'
