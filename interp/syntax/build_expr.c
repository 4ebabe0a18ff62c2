// SPDX-License-Identifier: MIT
//
// Constructors of expressions.
#include "base/translate.h"
#include "grammar.h"
#include "syntax/build.h"

// ---- Lists and depth --------------------------------------------------------------------------

void *list_slot(Parser *parser, List *list, size_t size) {
    if (list->count == list->capacity) {
        uint32_t capacity = list->capacity ? list->capacity * 4 : 1; // mostly, one is all
        char *items = arena_alloc(parser->arena, capacity * size);
        if (list->count)
            __builtin_memcpy(items, list->items, list->count * size);
        list->items = items;
        list->capacity = capacity;
    }
    return (char *)list->items + size * list->count++;
}

void too_deep(Parser *parser, Span at) {
    if (!parser->fatal)
        syntax_error(parser, at, "split it into smaller pieces", "the code is nested too deeply");
    parser->fatal = true;
}

void grammar_overflow(Parser *parser) { too_deep(parser, parser->token.at); }

uint16_t depth_over(Parser *parser, Span at, uint32_t below) {
    if (below >= AST_DEPTH_LIMIT) {
        too_deep(parser, at);
        return AST_DEPTH_LIMIT;
    }
    return (uint16_t)(below + 1);
}

static Expr *expr_new(Parser *parser, ExprKind kind, Span at, Span whole, uint32_t below) {
    Expr *expr = arena_new(parser->arena, Expr);
    expr->kind = kind;
    expr->at = at;
    expr->whole = whole;
    expr->depth = depth_over(parser, at, below);
    return expr;
}

static uint32_t depth_of(const Expr *expr) { return expr ? expr->depth : 0; }

static uint32_t arguments_depth(const Argument *arguments, uint32_t count) {
    uint32_t depth = 0;
    for (uint32_t i = 0; i < count; i++)
        depth = depth_max(depth, arguments[i].value->depth);
    return depth;
}

// ---- Words and literals -----------------------------------------------------------------------

Expr *expr_name(Parser *parser, const Token *name) {
    Expr *expr = expr_new(parser, EXPR_NAME, name->at, name->at, 0);
    expr->name.name = name->name;
    return expr;
}

Expr *expr_constant(Parser *parser, const Token *keyword) {
    ExprKind kind = keyword->code == TOKEN_NIL     ? EXPR_NIL
                    : keyword->code == TOKEN_TRUE  ? EXPR_TRUE
                    : keyword->code == TOKEN_FALSE ? EXPR_FALSE
                                                   : EXPR_SELF;
    return expr_new(parser, kind, keyword->at, keyword->at, 0);
}

Expr *expr_number(Parser *parser, const Token *number) {
    Expr *expr = expr_new(parser, EXPR_INT, number->at, number->at, 0);
    if (number->code == TOKEN_INT) {
        expr->integer = number->integer;
    } else if (number->code == TOKEN_FLOAT) {
        expr->kind = EXPR_FLOAT;
        expr->number = number->number;
    } else {
        expr->kind = EXPR_BIG_INT;
        expr->big.digits = number->big.digits;
        expr->big.base = number->big.base;
    }
    return expr;
}

Expr *expr_string(Parser *parser, const Token *string) {
    Expr *expr = expr_new(parser, EXPR_STRING, string->at, string->at, 0);
    expr->string = string->text;
    return expr;
}

static void add_literal(Parser *parser, List *parts, Bytes text) {
    if (text.length)
        list_add(parser, parts, StringPart, ((StringPart){.text = text}));
}

void list_add_part(Parser *parser, List *parts, const Token *text, Expr *value, Bytes format) {
    if (text)
        add_literal(parser, parts, text->text);
    StringPart part = {.value = value, .text = format, .has_format = format.data != NULL};
    if (!format.data)
        part.text.data = "";
    list_add(parser, parts, StringPart, part);
}

Expr *expr_interpolation(Parser *parser, const Token *first, List *parts, const Token *last) {
    List all = list_empty();
    add_literal(parser, &all, first->text);
    uint32_t depth = 0;
    for (uint32_t i = 0; i < parts->count; i++) {
        StringPart *part = &((StringPart *)parts->items)[i];
        depth = depth_max(depth, depth_of(part->value));
        list_add(parser, &all, StringPart, *part);
    }
    add_literal(parser, &all, last->text);
    Span whole = span_join(first->at, last->at);
    Expr *expr = expr_new(parser, EXPR_INTERPOLATION, whole, whole, depth);
    expr->interpolation.parts = all.items;
    expr->interpolation.count = all.count;
    return expr;
}

// ---- Containers -------------------------------------------------------------------------------

Expr *expr_list(Parser *parser, const Token *open, const ItemList *items, const Token *close) {
    uint32_t count = items ? items->items.count : 0;
    Argument *arguments = items ? items->items.items : NULL;
    Expr *expr = expr_new(parser, EXPR_LIST, open->at, span_join(open->at, close->at),
                          arguments_depth(arguments, count));
    expr->list.items = arguments;
    expr->list.count = count;
    return expr;
}

void list_add_entry(Parser *parser, List *entries, Expr *key, Expr *value) {
    list_add(parser, entries, MapEntry, ((MapEntry){key, value}));
}

Expr *expr_map(Parser *parser, const Token *open, const List *entries, const Token *close) {
    MapEntry *items = entries ? entries->items : NULL;
    uint32_t count = entries ? entries->count : 0, depth = 0;
    for (uint32_t i = 0; i < count; i++)
        depth = depth_max(depth, depth_max(items[i].key->depth, items[i].value->depth));
    Expr *expr = expr_new(parser, EXPR_MAP, open->at, span_join(open->at, close->at), depth);
    expr->map.entries = items;
    expr->map.count = count;
    return expr;
}

Expr *expr_paren(Parser *parser, const Token *open, Expr *inner, const Token *close) {
    (void)parser;
    inner->parenthesised = true;
    inner->whole = span_join(open->at, close->at);
    return inner;
}

// ---- Operators --------------------------------------------------------------------------------

static Expr *binary(Parser *parser, ExprKind kind, BinaryOp op, Expr *left, Span at, Expr *right) {
    Expr *expr = expr_new(parser, kind, at, span_join(left->whole, right->whole),
                          depth_max(left->depth, right->depth));
    expr->binary.op = op;
    expr->binary.left = left;
    expr->binary.right = right;
    return expr;
}

// -1 and -1.5 are numbers at once.
static bool negate_literal(Expr *operand, Span whole) {
    if (operand->parenthesised)
        return false;
    if (operand->kind == EXPR_INT && operand->integer >= 0)
        operand->integer = -operand->integer;
    else if (operand->kind == EXPR_FLOAT && !__builtin_signbit(operand->number))
        operand->number = -operand->number;
    else
        return false;
    operand->at = operand->whole = whole;
    return true;
}

Expr *expr_unary(Parser *parser, const Token *op, Expr *operand) {
    Span whole = span_join(op->at, operand->whole);
    if (op->code == TOKEN_MINUS && negate_literal(operand, whole))
        return operand;
    Expr *expr = expr_new(parser, EXPR_UNARY, op->at, whole, operand->depth);
    expr->unary.op = op->code == TOKEN_MINUS   ? UNARY_NEGATE
                     : op->code == TOKEN_PLUS  ? UNARY_PLUS
                     : op->code == TOKEN_TILDE ? UNARY_INVERT
                                               : UNARY_NOT;
    expr->unary.operand = operand;
    return expr;
}

static const struct {
    int code;
    BinaryOp op;
    const char *text;
} operators[] = {
    {TOKEN_PLUS, BINARY_ADD, "+"},
    {TOKEN_MINUS, BINARY_SUBTRACT, "-"},
    {TOKEN_STAR, BINARY_MULTIPLY, "*"},
    {TOKEN_SLASH, BINARY_DIVIDE, "/"},
    {TOKEN_DOUBLE_SLASH, BINARY_FLOOR_DIVIDE, "//"},
    {TOKEN_PERCENT, BINARY_MODULO, "%"},
    {TOKEN_POWER, BINARY_POWER, "**"},
    {TOKEN_AMPERSAND, BINARY_AND, "&"},
    {TOKEN_PIPE, BINARY_OR, "|"},
    {TOKEN_CARET, BINARY_XOR, "^"},
    {TOKEN_SHIFT_LEFT, BINARY_SHIFT_LEFT, "<<"},
    {TOKEN_SHIFT_RIGHT, BINARY_SHIFT_RIGHT, ">>"},
    {TOKEN_RANGE, BINARY_RANGE, ".."},
    {TOKEN_EQUAL, BINARY_EQUAL, "=="},
    {TOKEN_NOT_EQUAL, BINARY_NOT_EQUAL, "!="},
    {TOKEN_LESS, BINARY_LESS, "<"},
    {TOKEN_LESS_EQUAL, BINARY_LESS_EQUAL, "<="},
    {TOKEN_GREATER, BINARY_GREATER, ">"},
    {TOKEN_GREATER_EQUAL, BINARY_GREATER_EQUAL, ">="},
    {TOKEN_IN, BINARY_IN, "in"},
    {TOKEN_NOT_IN, BINARY_NOT_IN, "not in"},
    {TOKEN_IS, BINARY_IS, "is"},
    {TOKEN_IS_NOT, BINARY_IS_NOT, "is not"},
};

enum { OPERATOR_COUNT = sizeof operators / sizeof *operators };

static BinaryOp operator_of(int code) {
    for (size_t i = 0; i < OPERATOR_COUNT; i++)
        if (operators[i].code == code)
            return operators[i].op;
    return BINARY_ADD;
}

const char *binary_op_text(BinaryOp op) {
    for (size_t i = 0; i < OPERATOR_COUNT; i++)
        if (operators[i].op == op)
            return operators[i].text;
    return "?";
}

Expr *expr_binary(Parser *parser, Expr *left, const Token *op, Expr *right) {
    ExprKind kind = op->code == TOKEN_AND ? EXPR_AND : op->code == TOKEN_OR ? EXPR_OR : EXPR_BINARY;
    return binary(parser, kind, operator_of(op->code), left, op->at, right);
}

Expr *expr_compare(Parser *parser, Expr *left, const Token *op, Expr *right) {
    if (left->kind == EXPR_BINARY && left->binary.op >= BINARY_EQUAL && !left->parenthesised)
        syntax_error(parser, op->at,
                     "write `a < b and b < c`, or put one comparison in parentheses",
                     "comparisons do not chain");
    return binary(parser, EXPR_BINARY, operator_of(op->code), left, op->at, right);
}

Expr *expr_range(Parser *parser, Expr *left, const Token *op, Expr *right) {
    if (left->kind == EXPR_BINARY && left->binary.op == BINARY_RANGE && !left->parenthesised)
        syntax_error(parser, op->at, "a step is written `range(start, stop, step)`",
                     "ranges do not chain");
    return binary(parser, EXPR_BINARY, BINARY_RANGE, left, op->at, right);
}

Expr *expr_conditional(Parser *parser, Expr *yes, const Token *op, Expr *condition, Expr *no) {
    uint32_t depth = depth_max(yes->depth, depth_max(condition->depth, no->depth));
    Expr *expr =
        expr_new(parser, EXPR_CONDITIONAL, op->at, span_join(yes->whole, no->whole), depth);
    expr->conditional.condition = condition;
    expr->conditional.yes = yes;
    expr->conditional.no = no;
    return expr;
}

Expr *expr_await(Parser *parser, const Token *keyword, Expr *value) {
    Expr *expr = expr_new(parser, EXPR_AWAIT, keyword->at, span_join(keyword->at, value->whole),
                          value->depth);
    expr->await.value = value;
    return expr;
}

// ---- Starting ---------------------------------------------------------------------------------

static StartKind start_kind(const Token *keyword) {
    return keyword->code == TOKEN_SPAWN    ? START_SPAWN
           : keyword->code == TOKEN_THREAD ? START_THREAD
                                           : START_ASYNC;
}

Expr *expr_start(Parser *parser, const Token *keyword, Expr *call) {
    static const char *const words[] = {"spawn", "thread", "async"};
    StartKind kind = start_kind(keyword);
    if (call->kind != EXPR_CALL) {
        char hint[120];
        __builtin_snprintf(hint, sizeof hint, translate("write `%s f(...)` or `%s { ... }`"),
                           words[kind], words[kind]);
        syntax_error(parser, call->at, hint, "'%s' needs a call or a block", words[kind]);
    }
    Expr *expr =
        expr_new(parser, EXPR_START, keyword->at, span_join(keyword->at, call->whole), call->depth);
    expr->start.kind = kind;
    expr->start.call = call;
    return expr;
}

Expr *expr_start_block(Parser *parser, const Token *keyword, const Block *block) {
    List none = list_empty();
    Function *function = function_new(parser, FUNCTION_BLOCK, keyword, NULL, &none, block);
    function->is_async = keyword->code == TOKEN_ASYNC;
    Expr *expr = expr_new(parser, EXPR_START, keyword->at, function->whole, function->depth);
    expr->start.kind = start_kind(keyword);
    expr->start.block = function;
    return expr;
}

// ---- Calls, indexes, members ------------------------------------------------------------------

Expr *expr_call(Parser *parser, Expr *callee, const Token *open, const List *arguments,
                const Token *close) {
    bool named =
        callee->kind == EXPR_NAME || callee->kind == EXPR_MEMBER || callee->kind == EXPR_SUPER;
    uint32_t depth = depth_max(callee->depth, arguments_depth(arguments->items, arguments->count));
    Expr *expr = expr_new(parser, EXPR_CALL, named ? callee->at : open->at,
                          span_join(callee->whole, close->at), depth);
    expr->call.callee = callee;
    expr->call.arguments = arguments->items;
    expr->call.count = arguments->count;
    return expr;
}

Expr *expr_index(Parser *parser, Expr *object, const Token *open, Expr *index, const Token *close) {
    Expr *expr = expr_new(parser, EXPR_INDEX, open->at, span_join(object->whole, close->at),
                          depth_max(object->depth, index->depth));
    expr->index.object = object;
    expr->index.index = index;
    return expr;
}

Expr *expr_slice(Parser *parser, Expr *object, const Token *open, Expr *start, Expr *stop,
                 Expr *step, const Token *close) {
    uint32_t depth = depth_max(depth_max(object->depth, depth_of(start)),
                               depth_max(depth_of(stop), depth_of(step)));
    Expr *expr = expr_new(parser, EXPR_SLICE, open->at, span_join(object->whole, close->at), depth);
    expr->slice.object = object;
    expr->slice.start = start;
    expr->slice.stop = stop;
    expr->slice.step = step;
    return expr;
}

Expr *expr_member(Parser *parser, Expr *object, const Token *name) {
    Expr *expr =
        expr_new(parser, EXPR_MEMBER, name->at, span_join(object->whole, name->at), object->depth);
    expr->member.object = object;
    expr->member.name = name->name;
    return expr;
}

Expr *expr_super(Parser *parser, const Token *keyword, const Token *name) {
    Expr *expr = expr_new(parser, EXPR_SUPER, name->at, span_join(keyword->at, name->at), 0);
    expr->super.name = name->name;
    return expr;
}

Expr *expr_function(Parser *parser, Function *function) {
    Expr *expr = expr_new(parser, EXPR_FUNCTION, function->at, function->whole, function->depth);
    expr->function = function;
    return expr;
}

// ---- Items and arguments ----------------------------------------------------------------------

Argument argument_new(const Token *label, Expr *value, bool spread) {
    return (Argument){.label = label ? label->name : NULL,
                      .value = value,
                      .spread = spread,
                      .at = label ? label->at : value->at};
}

// Beyond as many arguments the compiler has to complain anyway; no check may be quadratic.
enum { LABEL_CHECK_LIMIT = 256 };

// Python's rule: what goes by position comes first.
void list_add_argument(Parser *parser, List *list, const Argument *argument) {
    const Argument *last = list->count ? &((Argument *)list->items)[list->count - 1] : NULL;
    if (last && last->label && !argument->label)
        syntax_error(parser, argument->at, NULL, "positional argument follows labelled argument");
    uint32_t checked = list->count < LABEL_CHECK_LIMIT ? list->count : LABEL_CHECK_LIMIT;
    for (uint32_t i = 0; argument->label && i < checked; i++) {
        if (((Argument *)list->items)[i].label == argument->label) {
            syntax_error(parser, argument->at, NULL, "label repeated: %s", argument->label->text);
            diagnostic_cause(parser->diagnostics, ((Argument *)list->items)[i].at, "`%s` is given",
                             argument->label->text);
            break;
        }
    }
    list_add(parser, list, Argument, *argument);
}

ItemList items_one(Parser *parser, const Argument *item) {
    ItemList items = {.is_list = item->spread};
    list_add(parser, &items.items, Argument, *item);
    return items;
}

void items_add(Parser *parser, ItemList *items, const Argument *item) {
    items->is_list = true;
    list_add(parser, &items->items, Argument, *item);
}

Span items_span(const ItemList *items) {
    const Argument *all = items->items.items;
    return span_join(all[0].value->whole, all[items->items.count - 1].value->whole);
}

Expr *items_value(Parser *parser, const ItemList *items) {
    Argument *arguments = items->items.items;
    if (!items->is_list)
        return arguments[0].value;
    Span whole = items_span(items);
    Expr *expr =
        expr_new(parser, EXPR_LIST, whole, whole, arguments_depth(arguments, items->items.count));
    expr->list.items = arguments;
    expr->list.count = items->items.count;
    return expr;
}

void list_add_expr(Parser *parser, List *list, Expr *expr) { list_add(parser, list, Expr *, expr); }
