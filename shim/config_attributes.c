/* SPDX-License-Identifier: MIT */
/* The rows of sections such as [generate CKO_SECRET_KEY]. */
#define _GNU_SOURCE
#include "config_attributes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_SECTION 48 /* inih cuts what is longer, without a word */

static const struct {
	const char *word;
	unsigned uses;
} operations[] = {
        {"generate", P11L_USE_GENERATE},
        {"create", P11L_USE_CREATE},
        {"unwrap", P11L_USE_UNWRAP},
        {"derive", P11L_USE_DERIVE},
        {"copy", P11L_USE_COPY},
        {"set", P11L_USE_SET},
        {"find", P11L_USE_FIND},
        {"any", P11L_USE_ANY},
};

/*
 * What protects a key or an object. A row may add a default where the application has said
 * nothing; but it may not take the protection away that the application asked for, so that
 * protections are neither dropped nor forced to anything but the stronger value.
 */
static const struct {
	CK_ATTRIBUTE_TYPE type;
	enum { STRONG_FALSE, STRONG_TRUE, NEITHER } strong;
} guarded[] = {
        {CKA_SENSITIVE, STRONG_TRUE},
        {CKA_EXTRACTABLE, STRONG_FALSE},
        {CKA_PRIVATE, STRONG_TRUE},
        {CKA_WRAP_WITH_TRUSTED, STRONG_TRUE},
        {CKA_ALWAYS_AUTHENTICATE, STRONG_TRUE},
        {CKA_MODIFIABLE, STRONG_FALSE},
        {CKA_COPYABLE, STRONG_FALSE},
        {CKA_DESTROYABLE, STRONG_FALSE},
        {CKA_ALLOWED_MECHANISMS, NEITHER},
        {CKA_WRAP_TEMPLATE, NEITHER},
        {CKA_UNWRAP_TEMPLATE, NEITHER},
        {CKA_DERIVE_TEMPLATE, NEITHER},
        {CKA_ENCAPSULATE_TEMPLATE, NEITHER},
        {CKA_DECAPSULATE_TEMPLATE, NEITHER},
};

/* What the token vouches for, and nobody else may state. */
static const CK_ATTRIBUTE_TYPE vouched[] = {
        CKA_LOCAL,
        CKA_ALWAYS_SENSITIVE,
        CKA_NEVER_EXTRACTABLE,
        CKA_KEY_GEN_MECHANISM,
        CKA_UNIQUE_ID,
        CKA_TRUSTED,
};

/* The next of the words that blanks separate; false at the end, or when it is too long. */
static bool next_word(const char **text, char *word, size_t size)
{
	size_t n;

	*text += strspn(*text, " \t");
	n = strcspn(*text, " \t");
	if (n == 0 || n >= size)
		return false;
	memcpy(word, *text, n);
	word[n] = '\0';
	*text += n;
	return true;
}

static unsigned find_operation(const char *word)
{
	for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++)
		if (strcmp(operations[i].word, word) == 0)
			return operations[i].uses;
	return 0;
}

bool p11l_is_attribute_section(const char *section)
{
	char word[MAX_SECTION + 2];

	return next_word(&section, word, sizeof(word)) && find_operation(word) != 0;
}

static bool constant(const char *space, const char *word, CK_ULONG *value)
{
	char *end;

	if (word[0] < '0' || word[0] > '9')
		return p11l_find_constant(space, word, value);
	*value = strtoul(word, &end, 0);
	return *end == '\0' && *value != P11L_ANY;
}

/* One optional word of a section's name. */
static bool parse_kind(
        const char **rest, const char *space, const char *what, CK_ULONG *value, char *error)
{
	char word[MAX_SECTION + 2];

	*value = P11L_ANY;
	if (!next_word(rest, word, sizeof(word)) || constant(space, word, value))
		return true;
	snprintf(error, P11L_ERROR_SIZE,
	        "unknown %s \"%s\" in the name of the section; expected a name of the standard "
	        "or a number",
	        what, word);
	return false;
}

/* OPERATION [CLASS [KEY-TYPE]] */
static bool parse_section(const char *section, struct p11l_attribute_rule *row, char *error)
{
	const char *rest = section;
	char word[MAX_SECTION + 2];

	if (strlen(section) > MAX_SECTION) {
		snprintf(error, P11L_ERROR_SIZE,
		        "the name of section [%s...] is longer than %d characters; write its class "
		        "and key type as numbers",
		        section, MAX_SECTION);
		return false;
	}
	if (!next_word(&rest, word, sizeof(word)))
		return false;
	row->uses = find_operation(word);
	if (!parse_kind(&rest, "object_class", "object class", &row->class, error) ||
	        !parse_kind(&rest, "key_type", "key type", &row->key_type, error))
		return false;
	if (!next_word(&rest, word, sizeof(word)))
		return true;
	snprintf(error, P11L_ERROR_SIZE,
	        "\"%s\" is too much in the name of section [%s]; expected an operation, an object "
	        "class and a key type",
	        word, section);
	return false;
}

static bool parse_type(const char *name, CK_ATTRIBUTE_TYPE *type, char *error)
{
	if (constant("attribute", name, type))
		return true;
	snprintf(error, P11L_ERROR_SIZE,
	        "unknown attribute \"%.60s\"; expected a name of the standard, such as "
	        "CKA_SENSITIVE, or a number",
	        name);
	return false;
}

/* Splits "add VALUE". */
static bool parse_verb(const char *text, struct p11l_attribute_rule *row, const char **value)
{
	static const char *const verbs[] = {[P11L_VERB_ADD] = "add",
	        [P11L_VERB_FORCE] = "force",
	        [P11L_VERB_DROP] = "drop",
	        [P11L_VERB_OMIT] = "omit",
	        [P11L_VERB_OPEN] = "open"};
	char word[8];

	if (!next_word(&text, word, sizeof(word)))
		return false;
	*value = text + strspn(text, " \t");
	for (unsigned i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (strcmp(verbs[i], word) == 0) {
			row->verb = (enum p11l_attribute_verb)i;
			return (**value == '\0') == (row->verb >= P11L_VERB_DROP);
		}
	}
	return false;
}

static bool parse_value(
        const char *name, const char *text, struct p11l_attribute_rule *row, char *error)
{
	CK_BYTE octets[P11L_ATTRIBUTE_OCTETS];
	const char *value = NULL;

	if (!parse_verb(text, row, &value)) {
		snprintf(error, P11L_ERROR_SIZE,
		        "%.60s cannot be \"%.60s\"; expected \"add VALUE\", \"force VALUE\", "
		        "\"drop\", \"omit\" or \"open\", on one line",
		        name, text);
		return false;
	}
	if (row->verb >= P11L_VERB_DROP)
		return true;
	row->size = p11l_attribute_octets(row->type, value, octets);
	if (row->size == 0) {
		snprintf(error, P11L_ERROR_SIZE,
		        "%.60s cannot have the value \"%.60s\"; expected %s", name, value,
		        p11l_attribute_expected(row->type));
		return false;
	}
	row->value = malloc(row->size);
	if (row->value == NULL) {
		snprintf(error, P11L_ERROR_SIZE, "out of memory");
		return false;
	}
	memcpy(row->value, octets, row->size);
	return true;
}

/* Whether a row would take away what the application asked for to protect an object. */
static bool weakens(const struct p11l_attribute_rule *row)
{
	if (row->verb == P11L_VERB_ADD || row->verb >= P11L_VERB_OMIT || row->uses == P11L_USE_FIND)
		return false;
	for (size_t i = 0; i < sizeof(guarded) / sizeof(guarded[0]); i++)
		if (guarded[i].type == row->type)
			return row->verb == P11L_VERB_DROP || guarded[i].strong == NEITHER ||
			       (*(const CK_BYTE *)row->value != CK_FALSE) !=
			               (guarded[i].strong == STRONG_TRUE);
	return false;
}

/* Whether a row would make a statement that is the token's, or bring a key into being. */
static bool fabricates(const struct p11l_attribute_rule *row)
{
	const struct p11l_attribute *known = p11l_find_attribute(row->type);

	if (row->verb >= P11L_VERB_DROP || row->uses == P11L_USE_FIND)
		return false;
	for (size_t i = 0; i < sizeof(vouched) / sizeof(vouched[0]); i++)
		if (vouched[i] == row->type)
			return true;
	return known != NULL && known->value.secrecy == P11L_KEY;
}

static bool is_allowed(const char *name, const struct p11l_attribute_rule *row, char *error)
{
	if (weakens(row))
		snprintf(error, P11L_ERROR_SIZE,
		        "%.60s protects objects, and this would take away what an application "
		        "asked "
		        "for; expected \"add\", or \"force\" with the stronger value",
		        name);
	else if (fabricates(row))
		snprintf(error, P11L_ERROR_SIZE,
		        "%.60s is not for a configuration to state: it is a key, or what the token "
		        "vouches for",
		        name);
	else if (row->verb == P11L_VERB_ADD && row->uses == P11L_USE_SET)
		snprintf(error, P11L_ERROR_SIZE,
		        "%.60s cannot be added to every change of an object; expected \"force\", "
		        "\"drop\" or \"omit\"",
		        name);
	else
		return true;
	return false;
}

/* Whether two rows come from one file. */
static bool same_file(const char *origin, const char *other)
{
	const char *end = strrchr(origin, ':');
	const char *other_end = strrchr(other, ':');

	return end != NULL && other_end != NULL && end - origin == other_end - other &&
	       memcmp(origin, other, (size_t)(end - origin)) == 0;
}

static bool is_twin(const struct p11l_attribute_rule *row, const struct p11l_attribute_rule *other)
{
	return row->uses == other->uses && row->class == other->class &&
	       row->key_type == other->key_type && row->type == other->type &&
	       same_file(row->origin, other->origin);
}

static bool is_new(const struct p11l_config *config, const char *name,
        const struct p11l_attribute_rule *row, char *error)
{
	for (unsigned i = 0; i < config->attributes; i++) {
		if (!is_twin(row, &config->attribute[i]))
			continue;
		snprintf(error, P11L_ERROR_SIZE,
		        "%.60s has a row for the same objects at %.200s; keep one", name,
		        config->attribute[i].origin);
		return false;
	}
	return true;
}

/* Behind the rows of the same file, which stand first. */
static bool insert(struct p11l_config *config, const struct p11l_attribute_rule *row)
{
	size_t size = (config->attributes + 1) * sizeof(*row);
	struct p11l_attribute_rule *rows = realloc(config->attribute, size);
	unsigned at = 0;

	if (rows == NULL)
		return false;
	while (at < config->attributes && same_file(row->origin, rows[at].origin))
		at++;
	memmove(&rows[at + 1], &rows[at], (config->attributes - at) * sizeof(*row));
	rows[at] = *row;
	config->attribute = rows;
	config->attributes++;
	return true;
}

static void free_row(struct p11l_attribute_rule *row)
{
	free(row->value);
	free(row->origin);
}

bool p11l_config_attribute(struct p11l_config *config, const char *section, const char *name,
        const char *value, const char *origin, char *error)
{
	struct p11l_attribute_rule row = {.origin = strdup(origin)};

	if (row.origin == NULL) {
		snprintf(error, P11L_ERROR_SIZE, "out of memory");
		return false;
	}
	if (!parse_section(section, &row, error) || !parse_type(name, &row.type, error) ||
	        !parse_value(name, value, &row, error) || !is_allowed(name, &row, error) ||
	        !is_new(config, name, &row, error))
		goto fail;
	if (insert(config, &row))
		return true;
	snprintf(error, P11L_ERROR_SIZE, "out of memory");
fail:
	free_row(&row);
	return false;
}

static bool copy_row(struct p11l_attribute_rule *to, const struct p11l_attribute_rule *from)
{
	*to = *from;
	to->origin = strdup(from->origin);
	to->value = from->value != NULL ? malloc(from->size) : NULL;
	if (to->origin == NULL || (to->value == NULL) != (from->value == NULL)) {
		free_row(to);
		return false;
	}
	if (from->value != NULL)
		memcpy(to->value, from->value, from->size);
	return true;
}

bool p11l_attributes_copy(struct p11l_config *to, const struct p11l_config *from)
{
	if (from->attributes == 0)
		return true;
	to->attribute = calloc(from->attributes, sizeof(to->attribute[0]));
	while (to->attribute != NULL && to->attributes < from->attributes &&
	        copy_row(&to->attribute[to->attributes], &from->attribute[to->attributes]))
		to->attributes++;
	return to->attributes == from->attributes;
}

void p11l_attributes_free(struct p11l_config *config)
{
	for (unsigned i = 0; i < config->attributes; i++)
		free_row(&config->attribute[i]);
	free(config->attribute);
	config->attribute = NULL;
	config->attributes = 0;
}
