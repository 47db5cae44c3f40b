/* SPDX-License-Identifier: MIT */
#include "text.h"

unsigned p11l_text_role(CK_ATTRIBUTE_TYPE type)
{
	const struct p11l_attribute *row = p11l_find_attribute(type);

	return row != NULL ? row->value.role : P11L_ROLE_OPAQUE;
}

unsigned p11l_text_spaces(const struct p11l_attribute *row, unsigned space[3])
{
	switch (row != NULL ? row->value.role : P11L_ROLE_OPAQUE) {
	case P11L_ROLE_ENUM:
	case P11L_ROLE_ENUMS:
	case P11L_ROLE_FLAGS:
		space[0] = row->value.ref;
		return 1;
	case P11L_ROLE_PARAMETER_SET:
		space[0] = P11L_SPACE_ml_dsa;
		space[1] = P11L_SPACE_slh_dsa;
		space[2] = P11L_SPACE_ml_kem;
		return 3;
	default:
		return 0;
	}
}
