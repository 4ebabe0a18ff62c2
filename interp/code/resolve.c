// SPDX-License-Identifier: MIT
//
// Resolver, statements: opens scopes, declares names before anything in their block is looked at
// (every name is known in its whole block), and walks functions, classes and statements in the order
// in which they run, so that capture analysis (code/scope.h) sees events in that order.
#include "code/resolve.h"

#include <string.h>

#include "base/translate.h"

// ---- Declarations -----------------------------------------------------------------------------

static uint32_t global_slot(Resolver *r, CodeName name, bool is_const) {
    Globals *g = r->globals;
    if (g->count == g->capacity) {
        uint32_t capacity = g->capacity ? g->capacity * 2 : 16;
        CodeName *names = arena_array(r->arena, CodeName, capacity);
        bool *constant = arena_array(r->arena, bool, capacity);
        uint32_t *declared = arena_array(r->arena, uint32_t, capacity);
        for (uint32_t i = 0; i < g->count; i++) {
            names[i] = g->names[i];
            constant[i] = g->constant[i];
            declared[i] = g->declared[i];
        }
        *g = (Globals){names, constant, declared, g->count, capacity};
    }
    g->names[g->count] = name;
    g->constant[g->count] = is_const;
    g->declared[g->count] = DECLARED_ELSEWHERE;
    return g->count++;
}

static void report_twice(Resolver *r, const Binding *first, const Name *name, Span at) {
    diagnostic_add(r->diagnostics, "SyntaxError", at, NULL,
                   "name '%s' is declared twice in this block", name->text);
    resolve_declared_note(r, first);
}

// A name of an earlier input (REPL) is declared anew: its slot is taken over.
static Binding *redeclare(Resolver *r, const Name *name) {
    Scope *scope = r->scope;
    r->scope = r->module;
    Binding *known = resolve_name(r, name);
    r->scope = scope;
    return known && known->kind == BINDING_GLOBAL && known->at.length == 0 ? known : NULL;
}

static Binding *declare(Resolver *r, const Name *name, Span at, bool is_const) {
    Binding *first = scope_find(r->scope, name);
    if (first && first->at.length) {
        if (strcmp(name->text, "_") != 0) // what is not wanted may be so several times
            report_twice(r, first, name, at);
        return first;
    }
    Binding *binding = NULL;
    if (r->scope != r->module) {
        binding = scope_add(r->arena, r->scope, name, BINDING_LOCAL);
    } else if (first || (binding = redeclare(r, name)) != NULL) {
        if (first)
            binding = first;
        if (binding->is_const && !r->options->redeclare)
            diagnostic_add(r->diagnostics, "SyntaxError", at, NULL,
                           "cannot assign to constant '%s'", name->text);
        r->globals->constant[binding->number] = is_const;
    } else {
        binding = scope_add(r->arena, r->scope, name, BINDING_GLOBAL);
        binding->number = global_slot(r, (CodeName){name->text, name->length}, is_const);
        if (binding->number == UINT16_MAX + 1)
            diagnostic_add(r->diagnostics, "SyntaxError", at, "spread them over several files",
                           "a module has at most 65536 global names");
    }
    if (binding->kind == BINDING_GLOBAL)
        r->globals->declared[binding->number] = at.start;
    binding->is_const = is_const;
    binding->at = at;
    binding->ready = binding->made = false;
    return binding;
}

static void declare_target(Resolver *r, Target *target, bool is_const) {
    if (target->kind == TARGET_NAME)
        target->name.binding = declare(r, target->name.name, target->at, is_const);
    else if (target->kind == TARGET_LIST)
        for (uint32_t i = 0; i < target->list.count; i++)
            declare_target(r, &target->list.items[i], is_const);
}

static void target_ready(Target *target) {
    if (target->kind == TARGET_NAME && target->name.binding)
        ((Binding *)target->name.binding)->ready = true;
    else if (target->kind == TARGET_LIST)
        for (uint32_t i = 0; i < target->list.count; i++)
            target_ready(&target->list.items[i]);
}

static void declare_targets(Resolver *r, Target *targets, uint32_t count, bool is_const) {
    for (uint32_t i = 0; i < count; i++)
        declare_target(r, &targets[i], is_const);
}

static void targets_ready(Target *targets, uint32_t count) {
    for (uint32_t i = 0; i < count; i++)
        target_ready(&targets[i]);
}

static void declare_imports(Resolver *r, ImportItem *items, uint32_t count) {
    for (uint32_t i = 0; i < count; i++)
        items[i].binding = declare(r, items[i].name, items[i].at, false);
}

static void imports_ready(ImportItem *items, uint32_t count) {
    for (uint32_t i = 0; i < count; i++)
        ((Binding *)items[i].binding)->ready = true;
}

static void declare_statement(Resolver *r, Stmt *stmt) {
    switch (stmt->kind) {
    case STMT_LET:
        declare_targets(r, stmt->assign.targets, stmt->assign.count, stmt->assign.is_const);
        break;
    case STMT_FUNCTION:
        stmt->function.binding =
            declare(r, stmt->function.function->name, stmt->function.function->at, false);
        break;
    case STMT_CLASS: {
        Binding *binding = declare(r, stmt->class_->name, stmt->class_->at, false);
        if (!binding->class_decl)
            binding->class_decl = stmt->class_;
        stmt->class_->binding = binding;
        break;
    }
    case STMT_IMPORT: declare_imports(r, stmt->import.items, stmt->import.count); break;
    case STMT_FROM: declare_imports(r, stmt->from.items, stmt->from.count); break;
    default: break;
    }
}

// ---- Functions and classes --------------------------------------------------------------------

static bool kind_has_self(FunctionKind kind) {
    return kind == FUNCTION_METHOD || kind == FUNCTION_GETTER || kind == FUNCTION_SETTER;
}

static FunctionScope *function_scope(Resolver *r, Function *function, Binding *own) {
    FunctionScope *f = arena_new(r->arena, FunctionScope);
    f->parent = r->function;
    f->function = function;
    f->may_await = function->is_async || function->kind == FUNCTION_TEST;
    f->own = own && own->kind == BINDING_LOCAL ? own : NULL;
    f->group = r->function->group;
    f->in_child = r->starts_child;
    r->starts_child = false;
    if (kind_has_self(function->kind)) {
        f->self = arena_new(r->arena, Binding);
        *f->self = (Binding){.kind = BINDING_LOCAL, .owner = f, .ready = true, .made = true};
    }
    function->scope = f;
    return f;
}

// A default sees the parameters before it.
static void resolve_parameters(Resolver *r, Function *function) {
    for (uint32_t i = 0; i < function->param_count; i++) {
        Param *param = &function->params[i];
        resolve_expr(r, param->value);
        Binding *first = scope_find(r->scope, param->name);
        if (first) {
            diagnostic_add(r->diagnostics, "SyntaxError", param->at, NULL,
                           "duplicate argument '%s' in function definition", param->name->text);
            resolve_declared_note(r, first);
            param->binding = first;
            continue;
        }
        Binding *binding = declare(r, param->name, param->at, false);
        binding->ready = true;
        param->binding = binding;
    }
}

void resolve_function(Resolver *r, Function *function, Binding *own) {
    FunctionScope *outer = r->function;
    Scope *scope = r->scope;
    FunctionScope *f = function_scope(r, function, own);
    r->function = f;
    f->parameters = r->scope = scope_new(r->arena, scope, f);
    resolve_parameters(r, function);
    resolve_block(r, &function->body);
    r->function = outer;
    r->scope = scope;
}

static void check_members(Resolver *r, const ClassDecl *class_) {
    Scope *setters = scope_new(r->arena, NULL, NULL), *others = scope_new(r->arena, NULL, NULL);
    for (uint32_t i = 0; i < class_->method_count; i++) {
        const Function *method = class_->methods[i];
        if (!method->name)
            continue;
        Scope *scope = method->kind == FUNCTION_SETTER ? setters : others;
        const Binding *first = scope_find(scope, method->name);
        if (first) {
            diagnostic_add(r->diagnostics, "SyntaxError", method->at, NULL,
                           "'%s' is declared twice in class '%s'", method->name->text,
                           class_->name->text);
            resolve_declared_note(r, first);
        } else {
            scope_add(r->arena, scope, method->name, BINDING_BUILTIN)->at = method->at;
        }
    }
}

// At a prompt it may extend the class that had its name before.
static bool extends_itself(const Resolver *r, const ClassDecl *class_) {
    const Expr *base = class_->base;
    return base && base->kind == EXPR_NAME && class_->binding &&
           base->name.binding == class_->binding && !r->options->redeclare;
}

static void resolve_class(Resolver *r, ClassDecl *class_) {
    resolve_expr(r, class_->base);
    if (extends_itself(r, class_))
        diagnostic_add(r->diagnostics, "SyntaxError", class_->base->at, NULL,
                       "class '%s' cannot extend itself", class_->name->text);
    check_members(r, class_);
    for (uint32_t i = 0; i < class_->method_count; i++)
        resolve_function(r, class_->methods[i], NULL);
    if (class_->binding)
        ((Binding *)class_->binding)->ready = true;
}

// The class of this block that `class_` extends; NULL if it extends none of this block. *fixed:
// the base is certain to be there at the block's start, as far as other blocks are concerned.
static Binding *base_here(const Scope *scope, const ClassDecl *class_, bool *fixed) {
    *fixed = !class_->base || class_->base->kind == EXPR_NAME;
    if (!class_->base || class_->base->kind != EXPR_NAME)
        return NULL;
    Binding *binding = scope_find(scope, class_->base->name.name);
    if (binding && !binding->at.length)
        return NULL; // from an earlier input
    if (binding && !binding->class_decl)
        *fixed = false;
    return binding && binding->class_decl ? binding : NULL;
}

// Follows the bases of `first` up to a class that is decided, or has no base here; if that one can be
// made at the block's start so can all below it, bases first.
static void hoist_chain(Scope *scope, ClassDecl **chain, ClassDecl *first) {
    uint32_t length = 0;
    bool possible = false;
    for (ClassDecl *class_ = first;;) {
        Binding *binding = class_->binding;
        possible = binding->hoisted && binding->class_decl == class_;
        if (binding->decided) // possibly in this very chain: a circle, which cannot be made
            break;
        binding->decided = true;
        chain[length++] = class_;
        Binding *base = base_here(scope, class_, &possible);
        if (!base)
            break;
        class_ = base->class_decl;
    }
    while (possible && length > 0) {
        ClassDecl *class_ = chain[--length];
        ((Binding *)class_->binding)->hoisted = true;
        scope->classes[scope->class_count++] = class_;
    }
}

static void hoist_classes(Resolver *r, const Block *block, uint32_t class_count) {
    r->scope->classes = arena_array(r->arena, ClassDecl *, class_count);
    ClassDecl **chain = arena_array(r->arena, ClassDecl *, class_count);
    for (uint32_t i = 0; i < block->count; i++)
        if (block->items[i]->kind == STMT_CLASS)
            hoist_chain(r->scope, chain, block->items[i]->class_);
}

// ---- Statements -------------------------------------------------------------------------------

static void resolve_target(Resolver *r, Target *target) {
    switch (target->kind) {
    case TARGET_NAME:
        resolve_assigned_name(r, target->name.name, target->at, &target->name.binding);
        break;
    case TARGET_MEMBER: resolve_expr(r, target->member.object); break;
    case TARGET_INDEX:
        resolve_expr(r, target->index.object);
        resolve_expr(r, target->index.index);
        break;
    case TARGET_SLICE:
        resolve_expr(r, target->slice.object);
        resolve_expr(r, target->slice.start);
        resolve_expr(r, target->slice.stop);
        resolve_expr(r, target->slice.step);
        break;
    case TARGET_LIST:
        for (uint32_t i = 0; i < target->list.count; i++)
            resolve_target(r, &target->list.items[i]);
        break;
    }
}

static void loop_enter(Resolver *r, Loop *loop) {
    *loop = (Loop){r->function->loop, ++r->loops};
    r->function->loop = loop;
}

static void loop_leave(Resolver *r) { r->function->loop = r->function->loop->outer; }

// A scope around a block, for the names that its head declares.
static Scope *scope_enter(Resolver *r) {
    Scope *outer = r->scope;
    r->scope = scope_new(r->arena, outer, r->function);
    return outer;
}

static void resolve_for(Resolver *r, Stmt *stmt) {
    if (stmt->for_.is_await)
        resolve_await(r, stmt->at);
    resolve_expr(r, stmt->for_.iterable);
    Loop loop;
    loop_enter(r, &loop);
    Scope *outer = scope_enter(r);
    declare_targets(r, stmt->for_.targets, stmt->for_.count, false);
    targets_ready(stmt->for_.targets, stmt->for_.count);
    resolve_block(r, &stmt->for_.body);
    r->scope = outer;
    loop_leave(r);
}

static void resolve_while(Resolver *r, Stmt *stmt) {
    Loop loop;
    loop_enter(r, &loop);
    resolve_expr(r, stmt->while_.condition);
    resolve_block(r, &stmt->while_.body);
    loop_leave(r);
}

// `catch ValueError { }` names the variable so, and catches every error.
static void warn_of_catch_all(Resolver *r, const CatchClause *clause) {
    const char *name = clause->name->text;
    if (!r->options->warnings || name[0] < 'A' || name[0] > 'Z')
        return;
    const Binding *known = resolve_name(r, clause->name);
    if (!known || (known->kind != BINDING_BUILTIN && !known->class_decl))
        return;
    Text hint = {0};
    text_format(&hint, translate("write `catch e: %s { ... }`"), name);
    diagnostic_add(r->options->warnings, NULL, clause->at, text_data(&hint),
                   "this catches every error, and calls it '%s'", name);
    text_free(&hint);
}

static void resolve_catch(Resolver *r, CatchClause *clause) {
    for (uint32_t i = 0; i < clause->type_count; i++)
        resolve_expr(r, clause->types[i]);
    Scope *outer = scope_enter(r);
    if (clause->name) {
        if (!clause->type_count)
            warn_of_catch_all(r, clause);
        Binding *binding = declare(r, clause->name, clause->at, false);
        binding->ready = true;
        clause->binding = binding;
    }
    resolve_block(r, &clause->body);
    r->scope = outer;
}

static void resolve_try(Resolver *r, Stmt *stmt) {
    resolve_block(r, &stmt->try_.body);
    for (uint32_t i = 0; i < stmt->try_.catch_count; i++)
        resolve_catch(r, &stmt->try_.catches[i]);
    if (stmt->try_.finally)
        resolve_block(r, stmt->try_.finally);
}

static void resolve_with(Resolver *r, Stmt *stmt) {
    Scope *outer = scope_enter(r);
    for (uint32_t i = 0; i < stmt->with.count; i++) {
        WithItem *item = &stmt->with.items[i];
        resolve_expr(r, item->value);
        if (!item->name)
            continue;
        Binding *binding = declare(r, item->name, item->at, false);
        binding->ready = true;
        item->binding = binding;
    }
    resolve_block(r, &stmt->with.body);
    r->scope = outer;
}

static void resolve_lock(Resolver *r, Stmt *stmt) {
    if (stmt->lock.is_await)
        resolve_await(r, stmt->at);
    for (uint32_t i = 0; i < stmt->lock.count; i++)
        resolve_expr(r, stmt->lock.items[i]);
    resolve_block(r, &stmt->lock.body);
}

static void resolve_jump(Resolver *r, const Stmt *stmt) {
    if (r->function->loop)
        return;
    if (stmt->kind == STMT_BREAK)
        diagnostic_add(r->diagnostics, "SyntaxError", stmt->at, NULL, "'break' outside loop");
    else
        diagnostic_add(r->diagnostics, "SyntaxError", stmt->at, NULL,
                       "'continue' not properly in loop");
}

static void resolve_return(Resolver *r, Stmt *stmt) {
    if (!r->function->function)
        diagnostic_add(r->diagnostics, "SyntaxError", stmt->at,
                       "`exit()` ends a script before its end", "'return' outside function");
    resolve_expr(r, stmt->return_.value);
}

// A variable without a name that scripts could say: found by its binding only.
static Binding *declare_hidden(Resolver *r, const char *word, Span at) {
    size_t length = strlen(word);
    Name *name = arena_alloc(r->arena, sizeof(Name) + length + 1);
    name->length = (uint32_t)length;
    memcpy(name->text, word, length);
    Binding *binding = scope_add(r->arena, r->scope, name, BINDING_LOCAL);
    binding->at = at;
    binding->ready = true;
    return binding;
}

// What the block's text starts, functions within it included, belongs to the group.
static void resolve_group(Resolver *r, Stmt *stmt) {
    if (stmt->group.is_await)
        resolve_await(r, stmt->at);
    Scope *outer = scope_enter(r);
    Binding *around = r->function->group, *group = declare_hidden(r, "group", stmt->at);
    stmt->group.binding = r->function->group = group;
    resolve_block(r, &stmt->group.body);
    r->function->group = around;
    r->scope = outer;
}

static void resolve_timeout(Resolver *r, Stmt *stmt) {
    resolve_expr(r, stmt->timeout.seconds);
    resolve_block(r, &stmt->timeout.body);
}

// Callees and arguments of all cases are evaluated before any of them is chosen.
static void resolve_select(Resolver *r, Stmt *stmt) {
    if (stmt->select.is_await)
        resolve_await(r, stmt->at);
    for (uint32_t i = 0; i < stmt->select.count; i++)
        resolve_expr(r, stmt->select.cases[i].call);
    for (uint32_t i = 0; i < stmt->select.count; i++) {
        SelectCase *c = &stmt->select.cases[i];
        Scope *outer = scope_enter(r);
        declare_targets(r, c->targets, c->target_count, false);
        targets_ready(c->targets, c->target_count);
        resolve_block(r, &c->body);
        r->scope = outer;
    }
    if (stmt->select.otherwise)
        resolve_block(r, stmt->select.otherwise);
}

// A test runs by itself, after the top level: there has to be no block around it whose names it could see.
static void resolve_test(Resolver *r, Stmt *stmt) {
    if (r->scope != r->module)
        diagnostic_add(r->diagnostics, "SyntaxError", stmt->at,
                       "move it out of the block; a test sees all names of the top level",
                       "a test block stands at the top level of a script");
    resolve_function(r, stmt->test.function, NULL);
}

static void resolve_statement(Resolver *r, Stmt *stmt) {
    switch (stmt->kind) {
    case STMT_EXPR: resolve_expr(r, stmt->expr); break;
    case STMT_LET:
        resolve_expr(r, stmt->assign.value);
        targets_ready(stmt->assign.targets, stmt->assign.count);
        break;
    case STMT_ASSIGN:
        resolve_expr(r, stmt->assign.value);
        for (uint32_t i = 0; i < stmt->assign.count; i++)
            resolve_target(r, &stmt->assign.targets[i]);
        break;
    case STMT_AUGMENT:
        resolve_target(r, &stmt->augment.target);
        resolve_expr(r, stmt->augment.value);
        break;
    case STMT_IF:
        for (uint32_t i = 0; i < stmt->if_.count; i++) {
            resolve_expr(r, stmt->if_.branches[i].condition);
            resolve_block(r, &stmt->if_.branches[i].body);
        }
        if (stmt->if_.otherwise)
            resolve_block(r, stmt->if_.otherwise);
        break;
    case STMT_WHILE: resolve_while(r, stmt); break;
    case STMT_FOR: resolve_for(r, stmt); break;
    case STMT_BREAK:
    case STMT_CONTINUE: resolve_jump(r, stmt); break;
    case STMT_RETURN: resolve_return(r, stmt); break;
    case STMT_THROW:
        resolve_expr(r, stmt->throw_.value);
        resolve_expr(r, stmt->throw_.cause);
        break;
    case STMT_TRY: resolve_try(r, stmt); break;
    case STMT_WITH: resolve_with(r, stmt); break;
    case STMT_IMPORT: imports_ready(stmt->import.items, stmt->import.count); break;
    case STMT_FROM: imports_ready(stmt->from.items, stmt->from.count); break;
    case STMT_FUNCTION: break; // at the block's start
    case STMT_CLASS: {
        const Binding *binding = stmt->class_->binding;
        if (!(binding->hoisted && binding->class_decl == stmt->class_))
            resolve_class(r, stmt->class_);
        break;
    }
    case STMT_BLOCK: resolve_block(r, &stmt->block); break;
    case STMT_LOCK: resolve_lock(r, stmt); break;
    case STMT_SELECT: resolve_select(r, stmt); break;
    case STMT_GROUP: resolve_group(r, stmt); break;
    case STMT_TIMEOUT: resolve_timeout(r, stmt); break;
    case STMT_TEST: resolve_test(r, stmt); break;
    }
}

// The names of the block in r->scope, then all of it in the order in which it runs.
static void resolve_items(Resolver *r, Block *block) {
    block->scope = r->scope;
    uint32_t class_count = 0;
    for (uint32_t i = 0; i < block->count; i++) {
        declare_statement(r, block->items[i]);
        class_count += block->items[i]->kind == STMT_CLASS;
    }
    if (class_count)
        hoist_classes(r, block, class_count);
    for (uint32_t i = 0; i < block->count; i++) {
        Stmt *stmt = block->items[i];
        if (stmt->kind != STMT_FUNCTION)
            continue;
        Binding *binding = stmt->function.binding;
        resolve_function(r, stmt->function.function, binding);
        binding->ready = true;
    }
    const Scope *scope = r->scope;
    for (uint32_t i = 0; i < scope->class_count; i++)
        resolve_class(r, scope->classes[i]);
    for (uint32_t i = 0; i < block->count; i++)
        resolve_statement(r, block->items[i]);
}

void resolve_block(Resolver *r, Block *block) {
    Scope *outer = scope_enter(r);
    resolve_items(r, block);
    r->scope = outer;
}

FunctionScope *resolve_module(Arena *arena, const Source *source, Module *tree,
                              const CompileOptions *options, Diagnostics *diagnostics,
                              Globals *globals) {
    FunctionScope *main = arena_new(arena, FunctionScope);
    main->may_await = true;
    Resolver r = {.arena = arena,
                  .source = source,
                  .options = options,
                  .diagnostics = diagnostics,
                  .globals = globals,
                  .function = main};
    r.universe = scope_new(arena, NULL, main);
    r.module = r.scope = scope_new(arena, r.universe, main);
    for (uint32_t i = 0; i < options->known_count; i++) {
        bool is_const = options->known_constant && options->known_constant[i];
        global_slot(&r, options->known[i], is_const);
    }
    resolve_items(&r, &tree->body);
    return main;
}
