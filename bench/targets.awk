# SPDX-License-Identifier: MIT

BEGIN {
	FS = "\t"
	modes = split("stats paused ring text json", mode, " ")
	operations = split("info attr attr@static attr@heap enc16 enc1k sign rand16", operation, " ")
}

# "# table VARIANT C_GetSessionInfo in FILE"
/^# table / {
	split($0, word, " ")
	owner[word[3]] = word[6]
	next
}

NF == 8 {
	ns[$1, $2, $3] = $4
	writes[$1, $2, $3] = $7
	allocations[$1, $2, $3] = $8
	measured[$1] = 1
}

function verdict(ok, what, value) {
	printf "%-5s %-52s %s\n", ok ? "ok" : "MISS", what, value
	if (!ok)
		missed++
}

function over(v, o) {
	return ns[v, o, 1] - ns["direct", o, 1]
}

function at_most(v, o, limit,    x) {
	x = over(v, o)
	verdict(x <= limit, sprintf("%s: %s over direct, at most %d ns", v, o, limit), sprintf("%.1f", x))
}

function times_as_fast(v, o, rival, least,    x) {
	if (!((rival, o, 1) in ns))
		return
	x = ns[rival, o, 1] / ns[v, o, 1]
	verdict(x >= least, sprintf("%s: %s, times as fast as %s, at least %d", v, o, rival, least), \
		sprintf("%.1f", x))
}

# An encryption is two calls.
function calls(o) {
	return o ~ /^enc/ ? 2 : 1
}

function off() {
	verdict(owner["off"] == owner["direct"], "off: the table holds the vendor's own functions", \
		owner["off"])
	verdict(ns["off", "symbol", 1] - ns["direct", "symbol", 1] <= 1, \
		"off: exported symbol over direct, at most 1 ns", \
		sprintf("%.2f", ns["off", "symbol", 1] - ns["direct", "symbol", 1]))
}

# Rules that find nothing to repair.
function rules() {
	at_most("portable", "attr", 100)
	at_most("portable", "attr@heap", 100)
}

function stats(    i) {
	for (i = 1; i <= operations; i++)
		at_most("stats", operation[i], 60 * calls(operation[i]))
}

# Switched off while the process runs.
function paused(    i) {
	for (i = 1; i <= operations; i++)
		at_most("paused", operation[i], 3 * calls(operation[i]))
}

function ring(    i) {
	at_most("ring", "info", 150)
	times_as_fast("ring", "info", "pkcs11-spy", 20)
	for (i = 2; i <= 4; i++) {
		at_most("ring", operation[i], 250)
		times_as_fast("ring", operation[i], "pkcs11-spy", 20)
	}
}

function lines(v,    i, t) {
	at_most(v, "info", 1500)
	for (i = 2; i <= 4; i++)
		at_most(v, operation[i], 2200)
	at_most(v, "enc1k", 3000)
	for (t = 1; t <= 4; t *= 2)
		for (i = 1; i <= operations; i++)
			cheaper(v, operation[i], t)
	for (i = 1; i <= operations; i++)
		if (writes[v, operation[i], 1] > calls(operation[i]) + 0.01)
			verdict(0, v ": " operation[i] ", one write a call", writes[v, operation[i], 1])
}

function cheaper(v, o, t,    x, y) {
	if (!(("p11-kit-log", o, t) in ns))
		return
	x = ns[v, o, t]
	y = ns["p11-kit-log", o, t]
	verdict(x < y, sprintf("%s: %s, %d thread%s, below p11-kit's log", v, o, t, t > 1 ? "s" : ""), \
		sprintf("%.0f of %.0f", x, y))
}

function no_allocations(v,    key, part, most) {
	most = 0
	for (key in allocations) {
		split(key, part, SUBSEP)
		if (part[1] == v && allocations[key] > most)
			most = allocations[key]
	}
	verdict(most == 0, v ": allocations once warm, any operation", most)
}

function threads(v,    x) {
	x = 8 * ns[v, "sign-1ms", 1] / ns[v, "sign-1ms", 8]
	verdict(x >= 7, v ": 8 threads, vendor of 1 ms, at least 7 times", sprintf("%.2f", x))
}

END {
	off()
	rules()
	for (m = 1; m <= modes; m++) {
		v = mode[m]
		if (!(v in measured)) {
			printf "-     %-52s not measured\n", v
			continue
		}
		if (v == "stats")
			stats()
		else if (v == "paused")
			paused()
		else if (v == "ring")
			ring()
		else
			lines(v)
		no_allocations(v)
		threads(v)
	}
	if (missed)
		printf "%d missed\n", missed
	exit missed > 0
}
