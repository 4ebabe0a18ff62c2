// SPDX-License-Identifier: MIT
//
// The heap's range and its chunks: who serves which size, where the free runs are, what goes back to
// the system. The range is reserved once, without backing; side tables are reserved with it, so that
// a chunk's description and mark bits are found by arithmetic.
#include "heap/chunk.h"

#include <assert.h>
#include <string.h>

#include "base/os.h"

// Under the address sanitizer memory that holds no object may not be touched.
#if defined(__SANITIZE_ADDRESS__)
#define HEAP_POISONS 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HEAP_POISONS 1
#endif
#endif
#ifdef HEAP_POISONS
#include <sanitizer/asan_interface.h>
#define memory_close(at, bytes) __asan_poison_memory_region((at), (bytes))
#define memory_open(at, bytes)  __asan_unpoison_memory_region((at), (bytes))
static const bool poisons = true;
#else
#define memory_close(at, bytes) ((void)(at), (void)(bytes))
#define memory_open(at, bytes)  ((void)(at), (void)(bytes))
static const bool poisons = false;
#endif

enum { POISON_BYTE = 0xdb };

// ---- Size classes --------------------------------------------------------------------------------

// 1..32 granules each; from there on four classes for each doubling: 640 768 896 1024 1280 ... 8192.
size_t class_granules(size_t size_class) {
    if (size_class <= HEAP_SMALL / HEAP_GRANULE)
        return size_class;
    size_t step = size_class - HEAP_SMALL / HEAP_GRANULE - 1;
    size_t base = (size_t)(HEAP_SMALL / HEAP_GRANULE) << (step / 4);
    return base + base / 4 * (step % 4 + 1);
}

size_t class_of_bytes(size_t bytes) {
    size_t granules = (bytes + HEAP_GRANULE - 1) / HEAP_GRANULE;
    if (granules <= HEAP_SMALL / HEAP_GRANULE)
        return granules;
    size_t size_class = HEAP_SMALL / HEAP_GRANULE + 1;
    while (class_granules(size_class) < granules)
        size_class++;
    return size_class;
}

// ---- The range -----------------------------------------------------------------------------------

bool heap_reserve_range(Heap *heap, size_t bytes) {
    size_t count = bytes / CHUNK_SIZE;
    heap->base = os_pages_alloc(count * CHUNK_SIZE, CHUNK_SIZE);
    heap->marks = os_pages_alloc(count * CHUNK_MARK_WORDS * sizeof *heap->marks, 4096);
    heap->chunks = os_pages_alloc(count * sizeof *heap->chunks, 4096);
    heap->range = count * CHUNK_SIZE;
    heap->chunk_limit = count;
    if (heap->base && heap->marks && heap->chunks)
        return true;
    heap_release_range(heap);
    return false;
}

void heap_release_range(Heap *heap) {
    size_t count = heap->chunk_limit;
    if (heap->base)
        memory_open(heap->base, heap->chunk_count * CHUNK_SIZE);
    if (heap->base)
        os_pages_free(heap->base, count * CHUNK_SIZE);
    if (heap->marks)
        os_pages_free(heap->marks, count * CHUNK_MARK_WORDS * sizeof *heap->marks);
    if (heap->chunks)
        os_pages_free(heap->chunks, count * sizeof *heap->chunks);
    heap->base = NULL;
    heap->marks = NULL;
    heap->chunks = NULL;
}

// A heap that has grown so far goes on in huge pages: a fault for 2 MiB instead of 512, and so much less to copy
// at a fork. Not before, as a small script would take more memory than it uses.
enum { HUGE_FROM = 16 << 20 };

static void go_on_in_huge_pages(Heap *heap) {
    uintptr_t from = (uintptr_t)heap->base + HUGE_FROM, end = (uintptr_t)heap->base + heap->range;
    from = (from + OS_HUGE_PAGE - 1) & ~(uintptr_t)(OS_HUGE_PAGE - 1);
    if (from < end)
        os_pages_huge((void *)from, end - from);
}

// ---- Taking and giving ---------------------------------------------------------------------------

static Chunk *chunk_fresh(Heap *heap) {
    if (heap->chunk_count == heap->chunk_limit)
        os_fatal("out of memory: the heap's range is full");
    if (heap->chunk_count == HUGE_FROM / CHUNK_SIZE)
        go_on_in_huge_pages(heap);
    Chunk *chunk = &heap->chunks[heap->chunk_count++];
    chunk->zero_from = 0;
    return chunk;
}

// A free chunk begins to serve `run`.
static void chunk_adopt(Heap *heap, Chunk *chunk, size_t run) {
    size_t size_class = run % HEAP_CLASS_COUNT;
    chunk->run = (uint8_t)run;
    chunk->granules = (uint16_t)class_granules(size_class);
    chunk->capacity = (uint16_t)(CHUNK_GRANULES / chunk->granules);
    chunk->scan = 0;
    chunk->live = 0;
    memset(chunk_marks(heap, chunk), 0, CHUNK_MARK_WORDS * sizeof(uint64_t));
    if (chunk_finalizes(chunk) && chunk->zero_from > 0) {
        memory_open(chunk_address(heap, chunk), CHUNK_SIZE);
        memset(chunk_address(heap, chunk), 0, chunk->zero_from);
        chunk->zero_from = 0;
    }
    if (poisons && !chunk_finalizes(chunk))
        memory_close(chunk_address(heap, chunk), CHUNK_SIZE);
}

Chunk *chunk_take(Heap *heap, size_t run) {
    mutex_lock(&heap->mutex);
    Chunk *chunk = heap->available[run];
    if (chunk) {
        heap->available[run] = chunk->next;
    } else {
        chunk = heap->free;
        if (chunk)
            heap->free = chunk->next;
        else
            chunk = chunk_fresh(heap);
        chunk_adopt(heap, chunk, run);
    }
    chunk->state = CHUNK_OWNED;
    mutex_unlock(&heap->mutex);
    return chunk;
}

// The part of [from, to) that may have been written is zeroed.
static void chunk_zero(Heap *heap, Chunk *chunk, size_t from, size_t to) {
    char *at = chunk_address(heap, chunk);
    memory_open(at + from, to - from);
    size_t dirty = to < chunk->zero_from ? to : chunk->zero_from;
    if (dirty > from)
        memset(at + from, 0, dirty - from);
    if (to > chunk->zero_from)
        chunk->zero_from = (uint32_t)to;
}

bool chunk_open_run(Heap *heap, Chunk *chunk, HeapRun *run) {
    size_t n = chunk->scan, end = chunk->capacity;
    size_t bytes = chunk_object_bytes(chunk);
    size_t most = RUN_BYTES / bytes > 0 ? RUN_BYTES / bytes : 1;
    if (chunk->live > 0)
        while (n < end && chunk_is_marked(heap, chunk, n))
            n++;
    size_t start = n;
    if (end - n > most)
        end = n + most;
    if (chunk->live == 0)
        n = end;
    else
        while (n < end && !chunk_is_marked(heap, chunk, n))
            n++;
    chunk->scan = (uint16_t)n;
    if (n == start) {
        chunk->state = CHUNK_FULL;
        return false;
    }
    chunk_zero(heap, chunk, start * bytes, n * bytes);
    run->cursor = chunk_address(heap, chunk) + start * bytes;
    run->limit = chunk_address(heap, chunk) + n * bytes;
    return true;
}

// The rest of the run is zero, or will be zeroed again when it is opened again.
void chunk_give_back(Heap *heap, Chunk *chunk, HeapRun rest) {
    if (rest.cursor < rest.limit)
        chunk->scan = (uint16_t)((size_t)(rest.cursor - chunk_address(heap, chunk)) /
                                 chunk_object_bytes(chunk));
    chunk->state = CHUNK_AVAILABLE;
    chunk->next = heap->available[chunk->run];
    heap->available[chunk->run] = chunk;
}

// ---- After marking -------------------------------------------------------------------------------

static size_t chunk_count_marked(const Heap *heap, const Chunk *chunk) {
    const uint64_t *marks = chunk_marks(heap, chunk);
    size_t n = 0;
    for (size_t i = 0; i < CHUNK_MARK_WORDS; i++)
        n += (size_t)__builtin_popcountll(marks[i]);
    return n;
}

// Dead objects of finalized kinds. Their places become KIND_FREE.
static void chunk_finalize(Heap *heap, Chunk *chunk) {
    for (size_t n = 0; n < chunk->capacity; n++) {
        size_t offset = n * chunk_object_bytes(chunk);
        if (offset >= chunk->zero_from)
            break;
        Object *object = (Object *)(void *)(chunk_address(heap, chunk) + offset);
        if (object->kind == KIND_FREE || chunk_is_marked(heap, chunk, n))
            continue;
        heap->kinds[object->kind]->finalize(object, heap);
        object->kind = KIND_FREE;
    }
}

// So that a stale reference is noticed. Headers of finalized kinds have to stay readable, and memory
// from zero_from on zero.
static void chunk_poison(Heap *heap, Chunk *chunk) {
    size_t bytes = chunk_object_bytes(chunk), header = chunk_finalizes(chunk) ? sizeof(Object) : 0;
    for (size_t n = 0; n < chunk->capacity; n++) {
        if (n * bytes >= chunk->zero_from)
            break;
        if (chunk_is_marked(heap, chunk, n))
            continue;
        char *at = chunk_address(heap, chunk) + n * bytes;
        size_t written =
            chunk->zero_from - n * bytes; // an earlier use may have ended within the object
        memory_open(at, bytes);
        if (heap->stress && header < written)
            memset(at + header, POISON_BYTE, (written < bytes ? written : bytes) - header);
        memory_close(at + header, bytes - header);
    }
}

size_t chunk_sweep(Heap *heap, Chunk *chunk) {
    if (chunk_finalizes(chunk))
        chunk_finalize(heap, chunk);
    chunk->live = (uint16_t)chunk_count_marked(heap, chunk);
    chunk->scan = 0;
    if (heap->stress || poisons)
        chunk_poison(heap, chunk);
    Chunk **list = chunk->live == 0 ? &heap->free : &heap->available[chunk->run];
    chunk->state = chunk->live == 0                ? CHUNK_FREE
                   : chunk->live < chunk->capacity ? CHUNK_AVAILABLE
                                                   : CHUNK_FULL;
    if (chunk->state != CHUNK_FULL) {
        chunk->next = *list;
        *list = chunk;
    }
    return chunk->live * chunk_object_bytes(chunk);
}

void heap_trim(Heap *heap, size_t keep) {
    for (Chunk *chunk = heap->free; chunk; chunk = chunk->next) {
        if (keep > 0) {
            keep--;
        } else if (chunk->zero_from > 0) {
            memory_open(chunk_address(heap, chunk), CHUNK_SIZE);
            os_pages_discard(chunk_address(heap, chunk), CHUNK_SIZE);
            chunk->zero_from = 0;
        }
    }
}
