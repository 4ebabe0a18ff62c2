// SPDX-License-Identifier: MIT
//
// The compiler: AST to Code. Resolves every name (a name that is declared nowhere is an error here),
// decides which captured variables need a cell, hoists functions and classes to the top of their
// block, lays out registers, desugars lock/with/for/finally into calls, jumps and handlers.
// Pure: no thread, no heap object; everything it makes lives in `arena`.
#ifndef CONC_CODE_COMPILE_H
#define CONC_CODE_COMPILE_H

#include "base/arena.h"
#include "code/code.h"
#include "syntax/ast.h"
#include "syntax/diagnostic.h"
#include "syntax/source.h"

typedef struct CompileOptions {
    const Name *builtins; // names of the built-ins, in the order of their numbers
    uint32_t builtin_count;
    // Names that the module has already (REPL: earlier inputs; `args`): slots 0 .. known_count-1.
    const Name *known;
    const bool *known_constant;
    uint32_t known_count;
    bool redeclare; // REPL: `let` of a known name is allowed
    bool give_last; // REPL and -p: the value of a last expression statement is the module's result
} CompileOptions;

// NULL where there were errors (all of them are in `diagnostics`).
const ModuleCode *compile_module(Arena *arena, const Source *source, const AstModule *tree,
                                 const CompileOptions *options, Diagnostics *diagnostics);

// Checks words, registers, jumps, tables of `code` and its children; false with a sentence in
// `why` (capacity bytes). Run on every code in debug and stress builds, and by tests.
bool code_verify(const Code *code, char *why, size_t capacity);

// A listing of `code` and its children, for `:dis` and tests.
struct Text;
void code_disassemble(const Code *code, struct Text *out);

#endif
