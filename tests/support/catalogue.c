// SPDX-License-Identifier: MIT
//
// catalogue LANGUAGE FILE.po OUTPUT.c: makes the table of interp/base/translate.h of a catalogue, at build time.
//
// It reads what gettext's tools write, but for plural forms and contexts, which conc's messages do not have.
// A translation is refused, and the build fails, where it is empty, uncertain ("fuzzy") or a second one, or
// where it takes other arguments than its message: it is handed to printf.
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST = 4000, MOST_ARGUMENTS = 20 };

typedef struct Entry {
    char *message, *text;
    int line;
} Entry;

static struct {
    const char *path;
    int line;
    Entry *entries;
    size_t count;
} catalogue;

static _Noreturn void refuse(int line, const char *why, const char *what) {
    fprintf(stderr, "%s:%d: %s: %s\n", catalogue.path, line, why, what);
    exit(1);
}

// ---- Reading ----------------------------------------------------------------------------------

// Appends the string of a line, `..."text"`, to `out`, without its quotes and escapes.
static void read_string(const char *line, char *out) {
    const char *in = strchr(line, '"');
    size_t size = strlen(out);
    if (!in)
        refuse(catalogue.line, "a string is missing", line);
    for (in++; *in != '"'; in++) {
        static const char escapes[] = "n\nt\t\"\"\\\\";
        if (!*in || size + 1 >= LONGEST)
            refuse(catalogue.line, "the string does not end", line);
        if (*in != '\\') {
            out[size++] = *in;
            continue;
        }
        const char *escape = escapes;
        for (in++; *escape && *escape != *in; escape += 2) {
        }
        if (!*escape)
            refuse(catalogue.line, "unknown escape", line);
        out[size++] = escape[1];
    }
    out[size] = '\0';
}

static void add_entry(const char *message, const char *text, bool fuzzy) {
    if (!*message)
        return; // the head, or nothing yet
    if (!*text || fuzzy)
        refuse(catalogue.line, "not translated", message);
    catalogue.entries =
        realloc(catalogue.entries, (catalogue.count + 1) * sizeof *catalogue.entries);
    catalogue.entries[catalogue.count++] = (Entry){strdup(message), strdup(text), catalogue.line};
}

static void read_catalogue(FILE *file) {
    static char line[LONGEST], message[LONGEST], text[LONGEST];
    char *into = NULL;
    bool fuzzy = false, next_fuzzy = false;
    while (fgets(line, sizeof line, file)) {
        catalogue.line++;
        if (!strncmp(line, "#,", 2) && strstr(line, "fuzzy"))
            next_fuzzy = true;
        if (!strncmp(line, "msgid ", 6)) {
            add_entry(message, text, fuzzy);
            message[0] = text[0] = '\0';
            fuzzy = next_fuzzy, next_fuzzy = false;
            into = message;
        } else if (!strncmp(line, "msgstr ", 7)) {
            into = text;
        } else if (line[0] != '"') {
            if (line[0] != '#' && line[0] != '\n')
                refuse(catalogue.line, "not understood", line);
            continue;
        }
        if (!into)
            refuse(catalogue.line, "a string without a msgid", line);
        read_string(line, into);
    }
    add_entry(message, text, fuzzy);
}

// ---- Conversions ------------------------------------------------------------------------------

typedef struct Arguments {
    char types[MOST_ARGUMENTS]
              [4]; // "s", "llu", "*" for a width or precision; "" for one that is not used
    int count;
} Arguments;

static void take(Arguments *arguments, int *next, int position, const char *type, size_t size) {
    int number = position ? position - 1 : (*next)++;
    if (number >= MOST_ARGUMENTS || size > 3)
        refuse(catalogue.line, "too many arguments, or a long one", type);
    memcpy(arguments->types[number], type, size);
    arguments->types[number][size] = '\0';
    if (number >= arguments->count)
        arguments->count = number + 1;
}

// "2$": 2, and behind it. Without it: 0.
static int read_position(const char **in) {
    char *end;
    long position = strtol(*in, &end, 10);
    if (**in < '1' || **in > '9' || *end != '$')
        return 0;
    *in = end + 1;
    return (int)position;
}

static Arguments arguments_of(const char *format) {
    Arguments arguments = {0};
    int next = 0;
    for (const char *in = format; (in = strchr(in, '%')); in++) {
        if (*++in == '%')
            continue;
        int position = read_position(&in);
        for (; *in && strchr("-+ #0123456789.*", *in); in++)
            if (*in == '*') {
                in++;
                take(&arguments, &next, read_position(&in), "*", 1);
                in--;
            }
        const char *type = in;
        while (*in && strchr("hlzjt", *in))
            in++;
        if (!*in)
            refuse(catalogue.line, "a conversion does not end", format);
        take(&arguments, &next, position, type, (size_t)(in - type) + 1);
    }
    return arguments;
}

static void check_conversions(const Entry *entry) {
    catalogue.line = entry->line;
    Arguments wanted = arguments_of(entry->message), found = arguments_of(entry->text);
    if (wanted.count != found.count || memcmp(&wanted, &found, sizeof wanted) != 0)
        refuse(entry->line, "the translation takes other arguments", entry->message);
}

// ---- Writing ----------------------------------------------------------------------------------

static int by_message(const void *a, const void *b) {
    return strcmp(((const Entry *)a)->message, ((const Entry *)b)->message);
}

static void write_string(FILE *out, const char *text) {
    fputc('"', out);
    for (; *text; text++) {
        if (*text == '\n')
            fputs("\\n", out);
        else if (*text == '"' || *text == '\\')
            fprintf(out, "\\%c", *text);
        else
            fputc(*text, out);
    }
    fputc('"', out);
}

static void write_table(FILE *out, const char *language) {
    fprintf(out,
            "// Generated from a catalogue. Do not edit.\n#include \"base/translate.h\"\n\n"
            "const Translation translations_%s[] = {\n",
            language);
    for (size_t i = 0; i < catalogue.count; i++) {
        fputs("    {", out);
        write_string(out, catalogue.entries[i].message);
        fputs(", ", out);
        write_string(out, catalogue.entries[i].text);
        fputs("},\n", out);
    }
    fprintf(out, "    {0, 0},\n};\nconst size_t translations_%s_count = %zu;\n", language,
            catalogue.count);
}

int main(int argc, char **argv) {
    FILE *in = argc == 4 ? fopen(argv[2], "r") : NULL;
    catalogue.path = argv[argc > 2 ? 2 : 0];
    if (!in)
        refuse(0, "cannot be read", "usage: catalogue LANGUAGE FILE.po OUTPUT.c");
    read_catalogue(in);
    fclose(in);
    if (catalogue.count)
        qsort(catalogue.entries, catalogue.count, sizeof *catalogue.entries, by_message);
    for (size_t i = 0; i < catalogue.count; i++) {
        check_conversions(&catalogue.entries[i]);
        if (i > 0 && !by_message(&catalogue.entries[i - 1], &catalogue.entries[i]))
            refuse(catalogue.entries[i].line, "translated twice", catalogue.entries[i].message);
    }
    FILE *out = fopen(argv[3], "w");
    if (!out)
        refuse(0, "cannot be written", argv[3]);
    write_table(out, argv[1]);
    return fclose(out) == 0 ? 0 : 1;
}
