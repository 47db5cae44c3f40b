/* SPDX-License-Identifier: MIT */
/* Reading attributes, and templates that are odd. */
#include "facts.h"

#define UNKNOWN_ATTRIBUTE 0x80001234UL

static CK_BYTE value[16] = "0123456789abcdef";

/* A key that no vendor has to guess anything about; a data object where there are no secret keys.
 */
static CK_RV make_object(bool token, CK_OBJECT_HANDLE *object)
{
	CK_BBOOL on_token = token ? CK_TRUE : CK_FALSE;
	CK_ATTRIBUTE template[] = {
	        NUMBER(CKA_CLASS, CKO_SECRET_KEY),
	        NUMBER(CKA_KEY_TYPE, CKK_AES),
	        OCTETS(CKA_TOKEN, &on_token, 1),
	        TRUE_(CKA_PRIVATE),
	        TRUE_(CKA_SENSITIVE),
	        FALSE_(CKA_EXTRACTABLE),
	        OCTETS(CKA_LABEL, value, sizeof(value)),
	        OCTETS(CKA_VALUE, value, sizeof(value)),
	};

	return create(template, COUNT(template), object);
}

/* --- Reading */

static CK_RV read_one(CK_OBJECT_HANDLE object, CK_ATTRIBUTE *attribute)
{
	return p11->C_GetAttributeValue(home, object, attribute, 1);
}

/* The buffer is larger than it is said to be, so that what writes too much does no harm here. */
static void facts_of_short_buffer(const char *kind, CK_OBJECT_HANDLE object)
{
	CK_BYTE buffer[64];
	CK_ATTRIBUTE label = {CKA_LABEL, buffer, 5};
	char line[60];

	memset(buffer, 0xee, sizeof(buffer));
	snprintf(line, sizeof(line), "read.%s.short", kind);
	fact_rv(line, read_one(object, &label));
	snprintf(line, sizeof(line), "read.%s.short-length", kind);
	fact(line, "%ld", (long)label.ulValueLen);
	snprintf(line, sizeof(line), "read.%s.short-within", kind);
	fact_yes(line, buffer[5] == 0xee);
}

static void facts_of_numbers(const char *kind, CK_OBJECT_HANDLE object)
{
	CK_ULONG buffer[4] = {0};
	CK_ATTRIBUTE class = {CKA_CLASS, buffer, sizeof(buffer)};
	char line[60];

	snprintf(line, sizeof(line), "read.%s.number-in-32", kind);
	fact_rv(line, read_one(object, &class));
	snprintf(line, sizeof(line), "read.%s.number-in-32-length", kind);
	fact(line, "%ld", (long)class.ulValueLen);
}

/* Whichever of the things that are wrong is named. */
static bool is_code_of_reading(CK_RV rv)
{
	return rv == CKR_ATTRIBUTE_SENSITIVE || rv == CKR_ATTRIBUTE_TYPE_INVALID ||
	       rv == CKR_BUFFER_TOO_SMALL;
}

static void facts_of_mixed(const char *kind, CK_OBJECT_HANDLE object)
{
	CK_BYTE secret[16], label[64];
	CK_ATTRIBUTE mixed[] = {
	        {CKA_VALUE, secret, sizeof(secret)},
	        {CKA_LABEL, label, sizeof(label)},
	        {UNKNOWN_ATTRIBUTE, secret, sizeof(secret)},
	};
	CK_ATTRIBUTE with_short[] = {mixed[0], {CKA_LABEL, label, 3}, mixed[2]};
	char line[60];

	snprintf(line, sizeof(line), "read.%s.mixed-told", kind);
	fact_yes(line,
	        is_code_of_reading(p11->C_GetAttributeValue(home, object, mixed, COUNT(mixed))));
	snprintf(line, sizeof(line), "read.%s.mixed-lengths", kind);
	fact(line, "%ld %ld %ld", (long)mixed[0].ulValueLen, (long)mixed[1].ulValueLen,
	        (long)mixed[2].ulValueLen);
	snprintf(line, sizeof(line), "read.%s.mixed-short-told", kind);
	fact_yes(line, is_code_of_reading(p11->C_GetAttributeValue(
	                       home, object, with_short, COUNT(with_short))));
	snprintf(line, sizeof(line), "read.%s.mixed-short-lengths", kind);
	fact(line, "%ld %ld %ld", (long)with_short[0].ulValueLen, (long)with_short[1].ulValueLen,
	        (long)with_short[2].ulValueLen);
}

static void facts_of_absent(const char *kind, CK_OBJECT_HANDLE object)
{
	static const struct {
		const char *name;
		CK_ATTRIBUTE_TYPE type;
	} absent[] = {{"id", CKA_ID}, {"start-date", CKA_START_DATE}};
	char line[60];

	for (size_t i = 0; i < COUNT(absent); i++) {
		CK_ULONG size = 0;
		CK_RV rv = read_octets(object, absent[i].type, NULL, &size);

		snprintf(line, sizeof(line), "read.%s.%s", kind, absent[i].name);
		fact(line, "%s %ld", rv_name(rv), (long)size);
	}
}

static void facts_of_reading(const char *kind, bool token)
{
	CK_OBJECT_HANDLE object;
	CK_BYTE label[64];
	CK_ATTRIBUTE one = {CKA_LABEL, label, sizeof(label)};
	char line[60];

	snprintf(line, sizeof(line), "read.%s", kind);
	if (!has_secret_keys(line))
		return;
	fact_rv(line, make_object(token, &object));
	if (object == 0)
		return;
	facts_of_short_buffer(kind, object);
	facts_of_numbers(kind, object);
	facts_of_mixed(kind, object);
	facts_of_absent(kind, object);
	snprintf(line, sizeof(line), "read.%s.none", kind);
	fact_rv(line, p11->C_GetAttributeValue(home, object, &one, 0));
	destroy(object);
}

void section_read(void)
{
	CK_BYTE label[64];
	CK_ATTRIBUTE one = {CKA_LABEL, label, sizeof(label)};

	facts_of_reading("session", false);
	fact_rv("read.no-such-object", read_one(nothing, &one));
}

void section_read_token(void)
{
	facts_of_reading("token", true);
}

/* --- Templates */

/* A key from this attribute and what every vendor wants; what the attribute reads as. */
static void facts_of_attribute(const char *name, CK_ATTRIBUTE extra)
{
	CK_ATTRIBUTE template[] = {NUMBER(CKA_VALUE_LEN, 16), extra};
	CK_BYTE octets[16] = {0};
	CK_ULONG size = sizeof(octets);
	CK_OBJECT_HANDLE key;
	char line[60];

	snprintf(line, sizeof(line), "template.%s", name);
	fact_rv(line, generate_key(CKM_AES_KEY_GEN, template, COUNT(template), &key));
	if (key == 0)
		return;
	snprintf(line, sizeof(line), "template.%s.reads", name);
	if (read_octets(key, extra.type, octets, &size) == CKR_OK)
		fact(line, "%ld %02x", (long)size, octets[0]);
	else
		fact(line, "no");
	destroy(key);
}

static void facts_of_two(const char *name, CK_ATTRIBUTE one, CK_ATTRIBUTE other)
{
	CK_ATTRIBUTE template[] = {NUMBER(CKA_VALUE_LEN, 16), one, other};
	CK_OBJECT_HANDLE key;
	char line[60];

	snprintf(line, sizeof(line), "template.%s", name);
	fact_rv(line, generate_key(CKM_AES_KEY_GEN, template, COUNT(template), &key));
	destroy(key);
}

static void facts_of_short_number(void)
{
	uint32_t length = 16;
	CK_ATTRIBUTE template[] = {OCTETS(CKA_VALUE_LEN, &length, sizeof(length))};
	CK_OBJECT_HANDLE key;

	fact_rv("template.number-of-4", generate_key(CKM_AES_KEY_GEN, template, 1, &key));
	destroy(key);
}

static void facts_of_copy(void)
{
	CK_ATTRIBUTE label[] = {OCTETS(CKA_LABEL, value, 4)};
	CK_OBJECT_HANDLE object, copy = 0;

	if (make_object(false, &object) != CKR_OK)
		return;
	fact_rv("template.set-label", p11->C_SetAttributeValue(home, object, label, 1));
	fact_rv("template.copy", p11->C_CopyObject(home, object, label, 1, &copy));
	destroy(copy);
	copy = 0;
	fact_rv("template.copy-no-template", p11->C_CopyObject(home, object, NULL, 0, &copy));
	destroy(copy);
	label[0] = (CK_ATTRIBUTE)FALSE_(CKA_SENSITIVE);
	fact_yes("template.set-weaker-refused",
	        p11->C_SetAttributeValue(home, object, label, 1) != CKR_OK);
	destroy(object);
}

void section_template(void)
{
	static CK_BYTE four[4] = {1}, odd[1] = {0xff};
	CK_MECHANISM_TYPE allowed = CKM_AES_GCM;

	if (!has_secret_keys("template"))
		return;
	facts_of_attribute("bool-of-4", (CK_ATTRIBUTE)OCTETS(CKA_ENCRYPT, four, sizeof(four)));
	facts_of_attribute("bool-of-ff", (CK_ATTRIBUTE)OCTETS(CKA_ENCRYPT, odd, sizeof(odd)));
	facts_of_short_number();
	facts_of_two("twice-the-same", (CK_ATTRIBUTE)TRUE_(CKA_ENCRYPT),
	        (CK_ATTRIBUTE)TRUE_(CKA_ENCRYPT));
	facts_of_two("twice-different", (CK_ATTRIBUTE)TRUE_(CKA_ENCRYPT),
	        (CK_ATTRIBUTE)FALSE_(CKA_ENCRYPT));
	facts_of_attribute("other-key-type", (CK_ATTRIBUTE)NUMBER(CKA_KEY_TYPE, CKK_DES3));
	facts_of_attribute("other-class", (CK_ATTRIBUTE)NUMBER(CKA_CLASS, CKO_PUBLIC_KEY));
	facts_of_attribute("local", (CK_ATTRIBUTE)TRUE_(CKA_LOCAL));
	facts_of_attribute("always-sensitive", (CK_ATTRIBUTE)TRUE_(CKA_ALWAYS_SENSITIVE));
	facts_of_attribute("unknown", (CK_ATTRIBUTE)OCTETS(UNKNOWN_ATTRIBUTE, odd, 1));
	facts_of_two("no-restriction", (CK_ATTRIBUTE)FALSE_(CKA_SIGN_RECOVER),
	        (CK_ATTRIBUTE)TRUE_(CKA_COPYABLE));
	facts_of_attribute("allowed-mechanisms",
	        (CK_ATTRIBUTE)OCTETS(CKA_ALLOWED_MECHANISMS, &allowed, sizeof(allowed)));
	facts_of_copy();
}

static void facts_of_pair(const char *name, CK_ATTRIBUTE extra)
{
	CK_BYTE exponent[3] = {1, 0, 1};
	CK_ATTRIBUTE public[] = {
	        NUMBER(CKA_MODULUS_BITS, 1024),
	        OCTETS(CKA_PUBLIC_EXPONENT, exponent, sizeof(exponent)),
	        TRUE_(CKA_VERIFY),
	};
	CK_ATTRIBUTE private[] = {TRUE_(CKA_SIGN), extra};
	struct pair pair;
	char line[60];

	snprintf(line, sizeof(line), "template.pair.%s", name);
	fact_rv(line, generate_pair(CKM_RSA_PKCS_KEY_PAIR_GEN, public, COUNT(public), private,
	                      COUNT(private), &pair));
	destroy_pair(&pair);
}

void section_template_pair(void)
{
	if (!has_mechanism("template.pair", CKM_RSA_PKCS_KEY_PAIR_GEN, 0))
		return;
	facts_of_pair("bits-in-private", (CK_ATTRIBUTE)NUMBER(CKA_MODULUS_BITS, 1024));
	facts_of_pair("other-bits-in-private", (CK_ATTRIBUTE)NUMBER(CKA_MODULUS_BITS, 2048));
	facts_of_pair("verify-in-private", (CK_ATTRIBUTE)TRUE_(CKA_VERIFY));
}

/* --- What crashes some */

void null_value(void)
{
	CK_ATTRIBUTE template[] = {
	        NUMBER(CKA_CLASS, CKO_DATA),
	        OCTETS(CKA_LABEL, NULL, 5),
	};
	CK_OBJECT_HANDLE object;

	fact_rv("null.value", create(template, COUNT(template), &object));
	destroy(object);
}

void null_template(void)
{
	CK_OBJECT_HANDLE object;

	fact_rv("null.template", create(NULL, 2, &object));
}

void null_find_template(void)
{
	fact_rv("null.find-template", p11->C_FindObjectsInit(home, NULL, 1));
}
