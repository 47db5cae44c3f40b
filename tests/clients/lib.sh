# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# What the clients share. run.sh sources one client after the other behind this file, each in a shell
# of its own, with: BUILD, LENS, HERE (this folder), FIXTURE, WORK (empty, the client's own) and
# SUBJECT (its name). A client says what it needs, defines session, and ends with run_both.
#
# A session finds itself in a folder with a token of its own and as its home folder, and has
#   MODULE     the vendor's module, or the lens
#   PORT       the first of ten ports on the loopback that are its own
#   PIN, SO_PIN, TOKEN, RSA, EC      PINs; the token and its private keys as PKCS #11 URIs
#   FIXTURE    rsa1.crt, ec1.crt, rsa1.pub, ec1.pub, text (something to sign)

# shellcheck source=tests/integration/lib.sh
. "$HERE/../integration/lib.sh"
# shellcheck source=tests/vendors/lib.sh
. "$HERE/../vendors/lib.sh"

# SoftHSM takes any PIN. These are long enough to be searched for in a trace.
PIN=tulip-4711-pin
SO_PIN=orchid-0815-pin
TOKEN=pkcs11:token=rt
# shellcheck disable=SC2034 # these are for the sessions
RSA="$TOKEN;object=rsa1;type=private;pin-value=$PIN" EC="$TOKEN;object=ec1;type=private;pin-value=$PIN"

# need COMMAND-OR-MODULE...: ends the client with a skip when one is missing
need() {
	has "$@" && return
	skip "$SUBJECT" "${VENDOR_WHY%; say*}; say tools/need.sh --clients"
	exit 0
}

# home FOLDER: settings of SoftHSM and of the lens there, where both find them without a variable
home() {
	HOME=$1
	export HOME
	mkdir -p "$HOME/.config/softhsm2" "$HOME/traces"
	printf 'directories.tokendir = %s\nobjectstore.backend = file\nlog.level = ERROR\n' \
		"$HOME/tokens" >"$HOME/.config/softhsm2/softhsm2.conf"
	cat >"$HOME/.config/pkcs11-lens.conf" <<-END
		[module]
		path = $VENDOR
		[normalise]
		level = portable
		${normalise_more-}
		[trace]
		format = json
		destination = $HOME/traces/%e.%p.json
	END
}

# fixture: a token with the keys rsa1 (id 01) and ec1 (id 02), their certificates, and their secrets
fixture() {
	home "$FIXTURE"
	mkdir "$FIXTURE/tokens" "$FIXTURE/private"
	cd "$FIXTURE" || return 1
	echo 'meet me at noon' >text
	softhsm2-util --init-token --free --label rt --pin "$PIN" --so-pin "$SO_PIN"
	openssl genpkey -algorithm rsa -pkeyopt rsa_keygen_bits:2048 -out private/rsa1.pem
	openssl genpkey -algorithm ec -pkeyopt ec_paramgen_curve:P-256 -out private/ec1.pem
	fixture_key rsa1 01 && fixture_key ec1 02
	fixture_secrets >secrets
}

# fixture_key NAME ID
fixture_key() {
	openssl pkey -in "private/$1.pem" -pubout -out "$1.pub"
	openssl req -x509 -key "private/$1.pem" -subj "/CN=localhost" -days 30 -out "$1.crt" \
		-addext 'subjectAltName = DNS:localhost,IP:127.0.0.1' \
		-addext 'keyUsage = digitalSignature,keyEncipherment,keyCertSign'
	openssl x509 -in "$1.crt" -outform DER -out "$1.der"
	softhsm2-util --import "private/$1.pem" --token rt --label "$1" --id "$2" --pin "$PIN" &&
		pkcs11-tool --module "$VENDOR" --token-label rt --login --pin "$PIN" \
			--write-object "$1.der" --type cert --id "$2" --label "$1"
}

# Lines for leaks.py: what it is, and its octets in hexadecimal.
fixture_secrets() {
	printf 'PIN %s\n' "$(printf %s "$PIN" | od -An -v -tx1 | tr -d ' \n')"
	printf 'SO-PIN %s\n' "$(printf %s "$SO_PIN" | od -An -v -tx1 | tr -d ' \n')"
	for key in rsa1 ec1; do
		openssl pkey -in "private/$key.pem" -noout -text | awk -v key="$key" '
			/^[^ ]/ { part = $1; sub(/:.*/, "", part); next }
			part ~ /^(priv|privateExponent|prime|exponent|coefficient)[12]?$/ {
				gsub(/[ :]/, ""); octets[part] = octets[part] $0
			}
			END { for (part in octets) print key "-" part, octets[part] }'
	done
}

# --- Sessions

# shellcheck disable=SC2153 # PORTS is run.sh's
# run_mode MODE: the session in $WORK/MODE, with the vendor (direct) or through the lens (lens)
run_mode() (
	home "$WORK/$1"
	cd "$HOME" || exit 1
	cp -R "$FIXTURE/tokens" .
	case $1 in
	direct) MODULE=$VENDOR PORT=$PORTS ;;
	*) MODULE=$LENS PORT=$((PORTS + 10)) ;;
	esac
	export MODULE PORT
	trap vendors_stop EXIT
	trap 'exit 2' HUP INT TERM
	session
)

# The parts of a step's result as one text. What may differ from run to run is taken out here and
# by the client's normalise.
result_of() {
	sed "s|$VENDOR|MODULE|g; s|$LENS|MODULE|g; s|$WORK/$mode|HOME|g; s|$port|PORT|g" \
		"$WORK/$mode/$1.out" "$WORK/$mode/$1.err" "$WORK/$mode/$1.status" | normalise "$1"
}

# shellcheck disable=SC2317 # unless the client has one
normalise() {
	cat
}

compare_results() {
	while read -r each; do
		mode=direct port=$PORTS
		result_of "$each" >"$WORK/expected"
		mode=lens port=$((PORTS + 10))
		result_of "$each" >"$WORK/actual"
		diff -u "$WORK/expected" "$WORK/actual" || echo "# $each"
	done <"$WORK/direct/steps" >"$WORK/differences"
	check "$SUBJECT: the same result through the lens" cat_nothing "$WORK/differences"
}

# cat_nothing FILE: fails and shows what there is, if there is any
cat_nothing() {
	cat "$1"
	[ ! -s "$1" ]
}

# The steps that did not end well; may_fail has the names of those that need not.
failed_steps() {
	while read -r each; do
		case " ${may_fail-} " in *" $each "*) continue ;; esac
		grep -qx 'status 0' "$each.status" || {
			echo "$each: $(cat "$each.status")"
			tail -n 4 "$each.out" "$each.err"
		}
	done <steps
}

# run_both FUNCTION...: the session in both ways; the functions are what the trace must show
run_both() {
	run_mode direct >"$WORK/direct.log" 2>&1 &
	run_mode lens >"$WORK/lens.log" 2>&1
	wait
	if (cd "$WORK/direct" && failed_steps) >"$WORK/failed" && [ -s "$WORK/failed" ]; then
		skip "$SUBJECT" "it does not work without the lens either: $(head -n 1 "$WORK/failed")"
		return
	fi
	(cd "$WORK/lens" && failed_steps) >"$WORK/failed"
	check "$SUBJECT: does its work" cat_nothing "$WORK/failed"
	compare_results
	check_trace "$@"
}

# --- Traces

# check_trace FUNCTION...
check_trace() {
	cat "$WORK"/lens/traces/*.json >"$WORK/trace" 2>/dev/null
	check "$SUBJECT: every line of the trace is whole" whole_lines "$WORK/trace"
	for function; do
		grep -q "\"fn\":\"$function\".*\"rv\":\"CKR_OK\"" "$WORK/trace" || echo "no $function"
	done >"$WORK/unseen"
	check "$SUBJECT: the trace shows its calls" cat_nothing "$WORK/unseen"
	check "$SUBJECT: no secret is in the trace" "$HERE/leaks.py" "$FIXTURE/secrets" "$WORK/trace"
}

# whole_lines FILE: there are calls, and each line is an object with what all have
whole_lines() {
	jq -es 'any(.fn != null) and all(.v == 1 and (.type != null or
		(.seq > 0 and (.rv | type == "string") and .ns >= 0 and .layer != null)))' "$1"
}

# --- What several clients do

# until_port PORT: somebody listens there
until_port() {
	until_true sh -c "ss -Hltn 'sport = :$1' | grep -q ."
}

# page URL: fetched with the fixture's certificates as the only authorities
page() {
	cat "$FIXTURE/rsa1.crt" "$FIXTURE/ec1.crt" >authorities
	curl --silent --show-error --max-time 20 --cacert authorities "$@"
}

# verifies KEY DIGEST SIGNATURE [FILE]: by openssl alone
verifies() {
	openssl dgst "-$2" -verify "$FIXTURE/$1.pub" -signature "$3" "${4-$FIXTURE/text}"
}
