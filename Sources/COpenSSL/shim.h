#pragma once
// OpenSSL 3 and, for what it declares as macros or expects as callbacks, functions; only Proxy/TLS imports it.
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
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
/// Writes a name as `/C=…/CN=…`, or the value of its first entry called `entry`; bytes written or -1.
static inline long tls_name_text(X509_NAME *name, const unsigned char *entry, long entry_count, unsigned char *text,
                                 long capacity) {
    long written = 0;
    for (int index = 0; index < X509_NAME_entry_count(name); index++) {
        X509_NAME_ENTRY *part = X509_NAME_get_entry(name, index);
        const char *label = OBJ_nid2sn(OBJ_obj2nid(X509_NAME_ENTRY_get_object(part)));
        ASN1_STRING *value = X509_NAME_ENTRY_get_data(part);
        long label_count = (long)strlen(label), count = ASN1_STRING_length(value);
        int is_wanted = entry_count > 0 && label_count == entry_count && !memcmp(label, entry, (size_t)entry_count);
        if (entry_count > 0 && !is_wanted) continue;
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
static inline void tls_free(void *memory) { OPENSSL_free(memory); }

/// What was written to a BIO in memory.
static inline long tls_memory(BIO *bio, char **bytes) { return BIO_get_mem_data(bio, bytes); }
