/* SPDX-License-Identifier: MIT */
/* The same work by hand and by the high-level functions, one after the other, again and again. */
#include "highlevel.h"

#include <string.h>

#define BLOCK_NS 4000000U /* that one way works before it is the other one's turn */
#define MODULUS  256
#define LARGE    1024
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

struct bench_keys {
	struct p11l_object *rsa, *ec, *aes;
};

struct work {
	const char *name;
	void (*direct)(const struct bench_world *world, const struct bench_keys *keys);
	void (*lens)(const struct bench_world *world, const struct bench_keys *keys);
};

static CK_BYTE data[LARGE];
static CK_BYTE iv[16];

/* --- Signing */

static void sign_direct(const struct bench_world *world, CK_MECHANISM_TYPE type,
        const struct p11l_object *key, CK_ULONG size)
{
	CK_MECHANISM mechanism = {type, NULL, 0};
	CK_BYTE signature[MODULUS];
	CK_ULONG length = sizeof(signature);

	bench_must("C_SignInit",
	        world->direct->C_SignInit(world->handle, &mechanism, p11l_object_handle(key)));
	bench_must("C_Sign", world->direct->C_Sign(world->handle, data, size, signature, &length));
}

static void sign_lens(CK_MECHANISM_TYPE type, struct p11l_object *key, CK_ULONG size)
{
	struct p11l_mechanism mechanism = p11l_plain(type);
	CK_BYTE memory[MODULUS];
	struct p11l_buffer signature;

	p11l_buffer_over(&signature, memory, sizeof(memory));
	bench_must("p11l_sign", p11l_sign(key, &mechanism, data, size, &signature));
}

static void rsa_direct(const struct bench_world *world, const struct bench_keys *keys)
{
	sign_direct(world, CKM_SHA256_RSA_PKCS, keys->rsa, sizeof(data));
}

static void rsa_lens(const struct bench_world *world, const struct bench_keys *keys)
{
	(void)world;
	sign_lens(CKM_SHA256_RSA_PKCS, keys->rsa, sizeof(data));
}

static void ecdsa_direct(const struct bench_world *world, const struct bench_keys *keys)
{
	sign_direct(world, CKM_ECDSA, keys->ec, 32);
}

static void ecdsa_lens(const struct bench_world *world, const struct bench_keys *keys)
{
	(void)world;
	sign_lens(CKM_ECDSA, keys->ec, 32);
}

/* --- Encrypting */

static void aes_direct(const struct bench_world *world, const struct bench_keys *keys)
{
	CK_MECHANISM mechanism = {CKM_AES_CBC_PAD, iv, sizeof(iv)};
	CK_BYTE out[LARGE + 16];
	CK_ULONG length = sizeof(out);

	bench_must("C_EncryptInit", world->direct->C_EncryptInit(world->handle, &mechanism,
	                                    p11l_object_handle(keys->aes)));
	bench_must("C_Encrypt",
	        world->direct->C_Encrypt(world->handle, data, sizeof(data), out, &length));
}

static void aes_lens(const struct bench_world *world, const struct bench_keys *keys)
{
	struct p11l_mechanism mechanism = p11l_iv(CKM_AES_CBC_PAD, iv, sizeof(iv));
	CK_BYTE memory[LARGE + 16];
	struct p11l_buffer out;

	(void)world;
	p11l_buffer_over(&out, memory, sizeof(memory));
	bench_must("p11l_encrypt", p11l_encrypt(keys->aes, &mechanism, data, sizeof(data), &out));
}

/* --- Reading attributes */

/* Those that tell what a key is, and those that nobody wants to know as a rule. */
static const CK_ATTRIBUTE_TYPE known[] = {
        CKA_LABEL, CKA_ID, CKA_KEY_TYPE, CKA_MODULUS, CKA_PUBLIC_EXPONENT};
static const CK_ATTRIBUTE_TYPE other[] = {CKA_LOCAL, CKA_NEVER_EXTRACTABLE, CKA_ALWAYS_SENSITIVE,
        CKA_KEY_GEN_MECHANISM, CKA_MODIFIABLE};

static void read_direct(const struct bench_world *world, const struct p11l_object *key,
        const CK_ATTRIBUTE_TYPE *types)
{
	CK_ATTRIBUTE attributes[5];
	CK_BYTE values[5][MODULUS];

	for (CK_ULONG i = 0; i < 5; i++)
		attributes[i] = (CK_ATTRIBUTE){types[i], values[i], sizeof(values[i])};
	bench_must("C_GetAttributeValue", world->direct->C_GetAttributeValue(world->handle,
	                                          p11l_object_handle(key), attributes, 5));
}

static void read_lens(struct p11l_object *key, const CK_ATTRIBUTE_TYPE *types)
{
	static struct p11l_attributes values;

	bench_must("p11l_get_attributes", p11l_get_attributes(key, types, 5, &values));
	if (values.count != 5)
		bench_fail("p11l_get_attributes", "leaves some out");
}

static void known_direct(const struct bench_world *world, const struct bench_keys *keys)
{
	read_direct(world, keys->rsa, known);
}

static void known_lens(const struct bench_world *world, const struct bench_keys *keys)
{
	(void)world;
	read_lens(keys->rsa, known);
}

static void other_direct(const struct bench_world *world, const struct bench_keys *keys)
{
	read_direct(world, keys->rsa, other);
}

static void other_lens(const struct bench_world *world, const struct bench_keys *keys)
{
	(void)world;
	read_lens(keys->rsa, other);
}

/* --- Taking turns */

static struct p11l_object *pair(const struct bench_world *world, CK_KEY_TYPE type, CK_ULONG bits)
{
	struct p11l_object *public_key = NULL, *private_key = NULL;

	bench_must("p11l_generate_keypair",
	        p11l_generate_keypair(world->session, type, bits,
	                P11L_KEY(.label = "a key", .id = "\001\002", .id_size = 2), &public_key,
	                &private_key));
	p11l_object_free(public_key);
	return private_key;
}

static double take_turn(const struct bench_world *world, const struct bench_keys *keys,
        void (*run)(const struct bench_world *, const struct bench_keys *), unsigned long count)
{
	uint64_t begun = bench_used();

	for (unsigned long i = 0; i < count; i++)
		run(world, keys);
	return (double)(bench_used() - begun) / (double)count;
}

/* How often it is done in the time of a turn. */
static unsigned long times(
        const struct bench_world *world, const struct bench_keys *keys, const struct work *work)
{
	double ns;

	take_turn(world, keys, work->direct, 3);
	take_turn(world, keys, work->lens, 3);
	ns = take_turn(world, keys, work->direct, 10);
	return ns < BLOCK_NS / 4.0 ? (unsigned long)(BLOCK_NS / ns) : 4;
}

/* Who goes first changes, so that neither always has the other one's cache. */
static void compare(const struct bench_world *world, const struct bench_keys *keys,
        const struct work *work, unsigned rounds)
{
	unsigned long count = times(world, keys, work);

	for (unsigned i = 0; i < rounds; i++) {
		double direct = 0, lens;

		if (i % 2 == 0)
			direct = take_turn(world, keys, work->direct, count);
		lens = take_turn(world, keys, work->lens, count);
		if (i % 2 != 0)
			direct = take_turn(world, keys, work->direct, count);
		bench_row(work->name, direct, lens);
	}
}

void bench_compare(const struct bench_world *world, unsigned rounds)
{
	static const struct work works[] = {
	        {"sign-rsa-2048", rsa_direct, rsa_lens},
	        {"sign-ecdsa-p256", ecdsa_direct, ecdsa_lens},
	        {"encrypt-aes-1k", aes_direct, aes_lens},
	        {"read-5-attributes", other_direct, other_lens},
	        {"read-5-known", known_direct, known_lens},
	};
	struct bench_keys keys = {
	        pair(world, CKK_RSA, 2048), pair(world, CKK_EC, 256), bench_aes_key(world)};

	memset(data, 0x5a, sizeof(data));
	for (size_t i = 0; i < COUNT(works); i++)
		compare(world, &keys, &works[i], rounds);
	p11l_object_free(keys.rsa);
	p11l_object_free(keys.ec);
	p11l_object_free(keys.aes);
}
