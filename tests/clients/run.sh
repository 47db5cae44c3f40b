#!/bin/sh
# SPDX-License-Identifier: MIT
# Has real programs do their job, each with the vendor's module and through the lens.
# usage: run.sh BUILD [NAME...]             (everything they make lies in BUILD/tests/clients)
set -u

HERE=$(cd "$(dirname "$0")" && pwd)
BUILD=$(cd "${1:?usage: run.sh BUILD [NAME...]}" && pwd) || exit 1
LENS=$BUILD/pkcs11-lens.so
FIXTURE=$BUILD/tests/clients/fixture
ENTER='unshare --mount --ipc --net --pid --fork --kill-child --mount-proc'

die() {
	echo "run.sh: $*" >&2
	exit 1
}

[ -f "$LENS" ] || die "$LENS is missing; say make first"

# node_packages: pkcs11js and graphene-pk11, which no distribution has, when npm can have them; once
node_packages() {
	npm=$BUILD/tests/clients/npm
	[ ! -f "$npm/tried" ] || return
	command -v npm >/dev/null || return
	mkdir -p "$npm" && cd "$npm" || return
	npm_config_nodedir=/usr timeout 60 npm install --no-audit --no-fund --fetch-retries=0 \
		pkcs11js@2.1.7 graphene-pk11@2.3.6 >log 2>&1
	touch tried
}

# In namespaces the ports are all free, and nothing that was started lives on. Where they are not to
# be had, the ports are chosen by the process id, and clients that need a mount are skipped.
if [ -z "${CLIENTS_ALONE-}" ]; then
	"$HERE/../../tools/need.sh" --build --test --clients || exit 1
	if [ $# -eq 1 ] || echo " $* " | grep -q ' graphene '; then
		(node_packages)
	fi
	export CLIENTS_ALONE=no
	if [ "$(id -u)" -eq 0 ] && $ENTER true 2>/dev/null; then
		CLIENTS_ALONE=yes exec $ENTER "$0" "$@"
	fi
fi
shift
if [ "$CLIENTS_ALONE" = yes ]; then
	ip link set lo up
	# GnuTLS loads what else is installed.
	mkdir -p "$BUILD/tests/clients/no-modules"
	[ ! -d /usr/share/p11-kit/modules ] || mount --bind "$BUILD/tests/clients/no-modules" /usr/share/p11-kit/modules
fi
export VENDORS_ALONE="$CLIENTS_ALONE"
# shellcheck disable=SC2034 # for lib.sh
PORTS=$((20000 + $$ % 500 * 20))

# Nothing of the user's own settings, and neither language nor colour, shall matter.
for variable in $(env | sed -n 's/^\(PKCS11[A-Z0-9_]*\|SOFTHSM2_CONF\|XDG_[A-Z_]*\|SSH_[A-Z_]*\|GNUTLS_[A-Z_]*\|OPENSSL_[A-Z_]*\)=.*/\1/p'); do
	unset "$variable"
done
unset normalise_more may_fail
export LC_ALL=C.UTF-8 TZ=UTC

# shellcheck source=tests/clients/lib.sh
. "$HERE/lib.sh"

# shellcheck disable=SC1090,SC1091,SC2030 # what is sourced is checked by itself
run_client() (
	WORK=$BUILD/tests/clients/$SUBJECT
	rm -rf "$WORK"
	mkdir -p "$WORK"
	. "$HERE/$SUBJECT.sh"
)

# count WORD: of the results
count() {
	grep -c "^$1 " "$results"
}

rm -rf "$FIXTURE"
mkdir -p "$FIXTURE"
# shellcheck disable=SC2034 # for lib.sh
VENDOR=$(find_module libsofthsm2.so)
(fixture) >"$BUILD/tests/clients/fixture.log" 2>&1 || die "see $BUILD/tests/clients/fixture.log"

if [ $# -eq 0 ]; then
	for script in "$HERE"/*.sh; do
		case ${script##*/} in
		lib.sh | run.sh) ;;
		*) set -- "$@" "$(basename "$script" .sh)" ;;
		esac
	done
fi
results=$BUILD/tests/clients/results
for SUBJECT; do
	if [ ! -f "$HERE/$SUBJECT.sh" ]; then
		echo "not ok $SUBJECT: there is no $HERE/$SUBJECT.sh"
		continue
	fi
	run_client </dev/null
	status=$?
	[ "$status" -eq 0 ] || echo "not ok $SUBJECT: ended with status $status"
done 2>&1 | tee "$results"

skipped=$(count skip)
echo "$(count ok) passed, $(count 'not ok') failed$([ "$skipped" -eq 0 ] || echo ", $skipped skipped")"
[ "$(count ok)" -gt 0 ] && [ "$(count 'not ok')" -eq 0 ]
