// SPDX-License-Identifier: MIT
//
// Members by name, with inline caches. A cache is one word, `key << 32 | tag << 24 | index`: the key
// is the id of the receiver's shape (instances) or class (all else). Words are read and written
// relaxed: any word that was ever stored is true for ever, as shapes and classes never change.
#ifndef CONC_VM_MEMBER_H
#define CONC_VM_MEMBER_H

#include "object/class.h"
#include "vm/proto.h"

enum {
    CACHE_FIELD,  // instance: slot number
    CACHE_METHOD, // member number of the class: a method or static
    CACHE_GETTER, // member number
    CACHE_ADD,    // SET_FIELD on a shape that gets the field as its next one: slot number
    CACHE_SETTER, // member number
    CACHE_SLOT,   // module, with the key of all modules: slot number, good where the name agrees
};

static inline uint64_t cache_word(uint32_t key, uint32_t tag, uint32_t index) {
    return (uint64_t)key << 32 | tag << 24 | index;
}
static inline uint32_t cache_key(uint64_t word) { return (uint32_t)(word >> 32); }
static inline uint32_t cache_tag(uint64_t word) { return (uint32_t)word >> 24; }
static inline uint32_t cache_index(uint64_t word) { return (uint32_t)word & 0xffffff; }

// The site's word for `key`, or 0.
static inline uint64_t site_look(const LoadedSite *site, uint32_t key) {
    for (int way = 0; way < SITE_WAYS; way++) {
        uint64_t word = load_relaxed(&site->cache[way]);
        if (__builtin_expect(cache_key(word) == key, 1))
            return word;
    }
    return 0;
}
void site_fill(LoadedSite *site, uint32_t key, uint32_t tag, uint32_t index);

// What `receiver.name` is, found without running anything.
typedef enum FoundKind { FOUND_NONE, FOUND_VALUE, FOUND_METHOD, FOUND_GETTER } FoundKind;
typedef struct Found {
    FoundKind kind;
    Value value; // the value; or the function of the method or getter
} Found;

// Looks up and fills the site's cache where it can be held.
Found member_find(Fiber *fiber, Value receiver, LoadedSite *site);
// The same from the class above `home`.
Found member_find_super(Class *home, LoadedSite *site);
// A setter of the receiver's class, or UNDEF.
Value member_setter(Fiber *fiber, Value receiver, const Str *name);
// AttributeError: 'Point' object has no attribute 'z' (with a hint of the nearest name).
Value member_missing(Fiber *fiber, Value receiver, const Str *name);
// Stores a plain field (instances, statics of classes, module slots). False with the error.
bool member_store(Fiber *fiber, Value receiver, LoadedSite *site, Value v);

#endif
