// SPDX-License-Identifier: MIT
//
// Inside of the resolver: what resolve.c (statements) and resolve_expression.c share. The walk goes
// through the text in the order in which it runs: at a block's start the functions, then the
// classes that can be made there, then the statements.
#ifndef CONC_CODE_RESOLVE_H
#define CONC_CODE_RESOLVE_H

#include "code/scope.h"

typedef struct Resolver {
    Arena *arena;
    const Source *source;
    const CompileOptions *options;
    Diagnostics *diagnostics;
    Globals *globals;
    Scope *universe; // the built-ins that were asked for
    Scope *module;
    Scope *scope; // where the walk is
    FunctionScope *function;
    NameTable reported; // undeclared names: one error each is enough
    uint32_t loops;     // given numbers
    bool starts_child;  // the function that comes next is the block of a `spawn { }`
} Resolver;

// The binding of a name in sight, or NULL. Notes a capture if it is another function's local.
Binding *resolve_name(Resolver *r, const Name *name);
// Reports a name that is declared nowhere (once a name).
void resolve_undeclared(Resolver *r, const Name *name, Span at, bool assigned);
void resolve_expr(Resolver *r, Expr *expr); // NULL is fine
void resolve_assigned_name(Resolver *r, const Name *name, Span at, void **binding);
void resolve_function(Resolver *r, Function *function, Binding *own);
void resolve_block(Resolver *r, Block *block);
void resolve_await(Resolver *r, Span at); // reports an `await` in a place that cannot wait
// Notes at the error that was added just now where the name is declared, if that is in this text.
void resolve_declared_note(Resolver *r, const Binding *binding);

#endif
