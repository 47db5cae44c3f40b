# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2154 # sourced by run.sh behind lib.sh
# A long pkcs11-tool session on SoftHSM: everything it prints, and how it ends, is the same through
# the lens. Where results are random, openssl or a second pkcs11-tool call says whether they are right.

need pkcs11-tool softhsm2-util openssl libsofthsm2.so

vendor libsofthsm2.so
IV=000102030405060708090a0b0c0d0e0f

make_base() {
	softhsm_token "$WORK/base"
	cd "$WORK/base" || exit 1
	openssl genrsa -out rsa.pem 2048
	openssl rsa -in rsa.pem -outform DER -out rsa.der
	openssl rsa -in rsa.pem -pubout -outform DER -out rsa-public.der
	openssl req -x509 -key rsa.pem -subj '/CN=lens test/O=pkcs11-lens' -outform DER -out cert.der
	echo 'attack at dawn' >message
	openssl dgst -sha256 -binary message >message.sha256
	printf '0123456789abcdef0123456789ABCDEF' >aes
	openssl pkeyutl -encrypt -pubin -keyform DER -inkey rsa-public.der -in message -out rsa.cipher
	openssl pkeyutl -encrypt -pubin -keyform DER -inkey rsa-public.der -in message \
		-pkeyopt rsa_padding_mode:oaep -out oaep.cipher
}

tool() {
	pkcs11-tool --module "$MODULE" "$@"
}

# On the token, not logged in; and as user
on() {
	tool --token-label rt "$@"
}

user() {
	tool --token-label rt --login --pin 1234 "$@"
}

enquiries() {
	step info tool -I
	step slots tool -L
	step token-slots tool -T
	step interfaces tool --list-interfaces
	step mechanisms on -M
	step mechanisms-verbose on -M -v
	step objects-none on -O
	step self-test user --test
}

imports() {
	step write-private user --write-object rsa.der --type privkey --id 10 --label imported \
		--usage-sign --usage-decrypt
	step write-public user --write-object rsa-public.der --type pubkey --id 10 --label imported
	step write-cert user --write-object cert.der --type cert --id 10 --label imported
	step write-secret user --write-object aes --type secrkey --key-type AES:32 --id 11 \
		--label secret --extractable
	step write-data user --write-object message --type data --label note --private \
		--application-label app
	step read-data user --read-object --type data --label note
	step read-cert on --read-object --type cert --id 10 --output-file cert.read
	step read-cert-same cmp cert.der cert.read
	step read-public on --read-object --type pubkey --id 10
	step read-private user --read-object --type privkey --id 10
	step self-test-rsa user --test
}

generation() {
	step generate-rsa user --keypairgen --key-type rsa:2048 --id 20 --label 'rsa pair'
	step generate-ec user --keypairgen --key-type EC:secp256r1 --id 21 --label 'ec pair'
	step generate-ec384 user --keypairgen --key-type EC:secp384r1 --id 22 --label 'ec 384'
	step generate-aes user --keygen --key-type AES:16 --id 23 --label 'aes key' --extractable
	step generate-curve-unknown user --keypairgen --key-type EC:nonsense --id 24
	step random on --generate-random 32 --output-file random
	step random-size wc -c random
	step objects-all user -O
	step objects-public on -O
}

signatures() {
	step sign-rsa user --sign -m SHA256-RSA-PKCS --id 10 -i message -o rsa.sig
	step sign-rsa-bytes cksum rsa.sig
	step verify-rsa user --verify -m SHA256-RSA-PKCS --id 10 -i message --signature-file rsa.sig
	step verify-wrong user --verify -m SHA256-RSA-PKCS --id 10 -i aes --signature-file rsa.sig
	step sign-pss user --sign -m SHA256-RSA-PKCS-PSS --id 20 -i message -o pss.sig
	step verify-pss user --verify -m SHA256-RSA-PKCS-PSS --id 20 -i message --signature-file pss.sig
	step sign-ec user --sign -m ECDSA --id 21 -i message.sha256 -o ec.sig -f openssl
	step read-ec on --read-object --type pubkey --id 21 -o ec.der
	step verify-ec openssl dgst -sha256 -verify ec.der -keyform DER -signature ec.sig message
	step sign-no-key user --sign -m ECDSA --id 99 -i message.sha256
	step digest on --hash -m SHA256 -i message -o digest
	step digest-same cmp digest message.sha256
}

ciphers() {
	step decrypt-rsa user --decrypt -m RSA-PKCS --id 10 -i rsa.cipher
	step decrypt-oaep user --decrypt -m RSA-PKCS-OAEP --hash-algorithm SHA-1 --mgf MGF1-SHA1 \
		--id 10 -i oaep.cipher
	step decrypt-garbage user --decrypt -m RSA-PKCS --id 10 -i message
	step encrypt-aes user --encrypt -m AES-CBC-PAD --id 11 --iv $IV -i message -o aes.cipher
	step encrypt-aes-bytes cksum aes.cipher
	step decrypt-aes user --decrypt -m AES-CBC-PAD --id 11 --iv $IV -i aes.cipher
	step wrap user --wrap -m RSA-PKCS --id 10 --application-id 23 -o wrapped
	step unwrap user --unwrap -m RSA-PKCS --id 10 --application-id 30 --key-type AES: \
		--application-label unwrapped -i wrapped
	step objects-unwrapped user -O --type secrkey
	step derive user --derive -m ECDH1-DERIVE --id 21 --label derived -i ec.der -o derived
}

changes() {
	step set-id user --type privkey --id 22 --set-id 2223
	step delete user --delete-object --type secrkey --id 11
	step delete-again user --delete-object --type secrkey --id 11
	step self-test-ec user --session-rw --test-ec --id 40 --key-type EC:secp256r1
	step fork on --test-fork
	step pin-wrong on --login --pin 9999 -O
	step slots-pin-wrong tool -T
	step pin-change on --login --pin 1234 --change-pin --new-pin 567890
	step pin-old on --login --pin 1234 -O
	step pin-new on --login --pin 567890 -O --type privkey
	step init-token tool --init-token --slot 1 --label second --so-pin 87654321
	step init-pin tool --token-label second --login --login-type so --so-pin 87654321 \
		--init-pin --new-pin 4321
	step init-pin-used tool --token-label second --login --pin 4321 -O
	step no-such-token tool --token-label nosuch -O
}

session() {
	enquiries
	imports
	generation
	signatures
	ciphers
	changes
}

# Random are: points, generated AES keys, object handles and their order, and addresses.
normalise() {
	sed -E -e '/EC_POINT: /s/[0-9a-f]{20,}/POINT/' -e '/VALUE: /s/ [0-9a-f]{32}$/ VALUE/' \
		-e 's/^(Data object) [0-9]+/\1 N/' -e 's/(source_ptr=)0x[0-9a-f]+/\1ADDRESS/' |
		case $1 in
		objects-* | pin-new) awk '
			/^[^ ]/ { if (block != "") print block; block = $0; next }
			{ block = block "|" $0 }
			END { print block }' | sort ;;
		*) cat ;;
		esac
}

# What must have worked directly, or the comparison says little.
worked() {
	for each in info slots mechanisms write-private write-secret read-data generate-rsa \
		generate-ec sign-rsa verify-rsa verify-pss verify-ec decrypt-rsa decrypt-oaep \
		decrypt-aes unwrap self-test pin-change pin-new init-pin-used; do
		grep -qx 'status 0' "$WORK/direct/$each.status" || echo "$each failed directly"
	done >"$WORK/worked"
	check "$SUBJECT: the session does its work" test ! -s "$WORK/worked"
}

(make_base) >"$WORK/base.log" 2>&1
compare_sessions
worked
check_has "$SUBJECT: the trace names things" "$WORK/text/trace" CKM_EC_KEY_PAIR_GEN secp256r1 \
	secp384r1 CKM_SHA256_RSA_PKCS_PSS CKM_RSA_PKCS_OAEP CKM_AES_CBC_PAD CKR_PIN_INCORRECT \
	'CKA_LABEL="imported"' 'CN=lens test'
check "$SUBJECT: with entries, two lines a call" test \
	"$(grep -c ' \.\.\.$' "$WORK/entry/trace")" -eq "$(grep -c ') = ' "$WORK/entry/trace")"
check "$SUBJECT: the trace is the owner's alone" test \
	"$(find "$WORK/text/trace" -perm 600 | wc -l)" -eq 1
