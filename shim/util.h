/* SPDX-License-Identifier: MIT */
/* The few things that everything else stands on. */
#ifndef P11L_UTIL_H
#define P11L_UTIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Whether size bytes at address can be read. Everything that a host or a vendor hands over is
 * looked at only after asking this, so that a wild pointer or a length that is far too large
 * costs a mark in the trace and never a crash. Uses no signal handler and no descriptor.
 */
bool p11l_readable(const void *address, size_t size);

/* The bounds of the calling thread's stack; both 0 when they are not to be had. */
void p11l_stack(uintptr_t *low, uintptr_t *top);

/* Whether a function pointer leads to executable memory of this process. */
bool p11l_executable(const void *address);

/*
 * Tells the user something, once per text: "pkcs11-lens: ..." on standard error, in one write,
 * without stdio. For problems that stop the lens from doing what it was asked; never secrets.
 */
void p11l_message(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * Writes all of it, whatever signals or cancellation do. Returns how much was written; when that
 * is not all, errno says why. A descriptor that is no regular file may be a pipe without a reader:
 * then no SIGPIPE reaches the host.
 */
size_t p11l_write(int fd, bool regular, const void *data, size_t size);

#endif
