# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Four threads, and four processes, that trace to one file: every line is whole and every result
# stands under its own call.

need softhsm2-util libsofthsm2.so

vendor libsofthsm2.so
softhsm_token "$WORK"

# belongs PLAN TRACE: as many calls as were made, each with the lengths of its thread, and numbers
# that run on in each process
belongs() {
	awk '
	FNR == NR {
		key = $1 " " $2
		data[key] = $3
		signature[key] = $4
		next
	}
	/ C_[A-Za-z]+\(/ {
		split($2, id, ":")
		number = substr($3, 2) + 0
		if (seen[id[1], number]++)
			bad("a number twice: " $0)
		if (number > last[id[1]])
			last[id[1]] = number
		calls[id[1]]++
	}
	/ C_SignInit\(/ { inits++ }
	/ C_Sign\(/ {
		split($4, part, /[=,]/)
		key = id[1] " " part[2]
		if (!index($0, "pData=<" data[key] " bytes #") ||
				!index($0, "pSignature=<" signature[key] " bytes #"))
			bad("not of its session: " $0)
		signs++
	}
	END {
		for (pid in last)
			if (last[pid] != calls[pid])
				bad("process " pid ": " calls[pid] " lines, but numbers up to " last[pid])
		if (inits != 4000 || signs != 4000)
			bad(inits " and " signs " lines, not 4000 each")
		exit failed
	}
	function bad(why) {
		if (!failed++)
			print why
	}' "$1" "$2"
}

lens_text "$WORK/threads.trace"
check 'threads: four threads sign' \
	sh -c "'$PROGRAMS/threads' '$LENS' 0 4 >'$WORK/threads.plan'"
check_lines 'threads: every line of four threads is whole' "$WORK/threads.trace"
check 'threads: every result of four threads is under its own call' \
	belongs "$WORK/threads.plan" "$WORK/threads.trace"

# four NAME: four processes at once
four() {
	for i in 0 1 2 3; do
		"$PROGRAMS/threads" "$LENS" "$i" 1 >"$WORK/plan.$i" &
		eval "pid$i=$!"
	done
	# shellcheck disable=SC2154 # set by eval
	wait "$pid0" && wait "$pid1" && wait "$pid2" && wait "$pid3"
}

lens_text "$WORK/processes.trace"
check 'threads: four processes sign' four
cat "$WORK"/plan.? >"$WORK/processes.plan"
check_lines 'threads: every line of four processes is whole' "$WORK/processes.trace"
check 'threads: every result of four processes is under its own call' \
	belongs "$WORK/processes.plan" "$WORK/processes.trace"

lens_entry "$WORK/entry.trace"
check 'threads: four threads sign, with entries' \
	sh -c "'$PROGRAMS/threads' '$LENS' 0 4 >'$WORK/entry.plan'"
check_lines 'threads: every line of four threads is whole, with entries' "$WORK/entry.trace"
