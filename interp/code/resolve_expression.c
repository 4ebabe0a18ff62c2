// SPDX-License-Identifier: MIT
//
// Resolver, expressions: looks names up, notes captures, and finds what is wrong in an expression
// whatever its values are (self outside of a method, await where nothing can wait, a label twice).
#include <string.h>

#include "base/translate.h"
#include "code/resolve.h"
#include "syntax/foreign.h"

// ---- Names ------------------------------------------------------------------------------------

static int64_t name_number(const CodeName *names, uint32_t count, const Name *name) {
    for (uint32_t i = 0; i < count; i++)
        if (names[i].size == name->length && memcmp(names[i].text, name->text, name->length) == 0)
            return i;
    return -1;
}

// Names from outside of the text get their binding when they are first asked for.
static Binding *outside_name(Resolver *r, const Name *name) {
    const CompileOptions *options = r->options;
    int64_t number = name_number(options->known, options->known_count, name);
    Binding *binding = NULL;
    if (number >= 0) {
        binding = scope_add(r->arena, r->module, name, BINDING_GLOBAL);
        binding->is_const = options->known_constant && options->known_constant[number];
    } else {
        number = name_number(options->builtins, options->builtin_count, name);
        if (number < 0)
            return NULL;
        binding = scope_add(r->arena, r->universe, name, BINDING_BUILTIN);
    }
    binding->number = (uint32_t)number;
    binding->ready = binding->made = true;
    return binding;
}

Binding *resolve_name(Resolver *r, const Name *name) {
    Binding *binding = NULL;
    for (const Scope *scope = r->scope; scope && !binding; scope = scope->parent)
        binding = scope_find(scope, name);
    if (!binding)
        binding = outside_name(r, name);
    if (binding && binding->kind == BINDING_LOCAL && binding->owner != r->function)
        binding_note_capture(binding, r->function);
    return binding;
}

void resolve_declared_note(Resolver *r, const Binding *binding) {
    if (binding->at.length)
        diagnostic_cause(r->diagnostics, binding->at, "`%s` is declared", binding->name->text);
}

static bool reported_before(Resolver *r, const Name *name) {
    Scope seen = {.names = r->reported}; // a table without an order of its own
    if (scope_find(&seen, name))
        return true;
    seen.function = r->function;
    scope_add(r->arena, &seen, name, BINDING_BUILTIN);
    r->reported = seen.names;
    return false;
}

// `// word`: read as a division.
static bool is_slash_comment(const Resolver *r, Span at) {
    const char *text = r->source->bytes;
    uint32_t offset = at.start;
    while (offset > 0 && text[offset - 1] == ' ')
        offset--;
    return offset >= 2 && text[offset - 1] == '/' && text[offset - 2] == '/';
}

static const char *undeclared_hint(Resolver *r, const Name *name, Span at, bool assigned,
                                   Text *text) {
    const char *near = NULL, *foreign = foreign_word_hint(name->text);
    if (is_slash_comment(r, at))
        foreign = MESSAGE("a comment is written `# ...`");
    if (foreign) {
        text_string(text, foreign);
        return text_data(text);
    }
    if (r->diagnostics->count < DIAGNOSTIC_LIMIT)
        near = scope_suggest(r->arena, r->scope, r->options, name);
    if (!near && !assigned)
        near = foreign_nearest_keyword(name->text, false);
    if (assigned)
        text_format(text, translate("write `let %s = ...` to declare it"), name->text);
    if (near && assigned)
        text_format(text, translate(", or did you mean `%s`?"), near);
    if (near && !assigned)
        text_format(text, translate("did you mean `%s`?"), near);
    return text->length ? text_data(text) : NULL;
}

// What stands before the name where it is declared: `let name`, `for name`.
static bool is_declaration(const char *text, const char *name) {
    static const char *const words[] = {"let ", "const ", "for ", "fn ", "class "};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t length = strlen(words[i]);
        if ((size_t)(name - text) >= length && !memcmp(name - length, words[i], length))
            return true;
    }
    return false;
}

// Notes where another block declares the name, if one does: a look at the text is good enough.
static void note_elsewhere(Resolver *r, const Name *name) {
    const char *text = r->source->bytes, *found = text;
    while (r->diagnostics->latest && (found = strstr(found, name->text))) {
        char behind = found[name->length];
        bool ends = !strchr("_0123456789", behind) && (unsigned char)behind < 0x80 &&
                    !((behind | 32) >= 'a' && (behind | 32) <= 'z');
        if ((ends || !behind) && is_declaration(text, found)) {
            Span at = {(uint32_t)(found - text), name->length};
            diagnostic_cause(r->diagnostics, at, "`%s` is declared in a block of its own",
                             name->text);
            return;
        }
        found += name->length;
    }
}

void resolve_undeclared(Resolver *r, const Name *name, Span at, bool assigned) {
    if (reported_before(r, name))
        return;
    Text text = {0};
    const char *hint = undeclared_hint(r, name, at, assigned, &text);
    diagnostic_add(r->diagnostics, "NameError", at, hint, "name '%s' is not %s", name->text,
                   translate(assigned ? "declared" : "defined"));
    if (!hint || assigned)
        note_elsewhere(r, name);
    text_free(&text);
}

// What is assigned in a `spawn { }` is the child's copy of a variable of its parent.
static void warn_of_copy(Resolver *r, const Binding *binding, Span at) {
    const FunctionScope *f = r->function;
    while (f && f != binding->owner && !f->in_child)
        f = f->parent;
    if (!f || f == binding->owner || !r->options->warnings)
        return;
    diagnostic_add(r->options->warnings, NULL, at,
                   "give it back with `return`, or share it: `Atomic(0, shared: true)`, "
                   "`queue(shared: true)`",
                   "only the child process will see this value of '%s'", binding->name->text);
    if (binding->at.length)
        diagnostic_cause(r->options->warnings, binding->at, "`%s` is declared",
                         binding->name->text);
}

void resolve_assigned_name(Resolver *r, const Name *name, Span at, void **slot) {
    Binding *binding = resolve_name(r, name);
    *slot = binding;
    if (!binding) {
        resolve_undeclared(r, name, at, true);
    } else if (binding->kind == BINDING_BUILTIN) {
        Text text = {0};
        text_format(&text, translate("write `let %s = ...` to have a variable of that name"),
                    name->text);
        diagnostic_add(r->diagnostics, "SyntaxError", at, text_data(&text),
                       "cannot assign to the built-in '%s'", name->text);
        text_free(&text);
    } else if (binding->is_const) {
        diagnostic_add(r->diagnostics, "SyntaxError", at, NULL, "cannot assign to constant '%s'",
                       name->text);
        resolve_declared_note(r, binding);
    } else {
        warn_of_copy(r, binding, at);
        if (binding->kind == BINDING_LOCAL)
            binding_note_assign(binding, r->function);
        else
            binding->assigned = true;
    }
}

// `self` of the nearest method around, as a variable that closures capture.
static void resolve_self(Resolver *r, Span at, const char *word) {
    FunctionScope *f = r->function;
    while (f && !f->self && !(f->function && f->function->kind == FUNCTION_STATIC))
        f = f->parent;
    if (!f || !f->self) {
        const char *hint = f ? MESSAGE("a static function has no instance") : NULL;
        diagnostic_add(r->diagnostics, "SyntaxError", at, hint, "'%s' outside of a method", word);
    } else if (f != r->function) {
        binding_note_capture(f->self, r->function);
    }
}

// ---- Places where one may wait ----------------------------------------------------------------

static const char *await_hint(const FunctionScope *function) {
    if (!function->function)
        return NULL;
    switch (function->function->kind) {
    case FUNCTION_BLOCK:
        return MESSAGE("this block runs by itself: put what awaits into `async { }`");
    case FUNCTION_GETTER:
    case FUNCTION_SETTER: return MESSAGE("a property cannot wait: make it an `async fn`");
    default: return MESSAGE("declare the function around it with `async fn`");
    }
}

void resolve_await(Resolver *r, Span at) {
    if (r->function->may_await)
        return;
    diagnostic_add(r->diagnostics, "SyntaxError", at, await_hint(r->function),
                   "'await' outside async function");
}

// ---- Expressions ------------------------------------------------------------------------------

static void resolve_arguments(Resolver *r, Argument *items, uint32_t count) {
    for (uint32_t i = 0; i < count; i++)
        resolve_expr(r, items[i].value);
}

static void resolve_name_expr(Resolver *r, Expr *expr) {
    expr->name.binding = resolve_name(r, expr->name.name);
    if (!expr->name.binding)
        resolve_undeclared(r, expr->name.name, expr->at, false);
}

// What a child process starts is its own affair: the group is its parent's.
static void resolve_started_block(Resolver *r, Expr *expr) {
    Binding *group = r->function->group;
    r->starts_child = expr->start.kind == START_SPAWN;
    if (r->starts_child)
        r->function->group = NULL;
    resolve_function(r, expr->start.block, NULL);
    r->function->group = group;
}

static void resolve_start(Resolver *r, Expr *expr) {
    Binding *group = r->function->group;
    if (group && group->owner != r->function)
        binding_note_capture(group, r->function);
    if (expr->start.block) {
        expr->start.group = group;
        resolve_started_block(r, expr);
    } else {
        resolve_expr(r, expr->start.call);
        expr->start.call->call.group = group;
    }
}

void resolve_expr(Resolver *r, Expr *expr) {
    if (!expr)
        return;
    switch (expr->kind) {
    case EXPR_NIL:
    case EXPR_TRUE:
    case EXPR_FALSE:
    case EXPR_INT:
    case EXPR_BIG_INT:
    case EXPR_FLOAT:
    case EXPR_STRING: break;
    case EXPR_INTERPOLATION:
        for (uint32_t i = 0; i < expr->interpolation.count; i++)
            resolve_expr(r, expr->interpolation.parts[i].value);
        break;
    case EXPR_NAME: resolve_name_expr(r, expr); break;
    case EXPR_SELF: resolve_self(r, expr->at, "self"); break;
    case EXPR_SUPER: resolve_self(r, (Span){expr->whole.start, 5}, "super"); break;
    case EXPR_LIST: resolve_arguments(r, expr->list.items, expr->list.count); break;
    case EXPR_MAP:
        for (uint32_t i = 0; i < expr->map.count; i++) {
            resolve_expr(r, expr->map.entries[i].key);
            resolve_expr(r, expr->map.entries[i].value);
        }
        break;
    case EXPR_UNARY: resolve_expr(r, expr->unary.operand); break;
    case EXPR_BINARY:
    case EXPR_AND:
    case EXPR_OR:
        resolve_expr(r, expr->binary.left);
        resolve_expr(r, expr->binary.right);
        break;
    case EXPR_CONDITIONAL:
        resolve_expr(r, expr->conditional.condition);
        resolve_expr(r, expr->conditional.yes);
        resolve_expr(r, expr->conditional.no);
        break;
    case EXPR_CALL:
        resolve_expr(r, expr->call.callee);
        resolve_arguments(r, expr->call.arguments, expr->call.count);
        break;
    case EXPR_INDEX:
        resolve_expr(r, expr->index.object);
        resolve_expr(r, expr->index.index);
        break;
    case EXPR_SLICE:
        resolve_expr(r, expr->slice.object);
        resolve_expr(r, expr->slice.start);
        resolve_expr(r, expr->slice.stop);
        resolve_expr(r, expr->slice.step);
        break;
    case EXPR_MEMBER: resolve_expr(r, expr->member.object); break;
    case EXPR_FUNCTION: resolve_function(r, expr->function, NULL); break;
    case EXPR_START: resolve_start(r, expr); break;
    case EXPR_AWAIT:
        resolve_await(r, expr->at);
        resolve_expr(r, expr->await.value);
        break;
    }
}
