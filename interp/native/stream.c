// SPDX-License-Identifier: MIT
//
// Streams. The buffer holds either what was read ahead (`at` up to `end`) or what is still to be
// written (`pending` bytes), never both. Guarded by `mutex`, which nobody holds at a safepoint: detached
// threads take it, and attached ones if it is free, for the moment that taking a line out of the buffer takes.
#include "native/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/atomic.h"
#include "base/os.h"
#include "object/utf8.h"

enum { BUFFER = 65536 };

struct Stream {
    pthread_mutex_t mutex;
    _Atomic uint32_t forks; // before the process that uses it
    int owner;              // that process
    _Atomic int fd;         // -1: closed; changed under the mutex
    StreamMode mode;
    bool after_return; // text mode: the last byte read was '\r', a '\n' that follows belongs to it
    bool (*stop)(void *context);
    size_t at, end, pending;
    char data[BUFFER];
};

// The first use in a forked child makes the mutex anew: whoever held it stayed in the parent.
Stream *stream_here(Stream *s, uint32_t forks) {
    uint32_t before = load_relaxed(&s->forks);
    if (before != forks && atomic_compare_exchange_strong(&s->forks, &before, forks)) {
        pthread_mutex_init(&s->mutex, NULL);
        s->pending = 0;
        s->owner = getpid();
    }
    return s;
}

static void enter(Stream *s) { pthread_mutex_lock(&s->mutex); }

static int leave(Stream *s, int result) {
    pthread_mutex_unlock(&s->mutex);
    return result;
}

int stream_open(const char *path, StreamMode mode, uint32_t forks, bool (*stop)(void *context),
                Stream **out) {
    int flags = mode.read && mode.write ? O_RDWR : mode.write ? O_WRONLY : O_RDONLY;
    flags |= (mode.append ? O_APPEND : 0) | (mode.truncate ? O_TRUNC : 0);
    flags |= (mode.create ? O_CREAT : 0) | (mode.exclusive ? O_EXCL : 0);
    int fd = open(path, flags | O_CLOEXEC | O_NOCTTY, 0666);
    if (fd < 0)
        return errno;
    struct stat info;
    if (fstat(fd, &info) == 0 && S_ISDIR(info.st_mode)) {
        close(fd);
        return EISDIR;
    }
    Stream *s = os_malloc(sizeof *s);
    pthread_mutex_init(&s->mutex, NULL);
    store_relaxed(&s->forks, forks);
    s->owner = getpid();
    store_relaxed(&s->fd, fd);
    s->mode = mode;
    s->after_return = false;
    s->stop = stop;
    s->at = s->end = s->pending = 0;
    *out = s;
    return 0;
}

static int write_out(Stream *s) {
    size_t size = s->pending;
    s->pending = 0;
    return os_write_all(s->fd, s->data, size) ? 0 : errno;
}

static int close_stream(Stream *s) {
    if (s->fd < 0)
        return 0;
    int result = write_out(s);
    close(s->fd);
    s->fd = -1;
    s->at = s->end = 0;
    return result;
}

// Nobody else has it any more, so there is nothing to lock.
void stream_free(Stream *s) {
    if (s->owner == getpid())
        pthread_mutex_destroy(&s->mutex);
    else
        s->pending = 0;
    close_stream(s);
    free(s);
}

int stream_close(Stream *s) {
    enter(s);
    return leave(s, close_stream(s));
}

bool stream_is_closed(const Stream *s) { return load_relaxed(&s->fd) < 0; }
int stream_descriptor(const Stream *s) { return load_relaxed(&s->fd); }

StreamMode stream_mode(const Stream *s) { return s->mode; }

// --- reading ---

static int ready_to_read(Stream *s) {
    if (s->fd < 0)
        return STREAM_CLOSED;
    if (!s->mode.read)
        return STREAM_NOT_READABLE;
    return s->pending ? write_out(s) : 0;
}

// Line ends in what was just read, of which as many bytes are left as it returns.
static size_t unify_line_ends(Stream *s, char *data, size_t size) {
    if (!s->after_return && !memchr(data, '\r', size))
        return size;
    size_t to = 0;
    for (size_t from = 0; from < size; from++) {
        char c = data[from];
        bool second = c == '\n' && s->after_return;
        s->after_return = c == '\r';
        if (!second)
            data[to++] = c == '\r' ? '\n' : c;
    }
    return to;
}

// One read, of which something is left: *size bytes. None: the end of the file.
static int read_some(Stream *s, char *data, size_t room, size_t *size, void *context) {
    *size = 0;
    while (*size == 0) {
        ssize_t got = read(s->fd, data, room);
        if (got < 0 && errno == EINTR && !s->stop(context))
            continue;
        if (got < 0)
            return errno == EINTR ? 0 : errno;
        if (got == 0)
            return 0;
        *size = s->mode.binary ? (size_t)got : unify_line_ends(s, data, (size_t)got);
    }
    return 0;
}

// Reads ahead where the buffer is empty. Leaves it empty at the end of the file.
static int fill(Stream *s, void *context) {
    if (s->at < s->end)
        return 0;
    s->at = s->end = 0;
    return read_some(s, s->data, BUFFER, &s->end, context);
}

static void take(Stream *s, size_t size, Text *out) {
    text_append(out, s->data + s->at, size);
    s->at += size;
}

// The bytes of the buffer that `*left` things are, which it is made less by. `*inside` counts what a
// code point cut off by the buffer's end still lacks.
static size_t measure(Stream *s, int64_t *left, size_t *inside) {
    size_t size = 0, have = s->end - s->at;
    if (s->mode.binary) {
        size = (uint64_t)*left < have ? (size_t)*left : have;
        *left -= (int64_t)size;
        return size;
    }
    while (size < have && (*inside > 0 || *left > 0)) {
        if (*inside > 0) {
            --*inside;
        } else {
            --*left;
            *inside = utf8_size(s->data[s->at + size]) - 1;
        }
        size++;
    }
    return size;
}

int stream_read(Stream *s, int64_t count, Text *out, void *context) {
    enter(s);
    int result = ready_to_read(s);
    size_t inside = 0;
    while (result == 0 && (count != 0 || inside > 0)) {
        result = fill(s, context);
        if (result != 0 || s->at == s->end)
            break;
        take(s, count < 0 ? s->end - s->at : measure(s, &count, &inside), out);
    }
    return leave(s, result);
}

int stream_left(Stream *s, size_t *left) {
    enter(s);
    *left = 0;
    int result = ready_to_read(s);
    struct stat info;
    off_t at;
    if (result == 0 && fstat(s->fd, &info) == 0 && S_ISREG(info.st_mode) &&
        (at = lseek(s->fd, 0, SEEK_CUR)) >= 0 && at < info.st_size)
        *left = (size_t)(info.st_size - at) + s->end - s->at;
    return leave(s, result);
}

int stream_read_into(Stream *s, char *data, size_t room, size_t *size, bool *more, void *context) {
    enum { PIECE = 1 << 18 }; // what is looked through for line ends is still in the cache then
    enter(s);
    int result = ready_to_read(s);
    size_t ahead = s->end - s->at;
    *size = ahead < room ? ahead : room;
    memcpy(data, s->data + s->at, *size);
    s->at += *size;
    bool ended = false;
    while (result == 0 && !ended && *size < room) {
        size_t most = room - *size < PIECE ? room - *size : PIECE, got;
        result = read_some(s, data + *size, most, &got, context);
        *size += got;
        ended = got == 0;
    }
    if (result == 0 && !ended)
        result = fill(s, context);
    *more = s->at < s->end;
    return leave(s, result);
}

int stream_read_line(Stream *s, int64_t most, Text *out, void *context) {
    enter(s);
    int result = ready_to_read(s);
    size_t inside = 0;
    bool done = most == 0;
    while (result == 0 && !done) {
        result = fill(s, context);
        if (result != 0 || s->at == s->end)
            break;
        const char *start = s->data + s->at;
        const char *line_end = memchr(start, '\n', s->end - s->at);
        size_t line = line_end ? (size_t)(line_end + 1 - start) : s->end - s->at;
        size_t size = most < 0 ? line : measure(s, &most, &inside);
        if (size > line)
            size = line;
        done = (line_end && size == line) || (most == 0 && inside == 0);
        take(s, size, out);
    }
    return leave(s, result);
}

const char *stream_peek_line(Stream *s, bool alone, size_t *size) {
    if (!alone && pthread_mutex_trylock(&s->mutex) != 0)
        return NULL;
    // Only what can be read has anything read ahead.
    const char *start = s->data + s->at;
    const char *line_end = memchr(start, '\n', s->end - s->at);
    if (line_end)
        *size = (size_t)(line_end + 1 - start);
    else if (!alone)
        pthread_mutex_unlock(&s->mutex);
    return line_end ? start : NULL;
}

void stream_take_line(Stream *s, bool alone, size_t size) {
    s->at += size;
    if (!alone)
        pthread_mutex_unlock(&s->mutex);
}

// --- writing ---

static int ready_to_write(Stream *s) {
    if (s->fd < 0)
        return STREAM_CLOSED;
    if (!s->mode.write)
        return STREAM_NOT_WRITABLE;
    // The place of the file is behind what was read ahead.
    if (s->at < s->end && lseek(s->fd, -(off_t)(s->end - s->at), SEEK_CUR) < 0 && errno != ESPIPE)
        return errno;
    s->at = s->end = 0;
    return 0;
}

int stream_write(Stream *s, const char *data, size_t size) {
    enter(s);
    int result = ready_to_write(s);
    if (result == 0 && size > BUFFER - s->pending)
        result = write_out(s);
    if (result == 0 && size > BUFFER) {
        result = os_write_all(s->fd, data, size) ? 0 : errno;
    } else if (result == 0) {
        memcpy(s->data + s->pending, data, size);
        s->pending += size;
    }
    return leave(s, result);
}

int stream_flush(Stream *s) {
    enter(s);
    return leave(s, s->fd < 0 ? STREAM_CLOSED : write_out(s));
}

int stream_seek(Stream *s, int64_t offset, int whence, int64_t *position) {
    enter(s);
    if (s->fd < 0)
        return leave(s, STREAM_CLOSED);
    int result = write_out(s);
    bool stays = whence == SEEK_CUR && offset == 0; // tell
    int64_t ahead = (int64_t)(s->end - s->at);
    if (whence == SEEK_CUR && !stays)
        offset -= ahead;
    off_t at = lseek(s->fd, offset, whence);
    if (at < 0)
        return leave(s, errno);
    if (!stays)
        s->at = s->end = 0;
    *position = stays ? at - ahead : at;
    return leave(s, result);
}
