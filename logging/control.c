/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "control.h"

#include "logging/sink/sink.h"
#include "shim/util.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

_Static_assert(sizeof(struct p11l_control) == P11L_CONTROL_SIZE, "the file is one page");

static struct p11l_control *map(int fd)
{
	struct p11l_control *control = MAP_FAILED;

	errno = posix_fallocate(fd, 0, P11L_CONTROL_SIZE);
	if (errno == 0)
		control = mmap(NULL, P11L_CONTROL_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	return control == MAP_FAILED ? NULL : control;
}

struct p11l_control *p11l_control_open(const char *destination)
{
	char *name = p11l_sink_expand(destination);
	struct p11l_control *control = NULL;
	int fd;

	if (name == NULL)
		return NULL;
	fd = p11l_sink_create(name);
	if (fd >= 0)
		control = map(fd);
	if (control == NULL) {
		p11l_message("cannot make the control file %s: %s", name, strerror(errno));
	} else {
		control->pid = (uint32_t)getpid();
		memcpy(control->magic, P11L_CONTROL_MAGIC, sizeof(control->magic));
	}
	if (fd >= 0)
		close(fd);
	free(name);
	return control;
}

void p11l_control_close(struct p11l_control *control)
{
	if (control != NULL)
		munmap(control, P11L_CONTROL_SIZE);
}
