// SPDX-License-Identifier: MIT
//
// Diagnostics: keeping them, and drawing them. What is drawn is counted in terminal columns: a
// Chinese character takes two, a combining mark none, a tab is shown as four blanks. Bytes that are
// no text, and control characters, are shown as U+FFFD, so that a source cannot command a terminal.
#include "syntax/diagnostic.h"

#include <stdarg.h>
#include <string.h>
#include <utf8proc.h>

#include "base/translate.h"

// ---- Keeping ----------------------------------------------------------------------------------

static const char *keep(Diagnostics *diagnostics, const char *text) {
    return arena_copy(diagnostics->arena, text, strlen(text));
}

static const char *keep_format(Diagnostics *diagnostics, const char *format, va_list list) {
    Text text = {0};
    text_format_list(&text, translate(format), list);
    const char *kept = keep(diagnostics, text_data(&text));
    text_free(&text);
    return kept;
}

static bool is_known(const Diagnostics *diagnostics, Span at) {
    for (uint32_t i = 0; i < diagnostics->count; i++)
        if (diagnostics->items[i].at.start == at.start)
            return true;
    return false;
}

void diagnostic_add(Diagnostics *diagnostics, const char *kind, Span at, const char *hint,
                    const char *format, ...) {
    diagnostics->latest = NULL;
    if (is_known(diagnostics, at))
        return;
    if (diagnostics->count == DIAGNOSTIC_LIMIT) {
        diagnostics->dropped++;
        return;
    }
    va_list list;
    va_start(list, format);
    diagnostics->latest = &diagnostics->items[diagnostics->count++];
    *diagnostics->latest = (Diagnostic){
        .kind = kind,
        .message = keep_format(diagnostics, format, list),
        .hint = hint ? keep(diagnostics, translate(hint)) : NULL,
        .at = at,
    };
    va_end(list);
}

void diagnostic_cause(Diagnostics *diagnostics, Span cause, const char *format, ...) {
    if (!diagnostics->latest)
        return;
    va_list list;
    va_start(list, format);
    diagnostics->latest->note = keep_format(diagnostics, format, list);
    diagnostics->latest->cause = cause;
    va_end(list);
}

void diagnostic_forget(Diagnostics *diagnostics, uint32_t index) {
    diagnostics->latest = NULL;
    diagnostics->count--;
    for (uint32_t i = index; i < diagnostics->count; i++)
        diagnostics->items[i] = diagnostics->items[i + 1];
}

// ---- Colours ----------------------------------------------------------------------------------

#define RED    "\033[1;31m"
#define BLUE   "\033[1;34m"
#define YELLOW "\033[1;33m"
#define CYAN   "\033[1;36m"
#define BOLD   "\033[1m"
#define PLAIN  "\033[0m"

static void put(Text *out, bool colour, const char *style, const char *text) {
    if (colour)
        text_string(out, style);
    text_string(out, text);
    if (colour)
        text_string(out, PLAIN);
}

// ---- A line of source -------------------------------------------------------------------------

enum { TAB_WIDTH = 4, WINDOW = 100, CONTEXT = 30 };

typedef struct Glyph {
    const char *text;
    uint32_t length; // in the source
    uint32_t shown;  // bytes of `text`
    uint32_t width;  // columns
} Glyph;

static Glyph glyph_at(const char *bytes, uint32_t length) {
    if (*bytes == '\t')
        return (Glyph){"    ", 1, TAB_WIDTH, TAB_WIDTH};
    utf8proc_int32_t c;
    utf8proc_ssize_t size =
        utf8proc_iterate((const utf8proc_uint8_t *)bytes, (utf8proc_ssize_t)length, &c);
    if (size <= 0)
        return (Glyph){"\xEF\xBF\xBD", 1, 3, 1};
    utf8proc_category_t category = utf8proc_category(c);
    if (category == UTF8PROC_CATEGORY_CC || category == UTF8PROC_CATEGORY_CF ||
        category == UTF8PROC_CATEGORY_ZL || category == UTF8PROC_CATEGORY_ZP)
        return (Glyph){"\xEF\xBF\xBD", (uint32_t)size, 3, 1};
    int width = utf8proc_charwidth(c);
    return (Glyph){bytes, (uint32_t)size, (uint32_t)size, width > 0 ? (uint32_t)width : 0};
}

static uint32_t column_width(const char *bytes, uint32_t length) {
    uint32_t columns = 0;
    for (uint32_t i = 0; i < length;) {
        Glyph glyph = glyph_at(bytes + i, length - i);
        columns += glyph.width;
        i += glyph.length;
    }
    return columns;
}

static bool starts_character(const char *bytes) { return ((unsigned char)*bytes & 0xC0) != 0x80; }

// The part of a line that is shown: all of it, or a window that holds the place.
typedef struct View {
    const char *bytes;
    uint32_t length, place; // place: the offset of the error in it
    bool cut_before, cut_behind;
} View;

static View view_of(const char *line, uint32_t length, uint32_t place) {
    View view = {line, length, place, false, false};
    if (length > 2 * WINDOW && place > CONTEXT) {
        uint32_t skip = place - CONTEXT;
        while (skip > 0 && !starts_character(line + skip))
            skip--;
        view = (View){line + skip, length - skip, place - skip, skip > 0, false};
    }
    if (view.length > 2 * WINDOW) {
        uint32_t end = 2 * WINDOW;
        while (end > view.place && !starts_character(view.bytes + end))
            end--;
        view.cut_behind = true;
        view.length = end;
    }
    return view;
}

static void put_view(Text *out, const View *view) {
    if (view->cut_before)
        text_string(out, "...");
    for (uint32_t i = 0; i < view->length;) {
        Glyph glyph = glyph_at(view->bytes + i, view->length - i);
        text_append(out, glyph.text, glyph.shown);
        i += glyph.length;
    }
    if (view->cut_behind)
        text_string(out, "...");
}

static void put_carets(Text *out, const View *view, uint32_t length) {
    uint32_t blanks = column_width(view->bytes, view->place) + (view->cut_before ? 3 : 0);
    uint32_t rest = view->length - view->place;
    uint32_t carets = column_width(view->bytes + view->place, length < rest ? length : rest);
    while (blanks-- > 0)
        text_char(out, ' ');
    do
        text_char(out, '^');
    while (carets > 0 && --carets > 0);
}

// ---- Drawing ----------------------------------------------------------------------------------

void diagnostic_warning(Text *out, const char *message, bool colour) {
    put(out, colour, YELLOW, translate("warning"));
    if (colour)
        text_string(out, BOLD);
    text_format(out, ": %s", message);
    if (colour)
        text_string(out, PLAIN);
    text_char(out, '\n');
}

void diagnostic_head(Text *out, const char *kind, const char *message, bool colour) {
    put(out, colour, RED, translate("error"));
    if (colour)
        text_string(out, BOLD);
    text_format(out, ": %s", kind);
    if (message && *message)
        text_format(out, ": %s", message);
    if (colour)
        text_string(out, PLAIN);
    text_char(out, '\n');
}

static void put_labelled(Text *out, const char *label, const char *text, bool colour) {
    text_string(out, "  ");
    put(out, colour, CYAN, label);
    text_format(out, ": %s\n", text);
}

void diagnostic_note(Text *out, const char *note, bool colour) {
    put_labelled(out, translate("note"), note, colour);
}

void diagnostic_hint(Text *out, const char *hint, bool colour) {
    put_labelled(out, translate("hint"), hint, colour);
}

void diagnostic_put_note(Text *out, const Source *source, const Diagnostic *item) {
    SourcePlace place = source_place(source, item->cause.start);
    if (item->note)
        text_format(out, translate("%s at %s:%u:%u"), item->note, source->name, place.line,
                    place.column);
}

static void put_cause(Text *out, const Source *source, const Diagnostic *item, bool colour) {
    Text note = {0};
    diagnostic_put_note(&note, source, item);
    diagnostic_note(out, text_data(&note), colour);
    text_free(&note);
}

static void put_gutter(Text *out, const char *number, int width, bool colour) {
    Text gutter = {0};
    text_format(&gutter, " %*s |", width, number);
    put(out, colour, BLUE, text_data(&gutter));
    text_free(&gutter);
}

void diagnostic_excerpt(Text *out, const Source *source, Span at, bool colour) {
    SourcePlace place = source_place(source, at.start);
    text_string(out, "  ");
    put(out, colour, BLUE, "-->");
    text_format(out, " %s:%u:%u\n", source->name, place.line, place.column);
    Span line = source_line(source, place.line);
    if (line.start == 0 && line.length >= 3 && !memcmp(source->bytes, "\xEF\xBB\xBF", 3))
        line = (Span){3, line.length - 3}; // a byte order mark
    char number[16];
    Text digits = {0};
    text_format(&digits, "%u", place.line);
    memcpy(number, text_data(&digits), digits.length + 1);
    int width = (int)digits.length;
    text_free(&digits);

    uint32_t offset = at.start > line.start ? at.start - line.start : 0;
    if (offset > line.length)
        offset = line.length; // at the line's end
    View view = view_of(source->bytes + line.start, line.length, offset);
    put_gutter(out, "", width, colour);
    text_char(out, '\n');
    put_gutter(out, number, width, colour);
    if (line.length) {
        text_char(out, ' ');
        put_view(out, &view);
    }
    text_char(out, '\n');
    put_gutter(out, "", width, colour);
    text_char(out, ' ');
    if (colour)
        text_string(out, RED);
    put_carets(out, &view, at.length);
    if (colour)
        text_string(out, PLAIN);
    text_char(out, '\n');
}

void diagnostics_sort(Diagnostics *diagnostics) {
    Diagnostic *items = diagnostics->items;
    for (uint32_t i = 1; i < diagnostics->count; i++) {
        Diagnostic item = items[i];
        uint32_t j = i;
        for (; j > 0 && items[j - 1].at.start > item.at.start; j--)
            items[j] = items[j - 1];
        items[j] = item;
    }
}

void diagnostics_render(Text *out, const Source *source, Diagnostics *diagnostics, bool colour) {
    diagnostics_sort(diagnostics);
    for (uint32_t i = 0; i < diagnostics->count; i++) {
        const Diagnostic *item = &diagnostics->items[i];
        if (i > 0)
            text_char(out, '\n');
        if (item->kind)
            diagnostic_head(out, item->kind, item->message, colour);
        else
            diagnostic_warning(out, item->message, colour);
        diagnostic_excerpt(out, source, item->at, colour);
        if (item->note)
            put_cause(out, source, item, colour);
        if (item->hint)
            diagnostic_hint(out, item->hint, colour);
    }
    if (diagnostics->dropped)
        text_string(out, translate("\ntoo many errors; the rest is not shown\n"));
}
