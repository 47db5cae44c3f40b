# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# ssh-agent with the keys of the token: files are signed, and a login where both sides have the agent's
# keys: the user's, and that of the host.

need ssh ssh-agent ssh-add ssh-keygen sshd ss

server_start() {
	[ "$(id -u)" -ne 0 ] || mkdir -p /run/sshd
	daemon sshd.log "$(command -v sshd)" -D -e -f /dev/null -p "$PORT" -h "$HOME/ecdsa.pub" \
		-o "HostKeyAgent=$SSH_AUTH_SOCK" -o ListenAddress=127.0.0.1 -o StrictModes=no \
		-o "AuthorizedKeysFile=$HOME/rsa.pub" -o UsePAM=no -o PidFile=none \
		-o PasswordAuthentication=no -o PermitRootLogin=prohibit-password
	until_port "$PORT"
}

# The agent looks at the real path of the module, and asks for the PIN by a program.
session() {
	printf '#!/bin/sh\necho %s\n' "$PIN" >askpass
	chmod +x askpass
	export SSH_ASKPASS="$HOME/askpass" SSH_ASKPASS_REQUIRE=force
	daemon agent.log ssh-agent -D -a "$HOME/agent" -P "$(dirname "$(realpath "$MODULE")")/*"
	export SSH_AUTH_SOCK="$HOME/agent"
	until_true test -S agent
	step add ssh-add -s "$MODULE"
	step list ssh-add -l
	ssh-add -L | grep ecdsa >ecdsa.pub
	ssh-add -L | grep ssh-rsa >rsa.pub
	step test ssh-add -T rsa.pub ecdsa.pub
	cp "$FIXTURE/text" text
	step sign ssh-keygen -Y sign -f ecdsa.pub -n file text
	printf 'me %s' "$(cat ecdsa.pub)" >allowed
	step verify sh -c 'ssh-keygen -Y verify -f allowed -I me -n file -s text.sig <text'
	server_start
	printf '[127.0.0.1]:%s %s\n' "$PORT" "$(cut -d' ' -f1,2 ecdsa.pub)" >known_hosts
	step login ssh -F /dev/null -o UserKnownHostsFile="$HOME/known_hosts" -o IdentitiesOnly=yes \
		-i "$HOME/rsa.pub" -p "$PORT" "$(id -un)@127.0.0.1" echo in by the agent
	step remove ssh-add -e "$MODULE"
	step empty ssh-add -l
}

normalise() {
	sort
}

# shellcheck disable=SC2034 # for run_both
may_fail=empty # it says by its status that there is none
run_both C_Login C_SignInit C_Sign C_Finalize
