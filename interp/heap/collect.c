// SPDX-License-Identifier: MIT
//
// A collection, with the world stopped: close all runs, clear the marks, mark from the roots, let weak
// tables forget, sweep. Marking keeps an explicit stack, so that a long list does not recurse in C.
// An object passes a short queue between the stack and its visit: by then its prefetch has
// arrived (Cher, Hosking, Vitek 2004, "Software prefetching for mark-sweep garbage collection").
//
// Sweeping a chunk only counts its mark bits; dead memory is not touched. Chunks of finalized kinds are
// walked, and dead memory is overwritten under stress.
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/os.h"
#include "heap/chunk.h"

enum { QUEUE = 8, MARK_STACK_LEAST = 4096, MARK_STACK_KEEP = 1 << 20 };
enum { MIB = 1024 * 1024, THRESHOLD_LEAST = 2 * MIB, FREE_CHUNKS_KEPT = 256 };

struct Tracer {
    Heap *heap;
    Object **stack;
    size_t depth, capacity;
};

// ---- Marking -------------------------------------------------------------------------------------

static void mark_push(Tracer *tracer, const Object *object) {
    if (tracer->depth == tracer->capacity) {
        tracer->capacity = tracer->capacity ? tracer->capacity * 2 : MARK_STACK_LEAST;
        tracer->stack = os_realloc(tracer->stack, tracer->capacity * sizeof(Object *));
    }
    tracer->stack[tracer->depth++] = (Object *)object;
}

// Under stress: does the reference lead to the start of an object?
static void verify(Heap *heap, const Object *object) {
    const char *why = NULL;
    if (((uintptr_t)object & (HEAP_GRANULE - 1)) != 0) {
        why = "is not aligned";
    } else if (heap_in_range(heap, object)) {
        size_t offset = (size_t)((const char *)object - heap->base);
        Chunk *chunk = &heap->chunks[offset / CHUNK_SIZE];
        if (offset / CHUNK_SIZE >= heap->chunk_count || chunk->state == CHUNK_FREE)
            why = "is in a free chunk";
        else if (offset % CHUNK_SIZE % chunk_object_bytes(chunk) != 0)
            why = "is inside of an object";
        else if (offset % CHUNK_SIZE >= chunk->zero_from)
            why = "was never allocated";
    }
    if (!why && (object->kind == KIND_FREE || object->kind >= KIND_COUNT))
        why = "has no kind";
    if (why)
        os_fatal("the reference %p %s", (const void *)object, why);
}

// Sets the mark; false if it was set.
static inline bool mark(Heap *heap, const Object *object) {
    if (__builtin_expect(heap_in_range(heap, object), 1)) {
        size_t granule = heap_granule(heap, object);
        uint64_t *word = &heap->marks[granule / 64], bit = (uint64_t)1 << (granule % 64);
        if (*word & bit)
            return false;
        *word |= bit;
        return true;
    }
    Large *large = large_of(object);
    if (large->marked)
        return false;
    large->marked = true;
    return true;
}

static inline void trace_ref(Tracer *tracer, const Object *object) {
    if (__builtin_expect(tracer->heap->stress, 0))
        verify(tracer->heap, object);
    if (mark(tracer->heap, object))
        mark_push(tracer, object);
}

void trace_object(Tracer *tracer, const void *object) {
    if (object)
        trace_ref(tracer, object);
}

void trace_value(Tracer *tracer, Value v) {
    if (value_is_ref(v))
        trace_ref(tracer, value_to_ref(v));
}

void trace_slots(Tracer *tracer, Slot *slots, size_t count) {
    for (size_t i = 0; i < count; i++) {
        Value v = load_relaxed(&slots[i]);
        if (value_is_ref(v))
            trace_ref(tracer, value_to_ref(v));
    }
}

static void visit(Tracer *tracer, Object *object) {
    const Kind *kind = tracer->heap->kinds[object->kind];
    if (kind->trace)
        kind->trace(object, tracer);
}

// Visits until the stack and the queue are empty.
static void drain(Tracer *tracer) {
    Object *queue[QUEUE] = {0};
    size_t at = 0, waiting = 0;
    while (tracer->depth > 0 || waiting > 0) {
        Object *next = tracer->depth > 0 ? tracer->stack[--tracer->depth] : NULL;
        Object *object = queue[at];
        queue[at] = next;
        at = (at + 1) % QUEUE;
        if (next) {
            __builtin_prefetch(next);
            waiting++;
        }
        if (!object)
            continue;
        waiting--;
        visit(tracer, object);
    }
}

static void clear_marks(Heap *heap) {
    memset(heap->marks, 0, heap->chunk_count * CHUNK_MARK_WORDS * sizeof *heap->marks);
    for (size_t i = 0; i < heap->large_count; i++)
        heap->large[i]->marked = false;
}

static void mark_all(Heap *heap) {
    Tracer tracer = {heap, heap->mark_stack, 0, heap->mark_capacity};
    for (uint32_t i = 0; i < heap->root_count; i++) {
        heap->roots[i].trace(heap->roots[i].context, &tracer);
        drain(&tracer);
    }
    if (tracer.capacity > MARK_STACK_KEEP) {
        free(tracer.stack);
        tracer.stack = NULL;
        tracer.capacity = 0;
    }
    heap->mark_stack = tracer.stack;
    heap->mark_capacity = tracer.capacity;
}

bool heap_is_marked(Heap *heap, const Object *object) {
    if (!heap_in_range(heap, object))
        return large_of(object)->marked;
    size_t granule = heap_granule(heap, object);
    return heap->marks[granule / 64] >> (granule % 64) & 1;
}

// ---- Sweeping ------------------------------------------------------------------------------------

// Backwards, as each chunk goes to the head of its list: low addresses are used first.
static size_t sweep(Heap *heap) {
    heap->free = NULL;
    memset(heap->available, 0, sizeof heap->available);
    size_t live = 0;
    for (size_t i = heap->chunk_count; i-- > 0;) {
        Chunk *chunk = &heap->chunks[i];
        if (chunk->state != CHUNK_FREE) {
            live += chunk_sweep(heap, chunk);
        } else {
            chunk->next = heap->free;
            heap->free = chunk;
        }
    }
    return live + large_sweep(heap);
}

// The next collection is due when about as much has been allocated as lives now, a MiB less, which only small heaps
// feel: their peak is what people compare. Sooner near the limit.
static void plan_next(Heap *heap, size_t live) {
    size_t planned = live > MIB ? live - MIB : 0;
    size_t threshold = planned > THRESHOLD_LEAST ? planned : THRESHOLD_LEAST;
    size_t room = live < heap->limit ? heap->limit - live : 0;
    size_t least = heap->limit / 64;
    if (threshold > room)
        threshold = room > least ? room : least;
    store_relaxed(&heap->live, live);
    store_relaxed(&heap->allocated, 0);
    store_relaxed(&heap->threshold, threshold);
    store_seq(&heap->due, false);
    heap_trim(heap, threshold / CHUNK_SIZE < FREE_CHUNKS_KEPT ? FREE_CHUNKS_KEPT
                                                              : threshold / CHUNK_SIZE);
}

void heap_collect(Heap *heap) {
    mutex_lock(&heap->mutex);
    for (LocalHeap *local = heap->locals; local; local = local->next)
        local_close_runs(local);
    clear_marks(heap);
    mark_all(heap);
    for (uint32_t i = 0; i < heap->weak_count; i++)
        heap->weak[i].clear(heap->weak[i].context, heap);
    plan_next(heap, sweep(heap));
    add_relaxed(&heap->collections, 1);
    mutex_unlock(&heap->mutex);
}
