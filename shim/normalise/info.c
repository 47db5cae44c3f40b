/* SPDX-License-Identifier: MIT */
/* Info structs: texts that are padded with something else, numbers that mean nothing. */
#include "layer.h"
#include "normalise.h"

#include <string.h>

/* Cuts a text at its first NUL and fills it up with blanks. */
static bool pad(CK_UTF8CHAR *text, size_t size)
{
	CK_UTF8CHAR *end = memchr(text, '\0', size);

	if (end == NULL)
		return false;
	memset(end, ' ', size - (size_t)(end - text));
	return true;
}

/* All texts of a struct; what they are, the spec says. */
static void pad_texts(unsigned number, void *info)
{
	const struct p11l_struct *row = &p11l_structs[number];

	for (unsigned i = 0; i < row->count; i++) {
		const struct p11l_member *field = &row->field[i];
		CK_UTF8CHAR *text = (CK_UTF8CHAR *)info + field->offset;

		if (field->type.role == P11L_ROLE_TEXT && field->length == P11L_LENGTH_INLINE &&
		        pad(text, field->length_ref))
			p11l_note("TOK-1", "%s: NUL -> blanks", field->name);
	}
}

CK_RV p11l_info_C_GetInfo(p11l_below *below, CK_INFO_PTR pInfo)
{
	CK_RV rv = below->C_GetInfo(pInfo);

	if (rv == CKR_OK && pInfo != NULL && p11l_on(p11l_rules_of_module(), P11L_RULE_TOK_1))
		pad_texts(P11L_STRUCT_CK_INFO, pInfo);
	return rv;
}

/* A device that cannot be removed has its token. */
static void mend_slot_flags(CK_SLOT_INFO *info)
{
	if ((info->flags & (CKF_TOKEN_PRESENT | CKF_REMOVABLE_DEVICE)) != 0)
		return;
	info->flags |= CKF_TOKEN_PRESENT;
	p11l_note("LOG-4", "no flag -> CKF_TOKEN_PRESENT");
}

CK_RV p11l_info_C_GetSlotInfo(p11l_below *below, CK_SLOT_ID slotID, CK_SLOT_INFO_PTR pInfo)
{
	const struct p11l_rules *rules = p11l_rules_of_slot(slotID);
	CK_RV rv = below->C_GetSlotInfo(slotID, pInfo);

	if (rv != CKR_OK || pInfo == NULL)
		return rv;
	if (p11l_on(rules, P11L_RULE_TOK_1))
		pad_texts(P11L_STRUCT_CK_SLOT_INFO, pInfo);
	if (p11l_on(rules, P11L_RULE_LOG_4))
		mend_slot_flags(pInfo);
	return rv;
}

#define TOKEN_READY (CKF_TOKEN_INITIALIZED | CKF_LOGIN_REQUIRED)

/* Clients do not try to log in to a token whose PIN was never set. */
static void mend_token_flags(CK_TOKEN_INFO *info)
{
	if ((info->flags & TOKEN_READY) != TOKEN_READY ||
	        (info->flags & CKF_USER_PIN_INITIALIZED) != 0)
		return;
	info->flags |= CKF_USER_PIN_INITIALIZED;
	p11l_note("LOG-4", "no flag -> CKF_USER_PIN_INITIALIZED");
}

/* One less than what says that a number is not to be had. */
#define NEARLY_UNAVAILABLE (CK_UNAVAILABLE_INFORMATION - 1)

static void mend_number(CK_ULONG *number, const char *name)
{
	if (*number != NEARLY_UNAVAILABLE)
		return;
	*number = CK_UNAVAILABLE_INFORMATION;
	p11l_note("TOK-5", "%s: -2 -> CK_UNAVAILABLE_INFORMATION", name);
}

static void mend_token(CK_TOKEN_INFO *info)
{
	mend_number(&info->ulMaxSessionCount, "ulMaxSessionCount");
	mend_number(&info->ulSessionCount, "ulSessionCount");
	mend_number(&info->ulMaxRwSessionCount, "ulMaxRwSessionCount");
	mend_number(&info->ulRwSessionCount, "ulRwSessionCount");
	if ((info->flags & CKF_CLOCK_ON_TOKEN) != 0)
		return;
	for (size_t i = 0; i < sizeof(info->utcTime); i++) {
		if (info->utcTime[i] == ' ')
			continue;
		memset(info->utcTime, ' ', sizeof(info->utcTime));
		p11l_note("TOK-5", "utcTime without a clock -> blanks");
	}
}

CK_RV p11l_info_C_GetTokenInfo(p11l_below *below, CK_SLOT_ID slotID, CK_TOKEN_INFO_PTR pInfo)
{
	const struct p11l_rules *rules = p11l_rules_of_slot(slotID);
	CK_RV rv = below->C_GetTokenInfo(slotID, pInfo);

	if (rv != CKR_OK || pInfo == NULL)
		return rv;
	p11l_normalise_token_seen(pInfo);
	if (p11l_on(rules, P11L_RULE_TOK_1))
		pad_texts(P11L_STRUCT_CK_TOKEN_INFO, pInfo);
	if (p11l_on(rules, P11L_RULE_TOK_5))
		mend_token(pInfo);
	if (p11l_on(rules, P11L_RULE_LOG_4))
		mend_token_flags(pInfo);
	return rv;
}
