# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# pkcs11-dump: everything that a token says of itself and its objects.

need pkcs11-dump

session() {
	step slots pkcs11-dump slotlist "$MODULE"
	slot=$(awk '/SoftHSM/ { print $1; exit }' slots.out)
	step dump pkcs11-dump dump "$MODULE" "${slot:-0}" "$PIN"
}

# The order of objects is the vendor's whim, and the lens leaves out the time of a token without a clock.
normalise() {
	sed '/utcTime/d; s/^Object [0-9]*/Object/' | sort
}

run_both C_Login C_FindObjects C_GetAttributeValue
