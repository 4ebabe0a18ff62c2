// SPDX-License-Identifier: MIT
//
// From text to Code: the one place of the running half that calls the front end and the compiler.
#include "vm/unit.h"

#include <stdlib.h>

#include "base/json.h"
#include "base/os.h"
#include "code/compile.h"
#include "syntax/diagnostic.h"
#include "syntax/diagnostic_json.h"
#include "syntax/operand.h"
#include "syntax/source.h"

#ifndef NDEBUG
static void verify(const Unit *unit) {
    char why[200];
    if (!code_verify(unit->code->main, why, sizeof why))
        os_fatal("%s: bytecode does not verify: %s", unit_name(unit), why);
}
#endif

UnitStatus unit_compile(const char *name, const char *text, size_t size, const UnitOptions *options,
                        Unit **out, Text *diagnostics) {
    Unit *unit = os_calloc(1, sizeof *unit);
    unit->source = source_new(name, text, size);
    Diagnostics *found = os_calloc(2, sizeof *found), *errors = &found[0], *warnings = &found[1];
    errors->arena = warnings->arena = &unit->arena;
    CompileOptions how = {.builtins = options->builtins,
                          .builtin_count = options->builtin_count,
                          .known = options->known,
                          .known_constant = options->known_constant,
                          .known_count = options->known_count,
                          .redeclare = options->redeclare,
                          .test = options->test,
                          .warnings = options->warnings ? warnings : NULL,
                          .give_last = options->give_last};
    bool incomplete = false;
    unit->code = compile_source(&unit->arena, unit->source, options->mode == UNIT_EXPRESSION, &how,
                                errors, &incomplete);
    UnitStatus status = unit->code ? UNIT_OK : incomplete ? UNIT_INCOMPLETE : UNIT_ERROR;
    *out = NULL;
    Diagnostics *shown = unit->code ? warnings : errors;
    if (options->json)
        diagnostics_json(diagnostics, unit->source, shown);
    else
        diagnostics_render(diagnostics, unit->source, shown, options->colour);
    if (status == UNIT_OK) {
#ifndef NDEBUG
        verify(unit);
#endif
        *out = unit;
    } else {
        unit_free(unit);
    }
    free(found);
    return status;
}

void unit_free(Unit *unit) {
    arena_free(&unit->arena);
    source_free(unit->source);
    free(unit->protos);
    free(unit);
}

// The last entry whose pc is not above; places are in ascending order.
static Span place_span(const Code *code, uint32_t pc) {
    uint32_t low = 0, high = code->place_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (code->places[middle].pc <= pc)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0)
        return (Span){code->offset, code->length};
    return (Span){code->places[low - 1].offset, code->places[low - 1].length};
}

void unit_offset_place(const Unit *unit, uint32_t offset, Text *out) {
    SourcePlace place = source_place(unit->source, offset);
    text_format(out, "%s:%u:%u", unit->source->name, place.line, place.column);
}

void unit_place_json(const Unit *unit, const Code *code, uint32_t pc, Text *out) {
    diagnostic_json_place(out, unit->source, place_span(code, pc));
}

void unit_start_json(const Unit *unit, const Code *code, uint32_t pc, Text *out) {
    SourcePlace place = source_place(unit->source, place_span(code, pc).start);
    json_text(out, "file", unit->source->name);
    json_number(out, "line", place.line);
    json_number(out, "column", place.column);
}

void unit_place(const Unit *unit, const Code *code, uint32_t pc, Text *out) {
    unit_offset_place(unit, place_span(code, pc).start, out);
}

void unit_excerpt(const Unit *unit, const Code *code, uint32_t pc, bool colour, Text *out) {
    diagnostic_excerpt(out, unit->source, place_span(code, pc), colour);
}

const char *unit_text(const Unit *unit) { return unit->source->bytes; }

const char *unit_line_text(const Unit *unit, uint32_t line, size_t *size) {
    Span span = source_line(unit->source, line);
    *size = span.length;
    return unit->source->bytes + span.start;
}

uint32_t unit_line(const Unit *unit, uint32_t offset) {
    return source_line_of(unit->source, offset);
}

static void append_span(const Unit *unit, Span span, Text *out) {
    text_append(out, unit->source->bytes + span.start, span.length);
}

void unit_operand(const Unit *unit, const Code *code, uint32_t pc, Text *out) {
    append_span(unit, operand_behind(unit->source, place_span(code, pc)), out);
}

void unit_receiver(const Unit *unit, const Code *code, uint32_t pc, Text *out) {
    append_span(unit, operand_before(unit->source, place_span(code, pc), false), out);
}

void unit_callee(const Unit *unit, const Code *code, uint32_t pc, Text *out) {
    append_span(unit, operand_before(unit->source, place_span(code, pc), true), out);
}

void unit_argument(const Unit *unit, const Code *code, uint32_t pc, Text *out) {
    append_span(unit, operand_argument(unit->source, place_span(code, pc)), out);
}

void unit_word(const Unit *unit, const Code *code, uint32_t pc, Text *out) {
    append_span(unit, place_span(code, pc), out);
}

void unit_call(const Unit *unit, const Code *code, uint32_t pc, Text *out) {
    append_span(unit, operand_call(unit->source, place_span(code, pc)), out);
}

const char *unit_name(const Unit *unit) { return unit->source->name; }
