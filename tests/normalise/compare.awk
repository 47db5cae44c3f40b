# SPDX-License-Identifier: MIT
# Compares the facts of one vendor with those that a program ought to see.
# usage: awk -v vendor=NAME [-v partly=1] [-v open=1] -f compare.awk EXPECTED EXCEPTIONS FACTS
# partly: the facts may be only some of those expected, and exceptions are not checked for need
# open: nothing is expected of the facts that are not in the list
# EXPECTED     NAME VALUE...
# EXCEPTIONS   VENDOR NAME VALUE... # REASON        NAME may end with *, VALUE be - for "none"
# Prints a line for each fact that is neither as expected nor as excepted, and for each exception
# that is not needed. A fact of a mechanism that the vendor has not got is not missed.

function trim(text) {
	sub(/^[ \t]+/, "", text)
	sub(/[ \t]+$/, "", text)
	return text
}

function matches(i, name) {
	return name == pattern[i] || (pattern[i] ~ /\*$/ &&
		index(name, substr(pattern[i], 1, length(pattern[i]) - 1)) == 1)
}

# The index of the exception for a name, or 0.
function exception(name, i) {
	for (i = 1; i <= exceptions; i++)
		if (matches(i, name))
			return i
	return 0
}

# Whether the exception is one to this list.
function concerns(i, n) {
	for (n = 1; n <= count; n++)
		if (matches(i, names[n]))
			return 1
	return 0
}

function is_unsupported(name, i) {
	for (i = 1; i <= lacks; i++)
		if (name == lacking[i] || index(name, lacking[i] ".") == 1)
			return 1
	return 0
}

function judge(name, want, got, which) {
	which = exception(name)
	if (got == want)
		return
	if (which && got == allowed[which]) {
		needed[which] = 1
		return
	}
	print name ": " got ", not " want (which ? " (nor, as an exception, " allowed[which] ")" : "")
	bad = 1
}

/^#/ || NF == 0 { next }

FILENAME == ARGV[1] {
	names[++count] = $1
	want[$1] = trim(substr($0, length($1) + 1))
	next
}

FILENAME == ARGV[2] {
	if ($1 != vendor)
		next
	pattern[++exceptions] = $2
	rest = $0
	sub(/^[^ \t]+[ \t]+[^ \t]+[ \t]+/, "", rest)
	sub(/[ \t]+#.*$/, "", rest)
	allowed[exceptions] = trim(rest)
	next
}

$2 == "unsupported:" && $3 ~ /^CKM_/ {
	lacking[++lacks] = $1
	next
}

$2 == "unsupported:" {
	which = exception($1)
	if (!which || allowed[which] != "-") {
		print $0 ": not a reason to do without"
		bad = 1
	} else
		needed[which] = 1
	lacking[++lacks] = $1
	next
}

{
	got[$1] = trim(substr($0, length($1) + 1))
	if (!($1 in want) && !open)
		unknown[$1] = 1
}

END {
	for (i = 1; i <= count; i++)
		if (names[i] in got)
			judge(names[i], want[names[i]], got[names[i]])
		else if (!is_unsupported(names[i]) && !partly)
			judge(names[i], want[names[i]], "-")
	for (name in unknown)
		judge(name, "-", got[name])
	for (i = 1; i <= exceptions; i++)
		if (!needed[i] && !partly && concerns(i)) {
			print pattern[i] ": the exception for " vendor " is not needed any more"
			bad = 1
		}
	exit bad
}
