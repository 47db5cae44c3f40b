# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2154 # run.sh sets the variables
# JSON traces with something wrong in them.

(host json:part.json calls 4)
head -c -20 part.json >torn.json
tool 0 'JSON with a torn last line' show torn.json
errs 'torn.json: 1 of 8 lines are passed over; the first is line 8: no valid JSON'
[ "$(grep -c ' C_' out)" -eq 6 ]
result $? "$name: the others are shown"

{
	head -n 2 part.json
	echo 'no JSON'
	echo '[1,2]'
	echo '{"v":2,"fn":"C_Sign"}'
	echo '{"v":1,"fn":"C_Unknown","time":"2026-11-23T15:49:39Z","rv":"CKR_OK"}'
	echo '{"v":1,"fn":"C_Sign","time":"yesterday","rv":"CKR_OK"}'
	echo '{"v":1,"fn":"C_Sign","time":"2026-11-23T15:49:39Z"}'
	echo '{"v":1,"fn":"C_Sign","time":"2026-11-23T15:49:39Z","rv":"CKR_NO_SUCH"}'
	echo
	head -c 1100000 /dev/zero | tr '\0' x
	echo
	tail -n +3 part.json
} >odd.json
tool 0 'JSON with odd lines' show odd.json
errs 'odd.json: 8 of 16 lines are passed over; the first is line 3:'
[ "$(grep -c ' C_' out)" -eq 7 ]
result $? "$name: the others are shown"

# Of the least a line can hold, and of values that do not fit their place.
cat >least.json <<-'END'
	{"v":1,"fn":"C_Sign","time":"2026-11-23T15:49:39.5+01:00","rv":"0x80000001"}
	{"v":1,"fn":"C_GetSlotInfo","time":"2026-11-23T14:49:40Z","rv":"CKR_OK","in":{"slotID":{"len":7}},"out":{"pInfo":{"flags":[1,"x"],"nothing":3}},"later":[{}]}
	{"v":1,"fn":"C_GetSlotInfo","time":"2026-11-23T14:49:41Z","rv":"CKR_OK","in":7,"out":[]}
	{"v":1,"fn":"C_SignInit","time":"2026-11-23T14:49:42Z","rv":"CKR_OK","in":{"pMechanism":{"mechanism":"CKM_AES_GCM","parameter":{"pIv":{"len":3,"hex":"0102zz"}}}}}
	{"v":1,"fn":"C_SignInit","time":"2026-11-23T14:49:43Z","rv":"CKR_OK","in":{"pMechanism":{"mechanism":7,"parameter":{"len":-5,"items":{"a":1}}}},"cut":true}
END
tool 0 'JSON with little in it' show least.json
silent
says '2026-11-23T14:49:39.500000Z 0:0 #0 C_Sign() = 0x80000001 0.0us'
says 'pIv=0x0102...<3 bytes>'
tool 0 'JSON with little in it, as JSON' show --format json least.json
cp out least.again
check 'it parses' jq -e . least.again

cat >deep.json <<-END
	{"v":1,"fn":"C_FindObjectsInit","time":"2026-11-23T14:49:39Z","rv":"CKR_OK","in":{"pTemplate":$(
	i=0
	while [ $i -lt 200 ]; do
		printf '{"len":1,"attributes":[{"type":"CKA_WRAP_TEMPLATE","value":'
		i=$((i + 1))
	done
)null
END
tool 0 'JSON that is nested too deeply' show deep.json
errs 'passed over'

# A long trace needs little memory.
if [ -x /usr/bin/time ]; then
	"$tool" show --format json real.json >short.json
	i=0
	while [ $i -lt 6000 ]; do
		cat short.json
		i=$((i + 1))
	done >long.json
	/usr/bin/time -f %M "$tool" stats --json long.json >out 2>err
	kilobytes=$(tail -n 1 err)
	[ -n "$preload" ] || [ "$kilobytes" -lt 150000 ]
	result $? "$(($(wc -c <long.json) / 1000000)) MB of JSON need ${kilobytes} KB of memory"
	[ "$(jq '[.rows[] | select(has("rv") | not) | .count] | add' <out)" -eq $((6000 * $(grep -c '"fn"' short.json))) ]
	result $? 'all their calls are counted'
	rm long.json
else
	skip 'memory that a long trace needs' 'no /usr/bin/time'
fi
