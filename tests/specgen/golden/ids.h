/* SPDX-License-Identifier: MIT */
/*
 * Numbers of functions, spaces, structs, groups and rules, and the structs that
 * exist for decoding only.
 * Generated from spec/ by tools/specgen; do not edit.
 */
#ifndef P11L_IDS_H
#define P11L_IDS_H

#include "cryptoki.h"

enum {
	P11L_C_Start = 0,
	P11L_C_GetFunctionList,
	P11L_C_GetSlotList,
	P11L_C_Open,
	P11L_C_Login,
	P11L_C_Read,
	P11L_C_GetInterface,
	P11L_C_EncryptWithEveryParameterThereMayBe,
	P11L_C_Later,
	P11L_C_Latest,
	P11L_FUNCTIONS
};

enum {
	P11L_SPACE_rv,
	P11L_SPACE_open_flags,
	P11L_SPACE_info_flags,
	P11L_SPACE_attribute,
	P11L_SPACE_class,
	P11L_SPACE_mechanism,
	P11L_SPACE_event,
	P11L_SPACE_key_type,
	P11L_SPACES
};

enum {
	P11L_STRUCT_CK_VERSION,
	P11L_STRUCT_CK_DATE,
	P11L_STRUCT_CK_ATTRIBUTE,
	P11L_STRUCT_CK_MECHANISM,
	P11L_STRUCT_CK_INFO,
	P11L_STRUCT_CK_START_ARGS,
	P11L_STRUCT_CK_COUNTED_PARAMS,
	P11L_STRUCT_CK_COUNTED_PARAMS_SHORT,
	P11L_STRUCT_CK_PASSWORD_PARAMS,
	P11L_STRUCT_CK_INTERFACE,
	P11L_STRUCTS
};

enum {
	P11L_GROUP_general,
	P11L_GROUP_slot,
	P11L_GROUP_session,
	P11L_GROUP_object,
	P11L_GROUP_crypt,
	P11L_GROUP_async,
	P11L_GROUPS
};

enum {
	P11L_LAYER_outer,
	P11L_LAYER_inner,
	P11L_LAYER_serial,
	P11L_LAYER_argument,
	P11L_LAYERS
};

enum {
	P11L_FAMILY_alpha,
	P11L_FAMILY_beta,
	P11L_FAMILIES
};

enum {
	P11L_RULE_ALPHA_1,
	P11L_RULE_ALPHA_2,
	P11L_RULE_ALPHA_3,
	P11L_RULE_BETA_10,
	P11L_RULE_BETA_2,
	P11L_RULE_BETA_3,
	P11L_RULE_BETA_4,
	P11L_RULES
};

enum { P11L_NUMBERS = 3 };

struct CK_COUNTED_PARAMS_SHORT {
	CK_BYTE_PTR pIv;
	CK_HASH_TYPE hash;
};

/*
 * Stands for all functions and structs with their members: a record can be read
 * where it is the same.
 */
#define P11L_TABLES UINT64_C(0x3f3934852fea99c5)

#endif
