/* SPDX-License-Identifier: MIT */
/* Buffers and attribute arrays: how they grow, and that nothing secret stays behind in memory. */
#include "codec_test.h"

#include <malloc.h>
#include <pthread.h>

static void memory_of_the_caller(void **state)
{
	CK_BYTE room[4] = "";
	struct p11l_buffer buffer;

	(void)state;
	p11l_buffer_over(&buffer, room, sizeof(room));
	assert_ok(p11l_buffer_append(&buffer, "ab", 2));
	assert_ok(p11l_buffer_append(&buffer, "cd", 2));
	assert_memory_equal(room, "abcd", 4);
	assert_int_equal(p11l_buffer_append(&buffer, "e", 1), CKR_BUFFER_TOO_SMALL);
	assert_int_equal(buffer.len, 5);
	assert_ptr_equal(buffer.p, room);
	assert_memory_equal(room, "abcd", 4);
	assert_non_null(strstr(p11l_last_error()->text, "5"));
	p11l_buffer_free(&buffer);
	assert_ptr_equal(buffer.p, room);
	assert_int_equal(buffer.len, 0);
	buffer.flags |= P11L_SECRET;
	p11l_buffer_clear(&buffer);
	assert_memory_equal(room, "\0\0\0\0", 4);
}

static void growing(void **state)
{
	struct p11l_buffer buffer = {0};

	(void)state;
	for (unsigned i = 0; i < 1000; i++)
		assert_ok(p11l_buffer_append(&buffer, &(CK_BYTE){(CK_BYTE)i}, 1));
	assert_int_equal(buffer.len, 1000);
	for (unsigned i = 0; i < 1000; i++)
		assert_int_equal(buffer.p[i], i & 0xff);
	assert_int_equal(p11l_buffer_append(&buffer, "x", ~(CK_ULONG)0), CKR_HOST_MEMORY);
	assert_int_equal(buffer.len, 1000);
	p11l_buffer_free(&buffer);
	assert_null(buffer.p);
	assert_int_equal(buffer.cap, 0);
}

static void many_attributes(void **state)
{
	struct p11l_attributes attributes = {0};
	CK_BYTE value[300];

	(void)state;
	for (CK_ULONG i = 0; i < 100; i++) {
		memset(value, (int)i, sizeof(value));
		assert_ok(p11l_attributes_set(&attributes, i, value, i));
	}
	assert_ok(p11l_attributes_set(&attributes, 50, "again", 5));
	p11l_attributes_remove(&attributes, 51);
	p11l_attributes_remove(&attributes, 51);
	assert_int_equal(attributes.count, 99);
	assert_null(p11l_attributes_find(&attributes, 51));
	assert_memory_equal(attribute(&attributes, 50)->pValue, "again", 5);
	for (CK_ULONG i = 1; i < 100; i++) {
		const CK_ATTRIBUTE *found = p11l_attributes_find(&attributes, i);

		if (i == 50 || i == 51)
			continue;
		assert_int_equal(found->ulValueLen, i);
		for (CK_ULONG j = 0; j < i; j++)
			assert_int_equal(((CK_BYTE *)found->pValue)[j], i);
	}
	assert_int_equal(p11l_attributes_set(&attributes, 1, "x", ~(CK_ULONG)0), CKR_HOST_MEMORY);
	p11l_attributes_clear(&attributes);
	assert_int_equal(attributes.count, 0);
	assert_ok(p11l_attributes_set_bool(&attributes, CKA_TOKEN, CK_TRUE));
	assert_int_equal(attributes.count, 1);
	p11l_attributes_clear(&attributes);
}

static void capabilities(void **state)
{
	static const struct {
		CK_OBJECT_CLASS object_class;
		CK_KEY_TYPE type;
		CK_FLAGS flags;
		CK_ATTRIBUTE_TYPE has, has_not;
	} cases[] = {
	        {CKO_PRIVATE_KEY, CKK_RSA, P11L_USUAL, CKA_DECRYPT, CKA_ENCRYPT},
	        {CKO_PRIVATE_KEY, CKK_EC, P11L_USUAL, CKA_DERIVE, CKA_DECRYPT},
	        {CKO_PUBLIC_KEY, CKK_EC, P11L_USUAL, CKA_VERIFY, CKA_DERIVE},
	        {CKO_PUBLIC_KEY, CKK_ML_KEM, P11L_USUAL, CKA_ENCAPSULATE, CKA_DECAPSULATE},
	        {CKO_PRIVATE_KEY, CKK_RSA, CKF_SIGN_RECOVER, CKA_SIGN_RECOVER, CKA_SIGN},
	        {CKO_SECRET_KEY, CKK_AES, CKF_WRAP, CKA_UNWRAP, CKA_ENCRYPT},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct p11l_attributes key = {0};

		assert_int_equal(p11l_attributes_set_capabilities(&key, cases[i].flags),
		        CKR_TEMPLATE_INCOMPLETE);
		assert_ok(p11l_attributes_set_ulong(&key, CKA_CLASS, cases[i].object_class));
		assert_ok(p11l_attributes_set_ulong(&key, CKA_KEY_TYPE, cases[i].type));
		assert_ok(p11l_attributes_set_capabilities(&key, cases[i].flags));
		assert_int_equal(*(CK_BBOOL *)attribute(&key, cases[i].has)->pValue, CK_TRUE);
		assert_null(p11l_attributes_find(&key, cases[i].has_not));
		p11l_attributes_clear(&key);
	}
}

static void *refuse_something(void *unused)
{
	struct p11l_attributes out = {0};

	(void)unused;
	assert_int_equal(p11l_last_error()->rv, CKR_OK);
	p11l_decode_spki("\x31", 1, &out);
	return NULL;
}

static void errors_of_other_threads(void **state)
{
	struct p11l_attributes out = {0};
	char text[256];
	pthread_t thread;

	(void)state;
	p11l_decode_spki("\x30\x00", 2, &out);
	memcpy(text, p11l_last_error()->text, sizeof(text));
	assert_int_equal(pthread_create(&thread, NULL, refuse_something, NULL), 0);
	pthread_join(thread, NULL);
	assert_string_equal(p11l_last_error()->text, text);
}

/*
 * Memory is looked through before it is freed, by whatever part of the program. Sanitizers have a
 * free of their own.
 */
#if defined(__has_feature)
#define HAS_FEATURE(feature) __has_feature(feature)
#else
#define HAS_FEATURE(feature) 0
#endif
#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && \
        !HAS_FEATURE(address_sanitizer) && !HAS_FEATURE(thread_sanitizer)

extern void __libc_free(void *memory);

static const unsigned char *secret;
static size_t secret_size;
static unsigned leaks, frees;

static bool contains(const unsigned char *memory, size_t size)
{
	for (size_t i = 0; i + secret_size <= size; i++)
		if (memory[i] == secret[0] && memcmp(memory + i, secret, secret_size) == 0)
			return true;
	return false;
}

__attribute__((visibility("default"))) void free(void *memory)
{
	if (memory != NULL && secret != NULL) {
		frees++;
		if (contains(memory, malloc_usable_size(memory)))
			leaks++;
	}
	__libc_free(memory);
}

/* Always to another place, so that the old one is looked through. */
__attribute__((visibility("default"))) void *realloc(void *memory, size_t size)
{
	size_t held = memory != NULL ? malloc_usable_size(memory) : 0;
	void *moved = malloc(size);

	if (moved != NULL && memory != NULL) {
		memcpy(moved, memory, held < size ? held : size);
		free(memory);
	}
	return moved;
}

/* A value that stands nowhere else, eight octets of a private one. */
static void watch(const struct p11l_attributes *key, CK_ATTRIBUTE_TYPE type)
{
	static unsigned char kept[8];

	memcpy(kept, (CK_BYTE *)attribute(key, type)->pValue + 2, sizeof(kept));
	frees = leaks = 0;
	secret_size = sizeof(kept);
	secret = kept;
}

static void round_trip(const struct octets *der)
{
	struct p11l_attributes key = {0}, public_key = {0};
	struct p11l_buffer out = {0}, text = {0};
	struct p11l_decoded decoded = {0};

	assert_ok(p11l_decode_private_key_info(der->p, der->size, &key, &public_key));
	assert_ok(p11l_attributes_set(&key, CKA_LABEL, der->p, 3000 < der->size ? 3000 : 10));
	assert_ok(p11l_encode_private_key_info(key.entry, key.count, &out));
	assert_ok(p11l_encode_pem("PRIVATE KEY", out.p, out.len, &text));
	assert_ok(p11l_decode_any(text.p, text.len, &decoded));
	p11l_decoded_free(&decoded);
	p11l_buffer_free(&out);
	p11l_buffer_free(&text);
	p11l_attributes_clear(&key);
	p11l_attributes_clear(&public_key);
}

static void nothing_secret_is_freed(void **state)
{
	static const struct {
		const char *type, *group;
		unsigned bits;
		CK_ATTRIBUTE_TYPE secret;
	} kinds[] = {
	        {"RSA", NULL, 2048, CKA_PRIVATE_EXPONENT},
	        {"RSA", NULL, 1024, CKA_PRIME_1},
	        {"EC", "P-256", 0, CKA_VALUE},
	        {"ED25519", NULL, 0, CKA_VALUE},
	        {"DH", "ffdhe2048", 0, CKA_VALUE},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(kinds); i++) {
		EVP_PKEY *key = make_key(kinds[i].type, kinds[i].group, kinds[i].bits);
		struct octets der = pkcs8_of(key);
		struct p11l_attributes attributes = {0};

		assert_ok(p11l_decode_private_key_info(der.p, der.size, &attributes, NULL));
		watch(&attributes, kinds[i].secret);
		round_trip(&der);
		assert_true(frees > 0);
		assert_int_equal(leaks, 0);
		secret = NULL;
		p11l_attributes_clear(&attributes);
		octets_free(&der);
		EVP_PKEY_free(key);
	}
}

static void grown_secrets(void **state)
{
	struct p11l_buffer buffer = {.flags = P11L_SECRET};

	(void)state;
	secret_size = 8;
	secret = (const unsigned char *)"a secret";
	leaks = 0;
	assert_ok(p11l_buffer_append(&buffer, "here is a secret", 16));
	assert_ok(p11l_buffer_reserve(&buffer, 1000));
	assert_ok(p11l_buffer_set(&buffer, "another", 7));
	p11l_buffer_free(&buffer);
	secret = NULL;
	assert_int_equal(leaks, 0);
}

/* The watch itself sees what it should. */
static void the_watch_sees(void **state)
{
	unsigned char *memory = malloc(100);

	(void)state;
	memset(memory, 1, 100);
	memcpy(memory + 50, "a secret", 8);
	secret_size = 8;
	secret = (const unsigned char *)"a secret";
	leaks = 0;
	__asm__ volatile("" : : "r"(memory) : "memory"); /* or the compiler knows better */
	free(memory);
	secret = NULL;
	assert_int_equal(leaks, 1);
}

#else

static void nothing_secret_is_freed(void **state)
{
	(void)state;
	skip();
}
#define grown_secrets  nothing_secret_is_freed
#define the_watch_sees nothing_secret_is_freed

#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(memory_of_the_caller),
	        cmocka_unit_test(growing),
	        cmocka_unit_test(many_attributes),
	        cmocka_unit_test(capabilities),
	        cmocka_unit_test(errors_of_other_threads),
	        cmocka_unit_test(the_watch_sees),
	        cmocka_unit_test(grown_secrets),
	        cmocka_unit_test(nothing_secret_is_freed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
