// SPDX-License-Identifier: MIT
//
// The table of a parse's names: a hash table with linear probing, at most half full. ASCII names
// are their own normal form, so utf8proc only sees the others.
#include "syntax/names.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

enum { FIRST_SIZE = 64 };

// FNV-1a.
static uint32_t hash_bytes(const char *text, size_t length) {
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)text[i]) * 16777619u;
    return hash;
}

static void insert(NameTable *table, const Name *name) {
    uint32_t i = name->hash & (table->size - 1);
    while (table->slots[i])
        i = (i + 1) & (table->size - 1);
    table->slots[i] = name;
}

static void grow(NameTable *table, Arena *arena) {
    NameTable old = *table;
    table->size = old.size ? old.size * 2 : FIRST_SIZE;
    table->slots = arena_array(arena, const Name *, table->size);
    for (uint32_t i = 0; i < old.size; i++)
        if (old.slots[i])
            insert(table, old.slots[i]);
}

static const Name *intern(NameTable *table, Arena *arena, const char *text, size_t length) {
    if (table->count >= table->size / 2)
        grow(table, arena);
    uint32_t hash = hash_bytes(text, length);
    for (uint32_t i = hash & (table->size - 1); table->slots[i]; i = (i + 1) & (table->size - 1)) {
        const Name *name = table->slots[i];
        if (name->hash == hash && name->length == length && !memcmp(name->text, text, length))
            return name;
    }
    Name *name = arena_alloc(arena, sizeof(Name) + length + 1);
    name->length = (uint32_t)length;
    name->hash = hash;
    memcpy(name->text, text, length);
    table->count++;
    insert(table, name);
    return name;
}

static bool is_ascii(const char *text, size_t length) {
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)text[i] >= 0x80)
            return false;
    return true;
}

const Name *names_intern(NameTable *table, Arena *arena, const char *text, size_t length) {
    if (is_ascii(text, length))
        return intern(table, arena, text, length);
    utf8proc_uint8_t *normal = NULL;
    utf8proc_ssize_t size = utf8proc_map((const utf8proc_uint8_t *)text, (utf8proc_ssize_t)length,
                                         &normal, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
    const Name *name = size < 0 ? intern(table, arena, text, length)
                                : intern(table, arena, (const char *)normal, (size_t)size);
    free(normal);
    return name;
}
