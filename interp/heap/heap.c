// SPDX-License-Identifier: MIT
//
// The heap as a whole: its making and end, limits, registries. The work is done in local.c
// (allocation), chunk.c (memory) and collect.c.
#include "heap/heap.h"

#include <assert.h>
#include <stdlib.h>

#include "base/os.h"
#include "heap/chunk.h"

enum { MIB = 1024 * 1024, RANGE_LEAST = 16 * MIB, THRESHOLD_LEAST = 2 * MIB };
enum { STRESS_AGE = 2000 }; // collections after which stress lets up

// Kinds that nobody registers hold no references.
static void trace_nothing(Object *object, Tracer *tracer) {
    (void)object;
    (void)tracer;
}

static const Kind default_kind = {"object", trace_nothing, NULL};

// More address room than a script may use, as chunks of one size do not serve another. Less where the
// system does not give as much (ulimit -v, strict overcommit).
static void heap_reserve(Heap *heap) {
    size_t bytes = heap->limit * 2;
    if (bytes < (size_t)1024 * MIB)
        bytes = (size_t)1024 * MIB;
    while (!heap_reserve_range(heap, bytes)) {
        bytes /= 2;
        if (bytes < RANGE_LEAST)
            os_fatal("out of memory: no address room for the heap");
    }
}

Heap *heap_new(const HeapOptions *options) {
    Heap *heap = os_calloc(1, sizeof *heap);
    heap->limit = options->memory_limit;
    if (heap->limit == 0)
        heap->limit = os_physical_memory() / 4 * 3;
    heap->stress = options->stress;
#ifdef CONC_STRESS
    heap->stress = true;
#endif
    mutex_init(&heap->mutex, RANK_HEAP);
    mutex_init(&heap->marking.mutex, RANK_MARKING);
    heap_reserve(heap);
    for (size_t i = 0; i < KIND_COUNT; i++)
        heap->kinds[i] = &default_kind;
    store_relaxed(&heap->threshold, heap->limit < THRESHOLD_LEAST ? heap->limit : THRESHOLD_LEAST);
    return heap;
}

static void finalize_all(Heap *heap) {
    for (size_t i = 0; i < heap->chunk_count; i++) {
        Chunk *chunk = &heap->chunks[i];
        if (chunk->state == CHUNK_FREE || !chunk_finalizes(chunk))
            continue;
        uint64_t *marks = chunk_marks(heap, chunk);
        for (size_t k = 0; k < CHUNK_MARK_WORDS; k++)
            marks[k] = 0;
        chunk_sweep(heap, chunk);
    }
}

void heap_free(Heap *heap) {
    while (heap->locals)
        local_heap_free(heap->locals);
    finalize_all(heap);
    large_free_all(heap);
    heap_release_range(heap);
    mutex_destroy(&heap->mutex);
    mutex_destroy(&heap->marking.mutex);
    free(heap->mark_stack);
    free(heap);
}

void heap_register_kind(Heap *heap, KindId id, const Kind *kind) {
    assert(id < KIND_COUNT);
    heap->kinds[id] = kind;
    mutex_lock(&heap->mutex);
    for (LocalHeap *local = heap->locals; local; local = local->next)
        local->first_run[id] = kind->finalize ? HEAP_CLASS_COUNT : 0;
    mutex_unlock(&heap->mutex);
}

size_t heap_used(Heap *heap) { return load_relaxed(&heap->live) + load_relaxed(&heap->allocated); }
size_t heap_limit(Heap *heap) { return heap->limit; }

void heap_set_due_hook(Heap *heap, void (*due)(void *context), void *context) {
    heap->due_hook = due;
    heap->due_context = context;
}

void heap_add_roots(Heap *heap, void (*trace)(void *context, Tracer *tracer), void *context) {
    assert(heap->root_count < ROOT_SETS);
    heap->roots[heap->root_count++] = (RootSet){trace, context};
}

void heap_add_weak(Heap *heap, void (*clear)(void *context, Heap *heap), void *context) {
    assert(heap->weak_count < WEAK_SETS);
    heap->weak[heap->weak_count++] = (WeakSet){clear, context};
}

// Under stress: at first whenever it is asked, later at every sixteenth asking, and so on, so that a script
// that runs long under stress comes to an end.
static bool stress_due(Heap *heap) {
    size_t asked = add_relaxed(&heap->asked, 1);
    size_t age = load_relaxed(&heap->collections) / STRESS_AGE;
    size_t interval = age == 0 ? 1 : age == 1 ? 16 : age < 4 ? 128 : 1024;
    return asked % interval == 0;
}

bool heap_collection_due(Heap *heap) {
    return load_relaxed(&heap->due) || (heap->stress && stress_due(heap));
}

void heap_request_collection(Heap *heap) {
    store_seq(&heap->due, true);
    if (heap->due_hook)
        heap->due_hook(heap->due_context);
}

bool heap_over_limit(Heap *heap) { return heap_used(heap) > heap->limit; }

// The world was stopped at the fork, so nobody was in the middle of anything.
void heap_after_fork(Heap *heap, LocalHeap *self) {
    mutex_after_fork(&heap->mutex);
    mutex_after_fork(&heap->marking.mutex);
    store_relaxed(&heap->marking.helpers, 0); // one may just have looked in
    LocalHeap *next;
    for (LocalHeap *local = heap->locals; local; local = next) {
        next = local->next;
        if (local != self)
            local_heap_free(local);
    }
}

bool heap_is_stressed(const Heap *heap) { return heap->stress; }
