// SPDX-License-Identifier: MIT
//
// Fibers: their memory, register segments and frames.
//
// The memory of a Fiber comes from slabs and stays a Fiber's until the world ends: a thread that
// follows a circle of waits may look at one that has just been freed, and finds it waiting for nothing.
// Fields that it reads are atomic, here as well.
#include "sched/fiber.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/os.h"
#include "sched/internal.h"
#include "sched/timer.h"

enum {
    SLAB_FIBERS = 16,
    SMALL_SLABS = 64,          // from then on slabs are
    LARGE_SLAB = OS_HUGE_PAGE, // of so many bytes, where the system has huge pages
    CACHED_FIBERS = 1024,
    TASK_FRAMES = 1,        // what a task has from the start: frames
    TASK_WORDS = 23,        // and registers
    SEGMENT_SCRIPT = 65536, // bytes of the first segment: of the script's main fiber,
    SEGMENT_THREAD = 2048,  // of a thread's
    SEGMENT_LARGEST = 1 << 20,
    SEGMENT_ROOM = 32,      // words beyond what was asked for
    FIBER_BYTES = 64 << 20, // registers of one fiber
};

// A fiber with its first frames and registers, if it is a task: most need no others.
typedef struct FiberRoom {
    Fiber fiber;
    Frame frames[TASK_FRAMES];
    _Alignas(Segment) char segment[sizeof(Segment) + TASK_WORDS * sizeof(Value)];
} FiberRoom;

// Rooms are handed out in order; what was not handed out yet is untouched memory.
typedef struct FiberSlab {
    struct FiberSlab *next;
    uint32_t count, used; // rooms
    bool large;
    FiberRoom rooms[];
} FiberSlab;

static Frame *own_frames(Fiber *fiber) { return ((FiberRoom *)fiber)->frames; }
static Segment *own_segment(Fiber *fiber) {
    return (Segment *)(void *)((FiberRoom *)fiber)->segment;
}

// ---- Memory --------------------------------------------------------------------------------------

// The pool's mutex, which guards slabs and free fibers. A world with one thread has no pthread that could come
// here at the same time.
static bool pool_lock(World *world) {
    if (!load_relaxed(&world->shared))
        return false;
    mutex_lock(&world->pool_mutex);
    return true;
}

static void pool_unlock(World *world, bool locked) {
    if (locked)
        mutex_unlock(&world->pool_mutex);
}

// The pool's mutex is held, here and below.
static FiberSlab *slab_new(const World *world) {
    FiberSlab *slab = NULL;
    uint32_t count = SLAB_FIBERS;
    if (world->slab_count >= SMALL_SLABS)
        slab = os_pages_alloc(LARGE_SLAB, LARGE_SLAB);
    bool large = slab;
    if (large) {
        os_pages_huge(slab, LARGE_SLAB);
        count = (LARGE_SLAB - sizeof *slab) / sizeof(FiberRoom);
    } else {
        slab = os_calloc(1, sizeof *slab + count * sizeof(FiberRoom));
    }
    slab->count = count;
    slab->large = large;
    return slab;
}

static Fiber *slab_take(World *world) {
    FiberSlab *slab = world->slabs;
    if (!slab || slab->used == slab->count) {
        slab = slab_new(world);
        slab->next = world->slabs;
        world->slabs = slab;
        world->slab_count++;
    }
    Fiber *fiber = &slab->rooms[slab->used++].fiber;
    fiber->world = world;
    return fiber;
}

static Fiber *fiber_take(Thread *thread) {
    Fiber *fiber = thread->free_fibers;
    if (fiber) {
        thread->free_fibers = fiber->next;
        thread->free_fiber_count--;
        return fiber;
    }
    World *world = thread->world;
    bool locked = pool_lock(world);
    fiber = world->free_fibers;
    if (fiber)
        world->free_fibers = fiber->next;
    else
        fiber = slab_take(world);
    pool_unlock(world, locked);
    return fiber;
}

static void fiber_return(World *world, Fiber *fiber) {
    bool locked = pool_lock(world);
    fiber->next = world->free_fibers;
    world->free_fibers = fiber;
    pool_unlock(world, locked);
}

void fibers_return_cached(Thread *thread) {
    while (thread->free_fibers) {
        Fiber *fiber = thread->free_fibers;
        thread->free_fibers = fiber->next;
        fiber_return(thread->world, fiber);
    }
    thread->free_fiber_count = 0;
}

void fiber_slabs_free(World *world) {
    while (world->slabs) {
        FiberSlab *slab = world->slabs;
        world->slabs = slab->next;
        if (slab->large)
            os_pages_free(slab, LARGE_SLAB);
        else
            free(slab);
    }
}

// ---- Life ----------------------------------------------------------------------------------------

static Segment *segment_new(Segment *previous, size_t words) {
    Segment *segment = os_calloc(1, sizeof *segment + words * sizeof(Value));
    segment->previous = previous;
    segment->end = segment->words + words;
    return segment;
}

static size_t segment_words(const Segment *segment) {
    return (size_t)(segment->end - segment->words);
}

static void fiber_give_stacks(Fiber *fiber) {
    if (fiber->is_task) {
        fiber->segment = own_segment(fiber);
        *fiber->segment = (Segment){.end = fiber->segment->words + TASK_WORDS};
        memset(fiber->segment->words, 0, TASK_WORDS * sizeof(Value));
        fiber->frames = own_frames(fiber);
        fiber->frame_capacity = TASK_FRAMES;
    } else {
        size_t bytes = load_relaxed(&fiber->id) == 1 ? SEGMENT_SCRIPT : SEGMENT_THREAD;
        fiber->segment = segment_new(NULL, bytes / sizeof(Value));
        fiber->frame_capacity = 16;
        fiber->frames = os_malloc(fiber->frame_capacity * sizeof *fiber->frames);
    }
}

static void fiber_link(Fiber *fiber) {
    Thread *thread = fiber->thread;
    fiber->previous = NULL;
    fiber->next = thread->fibers;
    if (thread->fibers)
        thread->fibers->previous = fiber;
    thread->fibers = fiber;
    thread->fiber_count++;
}

static void fiber_unlink(Fiber *fiber) {
    Thread *thread = fiber->thread;
    if (fiber->previous)
        fiber->previous->next = fiber->next;
    else
        thread->fibers = fiber->next;
    if (fiber->next)
        fiber->next->previous = fiber->previous;
    thread->fiber_count--;
}

// Everything but what others may read at the same time (thread, id, wait, cancels).
static void fiber_clear(Fiber *fiber) {
    fiber->is_task = fiber->is_job = fiber->awaits = fiber->blocking = fiber->ended = false;
    fiber->forced = false;
    fiber->queued = FIBER_NOWHERE;
    fiber->frames = NULL;
    fiber->frame_count = fiber->frame_capacity = 0;
    fiber->segment = fiber->spare = NULL;
    fiber->pc = NULL;
    fiber->native_top = NULL;
    fiber->pending = NULL;
    fiber->pending_args = fiber->pending_result = NULL;
    fiber->pending_count = 0;
    fiber->roots = NULL;
    fiber->root_count = fiber->root_capacity = 0;
    fiber->held_locks = NULL;
    fiber->holds = NULL;
    fiber->error = fiber->result = VALUE_UNDEF;
    fiber->handle = VALUE_NIL;
    memset(fiber->start, 0, sizeof fiber->start);
    fiber->wait.reason = WAKE_NONE;
    fiber->wait.deadline = DEADLINE_NEVER;
    fiber->wait.fired = NULL;
    fiber->wait.timer_index = 0;
    fiber->wait.report = NULL;
    fiber->wait.waiter = (Waiter){.fiber = fiber};
    fiber->next_ready = NULL;
    fiber->locals = NULL;
    fiber->scope = fiber->start_scope = NULL;
    fiber->deadline = DEADLINE_NEVER;
    fiber->shielded = false;
    fiber->c_calls = 0;
}

// Without frames and registers.
static Fiber *fiber_make(Thread *thread, bool is_task) {
    Fiber *fiber = fiber_take(thread);
    World *world = thread->world;
    fiber_clear(fiber);
    fiber->heap = thread->heap;
    fiber->is_task = is_task;
    __atomic_store_n(&fiber->wait.kind, PARK_NONE, __ATOMIC_RELAXED);
    __atomic_store_n(&fiber->wait.object, VALUE_NIL, __ATOMIC_RELAXED);
    __atomic_store_n(&fiber->wait.fires_at, DEADLINE_NEVER, __ATOMIC_RELAXED);
    __atomic_store_n(&fiber->thread, thread, __ATOMIC_RELEASE);
    store_relaxed(&fiber->cancels, 0);
    store_relaxed(&fiber->scope_cancels, 0);
    store_relaxed(&fiber->id, add_relaxed(&world->next_fiber_id, 1));
    fiber_link(fiber);
    if (is_task)
        thread->has_tasks = true;
    return fiber;
}

Fiber *fiber_new(Thread *thread, bool is_task) {
    Fiber *fiber = fiber_make(thread, is_task);
    fiber_give_stacks(fiber);
    return fiber;
}

// The oldest segment of a fiber, which loses it.
static Segment *lose_first_segment(Fiber *fiber) {
    Segment **at = &fiber->segment;
    while ((*at)->previous)
        at = &(*at)->previous;
    Segment *first = *at;
    *at = NULL;
    return first;
}

// What stands in the registers still is as good as what a call leaves above the top.
Fiber *fiber_new_heir(Fiber *forker) {
    if (forker->is_task)
        return fiber_new(forker->thread, false);
    Fiber *fiber = fiber_make(forker->thread, false);
    fiber->segment = lose_first_segment(forker);
    fiber->frames = forker->frames;
    fiber->frame_capacity = forker->frame_capacity;
    forker->frames = NULL;
    return fiber;
}

bool fiber_give_call(Fiber *fiber, Value callee, const Value *args, size_t count) {
    fiber->start[0] = callee;
    fiber->start[1] = VALUE_NIL;
    if (count >= TASK_WORDS / 2) // the callee takes the rest
        return false;
    memcpy(fiber->segment->words + 1, args, count * sizeof(Value));
    fiber->native_top = fiber->segment->words + 1 + count; // traced up to here
    fiber->start[1] = value_from_int((int64_t)count);
    return true;
}

static void fiber_free_stacks(Fiber *fiber) {
    for (Segment *segment = fiber->segment, *previous; segment; segment = previous) {
        previous = segment->previous;
        if (segment != own_segment(fiber))
            free(segment);
    }
    if (fiber->frames != own_frames(fiber))
        free(fiber->frames);
    if (fiber->spare || fiber->wait.report || fiber->roots) { // most fibers have none of them
        free(fiber->spare);
        free(fiber->wait.report);
        free(fiber->roots);
    }
    fiber->roots = NULL;
    fiber->root_count = fiber->root_capacity = 0;
    fiber->segment = fiber->spare = NULL;
    fiber->frames = NULL;
    fiber->wait.report = NULL;
}

void fiber_free(Fiber *fiber) {
    Thread *thread = fiber->thread;
    assert(fiber->queued == FIBER_NOWHERE);
    timer_remove(thread, fiber);
    store_relaxed(&fiber->wait.state, WAIT_IDLE);
    store_relaxed(&fiber->id, 0);
    fiber->ended = true;
    fiber_unlink(fiber);
    fiber_free_stacks(fiber);
    if (thread->free_fiber_count < CACHED_FIBERS) {
        fiber->next = thread->free_fibers;
        thread->free_fibers = fiber;
        thread->free_fiber_count++;
    } else {
        fiber_return(thread->world, fiber);
    }
}

// ---- Segments and frames -------------------------------------------------------------------------

// A segment for `count` words: the spare one, or twice the newest.
static Segment *segment_next(Fiber *fiber, size_t count) {
    Segment *spare = fiber->spare;
    if (spare && segment_words(spare) >= count) {
        fiber->spare = NULL;
        spare->previous = fiber->segment;
        return spare;
    }
    size_t words = segment_words(fiber->segment) * 2;
    if (words > SEGMENT_LARGEST / sizeof(Value))
        words = SEGMENT_LARGEST / sizeof(Value);
    if (words < count + SEGMENT_ROOM)
        words = count + SEGMENT_ROOM;
    return segment_new(fiber->segment, words);
}

// Of all segments: few, as each is twice as large as the one before until they are large.
static size_t registers_bytes(const Fiber *fiber) {
    size_t words = 0;
    for (const Segment *segment = fiber->segment; segment; segment = segment->previous)
        words += segment_words(segment);
    return words * sizeof(Value);
}

Value *fiber_reserve(Fiber *fiber, Value *top, size_t count) {
    if ((size_t)(fiber->segment->end - top) >= count)
        return top;
    if (registers_bytes(fiber) > FIBER_BYTES || count > FIBER_BYTES / sizeof(Value))
        return NULL;
    Segment *segment = segment_next(fiber, count);
    fiber->segment = segment;
    return segment->words;
}

// One dropped segment is kept: a call in a loop may stand just at the end of a segment.
void fiber_drop_segment(Fiber *fiber) {
    Segment *segment = fiber->segment;
    assert(segment->previous);
    fiber->segment = segment->previous;
    if (fiber->spare && segment_words(fiber->spare) >= segment_words(segment)) {
        free(segment);
        return;
    }
    free(fiber->spare);
    fiber->spare = segment;
}

bool fiber_grow_frames(Fiber *fiber) {
    uint32_t limit = fiber->world->max_depth, capacity = fiber->frame_capacity * 2;
    if (fiber->frame_capacity >= limit)
        return false;
    if (capacity > limit)
        capacity = limit;
    Frame *own = own_frames(fiber);
    Frame *frames = fiber->frames == own ? NULL : fiber->frames;
    fiber->frames = os_realloc(frames, capacity * sizeof *frames);
    if (!frames)
        memcpy(fiber->frames, own, fiber->frame_count * sizeof *frames);
    fiber->frame_capacity = capacity;
    return true;
}

// ---- For the collector ---------------------------------------------------------------------------

static void trace_words(Tracer *tracer, Value *from, Value *to) {
    for (Value *at = from; at < to; at++)
        trace_value(tracer, *at);
}

// Earlier segments are traced to their ends: what lies above their frames was a register lately and is
// kept until the segment is the newest again. The spare segment may hold stale words: it goes.
void fiber_trace_registers(Fiber *fiber, Tracer *tracer, Value *top) {
    Segment *newest = fiber->segment;
    if (!newest)
        return;
    trace_words(tracer, newest->words, top);
    memset(top, 0, (size_t)(newest->end - top) * sizeof(Value));
    for (Segment *segment = newest->previous; segment; segment = segment->previous)
        trace_words(tracer, segment->words, segment->end);
    free(fiber->spare);
    fiber->spare = NULL;
}

static void fiber_trace_arguments(Fiber *fiber, Tracer *tracer) {
    if (fiber->native_top)
        trace_words(tracer, fiber->segment->words, fiber->native_top);
}

// A task that has not begun refers to no more than what it is to run, and to its handle.
void fiber_trace(Fiber *fiber, Tracer *tracer) {
    trace_value(tracer, fiber->handle);
    trace_words(tracer, fiber->start, fiber->start + 2);
    if (fiber->is_task && fiber->start[0] != VALUE_UNDEF) {
        fiber_trace_arguments(fiber, tracer);
        return;
    }
    trace_value(tracer, fiber->error);
    trace_value(tracer, fiber->result);
    trace_value(tracer, fiber->wait.object);
    trace_value(tracer, fiber->wait.waiter.value);
    trace_value(tracer, fiber->wait.waiter.extra);
    if (fiber->root_count)
        trace_words(tracer, fiber->roots, fiber->roots + fiber->root_count);
    fiber->world->hooks.trace_fiber(fiber, tracer);
}
