#!/bin/sh
# SPDX-License-Identifier: MIT
# Tests what the tool makes of saved traces (show, stats), and the switch for running processes.
# usage: run.sh BUILD [MUTATIONS]          (everything it makes lies in BUILD/tests/show)
# shellcheck disable=SC2034 # the parts use the variables
set -u

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
build=$(cd "${1:?usage: run.sh BUILD [MUTATIONS]}" && pwd) || exit 1
mutations=${2:-1000}
tool=$build/pkcs11-lens
lens=$build/pkcs11-lens.so
work=$build/tests/show
pin=canary-4711
passed=0
failed=0
skipped=0

# shellcheck source=tests/show/lib.sh
. "$here/lib.sh"

prepare
for part in errors ring json merge select live crash control terminal damage; do
	# shellcheck source=/dev/null
	. "$here/$part.sh"
done

echo "$passed passed, $failed failed$([ $skipped -eq 0 ] || echo ", $skipped skipped")"
[ $failed -eq 0 ]
