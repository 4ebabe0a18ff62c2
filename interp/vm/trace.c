// SPDX-License-Identifier: MIT
//
// Traces. A Trace keeps frames as (proto, pc) pairs: making one is cheap, and the text is worked out
// only when it is shown. Deep stacks keep their newest and oldest calls.
#include "vm/trace.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/translate.h"
#include "base/writer.h"
#include "object/error.h"
#include "object/operate.h"
#include "object/str.h"
#include "sync/handle.h"
#include "syntax/diagnostic.h"
#include "syntax/diagnostic_json.h"
#include "vm/call.h"
#include "vm/unit.h"
#include "vm/vm.h"

enum { MOST_CAUSES = 8 }; // of an error that are shown, one behind the other
enum { TRACE_NEWEST = 24, TRACE_OLDEST = 8, TRACE_MOST = TRACE_NEWEST + TRACE_OLDEST };

typedef struct TraceEntry {
    const Proto *proto; // lives as long as the Vm
    const uint32_t *pc;
} TraceEntry;

typedef struct Trace {
    Object header;
    uint32_t count;   // entries, newest first
    uint32_t omitted; // calls left out after entry TRACE_NEWEST - 1
    Str *text;        // a trace that came as text (from a child process); else NULL
    Str *hint;        // or NULL
    Str *notes;       // one a line, or NULL
    Str *origin;      // "in thread 2, started at x.conc:3:9", or NULL for the script's own thread
    TraceEntry entries[];
} Trace;

static void trace_trace(Object *object, Tracer *tracer) {
    trace_object(tracer, ((Trace *)object)->text);
    trace_object(tracer, ((Trace *)object)->hint);
    trace_object(tracer, ((Trace *)object)->notes);
    trace_object(tracer, ((Trace *)object)->origin);
}

const Kind trace_kind = {"trace", trace_trace, NULL};

static TraceEntry entry_of(const Fiber *fiber, uint32_t number) {
    const Frame *frame = &fiber->frames[number];
    bool newest = number + 1 == fiber->frame_count;
    return (TraceEntry){frame->closure->proto, newest ? fiber->pc : frame->pc};
}

// Calls within conc's own functions that are written in conc are not shown: an error of theirs stands where
// the script has called them.
static bool is_own(const Fiber *fiber, uint32_t number) {
    return fiber->frames[number].closure->proto->unit->embedded;
}

// The newest call of the script; where there is none, of anybody. The fiber has frames.
static TraceEntry newest_of(const Fiber *fiber) {
    uint32_t number = fiber->frame_count;
    while (number > 0 && is_own(fiber, number - 1))
        number--;
    return entry_of(fiber, number > 0 ? number - 1 : fiber->frame_count - 1);
}

// "in thread 2, started at x.conc:3:9"; NULL for the script's own main fiber.
static Str *origin_of(Fiber *fiber) {
    Handle *handle = handle_of(fiber_runtime(fiber), fiber->handle);
    if (!handle)
        return NULL;
    Text text = {0};
    handle_origin(fiber_runtime(fiber), handle, &text);
    Str *origin = text.length ? str_from_text(fiber->heap, &text) : NULL;
    text_free(&text);
    return origin;
}

// The calls that are kept, newest first, into `entries`; how many. The others are counted in *omitted.
static uint32_t choose_calls(const Fiber *fiber, TraceEntry entries[TRACE_MOST],
                             uint32_t *omitted) {
    uint32_t count = 0, below = fiber->frame_count, oldest[TRACE_OLDEST], old_count = 0, from = 0;
    for (; below > 0 && count < TRACE_NEWEST; below--)
        if (!is_own(fiber, below - 1))
            entries[count++] = entry_of(fiber, below - 1);
    for (; from < below && old_count < TRACE_OLDEST; from++)
        if (!is_own(fiber, from))
            oldest[old_count++] = from;
    *omitted = below - from;
    while (old_count > 0)
        entries[count++] = entry_of(fiber, oldest[--old_count]);
    return count;
}

// Where no call of the script's own is running: what it has started runs conc's own code only.
static TraceEntry start_or_newest(Fiber *fiber) {
    const Handle *handle = handle_of(fiber_runtime(fiber), fiber->handle);
    if (handle && handle->start_proto)
        return (TraceEntry){handle->start_proto, handle->start_pc};
    return newest_of(fiber);
}

Value trace_capture(Fiber *fiber) {
    TraceEntry entries[TRACE_MOST];
    uint32_t omitted, count = choose_calls(fiber, entries, &omitted);
    if (count == 0 && fiber->frame_count > 0)
        entries[count++] = start_or_newest(fiber);
    Trace *trace = heap_alloc(fiber->heap, KIND_TRACE, sizeof *trace + count * sizeof(TraceEntry));
    trace->count = count;
    trace->omitted = omitted;
    memcpy(trace->entries, entries, count * sizeof(TraceEntry));
    trace->origin = origin_of(fiber);
    return value_from_ref(trace);
}

Value trace_from_text(Fiber *fiber, Str *text) {
    Trace *trace = heap_alloc(fiber->heap, KIND_TRACE, sizeof *trace);
    trace->text = text;
    return value_from_ref(trace);
}

static Trace *trace_of(Value v) {
    return value_is_kind(v, KIND_TRACE) ? (Trace *)value_to_ref(v) : NULL;
}

static Trace *thrown_trace(Fiber *fiber) {
    Instance *error = (Instance *)value_to_ref(fiber->error);
    return trace_of(slot_get(instance_slot(error, ERROR_SLOT_TRACE)));
}

void trace_hint(Fiber *fiber, Str *hint) {
    Trace *trace = thrown_trace(fiber);
    if (trace)
        trace->hint = hint;
}

void trace_note(Fiber *fiber, Str *notes) {
    Trace *trace = thrown_trace(fiber);
    if (trace)
        trace->notes = notes;
}

static void place_of(TraceEntry entry, Text *out) {
    const Code *code = entry.proto->code;
    unit_place(entry.proto->unit, code, (uint32_t)(entry.pc - 1 - code->words), out);
}

// "" for a place in conc's own code, which no script knows.
static void copy_place(TraceEntry entry, char *text, size_t capacity) {
    Text place = {0};
    text[0] = '\0';
    if (entry.proto->unit->embedded)
        return;
    place_of(entry, &place);
    snprintf(text, capacity, "%s", text_data(&place));
    text_free(&place);
}

void trace_place_of(const Proto *proto, const uint32_t *pc, char *text, size_t capacity) {
    copy_place((TraceEntry){proto, pc}, text, capacity);
}

void trace_where(Fiber *fiber, const Proto **proto, const uint32_t **pc) {
    TraceEntry entry = {0};
    if (fiber->frame_count > 0)
        entry = newest_of(fiber);
    *proto = entry.proto;
    *pc = entry.pc;
}

void trace_place(Fiber *fiber, char *text, size_t capacity) {
    text[0] = '\0';
    if (fiber->frame_count > 0)
        copy_place(newest_of(fiber), text, capacity);
}

// The text of a module, or a test block: what nobody calls.
static bool is_outermost(const Proto *proto) {
    return strcmp(str_data(proto->name), "<main>") == 0 ||
           strcmp(str_data(proto->name), "<test>") == 0;
}

static void render_calls(const Trace *trace, Text *out) {
    for (uint32_t i = 0; i + 1 < trace->count; i++) {
        if (is_outermost(trace->entries[i].proto))
            text_string(out, translate("  imported at "));
        else
            text_format(out, translate("  in %s(), called at "),
                        str_data(trace->entries[i].proto->name));
        place_of(trace->entries[i + 1], out);
        text_char(out, '\n');
        if (trace->omitted && i == TRACE_NEWEST - 1)
            text_format(out, translate("  ... %u more calls ...\n"), trace->omitted);
    }
    const Proto *oldest = trace->count ? trace->entries[trace->count - 1].proto : NULL;
    if (oldest && !is_outermost(oldest) && !trace->origin)
        text_format(out, translate("  in %s()\n"), str_data(oldest->name));
    if (trace->origin)
        text_format(out, "  %s\n", str_data(trace->origin));
}

static void render_excerpt(const Trace *trace, bool colour, Text *out) {
    if (trace->count == 0)
        return;
    TraceEntry newest = trace->entries[0];
    const Code *code = newest.proto->code;
    unit_excerpt(newest.proto->unit, code, (uint32_t)(newest.pc - 1 - code->words), colour, out);
}

static void render_notes(const Str *notes, bool colour, Text *out) {
    for (const char *line = str_data(notes); *line;) {
        size_t length = strcspn(line, "\n");
        Text note = {0};
        text_append(&note, line, length);
        diagnostic_note(out, text_data(&note), colour);
        text_free(&note);
        line += length + (line[length] == '\n');
    }
}

static void render_trace(const Trace *trace, bool colour, Text *out) {
    if (trace->text) {
        text_append(out, str_data(trace->text), trace->text->size);
        return;
    }
    render_excerpt(trace, colour, out);
    if (trace->notes)
        render_notes(trace->notes, colour, out);
    if (trace->hint)
        diagnostic_hint(out, str_data(trace->hint), colour);
    render_calls(trace, out);
}

Str *trace_text(Fiber *fiber, Value v) {
    const Trace *trace = trace_of(v);
    if (!trace)
        return str_from_c(fiber->heap, "");
    if (trace->text)
        return trace->text;
    Text text = {0};
    render_trace(trace, false, &text);
    Str *s = str_from_text(fiber->heap, &text);
    text_free(&text);
    return s;
}

// A NUL would end the text.
static void put_visible(const Str *message, Text *out) {
    const char *at = str_data(message), *end = at + message->size, *nul;
    for (; (nul = memchr(at, '\0', (size_t)(end - at))); at = nul + 1) {
        text_append(out, at, (size_t)(nul - at));
        text_string(out, "\\x00");
    }
    text_append(out, at, (size_t)(end - at));
}

static void put_message(Instance *error, Text *out) {
    Value message = error_message(error);
    if (value_is_str(message))
        put_visible(value_to_str(message), out);
}

static void render_error(Fiber *fiber, Instance *error, bool colour, Text *out) {
    const char *name = str_data(instance_shape(error)->of->name);
    Text shown = {0};
    put_message(error, &shown);
    diagnostic_head(out, name, text_data(&shown), colour);
    text_free(&shown);
    const Trace *trace = trace_of(slot_get(instance_slot(error, ERROR_SLOT_TRACE)));
    if (trace)
        render_trace(trace, colour, out);
    (void)fiber;
}

void error_render(Fiber *fiber, Value v, bool colour, Text *out) {
    Instance *error = (Instance *)value_to_ref(v);
    render_error(fiber, error, colour, out);
    for (int i = 0; i < MOST_CAUSES; i++) {
        Value cause = slot_get(instance_slot(error, ERROR_SLOT_CAUSE));
        if (!value_is_error(fiber_runtime(fiber), cause))
            return;
        error = (Instance *)value_to_ref(cause);
        text_string(out, translate("caused by:\n"));
        render_error(fiber, error, colour, out);
    }
}

// ---- As JSON ----------------------------------------------------------------------------------

static uint32_t pc_of(TraceEntry entry) {
    return (uint32_t)(entry.pc - 1 - entry.proto->code->words);
}

static void json_calls(const Trace *trace, Text *out) {
    for (uint32_t i = 0; i < trace->count; i++) {
        TraceEntry entry = trace->entries[i];
        text_string(out, i ? ",{" : "{");
        json_text(out, "function", str_data(entry.proto->name));
        unit_start_json(entry.proto->unit, entry.proto->code, pc_of(entry), out);
        text_char(out, '}');
    }
}

// Where there is no place, or only a part of it: the rest of its members.
static void json_nulls(Text *out, int from) {
    static const char *const members[] = {"file", "line", "column", "end_line", "end_column"};
    for (int i = from; i < 5; i++)
        json_null(out, members[i]);
}

// "  --> file:line:column" begins a trace that came as text, where it has a place at all.
static void json_place_of_text(const Str *text, Text *out) {
    static const char arrow[] = "  --> ";
    Text line = {0};
    unsigned long numbers[2] = {0};
    text_append(&line, str_data(text), strcspn(str_data(text), "\n"));
    for (int i = 1; i >= 0; i--) {
        char *colon = strrchr(line.data, ':');
        if (!colon)
            break;
        numbers[i] = strtoul(colon + 1, NULL, 10);
        *colon = '\0';
    }
    bool found = numbers[0] && numbers[1] && !strncmp(line.data, arrow, sizeof arrow - 1);
    if (found) {
        json_text(out, "file", line.data + sizeof arrow - 1);
        json_number(out, "line", numbers[0]);
        json_number(out, "column", numbers[1]);
    }
    json_nulls(out, found ? 3 : 0);
    text_free(&line);
}

static void json_place(const Trace *trace, Text *out) {
    if (trace && trace->text) {
        json_place_of_text(trace->text, out);
    } else if (trace && trace->count > 0) {
        TraceEntry newest = trace->entries[0];
        unit_place_json(newest.proto->unit, newest.proto->code, pc_of(newest), out);
    } else {
        json_nulls(out, 0);
    }
}

static void json_trace(const Trace *trace, Text *out) {
    json_place(trace, out);
    json_name(out, "trace");
    text_char(out, '[');
    if (trace)
        json_calls(trace, out);
    text_char(out, ']');
    json_number(out, "omitted", trace ? trace->omitted : 0);
    json_text(out, "origin", trace && trace->origin ? str_data(trace->origin) : NULL);
    json_text(out, "trace_text", trace && trace->text ? str_data(trace->text) : NULL);
}

// `causes`: how many more are shown.
static void json_error(Fiber *fiber, Instance *error, int causes, Text *out) {
    Value cause = slot_get(instance_slot(error, ERROR_SLOT_CAUSE));
    Text message = {0};
    const Trace *trace = trace_of(slot_get(instance_slot(error, ERROR_SLOT_TRACE)));
    text_char(out, '{');
    put_message(error, &message);
    diagnostic_json_head(out, str_data(instance_shape(error)->of->name), text_data(&message),
                         trace && trace->hint ? str_data(trace->hint) : NULL);
    text_free(&message);
    json_trace(trace, out);
    diagnostic_json_notes(out, trace && trace->notes ? str_data(trace->notes) : NULL);
    if (causes > 0 && value_is_error(fiber_runtime(fiber), cause)) {
        json_name(out, "cause");
        json_error(fiber, (Instance *)value_to_ref(cause), causes - 1, out);
    } else {
        json_null(out, "cause");
    }
    text_char(out, '}');
}

void error_json(Fiber *fiber, Value error, Text *out) {
    json_error(fiber, (Instance *)value_to_ref(error), MOST_CAUSES, out);
}

// ---- Reporting --------------------------------------------------------------------------------

void error_show(Fiber *fiber, Value error, Text *out) {
    const Vm *vm = fiber_vm(fiber);
    if (!vm->options.json) {
        error_render(fiber, error, vm->colour, out);
        return;
    }
    error_json(fiber, error, out);
    text_char(out, '\n');
}

void error_report(Fiber *fiber, Value error) {
    Vm *vm = fiber_vm(fiber);
    Text text = {0};
    error_show(fiber, error, &text);
    writer_put(vm->world->writer, vm_report_fd(vm), text_data(&text), text.length);
    text_free(&text);
    store_relaxed(&vm->failed, true);
    if (value_is_instance_of(vm->runtime, error, vm->runtime->errors[ERROR_DeadlockError]))
        store_relaxed(&vm->deadlocked, true);
}
