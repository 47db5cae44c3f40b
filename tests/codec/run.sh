#!/bin/sh
# SPDX-License-Identifier: MIT
# What the programs beside this do not try: the headers with C99 and C++, and what the openssl
# command makes, by way of a program that decodes whatever it is and encodes it again.
# usage: run.sh BUILD          (CC and CXX compile)
set -u

build=$(cd "${1:?usage: run.sh BUILD}" && pwd) || exit 2
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
again=$build/tests/helpers/again
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
trap 'exit 2' HUP INT TERM
cd "$tmp" || exit 2
passed=0
failed=0
skipped=0

# result STATUS NAME [FILE]: counts; shows the file when the case failed
result() {
	if [ "$1" -eq 0 ]; then
		passed=$((passed + 1))
		echo "ok $2"
	else
		failed=$((failed + 1))
		echo "not ok $2"
		[ ! -s "${3-}" ] || sed 's/^/# /' "$3"
	fi
}

headers() {
	for header in error buffer attributes mechanism module session object key operation codec; do
		printf '#include "highlevel/api/%s.h"\nint main(void) { return 0; }\n' "$header" >use.c
		cp use.c use.cc
		"${CC:-cc}" -std=c99 -pedantic -Wall -Wextra -Werror -I"$root" -I"$root/include" \
			-fsyntax-only use.c >log 2>&1
		result $? "$header.h in C99" log
		"${CXX:-c++}" -std=c++98 -Wall -Wextra -Werror -I"$root" -I"$root/include" \
			-fsyntax-only use.cc >log 2>&1
		result $? "$header.h in C++" log
	done
}

# same NAME FILE: what FILE holds comes back as it was
same() {
	"$again" "$2" >back 2>log && cmp "$2" back >>log 2>&1
	result $? "$1" log
}

# refused NAME WORD FILE: with WORD in what is said
refused() {
	if "$again" "$3" >/dev/null 2>log; then
		echo 'it was accepted' >>log
		result 1 "$1" log
	else
		grep -q -e "$2" log
		result $? "$1" log
	fi
}

# A key, in whatever ways OpenSSL writes it.
key() {
	name=$1
	if ! openssl "$@" -out key.pem 2>log; then
		skipped=$((skipped + 1))
		echo "skip $*: this openssl cannot"
		return
	fi
	name=$*
	openssl pkcs8 -topk8 -nocrypt -in key.pem -outform DER -out key.der 2>/dev/null
	same "private: $name" key.der
	openssl pkey -in key.pem -pubout -outform DER -out public.der 2>/dev/null
	same "public: $name" public.der
}

keys() {
	for bits in 512 768 1024 1536 2048 3072 4096; do
		key genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:$bits
	done
	key genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:1024 -pkeyopt rsa_keygen_pubexp:3
	for type in ED25519 ED448 X25519 X448 ML-DSA-44 ML-DSA-65 ML-DSA-87 ML-KEM-512 \
		ML-KEM-768 ML-KEM-1024 SLH-DSA-SHA2-128s SLH-DSA-SHAKE-192f; do
		key genpkey -algorithm "$type"
	done
	for curve in $(openssl ecparam -list_curves | sed -n 's/^ *\([A-Za-z0-9-]*\) *:.*/\1/p' |
		grep -v Oakley); do
		key genpkey -algorithm EC -pkeyopt "ec_paramgen_curve:$curve" \
			-pkeyopt ec_param_enc:named_curve
	done
	key genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -pkeyopt ec_param_enc:explicit
	for group in modp_2048 ffdhe3072; do
		key genpkey -algorithm DH -pkeyopt group:$group
	done
	key genpkey -algorithm DHX -pkeyopt group:dh_2048_224
	for bits in 1024 2048; do
		openssl genpkey -genparam -algorithm DSA -pkeyopt dsa_paramgen_bits:$bits \
			-out parameters.pem 2>/dev/null
		key genpkey -paramfile parameters.pem
	done
}

old_forms() {
	openssl genrsa -out rsa.pem 1024 2>/dev/null
	openssl rsa -in rsa.pem -traditional -outform DER -out old.der 2>/dev/null
	same 'PKCS #1 private' old.der
	openssl rsa -in rsa.pem -RSAPublicKey_out -outform DER -out old.der 2>/dev/null
	same 'PKCS #1 public' old.der
	openssl ecparam -genkey -name secp521r1 -noout -outform DER -out old.der
	same 'SEC 1' old.der
	openssl ecparam -name brainpoolP384r1 -outform DER -out old.der
	same 'EC parameters' old.der
	openssl ecparam -name P-256 -param_enc explicit -outform DER -out old.der
	same 'EC parameters written out' old.der
	openssl genpkey -genparam -algorithm DH -pkeyopt group:ffdhe2048 -out old.pem
	openssl asn1parse -in old.pem -noout -out old.der
	same 'PKCS #3' old.der
	openssl genpkey -genparam -algorithm DHX -pkeyopt group:dh_1024_160 -out old.pem
	openssl asn1parse -in old.pem -noout -out old.der
	same 'X9.42' old.der
	openssl dsaparam -in parameters.pem -outform DER -out old.der
	same 'DSA parameters' old.der
}

certificates() {
	for type in RSA ED25519 ED448; do
		openssl genpkey -algorithm $type -out key.pem 2>/dev/null
		openssl req -x509 -key key.pem -subj "/C=DE/O=Lens, \"\$x\"/CN=$type äöü" -utf8 \
			-days 20000 -outform DER -out certificate.der 2>log
		same "certificate: $type" certificate.der
	done
	openssl req -x509 -key key.pem -subj "/CN=pem" -out certificate.pem
	"$again" certificate.pem >back 2>log && openssl x509 -in certificate.pem -outform DER |
		cmp - back >>log 2>&1
	result $? 'certificate in PEM, with text around it' log
}

not_taken() {
	openssl genpkey -algorithm ED25519 -out key.pem
	openssl pkcs8 -topk8 -in key.pem -passout pass:x -out encrypted.pem
	refused 'PKCS #8 under a passphrase' 'passphrase' encrypted.pem
	openssl pkcs8 -topk8 -in key.pem -passout pass:x -outform DER -out encrypted.der
	refused 'the same in DER' 'passphrase' encrypted.der
	openssl rsa -in rsa.pem -aes128 -passout pass:x -traditional -out encrypted.pem 2>/dev/null
	refused 'PKCS #1 under a passphrase' 'passphrase' encrypted.pem
	openssl req -new -key key.pem -subj /CN=x -out request.pem
	refused 'certificate request' 'CERTIFICATE REQUEST' request.pem
	openssl genrsa -primes 3 -out key.pem 2048 2>/dev/null
	refused 'three primes' 'more than two primes' key.pem
	printf '\060\200\000\000' >ber.der
	refused 'indefinite length' 'at octet 0.*indefinite' ber.der
}

headers
keys
old_forms
certificates
not_taken
echo "$passed passed, $failed failed$([ $skipped -eq 0 ] || echo ", $skipped skipped")"
[ $failed -eq 0 ] && [ $passed -gt 0 ]
