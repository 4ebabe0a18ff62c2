// SPDX-License-Identifier: MIT
//
// Statements. A block first makes what is hoisted: cells of variables that closures capture before
// their `let`, then functions, then classes; then come its statements in their order.
#include <string.h>

#include "code/generate.h"

// ---- Loops ------------------------------------------------------------------------------------

static void while_loop(Emitter *e, Stmt *stmt) {
    LoopJumps jumps = {0};
    uint32_t start = emit_here(e);
    condition_jump(e, stmt->while_.condition, false, &jumps.breaks);
    unwind_loop_enter(e, &jumps);
    statement_block(e, &stmt->while_.body);
    unwind_loop_leave(e);
    jumps_here(e, &jumps.continues); // to the LOOP: every way back looks at the poll word
    emit_at(e, stmt->at);
    emit_loop(e, start);
    jumps_here(e, &jumps.breaks);
}

static bool is_builtin(const Expr *callee, const char *name) {
    if (callee->kind != EXPR_NAME)
        return false;
    const Binding *binding = callee->name.binding;
    return binding->kind == BINDING_BUILTIN && strcmp(callee->name.name->text, name) == 0;
}

// So many arguments or fewer, all by position; the last of them may have the label.
static bool has_plain_arguments(const Expr *call, uint32_t most, const char *label) {
    for (uint32_t i = 0; i < call->call.count; i++) {
        const Argument *argument = &call->call.arguments[i];
        bool may_have = label && i > 0 && i + 1 == call->call.count;
        if (argument->spread ||
            (argument->label && !(may_have && strcmp(argument->label->text, label) == 0)))
            return false;
    }
    return call->call.count <= most;
}

// Whose pairs are gone through in `for a, b in CALL`; PAIR_SOURCE_COUNT where the loop is another one.
static PairSource pair_source(const Stmt *stmt) {
    const Expr *call = stmt->for_.iterable;
    const Target *targets = stmt->for_.targets;
    if (!stmt->for_.unpacks || stmt->for_.count != 2 || targets[0].is_rest || targets[1].is_rest ||
        stmt->for_.is_await || call->kind != EXPR_CALL)
        return PAIR_SOURCE_COUNT;
    const Expr *callee = call->call.callee;
    uint32_t count = call->call.count;
    if (count == 0 && callee->kind == EXPR_MEMBER &&
        strcmp(callee->member.name->text, "items") == 0)
        return PAIRS_ITEMS;
    if (count >= 1 && is_builtin(callee, "enumerate") && has_plain_arguments(call, 2, "start"))
        return PAIRS_ENUMERATE;
    if (count == 2 && is_builtin(callee, "zip") && has_plain_arguments(call, 2, NULL))
        return PAIRS_ZIP;
    return PAIR_SOURCE_COUNT;
}

// These put what is iterated over into `state`, the topmost register, and make it the state of the loop. They give
// a jump to what follows where that is done already; 0 if there is none.

static uint32_t for_pairs(Emitter *e, Expr *call, PairSource source, Register state) {
    Expr *callee = call->call.callee;
    uint32_t count = call->call.count;
    expression_to(e, source == PAIRS_ITEMS ? callee->member.object : callee, state);
    for (uint32_t i = 0; i < count; i++)
        expression_next(e, call->call.arguments[i].value);
    emit_at(e, call->at);
    uint32_t apart = emit_long_jump(e, OP_FOR_PAIRS, state, count, source);
    emit(e, source == PAIRS_ITEMS ? OP_INVOKE : OP_CALL, state, count, CALL_PLAIN);
    if (source == PAIRS_ITEMS)
        emit_extra(e, site_add(e, callee->member.name));
    for (Register r = state + 4; r < state + 7; r++)
        emit(e, OP_LOAD_NIL, r, 0, 0);
    return apart;
}

static uint32_t for_range(Emitter *e, Expr *low, Expr *high, Span at, Register state) {
    Register from = expression_next(e, low), to = expression_next(e, high);
    emit_at(e, at);
    uint32_t counts = emit_long_jump(e, OP_FOR_RANGE, state, 2, true);
    emit(e, OP_NEW_RANGE, state, from, to);
    return counts;
}

static uint32_t for_range_call(Emitter *e, Expr *call, Register state) {
    uint32_t count = call->call.count;
    expression_to(e, call->call.callee, state);
    for (uint32_t i = 0; i < count; i++)
        expression_next(e, call->call.arguments[i].value);
    emit_at(e, call->at);
    uint32_t counts = emit_long_jump(e, OP_FOR_RANGE, state, count, false);
    emit(e, OP_CALL, state, count, CALL_PLAIN);
    return counts;
}

static uint32_t for_iterable(Emitter *e, Expr *iterable, Register state) {
    if (iterable->kind == EXPR_BINARY && iterable->binary.op == BINARY_RANGE)
        return for_range(e, iterable->binary.left, iterable->binary.right, iterable->at, state);
    if (iterable->kind == EXPR_CALL && iterable->call.count >= 1 &&
        is_builtin(iterable->call.callee, "range") && has_plain_arguments(iterable, 3, NULL))
        return for_range_call(e, iterable, state);
    expression_to(e, iterable, state);
    return 0;
}

// The loop's variables are the registers of its elements where they can be.
static void for_targets(Emitter *e, Stmt *stmt, Register state, bool pairs) {
    const Target *targets = stmt->for_.targets;
    if (!pairs) {
        assign_new_targets(e, targets, stmt->for_.count, stmt->for_.unpacks, state + 3);
        return;
    }
    assign_new_targets(e, &targets[0], 1, false, state + 3);
    assign_new_targets(e, &targets[1], 1, false, state + 7);
}

static void for_loop(Emitter *e, Stmt *stmt) {
    Register locals = e->locals;
    LoopJumps jumps = {0};
    PairSource source = pair_source(stmt);
    bool pairs = source != PAIR_SOURCE_COUNT;
    Expr *iterable = stmt->for_.iterable;
    Register state = register_take(e);
    uint32_t ready =
        pairs ? for_pairs(e, iterable, source, state) : for_iterable(e, iterable, state);
    for (e->top = state + 1; e->top < state + (pairs ? 8 : 4);)
        register_take(e);
    e->locals = e->top;
    emit_at(e, iterable->at);
    emit(e, OP_FOR_PREPARE, state, 0, 0);
    if (ready)
        jump_here(e, ready);
    emit_at(e, stmt->at);
    uint32_t first =
        emit_long_jump(e, pairs ? OP_FOR_PAIR_NEXT : OP_FOR_NEXT, state, 0, stmt->for_.is_await);
    uint32_t start = emit_here(e);
    unwind_loop_enter(e, &jumps);
    for_targets(e, stmt, state, pairs);
    statement_block(e, &stmt->for_.body);
    unwind_loop_leave(e);
    jumps_here(e, &jumps.continues);
    emit_at(e, stmt->at);
    jump_to(
        e, emit_long_jump(e, pairs ? OP_FOR_PAIR_LOOP : OP_FOR_LOOP, state, 0, stmt->for_.is_await),
        start);
    jump_here(e, first);
    jumps_here(e, &jumps.breaks);
    locals_end(e, locals);
}

// ---- Other statements -------------------------------------------------------------------------

static void if_statement(Emitter *e, Stmt *stmt) {
    Jumps ends = {0};
    for (uint32_t i = 0; i < stmt->if_.count; i++) {
        IfBranch *branch = &stmt->if_.branches[i];
        Jumps next = {0};
        condition_jump(e, branch->condition, false, &next);
        statement_block(e, &branch->body);
        bool last = i + 1 == stmt->if_.count && !stmt->if_.otherwise;
        if (!last && !e->terminated)
            jumps_add(e, &ends, emit_jump(e, OP_JUMP, 0));
        jumps_here(e, &next);
    }
    if (stmt->if_.otherwise)
        statement_block(e, stmt->if_.otherwise);
    jumps_here(e, &ends);
}

static void return_statement(Emitter *e, Stmt *stmt) {
    Register top = e->top;
    Register value;
    if (stmt->return_.value) {
        value = expression_any(e, stmt->return_.value);
    } else if (!e->unwind) {
        emit(e, OP_RETURN_NIL, 0, 0, 0);
        return;
    } else {
        emit(e, OP_LOAD_NIL, value = register_take(e), 0, 0);
    }
    emit_at(e, stmt->at);
    unwind_return(e, value);
    e->top = top;
}

static void throw_statement(Emitter *e, Stmt *stmt) {
    Register top = e->top;
    Register error = expression_any(e, stmt->throw_.value);
    if (stmt->throw_.cause) {
        static const char field[] = "cause";
        Register cause = expression_any(e, stmt->throw_.cause);
        emit_at(e, stmt->throw_.cause->at);
        emit(e, OP_SET_FIELD, error, cause, 0);
        *VECTOR_ADD(e, Site, sites, site) = (Site){{field, sizeof field - 1}};
        emit_extra(e, e->site_count - 1);
    }
    emit_at(e, stmt->at);
    emit(e, OP_THROW, error, 0, 0);
    e->top = top;
}

// "math", or the path of a file, which has a `/` or an extension to tell it from a module's name.
static uint32_t import_constant(Emitter *e, const ImportSource *source) {
    const char *text = source->text.data;
    uint32_t size = source->text.length;
    bool has_slash = memchr(text, '/', size) != NULL;
    bool has_extension = size > 5 && memcmp(text + size - 5, ".conc", 5) == 0;
    if (!source->is_path || has_slash || has_extension)
        return constant_string(e, text, size);
    char *path = arena_alloc(e->generator->arena, (size_t)size + 3);
    memcpy(path, "./", 2);
    memcpy(path + 2, text, size);
    return constant_string(e, path, (size_t)size + 2);
}

// The value of an import: a local takes over the register that it was made in.
static void import_define(Emitter *e, const ImportItem *item, Register value, Register top) {
    variable_define_top(e, item->binding, item->at, value);
    e->top = e->locals > top ? e->locals : top;
}

static void import_statement(Emitter *e, Stmt *stmt) {
    for (uint32_t i = 0; i < stmt->import.count; i++) {
        const ImportItem *item = &stmt->import.items[i];
        Register top = e->top;
        Register module = register_take(e);
        emit_at(e, item->source.at);
        emit_x(e, OP_IMPORT, module, import_constant(e, &item->source));
        import_define(e, item, module, top);
    }
}

static void from_statement(Emitter *e, Stmt *stmt) {
    Register locals = e->locals;
    Register module = register_local(e);
    emit_at(e, stmt->from.source.at);
    emit_x(e, OP_IMPORT, module, import_constant(e, &stmt->from.source));
    bool globals = true;
    for (uint32_t i = 0; i < stmt->from.count; i++) {
        const ImportItem *item = &stmt->from.items[i];
        Register top = e->top;
        Register value = register_take(e);
        emit_at(e, item->at);
        emit(e, OP_IMPORT_NAME, value, module, 0);
        emit_extra(e, site_add(e, item->remote));
        import_define(e, item, value, top);
        globals = globals && ((const Binding *)item->binding)->kind == BINDING_GLOBAL;
    }
    if (globals)
        locals_end(e, locals);
}

static void statement(Emitter *e, Stmt *stmt) {
    emit_at(e, stmt->at);
    switch (stmt->kind) {
    case STMT_EXPR: expression_drop(e, stmt->expr); break;
    case STMT_LET: assign_let(e, stmt); break;
    case STMT_ASSIGN: assign_statement(e, stmt); break;
    case STMT_AUGMENT: assign_augment(e, stmt); break;
    case STMT_IF: if_statement(e, stmt); break;
    case STMT_WHILE: while_loop(e, stmt); break;
    case STMT_FOR: for_loop(e, stmt); break;
    case STMT_BREAK: unwind_break(e, false); break;
    case STMT_CONTINUE: unwind_break(e, true); break;
    case STMT_RETURN: return_statement(e, stmt); break;
    case STMT_THROW: throw_statement(e, stmt); break;
    case STMT_TRY: unwind_try(e, stmt); break;
    case STMT_WITH: unwind_with(e, stmt); break;
    case STMT_LOCK: unwind_lock(e, stmt); break;
    case STMT_GROUP: unwind_group(e, stmt); break;
    case STMT_TIMEOUT: unwind_timeout(e, stmt); break;
    case STMT_IMPORT: import_statement(e, stmt); break;
    case STMT_FROM: from_statement(e, stmt); break;
    case STMT_CLASS: {
        const Binding *binding = stmt->class_->binding;
        if (!binding->hoisted)
            function_class(e, stmt->class_);
        break;
    }
    case STMT_BLOCK: statement_block(e, &stmt->block); break;
    case STMT_SELECT: select_statement(e, stmt); break;
    case STMT_TEST: // a plain run passes over it
        if (++e->generator->tests_seen == e->generator->options->test)
            function_test(e, stmt->test.function);
        break;
    case STMT_FUNCTION: break; // made at the block's start
    }
}

// ---- Blocks -----------------------------------------------------------------------------------

static void declared_function(Emitter *e, Stmt *stmt) {
    Binding *binding = stmt->function.binding;
    Register top = e->top;
    Register r = register_take(e);
    emit_at(e, stmt->at);
    function_to(e, stmt->function.function, r);
    variable_define_top(e, binding, stmt->function.function->at, r);
    e->top = e->locals > top ? e->locals : top;
}

static void hoist(Emitter *e, Block *block) {
    const Scope *scope = block->scope;
    for (uint32_t i = 0; i < scope->count; i++) {
        Binding *binding = scope->order[i];
        if (binding->kind == BINDING_LOCAL && binding_is_early(binding))
            variable_make_early(e, binding);
    }
    for (uint32_t i = 0; i < block->count; i++)
        if (block->items[i]->kind == STMT_FUNCTION)
            declared_function(e, block->items[i]);
    for (uint32_t i = 0; i < scope->class_count; i++) {
        emit_at(e, scope->classes[i]->at);
        function_class(e, scope->classes[i]);
    }
}

// A start is the same statement that it would be elsewhere: its error is shown at once.
static void give_value(Emitter *e, Expr *expr) {
    Register value = register_take(e);
    if (expr->kind == EXPR_START)
        start_to(e, expr, value, true);
    else
        expression_to(e, expr, value);
    emit(e, OP_RETURN, value, 0, 0);
    e->top = e->locals;
}

void statement_items(Emitter *e, Block *block, bool give_last) {
    hoist(e, block);
    for (uint32_t i = 0; i < block->count; i++) {
        Stmt *stmt = block->items[i];
        if (give_last && i + 1 == block->count && stmt->kind == STMT_EXPR) {
            give_value(e, stmt->expr);
        } else {
            statement(e, stmt);
        }
    }
}

void statement_block(Emitter *e, Block *block) {
    Register locals = e->locals;
    statement_items(e, block, false);
    locals_end(e, locals);
}
