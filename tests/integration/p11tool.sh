# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# A p11tool session on SoftHSM, the same through the lens. GnuTLS loads modules through p11-kit, so
# this also shows that the lens gets along with being loaded by it.

need p11tool softhsm2-util openssl libsofthsm2.so

vendor libsofthsm2.so
export GNUTLS_PIN=1234

make_base() {
	softhsm_token "$WORK/base"
	cd "$WORK/base" || exit 1
	openssl req -x509 -newkey rsa:2048 -nodes -keyout rsa.pem -subj '/CN=lens test' -out cert.pem
}

tool() {
	timeout 60 p11tool --provider "$MODULE" --batch "$@"
}

TOKEN=pkcs11:token=rt

session() {
	step tokens tool --list-tokens
	step token-urls tool --list-token-urls
	step mechanisms tool --list-mechanisms $TOKEN
	step all-none tool --list-all $TOKEN
	step write-key tool --login --write --load-privkey rsa.pem --label imported --id 10 $TOKEN
	step write-cert tool --login --write --load-certificate cert.pem --label imported --id 10 $TOKEN
	step generate-ec tool --login --generate-privkey=ecdsa --curve=secp256r1 --label ec --id 21 $TOKEN
	step generate-rsa tool --login --generate-privkey=rsa --bits=2048 --label rsa --id 22 $TOKEN
	step list-all tool --list-all $TOKEN
	step list-login tool --login --list-all $TOKEN
	step list-private tool --login --list-privkeys $TOKEN
	step list-certs tool --list-all-certs $TOKEN
	step info tool --info "$TOKEN;object=imported;type=cert"
	step export-cert tool --export "$TOKEN;object=imported;type=cert"
	step export-public tool --login --export-pubkey "$TOKEN;object=imported;type=private"
	step export-private tool --login --export "$TOKEN;object=imported;type=private"
	step sign-rsa tool --login --test-sign "$TOKEN;object=rsa;type=private"
	step sign-ec tool --login --test-sign "$TOKEN;object=ec;type=private"
	step random tool --generate-random=16 --outfile random $TOKEN
	step random-size wc -c random
	step set-label tool --login --set-label renamed "$TOKEN;object=rsa;type=private"
	step delete tool --login --delete "$TOKEN;object=ec"
	step list-login-again tool --login --list-all $TOKEN
	step no-token tool --list-all pkcs11:token=nosuch
	step no-object tool --login --export 'pkcs11:token=rt;object=nosuch;type=private'
	step pin-wrong tool --login --set-pin 9999 --list-privkeys $TOKEN
}

# Random are: generated public keys, and the order of objects.
normalise() {
	case $1 in
	generate-*) sed '/^-----BEGIN/,/^-----END/d' ;;
	list-*) awk -v RS= '{ sub(/^Object [0-9]+:\n/, ""); gsub(/\n/, "|"); print }' | sort ;;
	*) cat ;;
	esac
}

worked() {
	for each in tokens write-key write-cert generate-ec generate-rsa list-login export-cert \
		export-public sign-rsa sign-ec random delete; do
		grep -qx 'status 0' "$WORK/direct/$each.status" || echo "$each failed directly"
	done >"$WORK/worked"
	check "$SUBJECT: the session does its work" test ! -s "$WORK/worked"
}

(make_base) >"$WORK/base.log" 2>&1
compare_sessions
worked
check "p11tool: libp11-kit is not linked" sh -c "! ldd '$LENS' | grep p11-kit"
