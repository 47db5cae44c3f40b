/* SPDX-License-Identifier: MIT */
/* The client: operations (operations.c), what a cell costs (measure.c, counters.c), main. */
#ifndef BENCH_H
#define BENCH_H

#include "include/cryptoki.h"

#include <stdbool.h>
#include <stdint.h>

#define BENCH_THREADS 64

/* The module under test, ready to work. */
struct bench_module {
	CK_FUNCTION_LIST *table;    /* of C_GetFunctionList */
	CK_C_GetSessionInfo symbol; /* the exported one; NULL when it is not exported */
	CK_OBJECT_HANDLE key;
	CK_SESSION_HANDLE session[BENCH_THREADS];
};

/* What an operation hands to the module. Where it lies is part of what is measured. */
struct bench_buffers {
	CK_SESSION_INFO info;
	CK_ATTRIBUTE template[4];
	CK_OBJECT_CLASS class;
	CK_KEY_TYPE key_type;
	uint8_t id[32], point[128];
	CK_MECHANISM mechanism;
	uint8_t iv[16], data[1024], result[1024];
	CK_ULONG length;
};

enum bench_place { BENCH_STACK, BENCH_STATIC, BENCH_HEAP };

/* Does the operation count times in one session; loops inside, so that the loop costs nothing. */
typedef CK_RV (*bench_run)(const struct bench_module *module, CK_SESSION_HANDLE session,
        struct bench_buffers *b, unsigned long count);

struct bench_operation {
	const char *name;
	bench_run run;
	bool needs_symbol;
};

extern const struct bench_operation bench_operations[]; /* ends with a NULL name */

void bench_prepare(struct bench_buffers *b);

/* One cell of the table: an operation, where its buffers lie, how many threads do it. */
struct bench_cell {
	const struct bench_module *module;
	const struct bench_operation *operation;
	enum bench_place place;
	unsigned threads;
	double seconds; /* to run it for, about */
};

/* All per operation; time as one thread sees it, the rest of the whole process. */
struct bench_result {
	double ns, cpu_ns, bytes, writes, allocations;
	CK_RV rv;
};

/* Finds out how often the operation is done in the time of the cell. 0: it fails, see *rv. */
unsigned long bench_calibrate(const struct bench_cell *cell, CK_RV *rv);

struct bench_result bench_measure(const struct bench_cell *cell, unsigned long count);

/* What the process has used up so far. */
struct bench_counters {
	uint64_t cpu_ns, bytes, writes, allocations;
};

uint64_t bench_now(void);
struct bench_counters bench_count(void);

#endif
