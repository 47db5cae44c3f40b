/* SPDX-License-Identifier: MIT */
/*
 * Layer "mechanism": the mechanism of a call, as rules see and change it before the vendor does. A
 * hook (mechanism.c) opens the parameter, calls what lies below with it, asks whether to try again
 * in another form, and closes it. As long as no step changes anything, the vendor gets the host's
 * own struct.
 */
#ifndef P11L_PARAMETER_H
#define P11L_PARAMETER_H

#include "layer.h"
#include "point.h"

/* GCM parameters as the text of 2.40 has them. */
typedef struct CK_GCM_PARAMS_NO_IV_BITS p11l_gcm_40;

/* What a rule may have rewritten. */
union p11l_block {
	CK_GCM_PARAMS gcm;
	p11l_gcm_40 gcm_40;
	CK_RSA_PKCS_OAEP_PARAMS oaep;
	CK_ECDH1_DERIVE_PARAMS ecdh1;
	CK_ECDH2_DERIVE_PARAMS ecdh2;
	CK_ECMQV_DERIVE_PARAMS ecmqv;
	CK_EDDSA_PARAMS eddsa;
};

struct p11l_parameter {
	p11l_below *below;
	const struct p11l_rules *rules;
	CK_SESSION_HANDLE session;
	CK_OBJECT_HANDLE key;         /* 0 where the function has none */
	unsigned function;            /* P11L_C_... */
	const CK_ATTRIBUTE *template; /* of the public key; C_GenerateKeyPair only */
	CK_ULONG count;
	const struct p11l_mechanism_row *known; /* NULL: not the standard's */

	CK_MECHANISM *mechanism; /* what goes below: the host's, or own */
	CK_MECHANISM own;
	union p11l_block block; /* where own.pParameter leads when a rule has rewritten it */
	CK_BYTE point[P11L_POINT_MAX];

	struct p11l_lasting *lasting; /* where own.pParameter leads when the vendor may keep it */
	struct p11l_lasting *iv;      /* what the IV was, where the vendor may write it */

	/* The key's curve, once somebody has asked. */
	bool has_curve;
	CK_ULONG key_type;
	unsigned octets;

	CK_ULONG modulus; /* octets of an RSA key's, where they will be needed */

	/* For a form that was chosen among two; NULL: there is no other, or it has been tried. */
	const struct p11l_retry *retry;
	const struct p11l_retry *retried;
	CK_RV refused;   /* what the vendor said to the first */
	CK_SLOT_ID slot; /* of the session, when that could be found out meanwhile */
	bool has_slot;
};

/* What to do when the vendor refuses a parameter for its form. */
struct p11l_retry {
	bool (*may_mean_form)(CK_RV rv);
	bool (*other_form)(struct p11l_parameter *parameter); /* false: there is no other */
	/* The other one was right; nothing may be asked in the session now. */
	void (*learn)(struct p11l_parameter *parameter, CK_SLOT_ID slot);
};

/*
 * A step looks at a parameter and changes it. It answers CKR_OK, or the code with which the call is
 * refused; then the vendor is not called.
 */
typedef CK_RV p11l_parameter_step(struct p11l_parameter *parameter);

/*
 * The mechanism as ours, to be changed; its parameter is that of the host until the step has it
 * lead to block.
 */
CK_MECHANISM *p11l_parameter_own(struct p11l_parameter *parameter);

/*
 * Copies the parameter into block and has the mechanism lead there; false when it does not have
 * this size or cannot be read.
 */
bool p11l_parameter_copy(struct p11l_parameter *parameter, CK_ULONG size);

/*
 * The key type and the octets of a coordinate of an EC key; P11L_ANY and 0 when not to be had. One
 * call, however often it is asked.
 */
void p11l_parameter_curve(struct p11l_parameter *parameter, CK_ULONG *key_type, unsigned *octets);

/* The curve that a template for a public key asks for, or NULL. */
const struct p11l_curve *p11l_asked_curve(const CK_ATTRIBUTE *template, CK_ULONG count);

/* --- For the hooks */

/* CKR_OK, or the code with which the call is refused. */
CK_RV p11l_parameter_open(struct p11l_parameter *parameter, CK_MECHANISM *mechanism);

/* Whether the call is to be made again, with what the parameter is now. */
bool p11l_parameter_again(struct p11l_parameter *parameter, CK_RV rv);

/*
 * Keeps what the vendor may go on reading until the operation ends, and learns what form it takes.
 * The code for the host.
 */
CK_RV p11l_parameter_close(struct p11l_parameter *parameter, CK_RV rv);

/* --- The steps */

/* gcm_parameter.c */
p11l_parameter_step p11l_parameter_gcm_tag, p11l_parameter_gcm_form, p11l_parameter_gcm_bits,
        p11l_parameter_gcm_aad;
/* The parameter in its longer form, whichever it has; false when the mechanism is another one. */
bool p11l_gcm_read(const struct p11l_parameter *parameter, CK_GCM_PARAMS *gcm);
/* gcm_iv.c */
p11l_parameter_step p11l_parameter_gcm_iv;
/* rsa.c */
p11l_parameter_step p11l_parameter_oaep, p11l_parameter_none;
/* rsa_raw.c */
p11l_parameter_step p11l_parameter_raw;
/* ecdh.c */
p11l_parameter_step p11l_parameter_nothing, p11l_parameter_shared, p11l_parameter_peer;
/* eddsa.c */
p11l_parameter_step p11l_parameter_eddsa, p11l_parameter_25519;
/* iv.c */
p11l_parameter_step p11l_parameter_iv;

/* The call has ended with rv: says whether the IV was written to, and keeps watching if it may be.
 */
void p11l_parameter_gcm_iv_end(struct p11l_parameter *parameter, CK_RV rv);

/* The same at the end of an operation. */
void p11l_iv_look(CK_SESSION_HANDLE session);

/* C_DecryptInit has succeeded: keeps what C_Decrypt needs to know. */
void p11l_parameter_raw_begun(const struct p11l_parameter *parameter);

/* The octets that the IV of a block cipher's mode must have; 0: no such mode. */
CK_ULONG p11l_iv_octets(CK_MECHANISM_TYPE mechanism);

#endif
