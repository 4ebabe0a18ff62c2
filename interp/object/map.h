// SPDX-License-Identifier: MIT
//
// Maps and sets: compact ordered hash tables (R. Hettinger's design for Python 3.6: an index table
// over an array of entries in order of insertion). Keys keep their order; a deleted entry becomes a
// hole until the table is rebuilt. The table object is replaced, never shrunk in place, so readers
// take no lock: they load the table, probe its index, compare, load the value slot (UNDEF: deleted
// meanwhile). Writers hold the map's tiny lock once the world is shared.
//
// Keys that are instances may have `eq` and `hash` in script: then look-ups run script code (before
// the lock is taken; a writer looks again if the table changed). Those functions "may run scripts":
// their arguments must be rooted by the caller. With all other keys nothing here runs script code.
#ifndef CONC_OBJECT_MAP_H
#define CONC_OBJECT_MAP_H

#include "object/list.h"

typedef struct MapEntry {
    Slot key;   // UNDEF: a hole
    Slot value; // for sets: nil
    _Atomic uint32_t hash;
} MapEntry;

typedef struct MapTable MapTable; // object/map.c

typedef struct Map {
    Object header; // KIND_MAP or KIND_SET
    _Atomic(MapTable *) table;
    _Atomic size_t length;    // live entries
    _Atomic uint64_t version; // changes whenever a key comes or goes (iteration watches it)
} Map;

Map *map_new(LocalHeap *heap);
Map *set_new(LocalHeap *heap);
static inline bool value_is_map(Value v) { return value_is_kind(v, KIND_MAP); }
static inline bool value_is_set(Value v) { return value_is_kind(v, KIND_SET); }
static inline Map *value_to_map(Value v) { return (Map *)value_to_ref(v); }
static inline size_t map_length(Map *map) { return load_acquire(&map->length); }

// All of these may run scripts for instance keys; an unhashable key throws TypeError.
// False on error; *out UNDEF if missing.
bool map_get(Fiber *fiber, Map *map, Value key, Value *out);
bool map_set(Fiber *fiber, Map *map, Value key, Value v); // false on error
// False on error; *old UNDEF if missing.
bool map_delete(Fiber *fiber, Map *map, Value key, Value *old);
// Stores `v` only if the key is missing; *out is what is there afterwards. One atomic step.
bool map_set_default(Fiber *fiber, Map *map, Value key, Value v, Value *out);
// The value of a key that is text or a small int; UNDEF where it is missing or no such key.
// Never runs scripts, never fails.
Value map_get_plain(Map *map, Value key);
static inline Value map_get_str(Map *map, Str *key) {
    return map_get_plain(map, value_from_ref(key));
}
bool map_set_str(Fiber *fiber, Map *map, Str *key, Value v); // false with MemoryError

// Goes over the entries in order: *position starts at 0. False at the end. Safe against any change.
bool map_next(Map *map, size_t *position, Value *key, Value *value);
// The last entry, taken out (popitem); *key UNDEF if there is none. False with MemoryError.
bool map_pop_last(Fiber *fiber, Map *map, Value *key, Value *value);
Map *map_copy(Fiber *fiber, Map *map);                  // as it was at one moment
Map *map_copy_for(Fiber *fiber, Map *map, size_t more); // with room for as many more
// Its keys, values, or both by turns, in order, as they were at one moment. NULL with MemoryError.
typedef enum MapParts { MAP_KEYS = 1, MAP_VALUES, MAP_BOTH } MapParts;
List *map_list(Fiber *fiber, Map *map, MapParts parts);
// To go through it as it is now, whatever becomes of it: its table, which keeps the entries that it has from now
// on, and how many places for entries that has. NULL: it has no table yet.
MapTable *map_keep(Fiber *fiber, Map *map, size_t *places);
// The same as map_next for the first `places` of a table that is kept.
bool map_next_kept(MapTable *table, size_t places, size_t *position, Value *key, Value *value);
void map_clear(Fiber *fiber, Map *map);

// a & b (in the order of the smaller one, whose members they are, as in Python), a - b and a ^ b into `to`: an empty set
// that nobody else knows. They run no scripts: where a key would ask one they stop with SET_ASKS_SCRIPT, with some
// members in `to`, and the caller goes on key by key.
typedef enum SetWalk { SET_DONE, SET_ERROR, SET_ASKS_SCRIPT } SetWalk;
SetWalk set_add_all(Fiber *fiber, Map *to,
                    Map *from); // to | from into `to`, which has members already
SetWalk set_intersect(Fiber *fiber, Map *to, Map *a, Map *b);
SetWalk set_subtract(Fiber *fiber, Map *to, Map *a, Map *b);
SetWalk set_exclude(Fiber *fiber, Map *to, Map *a, Map *b);

// Hash of any hashable value (may run scripts). False with TypeError: "unhashable type: 'list'".
bool value_hash(Fiber *fiber, Value v, uint32_t *out);

#endif
