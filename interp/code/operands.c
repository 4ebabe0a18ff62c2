// SPDX-License-Identifier: MIT
//
// Names and shapes of the instructions: tables made from code/opcodes.def.
#include "code/operands.h"

static const struct {
    const char *name, *operands, *extra;
} opcodes[OPCODE_COUNT] = {
#define OPCODE(NAME, operands, extra, sentence) {#NAME, operands, extra},
#include "code/opcodes.def"
#undef OPCODE
};

const char *opcode_name(Opcode op) { return opcodes[op].name; }
const char *opcode_operands(Opcode op) { return opcodes[op].operands; }
const char *opcode_extra(Opcode op) { return opcodes[op].extra; }

const Local *code_local(const Code *code, uint32_t index, uint32_t pc) {
    for (uint32_t i = code->local_count; i-- > 0;) {
        const Local *local = &code->locals[i];
        if (local->index == index && pc >= local->start && pc < local->end)
            return local;
    }
    return NULL;
}
