# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Knot DNS: keymgr makes the keys of a zone in the token, and kzonesign signs the zone with them.

need keymgr kzonesign

session() {
	printf 'example. 3600 SOA ns.example. me.example. 1 3600 600 86400 300\nexample. 3600 NS ns.example.\nns.example. 3600 A 192.0.2.1\n' >example.zone
	cat >knot.conf <<-END
		database:
		  storage: $HOME/db
		keystore:
		  - id: lens
		    backend: pkcs11
		    config: "$TOKEN;pin-value=$PIN $MODULE"
		policy:
		  - id: token
		    keystore: lens
		    manual: on
		template:
		  - id: default
		    storage: $HOME
		zone:
		  - domain: example.
		    file: example.zone
		    dnssec-signing: on
		    dnssec-policy: token
	END
	mkdir db signed
	step ksk keymgr -c knot.conf example. generate algorithm=ECDSAP256SHA256 ksk=yes zsk=yes
	step list keymgr -c knot.conf example. list
	step sign kzonesign -c knot.conf -o signed example.
	step signatures grep -c RRSIG signed/example.zone
	step check kzonecheck -d on -o example. signed/example.zone
}

# Random are keys and their tags; times go on.
normalise() {
	sed 's/Next signing: .*/Next signing: TIME/; s/[0-9a-f]\{40\}/ID/g; s/tag=[0-9]*/tag=?/; s/\(=\)[0-9]\{9,\}/\1TIME/g; s/[0-9]\{4\}-[0-9-]*T[0-9:.+]*/TIME/g; s/tag *[0-9]*/tag ?/; s/^ID *[0-9]* */ID TAG /'
}

run_both C_Login C_GenerateKeyPair C_Sign
