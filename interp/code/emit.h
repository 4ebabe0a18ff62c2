// SPDX-License-Identifier: MIT
//
// Emitter: the Code of one function while it is being written: words, jumps, constants, tables,
// registers.
//
// Registers are a stack: [0, locals) are variables and hidden state of statements, [locals, top)
// temporaries of the expression in hand. Between two statements top == locals. Where a limit of
// the encoding is passed an error is reported (once a function) and writing goes on with values
// that fit; compile_module then gives NULL.
#ifndef CONC_CODE_EMIT_H
#define CONC_CODE_EMIT_H

#include "base/arena.h"
#include "code/scope.h"

typedef uint32_t Register;

// Jumps that wait for their target.
typedef struct Jumps {
    uint32_t *items; // word numbers
    uint32_t count, capacity;
} Jumps;

typedef struct Generator { // of a module
    Arena *arena;
    Diagnostics *diagnostics;
    const CompileOptions *options;
    int64_t error_class;     // number of the built-in Error, or -1
    int64_t assert_function; // of the built-in assert
    uint32_t builtin_limit;  // see ModuleCode
    uint32_t tests_seen;     // of test blocks
    const Code *test;        // see ModuleCode
    bool failed;             // a limit was reported
    struct Emitter *spare;   // finished ones, to be used again
} Generator;

typedef struct Emitter {
    struct Emitter *outer; // of the function around it; NULL: the module's text
    Generator *generator;
    FunctionScope *scope;
    struct Unwind *unwind; // code/unwind.h: what a jump out of here has to do
    Register locals, top, high;
    Span place;      // of the next instruction
    bool failed;     // a limit was reported
    bool terminated; // the next instruction cannot be reached by falling into it

    uint32_t *words;
    uint32_t word_count, word_capacity;
    Place *places;
    uint32_t place_count, place_capacity;
    Constant *constants;
    uint32_t constant_count, constant_capacity;
    uint32_t *constant_table; // open addressing: constant number + 1
    uint32_t constant_table_capacity;
    const Code **children;
    uint32_t child_count, child_capacity;
    Capture *captures;
    const Binding **captured; // whose they are
    uint32_t capture_count, capture_capacity, captured_capacity;
    Handler *handlers;
    uint32_t handler_count, handler_capacity;
    Site *sites;
    uint32_t site_count, site_capacity;
    Labels *labels;
    uint32_t labels_count, labels_capacity;
    ClassPlan *plans;
    uint32_t plan_count, plan_capacity;
    Local *names;
    uint32_t name_count, name_capacity;
    uint32_t open_names[CODE_MAX_REGISTERS]; // by register: number + 1 of the name that it has now
} Emitter;

// Room for one more item in an array of the arena; `items` is the array's address.
void *vector_add(Arena *arena, void *items, uint32_t *count, uint32_t *capacity, size_t size);
#define VECTOR_ADD(emitter, Type, field, counter)                                                  \
    ((Type *)vector_add((emitter)->generator->arena, &(emitter)->field,                            \
                        &(emitter)->counter##_count, &(emitter)->counter##_capacity,               \
                        sizeof(Type)))

// Reports that a limit is passed; the sentence names the function.
void emit_limit(Emitter *e, const char *what);

// --- instructions. The place is `e->place`.
static inline void emit_at(Emitter *e, Span place) { e->place = place; }
uint32_t emit(Emitter *e, Opcode op, uint32_t a, uint32_t b, uint32_t c); // gives its word number
uint32_t emit_x(Emitter *e, Opcode op, uint32_t a, uint32_t bx);
void emit_extra(Emitter *e, uint32_t word);
static inline uint32_t emit_here(const Emitter *e) { return e->word_count; }

// --- jumps
uint32_t emit_jump(Emitter *e, Opcode op, uint32_t a); // JUMP, LOOP, or one with sBx
// A jump with an extra word for its offset (JUMP_IF_..., FOR_...).
uint32_t emit_long_jump(Emitter *e, Opcode op, uint32_t a, uint32_t b, uint32_t c);
void emit_loop(Emitter *e, uint32_t target); // LOOP backwards
void jump_to(Emitter *e, uint32_t jump, uint32_t target);
void jump_here(Emitter *e, uint32_t jump);
void jumps_add(Emitter *e, Jumps *jumps, uint32_t jump);
void jumps_here(Emitter *e, Jumps *jumps);

// --- tables
uint32_t constant_add(Emitter *e, Constant constant); // an equal one is used again
uint32_t constant_string(Emitter *e, const char *text, size_t size);
uint32_t constant_int(Emitter *e, int64_t integer);
uint32_t site_add(Emitter *e, const Name *name);
void handler_add(Emitter *e, uint32_t start, uint32_t end, uint32_t handler, Register target);

// --- registers
Register register_take(Emitter *e);  // a temporary
Register register_local(Emitter *e); // hidden state that lasts until locals_end
// The topmost temporaries up to `r` become variables; `r` is that of `binding`.
void register_keep(Emitter *e, Register r, const Binding *binding);
// True if nobody needs what is in `r` now: it may be written before its value is complete.
static inline bool register_fresh(const Emitter *e, Register r) { return r >= e->locals; }
static inline bool register_topmost(const Emitter *e, Register r) {
    return r >= e->locals && r + 1 == e->top;
}
// The variables from register `locals` on are gone.
void locals_end(Emitter *e, Register locals);

// --- a whole function
Emitter *emitter_new(Generator *generator, Emitter *outer, FunctionScope *scope);
// Fills in all but what comes from the function's head. The emitter is gone after that.
Code *emitter_finish(Emitter *e);

#endif
