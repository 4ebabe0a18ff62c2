// SPDX-License-Identifier: MIT
//
// The tree as S-expressions. What a node is called here is only for tests and readers; recursion is
// bounded by AST_DEPTH_LIMIT.
#include "syntax/ast.h"

static void print_expr(Text *out, const Expr *expr);
static void print_block(Text *out, const Block *block);
static void print_function(Text *out, const Function *function, const char *head);

static void print_bytes(Text *out, Bytes bytes) {
    text_char(out, '"');
    for (uint32_t i = 0; i < bytes.length; i++) {
        char c = bytes.data[i];
        if (c == '"' || c == '\\')
            text_format(out, "\\%c", c);
        else if (c == '\n')
            text_string(out, "\\n");
        else if ((unsigned char)c < ' ')
            text_format(out, "\\x%02x", (unsigned)(unsigned char)c);
        else
            text_char(out, c);
    }
    text_char(out, '"');
}

// A blank and the expression; nothing where there is none.
static void print_next(Text *out, const Expr *expr) {
    if (!expr)
        return;
    text_char(out, ' ');
    print_expr(out, expr);
}

static void print_or_nil(Text *out, const Expr *expr) {
    if (expr)
        print_next(out, expr);
    else
        text_string(out, " _");
}

static void print_arguments(Text *out, const Argument *arguments, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        text_char(out, ' ');
        if (arguments[i].label)
            text_format(out, "%s: ", arguments[i].label->text);
        if (arguments[i].spread)
            text_string(out, "...");
        print_expr(out, arguments[i].value);
    }
}

static void print_parts(Text *out, const Expr *expr) {
    text_string(out, "(str");
    for (uint32_t i = 0; i < expr->interpolation.count; i++) {
        const StringPart *part = &expr->interpolation.parts[i];
        text_char(out, ' ');
        if (!part->value) {
            print_bytes(out, part->text);
            continue;
        }
        print_expr(out, part->value);
        if (part->has_format)
            text_format(out, ":%s", part->text.data);
    }
    text_char(out, ')');
}

static void print_map(Text *out, const Expr *expr) {
    text_string(out, "(map");
    for (uint32_t i = 0; i < expr->map.count; i++) {
        text_string(out, " (");
        print_expr(out, expr->map.entries[i].key);
        print_next(out, expr->map.entries[i].value);
        text_char(out, ')');
    }
    text_char(out, ')');
}

static void print_operation(Text *out, const char *op, const Expr *left, const Expr *right) {
    text_format(out, "(%s", op);
    print_next(out, left);
    print_next(out, right);
    text_char(out, ')');
}

static void print_start(Text *out, const Expr *expr) {
    static const char *const words[] = {"spawn", "thread", "async"};
    text_format(out, "(%s", words[expr->start.kind]);
    print_next(out, expr->start.call);
    if (expr->start.block)
        print_block(out, &expr->start.block->body);
    text_char(out, ')');
}

static void print_expr(Text *out, const Expr *expr) {
    static const char *const unary[] = {"-", "+", "~", "not"};
    switch (expr->kind) {
    case EXPR_NIL: text_string(out, "nil"); break;
    case EXPR_TRUE: text_string(out, "true"); break;
    case EXPR_FALSE: text_string(out, "false"); break;
    case EXPR_SELF: text_string(out, "self"); break;
    case EXPR_INT: text_format(out, "%lld", (long long)expr->integer); break;
    case EXPR_BIG_INT: text_format(out, "%s#%d", expr->big.digits, expr->big.base); break;
    case EXPR_FLOAT: text_format(out, "%#.17g", expr->number); break;
    case EXPR_STRING: print_bytes(out, expr->string); break;
    case EXPR_INTERPOLATION: print_parts(out, expr); break;
    case EXPR_NAME: text_string(out, expr->name.name->text); break;
    case EXPR_SUPER: text_format(out, "super.%s", expr->super.name->text); break;
    case EXPR_LIST:
        text_string(out, "(list");
        print_arguments(out, expr->list.items, expr->list.count);
        text_char(out, ')');
        break;
    case EXPR_MAP: print_map(out, expr); break;
    case EXPR_UNARY: print_operation(out, unary[expr->unary.op], expr->unary.operand, NULL); break;
    case EXPR_AND: print_operation(out, "and", expr->binary.left, expr->binary.right); break;
    case EXPR_OR: print_operation(out, "or", expr->binary.left, expr->binary.right); break;
    case EXPR_BINARY:
        print_operation(out, binary_op_text(expr->binary.op), expr->binary.left,
                        expr->binary.right);
        break;
    case EXPR_CONDITIONAL:
        text_string(out, "(if");
        print_next(out, expr->conditional.condition);
        print_next(out, expr->conditional.yes);
        print_next(out, expr->conditional.no);
        text_char(out, ')');
        break;
    case EXPR_CALL:
        text_string(out, "(call");
        print_next(out, expr->call.callee);
        print_arguments(out, expr->call.arguments, expr->call.count);
        text_char(out, ')');
        break;
    case EXPR_INDEX: print_operation(out, "index", expr->index.object, expr->index.index); break;
    case EXPR_SLICE:
        text_string(out, "(slice");
        print_next(out, expr->slice.object);
        print_or_nil(out, expr->slice.start);
        print_or_nil(out, expr->slice.stop);
        print_or_nil(out, expr->slice.step);
        text_char(out, ')');
        break;
    case EXPR_MEMBER:
        text_string(out, "(.");
        print_next(out, expr->member.object);
        text_format(out, " %s)", expr->member.name->text);
        break;
    case EXPR_FUNCTION: print_function(out, expr->function, "fn"); break;
    case EXPR_START: print_start(out, expr); break;
    case EXPR_AWAIT: print_operation(out, "await", expr->await.value, NULL); break;
    }
}

// ---- Functions and classes --------------------------------------------------------------------

static void print_function(Text *out, const Function *function, const char *head) {
    text_format(out, "(%s%s", function->is_async ? "async-" : "", head);
    if (function->name)
        text_format(out, " %s", function->name->text);
    text_string(out, " (");
    for (uint32_t i = 0; i < function->param_count; i++) {
        const Param *param = &function->params[i];
        text_format(out, "%s%s%s", i ? " " : "", param->is_rest ? "..." : "", param->name->text);
        if (param->value) {
            text_string(out, " =");
            print_next(out, param->value);
        }
    }
    text_char(out, ')');
    print_block(out, &function->body);
    text_char(out, ')');
}

static void print_class(Text *out, const ClassDecl *class_) {
    static const char *const heads[] = {"fn", "fn", "get", "set", "static", "block", "test"};
    text_format(out, "(class %s", class_->name->text);
    if (class_->base)
        print_next(out, class_->base);
    for (uint32_t i = 0; i < class_->method_count; i++) {
        text_char(out, ' ');
        print_function(out, class_->methods[i], heads[class_->methods[i]->kind]);
    }
    text_char(out, ')');
}

// ---- Statements -------------------------------------------------------------------------------

static void print_targets(Text *out, const Target *targets, uint32_t count);

static void print_target(Text *out, const Target *target) {
    if (target->is_rest)
        text_string(out, "...");
    switch (target->kind) {
    case TARGET_NAME: text_string(out, target->name.name->text); break;
    case TARGET_MEMBER:
        text_string(out, "(.");
        print_next(out, target->member.object);
        text_format(out, " %s)", target->member.name->text);
        break;
    case TARGET_INDEX:
        print_operation(out, "index", target->index.object, target->index.index);
        break;
    case TARGET_SLICE:
        text_string(out, "(slice");
        print_next(out, target->slice.object);
        print_or_nil(out, target->slice.start);
        print_or_nil(out, target->slice.stop);
        print_or_nil(out, target->slice.step);
        text_char(out, ')');
        break;
    case TARGET_LIST: print_targets(out, target->list.items, target->list.count); break;
    }
}

static void print_targets(Text *out, const Target *targets, uint32_t count) {
    text_char(out, '[');
    for (uint32_t i = 0; i < count; i++) {
        if (i)
            text_char(out, ' ');
        print_target(out, &targets[i]);
    }
    text_char(out, ']');
}

static void print_left(Text *out, const Target *targets, uint32_t count, bool unpacks) {
    text_char(out, ' ');
    if (unpacks)
        print_targets(out, targets, count);
    else
        print_target(out, targets);
}

static void print_stmt(Text *out, const Stmt *stmt);

// " { ... }": the statements, each in its parentheses.
static void print_block(Text *out, const Block *block) {
    text_string(out, " {");
    for (uint32_t i = 0; i < block->count; i++) {
        if (i)
            text_char(out, ' ');
        print_stmt(out, block->items[i]);
    }
    text_char(out, '}');
}

static void print_else(Text *out, const char *word, const Block *block) {
    if (!block)
        return;
    text_format(out, " %s", word);
    print_block(out, block);
}

static void print_try(Text *out, const Stmt *stmt) {
    text_string(out, "(try");
    print_block(out, &stmt->try_.body);
    for (uint32_t i = 0; i < stmt->try_.catch_count; i++) {
        const CatchClause *clause = &stmt->try_.catches[i];
        text_string(out, " (catch");
        if (clause->name)
            text_format(out, " %s", clause->name->text);
        for (uint32_t j = 0; j < clause->type_count; j++)
            print_next(out, clause->types[j]);
        print_block(out, &clause->body);
        text_char(out, ')');
    }
    print_else(out, "finally", stmt->try_.finally);
    text_char(out, ')');
}

static void print_if(Text *out, const Stmt *stmt) {
    text_string(out, "(if");
    for (uint32_t i = 0; i < stmt->if_.count; i++) {
        print_next(out, stmt->if_.branches[i].condition);
        print_block(out, &stmt->if_.branches[i].body);
    }
    print_else(out, "else", stmt->if_.otherwise);
    text_char(out, ')');
}

static void print_for(Text *out, const Stmt *stmt) {
    text_string(out, stmt->for_.is_await ? "(for-await" : "(for");
    print_left(out, stmt->for_.targets, stmt->for_.count, stmt->for_.unpacks);
    print_next(out, stmt->for_.iterable);
    print_block(out, &stmt->for_.body);
    text_char(out, ')');
}

static void print_with(Text *out, const Stmt *stmt) {
    text_string(out, "(with");
    for (uint32_t i = 0; i < stmt->with.count; i++) {
        print_next(out, stmt->with.items[i].value);
        if (stmt->with.items[i].name)
            text_format(out, " as %s", stmt->with.items[i].name->text);
    }
    print_block(out, &stmt->with.body);
    text_char(out, ')');
}

static void print_source(Text *out, const ImportSource *source) {
    text_char(out, ' ');
    if (source->is_path)
        print_bytes(out, source->text);
    else
        text_string(out, source->text.data);
}

static void print_imports(Text *out, const Stmt *stmt) {
    bool from = stmt->kind == STMT_FROM;
    text_string(out, from ? "(from" : "(import");
    if (from)
        print_source(out, &stmt->from.source);
    const ImportItem *items = from ? stmt->from.items : stmt->import.items;
    uint32_t count = from ? stmt->from.count : stmt->import.count;
    for (uint32_t i = 0; i < count; i++) {
        if (from)
            text_format(out, " %s", items[i].remote->text);
        else
            print_source(out, &items[i].source);
        text_format(out, " as %s", items[i].name->text);
    }
    text_char(out, ')');
}

static void print_select(Text *out, const Stmt *stmt) {
    text_string(out, stmt->select.is_await ? "(select-await" : "(select");
    for (uint32_t i = 0; i < stmt->select.count; i++) {
        const SelectCase *entry = &stmt->select.cases[i];
        text_string(out, " (case");
        if (entry->target_count)
            print_left(out, entry->targets, entry->target_count, entry->unpacks);
        print_next(out, entry->call);
        print_block(out, &entry->body);
        text_char(out, ')');
    }
    print_else(out, "else", stmt->select.otherwise);
    text_char(out, ')');
}

static void print_lock(Text *out, const Stmt *stmt) {
    text_string(out, stmt->lock.is_await ? "(lock-await" : "(lock");
    for (uint32_t i = 0; i < stmt->lock.count; i++)
        print_next(out, stmt->lock.items[i]);
    print_block(out, &stmt->lock.body);
    text_char(out, ')');
}

static void print_assign(Text *out, const Stmt *stmt) {
    text_string(out, stmt->kind == STMT_ASSIGN ? "(=" : stmt->assign.is_const ? "(const" : "(let");
    print_left(out, stmt->assign.targets, stmt->assign.count, stmt->assign.unpacks);
    print_next(out, stmt->assign.value);
    text_char(out, ')');
}

// (word expr? block?)
static void print_simple(Text *out, const char *word, const Expr *expr, const Block *block) {
    text_format(out, "(%s", word);
    print_next(out, expr);
    if (block)
        print_block(out, block);
    text_char(out, ')');
}

static void print_stmt(Text *out, const Stmt *stmt) {
    switch (stmt->kind) {
    case STMT_EXPR: print_expr(out, stmt->expr); break;
    case STMT_LET:
    case STMT_ASSIGN: print_assign(out, stmt); break;
    case STMT_AUGMENT:
        text_format(out, "(%s=", binary_op_text(stmt->augment.op));
        print_left(out, &stmt->augment.target, 1, false);
        print_next(out, stmt->augment.value);
        text_char(out, ')');
        break;
    case STMT_IF: print_if(out, stmt); break;
    case STMT_WHILE: print_simple(out, "while", stmt->while_.condition, &stmt->while_.body); break;
    case STMT_FOR: print_for(out, stmt); break;
    case STMT_BREAK: text_string(out, "(break)"); break;
    case STMT_CONTINUE: text_string(out, "(continue)"); break;
    case STMT_RETURN: print_simple(out, "return", stmt->return_.value, NULL); break;
    case STMT_THROW: print_operation(out, "throw", stmt->throw_.value, stmt->throw_.cause); break;
    case STMT_TRY: print_try(out, stmt); break;
    case STMT_WITH: print_with(out, stmt); break;
    case STMT_IMPORT:
    case STMT_FROM: print_imports(out, stmt); break;
    case STMT_FUNCTION: print_function(out, stmt->function.function, "fn"); break;
    case STMT_CLASS: print_class(out, stmt->class_); break;
    case STMT_BLOCK: print_simple(out, "block", NULL, &stmt->block); break;
    case STMT_LOCK: print_lock(out, stmt); break;
    case STMT_SELECT: print_select(out, stmt); break;
    case STMT_GROUP:
        print_simple(out, stmt->group.is_await ? "group-await" : "group", NULL, &stmt->group.body);
        break;
    case STMT_TIMEOUT:
        print_simple(out, "timeout", stmt->timeout.seconds, &stmt->timeout.body);
        break;
    case STMT_TEST:
        text_string(out, "(test ");
        print_bytes(out, stmt->test.name);
        print_block(out, &stmt->test.function->body);
        text_char(out, ')');
        break;
    }
}

void ast_print(Text *out, const Module *module) {
    for (uint32_t i = 0; i < module->body.count; i++) {
        print_stmt(out, module->body.items[i]);
        text_char(out, '\n');
    }
}
