// SPDX-License-Identifier: MIT
//
// What the compiler calls at the end of a `group` or `timeout` block. Scripts never see a scope.
#include "native/tables.h"
#include "sync/cancel_scope.h"

const NativeSpec scope_methods[] = {
    {"leave", cancel_scope_leave, "error=nil", NATIVE_WAITS | NATIVE_SHIELDED,
     "leave(error): the block has ended, by an error if there is one. For the compiler's use."},
    {0}};
