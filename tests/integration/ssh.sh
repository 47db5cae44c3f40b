# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# OpenSSH: ssh-keygen with an empty environment, and ssh-agent, whose helper process loads the module.

need ssh-keygen ssh-agent ssh-add pkcs11-tool softhsm2-util libsofthsm2.so

module=$(find_module libsofthsm2.so)
home=$WORK/home
mkdir -p "$home/.config/softhsm2"
softhsm_token "$WORK"
cp "$SOFTHSM2_CONF" "$home/.config/softhsm2/softhsm2.conf"
printf '[module]\npath = %s\n[trace]\nformat = text\ndestination = %s/trace.%%e\n' \
	"$module" "$WORK" >"$home/.config/pkcs11-lens.conf"

# make_key TYPE ID
make_key() {
	pkcs11-tool --module "$module" --token-label rt --login --pin 1234 --keypairgen \
		--key-type "$1" --id "$2" --label "${1%:*}" --usage-sign
}
{ make_key rsa:2048 01 && make_key EC:secp256r1 02; } >"$WORK/keys.log" 2>&1

# As a daemon that knows no more than its home.
daemon() {
	env -i PATH="$PATH" HOME="$home" "$@"
}

daemon ssh-keygen -D "$module" 2>&1 | sort >"$WORK/direct"
daemon ssh-keygen -D "$LENS" 2>&1 | sort >"$WORK/lens"
check_has 'ssh: ssh-keygen -D finds both keys' "$WORK/direct" ssh-rsa ecdsa-sha2-nistp256
sed "s|$module|$LENS|" "$WORK/direct" >"$WORK/expected"
check_same 'ssh: ssh-keygen -D, set up by a file in the home folder alone' \
	"$WORK/expected" "$WORK/lens"
env -i PATH="$PATH" SOFTHSM2_CONF="$SOFTHSM2_CONF" \
	PKCS11_LENS_CONFIG="$home/.config/pkcs11-lens.conf" \
	ssh-keygen -D "$LENS" 2>&1 | sort >"$WORK/named"
check_same 'ssh: ssh-keygen -D, set up by the file that PKCS11_LENS_CONFIG names' \
	"$WORK/expected" "$WORK/named"

# The agent asks for the PIN by a program.
printf '#!/bin/sh\necho 1234\n' >"$WORK/askpass"
chmod +x "$WORK/askpass"
cat >"$WORK/agent.sh" <<END
set -e
export SSH_ASKPASS=$WORK/askpass SSH_ASKPASS_REQUIRE=force
ssh-add -s "\$1"
ssh-add -L | cut -d' ' -f1,2 | sort >"\$2"
ssh-add -L | grep ecdsa >"\$2.pub"
echo message >"\$2.message"
ssh-keygen -Y sign -f "\$2.pub" -n file "\$2.message"
{ printf 'me '; cat "\$2.pub"; } >"\$2.allowed"
ssh-keygen -Y verify -f "\$2.allowed" -I me -n file -s "\$2.message.sig" <"\$2.message"
ssh-add -e "\$1"
END
check 'ssh: ssh-agent without the lens' \
	daemon ssh-agent -P '/*' sh "$WORK/agent.sh" "$module" "$WORK/agent-direct"
check 'ssh: ssh-agent lists, signs and forgets through the lens' \
	daemon ssh-agent -P '/*' sh "$WORK/agent.sh" "$LENS" "$WORK/agent-lens"
check_same 'ssh: ssh-agent offers the same keys' "$WORK/agent-direct" "$WORK/agent-lens"
check_has 'ssh: the helper was traced' "$WORK/trace.ssh-pkcs11-helper" C_Sign CKM_ECDSA
check_lines 'ssh: every line of the trace is whole' "$WORK/trace.ssh-keygen"
