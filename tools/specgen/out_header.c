/* SPDX-License-Identifier: MIT */
/* The public header. */
#include <stdio.h>
#include <string.h>

#include "out.h"

static void put_usage_macro(const char *name, const char *arguments, const char *value)
{
	put("#ifndef %s\n#define %s%s %s\n#endif\n", name, name, arguments, value);
}

/* The version macros are those of the newest function list: the header is for all before it, too.
 */
static void put_start(void)
{
	enum since since = function_lists[FUNCTION_LISTS - 1].since;

	put_note("PKCS #11 (Cryptoki), complete up to the version given by the macros below.");
	put("#ifndef PKCS11_H\n#define PKCS11_H\n\n");
	put("#define CRYPTOKI_VERSION_MAJOR     %u\n", since_major(since));
	put("#define CRYPTOKI_VERSION_MINOR     %u\n", since_minor(since));
	put("#define CRYPTOKI_VERSION_AMENDMENT 0\n\n");
	put("/* A program that has its own meaning for these defines them first. */\n");
	put_usage_macro("CK_PTR", "", "*");
	put_usage_macro("CK_DECLARE_FUNCTION", "(returnType, name)", "returnType name");
	put_usage_macro(
	        "CK_DECLARE_FUNCTION_POINTER", "(returnType, name)", "returnType(CK_PTR name)");
	put_usage_macro("CK_CALLBACK_FUNCTION", "(returnType, name)", "returnType(CK_PTR name)");
	put_usage_macro("NULL_PTR", "", "0");
	put("\n#if defined(_WIN32)\n#pragma pack(push, cryptoki, 1)\n#endif\n\n");
	put("#ifdef __cplusplus\nextern \"C\" {\n#endif\n");
}

static void put_end(void)
{
	put("\n#ifdef __cplusplus\n}\n#endif\n\n");
	put("#if defined(_WIN32)\n#pragma pack(pop, cryptoki)\n#endif\n\n#endif\n");
}

static void put_heading(const char *text)
{
	put("\n/* %s */\n\n", text);
}

/* Booleans go into one byte, so they are plain ints; the rest is as wide as CK_ULONG. */
static void put_value(const struct space *space, const struct constant *constant)
{
	if (constant->value == UINT64_MAX)
		put("(~0UL)");
	else if (strcmp(find_ctype(space->ctype).root, "CK_BYTE") == 0)
		put("%u", (unsigned)constant->value);
	else
		put("0x%08lxUL", (unsigned long)constant->value);
}

static void put_space(const struct space *space)
{
	unsigned width = 0;

	for (size_t i = 0; i < space->count; i++) {
		unsigned length = (unsigned)strlen(space->constant[i].name);

		width = length > width ? length : width;
	}
	put("\n/* %s: %s */\n", space->ctype, space->id);
	for (size_t i = 0; i < space->count; i++) {
		const struct constant *constant = &space->constant[i];

		put("#define %s", constant->name);
		put_column(8 + width + 1);
		put_value(space, constant);
		if (constant->since != SINCE_2_40)
			put(" /* %s */", since_names[constant->since]);
		put("\n");
	}
}

/* Old programs want TRUE and FALSE; those that have their own can say so. */
static void put_truth(void)
{
	if (find_constant("CK_TRUE", NULL) == NULL || find_constant("CK_FALSE", NULL) == NULL)
		return;
	put("\n#ifndef CK_DISABLE_TRUE_FALSE\n");
	put("#ifndef FALSE\n#define FALSE CK_FALSE\n#endif\n");
	put("#ifndef TRUE\n#define TRUE CK_TRUE\n#endif\n#endif\n");
}

static void put_typedef(const char *made_of, const char *name)
{
	put("typedef %s %s;\n", made_of, name);
	put("typedef %s CK_PTR", name);
	put_word("%s_PTR;\n", name);
}

static void put_types(void)
{
	put_heading("Types of one value");
	for (size_t i = 0; i < BASE_TYPES; i++)
		put_typedef(base_types[i].made_of, base_types[i].name);
	put("typedef void CK_PTR CK_VOID_PTR;\n");
	put("typedef CK_VOID_PTR CK_PTR CK_VOID_PTR_PTR;\n");
	for (size_t i = 0; i < spec.types.count; i++)
		put_typedef(spec.types.item[i].base, spec.types.item[i].name);
}

static void put_struct_name(const char *name)
{
	put("typedef struct %s", name);
	put_word("%s;\n", name);
	put("typedef %s CK_PTR", name);
	put_word("%s_PTR;\n", name);
}

/* A pointer to a pointer is typedef'd where a function or a struct has one. */
static bool has_double_pointer(const char *base)
{
	for (size_t i = 0; i < spec.functions.count; i++) {
		const struct function *function = &spec.functions.item[i];

		for (size_t j = 0; j < function->count; j++) {
			if (function->member[j].pointers == 2 &&
			        strcmp(function->member[j].base, base) == 0)
				return true;
		}
	}
	for (size_t i = 0; i < spec.records.count; i++) {
		const struct record *record = &spec.records.item[i];

		for (size_t j = 0; j < record->count; j++) {
			if (record->member[j].pointers == 2 &&
			        strcmp(record->member[j].base, base) == 0)
				return true;
		}
	}
	return false;
}

static void put_struct_names(void)
{
	put_heading("Structs by name");
	for (size_t i = 0; i < spec.records.count; i++) {
		const char *name = spec.records.item[i].name;

		if (spec.records.item[i].internal)
			continue;
		put_struct_name(name);
		if (has_double_pointer(name))
			put("typedef %s_PTR CK_PTR %s_PTR_PTR;\n", name, name);
	}
	for (size_t i = 0; i < FUNCTION_LISTS; i++) {
		const char *name = function_lists[i].name;

		put_struct_name(name);
		put("typedef %s_PTR CK_PTR %s_PTR_PTR;\n", name, name);
	}
}

static void put_callbacks(void)
{
	put_heading("What an application gives to be called back");
	for (size_t i = 0; i < CALLBACKS; i++)
		put("typedef CK_CALLBACK_FUNCTION(CK_RV, %s)\n(%s);\n", callbacks[i].name,
		        callbacks[i].parameters);
}

static void put_structs(void)
{
	put_heading("Structs");
	for (size_t i = 0; i < spec.records.count; i++) {
		if (spec.records.item[i].internal)
			continue;
		put_struct(&spec.records.item[i]);
		put("\n");
	}
}

static void put_prototypes(void)
{
	put_heading("Functions");
	for (size_t i = 0; i < spec.functions.count; i++) {
		const struct function *function = &spec.functions.item[i];

		put("extern CK_DECLARE_FUNCTION(CK_RV, ");
		put_signature(function, "", ")");
		put(";\n");
	}
	put_heading("Pointers to them");
	for (size_t i = 0; i < spec.functions.count; i++) {
		const struct function *function = &spec.functions.item[i];

		put("typedef CK_DECLARE_FUNCTION_POINTER(CK_RV, CK_");
		put_signature(function, "", ")");
		put(";\n");
	}
}

static void put_lists(void)
{
	put_heading("Function lists: each is the beginning of the next");
	for (size_t i = 0; i < FUNCTION_LISTS; i++) {
		put("%sstruct %s {\n\tCK_VERSION version;\n", i > 0 ? "\n" : "",
		        function_lists[i].name);
		for (size_t j = 0; j < spec.functions.count; j++) {
			const struct function *function = &spec.functions.item[j];

			if (function->since <= function_lists[i].since)
				put("\tCK_%s %s;\n", function->name, function->name);
		}
		put("};\n");
	}
}

void out_header(void)
{
	put_start();
	put_types();
	put_struct_names();
	put_callbacks();
	put_heading("Constants. Names without a version are as old as 2.40");
	for (size_t i = 0; i < spec.spaces.count; i++)
		put_space(&spec.spaces.item[i]);
	put_truth();
	put_structs();
	put_prototypes();
	put_lists();
	put_end();
}
