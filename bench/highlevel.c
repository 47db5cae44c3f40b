/* SPDX-License-Identifier: MIT */
/*
 * usage: highlevel PART ROUNDS LENS VENDOR      PART: compare, slow, stream
 * With the environment that bench/highlevel.sh makes. Prints a line "NAME FIRST SECOND" for each
 * measurement: two times, of which the quotient counts; its meaning is in bench/highlevel.awk.
 */
#define _GNU_SOURCE
#include "highlevel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>

#define TOKEN "bench"
#define PIN   "1234"

void bench_fail(const char *what, const char *why)
{
	fprintf(stderr, "bench: %s: %s\n", what, why);
	exit(1);
}

void bench_must(const char *what, CK_RV rv)
{
	const char *text;
	char number[40];

	if (rv == CKR_OK)
		return;
	text = p11l_error_text();
	snprintf(number, sizeof(number), "answered 0x%lx", rv);
	bench_fail(what, text != NULL && *text != '\0' ? text : number);
}

static uint64_t read_clock(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000000000U + (uint64_t)t.tv_nsec;
}

uint64_t bench_now(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

uint64_t bench_used(void)
{
	return read_clock(CLOCK_PROCESS_CPUTIME_ID);
}

void bench_row(const char *name, double first, double second)
{
	printf("%s %.9g %.9g\n", name, first, second);
}

struct p11l_object *bench_aes_key(const struct bench_world *world)
{
	struct p11l_object *key = NULL;

	bench_must(
	        "p11l_generate_key", p11l_generate_key(world->session, CKK_AES, 256, NULL, &key));
	return key;
}

/* By the lens, which initialises the module and logs in. */
static void open_lens(struct bench_world *world, const char *lens)
{
	if (p11l_bind(lens) != CKR_OK)
		bench_fail(lens, "cannot be loaded");
	bench_must("p11l_load", p11l_load(NULL, &world->module));
	bench_must("p11l_open",
	        p11l_open(world->module, P11L_OPEN(.token = TOKEN, .pin = PIN), &world->session));
}

/* By hand: the module is initialised and logged in already, as it is the same. */
static void open_direct(struct bench_world *world, const char *vendor)
{
	void *module = dlopen(vendor, RTLD_NOW | RTLD_LOCAL);
	CK_C_GetFunctionList get;

	if (module == NULL)
		bench_fail(vendor, dlerror());
	*(void **)(void *)&get = dlsym(module, "C_GetFunctionList");
	if (get == NULL)
		bench_fail(vendor, "has no C_GetFunctionList");
	bench_must("C_GetFunctionList", get(&world->direct));
	bench_must("C_OpenSession",
	        world->direct->C_OpenSession(p11l_slot_id(p11l_session_token(world->session)),
	                CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &world->handle));
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(const struct bench_world *world, unsigned rounds);
	} parts[] = {{"compare", bench_compare}, {"slow", bench_slow}, {"stream", bench_stream}};
	struct bench_world world;
	size_t part = 0;

	while (part < 3 && (argc != 5 || strcmp(parts[part].name, argv[1]) != 0))
		part++;
	if (part == 3) {
		fputs("usage: highlevel compare|slow|stream ROUNDS LENS VENDOR\n", stderr);
		return 2;
	}
	/* A vendor that sleeps 1 ms shall sleep no longer. */
	prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
	open_lens(&world, argv[3]);
	open_direct(&world, argv[4]);
	parts[part].run(&world, (unsigned)strtoul(argv[2], NULL, 10));
	p11l_close(world.session);
	p11l_module_free(world.module);
	return fflush(stdout) == 0 ? 0 : 1;
}
