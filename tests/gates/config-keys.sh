#!/bin/sh
# SPDX-License-Identifier: MIT
# The keys in shim/config_keys.c, in the manual and in the example file are the same; the example
# has the right defaults, sets nothing as it is, and is right when every key in it is taken.
# shellcheck source=tests/gates/lib.sh
. "$(dirname "$0")/lib.sh"

example=$root/config/pkcs11-lens.conf
manual=$root/docs/man/pkcs11-lens.conf.5

# The program is linked with what the module has, because values are checked against spec/.
build_program() {
	${CC:-cc} -std=c11 -I"$root" -I"$root/include" -I"$build" -o "$tmp/config" \
		"$root/tests/gates/config.c" "$build"/obj/shim/config*.o "$build/obj/shim/spec.o" \
		"$build/obj/shim/normalise/rules.o" "$build/obj/gen/tables.o" -linih -ltasn1 >"$tmp/wrong" 2>&1
}

# The same list, read off the manual and off the example
manual_keys() {
	awk '/^\.Ss \[/ { section = $2; gsub(/[][]/, "", section) }
		/^\.S[hs] [^[]/ { section = "" }
		/^\.It Cm / && section != "" { print section "." $3 }' "$manual"
}

example_keys() {
	awk '/^\[/ { section = $0; gsub(/[][]/, "", section) }
		/^# Default: / { value = $3; sub(/[.;]$/, "", value) }
		/^#[a-z_]+ = / { print section "." substr($1, 2) " " value; value = "?" }' "$example"
}

# compare NAME WHY FILE FILE
compare() {
	sort "$3" >"$3.sorted"
	sort "$4" >"$4.sorted"
	diff "$3.sorted" "$4.sorted" | grep '^[<>]' >"$tmp/wrong"
	verdict "$1" "$2" "$tmp/wrong"
}

if ! build_program; then
	not_ok config-keys 'the keys cannot be had:' "$tmp/wrong"
	exit 1
fi
"$tmp/config" >"$tmp/every"
sed 's/ .*//' "$tmp/every" >"$tmp/keys"
# Keys of profiles are for the files of config/profiles.
grep -v '^profile\.' "$tmp/every" >"$tmp/defaults"
manual_keys >"$tmp/manual"
example_keys >"$tmp/example"
compare 'config-keys: manual' "not the same keys in shim/config_keys.c (<) and $manual (>):" \
	"$tmp/keys" "$tmp/manual"
compare 'config-keys: example' \
	"not the same keys and defaults in shim/config_keys.c (<) and $example (>):" \
	"$tmp/defaults" "$tmp/example"

grep -vE '^(#|\[[a-z]+\]$|$)' "$example" >"$tmp/wrong"
verdict 'config-keys: example sets nothing' "these lines of $example are no comments:" "$tmp/wrong"

sed 's/^#\([a-z_]* = \)/\1/' "$example" >"$tmp/all.conf"
env -i PKCS11_LENS_CONFIG="$tmp/all.conf" "$tmp/config" check >"$tmp/wrong"
verdict 'config-keys: example is right' 'with every key of it taken:' "$tmp/wrong"
exit "$status"
