# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2154 # run.sh sets the variables
# Which calls are shown.

# shown OPTION...: functions, counted, of the real session
shown() {
	"$tool" show --format json "$@" "$ring" | jq -r 'select(has("fn")) | .fn' | sort | uniq -c |
		sed 's/^ *//' | tr '\n' ' '
}

# wanted FILTER: the same, by jq
wanted() {
	"$tool" show --format json "$ring" | jq -r "select(has(\"fn\")) | select($1) | .fn" | sort |
		uniq -c | sed 's/^ *//' | tr '\n' ' '
}

same() {
	printf '%s\n' "wanted $2" "got $3" >out
	[ "$2" = "$3" ] && [ -n "$2" ]
	result $? "$1"
}

ring=$(echo real.ring.*)
same 'functions' "$(wanted '.fn == "C_Login" or .fn == "C_Sign"')" "$(shown --functions C_Login+C_Sign)"
same 'groups of functions' "$(wanted '.fn | IN("C_SignInit", "C_Sign", "C_SignUpdate", "C_SignFinal")')" \
	"$(shown --functions sign)"
same 'except' "$(wanted '.fn | IN("C_SignInit", "C_SignUpdate", "C_SignFinal")')" \
	"$(shown --functions sign --except C_Sign)"
same 'failures' "$(wanted '.rv != "CKR_OK"')" "$(shown --only failures)"
same 'slower' "$(wanted '.ns >= 50000')" "$(shown --slower 50us)"
session=$("$tool" show --format json "$ring" | jq -r 'select(.fn == "C_OpenSession" and .rv == "CKR_OK") | .session' | head -n 1)
same 'sessions' "$(wanted ".in.hSession == \"$session\"")" "$(shown --sessions "$session")"
slot=$("$tool" show --format json "$ring" | jq -r 'select(.fn == "C_OpenSession" and .rv == "CKR_OK") | .in.slotID' | head -n 1)
same 'slots, and their sessions' "$(wanted ".in.slotID == \"$slot\" or
	(.in.hSession == \"$session\" and .rv != \"CKR_SESSION_HANDLE_INVALID\")")" \
	"$(shown --slots "$slot")"
[ "$(shown --mechanisms CKM_SHA256_RSA_PKCS | grep -c 'C_SignInit .*' )" -eq 1 ] &&
	shown --mechanisms CKM_SHA256_RSA_PKCS | grep -q 'C_Sign '
result $? 'mechanisms, and the calls that go on with them'
tid=$("$tool" show --format json "$ring" | jq -r 'select(has("fn")) | .tid' | head -n 1)
same 'pid and tid' "$(wanted true)" "$(shown --pid "${ring##*.}" --tid "$tid+1")"
[ -z "$(shown --pid 1)" ]
result $? 'another pid'

middle=$("$tool" show --format json "$ring" | jq -r 'select(has("fn")) | .time' | sed -n 20p)
same 'since' "$(wanted ".time >= \"$middle\"")" "$(shown --since "$middle")"
same 'until' "$(wanted ".time <= \"$middle\"")" "$(shown --until "$middle")"
clock=${middle#*T}
same 'since, by the clock' "$(wanted ".time >= \"$middle\"")" "$(shown --since "${clock%Z}")"
same 'several at once' "$(wanted ".time >= \"$middle\" and .rv != \"CKR_OK\"")" \
	"$(shown --only failures --since "$middle")"

# What the lens asks of the vendor is shown with what the host has asked of the lens.
cat >layers.json <<-'END'
	{"v":1,"seq":1,"time":"2026-11-23T10:00:01.000000000Z","pid":1,"tid":1,"layer":"app","fn":"C_Login","rv":"CKR_OK","ns":9,"in":{},"out":{}}
	{"v":1,"seq":2,"time":"2026-11-23T10:00:02.000000000Z","pid":1,"tid":1,"layer":"vendor","parent":1,"fn":"C_GetInfo","rv":"CKR_OK","ns":9,"in":{},"out":{}}
	{"v":1,"seq":3,"time":"2026-11-23T10:00:03.000000000Z","pid":1,"tid":1,"layer":"app","fn":"C_Logout","rv":"CKR_OK","ns":9,"notes":[{"rule":"DEF-1","text":"a → b"}],"in":{},"out":{}}
	{"v":1,"seq":4,"time":"2026-11-23T10:00:04.000000000Z","pid":1,"tid":1,"layer":"vendor","parent":3,"fn":"C_GetInfo","rv":"CKR_OK","ns":9,"in":{},"out":{}}
END
tool 0 'calls of the lens' show --functions C_Login layers.json
[ "$(sed 's/.* #\([0-9]\) .*/\1/' out | cut -d ' ' -f 3 | tr -d '\n#')" = 12 ] ||
	[ "$(grep -c . out)" -eq 2 ]
result $? "$name: they go with those of the host"
tool 0 'calls of the lens and notes, as JSON' show --format json layers.json
cp out layers.again
check "$name: the same" cmp layers.again layers.json
tool 0 'notes in text' show layers.json
says '~ DEF-1 a → b'
tool 0 'statistics without calls of the lens' stats layers.json
! grep -q C_GetInfo out
result $? "$name: they are not there"
