// SPDX-License-Identifier: MIT
//
// Writing a script's output. The thread is detached for as long as the system takes: a reader that is slow
// holds up who prints, but no collection and no fork. Nothing is buffered, so a forked child has nothing
// of its parent's to print again, and a script that is ended by force has printed all that it said.
#include "native/output.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <unistd.h>

#include "base/writer.h"
#include "object/error.h"

// Who looks after processes need not give that up for it.
static bool is_taken_at_once(int fd, size_t size) {
    struct pollfd ready = {.fd = fd, .events = POLLOUT};
    return size <= PIPE_BUF && poll(&ready, 1, 0) == 1 && ready.revents == POLLOUT;
}

bool output_write(Fiber *fiber, int fd, const char *data, size_t size) {
    if (thread_watches(fiber->thread) && is_taken_at_once(fd, size))
        thread_detach_briefly(fiber->thread);
    else
        thread_detach(fiber->thread);
    bool ok = writer_put(fiber->world->writer, fd, data, size);
    int why = errno;
    thread_attach(fiber->thread);
    if (ok)
        return true;
    if (why == EPIPE)
        _exit(0); // nobody reads any more: there is nothing left to say
    throw_errno(fiber, why, NULL);
    return false;
}
