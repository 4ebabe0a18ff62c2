// SPDX-License-Identifier: MIT
//
// Interned strings: one object for each text. The table is open addressing with linear probing, at
// most half full, under runtime->intern_mutex. It is weak: after marking, the collector has every
// string that nobody else refers to taken out (the table is rebuilt, so there are no tombstones).
#include <stdlib.h>

#include "base/os.h"
#include "object/str.h"

enum { FIRST_CAPACITY = 1024 };

static void place(Str **table, size_t capacity, Str *s) {
    size_t i = str_hash(s) & (capacity - 1);
    while (table[i])
        i = (i + 1) & (capacity - 1);
    table[i] = s;
}

static void grow(Runtime *runtime) {
    size_t capacity = runtime->intern_capacity * 2;
    Str **table = os_calloc(capacity, sizeof *table);
    for (size_t i = 0; i < runtime->intern_capacity; i++)
        if (runtime->interned[i])
            place(table, capacity, runtime->interned[i]);
    free(runtime->interned);
    runtime->interned = table;
    runtime->intern_capacity = capacity;
}

// The world is stopped: nobody holds the mutex or looks at the table.
static void drop_unmarked(void *context, Heap *heap) {
    Runtime *runtime = context;
    Str **old = runtime->interned;
    runtime->interned = os_calloc(runtime->intern_capacity, sizeof *old);
    runtime->intern_count = 0;
    for (size_t i = 0; i < runtime->intern_capacity; i++) {
        if (!old[i] || !heap_is_marked(heap, &old[i]->header))
            continue;
        place(runtime->interned, runtime->intern_capacity, old[i]);
        runtime->intern_count++;
    }
    free(old);
}

void str_intern_init(Runtime *runtime) {
    pthread_mutex_init(&runtime->intern_mutex, NULL);
    runtime->intern_capacity = FIRST_CAPACITY;
    runtime->intern_count = 0;
    runtime->interned = os_calloc(FIRST_CAPACITY, sizeof *runtime->interned);
    heap_add_weak(runtime->heap, drop_unmarked, runtime);
}

void str_intern_free(Runtime *runtime) {
    free(runtime->interned);
    pthread_mutex_destroy(&runtime->intern_mutex);
}

static Str *find(Runtime *runtime, const char *data, size_t size, uint32_t hash) {
    size_t mask = runtime->intern_capacity - 1;
    for (size_t i = hash & mask; runtime->interned[i]; i = (i + 1) & mask) {
        Str *s = runtime->interned[i];
        if (str_hash(s) == hash && s->size == size && memcmp(str_data(s), data, size) == 0)
            return s;
    }
    return NULL;
}

Str *str_intern(Runtime *runtime, LocalHeap *heap, const char *data, size_t size) {
    uint32_t hash = str_hash_bytes(data, size);
    pthread_mutex_lock(&runtime->intern_mutex);
    Str *s = find(runtime, data, size, hash);
    if (!s) {
        s = str_new(heap, data, size);
        s->header.flags |= STR_INTERNED;
        if (++runtime->intern_count * 2 > runtime->intern_capacity)
            grow(runtime);
        place(runtime->interned, runtime->intern_capacity, s);
    }
    pthread_mutex_unlock(&runtime->intern_mutex);
    return s;
}

Str *str_intern_c(Runtime *runtime, LocalHeap *heap, const char *text) {
    return str_intern(runtime, heap, text, strlen(text));
}

Str *str_interned(Runtime *runtime, LocalHeap *heap, Str *s) {
    if (s->header.flags & STR_INTERNED)
        return s;
    return str_intern(runtime, heap, str_data(s), s->size);
}
