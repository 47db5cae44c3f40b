/* SPDX-License-Identifier: MIT */
/* What the files of the layer lifecycle share: where the host is between C_Initialize and
 * C_Finalize. */
#ifndef P11L_LIFECYCLE_H
#define P11L_LIFECYCLE_H

#include "layer.h"
#include "normalise.h"

/*
 * Whether the host has initialised the module; also when another user of the module in the process
 * had done so before.
 */
bool p11l_is_initialised(void);

/*
 * A child of a fork: the parent's state of the module is of no use to it, and until C_Initialize
 * nothing reaches the vendor (INIT-6).
 */
bool p11l_is_forked(void);
void p11l_forks_watch(void);
void p11l_forked_over(void);

/* In the child of a fork: what threads that are gone may have held is free again. */
void p11l_events_forked(void);
void p11l_serial_forked(void);

/* Those who wait for an event of a slot learn that there is nothing more to wait for. */
void p11l_events_end(void);

#endif
