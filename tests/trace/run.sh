#!/bin/sh
# SPDX-License-Identifier: MIT
# Traces of real modules in each format: every line is what docs/TRACE-FORMAT.md says it is.
# usage: run.sh BUILD                      (everything it makes lies in BUILD/tests/trace)
set -u

HERE=$(cd "$(dirname "$0")" && pwd)
ROOT=$(cd "$HERE/../.." && pwd)
BUILD=$(cd "${1:?usage: run.sh BUILD}" && pwd) || exit 1
LENS=$BUILD/pkcs11-lens.so
WORK=$BUILD/tests/trace
SCHEMA=$ROOT/docs/trace.schema.json
PIN=canary-4711
PIN_HEX=63616e6172792d34373131
passed=0 failed=0 skipped=0

die() {
	echo "run.sh: $*" >&2
	exit 1
}

ok() {
	passed=$((passed + 1))
	echo "ok $1"
}

not_ok() {
	failed=$((failed + 1))
	echo "not ok $1"
	[ ! -s "$WORK/check.log" ] || sed -n 's/^/# /; 1,12p' "$WORK/check.log"
}

skip() {
	skipped=$((skipped + 1))
	echo "skip $1: $2"
}

# check NAME COMMAND...: ok when the command succeeds; its output tells why it did not
check() {
	checked=$1
	shift
	if "$@" >"$WORK/check.log" 2>&1; then ok "$checked"; else not_ok "$checked"; fi
}

has() {
	command -v "$1" >/dev/null
}

# A file of a package, wherever the distribution puts libraries; nothing when it is missing.
find_module() {
	find -L /usr/lib /usr/lib64 /usr/local/lib -maxdepth 4 -name "$1" -type f 2>/dev/null |
		sort | head -n 1
}

# The Python that the distribution's packages belong to may not be the first in the path.
find_python() {
	for python in python3 /usr/bin/python3; do
		if "$python" -c 'import jsonschema' 2>/dev/null; then
			echo "$python"
			return
		fi
	done
}

# --- The modules, and a session with one

use_softhsm() {
	mkdir -p "$WORK/softhsm/tokens"
	printf 'directories.tokendir = %s\nlog.level = ERROR\n' "$WORK/softhsm/tokens" \
		>"$WORK/softhsm/softhsm2.conf"
	export SOFTHSM2_CONF="$WORK/softhsm/softhsm2.conf"
	softhsm2-util --init-token --free --label trace --pin $PIN --so-pin 12345678 >/dev/null &&
		printf '[module]\npath = %s\n' "$(find_module libsofthsm2.so)" >"$WORK/lens.conf"
}

use_nss() {
	mkdir -p "$WORK/nss"
	echo $PIN >"$WORK/nss/pin"
	certutil -N -f "$WORK/nss/pin" -d "sql:$WORK/nss" &&
		printf "[module]\npath = %s\ninit_args = configdir='sql:%s' certPrefix='' %s\n" \
			"$(find_module libsoftokn3.so)" "$WORK/nss" \
			"keyPrefix='' secmod='secmod.db' flags=" >"$WORK/lens.conf"
}

# A lens that was built with a sanitizer needs its library in the program that loads it.
preload=$(ldd "$LENS" 2>/dev/null | sed -n 's/.*lib[at]san\.so[^ ]* => \([^ ]*\).*/\1/p')

# session TRACE: a session that is traced so
session() {
	PKCS11_LENS_CONFIG=$WORK/lens.conf PKCS11_LENS_TRACE=$1 LD_PRELOAD=$preload \
		ASAN_OPTIONS=detect_leaks=0 "$WORK/session" "$LENS" $PIN
}

# --- What is checked

every_line_parses() {
	jq -e . "$1" >/dev/null
}

is_valid() {
	"$python" "$HERE/validate.py" "$SCHEMA" "$@"
}

as_the_profiles() {
	"$python" "$HERE/vocabulary.py" "$HERE/vocabulary" "$@"
}

# Function and result of each call, out of each format.
calls_of_text() {
	sed -n 's/.* #[0-9]* \(C_[A-Za-z]*\)(.*) = \([^ ]*\) [^ ]*$/\1 \2/p' "$1"
}

calls_of_json() {
	jq -r 'select(has("rv")) | "\(.fn) \(.rv)"' "$1"
}

calls_of_xml() {
	sed -n 's/^  <\(C_[A-Za-z]*\) rv="\([^"]*\)".*/\1 CKR_\2/p' "$1" | sed 's/ CKR_0x/ 0x/'
}

# The three traces of three equal sessions tell of the same calls.
same_calls() {
	calls_of_text "$1.text" >"$WORK/calls.text"
	calls_of_json "$1.json" >"$WORK/calls.json"
	calls_of_xml "$1.xml" >"$WORK/calls.xml"
	[ "$(wc -l <"$WORK/calls.text")" -gt 40 ] || return 1
	diff "$WORK/calls.text" "$WORK/calls.json" && diff "$WORK/calls.text" "$WORK/calls.xml"
}

# Neither the PIN nor what was signed, as text or as hexadecimal digits.
hides_secrets() {
	! grep -il -e "$PIN" -e "$PIN_HEX" -e 'not to be seen' -e 6e6f7420746f2062 "$@"
}

# What a process that was killed leaves lacks the end, and nothing else.
lacks_only_its_end() {
	sed '$d' "$1" >"$WORK/killed.xml"
	! xmllint --noout "$WORK/killed.xml" 2>/dev/null &&
		{ cat "$WORK/killed.xml" && echo '</PKCS11>'; } | xmllint --noout -
}

# The lines after "```json" in the documentation.
# shellcheck disable=SC2016 # the backquotes are meant
examples() {
	sed -n '/^```json$/,/^```$/p' "$ROOT/docs/TRACE-FORMAT.md" | grep -v '^```' >"$WORK/examples"
}

check_module() {
	name=$1 trace=$WORK/$1
	for format in text json xml; do
		check "$name: a session is traced as $format" session "$format:$trace.$format"
	done
	check "$name: the formats tell of the same calls" same_calls "$trace"
	check "$name: every line of JSON parses" every_line_parses "$trace.json"
	check "$name: XML is well-formed" xmllint --noout "$trace.xml"
	check "$name: XML is as the profiles have it" as_the_profiles "$trace.xml"
	check "$name: secrets are hidden" hides_secrets "$trace.text" "$trace.json" "$trace.xml"

	options=entry=yes,stats=yes,reveal=data+keys+pins,bytes=1024
	check "$name: JSON with everything on" session "json:$trace.all.json,$options"
	check "$name: XML with everything on" session "xml:$trace.all.xml,$options"
	check "$name: every line of JSON parses, with everything on" \
		every_line_parses "$trace.all.json"
	check "$name: XML is well-formed, with everything on" xmllint --noout "$trace.all.xml"
	check "$name: XML has all that the profiles have" as_the_profiles --all "$trace.all.xml"
	check "$name: the schema takes every line" is_valid "$trace.json" "$trace.all.json"
	check "$name: XML lacks only its end when the process is killed" \
		lacks_only_its_end "$trace.xml"
}

[ -f "$LENS" ] || die "$LENS is missing; say make first"
rm -rf "$WORK"
mkdir -p "$WORK"
for tool in jq xmllint; do
	has $tool || die "$tool is missing; say tools/need.sh --test"
done
python=$(find_python)
[ -n "$python" ] || die 'python3-jsonschema is missing; say tools/need.sh --test'
unset PKCS11_LENS_MODULE PKCS11_LENS_TRACE PKCS11_LENS_PROFILE PKCS11SPY PKCS11SPY_OUTPUT
export LC_ALL=C.UTF-8 PKCS11_LENS_NORMALISE=off
"${CC:-cc}" -std=c11 -Wall -Wextra -Werror -O1 -I"$ROOT/include" -o "$WORK/session" \
	"$HERE/session.c" -ldl || die 'session.c does not compile'

if has softhsm2-util && use_softhsm; then check_module softhsm; else skip softhsm 'no token'; fi
if has certutil && use_nss; then check_module nss; else skip nss 'no database'; fi
examples
check 'the schema takes the examples of the documentation' is_valid "$WORK/examples"
check 'the schema refuses what is wrong' is_valid --refuse "$HERE/refused"

echo "$passed passed, $failed failed$([ $skipped -eq 0 ] || echo ", $skipped skipped")"
[ $failed -eq 0 ]
