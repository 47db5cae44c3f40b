#!/bin/sh
# SPDX-License-Identifier: MIT
# One program on every vendor that Debian has: through the lens it sees the same of all, without the
# lens the differences that are known, and with level off exactly what it sees without.
# usage: run.sh BUILD [VENDOR...]          (everything it makes lies in BUILD/tests/normalise)
# The lists: portable and defaults-portable say what is seen through the lens; exceptions what never
# becomes equal, and why; direct what is seen without.
set -u

HERE=$(cd "$(dirname "$0")" && pwd)
BUILD=$(cd "${1:?usage: run.sh BUILD [VENDOR...]}" && pwd) || exit 1
LENS=$BUILD/pkcs11-lens.so
PROGRAMS=$BUILD/tests/normalise
WORK=$BUILD/tests/normalise/work

# shellcheck source=tests/integration/lib.sh
. "$HERE/../integration/lib.sh"
# shellcheck source=tests/vendors/lib.sh
. "$HERE/../vendors/lib.sh"

vendors_alone "$0" "$@"
shift
rm -rf "$WORK"
mkdir -p "$WORK"

# What the user has set shall not matter.
unset PKCS11_LENS_MODULE PKCS11_LENS_TRACE PKCS11_LENS_PROFILE PKCS11SPY PKCS11SPY_OUTPUT
unset SOFTHSM2_CONF NSS_USE_DECODED_CKA_EC_POINT
export LC_ALL=C.UTF-8 PKCS11_LENS_CONFIG="$WORK/empty.conf"
: >"$PKCS11_LENS_CONFIG"

# The sections of the program for those vendors that are there for a few of them only.
sections_of() {
	case $1 in
	nss_raw) echo ec ec-import ecdh ;;
	nss_crypto) echo digest ;;
	esac
}

# run_in LEVEL PROGRAM [ARGUMENT...]: the program on the vendor, directly or through the lens
# shellcheck disable=SC2030,SC2031 # each vendor has its own folder
run_in() {
	level=$1 program=$2
	shift 2
	if [ "$level" = direct ]; then
		"$PROGRAMS/$program" "$VENDOR_MODULE" "$@" 2>>"$folder/said"
	else
		PKCS11_LENS_MODULE=$VENDOR_MODULE PKCS11_LENS_NORMALISE=$level \
			"$PROGRAMS/$program" "$LENS" "$@" 2>>"$folder/said"
	fi
}

# Everything that is to be known of a vendor, into its folder; each vendor in a shell of its own.
# shellcheck disable=SC2030,SC2031
observe() (
	folder=$WORK/$1
	mkdir -p "$folder"
	if ! vendor_start "$1" "$folder/vendor"; then
		echo "$VENDOR_WHY" >"$folder/why"
		exit 0
	fi
	run_in direct same library >"$folder/library"
	# shellcheck disable=SC2046 # a list of sections
	for level in direct portable off; do
		run_in "$level" same $(sections_of "$1") >"$folder/same.$level"
		[ "$level" = off ] || [ -n "$(sections_of "$1")" ] ||
			run_in "$level" defaults >"$folder/defaults.$level"
	done
	[ "$1" != softhsm ] || observe_locking
)

# How many of ten runs end well, directly and through the lens.
observe_locking() (
	for level in direct portable; do
		well=0
		for _ in 1 2 3 4 5 6 7 8 9 10; do
			run_in "$level" locking >/dev/null && well=$((well + 1))
		done 2>/dev/null
		echo "$well" >"$WORK/softhsm/locking.$level"
	done
)

# --- What is expected

# The lists were made with these versions.
known_version() {
	case $1 in
	softhsm) echo 'library 2.6' ;;
	nss*) echo 'library 3.87' ;;
	opencryptoki) echo 'library 3.8' ;;
	tpm2) echo 'library 1.9' ;;
	esac | cmp -s - "$WORK/$1/library"
}

# compare VENDOR FACTS EXPECTED [OPEN]
compare() {
	partly=0
	if [ -n "$(sections_of "$1")" ] || ! known_version "$1"; then
		partly=1
	fi
	awk -v vendor="$1" -v partly=$partly -v open="${4:-0}" -f "$HERE/compare.awk" "$HERE/$3" "$HERE/exceptions" \
		"$WORK/$1/$2" >"$WORK/$1/$2.differs" || {
		cat "$WORK/$1/$2.differs"
		return 1
	}
}

# deviates VENDOR: the facts that are listed for it in "direct" are what it shows without the lens
deviates() {
	sed -n "s/^$1 \(.*[^ ]\) *$/\1/p" "$HERE/direct" >"$WORK/$1/expected"
	[ -s "$WORK/$1/expected" ] &&
		! cat "$WORK/$1/same.direct" "$WORK/$1/defaults.direct" 2>/dev/null |
		grep -vxFf - "$WORK/$1/expected"
}

complains_not() {
	! grep '^pkcs11-lens' "$WORK/$1/said"
}

# check_known VENDOR NAME COMMAND...: a version that nobody has looked at may fail
check_known() {
	if known_version "$1"; then
		named="$1: $2"
		shift 2
		check "$named" "$@"
	elif known=$1 name=$2 && shift 2 && "$@" >"$WORK/$known/other" 2>&1; then
		ok "$known: $name"
	else
		skip "$known: $name" "$(cat "$WORK/$known/library") is not known, and has $(wc -l <"$WORK/$known/other") differences"
	fi
}

judge() {
	if [ -f "$WORK/$1/why" ]; then
		if grep -qE 'missing|takes' "$WORK/$1/why"; then
			skip "$1" "$(cat "$WORK/$1/why")"
		else
			not_ok "$1" "$(cat "$WORK/$1/why")"
		fi
		return
	fi
	check_known "$1" 'the same as of all vendors through the lens' \
		compare "$1" same.portable portable
	check_known "$1" 'the known differences without the lens' deviates "$1"
	check "$1: the lens has nothing to complain about" complains_not "$1"
	check "$1: with level off exactly as without the lens" \
		cmp "$WORK/$1/same.direct" "$WORK/$1/same.off"
	[ -n "$(sections_of "$1")" ] ||
		check_known "$1" 'the same defaults through the lens' \
			compare "$1" defaults.portable defaults-portable 1
}

judge_locking() {
	[ -f "$WORK/softhsm/locking.portable" ] || return
	check "softhsm: threads that forgot to ask for locking, 10 runs through the lens" \
		grep -qx 10 "$WORK/softhsm/locking.portable"
	check "softhsm: without the lens not all of them end well" \
		test "$(cat "$WORK/softhsm/locking.direct")" -lt 10
}

# fuzz LEVEL: random templates, with the mock as vendor
fuzz() {
	MOCK_PERSONALITY="$HERE/fuzz.mock" "$PROGRAMS/fuzz_templates" "$LENS" "$BUILD/tests/mock.so" "$1"
}

judge_fuzz() {
	for level in off fix portable; do
		check "templates and reads at random, level $level" fuzz $level
	done
}

[ $# -gt 0 ] || set -- softhsm nss nss_raw nss_crypto opencryptoki tpm2
for each; do
	observe "$each" &
done
wait

for each; do
	judge "$each"
done >"$WORK/results" 2>&1
{
	judge_locking
	judge_fuzz
} >>"$WORK/results" 2>&1
cat "$WORK/results"

skipped=$(grep -c '^skip ' "$WORK/results")
failed=$(grep -c '^not ok ' "$WORK/results")
echo "$(grep -c '^ok ' "$WORK/results") passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
