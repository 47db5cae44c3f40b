/* SPDX-License-Identifier: MIT */
/*
 * The inside of the shim: the vendor, the lanes that lead to it, and the functions that are always
 * ours. Read vendor.c, lane.c, compose.c, getters.c, initialise.c in this order.
 */
#ifndef P11L_SHIM_H
#define P11L_SHIM_H

#include "config.h"
#include "spec.h"
#include "util.h"

/* The module behind us. */
struct p11l_vendor {
	void *handle;                          /* of dlopen; NULL: none is loaded */
	CK_C_GetFunctionList get_list;         /* NULL when it has none */
	CK_C_GetInterfaceList list_interfaces; /* NULL when it has none */
	CK_C_GetInterface get_interface;       /* NULL when it has none */
};

/* Loads the configured module. On failure says why in error (P11L_ERROR_SIZE) and loads nothing. */
bool p11l_vendor_load(struct p11l_vendor *vendor, const struct p11l_config *config, char *error);
void p11l_vendor_unload(struct p11l_vendor *vendor);

/* A function of the module itself, not of a library that it depends on; or NULL. */
void *p11l_vendor_symbol(const struct p11l_vendor *vendor, const char *name);

/*
 * A lane is the way from one function table that we publish to the vendor's table behind it. Every
 * standard table that the vendor hands out gets a lane of its own, because a vendor's tables may
 * hold different functions under one name. Once made, a lane never changes: hosts keep pointers.
 */
#define P11L_LANES 4

struct p11l_lane {
	CK_FUNCTION_LIST_3_2 published; /* what the host sees; stamped with the vendor's version */
	CK_FUNCTION_LIST_3_2 down;      /* what a wrapper calls: top, or ours where always ours */
	CK_FUNCTION_LIST_3_2 top;       /* the vendor's functions with the rules laid over them */
	CK_FUNCTION_LIST_3_2 below[P11L_LAYERS]; /* what lies under a layer of rules */
	CK_FUNCTION_LIST_3_2 vendor; /* the vendor's functions, stubs where it has none */
	CK_FUNCTION_LIST_3_2 tapped; /* the same, when what stands in vendor records calls to it */
	const void *source;          /* the vendor's table */
	unsigned width;              /* how many functions of it were taken */
};

/* Each lane has memory pages of its own, so that it can be made read-only. */
#define P11L_PAGE      4096
#define P11L_LANE_SIZE (4 * P11L_PAGE)
union p11l_lane_page {
	struct p11l_lane lane;
	char page[P11L_LANE_SIZE];
};
extern union p11l_lane_page p11l_lanes[P11L_LANES];

/* How many functions the table of a version has: 68, 92 or 104. */
unsigned p11l_width(CK_VERSION version);

/*
 * The lane for a vendor's table of at most width functions, made when there is none yet. NULL
 * when the table cannot be read or all lanes are taken.
 */
const struct p11l_lane *p11l_lane_for(const void *table, unsigned width);

/* The lane of a standard interface; NULL when it is another or cannot be read. */
const struct p11l_lane *p11l_lane_of(const CK_INTERFACE *interface);

/* The lane that leads nowhere: every call but the getters answers an error. */
const struct p11l_lane *p11l_lane_nowhere(void);

/*
 * Lays the rules over all lanes anew, because what is in force has changed. Only while the module
 * is not initialised, or as the only thread of a child: hosts that copied a table see nothing of
 * it.
 */
void p11l_lanes_restack(void);

/*
 * Has all functions but those that are always ours answer CKR_CRYPTOKI_NOT_INITIALIZED, or no
 * longer. Only as the only thread of a child.
 */
void p11l_lanes_close(bool close);

/* Around a fork: nobody is in the middle of making a lane. */
void p11l_lanes_hold(void);
void p11l_lanes_release(void);

/* The lane with the most functions. */
const struct p11l_lane *p11l_lane_widest(void);

/*
 * The table that the exported symbols jump through; until p11l_compose has run it leads to stubs
 * that run it.
 */
union p11l_exported_page {
	CK_FUNCTION_LIST_3_2 table;
	char page[P11L_PAGE];
};
extern union p11l_exported_page p11l_exported;

/*
 * Reads the configuration, loads the vendor and composes the tables, once; later calls are cheap.
 * Returns the table that a call which came in through an exported symbol goes on with.
 */
const CK_FUNCTION_LIST_3_2 *p11l_compose(void);

/* Has the exported symbols lead to what the lanes publish. */
void p11l_expose(void);

/* Makes the pages that hold finished tables read-only, where pages are small enough; or not. */
void p11l_seal(void *pages, size_t size, bool sealed);

/* What p11l_compose found. */
struct p11l_state {
	struct p11l_config config;
	struct p11l_vendor vendor;
	/* The lane of C_GetFunctionList; the one that leads nowhere until the vendor gives a table.
	 */
	const struct p11l_lane *_Atomic base;
	bool traced; /* published tables hold the tracing wrappers */
	bool tapped; /* and calls to the vendor are recorded too */
};
extern struct p11l_state p11l_state;

/* C_Initialize and C_Finalize of each lane, because tables need not have the same. */
struct p11l_life {
	CK_C_Initialize initialise;
	CK_C_Finalize finalise;
};
extern const struct p11l_life p11l_lives[P11L_LANES];

/* The other functions that are always ours. */
CK_RV p11l_get_function_list(CK_FUNCTION_LIST_PTR_PTR list);
CK_RV p11l_get_interface_list(CK_INTERFACE_PTR list, CK_ULONG_PTR count);
CK_RV p11l_get_interface(CK_UTF8CHAR_PTR name, CK_VERSION_PTR version,
        CK_INTERFACE_PTR_PTR interface, CK_FLAGS flags);

/* The host's view of a lane's table. */
CK_VOID_PTR p11l_table_of(const struct p11l_lane *lane);

/* A lasting copy of an interface, or NULL when there were too many. */
CK_INTERFACE_PTR p11l_publish(CK_INTERFACE interface);

/* Makes a lane for each version that C_GetInterface of a vendor without a list answers to. */
void p11l_ask_for_interfaces(void);

/* The functions of a table as an array; a table is its version followed by them. */
typedef CK_RV (*p11l_entry)(void);

static inline p11l_entry *p11l_entries(CK_FUNCTION_LIST_3_2 *table)
{
	return (p11l_entry *)(void *)&table->C_Initialize;
}

static inline const p11l_entry *p11l_const_entries(const CK_FUNCTION_LIST_3_2 *table)
{
	return (const p11l_entry *)(const void *)&table->C_Initialize;
}

/*
 * The functions by which a layer of rules hooks itself over what lies below it on a lane, NULL
 * where no rule of the layer names the function: gen/layers.inc.
 */
extern const CK_FUNCTION_LIST_3_2 *const p11l_hooks[P11L_LAYERS][P11L_LANES];

/* The same for the layer that lets one call at a time into the vendor: gen/wrap.inc. */
extern const CK_FUNCTION_LIST_3_2 *const p11l_serial_wrappers[P11L_LANES];

/* The tracing wrappers of a lane: gen/wrap.inc, compiled once per lane and side. */
extern const CK_FUNCTION_LIST_3_2 *const p11l_wrappers[P11L_LANES];        /* call lane.down */
extern const CK_FUNCTION_LIST_3_2 *const p11l_vendor_wrappers[P11L_LANES]; /* call lane.tapped */

/* Has the calls to the vendor's getters recorded, which go by no lane. */
void p11l_tap_getters(struct p11l_vendor *vendor);

/* Stubs: what the vendor does not have, and what there is when there is no vendor. */
extern const CK_FUNCTION_LIST_3_2 *const p11l_unsupported; /* CKR_FUNCTION_NOT_SUPPORTED */
extern const CK_FUNCTION_LIST_3_2 *const p11l_nowhere;     /* CKR_CRYPTOKI_NOT_INITIALIZED */

#endif
