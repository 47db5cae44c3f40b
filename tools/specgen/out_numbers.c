/* SPDX-License-Identifier: MIT */
/* The table of vendors' own numbers. */
#include <inttypes.h>

#include "out.h"

void out_numbers(void)
{
	static const char *const kinds[] = {
	        [NUMBER_MECHANISM] = "P11L_NUMBER_MECHANISM",
	        [NUMBER_KEY_TYPE] = "P11L_NUMBER_KEY_TYPE",
	        [NUMBER_KDF] = "P11L_NUMBER_KDF",
	        [NUMBER_MAKES] = "P11L_NUMBER_MAKES",
	};
	char text[TEXT];

	put("\nconst struct p11l_number p11l_numbers[P11L_NUMBERS] = {\n");
	for (size_t i = 0; i < spec.numbers.count; i++) {
		const struct number *number = &spec.numbers.item[i];

		put("\t{\"%s\", %s, %s, 0x%08" PRIx64 ", 0x%08" PRIx64 ", %zu},\n", number->name,
		        kinds[number->kind],
		        rule_name(text, "P11L_RULE_", &spec.rules.item[number->rule]),
		        number->standard, number->vendor, number->as);
	}
	put("};\n");
}
