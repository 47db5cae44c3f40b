/* SPDX-License-Identifier: MIT */
/*
 * Compares what the lens says of its interfaces with what the vendor says.
 * usage: interfaces VENDOR LENS identical|wrapped
 * With nothing switched on the published entries are the vendor's own pointers (identical); with a
 * trace they are the lens's (wrapped).
 */
#define _GNU_SOURCE
#include "client.h"

#define MOST 16

static bool want_identical;
static int failures;

#define EXPECT(condition, ...)               \
	do {                                 \
		if (!(condition)) {          \
			failures++;          \
			printf(__VA_ARGS__); \
			printf("\n");        \
		}                            \
	} while (0)

static unsigned width(CK_VERSION version)
{
	if (version.major > 3 || (version.major == 3 && version.minor >= 2))
		return 104;
	return version.major == 3 ? 92 : 68;
}

/* C_Initialize, C_Finalize and the three getters are always the lens's. */
static bool always_ours(unsigned i)
{
	return i == 0 || i == 1 || i == 3 || i == 68 || i == 69;
}

typedef void (*entry)(void);

static void compare_tables(const void *vendor, const void *lens, const char *what)
{
	CK_VERSION ours = *(const CK_VERSION *)lens, theirs = *(const CK_VERSION *)vendor;
	const entry *a = (const entry *)vendor + 1, *b = (const entry *)lens + 1;

	EXPECT(ours.major == theirs.major && ours.minor == theirs.minor,
	        "%s: version %d.%d, the vendor's is %d.%d", what, ours.major, ours.minor,
	        theirs.major, theirs.minor);
	EXPECT(vendor != lens, "%s: the vendor's own table was handed out", what);
	for (unsigned i = 0; i < width(theirs); i++)
		EXPECT((a[i] == b[i]) == (want_identical && !always_ours(i)),
		        "%s: entry %u is %s the vendor's", what, i, a[i] == b[i] ? "" : "not");
}

static bool is_standard(const CK_INTERFACE *interface)
{
	return strcmp((const char *)interface->pInterfaceName, "PKCS 11") == 0;
}

static void compare_interface(const CK_INTERFACE *vendor, const CK_INTERFACE *lens)
{
	const char *name = (const char *)vendor->pInterfaceName;

	EXPECT(strcmp(name, (const char *)lens->pInterfaceName) == 0,
	        "the vendor's \"%s\" is called \"%s\"", name, (const char *)lens->pInterfaceName);
	EXPECT(vendor->flags == lens->flags, "\"%s\": flags 0x%lx, the vendor's are 0x%lx", name,
	        lens->flags, vendor->flags);
	if (is_standard(vendor))
		compare_tables(vendor->pFunctionList, lens->pFunctionList, name);
	else
		EXPECT(vendor->pFunctionList == lens->pFunctionList, "\"%s\" was changed", name);
}

static void compare_lists(void *vendor, void *lens)
{
	CK_C_GetInterfaceList a = FIND(CK_C_GetInterfaceList, vendor, "C_GetInterfaceList");
	CK_C_GetInterfaceList b = FIND(CK_C_GetInterfaceList, lens, "C_GetInterfaceList");
	CK_INTERFACE theirs[MOST], ours[MOST];
	CK_ULONG their_count = 0, our_count = 0;

	MUST(b(NULL, &our_count));
	if (a == NULL) {
		EXPECT(our_count == 1, "%lu interfaces made up, not 1", our_count);
		return;
	}
	MUST(a(NULL, &their_count));
	EXPECT(our_count == their_count, "%lu interfaces, the vendor has %lu", our_count,
	        their_count);
	our_count = 1;
	EXPECT(their_count == 1 || b(ours, &our_count) == CKR_BUFFER_TOO_SMALL,
	        "a list that is too short was taken");
	their_count = our_count = MOST;
	MUST(a(theirs, &their_count));
	MUST(b(ours, &our_count));
	for (CK_ULONG i = 0; i < their_count && i < our_count; i++) {
		compare_interface(&theirs[i], &ours[i]);
		printf("# \"%s\" flags 0x%lx\n", (const char *)ours[i].pInterfaceName,
		        ours[i].flags);
	}
}

struct question {
	const char *name;
	int major, minor; /* major 0: any */
	CK_FLAGS flags;
};

static CK_RV ask(CK_C_GetInterface get, const struct question *q, CK_INTERFACE_PTR *answer)
{
	CK_VERSION version = {(CK_BYTE)q->major, (CK_BYTE)q->minor};

	*answer = NULL;
	return get(q->name != NULL ? text(q->name) : NULL, q->major != 0 ? &version : NULL, answer,
	        q->flags);
}

static void compare_answers(CK_C_GetInterface vendor, CK_C_GetInterface lens)
{
	static const struct question questions[] = {
	        {NULL, 0, 0, 0},
	        {NULL, 0, 0, CKF_INTERFACE_FORK_SAFE},
	        {"PKCS 11", 0, 0, 0},
	        {"PKCS 11", 0, 0, CKF_INTERFACE_FORK_SAFE},
	        {"PKCS 11", 2, 20, 0},
	        {"PKCS 11", 2, 40, 0},
	        {"PKCS 11", 3, 0, 0},
	        {"PKCS 11", 3, 0, CKF_INTERFACE_FORK_SAFE},
	        {"PKCS 11", 3, 1, 0},
	        {"PKCS 11", 3, 2, 0},
	        {"PKCS 11", 9, 9, 0},
	        {"Vendor NSS Module Interface", 0, 0, 0},
	        {"Vendor nobody has", 0, 0, 0},
	};
	CK_INTERFACE_PTR a, b, again;

	for (size_t i = 0; i < COUNT(questions); i++) {
		CK_RV theirs = ask(vendor, &questions[i], &a);
		CK_RV ours = ask(lens, &questions[i], &b);

		EXPECT(theirs == ours, "question %zu: answer 0x%lx, the vendor's is 0x%lx", i, ours,
		        theirs);
		if (theirs != CKR_OK || ours != CKR_OK)
			continue;
		compare_interface(a, b);
		MUST(ask(lens, &questions[i], &again));
		EXPECT(again == b, "question %zu: another answer the second time", i);
	}
}

/* A vendor without C_GetInterface has one standard interface, the one of its function list. */
static void check_implied(CK_C_GetInterface lens, CK_VERSION version)
{
	struct question standard = {"PKCS 11", version.major, version.minor, 0};
	struct question newer = {"PKCS 11", 3, 2, 0}, foreign = {"Vendor nobody has", 0, 0, 0};
	CK_INTERFACE_PTR interface;

	MUST(ask(lens, &standard, &interface));
	EXPECT(is_standard(interface) && interface->flags == 0, "a strange interface was made up");
	EXPECT(((CK_VERSION *)interface->pFunctionList)->major == version.major,
	        "the interface made up has another version");
	EXPECT(ask(lens, &newer, &interface) != CKR_OK, "3.2 was promised");
	EXPECT(ask(lens, &foreign, &interface) != CKR_OK, "a foreign interface was promised");
}

int main(int argc, char **argv)
{
	CK_C_GetInterface theirs, ours;
	void *vendor, *lens;

	if (argc != 4)
		return 2;
	want_identical = strcmp(argv[3], "identical") == 0;
	vendor = load(argv[1]);
	lens = load(argv[2]);
	compare_tables(function_list(vendor), function_list(lens), "C_GetFunctionList");
	compare_lists(vendor, lens);
	theirs = FIND(CK_C_GetInterface, vendor, "C_GetInterface");
	ours = FIND(CK_C_GetInterface, lens, "C_GetInterface");
	if (theirs != NULL)
		compare_answers(theirs, ours);
	else
		check_implied(ours, function_list(vendor)->version);
	return failures != 0;
}
