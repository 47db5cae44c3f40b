/* SPDX-License-Identifier: MIT */
/*
 * What the tests of the built module stand on. The lens is composed once in a process, so each
 * case runs in a child of its own: in an empty directory that is removed afterwards, with standard
 * error going to the file "stderr" there, and with an environment that names no module yet.
 */
#ifndef HARNESS_H
#define HARNESS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mock/mock.h"
#include "shim/spec.h"

/* CASE(name) { ... } defines a test that cmocka_unit_test(name) takes. */
#define CASE(name)                                \
	static void name##_in_child(void);        \
	static void name(void **state)            \
	{                                         \
		(void)state;                      \
		run_case(name##_in_child, #name); \
	}                                         \
	static void name##_in_child(void)

/* Sanitizers do not bear everything. */
#if defined(__has_feature)
#define HAS_FEATURE(feature) __has_feature(feature)
#else
#define HAS_FEATURE(feature) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || HAS_FEATURE(address_sanitizer)
#define ADDRESS_SANITIZER 1
#else
#define ADDRESS_SANITIZER 0
#endif
#if defined(__SANITIZE_THREAD__) || HAS_FEATURE(thread_sanitizer)
#define THREAD_SANITIZER 1
#else
#define THREAD_SANITIZER 0
#endif

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

void run_case(void (*body)(void), const char *name);

/* Ends the case as skipped. */
_Noreturn void skip_case(const char *why);

/* Files: those of the build ("mock.so", "../pkcs11-lens.so"), and what a file of the case holds. */
const char *built(const char *name);
const char *contents(const char *file);
const char *said(void); /* on standard error */
void write_file(const char *file, const char *text);
void copy_file(const char *from, const char *to);

/* The lens shall load this module of the build; text of a personality, or "@name" of a file. */
void use_vendor(const char *module, const char *personality);

/* The lens shall trace into the file "trace"; options such as ",reveal=data" or "". */
void use_trace(const char *options);

/* The calls that the trace holds, without its first line. */
const char *trace(void);

/* The one line of the trace about this function; fails when there are none or several. */
const char *trace_line(const char *function);

size_t occurrences(const char *text, const char *needle);

/* Runs this in a child of the case, which must end well. */
void run_in_child(void (*body)(void));
void wait_for(int pid);

/* The lens itself */
void load_lens(void);
void unload_lens(void); /* a reason to skip the case under the thread sanitizer */
void *lens_symbol(const char *name);
CK_RV get_list(CK_FUNCTION_LIST **list);
CK_RV get_interfaces(CK_INTERFACE *list, CK_ULONG *count);
CK_RV get_interface(
        const char *name, const CK_VERSION *version, CK_INTERFACE **interface, CK_FLAGS flags);

/* The same, where they must succeed. */
CK_FUNCTION_LIST_3_2 *function_list(void); /* of which 68 functions exist */
CK_FUNCTION_LIST_3_2 *interface_table(CK_BYTE major, CK_BYTE minor);

/* The mock vendor, which the lens loads now if it has not yet. */
struct mock_control *vendor(void);

/* Initialises and opens a session. */
CK_SESSION_HANDLE open_session(CK_FUNCTION_LIST_3_2 *list);

/* use_vendor(mock.so), use_trace, load_lens and open_session on the 3.2 table in one. */
struct traced {
	CK_FUNCTION_LIST_3_2 *p11;
	CK_SESSION_HANDLE session;
};
struct traced start_traced(const char *personality, const char *options);

/* The same with the whole value of PKCS11_LENS_TRACE, and a mock that is nothing special. */
struct traced start_trace(const char *value);

/* So many calls of C_GetSessionInfo, which must succeed. */
void get_session_info(const struct traced *t, unsigned times);

void sleep_ms(long ms);

/* Long enough for the trace to look at its file again before it writes. */
void let_it_look(void);

/* A table as an array of functions, and a call with arguments that are all words. */
typedef CK_RV (*entry_fn)(void);
entry_fn *entries(CK_FUNCTION_LIST_3_2 *table);
CK_RV call_entry(entry_fn entry, const uintptr_t *arg);

/* Whether a function is one of the five that are always the lens's own. */
bool is_always_ours(unsigned function);

/* Memory of whole pages, of which the one behind end cannot be read. */
uint8_t *before_guard(size_t size);

#endif
