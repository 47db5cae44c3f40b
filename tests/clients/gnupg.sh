# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# gnupg-pkcs11-scd in the place of GnuPG's own scdaemon: the keys that it learns, and a signature.

need gnupg-pkcs11-scd gpg-agent gpg-connect-agent

# The agent asks for the PIN by a program, which speaks Assuan.
pinentry_script() {
	cat <<-END
		#!/bin/sh
		echo OK
		while read -r word rest; do
			case \$word in
			GETPIN) echo "D $PIN" && echo OK ;;
			BYE) echo OK && exit ;;
			*) echo OK ;;
			esac
		done
	END
}

# The names of sockets have to be short.
session() {
	GNUPGHOME=$(mktemp -d)
	export GNUPGHOME
	printf 'providers lens\nprovider-lens-library %s\n' "$MODULE" >"$GNUPGHOME/gnupg-pkcs11-scd.conf"
	printf 'scdaemon-program %s\npinentry-program %s\n' "$(command -v gnupg-pkcs11-scd)" \
		"$HOME/pinentry" >"$GNUPGHOME/gpg-agent.conf"
	pinentry_script >pinentry
	chmod +x pinentry
	step learn gpg-connect-agent 'SCD LEARN' /bye
	grip=$(sed -n 's/^S KEYPAIRINFO \([0-9A-F]*\) .*/\1/p' learn.out | head -n 1)
	key=$(sed -n 's/^S KEYPAIRINFO [0-9A-F]* //p' learn.out | head -n 1)
	digest=$(sha256sum "$FIXTURE/text" | cut -d' ' -f1)
	step sign gpg-connect-agent "SCD SETDATA --hash=sha256 $digest" "SCD PKSIGN --hash=sha256 $key" /bye
	step grip test -n "$grip"
	gpg-connect-agent 'SCD KILLSCD' KILLAGENT /bye
	rm -rf "$GNUPGHOME"
}

normalise() {
	sort
}

run_both C_Login C_FindObjects C_GetAttributeValue C_Sign
