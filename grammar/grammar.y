// SPDX-License-Identifier: MIT
//
// The grammar of the language, for lemon. It has no conflicts: what would need a look ahead (which
// braces, which newlines, which words) is decided by the token stream, interp/syntax/stream.c.
// An action is one call, of a constructor in interp/syntax/build.h.
//
// SEPARATOR is a newline that counts, or a semicolon. The stream also puts one before a `}` that
// ends a statement, and at the end of the text.

%name grammar
%token_prefix TOKEN_
%token_type {Token}
%extra_context {Parser *parser}

// Deeper texts get an error. It bounds the memory of a text like `- - - - - ...`.
%stack_size 8000
%stack_overflow { grammar_overflow(parser); }

%syntax_error { parser->failed = true; complain(parser, &TOKEN); }

%include {
// What lempar.c does with its own small integers is not ours to mend.
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wunused-variable"
#pragma GCC diagnostic ignored "-Wunused-parameter"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "syntax/build.h"
}

// ---- Operators, loosest first -------------------------------------------------------------------
// A rule has the precedence of its first operator: one rule may name several only of one line here.

%nonassoc ARROW.                       // fn (x) => all that follows
%right IF ELSE.                        // a if c else b
%left OR.
%left AND.
%right NOT.
%left EQUAL NOT_EQUAL LESS LESS_EQUAL GREATER GREATER_EQUAL
      IN NOT_IN IS IS_NOT.             // chains: expr_compare refuses them
%left RANGE.
%left PIPE.
%left CARET.
%left AMPERSAND.
%left SHIFT_LEFT SHIFT_RIGHT.
%left PLUS MINUS.
%left STAR SLASH DOUBLE_SLASH PERCENT.
%right TILDE AWAIT ASYNC THREAD SPAWN. // and unary minus
%right POWER.
%left LPAREN LBRACKET DOT.             // call, index, member

// No rule uses these: INVALID is an error wherever it stands, QUEUE is always given out as a NAME.
%token INVALID QUEUE.

// ---- A whole text -------------------------------------------------------------------------------

%start_symbol text
%type text {int}
text ::= statements(B).                          { module_statements(parser, B); }
text ::= EXPRESSION_MODE expr(B) separators.     { module_set_expr(parser, B); }

%type separators {int}
separators ::= .
separators ::= separators SEPARATOR.

// ---- Statements ---------------------------------------------------------------------------------

%type statements {List}
statements(A) ::= .                              { A = list_empty(); }
statements(A) ::= statements(A) SEPARATOR.
statements(A) ::= statements(A) compound(B).     { list_add_stmt(parser, &A, B); }
statements(A) ::= statements(A) simple(B) SEPARATOR.
                                                 { list_add_stmt(parser, &A, B); }
statements(A) ::= statements(A) error SEPARATOR.

%type block {Block}
block(A) ::= LBRACE(L) statements(B) RBRACE(R).  { A = block_new(parser, L.at, B, R.at); }

// ---- Simple statements: a separator ends them ---------------------------------------------------

%type simple {Stmt *}
simple(A) ::= items(B).                          { A = stmt_expr(parser, &B); }
simple(A) ::= items(B) ASSIGN(O) items(C).       { A = stmt_assign(parser, &B, &O, &C); }
simple(A) ::= items(B) AUGMENT(O) items(C).      { A = stmt_augment(parser, &B, &O, &C); }
simple(A) ::= LET|CONST(K) targets(B).           { A = stmt_let(parser, &K, &B, NULL); }
simple(A) ::= LET|CONST(K) targets(B) ASSIGN items(C).
                                                 { A = stmt_let(parser, &K, &B, &C); }
simple(A) ::= BREAK(K).                          { A = stmt_plain(parser, STMT_BREAK, &K); }
simple(A) ::= CONTINUE(K).                       { A = stmt_plain(parser, STMT_CONTINUE, &K); }
simple(A) ::= RETURN(K).                         { A = stmt_return(parser, &K, NULL); }
simple(A) ::= RETURN(K) items(B).                { A = stmt_return(parser, &K, &B); }
simple(A) ::= THROW(K) expr(B).                  { A = stmt_throw(parser, &K, B, NULL); }
simple(A) ::= THROW(K) expr(B) FROM expr(C).     { A = stmt_throw(parser, &K, B, C); }
simple(A) ::= IMPORT(K) imports(B).              { A = stmt_import(parser, &K, &B); }
simple(A) ::= FROM(K) NAME|STRING(M) IMPORT remotes(B).
                                                 { A = stmt_from(parser, &K, &M, &B); }
simple(A) ::= FN|ASYNC_FN(K) NAME(N) params(B) ARROW(O) expr(C).
        { A = stmt_function(parser, function_arrow(parser, FUNCTION_PLAIN, &K, &N, &B, &O, C)); }

// Targets of let, const and for.
%type targets {TargetList}
%type target {Target}
%type target_list {TargetList}
targets(A) ::= target_list(B).                   { A = B; }
targets(A) ::= target_list(B) COMMA.             { A = B; A.unpacks = true; }
target_list(A) ::= target(B).                    { A = targets_one(parser, &B); }
target_list(A) ::= target_list(A) COMMA target(B).
                                                 { targets_add(parser, &A, &B); }
target(A) ::= NAME(N).                           { A = target_name(parser, &N); }
target(A) ::= ELLIPSIS NAME(N).                  { A = target_rest(parser, &N); }
target(A) ::= LBRACKET(L) targets(B) RBRACKET.   { A = target_list(parser, &L, &B); }
target(A) ::= LPAREN(L) targets(B) RPAREN.       { A = target_list(parser, &L, &B); }

%type imports {List}
%type import {ImportItem}
imports(A) ::= import(B).                        { A = list_empty(); list_add_import(parser, &A, &B); }
imports(A) ::= imports(A) COMMA import(B).       { list_add_import(parser, &A, &B); }
import(A) ::= NAME|STRING(M).                    { A = import_item(parser, &M, NULL); }
import(A) ::= NAME|STRING(M) AS NAME(N).         { A = import_item(parser, &M, &N); }

%type remotes {List}
%type remote {ImportItem}
remotes(A) ::= remote(B).                        { A = list_empty(); list_add_import(parser, &A, &B); }
remotes(A) ::= remotes(A) COMMA remote(B).       { list_add_import(parser, &A, &B); }
remote(A) ::= NAME(M).                           { A = import_remote(parser, &M, &M); }
remote(A) ::= NAME(M) AS NAME(N).                { A = import_remote(parser, &M, &N); }

// ---- Compound statements: a block ends them -----------------------------------------------------

%type compound {Stmt *}
compound(A) ::= block(B).                        { A = stmt_block(parser, &B); }
compound(A) ::= if(B).                           { A = B; }
compound(A) ::= if(B) ELSE block(C).             { A = stmt_if_else(parser, B, &C); }
compound(A) ::= WHILE(K) expr(B) block(C).       { A = stmt_while(parser, &K, B, &C); }
compound(A) ::= FOR(K) targets(B) IN expr(C) block(D).
                                                 { A = stmt_for(parser, &K, false, &B, C, &D); }
compound(A) ::= FOR(K) AWAIT targets(B) IN expr(C) block(D).
                                                 { A = stmt_for(parser, &K, true, &B, C, &D); }
compound(A) ::= TRY(K) block(B) catches(C).      { A = stmt_try(parser, &K, &B, &C, NULL); }
compound(A) ::= TRY(K) block(B) catches(C) FINALLY block(D).
                                                 { A = stmt_try(parser, &K, &B, &C, &D); }
compound(A) ::= WITH(K) withs(B) block(C).       { A = stmt_with(parser, &K, &B, &C); }
compound(A) ::= FN|ASYNC_FN(K) NAME(N) params(B) block(C).
            { A = stmt_function(parser, function_new(parser, FUNCTION_PLAIN, &K, &N, &B, &C)); }
compound(A) ::= class(B).                        { A = stmt_class(parser, B); }
compound(A) ::= LOCK(K) items(B) block(C).       { A = stmt_lock(parser, &K, false, &B, &C); }
compound(A) ::= AWAIT(W) LOCK items(B) block(C). { A = stmt_lock(parser, &W, true, &B, &C); }
compound(A) ::= GROUP(K) block(B).               { A = stmt_group(parser, &K, false, &B); }
compound(A) ::= AWAIT(W) GROUP block(B).         { A = stmt_group(parser, &W, true, &B); }
compound(A) ::= SELECT(K) LBRACE cases(B) RBRACE(R).
                                                 { A = stmt_select(parser, &K, false, &B, &R); }
compound(A) ::= AWAIT(W) SELECT LBRACE cases(B) RBRACE(R).
                                                 { A = stmt_select(parser, &W, true, &B, &R); }
compound(A) ::= TIMEOUT(K) expr(B) block(C).     { A = stmt_timeout(parser, &K, B, &C); }
compound(A) ::= TEST(K) STRING(S) block(B).      { A = stmt_test(parser, &K, &S, &B); }
// lock (a) { } looks like a call until its brace; nothing else may stand there.
compound(A) ::= items(B) block(C).               { A = stmt_from_items(parser, &B, &C); }

%type if {Stmt *}
if(A) ::= IF(K) expr(B) block(C).                { A = stmt_if(parser, &K, B, &C); }
if(A) ::= if(A) ELSE IF(K) expr(B) block(C).     { stmt_if_add(parser, A, &K, B, &C); }

%type catches {List}
%type catch {CatchClause}
%type types {List}
%type type {Expr *}
catches(A) ::= .                                 { A = list_empty(); }
catches(A) ::= catches(A) catch(B).              { list_add_catch(parser, &A, &B); }
catch(A) ::= CATCH(K) block(B).                  { A = catch_new(parser, &K, NULL, NULL, &B); }
catch(A) ::= CATCH(K) NAME(N) block(B).          { A = catch_new(parser, &K, &N, NULL, &B); }
catch(A) ::= CATCH(K) NAME(N) COLON types(T) block(B).
                                                 { A = catch_new(parser, &K, &N, &T, &B); }
types(A) ::= type(B).                            { A = list_empty(); list_add_expr(parser, &A, B); }
types(A) ::= types(A) PIPE type(B).              { list_add_expr(parser, &A, B); }
type(A) ::= NAME(N).                             { A = expr_name(parser, &N); }
type(A) ::= type(B) DOT NAME(N).                 { A = expr_member(parser, B, &N); }

%type withs {List}
%type with {WithItem}
withs(A) ::= with(B).                            { A = list_empty(); list_add_with(parser, &A, &B); }
withs(A) ::= withs(A) COMMA with(B).             { list_add_with(parser, &A, &B); }
with(A) ::= expr(B).                             { A = with_item(parser, B, NULL); }
with(A) ::= expr(B) AS NAME(N).                  { A = with_item(parser, B, &N); }

%type cases {CaseList}
cases(A) ::= .                                   { A = cases_empty(); }
cases(A) ::= cases(A) SEPARATOR.
cases(A) ::= cases(A) CASE(K) items(B) block(C). { cases_add(parser, &A, &K, NULL, &B, &C); }
cases(A) ::= cases(A) CASE(K) items(T) ASSIGN items(B) block(C).
                                                 { cases_add(parser, &A, &K, &T, &B, &C); }
cases(A) ::= cases(A) ELSE(K) block(B).          { cases_else(parser, &A, &K, &B); }
cases(A) ::= cases(A) error SEPARATOR.

// ---- Functions and classes ----------------------------------------------------------------------

%type params {List}
%type param_list {List}
%type param {Param}
params(A) ::= LPAREN RPAREN.                     { A = list_empty(); }
params(A) ::= LPAREN param_list(B) RPAREN.       { A = B; }
params(A) ::= LPAREN param_list(B) COMMA RPAREN. { A = B; }
param_list(A) ::= param(B).                      { A = list_empty(); list_add_param(parser, &A, &B); }
param_list(A) ::= param_list(A) COMMA param(B).  { list_add_param(parser, &A, &B); }
param(A) ::= NAME(N).                            { A = param_new(parser, &N, NULL, false); }
param(A) ::= NAME(N) ASSIGN expr(B).             { A = param_new(parser, &N, B, false); }
param(A) ::= ELLIPSIS NAME(N).                   { A = param_new(parser, &N, NULL, true); }

%type class {ClassDecl *}
%type members {List}
%type member_kind {FunctionKind}
class(A) ::= CLASS(K) NAME(N) LBRACE members(B) RBRACE(R).
                                                 { A = class_declare(parser, &K, &N, NULL, &B, &R); }
class(A) ::= CLASS(K) NAME(N) EXTENDS expr(E) LBRACE members(B) RBRACE(R).
                                                 { A = class_declare(parser, &K, &N, E, &B, &R); }
members(A) ::= .                                 { A = list_empty(); }
members(A) ::= members(A) SEPARATOR.
members(A) ::= members(A) member_kind(M) FN|ASYNC_FN(K) NAME(N) params(P) block(B).
             { list_add_function(parser, &A, function_new(parser, M, &K, &N, &P, &B)); }
members(A) ::= members(A) member_kind(M) FN|ASYNC_FN(K) NAME(N) params(P) ARROW(O) expr(E) SEPARATOR.
             { list_add_function(parser, &A, function_arrow(parser, M, &K, &N, &P, &O, E)); }
members(A) ::= members(A) GET|SET(K) NAME(N) params(P) block(B).
             { list_add_function(parser, &A, accessor_new(parser, &K, &N, &P, &B)); }
members(A) ::= members(A) GET|SET(K) NAME(N) params(P) ARROW(O) expr(E) SEPARATOR.
             { list_add_function(parser, &A, accessor_arrow(parser, &K, &N, &P, &O, E)); }
members(A) ::= members(A) error SEPARATOR.
member_kind(A) ::= .                             { A = FUNCTION_METHOD; }
member_kind(A) ::= STATIC.                       { A = FUNCTION_STATIC; }

// ---- Expressions --------------------------------------------------------------------------------

%type expr {Expr *}
expr(A) ::= FN|ASYNC_FN(K) params(B) ARROW(O) expr(C).
            { A = expr_function(parser, function_arrow(parser, FUNCTION_PLAIN, &K, NULL, &B, &O, C)); }
expr(A) ::= expr(B) IF(O) expr(C) ELSE expr(D).  { A = expr_conditional(parser, B, &O, C, D); }
expr(A) ::= expr(B) OR(O) expr(C).               { A = expr_binary(parser, B, &O, C); }
expr(A) ::= expr(B) AND(O) expr(C).              { A = expr_binary(parser, B, &O, C); }
expr(A) ::= NOT(O) expr(B).                      { A = expr_unary(parser, &O, B); }
expr(A) ::= expr(B) EQUAL|NOT_EQUAL|LESS|LESS_EQUAL|GREATER|GREATER_EQUAL(O) expr(C).
                                                 { A = expr_compare(parser, B, &O, C); }
expr(A) ::= expr(B) IN|NOT_IN|IS|IS_NOT(O) expr(C).
                                                 { A = expr_compare(parser, B, &O, C); }
expr(A) ::= expr(B) RANGE(O) expr(C).            { A = expr_range(parser, B, &O, C); }
expr(A) ::= expr(B) PIPE(O) expr(C).             { A = expr_binary(parser, B, &O, C); }
expr(A) ::= expr(B) CARET(O) expr(C).            { A = expr_binary(parser, B, &O, C); }
expr(A) ::= expr(B) AMPERSAND(O) expr(C).        { A = expr_binary(parser, B, &O, C); }
expr(A) ::= expr(B) SHIFT_LEFT|SHIFT_RIGHT(O) expr(C).
                                                 { A = expr_binary(parser, B, &O, C); }
expr(A) ::= expr(B) PLUS|MINUS(O) expr(C).       { A = expr_binary(parser, B, &O, C); }
expr(A) ::= expr(B) STAR|SLASH|DOUBLE_SLASH|PERCENT(O) expr(C).
                                                 { A = expr_binary(parser, B, &O, C); }
expr(A) ::= expr(B) POWER(O) expr(C).            { A = expr_binary(parser, B, &O, C); }
expr(A) ::= MINUS|PLUS|TILDE(O) expr(B). [TILDE] { A = expr_unary(parser, &O, B); }
expr(A) ::= AWAIT(K) expr(B).                    { A = expr_await(parser, &K, B); }
expr(A) ::= ASYNC|THREAD|SPAWN(K) expr(B).       { A = expr_start(parser, &K, B); }
expr(A) ::= ASYNC|THREAD|SPAWN(K) block(B).      { A = expr_start_block(parser, &K, &B); }

expr(A) ::= expr(B) LPAREN(L) arguments(C) RPAREN(R).
                                                 { A = expr_call(parser, B, &L, &C, &R); }
expr(A) ::= expr(B) LBRACKET(L) expr(C) RBRACKET(R).
                                                 { A = expr_index(parser, B, &L, C, &R); }
expr(A) ::= expr(B) LBRACKET(L) bound(C) COLON bound(D) RBRACKET(R).
                                                 { A = expr_slice(parser, B, &L, C, D, NULL, &R); }
expr(A) ::= expr(B) LBRACKET(L) bound(C) COLON bound(D) COLON bound(E) RBRACKET(R).
                                                 { A = expr_slice(parser, B, &L, C, D, E, &R); }
expr(A) ::= expr(B) DOT NAME(N).                 { A = expr_member(parser, B, &N); }
expr(A) ::= SUPER(K) DOT NAME(N).                { A = expr_super(parser, &K, &N); }

%type bound {Expr *}
bound(A) ::= .                                   { A = NULL; }
bound(A) ::= expr(B).                            { A = B; }

expr(A) ::= LPAREN(L) expr(B) RPAREN(R).         { A = expr_paren(parser, &L, B, &R); }
expr(A) ::= NAME(N).                             { A = expr_name(parser, &N); }
expr(A) ::= SELF|NIL|TRUE|FALSE(K).              { A = expr_constant(parser, &K); }
expr(A) ::= INT|BIG_INT|FLOAT(N).                { A = expr_number(parser, &N); }
expr(A) ::= STRING(S).                           { A = expr_string(parser, &S); }
expr(A) ::= TEMPLATE_START(S) template(T) TEMPLATE_END(E).
                                                 { A = expr_interpolation(parser, &S, &T, &E); }
expr(A) ::= LBRACKET(L) RBRACKET(R).             { A = expr_list(parser, &L, NULL, &R); }
expr(A) ::= LBRACKET(L) items(B) RBRACKET(R).    { A = expr_list(parser, &L, &B, &R); }
expr(A) ::= MAP_OPEN(L) MAP_CLOSE(R).            { A = expr_map(parser, &L, NULL, &R); }
expr(A) ::= MAP_OPEN(L) entries(B) MAP_CLOSE(R). { A = expr_map(parser, &L, &B, &R); }
expr(A) ::= MAP_OPEN(L) entries(B) COMMA MAP_CLOSE(R).
                                                 { A = expr_map(parser, &L, &B, &R); }
expr(A) ::= FN|ASYNC_FN(K) params(B) block(C).
            { A = expr_function(parser, function_new(parser, FUNCTION_PLAIN, &K, NULL, &B, &C)); }

// The inside of "a ${ here :spec} b ${ and here } c".
%type template {List}
%type format {Bytes}
template(A) ::= expr(B) format(F).               { A = list_empty(); list_add_part(parser, &A, NULL, B, F); }
template(A) ::= template(A) TEMPLATE_MIDDLE(S) expr(B) format(F).
                                                 { list_add_part(parser, &A, &S, B, F); }
format(A) ::= .                                  { A = (Bytes){0}; }
format(A) ::= TEMPLATE_FORMAT(F).                { A = F.text; }

// a, b, ...rest: of lists, return, both sides of an assignment. A trailing comma makes one a list.
%type items {ItemList}
%type item {Argument}
%type item_list {ItemList}
items(A) ::= item_list(B).                       { A = B; }
items(A) ::= item_list(B) COMMA.                 { A = B; A.is_list = true; }
item_list(A) ::= item(B).                        { A = items_one(parser, &B); }
item_list(A) ::= item_list(A) COMMA item(B).     { items_add(parser, &A, &B); }
item(A) ::= expr(B).                             { A = argument_new(NULL, B, false); }
item(A) ::= ELLIPSIS expr(B).                    { A = argument_new(NULL, B, true); }

%type arguments {List}
%type argument_list {List}
%type argument {Argument}
arguments(A) ::= .                               { A = list_empty(); }
arguments(A) ::= argument_list(B).               { A = B; }
arguments(A) ::= argument_list(B) COMMA.         { A = B; }
argument_list(A) ::= argument(B).                { A = list_empty(); list_add_argument(parser, &A, &B); }
argument_list(A) ::= argument_list(A) COMMA argument(B).
                                                 { list_add_argument(parser, &A, &B); }
argument(A) ::= expr(B).                         { A = argument_new(NULL, B, false); }
argument(A) ::= NAME(N) COLON expr(B).           { A = argument_new(&N, B, false); }
argument(A) ::= ELLIPSIS expr(B).                { A = argument_new(NULL, B, true); }

%type entries {List}
entries(A) ::= expr(K) COLON expr(V).            { A = list_empty(); list_add_entry(parser, &A, K, V); }
entries(A) ::= entries(A) COMMA expr(K) COLON expr(V).
                                                 { list_add_entry(parser, &A, K, V); }

// ---- For the error messages ---------------------------------------------------------------------

%code {
// Runs the tables on a copy of the states, without values, to see where `code` would lead.
bool grammar_accepts(void *engine, int code) {
    yyParser *p = engine;
    YYACTIONTYPE states[64];
    int top = 0, below = (int)(p->yytos - p->yystack);
    states[0] = p->yytos->stateno;
    for (int steps = 0; steps < 200; steps++) {
        if (states[top] > YY_MAX_SHIFT && states[top] <= YY_MAX_SHIFTREDUCE)
            states[top] = (YYACTIONTYPE)(states[top] + YY_MIN_REDUCE - YY_MIN_SHIFTREDUCE);
        YYACTIONTYPE act = states[top] >= YY_MIN_REDUCE
                               ? states[top]
                               : yy_find_shift_action((YYCODETYPE)code, states[top]);
        if (act < YY_MIN_REDUCE)
            return act <= YY_MAX_SHIFTREDUCE || act == YY_ACCEPT_ACTION;
        unsigned rule = act - YY_MIN_REDUCE;
        for (int n = -yyRuleInfoNRhs[rule]; n > 0; n--) {
            if (top > 0)
                top--;
            else if (below > 0)
                states[0] = p->yystack[--below].stateno;
        }
        if (top == 63)
            return false;
        YYACTIONTYPE next = yy_find_reduce_action(states[top], (YYCODETYPE)yyRuleInfoLhs[rule]);
        states[++top] = next;
    }
    return false;
}

void grammar_recovered(void *engine) {
    ((yyParser *)engine)->yyerrcnt = -1;
}
}
