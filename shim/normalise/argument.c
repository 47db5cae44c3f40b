/* SPDX-License-Identifier: MIT */
/*
 * Arguments that would end the process in some vendors, answered here (BUF-10, TPL-10), data that
 * is not there but must have an address (BUF-11), and mechanisms that are denied (MI-4). What each
 * parameter is, the spec says: gen/arguments.inc.
 */
#include "layer.h"

#include "mechanism_list.h"

#define MAX_TEMPLATE (1ul << 20) /* attributes; more is not a template but a mistake */

/* A conforming call reaches none of what is marked so. */
#define RARE __attribute__((cold, noinline))

static bool on(unsigned rule)
{
	return p11l_on(p11l_rules_of_module(), rule);
}

/* Where NULL means something: some mechanisms derive no key, and some parts are not the last. */
static bool may_be_null(unsigned function)
{
	return function == P11L_C_DeriveKey || function == P11L_C_SignMessageNext;
}

RARE static bool is_missed(const char *name)
{
	if (!on(P11L_RULE_BUF_10))
		return false;
	p11l_note("BUF-10", "%s is NULL -> CKR_ARGUMENTS_BAD", name);
	return true;
}

/* What stands for no data. */
RARE static CK_BYTE_PTR no_data(void)
{
	static CK_BYTE nothing[1];

	if (!on(P11L_RULE_BUF_11))
		return NULL;
	p11l_note("BUF-11", "no data at NULL -> no data at an address");
	return nothing;
}

RARE static CK_RV refuse_template(const char *what, CK_RV rv)
{
	p11l_note("TPL-10", "%s -> %s", what,
	        rv == CKR_ARGUMENTS_BAD ? "CKR_ARGUMENTS_BAD" : "CKR_ATTRIBUTE_VALUE_INVALID");
	return rv;
}

/* A search, and all that makes an object, has values; a read has buffers, which may be NULL. */
static CK_RV check_values(const CK_ATTRIBUTE *template, CK_ULONG count)
{
	if (!p11l_readable(template, count * sizeof(*template)))
		return refuse_template("a template that cannot be read", CKR_ARGUMENTS_BAD);
	for (CK_ULONG i = 0; i < count; i++)
		if (template[i].pValue == NULL && template[i].ulValueLen != 0)
			return refuse_template("a value that is NULL", CKR_ATTRIBUTE_VALUE_INVALID);
	return CKR_OK;
}

static CK_RV check_template(unsigned function, const CK_ATTRIBUTE *template, CK_ULONG count)
{
	if (count == 0 || !on(P11L_RULE_TPL_10))
		return CKR_OK;
	if (template == NULL)
		return refuse_template("a template that is NULL", CKR_ARGUMENTS_BAD);
	if (function == P11L_C_GetAttributeValue || count > MAX_TEMPLATE)
		return CKR_OK;
	return check_values(template, count);
}

static bool is_denied(const CK_MECHANISM *mechanism)
{
	const struct p11l_rules *rules = p11l_rules_of_module();

	if (!p11l_on(rules, P11L_RULE_MI_4) || !p11l_readable(mechanism, sizeof(*mechanism)) ||
	        !p11l_is_denied(rules, mechanism->mechanism))
		return false;
	p11l_note("MI-4", "a denied mechanism -> CKR_MECHANISM_INVALID");
	return true;
}

#define P11L_ARGUMENT_NEEDED(function, pointer)                                                \
	do {                                                                                   \
		if ((pointer) == NULL && !may_be_null(P11L_##function) && is_missed(#pointer)) \
			return CKR_ARGUMENTS_BAD;                                              \
	} while (0)

#define P11L_ARGUMENT_OCTETS(pointer, length)                                  \
	do {                                                                   \
		if ((pointer) == NULL && (length) != 0 && is_missed(#pointer)) \
			return CKR_ARGUMENTS_BAD;                              \
	} while (0)

#define P11L_ARGUMENT_DATA(pointer, length)             \
	do {                                            \
		P11L_ARGUMENT_OCTETS(pointer, length);  \
		if ((pointer) == NULL && (length) == 0) \
			(pointer) = no_data();          \
	} while (0)

#define P11L_ARGUMENT_TEMPLATE(function, template, count)                        \
	do {                                                                     \
		CK_RV answer = check_template(P11L_##function, template, count); \
                                                                                 \
		if (answer != CKR_OK)                                            \
			return answer;                                           \
	} while (0)

#define P11L_ARGUMENT_MECHANISM(function, mechanism)             \
	do {                                                     \
		if ((mechanism) != NULL && is_denied(mechanism)) \
			return CKR_MECHANISM_INVALID;            \
	} while (0)

#include "gen/arguments.inc"
