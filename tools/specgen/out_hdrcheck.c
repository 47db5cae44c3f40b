/* SPDX-License-Identifier: MIT */
/* Programs that compare any Cryptoki header with the spec. */
#include "out.h"

/* How to reach the header is the same for both. */
static void put_how(void)
{
	put(" * HDRCHECK_HEADER    the header to look at, quoted or in angle brackets; leave it "
	    "out\n"
	    " *                    when -include brings the header in\n"
	    " * HDRCHECK_USAGE     defines the five usage macros (CK_PTR and its family) before "
	    "it\n");
}

static void put_include(void)
{
	put("\n#ifdef HDRCHECK_USAGE\n#define CK_PTR *\n");
	put("#define CK_DECLARE_FUNCTION(returnType, name) returnType name\n");
	put("#define CK_DECLARE_FUNCTION_POINTER(returnType, name) returnType(CK_PTR name)\n");
	put("#define CK_CALLBACK_FUNCTION(returnType, name) returnType(CK_PTR name)\n");
	put("#ifndef NULL_PTR\n#define NULL_PTR 0\n#endif\n#endif\n");
	put("#ifdef HDRCHECK_HEADER\n#include HDRCHECK_HEADER\n#endif\n\n");
}

static void put_space(const struct space *space)
{
	put("static void space_%s(void)\n{\n", space->id);
	for (size_t i = 0; i < space->count; i++) {
		const char *name = space->constant[i].name;

		put("#ifdef %s\n\tCONSTANT(%s);\n#endif\n", name, name);
	}
	put("}\n\n");
}

/* Types leave no trace for the preprocessor, so whoever compiles says what there is. */
static void put_size(const char *name)
{
	put("static void struct_%s(void)\n{\n", name);
	put("#if defined(HDRCHECK_ALL) || defined(HAVE_STRUCT_%s)\n", name);
	put("\tSIZE(%s);\n#endif\n", name);
}

static void put_offset(const char *name, const char *field)
{
	put("#if defined(HDRCHECK_ALL) || defined(HAVE_FIELD_%s_%s)\n", name, field);
	put("\tOFFSET(%s, %s);\n#endif\n", name, field);
}

static void put_record(const struct record *record)
{
	put_size(record->name);
	for (size_t i = 0; i < record->count; i++)
		put_offset(record->name, record->member[i].name);
	put("}\n\n");
}

static void put_list(const struct function_list *list)
{
	put_size(list->name);
	put_offset(list->name, "version");
	for (size_t i = 0; i < spec.functions.count; i++) {
		if (spec.functions.item[i].since <= list->since)
			put_offset(list->name, spec.functions.item[i].name);
	}
	put("}\n\n");
}

static void put_calls(void)
{
	put("int main(void)\n{\n");
	for (size_t i = 0; i < spec.spaces.count; i++)
		put("\tspace_%s();\n", spec.spaces.item[i].id);
	for (size_t i = 0; i < spec.records.count; i++) {
		if (!spec.records.item[i].internal)
			put("\tstruct_%s();\n", spec.records.item[i].name);
	}
	for (size_t i = 0; i < FUNCTION_LISTS; i++)
		put("\tstruct_%s();\n", function_lists[i].name);
	put("\treturn 0;\n}\n");
}

void out_hdrcheck(void)
{
	put_note("Prints what a Cryptoki header says, one fact a line:\n"
	         " *     const NAME VALUE, sizeof STRUCT N, offset STRUCT FIELD N");
	put("/*\n * Compile it with\n");
	put_how();
	put(" * HAVE_STRUCT_name   for every struct the header has, function lists included\n"
	    " * HAVE_FIELD_name_f  for every field f of such a struct\n"
	    " * HDRCHECK_ALL       for all structs and all fields instead\n"
	    " * Constants need no macro.\n */\n");
	put("#include <stddef.h>\n#include <stdio.h>\n");
	put_include();
	put("#define CONSTANT(name) printf(\"const \" #name \" 0x%%08lx\\n\", (unsigned "
	    "long)(name))\n");
	put("#define SIZE(name) printf(\"sizeof \" #name \" %%zu\\n\", sizeof(name))\n");
	put("#define OFFSET(name, field) \\\n");
	put("\tprintf(\"offset \" #name \" \" #field \" %%zu\\n\", offsetof(name, field))\n\n");
	for (size_t i = 0; i < spec.spaces.count; i++)
		put_space(&spec.spaces.item[i]);
	for (size_t i = 0; i < spec.records.count; i++) {
		if (!spec.records.item[i].internal)
			put_record(&spec.records.item[i]);
	}
	for (size_t i = 0; i < FUNCTION_LISTS; i++)
		put_list(&function_lists[i]);
	put_calls();
}

void out_protos(void)
{
	put_note("The functions, to be declared once more after a Cryptoki header has\n"
	         " * declared them: where a signature differs, the compiler stops.");
	put("/*\n * Compile it, without linking, with\n");
	put_how();
	put(" * HAVE_C_name        for every function the header has\n"
	    " * HDRCHECK_ALL       for all functions instead\n */\n");
	put_include();
	for (size_t i = 0; i < spec.functions.count; i++) {
		const struct function *function = &spec.functions.item[i];

		put("#if defined(HDRCHECK_ALL) || defined(HAVE_%s)\n", function->name);
		put_signature(function, "extern CK_RV ", "");
		put(";\n#endif\n");
	}
}
