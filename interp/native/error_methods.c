// SPDX-License-Identifier: MIT
//
// The methods of errors. Whatever a script gives as the message, the instance keeps text: so showing an
// error, which may happen when nothing else works any more, runs no script code.
#include "native/tables.h"
#include "object/error.h"
#include "object/operate.h"
#include "object/str.h"

static Instance *self(const Value *args) { return (Instance *)value_to_ref(args[0]); }

// The message is kept as text, whatever was given.
static Value error_init(Fiber *fiber, Value *args, int count) {
    (void)count;
    Value message = args[1];
    if (message == VALUE_UNDEF || message == VALUE_NIL)
        message = value_from_ref(fiber_runtime(fiber)->names[NAME_empty]);
    message = value_to_str_value(fiber, message);
    if (message == VALUE_UNDEF)
        return message;
    slot_set(instance_slot(self(args), ERROR_SLOT_MESSAGE), message);
    slot_set(instance_slot(self(args), ERROR_SLOT_CAUSE), VALUE_NIL);
    return VALUE_NIL;
}

static Value error_str(Fiber *fiber, Value *args, int count) {
    (void)count;
    Value message = error_message(self(args));
    return value_is_str(message) ? message
                                 : value_from_ref(fiber_runtime(fiber)->names[NAME_empty]);
}

static Value error_trace(Fiber *fiber, Value *args, int count) {
    (void)count;
    Value trace = slot_get(instance_slot(self(args), ERROR_SLOT_TRACE));
    return value_from_ref(fiber_runtime(fiber)->trace_text(fiber, trace));
}

const NativeSpec error_methods[] = {
    {"init", error_init, "message=nil", 0,
     "An error that can be thrown.\n"
     "    throw ValueError(\"too small\")"},
    {"str", error_str, "", 0,
     "The message.\n"
     "    try { throw ValueError(\"why\") } catch e { print(e) }"},
    {"trace", error_trace, "", NATIVE_GETTER,
     "Where it was thrown and the calls that led there, as text; \"\" before it was thrown.\n"
     "    try { throw ValueError(\"why\") } catch e { print(e.trace) }"},
    {0},
};

// What scripts catch them for.
const char *const error_docs[ERROR_CLASS_COUNT] = {
    [ERROR_BaseError] =
        "The class of all errors. Each has a message, a cause (the error behind `from` where it "
        "was thrown, or nil) and a trace; what a group throws has errors, a list of all failures. "
        "`catch e { }` takes those that extend Error; Cancelled and Interrupted it lets pass, and "
        "only `catch e: BaseError` takes them.\n"
        "    try { throw ValueError(\"why\") } catch e: BaseError { print(e.message) }",
    [ERROR_Error] = "The class of all errors that `catch e { }` takes. Own errors extend it, or "
                    "one that extends it.\n"
                    "    class TooDeep extends Error { }\n"
                    "    try { throw TooDeep(\"at 7\") } catch e: TooDeep { print(e.message) }",
    [ERROR_Cancelled] =
        "Thrown where somebody has called cancel(), where another member of a group has failed, or "
        "where the script ends by exit(). `finally` blocks run; `catch e` lets it pass.\n"
        "    let t = thread sleep(60)\n"
        "    t.cancel()\n"
        "    try { t.join() } catch e: Cancelled { print(\"cancelled\") }",
    [ERROR_Interrupted] =
        "Ctrl-C, in the main thread. `catch e` lets it pass; uncaught, it ends the script with "
        "status 130.\n"
        "    try { print(\"working\") } catch e: Interrupted { print(\"stopped by the user\") }",
    [ERROR_RuntimeError] =
        "Misuse that no other class stands for: a handle started twice, a map that is changed "
        "while it is gone over.\n"
        "    try { Thread(len, \"a\").join() } catch e: RuntimeError { print(e.message) }",
    [ERROR_OverflowError] = "A result, or an argument, is too large for a float or for memory.\n"
                            "    try { 10.0 ** 400 } catch e: OverflowError { print(e.message) }",
    [ERROR_EOFError] = "input() at the end of standard input.\n"
                       "    try { input() } catch e: EOFError { print(\"no more lines\") }",
    [ERROR_StopIteration] =
        "Thrown by the method next() of what `for` goes over, at its end.\n"
        "    class Once2 { fn iter() => self; fn next() { throw StopIteration() } }",
    [ERROR_ValueError] = "An argument is of the right type, but of a value that does not do.\n"
                         "    try { int(\"x\") } catch e: ValueError { print(e.message) }",
    [ERROR_TypeError] = "A value is of a type that does not do, or a function is called with too "
                        "few or too many arguments.\n"
                        "    try { 1 + \"a\" } catch e: TypeError { print(e.message) }",
    [ERROR_NameError] = "A variable is read before its `let` has run. A name that is declared "
                        "nowhere is no error of this class: the script does not start then.\n"
                        "    try { print(x) } catch e: NameError { print(e.message) }\n"
                        "    let x = 1",
    [ERROR_AttributeError] = "A value has no field or method of that name.\n"
                             "    try { [].push(1) } catch e: AttributeError { print(e.message) }",
    [ERROR_IndexError] = "A list, text or range has no element of that number.\n"
                         "    try { [1, 2][2] } catch e: IndexError { print(e.message) }",
    [ERROR_KeyError] = "A map or set has no such key.\n"
                       "    try { {}[\"a\"] } catch e: KeyError { print(e.message) }",
    [ERROR_ZeroDivisionError] = "Division by zero.\n"
                                "    try { 1 / 0 } catch e: ZeroDivisionError { print(e.message) }",
    [ERROR_AssertionError] =
        "assert() of something falsy.\n"
        "    try { assert(1 > 2, \"no\") } catch e: AssertionError { print(e.message) }",
    [ERROR_RecursionError] = "Functions call each other too deep. It extends RuntimeError.\n"
                             "    fn f() => f()\n"
                             "    try { f() } catch e: RecursionError { print(\"too deep\") }",
    [ERROR_MemoryError] =
        "The script needs more memory than --max-memory, or the machine, allows.\n"
        "    try { \"x\" * 10 ** 15 } catch e: MemoryError { print(\"too large\") }",
    [ERROR_ImportError] =
        "A module cannot be found, has errors, or lacks the name.\n"
        "    try { import \"no.conc\" as no } catch e: ImportError { print(\"not there\") }",
    [ERROR_OSError] =
        "The system refuses something: a file that is not there, a disk that is full.\n"
        "    try { open(\"/no/such/file\") } catch e: OSError { print(e.message) }",
    [ERROR_TimeoutError] =
        "A `timeout` block, or a wait with a timeout, took too long.\n"
        "    try { timeout 0.01 { sleep(60) } } catch e: TimeoutError { print(\"too long\") }",
    [ERROR_LockError] = "A lock is released by somebody who does not hold it; or, once, at the "
                        "next acquire, its owner ended while holding it.\n"
                        "    try { lock().release() } catch e: LockError { print(e.message) }",
    [ERROR_DeadlockError] =
        "A wait that can never end. The message names who waits for what. Uncaught, it ends the "
        "script with status 3.\n"
        "    let m = lock()\n"
        "    m.acquire()\n"
        "    try { m.acquire() } catch e: DeadlockError { print(\"it is mine already\") }",
    [ERROR_QueueEmpty] =
        "get() with a time-out, and nothing came.\n"
        "    try { queue().get(timeout: 0) } catch e: QueueEmpty { print(\"nothing\") }",
    [ERROR_QueueFull] =
        "put() with a time-out, and there was no room.\n"
        "    let q = queue(1)\n"
        "    q.put(1)\n"
        "    try { q.put(2, timeout: 0) } catch e: QueueFull { print(\"no room\") }",
    [ERROR_QueueClosed] = "put() after close(), or get() once the queue is closed and empty.\n"
                          "    let q = queue()\n"
                          "    q.close()\n"
                          "    try { q.get() } catch e: QueueClosed { print(\"closed\") }",
    [ERROR_BrokenBarrier] =
        "Somebody has left a Barrier that others wait at, or has broken it by abort().\n"
        "    let b = Barrier(2)\n"
        "    b.abort()\n"
        "    try { b.wait() } catch e: BrokenBarrier { print(\"broken\") }",
    [ERROR_ProcessError] =
        "A child process has ended by a signal, or with a status other than 0, without a result.\n"
        "    let p = spawn { exit(3) }\n"
        "    try { p.join() } catch e: ProcessError { print(e.message) }",
};
