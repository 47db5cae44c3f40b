/* SPDX-License-Identifier: MIT */
/* What the sessions of the application are doing, as far as twists need to know. */
#include "internal.h"

#include <pthread.h>

#define SESSIONS 256

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct twist_session sessions[SESSIONS];

struct twist_step twist_step(unsigned function)
{
	static const struct twist_step steps[P11L_FUNCTIONS] = {
	        [P11L_C_FindObjectsInit] = {TWIST_INIT, TWIST_FIND},
	        [P11L_C_FindObjectsFinal] = {TWIST_FINAL, TWIST_FIND},
	        [P11L_C_DigestInit] = {TWIST_INIT, TWIST_DIGEST},
	        [P11L_C_Digest] = {TWIST_ONCE, TWIST_DIGEST},
	        [P11L_C_DigestUpdate] = {TWIST_UPDATE, TWIST_DIGEST},
	        [P11L_C_DigestKey] = {TWIST_UPDATE, TWIST_DIGEST},
	        [P11L_C_DigestFinal] = {TWIST_FINAL, TWIST_DIGEST},
	        [P11L_C_EncryptInit] = {TWIST_INIT, TWIST_ENCRYPT},
	        [P11L_C_Encrypt] = {TWIST_ONCE, TWIST_ENCRYPT},
	        [P11L_C_EncryptUpdate] = {TWIST_UPDATE, TWIST_ENCRYPT},
	        [P11L_C_EncryptFinal] = {TWIST_FINAL, TWIST_ENCRYPT},
	        [P11L_C_DecryptInit] = {TWIST_INIT, TWIST_DECRYPT},
	        [P11L_C_Decrypt] = {TWIST_ONCE, TWIST_DECRYPT},
	        [P11L_C_DecryptUpdate] = {TWIST_UPDATE, TWIST_DECRYPT},
	        [P11L_C_DecryptFinal] = {TWIST_FINAL, TWIST_DECRYPT},
	        [P11L_C_SignInit] = {TWIST_INIT, TWIST_SIGN},
	        [P11L_C_Sign] = {TWIST_ONCE, TWIST_SIGN},
	        [P11L_C_SignUpdate] = {TWIST_UPDATE, TWIST_SIGN},
	        [P11L_C_SignFinal] = {TWIST_FINAL, TWIST_SIGN},
	        [P11L_C_VerifyInit] = {TWIST_INIT, TWIST_VERIFY},
	        [P11L_C_Verify] = {TWIST_ONCE, TWIST_VERIFY},
	        [P11L_C_VerifyUpdate] = {TWIST_UPDATE, TWIST_VERIFY},
	        [P11L_C_VerifyFinal] = {TWIST_FINAL, TWIST_VERIFY},
	        [P11L_C_SignRecoverInit] = {TWIST_INIT, TWIST_SIGN_RECOVER},
	        [P11L_C_SignRecover] = {TWIST_ONCE, TWIST_SIGN_RECOVER},
	        [P11L_C_VerifyRecoverInit] = {TWIST_INIT, TWIST_VERIFY_RECOVER},
	        [P11L_C_VerifyRecover] = {TWIST_ONCE, TWIST_VERIFY_RECOVER},
	};

	return steps[function];
}

static struct twist_session *place_of(CK_SESSION_HANDLE handle)
{
	for (unsigned i = 0; i < SESSIONS; i++)
		if (sessions[i].handle == handle)
			return &sessions[i];
	return NULL;
}

unsigned twist_open_sessions(void)
{
	unsigned count = 0;

	pthread_mutex_lock(&lock);
	for (unsigned i = 0; i < SESSIONS; i++)
		count += sessions[i].handle != 0;
	pthread_mutex_unlock(&lock);
	return count;
}

struct twist_session *twist_session_of(const struct twist_call *call)
{
	struct twist_session *session;

	if (twist_param(call->function, P11L_ROLE_SESSION, 0) != 0 || call->arg[0] == 0 ||
	        call->function == P11L_C_OpenSession)
		return NULL;
	pthread_mutex_lock(&lock);
	session = place_of(call->arg[0]);
	pthread_mutex_unlock(&lock);
	return session;
}

struct twist_operation *twist_operation_of(const struct twist_call *call)
{
	struct twist_session *session = twist_session_of(call);
	struct twist_step step = twist_step(call->function);

	if (session == NULL || step.phase == TWIST_NO_STEP)
		return NULL;
	return &session->operation[step.class];
}

static void track_init(const struct twist_call *call, struct twist_operation *operation, CK_RV rv)
{
	const CK_MECHANISM *mechanism = twist_mechanism_of(call);

	if (rv != CKR_OK)
		return;
	operation->active = mechanism != NULL || call->function == P11L_C_FindObjectsInit;
	operation->multipart = false;
	operation->mechanism = mechanism != NULL ? mechanism->mechanism : 0;
	operation->key = twist_param(call->function, P11L_ROLE_OBJECT, 0) == 2 ? call->arg[2] : 0;
}

static void track_step(const struct twist_call *call, CK_RV rv)
{
	struct twist_operation *operation = twist_operation_of(call);

	if (operation == NULL)
		return;
	switch (twist_step(call->function).phase) {
	case TWIST_INIT:
		track_init(call, operation, rv);
		break;
	case TWIST_UPDATE:
		operation->multipart = true;
		if (rv != CKR_OK && rv != CKR_BUFFER_TOO_SMALL)
			operation->active = false;
		break;
	default:
		if (rv != CKR_BUFFER_TOO_SMALL && !(rv == CKR_OK && twist_is_size_query(call)))
			operation->active = false;
		break;
	}
}

static void forget_sessions(const CK_SLOT_ID *slot)
{
	for (unsigned i = 0; i < SESSIONS; i++)
		if (slot == NULL || sessions[i].slot == *slot)
			memset(&sessions[i], 0, sizeof(sessions[i]));
}

static void track_session(const struct twist_call *call, CK_RV rv)
{
	CK_SLOT_ID slot = call->arg[0];
	struct twist_session *session;

	if (rv != CKR_OK)
		return;
	pthread_mutex_lock(&lock);
	switch (call->function) {
	case P11L_C_OpenSession:
		session = place_of(0);
		if (session != NULL)
			*session = (struct twist_session){
			        .handle = *(CK_SESSION_HANDLE *)call->arg[4], .slot = slot};
		break;
	case P11L_C_CloseSession:
		session = place_of(call->arg[0]);
		if (session != NULL)
			memset(session, 0, sizeof(*session));
		break;
	case P11L_C_CloseAllSessions:
		forget_sessions(&slot);
		break;
	case P11L_C_Finalize:
		forget_sessions(NULL);
		break;
	default:
		break;
	}
	pthread_mutex_unlock(&lock);
}

void twist_track(const struct twist_call *call, CK_RV rv)
{
	track_session(call, rv);
	track_step(call, rv);
}

/* Something to end an operation with, whose result nobody gets. */
static void call_with_nothing(unsigned function, CK_SESSION_HANDLE session)
{
	static uint8_t data[32], result[1 << 16];
	CK_ULONG length = sizeof(result);

	switch (function) {
	case P11L_C_FindObjectsFinal:
		twist_vendor.C_FindObjectsFinal(session);
		break;
	case P11L_C_DigestFinal:
		twist_vendor.C_DigestFinal(session, result, &length);
		break;
	case P11L_C_EncryptFinal:
		if (twist_vendor.C_EncryptFinal(session, result, &length) != CKR_OK)
			twist_vendor.C_Encrypt(session, data, sizeof(data), result, &length);
		break;
	case P11L_C_DecryptFinal:
		if (twist_vendor.C_DecryptFinal(session, result, &length) != CKR_OK)
			twist_vendor.C_Decrypt(session, data, sizeof(data), result, &length);
		break;
	case P11L_C_SignFinal:
		if (twist_vendor.C_SignFinal(session, result, &length) != CKR_OK)
			twist_vendor.C_Sign(session, data, sizeof(data), result, &length);
		break;
	default:
		if (twist_vendor.C_VerifyFinal(session, data, sizeof(data)) != CKR_OK)
			twist_vendor.C_Verify(session, data, sizeof(data), data, sizeof(data));
		break;
	}
}

void twist_end_operation(CK_SESSION_HANDLE session, enum twist_class class)
{
	static const unsigned finals[TWIST_CLASSES] = {
	        [TWIST_FIND] = P11L_C_FindObjectsFinal,
	        [TWIST_DIGEST] = P11L_C_DigestFinal,
	        [TWIST_ENCRYPT] = P11L_C_EncryptFinal,
	        [TWIST_DECRYPT] = P11L_C_DecryptFinal,
	        [TWIST_SIGN] = P11L_C_SignFinal,
	        [TWIST_VERIFY] = P11L_C_VerifyFinal,
	};

	if (class < TWIST_SIGN_RECOVER)
		call_with_nothing(finals[class], session);
}
