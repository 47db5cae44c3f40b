/* SPDX-License-Identifier: MIT */
/*
 * A call with arguments that make no sense: pointers into the octets themselves, to nowhere or to
 * nothing, and lengths that are lies. What is captured of it can be shown.
 */
#define _GNU_SOURCE
#include "fuzz.h"

#include "logging/record/capture.h"
#include "logging/record/fingerprint.h"
#include "logging/render/format.h"
#include "logging/shape.h"
#include "shim/config.h"
#include "tests/unit/wellformed.h"

#include <sys/mman.h>
#include <unistd.h>

#define ROOM 65536 /* for the octets, which end where memory does */

static uint8_t *memory;

/*
 * Only the octets and the arguments can be read: a pointer that leads by chance, or because the
 * fuzzer has learnt it, into the memory of the fuzzer would be an error to the address sanitizer.
 * (Linked with --wrap. What p11l_readable itself says of wild pointers has tests of its own.)
 */
bool __wrap_p11l_readable(const void *address, size_t size);

static uintptr_t args[P11L_MAX_PARAMS];

static bool lies_in(const void *address, size_t size, const void *area, size_t area_size)
{
	uintptr_t start = (uintptr_t)address, from = (uintptr_t)area;

	return start >= from && start - from <= area_size && size <= area_size - (start - from);
}

bool __wrap_p11l_readable(const void *address, size_t size)
{
	return lies_in(address, size, memory, ROOM) || lies_in(address, size, args, sizeof(args));
}

static void start(void)
{
	uint8_t *pages = mmap(
	        NULL, ROOM + 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	expect(pages != MAP_FAILED, "out of memory");
	expect(mprotect(pages + ROOM, 65536, PROT_NONE) == 0, "no guard");
	memory = pages;
	p11l_shapes_start();
	p11l_fingerprint_start();
}

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

/* A word: by its first octet a small number, a pointer into the octets, or anything. */
static uintptr_t word(struct input *in, const uint8_t *octets, size_t size)
{
	switch (take(in, 1) % 4) {
	case 0:
		return (uintptr_t)take(in, 1);
	case 1:
	case 2:
		return (uintptr_t)octets + take(in, 2) % (size + 1);
	default:
		return (uintptr_t)take(in, 8);
	}
}

/* Pointers within the octets: where a word has a mark on top, the rest is a place in them. */
static void plant_pointers(uint8_t *octets, size_t size)
{
	for (size_t i = 0; i + 8 <= size; i += 8) {
		uint64_t value;

		memcpy(&value, octets + i, 8);
		if (value >> 56 != 0xaa)
			continue;
		value = (uintptr_t)octets + (value & 0xffff) % (size + 1);
		memcpy(octets + i, &value, 8);
	}
}

static size_t capture(struct p11l_record *record, size_t room, const uintptr_t *arg, unsigned flags)
{
	const struct p11l_function *function = &p11l_functions[record->function];
	uint8_t *start = (uint8_t *)(record + 1), *end = (uint8_t *)record + room;
	struct p11l_capture c = {
	        .writer = {start, end, false},
	        .reveal = flags & 7,
	        .shown = flags & 8 ? 1024 : 64,
	        .depth = P11L_CAPTURE_DEPTH,
	        .message = flags & 16 ? CKM_AES_GCM : CKM_VENDOR_DEFINED,
	};

	p11l_capture_inputs(&c, function, arg);
	expect(c.writer.at <= end, "the inputs are too long");
	record->in_size = (uint32_t)(c.writer.at - start);
	c.sizes_only = (flags & 32) != 0;
	p11l_capture_outputs(&c, function, arg);
	expect(c.writer.at <= end, "the outputs are too long");
	return (size_t)(c.writer.at - (uint8_t *)record);
}

static void show(const struct p11l_record *record)
{
	static char buffer[32 * 1024];
	size_t size = p11l_formats[P11L_TRACE_TEXT].record(record, buffer, sizeof(buffer));

	expect(memchr(buffer, '\n', size) == buffer + size - 1, "no line");
	size = p11l_formats[P11L_TRACE_JSON].record(record, buffer, sizeof(buffer));
	expect(is_json_line(buffer, size), "no JSON");
	size = p11l_formats[P11L_TRACE_XML].record(record, buffer, sizeof(buffer));
	expect(is_xml_content(buffer, size), "no XML");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static union {
		struct p11l_record head;
		uint8_t octets[P11L_RECORD_SIZE];
	} record;
	struct input in = {data, data + size};
	uint8_t *octets;
	unsigned flags;

	if (size > ROOM)
		return -1;
	if (memory == NULL)
		start();
	octets = memory + ROOM - size;
	memcpy(octets, data, size);
	plant_pointers(octets, size);
	memset(&record.head, 0, sizeof(record.head));
	record.head.function = (uint16_t)(take(&in, 1) % P11L_FUNCTIONS);
	record.head.state = P11L_RECORD_COMPLETE | P11L_RECORD_OUTPUTS;
	flags = (unsigned)take(&in, 1);
	for (size_t i = 0; i < P11L_MAX_PARAMS; i++)
		args[i] = word(&in, octets, size);
	record.head.size = (uint32_t)capture(&record.head, sizeof(record), args, flags);
	show(&record.head);
	return 0;
}
