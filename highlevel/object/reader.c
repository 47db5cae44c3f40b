/* SPDX-License-Identifier: MIT */
/*
 * The usual attributes of objects, by one call for each object. What an object does not have, or
 * what does not fit, is marked in the result, as the standard wants. Some modules rather fail as a
 * whole; then the object is read in smaller pieces, and what was in the way is left out for those
 * of its kind that come after it.
 */
#define _DEFAULT_SOURCE /* explicit_bzero */
#include "parts.h"

#include <stdlib.h>
#include <string.h>

#define ROOM_LABEL  512
#define ROOM_ID     256
#define ROOM_NUMBER 1024  /* 8192 bits */
#define ROOM_OTHER  16384 /* of what is wanted beside the usual */
#define UNTOUCHED   0xa5  /* what values begin with before they are read */
#define MARK        16    /* so many octets of it */

#define BIT(n) (1u << (n))
#define DATA   BIT(CKO_DATA)
#define CERT   BIT(CKO_CERTIFICATE)
#define PUB    BIT(CKO_PUBLIC_KEY)
#define PRIV   BIT(CKO_PRIVATE_KEY)
#define SECR   BIT(CKO_SECRET_KEY)
#define DOMAIN BIT(CKO_DOMAIN_PARAMETERS)
#define KEYS   (PUB | PRIV | SECR)
#define STORED (DATA | CERT | KEYS | DOMAIN)
#define ANY    0xffffffffu

/* Families of key types that have the same attributes. */
enum family { RSA = 1, PRIME = 2, CURVE = 4, SET = 8, LENGTH = 16, ALL = 31 };

/* The usual attributes: how much room they get, and which objects have them. */
static const struct {
	CK_ATTRIBUTE_TYPE type;
	uint16_t room; /* 0: by the standard */
	uint8_t families;
	uint32_t classes;
} usual[] = {
        {CKA_CLASS, 0, ALL, ANY},
        {CKA_KEY_TYPE, 0, ALL, KEYS | DOMAIN},
        {CKA_CERTIFICATE_TYPE, 0, ALL, CERT},
        {CKA_LABEL, ROOM_LABEL, ALL, STORED},
        {CKA_ID, ROOM_ID, ALL, KEYS | CERT},
        {CKA_TOKEN, 0, ALL, STORED},
        {CKA_PRIVATE, 0, ALL, STORED},
        {CKA_EXTRACTABLE, 0, ALL, PRIV | SECR},
        {CKA_SENSITIVE, 0, ALL, PRIV | SECR},
        {CKA_ALWAYS_AUTHENTICATE, 0, ALL, PRIV},
        {CKA_ENCRYPT, 0, ALL, PUB | SECR},
        {CKA_DECRYPT, 0, ALL, PRIV | SECR},
        {CKA_SIGN, 0, ALL, PRIV | SECR},
        {CKA_SIGN_RECOVER, 0, RSA, PRIV},
        {CKA_VERIFY, 0, ALL, PUB | SECR},
        {CKA_VERIFY_RECOVER, 0, RSA, PUB},
        {CKA_WRAP, 0, ALL, PUB | SECR},
        {CKA_UNWRAP, 0, ALL, PRIV | SECR},
        {CKA_DERIVE, 0, ALL, KEYS},
        {CKA_ENCAPSULATE, 0, SET, PUB},
        {CKA_DECAPSULATE, 0, SET, PRIV},
        {CKA_MODULUS, ROOM_NUMBER, RSA, PUB | PRIV},
        {CKA_PUBLIC_EXPONENT, 128, RSA, PUB | PRIV},
        {CKA_PRIME, ROOM_NUMBER, PRIME, PUB | PRIV | DOMAIN},
        {CKA_EC_PARAMS, 512, CURVE, PUB | PRIV},
        {CKA_EC_POINT, 256, CURVE, PUB},
        {CKA_PARAMETER_SET, 0, SET, PUB | PRIV},
        {CKA_VALUE_LEN, 0, LENGTH, SECR},
        {CKA_UNIQUE_ID, 128, ALL, ANY},
};
#define USUAL       (sizeof(usual) / sizeof(usual[0]))
#define LESSON_BITS 64

/* How far the reading of an attribute has got. */
enum state {
	ASK,  /* is asked for in the next call */
	WAIT, /* will be, when the class is known */
	LATE, /* alone, because others of this kind have not got it */
	HAVE,
	LACK, /* the object has or tells none, or it is longer than the room */
	SKIP  /* objects of this kind have none */
};

struct p11l_item {
	CK_ATTRIBUTE_TYPE type;
	CK_ULONG room;
	enum state state;
	CK_ULONG at; /* in the arena */
};

/* What an object is known by, so that it is asked for even where others of its kind have none. */
static const CK_ATTRIBUTE_TYPE essential[] = {
        CKA_LABEL, CKA_ID, CKA_TOKEN, CKA_ALWAYS_AUTHENTICATE};

static bool is_essential(CK_ATTRIBUTE_TYPE type)
{
	for (size_t i = 0; i < sizeof(essential) / sizeof(essential[0]); i++)
		if (essential[i] == type)
			return true;
	return false;
}

static const struct {
	CK_KEY_TYPE key_type;
	enum family family;
} families[] = {
        {CKK_RSA, RSA},
        {CKK_DSA, PRIME},
        {CKK_DH, PRIME},
        {CKK_X9_42_DH, PRIME},
        {CKK_EC, CURVE},
        {CKK_EC_EDWARDS, CURVE},
        {CKK_EC_MONTGOMERY, CURVE},
        {CKK_ML_KEM, SET},
        {CKK_ML_DSA, SET},
        {CKK_SLH_DSA, SET},
};

static unsigned family_of(CK_OBJECT_CLASS object_class, CK_KEY_TYPE key_type)
{
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
		if (families[i].key_type == key_type)
			return families[i].family;
	return object_class == CKO_SECRET_KEY && key_type != P11L_NONE ? LENGTH : ALL;
}

bool p11l_is_usual(CK_ATTRIBUTE_TYPE type)
{
	for (size_t i = 0; i < USUAL; i++)
		if (usual[i].type == type)
			return true;
	return false;
}

/* Whether objects of this kind have the usual attribute number i. */
static bool applies(size_t i, CK_OBJECT_CLASS object_class, CK_KEY_TYPE key_type)
{
	unsigned family = family_of(object_class, key_type);

	bool is_of_class = object_class >= 32 || (STORED & BIT(object_class)) == 0 ||
	                   (usual[i].classes & BIT(object_class)) != 0;

	return is_of_class && (usual[i].families & family) != 0;
}

bool p11l_is_of_session(CK_RV rv)
{
	switch (rv) {
	case CKR_SESSION_HANDLE_INVALID:
	case CKR_SESSION_CLOSED:
	case CKR_CRYPTOKI_NOT_INITIALIZED:
	case CKR_DEVICE_REMOVED:
	case CKR_TOKEN_NOT_PRESENT:
	case CKR_TOKEN_NOT_RECOGNIZED:
	case CKR_USER_NOT_LOGGED_IN:
	case CKR_HOST_MEMORY:
		return true;
	default:
		return false;
	}
}

/* --- Making one */

static bool is_among(const struct p11l_reader *reader, CK_ATTRIBUTE_TYPE type)
{
	for (CK_ULONG i = 0; i < reader->count; i++)
		if (reader->item[i].type == type)
			return true;
	return false;
}

static void add_item(struct p11l_reader *reader, CK_ATTRIBUTE_TYPE type, CK_ULONG room)
{
	struct p11l_item *item = &reader->item[reader->count];

	if (is_among(reader, type) || p11l_value_is_template(type))
		return;
	*item = (struct p11l_item){
	        .type = type, .room = p11l_value_room(type, room), .at = reader->size};
	reader->size += (item->room + sizeof(CK_ULONG) - 1) & ~(sizeof(CK_ULONG) - 1);
	reader->count++;
}

CK_RV p11l_reader_init(struct p11l_reader *reader, struct p11l_session *session, bool usually,
        const CK_ATTRIBUTE_TYPE *want, CK_ULONG count)
{
	CK_ULONG most = count + (usually ? USUAL : 0);

	memset(reader, 0, sizeof(*reader));
	reader->session = session;
	reader->object_class = reader->key_type = P11L_NONE;
	if (most < count || most > 4096)
		return p11l_refuse(CKR_ARGUMENTS_BAD, "want_count", NULL,
		        "are %lu attributes; no object has so many", count);
	reader->item = calloc(most, sizeof(*reader->item));
	reader->entry = calloc(most, sizeof(*reader->entry));
	reader->found = calloc(most, sizeof(*reader->found));
	if (reader->item == NULL || reader->entry == NULL || reader->found == NULL)
		goto no_memory;
	for (size_t i = 0; usually && i < USUAL; i++)
		add_item(reader, usual[i].type, usual[i].room);
	reader->usual = reader->count;
	for (CK_ULONG i = 0; i < count; i++)
		add_item(reader, want[i], ROOM_OTHER);
	reader->arena = malloc(reader->size + 1);
	if (reader->arena == NULL)
		goto no_memory;
	/* They are about the usual ones. */
	if (usually)
		p11l_lessons_load(session, &reader->lessons);
	for (unsigned i = 0; i < reader->lessons.count; i++)
		reader->lessons.lesson[i].skip &= ((uint64_t)1 << reader->usual) - 1;
	return CKR_OK;
no_memory:
	p11l_reader_free(reader);
	return p11l_no_memory();
}

void p11l_reader_free(struct p11l_reader *reader)
{
	if (reader->arena != NULL)
		explicit_bzero(reader->arena, reader->size);
	free(reader->arena);
	free(reader->found);
	free(reader->entry);
	free(reader->item);
	memset(reader, 0, sizeof(*reader));
}

/* --- One call */

/* Codes by which the standard lets the rest of the attributes be good. */
static bool is_partial(CK_RV rv)
{
	return rv == CKR_ATTRIBUTE_TYPE_INVALID || rv == CKR_ATTRIBUTE_SENSITIVE ||
	       rv == CKR_BUFFER_TOO_SMALL;
}

/* Whether the module has written nothing there, neither a length nor a value. */
static bool is_untouched(const CK_ATTRIBUTE *entry, CK_ULONG room)
{
	const CK_BYTE *octets = entry->pValue;

	if (entry->ulValueLen != room)
		return false;
	for (CK_ULONG i = 0; i < room && i < MARK; i++)
		if (octets[i] != UNTOUCHED)
			return false;
	return true;
}

/* Takes what the call has brought; false when it left something open. */
static bool take(struct p11l_reader *reader, CK_ULONG asked, CK_RV rv)
{
	CK_ULONG open = 0;

	for (CK_ULONG i = 0, n = 0; n < asked; i++) {
		struct p11l_item *item = &reader->item[i];
		const CK_ATTRIBUTE *entry = &reader->entry[n];

		if (item->state != ASK)
			continue;
		n++;
		if (entry->ulValueLen > item->room)
			item->state = LACK;
		else if (rv == CKR_OK || !is_untouched(entry, item->room))
			item->state = HAVE;
		else
			open++;
		if (item->state == HAVE)
			reader->found[reader->found_count++] = *entry;
	}
	return open == 0;
}

/*
 * Asks for all that is to be asked for. CKR_OK when everything has an answer, though it may be that
 * there is no such attribute.
 */
static CK_RV ask(struct p11l_reader *reader, CK_SESSION_HANDLE session, CK_OBJECT_HANDLE handle)
{
	const CK_FUNCTION_LIST_3_2 *functions = reader->session->module->functions;
	CK_ULONG asked = 0, had = reader->found_count;
	bool whole;
	CK_RV rv;

	for (CK_ULONG i = 0; i < reader->count; i++) {
		const struct p11l_item *item = &reader->item[i];

		if (item->state != ASK)
			continue;
		memset(reader->arena + item->at, UNTOUCHED, item->room < MARK ? item->room : MARK);
		reader->entry[asked++] =
		        (CK_ATTRIBUTE){item->type, reader->arena + item->at, item->room};
	}
	if (asked == 0)
		return CKR_OK;
	rv = functions->C_GetAttributeValue(session, handle, reader->entry, asked);
	reader->said = rv;
	if (rv == CKR_OBJECT_HANDLE_INVALID || p11l_is_of_session(rv))
		return rv;
	whole = take(reader, asked, rv);
	/* A call that brought nothing of what most objects have tells nothing of each. */
	if (rv != CKR_OK && reader->found_count == had && asked > 1 &&
	        (reader->usual > 0 || !is_partial(rv)))
		whole = false;
	return whole ? CKR_OK : rv;
}

/* --- Objects whose attributes do not come together */

static void set_states(struct p11l_reader *reader, enum state from, enum state to)
{
	for (CK_ULONG i = 0; i < reader->count; i++)
		if (reader->item[i].state == from)
			reader->item[i].state = to;
}

static CK_ULONG found_ulong(const struct p11l_reader *reader, CK_ATTRIBUTE_TYPE type)
{
	const CK_ATTRIBUTE *found = p11l_attribute_in(reader->found, reader->found_count, type);
	CK_ULONG value = P11L_NONE;

	if (found != NULL && found->ulValueLen == sizeof(value))
		memcpy(&value, found->pValue, sizeof(value));
	return value;
}

static struct p11l_lesson *find_lesson(
        struct p11l_lessons *lessons, CK_OBJECT_CLASS object_class, CK_KEY_TYPE key_type)
{
	for (unsigned i = 0; i < lessons->count; i++)
		if (lessons->lesson[i].object_class == object_class &&
		        lessons->lesson[i].key_type == key_type)
			return &lessons->lesson[i];
	return NULL;
}

/* Puts the lesson of this kind first; there are as many kinds as fit. */
static struct p11l_lesson *recall(
        struct p11l_lessons *lessons, CK_OBJECT_CLASS object_class, CK_KEY_TYPE key_type)
{
	struct p11l_lesson *old = find_lesson(lessons, object_class, key_type);
	struct p11l_lesson lesson = {.object_class = object_class, .key_type = key_type};

	if (old != NULL)
		lesson = *old;
	else if (lessons->count < P11L_READER_LESSONS)
		old = &lessons->lesson[lessons->count++];
	else
		old = &lessons->lesson[P11L_READER_LESSONS - 1];
	memmove(&lessons->lesson[1], &lessons->lesson[0],
	        (size_t)(old - lessons->lesson) * sizeof(lesson));
	lessons->lesson[0] = lesson;
	return &lessons->lesson[0];
}

/* Leaves out what objects of this kind have not, or have refused to tell before. */
static void narrow(struct p11l_reader *reader, enum state from, CK_OBJECT_CLASS object_class,
        CK_KEY_TYPE key_type)
{
	const struct p11l_lesson *lesson = find_lesson(&reader->lessons, object_class, key_type);
	uint64_t skip = lesson != NULL ? lesson->skip : 0;

	for (CK_ULONG i = 0; i < reader->count; i++) {
		struct p11l_item *item = &reader->item[i];

		if (item->state != from)
			continue;
		item->state = ASK;
		if (i < LESSON_BITS && (skip >> i & 1) != 0)
			item->state = is_essential(item->type) ? LATE : SKIP;
		if (i < reader->usual && !applies(i, object_class, key_type))
			item->state = SKIP;
	}
}

static void learn(struct p11l_reader *reader)
{
	struct p11l_lesson *lesson = recall(&reader->lessons, found_ulong(reader, CKA_CLASS),
	        found_ulong(reader, CKA_KEY_TYPE));

	reader->lessons.narrow = true;
	for (CK_ULONG i = 0; i < reader->count && i < LESSON_BITS; i++)
		if (reader->item[i].state == LACK)
			lesson->skip |= (uint64_t)1 << i;
}

/* Asks for one of those that wait, which may fail; a code only when it is worse than that. */
static CK_RV ask_one(
        struct p11l_reader *reader, CK_ULONG i, CK_SESSION_HANDLE session, CK_OBJECT_HANDLE handle)
{
	CK_RV rv;

	reader->item[i].state = ASK;
	rv = ask(reader, session, handle);
	if (rv == CKR_OBJECT_HANDLE_INVALID || p11l_is_of_session(rv))
		return rv;
	if (reader->item[i].state == ASK)
		reader->item[i].state = LACK;
	return CKR_OK;
}

static CK_RV ask_each(struct p11l_reader *reader, enum state which, CK_SESSION_HANDLE session,
        CK_OBJECT_HANDLE handle)
{
	CK_RV rv = CKR_OK;

	for (CK_ULONG i = 0; rv == CKR_OK && i < reader->count; i++)
		if (reader->item[i].state == which)
			rv = ask_one(reader, i, session, handle);
	return rv;
}

/* The class, and where it has one the type of key, each by itself. */
static CK_RV ask_kind(
        struct p11l_reader *reader, CK_SESSION_HANDLE session, CK_OBJECT_HANDLE handle)
{
	static const CK_ATTRIBUTE_TYPE first[] = {CKA_CLASS, CKA_KEY_TYPE};
	CK_RV rv = CKR_OK;

	for (CK_ULONG n = 0; n < 2; n++)
		for (CK_ULONG i = 0; rv == CKR_OK && i < reader->usual; i++)
			if (reader->item[i].type == first[n] && reader->item[i].state == WAIT &&
			        (n == 0 || applies(i, found_ulong(reader, CKA_CLASS), P11L_NONE)))
				rv = ask_one(reader, i, session, handle);
	return rv;
}

/* What kind of object it is first, then what such objects have, at worst one by one. */
static CK_RV ask_in_pieces(
        struct p11l_reader *reader, CK_SESSION_HANDLE session, CK_OBJECT_HANDLE handle)
{
	CK_RV rv, failure = reader->said;

	/* What a failed call has marked means nothing. */
	set_states(reader, LACK, WAIT);
	set_states(reader, ASK, WAIT);
	rv = ask_kind(reader, session, handle);
	if (rv != CKR_OK)
		return rv;
	if (reader->usual > 0 && found_ulong(reader, CKA_CLASS) == P11L_NONE)
		return failure;
	if (reader->usual == 0)
		return ask_each(reader, WAIT, session, handle);
	narrow(reader, WAIT, found_ulong(reader, CKA_CLASS), found_ulong(reader, CKA_KEY_TYPE));
	rv = ask(reader, session, handle);
	if (rv != CKR_OK && rv != CKR_OBJECT_HANDLE_INVALID && !p11l_is_of_session(rv)) {
		set_states(reader, ASK, WAIT);
		set_states(reader, LACK, WAIT);
		rv = ask_each(reader, WAIT, session, handle);
	}
	if (rv == CKR_OK)
		learn(reader);
	return rv;
}

static void begin(struct p11l_reader *reader)
{
	const struct p11l_lesson *last = &reader->lessons.lesson[0];

	reader->found_count = 0;
	for (CK_ULONG i = 0; i < reader->count; i++)
		reader->item[i].state = WAIT;
	if (reader->object_class != P11L_NONE || reader->lessons.count == 0)
		narrow(reader, WAIT, reader->object_class, reader->key_type);
	else
		narrow(reader, WAIT, last->object_class, last->key_type);
}

/* What was left out because the object was taken for one of another kind. */
static bool reconsider(struct p11l_reader *reader)
{
	CK_OBJECT_CLASS object_class = found_ulong(reader, CKA_CLASS);
	CK_KEY_TYPE key_type = found_ulong(reader, CKA_KEY_TYPE);
	bool more = false;

	narrow(reader, SKIP, object_class, key_type);
	for (CK_ULONG i = 0; i < reader->count; i++)
		more = more || reader->item[i].state == ASK;
	if (reader->lessons.narrow)
		recall(&reader->lessons, object_class, key_type);
	return more;
}

CK_RV p11l_reader_read(
        struct p11l_reader *reader, CK_SESSION_HANDLE session, CK_OBJECT_HANDLE handle)
{
	CK_RV rv;

	begin(reader);
	rv = ask(reader, session, handle);
	if (rv == CKR_OBJECT_HANDLE_INVALID || p11l_is_of_session(rv))
		return rv;
	if (rv == CKR_OK && reader->usual > 0 && found_ulong(reader, CKA_CLASS) == P11L_NONE)
		rv = reader->said;
	if (rv == CKR_OK && reader->usual > 0 && reconsider(reader))
		rv = ask(reader, session, handle);
	if (rv == CKR_OBJECT_HANDLE_INVALID || p11l_is_of_session(rv))
		return rv;
	if (rv != CKR_OK) {
		rv = ask_in_pieces(reader, session, handle);
		if (reader->usual > 0)
			p11l_lessons_save(reader->session, &reader->lessons);
	}
	return rv == CKR_OK ? ask_each(reader, LATE, session, handle) : rv;
}

bool p11l_reader_lacks(const struct p11l_reader *reader, CK_ATTRIBUTE_TYPE type)
{
	bool is_key = reader->key_type != P11L_NONE;
	CK_ULONG lacking = 0;
	bool lacks = false;

	for (CK_ULONG i = 0; i < reader->count; i++) {
		if (reader->item[i].state != LACK)
			continue;
		lacking++;
		lacks = lacks || reader->item[i].type == type;
	}
	if (!lacks || p11l_value_kind(type) != P11L_VALUE_OTHER)
		return false;
	/* The code of the call is that of one of them; who knows of which. */
	return reader->said == CKR_BUFFER_TOO_SMALL ||
	       (lacking > 1 && type == CKA_VALUE && !is_key);
}
