// SPDX-License-Identifier: MIT
//
// Constructors of blocks and of the statements that a separator ends.
#include <string.h>

#include "grammar.h"
#include "syntax/build.h"
#include "syntax/foreign.h"

Stmt *stmt_new(Parser *parser, StmtKind kind, Span at, Span whole, uint32_t below) {
    Stmt *stmt = arena_new(parser->arena, Stmt);
    stmt->kind = kind;
    stmt->at = at;
    stmt->whole = whole;
    stmt->depth = depth_over(parser, at, below);
    return stmt;
}

// ---- Blocks -----------------------------------------------------------------------------------

void list_add_stmt(Parser *parser, List *statements, Stmt *stmt) {
    if (stmt)
        list_add(parser, statements, Stmt *, stmt);
}

Block block_new(Parser *parser, Span open, List statements, Span close) {
    Stmt **items = statements.items;
    uint32_t depth = 0;
    for (uint32_t i = 0; i < statements.count; i++)
        depth = depth_max(depth, items[i]->depth);
    return (Block){.items = items,
                   .count = statements.count,
                   .depth = depth_over(parser, open, depth),
                   .whole = span_join(open, close)};
}

void module_statements(Parser *parser, List statements) {
    Span whole = {0, (uint32_t)parser->source->length};
    parser->module = arena_new(parser->arena, Module);
    parser->module->body = block_new(parser, whole, statements, whole);
}

void module_set_expr(Parser *parser, Expr *expr) {
    List statements = list_empty();
    Stmt *stmt = stmt_new(parser, STMT_EXPR, expr->at, expr->whole, expr->depth);
    stmt->expr = expr;
    list_add_stmt(parser, &statements, stmt);
    module_statements(parser, statements);
}

// ---- Expressions and assignments --------------------------------------------------------------

static uint32_t items_depth(const ItemList *items) {
    const Argument *all = items->items.items;
    uint32_t depth = 0;
    for (uint32_t i = 0; i < items->items.count; i++)
        depth = depth_max(depth, all[i].value->depth);
    return depth;
}

Stmt *stmt_expr(Parser *parser, const ItemList *items) {
    Expr *value = items_value(parser, items);
    Stmt *stmt = stmt_new(parser, STMT_EXPR, value->at, value->whole, value->depth);
    stmt->expr = value;
    return stmt;
}

Stmt *stmt_assign(Parser *parser, const ItemList *left, const Token *op, const ItemList *right) {
    Expr *value = items_value(parser, right);
    TargetList targets = targets_from_items(parser, left, false);
    Stmt *stmt = stmt_new(parser, STMT_ASSIGN, op->at, span_join(items_span(left), value->whole),
                          depth_max(items_depth(left), value->depth));
    stmt->assign.targets = targets.targets.items;
    stmt->assign.count = targets.targets.count;
    stmt->assign.unpacks = targets.unpacks;
    stmt->assign.value = value;
    return stmt;
}

static BinaryOp augmenting_op(const Parser *parser, const Token *op) {
    static const struct {
        const char *text;
        BinaryOp op;
    } all[] = {
        {"+=", BINARY_ADD},    {"-=", BINARY_SUBTRACT},      {"*=", BINARY_MULTIPLY},
        {"/=", BINARY_DIVIDE}, {"//=", BINARY_FLOOR_DIVIDE}, {"%=", BINARY_MODULO},
        {"**=", BINARY_POWER}, {"&=", BINARY_AND},           {"|=", BINARY_OR},
        {"^=", BINARY_XOR},    {"<<=", BINARY_SHIFT_LEFT},   {">>=", BINARY_SHIFT_RIGHT},
    };
    const char *text = parser->source->bytes + op->at.start;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (strlen(all[i].text) == op->at.length && !memcmp(all[i].text, text, op->at.length))
            return all[i].op;
    return BINARY_ADD;
}

Stmt *stmt_augment(Parser *parser, const ItemList *left, const Token *op, const ItemList *right) {
    Expr *value = items_value(parser, right);
    TargetList targets = targets_from_items(parser, left, false);
    const Target *target = targets.targets.items;
    if (targets.unpacks || target->kind == TARGET_LIST)
        syntax_error(parser, op->at, "write one assignment a statement",
                     "'%.*s' needs a single target", (int)op->at.length,
                     parser->source->bytes + op->at.start);
    Stmt *stmt = stmt_new(parser, STMT_AUGMENT, op->at, span_join(items_span(left), value->whole),
                          depth_max(items_depth(left), value->depth));
    stmt->augment.target = *target;
    stmt->augment.op = augmenting_op(parser, op);
    stmt->augment.value = value;
    return stmt;
}

Stmt *stmt_let(Parser *parser, const Token *keyword, const TargetList *targets,
               const ItemList *value) {
    const Target *all = targets->targets.items;
    Span last = all[targets->targets.count - 1].at;
    Expr *expr = value ? items_value(parser, value) : NULL;
    bool is_const = keyword->code == TOKEN_CONST;
    if (!expr && is_const)
        syntax_error(parser, last, "write `const NAME = value`", "a const needs a value");
    else if (!expr && (targets->unpacks || all->kind == TARGET_LIST) && !all->is_rest)
        for (uint32_t i = 0; i < targets->targets.count; i++)
            if (all[i].kind == TARGET_LIST || all[i].is_rest)
                syntax_error(parser, all[i].at, NULL, "there is no value to unpack");
    if (!expr && all->is_rest)
        syntax_error(parser, all->at, NULL, "there is no value to unpack");
    Stmt *stmt =
        stmt_new(parser, STMT_LET, all->at, span_join(keyword->at, expr ? expr->whole : last),
                 expr ? expr->depth : 0);
    stmt->assign.targets = targets->targets.items;
    stmt->assign.count = targets->targets.count;
    stmt->assign.unpacks = targets->unpacks;
    stmt->assign.is_const = is_const;
    stmt->assign.value = expr;
    return stmt;
}

// ---- Words ------------------------------------------------------------------------------------

Stmt *stmt_plain(Parser *parser, StmtKind kind, const Token *keyword) {
    return stmt_new(parser, kind, keyword->at, keyword->at, 0);
}

Stmt *stmt_return(Parser *parser, const Token *keyword, const ItemList *value) {
    Expr *expr = value ? items_value(parser, value) : NULL;
    Stmt *stmt =
        stmt_new(parser, STMT_RETURN, keyword->at,
                 expr ? span_join(keyword->at, expr->whole) : keyword->at, expr ? expr->depth : 0);
    stmt->return_.value = expr;
    return stmt;
}

Stmt *stmt_throw(Parser *parser, const Token *keyword, Expr *value, Expr *cause) {
    Stmt *stmt = stmt_new(parser, STMT_THROW, keyword->at,
                          span_join(keyword->at, cause ? cause->whole : value->whole),
                          depth_max(value->depth, cause ? cause->depth : 0));
    stmt->throw_.value = value;
    stmt->throw_.cause = cause;
    return stmt;
}

Stmt *stmt_function(Parser *parser, Function *function) {
    Stmt *stmt = stmt_new(parser, STMT_FUNCTION, function->at, function->whole, function->depth);
    stmt->function.function = function;
    return stmt;
}

Stmt *stmt_class(Parser *parser, ClassDecl *class_) {
    Stmt *stmt = stmt_new(parser, STMT_CLASS, class_->at, class_->whole, class_->depth);
    stmt->class_ = class_;
    return stmt;
}

// ---- Imports ----------------------------------------------------------------------------------

static ImportSource import_source(const Token *module) {
    if (module->code == TOKEN_STRING)
        return (ImportSource){.is_path = true, .text = module->text, .at = module->at};
    Bytes name = {module->name->text, module->name->length};
    return (ImportSource){.text = name, .at = module->at};
}

// "lib/util.conc" without `as` is bound to `util`; NULL where that is no name.
static const Name *stem_name(Parser *parser, const Token *module) {
    const char *stem = module->text.data, *slash = strrchr(stem, '/');
    if (slash)
        stem = slash + 1;
    size_t length = strcspn(stem, ".");
    char *word = arena_copy(parser->arena, stem, length);
    Lexer lexer = {.start = word, .end = word + length, .cursor = word};
    if (length == 0 || strlen(module->text.data) != module->text.length ||
        lexer_scan(&lexer) != TOKEN_NAME || lexer.cursor != lexer.end)
        return NULL;
    return names_intern(&parser->names, parser->arena, word, length);
}

// `import queue` is Python's: what to say is another thing than of a variable called so.
static const Name *module_name(Parser *parser, const Token *module) {
    const char *hint = foreign_module_hint(module->name->text);
    if ((module->flags & TOKEN_IS_KEYWORD) && hint)
        syntax_error(parser, module->at, hint, "'%s' is a keyword, not a module",
                     module->name->text);
    else
        declared_name(parser, module);
    return module->name;
}

ImportItem import_item(Parser *parser, const Token *module, const Token *name) {
    ImportItem item = {.source = import_source(module), .at = name ? name->at : module->at};
    if (name)
        item.name = declared_name(parser, name);
    else if (module->code == TOKEN_NAME)
        item.name = module_name(parser, module);
    else
        item.name = stem_name(parser, module);
    if (!item.name)
        syntax_error(parser, module->at, "write `import \"...\" as name`",
                     "the file's name cannot be used as a name");
    return item;
}

ImportItem import_remote(Parser *parser, const Token *remote, const Token *name) {
    return (ImportItem){
        .remote = remote->name, .name = declared_name(parser, name), .at = name->at};
}

void list_add_import(Parser *parser, List *list, const ImportItem *item) {
    list_add(parser, list, ImportItem, *item);
}

Stmt *stmt_import(Parser *parser, const Token *keyword, const List *imports) {
    const ImportItem *last = &((ImportItem *)imports->items)[imports->count - 1];
    Stmt *stmt = stmt_new(parser, STMT_IMPORT, keyword->at, span_join(keyword->at, last->at), 0);
    stmt->import.items = imports->items;
    stmt->import.count = imports->count;
    return stmt;
}

Stmt *stmt_from(Parser *parser, const Token *keyword, const Token *module, const List *remotes) {
    const ImportItem *last = &((ImportItem *)remotes->items)[remotes->count - 1];
    Stmt *stmt = stmt_new(parser, STMT_FROM, keyword->at, span_join(keyword->at, last->at), 0);
    stmt->from.source = import_source(module);
    stmt->from.items = remotes->items;
    stmt->from.count = remotes->count;
    return stmt;
}
