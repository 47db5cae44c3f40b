/* SPDX-License-Identifier: MIT */
/*
 * A file of the flight recorder, as pkcs11-lens show reads it. Of the octets is made what a fuzzer
 * would hardly find: a header, and entries with the right marks and sums around records of any
 * kind.
 */
#include "trace.h"

#include "logging/sink/ring.h"

#define SIZE 65536 /* of the ring */

static uint8_t file[P11L_RING_HEADER + SIZE];

struct input {
	const uint8_t *at, *end;
};

static uint64_t take(struct input *in, size_t size)
{
	uint64_t value = 0;

	if ((size_t)(in->end - in->at) < size)
		size = (size_t)(in->end - in->at);
	memcpy(&value, in->at, size);
	in->at += size;
	return value;
}

static void store(uint64_t position, const void *data, size_t size)
{
	for (size_t i = 0; i < size; i++)
		file[P11L_RING_HEADER + (position + i) % SIZE] = ((const uint8_t *)data)[i];
}

/* An entry with a record, of which the size is right; returns the position behind it. */
static uint64_t store_entry(uint64_t position, const uint8_t *data, size_t size)
{
	static uint8_t record[P11L_RECORD_SIZE];
	uint64_t mark = position ^ P11L_RING_MARK, tail = ~mark;
	struct p11l_ring_entry entry = {.mark = mark, .size = (uint32_t)size};
	uint64_t space = p11l_ring_space(entry.size);

	memcpy(record, data, size);
	memcpy(record, &entry.size, sizeof(entry.size));
	entry.sum = p11l_ring_sum(mark, record, size, NULL);
	store(position, &entry, sizeof(entry));
	store(position + sizeof(entry), record, size);
	store(position + space - sizeof(tail), &tail, sizeof(tail));
	return position + space;
}

/* The next octets as an entry, or as they are. */
static uint64_t store_next(struct input *in, uint64_t position)
{
	unsigned kind = (unsigned)take(in, 1);
	size_t size = (size_t)take(in, 2) % P11L_RECORD_SIZE, left = (size_t)(in->end - in->at);

	if (size > left)
		size = left;
	if (kind % 4 == 0 || size < sizeof(struct p11l_record))
		store(position, in->at, size);
	else
		position = store_entry(position, in->at, size);
	in->at += size;
	return kind % 4 == 0 ? position + (size + 7) / 8 * 8 : position;
}

/* The first octets: the damage to the header, and where the ring begins. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, data + size};
	struct p11l_ring_header header = {.version = P11L_RING_VERSION,
	        .order = P11L_RING_ORDER,
	        .size = SIZE,
	        .pid = 1,
	        .lens = P11L_VERSION,
	        .tables = P11L_TABLES};
	unsigned damage = (unsigned)take(&in, 1);
	size_t place = (size_t)take(&in, 2) % sizeof(header), cut = sizeof(file);
	uint64_t position = take(&in, 4) * 8;
	const char *name;

	memset(file, 0, sizeof(file));
	memcpy(header.magic, P11L_RING_MAGIC, sizeof(header.magic));
	while (in.at < in.end)
		position = store_next(&in, position);
	header.head = position;
	memcpy(file, &header, sizeof(header));
	if ((damage & 1) != 0)
		file[place] ^= (uint8_t)(damage | 1);
	if ((damage & 2) != 0)
		cut = P11L_RING_HEADER + damage * 256;
	name = fuzz_file(file, cut);
	if (name == NULL)
		return -1;
	read_trace(name);
	return 0;
}
