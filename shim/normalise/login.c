/* SPDX-License-Identifier: MIT */
/* Opening sessions, logging in and out, and the functions of parallel sessions. */
#include "layer.h"

#include "session.h"
#include "token.h"

#include <string.h>

CK_RV p11l_session_C_OpenSession(p11l_below *below, CK_SLOT_ID slotID, CK_FLAGS flags,
        CK_VOID_PTR pApplication, CK_NOTIFY Notify, CK_SESSION_HANDLE_PTR phSession)
{
	const struct p11l_rules *rules = p11l_rules_of_slot(slotID);
	CK_RV rv;

	if ((flags & CKF_SERIAL_SESSION) == 0 && p11l_on(rules, P11L_RULE_SES_1)) {
		p11l_note("SES-1", "no flag -> CKF_SERIAL_SESSION");
		flags |= CKF_SERIAL_SESSION;
	}
	if (Notify != NULL && p11l_on(rules, P11L_RULE_SES_4)) {
		p11l_note("SES-4", "a callback -> none");
		Notify = NULL;
		pApplication = NULL;
	}
	rv = below->C_OpenSession(slotID, flags, pApplication, Notify, phSession);
	if (rv == CKR_OK && phSession != NULL)
		p11l_token_opened(below, slotID, *phSession);
	return rv;
}

/* The flags of the session's token; false when the vendor does not tell. */
static bool token_flags(p11l_below *below, CK_SESSION_HANDLE session, CK_FLAGS *flags)
{
	CK_SESSION_INFO session_info;
	CK_TOKEN_INFO info;
	CK_FLAGS unused;
	CK_SLOT_ID slot;

	if (!p11l_session_find(session, &slot, &unused)) {
		memset(&session_info, 0, sizeof(session_info));
		if (below->C_GetSessionInfo(session, &session_info) != CKR_OK)
			return false;
		slot = session_info.slotID;
	}
	memset(&info, 0, sizeof(info));
	if (below->C_GetTokenInfo(slot, &info) != CKR_OK)
		return false;
	*flags = info.flags;
	return true;
}

/* A reader with keys of its own asks for the PIN; so does a token whose PIN is empty. */
#define NULL_PIN_MEANS_MORE(flags) \
	(((flags)&CKF_PROTECTED_AUTHENTICATION_PATH) != 0 || ((flags)&CKF_LOGIN_REQUIRED) == 0)

/*
 * What is answered without the vendor: a NULL PIN that it would count as a wrong one (LOG-7), and
 * a login that is not needed (LOG-3). Between the start of an operation and a context-specific
 * login nothing else may be called.
 */
static bool is_answered(
        p11l_below *below, CK_SESSION_HANDLE session, CK_USER_TYPE user, bool has_pin, CK_RV *rv)
{
	const struct p11l_rules *rules = p11l_rules_of(session);
	bool null_pin = !has_pin && p11l_on(rules, P11L_RULE_LOG_7);
	bool needless = user == CKU_USER && p11l_on(rules, P11L_RULE_LOG_3);
	CK_FLAGS flags;

	if ((!null_pin && !needless) || user == CKU_CONTEXT_SPECIFIC ||
	        !token_flags(below, session, &flags))
		return false;
	if (needless && (flags & CKF_LOGIN_REQUIRED) == 0) {
		p11l_note("LOG-3", "a login that is not required -> CKR_OK");
		*rv = CKR_OK;
		return true;
	}
	if (!null_pin || NULL_PIN_MEANS_MORE(flags))
		return false;
	p11l_note("LOG-7", "a NULL PIN -> CKR_ARGUMENTS_BAD");
	*rv = CKR_ARGUMENTS_BAD;
	return true;
}

/* Some vendors know the login for one operation by the name of the ordinary one (LOG-6). */
static CK_USER_TYPE user_for(CK_SESSION_HANDLE session, CK_USER_TYPE user)
{
	if (user != CKU_CONTEXT_SPECIFIC || !p11l_on(p11l_rules_of(session), P11L_RULE_LOG_6))
		return user;
	p11l_note("LOG-6", "CKU_CONTEXT_SPECIFIC -> CKU_USER");
	return CKU_USER;
}

CK_RV p11l_session_C_Login(p11l_below *below, CK_SESSION_HANDLE hSession, CK_USER_TYPE userType,
        CK_UTF8CHAR_PTR pPin, CK_ULONG ulPinLen)
{
	CK_RV rv;

	if (is_answered(below, hSession, userType, pPin != NULL, &rv))
		return rv;
	return below->C_Login(hSession, user_for(hSession, userType), pPin, ulPinLen);
}

CK_RV p11l_session_C_LoginUser(p11l_below *below, CK_SESSION_HANDLE hSession, CK_USER_TYPE userType,
        CK_UTF8CHAR_PTR pPin, CK_ULONG ulPinLen, CK_UTF8CHAR_PTR pUsername, CK_ULONG ulUsernameLen)
{
	CK_RV rv;

	if (is_answered(below, hSession, userType, pPin != NULL, &rv))
		return rv;
	return below->C_LoginUser(
	        hSession, user_for(hSession, userType), pPin, ulPinLen, pUsername, ulUsernameLen);
}

CK_RV p11l_session_C_Logout(p11l_below *below, CK_SESSION_HANDLE hSession)
{
	CK_RV rv = below->C_Logout(hSession);
	CK_FLAGS flags;

	if (rv != CKR_USER_NOT_LOGGED_IN || !p11l_on(p11l_rules_of(hSession), P11L_RULE_LOG_3) ||
	        !token_flags(below, hSession, &flags) || (flags & CKF_LOGIN_REQUIRED) != 0)
		return rv;
	p11l_note("LOG-3", "CKR_USER_NOT_LOGGED_IN -> CKR_OK");
	return CKR_OK;
}

/* Parallel sessions are gone (IFC-5). */

static CK_RV not_parallel(void)
{
	p11l_note("IFC-5", "not asked -> CKR_FUNCTION_NOT_PARALLEL");
	return CKR_FUNCTION_NOT_PARALLEL;
}

CK_RV p11l_session_C_GetFunctionStatus(p11l_below *below, CK_SESSION_HANDLE hSession)
{
	return p11l_on(p11l_rules_of_module(), P11L_RULE_IFC_5)
	               ? not_parallel()
	               : below->C_GetFunctionStatus(hSession);
}

CK_RV p11l_session_C_CancelFunction(p11l_below *below, CK_SESSION_HANDLE hSession)
{
	return p11l_on(p11l_rules_of_module(), P11L_RULE_IFC_5) ? not_parallel()
	                                                        : below->C_CancelFunction(hSession);
}
