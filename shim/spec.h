/* SPDX-License-Identifier: MIT */
/*
 * The facts of spec/ as tables. tools/specgen writes the tables (build/gen/tables.c) and the
 * numbering (build/gen/ids.h); this header says what they look like and how to look things up.
 * Nothing here allocates, locks or changes: all tables are read-only.
 */
#ifndef P11L_SPEC_H
#define P11L_SPEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cryptoki.h"
#include "gen/ids.h" /* P11L_C_Sign, P11L_SPACE_mechanism, P11L_STRUCT_CK_INFO, P11L_GROUP_sign */

/* What a value is; spec/README.md has the words. */
enum p11l_role {
	P11L_ROLE_ULONG,
	P11L_ROLE_BOOL,
	P11L_ROLE_BYTE,
	P11L_ROLE_ENUM,
	P11L_ROLE_FLAGS,
	P11L_ROLE_SESSION,
	P11L_ROLE_SLOT,
	P11L_ROLE_OBJECT,
	P11L_ROLE_LENGTH,
	P11L_ROLE_BYTES,
	P11L_ROLE_BIGINT,
	P11L_ROLE_TEXT,
	P11L_ROLE_STRING,
	P11L_ROLE_DATE,
	P11L_ROLE_STRUCT,
	P11L_ROLE_MECHANISM,
	P11L_ROLE_MESSAGE_MECHANISM,
	P11L_ROLE_TEMPLATE,
	P11L_ROLE_PARAMETER,
	P11L_ROLE_OPAQUE,
	P11L_ROLE_ULONGS,
	P11L_ROLE_ENUMS,
	P11L_ROLE_CERTIFICATE,
	P11L_ROLE_EC_PARAMS,
	P11L_ROLE_NAME,
	P11L_ROLE_PARAMETER_SET,
};

/* How secret a value is, and which word of "reveal" shows it. */
enum p11l_secrecy { P11L_PUBLIC, P11L_DATA, P11L_KEY, P11L_PIN };

enum p11l_direction { P11L_IN = 1, P11L_OUT = 2, P11L_IO = 3 };

/* Where the length (bytes) or count (elements) of a value is found. */
enum p11l_length {
	P11L_LENGTH_NONE,     /* a single value */
	P11L_LENGTH_MEMBER,   /* the value of member number length_ref */
	P11L_LENGTH_POINTED,  /* the CK_ULONG that member number length_ref points to */
	P11L_LENGTH_BITS,     /* member number length_ref counts bits */
	P11L_LENGTH_CONSTANT, /* length_ref itself */
	P11L_LENGTH_INLINE,   /* an array inside the struct; length_ref elements */
};

/* What a value is: its role, its secrecy, and the space (ENUM, FLAGS) or struct (STRUCT) meant. */
struct p11l_type {
	uint8_t role;
	uint8_t secrecy;
	uint16_t ref;
};

/* One parameter of a function or one field of a struct. */
struct p11l_member {
	const char *name;
	struct p11l_type type;
	uint8_t direction; /* parameters only */
	bool pointer;      /* the value lies behind a pointer */
	uint8_t length;    /* enum p11l_length */
	uint8_t size;      /* sizeof one element when it is a number; 0 otherwise */
	uint16_t length_ref;
	uint16_t offset; /* fields only: offsetof */
};

struct p11l_function {
	const char *name;
	const struct p11l_member *param;
	uint8_t count;
	uint8_t group;
	uint8_t major, minor; /* the version of the standard that introduced it */
	const uint16_t *rv;   /* allowed return codes, ascending; ends with 0xffff */
};

struct p11l_struct {
	const char *name;
	const struct p11l_member *field;
	uint16_t count;
	uint16_t size; /* sizeof */
};

struct p11l_constant {
	CK_ULONG value;
	const char *name;
};

/* The named values of one typed space, ascending by value; aliases are not in it. */
struct p11l_space {
	const char *id;
	const struct p11l_constant *constant;
	uint16_t count;
	bool flags;
};

struct p11l_attribute {
	CK_ATTRIBUTE_TYPE type;
	struct p11l_type value;
};

/* Operations a mechanism serves, as bits. */
enum p11l_use {
	P11L_OP_ENCRYPT = 1 << 0,
	P11L_OP_SIGN = 1 << 1,
	P11L_OP_SIGN_RECOVER = 1 << 2,
	P11L_OP_DIGEST = 1 << 3,
	P11L_OP_GENERATE = 1 << 4,
	P11L_OP_GENERATE_PAIR = 1 << 5,
	P11L_OP_WRAP = 1 << 6,
	P11L_OP_DERIVE = 1 << 7,
	P11L_OP_ENCAPSULATE = 1 << 8,
};

#define P11L_MECHANISM_STRUCTS 3
#define P11L_NO_STRUCT         0xffff

struct p11l_mechanism_row {
	CK_MECHANISM_TYPE type;
	bool has_parameter;
	struct p11l_type parameter; /* when it is no struct: role and secrecy */
	uint16_t
	        parameter_struct[P11L_MECHANISM_STRUCTS]; /* alternatives by size; P11L_NO_STRUCT */
	uint16_t message_struct;                          /* P11L_NO_STRUCT when none */
	uint16_t operations;                              /* enum p11l_use */
};

struct p11l_curve {
	const char *name;   /* its other names follow, each behind a NUL; an empty one ends them */
	const uint8_t *oid; /* the complete DER OBJECT IDENTIFIER */
	uint8_t length;
	uint8_t octets;   /* of a coordinate; of a whole point on Edwards and Montgomery curves */
	uint8_t key_type; /* CKK_EC, CKK_EC_EDWARDS or CKK_EC_MONTGOMERY */
	const uint8_t *domain; /* p, a, b, x, y and n, so many octets each; NULL: not listed */
};

/*
 * When a rule of normalise is on: FIX and PORTABLE from that level up, PROFILE when a vendor's
 * profile or the user says so. TRACE and DECLINED change nothing.
 */
enum p11l_rule_level {
	P11L_RULE_FIX,
	P11L_RULE_PORTABLE,
	P11L_RULE_PROFILE,
	P11L_RULE_TRACE,
	P11L_RULE_DECLINED,
};

/* Where a rule acts: its layer, and the functions it hooks there (bit i is function number i). */
struct p11l_rule_at {
	uint8_t layer;
	uint64_t functions[2];
};

struct p11l_rule {
	const char *id;    /* "ECP-1" */
	const char *quirk; /* what deviates */
	const char *does;  /* what the lens does about it; for TRACE and DECLINED why nothing */
	uint8_t family;
	uint8_t level; /* enum p11l_rule_level */
	uint8_t places;
	const struct p11l_rule_at *at;
};

struct p11l_family {
	const char *name; /* "ecp" */
	const char *title;
};

enum p11l_number_kind {
	P11L_NUMBER_MECHANISM,
	P11L_NUMBER_KEY_TYPE,
	P11L_NUMBER_KDF,   /* of CK_ECDH1_DERIVE_PARAMS and its kin */
	P11L_NUMBER_MAKES, /* a mechanism that makes keys of the type that standard is */
};

/* A vendor's own number for what the standard has a number for. */
struct p11l_number {
	const char *name; /* the standard's */
	uint8_t kind;     /* enum p11l_number_kind */
	uint16_t rule;    /* that uses one for the other */
	CK_ULONG standard, vendor;
	uint8_t as; /* the row of the mechanism by which a module shows whose numbers it has */
};

#define P11L_MAX_PARAMS 10

extern const struct p11l_function p11l_functions[P11L_FUNCTIONS];
extern const struct p11l_struct p11l_structs[P11L_STRUCTS];
extern const struct p11l_space p11l_spaces[P11L_SPACES];
extern const char *const p11l_groups[P11L_GROUPS];
extern const struct p11l_attribute p11l_attributes[]; /* ascending by type */
extern const size_t p11l_attribute_count;
extern const struct p11l_mechanism_row p11l_mechanisms[]; /* ascending by type */
extern const size_t p11l_mechanism_count;
extern const struct p11l_curve p11l_curves[];
extern const size_t p11l_curve_count;
extern const struct p11l_rule p11l_rules[P11L_RULES];
extern const struct p11l_family p11l_families[P11L_FAMILIES];
extern const char *const p11l_layers[P11L_LAYERS]; /* from the application down to the vendor */
extern const struct p11l_number p11l_numbers[P11L_NUMBERS];

/* The name of a value in a space, or NULL when the standard has none. */
const char *p11l_name(unsigned space, CK_ULONG value);

/* The value of a name (aliases not among them) in the space with this id; false when unknown. */
bool p11l_find_constant(const char *space, const char *name, CK_ULONG *value);

/* The row of an attribute or a mechanism, or NULL when the standard has none. */
const struct p11l_attribute *p11l_find_attribute(CK_ATTRIBUTE_TYPE type);
const struct p11l_mechanism_row *p11l_find_mechanism(CK_MECHANISM_TYPE type);

/* The curve whose DER object identifier these octets are, or NULL. */
const struct p11l_curve *p11l_find_curve(const uint8_t *der, size_t length);

/* The curve that has this among its names, in capitals or not, or NULL. */
const struct p11l_curve *p11l_find_curve_named(const char *name, size_t length);

/* The index of a function by its full name ("C_Sign"), or -1. */
int p11l_find_function(const char *name);

#endif
