/* What the packet path does most often, for SRTP with AEAD_AES_128_GCM (RFC 7714): opens a packet; seals the packets
 * of a run for one subscriber and gives them to the kernel, in one call with UDP segmentation.
 *
 * `GcmOpener` and `GcmSealer` in Python do the same, byte for byte. Nothing is decided here: whatever the kernel
 * refuses for another reason than a full buffer goes back to Python as OSError.
 *
 * Everything that outlives a call belongs to a Gcm, one for each peer. Packets are sealed on the stack, and only
 * ciphertext gets there. The interpreter's lock is held while a cipher context is used, and not while sending.
 */
#define PY_SSIZE_T_CLEAN
#define Py_LIMITED_API 0x030b0000 /* Python 3.11 and whatever follows */
#include <Python.h>

#include <errno.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#ifndef __linux__
#error "UDP segmentation is Linux's; other systems use the Python path"
#endif

enum {
    KEY = 16,
    SALT = 12,
    TAG = 16,
    HEADER = 12,
    LARGEST_RUN = 65507, /* what a UDP datagram over IPv4 can hold, and so a run of segments */
    MOST_PACKETS = 64,   /* segments that every kernel with segmentation takes */
    SEGMENT = 103,       /* UDP_SEGMENT of linux/udp.h, which C libraries know since 2018 only */
};

/* One direction. */
typedef struct {
    EVP_CIPHER_CTX *cipher; /* has the key; NULL only when the constructor failed */
    unsigned char salt[SALT];
} Direction;

typedef struct {
    PyObject_HEAD
    Direction in;
    Direction out;
} Gcm;

/* How a route shows a stream to its subscriber; the same as `View` in Python. */
typedef struct {
    uint32_t ssrc;
    unsigned payload_type;
    int64_t offset;
    int64_t began;
    uint32_t shift;
} View;

/* A packet as everybody gets it; the same as `Part` in Python. */
typedef struct {
    unsigned first;
    int64_t sequence;
    uint32_t timestamp;
    const unsigned char *payload;
    Py_ssize_t size;
} Part;

/* Sealed packets, one after the other. */
typedef struct {
    unsigned char data[LARGEST_RUN];
    size_t length;
    size_t sizes[MOST_PACKETS];
    unsigned count;
} Sealed;

static unsigned char *put16(unsigned char *at, unsigned value)
{
    at[0] = (unsigned char)(value >> 8);
    at[1] = (unsigned char)value;
    return at + 2;
}

static unsigned char *put32(unsigned char *at, uint32_t value)
{
    return put16(put16(at, value >> 16), value & 0xffff);
}

/* The counter block: salt XOR (SSRC, 48-bit index), both at the right end of 12 bytes. */
static void make_nonce(unsigned char nonce[SALT], const unsigned char salt[SALT], uint32_t ssrc, uint64_t index)
{
    memcpy(nonce, salt, SALT);
    for (int place = 0; place < 4; place++)
        nonce[2 + place] ^= (unsigned char)(ssrc >> (24 - 8 * place));
    for (int place = 0; place < 6; place++)
        nonce[6 + place] ^= (unsigned char)(index >> (40 - 8 * place));
}

/* Encrypts `size` bytes to `out` and puts the tag behind them; 1, or 0 when OpenSSL refuses. */
static int encrypt(EVP_CIPHER_CTX *cipher, const unsigned char *nonce, const unsigned char *header, int header_size,
                   const unsigned char *payload, int size, unsigned char *out)
{
    int written;
    return EVP_EncryptInit_ex(cipher, NULL, NULL, NULL, nonce) == 1 &&
           EVP_EncryptUpdate(cipher, NULL, &written, header, header_size) == 1 &&
           (size == 0 || EVP_EncryptUpdate(cipher, out, &written, payload, size) == 1) &&
           EVP_EncryptFinal_ex(cipher, out + size, &written) == 1 &&
           EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_GCM_GET_TAG, TAG, out + size) == 1;
}

/* Decrypts `size` bytes to `out` when the tag behind them is right; 1, or 0 when it is not. */
static int decrypt(EVP_CIPHER_CTX *cipher, const unsigned char *nonce, const unsigned char *header, int header_size,
                   const unsigned char *sealed, int size, unsigned char *out)
{
    int written;
    return EVP_DecryptInit_ex(cipher, NULL, NULL, NULL, nonce) == 1 &&
           EVP_DecryptUpdate(cipher, NULL, &written, header, header_size) == 1 &&
           (size == 0 || EVP_DecryptUpdate(cipher, out, &written, sealed, size) == 1) &&
           EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_GCM_SET_TAG, TAG, (void *)(sealed + size)) == 1 &&
           EVP_DecryptFinal_ex(cipher, out + size, &written) == 1;
}

/* Reads one `Part`; its payload stays the tuple's. 1, or 0 with an exception. */
static int read_part(PyObject *tuple, Part *part)
{
    char *payload;
    if (!PyTuple_Check(tuple) || PyTuple_Size(tuple) != 4) {
        PyErr_SetString(PyExc_TypeError, "a part is a tuple of four");
        return 0;
    }
    part->first = (unsigned)PyLong_AsUnsignedLong(PyTuple_GetItem(tuple, 0));
    part->sequence = PyLong_AsLongLong(PyTuple_GetItem(tuple, 1));
    part->timestamp = (uint32_t)PyLong_AsUnsignedLong(PyTuple_GetItem(tuple, 2));
    if (PyErr_Occurred() || PyBytes_AsStringAndSize(PyTuple_GetItem(tuple, 3), &payload, &part->size) < 0)
        return 0;
    part->payload = (const unsigned char *)payload;
    return 1;
}

/* Appends a packet; 1, or 0 with an exception. */
static int seal(Gcm *self, const View *view, const Part *part, const char *extensions, Py_ssize_t extensions_size,
                Sealed *sealed)
{
    uint64_t index = (uint64_t)part->sequence - (uint64_t)view->offset;
    unsigned char nonce[SALT];
    unsigned char *start, *at;
    size_t room = LARGEST_RUN - sealed->length;

    /* Each is compared by itself, so that no sum can overflow. */
    if (sealed->count == MOST_PACKETS || room < HEADER + TAG || (size_t)extensions_size > room - HEADER - TAG ||
        (size_t)part->size > room - HEADER - TAG - (size_t)extensions_size) {
        errno = EMSGSIZE;
        PyErr_SetFromErrno(PyExc_OSError);
        return 0;
    }
    at = start = sealed->data + sealed->length;
    at = put16(at, part->first | view->payload_type);
    at = put16(at, index & 0xffff);
    at = put32(at, part->timestamp + view->shift);
    at = put32(at, view->ssrc);
    memcpy(at, extensions, (size_t)extensions_size);
    at += extensions_size;
    make_nonce(nonce, self->out.salt, view->ssrc, index);
    if (!encrypt(self->out.cipher, nonce, start, (int)(at - start), part->payload, (int)part->size, at)) {
        PyErr_SetString(PyExc_RuntimeError, "OpenSSL cannot encrypt");
        return 0;
    }
    sealed->sizes[sealed->count] = (size_t)(at - start) + (size_t)part->size + TAG;
    sealed->length += sealed->sizes[sealed->count];
    sealed->count++;
    return 1;
}

/* Sends `size` bytes, cut in segments unless `segment` is 0; 0 or an errno. */
static int send_bytes(int socket, PyObject *address, const unsigned char *data, size_t size, uint16_t segment)
{
    union {
        struct cmsghdr header; /* for its alignment */
        unsigned char room[CMSG_SPACE(sizeof segment)];
    } control;
    struct iovec piece = {.iov_base = (void *)data, .iov_len = size};
    struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1};
    int error;

    message.msg_name = PyBytes_AsString(address);
    message.msg_namelen = (socklen_t)PyBytes_Size(address);
    if (segment) {
        memset(&control, 0, sizeof control);
        message.msg_control = &control;
        message.msg_controllen = sizeof control.room;
        struct cmsghdr *option = CMSG_FIRSTHDR(&message);
        option->cmsg_level = IPPROTO_UDP;
        option->cmsg_type = SEGMENT;
        option->cmsg_len = CMSG_LEN(sizeof segment);
        memcpy(CMSG_DATA(option), &segment, sizeof segment);
    }
    Py_BEGIN_ALLOW_THREADS
    do
        error = sendmsg(socket, &message, 0) < 0 ? errno : 0;
    while (error == EINTR);
    Py_END_ALLOW_THREADS
    return error;
}

/* Sends everything; how many packets the kernel did not take, or -1 with an exception. */
static int deliver(int socket, PyObject *address, const Sealed *sealed, int segmentation)
{
    const unsigned char *at = sealed->data;
    int lost = 0;

    if (!segmentation || sealed->count < 2) {
        for (unsigned number = 0; number < sealed->count; at += sealed->sizes[number++])
            lost += send_bytes(socket, address, at, sealed->sizes[number], 0) != 0;
        return lost;
    }
    for (unsigned number = 1; number < sealed->count; number++)
        if (sealed->sizes[number] > sealed->sizes[0] ||
            (sealed->sizes[number] < sealed->sizes[0] && number < sealed->count - 1)) {
            PyErr_SetString(PyExc_ValueError, "only the last packet of a run may be shorter");
            return -1;
        }
    errno = send_bytes(socket, address, sealed->data, sealed->length, (uint16_t)sealed->sizes[0]);
    if (errno == 0 || errno == EAGAIN || errno == EWOULDBLOCK)
        return errno ? (int)sealed->count : 0;
    PyErr_SetFromErrno(PyExc_OSError);
    return -1;
}

PyDoc_STRVAR(send_doc,
             "send(socket, address, parts, extensions, ssrc, payload_type, offset, began, shift, segmentation)\n--\n\n"
             "Seal the parts that are not too late and send them; (packets, bytes, packets not taken).");

static PyObject *gcm_send(PyObject *object, PyObject *const *arguments, Py_ssize_t given)
{
    Gcm *self = (Gcm *)object;
    Sealed sealed; /* only what is written is read */
    View view;
    char *extensions;
    Py_ssize_t extensions_size;

    if (given != 10) {
        PyErr_Format(PyExc_TypeError, "send() takes 10 arguments, %zd were given", given);
        return NULL;
    }
    PyObject *address = arguments[1], *parts = arguments[2];
    if (!PyBytes_Check(address) || PyBytes_Size(address) > (Py_ssize_t)sizeof(struct sockaddr_storage) ||
        !PyTuple_Check(parts)) {
        PyErr_SetString(PyExc_TypeError, "the address is no packed socket address, or the parts are no tuple");
        return NULL;
    }
    long socket = PyLong_AsLong(arguments[0]);
    int segmentation = PyObject_IsTrue(arguments[9]);
    view.ssrc = (uint32_t)PyLong_AsUnsignedLong(arguments[4]);
    view.payload_type = (unsigned)PyLong_AsUnsignedLong(arguments[5]);
    view.offset = PyLong_AsLongLong(arguments[6]);
    view.began = PyLong_AsLongLong(arguments[7]);
    view.shift = (uint32_t)PyLong_AsUnsignedLongLongMask(arguments[8]);
    if (PyErr_Occurred() || PyBytes_AsStringAndSize(arguments[3], &extensions, &extensions_size) < 0)
        return NULL;
    if (socket < 0 || socket > INT_MAX) {
        errno = EBADF;
        return PyErr_SetFromErrno(PyExc_OSError);
    }

    sealed.length = sealed.count = 0;
    Py_ssize_t size = PyTuple_Size(parts);
    for (Py_ssize_t number = 0; number < size; number++) {
        Part part;
        if (!read_part(PyTuple_GetItem(parts, number), &part))
            return NULL;
        if ((int64_t)((uint64_t)part.sequence - (uint64_t)view.offset) >= view.began &&
            !seal(self, &view, &part, extensions, extensions_size, &sealed))
            return NULL;
    }
    int lost = deliver((int)socket, address, &sealed, segmentation);
    if (lost < 0)
        return NULL;
    return Py_BuildValue("(Iki)", sealed.count, (unsigned long)sealed.length, lost);
}

PyDoc_STRVAR(open_doc, "open(packet, header, ssrc, index)\n--\n\n"
                       "The payload behind a header of that many bytes, or None when the packet is not authentic.");

static PyObject *gcm_open(PyObject *object, PyObject *const *arguments, Py_ssize_t given)
{
    Gcm *self = (Gcm *)object;
    unsigned char nonce[SALT];
    Py_ssize_t size;
    char *packet;

    if (given != 4) {
        PyErr_Format(PyExc_TypeError, "open() takes 4 arguments, %zd were given", given);
        return NULL;
    }
    Py_ssize_t header = PyLong_AsSsize_t(arguments[1]);
    uint32_t ssrc = (uint32_t)PyLong_AsUnsignedLong(arguments[2]);
    uint64_t index = PyLong_AsUnsignedLongLong(arguments[3]);
    if (PyErr_Occurred() || PyBytes_AsStringAndSize(arguments[0], &packet, &size) < 0)
        return NULL;
    if (header < 0 || size > LARGEST_RUN || header > size - TAG)
        Py_RETURN_NONE;
    PyObject *payload = PyBytes_FromStringAndSize(NULL, size - header - TAG);
    if (payload == NULL)
        return NULL;
    make_nonce(nonce, self->in.salt, ssrc, index);
    if (decrypt(self->in.cipher, nonce, (unsigned char *)packet, (int)header, (unsigned char *)packet + header,
                (int)(size - header - TAG), (unsigned char *)PyBytes_AsString(payload)))
        return payload;
    Py_DECREF(payload);
    Py_RETURN_NONE;
}

/* Takes a key and a salt; 1, or 0 with an exception. */
static int direct(Direction *direction, const char *key, Py_ssize_t key_size, const char *salt, Py_ssize_t salt_size,
                  int sealing)
{
    if (key_size != KEY || salt_size != SALT) {
        PyErr_SetString(PyExc_ValueError, "AES-128-GCM has a key of 16 bytes and a salt of 12");
        return 0;
    }
    memcpy(direction->salt, salt, SALT);
    direction->cipher = EVP_CIPHER_CTX_new();
    if (direction->cipher == NULL || EVP_CipherInit_ex(direction->cipher, EVP_aes_128_gcm(), NULL,
                                                       (const unsigned char *)key, NULL, sealing) != 1) {
        PyErr_SetString(PyExc_RuntimeError, "OpenSSL has no AES-128-GCM");
        return 0;
    }
    return 1;
}

static PyObject *gcm_new(PyTypeObject *type, PyObject *arguments, PyObject *Py_UNUSED(named))
{
    const char *keys[2], *salts[2];
    Py_ssize_t key_sizes[2], salt_sizes[2];

    if (!PyArg_ParseTuple(arguments, "y#y#y#y#", &keys[0], &key_sizes[0], &salts[0], &salt_sizes[0], &keys[1],
                          &key_sizes[1], &salts[1], &salt_sizes[1]))
        return NULL;
    allocfunc allocate = (allocfunc)PyType_GetSlot(type, Py_tp_alloc);
    Gcm *self = (Gcm *)allocate(type, 0);
    if (self == NULL)
        return NULL;
    if (!direct(&self->in, keys[0], key_sizes[0], salts[0], salt_sizes[0], 0) ||
        !direct(&self->out, keys[1], key_sizes[1], salts[1], salt_sizes[1], 1)) {
        Py_DECREF(self);
        return NULL;
    }
    return (PyObject *)self;
}

static void gcm_free(PyObject *object)
{
    Gcm *self = (Gcm *)object;
    PyTypeObject *type = Py_TYPE(object);
    EVP_CIPHER_CTX_free(self->in.cipher); /* overwrites the key */
    EVP_CIPHER_CTX_free(self->out.cipher);
    OPENSSL_cleanse(self->in.salt, SALT);
    OPENSSL_cleanse(self->out.salt, SALT);
    freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);
    release(self);
    Py_DECREF(type);
}

static PyMethodDef gcm_methods[] = {
    {"open", (PyCFunction)(void (*)(void))gcm_open, METH_FASTCALL, open_doc},
    {"send", (PyCFunction)(void (*)(void))gcm_send, METH_FASTCALL, send_doc},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot gcm_slots[] = {
    {Py_tp_doc, "Both directions of one peer: keys and salts for RTP."},
    {Py_tp_new, gcm_new},
    {Py_tp_dealloc, gcm_free},
    {Py_tp_methods, gcm_methods},
    {0, NULL},
};

static PyType_Spec gcm_spec = {
    .name = "palabre.media.forwarder._srtp.Gcm",
    .basicsize = sizeof(Gcm),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = gcm_slots,
};

static int fill(PyObject *module)
{
    PyObject *type = PyType_FromModuleAndSpec(module, &gcm_spec, NULL);
    int done = type == NULL ? -1 : PyModule_AddObjectRef(module, "Gcm", type);
    Py_XDECREF(type);
    return done;
}

static PyModuleDef_Slot module_slots[] = {{Py_mod_exec, fill}, {0, NULL}};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "palabre.media.forwarder._srtp",
    .m_doc = "The compiled part of the packet path.",
    .m_slots = module_slots,
};

PyMODINIT_FUNC PyInit__srtp(void)
{
    return PyModuleDef_Init(&module);
}
