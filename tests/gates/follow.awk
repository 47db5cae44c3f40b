# SPDX-License-Identifier: MIT
# Splits a how-to into the steps that a machine can follow. A fenced block in the language "diff"
# changes the file that the last line before it with "In `FILE`" names; one in the language "sh"
# is run. Writes each block to DIR/NUMBER.diff or DIR/NUMBER.sh and prints "NUMBER LANGUAGE FILE".
# usage: awk -v dir=DIR -f follow.awk DOCUMENT
match($0, /In `[^`]+`/) && language == "" {
	file = substr($0, RSTART + 4, RLENGTH - 5)
}
/^```/ {
	if (language == "") {
		language = substr($0, 4)
		if (language == "diff" || language == "sh") {
			block = sprintf("%s/%02d.%s", dir, ++number, language)
			printf "%02d %s %s\n", number, language, language == "diff" ? file : "-"
		} else {
			block = ""
			language = language == "" ? "text" : language
		}
	} else {
		language = ""
	}
	next
}
language != "" && block != "" { print > block }
