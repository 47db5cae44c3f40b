/* SPDX-License-Identifier: MIT */
/*
 * Threads that all use the module at once, in a program that said nothing about locking:
 * C_Initialize(NULL). Ends with 0 when every call of every thread did what it ought to.
 * usage: locking MODULE
 */
#define _GNU_SOURCE
#include "facts.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#define THREADS  8
#define ROUNDS   300
#define PATIENCE 10 /* seconds, for a vendor that locks itself up */

static atomic_bool failed;
static pthread_barrier_t all_there;

static void must(const char *what, CK_RV rv)
{
	if (rv == CKR_OK)
		return;
	if (!atomic_exchange(&failed, true))
		fprintf(stderr, "%s answers %s\n", what, rv_name(rv));
}

static CK_OBJECT_HANDLE make_key(CK_SESSION_HANDLE own, CK_BYTE *value, CK_ULONG length)
{
	CK_ATTRIBUTE template[] = {
	        NUMBER(CKA_CLASS, CKO_SECRET_KEY),
	        NUMBER(CKA_KEY_TYPE, CKK_GENERIC_SECRET),
	        FALSE_(CKA_PRIVATE),
	        TRUE_(CKA_SIGN),
	        OCTETS(CKA_VALUE, value, length),
	        OCTETS(CKA_LABEL, value, length),
	};
	CK_OBJECT_HANDLE key = 0;

	must("C_CreateObject", p11->C_CreateObject(own, template, COUNT(template), &key));
	return key;
}

static void sign_once(CK_SESSION_HANDLE own, CK_OBJECT_HANDLE key, CK_BYTE *mac)
{
	CK_MECHANISM hmac = {CKM_SHA256_HMAC, NULL, 0};
	CK_BYTE data[64] = {0};
	CK_ULONG size = 32;

	must("C_SignInit", p11->C_SignInit(own, &hmac, key));
	must("C_Sign", p11->C_Sign(own, data, sizeof(data), mac, &size));
}

static void find_it(CK_SESSION_HANDLE own, CK_BYTE *value, CK_ULONG length)
{
	CK_ATTRIBUTE template[] = {OCTETS(CKA_LABEL, value, length)};
	CK_OBJECT_HANDLE found[4];
	CK_ULONG count = 0;

	must("C_FindObjectsInit", p11->C_FindObjectsInit(own, template, 1));
	must("C_FindObjects", p11->C_FindObjects(own, found, COUNT(found), &count));
	must("C_FindObjectsFinal", p11->C_FindObjectsFinal(own));
	if (count != 1)
		must("a search for its own key", CKR_GENERAL_ERROR);
}

static void one_round(unsigned number)
{
	CK_BYTE value[32] = {0}, first[32] = {1}, second[32] = {2};
	CK_SESSION_HANDLE own = 0;
	CK_OBJECT_HANDLE key;

	memcpy(value, &number, sizeof(number));
	must("C_OpenSession",
	        p11->C_OpenSession(slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &own));
	key = make_key(own, value, sizeof(value));
	sign_once(own, key, first);
	find_it(own, value, sizeof(value));
	sign_once(own, key, second);
	if (memcmp(first, second, sizeof(first)) != 0)
		must("a signature of the same", CKR_SIGNATURE_INVALID);
	must("C_DestroyObject", p11->C_DestroyObject(own, key));
	must("C_CloseSession", p11->C_CloseSession(own));
}

static void *work(void *which)
{
	unsigned number = (unsigned)(uintptr_t)which;

	pthread_barrier_wait(&all_there);
	for (unsigned i = 0; i < ROUNDS && !atomic_load(&failed); i++)
		one_round(number * ROUNDS + i);
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t threads[THREADS];

	if (argc != 2)
		return 2;
	alarm(PATIENCE);
	load(argv[1]);
	if (p11->C_Initialize(NULL) != CKR_OK)
		return 3;
	open_token();
	pthread_barrier_init(&all_there, NULL, THREADS);
	for (unsigned i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, work, (void *)(uintptr_t)i) != 0)
			return 3;
	for (unsigned i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	p11->C_Finalize(NULL);
	_exit(atomic_load(&failed) ? 1 : 0);
}
