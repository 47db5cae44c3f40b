/* SPDX-License-Identifier: MIT */
/* The observer: what happens before and after each call. */
#define _GNU_SOURCE
#include "trace.h"

#include "capture.h"
#include "known.h"
#include "logging.h"
#include "ring.h"
#include "shape.h"
#include "sink.h"
#include "stats.h"
#include "thread.h"

#include <errno.h>
#include <time.h>

static atomic_ullong sequence;

uint64_t p11l_trace_now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static void lost(void)
{
	if (p11l_trace.ring)
		p11l_ring_lost();
	else
		p11l_sink_lost();
}

static struct p11l_capture begin_capture(const struct p11l_call *call, struct p11l_writer writer)
{
	struct p11l_capture capture = {
	        .writer = writer,
	        .reveal = p11l_trace.reveal,
	        .shown = p11l_trace.shown,
	        .depth = P11L_CAPTURE_DEPTH,
	        .message = CKM_VENDOR_DEFINED,
	};

	if (p11l_shapes[call->function].message)
		p11l_operation_mechanism(call->function, call->arg, &capture.message);
	return capture;
}

static void write_record(struct p11l_frame *frame)
{
	size_t size =
	        p11l_trace.format->record(&frame->record.head, frame->text, sizeof(frame->text));

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
}

/* So that a call from which the vendor never returns is the last one that is seen. */
static void publish_entry(struct p11l_frame *frame)
{
	if (p11l_trace.ring || p11l_trace.entry)
		frame->record.head.time = p11l_trace.epoch + p11l_trace_now();
	if (p11l_trace.ring)
		p11l_ring_put(&frame->record.head);
	else if (p11l_trace.entry)
		write_record(frame);
}

/* Records the call, unless the filter does not want it. */
static void record_entry(struct p11l_call *call, unsigned lane, const struct p11l_active *active)
{
	uint64_t number = 1 + atomic_fetch_add_explicit(&sequence, 1, memory_order_relaxed);
	struct p11l_record *head;

	if (!p11l_filter_enter(&active->filter, call->function, call->arg, number))
		return;
	call->frame = p11l_frame_take(call);
	if (call->frame == NULL) {
		lost();
		return;
	}
	head = &call->frame->record.head;
	head->function = (uint16_t)call->function;
	head->lane = (uint8_t)lane;
	head->unused = 0;
	head->sequence = number;
	capture_entry(call);
	publish_entry(call->frame);
}

void p11l_enter(struct p11l_call *call, unsigned lane, unsigned function, const uintptr_t *arg)
{
	const struct p11l_active *active;
	int saved = errno;

	if (atomic_load_explicit(p11l_gate, memory_order_acquire) !=
	        atomic_load_explicit(&p11l_trace.seen, memory_order_acquire))
		p11l_trace_refresh();
	active = atomic_load_explicit(&p11l_trace.active, memory_order_acquire);
	call->frame = NULL;
	call->arg = arg;
	call->function = function;
	call->start = 0;
	if (active->on) {
		if (p11l_trace.ring || p11l_trace.format != NULL)
			record_entry(call, lane, active);
		call->start = p11l_trace_now();
	}
	errno = saved;
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

/* A ring has the inputs already: there the outputs take their place. */
static void capture_return(struct p11l_call *call, CK_RV rv)
{
	struct p11l_frame *frame = call->frame;
	struct p11l_record *head = &frame->record.head;
	struct p11l_writer writer = frame->writer;
	struct p11l_capture capture;

	if (p11l_trace.ring) {
		writer = (struct p11l_writer){
		        (uint8_t *)(head + 1), frame->record.octets + sizeof(frame->record), false};
		head->in_size = 0;
		head->size = (uint32_t)sizeof(*head);
	}
	head->state = P11L_RECORD_COMPLETE;
	if (!has_outputs(call->function, rv))
		return;
	head->state |= P11L_RECORD_OUTPUTS;
	capture = begin_capture(call, writer);
	capture.sizes_only = rv == CKR_BUFFER_TOO_SMALL;
	p11l_capture_outputs(&capture, &p11l_functions[call->function], call->arg);
	head->size = (uint32_t)(capture.writer.at - frame->record.octets);
}

static void record_return(struct p11l_call *call, CK_RV rv, uint64_t duration)
{
	struct p11l_frame *frame = call->frame;
	struct p11l_record *head = &frame->record.head;

	head->time = p11l_trace.epoch + call->start;
	head->duration = duration;
	head->rv = rv;
	if (p11l_trace.ring) {
		capture_return(call, rv);
		p11l_ring_put(head);
	} else {
		const struct p11l_active *active = atomic_load(&p11l_trace.active);

		capture_return(call, rv);
		if (p11l_filter_leave(&active->filter, rv, duration))
			write_record(frame);
		p11l_known_learn(head);
	}
	p11l_frame_give(frame);
}

static void count(const struct p11l_call *call, CK_RV rv, uint64_t duration)
{
	int8_t length = p11l_shapes[call->function].length;
	struct p11l_stats_call stats = {
	        .function = call->function,
	        .rv = rv,
	        .ns = duration,
	        .bytes = length >= 0 ? call->arg[length] : 0,
	};

	stats.has_mechanism = p11l_operation_mechanism(call->function, call->arg, &stats.mechanism);
	p11l_stats_add(&stats);
}

CK_RV p11l_leave(struct p11l_call *call, CK_RV rv)
{
	uint64_t duration;
	int saved;

	if (call->start == 0)
		return rv;
	duration = p11l_trace_now() - call->start;
	saved = errno;
	if (p11l_trace.stats)
		count(call, rv, duration);
	if (rv == CKR_OK)
		p11l_operation_note(call->function, call->arg);
	if (call->frame != NULL)
		record_return(call, rv, duration);
	if (call->function == P11L_C_Finalize && rv == CKR_OK)
		p11l_trace_report();
	errno = saved;
	return rv;
}
