# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# The search for secrets itself: it must find what is revealed, or it proves nothing.

need softhsm2-util

session() {
	step import softhsm2-util --module "$MODULE" --import "$FIXTURE/private/rsa1.pem" --token rt \
		--label rsa2 --id 0b --pin "$PIN"
	step import-ec softhsm2-util --module "$MODULE" --import "$FIXTURE/private/ec1.pem" --token rt \
		--label ec2 --id 0c --pin "$PIN"
}

# found: the names of what must be in the trace, in this order
found() {
	"$HERE/leaks.py" "$FIXTURE/secrets" "$WORK/revealed.json" | sed 's/.*: //' | sort | paste -s -d' ' -
}

run_both C_Login C_CreateObject
export PKCS11_LENS_TRACE="json:$WORK/revealed.json,reveal=pins+keys,bytes=1024"
run_mode revealed >"$WORK/revealed.log" 2>&1
check "$SUBJECT: revealed, they are found" test "$(found)" = \
	'PIN ec1-priv rsa1-coefficient rsa1-exponent1 rsa1-exponent2 rsa1-prime1 rsa1-prime2 rsa1-privateExponent'
