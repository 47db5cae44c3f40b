# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# What the subjects share. run.sh sources one subject after the other behind this file, each in a
# shell of its own, with: BUILD, LENS, HERE (this folder), PROGRAMS, WORK (empty, the subject's own).

ok() {
	echo "ok $1"
}

# not_ok NAME WHY [FILE]: shows the beginning of the file
not_ok() {
	echo "not ok $1: $2"
	if [ -s "${3-}" ]; then
		sed -n 's/^/# /; 1,20p' "$3"
	fi
}

skip() {
	echo "skip $1: $2"
}

# check NAME COMMAND...: ok when the command succeeds; its output tells why it did not
check() {
	checked=$1
	shift
	if "$@" >"$WORK/check.log" 2>&1; then
		ok "$checked"
	else
		not_ok "$checked" "$1 ended with $?" "$WORK/check.log"
	fi
}

# check_same NAME EXPECTED-FILE FILE
check_same() {
	if diff -u "$2" "$3" >"$WORK/check.log" 2>&1; then
		ok "$1"
	else
		not_ok "$1" "$3 is not as $2" "$WORK/check.log"
	fi
}

# check_has NAME FILE TEXT...: the file has each of the texts
check_has() {
	checked=$1 file=$2
	shift 2
	for text; do
		if ! grep -qF -e "$text" "$file"; then
			not_ok "$checked" "no \"$text\" in $file"
			return
		fi
	done
	ok "$checked"
}

# A file of a package, wherever the distribution puts libraries; nothing when it is missing.
find_module() {
	for folder in /usr/lib /usr/lib64 /usr/local/lib; do
		found=$(find -L "$folder" -maxdepth 4 -name "$1" -type f 2>/dev/null | sort | head -n 1)
		[ -z "$found" ] || break
	done
	echo "$found"
}

# vendor FILE: the module that the lens shall load
vendor() {
	PKCS11_LENS_MODULE=$(find_module "$1")
	export PKCS11_LENS_MODULE
}

# need COMMAND-OR-MODULE...: ends the subject with a skip when one is missing
need() {
	for thing; do
		case $thing in
		*.so) [ -n "$(find_module "$thing")" ] ;;
		*) command -v "$thing" >/dev/null ;;
		esac && continue
		skip "$SUBJECT" "$thing is missing; say tools/need.sh --test"
		exit 0
	done
}

# softhsm FOLDER: makes it SoftHSM's, for this shell and what it starts
softhsm() {
	mkdir -p "$1/tokens"
	printf 'directories.tokendir = %s\nobjectstore.backend = file\nlog.level = ERROR\n' \
		"$1/tokens" >"$1/softhsm2.conf"
	export SOFTHSM2_CONF="$1/softhsm2.conf"
}

# softhsm_token FOLDER: a new token "rt" there, PIN 1234, SO PIN 12345678
softhsm_token() {
	softhsm "$1"
	softhsm2-util --init-token --free --label rt --pin 1234 --so-pin 12345678 >/dev/null
}

# lens_off, lens_text FILE, lens_entry FILE: how the lens shall trace
lens_off() {
	export PKCS11_LENS_TRACE=off
}

lens_text() {
	export PKCS11_LENS_TRACE="text:$1"
}

lens_entry() {
	export PKCS11_LENS_TRACE="text:$1,entry=yes"
}

# --- Sessions that must look the same with and without the lens

# step NAME COMMAND...: one command of a session; keeps what it says and how it ends
step() {
	name=$1
	shift
	"$@" >"$name.out" 2>"$name.err" </dev/null
	echo "status $?" >"$name.status"
	echo "$name" >>steps
}

# run_session MODE: calls the subject's session in $WORK/MODE, on a copy of $WORK/base if there is
# one, with MODULE set. Modes: direct, off, text, entry.
# shellcheck disable=SC2034,SC2317 # MODULE is for the session
run_session() (
	mode=$1
	mkdir -p "$WORK/$mode"
	cd "$WORK/$mode" || exit 1
	if [ -d "$WORK/base" ]; then
		cp -R "$WORK/base/." .
		softhsm "$WORK/$mode"
	fi
	case $mode in
	direct) MODULE=$PKCS11_LENS_MODULE ;;
	*)
		MODULE=$LENS
		"lens_$mode" "$WORK/$mode/trace"
		;;
	esac
	session
)

# The parts of a step's result as one text: what may differ from run to run is taken out by the
# subject's normalise.
result_of() {
	sed "s|$PKCS11_LENS_MODULE|MODULE|g; s|$LENS|MODULE|g" \
		"$1.out" "$1.err" "$1.status" | normalise "${1##*/}"
}

# compare_step STEP: in all modes as it is directly
compare_step() {
	result_of "$WORK/direct/$1" >"$WORK/expected"
	for mode in off text entry; do
		result_of "$WORK/$mode/$1" >"$WORK/actual"
		if ! diff -u "$WORK/expected" "$WORK/actual" >"$WORK/check.log"; then
			not_ok "$SUBJECT: $1" "with trace $mode it differs" "$WORK/check.log"
			return
		fi
	done
	ok "$SUBJECT: $1"
}

# Runs the session in all modes and compares every step.
compare_sessions() {
	for mode in direct off text entry; do
		run_session "$mode" &
	done
	wait
	while read -r each; do
		compare_step "$each"
	done <"$WORK/direct/steps"
	check_same "$SUBJECT: the same steps" "$WORK/direct/steps" "$WORK/text/steps"
	check_lines "$SUBJECT: every line of the trace is whole" "$WORK/text/trace"
	check_lines "$SUBJECT: every line of the trace with entries is whole" "$WORK/entry/trace"
}

# check_lines NAME TRACE: there are lines, and all are calls, notes of rules, or headers
check_lines() {
	grep -Evn '^(# pkcs11-lens .*|~ [A-Z]+-[0-9]+ .+|[0-9T:.-]+Z [0-9]+:[0-9]+ #[0-9]+ C_[A-Za-z]+\(.*\)( \.\.\.| = [A-Z0-9a-z_]+ [0-9.]+[mu]?s))$' \
		"$2" >"$WORK/check.log"
	if [ -s "$2" ] && [ ! -s "$WORK/check.log" ]; then
		ok "$1"
	else
		not_ok "$1" "in $2" "$WORK/check.log"
	fi
}
