// SPDX-License-Identifier: MIT
//
// Classes and shapes: members over inherited ones, the tree of shapes, slots beyond the inline ones,
// fields that several threads add at once.
#include "../support/vm_support.h"
#include "object/class.h"

static Str *name_of(Vm *vm, const char *text) {
    return str_intern_c(vm->runtime, vm_fiber(vm)->heap, text);
}

static Class *new_class(Vm *vm, const char *name, Class *base, const MemberSpec *own,
                        uint32_t count) {
    Class *c = class_new(vm->runtime, vm_fiber(vm)->heap, name_of(vm, name), base, own, count);
    vm_keep(vm, value_from_ref(c));
    return c;
}

// The number that stands for a member's function here.
static int64_t found(Vm *vm, const Class *c, const char *name, bool setter) {
    int index = class_find(c, name_of(vm, name), setter);
    return index < 0 ? -1 : value_to_int(c->members[index].function);
}

Test(class, own_members_stand_over_inherited_ones) {
    Vm *vm = test_vm_new();
    MemberSpec of_base[] = {{name_of(vm, "a"), MEMBER_METHOD, value_from_int(1)},
                            {name_of(vm, "b"), MEMBER_METHOD, value_from_int(2)},
                            {name_of(vm, "p"), MEMBER_GETTER, value_from_int(3)},
                            {name_of(vm, "p"), MEMBER_SETTER, value_from_int(4)}};
    MemberSpec of_derived[] = {{name_of(vm, "b"), MEMBER_METHOD, value_from_int(5)},
                               {name_of(vm, "p"), MEMBER_GETTER, value_from_int(6)},
                               {name_of(vm, "c"), MEMBER_STATIC, value_from_int(7)}};
    Class *base = new_class(vm, "Base", NULL, of_base, 4);
    Class *derived = new_class(vm, "Derived", base, of_derived, 3);
    cr_expect_eq(found(vm, base, "b", false), 2);
    cr_expect_eq(found(vm, derived, "a", false), 1);
    cr_expect_eq(found(vm, derived, "b", false), 5);
    cr_expect_eq(found(vm, derived, "c", false), 7);
    cr_expect_eq(found(vm, base, "c", false), -1);
    // A getter and a setter of one name are two members, each with a fate of its own.
    cr_expect_eq(found(vm, derived, "p", false), 6);
    cr_expect_eq(found(vm, derived, "p", true), 4);
    cr_expect_eq(found(vm, derived, "a", true), -1);
    cr_expect_eq(derived->member_count, 5);
    cr_expect(class_extends(derived, base));
    cr_expect(class_extends(base, base));
    cr_expect_not(class_extends(base, derived));
    test_vm_free(vm);
}

Test(class, many_members) {
    Vm *vm = test_vm_new();
    enum { COUNT = 300 };
    static MemberSpec own[COUNT];
    for (int i = 0; i < COUNT; i++) {
        char text[20];
        snprintf(text, sizeof text, "m%d", i);
        own[i] = (MemberSpec){name_of(vm, text), MEMBER_METHOD, value_from_int(i)};
    }
    const Class *c = new_class(vm, "Many", NULL, own, COUNT);
    for (int i = 0; i < COUNT; i++)
        cr_assert_eq(found(vm, c, str_data(own[i].name), false), i);
    cr_expect_eq(found(vm, c, "m300", false), -1);
    test_vm_free(vm);
}

Test(class, ids_are_found_until_the_class_is_gone) {
    Vm *vm = test_vm_new();
    const Class *kept = new_class(vm, "Kept", NULL, NULL, 0);
    const Class *lost =
        class_new(vm->runtime, vm_fiber(vm)->heap, name_of(vm, "Lost"), NULL, NULL, 0);
    uint32_t kept_id = kept->id, lost_id = lost->id;
    cr_expect_neq(kept_id, lost_id);
    cr_expect_eq(class_with_id(vm->runtime, lost_id), lost);
    vm_collect(vm);
    cr_expect_eq(class_with_id(vm->runtime, kept_id), kept);
    cr_expect_null(class_with_id(vm->runtime, lost_id));
    const Class *fresh = new_class(vm, "Fresh", NULL, NULL, 0);
    cr_expect_neq(fresh->id, lost_id); // numbers are not used again
    test_vm_free(vm);
}

Test(class, instances_of_built_in_types) {
    Vm *vm = test_vm_new();
    Runtime *runtime = vm->runtime;
    cr_expect(value_is_instance_of(runtime, VALUE_TRUE, runtime->types[TYPE_INT]));
    cr_expect_not(value_is_instance_of(runtime, value_from_int(1), runtime->types[TYPE_BOOL]));
    cr_expect(value_is_instance_of(runtime, value_from_double(1), runtime->types[TYPE_FLOAT]));
    cr_expect(value_is_instance_of(runtime, VALUE_NIL, runtime->types[TYPE_OBJECT]));
    Value error =
        value_from_ref(error_new(vm_fiber(vm), runtime->errors[ERROR_RecursionError], VALUE_NIL));
    cr_expect(value_is_instance_of(runtime, error, runtime->errors[ERROR_RuntimeError]));
    cr_expect_not(value_is_instance_of(runtime, error, runtime->errors[ERROR_OSError]));
    test_vm_free(vm);
}

// --- shapes ---

Test(shape, the_same_fields_in_the_same_order_are_one_shape) {
    Vm *vm = test_vm_new();
    Fiber *fiber = vm_fiber(vm);
    Class *c = new_class(vm, "Point", NULL, NULL, 0), *d = new_class(vm, "Other", NULL, NULL, 0);
    Str *x = name_of(vm, "x"), *y = name_of(vm, "y");
    Instance *a = instance_new(fiber->heap, c), *b = instance_new(fiber->heap, c);
    Instance *turned = instance_new(fiber->heap, c), *other = instance_new(fiber->heap, d);
    cr_expect_eq(instance_shape(a), instance_shape(b));
    instance_set(fiber, a, x, value_from_int(1));
    cr_expect_neq(instance_shape(a), instance_shape(b));
    Shape *after_x = instance_shape(a);
    instance_set(fiber, a, y, value_from_int(2));
    instance_set(fiber, b, x, value_from_int(3));
    cr_expect_eq(instance_shape(b), after_x);
    instance_set(fiber, b, y, value_from_int(4));
    cr_expect_eq(instance_shape(a), instance_shape(b));
    instance_set(fiber, turned, y, VALUE_NIL);
    instance_set(fiber, turned, x, VALUE_NIL);
    cr_expect_neq(instance_shape(turned), instance_shape(a));
    instance_set(fiber, other, x, VALUE_NIL);
    cr_expect_neq(instance_shape(other), after_x);
    cr_expect_eq(shape_find(instance_shape(a), x), 0);
    cr_expect_eq(shape_find(instance_shape(a), y), 1);
    cr_expect_eq(shape_find(instance_shape(turned), x), 1);
    cr_expect_eq(shape_find(instance_shape(a), name_of(vm, "z")), -1);
    cr_expect_eq(shape_field_name(instance_shape(turned), 0), y);
    cr_expect_eq(instance_get(a, x), value_from_int(1));
    cr_expect_eq(instance_get(b, y), value_from_int(4));
    cr_expect_eq(instance_get(a, name_of(vm, "z")), VALUE_UNDEF);
    Shape *before = instance_shape(a);
    instance_set(fiber, a, x, value_from_int(9)); // an assignment changes no shape
    cr_expect_eq(instance_shape(a), before);
    cr_expect_eq(instance_get(a, x), value_from_int(9));
    test_vm_free(vm);
}

// A slot that held for a shape holds for each later one, also behind the inline slots.
Test(shape, slots_stay_where_they_are) {
    Vm *vm = test_vm_new();
    Fiber *fiber = vm_fiber(vm);
    enum { FIELDS = 100 };
    Class *c = new_class(vm, "Wide", NULL, NULL, 0);
    Slot *slots[FIELDS];
    Str *names[FIELDS];
    Instance *wide = instance_new(fiber->heap, c);
    vm_keep(vm, value_from_ref(wide));
    for (int i = 0; i < FIELDS; i++) {
        char text[20];
        snprintf(text, sizeof text, "f%d", i);
        names[i] = name_of(vm, text);
        instance_set(fiber, wide, names[i], value_from_int(i));
        slots[i] = instance_slot(wide, (uint32_t)i);
        for (int k = 0; k <= i; k++) {
            cr_assert_eq(instance_slot(wide, (uint32_t)k), slots[k]);
            cr_assert_eq(slot_get(slots[k]), value_from_int(k));
        }
    }
    vm_collect(vm);
    for (int i = 0; i < FIELDS; i++)
        cr_assert_eq(instance_get(wide, names[i]), value_from_int(i));
    // The next instances have room for more fields inline, as far as that goes.
    const Instance *next = instance_new(fiber->heap, c);
    cr_expect_gt(next->header.count, wide->header.count);
    test_vm_free(vm);
}

Test(shape, errors_have_their_first_three_slots) {
    Vm *vm = test_vm_new();
    Fiber *fiber = vm_fiber(vm);
    Class *own = new_class(vm, "Own", vm->runtime->errors[ERROR_ValueError], NULL, 0);
    Instance *error = error_new(fiber, own, vm_str(vm, "why"));
    cr_expect_eq(instance_get(error, vm->runtime->names[NAME_message]), error_message(error));
    instance_set(fiber, error, name_of(vm, "more"), VALUE_TRUE);
    cr_expect_eq(shape_find(instance_shape(error), name_of(vm, "more")), ERROR_SLOT_COUNT);
    cr_expect_eq(shape_find(instance_shape(error), vm->runtime->names[NAME_cause]),
                 ERROR_SLOT_CAUSE);
    test_vm_free(vm);
}

// --- several threads add fields to one object ---

enum { ADDERS = 2, EACH = 40, OBJECTS = 100 };
static Instance *objects[OBJECTS];
static Str *field_names[ADDERS][EACH];
static _Atomic int adding;

static void add_fields(Thread *thread, void *argument) {
    Fiber *fiber = thread->main_fiber;
    int64_t who = (intptr_t)argument;
    for (int i = 0; i < OBJECTS; i++)
        for (int k = 0; k < EACH; k++) {
            instance_set(fiber, objects[i], field_names[who][k], value_from_int(who * EACH + k));
            thread_safepoint(thread);
        }
    sub_seq(&adding, 1);
}

Test(shape, no_field_is_lost_in_a_race, .timeout = 100) {
    Vm *vm = test_vm_new();
    Fiber *fiber = vm_fiber(vm);
    Class *c = new_class(vm, "Shared", NULL, NULL, 0);
    for (int i = 0; i < OBJECTS; i++) {
        objects[i] = instance_new(fiber->heap, c);
        vm_keep(vm, value_from_ref(objects[i]));
    }
    for (int who = 0; who < ADDERS; who++)
        for (int k = 0; k < EACH; k++) {
            char text[20];
            snprintf(text, sizeof text, "f%d_%d", who, k);
            field_names[who][k] = name_of(vm, text);
            vm_keep(vm, value_from_ref(field_names[who][k]));
        }
    store_seq(&adding, ADDERS);
    for (intptr_t who = 0; who < ADDERS; who++)
        cr_assert(thread_start(vm->thread, add_fields, (void *)who));
    while (load_seq(&adding) > 0) {
        for (int k = 0; k < EACH; k++) { // what is seen is right
            Value v = instance_get(objects[k], field_names[1][k]);
            cr_assert(v == VALUE_UNDEF || v == value_from_int(EACH + k));
        }
        thread_safepoint(vm->thread);
    }
    for (int i = 0; i < OBJECTS; i++)
        for (int who = 0; who < ADDERS; who++)
            for (int k = 0; k < EACH; k++)
                cr_assert_eq(instance_get(objects[i], field_names[who][k]),
                             value_from_int(who * EACH + k));
    test_vm_free(vm);
}
