/* SPDX-License-Identifier: MIT */
/*
 * Both word sizes in one: a block is 16 words, and the constants of the short words are the upper
 * halves of those of the long ones.
 */
#define _GNU_SOURCE
#include "highlevel/operation/sha2.h"

#include <stdbool.h>
#include <string.h>

/* Fractional parts of the cube roots of the first 80 primes. */
static const uint64_t constants[80] = {
        0x428a2f98d728ae22,
        0x7137449123ef65cd,
        0xb5c0fbcfec4d3b2f,
        0xe9b5dba58189dbbc,
        0x3956c25bf348b538,
        0x59f111f1b605d019,
        0x923f82a4af194f9b,
        0xab1c5ed5da6d8118,
        0xd807aa98a3030242,
        0x12835b0145706fbe,
        0x243185be4ee4b28c,
        0x550c7dc3d5ffb4e2,
        0x72be5d74f27b896f,
        0x80deb1fe3b1696b1,
        0x9bdc06a725c71235,
        0xc19bf174cf692694,
        0xe49b69c19ef14ad2,
        0xefbe4786384f25e3,
        0x0fc19dc68b8cd5b5,
        0x240ca1cc77ac9c65,
        0x2de92c6f592b0275,
        0x4a7484aa6ea6e483,
        0x5cb0a9dcbd41fbd4,
        0x76f988da831153b5,
        0x983e5152ee66dfab,
        0xa831c66d2db43210,
        0xb00327c898fb213f,
        0xbf597fc7beef0ee4,
        0xc6e00bf33da88fc2,
        0xd5a79147930aa725,
        0x06ca6351e003826f,
        0x142929670a0e6e70,
        0x27b70a8546d22ffc,
        0x2e1b21385c26c926,
        0x4d2c6dfc5ac42aed,
        0x53380d139d95b3df,
        0x650a73548baf63de,
        0x766a0abb3c77b2a8,
        0x81c2c92e47edaee6,
        0x92722c851482353b,
        0xa2bfe8a14cf10364,
        0xa81a664bbc423001,
        0xc24b8b70d0f89791,
        0xc76c51a30654be30,
        0xd192e819d6ef5218,
        0xd69906245565a910,
        0xf40e35855771202a,
        0x106aa07032bbd1b8,
        0x19a4c116b8d2d0c8,
        0x1e376c085141ab53,
        0x2748774cdf8eeb99,
        0x34b0bcb5e19b48a8,
        0x391c0cb3c5c95a63,
        0x4ed8aa4ae3418acb,
        0x5b9cca4f7763e373,
        0x682e6ff3d6b2b8a3,
        0x748f82ee5defb2fc,
        0x78a5636f43172f60,
        0x84c87814a1f0ab72,
        0x8cc702081a6439ec,
        0x90befffa23631e28,
        0xa4506cebde82bde9,
        0xbef9a3f7b2c67915,
        0xc67178f2e372532b,
        0xca273eceea26619c,
        0xd186b8c721c0c207,
        0xeada7dd6cde0eb1e,
        0xf57d4f7fee6ed178,
        0x06f067aa72176fba,
        0x0a637dc5a2c898a6,
        0x113f9804bef90dae,
        0x1b710b35131c471b,
        0x28db77f523047d84,
        0x32caab7b40c72493,
        0x3c9ebe0a15c9bebc,
        0x431d67c49c100d4c,
        0x4cc5d4becb3e42b6,
        0x597f299cfc657e2a,
        0x5fcb6fab3ad6faec,
        0x6c44198c4a475817,
};

/* Where each digest starts: fractional parts of square roots of primes. */
static const struct {
	unsigned digest;
	uint64_t state[8];
} starts[] = {
        {28,
                {
                        0xc1059ed8,
                        0x367cd507,
                        0x3070dd17,
                        0xf70e5939,
                        0xffc00b31,
                        0x68581511,
                        0x64f98fa7,
                        0xbefa4fa4,
                }},
        {32,
                {
                        0x6a09e667,
                        0xbb67ae85,
                        0x3c6ef372,
                        0xa54ff53a,
                        0x510e527f,
                        0x9b05688c,
                        0x1f83d9ab,
                        0x5be0cd19,
                }},
        {48,
                {
                        0xcbbb9d5dc1059ed8,
                        0x629a292a367cd507,
                        0x9159015a3070dd17,
                        0x152fecd8f70e5939,
                        0x67332667ffc00b31,
                        0x8eb44a8768581511,
                        0xdb0c2e0d64f98fa7,
                        0x47b5481dbefa4fa4,
                }},
        {64,
                {
                        0x6a09e667f3bcc908,
                        0xbb67ae8584caa73b,
                        0x3c6ef372fe94f82b,
                        0xa54ff53a5f1d36f1,
                        0x510e527fade682d1,
                        0x9b05688c2b3e6c1f,
                        0x1f83d9abfb41bd6b,
                        0x5be0cd19137e2179,
                }},
};

/* What differs between the two word sizes. */
struct width {
	unsigned octets; /* of a word */
	unsigned rounds;
	uint8_t big0[3], big1[3];     /* rotations */
	uint8_t small0[3], small1[3]; /* two rotations and a shift */
};
static const struct width narrow = {4, 64, {2, 13, 22}, {6, 11, 25}, {7, 18, 3}, {17, 19, 10}};
static const struct width wide = {8, 80, {28, 34, 39}, {14, 18, 41}, {1, 8, 7}, {19, 61, 6}};

static inline uint64_t rotate(uint64_t x, unsigned by, bool is_wide)
{
	if (is_wide)
		return x >> by | x << (64 - by);
	return (uint32_t)((uint32_t)x >> by | (uint32_t)x << (32 - by));
}

static inline uint64_t mix(uint64_t x, const uint8_t by[3], bool is_wide)
{
	return rotate(x, by[0], is_wide) ^ rotate(x, by[1], is_wide) ^ rotate(x, by[2], is_wide);
}

static inline uint64_t mix_shifted(uint64_t x, const uint8_t by[3], bool is_wide)
{
	return rotate(x, by[0], is_wide) ^ rotate(x, by[1], is_wide) ^ x >> by[2];
}

static inline uint64_t read_word(const uint8_t *octets, unsigned count)
{
	uint64_t word = 0;

	for (unsigned i = 0; i < count; i++)
		word = word << 8 | octets[i];
	return word;
}

static inline __attribute__((always_inline)) void compress(
        uint64_t state[8], const uint8_t *block, const struct width *width, bool is_wide)
{
	const uint64_t mask = is_wide ? ~(uint64_t)0 : 0xffffffff;
	uint64_t w[80], s[8];

	for (unsigned t = 0; t < 16; t++)
		w[t] = read_word(block + t * width->octets, width->octets);
	for (unsigned t = 16; t < width->rounds; t++)
		w[t] = (mix_shifted(w[t - 2], width->small1, is_wide) + w[t - 7] +
		               mix_shifted(w[t - 15], width->small0, is_wide) + w[t - 16]) &
		       mask;
	memcpy(s, state, sizeof(s));
	for (unsigned t = 0; t < width->rounds; t++) {
		uint64_t constant = is_wide ? constants[t] : constants[t] >> 32;
		uint64_t one = s[7] + mix(s[4], width->big1, is_wide) +
		               ((s[4] & s[5]) ^ (~s[4] & s[6])) + constant + w[t];
		uint64_t two = mix(s[0], width->big0, is_wide) +
		               ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));

		memmove(s + 1, s, 7 * sizeof(s[0]));
		s[4] = (s[4] + one) & mask;
		s[0] = (one + two) & mask;
	}
	for (unsigned i = 0; i < 8; i++)
		state[i] = (state[i] + s[i]) & mask;
	explicit_bzero(w, sizeof(w));
}

static const struct width *width_of(const struct p11l_sha2 *sha2)
{
	return sha2->digest > 32 ? &wide : &narrow;
}

static void take_block(struct p11l_sha2 *sha2, const uint8_t *block)
{
	if (width_of(sha2) == &wide)
		compress(sha2->state, block, &wide, true);
	else
		compress(sha2->state, block, &narrow, false);
}

void p11l_sha2_begin(struct p11l_sha2 *sha2, unsigned digest)
{
	*sha2 = (struct p11l_sha2){.digest = digest};
	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
		if (starts[i].digest == digest)
			memcpy(sha2->state, starts[i].state, sizeof(sha2->state));
}

void p11l_sha2_update(struct p11l_sha2 *sha2, const void *data, size_t size)
{
	const size_t block = 16 * width_of(sha2)->octets;
	const uint8_t *at = data;

	while (size > 0) {
		size_t held = sha2->size % block;
		size_t part = block - held < size ? block - held : size;

		if (part == block) {
			take_block(sha2, at);
		} else {
			memcpy(sha2->block + held, at, part);
			if (held + part == block)
				take_block(sha2, sha2->block);
		}
		sha2->size += part;
		at += part;
		size -= part;
	}
}

void p11l_sha2_finish(struct p11l_sha2 *sha2, uint8_t *digest)
{
	const unsigned octets = width_of(sha2)->octets, block = 16 * octets;
	const uint64_t bits = sha2->size * 8;
	uint8_t padding[2 * 128] = {0x80}, length[8];
	size_t held = sha2->size % block;
	size_t room = held < block - 2 * octets ? block - held : 2 * block - held;

	for (unsigned i = 0; i < 8; i++)
		length[i] = (uint8_t)(bits >> (56 - 8 * i));
	memcpy(padding + room - 8, length, sizeof(length));
	p11l_sha2_update(sha2, padding, room);
	for (unsigned i = 0; i < sha2->digest; i++)
		digest[i] = (uint8_t)(sha2->state[i / octets] >> (8 * (octets - 1 - i % octets)));
	explicit_bzero(sha2, sizeof(*sha2));
}
