// SPDX-License-Identifier: MIT
//
// The Kind tables of the objects of this folder, and their one list.
#ifndef CONC_OBJECT_KINDS_H
#define CONC_OBJECT_KINDS_H

#include "heap/heap.h"

extern const Kind str_kind, bytes_kind, big_kind, buffer_kind, list_kind, map_kind, map_table_kind,
    set_kind, range_kind, cell_kind, closure_kind, native_kind, bound_kind, shape_kind, class_kind,
    instance_kind, module_kind, opaque_kind;

// Tells the heap all of them. While the Vm is being made, before the first object.
void kinds_register(Heap *heap);

#endif
