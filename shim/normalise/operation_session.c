/* SPDX-License-Identifier: MIT */
/*
 * The layer "operation": sessions come and go here, for the table of sessions and for those that
 * are hidden behind them.
 */
#include "operation.h"

CK_RV p11l_operation_C_OpenSession(p11l_below *below, CK_SLOT_ID slotID, CK_FLAGS flags,
        CK_VOID_PTR pApplication, CK_NOTIFY Notify, CK_SESSION_HANDLE_PTR phSession)
{
	CK_RV rv = below->C_OpenSession(slotID, flags, pApplication, Notify, phSession);

	if (rv == CKR_OK && phSession != NULL)
		p11l_session_opened(*phSession, slotID, flags);
	return rv;
}

/* Ours go before the host's, so that its last one takes the login with it. */
static void unhide_all(p11l_below *below, struct p11l_session *session)
{
	for (unsigned i = 0; session != NULL && i < P11L_CLASSES; i++)
		if (session->kept[i] != NULL)
			p11l_unhide(below, session->kept[i]);
}

CK_RV p11l_operation_C_CloseSession(p11l_below *below, CK_SESSION_HANDLE hSession)
{
	struct p11l_session *session = p11l_session_remove(hSession);
	CK_RV rv;

	unhide_all(below, session);
	rv = below->C_CloseSession(hSession);
	if (rv == CKR_OK || rv == CKR_SESSION_HANDLE_INVALID || rv == CKR_SESSION_CLOSED)
		p11l_session_free(session);
	else
		p11l_session_restore(session);
	return rv;
}

/* The vendor closes ours with the others. */
CK_RV p11l_operation_C_CloseAllSessions(p11l_below *below, CK_SLOT_ID slotID)
{
	struct p11l_session *sessions = p11l_session_remove_slot(slotID);
	CK_RV rv = below->C_CloseAllSessions(slotID);

	if (rv == CKR_OK)
		p11l_session_free(sessions);
	else
		p11l_session_restore(sessions);
	return rv;
}

CK_RV p11l_operation_C_Finalize(p11l_below *below, CK_VOID_PTR pReserved)
{
	CK_RV rv = below->C_Finalize(pReserved);

	if (rv == CKR_OK || rv == CKR_CRYPTOKI_NOT_INITIALIZED)
		p11l_sessions_forget();
	return rv;
}

/* --- A login for one operation belongs where the operation runs (OPS-1) */

static CK_SESSION_HANDLE login_session(CK_SESSION_HANDLE session, CK_USER_TYPE user)
{
	CK_SESSION_HANDLE at = session;

	if (user == CKU_CONTEXT_SPECIFIC && p11l_on(p11l_rules_of(session), P11L_RULE_OPS_1))
		at = p11l_session_context(session);
	if (at != session)
		p11l_note("OPS-1", "session 0x%lx -> 0x%lx", session, at);
	return at;
}

CK_RV p11l_operation_C_Login(p11l_below *below, CK_SESSION_HANDLE hSession, CK_USER_TYPE userType,
        CK_UTF8CHAR_PTR pPin, CK_ULONG ulPinLen)
{
	return below->C_Login(login_session(hSession, userType), userType, pPin, ulPinLen);
}

CK_RV p11l_operation_C_LoginUser(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_USER_TYPE userType, CK_UTF8CHAR_PTR pPin, CK_ULONG ulPinLen, CK_UTF8CHAR_PTR pUsername,
        CK_ULONG ulUsernameLen)
{
	return below->C_LoginUser(login_session(hSession, userType), userType, pPin, ulPinLen,
	        pUsername, ulUsernameLen);
}

/* --- OPS-4 */

CK_RV p11l_operation_C_GetOperationState(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_BYTE_PTR pOperationState, CK_ULONG_PTR pulOperationStateLen)
{
	if (!p11l_on(p11l_rules_of(hSession), P11L_RULE_OPS_4))
		return below->C_GetOperationState(hSession, pOperationState, pulOperationStateLen);
	p11l_note("OPS-4", "the vendor is not called -> CKR_STATE_UNSAVEABLE");
	return CKR_STATE_UNSAVEABLE;
}

/* What a restored state leaves active is not known, so no account of the session is kept. */
CK_RV p11l_operation_C_SetOperationState(p11l_below *below, CK_SESSION_HANDLE hSession,
        CK_BYTE_PTR pOperationState, CK_ULONG ulOperationStateLen, CK_OBJECT_HANDLE hEncryptionKey,
        CK_OBJECT_HANDLE hAuthenticationKey)
{
	struct p11l_session *session;
	CK_RV rv;

	if (p11l_on(p11l_rules_of(hSession), P11L_RULE_OPS_4)) {
		p11l_note("OPS-4", "the vendor is not called -> CKR_SAVED_STATE_INVALID");
		return CKR_SAVED_STATE_INVALID;
	}
	rv = below->C_SetOperationState(
	        hSession, pOperationState, ulOperationStateLen, hEncryptionKey, hAuthenticationKey);
	if (rv == CKR_OK && p11l_on(p11l_rules_of(hSession), P11L_RULE_OPS_5)) {
		session = p11l_session_remove(hSession);
		unhide_all(below, session);
		p11l_session_free(session);
	}
	return rv;
}
