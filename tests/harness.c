/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "harness.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <libgen.h>
#include <limits.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SKIPPED  77
#define PATIENCE 120 /* seconds that a case may take, on slow machines and under valgrind */

static void *lens;

/* Running a case */

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static void forget_environment(const char *dir)
{
	static const char *const names[] = {"PKCS11_LENS_MODULE", "PKCS11_LENS_TRACE", "PKCS11SPY",
	        "PKCS11SPY_OUTPUT", "MOCK_PERSONALITY", "PKCS11_LENS_PROFILE"};

	for (size_t i = 0; i < COUNT(names); i++)
		unsetenv(names[i]);
	setenv("XDG_CONFIG_HOME", dir, 1);
	setenv("PKCS11_LENS_CONFIG", "empty.conf", 1);
	setenv("PKCS11_LENS_NORMALISE", "off", 1);
	/* A failed assertion shall end the child, and not go on with the next test in it. */
	setenv("CMOCKA_TEST_ABORT", "1", 1);
	write_file("empty.conf", "");
}

static _Noreturn void be_child(const char *dir, void (*body)(void))
{
	const struct rlimit no_core = {0, 0};
	int fd;

	setrlimit(RLIMIT_CORE, &no_core);
	if (chdir(dir) != 0)
		_exit(1);
	fd = open("stderr", O_RDWR | O_CREAT | O_APPEND, 0600);
	if (fd < 0 || dup2(fd, STDERR_FILENO) < 0)
		_exit(1);
	close(fd);
	forget_environment(dir);
	alarm(PATIENCE);
	body();
	exit(0);
}

static void show(const char *dir)
{
	char path[PATH_MAX + sizeof("/stderr")], line[1024];
	FILE *file;

	snprintf(path, sizeof(path), "%s/stderr", dir);
	file = fopen(path, "r");
	while (file != NULL && fgets(line, sizeof(line), file) != NULL)
		fputs(line, stderr);
	if (file != NULL)
		fclose(file);
}

void run_case(void (*body)(void), const char *name)
{
	const char *tmp = getenv("TMPDIR");
	char dir[PATH_MAX];
	int status;
	pid_t pid;

	snprintf(dir, sizeof(dir), "%s/lens-test-XXXXXX", tmp != NULL ? tmp : "/tmp");
	assert_non_null(mkdtemp(dir));
	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		be_child(dir, body);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	if (status != 0)
		show(dir);
	nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	if (WIFEXITED(status) && WEXITSTATUS(status) == SKIPPED)
		skip();
	if (WIFSIGNALED(status))
		fail_msg("%s ended by signal %d", name, WTERMSIG(status));
	if (status != 0)
		fail_msg("%s ended with status %d", name, WEXITSTATUS(status));
}

void wait_for(int pid)
{
	int status = -1;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

void run_in_child(void (*body)(void))
{
	pid_t pid;

	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		body();
		exit(0);
	}
	wait_for(pid);
}

_Noreturn void skip_case(const char *why)
{
	fprintf(stderr, "skipped: %s\n", why);
	exit(SKIPPED);
}

/* Files */

/* Keeps a string until the process ends. */
static const char *keep(char *string)
{
	static char *kept[256];
	static size_t count;

	assert_non_null(string);
	assert_true(count < COUNT(kept));
	return kept[count++] = string;
}

const char *built(const char *name)
{
	char self[PATH_MAX], *path = NULL;
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	assert_true(n > 0);
	self[n] = '\0';
	assert_true(asprintf(&path, "%s/%s", dirname(self), name) > 0);
	return keep(path);
}

const char *contents(const char *file)
{
	FILE *in = fopen(file, "r");
	char *text = NULL;
	size_t size = 0;

	if (in == NULL)
		return "";
	if (getdelim(&text, &size, '\0', in) < 0 && text != NULL)
		text[0] = '\0';
	fclose(in);
	return keep(text);
}

const char *said(void)
{
	return contents("stderr");
}

void write_file(const char *file, const char *text)
{
	FILE *out = fopen(file, "w");

	assert_non_null(out);
	assert_true(fputs(text, out) >= 0);
	assert_int_equal(fclose(out), 0);
}

void copy_file(const char *from, const char *to)
{
	FILE *in = fopen(from, "r"), *out = fopen(to, "w");
	char buffer[65536];
	size_t n;

	assert_non_null(in);
	assert_non_null(out);
	while ((n = fread(buffer, 1, sizeof(buffer), in)) > 0)
		assert_int_equal(fwrite(buffer, 1, n, out), n);
	fclose(in);
	assert_int_equal(fclose(out), 0);
}

void use_vendor(const char *module, const char *personality)
{
	char *path;

	setenv("PKCS11_LENS_MODULE", built(module), 1);
	if (personality[0] == '@') {
		assert_true(asprintf(&path, "%s/personalities/%s.mock", built("."),
		                    personality + 1) > 0);
		assert_int_equal(access(path, R_OK), 0);
	} else {
		path = realpath(".", NULL);
		assert_non_null(path);
		path = realloc(path, strlen(path) + sizeof("/personality"));
		strcat(path, "/personality");
		write_file(path, personality);
	}
	setenv("MOCK_PERSONALITY", path, 1);
	free(path);
}

void use_trace(const char *options)
{
	char value[256];

	snprintf(value, sizeof(value), "text:trace%s", options);
	setenv("PKCS11_LENS_TRACE", value, 1);
}

const char *trace(void)
{
	const char *text = contents("trace"), *end = strchr(text, '\n');

	return text[0] == '#' && end != NULL ? end + 1 : text;
}

const char *trace_line(const char *function)
{
	const char *text = trace(), *at;
	char name[64];

	snprintf(name, sizeof(name), " %s(", function);
	assert_int_equal(occurrences(text, name), 1);
	at = strstr(text, name) + 1;
	return keep(strndup(at, strcspn(at, "\n")));
}

size_t occurrences(const char *text, const char *needle)
{
	size_t count = 0;

	for (const char *at = text; (at = strstr(at, needle)) != NULL; at += strlen(needle))
		count++;
	return count;
}

/* The lens and the vendor behind it */

void load_lens(void)
{
	lens = dlopen(built("../pkcs11-lens.so"), RTLD_NOW | RTLD_LOCAL);
	if (lens == NULL)
		fail_msg("%s", dlerror());
}

void unload_lens(void)
{
	if (THREAD_SANITIZER)
		skip_case("the thread sanitizer runs exit handlers of what is unloaded");
	assert_int_equal(dlclose(lens), 0);
	lens = NULL;
}

void *lens_symbol(const char *name)
{
	void *symbol = dlsym(lens, name);

	assert_non_null(symbol);
	return symbol;
}

CK_RV get_list(CK_FUNCTION_LIST **list)
{
	CK_C_GetFunctionList get;
	void *symbol = lens_symbol("C_GetFunctionList");

	memcpy(&get, &symbol, sizeof(symbol));
	return get(list);
}

CK_RV get_interfaces(CK_INTERFACE *list, CK_ULONG *count)
{
	CK_C_GetInterfaceList get;
	void *symbol = lens_symbol("C_GetInterfaceList");

	memcpy(&get, &symbol, sizeof(symbol));
	return get(list, count);
}

CK_RV get_interface(
        const char *name, const CK_VERSION *version, CK_INTERFACE **interface, CK_FLAGS flags)
{
	CK_C_GetInterface get;
	void *symbol = lens_symbol("C_GetInterface");

	memcpy(&get, &symbol, sizeof(symbol));
	return get(
	        (CK_UTF8CHAR *)(uintptr_t)name, (CK_VERSION *)(uintptr_t)version, interface, flags);
}

CK_FUNCTION_LIST_3_2 *function_list(void)
{
	CK_FUNCTION_LIST *list = NULL;

	assert_int_equal(get_list(&list), CKR_OK);
	assert_non_null(list);
	return (CK_FUNCTION_LIST_3_2 *)(void *)list;
}

CK_FUNCTION_LIST_3_2 *interface_table(CK_BYTE major, CK_BYTE minor)
{
	CK_VERSION version = {major, minor};
	CK_INTERFACE *interface = NULL;

	assert_int_equal(get_interface("PKCS 11", &version, &interface, 0), CKR_OK);
	assert_non_null(interface);
	return interface->pFunctionList;
}

struct mock_control *vendor(void)
{
	const char *path = getenv("PKCS11_LENS_MODULE");
	void *module = dlopen(path, RTLD_NOW | RTLD_NOLOAD);
	struct mock_control *control;

	/* Until the first call the lens has loaded nothing. */
	if (module == NULL) {
		get_list(NULL);
		module = dlopen(path, RTLD_NOW | RTLD_NOLOAD);
	}
	control = module != NULL ? dlsym(module, "mock_control") : NULL;
	assert_non_null(control);
	dlclose(module);
	return control;
}

CK_SESSION_HANDLE open_session(CK_FUNCTION_LIST_3_2 *list)
{
	CK_SESSION_HANDLE session = 0;

	assert_int_equal(list->C_Initialize(NULL), CKR_OK);
	assert_int_equal(list->C_OpenSession(MOCK_SLOT, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL,
	                         NULL, &session),
	        CKR_OK);
	return session;
}

struct traced start_traced(const char *personality, const char *options)
{
	struct traced t;

	use_vendor("mock.so", personality);
	use_trace(options);
	load_lens();
	t.p11 = interface_table(3, 2);
	t.session = open_session(t.p11);
	return t;
}

struct traced start_trace(const char *value)
{
	struct traced t;

	use_vendor("mock.so", "");
	setenv("PKCS11_LENS_TRACE", value, 1);
	load_lens();
	t.p11 = interface_table(3, 2);
	t.session = open_session(t.p11);
	return t;
}

void get_session_info(const struct traced *t, unsigned times)
{
	CK_SESSION_INFO info;

	while (times-- > 0)
		assert_int_equal(t->p11->C_GetSessionInfo(t->session, &info), CKR_OK);
}

void sleep_ms(long ms)
{
	const struct timespec time = {ms / 1000, ms % 1000 * 1000000};

	nanosleep(&time, NULL);
}

void let_it_look(void)
{
	sleep_ms(1);
}

/* Tables and calls */

entry_fn *entries(CK_FUNCTION_LIST_3_2 *table)
{
	return (entry_fn *)(void *)&table->C_Initialize;
}

CK_RV call_entry(entry_fn entry, const uintptr_t *arg)
{
	/* Every parameter is a word or less, and surplus ones do no harm in any ABI we run on. */
	typedef CK_RV (*any_fn)(uintptr_t, uintptr_t, uintptr_t, uintptr_t, uintptr_t, uintptr_t,
	        uintptr_t, uintptr_t, uintptr_t, uintptr_t);
	any_fn any = (any_fn)(void (*)(void))entry;

	return any(arg[0], arg[1], arg[2], arg[3], arg[4], arg[5], arg[6], arg[7], arg[8], arg[9]);
}

bool is_always_ours(unsigned function)
{
	return function == P11L_C_Initialize || function == P11L_C_Finalize ||
	       function == P11L_C_GetFunctionList || function == P11L_C_GetInterfaceList ||
	       function == P11L_C_GetInterface;
}

uint8_t *before_guard(size_t size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t whole = (size + page - 1) / page * page;
	uint8_t *pages = mmap(
	        NULL, whole + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_true(pages != MAP_FAILED);
	assert_int_equal(mprotect(pages + whole, page, PROT_NONE), 0);
	return pages + whole - size;
}

#if ADDRESS_SANITIZER
/* What the keys of SoftHSM leave behind, by way of OpenSSL, is not ours. */
__attribute__((visibility("default"))) const char *__lsan_default_suppressions(void);

const char *__lsan_default_suppressions(void)
{
	return "leak:libsofthsm2\nleak:libcrypto\n";
}
#endif
