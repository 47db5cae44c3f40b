/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "highlevel.h"

#include "twist/twist.h"

#include <dlfcn.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#define THREADS 64

static struct world current;

/* Tokens: made by SoftHSM itself, in a process of its own, so that nothing is left of it here. */

static CK_FUNCTION_LIST *softhsm_list(void)
{
	void *module = dlopen(SOFTHSM, RTLD_NOW | RTLD_LOCAL);
	CK_C_GetFunctionList get;
	CK_FUNCTION_LIST *list = NULL;
	void *symbol;

	if (module == NULL)
		fail_msg("%s", dlerror());
	symbol = dlsym(module, "C_GetFunctionList");
	assert_non_null(symbol);
	memcpy(&get, &symbol, sizeof(symbol));
	assert_int_equal(get(&list), CKR_OK);
	return list;
}

/* The slot whose token nobody has initialised: SoftHSM always has one. */
static CK_SLOT_ID empty_slot(CK_FUNCTION_LIST *p11)
{
	CK_SLOT_ID slot[16];
	CK_ULONG count = COUNT(slot);
	CK_TOKEN_INFO info;

	assert_int_equal(p11->C_GetSlotList(CK_TRUE, slot, &count), CKR_OK);
	for (CK_ULONG i = 0; i < count; i++) {
		assert_int_equal(p11->C_GetTokenInfo(slot[i], &info), CKR_OK);
		if ((info.flags & CKF_TOKEN_INITIALIZED) == 0)
			return slot[i];
	}
	fail_msg("no slot for one more token");
	return 0;
}

static void make_token(CK_FUNCTION_LIST *p11, unsigned number)
{
	CK_UTF8CHAR *so_pin = (CK_UTF8CHAR *)(uintptr_t)SO_PIN;
	CK_SESSION_HANDLE session;
	CK_SLOT_ID slot;
	char label[33];

	snprintf(label, sizeof(label), "token %-26u", number);
	assert_int_equal(p11->C_Initialize(NULL), CKR_OK);
	slot = empty_slot(p11);
	assert_int_equal(
	        p11->C_InitToken(slot, so_pin, strlen(SO_PIN), (CK_UTF8CHAR *)label), CKR_OK);
	assert_int_equal(
	        p11->C_OpenSession(slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &session),
	        CKR_OK);
	assert_int_equal(p11->C_Login(session, CKU_SO, so_pin, strlen(SO_PIN)), CKR_OK);
	assert_int_equal(
	        p11->C_InitPIN(session, (CK_UTF8CHAR *)(uintptr_t)USER_PIN, strlen(USER_PIN)),
	        CKR_OK);
	assert_int_equal(p11->C_Finalize(NULL), CKR_OK);
}

static void make_tokens(void)
{
	CK_FUNCTION_LIST *p11 = softhsm_list();
	unsigned tokens = current.tokens > 0 ? current.tokens : 1;

	for (unsigned i = 1; i <= tokens; i++)
		make_token(p11, i);
}

static void make_softhsm(void)
{
	char *here = realpath(".", NULL), *text, *path;

	assert_non_null(here);
	assert_int_equal(mkdir("tokens", 0700), 0);
	assert_true(
	        asprintf(&text, "directories.tokendir = %s/tokens\nlog.level = ERROR\n", here) > 0);
	write_file("softhsm2.conf", text);
	assert_true(asprintf(&path, "%s/softhsm2.conf", here) > 0);
	setenv("SOFTHSM2_CONF", path, 1);
	free(path);
	free(text);
	free(here);
	run_in_child(make_tokens);
}

/* Vendor and lens */

static void use_twist(const char *directives)
{
	char *text = strdup(directives != NULL ? directives : ""), *path;

	assert_non_null(text);
	for (char *at = text; *at != '\0'; at++)
		if (*at == ',')
			*at = '\n';
	write_file("twist", text);
	path = realpath("twist", NULL);
	assert_non_null(path);
	setenv("TWIST", path, 1);
	unsetenv("TWIST_SET");
	setenv("TWIST_MODULE", SOFTHSM, 1);
	setenv("PKCS11_LENS_MODULE", built("twist.so"), 1);
	free(path);
	free(text);
}

static void make_vendor(const struct world *world)
{
	if (world->mock != NULL) {
		use_vendor("mock.so", world->mock);
	} else if (world->vendor != NULL) {
		setenv("PKCS11_LENS_MODULE", world->vendor, 1);
	} else {
		make_softhsm();
		use_twist(world->twist);
	}
}

void prepare(const struct world *world)
{
	const char *lens = getenv("LENS");

	/* What it was given may lie in a block that ends before the test does. */
	if (world != NULL)
		current = *world;
	make_vendor(&current);
	if (current.config != NULL)
		write_file("empty.conf", current.config);
	if (current.trace != NULL)
		use_trace(current.trace);
	if (current.normalise)
		unsetenv("PKCS11_LENS_NORMALISE");
	if (p11l_bind(lens != NULL ? lens : built("../pkcs11-lens.so")) != CKR_OK)
		fail_msg("p11l_bind: %s", dlerror());
}

struct p11l_module *begin(const struct world *world)
{
	struct p11l_module *module = NULL;

	prepare(world);
	OK(p11l_load_with(NULL, P11L_LOAD(.parameters = current.parameters), &module));
	assert_non_null(module);
	return module;
}

struct p11l_session *begin_session(const struct world *world)
{
	struct p11l_module *module = begin(world);
	struct p11l_session *session = NULL;
	bool is_ours = current.mock == NULL && current.vendor == NULL;

	OK(p11l_open(
	        module, P11L_OPEN(.token = is_ours ? TOKEN : NULL, .pin = USER_PIN), &session));
	assert_non_null(session);
	/* The session keeps it. */
	p11l_module_free(module);
	if (current.vendor == NULL)
		forget_calls();
	return session;
}

/* What the vendor saw */

static void *twist_symbol(const char *name)
{
	void *module = dlopen(built("twist.so"), RTLD_NOW | RTLD_NOLOAD), *symbol;

	assert_non_null(module);
	symbol = dlsym(module, name);
	assert_non_null(symbol);
	dlclose(module);
	return symbol;
}

static unsigned mock_calls(const char *function)
{
	unsigned sum = 0;

	for (unsigned i = 0; i < P11L_FUNCTIONS; i++)
		if (strcmp(function, "all") == 0 || strcmp(function, p11l_functions[i].name) == 0)
			sum += vendor()->calls[i];
	return sum;
}

unsigned calls(const char *function)
{
	twist_calls_fn ask;
	void *symbol;

	if (current.mock != NULL)
		return mock_calls(function);
	symbol = twist_symbol("twist_calls");
	memcpy(&ask, &symbol, sizeof(symbol));
	return ask(function);
}

void forget_calls(void)
{
	twist_forget_fn ask;
	void *symbol;

	if (current.mock != NULL) {
		memset(vendor()->calls, 0, sizeof(vendor()->calls));
		return;
	}
	symbol = twist_symbol("twist_forget");
	memcpy(&ask, &symbol, sizeof(symbol));
	ask();
}

const char *called(void)
{
	static char text[TWIST_SEEN * 32];
	struct twist_seen seen[TWIST_SEEN];
	void *symbol = twist_symbol("twist_sequence");
	twist_sequence_fn ask;
	size_t count, used = 0;

	memcpy(&ask, &symbol, sizeof(symbol));
	count = ask(seen, COUNT(seen));
	text[0] = '\0';
	for (size_t i = 0; i < count; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s", i > 0 ? " " : "",
		        p11l_functions[seen[i].function].name);
	return text;
}

CK_FUNCTION_LIST *standard(struct p11l_module *module)
{
	CK_FUNCTION_LIST *list = NULL;

	OK(p11l_get_functions(module, &list));
	assert_non_null(list);
	return list;
}

/* Checking */

static const char *name_of(CK_RV rv)
{
	const char *name = p11l_rv_name(rv);

	return name != NULL ? name : "?";
}

void check_rv(CK_RV expected, CK_RV rv, const char *call, const char *file, int line)
{
	char text[1536];

	if (rv == expected)
		return;
	snprintf(text, sizeof(text), "%s is %s (0x%lx), not %s (0x%lx): %s", call, name_of(rv), rv,
	        name_of(expected), expected, p11l_error_text());
	print_error("%s\n", text);
	_fail(file, line);
}

void check_says(const char *needle, const char *file, int line)
{
	if (strstr(p11l_error_text(), needle) != NULL)
		return;
	print_error("no \"%s\" in: %s\n", needle, p11l_error_text());
	_fail(file, line);
}

void check_calls(unsigned count, const char *function, const char *file, int line)
{
	unsigned seen = calls(function);

	if (seen == count)
		return;
	print_error("%u calls of %s, not %u%s%s\n", seen, function, count,
	        current.mock == NULL ? ": " : "", current.mock == NULL ? called() : "");
	_fail(file, line);
}

void in_threads(unsigned count, void *(*body)(void *), void *argument)
{
	pthread_t thread[THREADS];

	assert_true(count <= THREADS);
	for (unsigned i = 0; i < count; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, body, argument), 0);
	for (unsigned i = 0; i < count; i++)
		assert_int_equal(pthread_join(thread[i], NULL), 0);
}
