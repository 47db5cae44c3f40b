#!/bin/sh
# SPDX-License-Identifier: MIT
# Measures the high-level functions on SoftHSM beside a program that calls it by hand.
set -u

usage() {
	cat <<'END'
usage: bench/highlevel.sh [-n ROUNDS] [-p PART,...] BUILD
  -n  rounds of what is compared (41); others have fewer
  -p  parts: portable, off, slow, stream (all)
The table goes to standard output, and to BUILD/bench/highlevel.tsv and .md. Fails when a goal is missed.
END
}

rounds=41 parts=portable,off,slow,stream
while [ $# -gt 0 ]; do
	case $1 in
	-n) rounds=$2; shift 2 ;;
	-p) parts=$2; shift 2 ;;
	-*) usage >&2; exit 2 ;;
	*) break ;;
	esac
done
if [ $# -ne 1 ]; then
	usage >&2
	exit 2
fi

here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$1" && pwd) || exit 1
lens=$build/pkcs11-lens.so program=$build/bench/highlevel slow=$build/tests/twist.so
for file in "$lens" "$program" "$slow"; do
	if [ ! -e "$file" ]; then
		echo "bench: $file is missing; \"make bench-highlevel\" builds it" >&2
		exit 1
	fi
done
vendor=$(find /usr/lib /usr/lib64 /usr/local/lib -name libsofthsm2.so 2>/dev/null | head -n 1)
if [ -z "$vendor" ]; then
	echo 'bench: SoftHSM is missing; say tools/need.sh --test' >&2
	exit 1
fi

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
mkdir "$work/tokens"
printf 'directories.tokendir = %s/tokens\nlog.level = ERROR\n' "$work" > "$work/softhsm2.conf"
: > "$work/empty.conf"
unset PKCS11SPY PKCS11SPY_OUTPUT PKCS11_LENS_PROFILE PKCS11_LENS_TRACE PKCS11_LENS_NORMALISE TWIST TWIST_SET
export SOFTHSM2_CONF="$work/softhsm2.conf" PKCS11_LENS_CONFIG="$work/empty.conf"
softhsm2-util --module "$vendor" --init-token --free --label bench --pin 1234 --so-pin 12345678 > "$work/log" 2>&1 || {
	cat "$work/log" >&2
	exit 1
}

# run PART ROUNDS: rows with the setting in front
run() {
	case $1 in
	portable) PKCS11_LENS_MODULE=$vendor "$program" compare "$2" "$lens" "$vendor" ;;
	off) PKCS11_LENS_NORMALISE=off PKCS11_LENS_MODULE=$vendor "$program" compare "$2" "$lens" "$vendor" ;;
	slow)
		TWIST_SET='slow all 1' TWIST_MODULE=$vendor PKCS11_LENS_MODULE=$slow \
			"$program" slow "$2" "$lens" "$vendor"
		;;
	stream) PKCS11_LENS_MODULE=$vendor "$program" stream "$2" "$lens" "$vendor" ;;
	*) usage >&2; exit 2 ;;
	esac
}

few=$(((rounds + 7) / 8))
for part in $(echo "$parts" | tr , ' '); do
	case $part in
	stream) run stream $((2 * few)) | sed 's/^/portable /' ;;
	slow) run slow "$few" | sed 's/^/slow /' ;;
	*) run "$part" "$rounds" | sed "s/^/$part /" ;;
	esac
done > "$work/rows"

mkdir -p "$build/bench"
awk -v format=tsv -f "$here/highlevel.awk" "$work/rows" > "$build/bench/highlevel.tsv"
awk -v format=markdown -f "$here/highlevel.awk" "$work/rows" > "$build/bench/highlevel.md"
[ -s "$work/rows" ] && awk -v format=text -f "$here/highlevel.awk" "$work/rows"
