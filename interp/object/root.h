// SPDX-License-Identifier: MIT
//
// Roots: values that C code still needs after it has run script code (which may collect). A mark is
// taken first, and restored on every way out:
//
//     uint32_t mark = root_mark(fiber);
//     root_push(fiber, list);
//     ... calls of scripts ...
//     root_release(fiber, mark);
#ifndef CONC_OBJECT_ROOT_H
#define CONC_OBJECT_ROOT_H

#include "base/os.h"
#include "sched/fiber.h"

static inline uint32_t root_mark(const Fiber *fiber) { return fiber->root_count; }
static inline void root_release(Fiber *fiber, uint32_t mark) { fiber->root_count = mark; }
static inline void root_push(Fiber *fiber, Value v) {
    if (fiber->root_count == fiber->root_capacity) {
        fiber->root_capacity = fiber->root_capacity ? fiber->root_capacity * 2 : 8;
        fiber->roots = os_realloc(fiber->roots, fiber->root_capacity * sizeof *fiber->roots);
    }
    fiber->roots[fiber->root_count++] = v;
}
static inline void roots_trace(const Fiber *fiber, Tracer *tracer) {
    for (uint32_t i = 0; i < fiber->root_count; i++)
        trace_value(tracer, fiber->roots[i]);
}

#endif
