/* SPDX-License-Identifier: MIT */
/* 64 MiB from one memory file to another: by p11l_encrypt_fd, and by loops with fixed parts. */
#define _GNU_SOURCE
#include "highlevel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define SIZE  ((size_t)BENCH_STREAM_MIB << 20)
#define LARGE ((size_t)4 << 20) /* the largest part */

static CK_BYTE iv[16];

/* A file in memory that has all its pages. */
static int make_file(const char *name)
{
	static CK_BYTE part[65536];
	int fd = memfd_create(name, 0);

	memset(part, 0x5a, sizeof(part));
	for (size_t done = 0; fd >= 0 && done < SIZE; done += sizeof(part))
		if (write(fd, part, sizeof(part)) != (ssize_t)sizeof(part))
			bench_fail(name, "cannot be written");
	if (fd < 0)
		bench_fail(name, "no memory files here");
	return fd;
}

static void rewind_files(int *in, int *out)
{
	static int first = -1, second;

	if (first < 0) {
		first = make_file("in");
		second = make_file("out");
	}
	lseek(first, 0, SEEK_SET);
	lseek(second, 0, SEEK_SET);
	*in = first;
	*out = second;
}

double bench_stream_once(struct p11l_object *key, uint64_t (*clock)(void))
{
	struct p11l_mechanism mechanism = p11l_iv(CKM_AES_CBC_PAD, iv, sizeof(iv));
	uint64_t begun;
	int in, out;

	rewind_files(&in, &out);
	begun = clock();
	bench_must("p11l_encrypt_fd", p11l_encrypt_fd(key, &mechanism, in, out));
	return (double)(clock() - begun);
}

static void write_all(int fd, const CK_BYTE *octets, size_t size)
{
	if (write(fd, octets, size) != (ssize_t)size)
		bench_fail("write", "failed");
}

/* As one writes it by hand, with memory that is there already. */
static double by_hand(const struct bench_world *world, CK_OBJECT_HANDLE key, size_t part)
{
	static CK_BYTE plain[LARGE], sealed[LARGE + 32];
	CK_MECHANISM mechanism = {CKM_AES_CBC_PAD, iv, sizeof(iv)};
	CK_FUNCTION_LIST *p11 = world->direct;
	CK_ULONG length;
	uint64_t begun;
	ssize_t n;
	int in, out;

	rewind_files(&in, &out);
	begun = bench_used();
	bench_must("C_EncryptInit", p11->C_EncryptInit(world->handle, &mechanism, key));
	while ((n = read(in, plain, part)) > 0) {
		length = sizeof(sealed);
		bench_must("C_EncryptUpdate",
		        p11->C_EncryptUpdate(world->handle, plain, (CK_ULONG)n, sealed, &length));
		write_all(out, sealed, length);
	}
	length = sizeof(sealed);
	bench_must("C_EncryptFinal", p11->C_EncryptFinal(world->handle, sealed, &length));
	write_all(out, sealed, length);
	return (double)(bench_used() - begun);
}

void bench_stream(const struct bench_world *world, unsigned rounds)
{
	static const unsigned kib[] = {4, 16, 64, 128, 256, 512, 1024, 4096};
	struct p11l_object *key = bench_aes_key(world);
	CK_OBJECT_HANDLE handle = p11l_object_handle(key);

	for (unsigned i = 0; i < rounds; i++) {
		char name[40];

		for (size_t j = 0; j < sizeof(kib) / sizeof(kib[0]); j++) {
			snprintf(name, sizeof(name), "stream-%u-KiB", kib[j]);
			bench_row(name, BENCH_STREAM_MIB,
			        by_hand(world, handle, (size_t)kib[j] << 10) / 1e9);
		}
		bench_row("stream", BENCH_STREAM_MIB, bench_stream_once(key, bench_used) / 1e9);
	}
	p11l_object_free(key);
}
