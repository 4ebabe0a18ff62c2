// SPDX-License-Identifier: MIT
//
// The methods of str: the table, and the ones that look at text character by character. ASCII text
// takes short ways where that pays.
#include "native/str_methods.h"

#include "native/codec.h"
#include "native/tables.h"
#include "object/error.h"
#include "object/format.h"
#include "object/map.h"
#include "object/operate.h"
#include "object/unicode.h"

static Value finish(Fiber *fiber, Text *text) {
    Value v = value_from_ref(str_from_text(fiber->heap, text));
    text_free(text);
    return v;
}

// --- case ---

// ASCII text with every byte mapped.
static Value map_ascii(Fiber *fiber, Str *s, char first, char shift) {
    Str *r = str_reserve(fiber->heap, s->size);
    for (size_t i = 0; i < s->size; i++) {
        char c = str_data(s)[i];
        r->own[i] = (unsigned char)(c - first) < 26 ? (char)(c + shift) : c;
    }
    r->length = s->size;
    r->header.flags |= STR_ASCII;
    return value_from_ref(r);
}

static Value str_lower(Fiber *fiber, Value *args, int count) {
    (void)count;
    Str *s = str_self(args);
    if (str_is_ascii(s))
        return map_ascii(fiber, s, 'A', 32);
    Text text = {0};
    const char *at = str_data(s), *end = at + s->size;
    while (at < end)
        unicode_lower(str_data(s), &at, end, &text);
    return finish(fiber, &text);
}

typedef void Mapping(uint32_t c, Text *out);

static Value map_each(Fiber *fiber, Str *s, Mapping *mapping) {
    Text text = {0};
    const char *at = str_data(s), *end = at + s->size;
    while (at < end)
        mapping(utf8_next(&at), &text);
    return finish(fiber, &text);
}

static Value str_upper(Fiber *fiber, Value *args, int count) {
    (void)count;
    Str *s = str_self(args);
    return str_is_ascii(s) ? map_ascii(fiber, s, 'a', -32) : map_each(fiber, s, unicode_upper);
}

static Value str_casefold(Fiber *fiber, Value *args, int count) {
    (void)count;
    Str *s = str_self(args);
    return str_is_ascii(s) ? map_ascii(fiber, s, 'A', 32) : map_each(fiber, s, unicode_fold);
}

// The first of each word (or of the text alone) in title case, the rest in lower case.
static Value titled(Fiber *fiber, Str *s, bool words) {
    Text text = {0};
    const char *at = str_data(s), *end = at + s->size;
    bool inside = false;
    while (at < end) {
        const char *here = at;
        uint32_t c = utf8_next(&at);
        if (inside)
            unicode_lower(str_data(s), &here, end, &text);
        else
            unicode_title(c, &text);
        inside = !words || unicode_is_cased(c);
    }
    return finish(fiber, &text);
}

static Value str_capitalize(Fiber *fiber, Value *args, int count) {
    (void)count;
    return titled(fiber, str_self(args), false);
}

static Value str_title(Fiber *fiber, Value *args, int count) {
    (void)count;
    return titled(fiber, str_self(args), true);
}

static Value str_swapcase(Fiber *fiber, Value *args, int count) {
    (void)count;
    Str *s = str_self(args);
    Text text = {0};
    const char *at = str_data(s), *end = at + s->size;
    while (at < end) {
        const char *here = at;
        uint32_t c = utf8_next(&at);
        if (unicode_is_upper(c))
            unicode_lower(str_data(s), &here, end, &text);
        else if (unicode_is_lower(c))
            unicode_upper(c, &text);
        else
            text_append(&text, here, (size_t)(at - here));
    }
    return finish(fiber, &text);
}

// --- kinds of characters ---

typedef bool Property(uint32_t c);

// All characters have it, and there is one.
static Value every(const Value *args, Property *property) {
    const Str *s = value_to_str(args[0]);
    const char *at = str_data(s), *end = at + s->size;
    while (at < end)
        if (!property(utf8_next(&at)))
            return VALUE_FALSE;
    return value_from_bool(s->size > 0);
}

static bool is_alphanumeric(uint32_t c) { return unicode_is_alpha(c) || unicode_is_numeric(c); }

#define EVERY(name, property)                                                                      \
    static Value name(Fiber *fiber, Value *args, int count) {                                      \
        (void)fiber;                                                                               \
        (void)count;                                                                               \
        return every(args, property);                                                              \
    }
EVERY(str_isalnum, is_alphanumeric)
EVERY(str_isalpha, unicode_is_alpha)
EVERY(str_isdecimal, unicode_is_decimal)
EVERY(str_isdigit, unicode_is_digit)
EVERY(str_isnumeric, unicode_is_numeric)
EVERY(str_isspace, unicode_is_space)
#undef EVERY

static Value str_isprintable(Fiber *fiber, Value *args, int count) {
    (void)fiber;
    (void)count;
    return value_from_bool(str_self(args)->size == 0 ||
                           every(args, unicode_is_printable) == VALUE_TRUE);
}

static Value str_isascii(Fiber *fiber, Value *args, int count) {
    (void)fiber;
    (void)count;
    return value_from_bool(str_is_ascii(str_self(args)));
}

static Value str_isidentifier(Fiber *fiber, Value *args, int count) {
    (void)fiber;
    (void)count;
    const Str *s = str_self(args);
    const char *at = str_data(s);
    if (s->size == 0 || !unicode_is_identifier_start(utf8_next(&at)))
        return VALUE_FALSE;
    return every(args, unicode_is_identifier_part);
}

// At least one character has the case that is wanted, and none another one.
static Value all_cased(const Str *s, Property *wanted, Property *other) {
    bool found = false;
    const char *at = str_data(s), *end = at + s->size;
    while (at < end) {
        uint32_t c = utf8_next(&at);
        if (other(c) || unicode_is_title(c))
            return VALUE_FALSE;
        found = found || wanted(c);
    }
    return value_from_bool(found);
}

static Value str_islower(Fiber *fiber, Value *args, int count) {
    (void)fiber;
    (void)count;
    return all_cased(str_self(args), unicode_is_lower, unicode_is_upper);
}

static Value str_isupper(Fiber *fiber, Value *args, int count) {
    (void)fiber;
    (void)count;
    return all_cased(str_self(args), unicode_is_upper, unicode_is_lower);
}

static Value str_istitle(Fiber *fiber, Value *args, int count) {
    (void)fiber;
    (void)count;
    const Str *s = str_self(args);
    const char *at = str_data(s), *end = at + s->size;
    bool inside = false, found = false;
    while (at < end) {
        uint32_t c = utf8_next(&at);
        bool first = unicode_is_upper(c) || unicode_is_title(c), later = unicode_is_lower(c);
        if ((first && inside) || (later && !inside))
            return VALUE_FALSE;
        inside = first || later;
        found = found || inside;
    }
    return value_from_bool(found);
}

// --- padding ---

static bool take_fill(Fiber *fiber, Value v, uint32_t *fill) {
    *fill = ' ';
    if (v == VALUE_UNDEF)
        return true;
    if (!value_is_str(v)) {
        throw_type(fiber, "The fill character must be a unicode character, not %s",
                   value_type_name(fiber_runtime(fiber), v));
        return false;
    }
    if (value_to_str(v)->length != 1) {
        throw_type(fiber, "The fill character must be exactly one character long");
        return false;
    }
    const char *at = str_data(value_to_str(v));
    *fill = utf8_next(&at);
    return true;
}

static char *put_fill(char *to, uint32_t fill, size_t times) {
    for (; times > 0; times--)
        to += utf8_put(to, fill);
    return to;
}

static Value padded(Fiber *fiber, Str *s, size_t left, size_t right, uint32_t fill) {
    char bytes[UTF8_MOST];
    size_t each = utf8_put(bytes, fill), size;
    if (left + right == 0)
        return value_from_ref(s);
    if (__builtin_mul_overflow(left + right, each, &size) || size > PTRDIFF_MAX - s->size ||
        (size > HEAP_LARGE && !heap_has_room(fiber->heap, s->size + size)))
        return throw_memory(fiber, PTRDIFF_MAX);
    Str *r = str_reserve(fiber->heap, s->size + size);
    char *to = put_fill(r->own, fill, left);
    to = (char *)memcpy(to, str_data(s), s->size) + s->size;
    put_fill(to, fill, right);
    str_finish(r);
    return value_from_ref(r);
}

// How many characters the width asks for beyond the text. False with an error.
static bool take_padding(Fiber *fiber, Value *args, size_t *padding, uint32_t *fill) {
    int64_t width;
    size_t length = str_self(args)->length;
    if (!argument_int64(fiber, args[1], &width) || !take_fill(fiber, args[2], fill))
        return false;
    *padding = width > 0 && (size_t)width > length ? (size_t)width - length : 0;
    return true;
}

static Value str_ljust(Fiber *fiber, Value *args, int count) {
    (void)count;
    size_t padding;
    uint32_t fill;
    if (!take_padding(fiber, args, &padding, &fill))
        return VALUE_UNDEF;
    return padded(fiber, str_self(args), 0, padding, fill);
}

static Value str_rjust(Fiber *fiber, Value *args, int count) {
    (void)count;
    size_t padding;
    uint32_t fill;
    if (!take_padding(fiber, args, &padding, &fill))
        return VALUE_UNDEF;
    return padded(fiber, str_self(args), padding, 0, fill);
}

// An odd one goes to the left where the width is odd, as in Python.
static Value str_center(Fiber *fiber, Value *args, int count) {
    (void)count;
    size_t padding;
    uint32_t fill;
    if (!take_padding(fiber, args, &padding, &fill))
        return VALUE_UNDEF;
    size_t width = padding + str_self(args)->length;
    size_t left = padding / 2 + (padding & width & 1);
    return padded(fiber, str_self(args), left, padding - left, fill);
}

static Value str_zfill(Fiber *fiber, Value *args, int count) {
    (void)count;
    int64_t width;
    Str *s = str_self(args);
    if (!argument_int64(fiber, args[1], &width))
        return VALUE_UNDEF;
    if (width <= 0 || (size_t)width <= s->length)
        return args[0];
    Value filled = padded(fiber, s, (size_t)width - s->length, 0, '0');
    if (filled != VALUE_UNDEF && s->size > 0 && (str_data(s)[0] == '+' || str_data(s)[0] == '-')) {
        Str *r = value_to_str(filled); // nobody else has seen it yet
        r->own[r->size - s->size] = '0';
        r->own[0] = str_data(s)[0];
    }
    return filled;
}

static Value str_expandtabs(Fiber *fiber, Value *args, int count) {
    (void)count;
    int64_t tab;
    Str *s = str_self(args);
    if (!argument_int64_or(fiber, args[1], 8, &tab))
        return VALUE_UNDEF;
    size_t tabs = search_count(str_piece(s), (Piece){"\t", 1});
    if (tab > 0 && tabs && (tab > INT32_MAX || !heap_has_room(fiber->heap, tabs * (size_t)tab)))
        return throw_memory(fiber, PTRDIFF_MAX);
    Text text = {0};
    int64_t column = 0;
    const char *at = str_data(s), *end = at + s->size;
    while (at < end) {
        const char *here = at;
        uint32_t c = utf8_next(&at);
        if (c != '\t') {
            text_append(&text, here, (size_t)(at - here));
            column = c == '\n' || c == '\r' ? 0 : column + 1;
            continue;
        }
        for (int64_t left = tab > 0 ? tab - column % tab : 0; left > 0; left--, column++)
            text_char(&text, ' ');
    }
    return finish(fiber, &text);
}

// --- trimming ---

static bool is_one_of(uint32_t c, const Str *set) {
    const char *at = str_data(set), *end = at + set->size;
    while (at < end)
        if (utf8_next(&at) == c)
            return true;
    return false;
}

// Trims what is in args[1] (left out: white space) from the ends that are asked for.
static Value strip(Fiber *fiber, Value *args, bool left, bool right, const char *name) {
    const Str *set = NULL;
    Str *s = str_self(args);
    if (argument_given(args[1])) {
        if (!value_is_str(args[1]))
            return throw_type(fiber, "%s arg must be nil or str", name);
        set = value_to_str(args[1]);
    }
    const char *start = str_data(s), *end = str_data(s) + s->size;
    while (left && start < end) {
        const char *next = start;
        uint32_t c = utf8_next(&next);
        if (!(set ? is_one_of(c, set) : unicode_is_space(c)))
            break;
        start = next;
    }
    while (right && start < end) {
        const char *before = utf8_before(end), *at = before;
        uint32_t c = utf8_next(&at);
        if (!(set ? is_one_of(c, set) : unicode_is_space(c)))
            break;
        end = before;
    }
    if (start == str_data(s) && end == str_data(s) + s->size)
        return args[0];
    return value_from_ref(
        str_part(fiber->heap, s, (size_t)(start - str_data(s)), (size_t)(end - start)));
}

static Value str_strip(Fiber *fiber, Value *args, int count) {
    (void)count;
    return strip(fiber, args, true, true, "strip");
}

static Value str_lstrip(Fiber *fiber, Value *args, int count) {
    (void)count;
    return strip(fiber, args, true, false, "lstrip");
}

static Value str_rstrip(Fiber *fiber, Value *args, int count) {
    (void)count;
    return strip(fiber, args, false, true, "rstrip");
}

// --- formats, encodings, translation ---

static Value str_format_method(Fiber *fiber, Value *args, int count) {
    return format_template(fiber, str_self(args), args + 2, (size_t)count - 1, args[1]);
}

static Value str_format_map(Fiber *fiber, Value *args, int count) {
    (void)count;
    if (!value_is_map(args[1]))
        return throw_type(fiber, "format_map() argument must be a map, not %s",
                          value_type_name(fiber_runtime(fiber), args[1]));
    return format_template(fiber, str_self(args), NULL, 0, args[1]);
}

static Value str_encode(Fiber *fiber, Value *args, int count) {
    (void)count;
    return codec_encode(fiber, str_self(args), args[1], args[2], "encode");
}

// A character of maketrans' arguments: its code point.
static Value next_code_point(const char **at) { return value_from_int(utf8_next(at)); }

static Value maketrans_from_map(Fiber *fiber, Map *from, Map *table) {
    Value key, v;
    size_t position = 0;
    while (map_next(from, &position, &key, &v)) {
        if (value_is_str(key) && value_to_str(key)->length == 1) {
            const char *at = str_data(value_to_str(key));
            key = next_code_point(&at);
        } else if (!value_is_int(key)) {
            return throw_value(fiber, "string keys in translate table must be of length 1");
        }
        if (!map_set(fiber, table, key, v))
            return VALUE_UNDEF;
    }
    return value_from_ref(table);
}

static Value str_maketrans(Fiber *fiber, Value *args, int count) {
    (void)count;
    Map *table = map_new(fiber->heap);
    if (args[2] == VALUE_UNDEF) {
        if (!value_is_map(args[1]))
            return throw_type(fiber, "if you give only one argument to maketrans it must be a map");
        return maketrans_from_map(fiber, value_to_map(args[1]), table);
    }
    for (int i = 1; i <= 3; i++)
        if (args[i] != VALUE_UNDEF && !str_argument(fiber, args[i]))
            return VALUE_UNDEF;
    const Str *from = value_to_str(args[1]), *to = value_to_str(args[2]);
    if (from->length != to->length)
        return throw_value(fiber, "the first two maketrans arguments must have equal length");
    const char *a = str_data(from), *b = str_data(to);
    while (a < str_data(from) + from->size) {
        Value key = next_code_point(&a);
        if (!map_set(fiber, table, key, next_code_point(&b)))
            return VALUE_UNDEF;
    }
    if (args[3] != VALUE_UNDEF) {
        const Str *gone = value_to_str(args[3]);
        const char *c = str_data(gone);
        while (c < str_data(gone) + gone->size)
            if (!map_set(fiber, table, next_code_point(&c), VALUE_NIL))
                return VALUE_UNDEF;
    }
    return value_from_ref(table);
}

static bool put_translated(Fiber *fiber, Value v, Text *out) {
    char bytes[UTF8_MOST];
    if (value_is_str(v)) {
        text_append(out, str_data(value_to_str(v)), value_to_str(v)->size);
        return true;
    }
    if (!value_is_int(v)) {
        throw_type(fiber, "character mapping must return integer, nil or str");
        return false;
    }
    int64_t c = value_to_int(v);
    if (c < 0 || c >= UNICODE_LIMIT || (c >= 0xd800 && c < 0xe000)) {
        throw_value(fiber, "character mapping must be in range(0x110000)");
        return false;
    }
    text_append(out, bytes, utf8_put(bytes, (uint32_t)c));
    return true;
}

static Value str_translate(Fiber *fiber, Value *args, int count) {
    (void)count;
    Str *s = str_self(args);
    if (!value_is_map(args[1]))
        return throw_type(fiber, "translate() argument must be a map, not %s",
                          value_type_name(fiber_runtime(fiber), args[1]));
    Text text = {0};
    const char *at = str_data(s), *end = at + s->size;
    while (at < end) {
        const char *here = at;
        Value v, key = value_from_int(utf8_next(&at));
        bool good = map_get(fiber, value_to_map(args[1]), key, &v);
        if (good && v == VALUE_UNDEF)
            text_append(&text, here, (size_t)(at - here));
        else if (good && v != VALUE_NIL)
            good = put_translated(fiber, v, &text);
        if (!good) {
            text_free(&text);
            return VALUE_UNDEF;
        }
    }
    return finish(fiber, &text);
}

// --- the constructor ---

static Value str_construct(Fiber *fiber, Value *args, int count) {
    (void)count;
    if (args[1] == VALUE_UNDEF)
        return value_from_ref(str_new(fiber->heap, "", 0));
    if (args[2] == VALUE_UNDEF && args[3] == VALUE_UNDEF)
        return value_to_str_value(fiber, args[1]);
    if (!value_is_bytes(args[1]))
        return throw_type(fiber, "decoding to str: need a bytes-like object, %s found",
                          value_type_name(fiber_runtime(fiber), args[1]));
    const Bytes *bytes = value_to_bytes(args[1]);
    return codec_decode(fiber, bytes->data, bytes->size, args[2], args[3], "str");
}

const NativeSpec str_constructor = {
    "str", str_construct, "value=\"\", encoding=\"utf-8\", errors=\"strict\"", 0,
    "Text: the printed form of any value. str(bytes, encoding): the text that the bytes are.\n"
    "    str(1.50)   # \"1.5\""};

const NativeSpec str_methods[] = {
    {"capitalize", str_capitalize, "", 0,
     "The first character in title case, the rest in lower case.\n"
     "    \"hELLO\".capitalize()   # \"Hello\""},
    {"casefold", str_casefold, "", 0,
     "The text for comparing without regard to case: stronger than lower().\n"
     "    \"Straße\".casefold()   # \"strasse\""},
    {"center", str_center, "width, fill=\" \"", 0,
     "The text in the middle of `width` characters, filled up with `fill`. TypeError unless that "
     "is one character.\n"
     "    \"ab\".center(6, \"*\")   # \"**ab**\""},
    {"count", str_count, "part, start=nil, end=nil", 0,
     "How often `part` occurs in [start:end], without overlap.\n"
     "    \"banana\".count(\"an\")   # 2"},
    {"encode", str_encode, "encoding=\"utf-8\", errors=\"strict\"", 0,
     "The text as bytes. encoding: utf-8, ascii or latin-1. errors: what to do with characters "
     "that it does not have: \"strict\" (ValueError), \"ignore\" or \"replace\".\n"
     "    \"é\".encode()   # b'\\xc3\\xa9'"},
    {"endswith", str_endswith, "suffix, start=nil, end=nil", 0,
     "Whether it ends with `suffix`, or with one of a list of them.\n"
     "    \"a.conc\".endswith([\".conc\", \".txt\"])   # true"},
    {"expandtabs", str_expandtabs, "tabsize=8", 0,
     "The text with tabs as spaces, up to the next multiple of `tabsize` columns.\n"
     "    \"a\\tb\".expandtabs(4)   # \"a   b\""},
    {"find", str_find, "part, start=nil, end=nil", 0,
     "Where `part` first is, in [start:end]; -1 if it is nowhere.\n"
     "    \"banana\".find(\"an\")   # 1"},
    {"format", str_format_method, "*values, **labels", 0,
     "The text with values in place of its fields {} {0} {label} {0[key]} {0.field} {:spec} {!r}. "
     "IndexError or KeyError for a field that has no value, ValueError for a bad spec.\n"
     "    \"{} is {:.1f}\".format(\"pi\", 3.14159)   # \"pi is 3.1\""},
    {"format_map", str_format_map, "map", 0,
     "As format(), with the values by their names in a map. KeyError for a name that it does not "
     "have.\n"
     "    \"{a}\".format_map({\"a\": 1})   # \"1\""},
    {"index", str_index, "part, start=nil, end=nil", 0,
     "As find(), but ValueError if `part` is nowhere.\n"
     "    \"banana\".index(\"n\")   # 2"},
    {"isalnum", str_isalnum, "", 0,
     "Whether all characters are letters or numbers, and there is one.\n"
     "    \"a1\".isalnum()   # true"},
    {"isalpha", str_isalpha, "", 0,
     "Whether all characters are letters, and there is one.\n"
     "    \"字\".isalpha()   # true"},
    {"isascii", str_isascii, "", 0,
     "Whether all characters are ASCII.\n"
     "    \"é\".isascii()   # false"},
    {"isdecimal", str_isdecimal, "", 0,
     "Whether all characters are decimal digits, and there is one.\n"
     "    \"12\".isdecimal()   # true"},
    {"isdigit", str_isdigit, "", 0,
     "Whether all characters are digits (also ² and the like), and there is one.\n"
     "    \"12\".isdigit()   # true"},
    {"isidentifier", str_isidentifier, "", 0,
     "Whether it could be the name of a variable.\n"
     "    \"x2\".isidentifier()   # true"},
    {"islower", str_islower, "", 0,
     "Whether there are letters with case, all of them in lower case.\n"
     "    \"ab1\".islower()   # true"},
    {"isnumeric", str_isnumeric, "", 0,
     "Whether all characters stand for numbers (also ½ and 三), and there is one.\n"
     "    \"½\".isnumeric()   # true"},
    {"isprintable", str_isprintable, "", 0,
     "Whether repr() would print all characters as they are.\n"
     "    \"a\\n"
     "\".isprintable()   # false"},
    {"isspace", str_isspace, "", 0,
     "Whether all characters are white space, and there is one.\n"
     "    \" \\t\".isspace()   # true"},
    {"istitle", str_istitle, "", 0,
     "Whether each word begins with a capital, which only words do.\n"
     "    \"Two Words\".istitle()   # true"},
    {"isupper", str_isupper, "", 0,
     "Whether there are letters with case, all of them capitals.\n"
     "    \"AB1\".isupper()   # true"},
    {"join", str_join, "texts", 0,
     "The texts of an iterable, with this one between them. TypeError if one of them is no text.\n"
     "    \", \".join([\"a\", \"b\"])   # \"a, b\""},
    {"ljust", str_ljust, "width, fill=\" \"", 0,
     "The text filled up on the right to `width` characters, with `fill`. TypeError unless that is "
     "one character.\n"
     "    \"ab\".ljust(4, \".\")   # \"ab..\""},
    {"lower", str_lower, "", 0,
     "The text in lower case.\n"
     "    \"ABC\".lower()   # \"abc\""},
    {"lstrip", str_lstrip, "characters=nil", 0,
     "The text without the white space at its start; or without all that is in `characters`.\n"
     "    \"  a \".lstrip()   # \"a \""},
    {"maketrans", str_maketrans, "from, to=nil, remove=nil", NATIVE_STATIC,
     "A map for translate(): of a map, or from the characters of one text to those of another, "
     "which must be as long (ValueError); those of `remove` become nothing.\n"
     "    \"abc\".translate(str.maketrans(\"ab\", \"xy\"))   # \"xyc\""},
    {"partition", str_partition, "separator", 0,
     "[before, separator, after], at the first separator; [text, \"\", \"\"] if there is none. "
     "ValueError for an empty separator.\n"
     "    \"k=v\".partition(\"=\")   # [\"k\", \"=\", \"v\"]"},
    {"removeprefix", str_removeprefix, "prefix", 0,
     "The text without `prefix`, where it starts with it.\n"
     "    \"unhappy\".removeprefix(\"un\")   # \"happy\""},
    {"removesuffix", str_removesuffix, "suffix", 0,
     "The text without `suffix`, where it ends with it.\n"
     "    \"a.conc\".removesuffix(\".conc\")   # \"a\""},
    {"replace", str_replace, "old, new, count=-1", 0,
     "The text with `old` replaced by `new`: the first `count` times; below 0: always.\n"
     "    \"aab\".replace(\"a\", \"x\", 1)   # \"xab\""},
    {"rfind", str_rfind, "part, start=nil, end=nil", 0,
     "Where `part` last is, in [start:end]; -1 if it is nowhere.\n"
     "    \"banana\".rfind(\"an\")   # 3"},
    {"rindex", str_rindex, "part, start=nil, end=nil", 0,
     "As rfind(), but ValueError if `part` is nowhere.\n"
     "    \"banana\".rindex(\"n\")   # 4"},
    {"rjust", str_rjust, "width, fill=\" \"", 0,
     "The text filled up on the left to `width` characters, with `fill`. TypeError unless that is "
     "one character.\n"
     "    \"7\".rjust(3)   # \"  7\""},
    {"rpartition", str_rpartition, "separator", 0,
     "As partition(), at the last separator; [\"\", \"\", text] if there is none.\n"
     "    \"a.b.c\".rpartition(\".\")   # [\"a.b\", \".\", \"c\"]"},
    {"rsplit", str_rsplit, "sep=nil, maxsplit=-1", 0,
     "As split(), counting `maxsplit` from the end.\n"
     "    \"a,b,c\".rsplit(\",\", 1)   # [\"a,b\", \"c\"]"},
    {"rstrip", str_rstrip, "characters=nil", 0,
     "The text without the white space at its end; or without all that is in `characters`.\n"
     "    \"a\\n"
     "\".rstrip()   # \"a\""},
    {"split", str_split, "sep=nil, maxsplit=-1", 0,
     "A list of the parts between separators, after at most `maxsplit` splits (below 0: all). "
     "Without a separator: of the words between white space. ValueError for an empty separator.\n"
     "    \"a,b\".split(\",\")   # [\"a\", \"b\"]"},
    {"splitlines", str_splitlines, "keepends=false", 0,
     "A list of the lines; with their ends, if keepends.\n"
     "    \"a\\n"
     "b\\n"
     "\".splitlines()   # [\"a\", \"b\"]"},
    {"startswith", str_startswith, "prefix, start=nil, end=nil", 0,
     "Whether it starts with `prefix`, or with one of a list of them.\n"
     "    \"conc\".startswith(\"co\")   # true"},
    {"strip", str_strip, "characters=nil", 0,
     "The text without the white space at both ends; or without all that is in `characters`.\n"
     "    \" a \".strip()   # \"a\""},
    {"swapcase", str_swapcase, "", 0,
     "The text with capitals in lower case, and lower case as capitals.\n"
     "    \"aB\".swapcase()   # \"Ab\""},
    {"title", str_title, "", 0,
     "The text with a capital at the start of each word, and lower case elsewhere.\n"
     "    \"two words\".title()   # \"Two Words\""},
    {"translate", str_translate, "table", 0,
     "Each character by the table (see maketrans): code point to code point, text, or nil for "
     "none.\n"
     "    \"abc\".translate({97: \"x\", 98: nil})   # \"xc\""},
    {"upper", str_upper, "", 0,
     "The text in capitals.\n"
     "    \"straße\".upper()   # \"STRASSE\""},
    {"zfill", str_zfill, "width", 0,
     "The text filled up with zeros, behind its sign, to `width` characters.\n"
     "    \"-7\".zfill(4)   # \"-007\""},
    {NULL, NULL, NULL, 0, NULL}};
