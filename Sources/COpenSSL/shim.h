#pragma once
// OpenSSL 3 and, for what it declares as macros or expects as callbacks, functions; only Proxy/TLS imports it.
#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/ocsp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <string.h>

/// Where a session finds what was received and puts what is to be sent: memory of the worker's, no socket.
struct tls_io {
    const unsigned char *input;
    long input_count;
    unsigned char *output;
    long output_count;
    long output_capacity;
};

static int tls_io_read(BIO *bio, char *bytes, int count) {
    struct tls_io *io = (struct tls_io *)BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    if (io->input_count == 0) {
        BIO_set_retry_read(bio);
        return -1;
    }
    long taken = io->input_count < count ? io->input_count : count;
    memcpy(bytes, io->input, (size_t)taken);
    io->input += taken;
    io->input_count -= taken;
    return (int)taken;
}

static int tls_io_write(BIO *bio, const char *bytes, int count) {
    struct tls_io *io = (struct tls_io *)BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    if (count > io->output_capacity - io->output_count) return -1;
    memcpy(io->output + io->output_count, bytes, (size_t)count);
    io->output_count += count;
    return count;
}

static long tls_io_control(BIO *bio, int command, long number, void *pointer) {
    (void)bio;
    (void)number;
    (void)pointer;
    return command == BIO_CTRL_FLUSH;
}

/// What every session of a worker reads from and writes to; NULL without memory.
static inline BIO_METHOD *tls_io_method(void) {
    BIO_METHOD *method = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "worker");
    if (!method) return method;
    BIO_meth_set_read(method, tls_io_read);
    BIO_meth_set_write(method, tls_io_write);
    BIO_meth_set_ctrl(method, tls_io_control);
    return method;
}

/// A session on `io`; `data` is what the callbacks of its context get. NULL without memory.
static inline SSL *tls_session(SSL_CTX *context, BIO_METHOD *method, struct tls_io *io, void *data) {
    SSL *session = SSL_new(context);
    BIO *bio = session ? BIO_new(method) : NULL;
    if (!bio) {
        SSL_free(session);
        return NULL;
    }
    BIO_set_data(bio, io);
    BIO_set_init(bio, 1);
    SSL_set_bio(session, bio, bio);
    SSL_set_app_data(session, data);
    return session;
}

/// Names the server that a client's session asks for, and with `verifies` the one its certificate has to be for.
/// 0 when no host is called so: nothing is asked for then, and nothing could be verified.
static inline int tls_session_name(SSL *session, const unsigned char *name, long count, int verifies) {
    char text[256];
    if (count <= 0 || count > 255 || memchr(name, 0, (size_t)count)) return 0;
    memcpy(text, name, (size_t)count);
    text[count] = 0;
    return SSL_set_tlsext_host_name(session, text) && (!verifies || SSL_set1_host(session, text));
}

static int tls_take_name(SSL *session, int *alert, void *data) {
    (void)session;
    (void)alert;
    (void)data;
    return SSL_TLSEXT_ERR_OK;
}
/// Lets sessions remember the name that was asked for, so that resumed ones know it, too.
static inline void tls_remember_names(SSL_CTX *context) {
    SSL_CTX_set_tlsext_servername_callback(context, tls_take_name);
}

static inline void *tls_session_data(SSL *session) { return SSL_get_app_data(session); }

static inline int tls_limit_versions(SSL_CTX *context, int least, int most) {
    return SSL_CTX_set_min_proto_version(context, least) && SSL_CTX_set_max_proto_version(context, most);
}
static inline int tls_session_limit_versions(SSL *session, int least, int most) {
    return SSL_set_min_proto_version(session, least) && SSL_set_max_proto_version(session, most);
}
static inline int tls_set_groups(SSL_CTX *context, const char *names) {
    return (int)SSL_CTX_set1_groups_list(context, names);
}
static inline int tls_set_signature_algorithms(SSL_CTX *context, const char *names) {
    return (int)SSL_CTX_set1_sigalgs_list(context, names);
}

struct tls_protocols {
    unsigned count;
    unsigned char names[];
};

static int tls_select_protocol(SSL *session, const unsigned char **chosen, unsigned char *length,
                               const unsigned char *offered, unsigned count, void *data) {
    (void)session;
    const struct tls_protocols *ours = (const struct tls_protocols *)data;
    int found = SSL_select_next_proto((unsigned char **)chosen, length, ours->names, ours->count, offered, count);
    return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

/// Lets a context choose a protocol by ALPN; `names` are length-prefixed. What it copies lives as long as the
/// process: sessions may outlive whoever made the context.
static inline void tls_announce(SSL_CTX *context, const unsigned char *names, unsigned count) {
    struct tls_protocols *list = (struct tls_protocols *)OPENSSL_malloc(sizeof *list + count);
    if (!list) return;
    list->count = count;
    memcpy(list->names, names, count);
    SSL_CTX_set_alpn_select_cb(context, tls_select_protocol, list);
}

/// Lets a client offer protocols by ALPN.
static inline void tls_offer(SSL_CTX *context, const unsigned char *names, unsigned count) {
    SSL_CTX_set_alpn_protos(context, names, count);
}

static inline void tls_set_options(SSL_CTX *context, int prefers_client, int has_tickets) {
    uint64_t options = SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_SESSION_RESUMPTION_ON_RENEGOTIATION;
    if (!prefers_client) options |= SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA;
    if (!has_tickets) options |= SSL_OP_NO_TICKET;
    SSL_CTX_set_options(context, options);
}
static inline void tls_set_mode(SSL_CTX *context) {
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                  SSL_MODE_RELEASE_BUFFERS);
}
static inline void tls_set_session_cache(SSL_CTX *context, long mode, long size) {
    SSL_CTX_set_session_cache_mode(context, mode);
    if (size > 0) SSL_CTX_sess_set_cache_size(context, size);
}

static int tls_no_passphrase(char *bytes, int count, int writes, void *data) {
    (void)bytes;
    (void)count;
    (void)writes;
    (void)data;
    return -1;
}
/// The next private key of a PEM text that needs no passphrase, or NULL.
static inline EVP_PKEY *tls_read_key(BIO *bio) { return PEM_read_bio_PrivateKey(bio, NULL, tls_no_passphrase, NULL); }

/// The next certificate of a PEM text, or NULL.
static inline X509 *tls_read_certificate(BIO *bio) { return PEM_read_bio_X509(bio, NULL, NULL, NULL); }
/// The next revocation list of a PEM text, or NULL.
static inline X509_CRL *tls_read_revocations(BIO *bio) { return PEM_read_bio_X509_CRL(bio, NULL, NULL, NULL); }

static inline int tls_revoked_count(X509_CRL *list) { return sk_X509_REVOKED_num(X509_CRL_get_REVOKED(list)); }
static inline X509_REVOKED *tls_revoked(X509_CRL *list, int index) {
    return sk_X509_REVOKED_value(X509_CRL_get_REVOKED(list), index);
}
/// OpenSSL's long name of how a revocation list is signed, or NULL.
static inline const char *tls_revocation_signature(const X509_CRL *list) {
    const X509_ALGOR *kind = NULL;
    X509_CRL_get0_signature(list, NULL, &kind);
    return kind ? OBJ_nid2ln(OBJ_obj2nid(kind->algorithm)) : NULL;
}

static inline STACK_OF(X509) *tls_chain(void) { return sk_X509_new_null(); }
/// Takes over the certificate; 0 without memory.
static inline int tls_chain_append(STACK_OF(X509) *chain, X509 *certificate) {
    return sk_X509_push(chain, certificate);
}
static inline int tls_chain_count(const STACK_OF(X509) *chain) { return sk_X509_num(chain); }
static inline X509 *tls_chain_at(const STACK_OF(X509) *chain, int index) { return sk_X509_value(chain, index); }
static inline void tls_chain_free(STACK_OF(X509) *chain) { sk_X509_pop_free(chain, X509_free); }

static inline int tls_name_count(const GENERAL_NAMES *names) { return sk_GENERAL_NAME_num(names); }
/// The n-th name as text when it is a DNS name, else NULL; OPENSSL_free gives it back.
static inline unsigned char *tls_dns_name(const GENERAL_NAMES *names, int index) {
    GENERAL_NAME *name = sk_GENERAL_NAME_value(names, index);
    unsigned char *text = NULL;
    if (name->type != GEN_DNS || ASN1_STRING_to_UTF8(&text, name->d.dNSName) < 0) return NULL;
    return text;
}
/// Writes a name as `/C=…/CN=…`, or the value of its entry called `entry`: the n-th, from the end for a negative
/// number; bytes written or -1.
static inline long tls_name_text(const X509_NAME *name, const unsigned char *entry, long entry_count, long occurrence,
                                 unsigned char *text, long capacity) {
    long written = 0, seen = 0, parts = X509_NAME_entry_count(name);
    for (long index = 0; index < parts; index++) {
        long place = occurrence < 0 ? parts - 1 - index : index;
        X509_NAME_ENTRY *part = X509_NAME_get_entry(name, (int)place);
        const char *label = OBJ_nid2sn(OBJ_obj2nid(X509_NAME_ENTRY_get_object(part)));
        ASN1_STRING *value = X509_NAME_ENTRY_get_data(part);
        long label_count = (long)strlen(label), count = ASN1_STRING_length(value);
        int is_wanted = entry_count > 0 && label_count == entry_count && !memcmp(label, entry, (size_t)entry_count);
        if (entry_count > 0 && (!is_wanted || ++seen != (occurrence < 0 ? -occurrence : occurrence))) continue;
        if (written + label_count + count + 2 > capacity) return -1;
        if (entry_count == 0) {
            text[written++] = '/';
            memcpy(text + written, label, (size_t)label_count);
            written += label_count;
            text[written++] = '=';
        }
        memcpy(text + written, ASN1_STRING_get0_data(value), (size_t)count);
        written += count;
        if (is_wanted) return written;
    }
    return entry_count > 0 ? -1 : written;
}
/// The same as RFC 2253 writes names.
static inline long tls_name_rfc2253(const X509_NAME *name, unsigned char *text, long capacity) {
    BIO *bio = BIO_new(BIO_s_mem());
    if (!bio) return -1;
    long written = -1;
    if (X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253) >= 0) written = BIO_read(bio, text, (int)capacity);
    BIO_free(bio);
    return written;
}
/// Writes a certificate in DER; bytes written or -1 when there is no room.
static inline long tls_certificate_der(X509 *certificate, unsigned char *bytes, long capacity) {
    int count = i2d_X509(certificate, NULL);
    if (count <= 0 || count > capacity) return -1;
    return i2d_X509(certificate, &bytes);
}
/// Writes the certificates that a peer showed, one behind the other; bytes written or -1.
static inline long tls_chain_der(const SSL *session, unsigned char *bytes, long capacity) {
    STACK_OF(X509) *chain = SSL_get_peer_cert_chain(session);
    long written = 0;
    for (int index = 0; index < sk_X509_num(chain); index++) {
        long count = tls_certificate_der(sk_X509_value(chain, index), bytes + written, capacity - written);
        if (count < 0) return -1;
        written += count;
    }
    return written > 0 ? written : -1;
}
/// The self-signed authority at the end of the chain that was verified, or NULL.
static inline X509 *tls_root(const SSL *session) {
    STACK_OF(X509) *chain = SSL_get0_verified_chain(session);
    int count = sk_X509_num(chain);
    X509 *last = count > 0 ? sk_X509_value(chain, count - 1) : NULL;
    return last && X509_check_issued(last, last) == X509_V_OK ? last : NULL;
}
/// A moment as `YYMMDDhhmmssZ`; bytes written or -1 for one before 2000.
static inline long tls_time_text(const ASN1_TIME *time, unsigned char *text, long capacity) {
    const unsigned char *bytes = ASN1_STRING_get0_data(time);
    long count = ASN1_STRING_length(time);
    if (count < 12) return -1;
    if (ASN1_STRING_type(time) == V_ASN1_GENERALIZEDTIME) {
        if (bytes[0] != '2' || bytes[1] != '0') return -1;
        bytes += 2;
        count -= 2;
    } else if (bytes[0] >= '5') {
        return -1;
    }
    if (count > capacity) return -1;
    memcpy(text, bytes, (size_t)count);
    return count;
}
/// OpenSSL's short name for the kind of a certificate's key, or for how it is signed.
static inline const char *tls_algorithm(const X509 *certificate, int of_key) {
    const ASN1_OBJECT *kind = NULL;
    if (of_key) {
        ASN1_OBJECT *found = NULL;
        X509_PUBKEY_get0_param(&found, NULL, NULL, NULL, X509_get_X509_PUBKEY(certificate));
        kind = found;
    } else {
        X509_ALGOR_get0(&kind, NULL, NULL, X509_get0_tbs_sigalg(certificate));
    }
    return kind ? OBJ_nid2sn(OBJ_obj2nid(kind)) : NULL;
}
/// OpenSSL's name of the group that the keys were agreed on in, or NULL.
static inline const char *tls_group(SSL *session) {
    long group = SSL_get_negotiated_group(session);
    const char *name = group ? OBJ_nid2sn((int)group) : NULL;
    return name ? name : group ? SSL_group_to_name(session, (int)group) : NULL;
}
static void tls_release_certificate(void *parent, void *certificate, CRYPTO_EX_DATA *data, int index, long number,
                                    void *pointer) {
    (void)parent;
    (void)data;
    (void)index;
    (void)number;
    (void)pointer;
    X509_free((X509 *)certificate);
}
/// A place in every session: for a number, or with `owns` for a certificate that is released with it.
static inline int tls_session_place(int owns) {
    return SSL_get_ex_new_index(0, NULL, NULL, NULL, owns ? tls_release_certificate : NULL);
}
static inline size_t tls_number(const SSL *session, int place) { return (size_t)SSL_get_ex_data(session, place); }
static inline void tls_set_number(SSL *session, int place, size_t number) {
    SSL_set_ex_data(session, place, (void *)number);
}
/// Keeps a certificate with a session, once.
static inline void tls_keep_certificate(SSL *session, int place, X509 *certificate) {
    if (!certificate || SSL_get_ex_data(session, place)) return;
    X509_up_ref(certificate);
    SSL_set_ex_data(session, place, certificate);
}
/// The session that a certificate is verified for.
static inline SSL *tls_verified_session(X509_STORE_CTX *store) {
    return (SSL *)X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
}
/// Whether a ClientHello has a cipher suite that a certificate for ECDSA can serve; those of TLS 1.3 serve any.
static inline int tls_hello_has_ecdsa(SSL *session) {
    const unsigned char *suites = NULL;
    size_t count = SSL_client_hello_get0_ciphers(session, &suites);
    for (size_t index = 0; index + 1 < count; index += 2) {
        const SSL_CIPHER *cipher = SSL_CIPHER_find(session, suites + index);
        int kind = cipher ? SSL_CIPHER_get_auth_nid(cipher) : NID_undef;
        // What is no suite but a signal has no kind of authentication either.
        if (kind == NID_auth_ecdsa || (kind == NID_auth_any && suites[index] == 0x13)) return 1;
    }
    return 0;
}
/// Hands every session that a server offers to `keep`, which returns 1 when it takes it over.
static inline void tls_offer_sessions(SSL_CTX *context, int (*keep)(SSL *, SSL_SESSION *)) {
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(context, keep);
}
static void tls_release_memory(void *parent, void *memory, CRYPTO_EX_DATA *data, int index, long number,
                               void *pointer) {
    (void)parent;
    (void)data;
    (void)index;
    (void)number;
    (void)pointer;
    OPENSSL_free(memory);
}
/// A place in every context for memory that is released with it.
static inline int tls_context_place(void) { return SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, tls_release_memory); }
/// Keeps a copy of some bytes with a context, once.
static inline void tls_context_copy(SSL_CTX *context, int place, const void *bytes, long count) {
    if (!SSL_CTX_get_ex_data(context, place)) SSL_CTX_set_ex_data(context, place, OPENSSL_memdup(bytes, (size_t)count));
}
/// Lets a context ask `answer` for the OCSP response of a handshake that wants one.
static inline void tls_set_status_callback(SSL_CTX *context, int (*answer)(SSL *, void *)) {
    SSL_CTX_set_tlsext_status_cb(context, answer);
}
/// Sends a copy of a response with the certificate; 0 without memory.
static inline int tls_staple(SSL *session, const unsigned char *bytes, long count) {
    unsigned char *copy = (unsigned char *)OPENSSL_memdup(bytes, (size_t)count);
    return copy && SSL_set_tlsext_status_ocsp_resp(session, copy, count);
}
/// The identity of a certificate in OCSP, in DER; bytes written or -1.
static inline long tls_certificate_id(X509 *certificate, X509 *issuer, unsigned char *bytes, long capacity) {
    OCSP_CERTID *identity = OCSP_cert_to_id(EVP_sha1(), certificate, issuer);
    long written = -1;
    if (identity && i2d_OCSP_CERTID(identity, NULL) <= capacity) written = i2d_OCSP_CERTID(identity, &bytes);
    OCSP_CERTID_free(identity);
    return written;
}
/// What is wrong with an OCSP response, in HAProxy's words, or NULL; the identity it is about goes to `bytes`.
static inline const char *tls_check_response(const unsigned char *der, long count, unsigned char *bytes, long capacity,
                                             long *written, long long *expires) {
    OCSP_RESPONSE *response = d2i_OCSP_RESPONSE(NULL, &der, count);
    OCSP_BASICRESP *basic = NULL;
    const char *mistake = NULL;
    ASN1_GENERALIZEDTIME *next = NULL;
    int status = -1;
    if (!response) {
        mistake = "Unable to parse OCSP response";
    } else if (OCSP_response_status(response) != OCSP_RESPONSE_STATUS_SUCCESSFUL) {
        mistake = "OCSP response status not successful";
    } else if (!(basic = OCSP_response_get1_basic(response))) {
        mistake = "OCSP response status not successful";
    } else if (OCSP_resp_count(basic) > 1) {
        mistake = "OCSP response ignored because contains multiple single responses";
    } else {
        OCSP_SINGLERESP *single = OCSP_resp_get0(basic, 0);
        if (single) status = OCSP_single_get0_status(single, NULL, NULL, NULL, &next);
        struct tm moment;
        if (!single) {
            mistake = "Failed to get OCSP response";
        } else if (status != V_OCSP_CERTSTATUS_GOOD && status != V_OCSP_CERTSTATUS_REVOKED) {
            mistake = "OCSP single response: certificate status is unknown";
        } else if (!next) {
            mistake = "OCSP single response: missing nextupdate";
        } else if (!ASN1_TIME_to_tm(next, &moment)) {
            mistake = "OCSP single response: Invalid \"Next Update\" time";
        } else {
            int days = 0, seconds = 0;
            ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
            ASN1_TIME_diff(&days, &seconds, epoch, next);
            ASN1_TIME_free(epoch);
            *expires = (long long)days * 86400 + seconds;
            OCSP_CERTID *identity = (OCSP_CERTID *)OCSP_SINGLERESP_get0_id(single);
            *written = -1;
            if (i2d_OCSP_CERTID(identity, NULL) <= capacity) *written = i2d_OCSP_CERTID(identity, &bytes);
        }
    }
    OCSP_BASICRESP_free(basic);
    OCSP_RESPONSE_free(response);
    ERR_clear_error();
    return mistake;
}
/// Prints a response as OpenSSL does; 0 when it is none.
static inline int tls_print_response(BIO *bio, const unsigned char *der, long count) {
    OCSP_RESPONSE *response = d2i_OCSP_RESPONSE(NULL, &der, count);
    int is_printed = response && OCSP_RESPONSE_print(bio, response, 0);
    OCSP_RESPONSE_free(response);
    ERR_clear_error();
    return is_printed;
}
/// Prints the parts of an identity, as HAProxy lists them.
static inline void tls_print_certificate_id(BIO *bio, const unsigned char *der, long count) {
    OCSP_CERTID *identity = d2i_OCSP_CERTID(NULL, &der, count);
    ASN1_OCTET_STRING *name = NULL, *key = NULL;
    ASN1_INTEGER *serial = NULL;
    if (!identity || !OCSP_id_get0_info(&name, NULL, &key, &serial, identity)) return;
    BIO_printf(bio, " Certificate ID:\n   Issuer Name Hash: ");
    i2a_ASN1_STRING(bio, name, 0);
    BIO_printf(bio, "\n   Issuer Key Hash: ");
    i2a_ASN1_STRING(bio, key, 0);
    BIO_printf(bio, "\n   Serial Number: ");
    i2a_ASN1_INTEGER(bio, serial);
    BIO_printf(bio, "\n");
    OCSP_CERTID_free(identity);
}

/// Lets a context ask `prepare` for the keys of tickets.
static inline void tls_set_ticket_callback(SSL_CTX *context,
                                           int (*prepare)(SSL *, unsigned char *, unsigned char *, EVP_CIPHER_CTX *,
                                                          EVP_MAC_CTX *, int)) {
    SSL_CTX_set_tlsext_ticket_key_evp_cb(context, prepare);
}
/// Prepares AES-CBC and HMAC-SHA256 for one ticket; 0 when OpenSSL refuses.
static inline int tls_prepare_ticket(EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac, const unsigned char *key, long size,
                                     const unsigned char *secret, const unsigned char *vector, int encrypts) {
    char digest[] = "sha256";
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, (void *)secret, (size_t)size),
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_end(),
    };
    const EVP_CIPHER *kind = size == 32 ? EVP_aes_256_cbc() : EVP_aes_128_cbc();
    return EVP_MAC_CTX_set_params(mac, parameters) && EVP_CipherInit_ex(cipher, kind, NULL, key, vector, encrypts);
}
static inline int tls_random(unsigned char *bytes, int count) { return RAND_bytes(bytes, count); }
static inline void tls_error_text(unsigned long code, char *text, size_t capacity) {
    ERR_error_string_n(code, text, capacity);
}
static inline void tls_free(void *memory) { OPENSSL_free(memory); }

/// What was written to a BIO in memory.
static inline long tls_memory(BIO *bio, char **bytes) { return BIO_get_mem_data(bio, bytes); }
