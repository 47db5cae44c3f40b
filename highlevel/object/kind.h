/* SPDX-License-Identifier: MIT */
/* What the standard says of attributes. */
#ifndef P11L_OBJECT_KIND_H
#define P11L_OBJECT_KIND_H

#include "cryptoki.h"

#include <stdbool.h>

enum p11l_kind_of_value { P11L_VALUE_BOOL, P11L_VALUE_ULONG, P11L_VALUE_DATE, P11L_VALUE_OTHER };

enum p11l_kind_of_value p11l_value_kind(CK_ATTRIBUTE_TYPE type);

/* Octets that its values have, or otherwise where they differ. */
CK_ULONG p11l_value_room(CK_ATTRIBUTE_TYPE type, CK_ULONG otherwise);

/* Whether its value is secret in an object of this class (P11L_NONE: unknown). */
bool p11l_value_is_secret(CK_ATTRIBUTE_TYPE type, CK_OBJECT_CLASS object_class);

/* Whether its value is an array of attributes, which refers to other memory. */
bool p11l_value_is_template(CK_ATTRIBUTE_TYPE type);

/* Whether two values mean the same, as far as that can be told; true when it cannot. */
bool p11l_value_agrees(const CK_ATTRIBUTE *one, const CK_ATTRIBUTE *other);

/* What an object of a class is called: "private key". */
const char *p11l_class_word(CK_OBJECT_CLASS object_class);

/* CKR_ATTRIBUTE_VALUE_INVALID, with record, for a value of another size than the standard's. */
CK_RV p11l_check_values(const CK_ATTRIBUTE *entry, CK_ULONG count);

/* Bits of the field of the curve that CKA_EC_PARAMS names; 0: unknown. */
CK_ULONG p11l_curve_bits(const CK_ATTRIBUTE *ec_params);

#endif
