// SPDX-License-Identifier: MIT
//
// Files: open() and what it gives. Text files are UTF-8 and give str; binary ones give bytes. The
// thread is detached for every operation on the stream: what it then looks at besides the stream is
// the text to be written, which is immutable and rooted in the native's arguments. Only a line that
// has been read ahead is taken without that, and made a value straight out of the stream's buffer.
#include <stdlib.h>
#include <unistd.h>

#include "base/os.h"
#include "base/translate.h"
#include "native/codec.h"
#include "native/file.h"
#include "native/stream.h"
#include "native/tables.h"
#include "object/error.h"
#include "object/list.h"
#include "object/operate.h"
#include "object/root.h"
#include "sync/wait.h"

typedef struct File {
    Object header;
    bool binary;
    Stream *stream;
    char *path; // malloc'ed, as `mode` is
    char *mode;
} File;

static void file_finalize(Object *object, struct Heap *heap) {
    (void)heap;
    File *file = (File *)object;
    stream_free(file->stream);
    free(file->path);
    free(file->mode);
}

const Kind file_kind = {"file", NULL, file_finalize};

static File *self(const Value *args) { return (File *)value_to_ref(args[0]); }

static Stream *stream_of(Fiber *fiber, const File *file) {
    return stream_here(file->stream, fiber->world->forks);
}

static Value throw_mode(Fiber *fiber, const char *what, const char *hint) {
    throw_error(fiber, ERROR_OSError, "%s", translate(what));
    return error_hint(fiber, hint);
}

static Value throw_stream(Fiber *fiber, int result) {
    switch (result) {
    case STREAM_CLOSED: return throw_value(fiber, "I/O operation on closed file.");
    case STREAM_NOT_READABLE:
        return throw_mode(fiber, "not readable", "open it for reading: `open(path)`");
    case STREAM_NOT_WRITABLE:
        return throw_mode(fiber, "not writable", "open it for writing: `open(path, \"w\")`");
    default: return throw_errno(fiber, result, NULL);
    }
}

// Ctrl-C and the end of the script break a read off: the poll that follows throws.
static bool asked_to_stop(void *context) {
    Thread *thread = context;
    return load_relaxed(&thread->poll) & (POLL_INTERRUPT | POLL_END);
}

// --- opening ---

// False where the letters do not go together.
static bool read_mode(Fiber *fiber, const char *text, StreamMode *mode) {
    *mode = (StreamMode){0};
    int kinds = 0;
    bool plus = false, good = true;
    for (const char *at = text; *at; at++) {
        if (strchr("rwax", *at))
            kinds++;
        mode->read = mode->read || *at == 'r';
        mode->write = mode->write || *at == 'w' || *at == 'a' || *at == 'x';
        mode->truncate = mode->truncate || *at == 'w';
        mode->append = mode->append || *at == 'a';
        mode->exclusive = mode->exclusive || *at == 'x';
        mode->binary = mode->binary || *at == 'b';
        plus = plus || *at == '+';
        good = good && strchr("rwaxbt+", *at) && !strchr(at + 1, *at);
    }
    if (!good || (mode->binary && strchr(text, 't'))) {
        throw_value(fiber, good ? "can't have text and binary mode at once" : "invalid mode: '%s'",
                    text);
        return false;
    }
    if (kinds != 1) {
        throw_value(fiber, "must have exactly one of create/read/write/append mode");
        return false;
    }
    mode->create = mode->write;
    mode->read = mode->read || plus;
    mode->write = mode->write || plus;
    return true;
}

static bool is_utf8(Value encoding) {
    return !argument_given(encoding) ||
           (value_is_str(encoding) && (strcasecmp(str_data(value_to_str(encoding)), "utf-8") == 0 ||
                                       strcasecmp(str_data(value_to_str(encoding)), "utf8") == 0));
}

static Value file_open(Fiber *fiber, Value *args, int count) {
    (void)count;
    StreamMode mode;
    if (!value_is_str(args[1]))
        return throw_type(fiber, "expected str, not %s",
                          value_type_name(fiber_runtime(fiber), args[1]));
    if (args[2] != VALUE_UNDEF && !value_is_str(args[2]))
        return throw_type(fiber, "open() argument 'mode' must be str, not %s",
                          value_type_name(fiber_runtime(fiber), args[2]));
    const Str *path = str_terminated(fiber->heap, value_to_str(args[1]));
    args[1] = value_from_ref(path);
    const char *letters =
        args[2] == VALUE_UNDEF ? "r" : str_terminated(fiber->heap, value_to_str(args[2]))->own;
    if (strlen(path->own) != path->size)
        return throw_value(fiber, "embedded null byte");
    if (!read_mode(fiber, letters, &mode))
        return VALUE_UNDEF;
    if (!is_utf8(args[3]))
        return throw_value(fiber, "text files are UTF-8; open others with \"b\" and decode()");
    Stream *stream = NULL;
    thread_detach(fiber->thread);
    int result = stream_open(path->own, mode, fiber->world->forks, asked_to_stop, &stream);
    thread_attach(fiber->thread);
    if (result != 0)
        return throw_errno(fiber, result, path->own);
    File *file = heap_alloc(fiber->heap, KIND_FILE, sizeof *file);
    file->stream = stream;
    file->binary = mode.binary;
    file->path = strdup(path->own);
    file->mode = strdup(letters);
    return value_from_ref(file);
}

// --- reading ---

// What was read as a value: str or bytes. Frees it.
static Value finish(Fiber *fiber, const File *file, int result, Text *text) {
    Value v = VALUE_UNDEF;
    if (result != 0)
        throw_stream(fiber, result);
    else if (text->length > HEAP_LARGE && !heap_has_room(fiber->heap, text->length))
        throw_memory(fiber, text->length);
    else if (file->binary)
        v = value_from_ref(bytes_new(fiber->heap, text_data(text), text->length));
    else
        v = codec_decode(fiber, text_data(text), text->length, VALUE_UNDEF, VALUE_UNDEF, "read");
    text_free(text);
    return v;
}

// All that is left, behind what `text` has already, in pieces, so that a file that is larger than the memory
// is an error and not the end.
static Value read_pieces(Fiber *fiber, File *file, Text *text) {
    enum { PIECE = 1 << 20 };
    size_t before;
    int result;
    do {
        before = text->length;
        if (!heap_has_room(fiber->heap, before * 2)) {
            text_free(text);
            return throw_memory(fiber, before * 2);
        }
        thread_detach(fiber->thread);
        result = stream_read(stream_of(fiber, file), PIECE, text, fiber->thread);
        thread_attach(fiber->thread);
    } while (result == 0 && text->length > before && !asked_to_stop(fiber->thread));
    return finish(fiber, file, result, text);
}

// Fits a value to the `size` bytes that were read to it.
static Value fitted(Fiber *fiber, Value v, size_t size) {
    if (value_is_bytes(v))
        value_to_bytes(v)->size = size;
    else if (!str_finish_valid(value_to_str(v), size))
        return codec_decode(fiber, value_to_str(v)->own, size, VALUE_UNDEF, VALUE_UNDEF, "read");
    return v;
}

// A file of which `left` bytes are left is read to the value itself; what has come to it meanwhile, in pieces.
static Value read_to_value(Fiber *fiber, File *file, size_t left) {
    if (!heap_has_room(fiber->heap, left))
        return throw_memory(fiber, left);
    Value v = file->binary ? value_from_ref(bytes_new(fiber->heap, NULL, left))
                           : value_from_ref(str_reserve(fiber->heap, left));
    char *data = file->binary ? value_to_bytes(v)->data : value_to_str(v)->own;
    uint32_t mark = root_mark(fiber);
    root_push(fiber, v);
    size_t size;
    bool more;
    thread_detach(fiber->thread);
    int result = stream_read_into(stream_of(fiber, file), data, left, &size, &more, fiber->thread);
    thread_attach(fiber->thread);
    root_release(fiber, mark);
    if (result != 0)
        return throw_stream(fiber, result);
    if (!more)
        return fitted(fiber, v, size);
    Text text = {0};
    text_append(&text, data, size);
    return read_pieces(fiber, file, &text);
}

static Value read_all(Fiber *fiber, File *file) {
    size_t left;
    thread_detach(fiber->thread);
    int result = stream_left(stream_of(fiber, file), &left);
    thread_attach(fiber->thread);
    if (result != 0)
        return throw_stream(fiber, result);
    if (left > HEAP_LARGE)
        return read_to_value(fiber, file, left);
    Text text = {0};
    return read_pieces(fiber, file, &text);
}

static Value file_read(Fiber *fiber, Value *args, int count) {
    (void)count;
    int64_t size;
    if (!argument_int64_or(fiber, args[1], STREAM_ALL, &size))
        return VALUE_UNDEF;
    if (size < 0)
        return read_all(fiber, self(args));
    Text text = {0};
    thread_detach(fiber->thread);
    int result = stream_read(stream_of(fiber, self(args)), size, &text, fiber->thread);
    thread_attach(fiber->thread);
    return finish(fiber, self(args), result, &text);
}

// The bytes as a value; UNDEF, without an error, where they are no UTF-8 though they should be.
static Value plain_value(Fiber *fiber, const File *file, const char *data, size_t size) {
    if (file->binary)
        return value_from_ref(bytes_new(fiber->heap, data, size));
    return value_from_ref(str_if_valid(fiber->heap, data, size));
}

// The next line, if it can be had without waiting; else UNDEF, without an error, and nothing is read. Large ones
// and those that are no UTF-8 are read the long way, which has the errors.
static Value line_read_ahead(Fiber *fiber, const File *file) {
    bool alone = !load_relaxed(&fiber->world->shared);
    Stream *stream = stream_of(fiber, file);
    size_t size;
    const char *line = stream_peek_line(stream, alone, &size);
    if (!line)
        return VALUE_UNDEF;
    Value v = size > HEAP_LARGE ? VALUE_UNDEF : plain_value(fiber, file, line, size);
    stream_take_line(stream, alone, v == VALUE_UNDEF ? 0 : size);
    return v;
}

static Value read_line(Fiber *fiber, File *file, int64_t most) {
    Value ahead = most < 0 ? line_read_ahead(fiber, file) : VALUE_UNDEF;
    if (ahead != VALUE_UNDEF)
        return ahead;
    Text text = {0};
    thread_detach(fiber->thread);
    int result = stream_read_line(stream_of(fiber, file), most, &text, fiber->thread);
    thread_attach(fiber->thread);
    return finish(fiber, file, result, &text);
}

static Value file_readline(Fiber *fiber, Value *args, int count) {
    (void)count;
    int64_t most;
    if (!argument_int64_or(fiber, args[1], STREAM_ALL, &most))
        return VALUE_UNDEF;
    return read_line(fiber, self(args), most < 0 ? STREAM_ALL : most);
}

static bool is_empty(Value v) {
    return value_is_str(v) ? value_to_str(v)->size == 0 : value_to_bytes(v)->size == 0;
}

// Loops call it at every turn, hence by themselves (NATIVE_SHIELDED).
static Value file_next(Fiber *fiber, Value *args, int count) {
    (void)count;
    if (!wait_due(fiber))
        return VALUE_UNDEF;
    Value line = read_line(fiber, self(args), STREAM_ALL);
    if (line != VALUE_UNDEF && is_empty(line))
        return throw_error(fiber, ERROR_StopIteration, "the file has ended");
    return line;
}

static Value file_readlines(Fiber *fiber, Value *args, int count) {
    (void)count;
    List *lines = list_new(fiber->heap, 8);
    File *file = self(args);
    // Other threads may collect while this one reads: what it makes has to be rooted.
    uint32_t mark = root_mark(fiber);
    root_push(fiber, value_from_ref(lines));
    Value line = VALUE_UNDEF;
    bool good = true;
    while (good && (line = read_line(fiber, file, STREAM_ALL)) != VALUE_UNDEF && !is_empty(line))
        good = list_append(fiber, lines, line) && runtime_poll(fiber);
    root_release(fiber, mark);
    return good && line != VALUE_UNDEF ? value_from_ref(lines) : VALUE_UNDEF;
}

static Value file_iter(Fiber *fiber, Value *args, int count) {
    (void)count;
    if (stream_is_closed(self(args)->stream))
        return throw_stream(fiber, STREAM_CLOSED);
    return args[0];
}

// --- writing ---

static bool take_data(Fiber *fiber, const File *file, Value v, Piece *out) {
    bool binary = file->binary;
    if (binary && value_is_bytes(v)) {
        *out = (Piece){value_to_bytes(v)->data, value_to_bytes(v)->size};
        return true;
    }
    if (!binary && value_is_str(v)) {
        *out = (Piece){str_data(value_to_str(v)), value_to_str(v)->size};
        return true;
    }
    const char *name = value_type_name(fiber_runtime(fiber), v);
    if (binary)
        throw_type(fiber, "a bytes-like object is required, not '%s'", name);
    else
        throw_type(fiber, "write() argument must be str, not %s", name);
    return false;
}

static bool write_value(Fiber *fiber, File *file, Value v) {
    Piece piece;
    if (!take_data(fiber, file, v, &piece))
        return false;
    thread_detach(fiber->thread);
    int result = stream_write(stream_of(fiber, file), piece.data, piece.size);
    thread_attach(fiber->thread);
    if (result != 0)
        throw_stream(fiber, result);
    return result == 0;
}

static Value file_write(Fiber *fiber, Value *args, int count) {
    (void)count;
    Value v = args[1];
    if (!write_value(fiber, self(args), v))
        return VALUE_UNDEF;
    size_t written = value_is_str(v) ? value_to_str(v)->length : value_to_bytes(v)->size;
    return value_from_int((int64_t)written);
}

static Value file_writelines(Fiber *fiber, Value *args, int count) {
    (void)count;
    args[1] = iterate_to_list(fiber, args[1]);
    if (args[1] == VALUE_UNDEF)
        return VALUE_UNDEF;
    for (size_t i = 0;; i++) {
        Value v = list_get(value_to_list(args[1]), i);
        if (v == VALUE_UNDEF)
            return VALUE_NIL;
        if (!write_value(fiber, self(args), v))
            return VALUE_UNDEF;
    }
}

static Value file_flush(Fiber *fiber, Value *args, int count) {
    (void)count;
    thread_detach(fiber->thread);
    int result = stream_flush(stream_of(fiber, self(args)));
    thread_attach(fiber->thread);
    return result == 0 ? VALUE_NIL : throw_stream(fiber, result);
}

static Value file_close(Fiber *fiber, Value *args, int count) {
    (void)count;
    thread_detach(fiber->thread);
    int result = stream_close(stream_of(fiber, self(args)));
    thread_attach(fiber->thread);
    return result == 0 ? VALUE_NIL : throw_stream(fiber, result);
}

// --- places ---

static Value seek(Fiber *fiber, File *file, int64_t offset, int whence) {
    int64_t position = 0;
    thread_detach(fiber->thread);
    int result = stream_seek(stream_of(fiber, file), offset, whence, &position);
    thread_attach(fiber->thread);
    return result == 0 ? integer_from_int64(fiber->heap, position) : throw_stream(fiber, result);
}

static Value file_seek(Fiber *fiber, Value *args, int count) {
    (void)count;
    int64_t offset, whence;
    if (!argument_int64(fiber, args[1], &offset) ||
        !argument_int64_or(fiber, args[2], SEEK_SET, &whence))
        return VALUE_UNDEF;
    if (whence < 0 || whence > 2)
        return throw_value(fiber, "invalid whence (%d, should be 0, 1 or 2)", (int)whence);
    if (whence == SEEK_SET && offset < 0)
        return throw_value(fiber, "negative seek position %lld", (long long)offset);
    return seek(fiber, self(args), offset, (int)whence);
}

static Value file_tell(Fiber *fiber, Value *args, int count) {
    (void)count;
    return seek(fiber, self(args), 0, SEEK_CUR);
}

// --- what it is ---

static Value file_fileno(Fiber *fiber, Value *args, int count) {
    (void)count;
    int fd = stream_descriptor(self(args)->stream);
    return fd >= 0 ? value_from_int(fd) : throw_stream(fiber, STREAM_CLOSED);
}

static Value file_closed(Fiber *fiber, Value *args, int count) {
    (void)fiber, (void)count;
    return value_from_bool(stream_is_closed(self(args)->stream));
}

static Value file_name(Fiber *fiber, Value *args, int count) {
    (void)count;
    return value_from_ref(str_from_c(fiber->heap, self(args)->path));
}

static Value file_mode(Fiber *fiber, Value *args, int count) {
    (void)count;
    return value_from_ref(str_from_c(fiber->heap, self(args)->mode));
}

static Value file_readable(Fiber *fiber, Value *args, int count) {
    (void)fiber, (void)count;
    return value_from_bool(stream_mode(self(args)->stream).read);
}

static Value file_writable(Fiber *fiber, Value *args, int count) {
    (void)fiber, (void)count;
    return value_from_bool(stream_mode(self(args)->stream).write);
}

static Value file_str(Fiber *fiber, Value *args, int count) {
    (void)count;
    return value_from_ref(str_format(fiber->heap, "<file '%s'>", self(args)->path));
}

const NativeSpec file_methods[] = {
    {"close", file_close, "", NATIVE_WAITS,
     "Writes what is left and closes. Twice is harmless; `with open(...) as f` does it at the end "
     "of the block.\n"
     "    f.close()"},
    {"closed", file_closed, "", NATIVE_GETTER,
     "True after close().\n"
     "    f.closed"},
    {"fileno", file_fileno, "", 0,
     "The number of its descriptor, an int.\n"
     "    f.fileno()"},
    {"flush", file_flush, "", NATIVE_WAITS,
     "Writes what is still in the buffer. OSError where the system refuses it.\n"
     "    f.flush()"},
    {"iter", file_iter, "", 0,
     "The file itself: `for` goes over its lines.\n"
     "    for line in f { }"},
    {"mode", file_mode, "", NATIVE_GETTER,
     "The mode that it was opened in.\n"
     "    f.mode   # \"r\""},
    {"name", file_name, "", NATIVE_GETTER,
     "The path that it was opened by.\n"
     "    f.name"},
    {"next", file_next, "", NATIVE_WAITS | NATIVE_SHIELDED,
     "The next line, with its end. StopIteration at the end of the file.\n"
     "    let line = f.next()"},
    {"read", file_read, "size=-1", NATIVE_WAITS,
     "Up to `size` characters (bytes of a binary file); below 0: all there are. Gives \"\" at the "
     "end. OSError where the file was not opened for reading, ValueError where text is no UTF-8.\n"
     "    let text = f.read()"},
    {"readable", file_readable, "", 0,
     "Whether it can be read.\n"
     "    f.readable()"},
    {"readline", file_readline, "size=-1", NATIVE_WAITS,
     "The next line with its end, at most `size` characters of it; below 0: all. Gives \"\" at the "
     "end.\n"
     "    f.readline()"},
    {"readlines", file_readlines, "", NATIVE_WAITS,
     "A list of all lines that are left, with their ends.\n"
     "    f.readlines()"},
    {"seek", file_seek, "offset, whence=0", NATIVE_WAITS,
     "Goes on at byte `offset`, counted from the start (whence 0), from here (1) or from the end "
     "(2). Gives the place. ValueError for a place before the start.\n"
     "    f.seek(0)"},
    {"str", file_str, "", 0,
     "The text that print() shows of it.\n"
     "    f.str()   # \"<file 'notes.txt'>\""},
    {"tell", file_tell, "", NATIVE_WAITS,
     "The place where it reads or writes next, in bytes from the start.\n"
     "    f.tell()"},
    {"writable", file_writable, "", 0,
     "Whether it can be written.\n"
     "    f.writable()"},
    {"write", file_write, "data", NATIVE_WAITS,
     "Writes text (bytes into a binary file). Gives how many characters (bytes). OSError where the "
     "file was not opened for writing, or the disk is full.\n"
     "    f.write(\"a\\n"
     "\")   # 2"},
    {"writelines", file_writelines, "lines", NATIVE_WAITS,
     "Writes each text (each bytes) of an iterable. Ends of lines are not added.\n"
     "    f.writelines([\"a\\n"
     "\", \"b\\n"
     "\"])"},
    {NULL, NULL, NULL, 0, NULL}};

const NativeSpec file_functions[] = {
    {"open", file_open, "path, mode=\"r\", encoding=\"utf-8\"", NATIVE_WAITS,
     "Opens a file. mode: \"r\" reads, \"w\" writes anew, \"a\" writes at the end, \"x\" makes a "
     "file that must not be there; with \"+\" both reads and writes, with \"b\" bytes instead of "
     "text, which is UTF-8. OSError where the system refuses it; ValueError for another mode or "
     "encoding.\n"
     "    with open(\"notes.txt\") as f { print(f.read()) }"},
    {NULL, NULL, NULL, 0, NULL}};
