# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# OpenVPN: the ids of the token's keys, and a client that proves itself with one to a server.

need openvpn openssl

# The server writes nowhere and has no device; the client's PIN comes from its management socket, where
# only a program can give it.
server_start() {
	daemon server.log openvpn --dev null --tls-server --port "$PORT" \
		--local 127.0.0.1 --dh none --ca "$FIXTURE/rsa1.crt" --cert "$FIXTURE/rsa1.crt" \
		--key "$FIXTURE/private/rsa1.pem" --verb 3
	until_true grep -q 'UDPv4 link local' server.log
}

session() {
	step ids openvpn --show-pkcs11-ids "$MODULE"
	id=$(sed -n 's/^ *Serialized id: *//p' ids.out | head -n 1)
	server_start
	daemon client.log openvpn --tls-client --dev null --remote 127.0.0.1 "$PORT" --nobind \
		--ca "$FIXTURE/rsa1.crt" --verify-x509-name localhost name --verb 3 \
		--pkcs11-providers "$MODULE" --pkcs11-id "$id" \
		--management "$HOME/management" unix --management-query-passwords
	until_true test -S management
	step answer /usr/bin/python3 "$HERE/openvpn.py" management 'rt token' "$PIN"
	step connected until_true grep -q 'Peer Connection Initiated' client.log
	grep -h -o 'VERIFY OK: .*' server.log >peer
	step peer cat peer
}

run_both C_Login C_FindObjects C_Sign
