// SPDX-License-Identifier: MIT
//
// Puts everything that is written in C for scripts into a new Vm: the built-in types, errors and
// functions, and the modules math and time.
#ifndef CONC_NATIVE_INSTALL_H
#define CONC_NATIVE_INSTALL_H

#include "sched/fiber.h"

// `fiber` is the main fiber of the new Vm (VmOptions.install).
void natives_install(Fiber *fiber);

#endif
