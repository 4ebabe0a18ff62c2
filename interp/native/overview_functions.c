// SPDX-License-Identifier: MIT
//
// running() and on_signal(): what a script can learn of itself while it runs, and what it can be told
// from outside.
#include "native/tables.h"
#include "object/error.h"
#include "object/integer.h"
#include "object/list.h"
#include "object/map.h"
#include "object/root.h"
#include "object/str.h"
#include "process/handlers.h"
#include "process/spawn.h"
#include "sync/overview.h"

static Value text_or_nil(Fiber *fiber, const char *text) {
    return text ? value_from_ref(str_from_utf8_lossy(fiber->heap, text, strlen(text))) : VALUE_NIL;
}

static void put(Fiber *fiber, Map *map, const char *key, Value v) {
    map_set_str(fiber, map, str_intern_c(fiber_runtime(fiber), fiber->heap, key), v);
}

static Value row_to_map(Fiber *fiber, const OverviewRow *row) {
    Map *map = map_new(fiber->heap);
    put(fiber, map, "kind", text_or_nil(fiber, row->kind));
    put(fiber, map, "id", integer_from_uint64(fiber->heap, row->id));
    put(fiber, map, "name", text_or_nil(fiber, row->name));
    put(fiber, map, "state", text_or_nil(fiber, row->state));
    put(fiber, map, "waits_for", text_or_nil(fiber, row->waits_for));
    put(fiber, map, "line", text_or_nil(fiber, row->place));
    put(fiber, map, "pid", row->pid ? integer_from_int64(fiber->heap, row->pid) : VALUE_NIL);
    return value_from_ref(map);
}

static Value running(Fiber *fiber, Value *args, int count) {
    (void)args, (void)count;
    Overview overview;
    overview_take(fiber, &overview);
    List *list = list_new(fiber->heap, overview.count);
    bool ok = true;
    for (size_t i = 0; i < overview.count && ok; i++)
        ok = list_append(fiber, list, row_to_map(fiber, &overview.rows[i]));
    overview_free(&overview);
    return ok ? value_from_ref(list) : VALUE_UNDEF;
}

static Value on_signal(Fiber *fiber, Value *args, int count) {
    (void)count;
    int signal = process_signal_number(fiber, args[1]);
    return signal < 0 ? VALUE_UNDEF : handlers_set(fiber, signal, args[2]);
}

const NativeSpec overview_functions[] = {
    {"running", running, "", 0,
     "What runs now, a map for each thread, task and child process, by id: kind, id, name, state "
     "(\"running\", \"ready\" or \"waiting\"), waits_for (a text, or nil), line (where it is; of a "
     "process: where it was started) and pid (of a process). The script's own thread has id 1.\n"
     "    for r in running() { print(r[\"kind\"], r[\"id\"], r[\"waits_for\"]) }"},
    {"on_signal", on_signal, "signal, handler", 0,
     "From now on, whenever the signal (a name or a number) comes, handler(name) runs, or "
     "handler() if it takes no argument, on a thread of its own. nil takes the handler away. Gives "
     "the handler that was set before, or nil. ValueError for a signal that cannot be handled.\n"
     "    let q = queue()\n"
     "    on_signal(\"SIGTERM\", fn () => q.close())"},
    {0}};
