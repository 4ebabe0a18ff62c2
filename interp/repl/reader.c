// SPDX-License-Identifier: MIT
//
// The reader. A line is waited for by a native that runs on the main fiber, as a script's input() is: so
// Ctrl-C, exit() and SIGTERM end the wait as they end any other.
#include "repl/reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/os.h"
#include "native/tables.h"
#include "object/error.h"
#include "object/root.h"
#include "object/str.h"
#include "repl/edit.h"
#include "repl/scan.h"
#include "sched/loop.h"
#include "sync/wait.h"

static const char first_prompt[] = ">>> ", next_prompt[] = "... ";
enum { INDENT = 4 };

void reader_open(Reader *reader, Session *session) {
    *reader = (Reader){.session = session, .prompts = isatty(STDIN_FILENO)};
    reader->edits = edit_open(session);
}

void reader_close(Reader *reader) {
    if (reader->edits)
        edit_close();
}

// ---- A line ---------------------------------------------------------------------------------------

// The line once it is over; true where it has ended with Ctrl-D.
static Value edited_line(Fiber *fiber, Value *args, int count) {
    (void)count;
    WakeReason reason = park_outcome(fiber);
    if (reason != WAKE_NONE)
        loop_unwatch(fiber);
    if (reason != WAKE_NONE && reason != WAKE_RETRY)
        return wait_throw(fiber, reason);
    char *line;
    EditState state = edit_feed(&line);
    if (state == EDIT_END)
        return VALUE_TRUE;
    if (state == EDIT_LINE) {
        args[0] = value_from_ref(str_from_utf8_lossy(fiber->heap, line, strlen(line)));
        free(line);
        return args[0];
    }
    park_arm(fiber, PARK_IO, VALUE_NIL, DEADLINE_NEVER);
    if (!loop_watch_fd(fiber, STDIN_FILENO, LOOP_READABLE) && park_disarm(fiber))
        return throw_errno(fiber, errno, NULL);
    return VALUE_PARKED;
}

static const NativeSpec edited = {"edited_line", edited_line, "", NATIVE_WAITS, NULL};
static const NativeSpec plain = {"plain_line", input_line, "prompt=\"\"", NATIVE_WAITS, NULL};

// What ended the wait for a line: Ctrl-C is nothing, all else is the end.
static ReadStatus ended(Reader *reader) {
    Fiber *fiber = reader->session->fiber;
    bool interrupted = error_is(fiber, ERROR_Interrupted);
    error_take(fiber);
    if (reader->edits)
        edit_abandon(interrupted);
    return interrupted ? READ_NOTHING : READ_END;
}

static void write_prompt(const Reader *reader, const char *prompt) {
    if (reader->prompts)
        os_write_all(STDOUT_FILENO, prompt, strlen(prompt));
}

static ReadStatus read_line(Reader *reader, const char *prompt, const char *indent,
                            const char *before, Text *out) {
    if (reader->edits)
        edit_begin(prompt, indent, before);
    else
        write_prompt(reader, prompt);
    Value line = session_call(reader->session, reader->edits ? &edited : &plain, VALUE_UNDEF);
    if (line == VALUE_UNDEF) {
        ReadStatus status = ended(reader);
        if (!reader->edits && reader->prompts)
            os_write_all(STDOUT_FILENO, "\n", 1);
        return status;
    }
    if (!value_is_str(line))
        return READ_END;
    text_append(out, str_data(value_to_str(line)), value_to_str(line)->size);
    return READ_INPUT;
}

ReadStatus reader_ask(Reader *reader, const char *question, Text *answer) {
    return read_line(reader, question, "", "", answer);
}

// ---- An input -------------------------------------------------------------------------------------

static bool begins(const char *line, size_t size, const char *prompt) {
    size_t length = strlen(prompt) - 1; // without its blank, which an empty line may have lost
    return size >= length && memcmp(line, prompt, length) == 0 &&
           (size == length || line[length] == ' ');
}

// Text that was copied from a REPL, with its prompts: without them, and without what was printed between.
static void strip_prompts(Text *input) {
    if (!begins(text_data(input), input->length, first_prompt))
        return;
    Text code = {0};
    const char *at = text_data(input), *end = at + input->length;
    while (at < end) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        size_t size = (size_t)((newline ? newline : end) - at);
        if (begins(at, size, first_prompt) || begins(at, size, next_prompt)) {
            size_t skip = size < sizeof first_prompt - 1 ? size : sizeof first_prompt - 1;
            text_append(&code, at + skip, size - skip);
            text_char(&code, '\n');
        }
        at += size + 1;
    }
    text_free(input);
    *input = code;
}

static bool is_command(const Text *input) {
    const char *text = text_data(input);
    while (*text == ' ')
        text++;
    return *text == ':' || *text == '?';
}

// The blanks that the next line begins with.
static void indent_for(const Text *input, Text *indent) {
    Scan state;
    scan(text_data(input), input->length, &state);
    text_shorten(indent, 0);
    for (size_t i = 0; i < state.depth * INDENT && !state.in_string; i++)
        text_char(indent, ' ');
}

// Says what is open still, and where.
static void say_what_is_open(Session *session, const Text *input) {
    Text diagnostics = {0};
    session_check(session, text_data(input), input->length, &diagnostics);
    session_write(session, STDERR_FILENO, &diagnostics);
}

// A backslash at the end of a line joins it with the next one.
static bool ends_with_backslash(const Text *input) {
    Scan state;
    scan(text_data(input), input->length, &state);
    return input->length > 0 && input->data[input->length - 1] == '\\' && !state.in_comment &&
           !state.in_string;
}

// True where the input is to go on with another line.
static bool wants_more(Session *session, const Text *input) {
    Text diagnostics = {0};
    if (ends_with_backslash(input))
        return true;
    SessionStatus status = session_check(session, text_data(input), input->length, &diagnostics);
    text_free(&diagnostics);
    return status == SESSION_INCOMPLETE;
}

// How an input is left that was begun: the end of a file leaves it to the compiler to complain, and Ctrl-D on
// a terminal leaves only the input, as Ctrl-C does.
static ReadStatus left(Reader *reader, const Text *input, ReadStatus status) {
    if (status == READ_INPUT || input->length == 0 || session_is_over(reader->session))
        return status;
    if (!reader->prompts)
        return READ_INPUT;
    say_what_is_open(reader->session, input);
    return READ_NOTHING;
}

ReadStatus reader_next(Reader *reader, Text *input) {
    Text indent = {0};
    ReadStatus status = read_line(reader, first_prompt, "", "", input);
    if (status == READ_INPUT && !is_command(input)) {
        strip_prompts(input);
        while (status == READ_INPUT && wants_more(reader->session, input)) {
            text_char(input, '\n');
            indent_for(input, &indent);
            status = read_line(reader, next_prompt, text_data(&indent), text_data(input), input);
        }
        status = left(reader, input, status);
    }
    if (status == READ_INPUT && reader->edits && input->length > 0)
        edit_remember(text_data(input));
    text_free(&indent);
    return status;
}
