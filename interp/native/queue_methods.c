// SPDX-License-Identifier: MIT
//
// queue(), and the methods of queues: of a process's own ones, and of those that processes share. Both have
// the same rows; their functions differ.
#include "native/tables.h"
#include "object/error.h"
#include "object/integer.h"
#include "object/operate.h"
#include "object/str.h"
#include "process/shared_queue.h"
#include "sync/queue.h"

// --- queue(maxsize=0, order="fifo", shared=false) ---

static bool read_maxsize(Fiber *fiber, Value v, size_t *maxsize) {
    int64_t n = 0;
    if (v != VALUE_UNDEF && v != VALUE_NIL) {
        if (!value_is_integer(v)) {
            throw_type(fiber, "maxsize must be an int, not '%s'",
                       value_type_name(fiber_runtime(fiber), v));
            return false;
        }
        if (!integer_to_int64(v, &n))
            n = INT64_MAX;
    }
    *maxsize = n > 0 ? (size_t)n : 0; // as in Python, below 1 is unbounded
    return true;
}

static bool read_order(Fiber *fiber, Value v, QueueOrder *order) {
    static const char *const names[] = {"fifo", "lifo", "priority"};
    *order = QUEUE_FIFO;
    if (v == VALUE_UNDEF)
        return true;
    for (int i = 0; i < 3 && value_is_str(v); i++)
        if (strcmp(str_data(value_to_str(v)), names[i]) == 0) {
            *order = (QueueOrder)i;
            return true;
        }
    throw_value(fiber, "order must be \"fifo\", \"lifo\" or \"priority\"");
    return false;
}

static Value construct(Fiber *fiber, Value *args, int count) {
    (void)count;
    size_t maxsize;
    QueueOrder order;
    if (!read_maxsize(fiber, args[1], &maxsize) || !read_order(fiber, args[2], &order))
        return VALUE_UNDEF;
    if (args[3] != VALUE_UNDEF && value_truth(fiber, args[3]))
        return shared_queue_new(fiber, maxsize, order);
    return value_from_ref(queue_new(fiber->heap, maxsize, order));
}

// --- methods that both have ---

static Value size_value(Fiber *fiber, size_t size) {
    return integer_from_uint64(fiber->heap, size);
}
static Value full_value(size_t maxsize, size_t length) {
    return value_from_bool(maxsize > 0 && length >= maxsize);
}

// --- methods of queues of one process ---

static Value queue_native_put_nowait(Fiber *fiber, Value *args, int count) {
    (void)count;
    args[2] = value_from_int(0); // the slack above every window has room for it
    return queue_put(fiber, args, 2);
}

static Value queue_native_get_nowait(Fiber *fiber, Value *args, int count) {
    (void)count;
    args[1] = value_from_int(0);
    return queue_get(fiber, args, 1);
}

static Value queue_native_size(Fiber *fiber, Value *args, int count) {
    (void)count;
    return size_value(fiber, queue_length(value_to_queue(args[0])));
}

static Value queue_native_empty(Fiber *fiber, Value *args, int count) {
    (void)fiber;
    (void)count;
    return value_from_bool(queue_length(value_to_queue(args[0])) == 0);
}

static Value queue_native_full(Fiber *fiber, Value *args, int count) {
    (void)fiber;
    (void)count;
    return full_value(value_to_queue(args[0])->maxsize, queue_length(value_to_queue(args[0])));
}

static Value queue_native_maxsize(Fiber *fiber, Value *args, int count) {
    (void)count;
    return size_value(fiber, value_to_queue(args[0])->maxsize);
}

static Value queue_native_closed(Fiber *fiber, Value *args, int count) {
    (void)fiber;
    (void)count;
    return value_from_bool(load_acquire(&value_to_queue(args[0])->closed));
}

static Value queue_native_task_done(Fiber *fiber, Value *args, int count) {
    (void)count;
    return queue_task_done(fiber, value_to_queue(args[0])) ? VALUE_NIL : VALUE_UNDEF;
}

static Value queue_native_close(Fiber *fiber, Value *args, int count) {
    (void)count;
    queue_close(fiber, value_to_queue(args[0]));
    return VALUE_NIL;
}

// --- methods of queues between processes ---

static Value shared_queue_native_put_nowait(Fiber *fiber, Value *args, int count) {
    (void)count;
    args[2] = value_from_int(0); // the slack above every window has room for it
    return shared_queue_put(fiber, args, 2);
}

static Value shared_queue_native_get_nowait(Fiber *fiber, Value *args, int count) {
    (void)count;
    args[1] = value_from_int(0);
    return shared_queue_get(fiber, args, 1);
}

static Value shared_queue_native_size(Fiber *fiber, Value *args, int count) {
    (void)count;
    return size_value(fiber, shared_queue_length(value_to_shared_queue(args[0])));
}

static Value shared_queue_native_empty(Fiber *fiber, Value *args, int count) {
    (void)fiber;
    (void)count;
    return value_from_bool(shared_queue_length(value_to_shared_queue(args[0])) == 0);
}

static Value shared_queue_native_full(Fiber *fiber, Value *args, int count) {
    (void)fiber;
    (void)count;
    return full_value(shared_queue_maxsize(value_to_shared_queue(args[0])),
                      shared_queue_length(value_to_shared_queue(args[0])));
}

static Value shared_queue_native_maxsize(Fiber *fiber, Value *args, int count) {
    (void)count;
    return size_value(fiber, shared_queue_maxsize(value_to_shared_queue(args[0])));
}

static Value shared_queue_native_closed(Fiber *fiber, Value *args, int count) {
    (void)fiber;
    (void)count;
    return value_from_bool(shared_queue_closed(value_to_shared_queue(args[0])));
}

static Value shared_queue_native_task_done(Fiber *fiber, Value *args, int count) {
    (void)count;
    return shared_queue_task_done(fiber, value_to_shared_queue(args[0])) ? VALUE_NIL : VALUE_UNDEF;
}

static Value shared_queue_native_close(Fiber *fiber, Value *args, int count) {
    (void)count;
    shared_queue_close(fiber, value_to_shared_queue(args[0]));
    return VALUE_NIL;
}

const NativeSpec queue_constructor = {
    "queue", construct, "maxsize=0, order=\"fifo\", shared=false", 0,
    "A new queue: items go in by put() and come out by get(), between whatever threads and tasks "
    "there are. maxsize: how many items it holds at most; 0: any number. order: \"fifo\", "
    "\"lifo\", or \"priority\" (least first, the oldest among equals). shared: processes that are "
    "spawned later have the same queue; items travel as copies.\n"
    "    let q = queue(maxsize: 100)"};

// The rows; QUEUE is what their functions begin with.
#define METHODS(QUEUE)                                                                             \
    {"put", QUEUE##_put, "item, timeout=nil", NATIVE_WAITS,                                        \
     "Puts an item in; waits while the queue is full. timeout: seconds to wait at most, 0 or "     \
     "less does not wait; nil waits for ever. QueueFull after the time-out, QueueClosed.\n"        \
     "    q.put([1, \"a\"])"},                                                                     \
        {"get", QUEUE##_get, "timeout=nil", NATIVE_WAITS,                                          \
         "Takes the next item out; waits while the queue is empty. timeout: seconds to wait at "   \
         "most, 0 or less does not wait; nil waits for ever. QueueEmpty after the time-out, "      \
         "QueueClosed once the queue is closed and empty.\n"                                       \
         "    let item = q.get(timeout: 1)"},                                                      \
        {"put_nowait", QUEUE##_native_put_nowait, "item, _=nil", 0,                                \
         "As put(item, timeout: 0).\n"                                                             \
         "    q.put_nowait(1)"},                                                                   \
        {"get_nowait", QUEUE##_native_get_nowait, "_=nil", 0,                                      \
         "As get(timeout: 0).\n"                                                                   \
         "    let item = q.get_nowait()"},                                                         \
        {"size", QUEUE##_native_size, "", 0,                                                       \
         "How many items are in it now; so does len(q).\n"                                         \
         "    print(q.size())"},                                                                   \
        {"qsize", QUEUE##_native_size, "", 0,                                                      \
         "As size(), by Python's name.\n"                                                          \
         "    print(q.qsize())"},                                                                  \
        {"empty", QUEUE##_native_empty, "", 0,                                                     \
         "True if nothing is in it now.\n"                                                         \
         "    print(q.empty())"},                                                                  \
        {"full", QUEUE##_native_full, "", 0,                                                       \
         "True if maxsize items are in it now.\n"                                                  \
         "    print(q.full())"},                                                                   \
        {"maxsize", QUEUE##_native_maxsize, "", NATIVE_GETTER,                                     \
         "As given to queue(); 0 if it is unbounded.\n"                                            \
         "    print(q.maxsize)"},                                                                  \
        {"closed", QUEUE##_native_closed, "", NATIVE_GETTER,                                       \
         "True after close().\n"                                                                   \
         "    print(q.closed)"},                                                                   \
        {"task_done", QUEUE##_native_task_done, "", 0,                                             \
         "Says that an item that was got is done with (see join). ValueError if it is called "     \
         "more often than items were put in.\n"                                                    \
         "    q.task_done()"},                                                                     \
        {"join", QUEUE##_join, "timeout=nil", NATIVE_WAITS,                                        \
         "Waits until task_done() was called for every item put in. timeout: seconds; "            \
         "TimeoutError after it.\n"                                                                \
         "    thread { q.get(); q.task_done() }\n"                                                 \
         "    q.join()"},                                                                          \
        {"close", QUEUE##_native_close, "", 0,                                                     \
         "No more puts: they throw QueueClosed from now on, waiting ones too. gets drain what is " \
         "left, then throw QueueClosed; `for x in q` ends. Closing twice is harmless.\n"           \
         "    q.close()"},                                                                         \
    {                                                                                              \
        0                                                                                          \
    }

const NativeSpec queue_methods[] = {METHODS(queue)};
const NativeSpec shared_queue_methods[] = {METHODS(shared_queue)};
