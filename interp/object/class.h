// SPDX-License-Identifier: MIT
//
// Classes, shapes and instances.
//
// A class is constant once it is made: its members (own ones over inherited ones) stand in one flat
// table, so a method is found by one look-up and an inline cache holds its index. Only its static
// fields can change later.
//
// An instance has a shape (hidden class: Chambers, Ungar, Lee 1989): which field is in which slot.
// Shapes of a class form a tree, from the class's root shape, one edge a field name. Fields are
// only ever added, so a slot number that held for a shape holds for every later shape of the same
// instance. Adding a field: under the instance's tiny lock, the value is stored first, then the new
// shape is published (release). Readers take no lock.
// Slots beyond the inline ones live in a chain of overflow chunks that are never copied, so that a
// racing write is not lost.
//
// Inline caches: one 64-bit word, `key << 32 | what`. The key is the shape's id for instances, the
// class's id for everything else; both are from one counter and never used again.
#ifndef CONC_OBJECT_CLASS_H
#define CONC_OBJECT_CLASS_H

#include "object/runtime.h"

typedef struct Shape Shape;
typedef struct Instance Instance;

typedef enum MemberKind { MEMBER_METHOD, MEMBER_GETTER, MEMBER_SETTER, MEMBER_STATIC } MemberKind;

typedef struct Member {
    Str *name;       // interned
    MemberKind kind; // getters and setters of one name are two members
    Value function;  // closure or native
} Member;

struct Class {
    Object header;
    uint32_t id; // key of inline caches for values that have no shape
    uint32_t member_count;
    Str *name;
    const char *doc; // of a built-in class, as NativeSpec has it; NULL for others
    Class *base;     // NULL: none
    // The built-in class whose instances carry a payload (Thread, Process, ...); NULL: none.
    Class *payload_base;
    Shape *root_shape; // of instances
    uint32_t reserved; // fields that every instance has from the start (errors, handles)
    Member *members;   // flat, own before inherited; malloc'ed
    uint32_t *index;   // open-addressing table of member numbers + 1, by name and "is setter"
    uint32_t index_mask;
    _Atomic uint32_t slot_hint; // inline slots that a new instance gets
    Slot statics;               // a Map of static fields, or UNDEF
    Value module_name;
    // For types that scripts call to make a value (`list(xs)`, `lock()`, `Thread(f)`): the native; else UNDEF.
    Value construct;
    // The members as own class made them, for hooks that the VM asks for at every turn; UNDEF if none.
    Value init, eq, less, hash, str, iter, next;
};

struct Shape {
    Object header;
    uint32_t id;
    uint32_t field_count; // fields of an instance with this shape
    Class *of;
    Shape *parent;
    Str *name;                    // of the last field; NULL in a root shape
    _Atomic(Shape *) first_child; // children: a list, prepended under the shape's tiny lock
    Shape *sibling;
};

enum { OVERFLOW_SLOTS = 6 };
typedef struct Overflow {
    Object header; // KIND_BUFFER is not used: traced by the instance
    _Atomic(struct Overflow *) next;
    Slot slots[OVERFLOW_SLOTS];
} Overflow;

struct Instance {
    Object header; // header.count: number of inline slots
    _Atomic(Shape *) shape;
    _Atomic(Overflow *) overflow;
    Slot slots[];
};

// --- classes ---
typedef struct MemberSpec {
    Str *name;
    MemberKind kind;
    Value function;
} MemberSpec;
// A class from its own members. `base` may be NULL. Closures among the members get their home class.
Class *class_new(Runtime *runtime, LocalHeap *heap, Str *name, Class *base, const MemberSpec *own,
                 uint32_t count);
// One more field that instances of a built-in class have from the start. Before it has any.
void class_reserve(Runtime *runtime, LocalHeap *heap, Class *c, Str *name);
// An instance of the class has got `fields` fields: the next ones are made as large.
void class_learn_slots(Class *c, uint32_t fields);
// The class with this id, if it is there still; else NULL. Any thread.
Class *class_with_id(Runtime *runtime, uint32_t id);
void classes_init(Runtime *runtime); // by runtime_new and runtime_free
void classes_free(Runtime *runtime);
bool class_extends(const Class *c, const Class *base); // c is base, or extends it
// The member's number, or -1. `name` is interned. setter: looks for a setter of that name.
int class_find(const Class *c, const Str *name, bool setter);
bool value_is_instance_of(Runtime *runtime, Value v, const Class *c);

// --- shapes and instances ---
Shape *shape_root_new(Runtime *runtime, LocalHeap *heap, Class *of);
int shape_find(const Shape *shape, const Str *name); // slot number or -1
// The shape with one field more (made if need be). Any thread.
Shape *shape_with(Runtime *runtime, LocalHeap *heap, Shape *shape, Str *name);
Str *shape_field_name(const Shape *shape, uint32_t slot);

Instance *instance_new(LocalHeap *heap, Class *c);
Slot *instance_slot_far(Instance *instance, uint32_t number); // an overflow slot that exists
static inline Slot *instance_slot(Instance *instance, uint32_t number) {
    if (__builtin_expect(number < instance->header.count, 1))
        return &instance->slots[number];
    return instance_slot_far(instance, number);
}
Value instance_get(Instance *instance, const Str *name); // VALUE_UNDEF if there is no such field
void instance_set(Fiber *fiber, Instance *instance, Str *name, Value v); // adds it if need be
static inline Shape *instance_shape(Instance *instance) { return load_acquire(&instance->shape); }

#endif
