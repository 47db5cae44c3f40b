/* SPDX-License-Identifier: MIT */
/*
 * A host that keeps calling. Each call of a thread has a number of its own, which is the slot it
 * asks for: thread * 100000000 + 1, 2, 3 and so on.
 * usage: load MODULE calls N           N calls in one thread
 *        load MODULE slowly MS         a call each MS milliseconds, without end
 *        load MODULE threads FILE      four threads without end; after a call has returned, its
 *                                      number goes to FILE, eight octets for each thread
 *        load MODULE crash             some calls, then one that crashes
 *        load MODULE hang              one that does not return, and others meanwhile
 */
#define _GNU_SOURCE
#include "cryptoki.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define THREADS 4
#define FIRST   100000000ul

static CK_FUNCTION_LIST *p11;
static volatile uint64_t *returned; /* by thread */

static void load(const char *path)
{
	void *module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	void *symbol = module != NULL ? dlsym(module, "C_GetFunctionList") : NULL;
	CK_C_GetFunctionList get;

	if (symbol == NULL) {
		fprintf(stderr, "load: %s\n", dlerror());
		exit(1);
	}
	memcpy(&get, &symbol, sizeof(symbol));
	if (get(&p11) != CKR_OK || p11->C_Initialize(NULL) != CKR_OK)
		exit(1);
}

static void ask(CK_SLOT_ID number)
{
	CK_SLOT_INFO info;

	p11->C_GetSlotInfo(number, &info);
}

static void ask_times(CK_ULONG times)
{
	for (CK_ULONG i = 1; i <= times; i++)
		ask(i);
}

static void ask_slowly(unsigned ms)
{
	for (CK_ULONG i = 1;; i++) {
		ask(i);
		usleep(ms * 1000);
	}
}

static void *ask_without_end(void *thread)
{
	uintptr_t t = (uintptr_t)thread;

	for (CK_ULONG i = 1;; i++) {
		ask(t * FIRST + i);
		returned[t] = i;
	}
	return NULL;
}

static void ask_in_threads(const char *file)
{
	int fd = open(file, O_RDWR | O_CREAT, 0600);
	pthread_t thread;
	void *map;

	if (fd < 0 || ftruncate(fd, THREADS * sizeof(returned[0])) != 0)
		exit(1);
	map = mmap(NULL, THREADS * sizeof(returned[0]), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		exit(1);
	returned = map;
	for (uintptr_t t = 0; t < THREADS; t++)
		pthread_create(&thread, NULL, ask_without_end, (void *)t);
	pause();
}

static void crash(void)
{
	CK_TOKEN_INFO info;

	ask_times(5);
	p11->C_GetTokenInfo(17, &info);
}

static void *wait_without_end(void *nothing)
{
	CK_SLOT_ID slot;

	p11->C_WaitForSlotEvent(0, &slot, NULL);
	return nothing;
}

static void hang(void)
{
	pthread_t thread;

	ask_times(2);
	pthread_create(&thread, NULL, wait_without_end, NULL);
	usleep(100000);
	ask_times(2);
	_exit(0);
}

int main(int argc, char **argv)
{
	if (argc < 3)
		return 2;
	load(argv[1]);
	if (strcmp(argv[2], "crash") == 0)
		crash();
	else if (strcmp(argv[2], "hang") == 0)
		hang();
	else if (argc != 4)
		return 2;
	else if (strcmp(argv[2], "calls") == 0)
		ask_times(strtoul(argv[3], NULL, 10));
	else if (strcmp(argv[2], "slowly") == 0)
		ask_slowly((unsigned)strtoul(argv[3], NULL, 10));
	else if (strcmp(argv[2], "threads") == 0)
		ask_in_threads(argv[3]);
	p11->C_Finalize(NULL);
	return 0;
}
