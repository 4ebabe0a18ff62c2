// SPDX-License-Identifier: MIT
//
// Arena: memory that is given out piece by piece and freed all at once. Source text's tree and
// Code live in arenas, so that the text half needs no collector.
//
// Zero-initialise it (Arena a = {0}); arena_free gives everything back and leaves it empty again.
// Allocation never fails (os_fatal without memory). One arena belongs to one thread at a time.
#ifndef CONC_BASE_ARENA_H
#define CONC_BASE_ARENA_H

#include <stddef.h>

typedef struct ArenaChunk ArenaChunk;

typedef struct Arena {
    ArenaChunk *chunks; // newest first
    char *next, *end;   // the free rest of the newest chunk
    size_t total;       // bytes taken from malloc in all
} Arena;

// Zeroed memory aligned for any object; valid until arena_free. Never NULL: a piece of 0 bytes has an
// address, which it may share with the next piece.
void *arena_alloc(Arena *arena, size_t bytes);
// A NUL-terminated copy of data[0..length).
char *arena_copy(Arena *arena, const void *data, size_t length);
void arena_free(Arena *arena);

#define arena_new(arena, Type) ((Type *)arena_alloc((arena), sizeof(Type)))
#define arena_array(arena, Type, count)                                                            \
    ((Type *)arena_alloc((arena), sizeof(Type) * (size_t)(count)))

#endif
