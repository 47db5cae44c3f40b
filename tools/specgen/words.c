/* SPDX-License-Identifier: MIT */
/* The fixed vocabulary: roles, versions, operations, and the types no row defines. */
#include "model.h"

#define MEMBERS (USE_MEMBER | USE_ATTRIBUTE)
#define ALL     (USE_MEMBER | USE_ATTRIBUTE | USE_MECHANISM)
#define NUMBER(name, use, family)                                      \
	{                                                              \
		name, use, ARGUMENT_NONE, MAY, SHAPE_ANY, family, NULL \
	}
#define NAMED(name, use, length, shape, ctype)                               \
	{                                                                    \
		name, use, ARGUMENT_NONE, length, shape, FAMILY_NAMED, ctype \
	}
#define SPACED(name, use, length, family)                               \
	{                                                               \
		name, use, ARGUMENT_SPACE, length, SHAPE_ANY, family, 0 \
	}
#define OCTETS(name, use, argument)                                         \
	{                                                                   \
		name, use, argument, MUST, SHAPE_BLOCK, FAMILY_OCTETS, NULL \
	}
#define VALUE_ONLY(name, argument)                                                   \
	{                                                                            \
		name, USE_ATTRIBUTE, argument, NEVER, SHAPE_ANY, FAMILY_OCTETS, NULL \
	}

const struct role_rule role_rules[ROLES] = {
        [ROLE_ULONG] = NUMBER("ulong", ALL, FAMILY_ULONG),
        [ROLE_BOOL] = NAMED("bool", MEMBERS, NEVER, SHAPE_ANY, "CK_BBOOL"),
        [ROLE_BYTE] = {"byte", MEMBERS, ARGUMENT_NONE, NEVER, SHAPE_ANY, FAMILY_BYTE, NULL},
        [ROLE_ENUM] = SPACED("enum", ALL, MAY, FAMILY_NUMBER),
        [ROLE_FLAGS] = SPACED("flags", MEMBERS, NEVER, FAMILY_ULONG),
        [ROLE_SESSION] = NAMED("session", MEMBERS, MAY, SHAPE_ANY, "CK_SESSION_HANDLE"),
        [ROLE_SLOT] = NAMED("slot", MEMBERS, MAY, SHAPE_ANY, "CK_SLOT_ID"),
        [ROLE_OBJECT] = NAMED("object", ALL, MAY, SHAPE_ANY, "CK_OBJECT_HANDLE"),
        [ROLE_LENGTH] = NAMED("length", USE_MEMBER, NEVER, SHAPE_ANY, "CK_ULONG"),
        [ROLE_BYTES] = OCTETS("bytes", ALL, ARGUMENT_SECRECY),
        [ROLE_BIGINT] = OCTETS("bigint", MEMBERS, ARGUMENT_SECRECY),
        [ROLE_TEXT] = OCTETS("text", MEMBERS, ARGUMENT_NONE),
        [ROLE_STRING] = {"string", USE_MEMBER, ARGUMENT_NONE, NEVER, SHAPE_POINTER, FAMILY_OCTETS,
                NULL},
        [ROLE_DATE] = NAMED("date", MEMBERS, NEVER, SHAPE_ANY, "CK_DATE"),
        [ROLE_STRUCT] = {"struct", MEMBERS, ARGUMENT_STRUCT, MAY, SHAPE_ANY, FAMILY_STRUCT, NULL},
        [ROLE_MECHANISM] = NAMED("mechanism", USE_MEMBER, NEVER, SHAPE_POINTER, "CK_MECHANISM"),
        [ROLE_MESSAGE_MECHANISM] =
                NAMED("message_mechanism", USE_MEMBER, NEVER, SHAPE_POINTER, "CK_MECHANISM"),
        [ROLE_TEMPLATE] = NAMED("template", MEMBERS, MUST, SHAPE_POINTER, "CK_ATTRIBUTE"),
        [ROLE_PARAMETER] = {"parameter", USE_MEMBER, ARGUMENT_NONE, MUST, SHAPE_POINTER,
                FAMILY_VOID, NULL},
        [ROLE_OPAQUE] = {"opaque", USE_MEMBER, ARGUMENT_NONE, NEVER, SHAPE_ANY, FAMILY_ADDRESS,
                NULL},
        [ROLE_ULONGS] = VALUE_ONLY("ulongs", ARGUMENT_NONE),
        [ROLE_ENUMS] = VALUE_ONLY("enums", ARGUMENT_SPACE),
        [ROLE_CERTIFICATE] = VALUE_ONLY("certificate", ARGUMENT_SECRECY),
        [ROLE_EC_PARAMS] = VALUE_ONLY("ec_params", ARGUMENT_NONE),
        [ROLE_NAME] = VALUE_ONLY("name", ARGUMENT_NONE),
        [ROLE_PARAMETER_SET] = VALUE_ONLY("parameter_set", ARGUMENT_NONE),
};

const char *const since_names[] = {"2.40", "3.0", "3.1", "3.2"};

/* In the order of the bits of enum p11l_use. */
const char *const operation_names[] = {"encrypt", "sign", "sign_recover", "digest", "generate",
        "generate_pair", "wrap", "derive", "encapsulate"};
const size_t operation_count = sizeof operation_names / sizeof operation_names[0];

/* In the order of enum p11l_rule_level. */
const char *const level_names[LEVELS] = {"fix", "portable", "profile", "trace", "declined"};

/* In the order in which docs/QUIRKS.md has them. */
const char *const words_names[WORDS] = {"quirk", "seen", "does", "never", "why", "note"};

const struct base_type base_types[BASE_TYPES] = {
        {"CK_BYTE", "unsigned char", "CK_BYTE"},
        {"CK_CHAR", "CK_BYTE", "CK_BYTE"},
        {"CK_UTF8CHAR", "CK_BYTE", "CK_BYTE"},
        {"CK_BBOOL", "CK_BYTE", "CK_BYTE"},
        {"CK_ULONG", "unsigned long", "CK_ULONG"},
        {"CK_LONG", "long", "CK_LONG"},
        {"CK_FLAGS", "CK_ULONG", "CK_ULONG"},
};

const struct function_list function_lists[FUNCTION_LISTS] = {
        {"CK_FUNCTION_LIST", SINCE_2_40},
        {"CK_FUNCTION_LIST_3_0", SINCE_3_0},
        {"CK_FUNCTION_LIST_3_2", SINCE_3_2},
};

const struct callback callbacks[CALLBACKS] = {
        {"CK_NOTIFY",
                "CK_SESSION_HANDLE hSession, CK_NOTIFICATION event, CK_VOID_PTR pApplication"},
        {"CK_CREATEMUTEX", "CK_VOID_PTR_PTR ppMutex"},
        {"CK_DESTROYMUTEX", "CK_VOID_PTR pMutex"},
        {"CK_LOCKMUTEX", "CK_VOID_PTR pMutex"},
        {"CK_UNLOCKMUTEX", "CK_VOID_PTR pMutex"},
};
