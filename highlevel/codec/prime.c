/* SPDX-License-Identifier: MIT */
#include "prime.h"

#include <string.h>

#define MAX_BITS  8192
#define MAX_LIMBS (MAX_BITS / 32)

typedef uint32_t limb;

/* An odd modulus, least significant limb first, with what Montgomery's multiplication needs. */
struct modulus {
	limb n[MAX_LIMBS];
	limb inverse; /* of -n, modulo the size of a limb */
	size_t limbs;
	limb one[MAX_LIMBS]; /* in Montgomery's form, as all factors are */
};

static int compare(const limb *a, const limb *b, size_t limbs)
{
	for (size_t i = limbs; i-- > 0;)
		if (a[i] != b[i])
			return a[i] < b[i] ? -1 : 1;
	return 0;
}

static void subtract(limb *a, const limb *b, size_t limbs)
{
	uint64_t borrow = 0;

	for (size_t i = 0; i < limbs; i++) {
		uint64_t d = (uint64_t)a[i] - b[i] - borrow;

		a[i] = (limb)d;
		borrow = d >> 63;
	}
}

/* a = 2a modulo n, for a below n. */
static void twice(limb *a, const struct modulus *m)
{
	limb carry = 0;

	for (size_t i = 0; i < m->limbs; i++) {
		limb high = a[i] >> 31;

		a[i] = a[i] << 1 | carry;
		carry = high;
	}
	if (carry != 0 || compare(a, m->n, m->limbs) >= 0)
		subtract(a, m->n, m->limbs);
}

/* One round of Montgomery's product: t = (t + a * b) / 2^32 modulo n, a little more than n. */
static void step(limb *t, limb a, const limb *b, const struct modulus *m)
{
	uint64_t carry = 0, reduced = 0;
	limb factor = (limb)((uint64_t)(t[0] + (limb)((uint64_t)a * b[0])) * m->inverse);

	for (size_t j = 0; j < m->limbs; j++) {
		carry += (uint64_t)a * b[j] + t[j];
		reduced += (uint64_t)factor * m->n[j] + (limb)carry;
		if (j > 0)
			t[j - 1] = (limb)reduced;
		carry >>= 32;
		reduced >>= 32;
	}
	carry += (uint64_t)t[m->limbs] + reduced;
	t[m->limbs - 1] = (limb)carry;
	t[m->limbs] = (limb)(carry >> 32);
}

static void multiply(limb *to, const limb *a, const limb *b, const struct modulus *m)
{
	limb t[MAX_LIMBS + 1] = {0};

	for (size_t i = 0; i < m->limbs; i++)
		step(t, a[i], b, m);
	if (t[m->limbs] != 0 || compare(t, m->n, m->limbs) >= 0)
		subtract(t, m->n, m->limbs);
	memcpy(to, t, m->limbs * sizeof(limb));
}

static void load(limb *to, const struct p11l_der *number)
{
	memset(to, 0, MAX_LIMBS * sizeof(limb));
	for (size_t i = 0; i < number->size; i++)
		to[i / 4] |= (limb)number->at[number->size - 1 - i] << 8 * (i % 4);
}

static bool start(struct modulus *m, const struct p11l_der *number)
{
	if (number->size == 0 || number->size > MAX_BITS / 8 ||
	        (number->at[number->size - 1] & 1) == 0 || (number->size == 1 && number->at[0] < 5))
		return false;
	load(m->n, number);
	m->limbs = (number->size + 3) / 4;
	/* Each step of Newton's doubles how many bits of the inverse are right. */
	m->inverse = m->n[0];
	for (int i = 0; i < 5; i++)
		m->inverse *= 2 - m->n[0] * m->inverse;
	m->inverse = 0 - m->inverse;
	memset(m->one, 0, sizeof(m->one));
	m->one[0] = 1;
	for (size_t i = 0; i < 32 * m->limbs; i++)
		twice(m->one, m);
	return true;
}

/* A number below n. */
static void to_form(limb *to, const limb *from, const struct modulus *m)
{
	limb plain[MAX_LIMBS];

	memcpy(plain, from, m->limbs * sizeof(limb));
	memset(to, 0, m->limbs * sizeof(limb));
	/* from * 2^(32 limbs), bit for bit */
	for (size_t i = 32 * m->limbs; i-- > 0;) {
		twice(to, m);
		if ((plain[i / 32] >> i % 32 & 1) != 0) {
			limb t[MAX_LIMBS];
			uint64_t sum = 0;

			for (size_t j = 0; j < m->limbs; j++) {
				sum += (uint64_t)to[j] + m->one[j];
				t[j] = (limb)sum;
				sum >>= 32;
			}
			if (sum != 0 || compare(t, m->n, m->limbs) >= 0)
				subtract(t, m->n, m->limbs);
			memcpy(to, t, m->limbs * sizeof(limb));
		}
	}
}

/* to = base ^ exponent, the exponent plain and as long as the modulus. */
static void power(limb *to, const limb *base, const limb *exponent, const struct modulus *m)
{
	limb result[MAX_LIMBS];

	memcpy(result, m->one, m->limbs * sizeof(limb));
	for (size_t i = 32 * m->limbs; i-- > 0;) {
		multiply(result, result, result, m);
		if ((exponent[i / 32] >> i % 32 & 1) != 0)
			multiply(result, result, base, m);
	}
	memcpy(to, result, m->limbs * sizeof(limb));
}

static void halve(limb *a, size_t limbs)
{
	for (size_t i = 0; i < limbs; i++)
		a[i] = a[i] >> 1 | (i + 1 < limbs ? a[i + 1] << 31 : 0);
}

/* Whether base^d, or one of its first squares, is what it must be if n is prime. */
static bool passes(const limb *base, const limb *d, unsigned twos, const limb *minus_one,
        const struct modulus *m)
{
	limb x[MAX_LIMBS];

	power(x, base, d, m);
	if (compare(x, m->one, m->limbs) == 0 || compare(x, minus_one, m->limbs) == 0)
		return true;
	while (--twos > 0) {
		multiply(x, x, x, m);
		if (compare(x, minus_one, m->limbs) == 0)
			return true;
	}
	return false;
}

bool p11l_is_prime(const struct p11l_der *number)
{
	static const limb bases[] = {2, 3, 5, 7, 11, 13, 17, 19};
	limb d[MAX_LIMBS], minus_one[MAX_LIMBS], base[MAX_LIMBS], small[MAX_LIMBS] = {0};
	struct modulus m;
	unsigned twos = 0;

	if (number->size < 4 || !start(&m, number))
		return false;
	memcpy(minus_one, m.n, sizeof(minus_one));
	subtract(minus_one, m.one, m.limbs);
	memcpy(d, m.n, sizeof(d));
	for (d[0] &= ~(limb)1; (d[0] & 1) == 0; twos++)
		halve(d, m.limbs);
	for (size_t i = 0; i < sizeof(bases) / sizeof(bases[0]); i++) {
		small[0] = bases[i];
		to_form(base, small, &m);
		if (!passes(base, d, twos, minus_one, &m))
			return false;
	}
	return true;
}

static void halve_octets(const struct p11l_der *p, CK_BYTE *q)
{
	for (size_t i = p->size; i-- > 0;)
		q[i] = (CK_BYTE)(p->at[i] >> 1 | (i > 0 ? p->at[i - 1] << 7 : 0));
}

CK_RV p11l_safe_prime(const struct p11l_der *p, const struct p11l_der *g, CK_BYTE *q)
{
	struct p11l_der half = {q, p->size};
	limb base[MAX_LIMBS], exponent[MAX_LIMBS];
	struct modulus m;

	if (g->size > p->size || !start(&m, p))
		return P11L_CKR_UNSUPPORTED;
	halve_octets(p, q);
	half = p11l_significant(half);
	load(base, g);
	load(exponent, &half);
	if (compare(base, m.n, m.limbs) >= 0)
		return P11L_CKR_UNSUPPORTED;
	to_form(base, base, &m);
	if (compare(base, m.one, m.limbs) == 0)
		return P11L_CKR_UNSUPPORTED;
	power(base, base, exponent, &m);
	/* Cheapest first: the power, then the smaller prime. */
	if (compare(base, m.one, m.limbs) != 0 || !p11l_is_prime(&half) || !p11l_is_prime(p))
		return P11L_CKR_UNSUPPORTED;
	return CKR_OK;
}
