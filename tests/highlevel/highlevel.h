/* SPDX-License-Identifier: MIT */
/*
 * What the tests of the high-level functions stand on. A CASE (harness.h) is a process and a folder
 * of its own; begin() in it makes a vendor, loads the lens in front of it as a program does,
 * by p11l_bind of what the variable LENS names, and loads the vendor by p11l_load.
 *
 * The vendor is SoftHSM behind the twisting vendor (tests/twist/README.md), which counts the calls
 * and does no harm unless it is told; or the mock vendor (tests/mock/README.md).
 */
#ifndef HIGHLEVEL_H
#define HIGHLEVEL_H

#include "harness.h"

#include <pkcs11-lens.h>

#define SOFTHSM  "/usr/lib/softhsm/libsofthsm2.so"
#define TOKEN    "token 1"
#define USER_PIN "1234"
#define SO_PIN   "so-1234"

struct world {
	unsigned tokens;        /* "token 1", "token 2", ...; SoftHSM has a slot more. 0 means 1 */
	const char *twist;      /* directives, separated by commas or newlines; NULL for none */
	const char *mock;       /* the mock vendor with this personality; "" is nothing special */
	const char *vendor;     /* another module, which is not twisted and not counted */
	const char *parameters; /* for C_Initialize of it */
	const char *config;     /* sections for pkcs11-lens.conf */
	const char *trace;      /* options of a trace into the file "trace": "", ",layers=app" */
	bool normalise;         /* the lens repairs as by default; else it leaves all as it is */
};

/* Only makes it; the lens is bound, but no vendor is loaded yet. Environment is set. */
void prepare(const struct world *world);

/* prepare, and loads the vendor. With NULL an ordinary SoftHSM with one token. */
struct p11l_module *begin(const struct world *world);

/* begin, and opens a session on "token 1" (or the mock's) as its user; calls are counted from there
 * on. */
struct p11l_session *begin_session(const struct world *world);

/* How often the vendor's function was called; "all" together. And from 0 again. */
unsigned calls(const char *function);
void forget_calls(void);

/* Which calls the twisted vendor got, in a line: "C_SignInit C_Sign"; up to 256 of them. */
const char *called(void);

/* The mock's answers change while a test runs by vendor()->hook: harness.h, tests/mock/mock.h. */

/* The token as somebody else in the process sees it. */
CK_FUNCTION_LIST *standard(struct p11l_module *module);

/* It must succeed; or must fail so. On failure the record is shown. */
#define OK(call)        check_rv(CKR_OK, (call), #call, __FILE__, __LINE__)
#define FAILS(rv, call) check_rv((rv), (call), #call, __FILE__, __LINE__)
void check_rv(CK_RV expected, CK_RV rv, const char *call, const char *file, int line);

/* The text of the record must have this in it. */
#define assert_says(needle) check_says((needle), __FILE__, __LINE__)
void check_says(const char *needle, const char *file, int line);

/* So many calls of this function must have been made since they were forgotten. */
#define assert_calls(count, function) check_calls((count), (function), __FILE__, __LINE__)
void check_calls(unsigned count, const char *function, const char *file, int line);

/* Runs body in so many threads at a time, and waits for them. */
void in_threads(unsigned count, void *(*body)(void *), void *argument);

#endif
