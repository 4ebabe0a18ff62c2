// SPDX-License-Identifier: MIT
//
// Writer: texts of many threads and processes to standard output and standard error, each whole. One write(2)
// would not do: a text that a pipe does not take at once is cut where another writer comes between.
//
// So whoever writes holds the writer's lock, which a process shares with those forked from it. It is one word
// in shared memory: 0, or the holder's process id, and whether somebody waits. A holder that was killed is found
// out by those who wait. (The word and its three states: Drepper, Futexes Are Tricky, 2011.)
#ifndef CONC_BASE_WRITER_H
#define CONC_BASE_WRITER_H

#include <stdbool.h>
#include <stddef.h>

typedef struct Writer Writer;

Writer *writer_new(void);
void writer_free(Writer *writer);
// In a forked child, before it writes.
void writer_after_fork(Writer *writer);

// Writes all of it, after those who write already. Any thread; may block as long as a reader is slow, so
// a thread of the world is detached where it can be. False with errno.
bool writer_put(Writer *writer, int fd, const char *data, size_t size);

#endif
