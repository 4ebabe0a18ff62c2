// SPDX-License-Identifier: MIT
//
// Channels: sockets that do not block, and messages (process/message.h) in them. What cannot be sent or
// received at once waits in the thread's loop.
#include "process/channel.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "object/error.h"
#include "process/message.h"
#include "sched/loop.h"
#include "sync/registry.h"
#include "sync/wait.h"

enum { READ_STEP = 65536 };

// --- making and ending ---

static void channel_trace(Object *object, Tracer *tracer) { (void)object, (void)tracer; }

static void shut(Channel *channel) {
    if (channel->fd >= 0)
        close(channel->fd);
    channel->fd = -1;
    text_free(&channel->in);
    text_free(&channel->out);
}

static void channel_unlink(Channel *channel) {
    Registry *registry = channel->registry;
    if (!registry)
        return;
    mutex_lock(&registry->mutex);
    if (channel->previous)
        channel->previous->next = channel->next;
    else
        registry->channels = channel->next;
    if (channel->next)
        channel->next->previous = channel->previous;
    mutex_unlock(&registry->mutex);
}

static void channel_finalize(Object *object, Heap *heap) {
    (void)heap;
    channel_unlink((Channel *)object);
    shut((Channel *)object);
}

const Kind channel_kind = {"channel", channel_trace, channel_finalize};

static Value channel_new(Fiber *fiber, int fd) {
    Channel *channel = heap_alloc(fiber->heap, KIND_CHANNEL, sizeof *channel);
    Registry *registry = fiber_registry(fiber);
    channel->fd = fd;
    channel->class_limit = load_relaxed(&fiber_runtime(fiber)->next_shape_id);
    channel->registry = registry;
    mutex_lock(&registry->mutex);
    channel->next = registry->channels;
    if (channel->next)
        channel->next->previous = channel;
    registry->channels = channel;
    mutex_unlock(&registry->mutex);
    return value_from_ref(channel);
}

Value channel_pair(Fiber *fiber) {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) < 0)
        return throw_errno(fiber, errno, NULL);
    Value pair[] = {channel_new(fiber, ends[0]), channel_new(fiber, ends[1])};
    return value_from_ref(list_from(fiber->heap, pair, 2));
}

static bool occupy(Fiber *fiber, Channel *channel) {
    bool nobody = false;
    if (cas_acq_rel(&channel->busy, &nobody, true))
        return true;
    throw_runtime(fiber, "the channel is in use");
    return false;
}

static Value leave(Channel *channel, Value v) {
    store_release(&channel->busy, false);
    return v;
}

bool channel_close(Fiber *fiber, Channel *channel) {
    if (!occupy(fiber, channel))
        return false;
    shut(channel);
    leave(channel, VALUE_NIL);
    return true;
}

// --- waiting ---

// The call goes on when the socket is ready.
static Value wait_for(Fiber *fiber, Channel *channel, int events) {
    park_arm(fiber, PARK_IO, value_from_ref(channel), DEADLINE_NEVER);
    if (!loop_watch_fd(fiber, channel->fd, events) && park_disarm(fiber))
        return leave(channel, throw_errno(fiber, errno, NULL));
    return VALUE_PARKED;
}

// At each call: true where it is to go on. Else *answer is the error.
static bool begin(Fiber *fiber, Channel *channel, bool *first, Value *answer) {
    WakeReason reason = park_outcome(fiber);
    *answer = VALUE_UNDEF;
    *first = reason == WAKE_NONE;
    if (*first)
        return occupy(fiber, channel);
    loop_unwatch(fiber);
    if (reason == WAKE_RETRY)
        return true;
    *answer = leave(channel, wait_throw(fiber, reason));
    return false;
}

// --- sending ---

typedef enum Step { STEP_DONE, STEP_LATER, STEP_ENDED } Step;

static Step send_some(Channel *channel) {
    Text *out = &channel->out;
    while (channel->fd >= 0 && channel->sent < out->length) {
        ssize_t n = send(channel->fd, out->data + channel->sent, out->length - channel->sent,
                         MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n >= 0)
            channel->sent += (size_t)n;
        else if (errno == EAGAIN)
            return STEP_LATER;
        else if (errno != EINTR)
            return STEP_ENDED;
    }
    return channel->fd >= 0 ? STEP_DONE : STEP_ENDED;
}

static bool pack(Fiber *fiber, Channel *channel, Value v) {
    channel->sent = 0;
    text_free(&channel->out);
    return message_write(fiber, MESSAGE_RESULT, v, channel->class_limit, &channel->out);
}

Value channel_send(Fiber *fiber, Value *args, int count) {
    (void)count;
    Channel *channel = value_to_channel(args[0]);
    bool first;
    Value answer;
    if (!begin(fiber, channel, &first, &answer))
        return answer;
    if (first && !pack(fiber, channel, args[1]))
        return leave(channel, VALUE_UNDEF);
    Step step = send_some(channel);
    if (step == STEP_LATER)
        return wait_for(fiber, channel, LOOP_WRITABLE);
    text_free(&channel->out);
    return leave(channel, value_from_bool(step == STEP_DONE));
}

// --- receiving ---

// Reads until a message is whole.
static Step receive_some(Channel *channel, size_t *whole) {
    char buffer[READ_STEP];
    for (;;) {
        *whole = message_size(text_data(&channel->in), channel->in.length);
        if (*whole == SIZE_MAX || (*whole > 0 && *whole <= channel->in.length))
            return STEP_DONE;
        ssize_t got = channel->fd < 0 ? 0 : recv(channel->fd, buffer, sizeof buffer, MSG_DONTWAIT);
        if (got > 0)
            text_append(&channel->in, buffer, (size_t)got);
        else if (got < 0 && errno == EAGAIN)
            return STEP_LATER;
        else if (got == 0 || errno != EINTR)
            return STEP_ENDED;
    }
}

static Value unpack(Fiber *fiber, Channel *channel, size_t whole) {
    MessageKind kind;
    Value v = VALUE_UNDEF;
    MessageStatus status = MESSAGE_MALFORMED;
    if (whole != SIZE_MAX)
        status = message_read(fiber, channel->in.data, whole, &kind, &v);
    text_free(&channel->in); // nothing is sent before it was answered
    if (status == MESSAGE_MALFORMED)
        return throw_error(fiber, ERROR_ProcessError, "what a worker sent is no message");
    return status == MESSAGE_OK ? v : VALUE_UNDEF;
}

Value channel_receive(Fiber *fiber, Value *args, int count) {
    (void)count;
    Channel *channel = value_to_channel(args[0]);
    bool first;
    Value answer;
    size_t whole;
    if (!begin(fiber, channel, &first, &answer))
        return answer;
    switch (receive_some(channel, &whole)) {
    case STEP_LATER: return wait_for(fiber, channel, LOOP_READABLE);
    case STEP_ENDED: return leave(channel, VALUE_NIL);
    default: return leave(channel, unpack(fiber, channel, whole));
    }
}

// --- forks and ends ---

static bool is_argument(Value arguments, const Channel *channel) {
    if (!value_is_list(arguments))
        return false;
    List *list = value_to_list(arguments);
    for (size_t i = 0, count = list_length(list); i < count; i++)
        if (list_get(list, i) == value_from_ref(channel))
            return true;
    return false;
}

void channels_left_to_child(Value arguments) {
    if (!value_is_list(arguments))
        return;
    List *list = value_to_list(arguments);
    for (size_t i = 0, count = list_length(list); i < count; i++)
        if (value_is_channel(list_get(list, i)))
            shut(value_to_channel(list_get(list, i)));
}

void channels_after_fork(Registry *registry, Value arguments) {
    for (Channel *channel = registry->channels; channel; channel = channel->next) {
        store_relaxed(&channel->busy, false);
        if (!is_argument(arguments, channel))
            shut(channel);
    }
}

void channels_free(Registry *registry) {
    for (Channel *channel = registry->channels; channel; channel = channel->next)
        channel->registry = NULL;
    registry->channels = NULL;
}
