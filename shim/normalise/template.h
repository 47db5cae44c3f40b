/* SPDX-License-Identifier: MIT */
/*
 * Layer "template": what a call asks of an object, as rules see and change it before the vendor
 * does. A hook (template.c) makes a request out of the call, lets the steps look at it one after
 * the other, in the order of the table there, and calls what lies below with what the template has
 * become. As long as no step changes anything, that is the host's own array.
 */
#ifndef P11L_TEMPLATE_H
#define P11L_TEMPLATE_H

#include "layer.h"

#include "shim/config_attributes.h"

/* --- A template that can be changed */

#define P11L_TEMPLATE_ENTRIES 32  /* on the stack; more are put on the heap */
#define P11L_TEMPLATE_OCTETS  256 /* the same, of new values */
#define P11L_TEMPLATE_MAX     1024

/*
 * Values that nobody changes stay where the host has them. New ones lie in the template and are
 * wiped with it.
 */
struct p11l_template {
	CK_ATTRIBUTE *entry; /* what goes below; the host's own array until something changes */
	CK_ULONG count;
	CK_ULONG room; /* entries in our array; 0: it is still the host's */
	bool opaque;   /* the array cannot be read, or is beyond reason: no step sees it */
	size_t used;   /* octets of value */
	struct p11l_template_block *block;
	CK_ATTRIBUTE own[P11L_TEMPLATE_ENTRIES];
	_Alignas(CK_ULONG) CK_BYTE value[P11L_TEMPLATE_OCTETS];
};

void p11l_template_open(struct p11l_template *template, CK_ATTRIBUTE *given, CK_ULONG count);
void p11l_template_close(struct p11l_template *template);

/* The first entry with this type, or NULL. Its value may be unreadable. */
const CK_ATTRIBUTE *p11l_template_find(
        const struct p11l_template *template, CK_ATTRIBUTE_TYPE type);

/* The value of an entry when all of it can be read, else NULL; an empty one is not NULL. */
const CK_BYTE *p11l_template_value(const CK_ATTRIBUTE *entry);

/* The value of an attribute; false when it is not there, unreadable or of another size. */
bool p11l_template_bool(const struct p11l_template *template, CK_ATTRIBUTE_TYPE type, bool *value);
bool p11l_template_number(
        const struct p11l_template *template, CK_ATTRIBUTE_TYPE type, CK_ULONG *value);

/*
 * Changes: each answers CKR_OK or CKR_HOST_MEMORY. put adds the attribute or gives it another
 * value, of which it takes a copy; point does the same with a value that outlives the call; remove
 * takes every entry of the type away. Entries that were found before are not valid afterwards.
 */
CK_RV p11l_template_put(
        struct p11l_template *template, CK_ATTRIBUTE_TYPE type, const void *value, CK_ULONG size);
CK_RV p11l_template_put_bool(struct p11l_template *template, CK_ATTRIBUTE_TYPE type, bool value);
CK_RV p11l_template_put_number(
        struct p11l_template *template, CK_ATTRIBUTE_TYPE type, CK_ULONG value);
CK_RV p11l_template_point(
        struct p11l_template *template, CK_ATTRIBUTE_TYPE type, const void *value, CK_ULONG size);
/* Has what goes below lie in our array, so that it is not NULL. */
CK_RV p11l_template_own(struct p11l_template *template);

CK_RV p11l_template_remove(struct p11l_template *template, CK_ATTRIBUTE_TYPE type);

/* Entries by their place, for steps that go over all of them; at answers NULL behind the last. */
const CK_ATTRIBUTE *p11l_template_at(const struct p11l_template *template, CK_ULONG place);
CK_RV p11l_template_point_at(
        struct p11l_template *template, CK_ULONG place, const void *value, CK_ULONG size);
CK_RV p11l_template_put_at(
        struct p11l_template *template, CK_ULONG place, const void *value, CK_ULONG size);
CK_RV p11l_template_remove_at(struct p11l_template *template, CK_ULONG place);

/* --- What a step sees */

enum p11l_half { P11L_HALF_NONE, P11L_HALF_PUBLIC, P11L_HALF_PRIVATE };

struct p11l_request {
	p11l_below *below;
	CK_SESSION_HANDLE session;
	const struct p11l_rules *rules;
	enum p11l_template_use use;
	unsigned function;             /* P11L_C_... */
	const CK_MECHANISM *mechanism; /* NULL: none, or it cannot be read */
	CK_OBJECT_HANDLE object;       /* the object changed or copied, the key that unwraps or is
	                                  derived from; 0 for the others */
	CK_ULONG wrapped;              /* octets of the wrapped key; unwrap only */
	struct p11l_template *template;

	/* Known after the step that finds them out; P11L_ANY when neither the template nor the
	 * mechanism says. */
	CK_ULONG class, key_type;
	bool token;      /* it will be on the token, for all that the template and profile say */
	bool usage_open; /* neither the template nor that of the other half names a usage */

	enum p11l_half half;        /* of a key pair */
	struct p11l_request *other; /* the other half */
};

/* Whether the new object is a private or secret key. */
static inline bool p11l_is_secret(const struct p11l_request *request)
{
	return request->class == CKO_PRIVATE_KEY || request->class == CKO_SECRET_KEY;
}

/*
 * A step looks at a request and changes its template. It answers CKR_OK, or the code with which the
 * call is refused; then the vendor is not called. In a key pair each step sees the public half
 * first, then the private one, before the next step sees either.
 */
typedef CK_RV p11l_step(struct p11l_request *request);

/* What a step has done, for the trace: "private CKA_SENSITIVE: none -> TRUE". Never a secret. */
void p11l_step_note(const struct p11l_request *request, unsigned rule, CK_ATTRIBUTE_TYPE type,
        const char *before, const char *after);

/* The steps by the file that holds them; steps.c has their order. */

/* tpl.c */
p11l_step p11l_step_token_only; /* TPL-12 */
p11l_step p11l_step_encoding;   /* TPL-6 */
p11l_step p11l_step_twins;      /* TPL-13 */
p11l_step p11l_step_big;        /* TPL-7 */
p11l_step p11l_step_wrong_half; /* TPL-2 */
p11l_step p11l_step_implied;    /* TPL-11 */
p11l_step p11l_step_value_len;  /* TPL-3 */
p11l_step p11l_step_idle;       /* TPL-1 */
p11l_step p11l_step_change;     /* TPL-9 */

/* ecp.c: the point of a new public key; ecpar.c: its curve, and the scalar of a private key */
p11l_step p11l_step_ec_point;  /* ECP-4, ECP-5 */
p11l_step p11l_step_ec_params; /* ECPAR-1, ECPAR-6 */
p11l_step p11l_step_ec_scalar; /* TPL-8 */

/* def.c */
p11l_step p11l_step_exponent;  /* DEF-7 */
p11l_step p11l_step_private;   /* DEF-1 */
p11l_step p11l_step_sensitive; /* DEF-2 */
p11l_step p11l_step_retained;  /* DEF-6 */
p11l_step p11l_step_usage;     /* DEF-3 */
p11l_step p11l_step_stated;    /* DEF-5 */

/* def.c: once the object is there */
void p11l_compare_place(const struct p11l_request *request, CK_OBJECT_HANDLE object); /* DEF-4 */
void p11l_strengthen(const struct p11l_request *request, CK_OBJECT_HANDLE object);    /* DEF-11 */

/* derived.c */
p11l_step p11l_step_length;   /* ECDH-2 */
p11l_step p11l_step_no_usage; /* ECDH-5 */
p11l_step p11l_step_derive;   /* ECDH-6 */

/* The length that the new secret key is bound to have; 0 when there is a choice. At most one call.
 */
CK_ULONG p11l_bound_length(const struct p11l_request *request);

/* obj.c */
p11l_step p11l_step_label;         /* OBJ-8 */
p11l_step p11l_step_parameter_set; /* PQC-2 */

/* attr.c */
p11l_step p11l_step_rows;  /* ATTR-1: add and force */
p11l_step p11l_step_leave; /* ATTR-1: drop and omit */

/* Runs all steps on a request, or on the two halves of a key pair. */
CK_RV p11l_steps_run(struct p11l_request *request[], unsigned count);

/* Whether any step may do something in such a call. */
bool p11l_steps_wanted(const struct p11l_rules *rules, enum p11l_template_use use);

/* Whether a value asks for nothing that an object would not have without it; see spec/rules. */
bool p11l_asks_nothing(const CK_ATTRIBUTE *entry);

/* The attributes that say what a key may do, and how many they are. */
extern const CK_ATTRIBUTE_TYPE p11l_usages[];
extern const unsigned p11l_usage_count;
bool p11l_is_usage(CK_ATTRIBUTE_TYPE type);

/*
 * The class and key type that a mechanism makes, each P11L_ANY where it leaves a choice. True when
 * a template may not say anything else.
 */
bool p11l_implied(CK_MECHANISM_TYPE mechanism, CK_ULONG *class, CK_ULONG *key_type);

/*
 * The row of the configuration (ATTR-1) that decides about an attribute: the first that fits, the
 * user's before the profile's. NULL when none does, or when the rule is off.
 */
const struct p11l_attribute_rule *p11l_attribute_row(const struct p11l_rules *rules,
        enum p11l_template_use use, CK_ULONG class, CK_ULONG key_type, CK_ATTRIBUTE_TYPE type);

#endif
