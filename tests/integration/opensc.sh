# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# OpenSC's module without a reader: a 3.0 vendor whose older interface is 2.20, and that has no slots.

need pkcs11-tool opensc-pkcs11.so

vendor opensc-pkcs11.so

tool() {
	pkcs11-tool --module "$MODULE" "$@"
}

session() {
	step info tool -I
	step slots tool -L
	step token-slots tool -T
	step interfaces tool --list-interfaces
	step mechanisms tool -M
	step objects tool -O
	step login tool --login --pin 1234 -O
	step locking tool -I --use-locking
}

# The addresses of function tables.
normalise() {
	sed -E 's/(funcs=)0x[0-9a-f]+/\1ADDRESS/'
}

compare_sessions
check_has "opensc: both interfaces are there" "$WORK/text/interfaces.out" \
	'version: 3.0' 'version: 2.20'
