#!/bin/sh
# SPDX-License-Identifier: MIT
# The programs of examples/ are compiled strictly, do on a SoftHSM token what they say, and the public header goes
# with the Cryptoki headers of others.
# usage: run.sh BUILD
# HEADER_ROOT names the folder that the headers of others lie in (/usr/include).
set -u
LC_ALL=C
export LC_ALL

root=$(cd "$(dirname "$0")/../.." && pwd)
build=$(cd "${1:?usage: run.sh BUILD}" && pwd) || exit 2
lens=$build/pkcs11-lens.so
headers=${HEADER_ROOT:-/usr/include}
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
trap 'exit 2' HUP INT TERM
cd "$tmp" || exit 2
passed=0
failed=0
skipped=0

# result STATUS NAME [FILE]
result() {
	if [ "$1" -eq 0 ]; then
		passed=$((passed + 1))
		echo "ok $2"
	else
		failed=$((failed + 1))
		echo "not ok $2"
		[ -z "${3-}" ] || sed 's/^/#   /; 20q' "$3"
	fi
}

skip() {
	skipped=$((skipped + 1))
	echo "skip $1: $2"
}

finish() {
	echo "$passed passed, $failed failed, $skipped skipped"
	[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
	exit
}

have() {
	command -v "$1" >/dev/null 2>&1
}

# --- The token that all of them want

# configure [SECTION]...: how the lens behaves; each line is an argument
configure() {
	printf '%s\n' "$@" >lens.conf
}

make_token() {
	mkdir tokens
	printf 'directories.tokendir = %s/tokens\nlog.level = ERROR\n' "$tmp" >softhsm2.conf
	softhsm2-util --module "$vendor" --init-token --free --label DEMO --pin 1234 --so-pin 12345678 \
		>token.log 2>&1
}

vendor=$(find /usr/lib /usr/lib64 /usr/local/lib -name libsofthsm2.so 2>/dev/null | head -n 1)
if [ -z "$vendor" ] || ! have softhsm2-util; then
	skip examples 'SoftHSM is missing; say tools/need.sh --test'
	finish
fi
unset PKCS11_LENS_MODULE PKCS11_LENS_TRACE PKCS11_LENS_NORMALISE PKCS11_LENS_PROFILE PKCS11SPY PKCS11SPY_OUTPUT
export SOFTHSM2_CONF="$tmp/softhsm2.conf" PKCS11_LENS_CONFIG="$tmp/lens.conf"
export PKCS11_LENS="$lens" PKCS11_MODULE="$vendor" PKCS11_LENS_H="$root/include/pkcs11-lens.h"
configure ''
make_token
result $? 'a token DEMO' token.log

# --- What each prints, as extended regular expressions of whole lines; _ stands for a blank

expectations() {
	cat <<-'END'
		aes      ciphertext:_[0-9a-f]{32} plaintext:_INPUT_DATA
		des3     ciphertext:_[0-9a-f]{32}
		dh       both_have_the_same_key
		dsa      signature:_[0-9a-f]{80}
		ecdh     both_have_the_same_key
		ecdsa    signature:_[0-9a-f]{128}
		file     encrypted_plain_to_sealed
		openssl  OpenSSL_says_that_the_signature_is_good
		rsa      ciphertext:_[0-9a-f]{512} plaintext:_INPUT_DATA
		wrap     wrapped:_[0-9a-f]{48} restored:_restored
		table.cc signature_of_256_octets
		table.py ciphertext:_[0-9a-f]{32}
	END
}

# is_as_expected EXAMPLE: out has these lines and no others
is_as_expected() {
	expectations | awk -v name="$1" '$1 == name { for (i = 2; i <= NF; i++) print $i }' | tr _ ' ' >lines
	[ -s lines ] || echo "nothing is known of what $1 prints; expectations in tests/examples/run.sh has the rows" >>out
	[ "$(wc -l <lines)" -eq "$(wc -l <out)" ] || return 1
	n=0
	while read -r line; do
		n=$((n + 1))
		sed -n "${n}p" out | grep -qxE -e "$line" || return 1
	done <lines
}

# runs NAME EXAMPLE COMMAND...
runs() {
	ran=$1 example=$2
	shift 2
	if "$@" >out 2>err </dev/null && [ ! -s err ] && is_as_expected "$example"; then
		result 0 "$ran"
	else
		echo "ended with status $?" >>err
		cat out err >both
		result 1 "$ran prints something else:" both
	fi
}

# compiles COMPILER EXAMPLE.c: to COMPILER-EXAMPLE
compiles() {
	name=$(basename "$2" .c)
	libraries=-ldl
	! grep -q '<openssl/' "$2" || libraries='-lcrypto -ldl'
	# shellcheck disable=SC2086 # a list of words
	"$1" -std=c99 -pedantic -Wall -Wextra -Werror -I"$root/include" -o "$1-$name" "$2" $libraries >log 2>&1
}

# Large enough for several parts, and no multiple of a block
awk 'BEGIN { for (i = 0; i < 150000; i++) printf "%09d\n", i * 7; print "end" }' >plain

for compiler in gcc clang; do
	have $compiler || {
		skip "examples by $compiler" "there is no $compiler"
		continue
	}
	for example in "$root"/examples/*.c; do
		name=$(basename "$example" .c)
		compiles $compiler "$example"
		result $? "$name is C99 to $compiler" log
		runs "$name runs" "$name" "./$compiler-$name" plain sealed
	done
done

for compiler in g++ clang++; do
	have $compiler || {
		skip "table.cc by $compiler" "there is no $compiler"
		continue
	}
	"$compiler" -std=c++17 -pedantic -Wall -Wextra -Werror -I"$root/include" -o table-cc \
		"$root/examples/table.cc" -ldl >log 2>&1
	result $? "table.cc is C++17 to $compiler" log
	runs 'table.cc runs' table.cc ./table-cc
done

if have python3; then
	runs 'table.py runs' table.py python3 "$root/examples/table.py"
else
	skip table.py 'there is no python3'
fi

# --- What they leave behind

left=$(find tokens -name '*.object' ! -name 'token.object' | wc -l)
[ "$left" -eq 0 ]
result $? "nothing stays on the token ($left objects)"

# --- The file that was encrypted: the lens is told to keep its key, so that another program can decrypt.

compiler=$(for each in gcc clang; do ! have $each || echo $each; done | head -n 1)
configure '[generate CKO_SECRET_KEY CKK_AES]' 'CKA_TOKEN = force true' 'CKA_ID = force 0x0f11e0'
cp sealed before 2>/dev/null
"./$compiler-file" plain sealed >out 2>&1
configure ''
size=$(wc -c <plain)
[ "$(wc -c <sealed)" -eq $((16 + size / 16 * 16 + 16)) ]
result $? 'an encrypted file has an IV, the blocks of the plain one, and padding' out
! cmp -s before sealed
result $? 'and is another one each time'

if have pkcs11-tool; then
	dd if=sealed of=ciphertext bs=16 skip=1 2>/dev/null
	pkcs11-tool --module "$vendor" --login --pin 1234 --decrypt --id 0f11e0 -m AES-CBC-PAD \
		--iv "$(od -An -v -tx1 -N16 sealed | tr -d ' \n')" --input-file ciphertext --output-file back >log 2>&1
	cmp plain back >>log 2>&1
	result $? 'and another program decrypts it to what it was' log
else
	skip 'decrypting the file' 'there is no pkcs11-tool; say tools/need.sh --test'
fi

# --- What they say when they cannot work

# refuses NAME TEXT VARIABLE=VALUE...
refuses() {
	name=$1 text=$2
	shift 2
	env "$@" "./$compiler-aes" >out 2>err
	[ $? -eq 1 ] && [ ! -s out ] && grep -qF -e "$text" err
	result $? "$name" err
}
refuses 'a lens that is not there is named' "$tmp/none.so" PKCS11_LENS="$tmp/none.so"
refuses 'a module that is not there is named' "$tmp/none.so" PKCS11_MODULE="$tmp/none.so"
mkdir empty
printf 'directories.tokendir = %s/empty\nlog.level = ERROR\n' "$tmp" >empty.conf
refuses 'a token that is not there is named' 'DEMO' SOFTHSM2_CONF="$tmp/empty.conf"

# --- The public header beside other Cryptoki headers

# name, header, folders to look in beside its own
cryptoki_headers() {
	cat <<-END
		ours $root/include/pkcs11.h .
		softhsm $headers/softhsm/pkcs11.h .
		nss $headers/nss/pkcs11.h $headers/nspr
		opencryptoki $headers/opencryptoki/pkcs11.h .
		p11-kit $headers/p11-kit-1/p11-kit/pkcs11.h $headers/p11-kit-1
		pkcs11-helper $headers/pkcs11-helper-1.0/pkcs11.h .
	END
}

# Those that are written for the way of OASIS want this first.
cat >usage.h <<'END'
#define CK_PTR *
#define CK_DECLARE_FUNCTION(type, name) type name
#define CK_DECLARE_FUNCTION_POINTER(type, name) type(*name)
#define CK_CALLBACK_FUNCTION(type, name) type(*name)
#define CK_DEFINE_FUNCTION(type, name) type name
#ifndef NULL_PTR
#define NULL_PTR 0
#endif
END

# Every function of the header is compiled, as all are inline; a call of one shows that it can be used.
cat >beside.c <<'END'
#include CRYPTOKI
#include <pkcs11-lens.h>

CK_RV use(struct p11l_session *session, CK_BYTE *memory, CK_ULONG size);

CK_RV use(struct p11l_session *session, CK_BYTE *memory, CK_ULONG size)
{
	struct p11l_mechanism mechanism = p11l_plain(CKM_SHA256);
	struct p11l_buffer digest;
	CK_RV rv = p11l_bind(0);

	p11l_buffer_over(&digest, memory, size);
	return rv == CKR_OK ? p11l_digest(session, &mechanism, "abc", 3, &digest) : rv;
}
END
cp beside.c beside.cc

# beside COMPILER STANDARD SOURCE NAME HEADER FOLDER
beside() {
	includes="-isystem $(dirname "$5")"
	[ "$6" = . ] || includes="$includes -isystem $6"
	for first in '' '-include usage.h'; do
		# shellcheck disable=SC2086 # lists of words
		"$1" "-std=$2" -pedantic -Wall -Wextra -Werror -fsyntax-only $first -DCRYPTOKI="\"$5\"" \
			$includes -I"$root/include" "$3" >log 2>&1 && return
	done
	return 1
}

cryptoki_headers >list
while read -r name header folder; do
	if [ ! -r "$header" ]; then
		skip "the header of $name" "there is no $header; say tools/need.sh --test"
		continue
	fi
	for way in gcc:c99:beside.c gcc:c11:beside.c g++:c++11:beside.cc g++:c++17:beside.cc \
		clang:c99:beside.c clang++:c++17:beside.cc; do
		compiler=${way%%:*} standard=${way#*:}
		have "$compiler" || continue
		beside "$compiler" "${standard%:*}" "${standard#*:}" "$name" "$header" "$folder"
		result $? "pkcs11-lens.h beside the header of $name: $compiler, ${standard%:*}" log
	done
done <list

finish
