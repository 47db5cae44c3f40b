# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# What the walks of docs/WHAT_NOW.md share. Each script says which rule it is about, which vendor shows the
# quirk and what to try, and then tries it twice: with the rule off, and with nothing but the rule on.
# usage: NAME.sh [BUILD]                   (BUILD is "build"; "make all build-tests" makes what is needed)
# Ends with 0 when the failure shows without the rule and is gone with it, with 1 when not, and with 77
# when something is missing that the walk takes.
set -u

root=$(cd "$(dirname "$0")/../.." && pwd)
build=${1:-$root/build}
lens=$(cd "$build" 2>/dev/null && pwd)/pkcs11-lens.so
dir=$(mktemp -d) || exit 77
trap 'rm -rf "$dir"' EXIT
trap 'exit 77' HUP INT TERM

cannot() {
	echo "$(basename "$0"): $*" >&2
	exit 77
}

need() {
	for program; do
		command -v "$program" >/dev/null || cannot "$program is missing; say tools/need.sh --test"
	done
}

# A throwaway token of SoftHSM, with a PIN of 1234.
make_token() {
	softhsm=$(find -L /usr/lib /usr/lib64 /usr/local/lib -maxdepth 4 -name libsofthsm2.so -type f 2>/dev/null |
		sort | head -n 1)
	[ -n "$softhsm" ] || cannot 'libsofthsm2.so is missing; say tools/need.sh --test'
	mkdir "$dir/tokens"
	echo "directories.tokendir = $dir/tokens" >"$dir/softhsm2.conf"
	export SOFTHSM2_CONF="$dir/softhsm2.conf"
	softhsm2-util --module "$softhsm" --init-token --free --label walk --so-pin 12345678 --pin 1234 >/dev/null ||
		cannot 'SoftHSM makes no token'
}

# vendor_softhsm: the vendor is SoftHSM as it is
vendor_softhsm() {
	PKCS11_LENS_MODULE=$softhsm
	export PKCS11_LENS_MODULE
	echo "vendor: SoftHSM"
}

# vendor_twisted DIRECTIVE: SoftHSM, made to behave like another vendor by tests/twist
vendor_twisted() {
	PKCS11_LENS_MODULE=$(dirname "$lens")/tests/twist.so
	[ -r "$PKCS11_LENS_MODULE" ] || cannot "$PKCS11_LENS_MODULE is missing; say make all build-tests"
	export PKCS11_LENS_MODULE TWIST_MODULE="$softhsm" TWIST_SET="$1"
	echo "vendor: SoftHSM behind tests/twist, told: $1"
}

# Runs a command, and shows it as it would be typed; the lens is LENS there. What it said is in $dir/said, to
# be asked for afterwards: the status is lost.
typed() {
	echo "\$ $*" | sed "s|$lens|LENS|g; s|$dir/||g"
	"$@" 2>&1 | tr -d '\r' | sed "s|$lens|LENS|g; s|$dir/||g" | tee "$dir/said"
}

# tool ARGUMENT...: pkcs11-tool on the token, as its user
tool() {
	typed pkcs11-tool --module "$lens" --token-label walk --login --pin 1234 "$@"
}

# quietly COMMAND...: what the walk needs and nobody has to see
quietly() {
	"$@" >"$dir/quiet" 2>&1 || {
		cat "$dir/quiet" >&2
		cannot "$1 failed"
	}
}

# The lens traces into a file, knows nothing of the vendor, and has a rule on or off.
set_lens() {
	printf '[normalise]\nprofile = none\nlevel = fix\n%s = %s\n' "$1" "$rule" >"$dir/lens.conf"
	export PKCS11_LENS_CONFIG="$dir/lens.conf" PKCS11_LENS_TRACE="text:$dir/trace"
	unset PKCS11_LENS_NORMALISE PKCS11_LENS_PROFILE
	rm -f "$dir/trace"
}

# The lines of the trace with a pattern, and what rules say of them, without date, time and process.
show_trace() {
	awk -v pattern="$1" '
		/^~/ { if (shown) print; next }
		{ shown = $0 ~ pattern }
		shown { sub(/^[^ ]* [^ ]* /, ""); print }' "$dir/trace"
}

# walk RULE PATTERN: attempt() is a function of the script, whose status says whether it went well
walk() {
	rule=$1
	printf '\n== Without %s\n' "$rule"
	set_lens disable
	attempt
	without=$?
	echo '-- the trace'
	show_trace "$2"
	printf '\n== With %s\n' "$rule"
	set_lens enable
	attempt
	with=$?
	echo '-- the trace'
	show_trace "$2"
	echo
	if [ $without -ne 0 ] && [ $with -eq 0 ]; then
		echo "It fails without $rule, and works with it."
		exit 0
	fi
	echo "Without $rule it ended with $without, and with it with $with: this is not the quirk."
	exit 1
}

[ -r "$lens" ] || cannot "$lens is missing; say make all build-tests"
need pkcs11-tool softhsm2-util openssl
make_token
