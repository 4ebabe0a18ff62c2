// SPDX-License-Identifier: MIT
//
// Maps and sets. A table is an array of entries in order of insertion, and an index of open addressing
// into it. Entries are only ever appended, or emptied (value first, then key, then hash); the index never
// loses a number. So a reader without a lock meets every key that is there all the while; what comes
// or goes meanwhile it may see or not, as if it had come a moment earlier or later.
//
// A look-up that has to ask a script (`eq` of an instance) starts again if the map changed meanwhile:
// the table may even be gone, as only the map is rooted.
#include "object/map.h"

#include <string.h>

#include "object/bytes.h"
#include "object/class.h"
#include "object/error.h"
#include "object/function.h"
#include "object/number.h"
#include "object/operate.h"
#include "object/range.h"
#include "object/str.h"

typedef _Atomic uint32_t IndexWord; // 0: empty; else number of an entry plus 1

struct MapTable {
    Object header;
    size_t capacity;     // entries
    uint32_t mask;       // the index's size, a power of two, minus 1
    _Atomic bool kept;   // some loop goes through it: what it has may not change (own_entry)
    _Atomic size_t used; // entries that were appended
    MapEntry entries[];  // then the index
};

static IndexWord *table_index(MapTable *table) {
    return (IndexWord *)(void *)&table->entries[table->capacity];
}

// Where to look for a hash, one place after the other: the probe sequence of CPython's dict (Objects/dictobject.c).
// Ints, which are their own hashes, then lie as they come: those that are near each other share cache lines, and an
// arithmetic sequence hardly meets itself. On a collision ever more of the higher bits come in.
typedef struct Probe {
    uint32_t at, rest;
} Probe;

static inline Probe probe_first(const MapTable *table, uint32_t hash) {
    return (Probe){hash & table->mask, hash};
}
static inline Probe probe_next(const MapTable *table, Probe p) {
    uint32_t rest = p.rest >> 5;
    return (Probe){(p.at * 5 + rest + 1) & table->mask, rest};
}

static void table_trace(Object *object, Tracer *tracer) {
    MapTable *table = (MapTable *)object;
    _Static_assert(sizeof(MapEntry) % sizeof(Slot) == 0, "entries lie slot by slot");
    trace_pairs(tracer, &table->entries[0].key, load_relaxed(&table->used),
                sizeof(MapEntry) / sizeof(Slot));
}
const Kind map_table_kind = {"map table", table_trace, NULL};

static void map_trace(Object *object, Tracer *tracer) {
    trace_object(tracer, load_relaxed(&((Map *)object)->table));
}
const Kind map_kind = {"map", map_trace, NULL};
const Kind set_kind = {"set", map_trace, NULL};

static size_t table_bytes(size_t capacity, size_t index_size) {
    return sizeof(MapTable) + capacity * sizeof(MapEntry) + index_size * sizeof(IndexWord);
}

static size_t index_size_for(size_t capacity) {
    size_t size = 8;
    while (size * 2 < capacity * 3)
        size *= 2;
    return size;
}

// NULL with MemoryError.
static MapTable *table_new(Fiber *fiber, size_t capacity) {
    size_t index_size = index_size_for(capacity), bytes = table_bytes(capacity, index_size);
    if ((bytes > 4096 && !heap_has_room(fiber->heap, bytes)) || index_size > (size_t)1 << 31) {
        throw_memory(fiber, bytes);
        return NULL;
    }
    MapTable *table = heap_alloc_unset(fiber->heap, KIND_MAP_TABLE, bytes, sizeof *table);
    table->capacity = capacity;
    table->mask = (uint32_t)(index_size - 1);
    if (bytes > HEAP_LARGE)
        memset(table_index(table), 0, index_size * sizeof(IndexWord));
    return table;
}

Map *map_new(LocalHeap *heap) { return heap_alloc(heap, KIND_MAP, sizeof(Map)); }
Map *set_new(LocalHeap *heap) { return heap_alloc(heap, KIND_SET, sizeof(Map)); }

// --- hashing and equality of keys ---

static uint32_t hash_address(Value v) {
    v ^= v >> 29;
    v *= 0xbf58476d1ce4e5b9u;
    return (uint32_t)(v >> 32);
}

static bool unhashable(Fiber *fiber, Value v) {
    throw_type(fiber, "unhashable type: '%s'", value_type_name(fiber_runtime(fiber), v));
    return false;
}

static bool hash_instance(Fiber *fiber, Value v, uint32_t *out) {
    Class *c = instance_shape((Instance *)value_to_ref(v))->of;
    if (c->hash == VALUE_UNDEF) {
        if (c->eq != VALUE_UNDEF)
            return unhashable(fiber, v); // as in Python
        *out = hash_address(v);
        return true;
    }
    Value h = fiber_runtime(fiber)->call_method(fiber, c->hash, v, NULL, 0);
    if (h == VALUE_UNDEF)
        return false;
    if (!value_is_integer(h)) {
        throw_type(fiber, "hash() has to give an integer");
        return false;
    }
    *out = integer_hash(h);
    return true;
}

bool value_hash(Fiber *fiber, Value v, uint32_t *out) {
    if (value_is_number(v)) {
        *out = number_hash(v);
        return true;
    }
    if (!value_is_ref(v)) {
        *out = hash_address(v);
        return true;
    }
    switch (value_to_ref(v)->kind) {
    case KIND_STR: *out = str_hash(value_to_str(v)); return true;
    case KIND_BYTES: *out = bytes_hash(value_to_bytes(v)); return true;
    case KIND_RANGE: *out = range_hash(v); return true;
    case KIND_LIST:
    case KIND_MAP:
    case KIND_SET: return unhashable(fiber, v);
    case KIND_INSTANCE: return hash_instance(fiber, v, out);
    default: *out = hash_address(v); return true;
    }
}

static bool key_asks_script(Value key) {
    return value_is_kind(key, KIND_INSTANCE) &&
           instance_shape((Instance *)value_to_ref(key))->of->eq != VALUE_UNDEF;
}

// Equality of keys of which none has an `eq` of its own.
static bool plain_equal(Value a, Value b) {
    if (a == b)
        return true;
    if (value_is_str(a))
        return value_is_str(b) && str_equal(value_to_str(a), value_to_str(b));
    if (value_is_number(a))
        return value_is_number(b) && number_compare(a, b) == 0;
    if (!value_is_ref(a) || !value_is_ref(b))
        return false;
    uint16_t kind = value_to_ref(a)->kind;
    if (kind != value_to_ref(b)->kind)
        return false;
    if (kind == KIND_BYTES)
        return bytes_equal(value_to_bytes(a), value_to_bytes(b));
    if (kind == KIND_RANGE)
        return range_equal(a, b);
    return false;
}

// --- looking up ---

typedef enum Look { LOOK_FOUND, LOOK_MISSING, LOOK_CHANGED, LOOK_ERROR } Look;

// Only a key that is an instance with `eq` asks scripts (whether it equals what is there, not the other
// way round). LOOK_CHANGED: a script was asked and the map has changed since.
static Look look_up(Fiber *fiber, Map *map, MapTable *table, Value key, uint32_t hash,
                    MapEntry **out) {
    if (!table)
        return LOOK_MISSING;
    IndexWord *index = table_index(table);
    Probe p = probe_first(table, hash);
    uint32_t number;
    for (; (number = load_acquire(&index[p.at])) != 0; p = probe_next(table, p)) {
        MapEntry *entry = &table->entries[number - 1];
        if (load_relaxed(&entry->hash) != hash)
            continue;
        Value other = slot_get(&entry->key);
        *out = entry;
        if (other == key)
            return LOOK_FOUND;
        if (other == VALUE_UNDEF)
            continue;
        if (__builtin_expect(key_asks_script(key), 0)) {
            uint64_t version = load_acquire(&map->version);
            bool same;
            if (!value_equal(fiber, key, other, &same))
                return LOOK_ERROR;
            if (load_acquire(&map->version) != version || load_acquire(&map->table) != table)
                return LOOK_CHANGED;
            if (same)
                return LOOK_FOUND;
        } else if (plain_equal(key, other)) {
            return LOOK_FOUND;
        }
    }
    return LOOK_MISSING;
}

// look_up for keys that ask no script. NULL: not there.
static inline MapEntry *look_up_plain(MapTable *table, Value key, uint32_t hash) {
    if (!table)
        return NULL;
    IndexWord *index = table_index(table);
    Probe p = probe_first(table, hash);
    uint32_t number;
    for (; (number = load_acquire(&index[p.at])) != 0; p = probe_next(table, p)) {
        MapEntry *entry = &table->entries[number - 1];
        if (load_relaxed(&entry->hash) != hash)
            continue;
        Value other = slot_get(&entry->key);
        if (__builtin_expect(other == key, 1) || (other != VALUE_UNDEF && plain_equal(key, other)))
            return entry;
    }
    return NULL;
}

// The most usual keys, text and small ints, and their hash.
static inline bool key_is_plain(Value key) { return value_is_int(key) || value_is_str(key); }
static inline uint32_t plain_hash(Value key) {
    return value_is_int(key) ? integer_hash(key) : str_hash(value_to_str(key));
}

Value map_get_plain(Map *map, Value key) {
    if (!key_is_plain(key))
        return VALUE_UNDEF;
    MapEntry *found = look_up_plain(load_acquire(&map->table), key, plain_hash(key));
    return found ? slot_get(&found->value) : VALUE_UNDEF;
}

bool map_get(Fiber *fiber, Map *map, Value key, Value *out) {
    uint32_t hash;
    if (__builtin_expect(key_is_plain(key), 1)) {
        *out = map_get_plain(map, key);
        return true;
    }
    MapEntry *entry;
    Look look;
    if (!value_hash(fiber, key, &hash))
        return false;
    do
        look = look_up(fiber, map, load_acquire(&map->table), key, hash, &entry);
    while (look == LOOK_CHANGED);
    *out = look == LOOK_FOUND ? slot_get(&entry->value) : VALUE_UNDEF;
    return look != LOOK_ERROR;
}

// --- changing; all under the map's lock ---

static void index_put(MapTable *table, uint32_t hash, size_t number) {
    IndexWord *index = table_index(table);
    Probe p = probe_first(table, hash);
    while (load_relaxed(&index[p.at]) != 0)
        p = probe_next(table, p);
    store_release(&index[p.at], (uint32_t)number + 1);
}

static void table_append(MapTable *table, Value key, Value v, uint32_t hash) {
    size_t number = load_relaxed(&table->used);
    MapEntry *entry = &table->entries[number];
    store_relaxed(&entry->hash, hash);
    slot_set(&entry->value, v);
    slot_set(&entry->key, key);
    index_put(table, hash, number);
    store_release(&table->used, number + 1);
}

// A table of that capacity with all live entries in order. NULL with MemoryError.
static MapTable *rebuilt(Fiber *fiber, MapTable *old, size_t capacity) {
    size_t used = old ? load_relaxed(&old->used) : 0;
    MapTable *table = table_new(fiber, capacity);
    if (!table)
        return NULL;
    for (size_t i = 0; i < used; i++) {
        MapEntry *entry = &old->entries[i];
        Value v = load_relaxed(&entry->value);
        if (v == VALUE_UNDEF)
            continue;
        table_append(table, load_relaxed(&entry->key), v, load_relaxed(&entry->hash));
    }
    return table;
}

// Room for half as much again. Where many keys went meanwhile, as many will come: twice the room halves how often such
// a table is made.
static MapTable *grown(Fiber *fiber, MapTable *old, size_t live) {
    size_t used = old ? load_relaxed(&old->used) : 0;
    size_t spare = used - live > live / 4 ? live : live / 2;
    return rebuilt(fiber, old, live + spare + 5);
}

static void changed(Map *map, size_t length) {
    store_release(&map->length, length);
    store_release(&map->version, load_relaxed(&map->version) + 1);
}

static bool insert(Fiber *fiber, Map *map, Value key, Value v, uint32_t hash) {
    MapTable *table = load_relaxed(&map->table);
    size_t live = load_relaxed(&map->length);
    if (!table || load_relaxed(&table->used) == table->capacity) {
        table = grown(fiber, table, live);
        if (!table)
            return false;
        store_release(&map->table, table);
    }
    table_append(table, key, v, hash);
    changed(map, live + 1);
    return true;
}

// The same table again, holes and all: whoever counts places goes on with it. Nobody else has it yet, and of the old
// one nothing changes: plain memory, both of them. NULL with MemoryError. Under the lock.
static MapTable *cloned(Fiber *fiber, MapTable *old) {
    MapTable *table = table_new(fiber, old->capacity);
    if (!table)
        return NULL;
    size_t used = load_relaxed(&old->used);
    memcpy(table->entries, old->entries, used * sizeof(MapEntry));
    memcpy(table_index(table), table_index(old), (table->mask + (size_t)1) * sizeof(IndexWord));
    store_relaxed(&table->used, used);
    return table;
}

static bool __attribute__((noinline)) leave_kept(Fiber *fiber, Map *map, MapEntry **entry) {
    MapTable *table = load_relaxed(&map->table), *fresh = cloned(fiber, table);
    if (!fresh)
        return false;
    *entry = &fresh->entries[*entry - table->entries];
    store_release(&map->table, fresh);
    return true;
}

// Before an entry is changed: makes it one of a table that nobody keeps. False with MemoryError.
static inline bool own_entry(Fiber *fiber, Map *map, MapEntry **entry) {
    return __builtin_expect(!load_relaxed(&load_relaxed(&map->table)->kept), 1) ||
           leave_kept(fiber, map, entry);
}

// The hash of a hole says how many entries before it may be there: those between are holes, too. It is written last:
// whoever reads it before the key knows by the key whether it is one. A look-up may take it for a hash, and then
// finds no key.
static void hole_set(MapEntry *hole, size_t before) {
    store_release(&hole->hash, (uint32_t)before);
}

static Value take_out(Map *map, MapEntry *entry) {
    Value old = slot_get(&entry->value);
    slot_set(&entry->value, VALUE_UNDEF);
    slot_set(&entry->key, VALUE_UNDEF);
    hole_set(entry, (size_t)(entry - load_relaxed(&map->table)->entries));
    changed(map, load_relaxed(&map->length) - 1);
    return old;
}

typedef enum Change { CHANGE_SET, CHANGE_DEFAULT, CHANGE_DELETE } Change;

// What to do once the key was found or not. Under the lock.
static bool apply(Fiber *fiber, Map *map, Change change, MapEntry *entry, Value key, uint32_t hash,
                  Value v, Value *out) {
    switch (change) {
    case CHANGE_DELETE:
        *out = VALUE_UNDEF;
        if (entry && !own_entry(fiber, map, &entry))
            return false;
        if (entry)
            *out = take_out(map, entry);
        return true;
    case CHANGE_SET:
        if (!entry)
            return insert(fiber, map, key, v, hash);
        if (!own_entry(fiber, map, &entry))
            return false;
        slot_set(&entry->value, v);
        return true;
    default:
        *out = entry ? slot_get(&entry->value) : v;
        return entry || insert(fiber, map, key, v, hash);
    }
}

static bool change_plain(Fiber *fiber, Map *map, Change change, Value key, Value v, uint32_t hash,
                         Value *out) {
    bool locked = shared_lock(fiber, &map->header);
    MapEntry *entry = look_up_plain(load_relaxed(&map->table), key, hash);
    bool ok = apply(fiber, map, change, entry, key, hash, v, out);
    shared_unlock(&map->header, locked);
    return ok;
}

// One change of one key. A key that asks scripts is looked up before the lock is taken; the lock then
// only confirms that nothing came in between.
static bool change_key(Fiber *fiber, Map *map, Change change, Value key, Value v, Value *out) {
    uint32_t hash;
    if (__builtin_expect(key_is_plain(key), 1))
        return change_plain(fiber, map, change, key, v, plain_hash(key), out);
    if (!value_hash(fiber, key, &hash))
        return false;
    if (!key_asks_script(key))
        return change_plain(fiber, map, change, key, v, hash, out);
    for (;;) {
        uint64_t version = load_acquire(&map->version);
        MapTable *table = load_acquire(&map->table);
        MapEntry *entry = NULL;
        Look look = look_up(fiber, map, table, key, hash, &entry);
        if (look == LOOK_ERROR)
            return false;
        if (look == LOOK_CHANGED)
            continue;
        bool locked = shared_lock(fiber, &map->header);
        bool same = load_relaxed(&map->version) == version && load_relaxed(&map->table) == table;
        bool ok = !same ||
                  apply(fiber, map, change, look == LOOK_FOUND ? entry : NULL, key, hash, v, out);
        shared_unlock(&map->header, locked);
        if (same)
            return ok;
    }
}

bool map_set(Fiber *fiber, Map *map, Value key, Value v) {
    return change_key(fiber, map, CHANGE_SET, key, v, NULL);
}
bool map_delete(Fiber *fiber, Map *map, Value key, Value *old) {
    return change_key(fiber, map, CHANGE_DELETE, key, VALUE_UNDEF, old);
}
bool map_set_default(Fiber *fiber, Map *map, Value key, Value v, Value *out) {
    return change_key(fiber, map, CHANGE_DEFAULT, key, v, out);
}
bool map_set_str(Fiber *fiber, Map *map, Str *key, Value v) {
    return change_plain(fiber, map, CHANGE_SET, value_from_ref(key), v, str_hash(key), NULL);
}

// --- as a whole ---

bool map_next_kept(MapTable *table, size_t places, size_t *position, Value *key, Value *value) {
    while (*position < places) {
        MapEntry *entry = &table->entries[(*position)++];
        *key = slot_get(&entry->key);
        *value = slot_get(&entry->value);
        if (*key != VALUE_UNDEF && *value != VALUE_UNDEF)
            return true;
    }
    return false;
}

bool map_next(Map *map, size_t *position, Value *key, Value *value) {
    MapTable *table = load_acquire(&map->table);
    return table && map_next_kept(table, load_acquire(&table->used), position, key, value);
}

// How many of the first `end` entries there are once the holes at their end are left out. The last hole remembers it, so
// that taking all out one by one passes over each hole but a few times.
static size_t without_holes(MapTable *table, size_t end) {
    size_t i = end;
    while (i > 0 && load_relaxed(&table->entries[i - 1].value) == VALUE_UNDEF)
        i = load_relaxed(&table->entries[i - 1].hash);
    if (i < end)
        hole_set(&table->entries[end - 1], i);
    return i;
}

bool map_pop_last(Fiber *fiber, Map *map, Value *key, Value *value) {
    bool locked = shared_lock(fiber, &map->header), ok = true;
    MapTable *table = load_relaxed(&map->table);
    size_t end = table ? without_holes(table, load_relaxed(&table->used)) : 0;
    *key = VALUE_UNDEF;
    if (end > 0) {
        MapEntry *last = &table->entries[end - 1];
        ok = own_entry(fiber, map, &last);
        if (ok) {
            *key = load_relaxed(&last->key);
            *value = take_out(map, last);
        }
    }
    shared_unlock(&map->header, locked);
    return ok;
}

// A table of its own with the same live entries, and room for `least`. As it is, index and all, where its room fits.
// NULL with MemoryError. Under the lock.
static MapTable *table_copy(Fiber *fiber, MapTable *old, size_t least) {
    size_t capacity = old->capacity, most = least + least / 2 + 5;
    if (capacity < least || capacity > most)
        return rebuilt(fiber, old, least + least / 8 + 5);
    return cloned(fiber, old);
}

Map *map_copy(Fiber *fiber, Map *map) { return map_copy_for(fiber, map, 0); }

Map *map_copy_for(Fiber *fiber, Map *map, size_t more) {
    Map *copy = heap_alloc(fiber->heap, map->header.kind, sizeof *copy);
    bool locked = shared_lock(fiber, &map->header);
    MapTable *table = load_relaxed(&map->table);
    size_t live = load_relaxed(&map->length);
    MapTable *fresh = table ? table_copy(fiber, table, live + more) : NULL;
    shared_unlock(&map->header, locked);
    if (table && !fresh)
        return NULL;
    store_relaxed(&copy->table, fresh);
    store_relaxed(&copy->length, live);
    return copy;
}

static void fill(List *list, MapTable *table, MapParts parts) {
    Buffer *buffer = load_relaxed(&list->items);
    size_t used = table ? load_relaxed(&table->used) : 0, count = 0;
    for (size_t i = 0; i < used; i++) {
        MapEntry *entry = &table->entries[i];
        Value v = load_relaxed(&entry->value);
        if (v == VALUE_UNDEF)
            continue;
        if (parts & MAP_KEYS)
            store_relaxed(&buffer->slots[count++], load_relaxed(&entry->key));
        if (parts & MAP_VALUES)
            store_relaxed(&buffer->slots[count++], v);
    }
    store_relaxed(&list->length, count);
}

List *map_list(Fiber *fiber, Map *map, MapParts parts) {
    for (;;) {
        size_t length = map_length(map), room = parts == MAP_BOTH ? 2 * length : length;
        if (room > 512 && !heap_has_room(fiber->heap, room * sizeof(Slot))) {
            throw_memory(fiber, room * sizeof(Slot));
            return NULL;
        }
        List *list = list_new(fiber->heap, room);
        bool locked = shared_lock(fiber, &map->header);
        bool fits = load_relaxed(&map->length) <= length;
        if (fits)
            fill(list, load_relaxed(&map->table), parts);
        shared_unlock(&map->header, locked);
        if (fits)
            return list;
    }
}

MapTable *map_keep(Fiber *fiber, Map *map, size_t *places) {
    bool locked = shared_lock(fiber, &map->header);
    MapTable *table = load_relaxed(&map->table);
    *places = table ? load_relaxed(&table->used) : 0;
    if (table)
        store_relaxed(&table->kept, true);
    shared_unlock(&map->header, locked);
    return table;
}

void map_clear(Fiber *fiber, Map *map) {
    bool locked = shared_lock(fiber, &map->header);
    store_release(&map->table, NULL);
    changed(map, 0);
    shared_unlock(&map->header, locked);
}

// --- two sets at once ---

// What a walk goes over: the entries that a map had when it began. As entries are only emptied, it meets no key twice,
// whatever other threads do, and a key that was not there when it was looked up is not met later.
typedef struct View {
    MapTable *table;
    size_t used;
} View;

static View view_of(Map *map) {
    MapTable *table = load_acquire(&map->table);
    return (View){table, table ? load_acquire(&table->used) : 0};
}

// Whether there is a live entry from *position on; moves behind it. The hash before the key: see hole_set.
static inline bool view_next(View view, size_t *position, Value *key, uint32_t *hash) {
    while (*position < view.used) {
        MapEntry *entry = &view.table->entries[(*position)++];
        *hash = load_acquire(&entry->hash);
        *key = slot_get(&entry->key);
        if (*key != VALUE_UNDEF)
            return true;
    }
    return false;
}

// The members of `from` whose being in `other` is `wanted`, into `to`, which has none of them, and which nobody else
// knows yet.
static SetWalk select_members(Fiber *fiber, Map *to, View from, View other, bool wanted) {
    Value key;
    uint32_t hash;
    for (size_t position = 0; view_next(from, &position, &key, &hash);) {
        if (key_asks_script(key))
            return SET_ASKS_SCRIPT;
        MapEntry *found = look_up_plain(other.table, key, hash);
        if ((found != NULL) == wanted && !insert(fiber, to, key, VALUE_NIL, hash))
            return SET_ERROR;
    }
    return SET_DONE;
}

SetWalk set_add_all(Fiber *fiber, Map *to, Map *from) {
    Value key;
    uint32_t hash;
    View view = view_of(from);
    for (size_t position = 0; view_next(view, &position, &key, &hash);) {
        if (key_asks_script(key))
            return SET_ASKS_SCRIPT;
        if (!look_up_plain(load_relaxed(&to->table), key, hash) &&
            !insert(fiber, to, key, VALUE_NIL, hash))
            return SET_ERROR;
    }
    return SET_DONE;
}

// Gives an empty set that nobody else knows yet room for all that may come.
static bool reserve(Fiber *fiber, Map *set, size_t capacity) {
    MapTable *table = table_new(fiber, capacity);
    store_relaxed(&set->table, table);
    return table != NULL;
}

// Gives back what turned out to be too much room.
static SetWalk trimmed(Fiber *fiber, Map *set, SetWalk walk) {
    MapTable *table = load_relaxed(&set->table);
    size_t length = load_relaxed(&set->length), room = length + length / 2 + 5;
    if (walk != SET_DONE || table->capacity <= room * 2)
        return walk;
    table = rebuilt(fiber, table, room);
    if (!table)
        return SET_ERROR;
    store_relaxed(&set->table, table);
    return SET_DONE;
}

SetWalk set_intersect(Fiber *fiber, Map *to, Map *a, Map *b) {
    bool swap = map_length(b) < map_length(a);
    Map *from = swap ? b : a, *other = swap ? a : b;
    if (!reserve(fiber, to, map_length(from)))
        return SET_ERROR;
    return trimmed(fiber, to, select_members(fiber, to, view_of(from), view_of(other), true));
}

SetWalk set_subtract(Fiber *fiber, Map *to, Map *a, Map *b) {
    if (!reserve(fiber, to, map_length(a)))
        return SET_ERROR;
    return trimmed(fiber, to, select_members(fiber, to, view_of(a), view_of(b), false));
}

SetWalk set_exclude(Fiber *fiber, Map *to, Map *a, Map *b) {
    View left = view_of(a), right = view_of(b);
    if (!reserve(fiber, to, map_length(a) + map_length(b)))
        return SET_ERROR;
    SetWalk walk = select_members(fiber, to, left, right, false);
    if (walk == SET_DONE)
        walk = select_members(fiber, to, right, left, false);
    return trimmed(fiber, to, walk);
}
