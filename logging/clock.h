/* SPDX-License-Identifier: MIT */
/*
 * Time for a traced call, which is mostly the cost of asking for it. Where the kernel itself keeps
 * time by the processor's counter, that counter is read instead: it costs half as much.
 */
#ifndef P11L_CLOCK_H
#define P11L_CLOCK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

struct p11l_clock {
	bool counter;           /* ticks are the processor's; otherwise ns of CLOCK_MONOTONIC */
	_Atomic uint64_t scale; /* ns per tick, times 2^32; refined as time goes by */
};
extern struct p11l_clock p11l_clock;

void p11l_clock_start(void);

/* A moment in ticks and in ns since 1970; each thread keeps one. Zeros: not known yet. */
struct p11l_clock_base {
	uint64_t ticks, time;
};

#define P11L_CLOCK_FRESH (UINT64_C(1) << 26) /* ticks for which a base is good enough */

/* Sets a base to now. */
void p11l_clock_rebase(struct p11l_clock_base *base);

static inline uint64_t p11l_clock_ticks(void)
{
	struct timespec time;

#if defined(__x86_64__)
	if (p11l_clock.counter)
		return __builtin_ia32_rdtsc();
#endif
	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

/* A number of ticks in ns. */
static inline uint64_t p11l_clock_ns(uint64_t ticks)
{
	__extension__ typedef unsigned __int128 wide;

	return (uint64_t)((wide)ticks *
	                          atomic_load_explicit(&p11l_clock.scale, memory_order_relaxed) >>
	                  32);
}

/* The time since 1970 in ns of a moment that is not long past. */
static inline uint64_t p11l_clock_time(struct p11l_clock_base *base, uint64_t ticks)
{
	if (ticks - base->ticks > P11L_CLOCK_FRESH)
		p11l_clock_rebase(base);
	return base->time + (ticks >= base->ticks ? p11l_clock_ns(ticks - base->ticks)
	                                          : -p11l_clock_ns(base->ticks - ticks));
}

#endif
