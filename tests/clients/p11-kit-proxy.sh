# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# p11-kit-proxy as the vendor behind the lens: all modules of p11-kit seen through the lens as one.

need pkcs11-tool p11-kit-proxy.so
[ "$CLIENTS_ALONE" = yes ] || {
	skip "$SUBJECT" 'it takes root and a mount namespace to put a module into its folder'
	exit 0
}

SOFTHSM=$VENDOR
VENDOR=$(find_module p11-kit-proxy.so)

tool() {
	unshare --mount sh -c 'mount --bind modules /usr/share/p11-kit/modules && exec "$@"' sh \
		pkcs11-tool --module "$MODULE" "$@"
}

session() {
	mkdir modules
	printf 'module: %s\n' "$SOFTHSM" >modules/softhsm.module
	step info tool -I
	step slots tool -L
	step mechanisms tool -M
	step objects tool --token-label rt --login --pin "$PIN" -O
	step sign tool --token-label rt --login --pin "$PIN" --sign -m SHA256-RSA-PKCS --id 01 \
		-i "$FIXTURE/text" -o rsa.sig
	step verify verifies rsa1 sha256 rsa.sig
}

normalise() {
	case $1 in
	objects) sort ;;
	mechanisms) sed '/ECDH1-DERIVE/s/, EC .*//' ;;
	*) cat ;;
	esac
}

run_both C_Login C_FindObjects C_Sign
