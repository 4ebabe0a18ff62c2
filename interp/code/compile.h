// SPDX-License-Identifier: MIT
//
// The compiler: AST to Code. Resolves every name (a name that is declared nowhere is an error here),
// decides which captured variables need a cell, hoists functions and classes to the top of their
// block, lays out registers, desugars lock/with/for/finally into calls, jumps and handlers.
// Pure: no thread, no heap object; everything it makes lives in `arena` or in the tree's arena (both
// have to live as long as the Code is read). Several compilations may run at once.
#ifndef CONC_CODE_COMPILE_H
#define CONC_CODE_COMPILE_H

#include "base/arena.h"
#include "code/code.h"
#include "syntax/diagnostic.h"
#include "syntax/source.h"

typedef struct CompileOptions {
    const CodeName *builtins; // names of the built-ins, in the order of their numbers
    uint32_t builtin_count;
    // Names that the module has already (REPL: earlier inputs; `args`): slots 0 .. known_count-1.
    // A top-level declaration of such a name takes over its slot.
    const CodeName *known;
    const bool *known_constant; // may be NULL: none is
    uint32_t known_count;
    bool redeclare; // REPL: a known const may be declared anew (assigning it stays an error)
    uint32_t test;  // conc test: the body of this test block (from 1) becomes a function; 0: none
    Diagnostics *warnings; // what is no error and most likely not meant goes there; NULL: nowhere
    bool give_last; // REPL and -p: the value of a last expression statement is the module's result
} CompileOptions;

// Parses and compiles. NULL where there were errors (all of them are in `diagnostics`).
// `expression`: the text is to be one expression (conc -p). *incomplete (may be NULL): more text at
// the end could mend the error; a REPL then asks for it.
const ModuleCode *compile_source(Arena *arena, const Source *source, bool expression,
                                 const CompileOptions *options, Diagnostics *diagnostics,
                                 bool *incomplete);

// The second half of it, for a tree (syntax/ast.h) that is there already. Writes notes into it.
struct Module;
const ModuleCode *compile_module(Arena *arena, const Source *source, struct Module *tree,
                                 const CompileOptions *options, Diagnostics *diagnostics);

// Checks words, registers, jumps, tables of `code` and its children; false with a sentence in
// `why` (capacity bytes). Run on every code in debug and stress builds, and by tests.
bool code_verify(const Code *code, char *why, size_t capacity);

// A listing of `code` and its children, for `:dis` and tests.
void code_disassemble(const Code *code, Text *out);

#endif
