// SPDX-License-Identifier: MIT
//
// Puts the natives and the library under what the command makes.
#include "cli/vm_options.h"

#include "native/install.h"
#include "native/stdlib.h"

VmOptions command_vm_options(void) {
    VmOptions options = {.install = natives_install, .embedded_module = stdlib_text};
#ifdef CONC_STRESS
    options.stress = true;
#endif
    return options;
}
