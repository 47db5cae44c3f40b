#!/bin/sh
# SPDX-License-Identifier: MIT
# Installs what is missing of the packages that building, demo, tests, real clients or lint need.
# usage: need.sh [--build] [--demo] [--test] [--clients] [--lint] [--deb] [PACKAGE...]   (nothing named: --build)
# shellcheck disable=SC2086 # package names are lists of words
set -u

# One row per package: what for, its name in Debian and Ubuntu, what to look for elsewhere.
# "?" after a name: done without where the distribution does not have it.
packages() {
	cat <<-'END'
		build gcc                   a C compiler
		build libc6-dev             the C library's headers
		build make                  make
		build libtasn1-6-dev        libtasn1 (development files)
		build libtasn1-bin          libtasn1 (asn1Parser)
		build libinih-dev           inih (development files)
		build libjson-c-dev         json-c (development files)
		demo  softhsm2              SoftHSM 2
		demo  opensc                OpenSC (pkcs11-tool and opensc-pkcs11.so)
		demo  openssl               openssl
		test  softhsm2              SoftHSM 2
		test  opensc                OpenSC (pkcs11-tool and opensc-pkcs11.so)
		test  openssl               openssl
		test  libssl-dev            OpenSSL (development files)
		test  openssh-client        OpenSSH (ssh-keygen, ssh-agent)
		test  gnutls-bin            GnuTLS (p11tool)
		test  libnss3               NSS
		test  libnss3-tools         NSS (certutil)
		test  libcmocka-dev         cmocka (development files)
		test  g++                   a C++ compiler
		test  binutils              binutils (nm, readelf)
		test  valgrind?             valgrind
		test  strace?               strace
		test  jq                    jq
		test  libxml2-utils         xmllint
		test  python3-jsonschema    jsonschema for Python 3
		test  p11-kit-modules?      p11-kit (trust module)
		test  libp11-kit-dev?       p11-kit (development files)
		test  libnss3-dev?          NSS (development files)
		test  libsofthsm2-dev?      SoftHSM 2 (development files)
		test  libopencryptoki-dev?  openCryptoki (development files)
		test  libpkcs11-helper1-dev? pkcs11-helper (development files)
		test  opencryptoki?         openCryptoki
		test  libtpm2-pkcs11-1?     tpm2-pkcs11
		test  swtpm?                swtpm (a TPM in software)
		test  tpm2-abrmd?           tpm2-abrmd
		test  libtss2-tcti-swtpm0?  the TPM library's way to swtpm
		test  libtss2-tcti-swtpm0t64? the same where its name is newer
		test  libtss2-tcti-tabrmd0? the TPM library's way to tpm2-abrmd
		test  dbus?                 D-Bus (dbus-daemon, dbus-send)
		test  util-linux            unshare
		test  rsyslog?              rsyslog
		test  mandoc?               mandoc
		test  pkg-config?           pkg-config
		test  groff-base?           groff
		clients softhsm2            SoftHSM 2
		clients opensc              OpenSC (pkcs11-tool and opensc-pkcs11.so)
		clients openssl             openssl
		clients gnutls-bin?         GnuTLS (p11tool, certtool, gnutls-serv, gnutls-cli)
		clients p11-kit?            p11-kit and p11-kit-proxy.so
		clients p11-kit-modules?    p11-kit (trust module)
		clients openssh-client?     OpenSSH (ssh, ssh-keygen, ssh-agent)
		clients openssh-server?     OpenSSH (sshd)
		clients libengine-pkcs11-openssl? OpenSSL's engine for PKCS #11
		clients curl?               curl
		clients libnss3-tools?      NSS (certutil, modutil, pk12util)
		clients default-jdk-headless? Java (keytool, jarsigner, javac)
		clients python3-pykcs11?    PyKCS11
		clients nodejs?             Node.js
		clients golang-go?          Go
		clients golang-github-miekg-pkcs11-dev? PKCS #11 for Go
		clients golang-github-thalesignite-crypto11-dev? crypto11 for Go
		clients gnupg-pkcs11-scd?   gnupg-pkcs11-scd
		clients gpg-agent?          gpg-agent
		clients stunnel4?           stunnel
		clients nginx-light?        nginx
		clients openvpn?            OpenVPN
		clients strongswan-pki?     strongSwan (pki)
		clients libstrongswan-standard-plugins? strongSwan (plugins)
		clients libstrongswan-extra-plugins? strongSwan (further plugins, for PKCS #11)
		clients bsdutils            script
		clients expect?             expect
		clients eapoltest?          eapol_test of wpa_supplicant
		clients hostapd?            hostapd
		clients osslsigncode?       osslsigncode
		clients sbsigntool?         sbsign, sbverify
		clients gcc?                a C compiler
		clients libpam-pkcs11?      pam_pkcs11 (pkcs11_inspect)
		clients libhsm-bin?         OpenDNSSEC (ods-hsmutil)
		clients knot?               Knot DNS (keymgr)
		clients knot-dnssecutils?   Knot DNS (kzonesign)
		clients pkcs11-dump?        pkcs11-dump
		clients gnome-keyring?      GNOME Keyring
		clients gnome-keyring-pkcs11? GNOME Keyring (its module)
		clients iproute2            ip, ss
		clients jq                  jq
		deb   build-essential       a C compiler and dpkg's tools for packages
		deb   debhelper             debhelper
		deb   lintian               lintian
		deb   fakeroot              fakeroot
		deb   debootstrap?          debootstrap
		lint  clang                 clang
		lint  clang-format          clang-format
		lint  clang-tidy            clang-tidy
		lint  cppcheck              cppcheck
		lint  shellcheck            shellcheck
	END
}

say() {
	echo "need.sh: $*" >&2
}

die() {
	say "$*"
	exit 1
}

# A compiler of the user's own serves as well as the package.
have_command_for() {
	case $1 in
	gcc | libc6-dev) echo 'int main(void) { return 0; }' |
		${CC:-cc} -include stdio.h -x c -o /dev/null - 2>/dev/null ;;
	*) return 1 ;;
	esac
}

installed() {
	[ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ] ||
		have_command_for "$1"
}

# Whether apt could install it.
offered() {
	apt-cache policy "$1" 2>/dev/null | grep 'Candidate: ' | grep -qv '(none)'
}

# wanted GROUP...: the packages of these groups, one a line
wanted() {
	for group; do
		packages | awk -v group="$group" '$1 == group { print $2 }'
	done
}

generic() {
	for group in $groups; do
		packages | sed -n "s/^$group  *[^ ]*  *//p"
	done | awk '!seen[$0]++' | paste -s -d, - | sed 's/,/, /g'
}

# The packages that are not installed.
missing() {
	for package in $(wanted $groups) $named; do
		installed "${package%\?}" || echo "$package"
	done
}

# Of these, those to install: one with "?" only when apt has it.
installable() {
	for package; do
		case $package in
		*\?) offered "${package%\?}" && echo "${package%\?}" ;;
		*) echo "$package" ;;
		esac
	done | awk '!seen[$0]++' | paste -s -d' ' -
}

# Whether apt has fetched its lists, which a fresh container has not.
have_lists() {
	find /var/lib/apt/lists -type f -name '*_*' 2>/dev/null | grep -q .
}

all_offered() {
	for package; do
		offered "$package" || return 1
	done
}

apt() {
	$sudo env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 "$@" \
		>>"$log" 2>&1
}

# Servers that are only to be tested with are not to start because they were installed: Debian's packages
# ask this file.
POLICY=/usr/sbin/policy-rc.d
start_no_servers() {
	case " $groups " in *' clients '*) ;; *) return ;; esac
	[ ! -e $POLICY ] || return
	printf '#!/bin/sh\nexit 101\n' | $sudo tee $POLICY >/dev/null && $sudo chmod +x $POLICY
	ours=$POLICY
}

install() {
	all_offered "$@" && apt install -y --no-install-recommends "$@" && return
	# There is none of that name, or none of that version any more: the lists may be old.
	apt update && apt install -y --no-install-recommends "$@"
}

groups=
named=
for word; do
	case $word in
	--build | --demo | --test | --clients | --lint | --deb) groups="$groups ${word#--}" ;;
	-*) die "unknown option $word; expected --build, --demo, --test, --clients, --lint, --deb or package names" ;;
	*) named="$named $word" ;;
	esac
done
[ -n "$groups$named" ] || groups=build

if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
	die "no apt-get here. Needed: $(generic)$named." \
		'With these there, "make && tools/demo.sh build" does without this script.'
fi

absent=$(missing)
if have_lists; then
	absent=$(installable $absent)
fi
[ -n "$absent" ] || exit 0

sudo=
if [ "$(id -u)" -ne 0 ]; then
	sudo=sudo
	command -v sudo >/dev/null ||
		die "not root, and there is no sudo; as root say: apt-get install" \
			"$(echo "$absent" | tr -d '?')"
fi
log=$(mktemp) || exit 1
ours=
trap 'rm -f "$log"; [ -z "$ours" ] || $sudo rm -f "$ours"' EXIT
trap 'exit 1' HUP INT TERM

if ! have_lists; then
	say "fetching the package lists${sudo:+ with sudo}"
	apt update
	absent=$(installable $absent)
fi
say "installing${sudo:+ with sudo}: $absent"
start_no_servers
if ! install $absent; then
	tail -n 20 "$log" >&2
	die "apt-get could not install: $absent"
fi
