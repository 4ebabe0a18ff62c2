// SPDX-License-Identifier: MIT
//
// The one way in which the runtime writes for a script.
#ifndef CONC_NATIVE_OUTPUT_H
#define CONC_NATIVE_OUTPUT_H

#include "sched/fiber.h"

// Writes the whole text (base/writer.h), so that lines of threads and processes do not mix. May block (the thread is detached meanwhile). A reader that has gone
// (EPIPE) ends the process quietly. False with OSError.
bool output_write(Fiber *fiber, int fd, const char *data, size_t size);

#endif
