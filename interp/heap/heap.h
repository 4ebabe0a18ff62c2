// SPDX-License-Identifier: MIT
//
// The heap: allocation and the collector (precise, non-moving mark and sweep, world stopped).
//
// Layout. Memory comes in chunks of 64 KiB, aligned to their size, so that an object's chunk is
// found by masking its address. A chunk serves one size class (multiples of 16 bytes). Objects
// above HEAP_LARGE bytes have a chunk of their own (mmap/aligned alloc). Mark bits (one a granule of
// 16 bytes) stand outside of the chunk, so that a forked child that collects does not copy the heap.
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

enum { HEAP_GRANULE = 16, HEAP_LARGE = 8192 };

typedef struct HeapOptions {
    size_t memory_limit; // bytes; 0: physical memory less a reserve
    bool stress;         // a collection is due at every safepoint, and verified
} HeapOptions;

// --- the heap as a whole (any thread where not said otherwise) ---
Heap *heap_new(const HeapOptions *options);
void heap_free(Heap *heap); // finalizes every object
void heap_register_kind(Heap *heap, KindId id, const Kind *kind);
const Kind *heap_kind(Heap *heap, KindId id);
size_t heap_used(Heap *heap);  // bytes in use or not yet known to be free
size_t heap_limit(Heap *heap); // bytes

// Called by heap_alloc when a collection is due: raises the poll of the world (set by sched/world).
void heap_set_due_hook(Heap *heap, void (*due)(void *context), void *context);
// Each root set is traced in every collection. `trace` runs with the world stopped.
void heap_add_roots(Heap *heap, void (*trace)(void *context, Tracer *tracer), void *context);
// Runs after marking, before anything is swept: weak tables drop what is not marked (heap_is_marked).
void heap_add_weak(Heap *heap, void (*clear)(void *context, Heap *heap), void *context);
bool heap_is_marked(Heap *heap, const Object *object);

// True when a collection ought to run (also always under stress).
bool heap_collection_due(Heap *heap);
// Collects. The caller has stopped the world (world_stop). Under stress also verifies the heap.
void heap_collect(Heap *heap);
// True where what is used is above the limit even after a collection: MemoryError is in place.
bool heap_over_limit(Heap *heap);

// --- of one thread ---
LocalHeap *local_heap_new(Heap *heap);  // a thread attaches
void local_heap_free(LocalHeap *local); // a thread ends: its open chunks go back
Heap *local_heap_shared(LocalHeap *local);

// A new object: header set, the rest zeroed. `bytes` includes the header. Never fails (a machine
// without memory is a fatal error); so large requests are to ask heap_has_room first.
void *heap_alloc(LocalHeap *local, KindId kind, size_t bytes);
// False where `bytes` more would pass the memory limit: the caller throws MemoryError.
// To be asked before any allocation whose size a script decides (above a few KiB).
bool heap_has_room(LocalHeap *local, size_t bytes);

// --- for Kind.trace and root callbacks ---
void trace_value(Tracer *tracer, Value v);          // any value; UNDEF and immediates are fine
void trace_object(Tracer *tracer, const void *object); // NULL is fine
void trace_slots(Tracer *tracer, Slot *slots, size_t count);

#endif
