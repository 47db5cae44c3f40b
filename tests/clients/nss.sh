# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# NSS: the module in a database, keys and certificates listed, made, signed with and brought in.

need modutil certutil pk12util openssl

# token TOOL ARGUMENT...: on the token in the database
token() {
	token_tool=$1
	shift
	"$token_tool" "$@" -h rt -d sql:db -f pin
}

session() {
	mkdir db
	printf '%s\n' "$PIN" >pin
	head -c 64 /dev/zero >noise
	step database certutil -N --empty-password -d sql:db
	step module modutil -dbdir sql:db -force -add lens -libfile "$MODULE"
	step modules modutil -dbdir sql:db -list lens
	step certificates token certutil -L
	step keys token certutil -K
	step make token certutil -S -n made -s CN=made -x -t ,, -k rsa -g 2048 -z noise -m 17
	step request token certutil -R -k ec -q nistp256 -s CN=requested -z noise -o request
	openssl req -inform DER -in request -out request.pem
	step verify openssl req -verify -noout -in request.pem
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout own.pem \
		-subj /CN=own -out own.crt
	openssl pkcs12 -export -in own.crt -inkey own.pem -name own -passout pass:word -out own.p12
	step import pk12util -i own.p12 -W word -h rt -d sql:db -k pin
	step certificates-now token certutil -L
	step delete token certutil -F -n made
	step keys-now token certutil -K
}

# Random are ids and numbers of keys, and the order of objects.
normalise() {
	case $1 in
	keys*) sed 's/^<[ 0-9]*>//; s/ [0-9a-f]\{40\} / ? /' | sort ;;
	certificates*) sort ;;
	*) sed '/^Generating key/d' ;;
	esac
}

run_both C_Login C_FindObjects C_GenerateKeyPair C_Sign C_CreateObject
