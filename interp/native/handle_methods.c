// SPDX-License-Identifier: MIT
//
// Members of Thread, Task and Process.
#include "object/error.h"
#include "object/list.h"
#include "object/number.h"
#include "object/operate.h"
#include "object/str.h"
#include "native/tables.h"
#include "process/spawn.h"
#include "sync/handle.h"
#include "sync/registry.h"
#include "sync/watch.h"

static Handle *handle_at(Value *args) { return handle_of(NULL, args[0]); }

// --- making ---

// init(f=nil, *args): args[1] is f, args[2 .. count] the rest.
static Value init(Fiber *fiber, Value *args, int count) {
    Handle *handle = handle_at(args);
    if (handle && load_acquire(&handle->state) != HANDLE_NEW)
        return throw_runtime(fiber, "it has been started already");
    if (args[1] != VALUE_UNDEF && args[1] != VALUE_NIL && !value_is_callable(args[1]))
        return throw_type(fiber, "'%s' object is not callable",
                          value_type_name(fiber_runtime(fiber), args[1]));
    handle_init(fiber, (Instance *)value_to_ref(args[0]), args[1], args + 2,
                count > 1 ? count - 1 : 0);
    return VALUE_NIL;
}

static Value init_task(Fiber *fiber, Value *args, int count) {
    (void)args;
    (void)count;
    return throw_type(fiber, "a Task is made by starting it: `async f()`");
}

static Value init_job(Fiber *fiber, Value *args, int count) {
    (void)args;
    (void)count;
    return throw_type(fiber, "a Job is made by submitting it to a pool");
}

static Value start(Fiber *fiber, Value *args, int count) {
    (void)count;
    Handle *handle = handle_receiver(fiber, args[0]);
    if (!handle)
        return VALUE_UNDEF;
    bool ok = handle->kind == HANDLE_PROCESS ? process_start_handle(fiber, handle)
                                             : handle_start_thread(fiber, handle);
    return ok ? VALUE_NIL : VALUE_UNDEF;
}

// What start() would run, here and now.
static Value run(Fiber *fiber, Value *args, int count) {
    (void)count;
    Handle *handle = handle_receiver(fiber, args[0]);
    if (!handle)
        return VALUE_UNDEF;
    Value callee = slot_get(&handle->callee), list = slot_get(&handle->arguments);
    if (!value_is_callable(callee))
        return VALUE_NIL;
    Value given[64];
    size_t most = sizeof given / sizeof *given, n = 0;
    while (value_is_list(list) && n < most && n < list_length(value_to_list(list))) {
        given[n] = list_get(value_to_list(list), n);
        n++;
    }
    return fiber_runtime(fiber)->call(fiber, callee, given, (int)n);
}

// --- waiting and ending ---

static Value cancel(Fiber *fiber, Value *args, int count) {
    (void)count;
    Handle *handle = handle_receiver(fiber, args[0]);
    return handle ? value_from_bool(handle_cancel(fiber, handle)) : VALUE_UNDEF;
}

static Value detach(Fiber *fiber, Value *args, int count) {
    (void)count;
    Handle *handle = handle_receiver(fiber, args[0]);
    if (!handle)
        return VALUE_UNDEF;
    handle_detach(fiber, handle);
    if (handle->kind == HANDLE_PROCESS)
        process_detach(fiber, handle);
    return VALUE_NIL;
}

static Value done(Fiber *fiber, Value *args, int count) {
    (void)count;
    Handle *handle = handle_receiver(fiber, args[0]);
    return handle ? value_from_bool(handle_done(fiber, handle)) : VALUE_UNDEF;
}

static Value is_alive(Fiber *fiber, Value *args, int count) {
    (void)count;
    Handle *handle = handle_receiver(fiber, args[0]);
    if (!handle)
        return VALUE_UNDEF;
    return value_from_bool(!handle_done(fiber, handle) &&
                           load_acquire(&handle->state) == HANDLE_RUNNING);
}

// --- properties ---

static Value id(Fiber *fiber, Value *args, int count) {
    (void)count;
    Handle *handle = handle_receiver(fiber, args[0]);
    return handle ? integer_from_uint64(fiber->heap, handle->id) : VALUE_UNDEF;
}

static Value name(Fiber *fiber, Value *args, int count) {
    (void)count;
    Handle *handle = handle_receiver(fiber, args[0]);
    if (!handle)
        return VALUE_UNDEF;
    Value given = slot_get(&handle->name);
    if (value_is_str(given))
        return given;
    Text text = {0};
    handle_default_name(handle, &text);
    Value made = value_from_ref(str_from_text(fiber->heap, &text));
    text_free(&text);
    return made;
}

static Value set_name(Fiber *fiber, Value *args, int count) {
    (void)count;
    Handle *handle = handle_receiver(fiber, args[0]);
    if (!handle)
        return VALUE_UNDEF;
    if (!value_is_str(args[1]))
        return throw_type(fiber, "name must be a str, not '%s'",
                          value_type_name(fiber_runtime(fiber), args[1]));
    slot_set(&handle->name, args[1]);
    return VALUE_NIL;
}

static Value detached(Fiber *fiber, Value *args, int count) {
    (void)count;
    Handle *handle = handle_receiver(fiber, args[0]);
    return handle ? value_from_bool(load_relaxed(&handle->detached)) : VALUE_UNDEF;
}

// --- processes ---

static Value pid(Fiber *fiber, Value *args, int count) {
    (void)count;
    Handle *handle = handle_receiver(fiber, args[0]);
    if (!handle)
        return VALUE_UNDEF;
    int64_t number = load_acquire(&handle->pid);
    return number ? value_from_int(number) : VALUE_NIL;
}

static Value exitcode(Fiber *fiber, Value *args, int count) {
    (void)count;
    Handle *handle = handle_receiver(fiber, args[0]);
    if (!handle)
        return VALUE_UNDEF;
    handle_settle(fiber, handle);
    int32_t code = load_acquire(&handle->exit_code);
    return code == HANDLE_NO_EXIT_CODE ? VALUE_NIL : value_from_int(code);
}

static Value kill_process(Fiber *fiber, Value *args, int count) {
    (void)count;
    Handle *handle = handle_receiver(fiber, args[0]);
    if (!handle)
        return VALUE_UNDEF;
    int signal = process_signal_number(fiber, args[1]);
    if (signal < 0)
        return VALUE_UNDEF;
    process_signal(fiber, handle, signal);
    return VALUE_NIL;
}

static Value terminate(Fiber *fiber, Value *args, int count) {
    (void)count;
    Handle *handle = handle_receiver(fiber, args[0]);
    if (!handle)
        return VALUE_UNDEF;
    process_signal(fiber, handle, 15);
    return VALUE_NIL;
}

// --- tables ---

const NativeSpec handle_methods[] = {
    {"join", handle_join, "timeout=nil", NATIVE_WAITS,
     "Waits for the end, and gives the result of the call or throws the error that ended it. "
     "timeout: seconds to wait at most, 0 or less only looks; nil waits for ever. TimeoutError if "
     "it still runs then; RuntimeError before the start; DeadlockError where it would wait for "
     "itself.\n"
     "    print((thread f(1)).join(timeout: 2.5))"},
    {"done", done, "", NATIVE_GETTER,
     "True once it has ended, whether with a result or an error.\n"
     "    while not t.done { await sleep(0.01) }"},
    {"cancel", cancel, "", 0,
     "Throws Cancelled there, once, from the waiting call that it is in or from its next one. A "
     "process is sent SIGTERM. Gives false if it had ended already.\n"
     "    t.cancel()"},
    {"detach", detach, "", 0,
     "The end of the script does not wait for it. Threads and tasks then end with the script; a "
     "process goes on, even when its parent has ended.\n"
     "    (spawn { sleep(0.1) }).detach()"},
    {"detached", detached, "", NATIVE_GETTER,
     "True after detach().\n"
     "    print(t.detached)"},
    {"is_alive", is_alive, "", 0,
     "True from the start to the end.\n"
     "    if p.is_alive() { p.terminate() }"},
    {"id", id, "", NATIVE_GETTER,
     "Its number, an int. Threads, tasks and processes count together; 1 is the script's main "
     "thread.\n"
     "    print(t.id)"},
    {"name", name, "", NATIVE_GETTER,
     "A str; if none was set, kind and number (\"thread 2\"). Can be set.\n"
     "    t.name = \"loader\""},
    {"name", set_name, "name", NATIVE_SETTER, "Sets the name, a str. TypeError for anything else."},
    {0}};

const NativeSpec job_methods[] = {
    {"init", init_job, "*args", 0, "Jobs are made by `pool.submit(f)`."}, {0}};

const NativeSpec task_methods[] = {
    {"init", init_task, "*args", 0, "Tasks are made by `async f()`."}, {0}};

#define INIT_ROW(Name)                                                                             \
    {                                                                                              \
        "init", init, "f=nil, *args", 0,                                                           \
            "A " Name " that will run f(...args), or the run() of a class that extends " Name      \
            ", once start() is called. TypeError if f cannot be called.\n"                         \
            "    let t = " Name "(f, 1, 2)\n"                                                      \
            "    t.start()"                                                                        \
    }
#define START_ROW(Name)                                                                            \
    {                                                                                              \
        "start", start, "", 0,                                                                     \
            "Starts it. RuntimeError if it was started before; TypeError if there is nothing to "  \
            "run.\n"                                                                               \
            "    t.start()"                                                                        \
    }
#define RUN_ROW                                                                                    \
    {                                                                                              \
        "run", run, "", 0,                                                                         \
            "What start() runs there; called by itself it runs it here. Classes that extend this " \
            "one define their own.\n"                                                              \
            "    class Answer extends Thread { fn run() { return 42 } }\n"                         \
            "    let t = Answer()\n"                                                               \
            "    t.start()\n"                                                                      \
            "    t.join()   # 42"                                                                  \
    }

const NativeSpec thread_methods[] = {INIT_ROW("Thread"), START_ROW("Thread"), RUN_ROW, {0}};

const NativeSpec process_methods[] = {
    INIT_ROW("Process"),
    START_ROW("Process"),
    RUN_ROW,
    {"pid", pid, "", NATIVE_GETTER,
     "The system's number of the process; nil before the start.\n"
     "    print(p.pid)"},
    {"exitcode", exitcode, "", NATIVE_GETTER,
     "Nil while it runs; then its exit status, or minus the number of the signal that ended it.\n"
     "    let p = spawn { return 1 }\n"
     "    p.join()\n"
     "    p.exitcode   # 0"},
    {"kill", kill_process, "signal=\"SIGTERM\"", 0,
     "Sends a signal, by name (\"SIGKILL\", \"KILL\") or number. Nothing happens if it has ended. "
     "ValueError for an unknown signal, TypeError for neither name nor number.\n"
     "    let p = spawn sleep(60)\n"
     "    p.kill(\"SIGKILL\")\n"
     "    try { p.join() } catch e: ProcessError { print(p.exitcode) }   # -9"},
    {"terminate", terminate, "", 0,
     "As kill(\"SIGTERM\"). Its main thread gets Cancelled.\n"
     "    p.terminate()"},
    {0}};

const NativeSpec handle_functions[] = {
    {"gather", watch_gather, "handles, timeout=nil", NATIVE_WAITS | NATIVE_SHIELDED,
     "Waits until all have ended, and gives a list of their results, in order. The first failure "
     "cancels the rest and is thrown. timeout: seconds; TimeoutError after it, and they run on. "
     "TypeError for anything but handles.\n"
     "    fn square(n) => n * n\n"
     "    await gather([thread square(2), spawn square(3)])   # [4, 9]"},
    {"first", watch_first, "handles, timeout=nil", NATIVE_WAITS | NATIVE_SHIELDED,
     "Waits until one has ended, and gives its result, or throws its error. The rest are "
     "cancelled. timeout: seconds; TimeoutError after it, and they run on. ValueError if there is "
     "no handle, TypeError for anything but handles.\n"
     "    async fn answer(seconds) { await sleep(seconds); return seconds }\n"
     "    await first([async answer(30), async answer(0.01)])   # 0.01"},
    {0}};
