/* SPDX-License-Identifier: MIT */
/*
 * The observer: what happens before and after each call. The host's errno is kept by the few places
 * that make system calls or allocate, because looking after it here would cost every call.
 */
#define _GNU_SOURCE
#include "trace.h"

#include "clock.h"
#include "highlevel/api.h"
#include "logging.h"
#include "logging/record/capture.h"
#include "logging/record/memcheck.h"
#include "logging/render/known.h"
#include "logging/sink/ring.h"
#include "logging/sink/sink.h"
#include "shape.h"
#include "stats.h"
#include "thread.h"

static atomic_ullong sequence;

static void lost(void)
{
	if (p11l_trace.ring)
		p11l_ring_lost();
	else
		p11l_sink_lost();
}

/* Makes the frame's capture ready to write behind the record's head. */
static void begin_capture(const struct p11l_call *call)
{
	struct p11l_frame *frame = call->frame;
	struct p11l_capture *capture = &frame->capture;
	const struct p11l_thread *thread = frame->thread;
	uintptr_t here = (uintptr_t)call;

	capture->writer = (struct p11l_writer){(uint8_t *)(&frame->record.head + 1),
	        frame->record.octets + sizeof(frame->record) - P11L_NOTES_SIZE, false};
	capture->reveal = p11l_trace.reveal;
	capture->shown = p11l_trace.shown;
	capture->depth = P11L_CAPTURE_DEPTH;
	capture->sizes_only = false;
	capture->message = CKM_VENDOR_DEFINED;
	/* What the host has on its stack lies above the wrapper's frame. */
	capture->stack_low = here;
	memset(capture->page, 0, sizeof(capture->page));
	capture->next_page = 0;
	capture->stack_top =
	        here >= thread->stack_low && here < thread->stack_top ? thread->stack_top : 0;
	if (p11l_shapes[call->function].message)
		p11l_operation_mechanism(call->function, call->arg, &capture->message);
}

static void write_record(struct p11l_frame *frame)
{
	size_t room = p11l_sink_limit(), size;

	p11l_memcheck_defined(&frame->record, frame->record.head.size);
	size = p11l_trace.format->record(&frame->record.head, frame->text,
	        room < sizeof(frame->text) ? room : sizeof(frame->text));
	p11l_sink_write(frame->text, size);
}

static void capture_entry(struct p11l_call *call)
{
	struct p11l_capture *capture = &call->frame->capture;
	struct p11l_record *head = &call->frame->record.head;

	begin_capture(call);
	p11l_capture_inputs(capture, &p11l_functions[call->function], call->arg);
	head->size = (uint32_t)(capture->writer.at - (uint8_t *)head);
	head->in_size = head->size - (uint32_t)sizeof(*head);
}

/* So that a call from which the vendor never returns is the last one that is seen. */
static void publish_entry(struct p11l_call *call)
{
	struct p11l_frame *frame = call->frame;

	call->start = p11l_clock_ticks();
	frame->record.head.time = p11l_clock_time(&frame->thread->clock, call->start);
	if (p11l_trace.ring) {
		/* Asking for the time once more would cost as much as it would set right. */
		p11l_ring_put_first(&frame->record.head);
		return;
	}
	if (p11l_trace.entry)
		write_record(frame);
	call->start = p11l_clock_ticks();
}

/* The last call of the thread that was recorded, if its filter let it. */
static __thread uint64_t last_number;

uint64_t p11l_trace_last_number(void)
{
	const struct p11l_active *active = atomic_load(&p11l_trace.active);

	return active != NULL && active->on ? last_number : 0;
}

/* In a ring a call is numbered by its place. */
static uint64_t next_number(void)
{
	return p11l_trace.ring ? 0
	                       : 1 + atomic_fetch_add_explicit(&sequence, 1, memory_order_relaxed);
}

static inline void fill_head(const struct p11l_call *call, unsigned lane, enum p11l_layer layer)
{
	struct p11l_record *head = &call->frame->record.head;

	head->function = (uint16_t)call->function;
	head->lane = (uint8_t)lane;
	head->state = 0;
	head->notes_size = 0;
	head->layer = (uint8_t)layer;
	head->unused = 0;
	head->parent = 0;
	head->sequence = next_number();
}

/* Records the call, unless the filter does not want it. */
static void record_entry(struct p11l_call *call, unsigned lane, const struct p11l_active *active)
{
	last_number = 0;
	if (!p11l_filter_enter(&active->filter, call->function, call->arg)) {
		call->start = p11l_clock_ticks();
		return;
	}
	call->frame = p11l_frame_take(call);
	if (call->frame == NULL) {
		lost();
		call->start = p11l_clock_ticks();
		return;
	}
	fill_head(call, lane, p11l_api_depth > 0 ? P11L_LAYER_HIGH_LEVEL : P11L_LAYER_APP);
	last_number = call->frame->record.head.sequence;
	capture_entry(call);
	publish_entry(call);
}

void p11l_enter(struct p11l_call *call, unsigned lane, unsigned function, const uintptr_t *arg)
{
	const struct p11l_active *active;

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
		else
			call->start = p11l_clock_ticks();
	}
}

/* A call that the lens makes is recorded when the host's call that it is for is. */
void p11l_enter_vendor(
        struct p11l_call *call, unsigned lane, unsigned function, const uintptr_t *arg)
{
	const struct p11l_frame *host = p11l_frame_of_host();

	*call = (struct p11l_call){.arg = arg, .function = function};
	if (host == NULL)
		return;
	call->frame = p11l_frame_take(call);
	if (call->frame == NULL) {
		lost();
		return;
	}
	fill_head(call, lane, P11L_LAYER_VENDOR);
	call->frame->record.head.state = P11L_RECORD_CHILD;
	call->frame->record.head.parent = host->record.head.sequence;
	capture_entry(call);
	publish_entry(call);
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

/* There is always room for them. */
static void append_notes(struct p11l_frame *frame)
{
	struct p11l_record *head = &frame->record.head;

	memcpy(frame->record.octets + head->size, frame->notes, frame->notes_size);
	head->notes_size = frame->notes_size;
	head->size += frame->notes_size;
}

/* A ring has the inputs already: there the outputs take their place. */
static void capture_return(struct p11l_call *call, CK_RV rv)
{
	struct p11l_capture *capture = &call->frame->capture;
	struct p11l_record *head = &call->frame->record.head;

	if (p11l_trace.ring) {
		capture->writer.at = (uint8_t *)(head + 1);
		capture->writer.cut = false;
		head->in_size = 0;
	}
	head->state |= P11L_RECORD_COMPLETE;
	if (has_outputs(call->function, rv)) {
		head->state |= P11L_RECORD_OUTPUTS;
		capture->sizes_only = rv == CKR_BUFFER_TOO_SMALL;
		p11l_capture_outputs(capture, &p11l_functions[call->function], call->arg);
	}
	head->size = (uint32_t)(capture->writer.at - (uint8_t *)head);
	if (call->frame->notes_size > 0)
		append_notes(call->frame);
}

static void record_return(struct p11l_call *call, CK_RV rv, uint64_t duration)
{
	struct p11l_frame *frame = call->frame;
	struct p11l_record *head = &frame->record.head;

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
		if (head->layer != P11L_LAYER_VENDOR)
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

	if (call->start == 0)
		return rv;
	duration = p11l_clock_ns(p11l_clock_ticks() - call->start);
	if (p11l_trace.stats)
		count(call, rv, duration);
	if (rv == CKR_OK && p11l_shapes[call->function].notable)
		p11l_operation_note(call->function, call->arg);
	if (call->frame != NULL)
		record_return(call, rv, duration);
	if (call->function == P11L_C_Finalize && rv == CKR_OK)
		p11l_trace_report();
	return rv;
}

CK_RV p11l_leave_vendor(struct p11l_call *call, CK_RV rv)
{
	if (call->frame != NULL)
		record_return(call, rv, p11l_clock_ns(p11l_clock_ticks() - call->start));
	return rv;
}
