// SPDX-License-Identifier: MIT
//
// Inside of the verifier: what its two halves share.
#ifndef CONC_CODE_VERIFY_H
#define CONC_CODE_VERIFY_H

#include "code/compile.h"

typedef struct Verifier {
    const Code *code;
    bool *starts; // by word number: an instruction begins there; word_count + 1 of them
    char *why;
    size_t capacity;
} Verifier;

// Writes the reason with the place; always false.
bool verify_fail(Verifier *v, uint32_t pc, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

// Where the jump at `pc` goes to, or -1 if the instruction is none.
int64_t verify_jump_target(const Code *code, uint32_t pc);

// Follows the flow of `code`, whose structure is sound: no register is read as a cell that does not
// hold one, or as a value where it holds a cell; the end is never run over.
bool verify_flow(Verifier *v);

#endif
