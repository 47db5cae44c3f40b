/* SPDX-License-Identifier: MIT */
/* Children of a fork: nothing of the parent's is theirs. */
#define _GNU_SOURCE
#include "rules.h"

#include <dlfcn.h>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#define NSS "libsoftokn3.so"

static void start(const char *personality, const char *keys, bool traced)
{
	char text[512];

	use_vendor("mock.so", personality);
	snprintf(text, sizeof(text), "[normalise]\nlevel = fix\n%s", keys);
	write_file("lens.conf", text);
	setenv("PKCS11_LENS_CONFIG", "lens.conf", 1);
	unsetenv("PKCS11_LENS_NORMALISE");
	if (traced)
		use_trace("");
	load_lens();
	alarm(60);
}

/* Each function of a table, with arguments of no meaning. */
static void assert_nothing_works(CK_FUNCTION_LIST_3_2 *list, unsigned functions)
{
	static const uintptr_t zeros[P11L_MAX_PARAMS];

	for (unsigned i = 0; i < functions; i++) {
		unsigned before = vendor()->calls[i];
		CK_RV rv;

		if (is_always_ours(i) && i != P11L_C_Finalize)
			continue;
		rv = call_entry(entries(list)[i], zeros);
		if (rv != CKR_CRYPTOKI_NOT_INITIALIZED)
			fail_msg("%s answers 0x%lx", p11l_functions[i].name, rv);
		if (vendor()->calls[i] != before)
			fail_msg("%s was called", p11l_functions[i].name);
	}
}

static void assert_no_symbol_works(void)
{
	static const uintptr_t zeros[P11L_MAX_PARAMS];

	for (unsigned i = 0; i < P11L_FUNCTIONS; i++) {
		void *symbol = lens_symbol(p11l_functions[i].name);
		entry_fn entry;

		memcpy(&entry, &symbol, sizeof(symbol));
		if (!is_always_ours(i))
			assert_int_equal(call_entry(entry, zeros), CKR_CRYPTOKI_NOT_INITIALIZED);
	}
}

static void nothing_works_in_a_child(bool traced)
{
	CK_FUNCTION_LIST_3_2 *list, *narrow;
	CK_SESSION_INFO info;
	pid_t pid;

	start("", "", traced);
	list = interface_table(3, 2);
	narrow = function_list();
	assert_int_equal(list->C_Initialize(NULL), CKR_OK);
	pid = fork();
	if (pid == 0) {
		assert_nothing_works(list, P11L_FUNCTIONS);
		assert_nothing_works(narrow, 68);
		assert_no_symbol_works();
		/* A table that is made now leads nowhere, too. */
		assert_nothing_works(interface_table(2, 40), 68);
		_exit(0);
	}
	wait_for(pid);
	assert_int_equal(list->C_GetSessionInfo(MOCK_SESSION, &info), CKR_SESSION_HANDLE_INVALID);
}

CASE(init_6_nothing_works_in_a_child)
{
	nothing_works_in_a_child(false);
}

CASE(init_6_nothing_works_in_a_child_when_traced)
{
	nothing_works_in_a_child(true);
}

/* In the parent nothing changes, not even the pointers. */
CASE(init_6_the_parent_pays_nothing)
{
	CK_FUNCTION_LIST_3_2 before, *list;
	CK_SESSION_HANDLE session;
	pid_t pid;

	start("", "", false);
	list = interface_table(3, 2);
	session = open_session(list);
	before = *list;
	pid = fork();
	if (pid == 0)
		_exit(0);
	wait_for(pid);
	assert_memory_equal(list, &before, sizeof(before));
	assert_int_equal(list->C_CloseSession(session), CKR_OK);
}

/* What the mock, which has never heard of forks, sees of a child that starts anew. */
static void start_anew(CK_FUNCTION_LIST_3_2 *list)
{
	CK_SESSION_INFO info;
	CK_SESSION_HANDLE session;

	assert_int_equal(list->C_Initialize(NULL), CKR_OK);
	assert_int_equal(vendor()->calls[P11L_C_Finalize], 1);
	assert_int_equal(list->C_GetSessionInfo(MOCK_SESSION, &info), CKR_SESSION_HANDLE_INVALID);
	assert_int_equal(
	        list->C_OpenSession(MOCK_SLOT, CKF_SERIAL_SESSION, NULL, NULL, &session), CKR_OK);
	assert_int_equal(list->C_GetSessionInfo(session, &info), CKR_OK);
	assert_int_equal(list->C_Initialize(NULL), CKR_CRYPTOKI_ALREADY_INITIALIZED);
	assert_int_equal(list->C_Finalize(NULL), CKR_OK);
	assert_int_equal(list->C_Finalize(NULL), CKR_CRYPTOKI_NOT_INITIALIZED);
	assert_int_equal(list->C_Initialize(NULL), CKR_OK);
}

CASE(init_6_a_child_starts_anew)
{
	CK_FUNCTION_LIST_3_2 *list;
	CK_SESSION_INFO info;
	pid_t pid;

	start("", "", true);
	list = interface_table(3, 2);
	open_session(list);
	pid = fork();
	if (pid == 0) {
		pid_t grandchild;

		start_anew(list);
		grandchild = fork();
		if (grandchild == 0) {
			assert_int_equal(list->C_GetSessionInfo(MOCK_SESSION, &info),
			        CKR_CRYPTOKI_NOT_INITIALIZED);
			_exit(0);
		}
		wait_for(grandchild);
		_exit(0);
	}
	wait_for(pid);
	assert_int_equal(occurrences(trace(), "\n~ INIT-6 "), 1);
	assert_int_equal(list->C_GetSessionInfo(MOCK_SESSION, &info), CKR_OK);
}

/* A child of a process that has not initialised yet, or no longer, is nothing special. */
CASE(init_6_without_c_initialize_nothing_changes)
{
	CK_FUNCTION_LIST_3_2 *list;
	pid_t pid;

	start("", "", false);
	list = interface_table(3, 2);
	open_session(list);
	assert_int_equal(list->C_Finalize(NULL), CKR_OK);
	pid = fork();
	if (pid == 0) {
		open_session(list);
		assert_int_equal(vendor()->calls[P11L_C_Finalize], 1);
		_exit(0);
	}
	wait_for(pid);
}

CASE(init_6_off_is_as_it_was)
{
	CK_FUNCTION_LIST_3_2 *list;
	CK_SESSION_HANDLE session;
	CK_SESSION_INFO info;
	pid_t pid;

	start("", "disable = INIT-6\n", false);
	list = interface_table(3, 2);
	session = open_session(list);
	pid = fork();
	if (pid == 0) {
		assert_int_equal(list->C_GetSessionInfo(session, &info), CKR_OK);
		_exit(0);
	}
	wait_for(pid);
}

/* An initialisation that fails leaves the child where it was; the next one may do. */
static CK_RV fail_to_start(unsigned function, const uintptr_t *arg, CK_RV rv)
{
	(void)arg;
	return function == P11L_C_Initialize ? CKR_DEVICE_ERROR : rv;
}

CASE(init_6_a_start_that_fails)
{
	CK_FUNCTION_LIST_3_2 *list;
	CK_SLOT_INFO info;
	pid_t pid;

	start("", "", false);
	list = interface_table(3, 2);
	assert_int_equal(list->C_Initialize(NULL), CKR_OK);
	pid = fork();
	if (pid == 0) {
		vendor()->hook = fail_to_start;
		assert_int_equal(list->C_Initialize(NULL), CKR_DEVICE_ERROR);
		assert_int_equal(
		        list->C_GetSlotInfo(MOCK_SLOT, &info), CKR_CRYPTOKI_NOT_INITIALIZED);
		vendor()->hook = NULL;
		assert_int_equal(list->C_Initialize(NULL), CKR_OK);
		assert_int_equal(list->C_GetSlotInfo(MOCK_SLOT, &info), CKR_OK);
		_exit(0);
	}
	wait_for(pid);
}

/* Forks in the middle of other threads' calls */

static struct {
	CK_FUNCTION_LIST_3_2 *list;
	_Atomic bool over;
} busy;

static void *call_forever(void *data)
{
	CK_SLOT_INFO info;

	(void)data;
	while (!busy.over)
		busy.list->C_GetSlotInfo(MOCK_SLOT, &info);
	return NULL;
}

static void fork_often(void)
{
	pthread_t thread[4];

	busy.list = interface_table(3, 2);
	assert_int_equal(busy.list->C_Initialize(NULL), CKR_OK);
	for (size_t i = 0; i < COUNT(thread); i++)
		assert_int_equal(pthread_create(&thread[i], NULL, call_forever, NULL), 0);
	for (int i = 0; i < 100; i++) {
		pid_t pid = fork();

		assert_true(pid >= 0);
		if (pid == 0) {
			CK_SLOT_INFO info;

			alarm(20);
			if (busy.list->C_GetSlotInfo(MOCK_SLOT, &info) !=
			        CKR_CRYPTOKI_NOT_INITIALIZED)
				_exit(1);
			if (busy.list->C_Initialize(NULL) != CKR_OK)
				_exit(2);
			_exit(busy.list->C_GetSlotInfo(MOCK_SLOT, &info) == CKR_OK ? 0 : 3);
		}
		wait_for(pid);
	}
	busy.over = true;
	for (size_t i = 0; i < COUNT(thread); i++)
		assert_int_equal(pthread_join(thread[i], NULL), 0);
}

CASE(init_6_children_of_a_busy_process)
{
	start("", "", false);
	fork_often();
}

/* A lock that another thread holds inside the vendor is not held in the child. */
CASE(init_6_children_of_a_serial_process)
{
	start("sleep C_GetSlotInfo 100us\n", "serialise = yes\n", false);
	fork_often();
}

/* A real vendor: the child would go on with the parent's login. */

static CK_STATE state_of(CK_FUNCTION_LIST_3_2 *p11, CK_SESSION_HANDLE session)
{
	CK_SESSION_INFO info = {.state = 99};

	return p11->C_GetSessionInfo(session, &info) == CKR_OK ? info.state : 99;
}

static bool child_is_not_logged_in(struct subject *s)
{
	CK_SLOT_ID slot = s->slot;
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		CK_SESSION_HANDLE session;

		alarm(20);
		if (state_of(s->p11, s->session) != 99)
			_exit(1);
		if (s->p11->C_Initialize(NULL) != CKR_OK ||
		        s->p11->C_OpenSession(slot, CKF_SERIAL_SESSION, NULL, NULL, &session) !=
		                CKR_OK)
			_exit(2);
		_exit(state_of(s->p11, session) == CKS_RO_PUBLIC_SESSION ? 0 : 3);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(state_of(s->p11, s->session), CKS_RW_USER_FUNCTIONS);
	return status == 0;
}

CASE(init_6_no_child_has_its_parents_login)
{
	const struct setting setting = {.rule = "INIT-6", .silent = true, .native = true};

	check_rule(&setting, child_is_not_logged_in);
	assert_true(with_lens(&setting, child_is_not_logged_in));
	assert_int_equal(notes("INIT-6"), 1);
}

/* Vendors that know of forks */
CASE(init_6_a_vendor_that_refuses_by_itself)
{
	const struct setting setting = {.rule = "INIT-6", .twist = "fork refuse"};

	assert_true(with_lens(&setting, child_is_not_logged_in));
	assert_int_equal(notes("INIT-6"), 0);
}

/* INIT-11: where initialising would hang */

static bool child_is_refused(struct subject *s)
{
	pid_t pid = fork();
	int status = -1;

	if (pid == 0) {
		CK_INFO info;

		forget_calls();
		alarm(20);
		if (s->p11->C_Initialize(NULL) != CKR_FUNCTION_FAILED || calls("all") != 0)
			_exit(1);
		_exit(s->p11->C_GetInfo(&info) == CKR_CRYPTOKI_NOT_INITIALIZED ? 0 : 2);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status == 0;
}

CASE(init_11_a_vendor_that_would_hang)
{
	const struct setting setting = {.rule = "INIT-11", .opt_in = true, .native = true};

	check_rule(&setting, child_is_refused);
	assert_non_null(strstr(said(), "cannot be initialised in the child of a fork"));
}

/* NSS, without a database: the child of a fork goes on with the parent's session. */

static void *find_nss(char *path, size_t size)
{
	static const char *const folders[] = {"/usr/lib/x86_64-linux-gnu",
	        "/usr/lib/aarch64-linux-gnu", "/usr/lib/x86_64-linux-gnu/nss",
	        "/usr/lib/aarch64-linux-gnu/nss", "/usr/lib64", "/usr/lib"};

	for (size_t i = 0; i < COUNT(folders); i++) {
		snprintf(path, size, "%s/" NSS, folders[i]);
		if (access(path, R_OK) == 0)
			return dlopen(path, RTLD_NOW | RTLD_LOCAL);
	}
	return NULL;
}

static void nss(const char *keys, bool child_works)
{
	CK_FUNCTION_LIST_3_2 *p11;
	CK_SESSION_HANDLE session;
	char path[256], text[512];
	pid_t pid;

	if (find_nss(path, sizeof(path)) == NULL)
		skip_case("there is no " NSS);
	snprintf(text, sizeof(text),
	        "[module]\npath = %s\ninit_args = configdir='' certPrefix='' keyPrefix='' "
	        "secmod='' flags=readOnly,noCertDB,noModDB,forceOpen\n[normalise]\nlevel = fix\n%s",
	        path, keys);
	write_file("lens.conf", text);
	setenv("PKCS11_LENS_CONFIG", "lens.conf", 1);
	unsetenv("PKCS11_LENS_NORMALISE");
	load_lens();
	p11 = function_list();
	assert_int_equal(p11->C_Initialize(NULL), CKR_OK);
	assert_int_equal(p11->C_OpenSession(1, CKF_SERIAL_SESSION, NULL, NULL, &session), CKR_OK);
	pid = fork();
	if (pid == 0) {
		CK_BYTE octets[8];
		CK_RV rv = p11->C_GenerateRandom(session, octets, sizeof(octets));

		assert_int_equal(rv, child_works ? CKR_OK : CKR_CRYPTOKI_NOT_INITIALIZED);
		alarm(20);
		assert_int_equal(p11->C_Initialize(NULL),
		        child_works ? CKR_CRYPTOKI_ALREADY_INITIALIZED : CKR_OK);
		assert_int_equal(
		        p11->C_OpenSession(1, CKF_SERIAL_SESSION, NULL, NULL, &session), CKR_OK);
		assert_int_equal(p11->C_GenerateRandom(session, octets, sizeof(octets)), CKR_OK);
		_exit(0);
	}
	wait_for(pid);
}

CASE(init_6_nss_without_the_rule)
{
	nss("disable = INIT-6\n", true);
}

CASE(init_6_nss)
{
	nss("", false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(init_6_nothing_works_in_a_child),
	        cmocka_unit_test(init_6_nothing_works_in_a_child_when_traced),
	        cmocka_unit_test(init_6_the_parent_pays_nothing),
	        cmocka_unit_test(init_6_a_child_starts_anew),
	        cmocka_unit_test(init_6_without_c_initialize_nothing_changes),
	        cmocka_unit_test(init_6_off_is_as_it_was),
	        cmocka_unit_test(init_6_a_start_that_fails),
	        cmocka_unit_test(init_6_children_of_a_busy_process),
	        cmocka_unit_test(init_6_children_of_a_serial_process),
	        cmocka_unit_test(init_6_no_child_has_its_parents_login),
	        cmocka_unit_test(init_6_a_vendor_that_refuses_by_itself),
	        cmocka_unit_test(init_11_a_vendor_that_would_hang),
	        cmocka_unit_test(init_6_nss_without_the_rule),
	        cmocka_unit_test(init_6_nss),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
