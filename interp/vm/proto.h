// SPDX-License-Identifier: MIT
//
// Proto: the loaded form of one Code: constants as values, names interned, a cache word a site.
// Units are the compiled texts; they and their protos live until the Vm ends (closures point to
// them without tracing), so only their constants are roots.
#ifndef CONC_VM_PROTO_H
#define CONC_VM_PROTO_H

#include "code/code.h"
#include "object/function.h"

typedef struct Unit Unit;

// Several ways, newest first, so that a call which meets a few classes by turns finds each (polymorphic
// inline cache: Hoelzle, Chambers, Ungar 1991).
enum { SITE_WAYS = 4 };
typedef struct LoadedSite {
    Str *name;                         // interned
    _Atomic uint64_t cache[SITE_WAYS]; // vm/member.h
} LoadedSite;

typedef struct LoadedLabels {
    uint32_t count;
    Str **names;
} LoadedLabels;

typedef struct LoadedPlan {
    Str *name;
    uint32_t count;
    Str **names;
    const PlanMemberKind *kinds;
} LoadedPlan;

enum { PLAIN_NEVER = 0xffff };

typedef struct Proto {
    const uint32_t *words;
    Value *constants;
    LoadedSite *sites;
    struct ModuleObject *module;
    Slot *globals; // the module's slots
    uint8_t register_count, parameter_count, required_count;
    bool has_rest, is_async, is_method;
    // The number of arguments with which a call needs no binding, else PLAIN_NEVER: called as a
    // function, and called as a method with self in the window.
    uint16_t plain_count, method_count;
    uint32_t capture_count;
    struct Proto **children;
    LoadedLabels *labels;
    LoadedPlan *plans;
    Str *name;
    Str **parameters; // with the rest's name last, if any
    const Code *code;
    Unit *unit;
} Proto;

#endif
