# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# graphene-pk11 and pkcs11js: PKCS #11 for Node.js. Debian has neither; npm builds them where it may.

need node npm

# run.sh has built them, while there was a network.
NODE_PATH=$BUILD/tests/clients/npm/node_modules
export NODE_PATH
[ -f "$NODE_PATH/pkcs11js/build/Release/pkcs11.node" ] || {
	skip "$SUBJECT" 'npm cannot be reached, or cannot build pkcs11js'
	exit 0
}

session() {
	step session node "$HERE/graphene.js" "$MODULE" "$PIN"
}

# The order of objects is the vendor's whim.
normalise() {
	sort
}

run_both C_Login C_GenerateKeyPair C_SignUpdate C_SignFinal C_VerifyFinal C_Finalize
