# SPDX-License-Identifier: MIT
# Applies a diff without line numbers: the lines that begin with a blank or "-" must stand in the
# file exactly once, one after the other; those with a blank or "+" take their place. A diff that
# only adds is put at the end.
# usage: awk -f patch.awk DIFF FILE >RESULT
FILENAME == ARGV[1] {
	mark = substr($0, 1, 1)
	text = substr($0, 2)
	if (mark != "+")
		old[++olds] = text
	if (mark != "-")
		new[++news] = text
	next
}
{ line[++lines] = $0 }
function found_at(at, i)
{
	for (i = 1; i <= olds; i++)
		if (line[at + i - 1] != old[i])
			return 0
	return 1
}
END {
	for (at = 1; olds > 0 && at <= lines - olds + 1; at++)
		if (found_at(at)) {
			places++
			place = at
		}
	if (olds > 0 && places != 1) {
		printf "its lines stand %d times in the file, not once\n", places > "/dev/stderr"
		exit 1
	}
	for (at = 1; at <= lines; at++) {
		if (at == place)
			for (i = 1; i <= news; i++)
				print new[i]
		if (place == 0 || at < place || at >= place + olds)
			print line[at]
	}
	for (i = 1; olds == 0 && i <= news; i++)
		print new[i]
}
