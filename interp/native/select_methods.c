// SPDX-License-Identifier: MIT
//
// The waiting calls that can be cases of a select, one list; and what the compiler calls to wait for
// one of them. Scripts never see a select.
#include "native/tables.h"
#include "sync/handle.h"
#include "sync/lock.h"
#include "sync/queue.h"
#include "sync/select.h"

const WaitOps *const select_waits[] = {
    &queue_get_wait,
    &queue_put_wait,
    &queue_join_wait,
    &lock_acquire_wait,
    &handle_join_wait,
    &time_sleep_wait,
    NULL,
};

const NativeSpec select_methods[] = {
    {"wait", select_wait, "has_else", NATIVE_WAITS,
     "wait(has_else): the number of the case that took effect. For the compiler's use."},
    {"value", select_value, "", 0, "value(): what that case gave. For the compiler's use."},
    {0}};
