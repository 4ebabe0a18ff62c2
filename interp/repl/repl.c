// SPDX-License-Identifier: MIT
//
// The REPL's loop.
#include "repl/repl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/os.h"
#include "base/translate.h"
#include "base/writer.h"
#include "object/error.h"
#include "object/operate.h"
#include "object/root.h"
#include "repl/commands.h"
#include "sync/overview.h"
#include "vm/trace.h"

void repl_say(Repl *repl, const char *format, ...) {
    Text text = {0};
    va_list list;
    va_start(list, format);
    text_format_list(&text, translate(format), list);
    va_end(list);
    text_char(&text, '\n');
    session_write(&repl->session, STDOUT_FILENO, &text);
}

// ---- Values and errors ----------------------------------------------------------------------------

static bool is_over(const Repl *repl) { return repl->over || session_is_over(&repl->session); }

// Shows the error that ended an input; it is `_err` then.
static void show_error(Repl *repl) {
    Fiber *fiber = repl->session.fiber;
    Runtime *runtime = repl->session.vm->runtime;
    Value error = error_take(fiber);
    if (is_over(repl))
        return; // exit()
    Text text = {0};
    session_set(&repl->session, "_err", error);
    if (repl->reader.prompts &&
        value_is_instance_of(runtime, error, runtime->errors[ERROR_Interrupted]))
        text_char(&text, '\n'); // behind the "^C" of the terminal
    error_show(fiber, error, &text);
    session_write(&repl->session, STDERR_FILENO, &text);
}

// Runs on the main fiber, as a value may say by a method of its own how it is printed.
static Value print_value(Fiber *fiber, Value *args, int count) {
    (void)count;
    Text text = {0};
    bool ok = value_repr(fiber, args[1], &text);
    text_char(&text, '\n');
    if (ok)
        writer_put(fiber->world->writer, STDOUT_FILENO, text_data(&text), text.length);
    text_free(&text);
    return ok ? VALUE_NIL : VALUE_UNDEF;
}

static const NativeSpec printer = {"print_value", print_value, "value", 0, NULL};

void repl_show(Repl *repl, Value v) {
    if (v == VALUE_NIL)
        return;
    session_set(&repl->session, "_", v);
    if (session_call(&repl->session, &printer, v) == VALUE_UNDEF)
        show_error(repl);
}

// ---- Evaluation -----------------------------------------------------------------------------------

static Text *text_to_keep(Repl *repl, const char *file) {
    for (size_t i = 0; i < repl->accepted_count && file; i++)
        if (repl->accepted[i].file && strcmp(repl->accepted[i].file, file) == 0)
            return &repl->accepted[i].text;
    size_t bytes = (repl->accepted_count + 1) * sizeof *repl->accepted;
    repl->accepted = os_realloc(repl->accepted, bytes);
    AcceptedInput *input = &repl->accepted[repl->accepted_count++];
    *input = (AcceptedInput){.file = file ? strdup(file) : NULL};
    return &input->text;
}

static void keep(Repl *repl, const char *file, const char *text, size_t size) {
    Text *kept = text_to_keep(repl, file);
    text_shorten(kept, 0);
    text_append(kept, text, size);
    if (size > 0 && text[size - 1] != '\n')
        text_char(kept, '\n');
}

static void forget_all(Repl *repl) {
    for (size_t i = 0; i < repl->accepted_count; i++) {
        free(repl->accepted[i].file);
        text_free(&repl->accepted[i].text);
    }
    free(repl->accepted);
}

static bool run(Repl *repl, const char *name, const char *text, size_t size, Value *value) {
    Text diagnostics = {0};
    char number[32];
    snprintf(number, sizeof number, "<input %u>", ++repl->input_count);
    SessionStatus status =
        session_run(&repl->session, name ? name : number, text, size, value, &diagnostics);
    session_write(&repl->session, STDERR_FILENO, &diagnostics);
    if (status == SESSION_ERROR)
        show_error(repl);
    return status == SESSION_DONE;
}

bool repl_value(Repl *repl, const char *text, size_t size, Value *value) {
    return run(repl, NULL, text, size, value);
}

bool repl_evaluate(Repl *repl, const char *file, const char *text, size_t size) {
    Value value;
    if (!run(repl, file, text, size, &value))
        return false;
    keep(repl, file, text, size);
    if (!file)
        repl_show(repl, value);
    return true;
}

// ---- The end --------------------------------------------------------------------------------------

static size_t count_running(Repl *repl) {
    Overview overview;
    overview_take(repl->session.fiber, &overview);
    size_t count = overview_others(&overview);
    overview_free(&overview);
    return count;
}

// True where the REPL is to end now.
static bool ask_what_to_do(Repl *repl) {
    size_t count = count_running(repl);
    Text answer = {0};
    repl->wait = true;
    if (count == 0 || !repl->reader.prompts)
        return true;
    repl_say(repl,
             count == 1 ? "1 thing that was started still runs (:ps shows it)."
                        : "%zu things that were started still run (:ps shows them).",
             count);
    ReadStatus status = reader_ask(
        &repl->reader, translate("Wait for the end (w), end all now (e), or go back (Enter)? "),
        &answer);
    char choice = status == READ_INPUT ? *text_data(&answer) : status == READ_END ? 'e' : 0;
    text_free(&answer);
    repl->wait = choice == 'w';
    return choice == 'w' || choice == 'e';
}

// ---- The loop -------------------------------------------------------------------------------------

static bool is_blank(const Text *text) { return strspn(text_data(text), " \t\n") == text->length; }

// A turn: an input, and what becomes of it.
static void turn(Repl *repl) {
    Text input = {0};
    ReadStatus status = reader_next(&repl->reader, &input);
    if (status == READ_END)
        repl->over = is_over(repl) || ask_what_to_do(repl);
    else if (status == READ_INPUT && !is_blank(&input) && !command_run(repl, text_data(&input)))
        repl_evaluate(repl, NULL, text_data(&input), input.length);
    if (repl->over && status == READ_INPUT)
        repl->over = is_over(repl) && ask_what_to_do(repl);
    text_free(&input);
}

// Lines that others print begin with who they are.
static void label_output(Fiber *fiber, Text *label) {
    World *world = fiber->world;
    const Fiber *thread = fiber->thread->main_fiber;
    bool colour = world->vm->colour;
    if (!world->forked_child && fiber->thread == world->main_thread)
        return;
    if (world->forked_child)
        thread = world->main_thread->main_fiber;
    text_format(label, "%s[%s %llu]%s ", colour ? "\033[2m" : "",
                translate(world->forked_child ? "process" : "thread"),
                (unsigned long long)load_relaxed(&thread->id), colour ? "\033[0m" : "");
}

static void greet(Repl *repl) {
    repl_say(repl, "conc %s. :help shows what there is, Ctrl-D ends it.", CONC_VERSION);
}

int repl_run(Vm *vm, const char *name, const char *text, size_t size) {
    Repl repl = {.session = session_new(vm), .wait = true};
    store_relaxed(&vm->world->interactive, true);
    if (vm->options.timeout > 0)
        watchdog_ask(&vm->watchdog, vm->options.timeout);
    session_set(&repl.session, "_", VALUE_NIL);
    session_set(&repl.session, "_err", VALUE_NIL);
    reader_open(&repl.reader, &repl.session);
    if (repl.reader.prompts) {
        vm->runtime->label_output = label_output;
        if (!text)
            greet(&repl);
    }
    if (text) {
        session_name(&repl.session, name);
        repl.loaded = access(name, R_OK) == 0 ? strdup(name) : NULL;
        repl_evaluate(&repl, name, text, size);
    }
    while (!is_over(&repl))
        turn(&repl);
    reader_close(&repl.reader);
    forget_all(&repl);
    free(repl.loaded);
    store_relaxed(&vm->world->interactive, false);
    int status = session_end(&repl.session, repl.wait && !vm->world->terminated);
    if (load_relaxed(&vm->exit_status) >= 0)
        return status;
    return vm->world->terminated ? STATUS_TERMINATED : STATUS_DONE;
}
