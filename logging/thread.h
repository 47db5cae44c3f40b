/* SPDX-License-Identifier: MIT */
/* What the trace keeps for each thread of the host: the frames of calls that are under way. */
#ifndef P11L_THREAD_H
#define P11L_THREAD_H

#include "clock.h"
#include "logging/record/capture.h"
#include "logging/record/record.h"

#include <sys/types.h>

#define P11L_TEXT_SIZE  (32 * 1024)
#define P11L_NOTES_SIZE 1024 /* of a record, for notes */

/* Calls nest when a vendor calls back into the host, which calls in again. */
#define P11L_FRAMES 8

struct p11l_call;
struct p11l_thread;

struct p11l_frame {
	const struct p11l_call *owner; /* NULL: free */
	struct p11l_thread *thread;
	struct p11l_capture capture;
	union {
		struct p11l_record head;
		uint8_t octets[P11L_RECORD_SIZE];
	} record;
	uint16_t notes_size;
	bool notes_full;
	uint8_t notes[P11L_NOTES_SIZE];
	char text[P11L_TEXT_SIZE];
};

struct p11l_thread {
	struct p11l_frame *frame[P11L_FRAMES]; /* made when first needed */
	unsigned depth;
	pid_t pid, tid;
	uintptr_t stack_low, stack_top; /* of this thread */
	struct p11l_clock_base clock;
};

/* Sets up; false when the system has no room for another thread-specific key. */
bool p11l_threads_start(void);

/*
 * Forgets the key and frees the calling thread's frames. Other threads may be inside a call when
 * the process exits, so theirs stay.
 */
void p11l_threads_stop(void);

/* A free frame for a call of this thread, or NULL when it has none left or memory is short. */
struct p11l_frame *p11l_frame_take(const struct p11l_call *call);

/* The frame of the host's call that this thread is in; NULL when there is none. */
struct p11l_frame *p11l_frame_of_host(void);

/* In the child of a fork. */
void p11l_threads_forked(void);

/* Gives the frame of the innermost call back. */
void p11l_frame_give(struct p11l_frame *frame);

#endif
