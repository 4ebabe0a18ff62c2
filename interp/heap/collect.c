// SPDX-License-Identifier: MIT
//
// A collection, with the world stopped: close all runs, mark (mark.c), let weak tables forget, sweep.
//
// Sweeping a chunk only counts its mark bits; dead memory is not touched. Chunks of finalized kinds are
// walked, and dead memory is overwritten under stress.
#include <string.h>

#include "heap/chunk.h"

enum { MIB = 1024 * 1024, THRESHOLD_LEAST = 2 * MIB, FREE_CHUNKS_KEPT = 256 };

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
    heap_mark(heap);
    for (uint32_t i = 0; i < heap->weak_count; i++)
        heap->weak[i].clear(heap->weak[i].context, heap);
    plan_next(heap, sweep(heap));
    add_relaxed(&heap->collections, 1);
    mutex_unlock(&heap->mutex);
}
