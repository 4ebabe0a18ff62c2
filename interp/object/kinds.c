// SPDX-License-Identifier: MIT
//
// The one list that joins the kinds of this folder (heap/kinds.def) to their functions. A kind that is
// missing here would be taken for one that refers to nothing, and what it refers to be swept under it; a
// stress build, which checks every reference that it traces, would say so.
#include "object/kinds.h"

static void trace_nothing(Object *object, Tracer *tracer) {
    (void)object;
    (void)tracer;
}

const Kind opaque_kind = {"object", trace_nothing, NULL};

void kinds_register(Heap *heap) {
    static const struct {
        KindId id;
        const Kind *kind;
    } list[] = {
        {KIND_STR, &str_kind},
        {KIND_BYTES, &bytes_kind},
        {KIND_BIG, &big_kind},
        {KIND_BUFFER, &buffer_kind},
        {KIND_LIST, &list_kind},
        {KIND_MAP, &map_kind},
        {KIND_MAP_TABLE, &map_table_kind},
        {KIND_SET, &set_kind},
        {KIND_RANGE, &range_kind},
        {KIND_CELL, &cell_kind},
        {KIND_CLOSURE, &closure_kind},
        {KIND_NATIVE, &native_kind},
        {KIND_BOUND, &bound_kind},
        {KIND_SHAPE, &shape_kind},
        {KIND_CLASS, &class_kind},
        {KIND_INSTANCE, &instance_kind},
        {KIND_MODULE, &module_kind},
        {KIND_OPAQUE, &opaque_kind},
    };
    for (size_t i = 0; i < sizeof list / sizeof *list; i++)
        heap_register_kind(heap, list[i].id, list[i].kind);
}
