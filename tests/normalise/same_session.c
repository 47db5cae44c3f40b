/* SPDX-License-Identifier: MIT */
/* Lists, infos, sessions, logins, searches, and operations that meet. */
#include "facts.h"

static CK_BYTE data[32] = "thirty-two octets of some data..";

/* --- Lists */

void section_lists(void)
{
	CK_SLOT_ID slots[32];
	CK_MECHANISM_TYPE list[512];
	CK_ULONG count, all;

	memset(slots, 0xee, sizeof(slots));
	memset(list, 0xee, sizeof(list));
	fact_rv("lists.slots.query", p11->C_GetSlotList(CK_TRUE, NULL, &all));
	count = 0;
	fact_rv("lists.slots.room-for-none", p11->C_GetSlotList(CK_TRUE, slots, &count));
	fact_yes("lists.slots.room-for-none.all-told", count == all);
	fact_yes("lists.slots.room-for-none.within", slots[0] == 0xeeeeeeeeeeeeeeee);
	count = 2 * all;
	fact_rv("lists.slots.room", p11->C_GetSlotList(CK_TRUE, slots, &count));
	fact_yes("lists.slots.room.all-told", count == all);
	fact_rv("lists.mechanisms.query", p11->C_GetMechanismList(slot, NULL, &all));
	count = 2;
	fact_rv("lists.mechanisms.room-for-two", p11->C_GetMechanismList(slot, list, &count));
	fact_yes("lists.mechanisms.room-for-two.all-told", count == all);
	fact_yes("lists.mechanisms.room-for-two.within", list[2] == 0xeeeeeeeeeeeeeeee);
	count = COUNT(list);
	fact_rv("lists.mechanisms", p11->C_GetMechanismList(slot, list, &count));
	fact_rv("lists.mechanisms.no-slot", p11->C_GetMechanismList(nothing, list, &count));
}

void null_slot_list(void)
{
	fact_rv("null.slot-list", p11->C_GetSlotList(CK_TRUE, NULL, NULL));
}

/* --- Infos */

static bool is_padded(const CK_UTF8CHAR *text, size_t size)
{
	return memchr(text, '\0', size) == NULL;
}

/* Whatever was in the struct before, the same comes back. */
static void facts_of_mechanism_info(const char *name, CK_MECHANISM_TYPE type)
{
	CK_MECHANISM_INFO one, other;
	char line[60];

	snprintf(line, sizeof(line), "info.%s", name);
	if (!has_mechanism(line, type, 0))
		return;
	memset(&one, 0, sizeof(one));
	memset(&other, 0xff, sizeof(other));
	p11->C_GetMechanismInfo(slot, type, &one);
	p11->C_GetMechanismInfo(slot, type, &other);
	snprintf(line, sizeof(line), "info.%s.sizes", name);
	fact(line, "%lu %lu", one.ulMinKeySize, one.ulMaxKeySize);
	snprintf(line, sizeof(line), "info.%s.filled", name);
	fact_yes(line, memcmp(&one, &other, sizeof(one)) == 0);
}

void section_info(void)
{
	CK_TOKEN_INFO token;
	CK_SLOT_INFO info;
	CK_MECHANISM_INFO mechanism;
	const CK_FLAGS curve_flags = CKF_EC_F_P | CKF_EC_F_2M | CKF_EC_OID | CKF_EC_UNCOMPRESS;

	fact_rv("info.slot", p11->C_GetSlotInfo(slot, &info));
	fact_yes("info.slot.padded",
	        is_padded(info.slotDescription, sizeof(info.slotDescription)) &&
	                is_padded(info.manufacturerID, sizeof(info.manufacturerID)));
	fact_rv("info.token", p11->C_GetTokenInfo(slot, &token));
	fact_yes("info.token.padded",
	        is_padded(token.label, sizeof(token.label)) &&
	                is_padded(token.manufacturerID, sizeof(token.manufacturerID)) &&
	                is_padded(token.model, sizeof(token.model)) &&
	                is_padded(token.serialNumber, sizeof(token.serialNumber)));
	fact_yes(
	        "info.token.sessions-sane", token.ulMaxSessionCount == CK_UNAVAILABLE_INFORMATION ||
	                                            token.ulMaxSessionCount <= 0x7fffffff);
	fact_yes("info.token.time-sane",
	        (token.flags & CKF_CLOCK_ON_TOKEN) != 0 || token.utcTime[0] == ' ');
	fact_rv("info.token.no-slot", p11->C_GetTokenInfo(nothing, &token));
	if (has_mechanism("info.ecdsa", CKM_ECDSA, 0)) {
		p11->C_GetMechanismInfo(slot, CKM_ECDSA, &mechanism);
		fact_yes("info.ecdsa.curve-flags", (mechanism.flags & curve_flags) != 0);
	}
	facts_of_mechanism_info("cbc", CKM_AES_CBC);
	facts_of_mechanism_info("cbc-pad", CKM_AES_CBC_PAD);
	facts_of_mechanism_info("gcm", CKM_AES_GCM);
	fact_rv("info.no-such-mechanism", p11->C_GetMechanismInfo(slot, 0x7ffffff0, &mechanism));
}

/* --- Sessions and logins */

static void facts_of_finishing(void)
{
	CK_INFO info;
	CK_SLOT_ID event;

	fact_rv("session.function-status", p11->C_GetFunctionStatus(session));
	fact_rv("session.cancel-function", p11->C_CancelFunction(session));
	fact_rv("session.no-event", p11->C_WaitForSlotEvent(CKF_DONT_BLOCK, &event, NULL));
	fact_rv("session.initialise-again", initialise(CKF_OS_LOCKING_OK));
	fact_rv("session.finalise-something", p11->C_Finalize(data));
	p11->C_Finalize(NULL);
	fact_rv("session.info-after-finalise", p11->C_GetInfo(&info));
	fact_rv("session.finalise-again", p11->C_Finalize(NULL));
}

void section_session(void)
{
	CK_SESSION_HANDLE other;
	CK_SESSION_INFO info;

	fact_rv("session.not-serial", p11->C_OpenSession(slot, CKF_RW_SESSION, NULL, NULL, &other));
	fact_rv("session.no-slot",
	        p11->C_OpenSession(nothing, CKF_SERIAL_SESSION, NULL, NULL, &other));
	fact_rv("session.info", p11->C_GetSessionInfo(session, &info));
	fact("session.state", "%lu", info.state);
	fact_rv("session.login-again", login(CKU_USER, getenv("VENDOR_PIN")));
	fact_rv("session.so-while-user", login(CKU_SO, getenv("VENDOR_SO_PIN")));
	fact_rv("session.context-login", login(CKU_CONTEXT_SPECIFIC, getenv("VENDOR_PIN")));
	fact_rv("session.logout", p11->C_Logout(session));
	fact_rv("session.login", login(CKU_USER, getenv("VENDOR_PIN")));
	fact_rv("session.no-such-session", p11->C_GetSessionInfo(nothing, &info));
	p11->C_OpenSession(slot, CKF_SERIAL_SESSION, NULL, NULL, &other);
	fact_rv("session.close", p11->C_CloseSession(other));
	fact_rv("session.close-again", p11->C_CloseSession(other));
	facts_of_finishing();
}

/* A try with no PIN may count, and the next right one forgets it. */
void null_pin(void)
{
	p11->C_Logout(session);
	fact_rv("null.pin", p11->C_Login(session, CKU_USER, NULL, 4));
	login(CKU_USER, getenv("VENDOR_PIN"));
}

/* --- Searches */

void section_find(void)
{
	CK_ATTRIBUTE none[] = {NUMBER(CKA_CLASS, CKO_DOMAIN_PARAMETERS)};
	CK_ATTRIBUTE unknown[] = {OCTETS(0x80001234UL, data, 4)};
	CK_OBJECT_HANDLE found[4];
	CK_ULONG count = 1;

	fact_rv("find.init", p11->C_FindObjectsInit(session, none, 1));
	fact_rv("find.init-again", p11->C_FindObjectsInit(session, none, 1));
	fact_rv("find.none", p11->C_FindObjects(session, found, COUNT(found), &count));
	fact("find.none.count", "%lu", count);
	fact_rv("find.none-again", p11->C_FindObjects(session, found, COUNT(found), &count));
	fact_rv("find.final", p11->C_FindObjectsFinal(session));
	fact_rv("find.final-again", p11->C_FindObjectsFinal(session));
	fact_rv("find.without-init", p11->C_FindObjects(session, found, COUNT(found), &count));
	fresh_session();
	fact_rv("find.unknown-attribute", p11->C_FindObjectsInit(session, unknown, 1));
	count = 1;
	p11->C_FindObjects(session, found, COUNT(found), &count);
	fact("find.unknown-attribute.count", "%lu", count);
	fresh_session();
}

/* --- Operations that meet */

static CK_RV make_mac_key(CK_OBJECT_HANDLE *key)
{
	CK_ATTRIBUTE template[] = {
	        NUMBER(CKA_CLASS, CKO_SECRET_KEY),
	        NUMBER(CKA_KEY_TYPE, CKK_GENERIC_SECRET),
	        TRUE_(CKA_SIGN),
	        FALSE_(CKA_VERIFY),
	        OCTETS(CKA_VALUE, data, sizeof(data)),
	};

	return create(template, COUNT(template), key);
}

static void facts_of_signing_in_parts(CK_OBJECT_HANDLE key)
{
	CK_MECHANISM hmac = {CKM_SHA256_HMAC, NULL, 0};
	CK_MECHANISM sha256 = {CKM_SHA256, NULL, 0};
	CK_BYTE out[64];
	CK_ULONG size = sizeof(out);

	fact_rv("operations.mac.sign-init", p11->C_SignInit(session, &hmac, key));
	fact_rv("operations.mac.sign-init-again", p11->C_SignInit(session, &hmac, key));
	fact_rv("operations.mac.digest-beside", p11->C_DigestInit(session, &sha256));
	fact_rv("operations.mac.find-beside", p11->C_FindObjectsInit(session, NULL, 0));
	p11->C_FindObjectsFinal(session);
	fact_rv("operations.mac.sign-update", p11->C_SignUpdate(session, data, sizeof(data)));
	fact_rv("operations.mac.sign-final", p11->C_SignFinal(session, out, &size));
	fact_rv("operations.mac.sign-after-end", p11->C_SignUpdate(session, data, sizeof(data)));
	fresh_session();
	fact_rv("operations.mac.not-permitted", p11->C_VerifyInit(session, &hmac, key));
	fresh_session();
	fact_rv("operations.mac.no-such-key", p11->C_SignInit(session, &hmac, nothing));
	fresh_session();
	p11->C_FindObjectsInit(session, NULL, 0);
	fact_rv("operations.mac.sign-beside-find", p11->C_SignInit(session, &hmac, key));
	fresh_session();
	p11->C_SignInit(session, &hmac, key);
	p11->C_SignInit(session, NULL, key);
	fact_yes(
	        "operations.mac.cancelled-by-null", p11->C_SignInit(session, &hmac, key) == CKR_OK);
	fresh_session();
}

void section_operations(void)
{
	CK_BYTE out[64];
	CK_ULONG size = sizeof(out);
	CK_OBJECT_HANDLE key;

	fact_rv("operations.sign-without-init", p11->C_Sign(session, data, 4, out, &size));
	fact_rv("operations.random-none", p11->C_GenerateRandom(session, NULL, 0));
	if (!has_secret_keys("operations.mac") || make_mac_key(&key) != CKR_OK)
		return;
	facts_of_signing_in_parts(key);
	destroy(key);
}

void null_sign_length(void)
{
	CK_MECHANISM hmac = {CKM_SHA256_HMAC, NULL, 0};
	CK_BYTE out[64];
	CK_OBJECT_HANDLE key;

	if (!has_secret_keys("null.sign-length") || make_mac_key(&key) != CKR_OK)
		return;
	p11->C_SignInit(session, &hmac, key);
	fact_rv("null.sign-length", p11->C_Sign(session, data, sizeof(data), out, NULL));
	destroy(key);
}
