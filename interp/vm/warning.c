// SPDX-License-Identifier: MIT
//
// Warnings: see the header. What was called is taken from the source text at the place of the
// instruction, as for hints (vm/hint.c).
#include "vm/warning.h"

#include <string.h>
#include <unistd.h>

#include "base/writer.h"
#include "base/translate.h"
#include "object/str.h"
#include "syntax/diagnostic.h"
#include "syntax/diagnostic_json.h"
#include "vm/proto.h"
#include "vm/trace.h"
#include "vm/unit.h"
#include "vm/vm.h"

void warnings_init(Warnings *warnings) {
    *warnings = (Warnings){0};
    pthread_mutex_init(&warnings->mutex, NULL);
}

void warnings_free(Warnings *warnings) { pthread_mutex_destroy(&warnings->mutex); }

// False where that place has been warned of already, or too many have.
static bool is_new(Warnings *warnings, const uint32_t *pc) {
    pthread_mutex_lock(&warnings->mutex);
    bool found = warnings->count == WARNING_LIMIT;
    for (uint32_t i = 0; i < warnings->count && !found; i++)
        found = warnings->places[i] == pc;
    if (!found)
        warnings->places[warnings->count++] = pc;
    pthread_mutex_unlock(&warnings->mutex);
    return !found;
}

static bool is_statement(const char *word) {
    return !strcmp(word, "for") || !strcmp(word, "group") || !strcmp(word, "select");
}

// How the wait would be written: of a call, of a statement that waits, or of what is neither.
static void put_awaited(const char *word, const char *call, bool locks, Text *out) {
    if (*call)
        text_format(out, translate("`await %s`"), call);
    else if (!strcmp(word, "for"))
        text_string(out, translate("`for await x in ... { ... }`"));
    else if (is_statement(word))
        text_format(out, translate("`await %s { ... }`"), word);
    else if (locks)
        text_format(out, translate("`await lock %s { ... }`"), word);
    else
        text_string(out, translate("`await` before it"));
}

static void put_hint(const Proto *proto, const char *word, const char *call, bool locks,
                     Text *out) {
    text_string(out, translate("write "));
    put_awaited(word, call, locks, out);
    if (proto->is_async)
        return;
    if (str_data(proto->name)[0] == '<') // a function without a name
        text_string(out, translate(", in an async function"));
    else
        text_format(out, translate(", and declare `async fn %s`"), str_data(proto->name));
}

static void put_message(const char *word, bool calls, uint64_t nanoseconds, Text *out) {
    if (calls)
        text_format(out, "%s()", word);
    else
        text_format(out, translate("waiting at `%s`"), word);
    text_format(out, translate(" held up this thread's event loop for %.1f s"),
                (double)nanoseconds / 1e9);
}

static void put_text(const Vm *vm, const Unit *unit, const Code *code, uint32_t at,
                     const char *message, const char *hint, Text *out) {
    diagnostic_warning(out, message, vm->colour);
    unit_excerpt(unit, code, at, vm->colour, out);
    diagnostic_hint(out, hint, vm->colour);
}

static void put_json(const Unit *unit, const Code *code, uint32_t at, const char *message,
                     const char *hint, Text *out) {
    text_char(out, '{');
    diagnostic_json_head(out, NULL, message, hint);
    unit_place_json(unit, code, at, out);
    diagnostic_json_notes(out, NULL);
    text_string(out, "}\n");
}

void warn_held_up(Fiber *fiber, uint64_t nanoseconds) {
    Vm *vm = fiber_vm(fiber);
    const Proto *proto;
    const uint32_t *pc;
    trace_where(fiber, &proto, &pc);
    if (vm->options.no_warnings || !proto || proto->unit->embedded || !is_new(&vm->warnings, pc))
        return;
    const Code *code = proto->code;
    uint32_t at = (uint32_t)(pc - 1 - proto->words);
    bool locks = fiber->wait.kind == PARK_LOCK || fiber->wait.kind == PARK_GATE;
    Text word = {0}, call = {0}, message = {0}, hint = {0}, out = {0};
    unit_word(proto->unit, code, at, &word);
    unit_call(proto->unit, code, at, &call);
    bool calls = call.length > 0 || !(locks || is_statement(text_data(&word)));
    put_message(text_data(&word), calls, nanoseconds, &message);
    put_hint(proto, text_data(&word), text_data(&call), locks, &hint);
    if (vm->options.json)
        put_json(proto->unit, code, at, text_data(&message), text_data(&hint), &out);
    else
        put_text(vm, proto->unit, code, at, text_data(&message), text_data(&hint), &out);
    writer_put(vm->world->writer, STDERR_FILENO, text_data(&out), out.length);
    text_free(&word);
    text_free(&call);
    text_free(&message);
    text_free(&hint);
    text_free(&out);
}
