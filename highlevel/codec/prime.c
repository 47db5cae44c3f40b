/* SPDX-License-Identifier: MIT */
#include "prime.h"

#include <string.h>

#ifdef __SIZEOF_INT128__
typedef uint64_t limb;
__extension__ typedef unsigned __int128 wide; /* holds the product of two limbs */
#else
typedef uint32_t limb;
typedef uint64_t wide;
#endif

#define BITS      (8 * sizeof(limb))
#define MAX_BITS  8192
#define MAX_LIMBS (MAX_BITS / BITS)

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
	limb borrow = 0;

	for (size_t i = 0; i < limbs; i++) {
		wide d = (wide)a[i] - b[i] - borrow;

		a[i] = (limb)d;
		borrow = (limb)(d >> BITS) & 1;
	}
}

/* a = 2a modulo n, for a below n. */
static void twice(limb *a, const struct modulus *m)
{
	limb carry = 0;

	for (size_t i = 0; i < m->limbs; i++) {
		limb high = a[i] >> (BITS - 1);

		a[i] = a[i] << 1 | carry;
		carry = high;
	}
	if (carry != 0 || compare(a, m->n, m->limbs) >= 0)
		subtract(a, m->n, m->limbs);
}

/* One round of Montgomery's product: t = (t + a * b) / 2^BITS modulo n, a little more than n. */
static void step(limb *t, limb a, const limb *b, const struct modulus *m)
{
	wide carry = 0, reduced = 0;
	limb factor = (limb)((t[0] + (limb)((wide)a * b[0])) * m->inverse);

	for (size_t j = 0; j < m->limbs; j++) {
		carry += (wide)a * b[j] + t[j];
		reduced += (wide)factor * m->n[j] + (limb)carry;
		if (j > 0)
			t[j - 1] = (limb)reduced;
		carry >>= BITS;
		reduced >>= BITS;
	}
	carry += (wide)t[m->limbs] + reduced;
	t[m->limbs - 1] = (limb)carry;
	t[m->limbs] = (limb)(carry >> BITS);
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
		to[i / sizeof(limb)] |= (limb)number->at[number->size - 1 - i]
		                        << 8 * (i % sizeof(limb));
}

static bool start(struct modulus *m, const struct p11l_der *number)
{
	if (number->size == 0 || number->size > MAX_BITS / 8 ||
	        (number->at[number->size - 1] & 1) == 0 || (number->size == 1 && number->at[0] < 5))
		return false;
	load(m->n, number);
	m->limbs = (number->size + sizeof(limb) - 1) / sizeof(limb);
	/* Each step of Newton's doubles how many bits of the inverse are right. */
	m->inverse = m->n[0];
	for (int i = 0; i < 6; i++)
		m->inverse *= 2 - m->n[0] * m->inverse;
	m->inverse = 0 - m->inverse;
	memset(m->one, 0, sizeof(m->one));
	m->one[0] = 1;
	for (size_t i = 0; i < BITS * m->limbs; i++)
		twice(m->one, m);
	return true;
}

/* a = a + b modulo n, for both below n. */
static void add(limb *a, const limb *b, const struct modulus *m)
{
	wide sum = 0;

	for (size_t i = 0; i < m->limbs; i++) {
		sum += (wide)a[i] + b[i];
		a[i] = (limb)sum;
		sum >>= BITS;
	}
	if (sum != 0 || compare(a, m->n, m->limbs) >= 0)
		subtract(a, m->n, m->limbs);
}

/* Puts a number below n into Montgomery's form, bit for bit. */
static void to_form(limb *to, const limb *from, const struct modulus *m)
{
	limb formed[MAX_LIMBS] = {0};

	for (size_t i = BITS * m->limbs; i-- > 0;) {
		twice(formed, m);
		if ((from[i / BITS] >> i % BITS & 1) != 0)
			add(formed, m->one, m);
	}
	memcpy(to, formed, m->limbs * sizeof(limb));
}

/* to = base ^ exponent, the exponent plain and as long as the modulus. */
static void power(limb *to, const limb *base, const limb *exponent, const struct modulus *m)
{
	limb result[MAX_LIMBS];

	memcpy(result, m->one, m->limbs * sizeof(limb));
	for (size_t i = BITS * m->limbs; i-- > 0;) {
		multiply(result, result, result, m);
		if ((exponent[i / BITS] >> i % BITS & 1) != 0)
			multiply(result, result, base, m);
	}
	memcpy(to, result, m->limbs * sizeof(limb));
}

static void halve(limb *a, size_t limbs)
{
	for (size_t i = 0; i < limbs; i++)
		a[i] = a[i] >> 1 | (i + 1 < limbs ? a[i + 1] << (BITS - 1) : 0);
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

/* 256 = 1 modulo 3, so the octets can be summed up. */
static bool has_factor_3(const struct p11l_der *number)
{
	unsigned sum = 0;

	for (size_t i = 0; i < number->size; i++)
		sum = (sum + number->at[i]) % 3;
	return sum == 0;
}

/* base ^ exponent = 1 */
static bool is_order(const limb *base, const struct p11l_der *exponent, const struct modulus *m)
{
	limb e[MAX_LIMBS], result[MAX_LIMBS];

	load(e, exponent);
	power(result, base, e, m);
	return compare(result, m->one, m->limbs) == 0;
}

CK_RV p11l_safe_prime(const struct p11l_der *p, const struct p11l_der *g, CK_BYTE *q)
{
	struct p11l_der half = {q, p->size};
	limb base[MAX_LIMBS], four[MAX_LIMBS] = {4};
	struct modulus m;

	if (p->size < 8 || g->size > p->size || has_factor_3(p) || !start(&m, p))
		return P11L_CKR_UNSUPPORTED;
	halve_octets(p, q);
	half = p11l_significant(half);
	load(base, g);
	if (compare(base, m.n, m.limbs) >= 0)
		return P11L_CKR_UNSUPPORTED;
	to_form(base, base, &m);
	to_form(four, four, &m);
	/*
	 * With q a prime, 4^q = 1 proves p to be one as well (Pocklington), because 4 - 1 has no
	 * factor in common with it.
	 */
	if (compare(base, m.one, m.limbs) == 0 || !is_order(base, &half, &m) ||
	        !is_order(four, &half, &m) || !p11l_is_prime(&half))
		return P11L_CKR_UNSUPPORTED;
	return CKR_OK;
}
