/* SPDX-License-Identifier: MIT */
/*
 * What the tests of rules stand on: the twisting vendor (tests/twist/README.md) over a real module,
 * with and without the lens in front of it. One file per family of rules; example.c shows how.
 *
 * A test is a body that looks at one behaviour and says whether it is the standard's. check_rule
 * runs that body four times, each time in a process and on a token of its own:
 *
 *     twisted vendor alone                must not be the standard's   (the twist works)
 *     twisted vendor, lens                must be, with a note         (the rule works)
 *     twisted vendor, lens without rule   must not be                  (it is this rule)
 *     ordinary vendor, lens               must be, without a note      (and it does no harm)
 *
 * Bodies may assert what is no question of the rule; a failed assertion always fails the test.
 */
#ifndef RULES_H
#define RULES_H

#include "harness.h"
#include "twist/twist.h"

#define USER_PIN "1234"
#define SO_PIN   "so-1234"

struct setting {
	const char *rule;    /* "ECP-1" */
	const char *twist;   /* directives, separated by commas or newlines; NULL for none */
	const char *like;    /* and those of tests/twist/vendors/NAME.twist */
	const char *level;   /* of normalise: "fix" when NULL */
	const char *enable;  /* further rules: "ECP-4+BUF-2" */
	const char *profile; /* "none" when NULL, so that a profile decides nothing */
	const char *keys;    /* further lines for [normalise], each with its newline */
	const char *config;  /* text of whole sections, behind that */
	const char *trace;   /* options of the trace, such as ",layers=app+vendor" */
	const char *module;  /* behind the twist; SoftHSM when NULL */

	/* Which table: that of C_GetFunctionList by default. The twist needs "interface 3.0" too.
	 */
	CK_VERSION table;

	bool opt_in;  /* the rule is off until it is named in normalise.enable */
	bool native;  /* the module shows the quirk without a twist: no run of the fourth kind */
	bool silent;  /* the rule leaves no note, because it changes nothing that is seen */
	bool crashes; /* without the rule the body ends by a signal, not by its answer */
	bool bare;    /* nothing is initialised yet: the body does all by itself */
};

/* What a body works with. */
struct subject {
	const struct setting *setting;
	bool lens; /* else the twisted vendor is asked directly */
	CK_FUNCTION_LIST_3_2 *p11;
	CK_SLOT_ID slot;
	CK_SESSION_HANDLE session; /* read/write, the user logged in; none yet when bare */
};

/* Says whether what it sees is what the standard says. */
typedef bool (*rule_body)(struct subject *s);

/* The four runs; fails the test with a message that says which of them went wrong. */
void check_rule(const struct setting *setting, rule_body conforms);

/* Single runs: what the body answered. */
bool without_lens(const struct setting *setting, rule_body body);
bool with_lens(const struct setting *setting, rule_body body);

/* The trace of the last run, and how many notes with this rule it has; any rule for NULL. */
const char *run_trace(void);
size_t notes(const char *rule);

/* In a body: vendor calls as the twisted vendor counted them. */
unsigned calls(const char *function);
size_t sequence(struct twist_seen *seen, size_t room);
unsigned overlaps(void);
void forget_calls(void);
void *twist_symbol(const char *name);

/* In a body: sessions. */
void login(struct subject *s);
void logout(struct subject *s);
CK_SESSION_HANDLE another_session(struct subject *s);

/* In a body: keys. They must come to be; what is given goes behind the usual template. */
struct key_pair {
	CK_OBJECT_HANDLE public, private;
};
struct key_pair ec_pair(struct subject *s, const char *curve);
struct key_pair ec_pair_with(struct subject *s, const char *curve, const CK_ATTRIBUTE *more,
        CK_ULONG count); /* both halves */
struct key_pair edwards_pair(struct subject *s, const char *curve);
struct key_pair rsa_pair(struct subject *s, CK_ULONG bits);
CK_OBJECT_HANDLE aes_key(struct subject *s, CK_ULONG size);
CK_OBJECT_HANDLE aes_key_with(
        struct subject *s, CK_ULONG size, const CK_ATTRIBUTE *more, CK_ULONG count);

/* The DER object identifier of a curve: "secp256r1", "edwards25519" ... */
struct octets {
	uint8_t at[1024];
	CK_ULONG size;
};
struct octets curve_oid(const char *curve);

/* One attribute, which must be there; or what comes instead. */
struct octets read_attribute(struct subject *s, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type);
CK_RV try_attribute(
        struct subject *s, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type, struct octets *value);

/* Signs 32 octets, and verifies; the mechanism without a parameter. */
struct octets sign(struct subject *s, CK_MECHANISM_TYPE type, CK_OBJECT_HANDLE key);
CK_RV verify(struct subject *s, CK_MECHANISM_TYPE type, CK_OBJECT_HANDLE key,
        const struct octets *signature);

/* An attribute for a template: ATTRIBUTE(CKA_TOKEN, value) of a variable. */
#define ATTRIBUTE(type, value)                  \
	{                                       \
		(type), &(value), sizeof(value) \
	}

extern CK_BBOOL yes, no;

#endif
