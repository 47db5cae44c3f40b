# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# softhsm2-util on another module than its own: a token is made, and a key brought in.

need softhsm2-util openssl

session() {
	step slots softhsm2-util --module "$MODULE" --show-slots
	step init softhsm2-util --module "$MODULE" --init-token --free --label second --pin "$PIN" \
		--so-pin "$SO_PIN"
	step import softhsm2-util --module "$MODULE" --import "$FIXTURE/private/ec1.pem" \
		--token second --label brought --id 0a --pin "$PIN"
	step again softhsm2-util --module "$MODULE" --import "$FIXTURE/private/ec1.pem" \
		--token second --label brought --id 0a --pin "$PIN"
	step slots-now softhsm2-util --module "$MODULE" --show-slots
}

# The number of a slot is drawn, and with it the order.
normalise() {
	sed 's/0x[0-9a-f]* */?/; s/slot [0-9]*$/slot ?/; s/Slot [0-9]*/Slot ?/; s/Serial number: .*/Serial number: ?/; s/slot [0-9][0-9]*/slot ?/' | sort
}

# shellcheck disable=SC2034 # for run_both
may_fail=again # the id is taken
run_both C_InitToken C_InitPIN C_Login C_CreateObject
