# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# ssh-keygen -D: the public keys of the token.

need ssh-keygen

session() {
	step keys ssh-keygen -D "$MODULE"
}

normalise() {
	sort
}

run_both C_GetSlotList C_FindObjects C_GetAttributeValue
