# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# osslsigncode and sbsign sign a program of EFI's form, both by OpenSSL's engine.

need osslsigncode sbsign sbverify gcc objcopy pkcs11.so

# A program that does nothing, in the form that EFI wants.
echo 'int start(void) { return 0; } int data = 1;' >"$WORK/program.c"
gcc -shared -nostdlib -fPIC -Wl,-e,start -o "$WORK/program.so" "$WORK/program.c"
if ! objcopy -j .text -j .data -j .dynamic --target=efi-app-x86_64 "$WORK/program.so" \
	"$WORK/program.efi" 2>"$WORK/objcopy.log"; then
	skip "$SUBJECT" 'objcopy makes no program of EFI here'
	exit 0
fi
ENGINE=$(find_module pkcs11.so)

session() {
	step osslsigncode osslsigncode sign -pkcs11engine "$ENGINE" -pkcs11module "$MODULE" \
		-certs "$FIXTURE/rsa1.crt" -key "$RSA" -h sha256 -in "$WORK/program.efi" -out signed-1.efi
	step verify sbverify --cert "$FIXTURE/rsa1.crt" signed-1.efi
	export PKCS11_MODULE_PATH="$MODULE"
	step sbsign sbsign --engine pkcs11 --key "$RSA" --cert "$FIXTURE/rsa1.crt" \
		--output signed-2.efi "$WORK/program.efi"
	step sbverify sbverify --cert "$FIXTURE/rsa1.crt" signed-2.efi
}

run_both C_Login C_FindObjects C_Sign
