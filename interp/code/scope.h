// SPDX-License-Identifier: MIT
//
// Scopes: what each name of a tree means. code/resolve.c fills them in and hangs them into the tree
// (the `scope` and `binding` fields of syntax/ast.h); the code generator only reads them.
//
// A Binding is one variable. It is a slot of the module, a number of a built-in, or a local of the
// one function that owns its register. Whether a captured local needs a cell is worked out while
// the text is walked in the order in which it runs:
// - captured before its `let` has run (by a hoisted function, say): the closure cannot copy it yet;
// - assigned after a capture, or assigned within a closure, or assigned and captured in one loop:
//   a copy would grow old.
// Everything else is copied into the closure.
#ifndef CONC_CODE_SCOPE_H
#define CONC_CODE_SCOPE_H

#include "base/arena.h"
#include "code/compile.h"
#include "syntax/ast.h"

typedef struct Scope Scope;
typedef struct FunctionScope FunctionScope;

typedef enum BindingKind { BINDING_LOCAL, BINDING_GLOBAL, BINDING_BUILTIN } BindingKind;

typedef struct Binding {
    const Name *name; // NULL: `self`
    BindingKind kind;
    Span at;              // where it is declared; length 0: nowhere in this text
    uint32_t number;      // GLOBAL: module slot; BUILTIN: its number
    FunctionScope *owner; // LOCAL: the function whose register it is
    bool is_const;
    bool ready;            // the walk is past its declaration
    bool assigned;         // somewhere else than in its declaration
    bool captured;         // by a closure
    bool early;            // ... which is made before the declaration has run
    bool stale;            // a copy would miss an assignment
    bool self_captured;    // a function's name, read within that function
    bool hoisted;          // a class that is made at its block's start
    uint32_t loop;         // number of the innermost loop around the declaration
    uint32_t assign_loop;  // outermost loop within `loop` around the last assignment
    ClassDecl *class_decl; // of a class; else NULL
    bool decided;          // whether that class is hoisted
    // For the code generator:
    bool made;   // generation is past its declaration: the register is set
    uint8_t reg; // LOCAL: its register (holding a cell if binding_in_cell)
} Binding;

// Names to bindings, by pointer: names of one tree are interned.
typedef struct NameTable {
    Binding **slots; // open addressing
    uint32_t capacity, count;
} NameTable;

struct Scope {
    Scope *parent; // NULL: the built-ins
    FunctionScope *function;
    NameTable names;
    Binding **order; // as they were declared
    uint32_t count, capacity;
    ClassDecl **classes; // the hoisted ones, bases first
    uint32_t class_count;
};

typedef struct Loop {
    struct Loop *outer;
    uint32_t number; // from 1
} Loop;

struct FunctionScope {
    FunctionScope *parent;
    const Function *function; // NULL: the module's own text
    Binding *self;            // of a method; else NULL
    Binding *own;      // the local variable that a declared function is the value of, or NULL
    Scope *parameters; // NULL in the module's own text
    Loop *loop;        // while it is walked: the innermost loop
    Binding *group;    // while it is walked: of the innermost group whose text this is, or NULL
    bool may_await;
    bool in_child; // the block of a `spawn { }`
};

Scope *scope_new(Arena *arena, Scope *parent, FunctionScope *function);
// The binding of `name` in this very scope, or NULL.
Binding *scope_find(const Scope *scope, const Name *name);
// A new binding; the name is not in the scope yet.
Binding *scope_add(Arena *arena, Scope *scope, const Name *name, BindingKind kind);

// Notes for capture analysis. The binding is a LOCAL.
void binding_note_capture(Binding *binding, const FunctionScope *by);
void binding_note_assign(Binding *binding, const FunctionScope *by);
// True if its register or capture holds a cell. Valid once the whole tree is resolved.
bool binding_in_cell(const Binding *binding);
// True if that cell is made at its block's start.
bool binding_is_early(const Binding *binding);

// The declared name nearest to `name` in sight, or NULL where none is near.
const char *scope_suggest(Arena *arena, const Scope *scope, const CompileOptions *options,
                          const Name *name);

// Finds out what every name of the tree means and reports all that is wrong. `globals` gets the
// names of the module's slots, options->known first.
typedef struct Globals {
    CodeName *names;
    bool *constant;
    uint32_t *declared; // where, in this text
    uint32_t count, capacity;
} Globals;
FunctionScope *resolve_module(Arena *arena, const Source *source, Module *tree,
                              const CompileOptions *options, Diagnostics *diagnostics,
                              Globals *globals);

#endif
