/* SPDX-License-Identifier: MIT */
/* The forms in which points are written. */
#ifndef TWIST_POINTS_H
#define TWIST_POINTS_H

#include "internal.h"

#define TWIST_POINT 160 /* octets of the longest point, and some */

enum twist_point_form { TWIST_RAW, TWIST_XY, TWIST_BIT_STRING, TWIST_DER };

/* The form that these octets have, or -1; decided by lengths, never by the octets of a raw point.
 */
int twist_point_form(const struct twist_curve *curve, const uint8_t *point, size_t size);

/* All curves that are known, by number; NULL behind the last. */
const struct twist_curve *twist_curve_number(unsigned number);

#endif
