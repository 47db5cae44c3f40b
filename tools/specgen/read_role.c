/* SPDX-License-Identifier: MIT */
/* name[:argument][[length]] */
#include <string.h>

#include "read.h"

static enum role_id need_role(const struct place *place, const char *name, enum use use)
{
	for (size_t i = 0; i < ROLES; i++) {
		if (strcmp(role_rules[i].name, name) != 0)
			continue;
		if ((role_rules[i].use & (unsigned)use) == 0)
			bad(place, "role '%s' cannot stand here", name);
		return (enum role_id)i;
	}
	bad(place, "unknown role '%s'", name);
}

static enum secrecy need_secrecy(const struct place *place, const struct role *role)
{
	static const char *const words[] = {"public", "data", "key", "pin"};
	const char *name = role_rules[role->id].name;
	size_t secrecy;

	if (role->argument == NULL)
		bad(place, "secrecy missing: write %s:public, :data, :key or :pin", name);
	secrecy = find_word(role->argument, words, 4);
	if (secrecy == NOWHERE)
		bad(place, "unknown secrecy '%s'; public, data, key and pin are known",
		        role->argument);
	return (enum secrecy)secrecy;
}

static void need_argument(const struct place *place, struct role *role)
{
	const struct role_rule *rule = &role_rules[role->id];

	switch (rule->argument) {
	case ARGUMENT_NONE:
		if (role->argument != NULL)
			bad(place, "role '%s' has no argument", rule->name);
		break;
	case ARGUMENT_SECRECY:
		role->secrecy = need_secrecy(place, role);
		break;
	case ARGUMENT_STRUCT:
		if (role->argument == NULL)
			bad(place, "role '%s' needs a struct: %s:NAME", rule->name, rule->name);
		break;
	case ARGUMENT_SPACE:
		/* enum may take the space of its C type; check_role() knows whether there is one */
		if (role->argument == NULL && role->id != ROLE_ENUM)
			bad(place, "role '%s' needs a space: %s:SPACE", rule->name, rule->name);
		break;
	}
}

/* What stands between the brackets. */
static void read_length(const struct place *place, struct role *role, char *text)
{
	char *slash = strchr(text, '/');

	if (*text == '=') {
		role->length = LENGTH_CONSTANT;
		role->length_ref = need_number(place, text + 1, 65535);
		return;
	}
	role->length = LENGTH_MEMBER;
	if (slash != NULL) {
		if (strcmp(slash, "/8") != 0)
			bad(place, "length '%s': only /8 is known", text);
		*slash = '\0';
		role->length = LENGTH_BITS;
	} else if (*text == '*') {
		text++;
		role->length = LENGTH_POINTED;
	}
	if (*text == '\0')
		bad(place, "length without a member");
	role->length_member = text;
}

struct role read_role(const struct place *place, const char *text, enum use use)
{
	struct role role = {.ref = NOWHERE};
	char *name = keep(text, strlen(text));
	char *open = strchr(name, '[');
	char *colon;

	if (open != NULL) {
		char *end = strchr(open, ']');

		if (end == NULL || end[1] != '\0')
			bad(place, "'%s': a length ends the role and stands in brackets", text);
		*end = '\0';
		*open = '\0';
		if (use != USE_MEMBER)
			bad(place, "'%s': only members of functions and structs have lengths",
			        text);
		read_length(place, &role, open + 1);
	}
	colon = strchr(name, ':');
	if (colon != NULL) {
		*colon = '\0';
		role.argument = colon + 1;
	}
	role.id = need_role(place, name, use);
	need_argument(place, &role);
	return role;
}
