// SPDX-License-Identifier: MIT
//
// Python's formats. The mini language of format() and of "${x:.2f}" for str, int, bool and float; the
// printf style of `"%d items" % n`; the templates of str.format.
//
//     [[fill]align][sign][z][#][0][width][grouping][.precision][type]
#ifndef CONC_OBJECT_FORMAT_H
#define CONC_OBJECT_FORMAT_H

#include "object/number.h"
#include "object/str.h"

typedef struct FormatSpec {
    uint32_t fill; // code point
    char align;    // < > ^ =
    char sign;     // + - space; 0: none given
    bool alternate;
    bool positive_zero; // z: -0.0 prints as 0.0
    char grouping;      // , or _; 0: none
    uint32_t type;      // a letter (or whatever code point was given); 0: none
    int64_t width;      // -1: none
    int64_t precision;  // -1: none
} FormatSpec;

// Reads a spec for a value of the type that is named. False with ValueError.
bool format_spec_parse(Fiber *fiber, const char *spec, size_t size, const char *type_name,
                       char default_align, FormatSpec *out);

// format(v, spec) for int, bool, float and str: all that value_format has to ask for. False with
// ValueError, OverflowError or MemoryError. Runs no script code.
bool format_value_spec(Fiber *fiber, Value v, const char *spec, size_t size, Text *out);
bool format_str(Fiber *fiber, Str *s, const FormatSpec *spec, Text *out);
bool format_int(Fiber *fiber, Value v, const FormatSpec *spec, Text *out); // of any size
bool format_float(Fiber *fiber, double d, const FormatSpec *spec, Text *out);

// template % arguments: a list on the right is the list of arguments, a map serves %(name)s, anything
// else is the one argument. S: may run script code (str and repr of instances); both must be rooted.
Value format_percent(Fiber *fiber, Str *template, Value arguments);
// template.format(...positional): fields {} {0} {0[key]} {0.name} {!r} {:spec}, and {name} from the map
// `names` (UNDEF: none). S; args, names and the template are rooted.
Value format_template(Fiber *fiber, Str *template, const Value *args, size_t count, Value names);

#endif
