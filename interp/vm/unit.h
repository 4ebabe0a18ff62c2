// SPDX-License-Identifier: MIT
//
// Unit: one compiled text: its source, its arena with all Code, its protos. The text half of the
// tree is only included by unit.c; the rest of vm/ sees Code.
#ifndef CONC_VM_UNIT_H
#define CONC_VM_UNIT_H

#include "base/arena.h"
#include "base/text.h"
#include "code/code.h"

struct Source;
struct Proto;

typedef struct Unit {
    struct Unit *next;
    struct Source *source;
    Arena arena;
    const ModuleCode *code;
    struct Proto *main;
    struct Proto **protos; // all of them, for the roots
    uint32_t proto_count, proto_capacity;
    bool embedded; // a part of conc that is written in conc: no place to show in errors of scripts
} Unit;

typedef enum UnitMode { UNIT_MODULE, UNIT_EXPRESSION } UnitMode;
typedef enum UnitStatus { UNIT_OK, UNIT_ERROR, UNIT_INCOMPLETE } UnitStatus;

typedef struct UnitOptions {
    UnitMode mode;
    const CodeName *builtins;
    uint32_t builtin_count;
    const CodeName *known; // names that the module has already
    const bool *known_constant;
    uint32_t known_count;
    bool redeclare, give_last; // see CompileOptions
    uint32_t test;             //
    bool warnings;             // are asked for
    bool colour;               // of the diagnostics
    bool json;                 // they are JSON (syntax/diagnostic_json.h)
} UnitOptions;

// Reads and compiles `text`. On UNIT_OK *out is the unit, and `diagnostics` has
// the warnings as text, if they are asked for; else it has the errors.
UnitStatus unit_compile(const char *name, const char *text, size_t size, const UnitOptions *options,
                        Unit **out, Text *diagnostics);
void unit_free(Unit *unit);

// "file:line:column" of word `pc` in `code`.
void unit_place(const Unit *unit, const Code *code, uint32_t pc, Text *out);
// The members of a JSON object that say where that word stands (syntax/diagnostic_json.h).
void unit_place_json(const Unit *unit, const Code *code, uint32_t pc, Text *out);
// The same without its end: file, line, column.
void unit_start_json(const Unit *unit, const Code *code, uint32_t pc, Text *out);
// The source excerpt with the caret (diagnostic_excerpt) for that word.
void unit_excerpt(const Unit *unit, const Code *code, uint32_t pc, bool colour, Text *out);
// "file:line:column" of an offset in the source.
void unit_offset_place(const Unit *unit, uint32_t offset, Text *out);
// The line of a place in the source.
uint32_t unit_line(const Unit *unit, uint32_t offset);
const char *unit_text(const Unit *unit);
// The bytes of a line (from 1).
const char *unit_line_text(const Unit *unit, uint32_t line, size_t *size);
// What an instruction at that word works on, if it is a name or a chain of members in the source
// (syntax/operand.h), else nothing: the right operand of an operator, what a member is asked of, and
// what is called or indexed.
void unit_operand(const Unit *unit, const Code *code, uint32_t pc, Text *out);
void unit_receiver(const Unit *unit, const Code *code, uint32_t pc, Text *out);
void unit_callee(const Unit *unit, const Code *code, uint32_t pc, Text *out);
// The first argument of the call at that word, as it stands in the source, lines joined.
void unit_argument(const Unit *unit, const Code *code, uint32_t pc, Text *out);
// What stands there itself, and the whole call of it (operand_call), else nothing.
void unit_word(const Unit *unit, const Code *code, uint32_t pc, Text *out);
void unit_call(const Unit *unit, const Code *code, uint32_t pc, Text *out);
const char *unit_name(const Unit *unit);

#endif
