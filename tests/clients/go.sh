# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Go: miekg/pkcs11, in many goroutines at once, and crypto11 on top of it.

need go openssl
GOPATH=/usr/share/gocode
if [ ! -d $GOPATH/src/github.com/miekg/pkcs11 ] || [ ! -d $GOPATH/src/github.com/ThalesIgnite/crypto11 ]; then
	skip "$SUBJECT" 'the Go packages are missing; say tools/need.sh --clients'
	exit 0
fi

export GOPATH GO111MODULE=off GOFLAGS=-buildvcs=false GOCACHE="$BUILD/tests/clients/go-cache"
check "$SUBJECT: builds" go build -o "$WORK/client" "$HERE/go/client.go"

session() {
	step sign "$WORK/client" "$MODULE" "$PIN" "$FIXTURE/text" ec.sig
	step verify verifies ec1 sha256 ec.sig
}

run_both C_Login C_FindObjects C_Sign C_SignInit
