# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# OpenDNSSEC's ods-hsmutil: makes, lists and tries keys as the signer of zones does.

need ods-hsmutil

util() {
	ods-hsmutil -c "$HOME/conf.xml" "$@"
}

session() {
	cat >conf.xml <<-END
		<?xml version="1.0" encoding="UTF-8"?>
		<Configuration>
			<RepositoryList>
				<Repository name="lens">
					<Module>$MODULE</Module>
					<TokenLabel>rt</TokenLabel>
					<PIN>$PIN</PIN>
				</Repository>
			</RepositoryList>
		</Configuration>
	END
	step info util info
	step list util list
	step generate util generate lens rsa 2048
	step list-now util list
	id=$(sed -n 's/.*key with ID: *\([0-9a-f]*\).*/\1/p; s/.*generation successful: *\([0-9a-f]*\).*/\1/p' generate.out | head -n 1)
	step dnskey util dnskey "$id" example.org 257 8
	step speed ods-hsmspeed -c "$HOME/conf.xml" -r lens -i 20 -s 2048 -t 4
	step remove util remove "$id"
}

# Keys and their ids are random, and times differ.
normalise() {
	sed 's/[0-9.]* sig.s/? sig per second/; s/[0-9a-f]\{32\}/ID/g; s/AwEAA[A-Za-z0-9+=\/]*/KEY/; s/id = [0-9]*/id = ?/; s/size = .*//' | sort
}

run_both C_Login C_GenerateKeyPair C_Sign C_DestroyObject
