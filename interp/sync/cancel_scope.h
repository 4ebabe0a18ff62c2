// SPDX-License-Identifier: MIT
//
// CancelScope: what a `group` or `timeout` block has while it runs. The compiler enters one at the block's
// start and leaves it on every way out; a fiber's scopes are a stack (Fiber.scope).
//
//   group     owns all that its text starts (its members). It ends when they have ended. The first
//             member that fails, or the block itself, cancels the rest; an interrupted wait for them
//             (a cancel, a time limit, Ctrl-C) cancels them too, and then waits on, shielded.
//   timeout   a time limit: once it has passed, TimeoutError is thrown, once, by the fiber's next
//             waiting call (WAKE_EXPIRED in the one that it is in) or at its next poll.
//
// A group that has failed while its block still runs cancels the block with a Cancelled of its own,
// which is counted apart (Fiber.scope_cancels), thrown once, and swallowed at the block's end.
// (After Trio's nurseries and cancel scopes, and Python's asyncio.TaskGroup and asyncio.timeout.)
#ifndef CONC_SYNC_CANCEL_SCOPE_H
#define CONC_SYNC_CANCEL_SCOPE_H

#include "sync/handle.h"

typedef enum CancelScopeKind { SCOPE_GROUP, SCOPE_TIMEOUT } CancelScopeKind;
// The Cancelled by which a failed group ends its block.
typedef enum ScopeCancel {
    SCOPE_CANCEL_NONE,
    SCOPE_CANCEL_PENDING,
    SCOPE_CANCEL_THROWN
} ScopeCancel;

typedef struct CancelScope {
    Object header;  // its tiny lock guards what is not the owner's or constant
    uint8_t kind;   // constant
    bool leaving;   // the block has ended, its members may not have; changed by the owner
    bool failed;    // all members are cancelled, and new ones at once
    bool closed;    // nothing can be started in it any more
    uint8_t cancel; // ScopeCancel
    uint32_t forks; // World.forks where it was made: in a child process it is nobody's
    Fiber *owner;   // runs the block
    struct CancelScope *outer; // the owner's: the scope around it
    // timeout; the owner's
    double seconds;
    uint64_t deadline; // DEADLINE_NEVER once it was thrown
    // group
    Handle *running, *cancelled;          // members that have not ended
    uint32_t member_count;                // of both
    Handle *first_failed, *last_failed;   // members, in the order of their ends
    Slot block_error;                     // of the owner: what ended the block, or UNDEF
    uint32_t failed_count, failed_before; // members that failed; those before the block did
    Slot thrown;                          // the owner's: the Cancelled of SCOPE_CANCEL_THROWN
    WaitQueue waiters;                    // the owner, at the block's end
} CancelScope;

extern const Kind cancel_scope_kind;

static inline bool value_is_cancel_scope(Value v) { return value_is_kind(v, KIND_CANCEL_SCOPE); }
static inline CancelScope *value_to_cancel_scope(Value v) { return (CancelScope *)value_to_ref(v); }

// --- the block; own thread ---
// Enters a group. Never NULL.
CancelScope *cancel_scope_enter_group(Fiber *fiber);
// Enters a time limit of `seconds` (nil: none; 0 or less: passed already). NULL with TypeError, ValueError.
CancelScope *cancel_scope_enter_timeout(Fiber *fiber, Value seconds);
// The end of the block, as a native (method of a hidden class): args[0] is the fiber's innermost scope,
// args[1] the error that ended the block, or UNDEF. A group waits for its members (VALUE_PARKED),
// looks after cancels itself, and throws what has failed; nil if nothing has.
Value cancel_scope_leave(Fiber *fiber, Value *args, int count);

// --- throwing; own thread ---
// Throws the Cancelled of the innermost failed group whose block has not had it. False: there is none.
bool cancel_scope_throw_cancel(Fiber *fiber);
// Throws TimeoutError where a time limit of the fiber has passed. False: none has.
bool cancel_scope_throw_expired(Fiber *fiber);

// --- members ---
// The group that the next start of `fiber` belongs to, taken from it; NULL: none.
CancelScope *cancel_scope_of_start(Fiber *fiber);
// `handle`, which is about to start, becomes a member of `group` (NULL: nothing to do). False with
// RuntimeError: the group has ended.
bool cancel_scope_add(Fiber *fiber, CancelScope *group, Handle *handle);
// Its start has failed.
void cancel_scope_remove(Handle *handle);
// A member that is running now, in a group that has failed meanwhile: cancels it.
void cancel_scope_started(Fiber *fiber, Handle *handle);
// The handle has ended with `error` (UNDEF: well). Nothing for one that is in no group. Any attached thread.
void cancel_scope_member_ended(Fiber *fiber, Handle *handle, Value error);

// A member that keeps `fiber` waiting at its group's end, best one of its own thread; NULL if there is
// none that runs as a fiber. For circles of waits; any attached thread.
Fiber *cancel_scope_waits_for(Fiber *fiber, CancelScope *group);
// "the end of 3 members of a group: thread 2, thread 5, task 7", for reports.
void cancel_scope_describe(CancelScope *group, Text *out);

#endif
