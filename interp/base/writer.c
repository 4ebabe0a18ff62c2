// SPDX-License-Identifier: MIT
//
// The writer. Fork may happen while another thread of the parent holds the lock: it is still held then, by a
// process that lives, and the child waits for it as for anybody.
#include "base/writer.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/atomic.h"
#include "base/os.h"

enum {
    SHARED_BYTES = 4096,
    LOOK_EVERY = 50000000
}; // nanoseconds between looks whether the holder lives
#define WAITED ((uint32_t)1 << 31)

struct Writer {
    _Atomic uint32_t *word; // shared
    uint32_t self;          // the process's id
};

Writer *writer_new(void) {
    Writer *writer = os_calloc(1, sizeof *writer);
    writer->word = os_shared_alloc(SHARED_BYTES);
    if (!writer->word)
        os_fatal("no memory to share with child processes");
    writer->self = (uint32_t)getpid();
    return writer;
}

void writer_free(Writer *writer) {
    os_pages_free(writer->word, SHARED_BYTES);
    free(writer);
}

void writer_after_fork(Writer *writer) { writer->self = (uint32_t)getpid(); }

// ---- The lock -------------------------------------------------------------------------------------

static bool is_gone(uint32_t word) {
    return kill((pid_t)(word & ~WAITED), 0) != 0 && errno == ESRCH;
}

// Who comes from a wait cannot know whether others wait still: it takes the lock as one that is waited for.
static void wait_and_lock(Writer *writer) {
    _Atomic uint32_t *word = writer->word;
    bool slept_long = false;
    for (;;) {
        uint32_t seen = load_relaxed(word);
        if (seen == 0 || (slept_long && is_gone(seen))) {
            if (cas_acquire(word, &seen, writer->self | WAITED))
                return;
        } else if ((seen & WAITED) || cas_acquire(word, &seen, seen | WAITED)) {
            slept_long = !os_futex_wait_shared(word, seen | WAITED, os_now() + LOOK_EVERY);
        }
    }
}

static void lock(Writer *writer) {
    uint32_t nobody = 0;
    if (!cas_acquire(writer->word, &nobody, writer->self))
        wait_and_lock(writer);
}

static void unlock(Writer *writer) {
    if (exchange_release(writer->word, 0) & WAITED)
        os_futex_wake_shared(writer->word, 1);
}

// ---- Writing --------------------------------------------------------------------------------------

static bool write_all(int fd, const char *data, size_t size) {
    while (size > 0) {
        ssize_t done = write(fd, data, size);
        if (done >= 0) {
            data += done;
            size -= (size_t)done;
        } else if (errno == EAGAIN) {
            struct pollfd ready = {.fd = fd, .events = POLLOUT};
            poll(&ready, 1, -1);
        } else if (errno != EINTR) {
            return false;
        }
    }
    return true;
}

bool writer_put(Writer *writer, int fd, const char *data, size_t size) {
    lock(writer);
    bool ok = write_all(fd, data, size);
    int error = errno;
    unlock(writer);
    errno = error;
    return ok;
}
