# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2154 # run.sh sets the variables
# What a process leaves that dies.

(host ring:crashed crash) 2>/dev/null
tool 0 'a crash in the vendor' show "$(echo crashed.*)"
silent
tail -n 1 out | grep -q ' C_GetTokenInfo(slotID=0x11) \.\.\.$'
result $? "$name: the call that crashed is last"
[ "$(grep -c ' C_GetSlotInfo(.*) = CKR_OK' out)" -eq 5 ]
result $? "$name: those before it have returned"
"$tool" show --format chrome crashed.* | jq -e '.traceEvents[-1] | .ph == "B" and .name == "C_GetTokenInfo" and (has("dur") | not)' >out
result $? "$name: Chrome sees where it begins"
"$tool" show --format json crashed.* | tail -n 1 | jq -e '.state == "entered" and .fn == "C_GetTokenInfo"' >out
result $? "$name: JSON says that it was entered"
tool 0 'it counts as unfinished' stats "$(echo crashed.*)"
says '# calls that had not returned: 1'
tool 0 'it is among the failures' show --only failures "$(echo crashed.*)"
says 'C_GetTokenInfo(slotID=0x11) ...'

(host json:crashed.json,entry=yes crash) 2>/dev/null
tool 0 'a crash, with a JSON trace that has entries' show crashed.json
tail -n 1 out | grep -q ' C_GetTokenInfo(slotID=0x11) \.\.\.$' && [ "$(grep -c ' \.\.\.$' out)" -eq 1 ]
result $? "$name: the call that crashed is last"

(host ring:hung hang)
tool 0 'a call that hangs' show "$(echo hung.*)"
tail -n 1 out | grep -q ' C_WaitForSlotEvent(.*) \.\.\.$'
result $? "$name: is last, though others began later"

# kill -9 while four threads call: what has returned is there.
(host ring:killed,size=64M threads killed.progress) &
killed=$!
sleep 0.7
kill -9 $killed
wait 2>/dev/null
"$tool" show killed.$killed >killed.text 2>err
result $? 'a process that was killed under load'
od -An -v -t u8 -w8 killed.progress >killed.returned
# Of each thread: the first and the last of its calls that are there, and how many there are.
there() {
	sed -n 's/.* C_GetSlotInfo(slotID=\(0x[0-9a-f]*\)[,)].* = CKR_.*/\1/p' killed.text |
		awk 'BEGIN { for (i = 0; i < 16; i++) value[sprintf("%x", i)] = i }
		{ n = 0; for (i = 3; i <= length($1); i++) n = n * 16 + value[substr($1, i, 1)]; print n }' |
		awk '{ t = int($1 / 100000000); n = $1 % 100000000
			if (!(t in low) || n < low[t]) low[t] = n
			if (n > high[t]) high[t] = n
			count[t]++ }
		END { for (t = 0; t < 4; t++) print t, low[t], high[t], count[t] }'
}
there >killed.threads
paste -d ' ' killed.threads killed.returned | awk '
	$4 < 1000 || $3 < $5 || $3 - $2 + 1 != $4 { bad = 1 }
	{ calls += $4 }
	END { print calls " calls"; exit bad || NR != 4 }' >out
result $? "every call that had returned is there ($(cat out))"
