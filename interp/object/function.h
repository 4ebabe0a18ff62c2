// SPDX-License-Identifier: MIT
//
// Functions: script closures, natives, bound methods; cells of captured variables.
#ifndef CONC_OBJECT_FUNCTION_H
#define CONC_OBJECT_FUNCTION_H

#include "object/class.h"

struct Proto;  // vm/proto.h: loaded code
struct Module; // object/module.h

// A captured variable that is assigned after it was captured.
typedef struct Cell {
    Object header;
    Slot value; // UNDEF: its `let` has not run yet
} Cell;

typedef struct Closure {
    Object header;
    uint32_t capture_count;
    struct Proto *proto;
    Class *home;      // the class whose method it is (for super), or NULL
    Value captures[]; // values, or Cells
} Closure;

// A C function that scripts call.
//   args[0]            the receiver of a method; of a plain function the function itself
//   args[1 .. count]   the arguments. Where `rest` is false there are always exactly
//                      `parameter_count` of them, missing optional ones are VALUE_UNDEF.
//   result             the value; VALUE_UNDEF with fiber->error thrown; VALUE_PARKED (natives with
//                      `waits` only): called again with the same args when woken (sched/park.h).
// args are rooted for the length of the call and may be overwritten by the native.
// A method `next` has no parameters, leaves args[0] as it is, never gives VALUE_PARKED and looks after cancels
// itself (NATIVE_SHIELDED): loops call it at every turn (object/iterate.c).
typedef Value (*NativeFunction)(Fiber *fiber, Value *args, int count);

enum { NATIVE_MOST_PARAMETERS = 7 }; // more would find no room behind the window of a call

// One row of a module's table. `signature` names the parameters, as help() shows them:
// "sep=nil, maxsplit=-1": a name with "=" is optional; "*xs" takes the rest (then `count` tells how
// many there are in all); an empty string: none. One that begins with "_" is the native's own.
// `doc` are sentences in one line, without the name and the signature: what it does or gives; what the arguments
// are, with their units; which errors it throws. Then an example, each of its lines indented by four. Behind what
// has a value stands that value, "# [1, 2]", as repr() shows it. All examples are run by a test (stdlib/README.md
// is made of the docs).
typedef struct NativeSpec {
    const char *name;
    NativeFunction function;
    const char *signature;
    uint32_t flags; // NATIVE_...
    const char *doc;
} NativeSpec;

enum {
    NATIVE_WAITS = 1,  // may return VALUE_PARKED; a cancel is thrown before it is called
    NATIVE_GETTER = 2, // a property: called without parentheses
    NATIVE_STATIC = 4, // of the type, not of its values
    NATIVE_SETTER = 16,
    NATIVE_SHIELDED = 32, // waits, but looks after cancels and time limits itself
};

typedef struct Native {
    Object header;
    NativeFunction function;
    const NativeSpec *spec;
    Str **parameters; // interned names; malloc'ed
    uint32_t parameter_count, required_count;
    bool rest;
    // "**labels": the last parameter is a map of the labels that are no parameters, or UNDEF.
    bool takes_labels;
    // Neither of both, and it never waits: native_takes tells whether it may be called.
    bool is_plain;
    // Neither of both, and it waits: the same by native_waits.
    bool is_waiting;
    Class *owner; // the type whose method it is; NULL for plain functions
} Native;

// True if `count` arguments need no binding but UNDEF for those that are left out.
static inline bool native_takes(const Native *native, uint32_t count) {
    return native->is_plain && count <= native->parameter_count && count >= native->required_count;
}
// The same of one that may give VALUE_PARKED, and does not look after cancels by itself.
static inline bool native_waits(const Native *native, uint32_t count) {
    return native->is_waiting && count <= native->parameter_count &&
           count >= native->required_count;
}

typedef struct Bound {
    Object header;
    Value receiver;
    Value function; // Closure or Native
} Bound;

Cell *cell_new(LocalHeap *heap, Value v);
Closure *closure_new(LocalHeap *heap, struct Proto *proto, uint32_t capture_count);
Native *native_new(Runtime *runtime, LocalHeap *heap, const NativeSpec *spec, Class *owner);
Bound *bound_new(LocalHeap *heap, Value receiver, Value function);
bool value_is_callable(Value v);
// A built-in class whose members are a table of natives (ended by a row with name NULL).
Class *class_from_table(Runtime *runtime, LocalHeap *heap, const char *name, Class *base,
                        const NativeSpec *table);

#endif
