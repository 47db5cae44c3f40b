/* SPDX-License-Identifier: MIT */
/* The standard's names of numbers. */
#include "highlevel/internal.h"
#include "shim/spec.h"

#include <string.h>

/* Which typed space a prefix stands for. */
static const struct {
	const char *prefix;
	unsigned space;
} prefixes[] = {
        {"CKM_", P11L_SPACE_mechanism},
        {"CKA_", P11L_SPACE_attribute},
        {"CKK_", P11L_SPACE_key_type},
        {"CKO_", P11L_SPACE_object_class},
        {"CKR_", P11L_SPACE_rv},
        {"CKC_", P11L_SPACE_certificate_type},
        {"CKU_", P11L_SPACE_user},
};

const char *p11l_constant_name(const char *prefix, CK_ULONG value)
{
	for (size_t i = 0; prefix != NULL && i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (strcmp(prefixes[i].prefix, prefix) == 0)
			return prefixes[i].space == P11L_SPACE_rv
			               ? p11l_rv_name(value)
			               : p11l_name(prefixes[i].space, value);
	return NULL;
}

CK_RV p11l_constant(const char *name, CK_ULONG *value)
{
	if (name == NULL)
		return p11l_bad_argument("name");
	if (value == NULL)
		return p11l_bad_argument("value");
	for (unsigned i = 0; i < P11L_SPACES; i++)
		if (p11l_find_constant(p11l_spaces[i].id, name, value))
			return CKR_OK;
	return p11l_refuse(CKR_ARGUMENTS_BAD, "name", NULL,
	        "%.60s is not the name of a constant in PKCS #11 3.2", name);
}
