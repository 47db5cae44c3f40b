#!/bin/sh
# SPDX-License-Identifier: MIT
# Writes files as texts into C: embed.sh FILE.conf... (in the order in which they are tried)
set -eu

echo '/* Written by tools/embed.sh out of config/profiles; do not edit. */'
echo '#include "shim/normalise/builtin.h"'
echo 'const struct p11l_builtin p11l_builtins[] = {'
for file in "$@"; do
	printf '{"%s",\n' "$(basename "$file" .conf)"
	sed -e 's/[\\"]/\\&/g' -e 's/\t/\\t/g' -e 's/.*/"&\\n"/' "$file"
	echo '},'
done
echo '};'
echo 'const unsigned p11l_builtin_count = sizeof(p11l_builtins) / sizeof(p11l_builtins[0]);'
