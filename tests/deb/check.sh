#!/bin/sh
# SPDX-License-Identifier: MIT
# Installs the packages of BUILD/deb in a fresh Debian (debootstrap), runs the tests of the packages
# there, and takes them away again. Where that cannot be had, unpacks them and runs the tests so.
# usage: check.sh BUILD                     (DEB_SUITE and DEB_MIRROR say which Debian)
set -u

root=$(cd "$(dirname "$0")/../.." && pwd)
deb=$(cd "${1:?usage: check.sh BUILD}/deb" && pwd) || exit 2
# shellcheck source=/dev/null
suite=${DEB_SUITE:-$(. /etc/os-release && echo "${VERSION_CODENAME-}")}
mirror=${DEB_MIRROR-}
chroot=$deb/chroot
unpacked=$deb/unpacked
passed=0
failed=0
skipped=0

# result STATUS NAME [LOG]
result() {
	if [ "$1" -eq 0 ]; then
		passed=$((passed + 1))
		echo "ok $2"
	else
		failed=$((failed + 1))
		echo "not ok $2"
		[ -z "${3-}" ] || tail -n 30 "$3" | sed 's/^/#   /'
	fi
}

unpack() {
	rm -rf "$unpacked"
	for package in "$deb"/pkcs11-lens_*.deb "$deb"/pkcs11-lens-dev_*.deb; do
		dpkg-deb -x "$package" "$unpacked"
	done
}

# The name that the module has for the linker, and what it exports: the standard's functions and ours.
check_symbols() {
	module=$(find "$unpacked/usr/lib" -name pkcs11-lens.so)
	readelf -d "$module" | grep -q 'soname: \[pkcs11-lens.so\]'
	result $? 'soname'
	# The gate of the sources, told to look at this module.
	mkdir -p "$deb/gate"
	ln -sf "$module" "$deb/gate/pkcs11-lens.so"
	sh "$root/tests/gates/exports.sh" "$deb/gate" >"$deb/symbols.log" 2>&1
	result $? 'exports' "$deb/symbols.log"
}

# A shared library there would be one that programs are linked with.
check_layout() {
	find "$unpacked" -name '*.so*' ! -path '*/pkcs11/*' >"$deb/layout.log"
	find "$unpacked/etc" "$unpacked/usr/share/p11-kit" >>"$deb/layout.log" 2>/dev/null
	[ ! -s "$deb/layout.log" ]
	result $? 'nothing lies where it would be loaded or read unasked' "$deb/layout.log"
}

can_chroot() {
	[ "$(id -u)" -eq 0 ] && command -v debootstrap >/dev/null && [ -n "$suite" ]
}

# The mirror that this machine uses; debootstrap has its own idea otherwise.
own_mirror() {
	# shellcheck disable=SC2016 # SITE is for apt-get
	[ -n "$mirror" ] || mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 2>/dev/null |
		grep -E '/(debian|ubuntu)/?$' | head -n 1)
}

make_chroot() {
	rm -rf "$chroot"
	own_mirror
	# shellcheck disable=SC2086 # none is no word
	debootstrap --variant=minbase "$suite" "$chroot" $mirror >"$deb/debootstrap.log" 2>&1 || return 1
	# Programs that packages start would outlive this script.
	printf '#!/bin/sh\nexit 101\n' >"$chroot/usr/sbin/policy-rc.d"
	chmod +x "$chroot/usr/sbin/policy-rc.d"
	cp /etc/resolv.conf "$chroot/etc/" 2>/dev/null
	mkdir -p "$chroot/packages/tests"
	cp "$deb"/pkcs11-lens_*.deb "$deb"/pkcs11-lens-dev_*.deb "$chroot/packages/"
	cp "$root/debian/tests/smoke" "$root/debian/tests/headers" "$chroot/packages/tests/"
}

# in_chroot NAME COMMAND...
in_chroot() {
	log=$deb/$1.log
	shift
	env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 HOME=/root \
		chroot "$chroot" "$@" >"$log" 2>&1
}

# files NAME: what is in the chroot now, but for what dpkg and apt write down themselves
files() {
	(cd "$chroot" && find . \( -path ./proc -o -path ./sys -o -path ./dev -o -path ./tmp -o \
		-path ./packages -o -path ./var/lib/dpkg -o -path ./var/log -o -path ./var/cache -o \
		-path ./var/lib/apt \) -prune -o -print | sort) >"$deb/$1"
}

# The names of what the packages depend on
depends() {
	for package in "$deb"/pkcs11-lens_*.deb "$deb"/pkcs11-lens-dev_*.deb; do
		dpkg-deb -f "$package" Depends
	done | tr ',' '\n' | sed 's/(.*//; s/|.*//; s/ //g' | grep .
}

# What the tests need is installed first, so that what is left is the package's own.
check_installed() {
	# shellcheck disable=SC2046 # names are words
	in_chroot prepare apt-get install -qq -y --no-install-recommends bash opensc softhsm2 gcc libc6-dev \
		pkg-config $(depends)
	result $? 'what the tests need' "$deb/prepare.log"
	files before
	in_chroot install sh -c 'apt-get install -qq -y --no-install-recommends /packages/*.deb'
	result $? 'install' "$deb/install.log"
	in_chroot smoke /packages/tests/smoke
	result $? "smoke: $(tail -n 1 "$deb/smoke.log")" "$deb/smoke.log"
	in_chroot headers /packages/tests/headers
	result $? 'headers' "$deb/headers.log"
	in_chroot purge dpkg --purge pkcs11-lens-dev pkcs11-lens
	result $? 'purge' "$deb/purge.log"
	files after
	diff "$deb/before" "$deb/after" >"$deb/left.log"
	result $? 'nothing is left' "$deb/left.log"
	rm -rf "$chroot"
}

check_unpacked() {
	ROOT=$unpacked "$root/debian/tests/smoke" >"$deb/smoke.log" 2>&1
	result $? "smoke, unpacked: $(tail -n 1 "$deb/smoke.log")" "$deb/smoke.log"
	ROOT=$unpacked "$root/debian/tests/headers" >"$deb/headers.log" 2>&1
	result $? 'headers, unpacked' "$deb/headers.log"
}

unpack || exit 2
check_symbols
check_layout
check_unpacked
if ! can_chroot; then
	skipped=$((skipped + 1))
	echo 'skip a system of its own: it takes root and debootstrap'
elif ! make_chroot; then
	skipped=$((skipped + 1))
	echo "skip a system of its own: debootstrap $suite failed: $(tail -n 1 "$deb/debootstrap.log")"
else
	check_installed
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
