/* SPDX-License-Identifier: MIT */
/*
 * The layer "operation": what is under way in a session, and the rules about it. A hook
 * (operation.c) takes the operation out of the table of sessions, has it go on, and puts it back:
 *
 *	begin.c       starts it: in the host's session or a hidden one, hashed here or by the vendor
 *	proceed.c     goes on with it and ends it
 *	sizes.c       how long what comes out will be
 *	buf.c         has results written to buffers of the lens, and keeps what did not fit
 *	sig.c         signatures in the vendor's form and back
 *	hashed.c      signatures over data that the lens has the vendor digest
 *	multipart.c   parts that are collected, and blocks that are filled
 *	cancel.c      ends that the vendor does not allow
 *
 * Beside it stand operation_session.c, where sessions come and go, and lists.c.
 */
#ifndef P11L_OPERATION_H
#define P11L_OPERATION_H

#include "layer.h"
#include "octets.h"
#include "session.h"

#define P11L_KEEP_MAX    (64 * 1024UL)        /* octets of a result that is kept */
#define P11L_COLLECT_MAX (16 * 1024 * 1024UL) /* octets of data that are collected */
#define P11L_DIGEST_MAX  64

/* What the classes of operations differ in; functions by their numbers, 0 where there is none. */
struct p11l_kind {
	CK_FLAGS cancel;         /* of C_SessionCancel */
	CK_ATTRIBUTE_TYPE usage; /* what the key must have; 0 for none */
	uint8_t init, once, update, final;
};

extern const struct p11l_kind p11l_kinds[P11L_CLASSES];

enum p11l_phase {
	P11L_IDLE,
	P11L_BEGUN,
	P11L_PARTS,   /* begun, and some of the data was handed in */
	P11L_WAITING, /* over for the vendor, whose result waits for a longer buffer */
};

/* What decides how long results are. 0: not known, or of no interest. */
struct p11l_sizes {
	CK_ULONG modulus;   /* octets */
	unsigned order;     /* octets of the order of a curve or subgroup */
	bool whole;         /* and it has eight bits for each of them */
	unsigned signature; /* octets of a signature that has a fixed length */
	unsigned tag;       /* octets */
};

struct p11l_op {
	CK_SESSION_HANDLE hidden; /* a session of our own, kept while idle; 0: none */
	CK_SESSION_HANDLE hasher; /* another one, in which data is digested */
	CK_SESSION_HANDLE at;     /* where it runs */
	enum p11l_phase phase;
	bool suspect; /* it failed, and the vendor may not know that it is over */
	CK_MECHANISM_TYPE mechanism;
	CK_OBJECT_HANDLE key;
	struct p11l_sizes sizes;

	CK_ULONG handed; /* octets of data handed to the vendor in parts */
	bool collects;   /* data is collected until the end */
	unsigned blocks; /* the data goes down in multiples of this; 0: as it comes */
	struct p11l_octets data;

	const struct p11l_hashed *hashed; /* NULL: the vendor hashes or nobody does */
	bool digesting;                   /* the hasher is at work */
	CK_ULONG digested;                /* octets of digest; 0: not finished */
	CK_BYTE digest[P11L_DIGEST_MAX];

	unsigned result_of;        /* P11L_C_...: which function's */
	struct p11l_octets result; /* what did not fit */
	struct p11l_octets asked;  /* the data that it was made of */
};

/* A call of the host that goes on with an operation. */
struct p11l_run {
	p11l_below *below;
	const struct p11l_rules *rules;
	CK_SESSION_HANDLE session; /* the host's */
	enum p11l_class class;
	const struct p11l_kind *kind;
	struct p11l_taken taken;
	struct p11l_op *op;
};

/* What goes in and comes out; out is NULL when its size is asked for. */
struct p11l_flow {
	unsigned function; /* P11L_C_... */
	CK_BYTE_PTR in;
	CK_ULONG in_size;
	CK_BYTE_PTR out;
	CK_ULONG_PTR out_size;
};

/* --- Functions of the vendor by number */

typedef CK_RV p11l_data_call(CK_SESSION_HANDLE session, CK_BYTE_PTR in, CK_ULONG in_size,
        CK_BYTE_PTR out, CK_ULONG_PTR out_size);
typedef CK_RV p11l_in_call(CK_SESSION_HANDLE session, CK_BYTE_PTR in, CK_ULONG in_size);
typedef CK_RV p11l_out_call(CK_SESSION_HANDLE session, CK_BYTE_PTR out, CK_ULONG_PTR out_size);
typedef CK_RV p11l_init_call(
        CK_SESSION_HANDLE session, CK_MECHANISM_PTR mechanism, CK_OBJECT_HANDLE key);

static inline void (*p11l_vendor_call(p11l_below *below, unsigned function))(void)
{
	return (void (*)(void))p11l_const_entries(below)[function];
}

/* What an operation is started with. */
struct p11l_start {
	CK_MECHANISM_PTR mechanism;
	CK_OBJECT_HANDLE key;
	CK_ATTRIBUTE_PTR template; /* searches only */
	CK_ULONG count;
};

/* --- operation.c */

/* Whether a rule is on that needs to know what is under way. */
bool p11l_keeps_account(const struct p11l_rules *rules);

/* Forgets the operation: it is over. Hidden sessions stay. */
void p11l_operation_end(struct p11l_op *op);

/* Takes an operation out of the table; without create only one that is there. */
bool p11l_run_open(struct p11l_run *run, p11l_below *below, CK_SESSION_HANDLE session,
        enum p11l_class class, bool create);
void p11l_run_close(struct p11l_run *run);

/* The session in which the operation runs at the vendor. */
static inline CK_SESSION_HANDLE p11l_at(const struct p11l_run *run)
{
	return run->op->at != 0 ? run->op->at : run->session;
}

/* --- begin.c */

CK_RV p11l_run_begin(struct p11l_run *run, const struct p11l_start *start);

/* C_XInit at the vendor, in a session that is free for it; notes where. */
CK_RV p11l_run_start(struct p11l_run *run, const struct p11l_start *start);

/* C_XInit in the session that is given. */
CK_RV p11l_vendor_init(p11l_below *below, enum p11l_class class, CK_SESSION_HANDLE session,
        const struct p11l_start *start);

/* Opens a session like the host's on the same slot, once; false when there is none to be had. */
bool p11l_hide(const struct p11l_run *run, CK_SESSION_HANDLE *hidden);
void p11l_close_hidden(struct p11l_run *run);

/* Closes what was opened; the host's session is gone. */
void p11l_unhide(p11l_below *below, struct p11l_op *op);

/* --- proceed.c */

CK_RV p11l_proceed_once(struct p11l_run *run, struct p11l_flow *flow);
CK_RV p11l_proceed_update(struct p11l_run *run, struct p11l_flow *flow); /* with output */
CK_RV p11l_proceed_final(struct p11l_run *run, struct p11l_flow *flow);
CK_RV p11l_proceed_in(struct p11l_run *run, CK_BYTE_PTR in, CK_ULONG in_size);
CK_RV p11l_proceed_key(struct p11l_run *run, CK_OBJECT_HANDLE key); /* C_DigestKey */
CK_RV p11l_proceed_find(
        struct p11l_run *run, CK_OBJECT_HANDLE_PTR object, CK_ULONG most, CK_ULONG_PTR count);
CK_RV p11l_proceed_find_final(struct p11l_run *run);
CK_RV p11l_proceed_verify(struct p11l_run *run, CK_BYTE_PTR data, CK_ULONG size,
        CK_BYTE_PTR signature, CK_ULONG signature_size);
CK_RV p11l_proceed_verify_final(
        struct p11l_run *run, CK_BYTE_PTR signature, CK_ULONG signature_size);

/* C_X or C_XFinal of the vendor, with whatever form of data and signature it wants. */
CK_RV p11l_vendor_once(struct p11l_run *run, const struct p11l_flow *flow);
CK_RV p11l_vendor_final(struct p11l_run *run, const struct p11l_flow *flow);

/* --- sizes.c */

/* Asks the key, before the operation is started, for what its mechanism makes interesting. */
void p11l_sizes_read(struct p11l_run *run, const CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key);

/* Whether signatures of the mechanism are two numbers: ECDSA and DSA. */
bool p11l_is_ecdsa(CK_MECHANISM_TYPE mechanism);

/* The length of a result. */
struct p11l_room {
	CK_ULONG exact; /* 0: not known beforehand */
	CK_ULONG most;  /* room that is enough for every vendor; 0: not known */
};
struct p11l_room p11l_room_of(
        const struct p11l_op *op, enum p11l_class class, bool final, CK_ULONG in_size);

/* The octets of a digest, or of a MAC that is one; 0 for other mechanisms. */
CK_ULONG p11l_digest_size(CK_MECHANISM_TYPE mechanism);

/* --- buf.c */

/* Makes a result: the vendor's function, or what stands for it. */
typedef CK_RV p11l_make(struct p11l_run *run, const struct p11l_flow *flow);

/* Has a result made and hands it to the host. */
CK_RV p11l_serve(struct p11l_run *run, struct p11l_flow *flow, p11l_make *make);

/* Answers out of what was kept; false when it is not what is asked for, and is forgotten then. */
bool p11l_serve_kept(struct p11l_run *run, const struct p11l_flow *flow, CK_RV *rv);

/* CKR_BUFFER_TOO_SMALL of an update says how long the buffer must be. */
void p11l_mend_length(struct p11l_run *run, const struct p11l_flow *flow, CK_ULONG given);

/* --- sig.c */

/* A vendor's signature into the standard's form, in a buffer of room octets. */
void p11l_signature_standard(
        const struct p11l_run *run, CK_BYTE *signature, CK_ULONG_PTR size, CK_ULONG room);

/* The host's signature as the vendor wants it: in other, or where it is. */
void p11l_signature_vendor(const struct p11l_run *run, CK_BYTE_PTR *signature, CK_ULONG *size,
        CK_BYTE *other, CK_ULONG room);

/* How much of a digest an ECDSA signature is made of. */
CK_ULONG p11l_signed_part(const struct p11l_run *run, CK_ULONG size);

/* What C_Sign answers when it failed with rv (SIG-10). */
CK_RV p11l_explain_sign(p11l_below *below, CK_SESSION_HANDLE session, CK_ULONG size, CK_RV rv);

/* Whether results pass through p11l_signature_standard and need room for it. */
bool p11l_mends_signatures(const struct p11l_run *run);

/* --- hashed.c */

const struct p11l_hashed *p11l_hashed_of(CK_MECHANISM_TYPE mechanism); /* or NULL */

/* The mechanism that the vendor runs. */
CK_MECHANISM_TYPE p11l_signs_with(const struct p11l_op *op);
CK_RV p11l_hashed_begin(struct p11l_run *run, const struct p11l_start *start);
CK_RV p11l_hashed_update(struct p11l_run *run, CK_BYTE_PTR data, CK_ULONG size);
p11l_make p11l_hashed_once, p11l_hashed_final;
CK_RV p11l_hashed_verify(struct p11l_run *run, CK_BYTE_PTR data, CK_ULONG size,
        CK_BYTE_PTR signature, CK_ULONG signature_size); /* data NULL: already handed in */

/* --- multipart.c */

/* Decides at the start whether parts of this operation need help. */
void p11l_parts_begin(struct p11l_run *run);
CK_RV p11l_parts_collect(struct p11l_run *run, CK_BYTE_PTR data, CK_ULONG size);
CK_RV p11l_parts_update(struct p11l_run *run, const struct p11l_flow *flow);
p11l_make p11l_parts_final;

/* --- cancel.c */

/* C_XInit without a mechanism. */
CK_RV p11l_cancel_asked(struct p11l_run *run, const struct p11l_start *start);

/* Ends what the vendor may still think is under way in the session. */
bool p11l_cancel_suspects(struct p11l_run *run);

#endif
