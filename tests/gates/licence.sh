#!/bin/sh
# SPDX-License-Identifier: MIT
# Every file says its licence at the top; prose has it in LICENSE, debian/ in its copyright, and
# test data and lists that are generated need none.
# shellcheck source=tests/gates/lib.sh
. "$(dirname "$0")/lib.sh"

project_files | grep -Ev '(^|/)\.[^/]*$|\.md$|^LICENSE$|^tests/.*\.(mock|spec|sha256)$|/bad-rows$|^tests/gates/table\.txt$|^fuzz/(corpus|dictionary)/|\.json$|^debian/' | while read -r file; do
	head -n 3 "$root/$file" | grep -q 'SPDX-License-Identifier: MIT' || echo "$file"
done >"$tmp/wrong"
verdict licence 'these files lack "SPDX-License-Identifier: MIT" in the first three lines:' "$tmp/wrong"
exit "$status"
