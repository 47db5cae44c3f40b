# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# stunnel whose key is in the token, by OpenSSL's engine.

need stunnel openssl curl ss pkcs11.so

# Behind it stands a server without TLS.
session() {
	printf 'HTTP/1.0 200 OK\r\n\r\nthrough the tunnel\n' >page
	daemon server.log /usr/bin/python3 -m http.server --bind 127.0.0.1 "$((PORT + 1))"
	cat >stunnel.conf <<-END
		foreground = yes
		pid =
		engine = pkcs11
		engineCtrl = MODULE_PATH:$MODULE
		engineCtrl = PIN:$PIN
		engineCtrl = INIT
		[https]
		accept = 127.0.0.1:$PORT
		connect = 127.0.0.1:$((PORT + 1))
		engineId = pkcs11
		cert = $FIXTURE/rsa1.crt
		key = $TOKEN;object=rsa1;type=private
	END
	daemon stunnel.log stunnel stunnel.conf
	until_port $((PORT + 1))
	until_port "$PORT"
	step page page "https://localhost:$PORT/page"
	step again page "https://localhost:$PORT/page"
}

run_both C_Login C_SignInit C_Sign
