// SPDX-License-Identifier: MIT
//
// Runtime: what the objects of one Vm share: interned names, the built-in classes, the empty things.
// Found from a fiber as fiber->world->runtime. Filled once by runtime_new, constant afterwards (but
// for the table of interned strings, which has its own lock).
#ifndef CONC_OBJECT_RUNTIME_H
#define CONC_OBJECT_RUNTIME_H

#include <pthread.h>

#include "base/text.h"
#include "heap/heap.h"
#include "sched/fiber.h"

typedef struct Str Str;
typedef struct Class Class;
struct PreparedCall; // object/prepared_call.h
struct Proto;        // vm/proto.h
struct Registry;     // sync/registry.h

// Names that C code looks up by itself: runtime->names[NAME_init].
#define RUNTIME_NAMES(X)                                                                           \
    X(init)                                                                                        \
    X(str)                                                                                         \
    X(eq)                                                                                          \
    X(less)                                                                                        \
    X(hash)                                                                                        \
    X(iter)                                                                                        \
    X(next)                                                                                        \
    X(close)                                                                                       \
    X(run)                                                                                         \
    X(acquire)                                                                                     \
    X(release)                                                                                     \
    X(message)                                                                                     \
    X(cause)                                                                                       \
    X(errors)                                                                                      \
    X(trace)                                                                                       \
    X(self)                                                                                        \
    X(name)                                                                                        \
    X(value)                                                                                       \
    X(len)                                                                                         \
    X(empty)
typedef enum RuntimeName {
#define X(name) NAME_##name,
    RUNTIME_NAMES(X)
#undef X
        NAME_COUNT
} RuntimeName;

enum { ASCII_COUNT = 128 };

// The error classes, parents first: X(Name, Parent). One list; object/error.c makes the classes.
#define ERROR_CLASSES(X)                                                                           \
    X(BaseError, BaseError)                                                                        \
    X(Error, BaseError)                                                                            \
    X(Cancelled, BaseError)                                                                        \
    X(Interrupted, BaseError)                                                                      \
    X(RuntimeError, Error)                                                                         \
    X(OverflowError, Error)                                                                        \
    X(EOFError, Error)                                                                             \
    X(StopIteration, Error)                                                                        \
    X(ValueError, Error)                                                                           \
    X(TypeError, Error)                                                                            \
    X(NameError, Error)                                                                            \
    X(AttributeError, Error)                                                                       \
    X(IndexError, Error)                                                                           \
    X(KeyError, Error)                                                                             \
    X(ZeroDivisionError, Error)                                                                    \
    X(AssertionError, Error)                                                                       \
    X(RecursionError, RuntimeError)                                                                \
    X(MemoryError, Error)                                                                          \
    X(ImportError, Error)                                                                          \
    X(OSError, Error)                                                                              \
    X(TimeoutError, Error)                                                                         \
    X(LockError, Error)                                                                            \
    X(DeadlockError, Error)                                                                        \
    X(QueueEmpty, Error)                                                                           \
    X(QueueFull, Error)                                                                            \
    X(QueueClosed, Error)                                                                          \
    X(BrokenBarrier, Error)                                                                        \
    X(ProcessError, Error)
typedef enum ErrorClass {
#define X(name, parent) ERROR_##name,
    ERROR_CLASSES(X)
#undef X
        ERROR_CLASS_COUNT
} ErrorClass;

// The classes of built-in values: X(NAME, "name in scripts"). runtime->types[TYPE_LIST].
#define BUILTIN_TYPES(X)                                                                           \
    X(NIL, "nil")                                                                                  \
    X(BOOL, "bool")                                                                                \
    X(INT, "int")                                                                                  \
    X(FLOAT, "float")                                                                              \
    X(STR, "str")                                                                                  \
    X(BYTES, "bytes")                                                                              \
    X(LIST, "list")                                                                                \
    X(MAP, "map")                                                                                  \
    X(SET, "set")                                                                                  \
    X(RANGE, "range")                                                                              \
    X(FUNCTION, "function")                                                                        \
    X(CLASS, "type")                                                                               \
    X(MODULE, "module")                                                                            \
    X(LOCK, "lock")                                                                                \
    X(QUEUE, "queue")                                                                              \
    X(CANCEL_SCOPE, "scope")                                                                       \
    X(RLOCK, "RLock")                                                                              \
    X(SEMAPHORE, "Semaphore")                                                                      \
    X(BOUNDED_SEMAPHORE, "BoundedSemaphore")                                                       \
    X(EVENT, "Event")                                                                              \
    X(LATCH, "Latch")                                                                              \
    X(BARRIER, "Barrier")                                                                          \
    X(CONDITION, "Condition")                                                                      \
    X(RWLOCK, "RWLock")                                                                            \
    X(RWLOCK_SIDE, "RWLockSide")                                                                   \
    X(ATOMIC, "Atomic")                                                                            \
    X(LOCAL, "Local")                                                                              \
    X(SELECT, "select")                                                                            \
    X(SHARED_LOCK, "lock")                                                                         \
    X(SHARED_ATOMIC, "Atomic")                                                                     \
    X(SHARED_QUEUE, "queue")                                                                       \
    X(FILE, "file")                                                                                \
    X(HANDLE, "Handle")                                                                            \
    X(THREAD, "Thread")                                                                            \
    X(PROCESS, "Process")                                                                          \
    X(TASK, "Task")                                                                                \
    X(JOB, "Job")                                                                                  \
    X(CREW, "crew")                                                                                \
    X(CHANNEL, "channel")                                                                          \
    X(OBJECT, "object")
typedef enum BuiltinType {
#define X(NAME, name) TYPE_##NAME,
    BUILTIN_TYPES(X)
#undef X
        TYPE_COUNT
} BuiltinType;

typedef struct Runtime {
    World *world;
    Heap *heap;
    Str *names[NAME_COUNT];
    Str *ascii[ASCII_COUNT]; // text of one character
    Class *errors[ERROR_CLASS_COUNT];
    Class *types[TYPE_COUNT];
    Class *kind_class[KIND_COUNT]; // the class of a value that is an object of this kind
    // Built-in names in the order of their numbers (GET_BUILTIN): functions, types, error classes.
    Value *builtins;
    Str **builtin_names;
    uint32_t builtin_count;
    uint32_t
        prelude_first; // those from here on are written in conc (vm/prelude.h): UNDEF until loaded
    _Atomic uint32_t next_shape_id; // shapes and classes share the numbers that inline caches hold

    // Interned strings: open addressing; weak (the collector drops what is not marked).
    pthread_mutex_t intern_mutex;
    Str **interned;
    size_t intern_count, intern_capacity;

    // All classes, in the order in which they were made; weak. For who names a class by its id.
    pthread_mutex_t class_mutex;
    Class **classes;
    size_t class_count, class_capacity;

    // Calls of scripts from C, for objects with methods of their own (eq, less, hash, str). Set by vm/.
    // Runs `callee` with args[0 .. count); the result, or VALUE_UNDEF with fiber->error. May run
    // script code, park, collect: keep what you need in rooted places.
    Value (*call)(Fiber *fiber, Value callee, const Value *args, int count);
    // The same for a method of `receiver`: `function` is a Closure or Native. Set by vm/.
    Value (*call_method)(Fiber *fiber, Value function, Value receiver, const Value *args,
                         int count);
    // The same for calls that are repeated: object/prepared_call.h. Set by vm/.
    struct PreparedCall (*prepare_call)(Fiber *fiber, Value callee, int count);
    Value (*call_prepared)(Fiber *fiber, const struct PreparedCall *call, Value a, Value b);
    // Answers the thread's poll word between two steps of what takes long (runtime_poll). Set by vm/.
    bool (*poll)(Fiber *fiber);
    // The code and pc (see place_of) where the script is that `fiber` runs; NULL if nowhere. Set by vm/. The
    // fiber's own thread.
    void (*where)(Fiber *fiber, const struct Proto **proto, const uint32_t **pc);
    // Where `fiber` is in the source, as "file:line:column" ("" if nowhere). Set by vm/. The fiber's
    // own thread, or any thread while the fiber is parked.
    void (*place)(Fiber *fiber, char *text, size_t capacity);
    // The Trace object of the fiber's calls now, for a new error; nil if none. Set by vm/.
    Value (*capture_trace)(Fiber *fiber);
    // For error_hint and error_note. Set by vm/.
    void (*hint)(Fiber *fiber, Str *hint);
    void (*note)(Fiber *fiber, Str *notes);
    // The text of a Trace: source excerpt of the throw, then a line a call (e.trace; also what a
    // child process sends home). And a Trace made of such a text. Set by vm/.
    Str *(*trace_text)(Fiber *fiber, Value trace);
    Value (*trace_from_text)(Fiber *fiber, Str *text);
    // Prints an error that nobody picked up, with its trace, to standard error, and makes the
    // script's status 1. Set by vm/.
    void (*report)(Fiber *fiber, Value error);
    // Where the instruction before `pc` of `proto` is in the source, as place says it. Set by vm/. Any thread.
    void (*place_of)(const struct Proto *proto, const uint32_t *pc, char *text, size_t capacity);

    // The name of a script function. Set by vm/.
    Str *(*function_name)(struct Closure *closure);

    // Whether a callable takes one argument at least. Set by vm/.
    bool (*takes_argument)(Value callee);

    // The status that exit() or --timeout asked for, -1: nobody has. Set by vm/. Any thread.
    int (*asked_status)(World *world);
    // In a forked child: nobody has asked it for anything yet. NULL: nothing to do.
    void (*after_fork)(World *world);

    // Says before each line that a fiber prints who prints it. Set by repl/; NULL: nobody asks.
    void (*label_output)(Fiber *fiber, Text *label);

    struct Registry *registry;       // sync/registry.h: what was started
    const struct WaitOps *waits[64]; // sync/wait.h: what a select can wait for; ends with NULL
} Runtime;

Runtime *runtime_new(World *world, LocalHeap *heap);
void runtime_free(Runtime *runtime);
// One more built-in name. While the Vm is being made only.
void runtime_add_builtin(Runtime *runtime, Str *name, Value v);

static inline Runtime *fiber_runtime(Fiber *fiber) { return fiber->world->runtime; }
// The class of any value. Never NULL but for VALUE_UNDEF.
Class *class_of(Runtime *runtime, Value v);

// Between two steps of what may take long: lets collections, time-outs, cancelling and Ctrl-C in. May
// collect. False with the error: give up.
static inline bool runtime_poll(Fiber *fiber) {
    if (__builtin_expect(load_relaxed(&fiber->thread->poll) == 0, 1))
        return true;
    Runtime *runtime = fiber_runtime(fiber);
    return !runtime->poll || runtime->poll(fiber);
}

// An object lock that a script with one thread does not pay for.
static inline bool shared_lock(Fiber *fiber, Object *object) {
    if (!load_relaxed(&fiber->world->shared))
        return false;
    object_lock(object);
    return true;
}
static inline void shared_unlock(Object *object, bool locked) {
    if (locked)
        object_unlock(object);
}

#endif
