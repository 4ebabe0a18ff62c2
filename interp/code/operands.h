// SPDX-License-Identifier: MIT
//
// The shape of instructions, from the letters of code/opcodes.def: for the emitter, the verifier and
// the disassembler.
#ifndef CONC_CODE_OPERANDS_H
#define CONC_CODE_OPERANDS_H

#include <string.h>

#include "code/code.h"

const char *opcode_name(Opcode op);
const char *opcode_operands(Opcode op); // a letter for each operand: "wrr", "rj", "J"
const char *opcode_extra(Opcode op);    // a letter for each extra word

// Words of the whole instruction.
static inline uint32_t opcode_size(Opcode op) { return 1 + (uint32_t)strlen(opcode_extra(op)); }

#endif
