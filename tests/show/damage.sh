# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2154 # run.sh sets the variables
# Damaged files, read by a tool that notices every wrong step.

# A tool with sanitizers, unless this build has them.
careful_tool() {
	if ldd "$tool" | grep -q libasan; then
		echo "$tool"
		return
	fi
	flags='-O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=undefined'
	env -u MAKEFLAGS -u MAKELEVEL make -s -C "$root" BUILD="$work/careful" CFLAGS="$flags" \
		LDFLAGS='-fsanitize=address,undefined' "$work/careful/pkcs11-lens" >careful.log 2>&1 &&
		echo "$work/careful/pkcs11-lens"
}

# careful ARGUMENT...: nothing goes wrong in it, whatever it says of the file
careful() {
	timeout 60 "$careful" "$@" >out 2>err
	status=$?
	[ $status -le 1 ] && ! grep -q 'Sanitizer\|runtime error' err
}

# all_mutations NAME FILE HOW_MANY: copies with octets changed are shown in turn as everything
all_mutations() {
	i=0
	bad=0
	while [ $i -lt "$3" ] && [ $bad -eq 0 ]; do
		./mutate "$2" mutant $i
		case $((i % 5)) in
		0) careful show mutant ;;
		1) careful show --format json mutant ;;
		2) careful show --format xml mutant ;;
		3) careful show --format chrome mutant "$2" ;;
		4) careful stats --mechanisms CKM_SHA256_RSA_PKCS mutant "$2" ;;
		esac || bad=1
		i=$((i + 1))
	done
	result $bad "$1: $i damaged copies"
	[ $bad -eq 0 ] || cp mutant "mutant.$i"
}

careful=$(careful_tool)
if [ -n "$careful" ]; then
	export ASAN_OPTIONS=exitcode=99 UBSAN_OPTIONS=exitcode=99
	session ring:small,size=64K
	small=$(echo small.*)
	check 'a whole ring, read with care' careful show "$small"
	check 'a whole JSON trace, read with care' careful show --format json real.json
	check 'made-up calls, read with care' careful show --format xml made.ring
	(host ring:wrapped,size=64K calls 5000)
	check 'a ring that has run over, read with care' careful stats "$(echo wrapped.*)"
	all_mutations 'a ring' "$small" "$mutations"
	all_mutations 'a ring that has run over' "$(echo wrapped.*)" $((mutations / 4))
	all_mutations 'a JSON trace' real.json $((mutations / 4))
	unset ASAN_OPTIONS UBSAN_OPTIONS
else
	cp careful.log err
	result 1 'a tool with sanitizers can be built'
fi

if has valgrind && [ -z "$preload" ]; then
	for file in "$ring" real.json; do
		check "valgrind: $(basename "$file")" \
			valgrind -q --error-exitcode=9 --leak-check=full "$tool" show "$file"
	done
	check 'valgrind: statistics of both' \
		valgrind -q --error-exitcode=9 --leak-check=full "$tool" stats "$ring" real.json
else
	skip 'valgrind' 'not here'
fi
