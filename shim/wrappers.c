/* SPDX-License-Identifier: MIT */
/* The wrappers that record what the host calls, one set for each lane. */
#include "shim.h"

#include "logging/logging.h"

#define P11L_LANE_DOWN  p11l_lanes[P11L_LANE_NUMBER].lane.down
#define P11L_LANE_ENTER p11l_enter
#define P11L_LANE_LEAVE p11l_leave

#define P11L_LANE(name)  lane0_##name
#define P11L_LANE_NUMBER 0
#include "gen/wrap.inc"
#undef P11L_LANE
#undef P11L_LANE_NUMBER

#define P11L_LANE(name)  lane1_##name
#define P11L_LANE_NUMBER 1
#include "gen/wrap.inc"
#undef P11L_LANE
#undef P11L_LANE_NUMBER

#define P11L_LANE(name)  lane2_##name
#define P11L_LANE_NUMBER 2
#include "gen/wrap.inc"
#undef P11L_LANE
#undef P11L_LANE_NUMBER

#define P11L_LANE(name)  lane3_##name
#define P11L_LANE_NUMBER 3
#include "gen/wrap.inc"

const CK_FUNCTION_LIST_3_2 *const p11l_wrappers[P11L_LANES] = {
        &lane0_wrappers,
        &lane1_wrappers,
        &lane2_wrappers,
        &lane3_wrappers,
};
