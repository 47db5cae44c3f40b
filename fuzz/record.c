/* SPDX-License-Identifier: MIT */
/* A record as the flight recorder has it, damaged or not, in each format. */
#include "fuzz.h"

#include "logging/render/format.h"
#include "logging/render/known.h"
#include "shim/config.h"
#include "tests/unit/wellformed.h"

#define LARGEST (32 * 1024)

/* A line, and perhaps lines of notes. */
static bool is_text(const char *text, size_t size)
{
	const char *end = text + size, *next = memchr(text, '\n', size);

	while (next != NULL && ++next < end && *next == '~')
		next = memchr(next, '\n', (size_t)(end - next));
	return next == end;
}

static void render(const struct p11l_record *record, int format, char *buffer, size_t room,
        bool (*good)(const char *text, size_t size))
{
	size_t size = p11l_formats[format].record(record, buffer, room);

	expect(size <= room, "too long");
	expect(good(buffer, size), "cannot be read");
}

/* The first octet says how large the buffer is, the rest is the record. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct p11l_record *record;
	size_t room;
	char *buffer;

	if (size < 1 + sizeof(*record) || size > P11L_RECORD_SIZE)
		return -1;
	room = P11L_RENDER_LEAST + (size_t)data[0] * (LARGEST - P11L_RENDER_LEAST) / 255;
	buffer = malloc(room);
	record = malloc(size - 1);
	expect(buffer != NULL && record != NULL, "out of memory");
	memcpy(record, data + 1, size - 1);
	record->size = (uint32_t)(size - 1);
	render(record, P11L_TRACE_TEXT, buffer, room, is_text);
	render(record, P11L_TRACE_JSON, buffer, room, is_json_line);
	render(record, P11L_TRACE_XML, buffer, room, is_xml_content);
	p11l_known_learn(record);
	free(record);
	free(buffer);
	return 0;
}
