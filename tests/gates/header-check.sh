#!/bin/sh
# SPDX-License-Identifier: MIT
# tests/headers/check.sh finds what is planted in a header, and nothing in ours.
# shellcheck source=tests/gates/lib.sh
. "$(dirname "$0")/lib.sh"

# planted NAME WANT SED-SCRIPT: the script spoils a copy of our header, and the report has WANT
planted() {
	sed "$3" "$root/include/pkcs11.h" >"$tmp/spoilt.h"
	sh "$root/tests/headers/check.sh" "$build" "$tmp/spoilt.h" >"$tmp/report" 2>&1
	: >"$tmp/wrong"
	grep -qF -e "$2" "$tmp/report" || cp "$tmp/report" "$tmp/wrong"
	verdict "header-check: $1" "its report lacks \"$2\":" "$tmp/wrong"
}

functions=$(grep -c '^function ' "$root/spec/functions.spec")
planted 'nothing' "$functions functions; 0 known differences" ''
planted 'a constant' 'const CKM_AES_GCM: theirs 0x00001086, ours 0x00001087' \
	's/^\(#define CKM_AES_GCM .*\)0x00001087/\10x00001086/'
planted 'a size' 'sizeof CK_RSA_PKCS_PSS_PARAMS: theirs 32, ours 24' \
	's/^struct CK_RSA_PKCS_PSS_PARAMS {/&CK_ULONG more;/'
planted 'an offset' 'offset CK_RSA_PKCS_PSS_PARAMS.mgf: theirs 0, ours 8' \
	'/^struct CK_RSA_PKCS_PSS_PARAMS {/,/^}/{/hashAlg;/d;s/mgf;/mgf, hashAlg;/;}'
planted 'a signature' 'signature; ours: extern CK_RV C_SeedRandom(' \
	's/\(C_SeedRandom)(CK_SESSION_HANDLE\) hSession/\1_PTR hSession/'
planted 'a broken header' 'does not compile' 's/^struct CK_DATE {/& nonsense/'
exit "$status"
