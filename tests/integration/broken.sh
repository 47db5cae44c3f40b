# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# What somebody sees who has not set it up yet, or wrongly: a client that fails, and one clear message.

need pkcs11-tool libsofthsm2.so

softhsm=$(find_module libsofthsm2.so)

# fails NAME TEXT...: pkcs11-tool fails by itself, not by a signal, and the lens says the texts
fails() {
	failed=$1
	shift
	pkcs11-tool --module "$LENS" -L >"$WORK/out" 2>&1
	status=$?
	if [ "$status" -eq 0 ] || [ "$status" -ge 126 ]; then
		not_ok "broken: $failed" "pkcs11-tool ended with $status" "$WORK/out"
		return
	fi
	check_has "broken: $failed" "$WORK/out" 'pkcs11-lens: ' "$@"
	check "broken: $failed, said once" test "$(grep -c '^pkcs11-lens: ' "$WORK/out")" -eq 1
}

# config TEXT...: a configuration file of these lines
config() {
	export PKCS11_LENS_CONFIG="$WORK/lens.conf"
	printf '%s\n' "$@" >"$PKCS11_LENS_CONFIG"
}

fails 'no module' PKCS11_LENS_MODULE '[module]'
export PKCS11_LENS_MODULE=/nonexistent/vendor.so
fails 'a module that is not there' /nonexistent/vendor.so PKCS11_LENS_MODULE
export PKCS11_LENS_MODULE="$LENS"
fails 'the lens in front of itself' itself PKCS11_LENS_MODULE
libc=$(ldd "$LENS" | sed -n 's/.*=> \(.*libc\.so[^ ]*\).*/\1/p')
export PKCS11_LENS_MODULE="$libc"
fails 'a library that is no module' C_GetFunctionList "$libc"
unset PKCS11_LENS_MODULE

config '[module]' "path = $softhsm" 'colour = red'
fails 'an unknown key' "$WORK/lens.conf:3:" colour
config '[trace]' 'format = loud'
fails 'a bad value' "$WORK/lens.conf:2:" trace.format loud text
config 'nonsense'
fails 'a line that is nothing' "$WORK/lens.conf:1:"
export PKCS11_LENS_CONFIG="$WORK/nosuch.conf"
fails 'a file that is not there' "$WORK/nosuch.conf"
config '[module]' "path = $softhsm"
export PKCS11_LENS_TRACE=text:/dev/null,loud=yes
fails 'an unknown option' PKCS11_LENS_TRACE loud

# A trace that cannot be written costs the trace, never the call.
softhsm "$WORK"
export PKCS11_LENS_TRACE="text:$WORK/nosuch/trace"
pkcs11-tool --module "$LENS" -L >"$WORK/out" 2>&1
check_has 'broken: a trace that cannot be opened' "$WORK/out" 'Slot 0' "$WORK/nosuch/trace"
export PKCS11_LENS_TRACE=text:/dev/full
pkcs11-tool --module "$LENS" -L >"$WORK/out" 2>&1
check_has 'broken: a full disk' "$WORK/out" 'Slot 0' 'records were lost'
