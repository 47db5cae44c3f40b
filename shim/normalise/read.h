/* SPDX-License-Identifier: MIT */
/*
 * Layer "read": one C_GetAttributeValue. What a rule looks at is read into a buffer of ours, so
 * that the length is known whether the host asks for it or for the value; the rules then repair
 * what came back, and the host is served from that. One vendor call, as long as nothing is wrong.
 */
#ifndef P11L_READ_H
#define P11L_READ_H

#include "layer.h"

#define P11L_READ_ENTRIES 32   /* on the stack; more are put on the heap */
#define P11L_READ_OCTETS  6144 /* the same, of values */
#define P11L_READ_MAX     4096 /* entries of a template; a larger one goes to the vendor as it is */

struct p11l_reading;

/* Repairs a value in a buffer of room octets, and returns how many octets it has then. */
typedef CK_ULONG p11l_repair(struct p11l_reading *reading, CK_ATTRIBUTE_TYPE type, CK_BYTE *value,
        CK_ULONG size, CK_ULONG room);

/* What becomes of one entry of the host's template. */
struct p11l_slot {
	void *to;            /* the host's buffer; NULL: it asks for the length */
	CK_ULONG offered;    /* octets of it */
	CK_BYTE *own;        /* our buffer; NULL: the vendor writes into the host's */
	CK_ULONG room;       /* octets of ours that the vendor may write */
	p11l_repair *repair; /* NULL: the value is a number, a boolean, or left alone */
	uint8_t fixed;       /* octets of a number or boolean; 0 for all else */
	bool secret;         /* can be sensitive */
	bool untouched;      /* the vendor has written neither value nor length */
	bool gone;           /* there is no value, because of: */
	CK_RV code;
};

struct p11l_read_block;

struct p11l_reading {
	p11l_below *below;
	CK_SESSION_HANDLE session;
	CK_OBJECT_HANDLE object;
	const struct p11l_rules *rules;
	CK_ATTRIBUTE *host;  /* the host's template */
	CK_ATTRIBUTE *entry; /* what the vendor gets, and what it answers */
	struct p11l_slot *slot;
	CK_ULONG count;
	CK_RV rv;                      /* the vendor's answer */
	struct p11l_read_block *block; /* what the stack does not hold */
	size_t used;                   /* octets of value */
	bool secret;                   /* a value of ours is to be wiped */
	CK_ATTRIBUTE entries[P11L_READ_ENTRIES];
	struct p11l_slot slots[P11L_READ_ENTRIES];
	_Alignas(CK_ULONG) CK_BYTE value[P11L_READ_OCTETS];
};

/* Memory for as long as the reading lasts; NULL when there is none. */
void *p11l_reading_memory(struct p11l_reading *reading, size_t size);

/* The value of an entry that has been read, or NULL; its size is stored in *size. */
const CK_BYTE *p11l_reading_value(
        const struct p11l_reading *reading, CK_ATTRIBUTE_TYPE type, CK_ULONG *size);

/* Whether an answer says something about each attribute, so that lengths mean something. */
static inline bool p11l_answers(CK_RV rv)
{
	return rv == CKR_OK || rv == CKR_ATTRIBUTE_SENSITIVE || rv == CKR_ATTRIBUTE_TYPE_INVALID ||
	       rv == CKR_BUFFER_TOO_SMALL;
}

/* A code by its name, for notes. */
static inline const char *p11l_rv_name(CK_RV rv)
{
	const char *name = p11l_name(P11L_SPACE_rv, rv);

	return name != NULL ? name : "a code of the vendor's";
}

/* ecp.c: points, and whether one of the rules about them is on that wants the value or the size */
p11l_repair p11l_repair_ec_point;
bool p11l_repairs_ec_point(const struct p11l_rules *rules, bool size);

/* ecpar.c: EC parameters */
p11l_repair p11l_repair_ec_params;
bool p11l_repairs_ec_params(const struct p11l_rules *rules);

/* read_value.c: TPL-7 and TPL-6 */
p11l_repair p11l_repair_big_integer;
CK_ULONG p11l_repair_fixed(const struct p11l_slot *slot, CK_ATTRIBUTE_TYPE type, CK_ULONG size);

/*
 * gav.c: whether attributes that could not be read together are read one by one (GAV-1); the code
 * of an entry for which the vendor has no value, where it answered rv (GAV-2, GAV-3); values that
 * the vendor does not have (GAV-8, GAV-9); a handle that is none, and no attributes (GAV-6).
 */
bool p11l_gav_retries(const struct p11l_reading *reading, CK_RV rv);
CK_RV p11l_gav_code(const struct p11l_reading *reading, const struct p11l_slot *slot, CK_RV rv);
void p11l_gav_fill(struct p11l_reading *reading);
CK_RV p11l_gav_handle(const struct p11l_rules *rules, CK_RV rv);
CK_RV p11l_gav_nothing(p11l_below *below, CK_SESSION_HANDLE session);

#endif
