# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# strongSwan's pki: a certificate that a key of the token signs. It asks for the PIN at the terminal, and
# crashes at its end when SoftHSM is gone before it, lens or not: hence no buffer for what it writes.

need pki script openssl

session() {
	cat >strongswan.conf <<-END
		pki {
			load = random pem x509 pubkey pkcs1 pkcs8 openssl pkcs11 revocation constraints
		}
		libstrongswan {
			plugins {
				openssl { engine_id = none }
				pkcs11 {
					use_hasher = no
					modules { lens { path = $MODULE } }
				}
			}
		}
	END
	export STRONGSWAN_CONF="$HOME/strongswan.conf"
	{ sleep 1 && echo "$PIN"; } | script -qec \
		'stdbuf -o0 pki --self --keyid 01 --type rsa --dn CN=made --outform pem >made.crt' \
		/dev/null >pki.log 2>&1
	step verify openssl verify -check_ss_sig -CAfile made.crt made.crt
	step key sh -c "openssl x509 -in made.crt -noout -pubkey | diff - '$FIXTURE/rsa1.pub'"
}

run_both C_Login C_FindObjects C_Sign
