// SPDX-License-Identifier: MIT
//
// The arena: a list of malloc'ed chunks that double in size up to a limit. A piece larger than a
// chunk gets a chunk of its own, behind the current one, so that the current one's rest stays in
// use.
#include "base/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/os.h"

enum { FIRST_CHUNK = 4096, LARGEST_CHUNK = 1 << 20, ALIGNMENT = 16 };

struct ArenaChunk {
    ArenaChunk *next;
    size_t size;
    _Alignas(ALIGNMENT) char data[];
};

static ArenaChunk *chunk_new(Arena *arena, size_t size) {
    ArenaChunk *chunk = os_calloc(1, sizeof(ArenaChunk) + size);
    chunk->size = size;
    arena->total += size;
    return chunk;
}

static size_t next_chunk_size(const Arena *arena) {
    if (!arena->chunks)
        return FIRST_CHUNK;
    size_t size = arena->total;
    return size < LARGEST_CHUNK ? size : LARGEST_CHUNK;
}

void *arena_alloc(Arena *arena, size_t bytes) {
    bytes = (bytes + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
    if ((size_t)(arena->end - arena->next) < bytes || !arena->next) {
        size_t size = next_chunk_size(arena);
        if (bytes > size / 2 && arena->chunks) {
            ArenaChunk *own = chunk_new(arena, bytes);
            own->next = arena->chunks->next;
            arena->chunks->next = own;
            return own->data;
        }
        ArenaChunk *chunk = chunk_new(arena, size > bytes ? size : bytes);
        chunk->next = arena->chunks;
        arena->chunks = chunk;
        arena->next = chunk->data;
        arena->end = chunk->data + chunk->size;
    }
    char *piece = arena->next;
    arena->next += bytes;
    return piece;
}

char *arena_copy(Arena *arena, const void *data, size_t length) {
    char *copy = arena_alloc(arena, length + 1);
    if (length)
        memcpy(copy, data, length);
    return copy;
}

void arena_free(Arena *arena) {
    for (ArenaChunk *chunk = arena->chunks; chunk;) {
        ArenaChunk *next = chunk->next;
        free(chunk);
        chunk = next;
    }
    *arena = (Arena){0};
}
