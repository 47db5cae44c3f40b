/* SPDX-License-Identifier: MIT */
#include "stats.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define ENTRIES 1024
#define PROBES  32

struct entry {
	atomic_ullong key; /* 0: free */
	atomic_bool ready; /* what it is about has been written */
	struct p11l_stats_row row;
	atomic_ullong bytes, ns, max;
	atomic_ullong bucket[P11L_STATS_BUCKETS];
};

static struct entry entries[ENTRIES];
static struct entry overflow = {.ready = true}; /* of calls that found no entry */

static unsigned bucket_of(uint64_t ns)
{
	unsigned power;

	if (ns < P11L_STATS_STEPS)
		return (unsigned)ns;
	power = 63 - (unsigned)__builtin_clzll(ns);
	if (power - 4 >= P11L_STATS_POWERS)
		return P11L_STATS_BUCKETS - 1;
	return (power - 4) * P11L_STATS_STEPS +
	       (unsigned)(ns >> (power - 5) & (P11L_STATS_STEPS - 1));
}

/* The middle of what falls into a bucket. */
static uint64_t bucket_value(unsigned bucket)
{
	unsigned power = bucket / P11L_STATS_STEPS + 4, step = bucket % P11L_STATS_STEPS;

	if (bucket < P11L_STATS_STEPS)
		return bucket;
	return ((uint64_t)(P11L_STATS_STEPS + step) << (power - 5)) +
	       ((UINT64_C(1) << (power - 5)) >> 1);
}

static uint64_t key_of(const struct p11l_stats_call *call)
{
	uint64_t key = call->function + 1;

	key = (key ^ (call->has_mechanism ? call->mechanism + 1 : 0)) *
	      UINT64_C(0x9e3779b97f4a7c15);
	key = (key ^ key >> 29 ^ call->rv) * UINT64_C(0xbf58476d1ce4e5b9);
	return (key ^ key >> 32) | 1;
}

static void describe(struct entry *entry, const struct p11l_stats_call *call)
{
	entry->row = (struct p11l_stats_row){
	        call->function, call->has_mechanism, true, call->mechanism, call->rv};
	atomic_store_explicit(&entry->ready, true, memory_order_release);
}

static struct entry *entry_of(const struct p11l_stats_call *call)
{
	uint64_t key = key_of(call);

	for (unsigned i = 0; i < PROBES; i++) {
		struct entry *entry = &entries[(key + i) % ENTRIES];
		unsigned long long held = atomic_load_explicit(&entry->key, memory_order_relaxed);

		if (held == key)
			return entry;
		if (held == 0 && atomic_compare_exchange_strong(&entry->key, &held, key)) {
			describe(entry, call);
			return entry;
		}
		if (held == key)
			return entry;
	}
	return &overflow;
}

static void add(atomic_ullong *to, uint64_t n)
{
	atomic_fetch_add_explicit(to, n, memory_order_relaxed);
}

void p11l_stats_add(const struct p11l_stats_call *call)
{
	struct entry *entry = entry_of(call);
	unsigned long long max = atomic_load_explicit(&entry->max, memory_order_relaxed);

	if (call->bytes != 0)
		add(&entry->bytes, call->bytes);
	add(&entry->ns, call->ns);
	add(&entry->bucket[bucket_of(call->ns)], 1);
	while (call->ns > max && !atomic_compare_exchange_weak(&entry->max, &max, call->ns))
		continue;
}

/* The entries that have something to say, in the order of the table. */
static bool is_used(const struct entry *entry)
{
	return atomic_load_explicit(&entry->ready, memory_order_acquire);
}

static bool belongs(const struct entry *entry, const struct p11l_stats_row *row)
{
	return is_used(entry) && entry->row.function == row->function &&
	       (!row->has_rv ||
	               (entry->row.rv == row->rv &&
	                       entry->row.has_mechanism == row->has_mechanism &&
	                       (!row->has_mechanism || entry->row.mechanism == row->mechanism)));
}

static void sum_entry(const struct entry *entry, struct p11l_stats_sum *sum)
{
	uint64_t max = atomic_load(&entry->max), count = 0;

	for (unsigned i = 0; i < P11L_STATS_BUCKETS; i++) {
		uint64_t n = atomic_load_explicit(&entry->bucket[i], memory_order_relaxed);

		sum->bucket[i] += n;
		count += n;
	}
	sum->count += count;
	sum->errors += entry->row.rv != CKR_OK ? count : 0;
	sum->bytes += atomic_load(&entry->bytes);
	sum->ns += atomic_load(&entry->ns);
	sum->max = max > sum->max ? max : sum->max;
}

void p11l_stats_sum(const struct p11l_stats_row *row, struct p11l_stats_sum *sum)
{
	memset(sum, 0, sizeof(*sum));
	for (unsigned i = 0; i < ENTRIES; i++)
		if (belongs(&entries[i], row))
			sum_entry(&entries[i], sum);
}

uint64_t p11l_stats_total(void)
{
	uint64_t total = atomic_load(&overflow.ns);

	for (unsigned i = 0; i < ENTRIES; i++)
		total += atomic_load(&entries[i].ns);
	return total;
}

uint64_t p11l_stats_quantile(const struct p11l_stats_sum *sum, unsigned permille)
{
	uint64_t rank = (sum->count * permille + 999) / 1000, seen = 0;

	for (unsigned i = 0; i < P11L_STATS_BUCKETS; i++) {
		seen += sum->bucket[i];
		if (seen >= rank && seen > 0)
			return bucket_value(i) < sum->max ? bucket_value(i) : sum->max;
	}
	return sum->max;
}

static uint64_t time_of(unsigned function)
{
	uint64_t total = 0;

	for (unsigned i = 0; i < ENTRIES; i++)
		if (is_used(&entries[i]) && entries[i].row.function == function)
			total += atomic_load(&entries[i].ns);
	return total;
}

/* Functions that were called, the ones that took longest first. */
static unsigned functions_by_time(unsigned *function)
{
	uint64_t spent[P11L_FUNCTIONS] = {0};
	unsigned count = 0;

	for (unsigned f = 0; f < P11L_FUNCTIONS; f++) {
		uint64_t time = time_of(f);
		const struct p11l_stats_row row = {.function = f};
		bool called = false;
		unsigned at = count;

		for (unsigned i = 0; i < ENTRIES && !called; i++)
			called = belongs(&entries[i], &row);
		if (!called)
			continue;
		for (; at > 0 && spent[at - 1] < time; at--) {
			spent[at] = spent[at - 1];
			function[at] = function[at - 1];
		}
		spent[at] = time;
		function[at] = f;
		count++;
	}
	return count;
}

static int compare_rows(const void *a, const void *b)
{
	const struct p11l_stats_row *x = a, *y = b;

	if (x->has_mechanism != y->has_mechanism)
		return x->has_mechanism ? 1 : -1;
	if (x->mechanism != y->mechanism)
		return x->mechanism < y->mechanism ? -1 : 1;
	return x->rv < y->rv ? -1 : x->rv > y->rv;
}

size_t p11l_stats_rows(struct p11l_stats_row *row, size_t size)
{
	unsigned function[P11L_FUNCTIONS], count = functions_by_time(function);
	size_t used = 0;

	for (unsigned f = 0; f < count && used < size; f++) {
		size_t first;

		row[used++] = (struct p11l_stats_row){.function = function[f]};
		first = used;
		for (unsigned i = 0; i < ENTRIES && used < size; i++)
			if (belongs(&entries[i], &row[first - 1]))
				row[used++] = entries[i].row;
		qsort(&row[first], used - first, sizeof(*row), compare_rows);
		/* One detail that says no more than its function is not worth a row. */
		if (used - first == 1 && !row[first].has_mechanism && row[first].rv == CKR_OK)
			used = first;
	}
	return used;
}

void p11l_stats_reset(void)
{
	for (unsigned i = 0; i < ENTRIES; i++)
		if (atomic_load(&entries[i].key) != 0)
			memset(&entries[i], 0, sizeof(entries[i]));
	memset(&overflow, 0, sizeof(overflow));
}
