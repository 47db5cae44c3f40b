# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2154 # run.sh sets the variables
# The switch for a running process.

# lines: how many calls have been recorded
lines() {
	grep -c C_GetSlotInfo switched || true
}

(host text:switched,control=switch,active=no,stats=yes slowly 2) &
slow=$!
sleep 0.4
[ "$(lines)" -eq 0 ]
result $? 'off at first: nothing is recorded'
tool 0 'what is set' trace switch
says "process $slow: as configured"
tool 0 'on' trace switch on
says "process $slow: on, from its next call on"
sleep 0.4
on=$(lines)
[ "$on" -gt 40 ]
result $? "on: calls are recorded ($on)"
tool 0 'off' trace switch off
sleep 0.1
off=$(lines)
sleep 0.4
[ "$(lines)" -eq "$off" ]
result $? 'off: none is any more'
tool 0 'with a filter' trace switch on only=failures functions=C_GetSlotInfo
says "process $slow: on,only=failures,functions=C_GetSlotInfo, from its next call on"
sleep 0.4
tail -n +$((off + 10)) switched | grep C_GetSlotInfo >out
[ "$(grep -c CKR_SLOT_ID_INVALID out)" -gt 4 ] && ! grep -q CKR_OK out
result $? "$name: only what it lets through ($(grep -c . out))"
tool 0 'what is set, now' trace switch
says "process $slow: on,only=failures,functions=C_GetSlotInfo"
tool 0 'a report' trace switch stats
sleep 0.2
grep -q '^# statistics ' switched && grep -q '^C_GetSlotInfo  *[0-9]' switched
result $? "$name: is written now"
before=$(grep -c CKR_SLOT_ID_INVALID switched)
sleep 0.4
[ "$(grep -c CKR_SLOT_ID_INVALID switched)" -gt "$before" ] && ! tail -n 3 switched | grep -q CKR_OK
result $? "$name: the filter stays"
tool 0 'off, and a report before the next call' trace switch off
"$tool" trace switch stats >out
says "process $slow: off,stats, from its next call on"
sleep 0.2
off=$(lines)
sleep 0.2
[ "$(lines)" -eq "$off" ]
result $? "$name: it is off"

tool 2 'a wrong word' trace switch maybe
errs 'trace: "maybe" is neither on nor off nor stats'
tool 2 'a wrong value' trace switch on only=some
errs 'trace.only cannot be "some"; expected one of all|failures'
tool 2 'a key that cannot be changed' trace switch on destination=x
errs '"destination=x" cannot be set while a process runs'
tool 2 'no value' trace switch on functions
errs '"functions" cannot be set'
tool 2 'something behind stats' trace switch stats slower=1s
tool 0 'nothing of this has been written' trace switch
says "process $slow: off,stats"
tool 1 'no such control file' trace nowhere on
errs 'a process makes it when it loads the lens with trace.control set'
tool 1 'a file that is no control file' trace switched on
errs 'this is no control file of pkcs11-lens'
head -c 4096 /dev/zero >zeros
tool 1 'a file of the right size' trace zeros on
errs 'this is no control file of pkcs11-lens'
tool 1 'a control file is no trace' show switch
errs 'this is a control file, for "pkcs11-lens trace"'
tool 2 'no control file' trace
kill -9 $slow
wait 2>/dev/null
tool 0 'a process that is gone' trace switch on
errs "process $slow is not running any more"
