// SPDX-License-Identifier: MIT
//
// Emitter: writes words and tables of one function. Nothing here knows the tree; the only decisions
// are how a jump is encoded and which constants are the same.
#include "code/emit.h"

#include <assert.h>
#include <string.h>

#include "base/translate.h"
#include "code/operands.h"

void *vector_add(Arena *arena, void *items, uint32_t *count, uint32_t *capacity, size_t size) {
    char *data;
    memcpy(&data, items, sizeof data);
    if (*count == *capacity) {
        uint32_t larger = *capacity ? *capacity * 2 : 8;
        char *copy = arena_alloc(arena, size * larger);
        if (*count)
            memcpy(copy, data, size * *count);
        memcpy(items, &copy, sizeof copy);
        *capacity = larger;
        data = copy;
    }
    return data + size * (*count)++;
}

void emit_limit(Emitter *e, const char *what) {
    if (e->failed)
        return;
    e->failed = e->generator->failed = true;
    const Function *function = e->scope->function;
    Span at = function ? function->at : e->place;
    diagnostic_add(e->generator->diagnostics, "SyntaxError", at,
                   "move parts of it into functions of their own", "%s is too large: %s",
                   translate(function ? "this function" : "this text"), translate(what));
}

// ---- Instructions -----------------------------------------------------------------------------

static void note_place(Emitter *e) {
    if (e->place_count) {
        const Place *last = &e->places[e->place_count - 1];
        if (last->offset == e->place.start && last->length == e->place.length)
            return;
    }
    *VECTOR_ADD(e, Place, places, place) = (Place){e->word_count, e->place.start, e->place.length};
}

static uint32_t emit_word(Emitter *e, uint32_t word) {
    if (e->word_count == UINT32_MAX >> 2) {
        emit_limit(e, "it has too many instructions");
        return 0;
    }
    *VECTOR_ADD(e, uint32_t, words, word) = word;
    return e->word_count - 1;
}

static bool ends_flow(Opcode op) {
    return op == OP_JUMP || op == OP_LOOP || op == OP_RETURN || op == OP_RETURN_NIL ||
           op == OP_THROW || op == OP_RETHROW || op == OP_THROW_NAME || op == OP_THROW_ASSERTION;
}

uint32_t emit(Emitter *e, Opcode op, uint32_t a, uint32_t b, uint32_t c) {
    note_place(e);
    e->terminated = ends_flow(op);
    return emit_word(e, (uint32_t)op | (a & 0xff) << 8 | (b & 0xff) << 16 | (c & 0xff) << 24);
}

uint32_t emit_x(Emitter *e, Opcode op, uint32_t a, uint32_t bx) {
    note_place(e);
    e->terminated = ends_flow(op);
    return emit_word(e, (uint32_t)op | (a & 0xff) << 8 | (bx & 0xffff) << 16);
}

void emit_extra(Emitter *e, uint32_t word) { emit_word(e, word); }

// ---- Jumps ------------------------------------------------------------------------------------

uint32_t emit_jump(Emitter *e, Opcode op, uint32_t a) { return emit(e, op, a, 0, 0); }

uint32_t emit_long_jump(Emitter *e, Opcode op, uint32_t a, uint32_t b, uint32_t c) {
    uint32_t jump = emit(e, op, a, b, c);
    emit_extra(e, 0);
    return jump;
}

void emit_loop(Emitter *e, uint32_t target) { jump_to(e, emit_jump(e, OP_LOOP, 0), target); }

void jump_to(Emitter *e, uint32_t jump, uint32_t target) {
    if (e->failed)
        return;
    uint32_t *word = &e->words[jump];
    Opcode op = word_op(*word);
    uint32_t size = opcode_size(op);
    int64_t distance = (int64_t)target - (int64_t)(jump + size);
    if (size > 1) {
        e->words[jump + 1] = (uint32_t)(int32_t)distance;
    } else if (opcode_operands(op)[0] == 'J') {
        if (distance < -(1 << 23) || distance >= 1 << 23)
            emit_limit(e, "a jump in it is too far");
        *word = (*word & 0xff) | (uint32_t)(int32_t)distance << 8;
    } else {
        if (distance < INT16_MIN || distance > INT16_MAX)
            emit_limit(e, "a block in it is too long");
        *word = (*word & 0xffff) | (uint32_t)(int32_t)distance << 16;
    }
}

void jump_here(Emitter *e, uint32_t jump) {
    jump_to(e, jump, emit_here(e));
    e->terminated = false;
}

void jumps_add(Emitter *e, Jumps *jumps, uint32_t jump) {
    *(uint32_t *)vector_add(e->generator->arena, &jumps->items, &jumps->count, &jumps->capacity,
                            sizeof(uint32_t)) = jump;
}

void jumps_here(Emitter *e, Jumps *jumps) {
    for (uint32_t i = 0; i < jumps->count; i++)
        jump_here(e, jumps->items[i]);
    jumps->count = 0;
}

// ---- Tables -----------------------------------------------------------------------------------

static uint32_t constant_hash(const Constant *c) {
    uint64_t hash = 14695981039346656037u ^ (uint64_t)c->kind;
    uint64_t bits;
    memcpy(&bits, &c->number, sizeof bits);
    bits ^= (uint64_t)c->integer;
    hash = (hash ^ bits) * 0x9e3779b97f4a7c15u;
    for (size_t i = 0; i < c->size; i++)
        hash = (hash ^ (unsigned char)c->text[i]) * 1099511628211u;
    return (uint32_t)(hash >> 32);
}

static bool constant_same(const Constant *a, const Constant *b) {
    return a->kind == b->kind && a->integer == b->integer && a->size == b->size &&
           memcmp(&a->number, &b->number, sizeof a->number) == 0 &&
           (a->size == 0 || memcmp(a->text, b->text, a->size) == 0);
}

static uint32_t *constant_slot(Emitter *e, const Constant *constant) {
    uint32_t mask = e->constant_table_capacity - 1;
    uint32_t i = constant_hash(constant) & mask;
    while (e->constant_table[i] &&
           !constant_same(&e->constants[e->constant_table[i] - 1], constant))
        i = (i + 1) & mask;
    return &e->constant_table[i];
}

static void constants_grow(Emitter *e) {
    uint32_t capacity = e->constant_table_capacity ? e->constant_table_capacity * 2 : 16;
    e->constant_table = arena_array(e->generator->arena, uint32_t, capacity);
    e->constant_table_capacity = capacity;
    for (uint32_t i = 0; i < e->constant_count; i++)
        *constant_slot(e, &e->constants[i]) = i + 1;
}

uint32_t constant_add(Emitter *e, Constant constant) {
    if (e->constant_count * 2 >= e->constant_table_capacity)
        constants_grow(e);
    uint32_t *slot = constant_slot(e, &constant);
    if (*slot)
        return *slot - 1;
    if (e->constant_count > UINT16_MAX) {
        emit_limit(e, "it has more than 65536 constants");
        return 0;
    }
    *VECTOR_ADD(e, Constant, constants, constant) = constant;
    *slot = e->constant_count;
    return e->constant_count - 1;
}

uint32_t constant_string(Emitter *e, const char *text, size_t size) {
    return constant_add(e, (Constant){.kind = CONSTANT_STRING, .text = text, .size = size});
}

uint32_t constant_int(Emitter *e, int64_t integer) {
    return constant_add(e, (Constant){.kind = CONSTANT_INT, .integer = integer});
}

uint32_t site_add(Emitter *e, const Name *name) {
    *VECTOR_ADD(e, Site, sites, site) = (Site){{name->text, name->length}};
    return e->site_count - 1;
}

void handler_add(Emitter *e, uint32_t start, uint32_t end, uint32_t handler, Register target) {
    if (start == end)
        return;
    *VECTOR_ADD(e, Handler, handlers, handler) = (Handler){start, end, handler, (uint8_t)target};
}

// ---- Registers --------------------------------------------------------------------------------

Register register_take(Emitter *e) {
    if (e->top == CODE_MAX_REGISTERS) {
        emit_limit(e, "more than 250 variables and values in between are alive at once");
        return CODE_MAX_REGISTERS - 1;
    }
    Register r = e->top++;
    if (e->top > e->high)
        e->high = e->top;
    return r;
}

static void name_close(Emitter *e, Register r) {
    if (e->open_names[r])
        e->names[e->open_names[r] - 1].end = emit_here(e);
    e->open_names[r] = 0;
}

void register_keep(Emitter *e, Register r, const Binding *binding) {
    if (e->locals <= r)
        e->locals = r + 1;
    name_close(e, r);
    *VECTOR_ADD(e, Local, names, name) =
        (Local){.name = {binding->name->text, binding->name->length},
                .declared = binding->at.start,
                .start = emit_here(e),
                .end = UINT32_MAX,
                .index = (uint8_t)r};
    e->open_names[r] = e->name_count;
}

Register register_local(Emitter *e) {
    Register r = register_take(e);
    e->locals = e->top;
    return r;
}

void locals_end(Emitter *e, Register locals) {
    for (Register r = locals; r < e->locals; r++)
        name_close(e, r);
    e->locals = e->top = locals;
}

// ---- A whole function -------------------------------------------------------------------------

Emitter *emitter_new(Generator *generator, Emitter *outer, FunctionScope *scope) {
    Emitter *e = generator->spare;
    if (e) {
        generator->spare = e->outer;
        memset(e, 0, sizeof *e);
    } else {
        e = arena_new(generator->arena, Emitter);
    }
    e->outer = outer;
    e->generator = generator;
    e->scope = scope;
    e->locals = e->top = e->high = 1; // R[0]: the callee, or self
    return e;
}

// Where a jump to `target` ends, if jumps stand there. Those are all forwards, so this ends.
static uint32_t jump_end(const Emitter *e, uint32_t target) {
    while (word_op(e->words[target]) == OP_JUMP)
        target += 1 + (uint32_t)word_sj(e->words[target]);
    return target;
}

// Jumps to jumps go to the end at once; a jump to a return returns.
static void shorten_jumps(Emitter *e) {
    uint32_t size;
    for (uint32_t pc = 0; pc < e->word_count; pc += size) {
        uint32_t word = e->words[pc];
        Opcode op = word_op(word);
        size = opcode_size(op);
        if (op != OP_JUMP && op != OP_JUMP_TRUE && op != OP_JUMP_FALSE)
            continue;
        uint32_t next = pc + 1 + (uint32_t)(op == OP_JUMP ? word_sj(word) : word_sbx(word));
        uint32_t end = jump_end(e, next);
        Opcode there = word_op(e->words[end]);
        if (op == OP_JUMP && (there == OP_RETURN || there == OP_RETURN_NIL))
            e->words[pc] = e->words[end];
        else if (end != next && (op == OP_JUMP || end - pc <= INT16_MAX))
            jump_to(e, pc, end);
    }
}

Code *emitter_finish(Emitter *e) {
    if (!e->failed)
        shorten_jumps(e);
    Code *code = arena_new(e->generator->arena, Code);
    *code = (Code){.register_count = (uint8_t)e->high,
                   .words = e->words,
                   .word_count = e->word_count,
                   .constants = e->constants,
                   .constant_count = e->constant_count,
                   .children = e->children,
                   .child_count = e->child_count,
                   .captures = e->captures,
                   .capture_count = e->capture_count,
                   .handlers = e->handlers,
                   .handler_count = e->handler_count,
                   .sites = e->sites,
                   .site_count = e->site_count,
                   .labels = e->labels,
                   .labels_count = e->labels_count,
                   .plans = e->plans,
                   .plan_count = e->plan_count,
                   .places = e->places,
                   .place_count = e->place_count,
                   .locals = e->names,
                   .local_count = e->name_count};
    e->outer = e->generator->spare;
    e->generator->spare = e;
    return code;
}
