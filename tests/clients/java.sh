# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Java's SunPKCS11: keytool, jarsigner, and a program that signs in several threads.

need keytool jarsigner javac java

check "$SUBJECT: builds" javac -d "$WORK" "$HERE/Threads.java"

# keystore TOOL ARGUMENT...: on the token
keystore() {
	keystore_tool=$1
	shift
	"$keystore_tool" -J-Xshare:auto -J-XX:TieredStopAtLevel=1 -addprovider SunPKCS11 \
		-providerArg provider "$@"
}

keys() {
	keystore keytool -keystore NONE -storetype PKCS11 -storepass "$PIN" "$@"
}

session() {
	printf 'name = token\nlibrary = %s\nslotListIndex = 0\nattributes = compatibility\n' \
		"$MODULE" >provider
	step list keys -list
	step make-rsa keys -genkeypair -keyalg RSA -keysize 2048 -alias jrsa -dname CN=jrsa
	step make-ec keys -genkeypair -keyalg EC -groupname secp256r1 -alias jec -dname CN=jec
	step request keys -certreq -alias jec -file request
	step request-verify openssl req -verify -noout -in request
	step export keys -exportcert -alias jrsa -rfc -file jrsa.crt
	step export-verify openssl verify -CAfile jrsa.crt -check_ss_sig jrsa.crt
	step jar jar cf some.jar -C "$FIXTURE" text
	step jar-sign keystore jarsigner -keystore NONE -storetype PKCS11 -storepass "$PIN" some.jar jrsa
	step jar-verify jarsigner -J-XX:TieredStopAtLevel=1 -verify some.jar
	step threads java -XX:TieredStopAtLevel=1 -cp "$WORK" Threads provider "$PIN" jrsa jec
	step delete keys -delete -alias jec
	step list-now keys -list
}

# Dates, fingerprints of new keys, and the order of objects.
normalise() {
	case $1 in
	list*) grep -v fingerprint | sed 's/, [A-Z][a-z]* [0-9]*, [0-9]*,/, DATE,/' | sort ;;
	jar-*) grep -E '^(jar (signed|verified)|status)' ;;
	*) cat ;;
	esac
}

run_both C_Login C_GenerateKeyPair C_SignInit C_SignUpdate C_SignFinal C_DestroyObject
