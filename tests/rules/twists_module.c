/* SPDX-License-Identifier: MIT */
/* Twists of the module as a whole, and what it tells a test. */
#define _GNU_SOURCE
#include "twists.h"

#include <pthread.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Sessions and logins */

static CK_RV open_with(struct subject *s, CK_FLAGS flags, CK_NOTIFY notify)
{
	CK_SESSION_HANDLE session;

	return s->p11->C_OpenSession(s->slot, flags, NULL, notify, &session);
}

static CK_RV notified(CK_SESSION_HANDLE session, CK_NOTIFICATION event, void *application)
{
	(void)session;
	(void)event;
	(void)application;
	return CKR_OK;
}

static bool opens_read_only(struct subject *s)
{
	return open_with(s, CKF_SERIAL_SESSION, NULL) == CKR_OK;
}

static bool opens_read_write(struct subject *s)
{
	CK_RV rv;

	assert_int_equal(s->p11->C_Initialize(NULL), CKR_OK);
	rv = open_with(s, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL);
	return rv == CKR_OK;
}

static bool opens_parallel(struct subject *s)
{
	return open_with(s, CKF_RW_SESSION, NULL) != CKR_DEVICE_ERROR;
}

static bool opens_with_notify(struct subject *s)
{
	return open_with(s, CKF_SERIAL_SESSION, notified) == CKR_OK;
}

static bool has_no_device_error(struct subject *s)
{
	CK_SESSION_INFO info;

	assert_int_equal(s->p11->C_GetSessionInfo(s->session, &info), CKR_OK);
	return info.ulDeviceError == 0;
}

static bool finds_without_login(struct subject *s)
{
	logout(s);
	return s->p11->C_FindObjectsInit(s->session, NULL, 0) == CKR_OK;
}

static bool takes_third_try(struct subject *s)
{
	CK_BYTE wrong[] = "wrong", right[] = USER_PIN;

	logout(s);
	s->p11->C_Login(s->session, CKU_USER, wrong, 5);
	s->p11->C_Login(s->session, CKU_USER, NULL, 0);
	return s->p11->C_Login(s->session, CKU_USER, right, 4) == CKR_OK;
}

static bool use_bears_other_calls(struct subject *s)
{
	CK_MECHANISM mechanism = {CKM_ECDSA, NULL, 0};
	CK_ATTRIBUTE more = ATTRIBUTE(CKA_ALWAYS_AUTHENTICATE, yes);
	CK_BYTE data[32] = {1}, out[128], pin[] = USER_PIN;
	CK_ULONG size = sizeof(out);
	CK_SESSION_INFO info;
	CK_OBJECT_HANDLE key;
	CK_RV rv = CKR_OK;
	struct octets oid = curve_oid("secp256r1");
	CK_ATTRIBUTE public = {CKA_EC_PARAMS, oid.at, oid.size};
	CK_MECHANISM generate = {CKM_EC_KEY_PAIR_GEN, NULL, 0};
	CK_OBJECT_HANDLE ignored;

	assert_int_equal(s->p11->C_GenerateKeyPair(
	                         s->session, &generate, &public, 1, &more, 1, &ignored, &key),
	        CKR_OK);
	for (unsigned i = 0; i < 2; i++) {
		size = sizeof(out);
		assert_int_equal(s->p11->C_SignInit(s->session, &mechanism, key), CKR_OK);
		if (i == 1)
			assert_int_equal(s->p11->C_GetSessionInfo(s->session, &info), CKR_OK);
		assert_int_equal(s->p11->C_Login(s->session, CKU_CONTEXT_SPECIFIC, pin, 4), CKR_OK);
		rv = s->p11->C_Sign(s->session, data, sizeof(data), out, &size);
		if (i == 0)
			assert_int_equal(rv, CKR_OK);
	}
	assert_true(rv == CKR_OK || rv == CKR_USER_NOT_LOGGED_IN);
	return rv == CKR_OK;
}

CASE(sessions)
{
	static const struct row rows[] = {
	        {"read-only-refused CKR_FUNCTION_FAILED", opens_read_only, USUAL},
	        {"read-write-refused", opens_read_write, BARE},
	        {"serial-demanded CKR_DEVICE_ERROR", opens_parallel, USUAL},
	        {"notify-refused", opens_with_notify, USUAL},
	        {"session-limit 1", opens_read_only, USUAL},
	        {"device-error 5", has_no_device_error, USUAL},
	        {"find-needs-login", finds_without_login, USUAL},
	        {"pin-tries 2", takes_third_try, USUAL},
	        {"always-auth-strict", use_bears_other_calls, USUAL},
	};

	CHECK(rows);
}

/* Initialising */

static CK_RV initialise(struct subject *s, CK_FLAGS flags, char *reserved)
{
	CK_C_INITIALIZE_ARGS args = {.flags = flags, .pReserved = reserved};

	return s->p11->C_Initialize(&args);
}

static bool initialises_with_locks(struct subject *s)
{
	return initialise(s, CKF_OS_LOCKING_OK, NULL) == CKR_OK;
}

static bool initialises_without_locks(struct subject *s)
{
	return initialise(s, 0, NULL) == CKR_OK;
}

static bool initialises_without_arguments(struct subject *s)
{
	return s->p11->C_Initialize(NULL) == CKR_OK;
}

static bool takes_reserved(struct subject *s)
{
	char reserved[] = "reserved";

	return initialise(s, 0, reserved) != CKR_DEVICE_ERROR;
}

static struct subject *shared;

static void *ask_often(void *unused)
{
	CK_SESSION_INFO info;

	for (unsigned i = 0; i < 50; i++)
		if (shared->p11->C_GetSessionInfo(shared->session, &info) != CKR_OK)
			return shared;
	return unused;
}

static bool bears_threads(struct subject *s)
{
	pthread_t thread[2];
	void *result[2];

	shared = s;
	for (unsigned i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, ask_often, NULL), 0);
	for (unsigned i = 0; i < 2; i++)
		assert_int_equal(pthread_join(thread[i], &result[i]), 0);
	return overlaps() == 0 && result[0] == NULL && result[1] == NULL;
}

/* In a child: what it is answered comes back as its status. */
static int status_of_child(struct subject *s, bool (*ask)(struct subject *s))
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0)
		_exit(ask(s) ? 0 : 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static bool knows_session(struct subject *s)
{
	CK_SESSION_INFO info;

	return s->p11->C_GetSessionInfo(s->session, &info) == CKR_OK;
}

static bool begins_anew(struct subject *s)
{
	s->p11->C_Finalize(NULL);
	return s->p11->C_Initialize(NULL) == CKR_OK;
}

static bool child_inherits(struct subject *s)
{
	return status_of_child(s, knows_session) == 0;
}

static bool child_begins_anew(struct subject *s)
{
	return status_of_child(s, begins_anew) == 0;
}

static bool bears_no_pointer(struct subject *s)
{
	return s->p11->C_GetSlotList(CK_TRUE, NULL, NULL) == CKR_ARGUMENTS_BAD;
}

static bool bears_no_value(struct subject *s)
{
	CK_ATTRIBUTE more = {CKA_LABEL, NULL, 5};
	CK_OBJECT_HANDLE key;

	make_aes(s, &more, 1, &key);
	return true;
}

CASE(initialising)
{
	static const struct row rows[] = {
	        {"cant-lock", initialises_with_locks, BARE},
	        {"os-locking-only", initialises_without_locks, BARE},
	        {"arguments-required", initialises_without_arguments, BARE},
	        {"reserved-refused CKR_DEVICE_ERROR", takes_reserved, BARE},
	        {"fork refuse", child_inherits, USUAL},
	        {"fork hang", child_begins_anew, USUAL},
	        {"null-crash", bears_no_pointer, CRASHES},
	        {"null-crash", bears_no_value, CRASHES},
	};

	CHECK(rows);
}

CASE(threads)
{
	const struct setting counting = {.twist = "single-threaded"};
	const struct setting failing = {.twist = "single-threaded fail"};
	const struct setting ending = {.twist = "single-threaded abort", .crashes = true};

	assert_false(without_lens(&counting, bears_threads));
	assert_false(without_lens(&failing, bears_threads));
	assert_false(without_lens(&ending, bears_threads));
}

/* Infos */

static bool text_is(const CK_UTF8CHAR *field, const char *text)
{
	return memcmp(field, text, strlen(text)) == 0 && field[strlen(text)] == ' ';
}

static bool is_softhsm(struct subject *s)
{
	CK_TOKEN_INFO token;
	CK_SLOT_INFO slot;
	CK_INFO info;

	assert_int_equal(s->p11->C_GetInfo(&info), CKR_OK);
	assert_int_equal(s->p11->C_GetSlotInfo(s->slot, &slot), CKR_OK);
	assert_int_equal(s->p11->C_GetTokenInfo(s->slot, &token), CKR_OK);
	return text_is(info.manufacturerID, "SoftHSM") &&
	       text_is(info.libraryDescription, "Implementation of PKCS11") &&
	       info.libraryVersion.major == 2 && info.libraryVersion.minor == 6 &&
	       text_is(slot.manufacturerID, "SoftHSM project") && text_is(token.label, "rules") &&
	       text_is(token.model, "SoftHSM v2") &&
	       (token.flags & CKF_USER_PIN_INITIALIZED) != 0 &&
	       (slot.flags & CKF_TOKEN_PRESENT) != 0 && token.ulMaxSessionCount == 0;
}

static bool gcm_info_is_true(struct subject *s)
{
	CK_MECHANISM_INFO info;

	return s->p11->C_GetMechanismInfo(s->slot, CKM_AES_GCM, &info) == CKR_OK &&
	       info.ulMinKeySize == 16 && info.ulMaxKeySize == 32 &&
	       (info.flags & CKF_ENCRYPT) != 0;
}

static bool list_is_good(struct subject *s)
{
	CK_MECHANISM_TYPE list[256];
	CK_ULONG count = 0, asked, gcm = 0;

	assert_int_equal(s->p11->C_GetMechanismList(s->slot, NULL, &count), CKR_OK);
	asked = count;
	count = COUNT(list);
	assert_int_equal(s->p11->C_GetMechanismList(s->slot, list, &count), CKR_OK);
	assert_int_equal(count, asked);
	for (CK_ULONG i = 0; i < count; i++) {
		gcm += list[i] == CKM_AES_GCM;
		for (CK_ULONG j = 0; j < i; j++)
			if (list[j] == list[i])
				return false;
		if (list[i] == CKM_AES_CCM)
			return false;
	}
	return gcm == 1;
}

static bool has_no_interfaces_of_3(struct subject *s)
{
	CK_C_GetInterfaceList get;
	void *symbol = twist_symbol("C_GetInterfaceList");
	CK_ULONG count = 0;

	(void)s;
	memcpy(&get, &symbol, sizeof(symbol));
	assert_int_equal(get(NULL, &count), CKR_OK);
	return count == 1;
}

CASE(infos)
{
	static const struct row rows[] = {
	        {"nul-padded", is_softhsm, USUAL},
	        {"info manufacturer \"Vendor Inc\"", is_softhsm, USUAL},
	        {"info description Other", is_softhsm, USUAL},
	        {"info library-version 1.2", is_softhsm, USUAL},
	        {"slot manufacturer Other", is_softhsm, USUAL},
	        {"token label Other", is_softhsm, USUAL},
	        {"token model Other", is_softhsm, USUAL},
	        {"token-flags -CKF_USER_PIN_INITIALIZED", is_softhsm, USUAL},
	        {"slot-flags -CKF_TOKEN_PRESENT", is_softhsm, USUAL},
	        {"session-counts -2", is_softhsm, USUAL},
	        {"mechanism-unit CKM_AES_GCM bits", gcm_info_is_true, USUAL},
	        {"mechanism-sizes CKM_AES_GCM 16 64", gcm_info_is_true, USUAL},
	        {"mechanism-flags CKM_AES_GCM -CKF_ENCRYPT", gcm_info_is_true, USUAL},
	        {"mechanism-list-padding", list_is_good, USUAL},
	        {"hide-mechanism CKM_AES_GCM", list_is_good, USUAL},
	        {"advertise-mechanism CKM_AES_CCM", list_is_good, USUAL},
	        {"interface 3.2", has_no_interfaces_of_3, USUAL},
	};

	CHECK(rows);
}

/* Numbers and codes */

static bool knows_standard_numbers(struct subject *s)
{
	struct octets oid = curve_oid("Ed25519"), type;
	CK_KEY_TYPE edwards = CKK_EC_EDWARDS, vendors = 0x80000012;
	CK_MECHANISM_INFO info;
	struct key_pair pair;

	if (generate_edwards(s, CKM_EC_EDWARDS_KEY_PAIR_GEN, oid.at, oid.size, &pair) == CKR_OK)
		return s->p11->C_GetMechanismInfo(s->slot, 0x80000C01, &info) ==
		       CKR_MECHANISM_INVALID;
	assert_int_equal(generate_edwards(s, 0x80000C01, oid.at, oid.size, &pair), CKR_OK);
	assert_int_equal(s->p11->C_GetMechanismInfo(s->slot, 0x80000C01, &info), CKR_OK);
	assert_int_equal(s->p11->C_GetMechanismInfo(s->slot, CKM_EC_EDWARDS_KEY_PAIR_GEN, &info),
	        CKR_MECHANISM_INVALID);
	type = read_attribute(s, pair.public, CKA_KEY_TYPE);
	assert_memory_equal(type.at, &vendors, sizeof(vendors));
	assert_memory_not_equal(type.at, &edwards, sizeof(edwards));
	return false;
}

static bool session_info_comes(struct subject *s)
{
	CK_SESSION_INFO info = {.slotID = CK_UNAVAILABLE_INFORMATION};

	return s->p11->C_GetSessionInfo(s->session, &info) == CKR_OK && info.slotID == s->slot;
}

static bool answers_soon(struct subject *s)
{
	struct timespec begin, end;

	clock_gettime(CLOCK_MONOTONIC, &begin);
	assert_true(session_info_comes(s));
	clock_gettime(CLOCK_MONOTONIC, &end);
	return (end.tv_sec - begin.tv_sec) * 1000 + (end.tv_nsec - begin.tv_nsec) / 1000000 < 250;
}

static bool bad_session_is_told(struct subject *s)
{
	CK_SESSION_INFO info;

	return s->p11->C_GetSessionInfo(0x7fff, &info) == CKR_SESSION_HANDLE_INVALID;
}

/* A code that is answered once is gone then. */
static bool first_call_is_good(struct subject *s)
{
	bool first = session_info_comes(s);

	assert_true(session_info_comes(s));
	return first;
}

CASE(numbers_and_codes)
{
	static const struct row rows[] = {
	        {"renumber-mechanism CKM_EC_EDWARDS_KEY_PAIR_GEN 0x80000C01, "
	         "renumber-key-type CKK_EC_EDWARDS 0x80000012",
	                knows_standard_numbers, USUAL},
	        {"return C_GetSessionInfo CKR_DEVICE_ERROR", session_info_comes, USUAL},
	        {"return C_GetSessionInfo CKR_DEVICE_ERROR 1", first_call_is_good, USUAL},
	        {"slow C_GetSessionInfo 250", answers_soon, NATIVE},
	        {"pretend C_GetSessionInfo", session_info_comes, USUAL},
	        {"code C_GetSessionInfo CKR_SESSION_HANDLE_INVALID CKR_OK", bad_session_is_told,
	                USUAL},
	};

	CHECK(rows);
}

/* Vendors as a whole: the file is good, and the vendor says who it is. */

static bool is_nobody_else(struct subject *s)
{
	CK_INFO info;

	assert_int_equal(s->p11->C_Initialize(NULL), CKR_OK);
	assert_int_equal(s->p11->C_GetInfo(&info), CKR_OK);
	return text_is(info.manufacturerID, "SoftHSM");
}

CASE(vendors)
{
	static const char *const names[] = {
	        "cloudhsm", "luna", "nshield", "nss", "opencryptoki", "tpm2", "ykcs11"};

	for (size_t i = 0; i < COUNT(names); i++) {
		const struct setting setting = {.like = names[i], .bare = true};

		assert_false(without_lens(&setting, is_nobody_else));
	}
}

/* What was counted */

static bool is_counted(struct subject *s)
{
	CK_SESSION_HANDLE other = another_session(s);
	struct twist_seen seen[TWIST_SEEN];
	CK_SESSION_INFO info;

	forget_calls();
	assert_int_equal(s->p11->C_GetSessionInfo(s->session, &info), CKR_OK);
	assert_int_equal(s->p11->C_GetSessionInfo(other, &info), CKR_OK);
	s->p11->C_DigestFinal(other, NULL, NULL);
	assert_int_equal(calls("C_GetSessionInfo"), 2);
	assert_int_equal(calls("all"), 3);
	assert_int_equal(sequence(seen, COUNT(seen)), 3);
	assert_int_equal(seen[0].function, P11L_C_GetSessionInfo);
	assert_int_equal(seen[0].session, s->session);
	assert_int_equal(seen[1].session, other);
	assert_int_equal(seen[2].function, P11L_C_DigestFinal);
	assert_int_not_equal(seen[2].rv, CKR_OK);
	return true;
}

CASE(calls_are_counted)
{
	const struct setting setting = {.twist = ""};

	assert_true(without_lens(&setting, is_counted));
}

/* Mistakes in directives */

static bool is_told(struct subject *s)
{
	(void)s;
	return true;
}

CASE(mistakes_end_the_process)
{
	static const struct {
		const char *twist, *says;
	} mistakes[] = {
	        {"nul-padded, no-such-twist", "twist:2: there is no twist \"no-such-twist\""},
	        {"point-read", "twist:1: point-read needs more words"},
	        {"point-read sideways", "\"sideways\" is not known here; expected raw|xy"},
	        {"nul-padded more", "\"more\" is one word too many for nul-padded"},
	        {"default CKA_NONSENSE true", "\"CKA_NONSENSE\" is no attribute"},
	        {"return C_Nonsense CKR_OK", "there is no function \"C_Nonsense\""},
	};

	for (size_t i = 0; i < COUNT(mistakes); i++) {
		const struct setting setting = {.twist = mistakes[i].twist, .crashes = true};

		assert_false(without_lens(&setting, is_told));
		assert_non_null(strstr(said(), mistakes[i].says));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(sessions),
	        cmocka_unit_test(initialising),
	        cmocka_unit_test(threads),
	        cmocka_unit_test(infos),
	        cmocka_unit_test(numbers_and_codes),
	        cmocka_unit_test(vendors),
	        cmocka_unit_test(calls_are_counted),
	        cmocka_unit_test(mistakes_end_the_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
