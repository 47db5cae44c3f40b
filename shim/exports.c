/* SPDX-License-Identifier: MIT */
/* The 104 symbols: each one jump through the exported table. */
#include "shim.h"

#define P11L_EXPORT __attribute__((visibility("default")))

/* Read as a whole word, because the first call may be storing the final pointers meanwhile. */
#define P11L_EXPORTED(name) (__atomic_load_n(&p11l_exported.table.name, __ATOMIC_ACQUIRE))

#include "gen/exports.inc"
