# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# GnuTLS's p11tool, which loads modules through p11-kit.

need p11tool

tool() {
	p11tool --provider "$MODULE" --batch "$@"
}

session() {
	export GNUTLS_PIN="$PIN"
	step tokens tool --list-tokens
	step keys tool --login --list-privkeys "$TOKEN"
	step generate tool --login --generate-privkey=ecdsa --curve=secp256r1 --label g "$TOKEN"
	step generated tool --login --list-all "$TOKEN;object=g"
	step delete tool --login --delete "$TOKEN;object=g"
	step sign-rsa tool --login --test-sign "$TOKEN;object=rsa1;type=private"
	step sign-ec tool --login --test-sign "$TOKEN;object=ec1;type=private"
	step certificate tool --export "$TOKEN;object=rsa1;type=cert"
}

# Random are a new key, its id and the order of objects.
normalise() {
	case $1 in
	generate*) sed '/^-----BEGIN/,/^-----END/d; s/id=[^;]*/id=?/; s/ID: .*/ID: ?/' | sort ;;
	keys) awk -v RS= '{ sub(/^Object [0-9]+:\n/, ""); gsub(/\n/, "|"); print }' | sort ;;
	*) cat ;;
	esac
}

run_both C_Login C_FindObjects C_GenerateKeyPair C_DestroyObject C_Sign
