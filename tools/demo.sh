#!/bin/sh
# SPDX-License-Identifier: MIT
# A pkcs11-tool session through the lens on a throwaway SoftHSM token, and what the lens saw of it.
# usage: demo.sh BUILD          (everything it makes lies in BUILD/demo; run it as often as you like)
set -eu

build=${1:?usage: demo.sh BUILD}
lens=$build/pkcs11-lens.so
dir=$build/demo

die() {
	echo "demo.sh: $*" >&2
	exit 1
}

find_module() {
	for folder in /usr/lib /usr/local/lib /usr/lib64 /opt; do
		found=$(find -L "$folder" -maxdepth 4 -name "$1" -type f 2>/dev/null | sort | head -n 1)
		[ -z "$found" ] || break
	done
	echo "$found"
}

bold='' dim='' red='' green='' plain='' width=0
if [ -t 1 ]; then
	width=$({ stty size <&1 || echo 0 100; } 2>/dev/null | cut -d' ' -f2)
	[ "$width" -ge 60 ] || width=100
	if [ -z "${NO_COLOR-}" ] && [ "${TERM-dumb}" != dumb ]; then
		escape=$(printf '\033')
		bold="${escape}[1m" dim="${escape}[2m" red="${escape}[31m"
		green="${escape}[32m" plain="${escape}[0m"
	fi
fi

title() {
	printf '\n%s\n' "$bold== $1$plain"
}

typed() {
	printf '%s\n' "$green\$$plain $bold$*$plain"
}

# set_variable NAME VALUE
set_variable() {
	typed "export $1=$2"
	export "$1=$2"
}

# Shows a command as it would be typed, and runs it.
run() {
	line=
	for word; do
		case $word in
		*[!A-Za-z0-9_./:=,+-]*) line="$line '$word'" ;;
		*) line="$line $word" ;;
		esac
	done
	typed "${line# }"
	case $1 in
	pkcs11-tool) echo "${line# }" >>"$dir/commands" ;;
	esac
	"$@"
}

# Every call in order; what only asks about the token or an object, and was shown before, is folded.
show_trace() {
	awk -v bold="$bold" -v dim="$dim" -v red="$red" -v plain="$plain" -v width="$width" \
		-v commands="$dir/commands" '
	BEGIN {
		split("C_GetInterface C_GetInfo C_GetSlotList C_GetSlotInfo C_GetTokenInfo " \
			"C_GetMechanismList C_GetMechanismInfo C_GetAttributeValue", list)
		for (i in list)
			question[list[i]] = 1
	}
	/^#/ {
		unfold()
		if ((getline command < commands) > 0) {
			sub(/--module .*--token-label demo( --login --pin 1234)?/, "...", command)
			print "\n" dim "# " command plain
		}
		next
	}
	{
		sub(/^[^ ]* [^ ]* /, "") # date, time, process and thread
		name = $2
		sub(/\(.*/, "", name)
		if (question[name] && shown[name]++) {
			folded++
			if (!among[name]++)
				names = names (names == "" ? "" : ", ") name
			next
		}
		unfold()
		show($0, name)
	}
	END { unfold() }

	function unfold() {
		if (folded > 0)
			print dim "    ... " folded " more " names plain
		folded = 0
		names = ""
		split("", among)
	}

	function show(line, name,    result, rest) {
		if (!match(line, /\) = [A-Z0-9a-z_]+ [0-9.]+[mu]?s$/)) {
			print line
			return
		}
		result = substr(line, RSTART)
		rest = substr(line, 1, RSTART - 1)
		if (question[name] && length(rest) > 230)
			rest = substr(rest, 1, 200) "..."
		rest = wrap(rest)
		sub(name, bold name plain, rest)
		if (result !~ /CKR_OK /)
			result = red result plain
		print rest result
	}

	# For a terminal; elsewhere a call is one line, as it is in the trace.
	function wrap(line,    out, at) {
		if (width == 0)
			return line
		out = ""
		while (length(line) > width) {
			for (at = width; at > 40 && substr(line, at - 1, 2) != ", "; at--)
				;
			if (at <= 40)
				break
			out = out substr(line, 1, at) "\n"
			line = "        " substr(line, at + 1)
		}
		return out line
	}' "$dir/trace"
}

[ -f "$lens" ] || die "$lens is missing; say make first"
command -v pkcs11-tool >/dev/null || die "pkcs11-tool is missing; say tools/need.sh --demo"
softhsm=$(find_module libsofthsm2.so)
[ -n "$softhsm" ] || die "libsofthsm2.so is missing; say tools/need.sh --demo"

rm -rf "$dir"
mkdir -p "$dir/tokens"
cat >"$dir/softhsm2.conf" <<END
directories.tokendir = $(cd "$dir" && pwd)/tokens
objectstore.backend = file
END
echo 'Look at what is really there.' >"$dir/message"

title 'A token to play with, and the lens in front of it'
set_variable SOFTHSM2_CONF "$dir/softhsm2.conf"
set_variable PKCS11_LENS_MODULE "$softhsm"
set_variable PKCS11_LENS_TRACE "text:$dir/trace"
run softhsm2-util --init-token --free --label demo --so-pin 12345678 --pin 1234

title 'A session: make a key pair, sign a message, list the objects'
run pkcs11-tool --module "$lens" --token-label demo --login --pin 1234 \
	--keypairgen --key-type EC:secp256r1 --id 01 --label demo-key
run pkcs11-tool --module "$lens" --token-label demo --hash --mechanism SHA256 \
	--input-file "$dir/message" --output-file "$dir/message.sha256"
run pkcs11-tool --module "$lens" --token-label demo --login --pin 1234 \
	--sign --mechanism ECDSA --id 01 --signature-format openssl \
	--input-file "$dir/message.sha256" --output-file "$dir/message.sig"
run pkcs11-tool --module "$lens" --token-label demo --login --pin 1234 --list-objects

if command -v openssl >/dev/null; then
	title 'The signature, verified by somebody else'
	run pkcs11-tool --module "$lens" --token-label demo \
		--read-object --type pubkey --id 01 --output-file "$dir/public.der"
	run openssl dgst -sha256 -verify "$dir/public.der" -keyform DER \
		-signature "$dir/message.sig" "$dir/message"
fi

title 'What the lens saw (without date, time and process; PINs and data as length and fingerprint)'
show_trace

title "All of it, one line a call: $dir/trace"
cat <<END
Now your own module (its calls appear on standard error):
  PKCS11_LENS_MODULE=/path/to/vendor.so PKCS11_LENS_TRACE=text pkcs11-tool --module $lens -L
or any program that loads a PKCS #11 module: name $(cd "$build" && pwd)/pkcs11-lens.so as its module.
END
