/* SPDX-License-Identifier: MIT */
/*
 * Random templates: what a program asked for, what the vendor got, and whether the lens was right
 * to make the one out of the other.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include "mock/mock.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define MOST_ENTRIES 24
#define MOST_OCTETS  80

enum fuzz_use {
	FUZZ_CREATE,
	FUZZ_COPY,
	FUZZ_SET,
	FUZZ_GENERATE,
	FUZZ_PAIR,
	FUZZ_UNWRAP,
	FUZZ_DERIVE,
	FUZZ_USES
};

/* An attribute with its value, which may be NULL with a length. */
struct fuzz_entry {
	CK_ATTRIBUTE_TYPE type;
	CK_ULONG length;
	bool is_null;
	uint8_t octets[MOST_OCTETS];
};

struct fuzz_template {
	CK_ULONG count;
	bool is_null; /* the template itself */
	struct fuzz_entry entry[MOST_ENTRIES];
};

/* One call: what is asked, with one template or, for a pair, two. */
struct fuzz_call {
	enum fuzz_use use;
	CK_MECHANISM_TYPE mechanism;
	CK_OBJECT_CLASS class;
	CK_KEY_TYPE key_type;
	bool fills_in; /* defaults may be added */
	unsigned templates;
	struct fuzz_template asked[2];

	/* What the vendor answers, how often it was called and with what, and what came back. */
	CK_RV vendor_rv, rv;
	unsigned calls;
	struct fuzz_template got[2];
};

uint64_t fuzz_random(void);
unsigned fuzz_below(unsigned limit);
void fuzz_seed(uint64_t seed);

void fuzz_make(struct fuzz_call *call);

/* NULL when all is well, or what is wrong. */
const char *fuzz_judge(const struct fuzz_call *call);

bool fuzz_is_bool(CK_ATTRIBUTE_TYPE type);
bool fuzz_is_number(CK_ATTRIBUTE_TYPE type);
bool fuzz_is_big(CK_ATTRIBUTE_TYPE type);
bool fuzz_is_usage(CK_ATTRIBUTE_TYPE type);

/* Whether both mean the same, whatever their encoding. */
bool fuzz_is_same(const struct fuzz_entry *one, const struct fuzz_entry *other);

/* Reads attributes through the lens, and judges the answer by what the vendor says itself. */
struct fuzz_reader {
	CK_SESSION_HANDLE session;
	CK_C_GetAttributeValue lens, vendor;
};
const char *fuzz_read(const struct fuzz_reader *reader, bool is_off, CK_ATTRIBUTE_TYPE *about);

extern const CK_BYTE fuzz_p256[10];
extern const CK_BYTE fuzz_point[65];

#endif
