/* SPDX-License-Identifier: MIT */
/*
 * What keys do. mechanism may be NULL for the usual one (struct p11l_mechanism). Functions of one
 * part cost two calls, because the size of the result is known beforehand; a buffer over memory of
 * the caller's that is too small for it is refused before the token is asked. It may lie over the
 * input. Sizes are octets.
 * Keys with CKA_ALWAYS_AUTHENTICATE get the PIN that p11l_set_key_pin gave them, or that of the
 * session, in between, which is the third call.
 */
#ifndef P11L_OPERATION_H
#define P11L_OPERATION_H

#include "highlevel/api/key.h"

#ifdef __cplusplus
extern "C" {
#endif

struct p11l_operation; /* data in parts; for one thread at a time */

/*
 * C_Encrypt, C_Decrypt, C_Sign. The usual mechanisms:
 *   encrypt AES-CBC and DES3-CBC with padding, whose IV must be given; RSA OAEP with SHA-1
 *   sign    RSA with SHA-512, DSA and ECDSA with SHA-512, EdDSA, AES MAC (or CMAC), HMAC, ML-DSA
 * Where the token has not got it, the next of docs/PYTHON_PKCS11.md, else P11L_CKR_NO_DEFAULT.
 * Plaintext comes in a buffer that is P11L_SECRET.
 */
CK_RV p11l_encrypt(struct p11l_object *key, const struct p11l_mechanism *mechanism,
        const void *data, CK_ULONG size, struct p11l_buffer *out);
CK_RV p11l_decrypt(struct p11l_object *key, const struct p11l_mechanism *mechanism,
        const void *data, CK_ULONG size, struct p11l_buffer *out);
CK_RV p11l_sign(struct p11l_object *key, const struct p11l_mechanism *mechanism, const void *data,
        CK_ULONG size, struct p11l_buffer *signature);

/* C_Verify: CKR_SIGNATURE_INVALID or CKR_SIGNATURE_LEN_RANGE if it is not the key's signature. */
CK_RV p11l_verify(struct p11l_object *key, const struct p11l_mechanism *mechanism, const void *data,
        CK_ULONG size, const void *signature, CK_ULONG signature_size);

/* C_SignRecover, and C_VerifyRecover, which gives the data back. */
CK_RV p11l_sign_recover(struct p11l_object *key, const struct p11l_mechanism *mechanism,
        const void *data, CK_ULONG size, struct p11l_buffer *signature);
CK_RV p11l_verify_recover(struct p11l_object *key, const struct p11l_mechanism *mechanism,
        const void *signature, CK_ULONG size, struct p11l_buffer *data);

/*
 * C_WrapKey: key under wrapping_key. C_UnwrapKey: a key of this class and type of what was
 * wrapped. Usual: AES key wrap, else AES-ECB; DES3-ECB; RSA OAEP, else PKCS #1.
 */
CK_RV p11l_wrap(struct p11l_object *wrapping_key, const struct p11l_mechanism *mechanism,
        struct p11l_object *key, struct p11l_buffer *wrapped);
CK_RV p11l_unwrap(struct p11l_object *unwrapping_key, const struct p11l_mechanism *mechanism,
        const void *wrapped, CK_ULONG size, CK_OBJECT_CLASS object_class, CK_KEY_TYPE key_type,
        const struct p11l_key_options *options, struct p11l_object **key);

/*
 * C_DeriveKey: a secret key of this type and length (bits; 0 where the type has one, or the
 * mechanism says). Without a mechanism there is nothing to derive from, so there must be one.
 */
CK_RV p11l_derive(struct p11l_object *base_key, const struct p11l_mechanism *mechanism,
        CK_KEY_TYPE key_type, CK_ULONG bits, const struct p11l_key_options *options,
        struct p11l_object **key);

/* C_EncapsulateKey and C_DecapsulateKey (3.2): ML-KEM by default. */
CK_RV p11l_encapsulate(struct p11l_object *public_key, const struct p11l_mechanism *mechanism,
        CK_KEY_TYPE key_type, CK_ULONG bits, const struct p11l_key_options *options,
        struct p11l_buffer *ciphertext, struct p11l_object **key);
CK_RV p11l_decapsulate(struct p11l_object *private_key, const struct p11l_mechanism *mechanism,
        const void *ciphertext, CK_ULONG size, CK_KEY_TYPE key_type, CK_ULONG bits,
        const struct p11l_key_options *options, struct p11l_object **key);

/* C_Digest; the mechanism is CKM_SHA512 if it is NULL. C_DigestKey does the same with a key. */
CK_RV p11l_digest(struct p11l_session *session, const struct p11l_mechanism *mechanism,
        const void *data, CK_ULONG size, struct p11l_buffer *digest);
CK_RV p11l_digest_key(struct p11l_object *key, const struct p11l_mechanism *mechanism,
        struct p11l_buffer *digest);

/* The PIN for a key with CKA_ALWAYS_AUTHENTICATE; size 0: up to the NUL; NULL: forget it. */
CK_RV p11l_set_key_pin(struct p11l_object *key, const char *pin, CK_ULONG size);

/*
 * Data in parts. what is one of CKF_ENCRYPT, CKF_DECRYPT, CKF_SIGN, CKF_VERIFY; a digest is begun
 * on a session. Small parts are collected until a call is worth it, so output may come later; with
 * size 0 they go to the token at once. What is finished before that is an operation of one part,
 * which mechanisms know that have no others. A buffer gets what there is, in place of what it held;
 * NULL is allowed where nothing comes out. CKR_BUFFER_TOO_SMALL: nothing has happened, or, from
 * p11l_finish, nothing is lost; the call may be made again with more room. After an error of the
 * token or of a callback it is over. Freed before it is finished, an operation is cancelled, and
 * its session is good again.
 */
CK_RV p11l_begin(struct p11l_object *key, CK_FLAGS what, const struct p11l_mechanism *mechanism,
        struct p11l_operation **operation);
CK_RV p11l_begin_digest(struct p11l_session *session, const struct p11l_mechanism *mechanism,
        struct p11l_operation **operation);
CK_RV p11l_update(
        struct p11l_operation *operation, const void *data, CK_ULONG size, struct p11l_buffer *out);
CK_RV p11l_update_key(struct p11l_operation *digest, struct p11l_object *key);
CK_RV p11l_finish(struct p11l_operation *operation, struct p11l_buffer *out);
CK_RV p11l_finish_verify(
        struct p11l_operation *operation, const void *signature, CK_ULONG signature_size);
void p11l_operation_free(struct p11l_operation *operation);

/*
 * Decryption that checks a tag (GCM, CCM, ChaCha20-Poly1305) lets nothing out before the tag is
 * checked, and so holds at most 64 MiB, more is P11L_CKR_UNVERIFIED; unless this is said first.
 */
CK_RV p11l_let_unverified(struct p11l_operation *operation);

/*
 * Where data comes from and goes to: each returns how many octets it has read into or written of
 * the memory, 0 at the end of what there is to read, and -1 when it failed. write may be NULL where
 * nothing comes out.
 */
typedef long (*p11l_read_callback)(void *context, void *octets, CK_ULONG room);
typedef long (*p11l_write_callback)(void *context, const void *octets, CK_ULONG size);

/*
 * Reads everything, passes it through the operation and writes what comes out; then p11l_finish, or
 * p11l_finish_verify, is the caller's: it gives the rest. Parts are 64 KiB, and more while that
 * makes it faster.
 */
CK_RV p11l_stream(struct p11l_operation *operation, p11l_read_callback read,
        p11l_write_callback write, void *context);
CK_RV p11l_stream_fd(struct p11l_operation *operation, int in, int out);

/*
 * From one file descriptor to another until the end, in constant memory, but for what is held until
 * its tag is checked. After an error what was written so far is worthless.
 */
CK_RV p11l_encrypt_fd(
        struct p11l_object *key, const struct p11l_mechanism *mechanism, int in, int out);
CK_RV p11l_decrypt_fd(
        struct p11l_object *key, const struct p11l_mechanism *mechanism, int in, int out);
CK_RV p11l_sign_fd(struct p11l_object *key, const struct p11l_mechanism *mechanism, int in,
        struct p11l_buffer *signature);
CK_RV p11l_verify_fd(struct p11l_object *key, const struct p11l_mechanism *mechanism, int in,
        const void *signature, CK_ULONG signature_size);
CK_RV p11l_digest_fd(struct p11l_session *session, const struct p11l_mechanism *mechanism, int in,
        struct p11l_buffer *digest);

#ifdef __cplusplus
}
#endif

#endif
