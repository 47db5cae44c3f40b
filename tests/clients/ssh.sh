# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# ssh with the keys of the token, to an sshd on the loopback that lets in only those.

need ssh ssh-keygen sshd ss

# server_start FILE-OF-KEYS: sshd wants its full name
server_start() {
	ssh-keygen -q -t ed25519 -N '' -f host_key
	printf '[127.0.0.1]:%s %s\n' "$PORT" "$(cut -d' ' -f1,2 host_key.pub)" >known_hosts
	[ "$(id -u)" -ne 0 ] || mkdir -p /run/sshd
	daemon sshd.log "$(command -v sshd)" -D -e -f /dev/null -p "$PORT" -h "$HOME/host_key" \
		-o ListenAddress=127.0.0.1 -o "AuthorizedKeysFile=$1" -o StrictModes=no -o UsePAM=no \
		-o PidFile=none -o PasswordAuthentication=no -o PermitRootLogin=prohibit-password
	until_port "$PORT"
}

session() {
	printf '#!/bin/sh\necho %s\n' "$PIN" >askpass
	chmod +x askpass
	export SSH_ASKPASS="$HOME/askpass" SSH_ASKPASS_REQUIRE=force
	ssh-keygen -D "$MODULE" >keys
	server_start "$HOME/keys"
	for type in ssh-rsa ecdsa-sha2-nistp256; do
		grep "^$type" keys >"$type.pub"
		step "login-$type" ssh -F /dev/null -o UserKnownHostsFile="$HOME/known_hosts" \
			-o PKCS11Provider="$MODULE" -o IdentitiesOnly=yes -i "$HOME/$type.pub" \
			-p "$PORT" "$(id -un)@127.0.0.1" echo in by the token
	done
}

run_both C_Login C_SignInit C_Sign
