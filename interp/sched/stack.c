// SPDX-License-Identifier: MIT
//
// Slabs of stacks. Those with room are in a list, the pool's mutex guards it. A slab whose stacks have all come back is
// unmapped, unless it is the only one with room: so the memory of many threads at once is given back, and
// that of a few is used again.
#include "sched/stack.h"

#include <stdlib.h>

enum { SLAB_STACKS = 16 };

struct StackSlab {
    StackSlab *next, *previous; // World.stacks
    char *pages;
    uint32_t cut;  // how many have been given out at least once: they have their guard
    uint32_t used; // are given out
    uint32_t free_count;
    uint8_t free[SLAB_STACKS]; // the numbers of those that came back, the latest last
};

// ---- The list; the mutex is held -----------------------------------------------------------------

static void slab_link(World *world, StackSlab *slab) {
    slab->previous = NULL;
    slab->next = world->stacks;
    if (slab->next)
        slab->next->previous = slab;
    world->stacks = slab;
}

static void slab_unlink(World *world, StackSlab *slab) {
    if (slab->previous)
        slab->previous->next = slab->next;
    else
        world->stacks = slab->next;
    if (slab->next)
        slab->next->previous = slab->previous;
}

static bool slab_is_full(const StackSlab *slab) { return slab->used == SLAB_STACKS; }

static StackSlab *slab_with_room(World *world) {
    if (world->stacks)
        return world->stacks;
    char *pages = os_pages_alloc((size_t)SLAB_STACKS * NATIVE_STACK, OS_PAGE);
    if (!pages)
        return NULL;
    StackSlab *slab = os_calloc(1, sizeof *slab);
    slab->pages = pages;
    slab_link(world, slab);
    return slab;
}

static void slab_free(StackSlab *slab) {
    os_pages_free(slab->pages, (size_t)SLAB_STACKS * NATIVE_STACK);
    free(slab);
}

// ---- Stacks --------------------------------------------------------------------------------------

// A fresh one has no guard yet.
static Stack take(World *world, bool *fresh) {
    StackSlab *slab = slab_with_room(world);
    if (!slab)
        return (Stack){0};
    *fresh = slab->free_count == 0;
    size_t number = *fresh ? slab->cut++ : slab->free[--slab->free_count];
    slab->used++;
    if (slab_is_full(slab))
        slab_unlink(world, slab);
    return (Stack){slab, slab->pages + number * NATIVE_STACK + OS_PAGE};
}

Stack stack_take(World *world) {
    bool fresh = false;
    mutex_lock(&world->pool_mutex);
    Stack stack = take(world, &fresh);
    mutex_unlock(&world->pool_mutex);
    if (!fresh || os_pages_guard(stack.low - OS_PAGE, OS_PAGE))
        return stack;
    return (Stack){0}; // its place stays unused
}

void stack_return(World *world, Stack stack) {
    StackSlab *slab = stack.slab;
    if (!slab)
        return;
    size_t number = (size_t)(stack.low - slab->pages) / NATIVE_STACK;
    mutex_lock(&world->pool_mutex);
    if (slab_is_full(slab))
        slab_link(world, slab);
    slab->free[slab->free_count++] = (uint8_t)number;
    bool spare = --slab->used == 0 && (slab->next || slab->previous);
    if (spare)
        slab_unlink(world, slab);
    mutex_unlock(&world->pool_mutex);
    if (spare)
        slab_free(slab);
}

void stacks_free(World *world) {
    while (world->stacks) {
        StackSlab *slab = world->stacks;
        slab_unlink(world, slab);
        slab_free(slab);
    }
}
