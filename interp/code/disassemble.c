// SPDX-License-Identifier: MIT
//
// A listing of Code: one instruction a line, operands as code/opcodes.def writes them.
//
//     fn add(a, b): 2 parameters, 4 registers
//        0  ADD              r3 = r1 r2
//        1  RETURN           r3
#include <inttypes.h>

#include "base/text.h"
#include "code/compile.h"
#include "code/operands.h"

static void show_name(Text *out, CodeName name) { text_append(out, name.text, name.size); }

static void show_string(Text *out, const char *text, size_t size) {
    text_char(out, '"');
    for (size_t i = 0; i < size && i < 40; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c < ' ' || c == '"')
            text_format(out, "\\x%02x", c);
        else
            text_char(out, (char)c);
    }
    text_string(out, size > 40 ? "...\"" : "\"");
}

static void show_constant(Text *out, const Code *code, uint32_t number) {
    if (number >= code->constant_count) {
        text_format(out, " k%u?", number);
        return;
    }
    const Constant *constant = &code->constants[number];
    text_char(out, ' ');
    switch (constant->kind) {
    case CONSTANT_INT: text_format(out, "%" PRId64, constant->integer); break;
    case CONSTANT_BIG: text_append(out, constant->text, constant->size); break;
    case CONSTANT_FLOAT: text_format(out, "%.17g", constant->number); break;
    case CONSTANT_STRING: show_string(out, constant->text, constant->size); break;
    }
}

// One operand: `position` 0 to 2 for A, B, C; wide ones start at B (or A: `J`).
static void show_operand(Text *out, const Code *code, uint32_t word, uint32_t position, char letter,
                         uint32_t next) {
    uint32_t number = word >> (8 + 8 * position) & 0xff;
    switch (letter) {
    case 'w':
    case 'm': text_format(out, " r%u%s", number, letter == 'w' ? " =" : ""); break;
    case 'r': text_format(out, " r%u", number); break;
    case 'n': text_format(out, " %u", number); break;
    case 'k': show_constant(out, code, number); break;
    case 'i':
        text_format(out, " %d", word_op(word) == OP_LOAD_INT ? word_sbx(word) : (int8_t)number);
        break;
    case 'u':
        text_format(out, " capture %u", number);
        if (number < code->capture_count) {
            text_string(out, " ");
            show_name(out, code->captures[number].name);
        }
        break;
    case 'x': show_constant(out, code, word_bx(word)); break;
    case 'j': text_format(out, " -> %d", (int32_t)next + word_sbx(word)); break;
    case 'J': text_format(out, " -> %d", (int32_t)next + word_sj(word)); break;
    case 'f': text_format(out, " function %u", word_bx(word)); break;
    case 'g': text_format(out, " global %u", word_bx(word)); break;
    case 'b': text_format(out, " builtin %u", word_bx(word)); break;
    default: break;
    }
}

static void show_extra(Text *out, const Code *code, uint32_t word, char letter, uint32_t next) {
    switch (letter) {
    case 'S':
        text_string(out, " .");
        if (word < code->site_count)
            show_name(out, code->sites[word].name);
        break;
    case 'O': text_format(out, " -> %d", (int32_t)next + (int32_t)word); break;
    case 'K': show_constant(out, code, word); break;
    case 'L':
        text_string(out, " labels");
        for (uint32_t i = 0; word < code->labels_count && i < code->labels[word].count; i++) {
            text_char(out, ' ');
            show_name(out, code->labels[word].names[i]);
        }
        break;
    case 'P':
        text_string(out, " class ");
        if (word < code->plan_count)
            show_name(out, code->plans[word].name);
        break;
    default: break;
    }
}

static uint32_t show_instruction(Text *out, const Code *code, uint32_t pc) {
    uint32_t word = code->words[pc];
    if (word_op(word) >= OPCODE_COUNT) {
        text_format(out, "%5u  ? 0x%08x\n", pc, word);
        return pc + 1;
    }
    Opcode op = word_op(word);
    const char *operands = opcode_operands(op), *extra = opcode_extra(op);
    uint32_t next = pc + opcode_size(op);
    text_format(out, "%5u  %-18s", pc, opcode_name(op));
    for (uint32_t i = 0; operands[i]; i++)
        show_operand(out, code, word, i, operands[i], next);
    for (uint32_t i = 0; extra[i] && pc + 1 + i < code->word_count; i++)
        if (!(op == OP_FORMAT && word_c(word) == 0))
            show_extra(out, code, code->words[pc + 1 + i], extra[i], next);
    text_char(out, '\n');
    return next;
}

static void show_head(Text *out, const Code *code) {
    text_string(out, code->is_async ? "async fn " : "fn ");
    show_name(out, code->name);
    text_char(out, '(');
    uint32_t count = (uint32_t)code->parameter_count + code->has_rest;
    for (uint32_t i = 0; i < count; i++) {
        if (i)
            text_string(out, ", ");
        if (i == code->parameter_count)
            text_string(out, "...");
        show_name(out, code->parameters[i]);
        if (i >= code->required_count && i < code->parameter_count)
            text_char(out, '=');
    }
    text_format(out, "): %u registers\n", code->register_count);
}

void code_disassemble(const Code *code, Text *out) {
    show_head(out, code);
    for (uint32_t pc = 0; pc < code->word_count;)
        pc = show_instruction(out, code, pc);
    for (uint32_t i = 0; i < code->capture_count; i++) {
        const Capture *capture = &code->captures[i];
        text_format(out, "   capture %u from %s %u%s ", i,
                    capture->from_capture ? "capture" : "register", capture->index,
                    capture->is_cell ? ", a cell:" : ":");
        show_name(out, capture->name);
        text_char(out, '\n');
    }
    for (uint32_t i = 0; i < code->handler_count; i++) {
        const Handler *handler = &code->handlers[i];
        text_format(out, "   errors in %u to %u go to %u in r%u\n", handler->start, handler->end,
                    handler->handler, handler->target);
    }
    for (uint32_t i = 0; i < code->child_count; i++) {
        text_char(out, '\n');
        code_disassemble(code->children[i], out);
    }
}
