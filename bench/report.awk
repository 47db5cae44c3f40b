# SPDX-License-Identifier: MIT
# The medians as tables for a terminal, for a README or as JSON: -v format=text|markdown|json.

BEGIN {
	FS = "\t"
}

/^# machine / {
	machine = substr($0, 11)
	next
}

/^# rounds / {
	rounds = substr($0, 10)
	next
}

/^#/ {
	next
}

NF == 8 {
	rows++
	for (c = 1; c <= 8; c++)
		row[rows, c] = $c
	if (!($1 in seen_variant)) {
		seen_variant[$1] = 1
		variant[++variants] = $1
	}
	if ($2 != "sign-1ms" && !($2 in seen_operation)) {
		seen_operation[$2] = 1
		operation[++operations] = $2
	}
	ns[$1, $2, $3] = $4
	cpu[$1, $2, $3] = $5
	bytes[$1, $2, $3] = $6
	writes[$1, $2, $3] = $7
	allocations[$1, $2, $3] = $8
}

# A number with as many decimals as it deserves.
function number(x) {
	if (x == "")
		return "-"
	if (x > -0.05 && x < 0)
		x = 0
	return sprintf(x < 10 && x > -10 ? "%.1f" : "%.0f", x)
}

function head(title,    o) {
	printf "\n%s\n%-12s", title, ""
	for (o = 1; o <= operations; o++)
		printf " %11s", operation[o]
	print ""
}

function cell(what, v, o, threads) {
	if (!((v, o, threads) in ns))
		return "-"
	if (what == "ns")
		return number(ns[v, o, threads])
	if (what == "over")
		return number(ns[v, o, threads] - ns["direct", o, threads])
	if (what == "spy" || what == "p11-kit-log")
		return times(what == "spy" ? "pkcs11-spy" : what, v, o, threads)
	if (what == "cpu")
		return number(cpu[v, o, threads])
	if (what == "written")
		return sprintf("%.0f/%s", bytes[v, o, threads], short(writes[v, o, threads]))
	return short(allocations[v, o, threads])
}

function short(x) {
	return sprintf(x == int(x) ? "%d" : "%.2f", x)
}

# How many times the rival takes as long.
function times(rival, v, o, threads) {
	if (!((rival, o, threads) in ns))
		return "-"
	return number(ns[rival, o, threads] / ns[v, o, threads])
}

function table(title, what, threads,    v, o) {
	head(title)
	for (v = 1; v <= variants; v++) {
		printf "%-12s", variant[v]
		for (o = 1; o <= operations; o++)
			printf " %11s", cell(what, variant[v], operation[o], threads)
		print ""
	}
}

function sleepers(    v, one, eight) {
	printf "\nC_Sign of 1 ms: ns per operation on 1 and 8 threads, and throughput gained\n"
	for (v = 1; v <= variants; v++) {
		one = ns[variant[v], "sign-1ms", 1]
		eight = ns[variant[v], "sign-1ms", 8]
		if (one != "" && eight != "")
			printf "%-12s %11s %11s %10.2fx\n", variant[v], number(one), number(eight),
				8 * one / eight
	}
}

function text() {
	print machine "; " rounds
	table("ns per operation, 1 thread", "ns", 1)
	table("the same over direct", "over", 1)
	table("times as fast as pkcs11-spy", "spy", 1)
	table("times as fast as p11-kit's log", "p11-kit-log", 1)
	table("octets/system calls written per operation", "written", 1)
	table("allocations per operation once warm", "allocations", 1)
	table("ns per operation and thread, 2 threads", "ns", 2)
	table("processor ns per operation, 2 threads", "cpu", 2)
	table("ns per operation and thread, 4 threads", "ns", 4)
	table("processor ns per operation, 4 threads", "cpu", 4)
	sleepers()
}

function markdown_row(v,    n, i, o) {
	n = split("info attr enc16 enc1k sign rand16", o, " ")
	printf "| %s |", v
	for (i = 1; i <= n; i++)
		printf " %s |", cell(v == "direct" ? "ns" : "over", v, o[i], 1)
	printf " %s | %s |", cell("spy", v, "info", 1), cell("p11-kit-log", v, "info", 1)
	printf " %s | %s |\n", cell("written", v, "attr", 1), cell("allocations", v, "attr", 1)
}

function markdown(    v) {
	print "| | C_GetSessionInfo | 4 attributes | encrypt 16 B | encrypt 1 KiB | sign | 16 random B" \
		" | × pkcs11-spy | × p11-kit's log | octets/writes | allocations |"
	print "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|"
	for (v = 1; v <= variants; v++)
		markdown_row(variant[v])
	printf "\n`make bench`: %s; medians of %s, one thread. `direct` is the null vendor alone, in ns" \
		" per operation; the other rows are ns on top of it. An encryption is two calls. The" \
		" × columns say how many times as long C_GetSessionInfo takes with that tracer; the" \
		" last two are per read of 4 attributes.\n", machine, rounds
}

function quoted(s) {
	gsub(/["\\]/, "\\\\&", s)
	return "\"" s "\""
}

function json(    r, at, place, name) {
	printf "{\"machine\": %s, \"rounds\": %s, \"results\": [", quoted(machine), quoted(rounds)
	for (r = 1; r <= rows; r++) {
		name = row[r, 2]
		at = index(name, "@")
		place = at ? substr(name, at + 1) : "stack"
		printf "%s\n\t{\"variant\": %s, \"operation\": %s, \"buffers\": %s, \"threads\": %d, ", \
			(r > 1 ? "," : ""), quoted(row[r, 1]), quoted(at ? substr(name, 1, at - 1) : name), \
			quoted(place), row[r, 3]
		printf "\"ns\": %s, \"cpu_ns\": %s, \"bytes\": %s, \"writes\": %s, \"allocations\": %s}", \
			row[r, 4], row[r, 5], row[r, 6], row[r, 7], row[r, 8]
	}
	print "\n]}"
}

END {
	if (format == "json")
		json()
	else if (format == "markdown")
		markdown()
	else
		text()
}
