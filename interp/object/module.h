// SPDX-License-Identifier: MIT
//
// Modules: names with a fixed slot each. A script's top level is one (its globals are the slots), so
// is each imported file, and each module of natives (math, time). Slots are shared by all threads.
#ifndef CONC_OBJECT_MODULE_H
#define CONC_OBJECT_MODULE_H

#include "object/function.h"

enum { MODULE_MAX_SLOTS = 65536 };

typedef struct ModuleObject {
    Object header; // KIND_MODULE
    Str *name;
    const char *doc;          // of a module of natives, as NativeSpec has it; NULL for others
    Str *path;                // of a file module; NULL for others
    uint32_t count, capacity; // changed only by the thread that loads it (or the REPL)
    Str **names;              // interned; malloc'ed
    bool *constant;
    Slot *slots; // malloc'ed once with `capacity` slots and never moved: compiled code points here
} ModuleObject;

// `capacity` slots at most, ever.
ModuleObject *module_new(LocalHeap *heap, Str *name, uint32_t capacity);
int module_find(const ModuleObject *module, const Str *name); // slot number or -1
// The slot of `name`, made if need be (UNDEF then). -1: the module is full.
int module_define(ModuleObject *module, Str *name, bool constant);
void module_set(ModuleObject *module, Str *name, Value v);
// UNDEF if there is none, or not yet set.
Value module_get(const ModuleObject *module, const Str *name);
// A module of natives (table ended by name NULL) under `name`.
ModuleObject *module_from_table(Runtime *runtime, LocalHeap *heap, const char *name,
                                const NativeSpec *table);

#endif
