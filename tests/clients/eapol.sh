# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# wpa_supplicant's eapol_test: EAP-TLS to hostapd as a RADIUS server, with the key of the token.

need eapol_test hostapd ss pkcs11.so

session() {
	cat "$FIXTURE/rsa1.crt" "$FIXTURE/ec1.crt" >authorities
	echo '* TLS' >users
	echo '127.0.0.1 radius' >clients
	cat >hostapd.conf <<-END
		driver=none
		interface=lo
		radius_server_clients=$HOME/clients
		radius_server_auth_port=$PORT
		eap_server=1
		eap_user_file=$HOME/users
		ca_cert=$HOME/authorities
		server_cert=$FIXTURE/ec1.crt
		private_key=$FIXTURE/private/ec1.pem
	END
	daemon hostapd.log hostapd -d hostapd.conf
	until_true sh -c "ss -Hlun 'sport = :$PORT' | grep -q ."
	# pkcs11_module_path takes only what is below /usr/lib; the engine's own variable takes anything.
	export PKCS11_MODULE_PATH="$MODULE"
	cat >network.conf <<-END
		pkcs11_engine_path=$(find_module pkcs11.so)
		network={
			key_mgmt=IEEE8021X
			eap=TLS
			identity="user"
			ca_cert="$HOME/authorities"
			client_cert="$FIXTURE/rsa1.crt"
			engine=1
			engine_id="pkcs11"
			key_id="$TOKEN;object=rsa1;type=private"
			pin="$PIN"
		}
	END
	step authenticate eapol_test -c network.conf -a 127.0.0.1 -p "$PORT" -s radius -t 20
}

normalise() {
	grep -E '^(SUCCESS|FAILURE|status)|CTRL-EVENT-EAP-SUCCESS'
}

run_both C_Login C_FindObjects C_Sign
