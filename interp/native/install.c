// SPDX-License-Identifier: MIT
//
// The one list of what exists. Rows are in the order in which a class needs another as its base.
#include "native/install.h"

#include "native/file.h"
#include "native/tables.h"
#include "process/channel.h"
#include "object/error.h"
#include "object/map.h"
#include "object/module.h"
#include "object/str.h"
#include "process/shared_atomic.h"
#include "process/shared_queue.h"
#include "sync/gate.h"
#include "sync/shared_lock.h"
#include "vm/vm.h"

typedef struct TypeRow {
    BuiltinType type;
    BuiltinType base;              // TYPE_OBJECT: none
    const NativeSpec *methods;     // NULL: none
    const NativeSpec *constructor; // NULL: cannot be called
    bool named;                    // a built-in name of scripts
    const char *doc;               // NULL: that of what makes its values
} TypeRow;

static const TypeRow types[] = {
    {TYPE_OBJECT, TYPE_OBJECT, NULL, NULL, false, NULL},
    {TYPE_NIL, TYPE_OBJECT, NULL, NULL, false, NULL},
    {TYPE_INT, TYPE_OBJECT, int_methods, &int_constructor, true, NULL},
    {TYPE_BOOL, TYPE_OBJECT, int_methods, &bool_constructor, true, NULL},
    {TYPE_FLOAT, TYPE_OBJECT, float_methods, &float_constructor, true, NULL},
    {TYPE_STR, TYPE_OBJECT, str_methods, &str_constructor, true, NULL},
    {TYPE_BYTES, TYPE_OBJECT, bytes_methods, &bytes_constructor, true, NULL},
    {TYPE_LIST, TYPE_OBJECT, list_methods, &list_constructor, true, NULL},
    {TYPE_MAP, TYPE_OBJECT, map_methods, &map_constructor, true, NULL},
    {TYPE_SET, TYPE_OBJECT, set_methods, &set_constructor, true, NULL},
    {TYPE_RANGE, TYPE_OBJECT, range_methods, &range_constructor, true, NULL},
    {TYPE_FUNCTION, TYPE_OBJECT, NULL, NULL, false, NULL},
    {TYPE_CLASS, TYPE_OBJECT, NULL, &type_constructor, true, NULL},
    {TYPE_MODULE, TYPE_OBJECT, NULL, NULL, false, NULL},
    {TYPE_LOCK, TYPE_OBJECT, lock_methods, &lock_constructor, true, NULL},
    {TYPE_QUEUE, TYPE_OBJECT, queue_methods, &queue_constructor, true, NULL},
    {TYPE_CANCEL_SCOPE, TYPE_OBJECT, scope_methods, NULL, false, NULL},
    {TYPE_RLOCK, TYPE_OBJECT, rlock_methods, &rlock_constructor, true, NULL},
    {TYPE_SEMAPHORE, TYPE_OBJECT, semaphore_methods, &semaphore_constructor, true, NULL},
    {TYPE_BOUNDED_SEMAPHORE, TYPE_SEMAPHORE, bounded_semaphore_methods,
     &bounded_semaphore_constructor, true, NULL},
    {TYPE_EVENT, TYPE_OBJECT, event_methods, &event_constructor, true, NULL},
    {TYPE_LATCH, TYPE_OBJECT, latch_methods, &latch_constructor, true, NULL},
    {TYPE_BARRIER, TYPE_OBJECT, barrier_methods, &barrier_constructor, true, NULL},
    {TYPE_CONDITION, TYPE_OBJECT, condition_methods, &condition_constructor, true, NULL},
    {TYPE_RWLOCK, TYPE_OBJECT, rwlock_methods, &rwlock_constructor, true, NULL},
    {TYPE_RWLOCK_SIDE, TYPE_OBJECT, rwlock_side_methods, NULL, false,
     "One side of an RWLock, `read` or `write`: `lock` takes it like a lock.\n"
     "    let rw = RWLock()\n"
     "    lock rw.read { print(\"reading\") }"},
    {TYPE_ATOMIC, TYPE_OBJECT, atomic_methods, &atomic_constructor, true, NULL},
    {TYPE_LOCAL, TYPE_OBJECT, local_methods, &local_constructor, true, NULL},
    {TYPE_CREW, TYPE_OBJECT, crew_methods, NULL, false, NULL},
    {TYPE_CHANNEL, TYPE_OBJECT, channel_methods, NULL, false, NULL},
    {TYPE_SELECT, TYPE_OBJECT, select_methods, NULL, false, NULL},
    {TYPE_SHARED_LOCK, TYPE_LOCK, shared_lock_methods, NULL, false, NULL},
    {TYPE_SHARED_ATOMIC, TYPE_ATOMIC, shared_atomic_methods, NULL, false, NULL},
    {TYPE_SHARED_QUEUE, TYPE_QUEUE, shared_queue_methods, NULL, false, NULL},
    {TYPE_FILE, TYPE_OBJECT, file_methods, NULL, false,
     "What open() gives: an open file. `for` goes over its lines, `with` closes it at the end of "
     "the block.\n"
     "    with open(\"notes.txt\") as f { for line in f { print(line.strip()) } }"},
    {TYPE_HANDLE, TYPE_OBJECT, handle_methods, NULL, false,
     "What `spawn`, `thread`, `async` and Pool.submit give back: something that runs, or ran. All "
     "of its members "
     "are those of Thread, Task, Process and Job. `await h` is `await h.join()`.\n"
     "    let handles = [thread f(1), async f(2), spawn f(3)]\n"
     "    print(handles.map(fn (h) => h.join()))"},
    {TYPE_THREAD, TYPE_HANDLE, thread_methods, NULL, true, NULL},
    {TYPE_TASK, TYPE_HANDLE, task_methods, NULL, true,
     "What `async` gives back: a task of this thread. It has all that Handle has.\n"
     "    let t = async sleep(0.1)\n"
     "    await t"},
    {TYPE_JOB, TYPE_HANDLE, job_methods, NULL, false,
     "What Pool.submit and ProcessPool.submit give back: a call that runs, or will run, in a pool. "
     "It has all "
     "that Handle has.\n"
     "    let pool = Pool(2)\n"
     "    print(pool.submit(len, \"abc\").join())"},
    {TYPE_PROCESS, TYPE_HANDLE, process_methods, NULL, true, NULL},
};

static const struct {
    KindId kind;
    BuiltinType type;
} kinds[] = {
    {KIND_BIG, TYPE_INT},
    {KIND_STR, TYPE_STR},
    {KIND_BYTES, TYPE_BYTES},
    {KIND_LIST, TYPE_LIST},
    {KIND_MAP, TYPE_MAP},
    {KIND_SET, TYPE_SET},
    {KIND_RANGE, TYPE_RANGE},
    {KIND_CLOSURE, TYPE_FUNCTION},
    {KIND_NATIVE, TYPE_FUNCTION},
    {KIND_BOUND, TYPE_FUNCTION},
    {KIND_CLASS, TYPE_CLASS},
    {KIND_MODULE, TYPE_MODULE},
    {KIND_LOCK, TYPE_LOCK},
    {KIND_QUEUE, TYPE_QUEUE},
    {KIND_CANCEL_SCOPE, TYPE_CANCEL_SCOPE},
    {KIND_RLOCK, TYPE_RLOCK},
    {KIND_SEMAPHORE, TYPE_SEMAPHORE},
    {KIND_BOUNDED_SEMAPHORE, TYPE_BOUNDED_SEMAPHORE},
    {KIND_EVENT, TYPE_EVENT},
    {KIND_LATCH, TYPE_LATCH},
    {KIND_BARRIER, TYPE_BARRIER},
    {KIND_CONDITION, TYPE_CONDITION},
    {KIND_RWLOCK, TYPE_RWLOCK},
    {KIND_RWLOCK_SIDE, TYPE_RWLOCK_SIDE},
    {KIND_HOLD, TYPE_OBJECT},
    {KIND_WATCH, TYPE_OBJECT},
    {KIND_CREW, TYPE_OBJECT},
    {KIND_CREW_OWNER, TYPE_CREW},
    {KIND_CHANNEL, TYPE_CHANNEL},
    {KIND_WATCH_LINK, TYPE_OBJECT},
    {KIND_ATOMIC, TYPE_ATOMIC},
    {KIND_LOCAL, TYPE_LOCAL},
    {KIND_SELECT, TYPE_SELECT},
    {KIND_SELECT_CASE, TYPE_OBJECT},
    {KIND_SHARED_LOCK, TYPE_SHARED_LOCK},
    {KIND_SHARED_ATOMIC, TYPE_SHARED_ATOMIC},
    {KIND_SHARED_QUEUE, TYPE_SHARED_QUEUE},
    {KIND_FILE, TYPE_FILE},
    {KIND_HANDLE, TYPE_HANDLE},
    {KIND_TRACE, TYPE_OBJECT},
    {KIND_CELL, TYPE_OBJECT},
    {KIND_OPAQUE, TYPE_OBJECT},
    {KIND_BUFFER, TYPE_OBJECT},
    {KIND_SHAPE, TYPE_OBJECT},
    {KIND_MAP_TABLE, TYPE_OBJECT},
};

static const char *const type_names[] = {
#define X(NAME, name) [TYPE_##NAME] = name,
    BUILTIN_TYPES(X)
#undef X
};

static void add_builtin(Fiber *fiber, const char *name, Value v) {
    Runtime *runtime = fiber_runtime(fiber);
    runtime_add_builtin(runtime, str_intern_c(runtime, fiber->heap, name), v);
}

static void install_type(Fiber *fiber, const TypeRow *row) {
    Runtime *runtime = fiber_runtime(fiber);
    Class *base = row->base == TYPE_OBJECT ? NULL : runtime->types[row->base];
    Class *c = class_from_table(runtime, fiber->heap, type_names[row->type], base, row->methods);
    runtime->types[row->type] = c;
    c->doc = row->doc;
    if (row->constructor)
        c->construct = value_from_ref(native_new(runtime, fiber->heap, row->constructor, c));
    if (row->named)
        add_builtin(fiber, type_names[row->type], value_from_ref(c));
}

// Instances of Thread, Task and Process, and of classes that extend them, hold their Handle in slot 0.
static void reserve_handles(Fiber *fiber) {
    Runtime *runtime = fiber_runtime(fiber);
    const BuiltinType handles[] = {TYPE_THREAD, TYPE_TASK, TYPE_PROCESS, TYPE_JOB};
    for (int i = 0; i < 4; i++) {
        Class *c = runtime->types[handles[i]];
        c->payload_base = c;
        class_reserve(runtime, fiber->heap, c, runtime->names[NAME_empty]);
    }
}

static void install_errors(Fiber *fiber) {
    Runtime *runtime = fiber_runtime(fiber);
    static const struct {
        const char *name;
        ErrorClass c, parent;
    } rows[] = {
#define X(name, parent) {#name, ERROR_##name, ERROR_##parent},
        ERROR_CLASSES(X)
#undef X
    };
    for (int i = 0; i < ERROR_CLASS_COUNT; i++) {
        Str *name = str_intern_c(runtime, fiber->heap, rows[i].name);
        Class *c;
        if (rows[i].c == rows[i].parent) {
            c = class_from_table(runtime, fiber->heap, rows[i].name, NULL, error_methods);
            class_reserve(runtime, fiber->heap, c, runtime->names[NAME_message]);
            class_reserve(runtime, fiber->heap, c, runtime->names[NAME_cause]);
            class_reserve(runtime, fiber->heap, c, runtime->names[NAME_empty]); // the trace
            class_reserve(runtime, fiber->heap, c, str_intern_c(runtime, fiber->heap, " key"));
        } else {
            c = class_new(runtime, fiber->heap, name, runtime->errors[rows[i].parent], NULL, 0);
        }
        c->doc = error_docs[rows[i].c];
        runtime->errors[rows[i].c] = c;
        runtime_add_builtin(runtime, name, value_from_ref(c));
    }
}

static void install_functions(Fiber *fiber, const NativeSpec *table) {
    for (; table->name; table++)
        add_builtin(fiber, table->name,
                    value_from_ref(native_new(fiber_runtime(fiber), fiber->heap, table, NULL)));
}

static void install_module(Fiber *fiber, const char *name, const char *doc,
                           const NativeSpec *functions, const NamedDouble *constants) {
    Runtime *runtime = fiber_runtime(fiber);
    ModuleObject *module = module_from_table(runtime, fiber->heap, name, functions);
    module->doc = doc;
    for (; constants && constants->name; constants++)
        module_set(module, str_intern_c(runtime, fiber->heap, constants->name),
                   value_from_double(constants->value));
    map_set_str(fiber, value_to_map(slot_get(&fiber_vm(fiber)->modules)), module->name,
                value_from_ref(module));
}

// Built-in names that are written in conc (vm/prelude.h). They come last.
static void install_prelude(Fiber *fiber) {
    static const char *const names[] = {"Once", "Pool", "ProcessPool"};
    fiber_runtime(fiber)->prelude_first = fiber_runtime(fiber)->builtin_count;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        add_builtin(fiber, names[i], VALUE_UNDEF);
}

void natives_install(Fiber *fiber) {
    Runtime *runtime = fiber_runtime(fiber);
    heap_register_kind(runtime->heap, KIND_FILE, &file_kind);
    heap_register_kind(runtime->heap, KIND_CHANNEL, &channel_kind);
    heap_register_kind(runtime->heap, KIND_SHARED_ATOMIC, &shared_atomic_kind);
    heap_register_kind(runtime->heap, KIND_SHARED_QUEUE, &shared_queue_kind);
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        install_type(fiber, &types[i]);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        runtime->kind_class[kinds[i].kind] = runtime->types[kinds[i].type];
    reserve_handles(fiber);
    install_errors(fiber);
    install_functions(fiber, builtin_functions);
    install_functions(fiber, builtin_sequence_functions);
    install_functions(fiber, file_functions);
    install_functions(fiber, handle_functions);
    install_functions(fiber, overview_functions);
    wait_ops_add(runtime, select_waits);
    wait_ops_add(runtime, gate_waits);
    wait_ops_add(runtime, shared_lock_waits);
    wait_ops_add(runtime, shared_queue_waits);
    install_module(fiber, "math", math_doc, math_functions, math_constants);
    install_module(fiber, "time", time_doc, time_functions, NULL);
    install_module(fiber, "_toolkit", NULL, toolkit_functions, NULL);
    install_prelude(fiber);
}
