# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Starts and stops the vendors that Debian has, without systemd and with everything they keep in one
# folder. Source it behind find_module of tests/integration/lib.sh.
#
#   vendors_alone "$0" "$@"     first of all: goes on in namespaces of its own, where it may
#   vendor_start NAME FOLDER    softhsm, nss, nss_raw, nss_crypto, opencryptoki or tpm2; when it
#                               fails, VENDOR_WHY says why
#   vendors_stop                ends all that this shell started; it happens at its end as well
#
# vendor_start exports VENDOR_MODULE, VENDOR_INIT (the string for C_Initialize, or empty),
# VENDOR_LABEL, VENDOR_PIN (empty when there is no login) and VENDOR_SO_PIN, and what the module itself
# looks for.

# The namespaces make it possible to run twice at once, and to leave nothing behind even when
# somebody kills the script: openCryptoki's folders, lock and shared memory have fixed names, and
# with the first process of a process namespace all others end.
vendors_alone() {
	[ -z "${VENDORS_ALONE-}" ] || return 0
	export VENDORS_ALONE=no
	if [ "$(id -u)" -eq 0 ] && unshare --mount --ipc --pid --fork --mount-proc true 2>/dev/null; then
		export VENDORS_ALONE=yes
		exec unshare --mount --ipc --pid --fork --kill-child --mount-proc "$@"
	fi
}

vendors_daemons=
tpm2_sockets=

# daemon LOG COMMAND...: in the background, to be ended by vendors_stop
daemon() {
	daemon_log=$1
	shift
	"$@" >"$daemon_log" 2>&1 </dev/null &
	vendors_daemons="$! $vendors_daemons"
}

# The newest first: a broker ends before what it talks to.
vendors_stop() {
	for pid in $vendors_daemons; do
		kill "$pid" 2>/dev/null
		wait "$pid" 2>/dev/null
	done
	vendors_daemons=
	[ -z "$tpm2_sockets" ] || rm -rf "$tpm2_sockets"
}

# until_true COMMAND...: waits up to ten seconds
until_true() {
	tries=100
	until "$@" >/dev/null 2>&1; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || return 1
		sleep 0.1
	done
}

# has COMMAND-OR-MODULE...: fails when one is missing, and says which in VENDOR_WHY
has() {
	for thing; do
		case $thing in
		*.so | *.so.*) [ -n "$(find_module "$thing")" ] ;;
		*) command -v "$thing" >/dev/null ;;
		esac && continue
		VENDOR_WHY="$thing is missing; say tools/need.sh --test"
		return 1
	done
}

# vendor_start NAME FOLDER
# shellcheck disable=SC2034 # VENDOR_WHY is for the caller
vendor_start() {
	trap vendors_stop EXIT
	trap 'exit 2' HUP INT TERM
	mkdir -p "$2"
	vendor_folder=$(cd "$2" && pwd)
	VENDOR_WHY="it does not start; see $vendor_folder/log*"
	export VENDOR_INIT='' VENDOR_LABEL=rt VENDOR_PIN=123456 VENDOR_SO_PIN=87654321
	has pkcs11-tool && "start_$1"
}

# module FILE
module() {
	VENDOR_MODULE=$(find_module "$1")
	export VENDOR_MODULE
}

# pkcs11 ARGUMENT...: pkcs11-tool on the vendor, its output to the log
pkcs11() {
	pkcs11-tool --module "$VENDOR_MODULE" "$@" >>"$vendor_folder/log" 2>&1 </dev/null
}

start_softhsm() {
	has softhsm2-util libsofthsm2.so || return 1
	module libsofthsm2.so
	mkdir -p "$vendor_folder/tokens"
	printf 'directories.tokendir = %s\nobjectstore.backend = file\nlog.level = ERROR\n' \
		"$vendor_folder/tokens" >"$vendor_folder/softhsm2.conf"
	export SOFTHSM2_CONF="$vendor_folder/softhsm2.conf"
	softhsm2-util --init-token --free --label "$VENDOR_LABEL" --pin "$VENDOR_PIN" \
		--so-pin "$VENDOR_SO_PIN" >"$vendor_folder/log" 2>&1
}

# The label of the token is NSS's own. Its SO has no PIN.
start_nss() {
	has certutil libsoftokn3.so || return 1
	module libsoftokn3.so
	mkdir -p "$vendor_folder/db"
	echo "$VENDOR_PIN" >"$vendor_folder/pin"
	VENDOR_LABEL='NSS Certificate DB'
	VENDOR_INIT="configdir='sql:$vendor_folder/db' certPrefix='' keyPrefix='' secmod='secmod.db' flags="
	certutil -N -d "sql:$vendor_folder/db" -f "$vendor_folder/pin" >"$vendor_folder/log" 2>&1
}

# The same, and it reports the points of curves without their DER encoding.
start_nss_raw() {
	export NSS_USE_DECODED_CKA_EC_POINT=1
	start_nss
}

# Its other token, which keeps nothing, needs no login, and has the mechanisms that need no key.
start_nss_crypto() {
	start_nss || return 1
	VENDOR_LABEL='NSS Generic Crypto Services' VENDOR_PIN=
}

# Its paths and the key of its shared memory are built in, hence the namespaces. The first PIN that
# the SO sets has to be changed by the user.
start_opencryptoki() {
	has pkcsslotd libopencryptoki.so.0 || return 1
	if [ "$VENDORS_ALONE" != yes ]; then
		# shellcheck disable=SC2034 # for the caller of vendor_start
		VENDOR_WHY='it takes root and mount namespaces (unshare) to keep its fixed paths apart'
		return 1
	fi
	module libopencryptoki.so.0
	opencryptoki_paths || return 1
	daemon "$vendor_folder/log-slotd" pkcsslotd -f
	until_true test -S /run/pkcsslotd.socket || return 1
	slot=$(opencryptoki_slot)
	pkcs11 --slot "$slot" --init-token --label "$VENDOR_LABEL" --so-pin "$VENDOR_SO_PIN" &&
		pkcs11 --slot "$slot" --init-pin --login --so-pin "$VENDOR_SO_PIN" --pin 12345 &&
		pkcs11 --slot "$slot" --login --pin 12345 --change-pin --new-pin "$VENDOR_PIN"
}

opencryptoki_paths() {
	for path in /run /var/log /dev/shm /var/lib/opencryptoki; do
		mount -t tmpfs tmpfs "$path" || return 1
	done
	mkdir -p /run/lock /var/lib/opencryptoki/swtok/TOK_OBJ &&
		chgrp -R pkcs11 /var/lib/opencryptoki && chmod -R 770 /var/lib/opencryptoki
}

# The number of the slot that has the soft token, in hexadecimal.
opencryptoki_slot() {
	pkcs11-tool --module "$VENDOR_MODULE" -L 2>/dev/null </dev/null |
		sed -n 's/^Slot [0-9]* (\(0x[0-9a-f]*\)).*/\1/p' | head -n 1
}

# A TPM in software, a broker that keeps its few places for objects free, and a bus for the two to
# meet on.
start_tpm2() {
	has swtpm tpm2-abrmd dbus-daemon dbus-send libtpm2_pkcs11.so libtss2-tcti-swtpm.so.0 \
		libtss2-tcti-tabrmd.so.0 || return 1
	module libtpm2_pkcs11.so
	tpm2_environment || return 1
	mkdir -p "$vendor_folder/state" "$TPM2_PKCS11_STORE"
	daemon "$vendor_folder/log-tpm" swtpm socket --tpm2 --tpmstate "dir=$vendor_folder/state" \
		--server "type=unixio,path=$tpm2_socket" --ctrl "type=unixio,path=$tpm2_socket.ctrl" \
		--flags startup-clear,not-need-init
	daemon "$vendor_folder/log-bus" dbus-daemon --session --nofork --nopidfile \
		--address="$DBUS_SESSION_BUS_ADDRESS"
	until_true test -S "$tpm2_socket.ctrl" && until_true test -S "$tpm2_folder/bus" || return 1
	daemon "$vendor_folder/log-broker" tpm2-abrmd --session --allow-root --max-transients=100 \
		--tcti="swtpm:path=$tpm2_socket"
	until_true tpm2_on_the_bus || return 1
	pkcs11 --slot 1 --init-token --label "$VENDOR_LABEL" --so-pin "$VENDOR_SO_PIN" &&
		pkcs11 --slot 1 --init-pin --login --so-pin "$VENDOR_SO_PIN" --pin "$VENDOR_PIN"
}

# The names of sockets have to be short, so that a deep folder does not do for them.
tpm2_environment() {
	tpm2_folder=$vendor_folder
	if [ "${#vendor_folder}" -gt 90 ]; then
		tpm2_sockets=$(mktemp -d) || return 1
		tpm2_folder=$tpm2_sockets
	fi
	tpm2_socket=$tpm2_folder/tpm
	export TPM2_PKCS11_STORE="$vendor_folder/store" TPM2_PKCS11_LOG_LEVEL=0
	export TPM2_PKCS11_TCTI=tabrmd:bus_name=com.intel.tss2.Tabrmd,bus_type=session
	export DBUS_SESSION_BUS_ADDRESS="unix:path=$tpm2_folder/bus"
}

tpm2_on_the_bus() {
	dbus-send --session --print-reply --dest=org.freedesktop.DBus / \
		org.freedesktop.DBus.GetNameOwner string:com.intel.tss2.Tabrmd
}
