/* SPDX-License-Identifier: MIT */
/*
 * Signs in several threads, each in a session of its own, with data and a signature of lengths that
 * only it has. Prints, for each thread, "PID SESSION DATA-LENGTH SIGNATURE-LENGTH".
 * usage: threads MODULE FIRST COUNT         (threads FIRST to FIRST + COUNT - 1, of at most four)
 */
#define _GNU_SOURCE
#include "client.h"

#include <pthread.h>
#include <unistd.h>

#define ROUNDS 1000 /* of two calls each */

static const struct {
	CK_MECHANISM_TYPE mechanism;
	CK_ULONG size;
} kinds[] = {
        {CKM_SHA_1_HMAC, 20},
        {CKM_SHA256_HMAC, 32},
        {CKM_SHA384_HMAC, 48},
        {CKM_SHA512_HMAC, 64},
};

static CK_FUNCTION_LIST_PTR p11;
static CK_SLOT_ID slot;
static pthread_barrier_t start;

static CK_OBJECT_HANDLE make_key(CK_SESSION_HANDLE session)
{
	CK_OBJECT_CLASS class = CKO_SECRET_KEY;
	CK_KEY_TYPE type = CKK_GENERIC_SECRET;
	CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
	CK_BYTE value[64] = "a key for tests";
	CK_ATTRIBUTE template[] = {
	        {CKA_CLASS, &class, sizeof(class)},
	        {CKA_KEY_TYPE, &type, sizeof(type)},
	        {CKA_PRIVATE, &no, sizeof(no)},
	        {CKA_SIGN, &yes, sizeof(yes)},
	        {CKA_VALUE, value, sizeof(value)},
	};
	CK_OBJECT_HANDLE key = 0;

	MUST(p11->C_CreateObject(session, template, COUNT(template), &key));
	return key;
}

static void *sign(void *which)
{
	size_t i = (size_t)(uintptr_t)which;
	CK_SESSION_HANDLE session = open_session(p11, slot);
	CK_OBJECT_HANDLE key = make_key(session);
	CK_MECHANISM mechanism = {kinds[i].mechanism, NULL, 0};
	CK_BYTE data[128] = {0}, signature[64];

	printf("%ld 0x%lx %zu %lu\n", (long)getpid(), session, 100 + i, kinds[i].size);
	pthread_barrier_wait(&start);
	for (int round = 0; round < ROUNDS; round++) {
		CK_ULONG size = sizeof(signature);

		MUST(p11->C_SignInit(session, &mechanism, key));
		MUST(p11->C_Sign(session, data, 100 + i, signature, &size));
		if (size != kinds[i].size) {
			printf("thread %zu has the result of another\n", i);
			exit(1);
		}
	}
	return NULL;
}

int main(int argc, char **argv)
{
	CK_C_INITIALIZE_ARGS args = {.flags = CKF_OS_LOCKING_OK};
	pthread_t threads[COUNT(kinds)];
	unsigned first, count;

	if (argc != 4)
		return 2;
	first = (unsigned)strtoul(argv[2], NULL, 10);
	count = (unsigned)strtoul(argv[3], NULL, 10);
	if (count == 0 || first + count > COUNT(kinds))
		return 2;
	p11 = function_list(load(argv[1]));
	MUST(p11->C_Initialize(&args));
	slot = token_slot(p11);
	pthread_barrier_init(&start, NULL, count);
	for (unsigned i = 0; i < count; i++)
		if (pthread_create(&threads[i], NULL, sign, (void *)(uintptr_t)(first + i)) != 0)
			return 1;
	for (unsigned i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
	MUST(p11->C_Finalize(NULL));
	return 0;
}
