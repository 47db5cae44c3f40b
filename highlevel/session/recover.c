/* SPDX-License-Identifier: MIT */
/* What return codes say about things that have gone away. */
#include "parts.h"

static const struct {
	CK_RV rv;
	enum p11l_loss loss;
} losses[] = {
        {CKR_SESSION_HANDLE_INVALID, P11L_LOSS_SESSION},
        {CKR_SESSION_CLOSED, P11L_LOSS_SESSION},
        {CKR_DEVICE_REMOVED, P11L_LOSS_SESSION},
        {CKR_TOKEN_NOT_PRESENT, P11L_LOSS_SESSION},
        {CKR_USER_NOT_LOGGED_IN, P11L_LOSS_LOGIN},
        {CKR_OBJECT_HANDLE_INVALID, P11L_LOSS_HANDLE},
        {CKR_KEY_HANDLE_INVALID, P11L_LOSS_HANDLE},
        {CKR_WRAPPING_KEY_HANDLE_INVALID, P11L_LOSS_HANDLE},
        {CKR_UNWRAPPING_KEY_HANDLE_INVALID, P11L_LOSS_HANDLE},
        {CKR_CRYPTOKI_NOT_INITIALIZED, P11L_LOSS_MODULE},
        {CKR_OPERATION_ACTIVE, P11L_LOSS_DIRTY},
};

enum p11l_loss p11l_loss_by(CK_RV rv)
{
	for (size_t i = 0; i < sizeof(losses) / sizeof(losses[0]); i++)
		if (losses[i].rv == rv)
			return losses[i].loss;
	return P11L_LOSS_NONE;
}

enum p11l_state p11l_state_after(enum p11l_loss loss)
{
	switch (loss) {
	case P11L_LOSS_SESSION:
	case P11L_LOSS_MODULE:
		return P11L_LOST;
	case P11L_LOSS_DIRTY:
		return P11L_BROKEN;
	default:
		return P11L_GOOD;
	}
}
