/* SPDX-License-Identifier: MIT */
/*
 * From items to tokens. A walk reads an item of a record, finds out what it means with the help of
 * the spec and of what is known of handles, and hands it to a format token by token. Formats only
 * write; they need not know what is where in a record, or what belongs to what.
 */
#ifndef P11L_WALK_H
#define P11L_WALK_H

#include "known.h"
#include "params.h"

enum p11l_token_kind {
	/* Values. */
	P11L_TOKEN_CUT,         /* the record ends here */
	P11L_TOKEN_NONE,        /* not captured */
	P11L_TOKEN_NULL,        /* a null pointer */
	P11L_TOKEN_UNREADABLE,  /* value: the address */
	P11L_TOKEN_ADDRESS,     /* value */
	P11L_TOKEN_LENGTH,      /* length, which is all that is known */
	P11L_TOKEN_UNAVAILABLE, /* CK_UNAVAILABLE_INFORMATION in place of a length */
	P11L_TOKEN_BOOL,        /* value */
	P11L_TOKEN_ENUM,        /* value, of the space type.ref */
	P11L_TOKEN_FLAGS,       /* value, of the space type.ref */
	P11L_TOKEN_NUMBER,      /* value */
	P11L_TOKEN_HANDLE,      /* value: a session or slot */
	P11L_TOKEN_OBJECT,      /* value; known: NULL when nothing is */
	P11L_TOKEN_TEXT,        /* octets, shown of length; padded: filled up with blanks */
	P11L_TOKEN_OCTETS,      /* octets, shown of length */
	P11L_TOKEN_CURVE,       /* the same, and name */
	P11L_TOKEN_NAME,        /* the same: a distinguished name */
	P11L_TOKEN_CERTIFICATE, /* the same: a certificate with a readable subject */
	P11L_TOKEN_HIDDEN,      /* length, secrecy, print */
	/* What has values inside. */
	P11L_TOKEN_LIST,      /* type; shown of length elements */
	P11L_TOKEN_ELEMENT,   /* index, type */
	P11L_TOKEN_TEMPLATE,  /* shown of length attributes */
	P11L_TOKEN_ATTRIBUTE, /* index; value: its type */
	P11L_TOKEN_STRUCT,    /* row */
	P11L_TOKEN_FIELD,     /* index, member */
	P11L_TOKEN_MECHANISM, /* value: its type; empty: no parameter; structured: it is a struct */
};

struct p11l_token {
	enum p11l_token_kind kind;
	unsigned index; /* in the group it belongs to */
	struct p11l_type type;
	bool padded, empty, structured;
	uint8_t secrecy;
	uint32_t print;
	uint64_t value, length;
	const uint8_t *octets;
	size_t shown;
	const char *name;
	const struct p11l_known *known;
	const struct p11l_struct *row;
	const struct p11l_member *member;
};

/* A format: what it writes for a value, and where something with values inside begins and ends. */
struct p11l_walk;
struct p11l_consumer {
	void (*value)(struct p11l_walk *walk, const struct p11l_token *token);
	void (*open)(struct p11l_walk *walk, const struct p11l_token *token);
	void (*close)(struct p11l_walk *walk, const struct p11l_token *token);
};

struct p11l_walk {
	const struct p11l_consumer *to;
	uint64_t session;            /* of the call, for what handles mean */
	CK_MECHANISM_TYPE mechanism; /* of the call, or CKM_VENDOR_DEFINED */
	struct p11l_reader template; /* the one at hand; empty: none */
	bool padded;                 /* text at hand is filled up with blanks */
	unsigned depth;              /* of nesting left */
};

#define P11L_WALK_DEPTH 24 /* of nesting, in a record that is damaged */

struct p11l_walk p11l_walk_start(const struct p11l_consumer *to, const struct p11l_params *params);

/* Hands over the item of a parameter, which must not be missing. */
void p11l_walk_span(
        struct p11l_walk *walk, const struct p11l_member *member, struct p11l_span span);

/*
 * The next flag that is set in *value and has a name, which is taken out of it; NULL when there
 * is none any more. *at is 0 at first.
 */
const char *p11l_next_flag(unsigned space, unsigned *at, uint64_t *value);

/* What is hidden, in a word: data, key or pin. */
const char *p11l_secrecy_name(unsigned secrecy);

/* Text without the blanks at its end. */
size_t p11l_without_blanks(const uint8_t *octets, size_t size);

#endif
