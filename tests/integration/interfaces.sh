# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Interfaces, versions and tables of every module at hand, by the lens and by itself.

# compare MODULE-FILE
compare() {
	vendor "$1"
	if [ -z "$PKCS11_LENS_MODULE" ]; then
		skip "interfaces: $1" 'it is not installed'
		return
	fi
	lens_off
	check "interfaces: $1, nothing on: the vendor's own pointers" \
		"$PROGRAMS/interfaces" "$PKCS11_LENS_MODULE" "$LENS" identical
	lens_text "$WORK/$1.trace"
	check "interfaces: $1, traced" \
		"$PROGRAMS/interfaces" "$PKCS11_LENS_MODULE" "$LENS" wrapped
}

softhsm "$WORK"
compare libsofthsm2.so
compare libsoftokn3.so
compare opensc-pkcs11.so
compare p11-kit-trust.so
