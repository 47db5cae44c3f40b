# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# pkcs11-tool sessions under valgrind: through the lens, traced, there is no error that the vendor's
# module does not make by itself.

need valgrind pkcs11-tool softhsm2-util libsofthsm2.so

vendor libsofthsm2.so
softhsm_token "$WORK/base"
echo 'to be signed' >"$WORK/base/data"

# The errors in a log of valgrind's, one a line: what, and the function where.
errors_of() {
	sed -n 's/^==[0-9]*== //p' "$1" | awk '
	/^(Invalid|Conditional|Use of|Syscall|Mismatched|Source and|Argument|Process term)/ ||
	/^[0-9,]+ .*bytes in .* are definitely lost/ {
		what = $0
		sub(/^[0-9,]+ (\([^)]*\) )?bytes in [0-9,]+ blocks are /, "", what)
		sub(/ in loss record.*/, "", what)
		next
	}
	what != "" && / (at|by) 0x/ && !/(alloc|new|memcpy|memmove|strdup|strlen)/ {
		sub(/.*0x[0-9A-F]+: /, "")
		print what ": " $0
		what = ""
	}' | sort -u
}

# under NAME ARGUMENT...: one pkcs11-tool of the session
under() {
	log=$1.log
	shift
	valgrind --leak-check=full --num-callers=30 --log-file="$log" \
		pkcs11-tool --module "$module" --token-label rt --login --pin 1234 "$@"
	echo "status $?"
}

# session NAME MODULE
session() (
	module=$2
	cp -R "$WORK/base" "$WORK/$1"
	softhsm "$WORK/$1"
	cd "$WORK/$1" || exit 1
	{
		under test --test
		under generate --keypairgen --key-type EC:secp256r1 --id 01 --label valgrind
		under sign --sign -m ECDSA --id 01 -i data -o signature
		under objects -O --type privkey
	} 2>&1 | sed -E "s|$2|MODULE|; s/(EC_POINT: *)[0-9a-f]+/\1/" >output
	for log in *.log; do
		errors_of "$log"
	done | sort -u >errors
)

lens_entry "$WORK/trace"
session direct "$PKCS11_LENS_MODULE" &
session lens "$LENS"
wait
check_same 'valgrind: the session is the same' "$WORK/direct/output" "$WORK/lens/output"
check_has 'valgrind: the session works' "$WORK/lens/output" 'No errors' 'Private Key Object; EC'
comm -13 "$WORK/direct/errors" "$WORK/lens/errors" >"$WORK/new"
if [ -s "$WORK/lens/test.log" ] && [ ! -s "$WORK/new" ]; then
	ok 'valgrind: no error that the vendor alone does not make'
else
	not_ok 'valgrind: no error that the vendor alone does not make' "see $WORK/lens" "$WORK/new"
fi
