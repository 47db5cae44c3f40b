/* SPDX-License-Identifier: MIT */
/* Lists that a vendor would write past their end (BUF-1), and what SIG-6 adds to them. */
#include "hashed.h"
#include "layer.h"

#include <string.h>

#define LIST 1024 /* entries; no vendor is known that has half of it */

/* Whether the host's buffer is shorter than any vendor's list may be. */
static bool is_short(const struct p11l_rules *rules, const void *list, CK_ULONG count)
{
	return list != NULL && count < LIST && p11l_on(rules, P11L_RULE_BUF_1);
}

/* Hands a list that was fetched here to the host: its length, or all of it. */
static CK_RV hand_over(const CK_ULONG *list, CK_ULONG n, CK_ULONG *to, CK_ULONG_PTR count)
{
	CK_ULONG given = *count;

	*count = n;
	if (to == NULL)
		return CKR_OK;
	if (n > given) {
		p11l_note("BUF-1", "%lu entries do not fit in %lu", n, given);
		return CKR_BUFFER_TOO_SMALL;
	}
	if (n > 0)
		memcpy(to, list, n * sizeof(*list));
	return CKR_OK;
}

CK_RV p11l_operation_C_GetSlotList(
        p11l_below *below, CK_BBOOL tokenPresent, CK_SLOT_ID_PTR pSlotList, CK_ULONG_PTR pulCount)
{
	CK_SLOT_ID list[LIST];
	CK_ULONG n = LIST;
	CK_RV rv;

	if (!p11l_readable(pulCount, sizeof(*pulCount)) ||
	        !is_short(p11l_rules_of_module(), pSlotList, *pulCount))
		return below->C_GetSlotList(tokenPresent, pSlotList, pulCount);
	rv = below->C_GetSlotList(tokenPresent, list, &n);
	if (rv == CKR_BUFFER_TOO_SMALL)
		*pulCount = n;
	if (rv != CKR_OK)
		return rv;
	return n <= LIST ? hand_over(list, n, pSlotList, pulCount) : CKR_GENERAL_ERROR;
}

CK_RV p11l_operation_C_GetMechanismList(p11l_below *below, CK_SLOT_ID slotID,
        CK_MECHANISM_TYPE_PTR pMechanismList, CK_ULONG_PTR pulCount)
{
	const struct p11l_rules *rules = p11l_rules_of_slot(slotID);
	CK_MECHANISM_TYPE list[LIST];
	CK_ULONG n = LIST, all;
	CK_RV rv;

	if (!p11l_readable(pulCount, sizeof(*pulCount)) ||
	        (!p11l_on(rules, P11L_RULE_SIG_6) && !is_short(rules, pMechanismList, *pulCount)))
		return below->C_GetMechanismList(slotID, pMechanismList, pulCount);
	rv = below->C_GetMechanismList(slotID, list, &n);
	if (rv == CKR_BUFFER_TOO_SMALL)
		return below->C_GetMechanismList(slotID, pMechanismList, pulCount);
	if (rv != CKR_OK)
		return rv;
	if (n > LIST)
		return CKR_GENERAL_ERROR;
	all = p11l_hashed_list(rules, list, n, LIST);
	if (all > n)
		p11l_note("SIG-6", "%lu mechanisms -> %lu", n, all);
	return hand_over(list, all < LIST ? all : LIST, pMechanismList, pulCount);
}

CK_RV p11l_operation_C_GetMechanismInfo(
        p11l_below *below, CK_SLOT_ID slotID, CK_MECHANISM_TYPE type, CK_MECHANISM_INFO_PTR pInfo)
{
	CK_RV rv = below->C_GetMechanismInfo(slotID, type, pInfo);
	CK_MECHANISM_TYPE base;

	if (rv != CKR_MECHANISM_INVALID ||
	        !p11l_hashed_info(p11l_rules_of_slot(slotID), type, &base))
		return rv;
	if (below->C_GetMechanismInfo(slotID, base, pInfo) != CKR_OK)
		return rv;
	pInfo->flags &= ~(CK_FLAGS)(CKF_ENCRYPT | CKF_DECRYPT | CKF_WRAP | CKF_UNWRAP |
	                            CKF_SIGN_RECOVER | CKF_VERIFY_RECOVER);
	p11l_note("SIG-6", "CKR_MECHANISM_INVALID -> as %s", p11l_name(P11L_SPACE_mechanism, base));
	return CKR_OK;
}
