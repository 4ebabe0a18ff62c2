// SPDX-License-Identifier: MIT
//
// Code: what the compiler makes of one function: words of bytecode and plain tables. No heap object,
// no thread: everything lives in the arena that compile() was given, and vm/load.c turns it into
// objects. The instructions are in code/opcodes.def.
#ifndef CONC_CODE_CODE_H
#define CONC_CODE_CODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum Opcode {
#define OPCODE(NAME, operands, extra, sentence) OP_##NAME,
#include "code/opcodes.def"
#undef OPCODE
    OPCODE_COUNT
} Opcode;

// Operand C of calls.
enum {
    CALL_PLAIN,
    CALL_AWAIT,
    CALL_CASE,  // not called: made a case of a select
    CALL_SPAWN, // from here on: starts
    CALL_THREAD,
    CALL_ASYNC,
    CALL_MODE = 7,
    CALL_DROPPED = 8, // `thread f()` as a statement of its own
};

// Operand C of FOR_PAIRS: what would make a list of pairs for the loop.
typedef enum PairSource { PAIRS_ENUMERATE, PAIRS_ZIP, PAIRS_ITEMS, PAIR_SOURCE_COUNT } PairSource;

enum { CODE_MAX_REGISTERS = 250 };

typedef struct CodeName { // NFC text; not NUL-terminated
    const char *text;
    uint32_t size;
} CodeName;

typedef enum ConstantKind {
    CONSTANT_INT,
    CONSTANT_BIG,
    CONSTANT_FLOAT,
    CONSTANT_STRING
} ConstantKind;
typedef struct Constant {
    ConstantKind kind;
    int64_t integer;  // INT: fits a small int (51 bits)
    double number;    // FLOAT
    const char *text; // STRING: bytes; BIG: digits, base 10, maybe a sign
    size_t size;
} Constant;

// Where a variable is declared: an offset into the source.
enum { DECLARED_ELSEWHERE = UINT32_MAX }; // not in this text

// Where a closure takes a captured variable from when it is made.
typedef struct Capture {
    bool from_capture; // else from a register of the enclosing function
    bool is_cell;      // the register or capture holds a cell (shared); else the value is copied
    uint8_t index;
    CodeName name;
    uint32_t declared;
} Capture;

// While pc is in [start, end) an error goes to `handler` with the error in register `target`.
// Inner ones stand before outer ones.
typedef struct Handler {
    uint32_t start, end, handler; // word numbers
    uint8_t target;
} Handler;

typedef struct Site {
    CodeName name;
} Site; // an inline cache and the member name it is for

// Names of labelled arguments: they are the last `count` arguments of the call.
typedef struct Labels {
    uint32_t count;
    const CodeName *names;
} Labels;

typedef enum PlanMemberKind { PLAN_METHOD, PLAN_GETTER, PLAN_SETTER, PLAN_STATIC } PlanMemberKind;
typedef struct ClassPlan {
    CodeName name;
    uint32_t member_count;
    const CodeName *names;
    const PlanMemberKind *kinds; // the function of member i is in R[A+1+i]
} ClassPlan;

// From word `pc` on (until the next entry): the place in the source.
typedef struct Place {
    uint32_t pc;
    uint32_t offset; // bytes into the source; the most telling token
    uint32_t length;
} Place;

// The variable `name` lives in register `index` (as a value or in a cell) while pc is in [start, end).
typedef struct Local {
    CodeName name;
    uint32_t start, end;
    uint8_t index;
    uint32_t declared;
} Local;

typedef struct Code {
    CodeName name;           // "<main>" for a module, "<block>" for a started block, "<lambda>"
    uint32_t offset, length; // in the source, of its head
    uint8_t parameter_count; // without rest
    uint8_t required_count;
    bool has_rest; // one register more, R[parameter_count + 1], holds the list of the rest
    bool is_async;
    bool is_method;             // R[0] is self
    uint8_t register_count;     // R[0] included
    const CodeName *parameters; // parameter_count names, then the rest's
    const uint32_t *words;
    uint32_t word_count;
    const Constant *constants;
    uint32_t constant_count;
    const struct Code *const *children;
    uint32_t child_count;
    const Capture *captures;
    uint32_t capture_count;
    const Handler *handlers;
    uint32_t handler_count;
    const Site *sites;
    uint32_t site_count;
    const Labels *labels;
    uint32_t labels_count;
    const ClassPlan *plans;
    uint32_t plan_count;
    const Place *places;
    uint32_t place_count;
    const Local *locals; // for hints; inner ones after outer ones
    uint32_t local_count;
} Code;

// A compiled module: its top-level code and the names of its slots.
typedef struct ModuleCode {
    const Code *main;
    const CodeName *globals; // of every module slot
    // Declared by const (or fn, class: assignable like variables, as in Python).
    const bool *constant;
    const uint32_t *declared; // where
    uint32_t global_count;
    const Code *test;       // of the block that CompileOptions.test names; NULL: there is none
    uint32_t builtin_limit; // all built-ins that it names have a number below
} ModuleCode;

// The variable in a register at word `pc`; NULL if it holds something else.
const Local *code_local(const Code *code, uint32_t index, uint32_t pc);

static inline uint32_t word_op(uint32_t w) { return w & 0xff; }
static inline uint32_t word_a(uint32_t w) { return w >> 8 & 0xff; }
static inline uint32_t word_b(uint32_t w) { return w >> 16 & 0xff; }
static inline uint32_t word_c(uint32_t w) { return w >> 24; }
static inline int32_t word_sb(uint32_t w) { return (int8_t)(w >> 16); }
static inline int32_t word_sc(uint32_t w) { return (int8_t)(w >> 24); }
static inline uint32_t word_bx(uint32_t w) { return w >> 16; }
static inline int32_t word_sbx(uint32_t w) { return (int16_t)(w >> 16); }
static inline int32_t word_sj(uint32_t w) { return (int32_t)w >> 8; }

#endif
