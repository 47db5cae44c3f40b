# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2154 # run.sh sets the variables
# What the parts of the test have in common.

result() {
	if [ "$1" -eq 0 ]; then
		passed=$((passed + 1))
		echo "ok $2"
	else
		failed=$((failed + 1))
		echo "not ok $2"
		head -q -n 12 "$work/err" "$work/out" 2>/dev/null | cut -c 1-300 | sed 's/^/# /'
	fi
}

skip() {
	skipped=$((skipped + 1))
	echo "skip $1: $2"
}

# check NAME COMMAND...: the command succeeds
check() {
	name=$1
	shift
	"$@" >"$work/out" 2>"$work/err"
	result $? "$name"
}

# tool STATUS NAME ARGUMENT...: runs the tool and expects its exit status
tool() {
	want=$1
	name=$2
	shift 2
	"$tool" "$@" >"$work/out" 2>"$work/err"
	status=$?
	[ $status -eq "$want" ] || echo "# exit status $status, not $want" >>"$work/err"
	[ $status -eq "$want" ]
	result $? "$name"
}

says() {
	grep -qF -e "$1" "$work/out"
	result $? "$name: says $1"
}

errs() {
	grep -qF -e "$1" "$work/err"
	result $? "$name: message has $1"
}

silent() {
	[ ! -s "$work/err" ]
	result $? "$name: no message"
}

has() {
	command -v "$1" >/dev/null
}

# host TRACE ARGUMENT...: load.c behind the lens and before vendor.so
host() {
	trace=$1
	shift
	PKCS11_LENS_TRACE=$trace LD_PRELOAD=$preload ASAN_OPTIONS=detect_leaks=0 \
		exec "$work/load" "$lens" "$@"
}

# session TRACE: one call of every kind, behind the lens and before SoftHSM or NSS (lens.conf)
session() {
	PKCS11_LENS_MODULE='' PKCS11_LENS_CONFIG=$work/lens.conf PKCS11_LENS_TRACE=$1 \
		LD_PRELOAD=$preload ASAN_OPTIONS=detect_leaks=0 "$work/session" "$lens" "$pin"
}

# What differs between two runs of one session: times, numbers, addresses, fingerprints, random data.
same_for_all() {
	sed -E -e '/^#/d' -e 's/^[^#]*#[0-9]+ //' -e 's/ [0-9.]+(us|ms|s)$//' \
		-e 's/<([0-9]+ bytes?) #[0-9a-f]{8}>/<\1>/g' -e 's/=0x[0-9a-f]{9,}/=X/g' \
		-e 's/utcTime="[0-9]*"/utcTime/' "$@"
}

compile() {
	out=$1
	shift
	# shellcheck disable=SC2086 # CC may hold options
	${CC:-cc} -std=c11 -Wall -Wextra -O1 -I"$root" -I"$root/include" -I"$build" \
		-DP11L_VERSION='"0.1.0"' -o "$work/$out" "$@" && return
	echo "run.sh: cannot compile $out" >&2
	exit 1
}

find_module() {
	find -L /usr/lib /usr/lib64 /usr/local/lib -maxdepth 4 -name "$1" -type f 2>/dev/null |
		sort | head -n 1
}

use_softhsm() {
	mkdir -p "$work/tokens"
	printf 'directories.tokendir = %s\nlog.level = ERROR\n' "$work/tokens" >"$work/softhsm.conf"
	export SOFTHSM2_CONF="$work/softhsm.conf"
	softhsm2-util --init-token --free --label show --pin "$pin" --so-pin 12345678 >/dev/null &&
		printf '[module]\npath = %s\n' "$(find_module libsofthsm2.so)" >"$work/lens.conf"
}

prepare() {
	if [ ! -x "$tool" ] || [ ! -f "$lens" ]; then
		echo "run.sh: no $tool; build it first" >&2
		exit 1
	fi
	for program in jq softhsm2-util; do
		has $program && continue
		echo "run.sh: no $program; say tools/need.sh --test" >&2
		exit 1
	done
	rm -rf "$work"
	mkdir -p "$work"
	cd "$work" || exit 1
	version=$("$tool" --version | sed 's/.* //')
	compile load "$here/load.c" -ldl -lpthread
	compile session "$root/tests/trace/session.c" -ldl
	compile mutate "$here/mutate.c"
	compile vendor.so -shared -fPIC -fvisibility=hidden "$here/vendor.c"
	# The version of the lens is in the file.
	compile make_ring -UP11L_VERSION -DP11L_VERSION="\"$version\"" "$here/make_ring.c" \
		"$build/gen/tables.c" -fPIC
	# A lens that was built with a sanitizer needs its library in the program that loads it.
	preload=$(ldd "$lens" 2>/dev/null | sed -n 's/.*lib[at]san\.so[^ ]* => \([^ ]*\).*/\1/p')
	use_softhsm || exit 1
	: >empty.conf
	export PKCS11_LENS_CONFIG="$work/empty.conf" PKCS11_LENS_MODULE="$work/vendor.so"
	export PKCS11_LENS_NORMALISE=off LC_ALL=C.UTF-8
	unset PKCS11_LENS_TRACE PKCS11_LENS_PROFILE PKCS11SPY PKCS11SPY_OUTPUT NO_COLOR
}
