# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Every vendor's module that can be had without its hardware: what pkcs11-tool shows and signs, with the
# module itself and through the lens.

need pkcs11-tool openssl jq

# start_trust, start_opensc: read-only, without a token of ours
start_trust() {
	has p11-kit-trust.so || return 1
	module p11-kit-trust.so
	VENDOR_LABEL='System Trust' VENDOR_PIN=
}

# shellcheck disable=SC2154 # vendor_folder is vendor_start's
start_opensc() {
	has opensc-pkcs11.so || return 1
	module opensc-pkcs11.so
	export OPENSC_CONF="$vendor_folder/opensc.conf"
	echo 'app default { }' >"$OPENSC_CONF"
	VENDOR_LABEL='no such token' VENDOR_PIN=
}

# The daemon holds the keyrings, and tells by a socket in the runtime folder.
start_keyring() {
	has gnome-keyring-daemon dbus-daemon gnome-keyring-pkcs11.so || return 1
	module gnome-keyring-pkcs11.so
	keyring_sockets=$(mktemp -d) || return 1
	export XDG_RUNTIME_DIR="$keyring_sockets" XDG_DATA_HOME="$vendor_folder/data" HOME="$vendor_folder"
	export DBUS_SESSION_BUS_ADDRESS="unix:path=$keyring_sockets/bus"
	export GNOME_KEYRING_CONTROL="$keyring_sockets/keyring"
	daemon "$vendor_folder/log-bus" dbus-daemon --session --nofork --nopidfile \
		--address="$DBUS_SESSION_BUS_ADDRESS"
	until_true test -S "$keyring_sockets/bus" || return 1
	printf %s "$VENDOR_PIN" | gnome-keyring-daemon --foreground --unlock --components=pkcs11,secrets \
		--control-directory="$GNOME_KEYRING_CONTROL" >"$vendor_folder/log-keyring" 2>&1 &
	vendors_daemons="$! $vendors_daemons"
	until_true test -S "$GNOME_KEYRING_CONTROL/pkcs11" || return 1
	VENDOR_LABEL='Secret Store' VENDOR_PIN=
}

# tool NAME ARGUMENT...: a step on the token
tool() {
	tool_step=$1
	shift
	step "$tool_step" pkcs11-tool --module "$MODULE" --token-label "$VENDOR_LABEL" \
		${VENDOR_PIN:+--login --pin "$VENDOR_PIN"} "$@"
}

# use MODE: sets MODULE. NSS wants a string that pkcs11-tool cannot hand over: there the lens does it in
# both modes, but does nothing else in the first.
use() {
	MODULE=$LENS
	export PKCS11_LENS_CONFIG="$WORK/lens.conf"
	[ "$1" = direct ] || return 0
	[ -n "$VENDOR_INIT" ] || MODULE=$VENDOR_MODULE
	PKCS11_LENS_CONFIG=$WORK/off.conf
}

# look MODE: what there is; a signature where there is a key
look() (
	mkdir -p "$WORK/$1"
	cd "$WORK/$1" || exit 1
	use "$1"
	step info pkcs11-tool --module "$MODULE" -I
	step slots pkcs11-tool --module "$MODULE" -L
	tool mechanisms -M
	tool objects -O
	case $VENDOR_PIN in
	?*)
		tool sign --sign -m "$HASH-RSA-PKCS" --id 01 -i "$FIXTURE/text" -o signature
		step verify openssl dgst "-$HASH" -verify "$WORK/public" -signature signature "$FIXTURE/text"
		;;
	esac
)

# A key of the vendor's own, and its public half.
make_key() {
	use direct
	cd "$WORK" || return 1
	tool make --keypairgen --key-type rsa:2048 --id 01 --label made --usage-sign
	tool public --read-object --type pubkey --id 01 -o public.der
	openssl rsa -pubin -inform DER -in public.der -out public
}

# The lens completes the flags of curves, and tells how long a key of NSS is.
normalise() {
	case $1 in
	objects) sed '/^$/d; /MODULUS_BITS/d; s/RSA [0-9]* bits/RSA/' | sort ;;
	mechanisms) sed 's/, EC [FO].*//' ;;
	*) cat ;;
	esac
}

# A line of a settings file has 195 characters at most; one that begins with a blank goes on.
settings() {
	printf '[module]\npath = %s\n' "$VENDOR_MODULE"
	[ -z "$VENDOR_INIT" ] || printf 'init_args = %s\n' "$VENDOR_INIT" | fold -s -w 150 | sed '2,$s/^/ /'
	printf '[normalise]\nlevel = %s\n' "$1"
}

pins_are_hidden() {
	jq -es 'map(select(.fn == "C_Login")) | all(.in.pPin.secret == "pin")' "$1"
}

# try VENDOR: in a shell of its own
# shellcheck disable=SC2034 # VENDOR and may_fail are for lib.sh
try() (
	SUBJECT="vendors: $1"
	WORK=$WORK/$1
	vendor_start "$1" "$WORK" >"$WORK.log" 2>&1 || {
		skip "$SUBJECT" "$VENDOR_WHY"
		return
	}
	HASH=SHA256 VENDOR=$VENDOR_MODULE
	# openCryptoki's soft token has no other that goes with RSA; OpenSC has no token here.
	case $1 in
	opencryptoki) HASH=SHA1 ;;
	opensc) may_fail='info slots mechanisms objects' ;;
	esac
	mkdir -p "$WORK/lens/traces"
	settings off >"$WORK/off.conf"
	{
		settings portable
		printf '[trace]\nformat = json\ndestination = %s/lens/traces/%%e.%%p.json\n' "$WORK"
	} >"$WORK/lens.conf"
	[ -z "$VENDOR_PIN" ] || (make_key) >"$WORK/make.log" 2>&1
	look direct
	look lens
	(cd "$WORK/lens" && failed_steps) >"$WORK/failed"
	check "$SUBJECT: does its work" cat_nothing "$WORK/failed"
	compare_results
	cat "$WORK"/lens/traces/*.json >"$WORK/trace" 2>/dev/null
	check "$SUBJECT: every line of the trace is whole" whole_lines "$WORK/trace"
	check "$SUBJECT: no PIN is in the trace" pins_are_hidden "$WORK/trace"
)

for vendor in softhsm nss opencryptoki tpm2 trust keyring opensc; do
	try "$vendor"
	# openCryptoki's folders of its own are for it alone.
	[ "$vendor" != opencryptoki ] || umount /run /var/log /dev/shm /var/lib/opencryptoki 2>/dev/null
done
