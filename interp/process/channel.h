// SPDX-License-Identifier: MIT
//
// Channels: values as messages between a process and a child of it, in both directions, for the workers of a
// ProcessPool (stdlib/toolkit.conc). Made in pairs; the end that is an argument of a spawn is the child's:
//
//     let ends = channels()
//     spawn serve(ends[1])      # closed here, and in the child all other channels are closed
//     ends[0].send([1, 2])
//
// So an end has no copies that would keep it open: whoever ends, however it does, the other side sees it.
// A channel serves one caller at a time (RuntimeError).
#ifndef CONC_PROCESS_CHANNEL_H
#define CONC_PROCESS_CHANNEL_H

#include "base/text.h"
#include "object/list.h"
#include "object/runtime.h"

typedef struct Channel {
    Object header;
    int fd;               // -1: closed
    uint32_t class_limit; // classes from this id on are unknown to the other side
    _Atomic bool busy;    // somebody sends or receives: the rest is his
    Text in;              // what has come of the next message
    Text out;             // what is left to send, from `sent` on
    size_t sent;
    struct Registry *registry;       // NULL: it is gone, at the end of the Vm
    struct Channel *next, *previous; // Registry.channels, under its mutex
} Channel;

extern const Kind channel_kind;

static inline bool value_is_channel(Value v) { return value_is_kind(v, KIND_CHANNEL); }
static inline Channel *value_to_channel(Value v) { return (Channel *)value_to_ref(v); }

// Both ends, as a list; UNDEF with OSError.
Value channel_pair(Fiber *fiber);
// RuntimeError where it is in use: false.
bool channel_close(Fiber *fiber, Channel *channel);
// Native protocol. args[1] the value: true; false where the other side has ended. TypeError: it cannot be sent.
Value channel_send(Fiber *fiber, Value *args, int count);
// The next value; nil where the other side has ended. ProcessError: what came is no message. S.
Value channel_receive(Fiber *fiber, Value *args, int count);

// --- around a fork, with the world stopped; `arguments` of the spawn, a List or nil ---
void channels_left_to_child(Value arguments);                         // in the parent
void channels_after_fork(struct Registry *registry, Value arguments); // in the child
void channels_free(struct Registry *registry);                        // the Vm ends

#endif
