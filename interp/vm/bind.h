// SPDX-License-Identifier: MIT
//
// Binding arguments to parameters, for script functions and natives alike.
#ifndef CONC_VM_BIND_H
#define CONC_VM_BIND_H

#include "vm/proto.h"

// What binding needs to know of a callee. Window layout afterwards: base[1 .. parameter_count] the
// parameters (VALUE_UNDEF where left out), then for scripts base[parameter_count + 1] the list of
// the rest, for natives the rest as they are.
typedef struct Signature {
    const char *name;
    const Proto *proto; // of a script's function; else NULL
    Str **parameters;
    uint32_t parameter_count, required_count;
    bool has_rest;
    bool takes_labels; // the last parameter is a map of all other labels (or UNDEF); natives only
    bool labels_only;  // parameters can only be given by label: all positional ones are the rest
} Signature;

Signature signature_of_proto(const Proto *proto);
Signature signature_of_native(const Native *native);

// Binds base[1 .. count], the last labels->count of them labelled (labels may be NULL). On success
// *bound is how many words there are from base[1] on: parameters plus rest. False with TypeError.
bool bind_arguments(Fiber *fiber, const Signature *signature, Value *base, int count,
                    const LoadedLabels *labels, int *bound);

#endif
