/* SPDX-License-Identifier: MIT */
#include "facts.h"

#include <dlfcn.h>
#include <stdarg.h>
#include <sys/resource.h>

CK_FUNCTION_LIST_PTR p11;
CK_SLOT_ID slot;
CK_SESSION_HANDLE session, home;
const CK_ULONG nothing = 0x7ffffff1;

CK_BYTE p256[10] = {0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07};
CK_BYTE ed25519[5] = {0x06, 0x03, 0x2b, 0x65, 0x70};

static _Noreturn void fail(const char *what, const char *why)
{
	fflush(stdout);
	fprintf(stderr, "%s: %s\n", what, why);
	exit(3);
}

static const char *setting(const char *name)
{
	const char *value = getenv(name);

	return value != NULL ? value : "";
}

/* --- Printing */

void fact(const char *name, const char *format, ...)
{
	va_list args;

	printf("%s ", name);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	fflush(stdout);
}

const char *rv_name(CK_RV rv)
{
	static char number[32];
	const char *name = p11l_name(P11L_SPACE_rv, rv);

	if (name != NULL)
		return name;
	snprintf(number, sizeof(number), "0x%lx", rv);
	return number;
}

void fact_rv(const char *name, CK_RV rv)
{
	fact(name, "%s", rv_name(rv));
}

void fact_yes(const char *name, bool yes)
{
	fact(name, "%s", yes ? "yes" : "no");
}

bool has_mechanism(const char *name, CK_MECHANISM_TYPE type, CK_FLAGS flags)
{
	CK_MECHANISM_INFO info = {0};

	if (p11->C_GetMechanismInfo(slot, type, &info) == CKR_OK && (info.flags & flags) == flags)
		return true;
	fact(name, "unsupported: %s", p11l_name(P11L_SPACE_mechanism, type));
	return false;
}

/* --- Starting */

void load(const char *module)
{
	const struct rlimit no_core = {0, 0};
	void *handle = dlopen(module, RTLD_NOW | RTLD_LOCAL);
	CK_C_GetFunctionList get;

	/* Some vendors crash, which is a fact and wants no file. */
	setrlimit(RLIMIT_CORE, &no_core);
	if (handle == NULL)
		fail("cannot load", dlerror());
	get = (CK_C_GetFunctionList)(uintptr_t)dlsym(handle, "C_GetFunctionList");
	if (get == NULL || get(&p11) != CKR_OK)
		fail(module, "no function list");
}

/* NSS's struct is longer, and has its string where the standard has pReserved. */
CK_RV initialise(CK_FLAGS flags)
{
	struct {
		CK_C_INITIALIZE_ARGS args;
		void *behind[2];
	} args = {.args = {.flags = flags}};
	const char *text = setting("VENDOR_INIT");

	if (text[0] != '\0')
		args.args.pReserved = (void *)(uintptr_t)text;
	return p11->C_Initialize(&args);
}

static bool is_token(CK_SLOT_ID id, const char *label)
{
	CK_TOKEN_INFO info;

	return p11->C_GetTokenInfo(id, &info) == CKR_OK &&
	       (info.flags & CKF_TOKEN_INITIALIZED) != 0 &&
	       strncmp((const char *)info.label, label, strlen(label)) == 0;
}

static CK_SESSION_HANDLE open_session(void)
{
	CK_SESSION_HANDLE opened = 0;

	if (p11->C_OpenSession(slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &opened) !=
	        CKR_OK)
		fail("C_OpenSession", "no session");
	return opened;
}

void fresh_session(void)
{
	p11->C_CloseSession(session);
	session = open_session();
}

void open_token(void)
{
	CK_SLOT_ID ids[16];
	CK_ULONG count = COUNT(ids);

	if (p11->C_GetSlotList(CK_TRUE, ids, &count) != CKR_OK)
		fail("C_GetSlotList", "no list");
	for (CK_ULONG i = 0; i < count; i++)
		if (is_token(ids[i], setting("VENDOR_LABEL"))) {
			slot = ids[i];
			home = open_session();
			session = open_session();
			return;
		}
	fail(setting("VENDOR_LABEL"), "no such token");
}

CK_RV login(CK_USER_TYPE user, const char *pin)
{
	return p11->C_Login(session, user, (CK_UTF8CHAR_PTR)(uintptr_t)pin, strlen(pin));
}

void start(const char *module)
{
	CK_RV rv;

	load(module);
	rv = initialise(CKF_OS_LOCKING_OK);
	if (rv != CKR_OK)
		fail("C_Initialize", rv_name(rv));
	open_token();
	rv = setting("VENDOR_PIN")[0] != '\0' ? login(CKU_USER, setting("VENDOR_PIN")) : CKR_OK;
	if (rv != CKR_OK)
		fail("C_Login", rv_name(rv));
}

/* --- Objects */

CK_RV generate_pair(CK_MECHANISM_TYPE type, CK_ATTRIBUTE *public, CK_ULONG public_count,
        CK_ATTRIBUTE *private, CK_ULONG private_count, struct pair *pair)
{
	CK_MECHANISM mechanism = {type, NULL, 0};
	CK_RV rv;

	rv = p11->C_GenerateKeyPair(home, &mechanism, public, public_count, private, private_count,
	        &pair->public, &pair->private);
	if (rv != CKR_OK)
		*pair = (struct pair){0};
	return rv;
}

CK_RV generate_key(
        CK_MECHANISM_TYPE type, CK_ATTRIBUTE *template, CK_ULONG count, CK_OBJECT_HANDLE *key)
{
	CK_MECHANISM mechanism = {type, NULL, 0};
	CK_RV rv = p11->C_GenerateKey(home, &mechanism, template, count, key);

	if (rv != CKR_OK)
		*key = 0;
	return rv;
}

CK_RV create(CK_ATTRIBUTE *template, CK_ULONG count, CK_OBJECT_HANDLE *object)
{
	CK_RV rv = p11->C_CreateObject(home, template, count, object);

	if (rv != CKR_OK)
		*object = 0;
	return rv;
}

bool has_secret_keys(const char *name)
{
	CK_BYTE value[16] = {0};
	CK_ATTRIBUTE template[] = {
	        NUMBER(CKA_CLASS, CKO_SECRET_KEY),
	        NUMBER(CKA_KEY_TYPE, CKK_AES),
	        OCTETS(CKA_VALUE, value, sizeof(value)),
	};
	CK_OBJECT_HANDLE key;

	if (create(template, COUNT(template), &key) != CKR_OK) {
		fact(name, "unsupported: secret keys");
		return false;
	}
	destroy(key);
	return true;
}

void destroy(CK_OBJECT_HANDLE object)
{
	if (object != 0)
		p11->C_DestroyObject(home, object);
}

void destroy_pair(struct pair *pair)
{
	destroy(pair->public);
	destroy(pair->private);
	*pair = (struct pair){0};
}

CK_RV read_octets(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type, void *to, CK_ULONG *size)
{
	CK_ATTRIBUTE attribute = {type, to, *size};
	CK_RV rv = p11->C_GetAttributeValue(home, object, &attribute, 1);

	*size = attribute.ulValueLen;
	return rv;
}

CK_ULONG find(CK_ATTRIBUTE *template, CK_ULONG count)
{
	CK_OBJECT_HANDLE found[32];
	CK_ULONG n = 0;

	if (p11->C_FindObjectsInit(home, template, count) != CKR_OK)
		return 0;
	p11->C_FindObjects(home, found, COUNT(found), &n);
	p11->C_FindObjectsFinal(home);
	return n;
}

/* --- Operations */

CK_RV sign(CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key, CK_BYTE *data, CK_ULONG length,
        CK_BYTE *signature, CK_ULONG *size)
{
	CK_RV rv = p11->C_SignInit(session, mechanism, key);

	return rv != CKR_OK ? rv : p11->C_Sign(session, data, length, signature, size);
}

CK_RV verify(CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key, CK_BYTE *data, CK_ULONG length,
        CK_BYTE *signature, CK_ULONG size)
{
	CK_RV rv = p11->C_VerifyInit(session, mechanism, key);

	return rv != CKR_OK ? rv : p11->C_Verify(session, data, length, signature, size);
}

CK_RV encrypt(CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key, CK_BYTE *data, CK_ULONG length,
        CK_BYTE *out, CK_ULONG *size)
{
	CK_RV rv = p11->C_EncryptInit(session, mechanism, key);

	return rv != CKR_OK ? rv : p11->C_Encrypt(session, data, length, out, size);
}

CK_RV decrypt(CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key, CK_BYTE *data, CK_ULONG length,
        CK_BYTE *out, CK_ULONG *size)
{
	CK_RV rv = p11->C_DecryptInit(session, mechanism, key);

	return rv != CKR_OK ? rv : p11->C_Decrypt(session, data, length, out, size);
}
