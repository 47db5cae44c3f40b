/* SPDX-License-Identifier: MIT */
/*
 * Gives the lens random templates, with the mock behind it as vendor, and compares what was asked,
 * what the vendor got and what came back. With level off both must be the same memory.
 * usage: fuzz_templates LENS MOCK off|fix|portable [CALLS [SEED]]
 */
#define _GNU_SOURCE
#include "fuzz.h"

#include <dlfcn.h>
#include <unistd.h>

static const unsigned functions[FUZZ_USES] = {
        [FUZZ_CREATE] = P11L_C_CreateObject,
        [FUZZ_COPY] = P11L_C_CopyObject,
        [FUZZ_SET] = P11L_C_SetAttributeValue,
        [FUZZ_GENERATE] = P11L_C_GenerateKey,
        [FUZZ_PAIR] = P11L_C_GenerateKeyPair,
        [FUZZ_UNWRAP] = P11L_C_UnwrapKey,
        [FUZZ_DERIVE] = P11L_C_DeriveKey,
};

/* The parameter that is the first template; its count is the next. */
static const unsigned template_at[FUZZ_USES] = {
        [FUZZ_CREATE] = 1,
        [FUZZ_COPY] = 2,
        [FUZZ_SET] = 2,
        [FUZZ_GENERATE] = 2,
        [FUZZ_PAIR] = 2,
        [FUZZ_UNWRAP] = 5,
        [FUZZ_DERIVE] = 3,
};

static CK_FUNCTION_LIST_PTR p11;
static struct mock_control *mock;
static struct fuzz_call *current;
static bool is_off, is_portable;

/* The templates as the program hands them over, and what they were. */
static CK_ATTRIBUTE given[2][MOST_ENTRIES], before[2][MOST_ENTRIES];
static uint8_t octets[2][MOST_ENTRIES][MOST_OCTETS];
static bool same_memory;

static _Noreturn void fail(const char *what, const char *why)
{
	fprintf(stderr, "%s: %s\n", what, why);
	exit(2);
}

/* --- The vendor's side */

static void copy_template(const CK_ATTRIBUTE *from, CK_ULONG count, struct fuzz_template *to)
{
	to->count = from == NULL ? 0 : count < MOST_ENTRIES ? count : MOST_ENTRIES;
	for (CK_ULONG i = 0; i < to->count; i++) {
		struct fuzz_entry *entry = &to->entry[i];
		CK_ULONG length = from[i].ulValueLen;

		entry->type = from[i].type;
		entry->length = length;
		entry->is_null = from[i].pValue == NULL;
		if (!entry->is_null)
			memcpy(entry->octets, from[i].pValue,
			        length < MOST_OCTETS ? length : MOST_OCTETS);
	}
}

static CK_RV observe(unsigned function, const uintptr_t *arg, CK_RV rv)
{
	unsigned at;

	if (current == NULL || function != functions[current->use])
		return rv;
	at = template_at[current->use];
	current->calls++;
	for (unsigned i = 0; i < current->templates; i++) {
		const CK_ATTRIBUTE *template = (const CK_ATTRIBUTE *)arg[at + 2 * i];

		same_memory &= template == given[i] || current->asked[i].is_null;
		if (!is_off)
			copy_template(template, arg[at + 2 * i + 1], &current->got[i]);
	}
	return rv == CKR_OK ? current->vendor_rv : rv;
}

/* --- The program's side */

static void hand_over(const struct fuzz_template *from, unsigned which)
{
	for (CK_ULONG i = 0; i < from->count; i++) {
		const struct fuzz_entry *entry = &from->entry[i];

		memcpy(octets[which][i], entry->octets, MOST_OCTETS);
		given[which][i] = (CK_ATTRIBUTE){
		        entry->type, entry->is_null ? NULL : octets[which][i], entry->length};
	}
	memcpy(before[which], given[which], sizeof(before[which]));
}

static CK_RV make_call(const struct fuzz_call *call, CK_SESSION_HANDLE session)
{
	static CK_BYTE wrapped[24];
	CK_MECHANISM mechanism = {call->mechanism, NULL, 0};
	CK_ATTRIBUTE *one = call->asked[0].is_null ? NULL : given[0];
	CK_ATTRIBUTE *other = call->asked[1].is_null ? NULL : given[1];
	CK_ULONG count = call->asked[0].count;
	CK_OBJECT_HANDLE object, private;

	switch (call->use) {
	case FUZZ_CREATE:
		return p11->C_CreateObject(session, one, count, &object);
	case FUZZ_COPY:
		return p11->C_CopyObject(session, MOCK_OBJECT, one, count, &object);
	case FUZZ_SET:
		return p11->C_SetAttributeValue(session, MOCK_OBJECT, one, count);
	case FUZZ_GENERATE:
		return p11->C_GenerateKey(session, &mechanism, one, count, &object);
	case FUZZ_PAIR:
		return p11->C_GenerateKeyPair(session, &mechanism, one, count, other,
		        call->asked[1].count, &object, &private);
	case FUZZ_UNWRAP:
		return p11->C_UnwrapKey(session, &mechanism, MOCK_OBJECT, wrapped, sizeof(wrapped),
		        one, count, &object);
	default:
		return p11->C_DeriveKey(session, &mechanism, MOCK_OBJECT, one, count, &object);
	}
}

/* Nothing of what the program handed over may have changed. */
static bool is_untouched(const struct fuzz_call *call)
{
	for (unsigned i = 0; i < call->templates; i++) {
		if (memcmp(before[i], given[i], sizeof(given[i])) != 0)
			return false;
		for (CK_ULONG k = 0; k < call->asked[i].count; k++)
			if (memcmp(octets[i][k], call->asked[i].entry[k].octets, MOST_OCTETS) != 0)
				return false;
	}
	return true;
}

static const char *judge(const struct fuzz_call *call)
{
	if (!is_untouched(call))
		return "the program's own template has changed";
	if (!is_off)
		return fuzz_judge(call);
	if (call->calls != 1 || !same_memory)
		return "with level off the vendor does not get what the program gave";
	return call->rv == call->vendor_rv ? NULL : "with level off the answer is another";
}

static CK_RV any_answer(void)
{
	static const CK_RV answers[] = {CKR_ATTRIBUTE_TYPE_INVALID, CKR_ATTRIBUTE_VALUE_INVALID,
	        CKR_TEMPLATE_INCONSISTENT, CKR_TEMPLATE_INCOMPLETE, CKR_GENERAL_ERROR,
	        CKR_FUNCTION_FAILED, CKR_ARGUMENTS_BAD, CKR_DEVICE_ERROR, CKR_USER_NOT_LOGGED_IN,
	        CKR_KEY_SIZE_RANGE, CKR_ATTRIBUTE_READ_ONLY};

	return fuzz_below(3) != 0 ? CKR_OK : answers[fuzz_below(COUNT(answers))];
}

/* --- Reporting */

static void show_template(const char *title, const struct fuzz_template *template)
{
	printf("  %s%s\n", title, template->is_null ? " NULL" : "");
	for (CK_ULONG i = 0; i < template->count; i++) {
		const struct fuzz_entry *entry = &template->entry[i];
		const char *name = p11l_name(P11L_SPACE_attribute, entry->type);

		printf("    %s 0x%lx [%lu]%s ", name != NULL ? name : "", entry->type,
		        entry->length, entry->is_null ? " NULL" : "");
		for (CK_ULONG k = 0; k < entry->length && k < MOST_OCTETS && !entry->is_null; k++)
			printf("%02x", entry->octets[k]);
		putchar('\n');
	}
}

static void report(const char *wrong, const struct fuzz_call *call, unsigned long number)
{
	printf("call %lu, %s: %s\n  the vendor says 0x%lx, the program gets 0x%lx\n", number,
	        p11l_functions[functions[call->use]].name, wrong, call->vendor_rv, call->rv);
	for (unsigned i = 0; i < call->templates; i++) {
		show_template("asked", &call->asked[i]);
		show_template("got", &call->got[i]);
	}
}

/* --- Starting */

static void *load(const char *path)
{
	void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);

	if (handle == NULL)
		fail("cannot load", dlerror());
	return handle;
}

static CK_SESSION_HANDLE start(char **argv)
{
	CK_C_GetFunctionList get;
	CK_SESSION_HANDLE session;
	CK_UTF8CHAR pin[] = "1234";

	setenv("PKCS11_LENS_MODULE", argv[2], 1);
	setenv("PKCS11_LENS_NORMALISE", argv[3], 1);
	is_off = strcmp(argv[3], "off") == 0;
	is_portable = strcmp(argv[3], "portable") == 0;
	mock = dlsym(load(argv[2]), "mock_control");
	get = (CK_C_GetFunctionList)(uintptr_t)dlsym(load(argv[1]), "C_GetFunctionList");
	if (mock == NULL || get == NULL || get(&p11) != CKR_OK)
		fail(argv[1], "no function list");
	if (p11->C_Initialize(NULL) != CKR_OK ||
	        p11->C_OpenSession(MOCK_SLOT, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL,
	                &session) != CKR_OK ||
	        p11->C_Login(session, CKU_USER, pin, 4) != CKR_OK)
		fail(argv[1], "no session");
	mock->hook = observe;
	return session;
}

/* One call with templates; false when something is wrong with it. */
static bool try_call(CK_SESSION_HANDLE session, unsigned long number)
{
	static struct fuzz_call call;
	const char *wrong;

	fuzz_make(&call);
	call.vendor_rv = any_answer();
	call.fills_in = is_portable;
	same_memory = true;
	for (unsigned i = 0; i < call.templates; i++)
		hand_over(&call.asked[i], i);
	current = &call;
	call.rv = make_call(&call, session);
	current = NULL;
	wrong = judge(&call);
	if (wrong != NULL)
		report(wrong, &call, number);
	return wrong == NULL;
}

static bool try_read(const struct fuzz_reader *reader, unsigned long number)
{
	CK_ATTRIBUTE_TYPE type = CKA_CLASS;
	const char *wrong = fuzz_read(reader, is_off, &type);

	if (wrong != NULL)
		printf("read %lu: %s: %s (0x%lx)\n", number, wrong,
		        p11l_name(P11L_SPACE_attribute, type), type);
	return wrong == NULL;
}

int main(int argc, char **argv)
{
	struct fuzz_reader reader;
	unsigned long calls, wrongs = 0;

	if (argc < 4)
		fail("usage", "fuzz_templates LENS MOCK off|fix|portable [CALLS [SEED]]");
	calls = argc > 4 ? strtoul(argv[4], NULL, 0) : 50000;
	reader.session = start(argv);
	reader.lens = p11->C_GetAttributeValue;
	reader.vendor = mock->list->C_GetAttributeValue;
	fuzz_seed(argc > 5 ? strtoul(argv[5], NULL, 0) : 1);
	for (unsigned long i = 0; i < calls && wrongs < 5; i++)
		wrongs +=
		        (try_call(reader.session, i) ? 0U : 1U) + (try_read(&reader, i) ? 0U : 1U);
	p11->C_Finalize(NULL);
	return wrongs == 0 ? 0 : 1;
}
