// SPDX-License-Identifier: MIT
//
// Traces: where an error was thrown and by which calls it was reached; and how errors are shown.
#ifndef CONC_VM_TRACE_H
#define CONC_VM_TRACE_H

#include "base/text.h"
#include "object/runtime.h"

extern const Kind trace_kind;

// Runtime hooks (see object/runtime.h). They read the fiber's frames: own thread, or parked fiber.
Value trace_capture(Fiber *fiber);
void trace_where(Fiber *fiber, const struct Proto **proto, const uint32_t **pc);
void trace_place(Fiber *fiber, char *text, size_t capacity);
void trace_place_of(const struct Proto *proto, const uint32_t *pc, char *text, size_t capacity);
Str *trace_text(Fiber *fiber, Value trace);
Value trace_from_text(Fiber *fiber, Str *text);
// Gives the error that the fiber has just thrown a hint (vm/hint.h): one line.
void trace_hint(Fiber *fiber, Str *hint);
// The same with notes: where causes of it stand, one a line.
void trace_note(Fiber *fiber, Str *note);

// "error: KIND: message", excerpt, note, hint, calls: as an uncaught error is shown.
void error_render(Fiber *fiber, Value error, bool colour, Text *out);
// The same as a JSON object on one line (grammar/README.md has the fields).
void error_json(Fiber *fiber, Value error, Text *out);
// The one or the other, as the Vm's options want it.
void error_show(Fiber *fiber, Value error, Text *out);
// Shows it on standard error in one write, and makes the script's status 1.
void error_report(Fiber *fiber, Value error);

#endif
