// SPDX-License-Identifier: MIT
//
// Help: what natives say of themselves in their tables, and what a text says of its functions and classes:
// their heads, and the comments above them.
//
// A head is one line as a script would declare it, "split(sep = nil, maxsplit = -1)". A doc is what NativeSpec
// has: sentences, and examples indented by four.
#ifndef CONC_VM_HELP_H
#define CONC_VM_HELP_H

#include "base/text.h"
#include "object/module.h"

// All functions append to `out`.

// A native's head, under a name of the caller's choice.
void help_native_head(const NativeSpec *spec, const char *name, Text *out);
void help_native_doc(const NativeSpec *spec, Text *out);
// A built-in class: its head is that of what makes its values, if scripts can make them.
void help_type_head(const Class *c, Text *out);
const char *help_type_doc(const Class *c); // "": none
// "fn area(w, h)", and the comment lines right above it.
void help_closure_head(const Closure *closure, Text *out);
void help_closure_doc(const Closure *closure, Text *out);
// "class Point", and the comment lines above. False: it has no method that is written in conc.
bool help_class_head(const Class *c, Text *out);
bool help_class_doc(const Class *c, Text *out);
// The method that the class itself has as member i, if it is written in conc; else NULL.
const Closure *help_own_method(const Class *c, uint32_t i);

// The doc of a waiting call, which says so.
void help_waiting_doc(const char *doc, Text *out);
// A doc as lines of at most `width` characters behind `indent`, an empty line above its examples.
void help_lay_out(const char *doc, const char *indent, size_t width, Text *out);

// What help(f) prints. Of a closure and of a class of closures, the comment's lines are left as they are.
void help_native(const NativeSpec *spec, Text *out);
void help_closure(const Closure *closure, Text *out);
void help_class(const Class *c, Text *out);
void help_module(const ModuleObject *module, Text *out);

#endif
