#!/bin/sh
# SPDX-License-Identifier: MIT
# What README.md says in C can be compiled, and links in documents lead to files and headings that are there.
# shellcheck disable=SC2016 # Markdown has backquotes
# shellcheck source=tests/gates/lib.sh
. "$(dirname "$0")/lib.sh"

# The lines of README.md, with what they take for granted around them.
program() {
	cat <<-'END'
		#include <pkcs11-lens.h>
		#include <stdio.h>
		int main(void);
		int main(void)
		{
		struct p11l_module *module = NULL;
		struct p11l_session *session = NULL;
		struct p11l_object *curve = NULL, *public_key = NULL, *private_key = NULL;
		struct p11l_buffer signature = {0};
		CK_RV rv;
	END
	sed -n '/^```c$/,/^```$/p' "$root/README.md" | grep -v '^```'
	echo 'return rv != CKR_OK; }'
}

# Headings as anchors: lower case, without punctuation, - for blanks
anchors() {
	sed -n '/^```/,/^```$/d; s/^##* //p' "$1" | tr '[:upper:]' '[:lower:]' | sed 's/[^a-z0-9_ -]//g; s/ /-/g'
}

# "DOCUMENT TARGET" for each link to something of ours
links() {
	for document in "$root"/*.md "$root"/docs/*.md; do
		grep -oE '\]\([^) ]+\)' "$document" | sed 's/^](//; s/)$//' | grep -vE '^[a-z]+:' |
			sed "s|^|$document |"
	done
}

check_links() {
	links | while read -r document target; do
		file=${target%%#*}
		[ -n "$file" ] && file=$(dirname "$document")/$file || file=$document
		if [ ! -e "$file" ]; then
			echo "${document#"$root/"}: $target"
			continue
		fi
		case $target in
		*.md'#'* | '#'*) anchors "$file" | grep -qxF -e "${target#*#}" || echo "${document#"$root/"}: $target" ;;
		esac
	done
}

program >"$tmp/readme.c"
{
	[ "$(wc -l <"$tmp/readme.c")" -gt 15 ] || echo 'there are none'
	${CC:-cc} -std=c11 -Wall -Wextra -Werror -I"$root/include" -fsyntax-only "$tmp/readme.c" 2>&1
} >"$tmp/wrong"
verdict 'readme: C' 'the lines of README.md cannot be compiled:' "$tmp/wrong"
{
	links | grep -q . || echo 'no links are found'
	check_links
} >"$tmp/wrong"
verdict 'readme: links' 'these links lead nowhere:' "$tmp/wrong"
exit "$status"
