/* SPDX-License-Identifier: MIT */
/* A vendor each of whose calls takes 1 ms longer, as those of a device over a network do. */
#define _GNU_SOURCE /* pthread_barrier_t */
#include "highlevel.h"

#include <pthread.h>

#define THREADS 8
#define SIGNS   100 /* of each thread */
#define LISTED  1000

struct signers {
	struct p11l_object *key;
	pthread_barrier_t barrier;
};

static void sign(struct p11l_object *key, unsigned count)
{
	static const CK_BYTE digest[32] = {1};
	struct p11l_mechanism mechanism = p11l_plain(CKM_ECDSA);
	CK_BYTE memory[64];
	struct p11l_buffer signature;

	for (unsigned i = 0; i < count; i++) {
		p11l_buffer_over(&signature, memory, sizeof(memory));
		bench_must("p11l_sign",
		        p11l_sign(key, &mechanism, digest, sizeof(digest), &signature));
	}
}

/* The first signature opens the session; the others are measured while main waits for them. */
static void *signer(void *argument)
{
	struct signers *signers = argument;

	sign(signers->key, 1);
	pthread_barrier_wait(&signers->barrier);
	pthread_barrier_wait(&signers->barrier);
	sign(signers->key, SIGNS);
	pthread_barrier_wait(&signers->barrier);
	return NULL;
}

/* Nanoseconds for one signature, however many threads it takes. */
static double sign_in(unsigned threads, struct p11l_object *key)
{
	struct signers signers = {.key = key};
	pthread_t thread[THREADS];
	uint64_t begun;
	double ns;

	pthread_barrier_init(&signers.barrier, NULL, threads + 1);
	for (unsigned i = 0; i < threads; i++)
		if (pthread_create(&thread[i], NULL, signer, &signers) != 0)
			bench_fail("pthread_create", "no more threads");
	pthread_barrier_wait(&signers.barrier);
	begun = bench_now();
	pthread_barrier_wait(&signers.barrier);
	pthread_barrier_wait(&signers.barrier);
	ns = (double)(bench_now() - begun) / SIGNS / threads;
	for (unsigned i = 0; i < threads; i++)
		pthread_join(thread[i], NULL);
	pthread_barrier_destroy(&signers.barrier);
	return ns;
}

/* By hand, so that it does not take longer than what is measured. */
static void make_objects(const struct bench_world *world)
{
	CK_OBJECT_CLASS object_class = CKO_SECRET_KEY;
	CK_KEY_TYPE key_type = CKK_GENERIC_SECRET;
	CK_BBOOL no = CK_FALSE;
	CK_BYTE id[2], value[16] = {0}, label[] = "listed";
	CK_ATTRIBUTE template[] = {{CKA_CLASS, &object_class, sizeof(object_class)},
	        {CKA_KEY_TYPE, &key_type, sizeof(key_type)}, {CKA_TOKEN, &no, sizeof(no)},
	        {CKA_LABEL, label, sizeof(label) - 1}, {CKA_ID, id, sizeof(id)},
	        {CKA_VALUE, value, sizeof(value)}};
	CK_OBJECT_HANDLE object;

	for (unsigned i = 0; i < LISTED; i++) {
		id[0] = (CK_BYTE)(i >> 8);
		id[1] = (CK_BYTE)i;
		bench_must("C_CreateObject",
		        world->direct->C_CreateObject(world->handle, template, 6, &object));
	}
}

static double list(const struct bench_world *world)
{
	struct p11l_objects *objects = NULL;
	uint64_t begun = bench_now();
	double seconds;

	bench_must(
	        "p11l_find", p11l_find(world->session, P11L_SELECT(.label = "listed"), &objects));
	seconds = (double)(bench_now() - begun) / 1e9;
	if (p11l_objects_count(objects) != LISTED)
		bench_fail("p11l_find", "finds another number of objects");
	p11l_objects_free(objects);
	return seconds;
}

void bench_slow(const struct bench_world *world, unsigned rounds)
{
	struct p11l_object *public_key = NULL, *private_key = NULL;
	struct p11l_object *aes = bench_aes_key(world);

	bench_must("p11l_generate_keypair", p11l_generate_keypair(world->session, CKK_EC, 256, NULL,
	                                            &public_key, &private_key));
	make_objects(world);
	for (unsigned i = 0; i < rounds; i++) {
		double alone = sign_in(1, private_key);

		bench_row("threads-8", alone, sign_in(THREADS, private_key));
		bench_row("list-1000", list(world), 1);
		bench_row("stream-1ms", BENCH_STREAM_MIB, bench_stream_once(aes, bench_now) / 1e9);
	}
	p11l_object_free(private_key);
	p11l_object_free(public_key);
	p11l_object_free(aes);
}
