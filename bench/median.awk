# SPDX-License-Identifier: MIT
# Lines "variant operation threads ns cpu_ns bytes writes allocations" of many runs to one line
# for each cell, with medians, in the order of their first appearance.

function median(key, column,    n, i, j, x, list) {
	n = count[key]
	for (i = 1; i <= n; i++) {
		x = value[key, i, column]
		for (j = i - 1; j > 0 && list[j] > x; j--)
			list[j + 1] = list[j]
		list[j + 1] = x
	}
	return n % 2 ? list[(n + 1) / 2] : (list[n / 2] + list[n / 2 + 1]) / 2
}

# "variant # C_GetSessionInfo in FILE"
$2 == "#" {
	if (!($1 in owner)) {
		owner[$1] = $0
		sub(/^[^#]*# /, "", owner[$1])
		print "# table " $1 " " owner[$1]
	}
	next
}

NF == 8 {
	key = $1 "\t" $2 "\t" $3
	if (!(key in count))
		keys[++total] = key
	count[key]++
	for (c = 4; c <= 8; c++)
		value[key, count[key], c] = $c + 0
}

END {
	for (k = 1; k <= total; k++) {
		line = keys[k]
		for (c = 4; c <= 8; c++)
			line = line "\t" median(keys[k], c)
		print line
	}
}
