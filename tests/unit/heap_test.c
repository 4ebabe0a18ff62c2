// SPDX-License-Identifier: MIT
//
// The heap on its own: what is reachable stays, what is not is freed once, limits hold.
#include <criterion/criterion.h>

#include <sys/wait.h>
#include <unistd.h>

#include "heap/heap.h"

typedef struct Pair {
    Object header;
    Slot first, second;
    uint64_t number;
} Pair;

typedef struct Block {
    Object header;
    size_t count;
    Slot slots[];
} Block;

static void pair_trace(Object *object, Tracer *tracer) {
    trace_slots(tracer, &((Pair *)object)->first, 2);
}
static void block_trace(Object *object, Tracer *tracer) {
    trace_slots(tracer, ((Block *)object)->slots, ((Block *)object)->count);
}
static size_t finalized;
static uint64_t finalized_sum;
static void pair_finalize(Object *object, Heap *heap) {
    (void)heap;
    finalized++;
    finalized_sum += ((Pair *)object)->number;
}

static const Kind pair_kind = {"pair", pair_trace, NULL};
static const Kind block_kind = {"block", block_trace, NULL};
static const Kind final_kind = {"final", pair_trace, pair_finalize};

typedef struct World {
    Heap *heap;
    LocalHeap *local;
    Value roots[8];
    int due;
} World;

static void trace_roots(void *context, Tracer *tracer) {
    World *w = context;
    for (int i = 0; i < 8; i++)
        trace_value(tracer, w->roots[i]);
}
static void on_due(void *context) { ((World *)context)->due++; }

static void world_open(World *w, size_t limit, bool stress) {
    memset(w, 0, sizeof *w);
    w->heap = heap_new(&(HeapOptions){.memory_limit = limit, .stress = stress});
    heap_register_kind(w->heap, KIND_CELL, &pair_kind);
    heap_register_kind(w->heap, KIND_BUFFER, &block_kind);
    heap_register_kind(w->heap, KIND_HANDLE, &final_kind);
    heap_add_roots(w->heap, trace_roots, w);
    heap_set_due_hook(w->heap, on_due, w);
    w->local = local_heap_new(w->heap);
    finalized = 0;
    finalized_sum = 0;
}
static void world_close(World *w) {
    local_heap_free(w->local);
    heap_free(w->heap);
}

static Pair *pair_new(World *w, KindId kind, Value first, Value second, uint64_t number) {
    Pair *pair = heap_alloc(w->local, kind, sizeof *pair);
    cr_assert_eq(load_relaxed(&pair->first), VALUE_UNDEF);
    cr_assert_eq(load_relaxed(&pair->second), VALUE_UNDEF);
    cr_assert_eq(pair->number, 0);
    slot_set(&pair->first, first);
    slot_set(&pair->second, second);
    pair->number = number;
    return pair;
}

Test(heap, keeps_what_is_reachable) {
    World w;
    world_open(&w, 0, true);
    for (uint64_t i = 0; i < 1000; i++)
        w.roots[0] = value_from_ref(pair_new(&w, KIND_CELL, w.roots[0], VALUE_NIL, i));
    for (int round = 0; round < 5; round++) {
        for (int i = 0; i < 5000; i++)
            pair_new(&w, KIND_CELL, VALUE_NIL, VALUE_NIL, 77);
        heap_collect(w.heap);
        uint64_t expected = 1000;
        for (Value v = w.roots[0]; v != VALUE_UNDEF;) {
            Pair *pair = (Pair *)value_to_ref(v);
            cr_assert_eq(pair->number, --expected);
            v = slot_get(&pair->first);
        }
        cr_assert_eq(expected, 0);
        cr_assert_eq(heap_used(w.heap), 1000 * sizeof(Pair));
    }
    world_close(&w);
}

Test(heap, all_sizes_are_zeroed_and_kept) {
    World w;
    world_open(&w, 0, true);
    Block *table = heap_alloc(w.local, KIND_BUFFER, sizeof *table + 600 * sizeof(Slot));
    table->count = 600;
    w.roots[0] = value_from_ref(table);
    for (int round = 0; round < 4; round++) {
        for (size_t i = 0; i < 600; i++) {
            size_t slots = i * 3;
            Block *block = heap_alloc(w.local, KIND_BUFFER, sizeof *block + slots * sizeof(Slot));
            cr_assert_eq((uintptr_t)block % 16, 0);
            for (size_t k = 0; k < slots; k++)
                cr_assert_eq(load_relaxed(&block->slots[k]), 0);
            block->count = slots;
            for (size_t k = 0; k < slots; k++)
                slot_set(&block->slots[k], value_from_int((int64_t)i));
            if ((i + (size_t)round) % 3 == 0)
                slot_set(&table->slots[i], value_from_ref(block));
        }
        heap_collect(w.heap);
        for (size_t i = 0; i < 600; i++) {
            Value v = slot_get(&table->slots[i]);
            if (v == VALUE_UNDEF)
                continue;
            Block *block = (Block *)value_to_ref(v);
            cr_assert_eq(block->count, i * 3);
            for (size_t k = 0; k < block->count; k++)
                cr_assert_eq(slot_get(&block->slots[k]), value_from_int((int64_t)i));
        }
    }
    world_close(&w);
}

// A chunk that is empty serves another size next: what it hands out is zero all the same, also where an
// object of the new size begins within what the old ones have used, and ends behind it.
Test(heap, chunks_that_change_their_size) {
    for (int stress = 0; stress < 2; stress++) {
        World w;
        world_open(&w, 0, stress);
        for (int turn = 0; turn < 400; turn++) {
            size_t slots = (size_t)(turn * 7 % 60), count = 1 + (size_t)(turn * 13 % 40);
            for (size_t i = 0; i < count; i++) {
                Block *block =
                    heap_alloc(w.local, KIND_BUFFER, sizeof *block + slots * sizeof(Slot));
                cr_assert_eq(block->count, 0);
                for (size_t k = 0; k < slots; k++) {
                    cr_assert_eq(slot_get(&block->slots[k]), VALUE_UNDEF);
                    slot_set(&block->slots[k], VALUE_TRUE);
                }
                block->count = slots;
            }
            heap_collect(w.heap);
        }
        world_close(&w);
    }
}

Test(heap, finalizes_each_dead_object_once) {
    World w;
    world_open(&w, 0, true);
    uint64_t sum = 0;
    for (uint64_t i = 1; i <= 10000; i++) {
        Pair *pair = pair_new(&w, KIND_HANDLE, i % 10 == 0 ? w.roots[0] : VALUE_NIL, VALUE_NIL, i);
        sum += i;
        if (i % 10 == 0)
            w.roots[0] = value_from_ref(pair);
    }
    heap_collect(w.heap);
    cr_assert_eq(finalized, 9000);
    heap_collect(w.heap);
    cr_assert_eq(finalized, 9000);
    for (uint64_t i = 1; i <= 500; i++) {
        pair_new(&w, KIND_HANDLE, VALUE_NIL, VALUE_NIL, i);
        sum += i;
    }
    heap_collect(w.heap);
    cr_assert_eq(finalized, 9500);
    world_close(&w);
    cr_assert_eq(finalized, 10500);
    cr_assert_eq(finalized_sum, sum);
}

Test(heap, large_objects_are_counted_and_freed) {
    World w;
    world_open(&w, 0, false);
    size_t slots = 100000;
    for (int i = 0; i < 20; i++) {
        Block *block = heap_alloc(w.local, KIND_BUFFER, sizeof *block + slots * sizeof(Slot));
        block->count = slots;
        w.roots[0] = value_from_ref(block);
        slot_set(&block->slots[slots - 1],
                 value_from_ref(pair_new(&w, KIND_CELL, VALUE_NIL, VALUE_NIL, 5)));
    }
    cr_assert_geq(heap_used(w.heap), 20 * slots * sizeof(Slot));
    cr_assert_eq(w.due, 1);
    heap_collect(w.heap);
    cr_assert(heap_is_stressed(w.heap) || !heap_collection_due(w.heap));
    cr_assert_eq(heap_used(w.heap), sizeof(Block) + slots * sizeof(Slot) + sizeof(Pair));
    Block *block = (Block *)value_to_ref(w.roots[0]);
    cr_assert_eq(((Pair *)value_to_ref(slot_get(&block->slots[slots - 1])))->number, 5);
    world_close(&w);
}

Test(heap, deep_list_does_not_recurse) {
    World w;
    world_open(&w, 0, false);
    for (uint64_t i = 0; i < 1000000; i++)
        w.roots[0] = value_from_ref(pair_new(&w, KIND_CELL, w.roots[0], VALUE_NIL, i));
    heap_collect(w.heap);
    cr_assert_eq(heap_used(w.heap), 1000000 * sizeof(Pair));
    w.roots[0] = VALUE_NIL;
    heap_collect(w.heap);
    cr_assert_eq(heap_used(w.heap), 0);
    world_close(&w);
}

Test(heap, limit) {
    World w;
    world_open(&w, 1 << 20, false);
    cr_assert(heap_has_room(w.local, 1000000));
    cr_assert_not(heap_has_room(w.local, 2000000));
    cr_assert_not(heap_has_room(w.local, SIZE_MAX));
    while (!heap_collection_due(w.heap))
        w.roots[0] = value_from_ref(pair_new(&w, KIND_CELL, w.roots[0], VALUE_NIL, 1));
    cr_assert_leq(heap_used(w.heap), (1 << 20) + 8192);
    while (heap_used(w.heap) < (1 << 20) + 65536)
        w.roots[0] = value_from_ref(pair_new(&w, KIND_CELL, w.roots[0], VALUE_NIL, 1));
    heap_collect(w.heap);
    cr_assert(heap_over_limit(w.heap));
    cr_assert_not(heap_has_room(w.local, 16));
    w.roots[0] = VALUE_NIL;
    heap_collect(w.heap);
    cr_assert_not(heap_over_limit(w.heap));
    cr_assert(heap_has_room(w.local, 1000000));
    world_close(&w);
}

static Pair *weak_seen[2];
static bool weak_marked[2];
static void clear_weak(void *context, Heap *heap) {
    (void)context;
    for (int i = 0; i < 2; i++)
        weak_marked[i] = heap_is_marked(heap, &weak_seen[i]->header);
}

// What a refusal is about may be garbage by now: only a collection can tell.
Test(heap, a_refused_request_makes_a_collection_due) {
    World w;
    world_open(&w, 1 << 20, false);
    Block *block = heap_alloc(w.local, KIND_BUFFER, 1000000);
    block->count = 1000000 / sizeof(Slot) - 2;
    w.roots[0] = value_from_ref(block);
    heap_collect(w.heap);
    cr_assert_not(heap_collection_due(w.heap) && !heap_is_stressed(w.heap));
    w.roots[0] = VALUE_UNDEF;
    cr_assert_not(heap_has_room(w.local, 100000));
    cr_assert(heap_collection_due(w.heap));
    heap_collect(w.heap);
    cr_assert(heap_has_room(w.local, 100000));
    world_close(&w);
}

Test(heap, weak_tables_see_marks) {
    World w;
    world_open(&w, 0, false);
    heap_add_weak(w.heap, clear_weak, NULL);
    weak_seen[0] = pair_new(&w, KIND_CELL, VALUE_NIL, VALUE_NIL, 1);
    weak_seen[1] = pair_new(&w, KIND_CELL, VALUE_NIL, VALUE_NIL, 2);
    w.roots[3] = value_from_ref(weak_seen[1]);
    heap_collect(w.heap);
    cr_assert_not(weak_marked[0]);
    cr_assert(weak_marked[1]);
    world_close(&w);
}

// Chunks serve other sizes after they were empty; runs between survivors are used again.
Test(heap, memory_is_used_again) {
    World w;
    world_open(&w, 0, true);
    for (int round = 0; round < 20; round++) {
        size_t slots = (size_t)(round * 7 % 60);
        w.roots[0] = w.roots[1] = VALUE_UNDEF;
        for (int i = 0; i < 20000; i++) {
            Block *block =
                heap_alloc(w.local, KIND_BUFFER, sizeof *block + (slots + 1) * sizeof(Slot));
            block->count = slots + 1;
            for (size_t k = 0; k < block->count; k++)
                cr_assert_eq(load_relaxed(&block->slots[k]), 0);
            if (i % 5)
                continue;
            slot_set(&block->slots[0], w.roots[i % 2]);
            w.roots[i % 2] = value_from_ref(block);
        }
        heap_collect(w.heap);
        size_t count = 0;
        for (int r = 0; r < 2; r++)
            for (Value v = w.roots[r]; v != VALUE_UNDEF; count++)
                v = slot_get(&((Block *)value_to_ref(v))->slots[0]);
        cr_assert_eq(count, 4000);
    }
    world_close(&w);
}

Test(heap, a_forked_child_collects_on_its_own) {
    World w;
    world_open(&w, 0, false);
    LocalHeap *other = local_heap_new(w.heap);
    heap_alloc(other, KIND_CELL, sizeof(Pair));
    w.roots[0] = value_from_ref(pair_new(&w, KIND_CELL, VALUE_NIL, VALUE_NIL, 9));
    pid_t child = fork();
    if (child == 0) {
        heap_after_fork(w.heap, w.local);
        w.roots[1] = value_from_ref(pair_new(&w, KIND_CELL, w.roots[0], VALUE_NIL, 10));
        heap_collect(w.heap);
        _exit(heap_used(w.heap) == 2 * sizeof(Pair) ? 0 : 1);
    }
    int status = -1;
    waitpid(child, &status, 0);
    cr_assert_eq(status, 0);
    local_heap_free(other);
    world_close(&w);
}
