# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# NSS softoken, a 3.0 vendor with four interfaces that starts only with a string in pReserved; set up
# by a configuration file alone.

need pkcs11-tool certutil libsoftokn3.so

module=$(find_module libsoftokn3.so)
mkdir "$WORK/db"
certutil -N --empty-password -d "sql:$WORK/db" >"$WORK/certutil.log" 2>&1

# The string is given in two lines when the folder's name is long, so always.
cat >"$WORK/lens.conf" <<END
# NSS behind the lens
[module]
path = $module
init_args = configdir='sql:$WORK/db'
 certPrefix='' keyPrefix='' secmod='secmod.db' flags=

[trace]
format = text
destination = $WORK/trace
END

# With nothing in the environment but the name of the file.
bare() {
	env -i PATH="$PATH" PKCS11_LENS_CONFIG="$WORK/lens.conf" "$@"
}

tool() {
	bare pkcs11-tool --module "$LENS" "$@"
}

check 'nss: starts by a configuration file alone' tool -I
tool -L >"$WORK/slots" 2>&1
check_has 'nss: pkcs11-tool -L shows both tokens' "$WORK/slots" \
	'NSS Generic Crypto Services' 'NSS Certificate DB'
check 'nss: pkcs11-tool makes a key pair' tool --slot 2 --keypairgen --key-type EC:secp256r1 \
	--id 01 --label nss-key
tool --slot 2 -O >"$WORK/objects" 2>&1
check_has 'nss: pkcs11-tool -O shows it' "$WORK/objects" 'Private Key Object; EC' 'nss-key'
tool --list-interfaces >"$WORK/interfaces" 2>&1
check_has 'nss: all four interfaces' "$WORK/interfaces" 'version: 3.0' 'version: 2.40' \
	"'Vendor NSS Module Interface'" "'Vendor NSS FIPS Interface'"

check 'nss: AES-GCM by the message functions' bare "$PROGRAMS/message" "$LENS"
check_has 'nss: the message parameters are decoded' "$WORK/trace" 'C_MessageEncryptInit(' \
	'pMechanism=CKM_AES_GCM' 'C_EncryptMessage(' 'pParameter={pIv=' 'ulIvFixedBits=0' \
	'ivGenerator=CKG_NO_GENERATE' 'pTag='
check 'nss: the plaintext of a message is not in the trace' \
	sh -c "! grep -qaF -e 'plaintext of a message' -e 706c61696e74657874 '$WORK/trace'"
check_lines 'nss: every line of the trace is whole' "$WORK/trace"

# Without the string everything is as it is without the lens.
sed -i '/init_args/,/certPrefix/d' "$WORK/lens.conf"
tool -I >"$WORK/without" 2>&1
echo "status $?" >>"$WORK/without"
bare pkcs11-tool --module "$module" -I >"$WORK/without.direct" 2>&1
echo "status $?" >>"$WORK/without.direct"
check_same 'nss: without the string it is as without the lens' "$WORK/without.direct" "$WORK/without"
