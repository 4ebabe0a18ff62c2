// SPDX-License-Identifier: MIT
//
// Finding members by name, and filling the caches that spare the search. An instance's own fields come
// before its class's members; a class's members include the inherited ones (object/class.c), so there is
// one table to look in. A cache is filled only with what can never become untrue: a slot of a shape, a
// member of a class. Static fields and the slots of modules come and go, and are looked up each time.
#include "vm/member.h"

#include "object/error.h"
#include "object/map.h"
#include "object/module.h"
#include "object/operate.h"
#include "object/str.h"
#include "sync/fiber_local.h"
#include "vm/hint.h"

static Found found(FoundKind kind, Value v) { return (Found){kind, v}; }

// Racing fills may leave a word twice or lose one: every word that stands there is true all the same.
void site_fill(LoadedSite *site, uint32_t key, uint32_t tag, uint32_t index) {
    for (int way = SITE_WAYS - 1; way > 0; way--)
        store_relaxed(&site->cache[way], load_relaxed(&site->cache[way - 1]));
    store_relaxed(&site->cache[0], cache_word(key, tag, index));
}

static Found found_member(const Member *member) {
    switch (member->kind) {
    case MEMBER_GETTER: return found(FOUND_GETTER, member->function);
    case MEMBER_STATIC: return found(FOUND_VALUE, member->function);
    default: return found(FOUND_METHOD, member->function);
    }
}

// Static fields: of the class or the nearest above that has one.
static Value static_field(Class *c, const Str *name) {
    for (; c; c = c->base) {
        Value statics = slot_get(&c->statics);
        if (statics == VALUE_UNDEF)
            continue;
        Value v = map_get_str(value_to_map(statics), (Str *)name);
        if (v != VALUE_UNDEF)
            return v;
    }
    return VALUE_UNDEF;
}

static Found find_in_class(Class *c, LoadedSite *site, uint32_t key) {
    int index = class_find(c, site->name, false);
    if (index >= 0) {
        const Member *member = &c->members[index];
        if (member->kind == MEMBER_METHOD)
            site_fill(site, key, CACHE_METHOD, (uint32_t)index);
        if (member->kind == MEMBER_GETTER)
            site_fill(site, key, CACHE_GETTER, (uint32_t)index);
        return found_member(member);
    }
    Value v = static_field(c, site->name);
    return v == VALUE_UNDEF ? found(FOUND_NONE, v) : found(FOUND_VALUE, v);
}

static Found find_in_instance(Instance *instance, LoadedSite *site) {
    Shape *shape = instance_shape(instance);
    int slot = shape_find(shape, site->name);
    if (slot >= 0) {
        Value v = slot_get(instance_slot(instance, (uint32_t)slot));
        if (v != VALUE_UNDEF) {
            site_fill(site, shape->id, CACHE_FIELD, (uint32_t)slot);
            return found(FOUND_VALUE, v);
        }
    }
    return find_in_class(shape->of, site, shape->id);
}

// `Point.origin` of a class: its static functions and fields, and its methods unbound, as in Python.
static Found find_of_class(Fiber *fiber, Class *c, LoadedSite *site) {
    int index = class_find(c, site->name, false);
    if (index >= 0 && c->members[index].kind != MEMBER_GETTER)
        return found(FOUND_VALUE, c->members[index].function);
    Value v = static_field(c, site->name);
    if (v != VALUE_UNDEF)
        return found(FOUND_VALUE, v);
    return find_in_class(class_of(fiber_runtime(fiber), value_from_ref(c)), site, c->id);
}

static Value find_in_module(Fiber *fiber, const ModuleObject *module, LoadedSite *site) {
    uint32_t key = fiber_runtime(fiber)->kind_class[KIND_MODULE]->id;
    uint64_t word = site_look(site, key);
    if (word && cache_tag(word) == CACHE_SLOT && cache_index(word) < module->count &&
        module->names[cache_index(word)] == site->name)
        return slot_get(&module->slots[cache_index(word)]);
    int slot = module_find(module, site->name);
    if (slot < 0)
        return VALUE_UNDEF;
    site_fill(site, key, CACHE_SLOT, (uint32_t)slot);
    return slot_get(&module->slots[slot]);
}

Found member_find(Fiber *fiber, Value receiver, LoadedSite *site) {
    if (value_is_kind(receiver, KIND_INSTANCE))
        return find_in_instance((Instance *)value_to_ref(receiver), site);
    if (value_is_kind(receiver, KIND_MODULE)) {
        Value v = find_in_module(fiber, (ModuleObject *)value_to_ref(receiver), site);
        if (v != VALUE_UNDEF)
            return found(FOUND_VALUE, v);
    }
    if (value_is_fiber_local(receiver)) {
        Value v = fiber_local_get(fiber, value_to_fiber_local(receiver), site->name);
        if (v != VALUE_UNDEF)
            return found(FOUND_VALUE, v);
    }
    if (value_is_kind(receiver, KIND_CLASS))
        return find_of_class(fiber, (Class *)value_to_ref(receiver), site);
    Class *c = class_of(fiber_runtime(fiber), receiver);
    return find_in_class(c, site, c->id);
}

Found member_find_super(Class *home, LoadedSite *site) {
    if (!home || !home->base)
        return found(FOUND_NONE, VALUE_UNDEF);
    int index = class_find(home->base, site->name, false);
    if (index >= 0 && home->base->members[index].kind == MEMBER_METHOD)
        site_fill(site, home->base->id, CACHE_METHOD, (uint32_t)index);
    return index < 0 ? found(FOUND_NONE, VALUE_UNDEF) : found_member(&home->base->members[index]);
}

Value member_setter(Fiber *fiber, Value receiver, const Str *name) {
    Class *c = class_of(fiber_runtime(fiber), receiver);
    int index = class_find(c, name, true);
    return index < 0 ? VALUE_UNDEF : c->members[index].function;
}

static Value throw_missing(Fiber *fiber, Value receiver, const Str *name) {
    if (value_is_kind(receiver, KIND_MODULE))
        return throw_error(fiber, ERROR_AttributeError, "module '%s' has no attribute '%s'",
                           str_data(((ModuleObject *)value_to_ref(receiver))->name),
                           str_data(name));
    if (value_is_kind(receiver, KIND_CLASS))
        return throw_error(fiber, ERROR_AttributeError, "type object '%s' has no attribute '%s'",
                           str_data(((Class *)value_to_ref(receiver))->name), str_data(name));
    return throw_error(fiber, ERROR_AttributeError, "'%s' object has no attribute '%s'",
                       value_type_name(fiber_runtime(fiber), receiver), str_data(name));
}

Value member_missing(Fiber *fiber, Value receiver, const Str *name) {
    throw_missing(fiber, receiver, name);
    hint_member(fiber, receiver, name);
    return VALUE_UNDEF;
}

static bool store_static(Fiber *fiber, Class *c, Str *name, Value v) {
    if (slot_get(&c->statics) == VALUE_UNDEF) {
        Value fresh = value_from_ref(map_new(fiber->heap));
        uint64_t none = VALUE_UNDEF;
        cas_acq_rel(&c->statics, &none, fresh); // the loser of a race uses the winner's map
    }
    return map_set_str(fiber, value_to_map(slot_get(&c->statics)), name, v);
}

static bool store_module(Fiber *fiber, ModuleObject *module, Str *name, Value v) {
    int slot = module_find(module, name);
    if (slot < 0)
        return member_missing(fiber, value_from_ref(module), name) != VALUE_UNDEF;
    if (module->constant[slot])
        return throw_error(fiber, ERROR_AttributeError, "cannot assign to constant '%s'",
                           str_data(name)) != VALUE_UNDEF;
    slot_set(&module->slots[slot], v);
    return true;
}

static bool has_getter(const Class *c, const Str *name) {
    int index = class_find(c, name, false);
    return index >= 0 && c->members[index].kind == MEMBER_GETTER;
}

static bool throw_no_setter(Fiber *fiber, const Class *c, const Str *name) {
    return throw_error(fiber, ERROR_AttributeError, "property '%s' of '%s' object has no setter",
                       str_data(name), str_data(c->name)) != VALUE_UNDEF;
}

static bool store_instance(Fiber *fiber, Instance *instance, LoadedSite *site, Value v) {
    Shape *shape = instance_shape(instance);
    if (has_getter(shape->of, site->name))
        return throw_no_setter(fiber, shape->of, site->name);
    int slot = shape_find(shape, site->name);
    if (slot >= 0) {
        site_fill(site, shape->id, CACHE_FIELD, (uint32_t)slot);
        slot_set(instance_slot(instance, (uint32_t)slot), v);
        return true;
    }
    if (shape->field_count < instance->header.count)
        site_fill(site, shape->id, CACHE_ADD, shape->field_count);
    instance_set(fiber, instance, site->name, v);
    return true;
}

bool member_store(Fiber *fiber, Value receiver, LoadedSite *site, Value v) {
    if (value_is_kind(receiver, KIND_INSTANCE))
        return store_instance(fiber, (Instance *)value_to_ref(receiver), site, v);
    if (value_is_kind(receiver, KIND_CLASS)) {
        Class *c = (Class *)value_to_ref(receiver);
        if (c->construct == VALUE_UNDEF)
            return store_static(fiber, c, site->name, v);
    }
    if (value_is_kind(receiver, KIND_MODULE))
        return store_module(fiber, (ModuleObject *)value_to_ref(receiver), site->name, v);
    if (value_is_fiber_local(receiver))
        return fiber_local_set(fiber, value_to_fiber_local(receiver), site->name, v);
    const Class *c = class_of(fiber_runtime(fiber), receiver);
    if (has_getter(c, site->name))
        return throw_no_setter(fiber, c, site->name);
    return member_missing(fiber, receiver, site->name) != VALUE_UNDEF;
}
