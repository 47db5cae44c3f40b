/* SPDX-License-Identifier: MIT */
/*
 * GCM-3: the vendor writes the IV over the host's, some when the operation starts and some when it
 * ends. The IV that goes down is always the host's own buffer; here is only seen whether it was
 * written to.
 */
#include "parameter.h"

#include "lasting.h"

#include <string.h>

#define MAX_IV 64 /* octets; 12 are usual */

/* What an IV was. */
struct watch {
	const CK_BYTE *iv; /* the host's */
	CK_ULONG size;
	CK_BYTE before[MAX_IV];
};

CK_RV p11l_parameter_gcm_iv(struct p11l_parameter *parameter)
{
	struct watch *watch;
	CK_GCM_PARAMS gcm;

	if (!p11l_gcm_read(parameter, &gcm) || gcm.ulIvLen == 0 || gcm.ulIvLen > MAX_IV ||
	        !p11l_readable(gcm.pIv, gcm.ulIvLen))
		return CKR_OK;
	parameter->iv = p11l_lasting_room(sizeof(*watch));
	if (parameter->iv == NULL)
		return CKR_OK;
	watch = parameter->iv->parameter;
	watch->iv = gcm.pIv;
	watch->size = gcm.ulIvLen;
	memcpy(watch->before, gcm.pIv, gcm.ulIvLen);
	return CKR_OK;
}

/* True when it is settled: it was written to, or it is not there any more. */
static bool look(const struct watch *watch)
{
	if (!p11l_readable(watch->iv, watch->size))
		return true;
	if (memcmp(watch->iv, watch->before, watch->size) == 0)
		return false;
	p11l_note("GCM-3", "the IV of %lu octets -> the vendor's", watch->size);
	return true;
}

void p11l_parameter_gcm_iv_end(struct p11l_parameter *parameter, CK_RV rv)
{
	bool settled = rv != CKR_OK || look(parameter->iv->parameter);

	/* C_WrapKey is over; what C_EncryptInit has started may still write. */
	if (settled || parameter->function != P11L_C_EncryptInit)
		p11l_lasting_free(parameter->iv);
	else
		p11l_lasting_keep(parameter->iv, parameter->session, P11L_C_Encrypt);
}

void p11l_iv_look(CK_SESSION_HANDLE session)
{
	struct p11l_lasting *kept = p11l_lasting_take(session, P11L_C_Encrypt);

	if (kept != NULL)
		look(kept->parameter);
	p11l_lasting_free(kept);
}
