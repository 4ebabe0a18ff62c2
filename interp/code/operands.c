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
