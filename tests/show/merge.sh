# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2154 # run.sh sets the variables
# Several files as one.

# in_order FILE: its lines are sorted by time
in_order() {
	grep -v '^#' "$1" | cut -c 1-27 | sort -c
}

(host ring:two slowly 1) &
a=$!
(host json:two.json slowly 1) &
b=$!
sleep 0.5
kill -9 $a $b
wait 2>/dev/null
tool 0 'a ring and a JSON trace of two processes' show two."$a" two.json
check "$name: in the order of time" in_order out
for pid in $a $b; do
	[ "$("$tool" show --pid "$pid" two."$a" two.json | grep -c " $pid:")" -gt 100 ]
	result $? "$name: those of process $pid"
done
"$tool" show two."$a" two.json | grep -v '^#' | cut -d ' ' -f 2 | uniq | wc -l >out
[ "$(cat out)" -gt 50 ]
result $? "$name: they take turns ($(cat out) times)"
"$tool" show --format chrome two.json two."$a" |
	jq -e '[.traceEvents[] | select(.ph == "M")] | length == 2' >out
result $? "$name: Chrome knows both processes"

# A call that takes long ends after those that begin after it.
cat >late.json <<-'END'
	{"v":1,"seq":2,"time":"2026-11-23T10:00:02Z","pid":1,"tid":2,"fn":"C_GetInfo","rv":"CKR_OK","ns":5,"in":{},"out":{}}
	{"v":1,"seq":3,"time":"2026-11-23T10:00:03Z","pid":1,"tid":2,"fn":"C_GetInfo","rv":"CKR_OK","ns":5,"in":{},"out":{}}
	{"v":1,"seq":1,"time":"2026-11-23T10:00:01Z","pid":1,"tid":1,"fn":"C_Login","rv":"CKR_OK","ns":3000000000,"in":{},"out":{}}
	{"v":1,"seq":5,"time":"2026-11-23T10:00:06Z","pid":1,"tid":1,"fn":"C_GetInfo","rv":"CKR_OK","ns":5,"in":{},"out":{}}
	{"v":1,"seq":4,"time":"2026-11-23T10:00:05Z","pid":1,"tid":3,"fn":"C_GenerateKey","state":"entered","in":{}}
END
tool 0 'a call that takes long' show late.json
[ "$(sed 's/.* #\([0-9]\) .*/\1/' out | tr -d '\n')" = 12354 ]
result $? "$name: comes before those that began later; what never returned is last"

# Two sessions at once: what is known of handles is known of those of one process.
session ring:pair
session ring:pair
# shellcheck disable=SC2046 # two names
"$tool" show $(echo pair.*) | same_for_all | sort >out
for file in pair.*; do "$tool" show "$file"; done | same_for_all | sort >err
check 'handles of two processes are not taken for another' diff out err
