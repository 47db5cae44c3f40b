# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2154 # run.sh sets the variables
# Colours and progress.

esc=$(printf '\033')
ring=$(echo real.ring.*)
"$tool" show "$ring" | grep -q "$esc"
[ $? -eq 1 ]
result $? 'no colours in a pipe'
"$tool" show --color=always "$ring" >out
grep -q "#[0-9]* ${esc}\[1mC_Login${esc}\[m(.*) = CKR_OK " out
result $? 'functions are bold'
grep -q ") ${esc}\[31m= CKR_[A-Z_]* [0-9.]*[mu]*s${esc}\[m\$" out
result $? 'failures are red'
sed "s/${esc}\[[0-9]*m//g" out >plain
"$tool" show "$ring" | diff - plain >out
result $? 'and nothing else has changed'

# on_terminal COMMAND: its output on a terminal
on_terminal() {
	script -qec "$1" /dev/null </dev/null
}

if has script; then
	on_terminal "'$tool' show '$ring'" | grep -q "$esc"
	result $? 'colours on a terminal'
	on_terminal "NO_COLOR=1 '$tool' show '$ring'" | grep -q "$esc"
	[ $? -eq 1 ]
	result $? 'NO_COLOR'
	on_terminal "'$tool' show --color never '$ring'" | grep -q "$esc"
	[ $? -eq 1 ]
	result $? '--color never'
	on_terminal "'$tool' show --format json '$ring'" | grep -q "$esc"
	[ $? -eq 1 ]
	result $? 'no colours in JSON'
	"$tool" show --format json made.ring >made.json
	i=0
	while [ $i -lt 60 ]; do
		cat made.json
		i=$((i + 1))
	done >long.json
	on_terminal "'$tool' show --format json long.json >/dev/null" >out
	grep -q '[0-9]% of [0-9.]* MB read' out
	result $? 'progress on a terminal'
	on_terminal "'$tool' show --format json made.json >/dev/null" >out
	[ ! -s out ]
	result $? 'none when it goes fast'
	rm long.json
else
	skip 'a terminal' 'no script(1)'
fi
