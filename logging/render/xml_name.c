/* SPDX-License-Identifier: MIT */
#include "xml_name.h"

#include <string.h>

static const char small[] = "abcdefghijklmnopqrstuvwxyz";
static const char capitals[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/* Not of ctype.h, because the host's locale must not matter. */
static bool is_capital(char c)
{
	return c >= 'A' && c <= 'Z';
}

static char to_capital(char c)
{
	if (c < 'a' || c > 'z')
		return c;
	return capitals[c - 'a'];
}

static char to_small(char c)
{
	if (!is_capital(c))
		return c;
	return small[c - 'A'];
}

static void set(struct p11l_xml_name *to, const char *name)
{
	size_t size = strlen(name);

	if (size >= sizeof(to->text))
		size = sizeof(to->text) - 1;
	memcpy(to->text, name, size);
	to->text[size] = '\0';
}

const char *p11l_xml_constant(const char *name)
{
	if (strncmp(name, "CK_", 3) == 0)
		return name + 3;
	return strncmp(name, "CK", 2) == 0 && name[2] != '\0' && name[3] == '_' ? name + 4 : name;
}

/* The name without the letters that say what C type it has. */
static const char *without_type(const char *name)
{
	static const char *const prefixes[] = {"pul", "ph", "ul", "pp", "p", "h", "b"};

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		size_t size = strlen(prefixes[i]);

		if (strncmp(name, prefixes[i], size) == 0 && is_capital(name[size]))
			return name + size;
	}
	return name;
}

/* The test cases of the profiles leave these as they are. */
static bool stays_small(const char *name)
{
	return strcmp(name, "label") == 0 || strcmp(name, "model") == 0 ||
	       strcmp(name, "serialNumber") == 0 || strcmp(name, "utcTime") == 0;
}

void p11l_xml_member(struct p11l_xml_name *to, const struct p11l_function *function,
        const struct p11l_member *member)
{
	/* The pInfo of C_GetSlotInfo is SlotInfo. */
	if (function != NULL && strcmp(member->name, "pInfo") == 0 &&
	        strncmp(function->name, "C_Get", 5) == 0) {
		set(to, function->name + 5);
		return;
	}
	set(to, without_type(member->name));
	if (!stays_small(to->text))
		to->text[0] = to_capital(to->text[0]);
}

/* CK_PRF_DATA_PARAM becomes PrfDataParam. */
static void set_struct(struct p11l_xml_name *to, const struct p11l_struct *row)
{
	bool first = true;
	char *at;

	set(to, p11l_xml_constant(row->name));
	at = to->text;
	for (const char *from = to->text; *from != '\0'; from++) {
		if (*from == '_') {
			first = true;
			continue;
		}
		*at = *from;
		if (!first)
			*at = to_small(*from);
		at++;
		first = false;
	}
	*at = '\0';
}

void p11l_xml_list_element(struct p11l_xml_name *to, struct p11l_type type)
{
	switch (type.role) {
	case P11L_ROLE_SLOT:
		set(to, "SlotID");
		break;
	case P11L_ROLE_OBJECT:
		set(to, "Object");
		break;
	case P11L_ROLE_ENUM:
	case P11L_ROLE_ENUMS:
		set(to, "Type");
		break;
	case P11L_ROLE_STRUCT:
		set_struct(to, &p11l_structs[type.ref]);
		break;
	default:
		set(to, "Value");
	}
}
