// SPDX-License-Identifier: MIT
//
// The heap: allocation and the collector (precise, non-moving mark and sweep, world stopped).
//
// Layout. A heap has one reserved range of addresses, cut into chunks of 64 KiB. A chunk serves one
// size class (multiples of 16 bytes). Objects above HEAP_LARGE bytes are malloc'ed one by one. The
// chunks' descriptions and the mark bits (one a granule of 16 bytes) stand in side tables that an
// address leads to by arithmetic alone: chunks hold objects and nothing else, so that a forked child
// that collects does not copy the heap.
// Each thread bumps through the free runs of a chunk that it owns for the class (LocalHeap);
// runs are found lazily from the mark bits of the last collection, so dead memory is not touched
// before it is used again (Immix: Blackburn and McKinley 2008, here within size classes).
// Kinds that have a finalizer live in chunks of their own, swept right after marking.
//
// THE RULE: allocating never collects. It counts, and raises the thread's poll word when a
// collection is due; the collection itself runs at a safepoint, which only functions that take a
// Fiber and say so can reach. C code may therefore hold plain pointers in locals across allocations.
// New objects are born so that a collection never frees them before they were reachable once: they
// are simply found by tracing at the next safepoint, or are garbage by then.
//
// Memory handed out is zeroed except for the header, so every slot is VALUE_UNDEF until stored.
#ifndef CONC_HEAP_HEAP_H
#define CONC_HEAP_HEAP_H

#include <stddef.h>

#include "heap/object.h"

typedef struct Heap Heap;           // of a Vm: chunks, limits, statistics
typedef struct LocalHeap LocalHeap; // of a thread: its open chunks; only that thread may use it

enum {
    HEAP_GRANULE = 16,
    HEAP_LARGE = 8192, // objects above this many bytes are not in chunks
    HEAP_SMALL = 512,  // up to here a size class is a number of granules
    HEAP_CLASS_COUNT =
        49, // size classes: 1..32 granules, then four for each doubling up to HEAP_LARGE
};

typedef struct HeapOptions {
    size_t memory_limit; // bytes; 0: physical memory less a reserve
    bool stress;         // a collection is due at every safepoint (later less often), and verified
} HeapOptions;

// --- the heap as a whole (any thread where not said otherwise) ---
Heap *heap_new(const HeapOptions *options);
void heap_free(Heap *heap); // finalizes every object
void heap_register_kind(Heap *heap, KindId id, const Kind *kind);
size_t heap_used(Heap *heap);  // bytes in use or not yet known to be free
size_t heap_limit(Heap *heap); // bytes

// Called by heap_alloc when a collection is due: raises the poll of the world (set by sched/world).
void heap_set_due_hook(Heap *heap, void (*due)(void *context), void *context);
// Each root set is traced in every collection. `trace` runs with the world stopped.
void heap_add_roots(Heap *heap, void (*trace)(void *context, Tracer *tracer), void *context);
// Runs after marking, before anything is swept: weak tables drop what is not marked (heap_is_marked).
void heap_add_weak(Heap *heap, void (*clear)(void *context, Heap *heap), void *context);
bool heap_is_marked(Heap *heap, const Object *object);
// In a forked child, where `self` is the only thread left: the others' open runs go back.
void heap_after_fork(Heap *heap, LocalHeap *self);

// True when a collection ought to run (also always under stress).
bool heap_collection_due(Heap *heap);
bool heap_is_stressed(const Heap *heap);
// Makes a collection due now: what could not be had may be had after it. Any attached thread.
void heap_request_collection(Heap *heap);
// Collects. The caller has stopped the world (world_stop). Under stress also verifies the heap.
void heap_collect(Heap *heap);
// By a thread that is stopped, at any time, again and again: where a collection has much to mark, marks as well
// until that is done (true); else returns at once (false). Touches no object but to mark it.
bool heap_help(Heap *heap);
// True where what is used is above the limit even after a collection: MemoryError is in place.
bool heap_over_limit(Heap *heap);

// --- of one thread ---
LocalHeap *local_heap_new(Heap *heap);  // a thread attaches
void local_heap_free(LocalHeap *local); // a thread ends: its open chunks go back

// A free run that a thread has opened: zeroed memory from which objects are cut off.
typedef struct HeapRun {
    char *cursor, *limit;
} HeapRun;

struct LocalHeap {
    uint8_t first_run[KIND_COUNT]; // HEAP_CLASS_COUNT for kinds that are finalized, else 0
    HeapRun runs[HEAP_CLASS_COUNT * 2];
    // What follows is heap/local.c's own.
    Heap *heap;
    struct Chunk *chunks[HEAP_CLASS_COUNT * 2]; // the chunk of each run
    LocalHeap *next, *previous;                 // heap->locals, under heap->mutex
};

void *heap_alloc_slow(LocalHeap *local, KindId kind, size_t bytes);

// A new object: header set, the rest zeroed. `bytes` includes the header. Never fails (a machine
// without memory is a fatal error); so large requests are to ask heap_has_room first.
static inline void *heap_alloc(LocalHeap *local, KindId kind, size_t bytes) {
    if (__builtin_expect(bytes <= HEAP_SMALL, 1)) {
        size_t granules = (bytes + HEAP_GRANULE - 1) / HEAP_GRANULE;
        HeapRun *run = &local->runs[local->first_run[kind] + granules];
        char *at = run->cursor;
        if (__builtin_expect(granules * HEAP_GRANULE <= (size_t)(run->limit - at), 1)) {
            run->cursor = at + granules * HEAP_GRANULE;
            ((Object *)(void *)at)->kind = (uint16_t)kind;
            return at;
        }
    }
    return heap_alloc_slow(local, kind, bytes);
}
// The same, but of one above HEAP_LARGE only the first `zeroed` bytes are: for what is written over at once, or traced no
// further than it was written. Sparing that is a sixth of the time of copying a large set.
void *heap_alloc_large(LocalHeap *local, KindId kind, size_t bytes, size_t zeroed);
static inline void *heap_alloc_unset(LocalHeap *local, KindId kind, size_t bytes, size_t zeroed) {
    return bytes > HEAP_LARGE ? heap_alloc_large(local, kind, bytes, zeroed)
                              : heap_alloc(local, kind, bytes);
}
// False where `bytes` more would pass the memory limit: the caller throws MemoryError.
// To be asked before any allocation whose size a script decides (above a few KiB).
bool heap_has_room(LocalHeap *local, size_t bytes);

// --- for Kind.trace and root callbacks ---
void trace_ref(Tracer *tracer, const void *object);
// Any value; UNDEF and immediates are fine.
static inline void trace_value(Tracer *tracer, Value v) {
    if (value_is_ref(v))
        trace_ref(tracer, value_to_ref(v));
}
// NULL is fine.
static inline void trace_object(Tracer *tracer, const void *object) {
    if (object)
        trace_ref(tracer, object);
}
void trace_slots(Tracer *tracer, Slot *slots, size_t count);
// `count` times two slots, the first ones `stride` slots apart.
void trace_pairs(Tracer *tracer, Slot *first, size_t count, size_t stride);

#endif
