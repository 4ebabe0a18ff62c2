// SPDX-License-Identifier: MIT
//
// Message: a value as bytes, for another process of the same program: the result of a child, an item of a
// shared queue. Who reads it does not trust it: whatever the bytes are, reading gives a value or says no.
//
//   header, 16 bytes:  "CONC" | version 1 | kind | 0 0 | length of the payload, 8 bytes little-endian
//   payload:           one value
//   value:             a tag byte, then by tag:
//     n t f u          nil, true, false, no value (an unset field)
//     i                int: zigzag, 7 bits a byte, low first ("number" below, unsigned without zigzag)
//     I                big int: number of digits, hexadecimal digits with a sign
//     d                float: 8 bytes little-endian
//     s S              str: number of bytes, UTF-8. S, b and what follows count as seen
//     b                bytes: number, bytes
//     l                list: number of elements, elements
//     m e              map, set: keys and values, keys; ended by the tag .
//     r                range: start, stop, step
//     o                instance: number of its layout, fields' values
//     c                class: its id
//     T                trace: a str, without tag
//     =                the seen object with this number (0 is the first): shared or cyclic references
//   layout (where its number is one more than those so far): class id, number of fields, names (strs
//     without tag)
//
// Classes go by id: the reader has made them before it forked the writer. Functions, locks, queues,
// handles and modules cannot be sent.
#ifndef CONC_PROCESS_MESSAGE_H
#define CONC_PROCESS_MESSAGE_H

#include "base/text.h"
#include "object/runtime.h"

typedef enum MessageKind { MESSAGE_RESULT = 1, MESSAGE_ERROR = 2 } MessageKind;
typedef enum MessageStatus { MESSAGE_OK, MESSAGE_MALFORMED, MESSAGE_THREW } MessageStatus;
enum {
    MESSAGE_HEADER = 16,
    MESSAGE_DEPTH = 1500,
    MESSAGE_SHARED_STR = 32, // strings below this many bytes are written anew each time
    MESSAGE_SMALL = MESSAGE_SHARED_STR + 8,
};

// --- whole messages ---
// Appends `v` as a message to `out`. Classes with an id from `class_limit` on are unknown to the reader.
// False with TypeError, which names the part that cannot be sent, or RecursionError; `out` is then as
// it was. Runs no script code.
bool message_write(Fiber *fiber, MessageKind kind, Value v, uint32_t class_limit, Text *out);

// How long the message is that starts with these bytes, header included: 0 while that cannot be told
// yet, SIZE_MAX where it is no message.
size_t message_size(const char *data, size_t size);

// Reads a whole message. S (keys of maps may have a hash in script). MESSAGE_THREW: fiber->error.
MessageStatus message_read(Fiber *fiber, const char *data, size_t size, MessageKind *kind,
                           Value *out);

// --- payloads alone, for who keeps their length elsewhere ---
bool message_pack(Fiber *fiber, Value v, uint32_t class_limit, Text *out);
MessageStatus message_unpack(Fiber *fiber, const char *data, size_t size, Value *out); // S
// The same where the value is small, into at most MESSAGE_SMALL bytes: nil, bool, small int, float, short
// str. How many bytes; 0: it is not.
size_t message_pack_small(Value v, char *out);
// The value, or UNDEF where it is not such a one. Runs no script code.
Value message_unpack_small(Fiber *fiber, const char *data, size_t size);

enum { MESSAGE_UNORDERED = 2 };
// <0, 0 or >0: the order of two packed values as value_less has it, of numbers, str, bytes and lists of
// these; MESSAGE_UNORDERED where only the values themselves can tell. message_order.c
int message_order(const char *a, size_t a_size, const char *b, size_t b_size);

#endif
