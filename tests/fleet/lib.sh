# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2034,SC2154 # the scripts set and use what is named here
# What the ways of a trace have in common: daemons of our own, a throwaway token and a session on it. A script
# says how to begin (fleet_begin PROGRAM...), and closes with fleet_end.
set -u

daemons=
passed=0
failed=0

leave() {
	for pid in $daemons; do
		kill "$pid" 2>/dev/null
	done
	wait
	rm -rf "$tmp"
}

skip_all() {
	echo "skip $way: $*"
	echo "0 passed, 0 failed, 1 skipped"
	exit 0
}

# result STATUS NAME [FILE]
result() {
	if [ "$1" -eq 0 ]; then
		passed=$((passed + 1))
		echo "ok $way: $2"
	else
		failed=$((failed + 1))
		echo "not ok $way: $2"
		[ -z "${3-}" ] || tail -n 20 "$3" | cut -c 1-300 | sed 's/^/#   /'
	fi
}

# await SECONDS COMMAND...
await() {
	tries=$(($1 * 10))
	shift
	until "$@" 2>/dev/null; do
		tries=$((tries - 1))
		[ "$tries" -gt 0 ] || return 1
		sleep 0.1
	done
}

# session TRACE: two runs of pkcs11-tool, which are the same calls every time
session() {
	PKCS11_LENS_TRACE=$1 pkcs11-tool --module "$lens" --token-label fleet --login --pin 1234 --keypairgen \
		--key-type EC:secp256r1 --id 01 --label 'a "quoted" label with ümläuts' >"$tmp/said" 2>&1 &&
		PKCS11_LENS_TRACE=$1 pkcs11-tool --module "$lens" --token-label fleet --list-mechanisms >>"$tmp/said" 2>&1
}

# fleet_begin PROGRAM...: what is missing ends the script with a skip
fleet_begin() {
	tmp=$(mktemp -d) || exit 2
	trap leave EXIT
	trap 'exit 2' HUP INT TERM
	PATH=$PATH:/usr/sbin
	for program in "$@" pkcs11-tool softhsm2-util jq; do
		command -v "$program" >/dev/null || skip_all "$program is missing; say tools/need.sh --test"
	done
	vendor=$(find -L /usr/lib /usr/lib64 /usr/local/lib -maxdepth 4 -name libsofthsm2.so -type f 2>/dev/null | head -n 1)
	[ -n "$vendor" ] || skip_all 'libsofthsm2.so is missing; say tools/need.sh --test'
	mkdir "$tmp/tokens" "$tmp/files"
	echo "directories.tokendir = $tmp/tokens" >"$tmp/softhsm2.conf"
	: >"$tmp/lens.conf"
	unset PKCS11SPY PKCS11_LENS_NORMALISE PKCS11_LENS_PROFILE
	export SOFTHSM2_CONF="$tmp/softhsm2.conf" PKCS11_LENS_MODULE="$vendor" PKCS11_LENS_CONFIG="$tmp/lens.conf"
	export LC_ALL=C.UTF-8
	softhsm2-util --module "$vendor" --init-token --free --label fleet --so-pin 1234 --pin 1234 >/dev/null || exit 2
}

# The calls in the trace of a session that went to a file
fleet_want() {
	session "json:$tmp/files/tool.%p.json"
	result $? 'a session with a file' "$tmp/said"
	want=$(jq -c 'select(has("fn"))' "$tmp"/files/*.json | wc -l)
	[ "$want" -gt 20 ]
	result $? 'it has calls'
}

fleet_end() {
	echo "$passed passed, $failed failed, 0 skipped"
	[ $failed -eq 0 ]
}

root=$(cd "$(dirname "$0")/../.." && pwd)
build=$(cd "${1:?usage: $0 BUILD}" && pwd) || exit 2
lens=$build/pkcs11-lens.so
tool=$build/pkcs11-lens
