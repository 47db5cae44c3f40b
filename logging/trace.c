/* SPDX-License-Identifier: MIT */
/* The observer: what happens before and after each traced call. */
#define _GNU_SOURCE
#include "logging.h"

#include "capture.h"
#include "fingerprint.h"
#include "known.h"
#include "message_state.h"
#include "render_text.h"
#include "sink.h"
#include "thread.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>

#ifndef P11L_VERSION
#define P11L_VERSION "unknown"
#endif

static unsigned reveal;
static size_t shown;
static bool entry_lines;
static uint64_t epoch; /* what CLOCK_MONOTONIC lacks to the time since 1970 */
static atomic_ullong sequence;

static uint64_t now(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

/* The first line of a trace says who wrote it and what is hidden. */
static void write_header(const struct p11l_config *config)
{
	const char *module = p11l_text(config, P11L_MODULE_PATH);
	char line[1024];
	int n = snprintf(line, sizeof(line),
	        "# pkcs11-lens " P11L_VERSION
	        " text trace 1; module %.700s; reveal %s; times are UTC\n",
	        module != NULL ? module : "none", p11l_text(config, P11L_TRACE_REVEAL));

	p11l_sink_write(line, (size_t)n < sizeof(line) ? (size_t)n : sizeof(line) - 1);
}

bool p11l_trace_start(const struct p11l_config *config)
{
	if (p11l_number(config, P11L_TRACE_FORMAT) == P11L_TRACE_OFF)
		return false;
	reveal = (unsigned)p11l_number(config, P11L_TRACE_REVEAL);
	shown = p11l_number(config, P11L_TRACE_BYTES);
	entry_lines = p11l_number(config, P11L_TRACE_ENTRY) != 0;
	epoch = now(CLOCK_REALTIME) - now(CLOCK_MONOTONIC);
	p11l_fingerprint_start();
	if (!p11l_threads_start() || !p11l_sink_open(p11l_text(config, P11L_TRACE_DESTINATION)))
		return false;
	write_header(config);
	return true;
}

void p11l_trace_stop(void)
{
	p11l_sink_report();
	p11l_sink_close();
	p11l_threads_stop();
}

static struct p11l_capture begin_capture(const struct p11l_call *call, struct p11l_writer writer)
{
	return (struct p11l_capture){
	        .writer = writer,
	        .reveal = reveal,
	        .shown = shown,
	        .depth = P11L_CAPTURE_DEPTH,
	        .message = p11l_message_mechanism(call->function, call->arg),
	};
}

static void write_record(struct p11l_frame *frame)
{
	size_t size = p11l_render_text(&frame->record.head, frame->text, sizeof(frame->text));

	p11l_sink_write(frame->text, size);
}

static void capture_entry(struct p11l_call *call)
{
	struct p11l_frame *frame = call->frame;
	struct p11l_record *head = &frame->record.head;
	uint8_t *start = (uint8_t *)(head + 1);
	struct p11l_writer writer = {start, frame->record.octets + sizeof(frame->record), false};
	struct p11l_capture capture = begin_capture(call, writer);

	p11l_capture_inputs(&capture, &p11l_functions[call->function], call->arg);
	frame->writer = capture.writer;
	head->in_size = (uint32_t)(capture.writer.at - start);
	head->size = (uint32_t)sizeof(*head) + head->in_size;
	head->state = 0;
	if (entry_lines) {
		head->time = epoch + now(CLOCK_MONOTONIC);
		write_record(frame);
	}
}

void p11l_enter(struct p11l_call *call, unsigned lane, unsigned function, const uintptr_t *arg)
{
	int saved = errno;
	struct p11l_record *head;

	call->arg = arg;
	call->function = function;
	call->frame = p11l_frame_take(call);
	if (call->frame == NULL) {
		p11l_sink_lost();
	} else {
		head = &call->frame->record.head;
		head->function = (uint16_t)function;
		head->lane = (uint8_t)lane;
		head->unused = 0;
		head->sequence = 1 + atomic_fetch_add_explicit(&sequence, 1, memory_order_relaxed);
		capture_entry(call);
	}
	errno = saved;
	call->start = now(CLOCK_MONOTONIC);
}

/*
 * What the vendor has written is looked at only where it says so. Reading attributes succeeds in
 * part with two of its errors, and marks the others.
 */
static bool has_outputs(unsigned function, CK_RV rv)
{
	if (rv == CKR_OK || rv == CKR_BUFFER_TOO_SMALL)
		return true;
	return function == P11L_C_GetAttributeValue &&
	       (rv == CKR_ATTRIBUTE_SENSITIVE || rv == CKR_ATTRIBUTE_TYPE_INVALID);
}

static void capture_return(struct p11l_call *call, CK_RV rv)
{
	struct p11l_frame *frame = call->frame;
	struct p11l_record *head = &frame->record.head;
	struct p11l_capture capture = begin_capture(call, frame->writer);

	head->state = P11L_RECORD_COMPLETE;
	if (!has_outputs(call->function, rv))
		return;
	head->state |= P11L_RECORD_OUTPUTS;
	capture.sizes_only = rv == CKR_BUFFER_TOO_SMALL;
	p11l_capture_outputs(&capture, &p11l_functions[call->function], call->arg);
	head->size = (uint32_t)(capture.writer.at - frame->record.octets);
}

/* C_Finalize ends what can be said about the handles of a process, and is the time to report. */
static void after(const struct p11l_call *call, CK_RV rv)
{
	if (rv != CKR_OK)
		return;
	p11l_message_begin(call->function, call->arg);
	if (call->function == P11L_C_Finalize)
		p11l_sink_report();
}

CK_RV p11l_leave(struct p11l_call *call, CK_RV rv)
{
	uint64_t end = now(CLOCK_MONOTONIC);
	int saved = errno;
	struct p11l_frame *frame = call->frame;

	if (frame != NULL) {
		frame->record.head.time = epoch + call->start;
		frame->record.head.duration = end - call->start;
		frame->record.head.rv = rv;
		capture_return(call, rv);
		write_record(frame);
		p11l_known_learn(&frame->record.head);
		after(call, rv);
		p11l_frame_give(frame);
	}
	errno = saved;
	return rv;
}
