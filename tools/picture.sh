#!/bin/sh
# SPDX-License-Identifier: MIT
# The picture of a trace in README.md: a real session of pkcs11-tool on a throwaway SoftHSM token.
# usage: picture.sh BUILD >docs/trace.svg
set -eu

build=$(cd "${1:?usage: picture.sh BUILD}" && pwd)
lens=$build/pkcs11-lens.so
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
mkdir "$dir/tokens"
echo "directories.tokendir = $dir/tokens" >"$dir/softhsm2.conf"
export SOFTHSM2_CONF="$dir/softhsm2.conf" PKCS11_LENS_CONFIG=/dev/null

module=$(find -L /usr/lib /usr/lib64 /usr/local/lib -maxdepth 4 -name libsofthsm2.so -type f 2>/dev/null | head -n 1)
if [ -z "$module" ] || ! command -v pkcs11-tool >/dev/null; then
	echo 'picture.sh: SoftHSM or pkcs11-tool is missing; say tools/need.sh --demo' >&2
	exit 1
fi
softhsm2-util --module "$module" --init-token --free --label demo --so-pin 12345678 --pin 1234 >/dev/null

# typed COMMAND...: runs it through the lens, and has it above its calls in the trace
typed() {
	echo "\$ pkcs11-tool --module LENS ... $*" >>"$dir/trace"
	PKCS11_LENS_MODULE=$module \
		PKCS11_LENS_TRACE="text:$dir/trace,functions=C_Login+C_GenerateKeyPair+C_FindObjectsInit+C_FindObjects+C_SignInit+C_Sign" \
		pkcs11-tool --module "$lens" --token-label demo --login "$@" >/dev/null 2>&1 || true
}

head -c 32 /dev/zero >"$dir/hash"
cd "$dir"
typed --pin 1234 --keypairgen --key-type EC:secp256r1 --label mykey --id 01
typed --pin 4321 --sign --mechanism ECDSA --id 01 --input-file hash
typed --pin 1234 --sign --mechanism ECDSA --id 01 --input-file hash --output-file sig

awk -v columns=112 -v pitch=19 '
/^#/ { next } # the head of each process
{
	sub(/^[0-9-]+T/, "")       # the date
	sub(/Z [0-9]+:[0-9]+/, "") # process and thread
	if (/^\$/ && rows > 0)
		row[++rows] = ""
	indent = ""
	while (length(indent $0) > columns && (at = last_break(indent $0)) > 0) {
		whole = indent $0
		row[++rows] = substr(whole, 1, at)
		$0 = substr(whole, at + 2)
		indent = "        "
	}
	row[++rows] = indent $0
}
# Only after a comma, so that a hidden value stays in one piece
function last_break(text,    at) {
	for (at = columns; at > 40 && substr(text, at, 2) != ", "; at--)
		;
	return at > 40 ? at : 0
}
function paint(text,    start) {
	gsub(/&/, "\\&amp;", text)
	gsub(/</, "\\&lt;", text)
	gsub(/>/, "\\&gt;", text)
	if (text ~ /^\$/)
		return span("t", text)
	if (text ~ /^~/)
		return span("r", text)
	if (match(text, /&lt;[0-9]+ bytes #[0-9a-f]+&gt;/))
		text = substr(text, 1, RSTART - 1) span("s", substr(text, RSTART, RLENGTH)) \
			paint_rest(substr(text, RSTART + RLENGTH))
	else
		text = paint_rest(text)
	if (match(text, /C_[A-Za-z]+\(/))
		text = substr(text, 1, RSTART - 1) span("f", substr(text, RSTART, RLENGTH - 1)) substr(text, RSTART + RLENGTH - 1)
	return text
}
function paint_rest(text) {
	if (match(text, /&lt;[0-9]+ bytes #[0-9a-f]+&gt;/))
		text = substr(text, 1, RSTART - 1) span("s", substr(text, RSTART, RLENGTH)) substr(text, RSTART + RLENGTH)
	if (match(text, /\) = CKR_[A-Z_]+/))
		text = substr(text, 1, RSTART + 3) \
			span(substr(text, RSTART + 4, RLENGTH - 4) == "CKR_OK" ? "o" : "e", substr(text, RSTART + 4, RLENGTH - 4)) \
			substr(text, RSTART + RLENGTH)
	return text
}
function span(class, text) { return "<tspan class=\"" class "\">" text "</tspan>" }
END {
	width = columns * 7.83 + 32
	height = rows * pitch + 26
	printf "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\">\n", width, height, width, height
	print "<!-- SPDX-License-Identifier: MIT -->"
	print "<!-- A real trace; written by tools/picture.sh. -->"
	print "<title>A trace of pkcs11-tool: a key pair, a wrong PIN, a signature</title>"
	print "<style>text{font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,\"DejaVu Sans Mono\",monospace;fill:#d0d7de;white-space:pre}" \
		".t{fill:#8b949e}.f{fill:#79c0ff;font-weight:bold}.s{fill:#e3b341}.o{fill:#7ee787}.e{fill:#ff7b72;font-weight:bold}.r{fill:#d2a8ff}</style>"
	print "<rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"#161b22\"/>"
	for (i = 1; i <= rows; i++)
		printf "<text x=\"16\" y=\"%d\" xml:space=\"preserve\">%s</text>\n", i * pitch + 10, paint(row[i])
	print "</svg>"
}' "$dir/trace"
