// SPDX-License-Identifier: MIT
//
// Answering the poll word, on the thread's own running fiber.
#include "object/error.h"
#include "sync/registry.h"
#include "vm/call.h"
#include "vm/vm.h"

bool poll_answer(Fiber *fiber) {
    Thread *thread = fiber->thread;
    uint32_t bits = thread_safepoint(thread);
    if (bits & POLL_INTERRUPT) {
        and_seq(&thread->poll, ~(uint32_t)POLL_INTERRUPT);
        throw_error(fiber, ERROR_Interrupted, "interrupted");
        return false;
    }
    if (bits & POLL_REPORT) {
        and_seq(&thread->poll, ~(uint32_t)POLL_REPORT);
        handles_report_lost(fiber);
    }
    if (bits & POLL_TERMINATE) { // for the main fiber; a task that computes now is not the one
        and_seq(&thread->poll, ~(uint32_t)POLL_TERMINATE);
        fiber_cancel(thread->main_fiber);
        if (fiber == thread->main_fiber) return cancel_check(fiber);
    }
    if (bits & POLL_END) {
        and_seq(&thread->poll, ~(uint32_t)POLL_END);
        if (!cancel_check(fiber)) return false;
    }
    if ((bits & POLL_MEMORY) || heap_over_limit(fiber->world->heap)) {
        and_seq(&thread->poll, ~(uint32_t)POLL_MEMORY);
        throw_error(fiber, ERROR_MemoryError, "out of memory: the script holds more than its limit");
        return false;
    }
    return true;
}
