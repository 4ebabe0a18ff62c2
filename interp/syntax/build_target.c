// SPDX-License-Identifier: MIT
//
// Constructors of targets. In let, const and for they are read as such; the left side of an
// assignment has been read as expressions, before the `=` was seen, and is turned into targets here.
#include "base/translate.h"
#include "syntax/build.h"

Target target_name(Parser *parser, const Token *name) {
    Target target = {.kind = TARGET_NAME, .at = name->at};
    target.name.name = declared_name(parser, name);
    return target;
}

Target target_rest(Parser *parser, const Token *name) {
    Target target = target_name(parser, name);
    target.is_rest = true;
    return target;
}

Target target_list(Parser *parser, const Token *open, const TargetList *targets) {
    (void)parser;
    Target target = {.kind = TARGET_LIST, .at = open->at};
    target.list.items = targets->targets.items;
    target.list.count = targets->targets.count;
    return target;
}

TargetList targets_one(Parser *parser, const Target *target) {
    TargetList targets = {.unpacks = target->is_rest};
    list_add(parser, &targets.targets, Target, *target);
    return targets;
}

static bool has_rest(const TargetList *targets) {
    const Target *all = targets->targets.items;
    for (uint32_t i = 0; i < targets->targets.count; i++)
        if (all[i].is_rest)
            return true;
    return false;
}

void targets_add(Parser *parser, TargetList *targets, const Target *target) {
    if (target->is_rest && has_rest(targets))
        syntax_error(parser, target->at, NULL, "multiple rest targets in assignment");
    targets->unpacks = true;
    list_add(parser, &targets->targets, Target, *target);
}

// ---- From expressions -------------------------------------------------------------------------

// What it is, in Python's words for "cannot assign to ...".
static const char *describe(const Expr *expr) {
    switch (expr->kind) {
    case EXPR_NIL: return "nil";
    case EXPR_TRUE: return "true";
    case EXPR_FALSE: return "false";
    case EXPR_INT:
    case EXPR_BIG_INT:
    case EXPR_FLOAT:
    case EXPR_STRING: return "literal";
    case EXPR_INTERPOLATION: return "interpolated string";
    case EXPR_SELF: return "self";
    case EXPR_SUPER: return "super";
    case EXPR_MAP: return "map literal";
    case EXPR_BINARY: return expr->binary.op >= BINARY_EQUAL ? "comparison" : "expression";
    case EXPR_CONDITIONAL: return "conditional expression";
    case EXPR_CALL: return "function call";
    case EXPR_FUNCTION: return "function";
    case EXPR_AWAIT: return "await expression";
    default: return "expression";
    }
}

static Target from_expr(Parser *parser, const Expr *expr, bool names_only);

static Target from_list(Parser *parser, const Expr *expr, bool names_only) {
    TargetList targets = {0};
    for (uint32_t i = 0; i < expr->list.count; i++) {
        Target target = from_expr(parser, expr->list.items[i].value, names_only);
        target.is_rest = expr->list.items[i].spread;
        targets_add(parser, &targets, &target);
    }
    Target target = {.kind = TARGET_LIST, .at = expr->at};
    target.list.items = targets.targets.items;
    target.list.count = targets.targets.count;
    return target;
}

static Target refuse(Parser *parser, const Expr *expr, bool names_only) {
    if (names_only)
        syntax_error(parser, expr->whole, NULL, "a case can only set names");
    else
        syntax_error(parser, expr->whole,
                     expr->kind == EXPR_BINARY || expr->kind == EXPR_CALL
                         ? "a comparison is written with `==`"
                         : NULL,
                     "cannot assign to %s", translate(describe(expr)));
    return (Target){.at = expr->at};
}

static Target from_expr(Parser *parser, const Expr *expr, bool names_only) {
    Target target = {.at = expr->at};
    if (names_only && expr->kind != EXPR_NAME && expr->kind != EXPR_LIST)
        return refuse(parser, expr, names_only);
    switch (expr->kind) {
    case EXPR_NAME:
        target.kind = TARGET_NAME;
        target.name.name = expr->name.name;
        return target;
    case EXPR_MEMBER:
        target.kind = TARGET_MEMBER;
        target.member.object = expr->member.object;
        target.member.name = expr->member.name;
        return target;
    case EXPR_INDEX:
        target.kind = TARGET_INDEX;
        target.index.object = expr->index.object;
        target.index.index = expr->index.index;
        return target;
    case EXPR_SLICE:
        target.kind = TARGET_SLICE;
        target.slice.object = expr->slice.object;
        target.slice.start = expr->slice.start;
        target.slice.stop = expr->slice.stop;
        target.slice.step = expr->slice.step;
        return target;
    case EXPR_LIST: return from_list(parser, expr, names_only);
    default: return refuse(parser, expr, names_only);
    }
}

TargetList targets_from_items(Parser *parser, const ItemList *items, bool names_only) {
    TargetList targets = {0};
    const Argument *all = items->items.items;
    for (uint32_t i = 0; i < items->items.count; i++) {
        Target target = from_expr(parser, all[i].value, names_only);
        target.is_rest = all[i].spread;
        targets_add(parser, &targets, &target);
    }
    targets.unpacks = items->is_list;
    return targets;
}
