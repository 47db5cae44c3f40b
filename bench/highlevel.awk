# SPDX-License-Identifier: MIT
# Lines "SETTING NAME FIRST SECOND" of bench/highlevel.sh to a table: what was measured, in the median of the
# rounds, and its goal. A quotient is that of two times of one round, so that noise hits both alike.
# -v format=text (ends with a failure when a goal is missed), markdown or tsv

function median(key, column,    n, i, j, x, list) {
	n = count[key]
	for (i = 1; i <= n; i++) {
		x = column == 0 ? value[key, i, 1] / value[key, i, 2] : value[key, i, column]
		for (j = i - 1; j > 0 && list[j] > x; j--)
			list[j + 1] = list[j]
		list[j + 1] = x
	}
	return n % 2 ? list[(n + 1) / 2] : (list[n / 2] + list[n / 2 + 1]) / 2
}

function row(what, measured, unit, goal, sign,    good, verdict) {
	good = sign == ">=" ? measured >= goal : sign == "<=" ? measured <= goal : 1
	verdict = sign == "" ? "" : good ? "ok" : "MISSED"
	missed += verdict == "MISSED"
	measured = sprintf(unit ~ /MiB/ ? "%.0f" : "%.3f", measured)
	goal = sign == "" ? "" : sign " " goal
	if (format == "tsv")
		print what "\t" measured "\t" unit "\t" goal "\t" verdict
	else if (format == "markdown")
		printf "| %s | %s %s | %s | %s |\n", what, measured, unit, goal, verdict
	else
		printf "%-62s %9s %-10s %-8s %s\n", what, measured, unit, goal, verdict
}

# By hand against the lens, with what both took.
function compared(setting, name, what,    key, detail) {
	key = setting " " name
	if (!(key in count))
		return
	detail = sprintf(" (%.2f, %.2f us)", median(key, 1) / 1000, median(key, 2) / 1000)
	row(what ", level " setting detail, median(key, 0), "of direct", 0.95, ">=")
}

function streamed(    key, name, best, x) {
	for (key in count)
		if (key ~ /^portable stream-[0-9]+-KiB$/) {
			x = median(key, 0)
			if (x > best) {
				best = x
				name = key
			}
		}
	if (best == 0)
		return
	sub(/.*stream-/, "", name)
	row("stream 64 MiB by hand, best part " name, best, "MiB/s")
	row("stream 64 MiB, p11l_encrypt_fd", median("portable stream", 0), "MiB/s")
	row("stream, of the best by hand", median("portable stream", 0) / best, "of direct", 0.95, ">=")
}

function slow(    key) {
	key = "slow "
	if (!((key "threads-8") in count))
		return
	row("vendor + 1 ms: 8 threads sign", median(key "threads-8", 0), "times 1", 7, ">=")
	row("vendor + 1 ms: list of 1000 objects", median(key "list-1000", 1), "s", 1.2, "<=")
	row("vendor + 1 ms: stream 64 MiB", median(key "stream-1ms", 0), "MiB/s", 200, ">=")
}

{
	key = $1 " " $2
	count[key]++
	value[key, count[key], 1] = $3
	value[key, count[key], 2] = $4
}

END {
	if (format == "markdown")
		print "| | measured | goal | |\n|---|--:|--:|---|"
	for (s = 1; s <= 2; s++) {
		setting = s == 1 ? "portable" : "off"
		compared(setting, "sign-rsa-2048", "sign RSA 2048")
		compared(setting, "sign-ecdsa-p256", "sign ECDSA P-256")
		compared(setting, "encrypt-aes-1k", "encrypt 1 KiB AES-CBC-PAD")
		compared(setting, "read-5-attributes", "read 5 attributes")
		compared(setting, "read-5-known", "read 5 known attributes")
	}
	slow()
	streamed()
	exit format == "text" && missed > 0
}
