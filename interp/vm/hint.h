// SPDX-License-Identifier: MIT
//
// Hints: what an uncaught error can tell beyond its message. They are worked out when the error is
// thrown, while the values are still as they were, and kept in its trace (vm/trace.h).
// Each is called right after the throw, on the fiber that threw; without a frame they do nothing.
#ifndef CONC_VM_HINT_H
#define CONC_VM_HINT_H

#include "object/class.h"
#include "object/module.h"
#include "vm/proto.h"

// Division by `divisor`: names it.
void hint_divisor(Fiber *fiber, Value divisor);
// `receiver` has no member `name`: the nearest one that it has; or that it is nil.
void hint_member(Fiber *fiber, Value receiver, const Str *name);
// The same for a method of class `c`.
void hint_method(Fiber *fiber, const Class *c, const Str *name);
// What was called or indexed is of a wrong kind: names it, where it is simple.
void hint_operand(Fiber *fiber, Value v);
// `a` and `b` do not go together in an operation.
void hint_operands(Fiber *fiber, Value a, Value b, bool adds);
// There is no such index in `container`: how long it is.
void hint_index(Fiber *fiber, Value container, Value index);
// `v` cannot be gone through.
void hint_iterable(Fiber *fiber, Value v);
// `v` is no error, and was to be thrown.
void hint_thrown(Fiber *fiber, Value v);
// No parameter is called `label`: the nearest one.
void hint_label(Fiber *fiber, Str *const *parameters, uint32_t count, const Str *label);
// There is no module of that name: what conc has built in, or how files are imported.
void hint_module(Fiber *fiber, const Str *name);
// `module` has no name `name`: the nearest one.
void hint_import(Fiber *fiber, const ModuleObject *module, const Str *name);
// Not a hint but a note: where a function of the script is declared.
void note_function(Fiber *fiber, const Proto *callee);
// The same: `name` is declared at offset `declared` of the text of `proto`.
void note_declared(Fiber *fiber, const Proto *proto, CodeName name, uint32_t declared);

#endif
