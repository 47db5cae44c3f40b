#!/bin/sh
# SPDX-License-Identifier: MIT
# The module calls nothing that a guest in somebody else's process must not: nothing that writes
# to its standard output, ends it, or changes its signals or locale, and no unsafe string function.
# shellcheck source=tests/gates/lib.sh
. "$(dirname "$0")/lib.sh"
need_module

banned='printf|vprintf|puts|putchar|exit|_exit|_Exit|quick_exit|abort|atexit|on_exit|signal|sigaction'
banned="$banned|setlocale|system|popen|strcpy|strcat|stpcpy|sprintf|vsprintf|gets|localtime|gmtime"
banned="$banned|ctime|asctime|strtok|getenv"

nm -D --undefined-only "$module" | awk '{ sub(/@.*/, "", $NF); print $NF }' |
	grep -Ex "(__)?($banned)(_chk)?|stdout" >"$tmp/wrong"
verdict 'calls: module' "$module uses:" "$tmp/wrong"

# What the compiler did not see, or turned into something else. One call is meant: atexit() in
# compose.c, which glibc undoes at dlclose, tells the end of the process from a dlclose.
find "$root/shim" "$root/logging" "$root/highlevel" -name '*.[ch]' -exec \
	grep -nE "(^|[^A-Za-z0-9_.>])($banned)\(|\bstdout\b" {} + |
	grep -vE -e '^[^:]*:[0-9]*:[[:space:]]*(/?\*|//)' -e '/compose\.c:[0-9]*:.*atexit\(' >"$tmp/wrong"
verdict 'calls: sources' 'these lines call what the module must not:' "$tmp/wrong"
exit "$status"
