# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2034 # the gates use what is set here
# What the gates share. A gate is "NAME.sh BUILD"; it prints "ok NAME", "not ok NAME: why" or
# "skip NAME: why" for each thing it looks at, and fails when one is not ok.
set -u
LC_ALL=C
export LC_ALL

root=$(cd "$(dirname "$0")/../.." && pwd)
build=$(cd "${1:?usage: $0 BUILD}" && pwd) || exit 2
module=$build/pkcs11-lens.so
status=0
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
trap 'exit 2' HUP INT TERM

ok() {
	echo "ok $1"
}

# not_ok NAME WHY [FILE]: FILE holds details
not_ok() {
	status=1
	echo "not ok $1: $2"
	[ -z "${3-}" ] || sed 's/^/#   /' "$3"
}

skip() {
	echo "skip $1: $2"
}

# verdict NAME WHY FILE: FILE lists what is wrong, so it must be empty
verdict() {
	if [ -s "$3" ]; then
		not_ok "$@"
	else
		ok "$1"
	fi
}

# For gates about the module
need_module() {
	[ -r "$module" ] && return
	not_ok "$(basename "$0" .sh)" "there is no $module; build it first"
	exit 1
}

have() {
	command -v "$1" >/dev/null 2>&1
}

# The files of the project, without what is built and what git ignores
project_files() {
	if [ -e "$root/.git" ] && have git; then
		(cd "$root" && git ls-files --cached --others --exclude-standard) |
			while read -r file; do [ ! -f "$root/$file" ] || echo "$file"; done
	else
		(cd "$root" && find . -type f ! -path './build/*') | sed 's/^\.\///'
	fi
}

# Makes $copy, a copy of the project to change and build, with nothing built in it
scratch() {
	copy=$tmp/copy
	mkdir "$copy"
	for entry in "$root"/*; do
		[ "$entry" = "$build" ] || [ "${entry##*/}" = build ] || cp -r "$entry" "$copy"
	done
}

# follow DOCUMENT: takes the steps of a how-to in the copy; $tmp/log has what went wrong
follow() {
	mkdir "$tmp/steps"
	awk -v dir="$tmp/steps" -f "$root/tests/gates/follow.awk" "$1" >"$tmp/steps/list"
	while read -r number language file; do
		if [ "$language" = diff ]; then
			awk -f "$root/tests/gates/patch.awk" "$tmp/steps/$number.diff" "$copy/$file" \
				>"$tmp/patched" 2>"$tmp/log" && cp "$tmp/patched" "$copy/$file"
		else
			(cd "$copy" && sh -eu "$tmp/steps/$number.sh") >"$tmp/log" 2>&1
		fi || {
			echo "step $number, on $file, fails" >>"$tmp/log"
			return 1
		}
	done <"$tmp/steps/list"
	[ -s "$tmp/steps/list" ]
}

# Builds the module in the copy
build_scratch() {
	jobs=-j$(getconf _NPROCESSORS_ONLN)
	(
		unset MAKEFLAGS MAKELEVEL MFLAGS
		cd "$copy" && make header BUILD="$copy/build" &&
			make "$jobs" "$copy/build/pkcs11-lens.so" BUILD="$copy/build" CFLAGS=-O0
	) >"$tmp/make" 2>&1
	code=$?
	grep -Ev '^(CC|GEN|LINK) ' "$tmp/make" >"$tmp/log"
	return "$code"
}

# A fresh SoftHSM token; sets vendor to the module, or fails when there is none
softhsm() {
	vendor=$(find /usr/lib /usr/lib64 /usr/local/lib -name libsofthsm2.so 2>/dev/null | head -n 1)
	[ -n "$vendor" ] && have softhsm2-util || return 1
	mkdir "$tmp/tokens"
	echo "directories.tokendir = $tmp/tokens" >"$tmp/softhsm2.conf"
	SOFTHSM2_CONF=$tmp/softhsm2.conf
	export SOFTHSM2_CONF
	softhsm2-util --module "$vendor" --init-token --free --label gate --so-pin 1234 --pin 1234 \
		>/dev/null 2>&1
}

# traced CLIENT.c: compiles it against the copy's header, runs it through the copy's module, and
# leaves the trace in $tmp/trace
traced() {
	${CC:-cc} -std=c11 -Wall -Wextra -I"$copy/include" -o "$tmp/client" "$1" -ldl \
		>"$tmp/log" 2>&1 &&
		env -i PATH="$PATH" HOME="$tmp" SOFTHSM2_CONF="$SOFTHSM2_CONF" \
			PKCS11_LENS_MODULE="$vendor" PKCS11_LENS_TRACE="text:$tmp/trace" \
			"$tmp/client" "$copy/build/pkcs11-lens.so" >"$tmp/log" 2>&1
}
