// SPDX-License-Identifier: MIT
//
// What every Vm of the command has: the built-ins, the library, and under the stress build its collector.
#ifndef CONC_CLI_VM_OPTIONS_H
#define CONC_CLI_VM_OPTIONS_H

#include "vm/vm.h"

VmOptions command_vm_options(void);

#endif
