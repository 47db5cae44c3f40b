#!/bin/sh
# SPDX-License-Identifier: MIT
# Starts and stops each vendor, twice, and sees that nothing stays behind.
# usage: run.sh BUILD                      (everything it makes lies in BUILD/tests/vendors)
set -u

here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${1:?usage: run.sh BUILD}" && pwd) || exit 1
WORK=$build/tests/vendors
passed=0 failed=0 skipped=0

# shellcheck source=tests/integration/lib.sh
. "$here/../integration/lib.sh"
# shellcheck source=tests/vendors/lib.sh
. "$here/lib.sh"

vendors_alone "$0" "$@"
rm -rf "$WORK"
mkdir -p "$WORK"

# In a shell of its own, which tells by its status: 0 works, 1 does not, 2 cannot be tried, 3 lives on
try() (
	vendor_start "$1" "$WORK/$1" || {
		echo "$VENDOR_WHY"
		case $VENDOR_WHY in
		*missing* | *takes*) exit 2 ;;
		esac
		tail -n 5 "$vendor_folder"/log*
		exit 1
	}
	daemons=$vendors_daemons
	works "$1" || exit 1
	vendors_stop
	for pid in $daemons; do
		! kill -0 "$pid" 2>/dev/null || exit 3
	done
)

# NSS wants its string, and is tried with everything else by tests/integration.
works() {
	[ "$1" = nss ] || pkcs11 --token-label "$VENDOR_LABEL" --login --pin "$VENDOR_PIN" -O
}

report() {
	case $1 in
	0) passed=$((passed + 1)) && echo "ok $2" ;;
	2) skipped=$((skipped + 1)) && echo "skip $2: $(cat "$WORK/why")" ;;
	*) failed=$((failed + 1)) && echo "not ok $2: status $1, $(cat "$WORK/why")" ;;
	esac
}

for round in first second; do
	for vendor in softhsm nss opencryptoki tpm2; do
		rm -rf "${WORK:?}/$vendor"
		try "$vendor" >"$WORK/why" 2>&1
		report $? "$vendor, $round time"
	done
done

echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
