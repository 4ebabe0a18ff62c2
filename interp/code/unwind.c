// SPDX-License-Identifier: MIT
//
// Unwinding: what has to run when control leaves a block, by its end, by a jump, or by an error.
//
// The blocks around the instruction in hand form a list of Unwinds, innermost first. A break,
// continue or return walks it up to its target:
// - UNWIND_CLEANUP (lock, with, group, timeout) has a short cleanup, a call of `release`, `close` or
//   `leave`. It is written out at every way out. A group's is told the error that ends its block.
// - UNWIND_FINALLY has a block of the user, which is written once. Two registers say what is to
//   happen behind it: the completion kind (0: go on, 1: throw, from 2: the exits that were met) and
//   a value (the error, or the value to return).
// - UNWIND_CATCH only has a range of instructions that its handler covers.
// A range is interrupted while a way out is written: an error in a cleanup must not meet the handler
// of a block that is left already.
#include "code/generate.h"

typedef enum UnwindKind { UNWIND_LOOP, UNWIND_CATCH, UNWIND_CLEANUP, UNWIND_FINALLY } UnwindKind;

typedef enum ExitKind { EXIT_BREAK, EXIT_CONTINUE, EXIT_RETURN } ExitKind;

typedef struct Range {
    uint32_t start, end;
} Range;

typedef struct Unwind {
    UnwindKind kind;
    struct Unwind *outer;
    LoopJumps *loop; // LOOP
    uint32_t start;  // of the range that is being written
    Range *ranges;   // the ones before
    uint32_t range_count, range_capacity;
    Register value;      // CLEANUP: what is released; FINALLY: of the completion
    const char *method;  // CLEANUP
    Opcode opcode;       // CLEANUP: OP_CLEANUP or a special form of it
    uint32_t mode;       // CLEANUP: CALL_AWAIT where the cleanup waits so
    bool takes_error;    // CLEANUP
    Span at;             // CLEANUP
    Register completion; // FINALLY: its kind
    Jumps entries;       // FINALLY: ways into the block
    bool exits[3];       // FINALLY: by ExitKind. The target of a jump is the nearest loop around
} Unwind;

static void range_add(Emitter *e, Unwind *unwind, uint32_t start, uint32_t end) {
    *(Range *)vector_add(e->generator->arena, &unwind->ranges, &unwind->range_count,
                         &unwind->range_capacity, sizeof(Range)) = (Range){start, end};
}

static void range_close(Emitter *e, Unwind *unwind) {
    uint32_t end = emit_here(e);
    if (unwind->kind != UNWIND_LOOP && unwind->start < end)
        range_add(e, unwind, unwind->start, end);
    unwind->start = end;
}

static void unwind_push(Emitter *e, Unwind *unwind) {
    unwind->outer = e->unwind;
    unwind->start = emit_here(e);
    e->unwind = unwind;
}

static void unwind_pop(Emitter *e) {
    range_close(e, e->unwind);
    e->unwind = e->unwind->outer;
}

// Lets errors in the ranges of `unwind` go to the next instruction.
static void handle_here(Emitter *e, const Unwind *unwind, Register target) {
    for (uint32_t i = 0; i < unwind->range_count; i++)
        handler_add(e, unwind->ranges[i].start, unwind->ranges[i].end, emit_here(e), target);
    e->terminated = false;
}

// `error`: the register with the error that leaves the block, or -1.
static void run_cleanup(Emitter *e, const Unwind *unwind, int error) {
    if (unwind->opcode == OP_RELEASE) {
        call_guard(e, OP_RELEASE, unwind->value, unwind->method, unwind->mode, unwind->at);
        return;
    }
    Register top = e->top;
    int argument = unwind->takes_error ? error : -1;
    call_named(e, unwind->opcode, unwind->value, unwind->method, argument, unwind->mode,
               unwind->at);
    e->top = top;
}

// ---- Ways out ---------------------------------------------------------------------------------

static void enter_finally(Emitter *e, Unwind *unwind, ExitKind exit, Register value) {
    unwind->exits[exit] = true;
    if (exit == EXIT_RETURN)
        load_move(e, unwind->value, value);
    load_int(e, unwind->completion, 2 + (int64_t)exit);
    jumps_add(e, &unwind->entries, emit_jump(e, OP_JUMP, 0));
}

// Leaves all blocks up to the exit's target, or up to a `finally`, which goes on from there.
static void leave(Emitter *e, ExitKind exit, Register value) {
    Unwind *innermost = e->unwind, *unwind = innermost;
    for (; unwind; unwind = e->unwind = unwind->outer) {
        range_close(e, unwind);
        if (unwind->kind == UNWIND_LOOP && exit != EXIT_RETURN) {
            Jumps *jumps = exit == EXIT_BREAK ? &unwind->loop->breaks : &unwind->loop->continues;
            jumps_add(e, jumps, emit_jump(e, OP_JUMP, 0));
            break;
        }
        if (unwind->kind == UNWIND_FINALLY) {
            enter_finally(e, unwind, exit, value);
            break;
        }
        if (unwind->kind == UNWIND_CLEANUP)
            run_cleanup(e, unwind, -1);
    }
    if (!unwind)
        emit(e, OP_RETURN, value, 0, 0);
    e->unwind = innermost;
    for (Unwind *u = innermost; u; u = u->outer) {
        u->start = emit_here(e);
        if (u == unwind)
            break;
    }
}

void unwind_return(Emitter *e, Register value) { leave(e, EXIT_RETURN, value); }

void unwind_break(Emitter *e, bool is_continue) {
    leave(e, is_continue ? EXIT_CONTINUE : EXIT_BREAK, 0);
}

void unwind_loop_enter(Emitter *e, LoopJumps *jumps) {
    Unwind *unwind = arena_new(e->generator->arena, Unwind);
    unwind->kind = UNWIND_LOOP;
    unwind->loop = jumps;
    unwind_push(e, unwind);
}

void unwind_loop_leave(Emitter *e) { unwind_pop(e); }

// ---- try --------------------------------------------------------------------------------------

// Goes to `matched` if the error in `error` is of one of the clause's classes.
static void match_clause(Emitter *e, const CatchClause *clause, Register error, Jumps *matched) {
    uint32_t count = clause->type_count ? clause->type_count : 1;
    for (uint32_t i = 0; i < count; i++) {
        Register top = e->top;
        Register type, answer = register_take(e);
        if (clause->type_count) {
            type = expression_any(e, clause->types[i]);
            emit_at(e, clause->types[i]->at);
        } else { // Error, even where a variable of the script has that name
            emit_at(e, clause->at);
            type = register_take(e);
            emit_x(e, OP_GET_BUILTIN, type, (uint32_t)e->generator->error_class);
        }
        emit(e, OP_IS, answer, error, type);
        jumps_add(e, matched, emit_jump(e, OP_JUMP_TRUE, answer));
        e->top = top;
    }
}

static void catch_clause(Emitter *e, CatchClause *clause, Register error, Jumps *ends) {
    Register locals = e->locals;
    Jumps matched = {0};
    match_clause(e, clause, error, &matched);
    uint32_t next = emit_jump(e, OP_JUMP, 0);
    jumps_here(e, &matched);
    if (clause->binding)
        variable_adopt(e, clause->binding, error);
    statement_block(e, &clause->body);
    if (!e->terminated)
        jumps_add(e, ends, emit_jump(e, OP_JUMP, 0));
    jump_here(e, next);
    locals_end(e, locals);
}

static void try_catch(Emitter *e, Stmt *stmt) {
    Register locals = e->locals;
    Unwind unwind = {.kind = UNWIND_CATCH};
    unwind_push(e, &unwind);
    statement_block(e, &stmt->try_.body);
    unwind_pop(e);
    if (!stmt->try_.catch_count)
        return;
    Jumps ends = {0};
    if (!e->terminated)
        jumps_add(e, &ends, emit_jump(e, OP_JUMP, 0));
    Register error = register_take(e);
    e->locals = e->top;
    handle_here(e, &unwind, error);
    for (uint32_t i = 0; i < stmt->try_.catch_count; i++)
        catch_clause(e, &stmt->try_.catches[i], error, &ends);
    emit_at(e, stmt->at);
    emit(e, OP_RETHROW, error, 0, 0);
    jumps_here(e, &ends);
    locals_end(e, locals);
}

// Behind the block: does what was to be done when it was entered.
static void complete(Emitter *e, const Unwind *unwind) {
    uint32_t end = emit_long_jump(e, OP_JUMP_IF_EQUAL_INT, unwind->completion, 0, true);
    for (uint32_t exit = 0; exit < 3; exit++) {
        if (!unwind->exits[exit])
            continue;
        uint32_t next =
            emit_long_jump(e, OP_JUMP_IF_EQUAL_INT, unwind->completion, 2 + exit, false);
        leave(e, (ExitKind)exit, unwind->value);
        jump_here(e, next);
    }
    emit(e, OP_RETHROW, unwind->value, 0, 0);
    jump_here(e, end);
}

void unwind_try(Emitter *e, Stmt *stmt) {
    if (!stmt->try_.finally) {
        try_catch(e, stmt);
        return;
    }
    Register locals = e->locals;
    Unwind unwind = {.kind = UNWIND_FINALLY};
    unwind.completion = register_local(e);
    unwind.value = register_local(e);
    emit(e, OP_LOAD_NIL, unwind.value, 0, 0); // it may have held a cell, and `finally` reads it
    unwind_push(e, &unwind);
    try_catch(e, stmt);
    unwind_pop(e);
    load_int(e, unwind.completion, 0);
    jumps_add(e, &unwind.entries, emit_jump(e, OP_JUMP, 0));
    handle_here(e, &unwind, unwind.value);
    load_int(e, unwind.completion, 1);
    jumps_here(e, &unwind.entries);
    statement_block(e, stmt->try_.finally);
    emit_at(e, stmt->at);
    complete(e, &unwind);
    locals_end(e, locals);
}

// ---- with and lock ----------------------------------------------------------------------------

// The end of blocks with a cleanup, innermost first: runs each cleanup, also for an error, which
// goes on upwards.
static void end_cleanups(Emitter *e, Unwind *const *unwinds, uint32_t count) {
    bool falls_out = !e->terminated;
    for (uint32_t i = count; i-- > 0;) {
        unwind_pop(e);
        if (falls_out)
            run_cleanup(e, unwinds[i], -1);
    }
    uint32_t end = falls_out ? emit_jump(e, OP_JUMP, 0) : 0;
    Register error = register_take(e);
    for (uint32_t i = count; i-- > 0;) {
        handle_here(e, unwinds[i], error);
        // An error in this cleanup takes the error's place, for the blocks further out.
        uint32_t start = emit_here(e);
        run_cleanup(e, unwinds[i], (int)error);
        if (i > 0)
            range_add(e, unwinds[i - 1], start, emit_here(e));
    }
    emit(e, OP_RETHROW, error, 0, 0);
    if (falls_out)
        jump_here(e, end);
    e->top = e->locals;
}

static Unwind *cleanup_push(Emitter *e, Register value, const char *method, Span at) {
    Unwind *unwind = arena_new(e->generator->arena, Unwind);
    unwind->kind = UNWIND_CLEANUP;
    unwind->value = value;
    unwind->method = method;
    unwind->opcode = OP_CLEANUP;
    unwind->mode = CALL_PLAIN;
    unwind->at = at;
    unwind_push(e, unwind);
    return unwind;
}

void unwind_with(Emitter *e, Stmt *stmt) {
    Register locals = e->locals;
    uint32_t count = stmt->with.count;
    Unwind **unwinds = arena_array(e->generator->arena, Unwind *, count);
    for (uint32_t i = 0; i < count; i++) {
        const WithItem *item = &stmt->with.items[i];
        Register value = register_take(e);
        expression_to(e, item->value, value);
        e->locals = e->top;
        unwinds[i] = cleanup_push(e, value, "close", item->value->at);
        if (item->binding)
            variable_define(e, item->binding, item->at, value);
    }
    statement_block(e, &stmt->with.body);
    end_cleanups(e, unwinds, count);
    locals_end(e, locals);
}

void unwind_lock(Emitter *e, Stmt *stmt) {
    Register locals = e->locals;
    uint32_t count = stmt->lock.count;
    Unwind **unwinds = arena_array(e->generator->arena, Unwind *, count);
    Register row = e->top;
    for (uint32_t i = 0; i < count; i++)
        expression_to(e, stmt->lock.items[i], register_take(e));
    e->locals = e->top;
    emit_at(e, stmt->at);
    if (count > 1)
        emit(e, OP_LOCK_ORDER, row, count, 0);
    for (uint32_t i = 0; i < count; i++) {
        Span at = stmt->lock.items[i]->at;
        call_guard(e, OP_ACQUIRE, row + i, "acquire", stmt->lock.is_await ? CALL_AWAIT : CALL_PLAIN,
                   at);
        unwinds[i] = cleanup_push(e, row + i, "release", at);
        unwinds[i]->opcode = OP_RELEASE;
    }
    statement_block(e, &stmt->lock.body);
    end_cleanups(e, unwinds, count);
    locals_end(e, locals);
}

// ---- group and timeout ------------------------------------------------------------------------

void unwind_group(Emitter *e, Stmt *stmt) {
    Register locals = e->locals;
    Register group = register_take(e);
    emit(e, OP_ENTER_GROUP, group, 0, 0);
    variable_adopt(e, stmt->group.binding, group);
    Unwind *unwind = cleanup_push(e, group, "leave", stmt->at);
    unwind->takes_error = true;
    unwind->mode = stmt->group.is_await ? CALL_AWAIT : CALL_PLAIN;
    statement_block(e, &stmt->group.body);
    end_cleanups(e, &unwind, 1);
    locals_end(e, locals);
}

void unwind_timeout(Emitter *e, Stmt *stmt) {
    Register locals = e->locals;
    Register limit = register_take(e);
    expression_to(e, stmt->timeout.seconds, limit);
    e->locals = e->top;
    emit_at(e, stmt->timeout.seconds->at);
    emit(e, OP_ENTER_TIMEOUT, limit, 0, 0);
    Unwind *unwind = cleanup_push(e, limit, "leave", stmt->at);
    statement_block(e, &stmt->timeout.body);
    end_cleanups(e, &unwind, 1);
    locals_end(e, locals);
}
