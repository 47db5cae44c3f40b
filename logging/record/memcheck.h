/* SPDX-License-Identifier: MIT */
/*
 * Hosts hand over memory that they never wrote (a buffer "seeds" the generator of more than one
 * program), and a record holds what they handed over. Rendering it is right, but Valgrind would
 * report the lens for the host's carelessness.
 */
#ifndef P11L_MEMCHECK_H
#define P11L_MEMCHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if !defined(__x86_64__) && defined(__has_include)
#if __has_include(<valgrind/memcheck.h>)
#include <valgrind/memcheck.h>
#endif
#endif

#if defined(__x86_64__)
/*
 * A request to Valgrind, by the instructions that it waits for: rotations by 128 bits in all, and
 * an exchange of a register with itself. The answer is 0 where there is no Valgrind.
 */
static inline uintptr_t p11l_memcheck_ask(uintptr_t code, uintptr_t first, uintptr_t second)
{
	volatile uintptr_t request[6] = {code, first, second, 0, 0, 0};
	uintptr_t answer = 0;

	__asm__ volatile("rolq $3, %%rdi; rolq $13, %%rdi; rolq $61, %%rdi; rolq $51, %%rdi\n\t"
	                 "xchgq %%rbx, %%rbx"
	                 : "+d"(answer)
	                 : "a"(request)
	                 : "cc", "memory");
	return answer;
}
#endif

/* Declares memory to be initialised, to Valgrind if it is there; does nothing otherwise. */
static inline void p11l_memcheck_defined(const void *address, size_t size)
{
#if defined(__x86_64__)
	p11l_memcheck_ask(0x4d430002, (uintptr_t)address, size); /* MAKE_MEM_DEFINED */
#elif defined(VALGRIND_MAKE_MEM_DEFINED)
	VALGRIND_MAKE_MEM_DEFINED(address, size);
#else
	(void)address;
	(void)size;
#endif
}

/* Whether all this runs under Valgrind, as far as that can be known. */
static inline bool p11l_memcheck_runs(void)
{
#if defined(__x86_64__)
	return p11l_memcheck_ask(0x1001, 0, 0) != 0; /* RUNNING_ON_VALGRIND */
#elif defined(RUNNING_ON_VALGRIND)
	return RUNNING_ON_VALGRIND != 0;
#else
	return false;
#endif
}

#endif
