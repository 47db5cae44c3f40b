#!/bin/sh
# SPDX-License-Identifier: MIT
# docs/FLEET.md with journald: a systemd-journald in a mount namespace of its own, where /run and the logs are
# empty, so that the machine's own journal is left alone.
# usage: journald.sh BUILD
way=journald
# shellcheck source=tests/fleet/lib.sh
. "$(dirname "$0")/lib.sh"

journald=/lib/systemd/systemd-journald

# A journal that goes nowhere and asks the kernel for nothing.
start() {
	mount -t tmpfs none /run && mount -t tmpfs none /var/log || return 1
	mkdir -p /run/systemd/journald.conf.d
	printf '[Journal]\nStorage=volatile\nAudit=no\nReadKMsg=no\nForwardToSyslog=no\n' \
		>/run/systemd/journald.conf.d/fleet.conf
	$journald >"$tmp/journald.said" 2>&1 &
	daemons=$!
	await 20 test -S /run/systemd/journal/dev-log
}

# The lines as they went in
lines() {
	journalctl --sync && journalctl -t pkcs11-lens -o cat --no-pager
}

count() {
	[ "$(lines | jq -c 'select(has("fn"))' | wc -l)" -ge "$1" ]
}

[ -x $journald ] || skip_all 'systemd-journald is missing'
[ -s /etc/machine-id ] || skip_all 'there is no /etc/machine-id, which systemd-journald takes'
if [ "${2-}" != inside ]; then
	{ [ "$(id -u)" -eq 0 ] && unshare --mount true 2>/dev/null; } ||
		skip_all 'it takes root and a mount namespace'
	exec unshare --mount --propagation private "$0" "$build" inside
fi

fleet_begin journalctl
start
result $? 'it starts' "$tmp/journald.said"
fleet_want
# Where /dev/log leads to on a machine with journald
session json:syslog:/run/systemd/journal/dev-log
result $? 'a session with the log' "$tmp/said"
await 20 count "$want"
result $? "its $want calls are in the journal" "$tmp/journald.said"
lines >"$tmp/lines" 2>"$tmp/why"
jq -e 'type == "object"' "$tmp/lines" >"$tmp/why" 2>&1
result $? 'every line is whole' "$tmp/why"
"$tool" show - <"$tmp/lines" >"$tmp/shown" 2>"$tmp/why"
[ ! -s "$tmp/why" ] && grep -q '"a \\"quoted\\" label with ümläuts"' "$tmp/shown"
result $? 'pkcs11-lens shows them' "$tmp/why"
fleet_end
