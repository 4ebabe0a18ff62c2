// SPDX-License-Identifier: MIT
//
// Answering the poll word, on the thread's own running fiber.
#include "base/os.h"
#include "object/error.h"
#include "sched/alarm.h"
#include "sync/registry.h"
#include "sync/cancel_scope.h"
#include "sync/wait.h"
#include "vm/call.h"
#include "vm/run.h"
#include "vm/vm.h"

// Over the limit even after a collection. Another one is asked for, so that what the script lets go of
// in its handler is free at its next poll.
static bool out_of_memory(Fiber *fiber) {
    Heap *heap = fiber->world->heap;
    heap_request_collection(heap);
    thread_safepoint(fiber->thread);
    if (!heap_over_limit(heap))
        return false;
    throw_error(fiber, ERROR_MemoryError,
                "out of memory: the script holds more than its limit of %zu MB",
                heap_limit(heap) >> 20);
    heap_request_collection(heap);
    return true;
}

// A task that computes on holds up the main thread, which wants to end the script and has waited long
// enough: the task ends here, past its handlers.
static bool end_by_force(Fiber *fiber) {
    World *world = fiber->world;
    if (fiber == world->main_thread->main_fiber || os_now() < load_relaxed(&world->force_at))
        return false;
    fiber->forced = true;
    throw_error(fiber, ERROR_Cancelled, "ended by force, as the script has ended");
    return true;
}

bool poll_answer(Fiber *fiber) {
    Thread *thread = fiber->thread;
    uint32_t bits = thread_safepoint(thread);
    if (bits & POLL_INTERRUPT) {
        and_seq(&thread->poll, ~(uint32_t)POLL_INTERRUPT);
        throw_error(fiber, ERROR_Interrupted, "interrupted");
        return false;
    }
    if (bits & POLL_TERMINATE) {
        and_seq(&thread->poll, ~(uint32_t)POLL_TERMINATE);
        thread_terminate(thread);
        bits |= POLL_END;
    }
    if (bits & (POLL_END | POLL_TIMEOUT)) {
        and_seq(&thread->poll, ~(uint32_t)(POLL_END | POLL_TIMEOUT));
        if (bits & POLL_TIMEOUT && end_by_force(fiber))
            return false;
        bool due = bits & POLL_END ? !wait_due(fiber) : cancel_scope_throw_expired(fiber);
        if (due)
            return false;
        alarm_set(thread, fiber->deadline); // it may have rung for another fiber
    }
    if (bits & POLL_CANCELLED) {
        and_seq(&thread->poll, ~(uint32_t)POLL_CANCELLED);
        park_claim_cancelled(thread);
    }
    if (bits & POLL_SHOW) {
        and_seq(&thread->poll, ~(uint32_t)POLL_SHOW);
        run_show(thread);
    }
    if (bits & POLL_WATCH)
        thread_watch(thread, WATCH_RUNS);
    if (bits & POLL_REPORT) {
        and_seq(&thread->poll, ~(uint32_t)POLL_REPORT);
        handles_report_lost(fiber);
    }
    and_seq(&thread->poll, ~(uint32_t)POLL_MEMORY);
    return !heap_over_limit(fiber->world->heap) || !out_of_memory(fiber);
}
