/* SPDX-License-Identifier: MIT */
/* Lanes: one published table for each table of the vendor. */
#include "shim.h"

#include "normalise/normalise.h"

#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define WIDTH_2_40 68
#define WIDTH_3_0  92
#define WIDTH_3_2  104

_Static_assert(P11L_FUNCTIONS == WIDTH_3_2, "a new version needs a new width");

union p11l_lane_page p11l_lanes[P11L_LANES] __attribute__((aligned(P11L_PAGE)));
static unsigned lane_count;
static bool closed; /* the module is to be initialised before anything else is called */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

unsigned p11l_width(CK_VERSION version)
{
	if (version.major < 3)
		return WIDTH_2_40;
	return version.major == 3 && version.minor < 2 ? WIDTH_3_0 : WIDTH_3_2;
}

/*
 * How many functions the table really holds. Beyond the 68 of 2.40 a promise is believed only as
 * long as the entries lead to code: NULL is a gap, anything else is what lies behind the end.
 */
static unsigned proven_width(const CK_FUNCTION_LIST_3_2 *table, unsigned width)
{
	const p11l_entry *entry = p11l_const_entries(table);

	for (unsigned i = WIDTH_2_40; i < width; i++) {
		void *address;

		if (!p11l_readable(&entry[i], sizeof(entry[i])))
			return i;
		memcpy(&address, &entry[i], sizeof(address));
		if (address != NULL && !p11l_executable(address))
			return i;
	}
	return width;
}

/* The vendor's functions, stubs where it has none. */
static void take_vendor(struct p11l_lane *lane, const CK_FUNCTION_LIST_3_2 *table, unsigned width)
{
	const p11l_entry *theirs = p11l_const_entries(table);
	p11l_entry *ours = p11l_entries(&lane->vendor);

	lane->vendor = *p11l_unsupported;
	lane->vendor.version = table->version;
	for (unsigned i = 0; i < width; i++)
		if (theirs[i] != NULL)
			ours[i] = theirs[i];
}

/* What the vendor does not have is not called there, and so not recorded. */
static void tap(struct p11l_lane *lane, unsigned number)
{
	p11l_entry *to = p11l_entries(&lane->vendor);
	const p11l_entry *stub = p11l_const_entries(p11l_unsupported);
	const p11l_entry *wrapper = p11l_const_entries(p11l_vendor_wrappers[number]);

	lane->tapped = lane->vendor;
	for (unsigned i = 0; i < P11L_FUNCTIONS; i++)
		if (to[i] != stub[i])
			to[i] = wrapper[i];
}

/* Entries are stored one by one, because a lane that is stacked anew may be in use. */
static void copy_table(CK_FUNCTION_LIST_3_2 *to, const CK_FUNCTION_LIST_3_2 *from)
{
	for (unsigned i = 0; i < P11L_FUNCTIONS; i++)
		__atomic_store_n(
		        &p11l_entries(to)[i], p11l_const_entries(from)[i], __ATOMIC_RELEASE);
}

/* What the host reaches: the rules, or nothing while the lanes are closed. */
static void lead(struct p11l_lane *lane, unsigned number)
{
	CK_FUNCTION_LIST_3_2 down = closed ? *p11l_nowhere : lane->top;

	down.C_Initialize = p11l_lives[number].initialise;
	down.C_Finalize = p11l_lives[number].finalise;
	down.C_GetFunctionList = p11l_get_function_list;
	down.C_GetInterfaceList = p11l_get_interface_list;
	down.C_GetInterface = p11l_get_interface;
	copy_table(&lane->down, &down);
	copy_table(&lane->published, p11l_state.traced ? p11l_wrappers[number] : &down);
}

/* Everything above the vendor's functions. */
static void build(struct p11l_lane *lane, unsigned number)
{
	p11l_lay_rules(lane, number);
	lead(lane, number);
}

static void publish(struct p11l_lane *lane, unsigned number)
{
	if (p11l_state.tapped && lane->source != p11l_nowhere)
		tap(lane, number);
	build(lane, number);
	lane->published.version = lane->down.version = lane->vendor.version;
}

void p11l_seal(void *pages, size_t size, bool sealed)
{
	if (P11L_PAGE % (size_t)sysconf(_SC_PAGESIZE) == 0)
		mprotect(pages, size, sealed ? PROT_READ : PROT_READ | PROT_WRITE);
}

/* Does this to all lanes, and has the exported symbols follow. */
static void change(void (*how)(struct p11l_lane *lane, unsigned number))
{
	pthread_mutex_lock(&lock);
	for (unsigned i = 0; i < lane_count; i++) {
		p11l_seal(&p11l_lanes[i], sizeof(p11l_lanes[i]), false);
		how(&p11l_lanes[i].lane, i);
		p11l_seal(&p11l_lanes[i], sizeof(p11l_lanes[i]), true);
	}
	pthread_mutex_unlock(&lock);
	p11l_expose();
}

void p11l_lanes_restack(void)
{
	change(build);
}

void p11l_lanes_close(bool close)
{
	pthread_mutex_lock(&lock);
	closed = close;
	pthread_mutex_unlock(&lock);
	change(lead);
}

void p11l_lanes_hold(void)
{
	pthread_mutex_lock(&lock);
}

void p11l_lanes_release(void)
{
	pthread_mutex_unlock(&lock);
}

static const struct p11l_lane *find(const void *table, unsigned width)
{
	for (unsigned i = 0; i < lane_count; i++)
		if (p11l_lanes[i].lane.source == table && p11l_lanes[i].lane.width >= width)
			return &p11l_lanes[i].lane;
	return NULL;
}

static const struct p11l_lane *make(const CK_FUNCTION_LIST_3_2 *table, unsigned width)
{
	struct p11l_lane *lane;

	if (lane_count == P11L_LANES) {
		p11l_message("the vendor has more than %d function tables; one of them is neither "
		             "traced "
		             "nor normalised",
		        P11L_LANES);
		return NULL;
	}
	lane = &p11l_lanes[lane_count].lane;
	lane->source = table;
	lane->width = width;
	take_vendor(lane, table, proven_width(table, width));
	publish(lane, lane_count);
	p11l_seal(&p11l_lanes[lane_count], sizeof(p11l_lanes[lane_count]), true);
	lane_count++;
	return lane;
}

/* A vendor that hands our own table back would send every call round for ever. */
static bool is_ours(const void *table)
{
	return (uintptr_t)table - (uintptr_t)p11l_lanes < sizeof(p11l_lanes) ||
	       table == &p11l_exported.table;
}

const struct p11l_lane *p11l_lane_for(const void *table, unsigned width)
{
	const struct p11l_lane *lane;
	size_t least =
	        offsetof(CK_FUNCTION_LIST_3_2, C_Initialize) + WIDTH_2_40 * sizeof(p11l_entry);

	if (is_ours(table) || !p11l_readable(table, least))
		return NULL;
	pthread_mutex_lock(&lock);
	lane = find(table, width);
	if (lane == NULL)
		lane = make(table, width);
	pthread_mutex_unlock(&lock);
	return lane;
}

const struct p11l_lane *p11l_lane_nowhere(void)
{
	return p11l_lane_for(p11l_nowhere, WIDTH_2_40);
}

const struct p11l_lane *p11l_lane_widest(void)
{
	const struct p11l_lane *widest = &p11l_lanes[0].lane;

	for (unsigned i = 1; i < lane_count; i++)
		if (p11l_lanes[i].lane.width > widest->width)
			widest = &p11l_lanes[i].lane;
	return widest;
}
