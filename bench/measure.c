/* SPDX-License-Identifier: MIT */
/* Running one cell. */
#define _GNU_SOURCE
#include "bench.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define WARM 16 /* operations that each thread does before it is measured */

struct worker {
	const struct bench_cell *cell;
	CK_SESSION_HANDLE session;
	struct bench_buffers *buffers;
	unsigned long count;
	pthread_barrier_t *barrier; /* NULL: alone */
	uint64_t ns;
	CK_RV rv;
};

static void meet(pthread_barrier_t *barrier)
{
	if (barrier != NULL)
		pthread_barrier_wait(barrier);
}

static void work_with(struct worker *w, struct bench_buffers *buffers)
{
	bench_run run = w->cell->operation->run;
	uint64_t start;

	bench_prepare(buffers);
	w->rv = run(w->cell->module, w->session, buffers, WARM);
	meet(w->barrier);
	meet(w->barrier);
	start = bench_now();
	w->rv |= run(w->cell->module, w->session, buffers, w->count);
	w->ns = bench_now() - start;
	meet(w->barrier);
	meet(w->barrier);
}

static void *work(void *argument)
{
	struct worker *w = argument;
	struct bench_buffers buffers;

	work_with(w, w->buffers != NULL ? w->buffers : &buffers);
	return NULL;
}

/* Where the buffers of a worker lie; NULL: on the stack of its thread. */
static struct bench_buffers *place_buffers(enum bench_place place, unsigned thread)
{
	static struct bench_buffers fixed[BENCH_THREADS];

	if (place == BENCH_STATIC)
		return &fixed[thread];
	return place == BENCH_HEAP ? malloc(sizeof(struct bench_buffers)) : NULL;
}

static void set_up(struct worker *worker, const struct bench_cell *cell, unsigned long count)
{
	for (unsigned i = 0; i < cell->threads; i++) {
		worker[i] = (struct worker){.cell = cell,
		        .session = cell->module->session[i],
		        .buffers = place_buffers(cell->place, i),
		        .count = count};
		if (cell->place == BENCH_HEAP && worker[i].buffers == NULL) {
			fprintf(stderr, "bench: out of memory\n");
			exit(1);
		}
	}
}

static void tear_down(struct worker *worker, const struct bench_cell *cell)
{
	for (unsigned i = 0; i < cell->threads && cell->place == BENCH_HEAP; i++)
		free(worker[i].buffers);
}

/* All counters are read while every thread waits, so that only the operations count. */
static struct bench_counters run_threads(struct worker *worker, unsigned threads)
{
	pthread_barrier_t barrier;
	pthread_t thread[BENCH_THREADS];
	struct bench_counters before, after;

	pthread_barrier_init(&barrier, NULL, threads + 1);
	for (unsigned i = 0; i < threads; i++) {
		worker[i].barrier = &barrier;
		if (pthread_create(&thread[i], NULL, work, &worker[i]) != 0) {
			fprintf(stderr, "bench: cannot start %u threads\n", threads);
			exit(1);
		}
	}
	meet(&barrier);
	before = bench_count();
	meet(&barrier);
	meet(&barrier);
	after = bench_count();
	meet(&barrier);
	for (unsigned i = 0; i < threads; i++)
		pthread_join(thread[i], NULL);
	pthread_barrier_destroy(&barrier);
	return (struct bench_counters){after.cpu_ns - before.cpu_ns, after.bytes - before.bytes,
	        after.writes - before.writes, after.allocations - before.allocations};
}

/* One thread is the thread of main, as in most programs: no other exists then. */
static struct bench_counters run_alone(struct worker *worker)
{
	unsigned long count = worker->count;
	struct bench_counters before, after;

	worker->count = 0;
	work(worker);
	worker->count = count;
	before = bench_count();
	work(worker);
	after = bench_count();
	return (struct bench_counters){after.cpu_ns - before.cpu_ns, after.bytes - before.bytes,
	        after.writes - before.writes, after.allocations - before.allocations};
}

static double per(uint64_t value, unsigned long count)
{
	return (double)value / (double)count;
}

struct bench_result bench_measure(const struct bench_cell *cell, unsigned long count)
{
	struct worker worker[BENCH_THREADS];
	unsigned long total = count * cell->threads;
	struct bench_counters used;
	struct bench_result result = {.rv = CKR_OK};

	set_up(worker, cell, count);
	if (cell->threads == 1) {
		used = run_alone(worker);
		total += WARM;
	} else {
		used = run_threads(worker, cell->threads);
	}
	for (unsigned i = 0; i < cell->threads; i++) {
		result.ns += per(worker[i].ns, count) / cell->threads;
		result.rv |= worker[i].rv;
	}
	result.cpu_ns = per(used.cpu_ns, total);
	result.bytes = per(used.bytes, total);
	result.writes = per(used.writes, total);
	result.allocations = per(used.allocations, total);
	tear_down(worker, cell);
	return result;
}

unsigned long bench_calibrate(const struct bench_cell *cell, CK_RV *rv)
{
	struct bench_cell alone = *cell;
	unsigned long count = 4;
	struct bench_result result;
	double wanted;

	alone.threads = 1;
	do {
		count *= 2;
		result = bench_measure(&alone, count);
	} while (result.rv == CKR_OK && result.ns * (double)count < cell->seconds * 1e9 / 20);
	*rv = result.rv;
	if (result.rv != CKR_OK)
		return 0;
	wanted = cell->seconds * 1e9 / result.ns;
	return wanted > 8 ? (unsigned long)wanted : 8;
}
