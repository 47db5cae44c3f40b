#!/bin/sh
# SPDX-License-Identifier: MIT
# Tests the command-line tool: what it says of real modules and of an odd one, its messages, and
# what the commands that it runs get to see.
# usage: run.sh BUILD_FOLDER       (CC compiles the odd module)
set -u

build=$(cd "$1" && pwd) || exit 1
tool=$build/pkcs11-lens
here=$(cd "$(dirname "$0")" && pwd)
root=$here/../..
tmp=$(mktemp -d) || exit 1
tmp=$(cd "$tmp" && pwd -P)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
passed=0
failed=0

# result STATUS NAME: counts; shows how the output of the tool begins when the case failed
result() {
	if [ "$1" -eq 0 ]; then
		passed=$((passed + 1))
		echo "ok $2"
	else
		failed=$((failed + 1))
		echo "not ok $2"
		head -q -n 15 "$tmp/err" "$tmp/out" | sed 's/^/# /'
	fi
}

# lens STATUS NAME ARGUMENT...: runs the tool and expects its exit status
lens() {
	want=$1
	name=$2
	shift 2
	"$tool" "$@" >"$tmp/out" 2>"$tmp/err"
	status=$?
	[ "$status" -eq "$want" ] || echo "# exit status $status, not $want" >>"$tmp/err"
	[ "$status" -eq "$want" ]
	result $? "$name"
}

# says TEXT / errs TEXT: a line of the last output, of the last messages, holds the text
says() {
	grep -qF -e "$1" "$tmp/out"
	result $? "$name: says $1"
}
errs() {
	grep -qF -e "$1" "$tmp/err"
	result $? "$name: message has $1"
}
one_message() {
	[ "$(wc -l <"$tmp/err")" -eq 1 ] && grep -q '^pkcs11-lens: ' "$tmp/err" && [ ! -s "$tmp/out" ]
	result $? "$name: one message and nothing else"
}

# find_module NAME: its path, wherever the distribution puts it
find_module() {
	found=$(find /usr/lib /usr/lib64 /usr/local/lib -name "$1" 2>/dev/null | head -n 1)
	if [ -z "$found" ]; then
		echo "run.sh: no $1 in /usr/lib; install it" >&2
		exit 1
	fi
	echo "$found"
}

prepare() {
	if [ ! -x "$tool" ]; then
		echo "run.sh: no $tool; build it first" >&2
		exit 1
	fi
	softhsm=$(find_module libsofthsm2.so) || exit 1
	softokn=$(find_module libsoftokn3.so) || exit 1
	odd=$tmp/odd.so
	# shellcheck disable=SC2086 # CC may hold options
	${CC:-cc} -shared -fPIC -fvisibility=hidden -I"$root/include" -o "$odd" "$here/odd.c" || exit 1

	mkdir "$tmp/tokens" "$tmp/nss" "$tmp/folder"
	printf 'directories.tokendir = %s\nlog.level = ERROR\n' "$tmp/tokens" >"$tmp/softhsm.conf"
	export SOFTHSM2_CONF="$tmp/softhsm.conf"
	softhsm2-util --init-token --free --label 'Tést token' --so-pin 12345678 --pin 1234 \
		>/dev/null || exit 1
	certutil -N --empty-password -d "sql:$tmp/nss" || exit 1

	: >"$tmp/empty.conf"
	export PKCS11_LENS_CONFIG="$tmp/empty.conf"
	unset PKCS11_LENS_MODULE PKCS11_LENS_TRACE PKCS11_LENS_NORMALISE PKCS11SPY PKCS11SPY_OUTPUT
	unset PKCS11_MODULE_PATH PKCS11_PROVIDER_MODULE
}

test_usage() {
	lens 2 'no verb'
	one_message
	lens 2 'unknown verb' inform
	errs '"pkcs11-lens --help" lists the verbs'
	lens 2 'unknown option' info --colour
	one_message
	errs 'see "pkcs11-lens info --help"'
	lens 2 'unknown letter' run -x
	errs '-x: unknown option'
	lens 2 'option without a value' info --module
	errs '--module: a value must follow'
	lens 2 'option with an empty value' info --module=
	lens 2 'option of another verb' info --trace text
	lens 2 'superfluous argument' info more
	lens 2 'no command' run --module "$softhsm"
	one_message
	lens 0 'help' --help
	says 'usage: pkcs11-lens VERB'
	lens 0 'help on info' info -h
	says '--config FILE'
	lens 0 'help on run' run --help
	says '%lens'
	lens 0 'version' --version
	says 'pkcs11-lens '
}

test_config() {
	printf '[module]\npath = /a\n[trace]\nformat = texts\n' >"$tmp/bad.conf"
	lens 1 'bad value in a file' info --config "$tmp/bad.conf"
	one_message
	errs "$tmp/bad.conf:4: trace.format cannot be"
	lens 1 'run, bad value in a file' run --config "$tmp/bad.conf" true
	one_message
	lens 1 'missing file' info --config "$tmp/nowhere.conf"
	one_message
	lens 1 'bad value of an option' run --module "$softhsm" --trace texts true
	one_message
	errs 'pkcs11-lens: --trace: trace.format cannot be "texts"'
	PKCS11_LENS_TRACE=texts lens 1 'bad value of a variable' info
	# shellcheck disable=SC2016 # the message has a dollar sign
	errs 'pkcs11-lens: $PKCS11_LENS_TRACE: trace.format'
	lens 1 'no module' run true
	one_message
	errs 'give --module /path/to/vendor.so'
	lens 1 'info without a module' info
	says 'module.path        unset'
	errs 'no module is configured'
}

test_wrong_modules() {
	printf '[module]\npath = %s\n' "$build/pkcs11-lens.so" >"$tmp/self.conf"
	lens 1 'missing module' info --module "$tmp/no.so"
	errs "of --module: $tmp/no.so: "
	lens 1 'run, missing module' run --module "$tmp/no.so" true
	one_message
	errs "$tmp/no.so (from --module): No such file or directory"
	lens 1 'run, a folder as the module' run --module "$tmp" true
	errs 'not a regular file'
	lens 1 'no module at all' info --module libc.so.6
	errs 'neither C_GetFunctionList nor C_GetInterface'
	lens 1 'the lens as its own module' info --config "$tmp/self.conf"
	errs 'this is the lens itself'
	lens 1 'run, the lens as its own module' run --config "$tmp/self.conf" true
	one_message
	errs "(from $tmp/self.conf:2): this is the lens itself"
}

test_softhsm() {
	lens 0 'info on SoftHSM' info --module "$softhsm"
	says "module.path        $softhsm (--module)"
	says 'trace.format       off (default)'
	says "used by run        $build/pkcs11-lens.so"
	says 'manufacturer       "SoftHSM"'
	says 'cryptoki version   2.'
	says 'label              "Tést token"'
	says 'CKF_LOGIN_REQUIRED|CKF_USER_PIN_INITIALIZED'
	says 'PIN length         4..255'
	says 'sessions           unknown open, at most unlimited'
	grep -q '^      CKM_EC_KEY_PAIR_GEN .*CKF_GENERATE_KEY_PAIR|CKF_EC_F_P|' "$tmp/out"
	result $? "$name: mechanisms with their flags"
	! grep -q '^ *C_' "$tmp/out" && [ ! -s "$tmp/err" ]
	result $? "$name: no call failed"
	PKCS11_LENS_MODULE=$softhsm lens 0 'info with a variable' info
	# shellcheck disable=SC2016 # the origin has a dollar sign
	says "$softhsm (\$PKCS11_LENS_MODULE)"
}

test_rules() {
	lens 0 'info on the rules of SoftHSM' info --module "$softhsm" --normalise portable
	says 'profile            softhsm-2'
	says "(by the module's file name and CK_INFO)"
	says '  ECP-1     level    '
	grep -q '^  DEF-1  *level ' "$tmp/out"
	result $? "$name: defaults at level portable"
	! grep -q '^  ECP-1 .*\. ' "$tmp/out"
	result $? "$name: one sentence each"
	printf '[normalise]\nlevel = fix\nprofile = none\nenable = FND-1\ndisable = ECP-1+tok\n[generate CKO_SECRET_KEY]\nCKA_SENSITIVE = add true\n' \
		>"$tmp/rules.conf"
	lens 0 'info on the rules of a user' info --module "$softhsm" --config "$tmp/rules.conf"
	says 'profile            none, out of '
	says 'attributes         1 rows of the user'
	says '  FND-1     user     '
	says 'off by user:'
	says '    ECP-1 TOK-1 '
	! grep -q '^  DEF-1 ' "$tmp/out"
	result $? "$name: no defaults at level fix"
	lens 0 'info on no rules' info --module "$softhsm" --normalise off
	says 'off by level:'
	! grep -q '^  ECP-1 ' "$tmp/out"
	result $? "$name: none is on"
	lens 0 'info with a profile' info --module "$softhsm" --profile opencryptoki
	says 'profile            opencryptoki (named by normalise.profile)'
	lens 0 'info with a profile that is not there' info --module "$softhsm" --profile acme
	errs 'there is no profile "acme"'
}

test_softoken() {
	cat >"$tmp/nss.conf" <<-END
		[module]
		path = $softokn
		init_args = configdir='sql:$tmp/nss' certPrefix=''
		  keyPrefix='' secmod='secmod.db' flags=
	END
	lens 0 'info on NSS softoken' info --config "$tmp/nss.conf"
	says "module.path        $softokn ($tmp/nss.conf:2)"
	says 'manufacturer       "Mozilla Foundation"'
	says 'CKF_INTERFACE_FORK_SAFE (default)'
	says '"Vendor NSS'
	says 'label              "NSS Certificate DB"'
	grep -q '^  module.init_args   <[0-9]* characters> ' "$tmp/out" && ! grep -q configdir "$tmp/out"
	result $? "$name: init_args by their length only"
}

test_odd_module() {
	lens 1 'info on an odd module' info --module "$odd"
	says 'manufacturer       "\x1b[2Jred\xc3"'
	says 'library            "a\"b\\c \xc2\x9bä"'
	says 'flags              0x40000000'
	says 'no name without a table, flags '
	says '"Vendor \x07" 9.99'
	says 'slots announced, of which 4096 are looked at'
	says 'C_GetSlotInfo: 0x80000005'
	says 'CKF_TOKEN_PRESENT|0x800'
	says 'PIN length         unknown..unknown'
	says 'C_GetTokenInfo: CKR_TOKEN_NOT_RECOGNIZED'
	says 'mechanisms: 4096'
	says 'C_GetMechanismInfo: CKR_FUNCTION_NOT_SUPPORTED'
	says 'C_Finalize: CKR_FUNCTION_NOT_SUPPORTED'
	[ "$(LC_ALL=C tr -d '[:print:]\n\303\244\251' <"$tmp/out" | wc -c)" -eq 0 ]
	result $? "$name: nothing unprintable"
	ODD=empty lens 1 'info on a module of NULLs' info --module "$odd"
	says 'C_Initialize: CKR_FUNCTION_NOT_SUPPORTED'
	ODD=refuse lens 1 'info on a module that does not start' info --module "$odd"
	says 'C_Initialize: CKR_HOST_MEMORY'
	ODD=none lens 1 'info on a module without a table' info --module "$odd"
	errs 'gives no table'
}

test_full_disk() {
	[ -w /dev/full ] || return
	"$tool" --help >/dev/full 2>"$tmp/err"
	[ $? -eq 1 ] && grep -q '^pkcs11-lens: standard output: ' "$tmp/err"
	result $? 'a full disk is an error'
}

# shellcheck disable=SC2016 # the inner shells expand these
test_run_command() {
	lens 0 'run shows the calls' run --module "$softhsm" -- pkcs11-tool --module %lens -L
	says 'token label        : Tést token'
	errs 'C_GetSlotList(tokenPresent='
	lens 0 'run replaces every placeholder' run --module "$softhsm" printf '<%s>' %lens x=%lens:%lens
	says "<$build/pkcs11-lens.so><x=$build/pkcs11-lens.so:$build/pkcs11-lens.so>"
	lens 7 'run passes the exit status on' run --module "$softhsm" sh -c 'exit 7'
	lens 143 'run passes a signal on' run --module "$softhsm" sh -c 'kill -TERM $$'
	lens 127 'run, no such command' run --module "$softhsm" "$tmp/nowhere"
	one_message
	lens 126 'run, not executable' run --module "$softhsm" "$tmp/empty.conf"
	"$tool" run --module "$softhsm" sh -c 'echo $$' >"$tmp/out" 2>"$tmp/err" &
	wait $!
	[ "$(cat "$tmp/out")" = $! ]
	result $? 'run adds no process'
	lens 0 'run keeps options of the command' run --module "$softhsm" echo --module -h
	says '--module -h'
	lens 0 'run hints at the placeholder' run --module "$softhsm" echo --module="$softhsm"
	errs 'write %lens in the place'
}

# shown VARIABLE ARGUMENT...: what run hands to the command in a variable
shown() {
	variable=$1
	shift
	"$tool" run "$@" sh -c "printf %s \"\$$variable\"" 2>"$tmp/err"
}

# same WANT GOT NAME
same() {
	printf '%s\n' "wanted $1" "got $2" >"$tmp/out"
	[ "$1" = "$2" ]
	result $? "$3"
}

test_run_environment() {
	so=$build/pkcs11-lens.so
	same text "$(shown PKCS11_LENS_TRACE --module "$softhsm")" 'run traces as text'
	same off "$(shown PKCS11_LENS_TRACE --module "$softhsm" --trace off)" 'run --trace'
	same off "$(PKCS11_LENS_TRACE=off shown PKCS11_LENS_TRACE --module "$softhsm")" \
		'run leaves a trace variable'
	printf '[module]\npath = %s\n[trace]\nformat = off\n' "$softhsm" >"$tmp/off.conf"
	same '' "$(shown PKCS11_LENS_TRACE --config "$tmp/off.conf")" 'run leaves a trace setting'
	same fix "$(shown PKCS11_LENS_NORMALISE --module "$softhsm" --normalise fix)" 'run --normalise'
	same "$so" "$(shown PKCS11_LENS_SO --module "$softhsm")" 'run tells the lens'
	for client in PKCS11_MODULE_PATH PKCS11_PROVIDER_MODULE; do
		same "$so" "$(shown $client --module "$softhsm")" "run sets $client"
		same "$so" "$(env $client="$softhsm" "$tool" run --module "$softhsm" \
			sh -c "printf %s \"\$$client\"")" "run replaces the vendor in $client"
		same /third.so "$(env $client=/third.so "$tool" run --module "$softhsm" \
			sh -c "printf %s \"\$$client\"")" "run leaves another module in $client"
	done
	cp "$odd" "$tmp/folder/odd.so"
	cd "$tmp/folder" || exit 1
	same "$tmp/folder/odd.so" "$(shown PKCS11_LENS_MODULE --module ./odd.so)" \
		'run makes a module absolute'
	same "$tmp/folder/../off.conf" "$(shown PKCS11_LENS_CONFIG --config ../off.conf)" \
		'run makes a configuration file absolute'
	same libodd.so "$(shown PKCS11_LENS_MODULE --module libodd.so)" \
		'run leaves a module without a slash'
	cd "$here" || exit 1
}

test_run_checks() {
	lens 1 'run, no folder for the trace' run --module "$softhsm" --trace "text:$tmp/no/trace" true
	one_message
	errs "$tmp/no/trace (from --trace): No such file or directory"
	lens 0 'run, no folder but no trace' run --module "$softhsm" --trace "off:$tmp/no/trace" true
	lens 0 'run, trace to a file' run --module "$softhsm" --trace "text:$tmp/folder/trace.%p" \
		pkcs11-tool --module %lens -L
	grep -q 'C_Initialize(' "$tmp"/folder/trace.*
	result $? "$name: the file has the calls"
	mkdir "$tmp/alone"
	cp "$tool" "$tmp/alone/"
	"$tmp/alone/pkcs11-lens" run --module "$odd" true >"$tmp/out" 2>"$tmp/err"
	status=$?
	[ $status -eq 0 ] || grep -q 'pkcs11-lens.so: neither beside this program' "$tmp/err"
	result $? 'run away from its build folder finds an installed lens, or says so'
}

test_manual() {
	for page in "$root"/docs/man/*; do
		man --warnings -l "$page" 2>"$tmp/err" >/dev/null && [ ! -s "$tmp/err" ]
		result $? "manual $(basename "$page") is well formed"
	done
}

prepare
test_usage
test_config
test_wrong_modules
test_softhsm
test_rules
test_softoken
test_odd_module
test_full_disk
test_run_command
test_run_environment
test_run_checks
test_manual

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
