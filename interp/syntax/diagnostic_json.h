// SPDX-License-Identifier: MIT
//
// Diagnostics for editors: one JSON object a line (the fields are in grammar/README.md).
#ifndef CONC_SYNTAX_DIAGNOSTIC_JSON_H
#define CONC_SYNTAX_DIAGNOSTIC_JSON_H

#include "syntax/diagnostic.h"

// All errors in order of their place.
void diagnostics_json(Text *out, const Source *source, Diagnostics *diagnostics);

// The pieces, for the runtime's errors: members of an object that the caller opens and closes.
// `kind` NULL: a warning.
void diagnostic_json_head(Text *out, const char *kind, const char *message, const char *hint);
// notes: a list of texts, from text with one a line, or NULL.
void diagnostic_json_notes(Text *out, const char *lines);
// file, line, column, end_line, end_column.
void diagnostic_json_place(Text *out, const Source *source, Span at);

#endif
