// SPDX-License-Identifier: MIT
//
// The tables of natives, one list: native/install.c makes built-in classes, functions and modules of
// them. Each table ends with a row whose name is NULL; what a row means says object/function.h.
#ifndef CONC_NATIVE_TABLES_H
#define CONC_NATIVE_TABLES_H

#include "object/function.h"
#include "sync/wait.h"

// --- text and numbers ---
extern const NativeSpec str_methods[];   // native/str_methods.c and str_split.c ..., joined there
extern const NativeSpec bytes_methods[]; // native/bytes_methods.c
extern const NativeSpec int_methods[];   // native/number_methods.c; bool has them too
extern const NativeSpec float_methods[];
// What `int(x)`, `str(x)`, ... run: Class.construct of the type.
extern const NativeSpec int_constructor, float_constructor, bool_constructor;
extern const NativeSpec str_constructor, bytes_constructor;

// --- containers ---
extern const NativeSpec list_methods[], map_methods[], set_methods[], range_methods[];
extern const NativeSpec list_constructor, map_constructor, set_constructor, range_constructor;
extern const NativeSpec type_constructor;
// Of every iterable: args[0] is it, args[1] the function; new lists. native/list_methods.c
Value iterable_map(Fiber *fiber, Value *args, int count);
Value iterable_filter(Fiber *fiber, Value *args, int count);
Value iterable_reduce(Fiber *fiber, Value *args, int count);
#define ITERABLE_MAP_DOC                                                                           \
    "A new list of what the function gives for each element.\n"                                    \
    "    [1, 2].map(fn (x) => x * 2)  # [2, 4]"
#define ITERABLE_FILTER_DOC                                                                        \
    "A new list of the elements for which the function gives something truthy.\n"                  \
    "    [1, 2].filter(fn (x) => x > 1)  # [2]"
#define ITERABLE_REDUCE_DOC                                                                        \
    "Gives function(function(init, first), second) and so on; without init it begins with the "    \
    "first "                                                                                       \
    "two. TypeError if there is nothing.\n"                                                        \
    "    [1, 2, 3].reduce(fn (a, b) => a + b)  # 6"
// Sets all pairs of a map or of an iterable of [key, value]. S (operate.h). False with the error.
struct Map;
bool map_update(Fiber *fiber, struct Map *map, Value from);

// --- errors and built-in functions ---
extern const NativeSpec error_methods[]; // native/error_methods.c: of BaseError
extern const char *const error_docs[];   // of each ErrorClass
extern const NativeSpec builtin_functions[], builtin_sequence_functions[];
extern const NativeSpec overview_functions[];           // native/overview_functions.c
Value input_line(Fiber *fiber, Value *args, int count); // native/input.c: input(prompt), waits

// --- modules ---
typedef struct NamedDouble {
    const char *name;
    double value;
    const char *doc;
} NamedDouble;
extern const char math_doc[], time_doc[];    // of the module itself
extern const NativeSpec math_functions[];    // native/math.c
extern const NamedDouble math_constants[];   // ends with name NULL
extern const NativeSpec time_functions[];    // native/time.c
extern const NativeSpec toolkit_functions[]; // native/toolkit.c: for stdlib/toolkit.conc
extern const NativeSpec crew_methods[], channel_methods[];
// Two of the module time are built-in functions as well: rows of the list of built-ins.
Value time_sleep(Fiber *fiber, Value *args, int count); // waits; args[1]: seconds
extern const WaitOps time_sleep_wait;
Value time_time(Fiber *fiber, Value *args, int count);
#define TIME_SLEEP_DOC                                                                             \
    "Waits for so many seconds. `await sleep(s)` lets this thread's other tasks run meanwhile; "   \
    "sleep(0) only lets "                                                                          \
    "them have a turn. ValueError for a negative time.\n"                                          \
    "    sleep(0.5)"
#define TIME_TIME_DOC                                                                              \
    "Seconds since 1970-01-01 00:00 UTC, as a float.\n"                                            \
    "    let start = time()"

// --- what scripts start, locks and queues ---
extern const NativeSpec handle_functions[]; // gather, first
extern const NativeSpec handle_methods[];   // native/handle_methods.c: of Handle, the base of
extern const NativeSpec thread_methods[];   // Thread,
extern const NativeSpec task_methods[];     // Task
extern const NativeSpec job_methods[];      // Job
extern const NativeSpec process_methods[];  // and Process; no constructors: `init` makes the handle
extern const NativeSpec lock_methods[];     // native/lock_methods.c
extern const NativeSpec shared_lock_methods[];
extern const NativeSpec lock_constructor;
extern const NativeSpec queue_methods[]; // native/queue_methods.c
extern const NativeSpec shared_queue_methods[];
extern const NativeSpec queue_constructor;
extern const NativeSpec scope_methods[];  // native/scope_methods.c
extern const NativeSpec select_methods[]; // native/select_methods.c
// The waiting calls that can be cases, one list; ends with NULL.
extern const WaitOps *const select_waits[];

// --- the rest of the toolkit ---
extern const NativeSpec semaphore_methods[], bounded_semaphore_methods[]; // native/gate_methods.c
extern const NativeSpec event_methods[], latch_methods[], barrier_methods[];
extern const NativeSpec semaphore_constructor, bounded_semaphore_constructor;
extern const NativeSpec event_constructor, latch_constructor, barrier_constructor;
extern const NativeSpec rlock_methods[], condition_methods[]; // native/rlock_methods.c
extern const NativeSpec rwlock_methods[], rwlock_side_methods[];
extern const NativeSpec rlock_constructor, rwlock_constructor, condition_constructor;
extern const NativeSpec atomic_methods[], local_methods[]; // native/atomic_methods.c
extern const NativeSpec shared_atomic_methods[];
extern const NativeSpec atomic_constructor, local_constructor;

// --- files ---
extern const NativeSpec file_methods[];   // native/file.c: of what open() gives
extern const NativeSpec file_functions[]; // open

#endif
