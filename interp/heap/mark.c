// SPDX-License-Identifier: MIT
//
// Marking, with the world stopped: clear the marks, then mark whatever the roots lead to. It keeps an explicit
// stack, so that a long list does not recurse in C. An object passes a short queue between the stack and
// its visit: by then its prefetch has arrived (Cher, Hosking, Vitek 2004, "Software prefetching for
// mark-sweep garbage collection").
//
// In parallel. The threads that the collector has stopped come here by themselves (heap_help) and mark as well,
// where there is much to mark. Each marker has a stack of its own. One that sees others without work gives away
// some of the oldest objects of its stack, which lead to the most, as a packet; who has no work takes one.
// All is marked when nobody has work and no packet is left. (A. Endo, Taura, Yonezawa 1997, "A scalable
// mark-sweep garbage collector", in small.)
//
// Marks are set plainly until the collector gives its first packet, and atomically from then on; what a helper
// marks it has got in a packet. So a collection that nobody helps pays nothing.
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/os.h"
#include "heap/chunk.h"

enum { QUEUE = 8, MARK_STACK_LEAST = 4096, MARK_STACK_KEEP = 1 << 20 };
enum {
    HELP_LEAST = 512 * 1024
}; // bytes that lived after the last collection: else help comes too late
enum { SPINS = 16, YIELD_EVERY = 64 };

// Of one marker. stack[bottom .. depth) is marked and to be visited.
struct Tracer {
    Heap *heap;
    Object **stack;
    size_t bottom, depth, capacity;
    bool shares; // there may be others that want work
    bool atomic; // others mark too
};

// ---- The marks -----------------------------------------------------------------------------------

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

static inline bool mark_small(Heap *heap, const Object *object, bool atomic) {
    size_t granule = heap_granule(heap, object);
    uint64_t *word = &heap->marks[granule / 64], bit = (uint64_t)1 << (granule % 64);
    if (__atomic_load_n(word, __ATOMIC_RELAXED) & bit)
        return false;
    if (atomic)
        return !(__atomic_fetch_or(word, bit, __ATOMIC_RELAXED) & bit);
    __atomic_store_n(word, *word | bit, __ATOMIC_RELAXED);
    return true;
}

// Sets the mark; false if it was set.
static inline bool mark(const Tracer *tracer, const Object *object) {
    if (__builtin_expect(heap_in_range(tracer->heap, object), 1))
        return mark_small(tracer->heap, object, tracer->atomic);
    return !exchange_relaxed(&large_of(object)->marked, true);
}

static void clear_marks(Heap *heap) {
    memset(heap->marks, 0, heap->chunk_count * CHUNK_MARK_WORDS * sizeof *heap->marks);
    for (size_t i = 0; i < heap->large_count; i++)
        store_relaxed(&heap->large[i]->marked, false);
}

bool heap_is_marked(Heap *heap, const Object *object) {
    if (!heap_in_range(heap, object))
        return load_relaxed(&large_of(object)->marked);
    size_t granule = heap_granule(heap, object);
    return heap->marks[granule / 64] >> (granule % 64) & 1;
}

// ---- The stack -----------------------------------------------------------------------------------

static void mark_push(Tracer *tracer, const Object *object) {
    if (tracer->depth == tracer->capacity) {
        tracer->capacity = tracer->capacity ? tracer->capacity * 2 : MARK_STACK_LEAST;
        tracer->stack = os_realloc(tracer->stack, tracer->capacity * sizeof(Object *));
    }
    tracer->stack[tracer->depth++] = (Object *)object;
}

static inline Object *mark_pop(Tracer *tracer) {
    if (tracer->depth > tracer->bottom)
        return tracer->stack[--tracer->depth];
    tracer->depth = tracer->bottom = 0;
    return NULL;
}

static inline void trace_found(Tracer *tracer, const Object *object) {
    if (__builtin_expect(tracer->heap->stress, 0))
        verify(tracer->heap, object);
    if (mark(tracer, object))
        mark_push(tracer, object);
}

void trace_ref(Tracer *tracer, const void *object) { trace_found(tracer, object); }

void trace_slots(Tracer *tracer, Slot *slots, size_t count) {
    for (size_t i = 0; i < count; i++) {
        Value v = load_relaxed(&slots[i]);
        if (value_is_ref(v))
            trace_found(tracer, value_to_ref(v));
    }
}

void trace_pairs(Tracer *tracer, Slot *first, size_t count, size_t stride) {
    for (; count > 0; count--, first += stride) {
        Value a = load_relaxed(&first[0]), b = load_relaxed(&first[1]);
        if (value_is_ref(a))
            trace_ref(tracer, value_to_ref(a));
        if (value_is_ref(b))
            trace_ref(tracer, value_to_ref(b));
    }
}

// ---- Packets -------------------------------------------------------------------------------------

static inline bool is_wanted(const Tracer *tracer) {
    MarkPool *pool = &tracer->heap->marking;
    return tracer->shares && tracer->depth > tracer->bottom + 1 &&
           load_relaxed(&pool->waiting) > load_relaxed(&pool->filled);
}

// Gives half of the stack, or as much as a packet holds.
static void packet_give(Tracer *tracer) {
    MarkPool *pool = &tracer->heap->marking;
    size_t count = (tracer->depth - tracer->bottom) / 2;
    mutex_lock(&pool->mutex);
    uint32_t filled = load_relaxed(&pool->filled);
    if (filled < MARK_PACKETS) {
        MarkPacket *packet = &pool->packets[filled];
        packet->count = count < MARK_PACKET ? count : MARK_PACKET;
        memcpy(packet->objects, tracer->stack + tracer->bottom, packet->count * sizeof(Object *));
        tracer->bottom += packet->count;
        tracer->atomic = true;
        store_relaxed(&pool->filled, filled + 1);
    }
    mutex_unlock(&pool->mutex);
}

// The marker counts as busy from then on, until packet_done.
static bool packet_take(Tracer *tracer) {
    MarkPool *pool = &tracer->heap->marking;
    if (load_relaxed(&pool->filled) == 0)
        return false;
    mutex_lock(&pool->mutex);
    uint32_t filled = load_relaxed(&pool->filled);
    if (filled > 0) {
        MarkPacket *packet = &pool->packets[filled - 1];
        for (size_t i = 0; i < packet->count; i++)
            mark_push(tracer, packet->objects[i]);
        store_relaxed(&pool->filled, filled - 1);
        sub_relaxed(&pool->waiting, 1);
        pool->busy++;
    }
    mutex_unlock(&pool->mutex);
    return filled > 0;
}

static void packet_done(MarkPool *pool) {
    mutex_lock(&pool->mutex);
    pool->busy--;
    add_relaxed(&pool->waiting, 1);
    mutex_unlock(&pool->mutex);
}

static bool nobody_has_work(MarkPool *pool) {
    mutex_lock(&pool->mutex);
    bool nobody = pool->busy == 0 && load_relaxed(&pool->filled) == 0;
    mutex_unlock(&pool->mutex);
    return nobody;
}

// ---- Visiting ------------------------------------------------------------------------------------

static void visit(Tracer *tracer, Object *object) {
    const Kind *kind = tracer->heap->kinds[object->kind];
    if (kind->trace)
        kind->trace(object, tracer);
}

// Visits until the stack and the queue are empty.
static void drain(Tracer *tracer) {
    Object *queue[QUEUE] = {0};
    size_t at = 0, waiting = 0;
    while (tracer->depth > tracer->bottom || waiting > 0) {
        if (__builtin_expect(is_wanted(tracer), 0))
            packet_give(tracer);
        Object *next = mark_pop(tracer);
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

static void rest_a_little(unsigned turn) {
    for (int i = 0; i < SPINS; i++)
        spin_hint();
    if (turn % YIELD_EVERY == 0)
        os_yield();
}

// Takes packets while `go_on` says so. The marker has no work of its own.
static void share(Tracer *tracer, bool (*go_on)(MarkPool *pool)) {
    MarkPool *pool = &tracer->heap->marking;
    add_relaxed(&pool->waiting, 1);
    for (unsigned turn = 1; go_on(pool);) {
        if (!packet_take(tracer)) {
            rest_a_little(turn++);
            continue;
        }
        drain(tracer);
        packet_done(pool);
    }
    sub_relaxed(&pool->waiting, 1);
}

// ---- Helping -------------------------------------------------------------------------------------

static bool is_open(MarkPool *pool) { return load_acquire(&pool->open); }
static bool somebody_has_work(MarkPool *pool) { return !nobody_has_work(pool); }

// The helper counts itself and then looks whether it is welcome; the collector closes and then waits for those
// that are counted (Dekker).
bool heap_help(Heap *heap) {
    MarkPool *pool = &heap->marking;
    if (!load_relaxed(&pool->open))
        return false;
    add_seq(&pool->helpers, 1);
    if (load_seq(&pool->open)) {
        Tracer tracer = {.heap = heap, .shares = true, .atomic = true};
        share(&tracer, is_open);
        free(tracer.stack);
    }
    sub_seq(&pool->helpers, 1);
    return true;
}

static void helpers_leave(MarkPool *pool) {
    store_seq(&pool->open, false);
    for (unsigned turn = 1; load_seq(&pool->helpers) > 0; turn++)
        rest_a_little(turn);
}

// ---- The whole -----------------------------------------------------------------------------------

static bool is_worth_help(const Heap *heap) {
    bool many = heap->locals && heap->locals->next;
    return many && (heap->stress || load_relaxed(&heap->live) >= HELP_LEAST);
}

void heap_mark(Heap *heap) {
    clear_marks(heap);
    Tracer tracer = {.heap = heap, .stack = heap->mark_stack, .capacity = heap->mark_capacity};
    tracer.shares = is_worth_help(heap);
    store_seq(&heap->marking.open, tracer.shares);
    for (uint32_t i = 0; i < heap->root_count; i++) {
        heap->roots[i].trace(heap->roots[i].context, &tracer);
        drain(&tracer);
    }
    if (tracer.atomic)
        share(&tracer, somebody_has_work);
    if (tracer.shares)
        helpers_leave(&heap->marking);
    if (tracer.capacity > MARK_STACK_KEEP) {
        free(tracer.stack);
        tracer.stack = NULL;
        tracer.capacity = 0;
    }
    heap->mark_stack = tracer.stack;
    heap->mark_capacity = tracer.capacity;
}
