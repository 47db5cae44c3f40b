# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# openssl by libp11's engine: a request, signatures, decryption, CMS, and a TLS server that curl asks.

need openssl curl ss pkcs11.so

# engine COMMAND ARGUMENT...
engine() {
	engine_command=$1
	shift
	openssl "$engine_command" -engine pkcs11 "$@"
}

# serve KEY NAME
serve() {
	openssl s_server -engine pkcs11 -keyform engine -key "$1" -cert "$FIXTURE/$2.crt" \
		-accept "$PORT" -www >serve.log 2>&1 </dev/null &
	server=$!
	until_port "$PORT"
	step "page-$2" page "https://localhost:$PORT/"
	kill $server
	wait $server
}

session() {
	export PKCS11_MODULE_PATH="$MODULE"
	step request engine req -new -keyform engine -key "$RSA" -subj /CN=requested -out request
	step request-verify openssl req -verify -noout -in request
	for key in rsa1 ec1; do
		step "sign-$key" engine dgst -sha256 -keyform engine -sign \
			"$TOKEN;object=$key;type=private;pin-value=$PIN" -out $key.sig "$FIXTURE/text"
		step "verify-$key" verifies $key sha256 $key.sig
	done
	openssl pkeyutl -encrypt -pubin -inkey "$FIXTURE/rsa1.pub" -in "$FIXTURE/text" -out secret
	step decrypt engine pkeyutl -decrypt -keyform engine -inkey "$RSA" -in secret
	step cms engine cms -sign -keyform engine -inkey "$EC" -signer "$FIXTURE/ec1.crt" \
		-in "$FIXTURE/text" -out signed
	step cms-verify openssl cms -verify -in signed -CAfile "$FIXTURE/ec1.crt" -purpose any
	serve "$RSA" rsa1
	serve "$EC" ec1
}

# Of the server's page what was agreed on.
normalise() {
	case $1 in
	page-*) grep -E 'Cipher  |Protocol  |^status' ;;
	*) cat ;;
	esac
}

run_both C_Login C_SignInit C_Sign C_Decrypt
