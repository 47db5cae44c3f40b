# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# p11-kit, in whose folder of modules the lens is one: for every program that asks p11-kit.

need p11-kit p11tool
[ "$CLIENTS_ALONE" = yes ] || {
	skip "$SUBJECT" 'it takes root and a mount namespace to put a module into its folder'
	exit 0
}

# kit COMMAND...: with nothing but the module in p11-kit's folder
kit() {
	unshare --mount sh -c 'mount --bind modules /usr/share/p11-kit/modules && exec "$@"' sh "$@"
}

# Programs find the module with no option at all.
session() {
	export GNUTLS_PIN="$PIN"
	mkdir modules
	printf 'module: %s\n' "$MODULE" >modules/lens.module
	step modules kit p11-kit list-modules
	step tokens kit p11tool --list-tokens
	step keys kit p11tool --batch --login --list-privkeys "$TOKEN"
	step sign kit p11tool --batch --login --test-sign "$TOKEN;object=ec1;type=private"
}

normalise() {
	case $1 in
	keys) awk -v RS= '{ sub(/^Object [0-9]+:\n/, ""); gsub(/\n/, "|"); print }' | sort ;;
	*) cat ;;
	esac
}

run_both C_Login C_FindObjects C_Sign
