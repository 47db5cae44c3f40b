/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "thread.h"

#include "shim/util.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

static __thread struct p11l_thread *current;
static pthread_key_t key;
static bool started;
static _Atomic pid_t process; /* the child of a fork sets it anew */

static void free_thread(void *data)
{
	struct p11l_thread *thread = data;

	for (unsigned i = 0; i < P11L_FRAMES; i++)
		free(thread->frame[i]);
	free(thread);
	current = NULL;
}

void p11l_threads_forked(void)
{
	atomic_store_explicit(&process, getpid(), memory_order_relaxed);
}

bool p11l_threads_start(void)
{
	p11l_threads_forked();
	started = pthread_key_create(&key, free_thread) == 0;
	return started;
}

void p11l_threads_stop(void)
{
	struct p11l_thread *thread = current;

	if (!started)
		return;
	started = false;
	pthread_key_delete(key);
	if (thread != NULL && thread->depth == 0)
		free_thread(thread);
}

static struct p11l_thread *new_thread(void)
{
	int saved = errno;
	struct p11l_thread *thread = calloc(1, sizeof(*thread));

	if (thread != NULL && pthread_setspecific(key, thread) == 0) {
		p11l_stack(&thread->stack_low, &thread->stack_top);
		current = thread;
	} else {
		free(thread);
		thread = NULL;
	}
	errno = saved;
	return thread;
}

static struct p11l_thread *this_thread(void)
{
	struct p11l_thread *thread = current;

	if (thread == NULL)
		thread = new_thread();
	if (thread == NULL)
		return NULL;
	if (thread->pid != atomic_load_explicit(&process, memory_order_relaxed)) {
		thread->pid = atomic_load_explicit(&process, memory_order_relaxed);
		thread->tid = gettid();
	}
	return thread;
}

/*
 * A vendor or a callback may have left calls by longjmp, an exception or cancellation. The stack
 * grows downwards, so a call that lies below the one that begins now cannot be its caller.
 */
static void drop_abandoned(struct p11l_thread *thread, const struct p11l_call *call)
{
	while (thread->depth > 0 &&
	        (uintptr_t)thread->frame[thread->depth - 1]->owner <= (uintptr_t)call)
		thread->depth--;
}

static struct p11l_frame *new_frame(struct p11l_thread *thread)
{
	int saved = errno;
	struct p11l_frame *frame = malloc(sizeof(*frame));

	if (frame != NULL) {
		frame->thread = thread;
		thread->frame[thread->depth] = frame;
	}
	errno = saved;
	return frame;
}

struct p11l_frame *p11l_frame_take(const struct p11l_call *call)
{
	struct p11l_thread *thread = this_thread();
	struct p11l_frame *frame;

	if (thread == NULL)
		return NULL;
	drop_abandoned(thread, call);
	if (thread->depth == P11L_FRAMES)
		return NULL;
	frame = thread->frame[thread->depth];
	if (frame == NULL) {
		frame = new_frame(thread);
		if (frame == NULL)
			return NULL;
	}
	thread->depth++;
	frame->owner = call;
	frame->notes_size = 0;
	frame->notes_full = false;
	frame->record.head.pid = (uint32_t)thread->pid;
	frame->record.head.tid = (uint32_t)thread->tid;
	return frame;
}

void p11l_frame_give(struct p11l_frame *frame)
{
	struct p11l_thread *thread = frame->thread;

	frame->owner = NULL;
	if (thread->depth > 0 && thread->frame[thread->depth - 1] == frame)
		thread->depth--;
}

struct p11l_frame *p11l_frame_of_host(void)
{
	const struct p11l_thread *thread = current;

	for (unsigned i = thread != NULL ? thread->depth : 0; i > 0; i--)
		if (thread->frame[i - 1]->record.head.layer != P11L_LAYER_VENDOR)
			return thread->frame[i - 1];
	return NULL;
}
