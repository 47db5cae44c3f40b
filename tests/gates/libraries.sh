#!/bin/sh
# SPDX-License-Identifier: MIT
# The module needs libc, libtasn1 and libinih at run time, and no other library. libp11-kit above
# all: GnuTLS and p11-kit load the module themselves.
# shellcheck source=tests/gates/lib.sh
. "$(dirname "$0")/lib.sh"
need_module

# libdl and libpthread are parts of libc; old versions have them in files of their own.
readelf -d "$module" | sed -n 's/.*(NEEDED).*\[\(.*\)\].*/\1/p' |
	grep -Ev '^(libc|libdl|libpthread|libtasn1|libinih|ld-linux[^.]*)\.so' >"$tmp/wrong"
verdict libraries "$module needs more than libc, libtasn1 and libinih:" "$tmp/wrong"
exit "$status"
