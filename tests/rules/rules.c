/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "rules.h"

#include <dlfcn.h>
#include <errno.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define SOFTHSM  "/usr/lib/softhsm/libsofthsm2.so"
#define CONFORMS 0
#define DEVIATES 3
#define PATIENCE 60 /* seconds that a run may take; it inherits none from its case */
#define LABEL    "rules                           "

CK_BBOOL yes = CK_TRUE, no = CK_FALSE;

static unsigned runs;
static void *twist;
static const struct setting *current;

/* A token: initialised by the module itself, without the twist */

static CK_FUNCTION_LIST_3_2 *list_of(void *module)
{
	CK_C_GetFunctionList get;
	CK_FUNCTION_LIST *list = NULL;
	void *symbol;

	if (module == NULL)
		fail_msg("%s", dlerror());
	symbol = dlsym(module, "C_GetFunctionList");
	assert_non_null(symbol);
	memcpy(&get, &symbol, sizeof(symbol));
	assert_int_equal(get(&list), CKR_OK);
	return (CK_FUNCTION_LIST_3_2 *)(void *)list;
}

static const char *module_of(const struct setting *setting)
{
	return setting->module != NULL ? setting->module : SOFTHSM;
}

/* Where the token is, once it has been made. */
static void note_slot(CK_FUNCTION_LIST_3_2 *p11)
{
	CK_SLOT_ID slot[8];
	CK_ULONG count = COUNT(slot);
	CK_TOKEN_INFO info;
	char text[32];

	assert_int_equal(p11->C_GetSlotList(CK_TRUE, slot, &count), CKR_OK);
	for (CK_ULONG i = 0; i < count; i++) {
		assert_int_equal(p11->C_GetTokenInfo(slot[i], &info), CKR_OK);
		if (memcmp(info.label, LABEL, sizeof(info.label)) == 0) {
			snprintf(text, sizeof(text), "%lu", slot[i]);
			write_file("slot", text);
		}
	}
}

static void make_token(void)
{
	CK_FUNCTION_LIST_3_2 *p11 = list_of(dlopen(module_of(current), RTLD_NOW | RTLD_LOCAL));
	CK_UTF8CHAR *so_pin = (CK_UTF8CHAR *)(uintptr_t)SO_PIN;
	CK_SESSION_HANDLE session;
	CK_SLOT_ID slot[8];
	CK_ULONG count = COUNT(slot);

	assert_int_equal(p11->C_Initialize(NULL), CKR_OK);
	assert_int_equal(p11->C_GetSlotList(CK_TRUE, slot, &count), CKR_OK);
	assert_true(count > 0);
	assert_int_equal(
	        p11->C_InitToken(slot[0], so_pin, strlen(SO_PIN), (CK_UTF8CHAR *)(uintptr_t)LABEL),
	        CKR_OK);
	assert_int_equal(p11->C_OpenSession(slot[0], CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL,
	                         NULL, &session),
	        CKR_OK);
	assert_int_equal(p11->C_Login(session, CKU_SO, so_pin, strlen(SO_PIN)), CKR_OK);
	assert_int_equal(
	        p11->C_InitPIN(session, (CK_UTF8CHAR *)(uintptr_t)USER_PIN, strlen(USER_PIN)),
	        CKR_OK);
	assert_int_equal(p11->C_Finalize(NULL), CKR_OK);
	assert_int_equal(p11->C_Initialize(NULL), CKR_OK);
	note_slot(p11);
	assert_int_equal(p11->C_Finalize(NULL), CKR_OK);
}

/* A folder of its own for each run, so that no run finds what another one left. */
static void enter_run_folder(void)
{
	char folder[64], *here, *text, *path;

	snprintf(folder, sizeof(folder), "run-%u", runs);
	assert_int_equal(mkdir(folder, 0700), 0);
	assert_int_equal(chdir(folder), 0);
	assert_int_equal(mkdir("tokens", 0700), 0);
	here = realpath(".", NULL);
	assert_non_null(here);
	assert_true(
	        asprintf(&text, "directories.tokendir = %s/tokens\nlog.level = ERROR\n", here) > 0);
	write_file("softhsm2.conf", text);
	assert_true(asprintf(&path, "%s/softhsm2.conf", here) > 0);
	setenv("SOFTHSM2_CONF", path, 1);
	free(path);
	free(text);
	free(here);
}

/* Starting */

static const char *given(const char *text)
{
	return text != NULL ? text : "";
}

static void write_twist(const struct setting *setting, bool twisted)
{
	FILE *out = fopen("twist", "w");
	char *path;

	assert_non_null(out);
	for (const char *at = twisted ? given(setting->twist) : ""; *at != '\0'; at++)
		fputc(*at == ',' ? '\n' : *at, out);
	fputc('\n', out);
	if (twisted && setting->like != NULL)
		fprintf(out, "include \"%s/vendors/%s.twist\"\n", built("."), setting->like);
	assert_int_equal(fclose(out), 0);
	path = realpath("twist", NULL);
	assert_non_null(path);
	setenv("TWIST", path, 1);
	unsetenv("TWIST_SET");
	setenv("TWIST_MODULE", module_of(setting), 1);
	free(path);
}

/* The rules that are switched on by name: others, and the one in question when it needs that. */
static void put_rules(FILE *out, const struct setting *setting, bool with_rule)
{
	bool own = with_rule && setting->opt_in;

	if (own || setting->enable != NULL)
		fprintf(out, "enable = %s%s%s\n", own ? setting->rule : "",
		        own && setting->enable != NULL ? "+" : "", given(setting->enable));
	if (!with_rule)
		fprintf(out, "disable = %s\n", setting->rule);
}

static void write_config(const struct setting *setting, bool with_rule)
{
	FILE *out = fopen("lens.conf", "w");

	assert_non_null(out);
	fprintf(out, "[normalise]\nlevel = %s\n", setting->level != NULL ? setting->level : "fix");
	fprintf(out, "profile = %s\n", setting->profile != NULL ? setting->profile : "none");
	put_rules(out, setting, with_rule);
	fprintf(out, "%s%s", given(setting->keys), given(setting->config));
	assert_int_equal(fclose(out), 0);
	setenv("PKCS11_LENS_CONFIG", "lens.conf", 1);
	unsetenv("PKCS11_LENS_NORMALISE");
	setenv("PKCS11_LENS_MODULE", built("twist.so"), 1);
	use_trace(given(setting->trace));
}

/* Of the lens or the twisted vendor itself. */
static CK_FUNCTION_LIST_3_2 *table_of(void *module, const struct setting *setting)
{
	CK_VERSION version = setting->table;
	CK_INTERFACE *interface = NULL;
	CK_C_GetInterface get;
	void *symbol;

	if (version.major == 0)
		return list_of(module);
	symbol = dlsym(module, "C_GetInterface");
	assert_non_null(symbol);
	memcpy(&get, &symbol, sizeof(symbol));
	assert_int_equal(get(NULL, &version, &interface, 0), CKR_OK);
	return interface->pFunctionList;
}

static void start(struct subject *s)
{
	s->slot = strtoul(contents("slot"), NULL, 10);
	if (s->setting->bare)
		return;
	assert_int_equal(s->p11->C_Initialize(NULL), CKR_OK);
	s->session = another_session(s);
	login(s);
}

/* Runs */

enum kind { TWISTED, TWISTED_LENS, WITHOUT_RULE, ORDINARY_LENS };

static void *open_module(const char *name, int flags)
{
	void *module = dlopen(built(name), RTLD_NOW | RTLD_LOCAL | flags);

	if (module == NULL)
		fail_msg("%s", dlerror());
	return module;
}

static _Noreturn void be_run(const struct setting *setting, rule_body body, enum kind kind)
{
	struct subject s = {.setting = setting, .lens = kind != TWISTED};

	alarm(PATIENCE);
	enter_run_folder();
	current = setting;
	run_in_child(make_token);
	write_twist(setting, kind != ORDINARY_LENS);
	if (s.lens) {
		write_config(setting, kind != WITHOUT_RULE);
		s.p11 = table_of(open_module("../pkcs11-lens.so", 0), setting);
		twist = open_module("twist.so", RTLD_NOLOAD);
	} else {
		twist = open_module("twist.so", 0);
		s.p11 = table_of(twist, setting);
	}
	start(&s);
	/* The module behind is not asked to end: that is another test's subject. */
	_exit(body(&s) ? CONFORMS : DEVIATES);
}

static bool run(const struct setting *setting, rule_body body, enum kind kind)
{
	int status = -1;
	pid_t pid;

	runs++;
	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		be_run(setting, body, kind);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	if (setting->crashes && WIFSIGNALED(status) && (kind == TWISTED || kind == WITHOUT_RULE))
		return false;
	if (!WIFEXITED(status) ||
	        (WEXITSTATUS(status) != CONFORMS && WEXITSTATUS(status) != DEVIATES))
		fail_msg("run %u (kind %d) ended with status 0x%x", runs, (int)kind,
		        (unsigned)status);
	return WEXITSTATUS(status) == CONFORMS;
}

bool without_lens(const struct setting *setting, rule_body body)
{
	return run(setting, body, TWISTED);
}

bool with_lens(const struct setting *setting, rule_body body)
{
	return run(setting, body, TWISTED_LENS);
}

const char *run_trace(void)
{
	char file[64];

	snprintf(file, sizeof(file), "run-%u/trace", runs);
	return contents(file);
}

size_t notes(const char *rule)
{
	char needle[64];

	snprintf(needle, sizeof(needle), "\n~ %s%s", given(rule), rule != NULL ? " " : "");
	return occurrences(run_trace(), needle);
}

static void check_through_lens(const struct setting *setting, rule_body conforms)
{
	if (!with_lens(setting, conforms))
		fail_msg("through the lens: %s repairs nothing", setting->rule);
	if (!setting->silent && notes(setting->rule) == 0)
		fail_msg("%s left no note", setting->rule);
	if (run(setting, conforms, WITHOUT_RULE))
		fail_msg("another rule than %s has repaired it", setting->rule);
	if (setting->native)
		return;
	if (!run(setting, conforms, ORDINARY_LENS))
		fail_msg("through the lens: an ordinary vendor does harm under %s", setting->rule);
	if (notes(setting->rule) != 0)
		fail_msg("%s left a note on an ordinary vendor", setting->rule);
}

void check_rule(const struct setting *setting, rule_body conforms)
{
	if (without_lens(setting, conforms))
		fail_msg("without the lens: the quirk of %s is not there", setting->rule);
	check_through_lens(setting, conforms);
}

/* What the twisted vendor counted */

void *twist_symbol(const char *name)
{
	void *symbol = dlsym(twist, name);

	assert_non_null(symbol);
	return symbol;
}

unsigned calls(const char *function)
{
	void *symbol = twist_symbol("twist_calls");
	twist_calls_fn ask;

	memcpy(&ask, &symbol, sizeof(symbol));
	return ask(function);
}

size_t sequence(struct twist_seen *seen, size_t room)
{
	void *symbol = twist_symbol("twist_sequence");
	twist_sequence_fn ask;

	memcpy(&ask, &symbol, sizeof(symbol));
	return ask(seen, room);
}

unsigned overlaps(void)
{
	void *symbol = twist_symbol("twist_overlaps");
	twist_overlaps_fn ask;

	memcpy(&ask, &symbol, sizeof(symbol));
	return ask();
}

void forget_calls(void)
{
	void *symbol = twist_symbol("twist_forget");
	twist_forget_fn ask;

	memcpy(&ask, &symbol, sizeof(symbol));
	ask();
}

/* Sessions */

CK_SESSION_HANDLE another_session(struct subject *s)
{
	CK_SESSION_HANDLE session = 0;

	assert_int_equal(s->p11->C_OpenSession(s->slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL,
	                         NULL, &session),
	        CKR_OK);
	return session;
}

void login(struct subject *s)
{
	assert_int_equal(s->p11->C_Login(s->session, CKU_USER, (CK_UTF8CHAR *)(uintptr_t)USER_PIN,
	                         strlen(USER_PIN)),
	        CKR_OK);
}

void logout(struct subject *s)
{
	assert_int_equal(s->p11->C_Logout(s->session), CKR_OK);
}

/* Keys */

struct octets curve_oid(const char *curve)
{
	struct octets oid = {.size = 0};

	for (size_t i = 0; i < p11l_curve_count; i++) {
		if (strcmp(p11l_curves[i].name, curve) == 0) {
			oid.size = p11l_curves[i].length;
			memcpy(oid.at, p11l_curves[i].oid, oid.size);
		}
	}
	assert_true(oid.size > 0);
	return oid;
}

#define MORE 16

static CK_ULONG append(CK_ATTRIBUTE *to, CK_ULONG count, const CK_ATTRIBUTE *more, CK_ULONG added)
{
	assert_true(added <= MORE);
	for (CK_ULONG i = 0; i < added; i++)
		to[count + i] = more[i];
	return count + added;
}

static struct key_pair pair_on(struct subject *s, CK_MECHANISM_TYPE type, const char *curve,
        const CK_ATTRIBUTE *more, CK_ULONG count)
{
	CK_MECHANISM mechanism = {type, NULL, 0};
	struct octets oid = curve_oid(curve);
	CK_ATTRIBUTE public[2 + MORE] = {
	        {CKA_EC_PARAMS, oid.at, oid.size}, ATTRIBUTE(CKA_VERIFY, yes)};
	CK_ATTRIBUTE private[2 + MORE] = {ATTRIBUTE(CKA_SIGN, yes), ATTRIBUTE(CKA_DERIVE, yes)};
	struct key_pair pair = {0, 0};

	assert_int_equal(s->p11->C_GenerateKeyPair(s->session, &mechanism, public,
	                         append(public, 2, more, count), private,
	                         append(private, 2, more, count), &pair.public, &pair.private),
	        CKR_OK);
	return pair;
}

struct key_pair ec_pair_with(
        struct subject *s, const char *curve, const CK_ATTRIBUTE *more, CK_ULONG count)
{
	return pair_on(s, CKM_EC_KEY_PAIR_GEN, curve, more, count);
}

struct key_pair ec_pair(struct subject *s, const char *curve)
{
	return ec_pair_with(s, curve, NULL, 0);
}

struct key_pair edwards_pair(struct subject *s, const char *curve)
{
	return pair_on(s, CKM_EC_EDWARDS_KEY_PAIR_GEN, curve, NULL, 0);
}

struct key_pair rsa_pair(struct subject *s, CK_ULONG bits)
{
	CK_MECHANISM mechanism = {CKM_RSA_PKCS_KEY_PAIR_GEN, NULL, 0};
	CK_BYTE exponent[] = {1, 0, 1};
	CK_ATTRIBUTE public[] = {ATTRIBUTE(CKA_MODULUS_BITS, bits),
	        ATTRIBUTE(CKA_PUBLIC_EXPONENT, exponent), ATTRIBUTE(CKA_ENCRYPT, yes),
	        ATTRIBUTE(CKA_VERIFY, yes)};
	CK_ATTRIBUTE private[] = {ATTRIBUTE(CKA_DECRYPT, yes), ATTRIBUTE(CKA_SIGN, yes)};
	struct key_pair pair = {0, 0};

	assert_int_equal(s->p11->C_GenerateKeyPair(s->session, &mechanism, public, COUNT(public),
	                         private, COUNT(private), &pair.public, &pair.private),
	        CKR_OK);
	return pair;
}

CK_OBJECT_HANDLE aes_key_with(
        struct subject *s, CK_ULONG size, const CK_ATTRIBUTE *more, CK_ULONG count)
{
	CK_MECHANISM mechanism = {CKM_AES_KEY_GEN, NULL, 0};
	CK_ATTRIBUTE template[3 + MORE] = {ATTRIBUTE(CKA_VALUE_LEN, size),
	        ATTRIBUTE(CKA_ENCRYPT, yes), ATTRIBUTE(CKA_DECRYPT, yes)};
	CK_OBJECT_HANDLE key = 0;

	assert_int_equal(s->p11->C_GenerateKey(s->session, &mechanism, template,
	                         append(template, 3, more, count), &key),
	        CKR_OK);
	return key;
}

CK_OBJECT_HANDLE aes_key(struct subject *s, CK_ULONG size)
{
	return aes_key_with(s, size, NULL, 0);
}

/* Attributes */

CK_RV try_attribute(
        struct subject *s, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type, struct octets *value)
{
	CK_ATTRIBUTE attribute = {type, value->at, sizeof(value->at)};
	CK_RV rv = s->p11->C_GetAttributeValue(s->session, object, &attribute, 1);

	value->size = attribute.ulValueLen;
	return rv;
}

struct octets read_attribute(struct subject *s, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type)
{
	struct octets value;

	assert_int_equal(try_attribute(s, object, type, &value), CKR_OK);
	return value;
}

/* Signatures */

static CK_BYTE digest[32] = "thirty-two octets to be signed.";

struct octets sign(struct subject *s, CK_MECHANISM_TYPE type, CK_OBJECT_HANDLE key)
{
	CK_MECHANISM mechanism = {type, NULL, 0};
	struct octets signature = {.size = sizeof(signature.at)};

	assert_int_equal(s->p11->C_SignInit(s->session, &mechanism, key), CKR_OK);
	assert_int_equal(
	        s->p11->C_Sign(s->session, digest, sizeof(digest), signature.at, &signature.size),
	        CKR_OK);
	return signature;
}

CK_RV verify(struct subject *s, CK_MECHANISM_TYPE type, CK_OBJECT_HANDLE key,
        const struct octets *signature)
{
	CK_MECHANISM mechanism = {type, NULL, 0};

	assert_int_equal(s->p11->C_VerifyInit(s->session, &mechanism, key), CKR_OK);
	return s->p11->C_Verify(s->session, digest, sizeof(digest),
	        (CK_BYTE *)(uintptr_t)signature->at, signature->size);
}
