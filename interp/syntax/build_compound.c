// SPDX-License-Identifier: MIT
//
// Constructors of the statements that end with a block.
#include <stdio.h>
#include <string.h>

#include "base/translate.h"
#include "grammar.h"
#include "syntax/build.h"
#include "syntax/foreign.h"

static Block *block_copy(Parser *parser, const Block *block) {
    if (!block)
        return NULL;
    Block *copy = arena_new(parser->arena, Block);
    *copy = *block;
    return copy;
}

Stmt *stmt_block(Parser *parser, const Block *block) {
    Span open = {block->whole.start, 1};
    Stmt *stmt = stmt_new(parser, STMT_BLOCK, open, block->whole, block->depth);
    stmt->block = *block;
    return stmt;
}

// keyword ... body, over an expression that may be NULL.
static Stmt *with_body(Parser *parser, StmtKind kind, const Token *keyword, const Expr *expr,
                       const Block *body) {
    return stmt_new(parser, kind, keyword->at, span_join(keyword->at, body->whole),
                    depth_max(expr ? expr->depth : 0, body->depth));
}

// ---- if, while, for ---------------------------------------------------------------------------

// The branches' capacity is the next power of two of their count, so none is kept.
static void add_branch(Parser *parser, Stmt *stmt, const IfBranch *branch) {
    uint32_t count = stmt->if_.count;
    if ((count & (count - 1)) == 0) {
        IfBranch *branches = arena_array(parser->arena, IfBranch, count ? count * 2 : 1);
        if (count)
            memcpy(branches, stmt->if_.branches, count * sizeof *branches);
        stmt->if_.branches = branches;
    }
    stmt->if_.branches[stmt->if_.count++] = *branch;
}

Stmt *stmt_if(Parser *parser, const Token *keyword, Expr *condition, const Block *body) {
    Stmt *stmt = with_body(parser, STMT_IF, keyword, condition, body);
    IfBranch branch = {condition, *body, keyword->at};
    add_branch(parser, stmt, &branch);
    return stmt;
}

static void grow_over(Parser *parser, Stmt *stmt, Span more, uint32_t below) {
    stmt->whole = span_join(stmt->whole, more);
    stmt->depth = (uint16_t)depth_max(stmt->depth, depth_over(parser, stmt->at, below));
}

void stmt_if_add(Parser *parser, Stmt *stmt, const Token *keyword, Expr *condition,
                 const Block *body) {
    IfBranch branch = {condition, *body, keyword->at};
    add_branch(parser, stmt, &branch);
    grow_over(parser, stmt, body->whole, depth_max(condition->depth, body->depth));
}

Stmt *stmt_if_else(Parser *parser, Stmt *stmt, const Block *otherwise) {
    stmt->if_.otherwise = block_copy(parser, otherwise);
    grow_over(parser, stmt, otherwise->whole, otherwise->depth);
    return stmt;
}

Stmt *stmt_while(Parser *parser, const Token *keyword, Expr *condition, const Block *body) {
    Stmt *stmt = with_body(parser, STMT_WHILE, keyword, condition, body);
    stmt->while_.condition = condition;
    stmt->while_.body = *body;
    return stmt;
}

Stmt *stmt_for(Parser *parser, const Token *keyword, bool is_await, const TargetList *targets,
               Expr *iterable, const Block *body) {
    Stmt *stmt = with_body(parser, STMT_FOR, keyword, iterable, body);
    stmt->for_.targets = targets->targets.items;
    stmt->for_.count = targets->targets.count;
    stmt->for_.unpacks = targets->unpacks;
    stmt->for_.is_await = is_await;
    stmt->for_.iterable = iterable;
    stmt->for_.body = *body;
    return stmt;
}

// ---- try, with --------------------------------------------------------------------------------

CatchClause catch_new(Parser *parser, const Token *keyword, const Token *name, const List *types,
                      const Block *body) {
    return (CatchClause){
        .name = name ? declared_name(parser, name) : NULL,
        .types = types ? types->items : NULL,
        .type_count = types ? types->count : 0,
        .body = *body,
        .at = name ? name->at : keyword->at,
    };
}

void list_add_catch(Parser *parser, List *catches, const CatchClause *clause) {
    list_add(parser, catches, CatchClause, *clause);
}

// `except` behind a try block; where it is refused the same is said of it, once.
static bool complain_handler(Parser *parser) {
    static const char *const words[] = {"except", "rescue"};
    const char *text = parser->source->bytes, *next = text + parser->token.at.start;
    next += strspn(next, " \t\r\n");
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t length = strlen(words[i]);
        if (strncmp(next, words[i], length) != 0)
            continue;
        Span at = {(uint32_t)(next - text), (uint32_t)length};
        syntax_error(parser, at, foreign_word_hint(words[i]), "conc has no '%s'", words[i]);
        return true;
    }
    return false;
}

// At the end of the text, a `catch` may follow on the next line.
static void check_handlers(Parser *parser, const Token *keyword) {
    if (parser->token.code == TOKEN_SEPARATOR && (parser->token.flags & TOKEN_LAST) &&
        !parser->diagnostics->count)
        parser->incomplete = true;
    if (!complain_handler(parser))
        syntax_error(parser, keyword->at, NULL, "expected 'catch' or 'finally' block");
}

Stmt *stmt_try(Parser *parser, const Token *keyword, const Block *body, const List *catches,
               const Block *finally) {
    if (!catches->count && !finally)
        check_handlers(parser, keyword);
    Stmt *stmt = with_body(parser, STMT_TRY, keyword, NULL, body);
    const CatchClause *clauses = catches->items;
    for (uint32_t i = 0; i < catches->count; i++) {
        uint32_t depth = clauses[i].body.depth;
        for (uint32_t j = 0; j < clauses[i].type_count; j++)
            depth = depth_max(depth, clauses[i].types[j]->depth);
        grow_over(parser, stmt, clauses[i].body.whole, depth);
    }
    if (finally)
        grow_over(parser, stmt, finally->whole, finally->depth);
    stmt->try_.body = *body;
    stmt->try_.catches = catches->items;
    stmt->try_.catch_count = catches->count;
    stmt->try_.finally = block_copy(parser, finally);
    return stmt;
}

WithItem with_item(Parser *parser, Expr *value, const Token *name) {
    return (WithItem){.value = value,
                      .name = name ? declared_name(parser, name) : NULL,
                      .at = name ? name->at : value->at};
}

void list_add_with(Parser *parser, List *list, const WithItem *item) {
    list_add(parser, list, WithItem, *item);
}

Stmt *stmt_with(Parser *parser, const Token *keyword, const List *items, const Block *body) {
    Stmt *stmt = with_body(parser, STMT_WITH, keyword, NULL, body);
    const WithItem *all = items->items;
    for (uint32_t i = 0; i < items->count; i++)
        grow_over(parser, stmt, all[i].value->whole, all[i].value->depth);
    stmt->with.items = items->items;
    stmt->with.count = items->count;
    stmt->with.body = *body;
    return stmt;
}

// ---- lock -------------------------------------------------------------------------------------

Stmt *stmt_lock(Parser *parser, const Token *keyword, bool is_await, const ItemList *items,
                const Block *body) {
    Stmt *stmt = with_body(parser, STMT_LOCK, keyword, NULL, body);
    const Argument *all = items->items.items;
    uint32_t count = items->items.count;
    Expr **values = arena_array(parser->arena, Expr *, count);
    for (uint32_t i = 0; i < count; i++) {
        if (all[i].spread)
            syntax_error(parser, all[i].at, NULL, "'lock' cannot take a spread list");
        values[i] = all[i].value;
        grow_over(parser, stmt, values[i]->whole, values[i]->depth);
    }
    stmt->lock.items = values;
    stmt->lock.count = count;
    stmt->lock.is_await = is_await;
    stmt->lock.body = *body;
    return stmt;
}

// Where the leftmost operand of an expression hangs; NULL if it is a leaf.
static Expr **leftmost(Expr *expr) {
    if (expr->parenthesised)
        return NULL;
    switch (expr->kind) {
    case EXPR_CALL: return &expr->call.callee;
    case EXPR_INDEX: return &expr->index.object;
    case EXPR_SLICE: return &expr->slice.object;
    case EXPR_MEMBER: return &expr->member.object;
    case EXPR_AND:
    case EXPR_OR:
    case EXPR_BINARY: return &expr->binary.left;
    case EXPR_CONDITIONAL: return &expr->conditional.yes;
    default: return NULL;
    }
}

// Finds the call `lock(a)` that an expression starts with: where it hangs. `keyword` gets the word.
static Expr **find_lock_call(Parser *parser, Expr **slot, Token *keyword) {
    for (Expr **below; (below = leftmost(*slot)); slot = below) {
        Expr *callee = (*slot)->kind == EXPR_CALL ? (*slot)->call.callee : NULL;
        if (!callee || callee->kind != EXPR_NAME || strcmp(callee->name.name->text, "lock") != 0 ||
            callee->parenthesised)
            continue;
        *keyword = (Token){.code = TOKEN_LOCK, .at = callee->at};
        (void)parser;
        return slot;
    }
    return NULL;
}

// `loop { }`, or what is no statement at all.
static void complain_block(Parser *parser, const Expr *value, const Block *body) {
    const char *word = value->kind == EXPR_NAME ? value->name.name->text : NULL;
    const char *hint = word ? foreign_word_hint(word) : NULL;
    const char *keyword = word && !hint ? foreign_nearest_keyword(word, true) : NULL;
    char near[80];
    if (keyword) {
        snprintf(near, sizeof near, translate("did you mean `%s`?"), keyword);
        hint = near;
    }
    if (hint)
        syntax_error(parser, value->at, hint, "conc has no '%s'", word);
    else
        syntax_error(parser, ((Span){body->whole.start, 1}), NULL,
                     "a block cannot follow an expression");
}

// lock (a) { }: what was read as the call lock(a) is the keyword and a parenthesised expression.
Stmt *stmt_from_items(Parser *parser, const ItemList *items, const Block *body) {
    Argument *first = items->items.items;
    Expr **slot = &first->value;
    Token await = {.code = TOKEN_AWAIT, .at = first->value->at}, keyword;
    bool is_await = first->value->kind == EXPR_AWAIT && !first->value->parenthesised;
    if (is_await)
        slot = &first->value->await.value;
    Expr **call = find_lock_call(parser, slot, &keyword);
    if (!call || (*call)->call.count != 1 || (*call)->call.arguments[0].label ||
        (*call)->call.arguments[0].spread) {
        complain_block(parser, first->value, body);
        return stmt_block(parser, body);
    }
    Expr *inner = (*call)->call.arguments[0].value;
    inner->parenthesised = true;
    *call = inner;
    if (is_await)
        first->value = first->value->await.value;
    return stmt_lock(parser, is_await ? &await : &keyword, is_await, items, body);
}

// ---- group, timeout, test, select -------------------------------------------------------------

Stmt *stmt_group(Parser *parser, const Token *keyword, bool is_await, const Block *body) {
    Stmt *stmt = with_body(parser, STMT_GROUP, keyword, NULL, body);
    stmt->group.body = *body;
    stmt->group.is_await = is_await;
    return stmt;
}

Stmt *stmt_timeout(Parser *parser, const Token *keyword, Expr *seconds, const Block *body) {
    Stmt *stmt = with_body(parser, STMT_TIMEOUT, keyword, seconds, body);
    stmt->timeout.seconds = seconds;
    stmt->timeout.body = *body;
    return stmt;
}

Stmt *stmt_test(Parser *parser, const Token *keyword, const Token *name, const Block *body) {
    List none = list_empty();
    Stmt *stmt = with_body(parser, STMT_TEST, keyword, NULL, body);
    stmt->test.name = name->text;
    stmt->test.function = function_new(parser, FUNCTION_TEST, keyword, NULL, &none, body);
    stmt->depth = depth_over(parser, keyword->at, stmt->test.function->depth);
    return stmt;
}

CaseList cases_empty(void) { return (CaseList){0}; }

void cases_add(Parser *parser, CaseList *cases, const Token *keyword, const ItemList *targets,
               const ItemList *call, const Block *body) {
    Expr *value = items_value(parser, call);
    SelectCase entry = {.call = value, .body = *body, .at = keyword->at};
    if (value->kind != EXPR_CALL)
        syntax_error(parser, value->at, NULL, "a case needs a waiting call");
    if (targets) {
        TargetList list = targets_from_items(parser, targets, true);
        entry.targets = list.targets.items;
        entry.target_count = list.targets.count;
        entry.unpacks = list.unpacks;
    }
    list_add(parser, &cases->cases, SelectCase, entry);
}

void cases_else(Parser *parser, CaseList *cases, const Token *keyword, const Block *body) {
    if (cases->otherwise) {
        syntax_error(parser, keyword->at, NULL, "a select has one 'else' at most");
        diagnostic_cause(parser->diagnostics, cases->otherwise->whole, "the first one's block is");
    }
    cases->otherwise = block_copy(parser, body);
}

Stmt *stmt_select(Parser *parser, const Token *keyword, bool is_await, const CaseList *cases,
                  const Token *close) {
    const SelectCase *all = cases->cases.items;
    uint32_t depth = cases->otherwise ? cases->otherwise->depth : 0;
    for (uint32_t i = 0; i < cases->cases.count; i++)
        depth = depth_max(depth, depth_max(all[i].call->depth, all[i].body.depth));
    const Diagnostics *found = parser->diagnostics;
    bool broken = found->count > 0 && found->items[found->count - 1].at.start > keyword->at.start;
    if (!cases->cases.count && !cases->otherwise && !broken)
        syntax_error(parser, keyword->at, NULL, "a select needs at least one case");
    Stmt *stmt =
        stmt_new(parser, STMT_SELECT, keyword->at, span_join(keyword->at, close->at), depth);
    stmt->select.cases = cases->cases.items;
    stmt->select.count = cases->cases.count;
    stmt->select.is_await = is_await;
    stmt->select.otherwise = cases->otherwise;
    return stmt;
}
