// SPDX-License-Identifier: MIT
//
// The inside of the heap: its range of addresses, chunks, mark bits. For heap/*.c only.
//
// A chunk is in one of four states; all lists are guarded by Heap.mutex:
//
//   FREE       holds no objects: in heap->free (its pages may have been given back)
//   AVAILABLE  may have free runs: in heap->available[run]
//   OWNED      a LocalHeap opens runs in it: in no list, only the owner's thread touches it
//   FULL       no free run left until the next collection: in no list
//
// A collection puts every chunk that is not FREE into AVAILABLE, FULL or FREE again.
//
// What stands in a chunk: before `scan`, objects and dead memory; from there on, objects that the last
// collection marked and free runs between them that have not been opened. Memory from `zero_from` on has
// never been written since the pages came from the system. In a chunk of finalized kinds, a place
// that holds no object has KIND_FREE (0) in its header's place, so that the sweep finds the dead.
#ifndef CONC_HEAP_CHUNK_H
#define CONC_HEAP_CHUNK_H

#include "base/mutex.h"
#include "heap/heap.h"

enum {
    CHUNK_SIZE = 65536,
    CHUNK_GRANULES = CHUNK_SIZE / HEAP_GRANULE,
    CHUNK_MARK_WORDS = CHUNK_GRANULES / 64,
    RUN_COUNT = HEAP_CLASS_COUNT * 2, // runs of plain kinds, then those of finalized ones
    RUN_BYTES = 8192,                 // what is zeroed and counted at once
};

typedef enum ChunkState { CHUNK_FREE, CHUNK_AVAILABLE, CHUNK_OWNED, CHUNK_FULL } ChunkState;

typedef struct Chunk {
    struct Chunk *next;
    uint32_t zero_from; // offset
    uint16_t scan;      // object number where the search for free runs goes on
    uint16_t capacity;  // objects that fit
    uint16_t live;      // objects that the last collection marked
    uint16_t granules;  // of an object
    uint8_t run;        // which run it serves
    uint8_t state;      // ChunkState
} Chunk;

// An object of its own memory. The word before the object leads here.
typedef struct Large {
    Object *object;
    size_t bytes;
    size_t index; // in heap->large
    _Atomic bool marked;
} Large;

typedef struct LargePrefix {
    Large *large;
    uint64_t unused; // keeps the object aligned to a granule
} LargePrefix;

typedef struct RootSet {
    void (*trace)(void *context, Tracer *tracer);
    void *context;
} RootSet;

typedef struct WeakSet {
    void (*clear)(void *context, Heap *heap);
    void *context;
} WeakSet;

// Work that one marker gives to another: objects that are marked and to be visited.
enum { MARK_PACKET = 32, MARK_PACKETS = 32 };
typedef struct MarkPacket {
    size_t count;
    Object *objects[MARK_PACKET];
} MarkPacket;

// What the markers of a collection share (mark.c).
typedef struct MarkPool {
    _Atomic bool open;        // helpers are welcome
    _Atomic uint32_t helpers; // threads in heap_help
    _Atomic uint32_t waiting; // markers without work
    Mutex mutex;              // guards what follows
    _Atomic uint32_t filled; // packets with work: packets[0 .. filled); also read without the mutex
    uint32_t busy;           // markers that work on what they took
    MarkPacket packets[MARK_PACKETS];
} MarkPool;

enum { ROOT_SETS = 16, WEAK_SETS = 16 };

struct Heap {
    // Constant from heap_new on.
    char *base;      // start of the range
    size_t range;    // its bytes
    uint64_t *marks; // CHUNK_MARK_WORDS for each chunk; written while the world is stopped
    Chunk *chunks;   // one for each chunk of the range
    size_t chunk_limit;
    size_t limit; // bytes that a script may use
    bool stress;
    void (*due_hook)(void *context);
    void *due_context;
    const Kind *kinds[KIND_COUNT];
    RootSet roots[ROOT_SETS];
    WeakSet weak[WEAK_SETS];
    uint32_t root_count, weak_count;

    Mutex mutex;        // guards what follows up to `large`
    size_t chunk_count; // chunks of the range that have ever been used
    Chunk *free;
    Chunk *available[RUN_COUNT];
    LocalHeap *locals;
    Large **large;
    size_t large_count, large_capacity;

    _Atomic size_t allocated; // bytes handed out since the last collection
    _Atomic bool due;
    // Written while the world is stopped.
    _Atomic size_t live;      // bytes that the last collection found
    _Atomic size_t threshold; // `allocated` at which the next one is due
    _Atomic size_t collections;
    _Atomic size_t asked; // under stress: how often heap_collection_due was
    Object **mark_stack;  // kept from one collection to the next
    size_t mark_capacity;
    MarkPool marking;
};

static inline bool heap_in_range(const Heap *heap, const void *object) {
    return (size_t)((const char *)object - heap->base) < heap->range;
}
static inline size_t heap_granule(const Heap *heap, const void *object) {
    return (size_t)((const char *)object - heap->base) / HEAP_GRANULE;
}
static inline char *chunk_address(const Heap *heap, const Chunk *chunk) {
    return heap->base + (size_t)(chunk - heap->chunks) * CHUNK_SIZE;
}
static inline uint64_t *chunk_marks(const Heap *heap, const Chunk *chunk) {
    return heap->marks + (size_t)(chunk - heap->chunks) * CHUNK_MARK_WORDS;
}
static inline bool chunk_is_marked(const Heap *heap, const Chunk *chunk, size_t object) {
    size_t granule = object * chunk->granules;
    return chunk_marks(heap, chunk)[granule / 64] >> (granule % 64) & 1;
}
static inline bool chunk_finalizes(const Chunk *chunk) { return chunk->run >= HEAP_CLASS_COUNT; }
static inline size_t chunk_object_bytes(const Chunk *chunk) {
    return (size_t)chunk->granules * HEAP_GRANULE;
}
static inline Large *large_of(const Object *object) {
    return ((const LargePrefix *)(const void *)object - 1)->large;
}

// heap/chunk.c
bool heap_reserve_range(Heap *heap, size_t bytes); // false without address room
void heap_release_range(Heap *heap);
// The size class of an object, and the granules of a class.
size_t class_of_bytes(size_t bytes);
size_t class_granules(size_t size_class);
// A chunk for `run`, OWNED. Takes the mutex.
Chunk *chunk_take(Heap *heap, size_t run);
// Opens the chunk's next free run. False where there is none: the chunk is FULL then. Its owner's.
bool chunk_open_run(Heap *heap, Chunk *chunk, HeapRun *run);
// The owner lets go of it; `rest` is what is left of the run that is open. The mutex is held.
void chunk_give_back(Heap *heap, Chunk *chunk, HeapRun rest);
// After marking, with the mutex held: decides the chunk's new state. Gives its live bytes.
size_t chunk_sweep(Heap *heap, Chunk *chunk);
// Gives the pages of free chunks beyond `keep` back to the system. The mutex is held.
void heap_trim(Heap *heap, size_t keep);

// heap/local.c: counts; raises the hook when a collection is due.
void heap_count(Heap *heap, size_t bytes);
void local_close_runs(LocalHeap *local);
// heap/mark.c: marks what the roots lead to, and nothing else. The world is stopped, the mutex is held.
void heap_mark(Heap *heap);
// heap/large.c
void *large_alloc(Heap *heap, KindId kind, size_t bytes, size_t zeroed); // see heap_alloc_unset
size_t large_sweep(Heap *heap);
void large_free_all(Heap *heap);

#endif
