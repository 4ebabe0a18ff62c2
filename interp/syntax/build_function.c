// SPDX-License-Identifier: MIT
//
// Constructors of functions and classes.
#include <string.h>

#include "grammar.h"
#include "syntax/build.h"

const Name *declared_name(Parser *parser, const Token *token) {
    if (token->flags & TOKEN_IS_KEYWORD)
        syntax_error(parser, token->at, "choose another name", "'%s' is a keyword, not a name",
                     token->name->text);
    return token->name;
}

// ---- Parameters -------------------------------------------------------------------------------

Param param_new(Parser *parser, const Token *name, Expr *value, bool is_rest) {
    return (Param){
        .name = declared_name(parser, name), .value = value, .is_rest = is_rest, .at = name->at};
}

void list_add_param(Parser *parser, List *params, const Param *param) {
    const Param *last = params->count ? &((Param *)params->items)[params->count - 1] : NULL;
    if (last && last->is_rest)
        syntax_error(parser, last->at, NULL, "the rest parameter must be the last one");
    else if (last && last->value && !param->value && !param->is_rest)
        syntax_error(parser, param->at, NULL,
                     "parameter without a default follows one with a default");
    list_add(parser, params, Param, *param);
}

static uint32_t required_count(const Param *params, uint32_t count) {
    uint32_t required = 0;
    while (required < count && !params[required].value && !params[required].is_rest)
        required++;
    return required;
}

// ---- Functions --------------------------------------------------------------------------------

Function *function_new(Parser *parser, FunctionKind kind, const Token *keyword, const Token *name,
                       const List *params, const Block *body) {
    Function *function = arena_new(parser->arena, Function);
    Span at = name ? name->at : keyword->at;
    uint32_t depth = body->depth;
    const Param *all = params->items;
    for (uint32_t i = 0; i < params->count; i++)
        if (all[i].value)
            depth = depth_max(depth, all[i].value->depth);
    *function = (Function){
        .kind = kind,
        .is_async = keyword->code == TOKEN_ASYNC_FN,
        .name = name ? kind == FUNCTION_PLAIN ? declared_name(parser, name) : name->name : NULL,
        .params = params->items,
        .param_count = params->count,
        .required = required_count(all, params->count),
        .body = *body,
        .depth = depth_over(parser, at, depth),
        .at = at,
        .whole = span_join(keyword->at, body->whole),
    };
    return function;
}

// `=> value` is a body that returns the value.
Function *function_arrow(Parser *parser, FunctionKind kind, const Token *keyword, const Token *name,
                         const List *params, const Token *arrow, Expr *value) {
    Stmt *stmt =
        stmt_new(parser, STMT_RETURN, arrow->at, span_join(arrow->at, value->whole), value->depth);
    stmt->return_.value = value;
    List statements = list_empty();
    list_add_stmt(parser, &statements, stmt);
    Block body = block_new(parser, arrow->at, statements, value->whole);
    Function *function = function_new(parser, kind, keyword, name, params, &body);
    function->is_arrow = true;
    return function;
}

// ---- Classes ----------------------------------------------------------------------------------

static FunctionKind accessor_kind(Parser *parser, const Token *keyword, const Token *name,
                                  const List *params) {
    bool getter = keyword->code == TOKEN_GET;
    if (getter ? params->count != 0 : params->count != 1)
        syntax_error(parser, name->at, NULL,
                     getter ? "a getter has no parameters" : "a setter has exactly one parameter");
    return getter ? FUNCTION_GETTER : FUNCTION_SETTER;
}

Function *accessor_new(Parser *parser, const Token *keyword, const Token *name, const List *params,
                       const Block *body) {
    FunctionKind kind = accessor_kind(parser, keyword, name, params);
    return function_new(parser, kind, keyword, name, params, body);
}

Function *accessor_arrow(Parser *parser, const Token *keyword, const Token *name,
                         const List *params, const Token *arrow, Expr *value) {
    FunctionKind kind = accessor_kind(parser, keyword, name, params);
    return function_arrow(parser, kind, keyword, name, params, arrow, value);
}

void list_add_function(Parser *parser, List *members, Function *function) {
    list_add(parser, members, Function *, function);
}

ClassDecl *class_declare(Parser *parser, const Token *keyword, const Token *name, Expr *base,
                         const List *members, const Token *close) {
    ClassDecl *class_ = arena_new(parser->arena, ClassDecl);
    Function **methods = members->items;
    uint32_t depth = base ? base->depth : 0;
    for (uint32_t i = 0; i < members->count; i++)
        depth = depth_max(depth, methods[i]->depth);
    class_->name = declared_name(parser, name);
    class_->base = base;
    class_->methods = methods;
    class_->method_count = members->count;
    class_->depth = depth_over(parser, name->at, depth);
    class_->at = name->at;
    class_->whole = span_join(keyword->at, close->at);
    return class_;
}
