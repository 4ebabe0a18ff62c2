// SPDX-License-Identifier: MIT
//
// Writing a script's output. The thread is detached for as long as the system takes: a reader that is slow
// holds up who prints, but no collection and no fork. Nothing is buffered, so a forked child has nothing
// of its parent's to print again, and a script that is ended by force has printed all that it said.
#include "native/output.h"

#include <errno.h>
#include <unistd.h>

#include "base/writer.h"
#include "object/error.h"

bool output_write(Fiber *fiber, int fd, const char *data, size_t size) {
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
