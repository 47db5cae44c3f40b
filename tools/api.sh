#!/bin/sh
# SPDX-License-Identifier: MIT
# Makes one thing of the declarations of the high-level functions:
#   api.sh header API.h...   include/pkcs11-lens.h: types, the table, and functions that call it
#   api.sh entries API.h...  what the table of the module holds: each function between enter and leave
#   api.sh types|table|functions API.h...   the three pieces of it
#   api.sh names API.h...    the names of the functions, in the order of the table
# A declaration begins in the first column and ends with ");"; its comment stands right above it.
set -eu
mode=$1
shift

begin() {
	cat <<-'END'
		/* SPDX-License-Identifier: MIT */
		/*
		 * The high-level functions of pkcs11-lens: keys, tokens and sessions of PKCS #11 in few
		 * lines, and keys and certificates in and out. Generated from highlevel/api; do not edit.
		 *
		 * Programs link nothing for it: p11l_bind loads pkcs11-lens and finds the table of its
		 * functions, and every p11l_ function below calls through it. Programs in other languages
		 * get the table by P11L_GetFunctionList, or by C_GetInterface with P11L_INTERFACE_NAME.
		 *
		 * It goes with any Cryptoki header that is included before; without one it includes
		 * <pkcs11.h>. With P11L_NO_DLFCN there is no p11l_bind, only p11l_use.
		 */
		#ifndef PKCS11_LENS_H
		#define PKCS11_LENS_H

		#include <stddef.h>
		#ifndef CKR_OK
		#include <pkcs11.h>
		#endif
		#ifndef P11L_NO_DLFCN
		#include <dlfcn.h>
		#endif

		#ifdef __cplusplus
		extern "C" {
		#endif

		/* The version of this table; a larger minor one has more functions behind the others. */
		#define P11L_API_MAJOR 1
		#define P11L_API_MINOR 0

		/* The name to ask C_GetInterface for; its function list is the table. */
		#define P11L_INTERFACE_NAME "Vendor pkcs11-lens"

	END
}

# What stands between the types and the functions: the table is read from standard input.
middle() {
	cat <<-'END'
		/*
		 * The table. Functions are only ever added at its end: one is there if its place lies
		 * within the first size octets.
		 */
		struct p11l_function_list {
		 CK_VERSION version;
		 CK_ULONG size; /* octets of the table, this and the version included */
	END
	cat
	cat <<-'END'
		};

		/* What pkcs11-lens exports; find it by dlsym. The table stays good until it is unloaded. */
		typedef CK_RV (*p11l_get_function_list_type)(const struct p11l_function_list **list);
		#define P11L_GETTER_NAME "P11L_GetFunctionList"

		/* The table that the functions below go by; one for each program or shared object. */
		#if defined(__GNUC__)
		__attribute__((weak, visibility("hidden"))) const struct p11l_function_list *p11l_table;
		#else
		static const struct p11l_function_list *p11l_table;
		#endif

		/*
		 * Goes by this table. CKR_ARGUMENTS_BAD: there is none; CKR_FUNCTION_NOT_SUPPORTED: it is
		 * older than this header, or not made for it.
		 */
		static inline CK_RV p11l_use(const struct p11l_function_list *list)
		{
		 if (list == 0)
		  return CKR_ARGUMENTS_BAD;
		 if (list->version.major != P11L_API_MAJOR || list->size < sizeof(*list))
		  return CKR_FUNCTION_NOT_SUPPORTED;
		 p11l_table = list;
		 return CKR_OK;
		}

		#ifndef P11L_NO_DLFCN
		/*
		 * Loads pkcs11-lens, for good, from a path or by the linker's rules ("pkcs11-lens.so" when
		 * path is NULL), and goes by its table. CKR_GENERAL_ERROR: it cannot be loaded, dlerror
		 * says why.
		 */
		static inline CK_RV p11l_bind(const char *path)
		{
		 void *handle = dlopen(path != 0 ? path : "pkcs11-lens.so", RTLD_NOW | RTLD_LOCAL);
		 const struct p11l_function_list *list = 0;
		 p11l_get_function_list_type get = 0;
		 void *symbol = handle != 0 ? dlsym(handle, P11L_GETTER_NAME) : 0;
		 CK_RV rv;

		 if (symbol == 0)
		  return CKR_GENERAL_ERROR;
		 /* ISO C has no cast between the two kinds of pointers; POSIX says they are alike. */
		 *(void **)(void *)&get = symbol;
		 rv = get(&list);
		 return rv == CKR_OK ? p11l_use(list) : rv;
		}
		#endif

	END
}

end() {
	cat <<-'END'
		#ifdef __cplusplus
		}
		#endif

		#endif
	END
}

if [ "$mode" = header ]; then
	begin
	"$0" types "$@"
	"$0" table "$@" | middle | sed 's/^ \{1,2\}\([^ *]\)/\t\1/'
	"$0" functions "$@"
	end
	exit
fi
exec awk -v mode="$mode" '
function is_declaration(text) {
	return text ~ /(^|\n)[a-z][A-Za-z_0-9 *]*[ *]p11l_[a-z0-9_]+\([^;]*\);/ || \
		text ~ /(^|\n)(CK_[A-Z_]+|void|enum|struct|const)[A-Za-z_0-9 *]*[ *]p11l_[a-z0-9_]+\([^;{]*\);/
}

# One declaration without its newlines: sets type, name, parameters, arguments.
function take(text,    n, part, i, p) {
	gsub(/[ \t\n]+/, " ", text)
	sub(/;$/, "", text)
	match(text, /p11l_[a-z0-9_]+\(/)
	type = substr(text, 1, RSTART - 1)
	name = substr(text, RSTART + 5, RLENGTH - 6)
	parameters = substr(text, RSTART + RLENGTH)
	sub(/\)$/, "", parameters)
	sub(/ $/, "", type)
	arguments = ""
	if (parameters == "void")
		return
	n = split(parameters, part, ", ")
	for (i = 1; i <= n; i++) {
		p = part[i]
		sub(/\[[A-Z0-9a-z_]*\]$/, "", p)
		match(p, /[a-zA-Z_0-9]+$/)
		arguments = arguments (i > 1 ? ", " : "") substr(p, RSTART)
	}
}

function pointer_to(text) { return text ~ /\*$/ ? text : text " " }

function emit(text) {
	take(text)
	count++
	if (mode == "names")
		print name
	if (mode == "table")
		printf "\t%s(*%s)(%s);\n", pointer_to(type), name, parameters
	if (mode == "functions")
		functions = functions "static inline " pointer_to(type) "p11l_" name "(" parameters ")\n{\n\t" \
			(type == "void" ? "" : "return ") "p11l_table->" name "(" arguments ");\n}\n"
	if (mode != "entries")
		return
	printf "static %sentry_%s(%s)\n{\n", pointer_to(type), name, parameters
	if (type == "CK_RV")
		printf "\tCK_RV rv;\n\n\tp11l_api_enter(\"p11l_%s\");\n\trv = p11l_%s(%s);\n\tp11l_api_leave();\n\treturn rv;\n}\n\n",
			name, name, arguments
	else if (type == "void")
		printf "\tp11l_api_pass();\n\tp11l_%s(%s);\n\tp11l_api_leave();\n}\n\n", name, arguments
	else
		printf "\treturn p11l_%s(%s);\n}\n\n", name, arguments
	entries = entries "\t." name " = entry_" name ",\n"
}

# A piece of a file between empty lines: a comment with declarations, or anything else.
function piece(text,    n, line, i, declaration) {
	if (text ~ /^#(ifndef|endif|define) ?(P11L_[A-Z]+_H)?[^\n]*$/ && text !~ /P11L_NONE|\(/ || text ~ /__cplusplus/)
		return
	if (!is_declaration(text) || text ~ /\(\*p11l_/) {
		types = types text "\n\n"
		return
	}
	n = split(text, line, "\n")
	declaration = ""
	for (i = 1; i <= n; i++) {
		if (line[i] ~ /^#define/) {
			types = types line[i] "\n\n"
			continue
		}
		if (declaration == "" && line[i] !~ /^(CK_|void|enum|struct|const)[^;]*p11l_[a-z0-9_]+\(/ && \
		    line[i] !~ /^(CK_|void|enum|struct|const).*[(]$/) {
			functions = functions line[i] "\n"
			continue
		}
		trailing = ""
		if (match(line[i], /; *\/\*.*\*\/$/)) {
			trailing = substr(line[i], RSTART + 1)
			sub(/^ */, "", trailing)
			line[i] = substr(line[i], 1, RSTART)
		}
		if (trailing != "")
			functions = functions trailing "\n"
		declaration = declaration (declaration == "" ? "" : " ") line[i]
		if (line[i] ~ /\);$/) {
			emit(declaration)
			declaration = ""
		}
	}
	functions = functions "\n"
}

FNR == 1 { if (held != "") piece(held); held = ""; seen_heading = 0 }
/SPDX/ || /^#include/ { next }
/^$/ { if (held != "") piece(held); held = ""; next }
/^#ifndef P11L_[A-Z0-9_]*_H$/ || /^#define P11L_[A-Z0-9_]*_H$/ { next }
/^#endif$/ && held == "" { next }
{ held = held (held == "" ? "" : "\n") $0 }
END {
	if (held != "")
		piece(held)
	if (mode == "entries") {
		print "static const struct p11l_function_list p11l_list = {\n\t.version = {P11L_API_MAJOR, P11L_API_MINOR},"
		print "\t.size = sizeof(struct p11l_function_list),"
		printf "%s};\n", entries
	}
	if (mode == "types")
		printf "%s", types
	if (mode == "functions")
		printf "%s", functions
}' "$@"
