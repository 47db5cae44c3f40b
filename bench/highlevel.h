/* SPDX-License-Identifier: MIT */
/*
 * What the high-level functions cost. Two ways to the same SoftHSM in one process: by p11l_ through
 * the lens, and by hand as a program does that calls the module itself. They share keys, because
 * both are loaded from one file.
 */
#ifndef BENCH_HIGHLEVEL_H
#define BENCH_HIGHLEVEL_H

#include <pkcs11-lens.h>

#include <stdint.h>

struct bench_world {
	struct p11l_module *module;
	struct p11l_session *session;
	CK_FUNCTION_LIST *direct; /* of the vendor, and a session of it */
	CK_SESSION_HANDLE handle;
};

/* Ends the program with what went wrong. */
void bench_must(const char *what, CK_RV rv);
void bench_fail(const char *what, const char *why) __attribute__((noreturn));

/* Nanoseconds: as the clock has them; or of the processor, which others on the machine do not add
 * to. */
uint64_t bench_now(void);
uint64_t bench_used(void);

/* A line of results: two times of the same work, of which the first is the one to compare with. */
void bench_row(const char *name, double first, double second);

/* An AES key of the session. */
struct p11l_object *bench_aes_key(const struct bench_world *world);

/* The parts: each prints its rows, rounds times. */
void bench_compare(const struct bench_world *world, unsigned rounds);
void bench_slow(const struct bench_world *world, unsigned rounds);
void bench_stream(const struct bench_world *world, unsigned rounds);

/* Nanoseconds, by such a clock, that p11l_encrypt_fd takes for 64 MiB between files in memory. */
double bench_stream_once(struct p11l_object *key, uint64_t (*clock)(void));
#define BENCH_STREAM_MIB 64

#endif
