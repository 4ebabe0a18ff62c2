// SPDX-License-Identifier: MIT
//
// Writing a script's output. The thread is detached for as long as the system takes: a reader that is slow
// holds up who prints, but no collection and no fork. Nothing is buffered, so a forked child has nothing
// of its parent's to print again, and a script that is ended by force has printed all that it said.
#include "native/output.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "object/error.h"

// False with errno.
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

bool output_write(Fiber *fiber, int fd, const char *data, size_t size) {
    thread_detach(fiber->thread);
    bool ok = write_all(fd, data, size);
    int why = errno;
    thread_attach(fiber->thread);
    if (ok)
        return true;
    if (why == EPIPE)
        _exit(0); // nobody reads any more: there is nothing left to say
    throw_errno(fiber, why, NULL);
    return false;
}
