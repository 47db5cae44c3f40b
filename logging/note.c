/* SPDX-License-Identifier: MIT */
/* Notes on what the lens has changed in a call. */
#define _GNU_SOURCE
#include "logging.h"

#include "thread.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define NOTE 256 /* octets of a text */
#define HEAD 11  /* of an item */

/* The same as an item, cut to what there is room for. */
static void put(struct p11l_frame *frame, const char *text, size_t size)
{
	struct p11l_writer w = {
	        frame->notes + frame->notes_size, frame->notes + sizeof(frame->notes), false};

	if (p11l_put_array(&w, P11L_ITEM_BYTES, size, (uint16_t)size))
		p11l_put_raw(&w, text, size);
	frame->notes_size = (uint16_t)(w.at - frame->notes);
}

/* Room for this note, and for the one that says that there were more. */
static bool has_room(const struct p11l_frame *frame, size_t rule, size_t text)
{
	return sizeof(frame->notes) - frame->notes_size > 4 * HEAD + sizeof("...") + rule + text;
}

static void add(struct p11l_frame *frame, const char *rule, const char *text, size_t size)
{
	put(frame, rule, strlen(rule));
	put(frame, text, size);
}

void p11l_note(const char *rule, const char *format, ...)
{
	struct p11l_frame *frame = p11l_frame_of_host();
	char text[NOTE];
	int saved = errno, n;
	size_t size;
	va_list args;

	if (frame == NULL || frame->notes_full)
		return;
	va_start(args, format);
	n = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	size = n < 0 ? 0 : (size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1;
	frame->notes_full = !has_room(frame, strlen(rule), size);
	if (frame->notes_full)
		add(frame, "...", "", 0);
	else
		add(frame, rule, text, size);
	errno = saved;
}
