// SPDX-License-Identifier: MIT
//
// Stream: a file descriptor with a buffer, and no heap objects in it. Functions may block, so they
// are called by a detached thread; the stream's own mutex orders threads that share one. Functions
// return 0 or an errno.
//
// A forked child has a copy with the same descriptor: what the parent had not written yet is the
// parent's to write, so the child forgets it when it first uses the stream. That it is one is seen by how many
// forks lie before it (World.forks), which who uses a stream says by stream_here.
#ifndef CONC_NATIVE_STREAM_H
#define CONC_NATIVE_STREAM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

typedef struct Stream Stream;

typedef struct StreamMode {
    bool read, write, append, truncate, create, exclusive, binary;
} StreamMode;

enum { STREAM_CLOSED = -1, STREAM_NOT_READABLE = -2, STREAM_NOT_WRITABLE = -3 }; // beside errno

// Opens; EISDIR for a directory. `stop` says whether to give up a read that a signal has broken off.
int stream_open(const char *path, StreamMode mode, uint32_t forks, bool (*stop)(void *context),
                Stream **out);
// The stream, fit for use in this process; before anything below that may block.
Stream *stream_here(Stream *stream, uint32_t forks);
void stream_free(Stream *stream); // writes what is left, closes, frees
int stream_close(Stream *stream); // twice is harmless
// These two do not wait, and may be called by attached threads.
bool stream_is_closed(const Stream *stream);
int stream_descriptor(const Stream *stream); // -1: closed
StreamMode stream_mode(const Stream *stream);

enum { STREAM_ALL = -1 };
// Appends to `out` up to `count` bytes (in text mode: code points), or all there is. Line ends "\r\n"
// and "\r" become "\n" in text mode. Nothing appended: the end.
int stream_read(Stream *stream, int64_t count, Text *out, void *context);
// How many bytes there are still up to the end, of a regular file; else 0. The file may change.
int stream_left(Stream *stream, size_t *left);
// Reads up to `room` bytes to `data`, past the buffer, line ends as above. *size: how many; *more: the room was too small.
int stream_read_into(Stream *stream, char *data, size_t room, size_t *size, bool *more,
                     void *context);
// Appends a line with its end, at most `most` bytes or code points of it (STREAM_ALL: no limit).
int stream_read_line(Stream *stream, int64_t most, Text *out, void *context);
// The line that comes next, with its end, where all of it has been read ahead already and nobody else is at
// the stream; else *line is NULL. Does not wait, so attached threads may call it. Where it gives a line the stream
// is the caller's until stream_take_line, before which there must be no safepoint. `alone`: no other thread
// can come to the stream meanwhile.
const char *stream_peek_line(Stream *stream, bool alone, size_t *size);
// Goes on behind the `size` bytes (0: stays), and lets go of the stream.
void stream_take_line(Stream *stream, bool alone, size_t size);
int stream_write(Stream *stream, const char *data, size_t size);
int stream_flush(Stream *stream);
// whence as lseek's. *position: bytes from the start.
int stream_seek(Stream *stream, int64_t offset, int whence, int64_t *position);

#endif
