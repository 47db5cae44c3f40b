# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# GnuTLS: certtool signs a certificate, and gnutls-serv holds its TLS keys in the token.

need certtool gnutls-serv gnutls-cli openssl ss

# serve KEY NAME
serve() {
	gnutls-serv --provider "$MODULE" --x509keyfile "$1" --x509certfile "$FIXTURE/$2.crt" \
		--http --quiet -p "$PORT" >serve.log 2>&1 </dev/null &
	server=$!
	until_port "$PORT"
	step "connect-$2" gnutls-cli --x509cafile "$FIXTURE/$2.crt" -p "$PORT" localhost
	kill $server
	wait $server
}

session() {
	export GNUTLS_PIN="$PIN"
	printf 'cn = "made by certtool"\nexpiration_days = 30\nca\ncert_signing_key\n' >template
	step self-signed certtool --generate-self-signed --provider="$MODULE" --template template \
		--load-privkey "$TOKEN;object=rsa1;type=private" \
		--load-pubkey "$TOKEN;object=rsa1;type=public" --outfile self.crt
	step verify openssl verify -CAfile self.crt self.crt
	serve "$TOKEN;object=rsa1;type=private" rsa1
	serve "$TOKEN;object=ec1;type=private" ec1
}

# Of a connection what was agreed on and whether it is trusted; a certificate has a date and a number.
normalise() {
	case $1 in
	self-signed) grep '^status' ;;
	connect-*) grep -E '^- (Description|Status)|^status' ;;
	*) cat ;;
	esac
}

run_both C_Login C_SignInit C_Sign
