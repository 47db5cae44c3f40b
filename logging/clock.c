/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "clock.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define SECOND    UINT64_C(1000000000)
#define ONE       (UINT64_C(1) << 32)
#define FIRST_FIT 50000 /* ns over which the counter is measured at the start */

struct p11l_clock p11l_clock;

static uint64_t ask(clockid_t id)
{
	struct timespec time;

	clock_gettime(id, &time);
	return (uint64_t)time.tv_sec * SECOND + (uint64_t)time.tv_nsec;
}

/* The kernel has tested the counter on this machine before it keeps time by it. */
static bool kernel_trusts_counter(void)
{
#if defined(__x86_64__)
	static const char path[] =
	        "/sys/devices/system/clocksource/clocksource0/current_clocksource";
	char name[8] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, name, sizeof(name) - 1) : 0;

	if (fd >= 0)
		close(fd);
	return n >= 4 && memcmp(name, "tsc\n", 4) == 0;
#else
	return false;
#endif
}

/* What one tick is worth, from two moments known in both. */
static uint64_t fit(uint64_t ticks, uint64_t ns)
{
	__extension__ typedef unsigned __int128 wide;

	return ticks == 0 ? ONE : (uint64_t)(((wide)ns << 32) / ticks);
}

static uint64_t mono_start, ticks_start; /* the moment the counter is measured from */

static void refit(uint64_t ticks, uint64_t mono)
{
	atomic_store_explicit(&p11l_clock.scale, fit(ticks - ticks_start, mono - mono_start),
	        memory_order_relaxed);
}

void p11l_clock_start(void)
{
	uint64_t mono;

	p11l_clock.counter = kernel_trusts_counter();
	atomic_store(&p11l_clock.scale, ONE);
	if (p11l_clock.counter) {
		mono_start = ask(CLOCK_MONOTONIC);
		ticks_start = p11l_clock_ticks();
		do
			mono = ask(CLOCK_MONOTONIC);
		while (mono - mono_start < FIRST_FIT);
		refit(p11l_clock_ticks(), mono);
	}
}

/* Asked anew before the error that the counter adds up, or a clock that was set, can be noticed. */
void p11l_clock_rebase(struct p11l_clock_base *base)
{
	base->ticks = p11l_clock_ticks();
	base->time = ask(CLOCK_REALTIME);
	if (p11l_clock.counter && base->ticks - ticks_start > P11L_CLOCK_FRESH)
		refit(base->ticks, ask(CLOCK_MONOTONIC));
}
