// SPDX-License-Identifier: MIT
//
// Taking stock. The world stands still meanwhile, so every fiber is where it was last seen: at a
// safepoint, or in a wait.
#include "sync/overview.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/os.h"
#include "base/translate.h"
#include "object/root.h"
#include "object/str.h"
#include "sync/registry.h"
#include "sync/wait.h"

static OverviewRow *add_row(Overview *overview) {
    if (overview->count == overview->capacity) {
        overview->capacity = overview->capacity ? overview->capacity * 2 : 16;
        overview->rows = os_realloc(overview->rows, overview->capacity * sizeof *overview->rows);
    }
    OverviewRow *row = &overview->rows[overview->count++];
    *row = (OverviewRow){0};
    return row;
}

static char *copy(const char *text) { return *text ? strdup(text) : NULL; }

static char *name_of(Handle *handle) {
    Value name = handle ? slot_get(&handle->name) : VALUE_NIL;
    if (!value_is_str(name) || value_to_str(name)->size == 0)
        return NULL;
    return strndup(str_data(value_to_str(name)), value_to_str(name)->size);
}

static char *place_of_start(const Runtime *runtime, const Handle *handle) {
    char place[256] = "";
    if (handle && handle->start_proto)
        runtime->place_of(handle->start_proto, handle->start_pc, place, sizeof place);
    return copy(place);
}

// A fiber that has not had its first turn yet is where it was started.
static char *place_of(Fiber *fiber, const Handle *handle) {
    char place[256] = "";
    if (fiber->frame_count == 0)
        return place_of_start(fiber_runtime(fiber), handle);
    fiber_runtime(fiber)->place(fiber, place, sizeof place);
    return copy(place);
}

static void add_fiber(Overview *overview, Fiber *fiber) {
    Handle *handle = handle_of(fiber_runtime(fiber), fiber->handle);
    OverviewRow *row = add_row(overview);
    row->kind = fiber_kind(fiber);
    row->id = load_relaxed(&fiber->id);
    row->name = name_of(handle);
    row->place = place_of(fiber, handle);
    row->started = place_of_start(fiber_runtime(fiber), handle);
    row->cancelled = handle && load_acquire(&handle->cancelled);
    row->of_pool = handle && value_is_kind(slot_get(&handle->callee), KIND_CREW);
    if (wait_is_open(&fiber->wait)) {
        char what[400];
        wait_describe_object(fiber, what, sizeof what);
        row->waits_for = copy(what);
        row->state = "waiting";
    } else {
        row->state = fiber->thread->current == fiber ? MESSAGE("running") : MESSAGE("ready");
    }
}

typedef struct Children {
    Overview *overview;
    const Runtime *runtime;
} Children;

static void add_child(void *context, Handle *handle, int64_t pid) {
    const Children *children = context;
    OverviewRow *row = add_row(children->overview);
    row->kind = MESSAGE("process");
    row->state = MESSAGE("running");
    row->id = handle->id;
    row->pid = pid;
    row->name = name_of(handle);
    row->place = place_of_start(children->runtime, handle);
    row->started = copy(row->place ? row->place : "");
    row->cancelled = load_acquire(&handle->cancelled);
}

static int by_id(const void *a, const void *b) {
    uint64_t x = ((const OverviewRow *)a)->id, y = ((const OverviewRow *)b)->id;
    return x < y ? -1 : x > y;
}

void overview_take(Fiber *fiber, Overview *overview) {
    World *world = fiber->world;
    const ProcessHooks *processes = load_acquire(&fiber_registry(fiber)->processes);
    *overview = (Overview){0};
    while (!world_stop(world, fiber->thread)) {
    }
    for (Thread *thread = world->threads; thread; thread = thread->next)
        for (Fiber *f = thread->fibers; f; f = f->next)
            if (!f->ended)
                add_fiber(overview, f);
    if (processes)
        processes->each_child(world, add_child, &(Children){overview, world->runtime});
    world_resume(world, fiber->thread);
    if (overview->count > 0)
        qsort(overview->rows, overview->count, sizeof *overview->rows, by_id);
}

size_t overview_others(const Overview *overview) {
    return overview->count - (overview->count > 0 && overview->rows[0].id == 1);
}

// ---- Ending ---------------------------------------------------------------------------------------

typedef struct Wanted {
    uint64_t id;
    Handle *handle; // NULL: not found
    int64_t pid;    // of a process
} Wanted;

static void find_child(void *context, Handle *handle, int64_t pid) {
    Wanted *wanted = context;
    if (handle->id == wanted->id) {
        wanted->handle = handle;
        wanted->pid = pid;
    }
}

// The world is stopped.
static void find_fiber(World *world, Wanted *wanted) {
    for (Thread *thread = world->threads; thread; thread = thread->next)
        for (Fiber *f = thread->fibers; f; f = f->next)
            if (!f->ended && load_relaxed(&f->id) == wanted->id)
                wanted->handle = handle_of(world->runtime, f->handle);
}

OverviewEnd overview_end(Fiber *fiber, uint64_t id) {
    World *world = fiber->world;
    Wanted wanted = {.id = id};
    const ProcessHooks *processes = load_acquire(&fiber_registry(fiber)->processes);
    while (!world_stop(world, fiber->thread)) {
    }
    find_fiber(world, &wanted);
    if (!wanted.handle && processes)
        processes->each_child(world, find_child, &wanted);
    uint32_t mark = root_mark(fiber);
    if (wanted.handle)
        root_push(fiber, value_from_ref(wanted.handle));
    world_resume(world, fiber->thread);
    OverviewEnd end = OVERVIEW_UNKNOWN;
    if (wanted.handle && wanted.pid && load_relaxed(&wanted.handle->cancelled)) {
        kill((pid_t)wanted.pid, SIGKILL);
        end = OVERVIEW_KILLED;
    } else if (wanted.handle && handle_cancel(fiber, wanted.handle)) {
        world_notify_all(world, POLL_END);
        end = OVERVIEW_CANCELLED;
    }
    root_release(fiber, mark);
    return end;
}

// ---- Printing -------------------------------------------------------------------------------------

void overview_free(Overview *overview) {
    for (size_t i = 0; i < overview->count; i++) {
        free(overview->rows[i].name);
        free(overview->rows[i].waits_for);
        free(overview->rows[i].place);
        free(overview->rows[i].started);
    }
    free(overview->rows);
}

static void print_row(const OverviewRow *row, Text *out) {
    if (row->id == 1)
        text_string(out, translate("the main thread"));
    else
        text_format(out, "%s %llu", translate(row->kind), (unsigned long long)row->id);
    if (row->name)
        text_format(out, " (%s)", row->name);
    if (row->pid)
        text_format(out, translate(", pid %lld,"), (long long)row->pid);
    if (row->waits_for)
        text_format(out, translate(" waits for %s"), row->waits_for);
    else
        text_format(out, translate(" is %s"), translate(row->state));
    if (row->place)
        text_format(out, row->pid ? translate(", started at %s") : translate(", at %s"),
                    row->place);
    text_char(out, '\n');
}

void overview_print(const Overview *overview, Text *out) {
    for (size_t i = 0; i < overview->count; i++)
        print_row(&overview->rows[i], out);
}
