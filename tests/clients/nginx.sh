# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# nginx with two workers, whose keys are in the token: the module is loaded, then the workers are forked.

need nginx openssl curl ss pkcs11.so

# nginx hands on no variable that no "env" names: HOME is where SoftHSM and the lens are set up.
session() {
	cat >openssl.cnf <<-END
		openssl_conf = init
		[init]
		engines = engines
		[engines]
		pkcs11 = pkcs11
		[pkcs11]
		engine_id = pkcs11
		MODULE_PATH = $MODULE
		PIN = $PIN
		init = 1
	END
	cat >nginx.conf <<-END
		daemon off;
		pid nginx.pid;
		error_log stderr info;
		worker_processes 2;
		env HOME;
		env OPENSSL_CONF;
		ssl_engine pkcs11;
		events {}
		http {
			access_log off;
			client_body_temp_path body;
			proxy_temp_path proxy;
			fastcgi_temp_path fastcgi;
			uwsgi_temp_path uwsgi;
			scgi_temp_path scgi;
			server {
				listen 127.0.0.1:$PORT ssl;
				ssl_certificate $FIXTURE/rsa1.crt;
				ssl_certificate_key "engine:pkcs11:$TOKEN;object=rsa1;type=private";
				ssl_certificate $FIXTURE/ec1.crt;
				ssl_certificate_key "engine:pkcs11:$TOKEN;object=ec1;type=private";
				location / { return 200 "by nginx\n"; }
			}
		}
	END
	[ "$(id -u)" -ne 0 ] || sed -i '1i user root;' nginx.conf
	OPENSSL_CONF=$HOME/openssl.cnf daemon nginx.log nginx -p "$HOME/" -e stderr -c nginx.conf
	until_port "$PORT"
	for i in 1 2 3 4; do
		step "page-$i" page --tlsv1.2 --tls-max 1.2 --ciphers ECDHE-RSA-AES128-GCM-SHA256 "https://localhost:$PORT/"
		step "page-ec-$i" page --ciphers ECDHE-ECDSA-AES128-GCM-SHA256 "https://localhost:$PORT/"
	done
}

run_both C_Login C_SignInit C_Sign
