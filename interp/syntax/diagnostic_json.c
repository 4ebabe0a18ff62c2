// SPDX-License-Identifier: MIT
//
// Diagnostics as JSON: the same errors and places as in diagnostic.c, without the drawing.
#include "syntax/diagnostic_json.h"

#include <string.h>

#include "base/json.h"

void diagnostic_json_head(Text *out, const char *kind, const char *message, const char *hint) {
    json_text(out, "severity", kind ? "error" : "warning");
    json_text(out, "kind", kind);
    json_text(out, "message", message);
    json_text(out, "hint", hint);
}

void diagnostic_json_place(Text *out, const Source *source, Span at) {
    SourcePlace start = source_place(source, at.start);
    SourcePlace end = source_place(source, at.start + at.length);
    json_text(out, "file", source->name);
    json_number(out, "line", start.line);
    json_number(out, "column", start.column);
    json_number(out, "end_line", end.line);
    json_number(out, "end_column", end.column);
}

void diagnostic_json_notes(Text *out, const char *lines) {
    json_name(out, "notes");
    text_char(out, '[');
    for (const char *line = lines; line && *line;) {
        size_t size = strcspn(line, "\n");
        if (line > lines)
            text_char(out, ',');
        json_string(out, line, size);
        line += size + (line[size] == '\n');
    }
    text_char(out, ']');
}

void diagnostics_json(Text *out, const Source *source, Diagnostics *diagnostics) {
    diagnostics_sort(diagnostics);
    for (uint32_t i = 0; i < diagnostics->count; i++) {
        const Diagnostic *item = &diagnostics->items[i];
        text_char(out, '{');
        diagnostic_json_head(out, item->kind, item->message, item->hint);
        diagnostic_json_place(out, source, item->at);
        Text note = {0};
        diagnostic_put_note(&note, source, item);
        diagnostic_json_notes(out, text_data(&note));
        text_free(&note);
        text_string(out, "}\n");
    }
}
