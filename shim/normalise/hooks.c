/* SPDX-License-Identifier: MIT */
/* The thunks that tell a layer on which lane it was called. */
#include "layer.h"

#include "gen/hooks.inc"
