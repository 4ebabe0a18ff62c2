// SPDX-License-Identifier: MIT
//
// Objects above HEAP_LARGE bytes: malloc'ed one by one, each with a description outside of it, so
// that marking does not write to it. They are freed by the sweep and counted exactly. Huge ones have pages of their
// own, of 2 MiB where the system has such: a table of a million keys that grows spends half of its time in faults
// of 4 KiB otherwise.
#include <stdlib.h>
#include <string.h>

#include "base/os.h"
#include "heap/chunk.h"

enum { HUGE_LEAST = 2 * OS_HUGE_PAGE };

// `zeroed` bytes of it are.
static LargePrefix *memory_take(size_t bytes, size_t zeroed) {
    if (bytes < HUGE_LEAST && zeroed == bytes)
        return os_calloc(1, bytes);
    if (bytes < HUGE_LEAST)
        return memset(os_realloc(NULL, bytes), 0, zeroed);
    void *pages = os_pages_alloc(bytes, OS_HUGE_PAGE);
    if (!pages)
        os_fatal("out of memory (an object of %zu bytes)", bytes);
    os_pages_huge(pages, bytes);
    return pages;
}

static void memory_give_back(LargePrefix *prefix, size_t bytes) {
    if (bytes < HUGE_LEAST)
        free(prefix);
    else
        os_pages_free(prefix, bytes);
}

static void large_register(Heap *heap, Large *large) {
    mutex_lock(&heap->mutex);
    if (heap->large_count == heap->large_capacity) {
        heap->large_capacity = heap->large_capacity ? heap->large_capacity * 2 : 64;
        heap->large = os_realloc(heap->large, heap->large_capacity * sizeof *heap->large);
    }
    heap->large[heap->large_count++] = large;
    mutex_unlock(&heap->mutex);
}

void *large_alloc(Heap *heap, KindId kind, size_t bytes, size_t zeroed) {
    if (bytes > SIZE_MAX / 2)
        os_fatal("out of memory (an object of %zu bytes)", bytes);
    LargePrefix *prefix = memory_take(sizeof *prefix + bytes, sizeof *prefix + zeroed);
    Large *large = os_calloc(1, sizeof *large);
    prefix->large = large;
    large->object = (Object *)(void *)(prefix + 1);
    large->bytes = bytes;
    large->object->kind = (uint16_t)kind;
    large_register(heap, large);
    heap_count(heap, bytes);
    return large->object;
}

static void large_free(Heap *heap, Large *large) {
    const Kind *kind = heap->kinds[large->object->kind];
    if (kind->finalize)
        kind->finalize(large->object, heap);
    LargePrefix *prefix = (LargePrefix *)(void *)large->object - 1;
    memory_give_back(prefix, sizeof *prefix + large->bytes);
    free(large);
}

// Frees the unmarked ones; the rest is unmarked again. Gives their bytes.
size_t large_sweep(Heap *heap) {
    size_t kept = 0, bytes = 0;
    for (size_t i = 0; i < heap->large_count; i++) {
        Large *large = heap->large[i];
        if (!load_relaxed(&large->marked)) {
            large_free(heap, large);
            continue;
        }
        bytes += large->bytes;
        heap->large[kept++] = large;
    }
    heap->large_count = kept;
    return bytes;
}

void large_free_all(Heap *heap) {
    for (size_t i = 0; i < heap->large_count; i++)
        large_free(heap, heap->large[i]);
    free(heap->large);
    heap->large = NULL;
    heap->large_count = heap->large_capacity = 0;
}
