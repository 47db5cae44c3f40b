# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2154 # run.sh sets the variables
# Files that grow while they are read.

# A ring that is overwritten all the time: shown, and copied, in the meantime. Nothing but whole calls
# of this host comes out of it, however small it is and whoever gets the processor.
calls=' C_GetSlotInfo(slotID=0x[0-9a-f]*, pInfo={slotDescription="", .*) = CKR_OK \| C_GetSlotInfo(slotID=0x[0-9a-f]*) = CKR_SLOT_ID_INVALID \| C_GetSlotInfo(pInfo=.*) = CKR_OK \| C_GetSlotInfo() = CKR_SLOT_ID_INVALID \| C_GetSlotInfo(slotID=0x[0-9a-f]*) \.\.\.$'

# overwritten SIZE TIMES: sets good, how often both showed many calls, and mixed, the lines that are no such calls
overwritten() {
	(host "ring:busy$1,size=$1" threads busy.progress) &
	busy=$!
	sleep 0.3
	i=0 good=0 mixed=0
	while [ $i -lt "$2" ]; do
		i=$((i + 1))
		cp "busy$1.$busy" busy.copy
		"$tool" show "busy$1.$busy" >busy.live 2>err && "$tool" show busy.copy >busy.copied 2>>err &&
			[ "$(grep -c ' = CKR_' busy.live)" -gt 20 ] &&
			[ "$(grep -c ' = CKR_' busy.copied)" -gt 20 ] && good=$((good + 1))
		mixed=$((mixed + $(grep -v '^#' busy.live busy.copied | grep -cv "$calls")))
	done
	kill -9 $busy
	wait 2>/dev/null
}

overwritten 16M 3
# A reader that does not get the processor for a whole round of the ring sees little of it.
[ $good -ge 2 ]
result $? "a ring is shown while four threads overwrite it, and so is a copy ($good of $i times)"
[ "$mixed" -eq 0 ]
result $? "no call is mixed up with another ($mixed)"
# Here a writer that is stopped in the middle of an entry goes on when a newer one is in its place.
overwritten 64K 10
[ "$mixed" -eq 0 ]
result $? "nor in a small ring ($mixed)"

# follow NAME TRACE FILE: the calls of a slow host appear as they are made
follow() {
	name=$1
	(host "$2" slowly 20) &
	slow=$!
	sleep 0.3
	# shellcheck disable=SC2086,SC2116 # a pattern
	file=$(echo $3)
	"$tool" show --follow "$file" >followed 2>err &
	shower=$!
	sleep 1
	early=$(grep -c C_GetSlotInfo followed)
	sleep 1
	late=$(grep -c C_GetSlotInfo followed)
	[ "$early" -gt 20 ] && [ "$late" -gt $((early + 20)) ]
	result $? "$name: calls appear as they are made ($early, then $late)"
	kill -9 $slow
	sleep 0.5
	kill -INT $shower
	wait $shower 2>/dev/null
	[ $? -eq 130 ]
	result $? "$name: ends with an interrupt"
	"$tool" show "$file" | grep C_GetSlotInfo >out
	grep C_GetSlotInfo followed | diff out - >err
	result $? "$name: shows what show shows"
}

follow 'following a ring' ring:slow 'slow.*'
follow 'following JSON' json:slow-json slow-json

# A file that is moved away goes on under its name.
head -n 4 part.json >moving
"$tool" show --follow moving >followed 2>err &
shower=$!
sleep 0.5
mv moving moved
tail -n +5 part.json >moving
sleep 0.7
kill -INT $shower
wait $shower 2>/dev/null
[ "$(grep -c ' C_' followed)" -eq 7 ]
result $? 'following a file that is renamed'

"$tool" show --follow --format xml part.json >followed 2>err &
shower=$!
sleep 0.5
kill -INT $shower
wait $shower 2>/dev/null
check 'following as XML leaves a whole document' sh -c 'xmllint --noout followed'
