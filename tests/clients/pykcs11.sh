# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# PyKCS11: PKCS #11 for Python; also in the child of a fork, where the handles are other keys'.

need python3
PYTHON=/usr/bin/python3
if ! $PYTHON -c 'import PyKCS11' 2>/dev/null; then
	skip "$SUBJECT" 'PyKCS11 is missing; say tools/need.sh --clients'
	exit 0
fi

session() {
	step sign $PYTHON "$HERE/pykcs11.py" "$MODULE" "$PIN" "$FIXTURE/text" rsa.sig
	step verify verifies rsa1 sha256 rsa.sig
	step fork $PYTHON "$HERE/fork.py" "$MODULE" "$PIN"
}

run_both C_Login C_FindObjects C_Sign C_Verify C_GenerateKey C_Encrypt C_Decrypt

# confused FILE: the calls whose key is shown with the type of another
confused() {
	jq -c '.in.hKey? | select(.label == "ec1" and .key_type == "CKK_RSA")' "$1"
}

confused "$WORK/trace" >"$WORK/confused"
check "$SUBJECT: the child's keys are not taken for its parent's" cat_nothing "$WORK/confused"
