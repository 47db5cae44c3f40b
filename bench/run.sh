#!/bin/sh
# SPDX-License-Identifier: MIT
# Measures what a call costs directly, through pkcs11-lens, and through what else traces PKCS #11.
set -u

usage() {
	cat <<'END'
usage: bench/run.sh [-n ROUNDS] [-s SECONDS] [--json FILE] [--markdown FILE] BUILD
  -n  rounds (7); every variant runs in every round, so that noise hits all alike
  -s  seconds for each cell of a round (0.012)
The table goes to standard output, all medians to BUILD/bench/results.tsv.
PKCS11_SPY and P11_KIT_PROXY name those modules where they are not found by themselves.
END
}

# What is measured: name, kind, setting. A lens setting is the value of PKCS11_LENS_TRACE. A row
# that does not work here is left out, with a word about it.
# shellcheck disable=SC2016 # expanded in run
variants='
direct       plain
off          lens   off
portable     rules  portable
stats        lens   stats:$log
ring         lens   ring:$ring
paused       lens   text:$log,control=$work/control,active=no
text         lens   text:$log
json         lens   json:$log
pkcs11-spy   spy
p11-kit      p11kit plain
p11-kit-log  p11kit log
'

rounds=7 seconds=0.012 json='' markdown=''
while [ $# -gt 0 ]; do
	case $1 in
	-n) rounds=$2; shift 2 ;;
	-s) seconds=$2; shift 2 ;;
	--json) json=$2; shift 2 ;;
	--markdown) markdown=$2; shift 2 ;;
	-*) usage >&2; exit 2 ;;
	*) break ;;
	esac
done
if [ $# -ne 1 ]; then
	usage >&2
	exit 2
fi

here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$1" && pwd) || exit 1
lens=$build/pkcs11-lens.so vendor=$build/bench/null-vendor.so client=$build/bench/client
for file in "$lens" "$vendor" "$client"; do
	if [ ! -e "$file" ]; then
		echo "bench: $file is missing; \"make bench\" builds it" >&2
		exit 1
	fi
done

find_module() {
	find /usr/lib /usr/lib64 /usr/local/lib -name "$1" 2>/dev/null | head -n 1
}
spy=${PKCS11_SPY:-$(find_module pkcs11-spy.so)}
proxy=${P11_KIT_PROXY:-$(find_module p11-kit-proxy.so)}

shm=/dev/shm
if [ ! -w $shm ]; then
	shm=${TMPDIR:-/tmp}
	echo "bench: no /dev/shm here: traces go to $shm, which may be slower" >&2
fi
work=$(mktemp -d "$shm/pkcs11-lens-bench.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
log=$work/log ring=$work/ring
chmod 755 "$work"
unset PKCS11SPY PKCS11SPY_OUTPUT PKCS11_LENS_PROFILE
: > "$work/empty.conf"
: > "$work/stderr"
export PKCS11_LENS_CONFIG="$work/empty.conf"

# p11-kit takes its modules from configuration directories alone: ours stands in for the system's
# in a mount namespace, or, as p11-kit ignores the user's own for root, as another user's.
p11kit_configs=$(pkg-config --variable=p11_module_configs p11-kit-1 2>/dev/null)
p11kit_configs=${p11kit_configs:-/usr/share/p11-kit/modules}

p11kit_files() {
	system=$work/p11kit-$1 user=$work/p11kit-$1-user/pkcs11/modules
	mkdir -p "$system" "$user"
	for file in "$p11kit_configs"/*.module /etc/pkcs11/modules/*.module; do
		[ ! -e "$file" ] || echo 'enable-in: nothing' > "$user/${file##*/}"
	done
	printf 'module: %s\nlog-calls: %s\n' "$vendor" "$2" > "$system/null-vendor.module"
	cp "$system/null-vendor.module" "$user/"
}
p11kit_files plain no
p11kit_files log yes

in_mount() {
	from=$1 to=$2
	shift 2
	# shellcheck disable=SC2016 # expanded by that shell
	unshare -m sh -c 'mount --bind "$1" "$2" && shift 2 && exec "$@"' sh "$from" "$to" "$@"
}

if [ "$(id -u)" -ne 0 ]; then
	p11kit_way=user
elif in_mount "$work/p11kit-plain" "$p11kit_configs" true 2>/dev/null; then
	p11kit_way=mount
else
	p11kit_way=other
fi

with_p11kit() {
	config=$work/p11kit-$1
	shift
	case $p11kit_way in
	user) XDG_CONFIG_HOME=$config-user "$@" ;;
	mount) in_mount "$config" "$p11kit_configs" "$@" ;;
	other)
		setpriv --reuid=65534 --clear-groups \
			env XDG_CONFIG_HOME="$config-user" "$@"
		;;
	esac
}

# run KIND SETTING OPTION...: the client through one variant.
run() {
	kind=$1 setting=$2
	shift 2
	rm -f "$log" "$ring"* "$work/control"*
	: > "$log"
	chmod 666 "$log"
	set -- "$client" -z "$log" "$@"
	case $kind in
	plain) "$@" "$vendor" ;;
	lens)
		eval "setting=$setting"
		PKCS11_LENS_MODULE=$vendor PKCS11_LENS_NORMALISE=off PKCS11_LENS_TRACE=$setting \
			"$@" "$lens"
		;;
	rules)
		PKCS11_LENS_MODULE=$vendor PKCS11_LENS_NORMALISE=$setting PKCS11_LENS_TRACE=off \
			"$@" "$lens"
		;;
	spy) PKCS11SPY=$vendor PKCS11SPY_OUTPUT=$log "$@" "$spy" ;;
	p11kit)
		if [ "$setting" = log ]; then
			with_p11kit "$setting" "$@" "$proxy" 2>> "$log"
		else
			with_p11kit "$setting" "$@" "$proxy"
		fi
		;;
	esac < /dev/null
}

# The first thing that the lens said, or the last that anybody said.
reason() {
	cat "$work/why" "$log" |
		awk '/^pkcs11-lens:/ { line = $0; exit } { line = $0 } END { print line }'
}

# Prints the rows that work; says why the others do not.
working() {
	printf '%s\n' "$variants" | while read -r name kind setting; do
		[ -n "$name" ] || continue
		if run "$kind" "$setting" -o info -t 1 -s 0.0001 > /dev/null 2> "$work/why"; then
			echo "$name $kind $setting"
		else
			echo "bench: $name is left out: $(reason)" >&2
		fi
	done
}

# one_round THREADS NAME KIND SETTING: prints each line with the name in front.
one_round() {
	if [ "$1" = sleep ]; then
		NULL_VENDOR_SIGN_US=1000
		export NULL_VENDOR_SIGN_US
		run "$3" "$4" -o sign -t 1,8 2>> "$work/stderr" |
			sed -n "s/^sign /$2 sign-1ms /p"
		unset NULL_VENDOR_SIGN_US
	else
		run "$3" "$4" -t "$1" -s "$seconds" 2>> "$work/stderr" | sed "s/^/$2 /"
	fi
}

progress() {
	if [ -t 2 ]; then
		printf '\rbench: %-40s' "$1" >&2
	fi
}

# Variants follow each other as closely as can be, because noise comes in spells.
all_rounds() {
	round=1
	while [ $round -le "$rounds" ]; do
		for threads in 1 2 4 sleep; do
			# What a vendor of 1 ms costs varies little.
			[ $threads != sleep ] || [ $round -le 3 ] || continue
			while read -r name kind setting; do
				progress "round $round of $rounds: $name"
				one_round $threads "$name" "$kind" "$setting"
			done < "$work/rows"
		done
		round=$((round + 1))
	done
}

working > "$work/rows"
all_rounds > "$work/raw"
progress ''
[ ! -t 2 ] || printf '\r' >&2
sort -u "$work/stderr" | head -n 20 >&2

machine=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo 2>/dev/null | head -n 1)
results=$build/bench/results.tsv
{
	echo "# machine ${machine:-$(uname -m)}, $(nproc) processors, $(uname -s) $(uname -r)"
	echo "# rounds $rounds rounds of $seconds s"
	awk -f "$here/median.awk" "$work/raw"
} > "$results"
awk -v format=text -f "$here/report.awk" "$results"
[ -z "$json" ] || awk -v format=json -f "$here/report.awk" "$results" > "$json"
[ -z "$markdown" ] || awk -v format=markdown -f "$here/report.awk" "$results" > "$markdown"
