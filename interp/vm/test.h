// SPDX-License-Identifier: MIT
//
// Running one test block of a script in a Vm of its own.
#ifndef CONC_VM_TEST_H
#define CONC_VM_TEST_H

#include "vm/vm.h"

typedef enum TestVerdict {
    TEST_PASSED,
    TEST_FAILED,
    TEST_BROKEN, // the script did not come as far as its tests
} TestVerdict;

// Runs the script's top level, and then, if that has ended without an error, the body of its test `number`
// (from 0, in the order of the text), with all that the top level has made. Why it has not passed is written to
// vm_report_fd: the error, or what it has left behind, or an error that nobody picked up. Then all that runs still
// is ended. The Vm has run nothing before, and is of no use after it.
TestVerdict vm_run_test(Vm *vm, const char *name, const char *text, size_t size, uint32_t number);

#endif
