/* SPDX-License-Identifier: MIT */
/*
 * How often, how long, with what result: counted by function, mechanism and return code, in the
 * process while it runs or out of a saved trace. No lock and no allocation while counting.
 */
#ifndef P11L_STATS_H
#define P11L_STATS_H

#include "shim/spec.h"

struct p11l_stats_call {
	unsigned function;
	bool has_mechanism;
	CK_MECHANISM_TYPE mechanism;
	CK_RV rv;
	uint64_t ns;    /* in the vendor's module */
	uint64_t bytes; /* of data handed in */
};

void p11l_stats_add(const struct p11l_stats_call *call);

/* Sessions open now and at most, for the report; both 0: not known. */
struct p11l_stats_sessions {
	uint64_t now, peak;
};

/*
 * Hands the report to put, line by line, each with its newline. As JSON it is one object on
 * several lines.
 */
typedef void p11l_stats_put(void *user, const char *line, size_t size);
void p11l_stats_report_text(
        const struct p11l_stats_sessions *sessions, p11l_stats_put *put, void *user);
void p11l_stats_report_json(
        const struct p11l_stats_sessions *sessions, p11l_stats_put *put, void *user);

/* Forgets all. Not to be called while others count. */
void p11l_stats_reset(void);

/* The rest is for the files that implement this. */

/*
 * Histogram: 32 steps to each power of two, so a value is known to within 1/32 of it; smaller
 * than 32 ns it is exact, above 2^44 ns it is cut off.
 */
#define P11L_STATS_STEPS   32
#define P11L_STATS_POWERS  40
#define P11L_STATS_BUCKETS (P11L_STATS_STEPS * P11L_STATS_POWERS)

struct p11l_stats_sum {
	uint64_t count, errors, bytes, ns, max;
	uint64_t bucket[P11L_STATS_BUCKETS];
};

/* What one row of the report is about; parts that are not known are added up. */
struct p11l_stats_row {
	unsigned function;
	bool has_mechanism, has_rv;
	CK_MECHANISM_TYPE mechanism;
	CK_RV rv;
};

/* The rows of the report: each function, then what is known of it in detail. At most size. */
size_t p11l_stats_rows(struct p11l_stats_row *row, size_t size);

/* Adds up what belongs to a row. */
void p11l_stats_sum(const struct p11l_stats_row *row, struct p11l_stats_sum *sum);

/* The time that so many of a thousand calls did not exceed, ns. */
uint64_t p11l_stats_quantile(const struct p11l_stats_sum *sum, unsigned permille);

/* Nanoseconds of all calls together. */
uint64_t p11l_stats_total(void);

#endif
