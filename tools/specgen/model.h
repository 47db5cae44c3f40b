/* SPDX-License-Identifier: MIT */
/*
 * The rows of spec/ in memory. The read_*.c files fill it row by row, the check*.c files find
 * what is wrong and resolve names to indices, the out_*.c files print it.
 */
#ifndef SPECGEN_MODEL_H
#define SPECGEN_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MAX_PARAMS       10
#define MAX_ALTERNATIVES 3 /* P11L_MECHANISM_STRUCTS */
#define MAX_DER          127
#define MAX_OCTETS       72  /* of a coordinate */
#define MAX_FUNCTIONS    128 /* bits of a rule's places */
#define MAX_NUMBERS      30  /* as shim/normalise/learned.h has room for */
#define NOWHERE          SIZE_MAX

/* Where a row stands, for messages. */
struct place {
	const char *file;
	unsigned line;
};

enum since { SINCE_2_40, SINCE_3_0, SINCE_3_1, SINCE_3_2 };
enum style { STYLE_ENUM, STYLE_FLAGS, STYLE_VALUE };
enum secrecy { SECRECY_PUBLIC, SECRECY_DATA, SECRECY_KEY, SECRECY_PIN };
enum direction { DIRECTION_NONE, DIRECTION_IN, DIRECTION_OUT, DIRECTION_IO };

enum length {
	LENGTH_NONE,
	LENGTH_MEMBER,
	LENGTH_POINTED,
	LENGTH_BITS,
	LENGTH_CONSTANT,
	LENGTH_INLINE,
};

enum role_id {
	ROLE_ULONG,
	ROLE_BOOL,
	ROLE_BYTE,
	ROLE_ENUM,
	ROLE_FLAGS,
	ROLE_SESSION,
	ROLE_SLOT,
	ROLE_OBJECT,
	ROLE_LENGTH,
	ROLE_BYTES,
	ROLE_BIGINT,
	ROLE_TEXT,
	ROLE_STRING,
	ROLE_DATE,
	ROLE_STRUCT,
	ROLE_MECHANISM,
	ROLE_MESSAGE_MECHANISM,
	ROLE_TEMPLATE,
	ROLE_PARAMETER,
	ROLE_OPAQUE,
	ROLE_ULONGS,
	ROLE_ENUMS,
	ROLE_CERTIFICATE,
	ROLE_EC_PARAMS,
	ROLE_NAME,
	ROLE_PARAMETER_SET,
	ROLES
};

/* Where a role may stand. */
enum use { USE_MEMBER = 1, USE_ATTRIBUTE = 2, USE_MECHANISM = 4 };

enum argument { ARGUMENT_NONE, ARGUMENT_SPACE, ARGUMENT_SECRECY, ARGUMENT_STRUCT };
enum need { NEVER, MAY, MUST };

/* The C types a role goes with: one by name, or a family. */
enum family {
	FAMILY_NAMED,
	FAMILY_ULONG,
	FAMILY_BYTE,
	FAMILY_NUMBER,
	FAMILY_OCTETS,
	FAMILY_STRUCT,
	FAMILY_VOID,
	FAMILY_ADDRESS,
};

/* Whether the value stands in the member itself or behind a pointer. */
enum shape { SHAPE_ANY, SHAPE_BLOCK, SHAPE_POINTER };

struct role_rule {
	const char *name;
	unsigned use;
	enum argument argument;
	enum need length;
	enum shape shape;
	enum family family;
	const char *ctype; /* FAMILY_NAMED */
};

extern const struct role_rule role_rules[ROLES];

struct role {
	enum role_id id;
	const char *argument;
	enum secrecy secrecy;
	enum length length;
	const char *length_member; /* the name, until check.c has set length_ref */
	size_t length_ref;
	size_t ref; /* the space or struct meant; NOWHERE when none */
};

struct constant {
	struct place place;
	const char *name;
	uint64_t value;
	enum since since;
	bool alias;
};

struct space {
	struct place place;
	const char *id;
	const char *ctype;
	enum style style;
	struct constant *constant;
	size_t count;
	size_t number; /* in P11L_SPACE_...; NOWHERE for STYLE_VALUE */
};

struct type {
	struct place place;
	const char *name;
	const char *base;
	const char *root; /* the C type at the bottom: CK_ULONG, CK_LONG or CK_BYTE */
	enum since since;
	const char *space;
	size_t ref; /* the space; NOWHERE when none */
};

struct member {
	struct place place;
	const char *ctype;
	const char *base; /* ctype without _PTR */
	const char *name;
	unsigned pointers; /* how many _PTR */
	unsigned dim;      /* FIELD[dim]; 0 when no array */
	enum direction direction;
	struct role role;
};

/* A struct with its fields. */
struct record {
	struct place place;
	const char *name;
	enum since since;
	bool internal;
	struct member *member;
	size_t count;
};

struct function {
	struct place place;
	const char *name; /* C_Sign */
	enum since since;
	size_t group;
	struct member *member;
	size_t count;
	uint16_t *rv; /* ascending, each once */
	size_t rv_count;
};

struct attribute {
	struct place place;
	const char *name;
	uint64_t value;
	struct role role;
};

struct mechanism {
	struct place place;
	const char *name;
	uint64_t value;
	char *parameter; /* the field of the row */
	struct role role;
	bool has_parameter;
	const char *message; /* the struct's name, or NULL */
	size_t parameter_struct[MAX_ALTERNATIVES];
	size_t message_struct;
	unsigned operations;
};

/* A row of returns.spec: a group of codes, or a function's codes and groups. */
struct returns {
	struct place place;
	bool group;
	const char *name;
	char **code;
	size_t count;
};

/* The domain parameters of a curve: rows "p HEX" and so on, in this order. */
#define DOMAIN_ROWS "pabxyn"
#define DOMAINS     (sizeof DOMAIN_ROWS - 1)

struct curve {
	struct place place;
	char **name; /* the name, then its aliases */
	size_t count;
	const char *oid;
	uint8_t der[MAX_DER];
	size_t length;
	unsigned octets;             /* of a coordinate */
	const char *key;             /* the key type; NULL: CKK_EC */
	const char *domain[DOMAINS]; /* in hex, all or none */
};

/* A layer of normalise, from the application down to the vendor. */
struct layer {
	const char *name;
	const char *text;
};

enum level { LEVEL_FIX, LEVEL_PORTABLE, LEVEL_PROFILE, LEVEL_TRACE, LEVEL_DECLINED, LEVELS };
enum words { WORDS_QUIRK, WORDS_SEEN, WORDS_DOES, WORDS_NEVER, WORDS_WHY, WORDS_NOTE, WORDS };

/* Where a rule acts: bit i % 64 of functions[i / 64] is function number i. */
struct rule_at {
	size_t layer;
	uint64_t functions[MAX_FUNCTIONS / 64];
};

struct rule {
	struct place place;
	const char *id;
	size_t family;
	enum level level;
	bool built_in;
	struct rule_at *at;
	size_t count;
	const char *words[WORDS]; /* NULL when the rule has none */
};

/* The rules of one file of spec/rules. */
struct rules {
	struct place place;
	const char *name;
	const char *title; /* NULL until its file is read */
};

/* What a row of numbers.spec is about. */
enum number_kind { NUMBER_MECHANISM, NUMBER_KEY_TYPE, NUMBER_KDF, NUMBER_MAKES };

/* A vendor's own number. */
struct number {
	struct place place;
	enum number_kind kind;
	const char *rule_id, *name;
	const char *as_name; /* NULL when there is none */
	uint64_t standard, vendor;
	size_t rule;
	size_t as; /* the row that decides whether this one holds; often itself */
};

/* What a row of getters.spec hands out. */
enum getter_kind {
	GETTER_LIST,
	GETTER_INTERFACES,
	GETTER_INTERFACE,
	GETTER_TABLE,
	GETTER_STRINGS,
	GETTER_KINDS
};

struct getter {
	struct place place;
	const char *name;
	enum getter_kind kind;
};

/* A list grows by append(): the count comes first so that the macro can tell the type. */
#define LIST(type)            \
	struct {              \
		type *item;   \
		size_t count; \
	}

struct spec {
	LIST(struct space) spaces;
	LIST(struct type) types;
	LIST(struct record) records;
	LIST(struct function) functions;
	LIST(const char *) groups;
	LIST(struct attribute) attributes;
	LIST(struct mechanism) mechanisms;
	LIST(struct returns) returns;
	LIST(struct curve) curves;
	LIST(struct layer) layers;
	LIST(struct rules) families;
	LIST(struct rule) rules;
	LIST(struct number) numbers;
	LIST(struct getter) getters;
};

extern struct spec spec;

/* What a C type is once its _PTRs are gone. */
enum kind { KIND_UNKNOWN, KIND_NUMBER, KIND_STRUCT, KIND_VOID, KIND_CALLBACK, KIND_LIST };

struct ctype {
	enum kind kind;
	unsigned pointers;
	char base[96];
	const char *root;            /* KIND_NUMBER */
	size_t space;                /* KIND_NUMBER: the space of the type; NOWHERE when none */
	const struct record *record; /* KIND_STRUCT */
};

/* A type that every Cryptoki header has, below what types.spec adds. */
struct base_type {
	const char *name;
	const char *made_of; /* C spelling */
	const char *root;
};

/* The structs of function pointers. */
struct function_list {
	const char *name;
	enum since since; /* the newest functions it holds */
};

/* A callback's name and its parameters in C. */
struct callback {
	const char *name;
	const char *parameters;
};

#define BASE_TYPES     7
#define FUNCTION_LISTS 3
#define CALLBACKS      5
extern const struct base_type base_types[BASE_TYPES];
extern const struct function_list function_lists[FUNCTION_LISTS];
extern const struct callback callbacks[CALLBACKS];
extern const char *const since_names[];
extern const char *const operation_names[];
extern const size_t operation_count;
extern const char *const level_names[LEVELS];
extern const char *const words_names[WORDS];

/* find.c: look something up by name; NOWHERE or NULL when the spec has none. */
size_t find_space(const char *id);
size_t find_record(const char *name);
size_t find_type(const char *name);
size_t find_function(const char *name);
size_t find_layer(const char *name);
size_t find_family(const char *name);
bool rule_hooks(const struct rule_at *at, size_t function);
size_t find_word(const char *word, const char *const *words, size_t count);
const struct constant *find_constant(const char *name, const char *ctype);
struct ctype find_ctype(const char *name);

/* check.c and its parts: the first mistake ends the program. */
void check_spec(void);
void check_members(void);
void check_facts(void);
void check_rules(void);
void check_numbers(void);
void check_role(const struct place *place, struct role *role, const struct ctype *ctype);

#endif
