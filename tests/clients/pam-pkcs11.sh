# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# pam_pkcs11's pkcs11_inspect: opens the token as a login by PAM would, and maps its certificates.

need pkcs11_inspect pkcs11_listcerts

session() {
	mkdir authorities
	cat "$FIXTURE/rsa1.crt" "$FIXTURE/ec1.crt" >authorities/all.pem
	cat >pam_pkcs11.conf <<-END
		pam_pkcs11 {
			use_pkcs11_module = lens;
			pkcs11_module lens {
				module = $MODULE;
				slot_num = 0;
				ca_dir = $HOME/authorities;
				cert_policy = none;
			}
			use_mappers = cn;
			mapper cn { debug = false; module = internal; }
		}
	END
	step list sh -c "echo '$PIN' | pkcs11_listcerts config_file=$HOME/pam_pkcs11.conf"
	step inspect sh -c "echo '$PIN' | pkcs11_inspect config_file=$HOME/pam_pkcs11.conf"
}

run_both C_OpenSession C_FindObjects C_GetAttributeValue
