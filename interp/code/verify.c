// SPDX-License-Identifier: MIT
//
// Verifier: checks that Code is what the VM takes it for. This half looks at each instruction and
// table by itself: operands within the window, numbers within their tables, jumps to the start of
// an instruction. code/verify_flow.c then follows the flow.
#include "code/verify.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "code/operands.h"

bool verify_fail(Verifier *v, uint32_t pc, const char *format, ...) {
    if (!v->capacity)
        return false;
    int length = snprintf(v->why, v->capacity, "%.*s at %u: ", (int)v->code->name.size,
                          v->code->name.text, pc);
    if (length < 0 || (size_t)length >= v->capacity)
        return false;
    va_list list;
    va_start(list, format);
    vsnprintf(v->why + length, v->capacity - (size_t)length, format, list);
    va_end(list);
    return false;
}

int64_t verify_jump_target(const Code *code, uint32_t pc) {
    uint32_t word = code->words[pc];
    Opcode op = word_op(word);
    int64_t next = (int64_t)pc + opcode_size(op);
    const char *operands = opcode_operands(op);
    if (operands[0] == 'J')
        return next + word_sj(word);
    if (operands[1] == 'j')
        return next + word_sbx(word);
    if (opcode_extra(op)[0] == 'O')
        return next + (int32_t)code->words[pc + 1];
    return -1;
}

// ---- Operands ---------------------------------------------------------------------------------

// `count` is wider than what the code says, so that no sum wraps around.
static bool check_registers(Verifier *v, uint32_t pc, uint32_t first, uint64_t count) {
    if (first + count <= v->code->register_count)
        return true;
    return verify_fail(v, pc, "registers %u to %llu of %u", first,
                       (unsigned long long)(first + count - 1), v->code->register_count);
}

static bool check_number(Verifier *v, uint32_t pc, const char *what, uint32_t number,
                         uint32_t count) {
    if (number < count)
        return true;
    return verify_fail(v, pc, "%s %u of %u", what, number, count);
}

static bool check_operand(Verifier *v, uint32_t pc, uint32_t position, char letter) {
    const Code *code = v->code;
    uint32_t word = code->words[pc];
    uint32_t number = word >> (8 + 8 * position) & 0xff;
    switch (letter) {
    case 'r':
    case 'w':
    case 'm': return check_registers(v, pc, number, 1);
    case 'k': return check_number(v, pc, "constant", number, code->constant_count);
    case 'x': return check_number(v, pc, "constant", word_bx(word), code->constant_count);
    case 'f': return check_number(v, pc, "function", word_bx(word), code->child_count);
    case 'u': return check_number(v, pc, "capture", number, code->capture_count);
    default: return true; // numbers, jumps; slots and built-ins are not the Code's
    }
}

static bool check_extra(Verifier *v, uint32_t pc, uint32_t word, char letter) {
    const Code *code = v->code;
    switch (letter) {
    case 'S': return check_number(v, pc, "site", word, code->site_count);
    case 'L': return check_number(v, pc, "labels", word, code->labels_count);
    case 'P': return check_number(v, pc, "plan", word, code->plan_count);
    case 'K':
        if (word_op(code->words[pc]) == OP_FORMAT && !word_c(code->words[pc]))
            return true;
        return check_number(v, pc, "constant", word, code->constant_count);
    default: return true;
    }
}

static bool check_string(Verifier *v, uint32_t pc, uint32_t number) {
    if (v->code->constants[number].kind == CONSTANT_STRING)
        return true;
    return verify_fail(v, pc, "constant %u is no string", number);
}

static bool check_call(Verifier *v, uint32_t pc, uint32_t labels_at) {
    const Code *code = v->code;
    uint32_t word = code->words[pc], count = word_b(word);
    if (labels_at && code->labels[code->words[pc + labels_at]].count > count)
        return verify_fail(v, pc, "more labels than arguments");
    uint32_t mode = word_c(word) & CALL_MODE;
    if (mode > CALL_ASYNC || word_c(word) > (CALL_MODE | CALL_DROPPED))
        return verify_fail(v, pc, "mode %u", word_c(word));
    return check_registers(v, pc, word_a(word), 1 + count);
}

static bool check_capture_use(Verifier *v, uint32_t pc, uint32_t number, bool cell) {
    if (v->code->captures[number].is_cell == cell)
        return true;
    return verify_fail(v, pc, "capture %u is %s cell", number, cell ? "no" : "a");
}

// What the letters do not say.
static bool check_meaning(Verifier *v, uint32_t pc) {
    const Code *code = v->code;
    uint32_t word = code->words[pc];
    uint32_t a = word_a(word), b = word_b(word), c = word_c(word);
    switch (word_op(word)) {
    case OP_GET_CAPTURE: return check_capture_use(v, pc, b, false);
    case OP_GET_CAPTURE_CELL:
    case OP_SET_CAPTURE_CELL: return check_capture_use(v, pc, b, true);
    case OP_GET_SLICE: return check_registers(v, pc, b, 4);
    case OP_SET_SLICE: return check_registers(v, pc, a, 4);
    case OP_CALL:
    case OP_INVOKE:
    case OP_CLEANUP:
    case OP_QUEUE_GET:
    case OP_QUEUE_PUT:
    case OP_INVOKE_SUPER: return check_call(v, pc, 0);
    case OP_ACQUIRE:
    case OP_RELEASE: return c <= CALL_AWAIT || verify_fail(v, pc, "mode %u", c);
    case OP_CALL_LABELS: return check_call(v, pc, 1);
    case OP_INVOKE_LABELS:
    case OP_INVOKE_SUPER_LABELS: return check_call(v, pc, 2);
    case OP_CALL_SPREAD:
        return check_registers(v, pc, a, (uint64_t)code->labels[code->words[pc + 1]].count + 2);
    case OP_NEW_LIST:
    case OP_CONCAT: return check_registers(v, pc, b, c);
    case OP_NEW_CLASS:
        return check_registers(v, pc, a,
                               (uint64_t)code->plans[code->words[pc + 1]].member_count + 1);
    case OP_FOR_PREPARE: return check_registers(v, pc, a, 3);
    case OP_FOR_RANGE:
        if (b < 1 || b > 3)
            return verify_fail(v, pc, "a range of %u numbers", b);
        return check_registers(v, pc, a, 4);
    case OP_FOR_PAIRS:
        if (c >= PAIR_SOURCE_COUNT || b > 2)
            return verify_fail(v, pc, "pairs of source %u, %u arguments", c, b);
        return check_registers(v, pc, a, 8);
    case OP_FOR_PAIR_NEXT:
    case OP_FOR_PAIR_LOOP: return check_registers(v, pc, a, 8);
    case OP_FOR_NEXT:
    case OP_FOR_LOOP: return check_registers(v, pc, a, 4);
    case OP_UNPACK: return check_registers(v, pc, a, c);
    case OP_UNPACK_REST: {
        const Constant *before = &code->constants[code->words[pc + 1]];
        if (before->kind != CONSTANT_INT || before->integer < 0 || before->integer >= c)
            return verify_fail(v, pc, "the rest's place");
        return check_registers(v, pc, a, c);
    }
    case OP_FORMAT: return !c || check_string(v, pc, code->words[pc + 1]);
    case OP_LOCK_ORDER: return check_registers(v, pc, a, b);
    case OP_THROW_ASSERTION: return check_registers(v, pc, a, 1 + b);
    case OP_THROW_NAME:
        if (code->constants[code->words[pc + 1]].kind != CONSTANT_INT)
            return verify_fail(v, pc, "the place of a let");
        return check_string(v, pc, word_bx(word));
    case OP_IMPORT: return check_string(v, pc, word_bx(word));
    default: return true;
    }
}

// ---- Words ------------------------------------------------------------------------------------

static bool check_words(Verifier *v) {
    const Code *code = v->code;
    uint32_t size;
    for (uint32_t pc = 0; pc < code->word_count; pc += size) {
        uint32_t word = code->words[pc];
        if (word_op(word) >= OPCODE_COUNT)
            return verify_fail(v, pc, "opcode %u", word_op(word));
        Opcode op = word_op(word);
        size = opcode_size(op);
        if (pc + size > code->word_count)
            return verify_fail(v, pc, "an instruction is cut off");
        v->starts[pc] = true;
        const char *operands = opcode_operands(op), *extra = opcode_extra(op);
        for (uint32_t i = 0; operands[i]; i++)
            if (!check_operand(v, pc, i, operands[i]))
                return false;
        for (uint32_t i = 0; extra[i]; i++)
            if (!check_extra(v, pc, code->words[pc + 1 + i], extra[i]))
                return false;
        if (!check_meaning(v, pc))
            return false;
    }
    return true;
}

static bool check_jumps(Verifier *v) {
    const Code *code = v->code;
    for (uint32_t pc = 0; pc < code->word_count; pc++) {
        if (!v->starts[pc])
            continue;
        Opcode op = word_op(code->words[pc]);
        int64_t target = verify_jump_target(code, pc);
        if (target == -1 && opcode_operands(op)[0] != 'J')
            continue;
        if (target < 0 || target >= code->word_count || !v->starts[target])
            return verify_fail(v, pc, "a jump to %lld", (long long)target);
        bool polls = op == OP_LOOP || op == OP_FOR_LOOP || op == OP_FOR_PAIR_LOOP;
        if ((target <= pc) != polls)
            return verify_fail(v, pc, "%s jumps %s", opcode_name(op), polls ? "forwards" : "back");
    }
    return true;
}

// ---- Tables -----------------------------------------------------------------------------------

static bool check_head(Verifier *v) {
    const Code *code = v->code;
    uint32_t taken = 1u + code->parameter_count + code->has_rest;
    if (code->register_count > CODE_MAX_REGISTERS || code->register_count < taken)
        return verify_fail(v, 0, "%u registers", code->register_count);
    if (code->required_count > code->parameter_count)
        return verify_fail(v, 0, "more parameters are required than there are");
    if (!code->word_count)
        return verify_fail(v, 0, "no instructions");
    return true;
}

static bool check_handlers(Verifier *v) {
    const Code *code = v->code;
    for (uint32_t i = 0; i < code->handler_count; i++) {
        const Handler *h = &code->handlers[i];
        bool sound = h->start < h->end && h->end <= code->word_count && v->starts[h->start] &&
                     v->starts[h->end] && h->handler < code->word_count && v->starts[h->handler];
        if (!sound)
            return verify_fail(v, h->start, "handler %u", i);
        if (!check_registers(v, h->handler, h->target, 1))
            return false;
    }
    return true;
}

static bool check_places(Verifier *v) {
    const Code *code = v->code;
    for (uint32_t i = 0; i < code->place_count; i++) {
        uint32_t pc = code->places[i].pc;
        bool rising = i == 0 ? pc == 0 : pc > code->places[i - 1].pc;
        if (!rising || pc >= code->word_count || !v->starts[pc])
            return verify_fail(v, pc, "place %u", i);
    }
    return true;
}

static bool check_children(Verifier *v) {
    const Code *code = v->code;
    for (uint32_t i = 0; i < code->child_count; i++) {
        const Code *child = code->children[i];
        for (uint32_t k = 0; k < child->capture_count; k++) {
            const Capture *c = &child->captures[k];
            uint32_t count = c->from_capture ? code->capture_count : code->register_count;
            if (!check_number(v, 0, "captured", c->index, count))
                return false;
            if (c->from_capture && code->captures[c->index].is_cell != c->is_cell)
                return verify_fail(v, 0, "capture %u of function %u", k, i);
        }
    }
    return true;
}

static bool verify_one(Verifier *v) {
    return check_head(v) && check_words(v) && check_jumps(v) && check_handlers(v) &&
           check_places(v) && check_children(v) && verify_flow(v);
}

bool code_verify(const Code *code, char *why, size_t capacity) {
    Verifier v = {.code = code, .why = why, .capacity = capacity};
    v.starts = calloc((size_t)code->word_count + 1, sizeof *v.starts);
    if (!v.starts)
        return verify_fail(&v, 0, "no memory");
    v.starts[code->word_count] = true; // ranges may end there
    bool sound = verify_one(&v);
    free(v.starts);
    for (uint32_t i = 0; sound && i < code->child_count; i++)
        sound = code_verify(code->children[i], why, capacity);
    return sound;
}
