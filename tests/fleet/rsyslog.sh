#!/bin/sh
# SPDX-License-Identifier: MIT
# docs/FLEET.md for real: a node and a collector, two rsyslogd of our own with the configuration that the
# document has, and pkcs11-tool through the lens in front of them. Every record has to come out whole.
# usage: rsyslog.sh BUILD
way=rsyslog
# shellcheck source=tests/fleet/lib.sh
. "$(dirname "$0")/lib.sh"

# A block of the document: ```text NAME
block() {
	awk -v name="$1" '/^```/ { inside = !inside && $0 == "```text " name; next } inside' "$root/docs/FLEET.md"
}

# What a daemon needs to be one among others, and what the document says about the size.
private() {
	block rsyslog-first | sed "s|^global(|global(workDirectory=\"$tmp/$1.work\" |"
	mkdir "$tmp/$1.work"
}

collector_conf() {
	private collector
	block rsyslog-collector | sed -e "s|port=\"10514\"|address=\"127.0.0.1\" port=\"0\" listenPortFileName=\"$tmp/port\"|" \
		-e "s|/var/log/remote/pkcs11.json|$tmp/collected|"
}

node_conf() {
	private node
	echo 'module(load="imuxsock" SysSock.Use="off")'
	echo "input(type=\"imuxsock\" Socket=\"$tmp/log\")"
	block rsyslog-node | sed -e "s|target=\"[^\"]*\" port=\"[0-9]*\"|target=\"127.0.0.1\" port=\"$(cat "$tmp/port")\"|" \
		-e "s|/var/log/pkcs11|$tmp/files|"
}

# start NAME: in the foreground of its own, so that it ends with this script
start() {
	rsyslogd -n -f "$tmp/$1.conf" -i "$tmp/$1.pid" >"$tmp/$1.said" 2>&1 &
	daemons="$daemons $!"
}

count() {
	[ "$(jq -c 'select(.record | has("fn"))' "$tmp/collected" | wc -l)" -ge "$1" ]
}

# What came out for good, one record a line as the lens wrote it, sorted
collected() {
	jq -c .record "$tmp/collected" | sort
}

fleet_begin rsyslogd
collector_conf >"$tmp/collector.conf"
start collector
await 20 test -s "$tmp/port"
result $? 'the collector starts' "$tmp/collector.said"
node_conf >"$tmp/node.conf"
for name in collector node; do
	rsyslogd -N1 -f "$tmp/$name.conf" >"$tmp/check" 2>&1
	result $? "the configuration of the $name is right" "$tmp/check"
done
start node
await 20 test -S "$tmp/log"
result $? 'the node starts' "$tmp/node.said"

fleet_want
await 20 count "$want"
result $? "its $want calls are at the collector" "$tmp/collected"
jq -c . "$tmp"/files/*.json | sort >"$tmp/written"
collected >"$tmp/came" 2>"$tmp/why"
cmp "$tmp/written" "$tmp/came" >>"$tmp/why" 2>&1
result $? 'they are what was written' "$tmp/why"

session "json:syslog:$tmp/log"
result $? 'a session with the log' "$tmp/said"
await 20 count $((2 * want))
result $? "its $want calls are there as well" "$tmp/collected"
jq -e '.host != "" and (.record | type == "object")' "$tmp/collected" >"$tmp/why" 2>&1
result $? 'every line is whole and names its machine' "$tmp/why"
jq -c .record "$tmp/collected" | "$tool" show - >"$tmp/shown" 2>"$tmp/why"
[ ! -s "$tmp/why" ] && [ "$(grep -c '"a \\"quoted\\" label with ümläuts"' "$tmp/shown")" -ge 2 ]
result $? 'pkcs11-lens shows them' "$tmp/why"
grep -q 'pPin=<4 bytes' "$tmp/shown" && ! grep -q '"1234"' "$tmp/collected"
result $? 'the PIN is not in them' "$tmp/shown"
fleet_end
