/* SPDX-License-Identifier: MIT */
/*
 * Memory that the lens gives back holds no secrets, in front of a real module. The allocator is
 * this program's: it looks into every block that is freed from the lens, from libtasn1, which works
 * for it, or from here, where functions of the lens that end by freeing seem to do it.
 */
#define _GNU_SOURCE
#include "other_party.h"

#include <dlfcn.h>
#include <link.h>
#include <malloc.h>
#include <openssl/bn.h>
#include <sys/mman.h>
#include <unistd.h>

#define OWN_ALLOCATOR (!ADDRESS_SANITIZER && !THREAD_SANITIZER)
#define PART          12 /* octets of a secret in a row that are too many */
#define SECRETS       4
#define FINDINGS      16
#define PLACES        8

/* --- What is looked for, and where it was found */

static struct secret {
	const char *name;
	const uint8_t *octets;
	size_t size;
} secret[SECRETS];
static size_t secrets;

static struct {
	const char *name;
	uintptr_t caller;
	size_t block;
} finding[FINDINGS];
static size_t findings;

static struct {
	uintptr_t from, to;
} place[PLACES];
static size_t places;

static volatile bool watching;

static bool is_ours(uintptr_t caller)
{
	for (size_t i = 0; i < places; i++)
		if (place[i].from <= caller && caller < place[i].to)
			return true;
	return false;
}

static bool has_part(const void *block, size_t size, const struct secret *of)
{
	for (size_t i = 0; i + PART <= of->size; i++)
		if (memmem(block, size, of->octets + i, PART) != NULL)
			return true;
	return false;
}

static void look_into(const void *block, size_t size, uintptr_t caller)
{
	for (size_t i = 0; i < secrets && findings < FINDINGS; i++) {
		if (!has_part(block, size, &secret[i]))
			continue;
		finding[findings].name = secret[i].name;
		finding[findings].caller = caller;
		finding[findings++].block = size;
	}
}

/* --- The allocator of the process. What a block held before it is given out is wiped. */

#if OWN_ALLOCATOR
#define EXPORT __attribute__((visibility("default")))

void *__libc_malloc(size_t size);
void __libc_free(void *block);

EXPORT void *malloc(size_t size)
{
	void *block = __libc_malloc(size);

	if (block != NULL && watching)
		memset(block, 0, malloc_usable_size(block));
	return block;
}

EXPORT void *calloc(size_t count, size_t size)
{
	size_t all;
	void *block;

	if (__builtin_mul_overflow(count, size, &all))
		return NULL;
	block = __libc_malloc(all);
	if (block != NULL)
		memset(block, 0, malloc_usable_size(block));
	return block;
}

static void give_back(void *block, uintptr_t caller)
{
	if (block != NULL && watching && is_ours(caller))
		look_into(block, malloc_usable_size(block), caller);
	__libc_free(block);
}

EXPORT void free(void *block)
{
	give_back(block, (uintptr_t)__builtin_return_address(0));
}

/* It always moves, as it may. */
EXPORT void *realloc(void *block, size_t size)
{
	size_t had = block != NULL ? malloc_usable_size(block) : 0;
	void *other = malloc(size);

	if (other == NULL)
		return NULL;
	if (had > 0)
		memcpy(other, block, had < size ? had : size);
	give_back(block, (uintptr_t)__builtin_return_address(0));
	return other;
}
#endif

/* --- Watching */

static int add_place(struct dl_phdr_info *info, size_t size, void *none)
{
	const char *name = info->dlpi_name;

	(void)size;
	(void)none;
	if (*name != '\0' && strstr(name, "pkcs11-lens.so") == NULL &&
	        strstr(name, "libtasn1") == NULL)
		return 0;
	for (unsigned i = 0; i < info->dlpi_phnum && places < PLACES; i++) {
		const ElfW(Phdr) *segment = &info->dlpi_phdr[i];

		if (segment->p_type != PT_LOAD || (segment->p_flags & PF_X) == 0)
			continue;
		place[places].from = info->dlpi_addr + segment->p_vaddr;
		place[places].to = place[places].from + segment->p_memsz;
		places++;
	}
	return 0;
}

static void watch_for(const char *name, const void *octets, size_t size)
{
	assert_true(secrets < SECRETS && size >= PART);
	secret[secrets++] = (struct secret){name, octets, size};
}

static void watch(void)
{
#if !OWN_ALLOCATOR
	skip_case("the allocator is the sanitizer's");
#endif
	dl_iterate_phdr(add_place, NULL);
	assert_true(places >= 3);
	watching = true;
}

static void assert_nothing_found(void)
{
	Dl_info info;

	watching = false;
	for (size_t i = 0; i < findings; i++) {
		assert_int_not_equal(dladdr((const void *)finding[i].caller, &info), 0);
		print_error("%s is in a block of %zu octets that was freed at %s+0x%zx\n",
		        finding[i].name, finding[i].block, info.dli_fname,
		        (size_t)(finding[i].caller - (uintptr_t)info.dli_fbase));
	}
	assert_int_equal(findings, 0);
}

/* --- Two ways: the lens passes things on, or it repairs and traces them */

#define BOTH_WAYS(name, run)                \
	CASE(name)                          \
	{                                   \
		run(NULL);                  \
	}                                   \
	CASE(name##_with_rules_and_trace)   \
	{                                   \
		run(&with_rules_and_trace); \
	}
#define BOTH(name) cmocka_unit_test(name), cmocka_unit_test(name##_with_rules_and_trace)

static const struct world with_rules_and_trace = {.normalise = true, .trace = ""};

static struct p11l_module *module;
static struct p11l_session *session;

/* --- PINs */

static const char long_pin[] = "aPINthatNobodyElseHas-5e0c61a2";

/* Octet by octet, so that it moves as often as it can. */
static CK_RV tell_pin(
        void *context, const struct p11l_pin_request *request, struct p11l_buffer *pin)
{
	CK_RV rv = CKR_OK;

	(void)context;
	(void)request;
	for (size_t i = 0; rv == CKR_OK && i < strlen(long_pin); i++)
		rv = p11l_buffer_append(pin, long_pin + i, 1);
	return rv;
}

static void open_and_close(const struct p11l_open_options *options)
{
	OK(p11l_open(module, options, &session));
	OK(p11l_logout(session));
	OK(p11l_login(session, CKU_USER, NULL, 0));
	p11l_close(session);
}

static void open_by_uris(void)
{
	char *here = realpath(".", NULL), *by_file, *by_value;

	write_file("pin", long_pin);
	assert_true(asprintf(&by_file, "pkcs11:token=token%%201?pin-source=file:%s/pin", here) > 0);
	assert_true(asprintf(&by_value, "pkcs11:token=token%%201?pin-value=%s", long_pin) > 0);
	open_and_close(P11L_OPEN(.uri = by_file));
	open_and_close(P11L_OPEN(.uri = by_value));
	explicit_bzero(by_value, strlen(by_value));
	free(by_file);
	free(by_value);
	free(here);
}

static void use_pins(const struct world *world)
{
	module = begin(world);
	watch_for("the PIN", long_pin, strlen(long_pin));
	watch();
	OK(p11l_open(module, P11L_OPEN(.token = TOKEN, .pin = USER_PIN), &session));
	OK(p11l_set_pin(session, USER_PIN, 0, long_pin, 0));
	p11l_close(session);
	open_and_close(P11L_OPEN(.token = TOKEN, .pin = long_pin));
	open_and_close(P11L_OPEN(.token = TOKEN, .pin_callback = tell_pin));
	open_by_uris();
	FAILS(CKR_PIN_INCORRECT,
	        p11l_open(module, P11L_OPEN(.token = TOKEN, .pin = long_pin + 1), &session));
	p11l_module_free(module);
	assert_nothing_found();
}
BOTH_WAYS(pins, use_pins)

/* --- Plaintext */

static const char data[] = "what is decrypted shall be known to who wanted it: 7e5be3b2-18d1-4c0f";
static CK_BYTE iv[16] = {7};

static void crypt_in_parts(struct p11l_object *key, CK_FLAGS what,
        const struct p11l_mechanism *mechanism, const void *octets, CK_ULONG size, bool to_the_end)
{
	struct p11l_operation *operation = NULL;
	struct p11l_buffer out = {.flags = P11L_SECRET};

	OK(p11l_begin(key, what, mechanism, &operation));
	for (CK_ULONG i = 0; i < size; i += 20)
		OK(p11l_update(operation, (const CK_BYTE *)octets + i,
		        size - i < 20 ? size - i : 20, &out));
	if (to_the_end)
		OK(p11l_finish(operation, &out));
	p11l_operation_free(operation);
	p11l_buffer_free(&out);
}

static void crypt_files(struct p11l_object *key, const struct p11l_mechanism *mechanism)
{
	int fd[3];

	for (int i = 0; i < 3; i++)
		fd[i] = memfd_create("file", 0);
	assert_int_equal(write(fd[0], data, sizeof(data)), sizeof(data));
	lseek(fd[0], 0, SEEK_SET);
	OK(p11l_encrypt_fd(key, mechanism, fd[0], fd[1]));
	lseek(fd[1], 0, SEEK_SET);
	OK(p11l_decrypt_fd(key, mechanism, fd[1], fd[2]));
	for (int i = 0; i < 3; i++)
		close(fd[i]);
}

static void crypt_all_ways(struct p11l_object *key, const struct p11l_mechanism *mechanism)
{
	struct p11l_buffer sealed = {0}, opened = {0};

	OK(p11l_encrypt(key, mechanism, data, sizeof(data), &sealed));
	OK(p11l_decrypt(key, mechanism, sealed.p, sealed.len, &opened));
	assert_memory_equal(opened.p, data, sizeof(data));
	for (int to_the_end = 0; to_the_end < 2; to_the_end++) {
		crypt_in_parts(key, CKF_ENCRYPT, mechanism, data, sizeof(data), to_the_end);
		crypt_in_parts(key, CKF_DECRYPT, mechanism, sealed.p, sealed.len, to_the_end);
	}
	crypt_files(key, mechanism);
	/* The plaintext in place of the ciphertext. */
	OK(p11l_decrypt(key, mechanism, sealed.p, sealed.len, &sealed));
	p11l_buffer_free(&sealed);
	p11l_buffer_free(&opened);
}

static void decrypt(const struct world *world)
{
	struct p11l_mechanism cbc = p11l_iv(CKM_AES_CBC_PAD, iv, sizeof(iv)), gcm;
	struct p11l_object *key = NULL;

	session = begin_session(world);
	p11l_set_gcm(&gcm, iv, 12, NULL, 0, 128);
	OK(p11l_generate_key(session, CKK_AES, 256, NULL, &key));
	watch_for("the plaintext", data, sizeof(data) - 1);
	watch();
	crypt_all_ways(key, &cbc);
	crypt_all_ways(key, &gcm);
	p11l_object_free(key);
	p11l_close(session);
	assert_nothing_found();
}
BOTH_WAYS(plaintext, decrypt)

/* --- Private and secret keys */

#define READABLE P11L_ATTRS(P11L_BOOL(CKA_SENSITIVE, 0), P11L_BOOL(CKA_EXTRACTABLE, 1))

static void import_and_export(const struct octets *octets)
{
	struct p11l_objects *objects = NULL;
	struct p11l_buffer back = {0};

	OK(p11l_import(session, octets->p, octets->size, P11L_KEY(.private_attributes = READABLE),
	        &objects));
	for (CK_ULONG i = 0; i < p11l_objects_count(objects); i++)
		if (p11l_object_class(p11l_objects_at(objects, i)) == CKO_PRIVATE_KEY)
			OK(p11l_export_private(p11l_objects_at(objects, i), &back));
	assert_true(back.len > 0);
	p11l_buffer_free(&back);
	p11l_objects_free(objects);
}

/* What OpenSSL writes, which is this program's to give back, is not looked at. */
static void import_all_ways(EVP_PKEY *key)
{
	struct octets pkcs8 = write_key(key, "DER", "PrivateKeyInfo", EVP_PKEY_KEYPAIR);
	struct octets pem = write_key(key, "PEM", "PrivateKeyInfo", EVP_PKEY_KEYPAIR);
	struct octets own = write_key(key, "DER", "type-specific", EVP_PKEY_KEYPAIR);
	struct p11l_objects *objects = NULL;

	watch();
	import_and_export(&pkcs8);
	import_and_export(&pem);
	import_and_export(&own);
	assert_int_not_equal(p11l_import(session, pkcs8.p, pkcs8.size - 1, NULL, &objects), CKR_OK);
	p11l_close(session);
	assert_nothing_found();
	octets_free(&pkcs8);
	octets_free(&pem);
	octets_free(&own);
}

/* A number of the key, which is looked for from now on. */
static void watch_for_number(const EVP_PKEY *key, const char *name)
{
	static uint8_t octets[SECRETS][512];
	BIGNUM *number = NULL;

	assert_int_equal(EVP_PKEY_get_bn_param(key, name, &number), 1);
	assert_true(BN_num_bytes(number) <= 512);
	watch_for(name, octets[secrets], (size_t)BN_bn2bin(number, octets[secrets]));
	BN_free(number);
}

static void import_ec(const struct world *world)
{
	EVP_PKEY *key = make_key("EC", "P-256", 0);

	session = begin_session(world);
	watch_for_number(key, OSSL_PKEY_PARAM_PRIV_KEY);
	import_all_ways(key);
	EVP_PKEY_free(key);
}
BOTH_WAYS(ec_keys, import_ec)

static void import_rsa(const struct world *world)
{
	EVP_PKEY *key = make_key("RSA", NULL, 2048);

	session = begin_session(world);
	watch_for_number(key, OSSL_PKEY_PARAM_RSA_D);
	watch_for_number(key, OSSL_PKEY_PARAM_RSA_FACTOR1);
	import_all_ways(key);
	EVP_PKEY_free(key);
}
BOTH_WAYS(rsa_keys, import_rsa)

static const uint8_t value[32] = "a secret key, of 32 octets: 8f1";

static void use_secret_key(const struct world *world)
{
	static const CK_ATTRIBUTE_TYPE wanted[] = {CKA_VALUE, CKA_LOCAL};
	struct p11l_attributes attributes = {0};
	struct p11l_object *key = NULL;
	struct p11l_buffer octets = {0};

	session = begin_session(world);
	watch_for("the key", value, sizeof(value));
	watch();
	OK(p11l_import_secret(
	        session, CKK_AES, value, sizeof(value), P11L_KEY(.attributes = READABLE), &key));
	OK(p11l_get_attribute(key, CKA_VALUE, &octets));
	assert_memory_equal(octets.p, value, sizeof(value));
	OK(p11l_get_attributes(key, wanted, 2, &attributes));
	assert_int_equal(attributes.count, 2);
	p11l_attributes_clear(&attributes);
	OK(p11l_export_private(key, &octets));
	p11l_buffer_free(&octets);
	p11l_object_free(key);
	p11l_close(session);
	assert_nothing_found();
}
BOTH_WAYS(secret_keys, use_secret_key)

/* --- Whether it sees anything: one buffer is no secret's. */

CASE(what_is_not_wiped_is_found)
{
	struct p11l_buffer open = {0}, wiped = {.flags = P11L_SECRET};

	session = begin_session(NULL);
	watch_for("the key", value, sizeof(value));
	watch();
	OK(p11l_buffer_set(&wiped, value, sizeof(value)));
	p11l_buffer_free(&wiped);
	assert_int_equal(findings, 0);
	OK(p11l_buffer_set(&open, value + 16, PART));
	p11l_buffer_free(&open);
	watching = false;
	assert_int_equal(findings, 1);
	p11l_close(session);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        BOTH(pins),
	        BOTH(plaintext),
	        BOTH(ec_keys),
	        BOTH(rsa_keys),
	        BOTH(secret_keys),
	        cmocka_unit_test(what_is_not_wiped_is_found),
	};

	return cmocka_run_group_tests_name("highlevel/freed", tests, NULL, NULL);
}
