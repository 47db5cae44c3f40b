#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs the integration tests: real clients and real modules, with and without the lens.
# usage: run.sh BUILD [SUBJECT...]          (everything they make lies in BUILD/tests/integration)
set -u

HERE=$(cd "$(dirname "$0")" && pwd)
BUILD=$(cd "${1:?usage: run.sh BUILD [SUBJECT...]}" && pwd) || exit 1
shift
LENS=$BUILD/pkcs11-lens.so
PROGRAMS=$BUILD/tests/integration/bin

die() {
	echo "run.sh: $*" >&2
	exit 1
}

# How the module was sanitized: address, thread or nothing.
sanitizer() {
	ldd "$LENS" | sed -n 's/.*libasan\.so.*/address/p; s/.*libtsan\.so.*/thread/p' | head -n 1
}

# shellcheck disable=SC2086 # CC and CFLAGS may hold several words
build_programs() {
	mkdir -p "$PROGRAMS"
	for source in "$HERE"/*.c; do
		${CC:-cc} -std=c11 -Wall -Wextra -Werror -I"$HERE/../../include" ${CFLAGS:--O1 -g} \
			${sanitizer:+-fsanitize=$sanitizer} \
			-o "$PROGRAMS/$(basename "$source" .c)" "$source" -ldl -lpthread || return 1
	done
}

# Nothing of the user's own settings, and neither language nor colour, shall matter.
hermetic() {
	unset PKCS11_LENS_MODULE PKCS11_LENS_TRACE PKCS11_LENS_PROFILE PKCS11SPY PKCS11SPY_OUTPUT
	unset SOFTHSM2_CONF
	export PKCS11_LENS_NORMALISE=off LC_ALL=C.UTF-8
	# The modules leak at exit, and it is not them who are tested.
	export ASAN_OPTIONS=detect_leaks=0
	export PKCS11_LENS_CONFIG="$BUILD/tests/integration/empty.conf"
	: >"$PKCS11_LENS_CONFIG"
}

# shellcheck disable=SC1090,SC1091 # what is sourced is checked by itself
run_subject() (
	WORK=$BUILD/tests/integration/$SUBJECT
	rm -rf "$WORK"
	mkdir -p "$WORK"
	. "$HERE/lib.sh"
	. "$HERE/$SUBJECT.sh"
)

# count WORD: of the results
count() {
	grep -c "^$1 " "$results"
}

[ -f "$LENS" ] || die "$LENS is missing; say make first"
sanitizer=$(sanitizer)
build_programs || die 'the test programs do not compile'
hermetic

# A sanitized module goes into sanitized programs only, which are those of this folder.
case $sanitizer in
'') set -- "${@:-interfaces pkcs11-tool p11tool nss opensc ssh decode secrets broken threads valgrind}" ;;
address) set -- "${@:-interfaces decode secrets threads}" ;;
thread) set -- "${@:-threads}" ;;
esac

results=$BUILD/tests/integration/results
# shellcheck disable=SC2068 # each may be a list
for SUBJECT in $@; do
	run_subject </dev/null
	status=$?
	[ "$status" -eq 0 ] || echo "not ok $SUBJECT: ended with status $status"
done 2>&1 | tee "$results"

skipped=$(count skip)
echo "$(count ok) passed, $(count 'not ok') failed$([ "$skipped" -eq 0 ] || echo ", $skipped skipped")"
[ "$(count ok)" -gt 0 ] && [ "$(count 'not ok')" -eq 0 ]
