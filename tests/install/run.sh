#!/bin/sh
# SPDX-License-Identifier: MIT
# make install and make uninstall, below a folder: what is there, whether it can be used, and that nothing
# of it stays.
# usage: run.sh BUILD
set -u

root=$(cd "$(dirname "$0")/../.." && pwd)
build=$(cd "${1:?usage: run.sh BUILD}" && pwd) || exit 2
tmp=$(mktemp -d) || exit 2
tmp=$(cd "$tmp" && pwd -P)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 2' HUP INT TERM
there=$tmp/there
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

# The folders are those that the build was told, so that nothing is compiled anew.
make_there() {
	make -C "$root" --no-print-directory BUILD="$build" DESTDIR="$there" "$1" >"$tmp/make" 2>&1
}

# expected FOLDER FILE...: each file is in a folder that ends so
expected() {
	folder=$1
	shift
	for file; do
		find "$there" -path "*$folder/${file##*/}" -size +0 | grep -q . || echo "$folder/${file##*/}"
	done
}

check_files() {
	{
		expected /pkcs11 "$build"/pkcs11-lens*.so
		expected /bin pkcs11-lens
		expected /include/pkcs11-lens "$root"/include/pkcs11*.h
		expected /pkgconfig pkcs11-lens.pc
		expected /bash-completion/completions pkcs11-lens
		for section in 1 3 5; do
			for page in "$root"/docs/man/*."$section"; do
				[ ! -e "$page" ] || expected "/man/man$section" "$page"
			done
		done
		expected /doc/pkcs11-lens README.md CHANGELOG.md LICENSE
		expected /doc/pkcs11-lens/docs "$root"/docs/*.md
		expected /doc/pkcs11-lens/examples pkcs11-lens.conf pkcs11-lens.module
	} >"$tmp/wrong"
	[ ! -s "$tmp/wrong" ]
	result $? 'everything is installed; missing are:' "$tmp/wrong"
	find "$there" -name 'cryptoki.h' -o -path '*/etc/*' -o -path '*/p11-kit/*' >"$tmp/wrong"
	[ ! -s "$tmp/wrong" ]
	result $? 'nothing is enabled or internal' "$tmp/wrong"
	grep -rlE "$there|@[a-z]+@" "$there" >"$tmp/wrong" 2>&1
	[ ! -s "$tmp/wrong" ]
	result $? 'no file names the folder of the installation, or is not filled in' "$tmp/wrong"
}

check_pkg_config() {
	if ! command -v pkg-config >/dev/null; then
		skip pkg-config 'it is not installed'
		return
	fi
	PKG_CONFIG_PATH=$(dirname "$(find "$there" -name pkcs11-lens.pc)")
	export PKG_CONFIG_PATH PKG_CONFIG_SYSROOT_DIR="$there"
	[ "pkcs11-lens $(pkg-config --modversion pkcs11-lens)" = "$("$build/pkcs11-lens" --version)" ]
	result $? 'pkg-config: the version is that of the tool'
	module=$(pkg-config --variable=module pkcs11-lens)
	[ -e "$module" ] || [ -e "$there$module" ]
	result $? "pkg-config: the module lies where it says"
	for header in "$root"/include/pkcs11*.h; do
		echo "#include <${header##*/}>" >"$tmp/header.c"
		# shellcheck disable=SC2046 # flags are words
		${CC:-cc} -std=c11 -Wall -Wextra -Werror -fsyntax-only $(pkg-config --cflags pkcs11-lens) \
			"$tmp/header.c" >"$tmp/wrong" 2>&1
		result $? "pkg-config: ${header##*/} compiles with its flags" "$tmp/wrong"
	done
	unset PKG_CONFIG_PATH PKG_CONFIG_SYSROOT_DIR
}

# p11-kit reads no user's configuration for root.
as_user() {
	if [ "$(id -u)" -ne 0 ]; then
		"$@"
		return
	fi
	chown -R 65534:65534 "$tmp"
	setpriv --reuid 65534 --regid 65534 --clear-groups "$@"
}

# The example for p11-kit, enabled by hand for one user, brings a token's calls into a trace.
check_p11_kit() {
	vendor=$(find -L /usr/lib /usr/lib64 /usr/local/lib -maxdepth 4 -name libsofthsm2.so -type f 2>/dev/null | head -n 1)
	if [ -z "$vendor" ] || ! command -v p11tool >/dev/null; then
		skip 'the example for p11-kit' 'p11tool or SoftHSM is not installed'
		return
	fi
	mkdir -p "$tmp/config/pkcs11/modules" "$tmp/tokens"
	echo "directories.tokendir = $tmp/tokens" >"$tmp/softhsm2.conf"
	find "$there" -name pkcs11-lens.module -exec sed "s|^module: |&$there|" {} + \
		>"$tmp/config/pkcs11/modules/pkcs11-lens.module"
	as_user env -i PATH="$PATH" HOME="$tmp" XDG_CONFIG_HOME="$tmp/config" SOFTHSM2_CONF="$tmp/softhsm2.conf" \
		PKCS11_LENS_MODULE="$vendor" PKCS11_LENS_TRACE="text:$tmp/trace" \
		p11tool --list-tokens >"$tmp/said" 2>&1
	tail -n 5 "$tmp/said" >"$tmp/wrong"
	grep -q ' C_GetTokenInfo(' "$tmp/trace" 2>>"$tmp/wrong"
	result $? 'the example for p11-kit works when it is enabled' "$tmp/wrong"
}

# What lay there before is somebody else's.
check_uninstall() {
	modules=$(dirname "$(find "$there" -name pkcs11-lens.so)")
	echo other >"$modules/other.so"
	make_there uninstall
	result $? 'make uninstall' "$tmp/make"
	find "$there" ! -type d ! -path "$modules/other.so" >"$tmp/wrong"
	find "$there" -type d -name 'pkcs11-lens*' >>"$tmp/wrong"
	[ ! -s "$tmp/wrong" ]
	result $? 'make uninstall leaves nothing of its own' "$tmp/wrong"
	[ -e "$modules/other.so" ]
	result $? 'make uninstall leaves what is not its own'
}

make_there install
status=$?
result $status 'make install' "$tmp/make"
if [ $status -eq 0 ]; then
	check_files
	check_pkg_config
	check_p11_kit
	check_uninstall
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
