#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds the Debian packages, source and binary, out of a clean copy of the project, and has lintian
# look at them. They and what was said lie in BUILD/deb.
# usage: deb.sh BUILD
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "${1:?usage: deb.sh BUILD}/deb"
deb=$(cd "$1/deb" && pwd)

die() {
	echo "deb.sh: $*" >&2
	exit 1
}

# The files of the project, without what is built and what git ignores.
project_files() {
	if [ -e "$root/.git" ] && command -v git >/dev/null; then
		(cd "$root" && git ls-files --cached --others --exclude-standard) |
			while read -r file; do [ ! -f "$root/$file" ] || echo "$file"; done
	else
		(cd "$root" && find . -type f ! -path './build*/*' ! -path './.git/*') | sed 's/^\.\///'
	fi
}

# logged NAME COMMAND...: says how it went, and what went wrong
logged() {
	name=$1
	shift
	echo "DEB  $name"
	"$@" >"$deb/$name.log" 2>&1 || {
		tail -n 40 "$deb/$name.log" >&2
		die "$name failed; all of it is in $deb/$name.log"
	}
}

for tool in dpkg-buildpackage dh lintian; do
	command -v $tool >/dev/null || die "$tool is missing; say tools/need.sh --deb"
done
version=$(sed -n 's/^VERSION = //p' "$root/Makefile")
packaged=$(dpkg-parsechangelog -l "$root/debian/changelog" -S Version)
[ "${packaged%-*}" = "$version" ] ||
	die "debian/changelog is about version ${packaged%-*}, and the Makefile about $version; make them agree"

find "$deb" -mindepth 1 -maxdepth 1 -name 'pkcs11-lens*' -exec rm -rf {} +
tree=$deb/pkcs11-lens-$version
mkdir "$tree"
project_files | tar -C "$root" -T - -cf - | tar -C "$tree" -xf - || die 'the project could not be copied'
# The same sources make the same archive.
tar -C "$deb" --sort=name --owner=0 --group=0 --numeric-owner --exclude=debian \
	--mtime="@$(dpkg-parsechangelog -l "$root/debian/changelog" -S Timestamp)" \
	-cJf "$deb/pkcs11-lens_$version.orig.tar.xz" "pkcs11-lens-$version"
cd "$tree"
# What make has set for this project is not meant for the build of the package.
unset MAKEFLAGS MAKELEVEL MFLAGS CFLAGS LDFLAGS CC BUILD
logged build dpkg-buildpackage -us -uc --build=full
logged lintian lintian --allow-root -i --fail-on error,warning "$deb"/pkcs11-lens_*.changes
ls -1 "$deb"/*.deb
