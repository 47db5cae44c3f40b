# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2154 # run.sh sets the variables
# What cannot be read, and options that make no sense.

(host ring:errors calls 3)
ring=$(echo errors.*)
(host text:errors-text calls 3)
(host xml:errors-xml calls 3)

# patched OFFSET OCTETS: a copy of the ring with octets (as for printf) at an offset
patched() {
	cp "$ring" patched
	# shellcheck disable=SC2059 # the octets are a format
	printf "$2" | dd of=patched bs=1 seek="$1" conv=notrunc 2>/dev/null
}

tool 2 'show without a file' show
errs 'no file given; see "pkcs11-lens show --help"'
tool 2 'stats without a file' stats
errs 'no file given'
tool 1 'a missing file' show "$ring" nowhere
errs 'pkcs11-lens: nowhere: No such file'
tool 1 'a folder' show .
errs 'pkcs11-lens: .: Is a directory'
: >empty
tool 1 'an empty file' show empty
errs 'the file is empty: nothing has been recorded'
tool 1 'a trace in text' show errors-text
errs 'this is a trace in text'
tool 1 'a trace in XML' stats errors-xml
errs 'this is XML'
tool 1 'something else' show "$tool"
errs 'neither a ring file of pkcs11-lens nor a JSON trace'

patched 8 '\001'
tool 1 'a ring of another version' show patched
errs 'patched: it has version 1 of the ring format, and this tool reads version 2'
patched 12 '\001\002\003\004'
tool 1 'a ring of the other byte order' show patched
errs 'patched: it was written on a machine of the other byte order'
patched 12 'what'
tool 1 'a ring with a damaged byte order' show patched
errs 'its header is damaged (byte order)'
patched 16 '\001'
tool 1 'a ring of a wrong size' show patched
errs 'its header is damaged (a ring of'
patched 0 'Q'
tool 1 'a ring without its magic number' show patched
errs 'neither a ring file'
head -c 100 "$ring" >patched
tool 1 'a ring cut off in its header' show patched
errs 'cut off within its header'
head -c 4500 "$ring" >patched
tool 0 'a ring cut off behind its header' show patched
errs 'cut off: only 4500 of 16781312 bytes are there'
says ' C_GetFunctionList('
patched 1400 'x'
tool 0 'a ring with something odd in the rest of its header' show patched
silent
patched 24 '\377\377\377\377\377\377'
tool 0 'a ring with a damaged position' show patched
[ "$(grep -c ' C_' out)" -eq 6 ]
result $? "$name: all calls are shown"
silent
patched 56 'other'
tool 0 'a ring of another lens with the same tables' show patched
silent
patched 1384 'other'
tool 0 'a ring of other tables' show patched
errs 'names may be wrong'
# The time of an entry: as when a thread that was stopped for long writes where it should not.
at=$("$tool" show "$ring" | sed -n 's/.* #\([0-9]*\) C_Initialize(pInitArgs=NULL) .*/\1/p')
patched $((4096 + at + 16 + 16)) 'other'
tool 0 'a ring with something else in one of its entries' show patched
errs '1 places, '
[ "$(grep -c " C_Initialize() = CKR_OK" out)" -eq 1 ]
result $? "$name: only the other half of that call is shown"

for option in format color functions except mechanisms slots sessions only slower pid tid since until; do
	tool 2 "a wrong --$option" show --$option nonsense "$ring"
	errs "--$option cannot be \"nonsense\""
done
tool 2 'an unknown option' show --colour always "$ring"
tool 2 'an option of the other verb' stats --follow "$ring"
tool 0 'options behind the file' show "$ring" --functions C_Finalize
[ "$(grep -c . out)" -eq 2 ]
result $? "$name: they count"
tool 0 'help' show --help
says '--since TIME'
