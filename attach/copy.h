/* SPDX-License-Identifier: MIT */
/*
 * Copies of the lens, one for each module: the dynamic linker loads a file once in each namespace,
 * and every module needs a lens of its own. They lie in memory only, so that nothing is left
 * behind however the program ends.
 */
#ifndef P11L_ATTACH_COPY_H
#define P11L_ATTACH_COPY_H

#include "elf.h"

#include <limits.h>

/* What marks an object as the lens; where it keeps the path of the module it shall load. */
#define ATTACH_MARK "pkcs11_lens_attached"

struct attach_copy {
	dev_t device; /* of the module's file */
	ino_t inode;
	bool failed; /* there can be no copy, which has been said */
	int fd;      /* of the copy */
	dev_t copy_device;
	ino_t copy_inode;
	char name[sizeof("/proc/self/fd/") + 3 * sizeof(int)]; /* by which it is loaded */
	char module[PATH_MAX];
};

/* The copy for a module, made when there is none yet; NULL after saying why. */
struct attach_copy *attach_copy_for(const char *path, const struct attach_elf *module);

/* The lens that is copied, which lies beside this library; NULL after saying that it does not. */
const struct attach_elf *attach_lens(void);

/* How far from the beginning of the loaded lens the place for the module's path lies. */
size_t attach_mark(void);

#endif
