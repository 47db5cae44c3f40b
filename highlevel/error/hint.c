/* SPDX-License-Identifier: MIT */
/* What a user can do about an error. The first row that fits is the hint. */
#include "meaning.h"

#include "shim/normalise/layer.h"

#include <stdio.h>
#include <string.h>

const struct p11l_hint_row p11l_hint_rows[] = {
        {CKR_PIN_INCORRECT, " C_Login C_LoginUser ", -1,
                "check the PIN; some tokens lock it after three wrong ones, and it is not tried "
                "again by itself"},
        {CKR_PIN_LOCKED, NULL, -1,
                "unlock it as the SO: open the session with user_type CKU_SO and call "
                "p11l_init_pin"},
        {CKR_PIN_LEN_RANGE, NULL, -1,
                "min_pin and max_pin of p11l_get_token_info say how long it may be"},
        {CKR_PIN_EXPIRED, NULL, -1, "change it with p11l_set_pin"},
        {CKR_USER_PIN_NOT_INITIALIZED, NULL, -1,
                "set one as the SO: open the session with user_type CKU_SO and call p11l_init_pin"},
        {CKR_USER_NOT_LOGGED_IN,
                " C_GenerateKey C_GenerateKeyPair C_CreateObject C_UnwrapKey C_DeriveKey ", -1,
                "open the session with a PIN, or make the key with CKA_PRIVATE false"},
        {CKR_USER_NOT_LOGGED_IN, " C_Sign C_Decrypt C_SignUpdate C_SignFinal C_DecryptUpdate ", -1,
                "the key wants a PIN for each use: give it with p11l_set_key_pin or a callback"},
        {CKR_USER_NOT_LOGGED_IN, NULL, -1, "open the session with a PIN"},
        {CKR_USER_ANOTHER_ALREADY_LOGGED_IN, NULL, -1,
                "a token knows one user at a time in a process: close the sessions of the other"},
        {CKR_USER_TYPE_INVALID, " C_Login ", P11L_RULE_LOG_6,
                "the token wants another login for each use of the key"},
        {CKR_MECHANISM_INVALID, " C_SignInit C_VerifyInit ", P11L_RULE_SIG_6,
                "the token may sign digests only, and the lens can hash for it"},
        {CKR_MECHANISM_INVALID, " C_SignInit C_VerifyInit ", -1,
                "p11l_get_mechanisms tells what the token has; with a mechanism that does not "
                "hash, pass the digest"},
        {CKR_MECHANISM_INVALID, " C_GenerateKeyPair ", P11L_RULE_ECPAR_2,
                "the token may make keys of this curve by another mechanism"},
        {CKR_MECHANISM_INVALID, NULL, -1,
                "p11l_get_mechanisms tells what the token has; see also flags of "
                "p11l_get_mechanism_info"},
        {CKR_MECHANISM_PARAM_INVALID, " C_EncryptInit C_DecryptInit ", -1,
                "give the IV that the mechanism wants (AES 16 octets, DES 8, GCM 12 mostly); OAEP "
                "may know SHA-1 only"},
        {CKR_MECHANISM_PARAM_INVALID, " C_SignInit C_VerifyInit ", P11L_RULE_SIG_8,
                "the token may want a parameter with EdDSA, or none"},
        {CKR_MECHANISM_PARAM_INVALID, " C_SignInit C_VerifyInit ", -1,
                "with PSS hash, mask and salt length must fit the mechanism: leave them to "
                "p11l_set_pss"},
        {CKR_MECHANISM_PARAM_INVALID, " C_DeriveKey ", -1,
                "the other party's point or value must be of the key's own curve or group; "
                "CKD_NULL goes with no shared data"},
        {CKR_ARGUMENTS_BAD, " C_SignInit C_VerifyInit C_EncryptInit C_DecryptInit ", -1,
                "modules say so of a mechanism parameter that is missing or does not fit"},
        {CKR_ARGUMENTS_BAD, " C_Initialize ", -1,
                "some modules want a string of parameters: load them with P11L_LOAD(.parameters = "
                "...)"},
        {CKR_TEMPLATE_INCONSISTENT, " C_DeriveKey C_UnwrapKey ", P11L_RULE_ECDH_2,
                "the token may want CKA_VALUE_LEN, or refuse it"},
        {CKR_TEMPLATE_INCONSISTENT,
                " C_GenerateKey C_GenerateKeyPair C_CreateObject C_UnwrapKey C_DeriveKey ",
                P11L_RULE_TPL_1, "the token may refuse an attribute that asks for nothing"},
        {CKR_TEMPLATE_INCONSISTENT, NULL, -1,
                "the trace shows the template: leave attributes out with P11L_UNSET until it is "
                "taken; some tokens want CKA_PRIVATE or CKA_SENSITIVE true"},
        {CKR_TEMPLATE_INCOMPLETE, " C_UnwrapKey C_DeriveKey ", -1,
                "give the length of the key in bits, or CKA_VALUE_LEN among the attributes"},
        {CKR_TEMPLATE_INCOMPLETE, " C_GenerateKey ", -1, "give the length of the key in bits"},
        {CKR_TEMPLATE_INCOMPLETE, " C_GenerateKeyPair ", P11L_RULE_PQC_2,
                "the token may want the parameter set in both templates"},
        {CKR_TEMPLATE_INCOMPLETE, NULL, -1,
                "the trace shows the template; add what the section of the standard on this type "
                "of object demands"},
        {CKR_ATTRIBUTE_TYPE_INVALID, " C_FindObjectsInit ", P11L_RULE_FND_2,
                "the token may not know an attribute of the search"},
        {CKR_ATTRIBUTE_TYPE_INVALID,
                " C_GenerateKey C_GenerateKeyPair C_CreateObject C_UnwrapKey C_DeriveKey ",
                P11L_RULE_TPL_1, "the token may not know an attribute that asks for nothing"},
        {CKR_ATTRIBUTE_VALUE_INVALID, " C_GenerateKey ", -1,
                "the token may not have keys of this length: see p11l_get_mechanism_info"},
        {CKR_ATTRIBUTE_VALUE_INVALID, " C_GenerateKeyPair ", -1,
                "the token may not have this curve or length: see p11l_get_mechanism_info"},
        {CKR_ATTRIBUTE_SENSITIVE, NULL, -1,
                "keys whose value is to be read are made with CKA_SENSITIVE false and "
                "CKA_EXTRACTABLE true; else wrap them"},
        {CKR_ATTRIBUTE_READ_ONLY, NULL, -1,
                "copy the object with the new value by p11l_copy_object, if the token can"},
        {CKR_KEY_TYPE_INCONSISTENT, NULL, -1, "name a mechanism that goes with keys of this type"},
        {CKR_KEY_FUNCTION_NOT_PERMITTED, NULL, -1,
                "make the key with this among its capabilities; CKA_SIGN, CKA_DECRYPT and so on "
                "tell what it may do"},
        {CKR_KEY_UNEXTRACTABLE, NULL, -1,
                "only keys that are made with CKA_EXTRACTABLE true can be wrapped"},
        {CKR_KEY_NOT_WRAPPABLE, NULL, -1,
                "it may be wrapped with trusted keys only (CKA_WRAP_WITH_TRUSTED), or not by this "
                "mechanism"},
        {CKR_KEY_SIZE_RANGE, NULL, -1, "p11l_get_mechanism_info tells which sizes the token takes"},
        {CKR_UNWRAPPING_KEY_TYPE_INCONSISTENT, NULL, -1,
                "name a mechanism that goes with keys of this type"},
        {CKR_WRAPPING_KEY_TYPE_INCONSISTENT, NULL, -1,
                "name a mechanism that goes with keys of this type"},
        {CKR_DATA_LEN_RANGE, " C_Encrypt C_EncryptFinal ", -1,
                "modes without padding take whole blocks; RSA takes less than its modulus: encrypt "
                "a key with it, and data with the key"},
        {CKR_DATA_LEN_RANGE, " C_Sign C_SignFinal ", -1,
                "mechanisms that do not hash take a digest: hash before, or name one that does"},
        {CKR_DATA_LEN_RANGE, " C_SignUpdate C_VerifyUpdate ", P11L_RULE_SIG_9,
                "the mechanism works in one part only"},
        {CKR_ENCRYPTED_DATA_INVALID, NULL, -1,
                "check key, IV and mechanism; nothing more is told on purpose"},
        {CKR_ENCRYPTED_DATA_LEN_RANGE, NULL, -1,
                "modes without padding take whole blocks; RSA takes as many octets as its modulus "
                "has"},
        {CKR_SIGNATURE_LEN_RANGE, NULL, -1,
                "ECDSA and DSA signatures are two numbers here; out of DER comes "
                "p11l_decode_ecdsa_signature"},
        {CKR_SIGNATURE_INVALID, NULL, -1,
                "check that data, mechanism and parameters are those that it was signed with"},
        {CKR_SESSION_READ_ONLY, NULL, -1, "open the session without read_only"},
        {CKR_TOKEN_WRITE_PROTECTED, NULL, -1,
                "this token does not change; keep the object in the session"},
        {CKR_SESSION_COUNT, NULL, -1,
                "close sessions, or set max_sessions so that threads wait for one"},
        {CKR_SESSION_EXISTS, NULL, -1, "close all sessions of the token before it is initialised"},
        {CKR_SESSION_READ_ONLY_EXISTS, NULL, -1, "close read-only sessions before the SO logs in"},
        {CKR_OPERATION_ACTIVE, NULL, P11L_RULE_OPS_1,
                "the token may do one thing at a time in a session"},
        {CKR_OPERATION_ACTIVE, NULL, -1,
                "a session that was borrowed was given back in the middle of something"},
        {CKR_FUNCTION_NOT_SUPPORTED, " C_WaitForSlotEvent ", P11L_RULE_EVT_1,
                "the lens can look at the slots instead"},
        {CKR_FUNCTION_NOT_SUPPORTED, NULL, -1, "the module does not have it; another version may"},
        {CKR_CURVE_NOT_SUPPORTED, NULL, -1,
                "name another curve; the P curves are the ones that most tokens have"},
        {CKR_DOMAIN_PARAMS_INVALID, NULL, -1,
                "name a curve by its identifier: few tokens take parameters written out"},
        {CKR_CRYPTOKI_NOT_INITIALIZED, NULL, -1,
                "somebody has finalised the module, or this is the child of a fork: "
                "p11l_reinitialise"},
        {CKR_TOKEN_NOT_PRESENT, NULL, -1,
                "is the token in its slot, and the daemon of the module running?"},
        {CKR_TOKEN_NOT_INITIALIZED, NULL, -1, "initialise it with p11l_init_token"},
        {CKR_DEVICE_REMOVED, NULL, -1,
                "insert the token again; the next call opens its sessions anew"},
        {CKR_DEVICE_ERROR, NULL, -1, "look at the device, and at the log of its vendor's daemon"},
        {CKR_GENERAL_ERROR, " C_Initialize ", -1,
                "is the module's configuration there, and may this user read it?"},
        {CKR_GENERAL_ERROR, NULL, -1,
                "the log of the vendor may tell why; some modules say so of a key or parameter "
                "that is wrong"},
        {CKR_DEVICE_MEMORY, NULL, -1, "destroy objects that are not needed"},
        {CKR_KEY_INDIGESTIBLE, NULL, -1, "tokens digest secret keys at most, and many none"},
        {CKR_RANDOM_SEED_NOT_SUPPORTED, NULL, -1, "leave it out: the token seeds itself"},
        {CKR_WRAPPED_KEY_INVALID, NULL, -1,
                "check unwrapping key and mechanism, and class and type of the new key"},
        {CKR_WRAPPED_KEY_LEN_RANGE, NULL, -1,
                "check unwrapping key and mechanism, and class and type of the new key"},
        {CKR_OBJECT_HANDLE_INVALID, NULL, -1,
                "somebody else has destroyed the object, or it was one of a session that is "
                "closed"},
        {CKR_KEY_HANDLE_INVALID, NULL, -1,
                "somebody else has destroyed the key, or it was one of a session that is closed"},
        {CKR_PUBLIC_KEY_INVALID, NULL, -1,
                "a point must lie on the curve, and a value in the group"},
        {CKR_FUNCTION_FAILED, NULL, -1, "the log of the vendor may tell why"},
};
const unsigned p11l_hint_row_count = sizeof(p11l_hint_rows) / sizeof(p11l_hint_rows[0]);

static bool names(const char *functions, const char *function)
{
	size_t length = strlen(function);

	for (const char *at = functions; (at = strstr(at, function)) != NULL; at += length)
		if (at[-1] == ' ' && at[length] == ' ')
			return true;
	return false;
}

/* A rule that is on already has not helped. */
static bool fits(const struct p11l_hint_row *row, CK_RV rv, const char *function, bool normalised)
{
	if (row->rv != rv || (row->functions != NULL && !names(row->functions, function)))
		return false;
	return row->rule < 0 ||
	       (normalised && !p11l_on(p11l_rules_of_module(), (unsigned)row->rule));
}

void p11l_write_hint(char *to, size_t room, CK_RV rv, const char *function, bool normalised)
{
	to[0] = '\0';
	for (unsigned i = 0; i < p11l_hint_row_count; i++) {
		const struct p11l_hint_row *row = &p11l_hint_rows[i];

		if (!fits(row, rv, function, normalised))
			continue;
		if (row->rule < 0)
			snprintf(to, room, "%s", row->text);
		else
			snprintf(to, room, "%s: try normalise.enable = %s in its configuration",
			        row->text, p11l_rules[row->rule].id);
		return;
	}
}
