#!/bin/sh
# SPDX-License-Identifier: MIT
# Tests "run --attach": programs that know nothing of the lens, each of them without it and with it.
# What they print and how they end must be the same, and the trace must name their modules.
# usage: run.sh BUILD       (CC compiles the clients; all that is made lies in BUILD/tests/attach)
set -u

build=$(cd "${1:?usage: run.sh BUILD}" && pwd) || exit 1
here=$(cd "$(dirname "$0")" && pwd)
root=$here/../..
tool=$build/pkcs11-lens
library=$build/pkcs11-lens-attach.so
tmp=$build/tests/attach
passed=0
failed=0
skipped=0

# result STATUS NAME [FILE]: counts; shows how the file begins when the case failed
result() {
	if [ "$1" -eq 0 ]; then
		passed=$((passed + 1))
		echo "ok $2"
	else
		failed=$((failed + 1))
		echo "not ok $2"
		[ ! -s "${3-}" ] || sed -n 's/^/# /; 1,20p' "$3"
	fi
}

skip() {
	skipped=$((skipped + 1))
	echo "skip $1"
}

find_module() {
	find -L /usr/lib /usr/lib64 /usr/local/lib -maxdepth 4 -name "$1" -type f 2>/dev/null | sort | head -n 1
}

die() {
	echo "run.sh: $*" >&2
	exit 1
}

# shellcheck disable=SC2086 # CC may hold several words
compile() {
	${CC:-cc} -std=c11 -Wall -Wextra -Werror -I"$root/include" -o "$@" -ldl -lpthread ||
		die 'the test programs do not compile'
}

prepare() {
	[ -f "$library" ] || die "$library is missing; say make first"
	rm -rf "$tmp"
	mkdir -p "$tmp/tokens"
	softhsm=$(find_module libsofthsm2.so)
	softokn=$(find_module libsoftokn3.so)
	if [ -z "$softhsm" ] || [ -z "$softokn" ]; then
		die 'no SoftHSM or no NSS; say tools/need.sh --test'
	fi
	mock=$build/tests/mock.so
	unset LD_AUDIT PKCS11_LENS_MODULE PKCS11_LENS_TRACE PKCS11_LENS_PROFILE PKCS11SPY MOCK_PERSONALITY
	export LC_ALL=C.UTF-8 PKCS11_LENS_NORMALISE=off PKCS11_LENS_CONFIG="$tmp/empty.conf"
	: >"$PKCS11_LENS_CONFIG"
	export SOFTHSM2_CONF="$tmp/softhsm2.conf"
	printf 'directories.tokendir = %s/tokens\nlog.level = ERROR\n' "$tmp" >"$SOFTHSM2_CONF"
	softhsm2-util --init-token --free --label rt --pin 1234 --so-pin 12345678 >/dev/null || die 'no token'
	pkcs11-tool --module "$softhsm" --token-label rt --login --pin 1234 --keypairgen --id 01 \
		--key-type EC:secp256r1 --label mykey --usage-sign >/dev/null 2>&1 || die 'no key'
	compile "$tmp/client" "$here/client.c"
	compile "$tmp/getters" "$here/getters.c"
	compile "$tmp/luna.so" -shared -fPIC "$here/luna.c"
	compile "$tmp/linked" "$here/linked.c" "$mock"
	compile "$tmp/more" -DWITH_MORE "$here/linked.c" "$mock"
}

# both NAME COMMAND...: without the lens into $tmp/direct, and with it into $tmp/attached; what the
# command says is kept in other files, and the same goes for its status. The trace is in $tmp/trace.*
both() {
	name=$1
	shift
	rm -f "$tmp"/trace.*
	"$@" >"$tmp/direct" 2>&1
	echo "status $?" >>"$tmp/direct"
	"$tool" run --attach --trace "text:$tmp/trace.%e" -- "$@" >"$tmp/attached" 2>&1
	echo "status $?" >>"$tmp/attached"
}

# What differs from run to run: numbers of processes, clocks
normalised() {
	sed -E 's/process:[0-9]+|[0-9]+:[0-9]+:[0-9.]+//g' "$1" >"$1.normalised"
	echo "$1.normalised"
}

# same: the two went alike
same() {
	diff -u "$(normalised "$tmp/direct")" "$(normalised "$tmp/attached")" >"$tmp/diff"
	result $? "$name: the same with the lens" "$tmp/diff"
}

# traced PROGRAM MODULE TEXT: a trace of the program is about the module, and has the text
traced() {
	grep -qF "; module $2;" "$tmp/trace.$1" && grep -qF -e "$3" "$tmp/trace.$1"
	result $? "$name: the trace names $(basename "$2")" "$tmp/trace.$1"
}

# heads PROGRAM NUMBER: so many lenses have traced
heads() {
	touch "$tmp/trace.$1"
	[ "$(grep -c '^# pkcs11-lens ' "$tmp/trace.$1")" -eq "$2" ]
	result $? "$name: $2 traces" "$tmp/trace.$1"
}

test_client() {
	both 'two modules' "$tmp/client" "$softhsm" "$softokn"
	same
	grep -q '^status 7$' "$tmp/direct"
	result $? "$name: the client comes to its end" "$tmp/direct"
	traced client "$softhsm" 'C_GetInfo('
	traced client "$softokn" 'C_GetInfo('
	both 'four modules' "$tmp/client" "$softhsm" "$softokn" "$mock" "$build/tests/mock-2.40.so"
	same
	traced client "$mock" 'C_GetInfo('
	for module in "$softhsm" "$mock"; do
		both "a global module, $(basename "$module")" "$tmp/client" -g "$module"
		same
		grep -q '^status 7$' "$tmp/attached"
		result $? "$name: the client comes to its end" "$tmp/attached"
		traced client "$module" 'C_GetInfo('
	done
	both 'modules bound deep' "$tmp/client" -d "$softhsm" "$mock"
	same
	both 'a missing module' "$tmp/client" /nowhere/vendor.so
	same
	mkdir -p "$tmp/folder"
	cp "$mock" "$tmp/folder/vendor.so"
	both 'a module without a folder' env LD_LIBRARY_PATH="$tmp/folder" "$tmp/client" vendor.so
	same
	traced client "$tmp/folder/vendor.so" 'C_GetInfo('
	# By a path dlmopen asks nobody who audits.
	both 'a module in a namespace of its own' env LD_LIBRARY_PATH="$tmp/folder" "$tmp/client" -m vendor.so "$mock"
	same
	traced client "$tmp/folder/vendor.so" 'C_GetInfo('
	# By another name it is the same module, and gets no second lens.
	ln -s vendor.so "$tmp/folder/link.so"
	(cd "$tmp/folder" && "$tool" run --attach --trace "text:$tmp/folder/trace" -- \
		"$tmp/client" ./vendor.so "$tmp/folder/link.so") >"$tmp/attached" 2>&1
	[ "$(grep -c 'C_Initialize(.*CKR_OK' "$tmp/folder/trace")" -eq 1 ] &&
		grep -q 'C_Initialize(.*CKR_CRYPTOKI_ALREADY_INITIALIZED' "$tmp/folder/trace" &&
		[ "$(grep -c '^# pkcs11-lens ' "$tmp/folder/trace")" -eq 1 ]
	result $? 'two names of one module lead to one lens' "$tmp/folder/trace"
}

test_linked() {
	both 'a linked program' "$tmp/linked"
	same
	traced linked "$mock" 'C_GetInfo('
	both 'a linked program that needs more' "$tmp/more"
	same
	heads more 0
}

# shellcheck disable=SC2016 # the inner shells expand these
test_process() {
	"$tool" run --attach --trace off -- sh -c 'exit 5'
	[ $? -eq 5 ]
	result $? 'the exit status is passed on'
	"$tool" run --attach --trace off -- sh -c 'kill -TERM $$' >/dev/null 2>&1
	[ $? -eq 143 ]
	result $? 'a signal is passed on'
	[ "$("$tool" run --attach --trace off -- sh -c 'echo "${PKCS11_MODULE_PATH-unset}"')" = unset ]
	result $? 'no module is told to the command'
	[ "$(LD_AUDIT=/other.so "$tool" run --attach --trace off -- /bin/sh -c 'echo "$LD_AUDIT"' 2>/dev/null)" = "/other.so:$library" ]
	result $? 'another library that audits stays'
	both 'a child of a child' sh -c "sh -c '\"$tmp/client\" \"$mock\"; exit \$?'"
	same
	traced client "$mock" 'C_Finalize('
	# What is configured is another module; the command knows better.
	PKCS11_LENS_MODULE=$softokn both 'a configured module' "$tmp/client" "$mock"
	traced client "$mock" 'C_GetInfo('
	# Descriptors that are closed behind our back cost nothing.
	cat >"$tmp/close.py" <<-END
		import _ctypes, ctypes, os
		def call(module): return module.C_GetFunctionList(ctypes.byref(ctypes.c_void_p()))
		first = ctypes.CDLL("$mock")
		print(call(first))
		_ctypes.dlclose(first._handle)
		os.closerange(3, 4096)
		others = [os.open("/dev/null", os.O_RDONLY) for i in range(600)]
		print(call(ctypes.CDLL("$mock")))
	END
	if command -v python3 >/dev/null; then
		both 'closed descriptors' python3 "$tmp/close.py"
		same
	else
		skip 'closed descriptors: no python3'
	fi
}

test_lens_itself() {
	name='the lens as the module'
	rm -f "$tmp"/trace.*
	PKCS11_LENS_MODULE=$mock "$tool" run --attach --trace "text:$tmp/trace.%e" -- \
		"$tmp/client" "$build/pkcs11-lens.so" >"$tmp/attached" 2>&1
	traced client "$mock" 'C_GetInfo('
	[ "$(grep -c 'C_Initialize(' "$tmp/trace.client")" -eq 2 ]
	result $? "$name: one lens, not two" "$tmp/trace.client"
	spy=$(find_module pkcs11-spy.so)
	if [ -n "$spy" ]; then
		PKCS11SPY=$mock PKCS11SPY_OUTPUT=$tmp/spy both 'a module that loads a module' "$tmp/client" "$spy"
		traced client "$spy" 'C_GetInfo('
		! grep -qF "; module $mock;" "$tmp/trace.client"
		result $? "$name: what the module loads gets no lens" "$tmp/trace.client"
	else
		skip 'a module that loads a module: no pkcs11-spy.so'
	fi
}

# A limit for files is one for copies in memory, too.
test_limit() {
	(
		ulimit -f 100
		LD_AUDIT=$library PKCS11_LENS_TRACE=off "$tmp/client" "$mock" >"$tmp/out" 2>"$tmp/err"
	)
	[ $? -eq 7 ] && [ "$(wc -l <"$tmp/err")" -eq 1 ] && grep -qF 'its calls are not shown' "$tmp/err"
	result $? 'without room for a copy it says so once, and the program goes on' "$tmp/err"
}

# message WANT TEXT ARGUMENT...: run --attach ends so, with one message
message() {
	want=$1
	text=$2
	shift 2
	"$tool" run --attach "$@" >"$tmp/out" 2>"$tmp/err"
	[ $? -eq "$want" ] && [ "$(wc -l <"$tmp/err")" -eq 1 ] && grep -qF -e "$text" "$tmp/err"
	result $? "message: $text" "$tmp/err"
}

test_messages() {
	message 1 'leave out --module' --module "$mock" -- true
	message 1 'write its path in the place of %lens' -- echo %lens
	message 2 'no command given'
	printf 'int main(void) { return 0; }\n' >"$tmp/static.c"
	if ${CC:-cc} -static -o "$tmp/static" "$tmp/static.c" 2>/dev/null; then
		message 0 'linked statically' --trace off -- "$tmp/static"
	else
		skip 'a static program: no static libc'
	fi
	mkdir "$tmp/alone"
	cp "$library" "$tmp/alone/"
	LD_AUDIT=$tmp/alone/pkcs11-lens-attach.so "$tmp/client" "$mock" >"$tmp/out" 2>"$tmp/err"
	[ $? -eq 7 ] && [ "$(wc -l <"$tmp/err")" -eq 1 ] &&
		grep -qF 'install it beside pkcs11-lens-attach.so' "$tmp/err"
	result $? 'without a lens it says so once, and the program goes on' "$tmp/err"
}

# through MODULE ARGUMENT...: getters on the lens that is configured for the module, into
# $tmp/attached
through() {
	PKCS11_LENS_MODULE=$1 PKCS11_LENS_TRACE=text:$tmp/trace.getters \
		"$tmp/getters" "$build/pkcs11-lens.so" "$2" >"$tmp/attached" 2>&1
	echo "status $?" >>"$tmp/attached"
}

test_getters() {
	for half in NSC_ FC_; do
		both "softokn by ${half}GetFunctionList" "$tmp/getters" "$softokn" "$half"
		same
		grep -q '^slot .*: 0x0 NSS' "$tmp/direct"
		result $? "$name: there are tokens" "$tmp/direct"
		traced getters "$softokn" 'C_GetTokenInfo('
		[ "$(grep -c ' C_GetTokenInfo(' "$tmp/trace.getters")" -eq "$(grep -c '^slot ' "$tmp/direct")" ]
		result $? "$name: both tables are traced" "$tmp/trace.getters"
		rm -f "$tmp/trace.getters"
		through "$softokn" "$half"
		name="$name, lens configured"
		same
		traced getters "$softokn" 'C_GetTokenInfo('
	done
	both 'a table of the vendor' "$tmp/getters" "$tmp/luna.so" all
	same
	grep -q "0x0 the vendor's own table" "$tmp/direct"
	result $? "$name: there is one" "$tmp/direct"
	through "$tmp/luna.so" all
	grep -q "^CA_GetFunctionList 0x0 the vendor's own table" "$tmp/attached"
	result $? "$name: passes untouched through a lens that is configured" "$tmp/attached"
	# What the module has not: no symbol when attached, an answer when configured.
	both 'getters that the module has not' "$tmp/getters" "$mock" all
	same
	through "$mock" all
	[ "$(grep -c ' 0x54' "$tmp/attached")" -eq 9 ] && grep -q '^NSC_ModuleDBFunc NULL' "$tmp/attached"
	result $? "$name: CKR_FUNCTION_NOT_SUPPORTED" "$tmp/attached"
}

# Copies of the lens that are configured one after the other, without any help
test_copies() {
	name='copies of the lens'
	cp "$build/pkcs11-lens.so" "$tmp/first.so"
	cp "$build/pkcs11-lens.so" "$tmp/second.so"
	cp "$build/pkcs11-lens.so" "$tmp/third-softokn.so"
	rm -f "$tmp"/trace.*
	PKCS11_LENS_TRACE=text:$tmp/trace.client "$tmp/client" "$tmp/first.so=$softhsm" \
		"$tmp/second.so=$mock" "$tmp/third-softokn.so=$softokn" >"$tmp/attached" 2>&1
	[ $? -eq 7 ]
	result $? "$name: each has its own vendor, from several threads, and when one is closed" "$tmp/attached"
	for vendor in "$softhsm" "$mock" "$softokn"; do
		traced client "$vendor" 'C_GetInfo('
	done
}

test_tools() {
	both pkcs11-tool pkcs11-tool --module "$softhsm" --token-label rt --login --pin 1234 -O
	same
	traced pkcs11-tool "$softhsm" 'C_Login('
	heads pkcs11-tool 1
	both 'ssh-keygen' ssh-keygen -D "$softhsm"
	same
	traced ssh-keygen "$softhsm" 'C_FindObjects('
	if command -v p11tool >/dev/null; then
		both p11tool p11tool --provider "$softhsm" --list-tokens
		same
		traced p11tool "$softhsm" 'C_GetTokenInfo('
	else
		skip 'p11tool is missing'
	fi
	if [ -n "$(find_module p11-kit-proxy.so)" ]; then
		both 'p11-kit-proxy' "$tmp/client" "$(find_module p11-kit-proxy.so)"
		same
		! grep -q '; module .*p11-kit-proxy.so;' "$tmp/trace.client"
		result $? "$name: only the modules behind it" "$tmp/trace.client"
	else
		skip 'p11-kit-proxy.so is missing'
	fi
}

# The agent of distributions runs with another group, so that its environment is cleared of what
# concerns the dynamic linker; a copy does not.
test_agent() {
	cp "$(command -v ssh-agent)" "$tmp/ssh-agent"
	printf '#!/bin/sh\necho 1234\n' >"$tmp/askpass"
	chmod +x "$tmp/askpass"
	cat >"$tmp/agent.sh" <<-END
		set -e
		export SSH_ASKPASS=$tmp/askpass SSH_ASKPASS_REQUIRE=force
		ssh-add -s "$softhsm"
		ssh-add -L >"$tmp/agent.pub"
		echo message >"$tmp/message"
		rm -f "$tmp/message.sig"
		ssh-keygen -Y sign -f "$tmp/agent.pub" -n file "$tmp/message"
		ssh-add -e "$softhsm"
	END
	both ssh-agent "$tmp/ssh-agent" -P '/*' sh "$tmp/agent.sh"
	same
	traced ssh-pkcs11-helper "$(readlink -f "$softhsm")" 'C_Sign('
}

test_openssl() {
	if ! openssl engine pkcs11 >/dev/null 2>&1; then
		skip 'openssl has no engine pkcs11'
		return
	fi
	echo message >"$tmp/message"
	export PKCS11_MODULE_PATH="$softhsm"
	both openssl openssl pkey -engine pkcs11 -inform engine -in 'pkcs11:object=mykey;type=public' -pubin -pubout
	unset PKCS11_MODULE_PATH
	same
	traced openssl "$softhsm" 'C_GetAttributeValue('
}

test_python() {
	if ! command -v python3 >/dev/null; then
		skip 'python3 is missing'
		return
	fi
	cat >"$tmp/load.py" <<-END
		import ctypes, sys
		for path in sys.argv[1:]:
		    list = ctypes.c_void_p()
		    print(path, ctypes.CDLL(path).C_GetFunctionList(ctypes.byref(list)), bool(list))
	END
	both python3 "$(python3 -c 'import sys; print(sys.executable)')" "$tmp/load.py" "$softhsm" "$softokn"
	same
	program=$(basename "$(python3 -c 'import sys; print(sys.executable)')")
	traced "$program" "$softhsm" 'C_GetFunctionList('
	traced "$program" "$softokn" 'C_GetFunctionList('
}

test_java() {
	if ! command -v keytool >/dev/null || ! keytool -help >/dev/null 2>&1; then
		skip 'java is missing'
		return
	fi
	slot=$(softhsm2-util --show-slots | sed -n 's/^Slot \([0-9]*\)$/\1/p' | head -n 1)
	printf 'name = rt\nlibrary = %s\nslot = %s\n' "$softhsm" "$slot" >"$tmp/java.cfg"
	both java keytool -list -keystore NONE -storetype PKCS11 -storepass 1234 \
		-providerClass sun.security.pkcs11.SunPKCS11 -providerArg "$tmp/java.cfg"
	same
	traced keytool "$softhsm" 'C_Login('
}

prepare
test_client
test_linked
test_process
test_lens_itself
test_limit
test_messages
test_getters
test_copies
test_tools
test_agent
test_openssl
test_python
test_java

echo "$passed passed, $failed failed$([ $skipped -eq 0 ] || echo ", $skipped skipped")"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
