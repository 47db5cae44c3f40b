# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2154 # run.sh sets the variables
# Rings and JSON traces of real sessions, and from one format to the other.

# as FORMAT FILE...: what show makes of files
as() {
	format=$1
	shift
	"$tool" show --format "$format" "$@"
}

session ring:real.ring
session text:real.text
ring=$(echo real.ring.*)
tool 0 'a ring of SoftHSM' show "$ring"
silent
same_for_all out >calls.ring
same_for_all real.text >calls.text
[ "$(wc -l <calls.text)" -gt 40 ]
result $? 'a session has many calls'
check 'the ring tells what a trace in text tells' diff calls.ring calls.text
session json:real.json,stats=yes,entry=yes
check 'JSON tells what a trace in text tells' sh -c "
	'$tool' show real.json | grep -v '^#' >out.json &&
	[ \$(wc -l <out.json) -eq \$(wc -l <calls.text) ]"
as text real.json >out
same_for_all out >calls.json
check 'JSON reads as the text of the session' diff calls.json calls.text

"$tool" show "$ring" >out
head -n 1 out | grep -q "^# pkcs11-lens $version text trace 1; process ${ring##*.} \"session\"; module .*libsofthsm2.so; reveal none; times are UTC\$"
result $? 'the first line says where the trace comes from'

# round_trip NAME FILE: the same, whether shown at once or by way of JSON
round_trip() {
	as json "$2" >trip.json
	for format in text json xml; do
		as "$format" "$2" >trip.1
		as "$format" trip.json >trip.2
		check "$1: $format by way of JSON" cmp trip.1 trip.2
	done
	as xml "$2" >trip.xml
	if has xmllint; then check "$1: XML is well-formed" xmllint --noout trip.xml; fi
	check "$1: JSON parses" jq -e . trip.json
}

round_trip 'SoftHSM' "$ring"
session ring:all.ring,reveal=data+keys+pins,bytes=1024
round_trip 'SoftHSM, all revealed' "$(echo all.ring.*)"
for seed in 1 2 3; do
	./make_ring made.ring $seed 5200
	round_trip "made-up calls $seed" made.ring
done
[ "$(jq -r .fn <trip.json | sort -u | grep -c '^C_')" -eq 104 ]
result $? 'all functions have been there'
grep -v '"entered"\|"statistics"' real.json >real.calls.json
as json real.json >real.again.json
check 'JSON of JSON is the same' cmp real.calls.json real.again.json
check 'JSON from standard input' \
	sh -c "'$tool' show --format json - <real.json | cmp - real.calls.json"

schema=$root/docs/trace.schema.json
for python in python3 /usr/bin/python3; do
	"$python" -c 'import jsonschema' 2>/dev/null && break
	python=
done
if [ -n "$python" ]; then
	as json "$ring" >trip.json
	check 'the schema takes what comes of a ring' \
		"$python" "$root/tests/trace/validate.py" "$schema" trip.json
else
	skip 'the schema takes what comes of a ring' 'no python3-jsonschema'
fi

as chrome "$ring" >chrome.json
check 'Chrome: the trace parses' jq -e . chrome.json
calls=$(grep -c ' C_' real.text)
check 'Chrome: every call is a complete event' \
	jq -e "[.traceEvents[] | select(.ph == \"X\")] | length == $calls" chrome.json
# shellcheck disable=SC2016 # a program of jq
check 'Chrome: events have their fields' jq -e '[.traceEvents[] | select(.ph == "X") |
	((.name | startswith("C_")) and (.ts | type == "number" and . >= 0) and (.dur | type == "number")
	and (.pid | type == "number") and (.tid | type == "number") and .args.fn == .name
	and (.args.rv | startswith("CKR_")) and (.args.in | type == "object"))] | all' chrome.json
check 'Chrome: durations are in microseconds' jq -e '[.traceEvents[] | select(.ph == "X") |
	(.dur * 1000 - .args.ns | fabs < 1)] | all' chrome.json
check 'Chrome: the process has its name' \
	jq -e '.traceEvents[] | select(.ph == "M") | .args.name == "session"' chrome.json

# Statistics: what the process counts, and what is counted afterwards.
counts='[.rows[] | [.fn, .mechanism, .rv, .count, .errors, .bytes]] | sort'
"$tool" stats --json "$ring" | jq -c "$counts" >stats.ring
"$tool" stats --json real.json | jq -c "$counts" >stats.json
grep '"statistics"' real.json | jq -c "$counts" >stats.live
check 'statistics: of the ring, as of JSON' diff stats.ring stats.json
check 'statistics: of JSON, as the process counts' diff stats.live stats.json
check 'statistics: sessions, as the process counts' sh -c "
	'$tool' stats --json real.json | jq -c '[.sessions, .sessions_peak]' >now
	grep '\"statistics\"' real.json | jq -c '[.sessions, .sessions_peak]' | diff - now"
jq -e 'flatten | index("CKM_SHA256_RSA_PKCS") != null' <stats.json >out
result $? 'statistics: C_Sign has the mechanism of its C_SignInit'
tool 0 'statistics as a table' stats "$ring"
says '# statistics '
says '  CKM_SHA256_RSA_PKCS CKR_OK'
tool 0 'statistics of failures only' stats --only failures --json real.json
jq -e '[.rows[].errors] | all(. > 0)' <out >/dev/null
result $? "$name: nothing else"
