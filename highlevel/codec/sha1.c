/* SPDX-License-Identifier: MIT */
#include "sha1.h"

#include <string.h>

#define BLOCK 64

static uint32_t rotate(uint32_t x, unsigned n)
{
	return x << n | x >> (32 - n);
}

/* The function and the constant of a round, which change every twenty. */
static uint32_t mixed(unsigned round, uint32_t b, uint32_t c, uint32_t d)
{
	switch (round / 20) {
	case 0:
		return ((b & c) | (~b & d)) + 0x5a827999u;
	case 1:
		return (b ^ c ^ d) + 0x6ed9eba1u;
	case 2:
		return ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdcu;
	default:
		return (b ^ c ^ d) + 0xca62c1d6u;
	}
}

static void add_block(uint32_t state[5], const uint8_t *block)
{
	uint32_t w[80], v[5], next;

	for (size_t i = 0; i < 16; i++)
		w[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 |
		       (uint32_t)block[4 * i + 2] << 8 | block[4 * i + 3];
	for (size_t i = 16; i < 80; i++)
		w[i] = rotate(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
	memcpy(v, state, sizeof(v));
	for (unsigned i = 0; i < 80; i++) {
		next = rotate(v[0], 5) + mixed(i, v[1], v[2], v[3]) + v[4] + w[i];
		v[4] = v[3];
		v[3] = v[2];
		v[2] = rotate(v[1], 30);
		v[1] = v[0];
		v[0] = next;
	}
	for (size_t i = 0; i < 5; i++)
		state[i] += v[i];
}

void p11l_sha1(const void *data, size_t size, uint8_t digest[P11L_SHA1])
{
	uint32_t state[5] = {0x67452301u, 0xefcdab89u, 0x98badcfeu, 0x10325476u, 0xc3d2e1f0u};
	const uint8_t *at = data;
	uint64_t bits = (uint64_t)size * 8;
	uint8_t last[2 * BLOCK] = {0};
	size_t end;

	for (; size >= BLOCK; size -= BLOCK, at += BLOCK)
		add_block(state, at);
	if (size > 0)
		memcpy(last, at, size);
	last[size] = 0x80;
	end = size + 9 <= BLOCK ? BLOCK : 2 * BLOCK;
	for (size_t i = 0; i < 8; i++)
		last[end - 1 - i] = (uint8_t)(bits >> 8 * i);
	for (size_t i = 0; i < end; i += BLOCK)
		add_block(state, last + i);
	for (size_t i = 0; i < P11L_SHA1; i++)
		digest[i] = (uint8_t)(state[i / 4] >> 8 * (3 - i % 4));
}
