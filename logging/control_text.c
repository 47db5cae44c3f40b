/* SPDX-License-Identifier: MIT */
/* Both sides of a control file: the process that looks, and the tool that writes. */
#include "control.h"

#include <stdio.h>
#include <string.h>

uint32_t p11l_control_read(const struct p11l_control *control, char *text, size_t size)
{
	uint32_t before = atomic_load_explicit(&control->generation, memory_order_acquire);

	memcpy(text, control->text, size - 1);
	text[size - 1] = '\0';
	atomic_thread_fence(memory_order_acquire);
	if (before % 2 != 0 ||
	        atomic_load_explicit(&control->generation, memory_order_relaxed) != before)
		return 0;
	return before;
}

void p11l_control_write(struct p11l_control *control, const char *text)
{
	atomic_fetch_or(&control->generation, 1);
	atomic_thread_fence(memory_order_release);
	snprintf(control->text, sizeof(control->text), "%s", text);
	atomic_fetch_add_explicit(&control->generation, 1, memory_order_release);
}
