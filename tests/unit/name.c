/* SPDX-License-Identifier: MIT */
/* Distinguished names out of DER, well and badly made. */
#define _GNU_SOURCE
#include "harness.h"

#include "logging/record/capture.h"
#include "logging/render/name.h"

#include <unistd.h>

/* A small DER writer: every part is put together from its contents. */
struct der {
	uint8_t at[2000];
	size_t size;
};

static struct der der(uint8_t tag, const void *content, size_t size)
{
	struct der d = {{tag}, 1};

	if (size >= 256) {
		d.at[d.size++] = 0x82;
		d.at[d.size++] = (uint8_t)(size >> 8);
	} else if (size >= 128) {
		d.at[d.size++] = 0x81;
	}
	d.at[d.size++] = (uint8_t)size;
	memcpy(d.at + d.size, content, size);
	d.size += size;
	return d;
}

static struct der join(uint8_t tag, const struct der *part, size_t count)
{
	static uint8_t content[4000];
	size_t size = 0;

	for (size_t i = 0; i < count; i++) {
		memcpy(content + size, part[i].at, part[i].size);
		size += part[i].size;
	}
	return der(tag, content, size);
}

#define SEQUENCE    0x30
#define SET         0x31
#define UTF8_STRING 0x0c
#define PRINTABLE   0x13

static struct der attribute(const char *oid, size_t oid_size, uint8_t tag, const char *value)
{
	struct der parts[] = {der(6, oid, oid_size), der(tag, value, strlen(value))};

	return join(SEQUENCE, parts, 2);
}

static struct der common_name(const char *value)
{
	return attribute("\x55\x04\x03", 3, UTF8_STRING, value);
}

static struct der rdn(struct der attribute_der)
{
	return join(SET, &attribute_der, 1);
}

static struct der name_of(const char *value)
{
	struct der part = rdn(common_name(value));

	return join(SEQUENCE, &part, 1);
}

/* A certificate as far as anybody looks: version, serial, algorithm, issuer, validity, subject. */
static struct der certificate(struct der subject)
{
	struct der version = der(2, "\x02", 1), rest = der(3, "key and signature", 17);
	struct der parts[] = {join(0xa0, &version, 1), der(2, "\x01\x02\x03", 3),
	        der(SEQUENCE, "", 0), name_of("issuer"), der(SEQUENCE, "", 0), subject, rest};
	struct der outer[] = {join(SEQUENCE, parts, COUNT(parts)), rest};

	return join(SEQUENCE, outer, 2);
}

static char buffer[4096];

static struct p11l_text text(void)
{
	memset(buffer, 0, sizeof(buffer));
	return (struct p11l_text){.at = buffer, .end = buffer + sizeof(buffer) - 1};
}

static void assert_name(struct der d, const char *expected)
{
	struct p11l_text t = text();

	assert_true(p11l_name_text(&t, d.at, d.size));
	assert_string_equal(buffer, expected);
	assert_true(t.at == buffer + strlen(expected));
}

static void assert_no_name(struct der d)
{
	struct p11l_text t = text();

	assert_false(p11l_name_text(&t, d.at, d.size));
	assert_true(t.at == buffer);
}

static void usual_names(void **state)
{
	struct der parts[] = {
	        rdn(attribute("\x55\x04\x06", 3, PRINTABLE, "DE")),
	        rdn(attribute("\x55\x04\x0a", 3, UTF8_STRING, "Example")),
	        rdn(attribute("\x55\x04\x0b", 3, UTF8_STRING, "Tests")),
	        rdn(attribute("\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x19", 10, 0x16, "org")),
	        rdn(attribute("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01", 9, 0x16, "a@b.c")),
	        rdn(common_name("somebody")),
	};

	(void)state;
	assert_name(join(SEQUENCE, parts, COUNT(parts)),
	        "C=DE, O=Example, OU=Tests, DC=org, emailAddress=a@b.c, CN=somebody");
	assert_name(name_of("one"), "CN=one");
	assert_name(der(SEQUENCE, "", 0), "");
}

static void names_of_several_values(void **state)
{
	struct der both[] = {common_name("a"), attribute("\x55\x04\x05", 3, PRINTABLE, "12")};
	struct der set = join(SET, both, 2);

	(void)state;
	assert_name(join(SEQUENCE, &set, 1), "CN=a, serialNumber=12");
}

static void types_that_have_no_name(void **state)
{
	struct der part = rdn(attribute("\x2a\x03\x04", 3, UTF8_STRING, "x"));

	(void)state;
	assert_name(join(SEQUENCE, &part, 1), "0x2a0304=x");
}

static void characters_that_need_care(void **state)
{
	(void)state;
	assert_name(name_of("Zo\xc3\xab \"Q\" \\ \n"), "CN=Zo\xc3\xab \\\"Q\\\" \\\\ \\x0a");
	assert_name(name_of("\xff"), "CN=\\xff");
}

static void what_is_no_name(void **state)
{
	struct der bare = common_name("x"), one = name_of("x"), two[] = {one, one};
	struct der joined = join(SEQUENCE, two, 2);

	(void)state;
	assert_no_name(der(SET, "", 0));
	assert_no_name(der(4, "abc", 3));
	assert_no_name(join(SEQUENCE, &bare, 1));
	assert_no_name(joined);
	assert_no_name((struct der){{0}, 0});
	/* Something behind the name. */
	one.at[one.size++] = 0;
	assert_no_name(one);
}

static void subject_of_a_certificate(void **state)
{
	struct der d = certificate(name_of("the subject"));
	struct p11l_text t = text();

	(void)state;
	assert_true(p11l_is_certificate(d.at, d.size));
	assert_true(p11l_subject_text(&t, d.at, d.size));
	assert_string_equal(buffer, "CN=the subject");
}

/* Of a long certificate only the beginning is at hand. */
static void subject_of_a_certificate_without_its_end(void **state)
{
	struct der d = certificate(name_of("the subject"));
	size_t least =
	        (size_t)((const uint8_t *)memmem(d.at, d.size, "the subject", 11) - d.at) + 11;

	(void)state;
	for (size_t size = 0; size < d.size; size++) {
		uint8_t *copy = before_guard(size);
		struct p11l_text t = text();

		memcpy(copy, d.at, size);
		assert_int_equal(p11l_subject_text(&t, copy, size), size >= least);
		assert_string_equal(buffer, size >= least ? "CN=the subject" : "");
	}
}

/* Every octet wrong in turn: nothing is read outside, nothing but a name is written. */
static void damaged_certificates(void **state)
{
	struct der d = certificate(name_of("subject"));
	uint8_t *copy = before_guard(d.size);

	(void)state;
	for (size_t i = 0; i < d.size; i++) {
		for (unsigned value = 0; value < 256; value += 5) {
			struct p11l_text t = text();

			memcpy(copy, d.at, d.size);
			copy[i] = (uint8_t)value;
			if (!p11l_subject_text(&t, copy, d.size))
				assert_true(t.at == buffer);
			p11l_name_text(&t, copy, d.size);
			p11l_is_certificate(copy, d.size);
		}
	}
}

/* Keys are SEQUENCEs, too. */
static void keys_are_no_certificates(void **state)
{
	struct der number = der(2, "\x00", 1), algorithm = der(SEQUENCE, "0123456789abcdef", 16);
	struct der pkcs8[] = {number, algorithm, der(4, "0123456789abcdef0123456789abcdef", 32)};
	struct der spki[] = {algorithm, der(3, "0123456789abcdef0123456789abcdef", 32)};
	struct der pkcs1[] = {number, number, number, der(2, "0123456789abcdef0123456789", 26)};
	struct der key;

	(void)state;
	key = join(SEQUENCE, pkcs8, 3);
	assert_false(p11l_is_certificate(key.at, key.size));
	key = join(SEQUENCE, spki, 2);
	assert_false(p11l_is_certificate(key.at, key.size));
	key = join(SEQUENCE, pkcs1, 4);
	assert_false(p11l_is_certificate(key.at, key.size));
	/* A certificate with something behind it may be anything. */
	key = certificate(name_of("x"));
	key.at[key.size++] = 0;
	assert_false(p11l_is_certificate(key.at, key.size));
}

/* One that somebody else has made. */
CASE(certificate_of_openssl)
{
	static uint8_t octets[8192];
	struct p11l_text t = text();
	FILE *file;
	size_t size;

	if (system("openssl req -x509 -newkey rsa:2048 -nodes -keyout key -out cert -outform DER "
	           "-days 1 -subj '/C=AT/O=Größe/CN=a \"test\"' -utf8 2>/dev/null") != 0)
		skip_case("there is no openssl");
	file = fopen("cert", "r");
	assert_non_null(file);
	size = fread(octets, 1, sizeof(octets), file);
	fclose(file);
	assert_true(p11l_is_certificate(octets, size));
	assert_true(p11l_subject_text(&t, octets, size));
	assert_string_equal(buffer, "C=AT, O=Größe, CN=a \\\"test\\\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(usual_names),
	        cmocka_unit_test(names_of_several_values),
	        cmocka_unit_test(types_that_have_no_name),
	        cmocka_unit_test(characters_that_need_care),
	        cmocka_unit_test(what_is_no_name),
	        cmocka_unit_test(subject_of_a_certificate),
	        cmocka_unit_test(subject_of_a_certificate_without_its_end),
	        cmocka_unit_test(damaged_certificates),
	        cmocka_unit_test(keys_are_no_certificates),
	        cmocka_unit_test(certificate_of_openssl),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
