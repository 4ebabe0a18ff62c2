// SPDX-License-Identifier: MIT
//
// Allocation by one thread. The fast path is heap_alloc in heap/heap.h: it cuts objects off an open
// run. Here the next run is opened, from the thread's chunk or from one taken from the heap; that is
// where bytes are counted and where a collection becomes due.
#include <stdlib.h>

#include "base/os.h"
#include "heap/chunk.h"

static void make_due(Heap *heap) {
    if (!load_relaxed(&heap->due) && !exchange_seq(&heap->due, true) && heap->due_hook)
        heap->due_hook(heap->due_context);
}

void heap_count(Heap *heap, size_t bytes) {
    size_t now = add_relaxed(&heap->allocated, bytes) + bytes;
    if (now >= load_relaxed(&heap->threshold))
        make_due(heap);
}

// Opens runs until one has room; each has room for one object at least.
static void local_open_run(LocalHeap *local, size_t index) {
    Heap *heap = local->heap;
    HeapRun *run = &local->runs[index];
    for (;;) {
        Chunk *chunk = local->chunks[index];
        if (chunk && chunk_open_run(heap, chunk, run))
            break;
        local->chunks[index] = chunk_take(heap, index);
    }
    heap_count(heap, (size_t)(run->limit - run->cursor));
}

void *heap_alloc_slow(LocalHeap *local, KindId kind, size_t bytes) {
    if (bytes > HEAP_LARGE)
        return large_alloc(local->heap, kind, bytes, bytes);
    size_t size_class = class_of_bytes(bytes);
    size_t size = class_granules(size_class) * HEAP_GRANULE;
    size_t index = local->first_run[kind] + size_class;
    HeapRun *run = &local->runs[index];
    if (size > (size_t)(run->limit - run->cursor))
        local_open_run(local, index);
    Object *object = (Object *)(void *)run->cursor;
    run->cursor += size;
    object->kind = (uint16_t)kind;
    return object;
}

void *heap_alloc_large(LocalHeap *local, KindId kind, size_t bytes, size_t zeroed) {
    return large_alloc(local->heap, kind, bytes, zeroed);
}

LocalHeap *local_heap_new(Heap *heap) {
    LocalHeap *local = os_calloc(1, sizeof *local);
    local->heap = heap;
    for (size_t kind = 0; kind < KIND_COUNT; kind++)
        if (heap->kinds[kind] && heap->kinds[kind]->finalize)
            local->first_run[kind] = HEAP_CLASS_COUNT;
    mutex_lock(&heap->mutex);
    local->next = heap->locals;
    if (heap->locals)
        heap->locals->previous = local;
    heap->locals = local;
    mutex_unlock(&heap->mutex);
    return local;
}

// The mutex is held, or the world is stopped.
void local_close_runs(LocalHeap *local) {
    for (size_t i = 0; i < RUN_COUNT; i++) {
        if (local->chunks[i]) {
            HeapRun run = local->runs[i];
            sub_relaxed(&local->heap->allocated, (size_t)(run.limit - run.cursor));
            chunk_give_back(local->heap, local->chunks[i], run);
        }
        local->chunks[i] = NULL;
        local->runs[i] = (HeapRun){0};
    }
}

void local_heap_free(LocalHeap *local) {
    Heap *heap = local->heap;
    mutex_lock(&heap->mutex);
    local_close_runs(local);
    if (local->previous)
        local->previous->next = local->next;
    else
        heap->locals = local->next;
    if (local->next)
        local->next->previous = local->previous;
    mutex_unlock(&heap->mutex);
    free(local);
}

bool heap_has_room(LocalHeap *local, size_t bytes) {
    Heap *heap = local->heap;
    size_t live = load_relaxed(&heap->live), limit = heap->limit;
    if (bytes > limit)
        return false;
    size_t allocated = load_relaxed(&heap->allocated), room = limit - bytes;
    if (live <= room && allocated <= room - live)
        return true;
    // Over the limit only if nothing of it all is garbage by now. A collection will tell; until then
    // what is handed out beyond the limit is kept to a part of it.
    make_due(heap);
    return live <= room && allocated <= room - live + limit / 4;
}
