// SPDX-License-Identifier: MIT
//
// input(). It reads a byte at a time: what follows the line stays for whoever reads next, a child process
// say. Where there is nothing to read yet (a terminal, a pipe) the fiber waits in its thread's loop, so
// that Ctrl-C and cancel() find it, and other tasks run under `await`. The part of a line that was read
// before a wait is kept in args[1], in the prompt's place.
#include <errno.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "native/output.h"
#include "native/tables.h"
#include "object/bytes.h"
#include "object/error.h"
#include "object/operate.h"
#include "object/str.h"
#include "sched/loop.h"
#include "sync/wait.h"

typedef enum LineStep { LINE_WHOLE, LINE_END, LINE_NOT_YET } LineStep;

// How many bytes can be read without waiting: 1 where it is not known, or at the end; 0: none yet.
static size_t bytes_ready(void) {
    struct stat status;
    if (fstat(STDIN_FILENO, &status) == 0 && S_ISREG(status.st_mode))
        return SIZE_MAX;
    struct pollfd ready = {.fd = STDIN_FILENO, .events = POLLIN};
    if (poll(&ready, 1, 0) == 0)
        return 0;
    int count = 0;
    return ioctl(STDIN_FILENO, FIONREAD, &count) == 0 && count > 0 ? (size_t)count : 1;
}

static LineStep read_bytes(size_t most, Text *line) {
    for (size_t i = 0; i < most; i++) {
        char c;
        ssize_t got = read(STDIN_FILENO, &c, 1);
        if (got < 0 && (errno == EINTR || errno == EAGAIN))
            return LINE_NOT_YET;
        if (got <= 0)
            return LINE_END;
        text_char(line, c);
        if (c == '\n')
            return LINE_WHOLE;
    }
    return LINE_NOT_YET;
}

static LineStep read_line(Text *line) {
    size_t most;
    LineStep step = LINE_NOT_YET;
    while (step == LINE_NOT_YET && (most = bytes_ready()) > 0)
        step = read_bytes(most, line);
    return step;
}

static Value give_line(Fiber *fiber, Text *line) {
    size_t size = line->length;
    if (size == 0) {
        text_free(line);
        return throw_error(fiber, ERROR_EOFError, "EOF when reading a line");
    }
    if (line->data[size - 1] == '\n')
        size--;
    Value v = value_from_ref(str_from_utf8_lossy(fiber->heap, line->data, size));
    text_free(line);
    return v;
}

static Value wait_for_more(Fiber *fiber, Value *args, Text *line) {
    park_arm(fiber, PARK_IO, VALUE_NIL, DEADLINE_NEVER);
    if (!loop_watch_fd(fiber, STDIN_FILENO, LOOP_READABLE) && park_disarm(fiber)) {
        text_free(line);
        return throw_errno(fiber, errno, NULL);
    }
    args[1] = value_from_ref(bytes_new(fiber->heap, text_data(line), line->length));
    text_free(line);
    return VALUE_PARKED;
}

static Value read_on(Fiber *fiber, Value *args, Text *line) {
    return read_line(line) == LINE_NOT_YET ? wait_for_more(fiber, args, line)
                                           : give_line(fiber, line);
}

static bool write_prompt(Fiber *fiber, Value prompt) {
    Text text = {0};
    bool ok = prompt == VALUE_UNDEF ||
              (value_to_text(fiber, prompt, &text) &&
               output_write(fiber, STDOUT_FILENO, text_data(&text), text.length));
    text_free(&text);
    return ok;
}

// At a prompt whatever is typed is for the prompt, but while it runs an input.
static bool is_the_prompts(const Fiber *fiber) {
    const World *world = fiber->world;
    return load_relaxed(&world->interactive) && fiber != world->main_thread->main_fiber;
}

Value input_line(Fiber *fiber, Value *args, int count) {
    (void)count;
    Text line = {0};
    WakeReason reason = park_outcome(fiber);
    if (reason == WAKE_NONE) {
        if (is_the_prompts(fiber)) {
            throw_runtime(fiber,
                          "the prompt reads the terminal: input() is for what it runs itself");
            return error_hint(
                fiber, "call input() at the prompt, and give what it read to the thread or task");
        }
        if (!write_prompt(fiber, args[1]))
            return VALUE_UNDEF;
        return read_on(fiber, args, &line);
    }
    loop_unwatch(fiber);
    if (reason != WAKE_RETRY)
        return wait_throw(fiber, reason);
    const Bytes *part = value_to_bytes(args[1]);
    text_append(&line, part->data, part->size);
    return read_on(fiber, args, &line);
}
