/* SPDX-License-Identifier: MIT */
/*
 * Random reads: what the lens answers is what the vendor says, in the right encoding. Nothing that
 * the vendor keeps to itself comes out, and nothing that only the token may state is made up.
 */
#include "fuzz.h"

#define MOST  6
#define ROOM  64
#define ABYSS 16 /* octets behind each buffer that nobody may write to */

static const CK_ATTRIBUTE_TYPE types[] = {CKA_CLASS, CKA_KEY_TYPE, CKA_MODULUS, CKA_MODULUS_BITS,
        CKA_PUBLIC_EXPONENT, CKA_PRIVATE_EXPONENT, CKA_PRIME_1, CKA_VALUE, CKA_LOCAL,
        CKA_ALWAYS_SENSITIVE, CKA_NEVER_EXTRACTABLE, CKA_TRUSTED, CKA_KEY_GEN_MECHANISM,
        CKA_UNIQUE_ID, CKA_WRAP_WITH_TRUSTED, CKA_COPYABLE, CKA_TOKEN, CKA_PRIVATE, CKA_SENSITIVE,
        CKA_EXTRACTABLE, CKA_ALWAYS_AUTHENTICATE, CKA_SIGN, CKA_DECRYPT, CKA_LABEL, CKA_ID,
        CKA_SUBJECT, CKA_START_DATE, 0x80001234UL};

struct read {
	CK_ULONG count;
	CK_ATTRIBUTE attribute[MOST];
	CK_ULONG room[MOST];
	uint8_t octets[MOST][ROOM + ABYSS];
};

/* What the vendor says about one attribute. */
static CK_RV truth(
        const struct fuzz_reader *reader, CK_ATTRIBUTE_TYPE type, struct fuzz_entry *value)
{
	CK_ATTRIBUTE attribute = {type, value->octets, sizeof(value->octets)};
	CK_RV rv = reader->vendor(reader->session, MOCK_OBJECT, &attribute, 1);

	value->type = type;
	value->is_null = false;
	value->length = attribute.ulValueLen;
	return rv;
}

static void make_read(struct read *read)
{
	memset(read, 0, sizeof(*read));
	memset(read->octets, 0xee, sizeof(read->octets));
	read->count = fuzz_below(MOST + 1);
	for (CK_ULONG i = 0; i < read->count; i++) {
		CK_ATTRIBUTE *attribute = &read->attribute[i];

		attribute->type = types[fuzz_below(COUNT(types))];
		attribute->pValue = fuzz_below(4) != 0 ? read->octets[i] : NULL;
		attribute->ulValueLen = fuzz_below(3) != 0 ? ROOM : fuzz_below(10);
		read->room[i] = attribute->ulValueLen;
	}
}

/* Empty where the vendor has nothing, and the length of a modulus: nothing that vouches for a key.
 */
static bool may_be_made_up(const struct fuzz_reader *reader, const struct fuzz_entry *answer)
{
	struct fuzz_entry modulus;
	CK_ULONG bits = 0;

	switch (answer->type) {
	case CKA_LABEL:
	case CKA_ID:
	case CKA_SUBJECT:
	case CKA_START_DATE:
		return answer->length == 0;
	case CKA_MODULUS_BITS:
		if (answer->is_null)
			return answer->length == sizeof(bits);
		memcpy(&bits, answer->octets, sizeof(bits));
		return truth(reader, CKA_MODULUS, &modulus) == CKR_OK &&
		       bits == 8 * (modulus.length - 2);
	default:
		return false;
	}
}

/* The length that the value has in the encoding of the standard. */
static CK_ULONG right_length(const struct fuzz_entry *value)
{
	CK_ULONG zeros = 0;

	if (fuzz_is_bool(value->type))
		return 1;
	while (fuzz_is_big(value->type) && zeros < value->length && value->octets[zeros] == 0)
		zeros++;
	return value->length - zeros;
}

/* Whether nothing was written where the host's buffer is not. */
static bool stays_inside(const struct read *read, CK_ULONG i)
{
	bool is_null = read->attribute[i].pValue == NULL;

	for (CK_ULONG k = is_null ? 0 : read->room[i]; k < ROOM + ABYSS; k++)
		if (read->octets[i][k] != 0xee)
			return false;
	return true;
}

static const char *judge_value(
        const struct fuzz_reader *reader, const struct read *read, CK_ULONG i)
{
	const CK_ATTRIBUTE *attribute = &read->attribute[i];
	struct fuzz_entry value, answer = {.type = attribute->type};
	CK_RV rv = truth(reader, attribute->type, &value);

	answer.length = attribute->ulValueLen;
	answer.is_null = attribute->pValue == NULL;
	memcpy(answer.octets, read->octets[i], ROOM);
	if (!stays_inside(read, i))
		return "a read writes where it may not";
	if (answer.length == CK_UNAVAILABLE_INFORMATION) {
		if (rv == CKR_OK && (answer.is_null || read->room[i] >= value.length))
			return "what the vendor tells does not come out";
		return NULL;
	}
	if (!answer.is_null && answer.length > read->room[i])
		return "a length is longer than the buffer";
	if (rv == CKR_ATTRIBUTE_SENSITIVE)
		return "what the vendor keeps to itself comes out";
	if (rv != CKR_OK)
		return may_be_made_up(reader, &answer) ? NULL : "a value is made up";
	if (answer.is_null)
		return answer.length == right_length(&value) ? NULL
		                                             : "a size is not that of the value";
	return fuzz_is_same(&answer, &value) ? NULL : "a value means something else";
}

static const char *judge_code(const struct read *read, CK_RV rv)
{
	bool complete = true;

	for (CK_ULONG i = 0; i < read->count; i++)
		complete &= read->attribute[i].ulValueLen != CK_UNAVAILABLE_INFORMATION;
	if (complete)
		return rv == CKR_OK ? NULL : "all is there, and the code says it is not";
	return rv == CKR_ATTRIBUTE_SENSITIVE || rv == CKR_ATTRIBUTE_TYPE_INVALID ||
	                       rv == CKR_BUFFER_TOO_SMALL
	               ? NULL
	               : "something is missing, and the code does not say it";
}

/* With level off the lens answers what the vendor answers, octet by octet. */
static const char *judge_off(const struct fuzz_reader *reader, struct read *through, CK_RV rv)
{
	static struct read direct;
	CK_RV vendor_rv;

	direct = *through;
	memset(direct.octets, 0xee, sizeof(direct.octets));
	for (CK_ULONG i = 0; i < direct.count; i++) {
		direct.attribute[i].ulValueLen = direct.room[i];
		if (direct.attribute[i].pValue != NULL)
			direct.attribute[i].pValue = direct.octets[i];
	}
	vendor_rv = reader->vendor(reader->session, MOCK_OBJECT, direct.attribute, direct.count);
	for (CK_ULONG i = 0; i < direct.count; i++)
		if (direct.attribute[i].ulValueLen != through->attribute[i].ulValueLen)
			return "with level off a length is another";
	if (memcmp(direct.octets, through->octets, sizeof(direct.octets)) != 0)
		return "with level off a value is another";
	return rv == vendor_rv ? NULL : "with level off a code is another";
}

const char *fuzz_read(const struct fuzz_reader *reader, bool is_off, CK_ATTRIBUTE_TYPE *about)
{
	static struct read read;
	const char *wrong = NULL;
	CK_RV rv;

	make_read(&read);
	rv = reader->lens(reader->session, MOCK_OBJECT, read.attribute, read.count);
	if (is_off)
		return judge_off(reader, &read, rv);
	for (CK_ULONG i = 0; i < read.count && wrong == NULL; i++) {
		wrong = judge_value(reader, &read, i);
		*about = read.attribute[i].type;
	}
	return wrong != NULL ? wrong : judge_code(&read, rv);
}
