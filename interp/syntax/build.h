// SPDX-License-Identifier: MIT
//
// Constructors of the tree's nodes: what the grammar's actions call. They work out the spans and
// depths of what they make, and check what the grammar leaves open (what can be assigned to, what
// can be started, the order of parameters). A tree whose parts were wrong is never given out.
#ifndef CONC_SYNTAX_BUILD_H
#define CONC_SYNTAX_BUILD_H

#include "syntax/parser.h"

// A list that grows in the arena; which type it holds is up to whoever fills it.
typedef struct List {
    void *items;
    uint32_t count, capacity;
} List;

// A slot for one more item.
void *list_slot(Parser *parser, List *list, size_t size);
#define list_add(parser, list, Type, value)                                                        \
    (*(Type *)list_slot((parser), (list), sizeof(Type)) = (value))

static inline List list_empty(void) { return (List){0}; }

// a, b, ...c
typedef struct ItemList {
    List items;   // of Argument
    bool is_list; // several, or one with a comma or `...`
} ItemList;

typedef struct TargetList {
    List targets;
    bool unpacks; // several, or one with a comma or `...`
} TargetList;

typedef struct CaseList {
    List cases;
    Block *otherwise;
} CaseList;

// The text is nested beyond AST_DEPTH_LIMIT or the grammar's stack: reports it, once, and gives up.
void too_deep(Parser *parser, Span at);
void grammar_overflow(Parser *parser);
// The depth of a node over children of depth `below`.
uint16_t depth_over(Parser *parser, Span at, uint32_t below);
static inline uint32_t depth_max(uint32_t a, uint32_t b) { return a > b ? a : b; }

// A name that a token declares: it must not be a keyword.
const Name *declared_name(Parser *parser, const Token *token);

// ---- build_expr.c: expressions
Expr *expr_name(Parser *parser, const Token *name);
Expr *expr_constant(Parser *parser, const Token *keyword);
Expr *expr_number(Parser *parser, const Token *number);
Expr *expr_string(Parser *parser, const Token *string);
void list_add_part(Parser *parser, List *parts, const Token *text, Expr *value, Bytes format);
// ... whose first text is still missing: it is put in front.
Expr *expr_interpolation(Parser *parser, const Token *first, List *parts, const Token *last);
Expr *expr_list(Parser *parser, const Token *open, const ItemList *items, const Token *close);
void list_add_entry(Parser *parser, List *entries, Expr *key, Expr *value);
Expr *expr_map(Parser *parser, const Token *open, const List *entries, const Token *close);
Expr *expr_paren(Parser *parser, const Token *open, Expr *inner, const Token *close);
Expr *expr_unary(Parser *parser, const Token *op, Expr *operand);
Expr *expr_binary(Parser *parser, Expr *left, const Token *op, Expr *right);
Expr *expr_compare(Parser *parser, Expr *left, const Token *op, Expr *right);
Expr *expr_range(Parser *parser, Expr *left, const Token *op, Expr *right);
Expr *expr_conditional(Parser *parser, Expr *yes, const Token *op, Expr *condition, Expr *no);
Expr *expr_await(Parser *parser, const Token *keyword, Expr *value);
Expr *expr_start(Parser *parser, const Token *keyword, Expr *call);
Expr *expr_start_block(Parser *parser, const Token *keyword, const Block *block);
Expr *expr_call(Parser *parser, Expr *callee, const Token *open, const List *arguments,
                const Token *close);
Expr *expr_index(Parser *parser, Expr *object, const Token *open, Expr *index, const Token *close);
Expr *expr_slice(Parser *parser, Expr *object, const Token *open, Expr *start, Expr *stop,
                 Expr *step, const Token *close);
Expr *expr_member(Parser *parser, Expr *object, const Token *name);
Expr *expr_super(Parser *parser, const Token *keyword, const Token *name);
Expr *expr_function(Parser *parser, Function *function);

Argument argument_new(const Token *label, Expr *value, bool spread);
void list_add_argument(Parser *parser, List *list, const Argument *argument);
ItemList items_one(Parser *parser, const Argument *item);
void items_add(Parser *parser, ItemList *items, const Argument *item);
Span items_span(const ItemList *items);
// The only expression, or an EXPR_LIST of them.
Expr *items_value(Parser *parser, const ItemList *items);
void list_add_expr(Parser *parser, List *list, Expr *expr);

// ---- build_function.c: functions and classes
void list_add_param(Parser *parser, List *params, const Param *param);
Param param_new(Parser *parser, const Token *name, Expr *value, bool is_rest);
// `name` may be NULL.
Function *function_new(Parser *parser, FunctionKind kind, const Token *keyword, const Token *name,
                       const List *params, const Block *body);
Function *function_arrow(Parser *parser, FunctionKind kind, const Token *keyword, const Token *name,
                         const List *params, const Token *arrow, Expr *value);
Function *accessor_new(Parser *parser, const Token *keyword, const Token *name, const List *params,
                       const Block *body);
Function *accessor_arrow(Parser *parser, const Token *keyword, const Token *name,
                         const List *params, const Token *arrow, Expr *value);
void list_add_function(Parser *parser, List *members, Function *function);
ClassDecl *class_declare(Parser *parser, const Token *keyword, const Token *name, Expr *base,
                         const List *members, const Token *close);

// ---- build_target.c: what is assigned to
Target target_name(Parser *parser, const Token *name);
Target target_rest(Parser *parser, const Token *name);
Target target_list(Parser *parser, const Token *open, const TargetList *targets);
TargetList targets_one(Parser *parser, const Target *target);
void targets_add(Parser *parser, TargetList *targets, const Target *target);
// `names_only`: of a case of select, which declares them.
TargetList targets_from_items(Parser *parser, const ItemList *items, bool names_only);

// ---- build_stmt.c: statements
void module_statements(Parser *parser, List statements);
void module_set_expr(Parser *parser, Expr *expr);
Block block_new(Parser *parser, Span open, List statements, Span close);
void list_add_stmt(Parser *parser, List *statements, Stmt *stmt);
Stmt *stmt_expr(Parser *parser, const ItemList *items);
Stmt *stmt_assign(Parser *parser, const ItemList *left, const Token *op, const ItemList *right);
Stmt *stmt_augment(Parser *parser, const ItemList *left, const Token *op, const ItemList *right);
// `value` may be NULL.
Stmt *stmt_let(Parser *parser, const Token *keyword, const TargetList *targets,
               const ItemList *value);
Stmt *stmt_plain(Parser *parser, StmtKind kind, const Token *keyword);
Stmt *stmt_return(Parser *parser, const Token *keyword, const ItemList *value);
Stmt *stmt_throw(Parser *parser, const Token *keyword, Expr *value, Expr *cause);
Stmt *stmt_function(Parser *parser, Function *function);
Stmt *stmt_class(Parser *parser, ClassDecl *class_);
ImportItem import_item(Parser *parser, const Token *module, const Token *name);
ImportItem import_remote(Parser *parser, const Token *remote, const Token *name);
void list_add_import(Parser *parser, List *list, const ImportItem *item);
Stmt *stmt_import(Parser *parser, const Token *keyword, const List *imports);
Stmt *stmt_from(Parser *parser, const Token *keyword, const Token *module, const List *remotes);

// ---- build_compound.c: statements with blocks
Stmt *stmt_block(Parser *parser, const Block *block);
Stmt *stmt_if(Parser *parser, const Token *keyword, Expr *condition, const Block *body);
void stmt_if_add(Parser *parser, Stmt *stmt, const Token *keyword, Expr *condition,
                 const Block *body);
Stmt *stmt_if_else(Parser *parser, Stmt *stmt, const Block *otherwise);
Stmt *stmt_while(Parser *parser, const Token *keyword, Expr *condition, const Block *body);
Stmt *stmt_for(Parser *parser, const Token *keyword, bool is_await, const TargetList *targets,
               Expr *iterable, const Block *body);
// `name`, `types` may be NULL.
CatchClause catch_new(Parser *parser, const Token *keyword, const Token *name, const List *types,
                      const Block *body);
void list_add_catch(Parser *parser, List *catches, const CatchClause *clause);
// `finally` may be NULL.
Stmt *stmt_try(Parser *parser, const Token *keyword, const Block *body, const List *catches,
               const Block *finally);
WithItem with_item(Parser *parser, Expr *value, const Token *name);
void list_add_with(Parser *parser, List *list, const WithItem *item);
Stmt *stmt_with(Parser *parser, const Token *keyword, const List *items, const Block *body);
Stmt *stmt_lock(Parser *parser, const Token *keyword, bool is_await, const ItemList *items,
                const Block *body);
// `items { }`, which is `lock (a) { }` or nothing at all.
Stmt *stmt_from_items(Parser *parser, const ItemList *items, const Block *body);
Stmt *stmt_group(Parser *parser, const Token *keyword, bool is_await, const Block *body);
Stmt *stmt_timeout(Parser *parser, const Token *keyword, Expr *seconds, const Block *body);
Stmt *stmt_test(Parser *parser, const Token *keyword, const Token *name, const Block *body);
CaseList cases_empty(void);
// case targets = call body; `targets` may be NULL.
void cases_add(Parser *parser, CaseList *cases, const Token *keyword, const ItemList *targets,
               const ItemList *call, const Block *body);
void cases_else(Parser *parser, CaseList *cases, const Token *keyword, const Block *body);
Stmt *stmt_select(Parser *parser, const Token *keyword, bool is_await, const CaseList *cases,
                  const Token *close);

// A statement of this kind over children of depth `below` (build_stmt.c).
Stmt *stmt_new(Parser *parser, StmtKind kind, Span at, Span whole, uint32_t below);

#endif
