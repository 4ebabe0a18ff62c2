// SPDX-License-Identifier: MIT
//
// Verifier, flow: an abstract interpretation that knows of each register only whether it holds a
// value or a cell (as in Leroy, "Java bytecode verification", 2003, with a lattice of three). A cell
// must never be taken for a value, as scripts would see it, nor a value for a cell, as the VM would
// follow it. Where two ways meet that disagree the register is unknown and may only be written.
//
// States are kept for the targets of jumps and handlers only; between them one state is carried
// along. Handlers are entered with what holds at every instruction of their range.
#include <stdlib.h>
#include <string.h>

#include "code/operands.h"
#include "code/verify.h"

typedef enum Holds { HOLDS_VALUE = 1, HOLDS_CELL = 2, HOLDS_UNKNOWN = 3 } Holds; // or: meet

typedef struct Flow {
    Verifier *v;
    const Code *code;
    uint8_t **states; // by word number; NULL: no target, or not reached yet
    bool *targets;
    uint32_t *work; // word numbers whose state has changed
    uint32_t work_count;
    bool *queued;
    uint8_t *now;
    bool *handled; // by word number: some handler covers it
} Flow;

static void meet(Flow *f, uint32_t pc) {
    uint32_t count = f->code->register_count;
    bool changed = false;
    if (!f->states[pc]) {
        f->states[pc] = malloc(count);
        if (!f->states[pc])
            abort();
        memcpy(f->states[pc], f->now, count);
        changed = true;
    } else {
        for (uint32_t i = 0; i < count; i++) {
            uint8_t both = f->states[pc][i] | f->now[i];
            changed = changed || both != f->states[pc][i];
            f->states[pc][i] = both;
        }
    }
    if (changed && !f->queued[pc]) {
        f->queued[pc] = true;
        f->work[f->work_count++] = pc;
    }
}

static void meet_handlers(Flow *f, uint32_t pc) {
    if (!f->handled[pc])
        return;
    for (uint32_t i = 0; i < f->code->handler_count; i++) {
        const Handler *h = &f->code->handlers[i];
        if (pc < h->start || pc >= h->end)
            continue;
        uint8_t before = f->now[h->target];
        f->now[h->target] = HOLDS_VALUE;
        meet(f, h->handler);
        f->now[h->target] = before;
        return; // the innermost one takes it
    }
}

// ---- One instruction --------------------------------------------------------------------------

static bool needs(Flow *f, uint32_t pc, uint32_t r, Holds what) {
    if (f->now[r] == what)
        return true;
    return verify_fail(f->v, pc, "r%u may %s", r,
                       what == HOLDS_CELL ? "hold no cell" : "hold a cell");
}

static bool needs_values(Flow *f, uint32_t pc, uint32_t first, uint32_t count) {
    for (uint32_t i = 0; i < count; i++)
        if (!needs(f, pc, first + i, HOLDS_VALUE))
            return false;
    return true;
}

static void set_values(Flow *f, uint32_t first, uint32_t count) {
    memset(f->now + first, HOLDS_VALUE, count);
}

// Everything from A up is the callee's.
static bool call(Flow *f, uint32_t pc, uint32_t a, uint32_t count) {
    if (!needs_values(f, pc, a, count))
        return false;
    set_values(f, a, f->code->register_count - a);
    return true;
}

static bool new_closure(Flow *f, uint32_t pc, uint32_t word) {
    const Code *child = f->code->children[word_bx(word)];
    for (uint32_t i = 0; i < child->capture_count; i++) {
        const Capture *c = &child->captures[i];
        if (!c->from_capture && !needs(f, pc, c->index, c->is_cell ? HOLDS_CELL : HOLDS_VALUE))
            return false;
    }
    f->now[word_a(word)] = HOLDS_VALUE;
    return true;
}

// Instructions whose registers are more than their operands say, or cells. *done: it was one.
static bool special(Flow *f, uint32_t pc, bool *done) {
    const Code *code = f->code;
    uint32_t word = code->words[pc];
    uint32_t a = word_a(word), b = word_b(word), c = word_c(word);
    *done = true;
    switch (word_op(word)) {
    case OP_NEW_CELL:
        if (!needs(f, pc, a, HOLDS_VALUE))
            return false;
        f->now[a] = HOLDS_CELL;
        return true;
    case OP_GET_CELL:
        if (!needs(f, pc, b, HOLDS_CELL))
            return false;
        f->now[a] = HOLDS_VALUE;
        return true;
    case OP_SET_CELL: return needs(f, pc, a, HOLDS_CELL) && needs(f, pc, b, HOLDS_VALUE);
    case OP_NEW_CLOSURE: return new_closure(f, pc, word);
    case OP_CALL:
    case OP_CALL_LABELS:
    case OP_INVOKE:
    case OP_CLEANUP:
    case OP_QUEUE_GET:
    case OP_QUEUE_PUT:
    case OP_INVOKE_LABELS:
    case OP_INVOKE_SUPER:
    case OP_INVOKE_SUPER_LABELS: return call(f, pc, a, 1 + b);
    case OP_ACQUIRE:
    case OP_RELEASE:
        if (!needs(f, pc, b, HOLDS_VALUE))
            return false;
        set_values(f, a, code->register_count - a);
        return true;
    case OP_CALL_SPREAD: return call(f, pc, a, 2 + code->labels[code->words[pc + 1]].count);
    case OP_NEW_CLASS: return call(f, pc, a, 1 + code->plans[code->words[pc + 1]].member_count);
    case OP_AWAIT: return call(f, pc, a, 1);
    case OP_NEW_LIST:
    case OP_CONCAT:
        if (!needs_values(f, pc, b, c))
            return false;
        set_values(f, a, 1);
        return true;
    case OP_GET_SLICE:
        if (!needs_values(f, pc, b, 4))
            return false;
        set_values(f, a, 1);
        return true;
    case OP_SET_SLICE: return needs_values(f, pc, a, 4) && needs(f, pc, b, HOLDS_VALUE);
    case OP_FOR_PREPARE:
        if (!needs(f, pc, a, HOLDS_VALUE))
            return false;
        set_values(f, a, 3);
        return true;
    case OP_FOR_RANGE: // either way all three hold values
        if (!needs_values(f, pc, a + (c ? 1 : 0), c ? b : b + 1))
            return false;
        set_values(f, a, 3);
        return true;
    case OP_FOR_PAIRS: // either way all six hold values
        if (!needs_values(f, pc, a, 1 + b))
            return false;
        set_values(f, a, 3);
        set_values(f, a + 4, 3);
        return true;
    case OP_FOR_PAIR_NEXT:
    case OP_FOR_PAIR_LOOP:
        if (!needs_values(f, pc, a, 3) || !needs_values(f, pc, a + 4, 3))
            return false;
        set_values(f, a + 3, 1);
        set_values(f, a + 7, 1);
        return true;
    case OP_FOR_NEXT:
    case OP_FOR_LOOP:
        if (!needs_values(f, pc, a, 3))
            return false;
        set_values(f, a + 3, 1);
        return true;
    case OP_UNPACK:
    case OP_UNPACK_REST:
        if (!needs(f, pc, b, HOLDS_VALUE))
            return false;
        set_values(f, a, c);
        return true;
    case OP_LOCK_ORDER: return needs_values(f, pc, a, b);
    case OP_THROW_ASSERTION: return needs_values(f, pc, a, 1 + b);
    default: *done = false; return true;
    }
}

static bool step(Flow *f, uint32_t pc) {
    bool done;
    if (!special(f, pc, &done))
        return false;
    if (done)
        return true;
    uint32_t word = f->code->words[pc];
    const char *operands = opcode_operands(word_op(word));
    for (uint32_t i = 0; operands[i]; i++)
        if ((operands[i] == 'r' || operands[i] == 'm') &&
            !needs(f, pc, word >> (8 + 8 * i) & 0xff, HOLDS_VALUE))
            return false;
    for (uint32_t i = 0; operands[i]; i++)
        if (operands[i] == 'w')
            f->now[word >> (8 + 8 * i) & 0xff] = HOLDS_VALUE;
    return true;
}

// ---- The walk ---------------------------------------------------------------------------------

static bool ends_flow(Opcode op) {
    return op == OP_JUMP || op == OP_LOOP || op == OP_RETURN || op == OP_RETURN_NIL ||
           op == OP_THROW || op == OP_RETHROW || op == OP_THROW_NAME || op == OP_THROW_ASSERTION;
}

// From a target on, until the flow ends or comes to another target.
static bool run(Flow *f, uint32_t pc) {
    memcpy(f->now, f->states[pc], f->code->register_count);
    for (;;) {
        meet_handlers(f, pc);
        if (!step(f, pc))
            return false;
        meet_handlers(f, pc);
        int64_t target = verify_jump_target(f->code, pc);
        if (target >= 0)
            meet(f, (uint32_t)target);
        Opcode op = word_op(f->code->words[pc]);
        if (ends_flow(op))
            return true;
        pc += opcode_size(op);
        if (pc >= f->code->word_count)
            return verify_fail(f->v, pc, "runs over the end");
        if (f->targets[pc]) {
            meet(f, pc);
            return true;
        }
    }
}

static void find_targets(Flow *f) {
    const Code *code = f->code;
    f->targets[0] = true;
    for (uint32_t pc = 0; pc < code->word_count; pc++) {
        int64_t target = f->v->starts[pc] ? verify_jump_target(code, pc) : -1;
        if (target >= 0)
            f->targets[target] = true;
    }
    for (uint32_t i = 0; i < code->handler_count; i++) {
        const Handler *h = &code->handlers[i];
        f->targets[h->handler] = true;
        memset(f->handled + h->start, true, h->end - h->start);
    }
}

bool verify_flow(Verifier *v) {
    uint32_t count = v->code->word_count;
    Flow f = {.v = v, .code = v->code};
    f.states = calloc(count, sizeof *f.states);
    f.work = calloc(count, sizeof *f.work);
    f.targets = calloc(count, 3); // targets, queued and handled in one piece
    f.now = malloc(v->code->register_count);
    bool sound = f.states && f.work && f.targets && f.now;
    if (sound) {
        f.queued = f.targets + count;
        f.handled = f.targets + 2 * (size_t)count;
        find_targets(&f);
        set_values(&f, 0, v->code->register_count);
        meet(&f, 0);
    }
    while (sound && f.work_count) {
        uint32_t pc = f.work[--f.work_count];
        f.queued[pc] = false;
        sound = run(&f, pc);
    }
    for (uint32_t pc = 0; f.states && pc < count; pc++)
        free(f.states[pc]);
    free(f.states);
    free(f.work);
    free(f.targets);
    free(f.now);
    return sound;
}
