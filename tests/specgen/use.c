/* SPDX-License-Identifier: MIT */
/* Includes the generated code the way its users do; compiling it is the test. */
#include <stdbool.h>
#include <stdint.h>

#include "shim/spec.h"

struct p11l_call {
	int unused;
};

#define P11L_PAGE 4096
union p11l_exported_page {
	CK_FUNCTION_LIST_3_2 table;
	char page[P11L_PAGE];
};
extern union p11l_exported_page p11l_exported;

const CK_FUNCTION_LIST_3_2 *p11l_compose(void);
bool p11l_idle(void);
void p11l_enter(
        struct p11l_call *call, unsigned lane, unsigned function, const uintptr_t *argument);
CK_RV p11l_leave(struct p11l_call *call, CK_RV rv);
CK_RV mock_call(unsigned function, const uintptr_t *argument);
extern const CK_FUNCTION_LIST_3_2 down[2];
extern const CK_FUNCTION_LIST_3_2 *const all[];

/* The mock has the names that the module exports, so it is compiled by itself. */
#ifdef USE_MOCK

#define MOCK_EXPORT
#include "gen/mock.inc"

const CK_FUNCTION_LIST_3_2 *const all[] = {&mock_list};

#elif defined USE_HOOKS

#define P11L_LANES 4
typedef const CK_FUNCTION_LIST_3_2 p11l_below;
struct lane {
	CK_FUNCTION_LIST_3_2 below[P11L_LAYERS];
};
extern union {
	struct lane lane;
	char page[P11L_PAGE];
} p11l_lanes[P11L_LANES];
extern const CK_FUNCTION_LIST_3_2 *const p11l_hooks[P11L_LAYERS][P11L_LANES];

#include "gen/layers.h"

#include "gen/hooks.inc"

#elif defined USE_ARGUMENTS

typedef const CK_FUNCTION_LIST_3_2 p11l_below;

#include "gen/layers.h"

#define REFUSE(when)                           \
	do {                                   \
		if (when)                      \
			return CKR_BAD_HANDLE; \
	} while (0)
#define P11L_ARGUMENT_NEEDED(function, pointer)           REFUSE((pointer) == NULL)
#define P11L_ARGUMENT_OCTETS(pointer, length)             REFUSE((pointer) == NULL && (length) != 0)
#define P11L_ARGUMENT_DATA(pointer, length)               P11L_ARGUMENT_OCTETS(pointer, length)
#define P11L_ARGUMENT_TEMPLATE(function, template, count) P11L_ARGUMENT_OCTETS(template, count)
#define P11L_ARGUMENT_MECHANISM(function, mechanism)      REFUSE((mechanism) == NULL)

#include "gen/arguments.inc"

#else

#define P11L_EXPORT
#define P11L_EXPORTED(name) (p11l_exported.table.name)
#include "gen/exports.inc"

#define P11L_STUB(name) missing_##name
#define P11L_STUB_RV    CKR_BAD_HANDLE
#include "gen/stubs.inc"
#undef P11L_STUB
#undef P11L_STUB_RV

#define P11L_STUB(name) early_##name
#define P11L_STUB_RV    CKR_BAD_ARGUMENTS
#include "gen/stubs.inc"

#define P11L_LANE_ENTER p11l_enter
#define P11L_LANE_LEAVE p11l_leave

#define P11L_LANE(name)  lane0_##name
#define P11L_LANE_NUMBER 0
#define P11L_LANE_DOWN   down[0]
#include "gen/wrap.inc"
#undef P11L_LANE
#undef P11L_LANE_NUMBER
#undef P11L_LANE_DOWN

#define P11L_LANE(name)  lane1_##name
#define P11L_LANE_NUMBER 1
#define P11L_LANE_DOWN   down[1]
#include "gen/wrap.inc"

const CK_FUNCTION_LIST_3_2 *const all[] = {
        &p11l_exported.table, &missing_list, &early_list, &lane0_wrappers, &lane1_wrappers};

#endif
