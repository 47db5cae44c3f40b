# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# curl whose client certificate has its key in the token.

need openssl curl ss pkcs11.so

session() {
	cat "$FIXTURE/rsa1.crt" "$FIXTURE/ec1.crt" >clients
	daemon serve.log openssl s_server -key "$FIXTURE/private/ec1.pem" -cert "$FIXTURE/ec1.crt" \
		-accept "$PORT" -www -Verify 1 -CAfile clients -verify_return_error
	until_port "$PORT"
	export PKCS11_MODULE_PATH="$MODULE"
	for key in rsa1 ec1; do
		step "page-$key" page --engine pkcs11 --key-type ENG --cert "$FIXTURE/$key.crt" \
			--key "$TOKEN;object=$key;type=private;pin-value=$PIN" "https://localhost:$PORT/"
	done
	step without page "https://localhost:$PORT/"
}

normalise() {
	grep -E 'Cipher  |Protocol  |^status'
}

# shellcheck disable=SC2034 # for run_both
may_fail=without # a key is asked for
run_both C_Login C_SignInit C_Sign
