/* SPDX-License-Identifier: MIT */
/*
 * The inside of the twisting vendor. Read twist.c (the way of a call), directives.c (what is on),
 * track.c (what sessions are doing), then the twists, a family a file.
 */
#ifndef TWIST_INTERNAL_H
#define TWIST_INTERNAL_H

#include "twist.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Sets of functions. */
typedef unsigned __int128 twist_functions;
#define ON(name) ((twist_functions)1 << P11L_C_##name)
#define ON_ALL   (~(twist_functions)0)

#define ON_ENCRYPT (ON(Encrypt) | ON(EncryptUpdate) | ON(EncryptFinal))
#define ON_DECRYPT (ON(Decrypt) | ON(DecryptUpdate) | ON(DecryptFinal))
#define ON_CREATE \
	(ON(CreateObject) | ON(GenerateKey) | ON(GenerateKeyPair) | ON(UnwrapKey) | ON(DeriveKey))
#define ON_TEMPLATE (ON_CREATE | ON(CopyObject) | ON(SetAttributeValue))

/* A call on its way from the application down to the module behind. */
struct twist_call {
	unsigned function;
	unsigned at; /* the next twist that it meets */
	uintptr_t arg[P11L_MAX_PARAMS];
};

/* What twists of a template or mechanism are limited to; nothing when all is zero. */
struct twist_where {
	twist_functions functions;
	CK_MECHANISM_TYPE mechanism;
	bool has_mechanism;
	unsigned halves; /* TWIST_PUBLIC ... */
};
enum { TWIST_PUBLIC = 1, TWIST_PRIVATE = 2, TWIST_SECRET = 4 };

/* A twist that is on, with the words of its directive. */
struct twist {
	const struct twist_row *row;
	CK_ATTRIBUTE_TYPE attribute;
	CK_MECHANISM_TYPE mechanism;
	unsigned function;
	unsigned choice; /* which of the row's choices */
	CK_RV rv, other_rv;
	long number;
	CK_FLAGS set, clear;
	CK_ULONG from, to;
	uint8_t value[256];
	size_t size;
	struct twist_where where;
	long state; /* the twist's own */
};

/*
 * A kind of twist. Its words, a letter each: a attribute, m mechanism, F function (or all), r
 * return code, n number, w one of the choices, f flags as +CKF_X or -CKF_X (any number of them), v
 * value of the attribute before it, t text, p a pair of numbers that may be constants, * where it
 * holds (functions, mechanism, public, private, secret). What follows a ? may be left out.
 */
struct twist_row {
	const char *name;
	const char *words;
	twist_functions on;
	CK_RV (*around)(struct twist *twist, struct twist_call *call);
	const char *choices; /* separated by | */
	CK_RV rv;            /* when the directive names none */
};

/* How often a call came while another one was under way. */
extern unsigned twist_overlap_count;

extern struct twist *twists;
extern unsigned twist_count;

/* The families, in the order in which calls meet them; each ends with a row without a name. */
extern const struct twist_row twist_numbers[], twist_codes[], twist_lifecycle[], twist_sessions[],
        twist_operations[], twist_sizes[], twist_signatures[], twist_parameters[],
        twist_mechanisms[], twist_ecdh[], twist_templates[], twist_reads[], twist_params[],
        twist_points[], twist_info[];

/* Reads what TWIST and TWIST_SET ask for; a mistake ends the process. */
void twist_read_directives(void);

/* The twist of this name that is on, or NULL. */
struct twist *twist_on(const char *name);

/* Hands a call on to the twists that are left, then to the module behind. */
CK_RV twist_next(struct twist_call *call);

/* The module behind, with something to call in each place. */
extern CK_FUNCTION_LIST_3_2 twist_vendor;

/* Parameters, by what they are. */
int twist_param(unsigned function, enum p11l_role role, unsigned nth);
int twist_output(unsigned function); /* where octets are written; -1 when nowhere */
CK_ULONG *twist_output_length(const struct twist_call *call);
bool twist_is_size_query(const struct twist_call *call);
CK_MECHANISM *twist_mechanism_of(const struct twist_call *call);

/* A copy of a template that a twist may change, and that the call then has instead. */
#define TWIST_ATTRIBUTES 64
struct twist_draft {
	CK_ATTRIBUTE at[TWIST_ATTRIBUTES];
	CK_ULONG count;
	unsigned param, count_param;
	unsigned half; /* TWIST_PUBLIC ... as far as it can be known, else 0 */
};
unsigned twist_templates_of(const struct twist_call *call);
bool twist_draft(struct twist_draft *draft, const struct twist_call *call, unsigned nth);
void twist_use(struct twist_call *call, struct twist_draft *draft);
CK_ATTRIBUTE *twist_find(const struct twist_draft *draft, CK_ATTRIBUTE_TYPE type);
bool twist_add(struct twist_draft *draft, CK_ATTRIBUTE_TYPE type, const void *value, size_t size);
void twist_remove(struct twist_draft *draft, CK_ATTRIBUTE_TYPE type);
CK_ULONG twist_number_in(const struct twist_draft *draft, CK_ATTRIBUTE_TYPE type);

/* Whether a directive that is limited to a mechanism or half holds; that of functions is known. */
bool twist_holds(const struct twist_where *where, const struct twist_call *call, unsigned half);

/* Objects of the module behind: CK_UNAVAILABLE_INFORMATION when it has no such attribute. */
CK_ULONG twist_object_number(
        CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type);
size_t twist_object_octets(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object,
        CK_ATTRIBUTE_TYPE type, uint8_t *octets, size_t room);

/*
 * Reading through a twist: answers each attribute of a C_GetAttributeValue with what change makes
 * of the value, and keeps lengths and return code as the standard wants them. change says true
 * when it made something else out of octets (which have room for TWIST_VALUE) and *size.
 */
#define TWIST_VALUE 8192
typedef bool (*twist_change_fn)(struct twist *twist, const struct twist_call *call,
        CK_ATTRIBUTE_TYPE type, uint8_t *octets, size_t *size);
CK_RV twist_read_changed(struct twist *twist, struct twist_call *call, twist_change_fn change);

/* Puts a result where the application wants it, as the standard says. */
CK_RV twist_give(const uint8_t *octets, size_t size, void *out, CK_ULONG *length);

/* What sessions are doing. */
enum twist_class {
	TWIST_FIND,
	TWIST_DIGEST,
	TWIST_ENCRYPT,
	TWIST_DECRYPT,
	TWIST_SIGN,
	TWIST_VERIFY,
	TWIST_SIGN_RECOVER,
	TWIST_VERIFY_RECOVER,
	TWIST_CLASSES
};
enum twist_phase { TWIST_NO_STEP, TWIST_INIT, TWIST_ONCE, TWIST_UPDATE, TWIST_FINAL };

struct twist_step {
	uint8_t phase, class;
};
struct twist_step twist_step(unsigned function);

struct twist_operation {
	bool active;
	bool stuck; /* failed, and kept by the twist failed-stays-active */
	bool multipart;
	CK_MECHANISM_TYPE mechanism;
	CK_OBJECT_HANDLE key;
	uint8_t *iv_out; /* where a generated IV has still to be written */
	CK_ULONG iv_size;
	uint8_t iv[16];
};

struct twist_session {
	CK_SESSION_HANDLE handle; /* 0 when the place is free */
	CK_SLOT_ID slot;
	struct twist_operation operation[TWIST_CLASSES];
	CK_OBJECT_HANDLE guarded; /* the key that wants a login for each use, while it is */
	unsigned guard_class;
	bool guard_broken;
};

unsigned twist_open_sessions(void);

/* Of the call, or NULL; the operation of the class that a step belongs to. */
struct twist_session *twist_session_of(const struct twist_call *call);
struct twist_operation *twist_operation_of(const struct twist_call *call);

/* Notes what a call did, once it has returned. */
void twist_track(const struct twist_call *call, CK_RV rv);

/* Ends an operation of the module behind, whatever that takes. */
void twist_end_operation(CK_SESSION_HANDLE session, enum twist_class class);

/* Elliptic curves */
struct twist_curve {
	const char *name;
	const uint8_t *oid;
	size_t oid_size;
	size_t field; /* octets of a coordinate, or of a whole point of the newer curves */
	bool newer;   /* Edwards or Montgomery */
};
const struct twist_curve *twist_curve_of(const uint8_t *params, size_t size);
const struct twist_curve *twist_object_curve(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object);

/* Writes the head of a DER value, and the value; says how many octets that took. */
size_t twist_der(uint8_t *out, uint8_t tag, const void *value, size_t size);

/* The content of a DER value that fills its octets, or NULL. */
const uint8_t *twist_content(const uint8_t *der, size_t size, uint8_t tag, size_t *length);

#endif
