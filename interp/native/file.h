// SPDX-License-Identifier: MIT
//
// The kind of open files; native/install.c registers it.
#ifndef CONC_NATIVE_FILE_H
#define CONC_NATIVE_FILE_H

#include "heap/heap.h"

extern const Kind file_kind;

#endif
