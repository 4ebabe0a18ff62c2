// SPDX-License-Identifier: MIT
//
// The tree of a source text: expressions and statements as tagged unions.
//
// - Everything lives in the arena of the parse, and keeps no pointer into the source's bytes.
// - Every node has two spans: `at`, its most telling token (the operator; the called or accessed
//   name; the keyword), where errors point; and `whole`, all of its text.
// - Names are NFC-normalised and interned: in one tree, equal names are equal pointers.
// - No path from the root is longer than AST_DEPTH_LIMIT nodes (parse_source refuses such texts),
// so
//   walks may recurse. Else-if chains and argument lists are arrays, not nests.
// - Pointers that may be NULL say so. Fields named `scope` and `binding` are the compiler's: NULL
//   after parsing, free for its notes.
#ifndef CONC_SYNTAX_AST_H
#define CONC_SYNTAX_AST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/text.h"
#include "syntax/source.h"

enum { AST_DEPTH_LIMIT = 1000 };

typedef struct Name {
    uint32_t length, hash;
    char text[]; // UTF-8, NUL-terminated
} Name;

// Bytes that may contain NUL (and are NUL-terminated beyond `length` all the same).
typedef struct Bytes {
    const char *data;
    uint32_t length;
} Bytes;

typedef struct Expr Expr;
typedef struct Stmt Stmt;
typedef struct Function Function;
typedef struct ClassDecl ClassDecl;

// { ... }: opens a scope. Also the text of a module.
typedef struct Block {
    Stmt **items;
    uint32_t count;
    uint16_t depth; // of the tree below, itself included
    Span whole;     // with its braces
    void *scope;
} Block;

// ---- Expressions ------------------------------------------------------------------------------

typedef enum ExprKind {
    EXPR_NIL,
    EXPR_TRUE,
    EXPR_FALSE,
    EXPR_INT,           // .integer
    EXPR_BIG_INT,       // .big: an int literal that does not fit int64_t
    EXPR_FLOAT,         // .number
    EXPR_STRING,        // .string: escapes are resolved
    EXPR_INTERPOLATION, // .interpolation: "a ${b} c"
    EXPR_NAME,          // .name: a variable is read (`lock` and `queue` are such names too)
    EXPR_SELF,          // self
    EXPR_SUPER,       // .super: super.name, mostly the callee of a call; `super` never stands alone
    EXPR_LIST,        // .list: also made for `return a, b` and the right side of `a, b = b, a`
    EXPR_MAP,         // .map
    EXPR_UNARY,       // .unary: - + ~ not   (-1 is read as the number)
    EXPR_BINARY,      // .binary: every operator with two values but `and` and `or`
    EXPR_AND,         // .binary (op unused)
    EXPR_OR,          // .binary (op unused)
    EXPR_CONDITIONAL, // .conditional: yes if condition else no
    EXPR_CALL,        // .call
    EXPR_INDEX,       // .index: object[index]
    EXPR_SLICE,       // .slice: object[start:stop:step]
    EXPR_MEMBER,      // .member: object.name
    EXPR_FUNCTION,    // .function: fn (x) { } and fn (x) => x; its name is NULL
    EXPR_START,       // .start: spawn, thread, async
    EXPR_AWAIT,       // .await: await value
} ExprKind;

typedef enum UnaryOp { UNARY_NEGATE, UNARY_PLUS, UNARY_INVERT, UNARY_NOT } UnaryOp;

typedef enum BinaryOp {
    BINARY_ADD,
    BINARY_SUBTRACT,
    BINARY_MULTIPLY,
    BINARY_DIVIDE,
    BINARY_FLOOR_DIVIDE,
    BINARY_MODULO,
    BINARY_POWER,
    BINARY_AND, // & | ^
    BINARY_OR,
    BINARY_XOR,
    BINARY_SHIFT_LEFT,
    BINARY_SHIFT_RIGHT,
    BINARY_RANGE, // left .. right
    BINARY_EQUAL, // the comparisons do not chain
    BINARY_NOT_EQUAL,
    BINARY_LESS,
    BINARY_LESS_EQUAL,
    BINARY_GREATER,
    BINARY_GREATER_EQUAL,
    BINARY_IN,
    BINARY_NOT_IN,
    BINARY_IS,
    BINARY_IS_NOT,
} BinaryOp;

// "+", "not in", ...
const char *binary_op_text(BinaryOp op);

// One argument of a call, or one item of a list (never a label there).
typedef struct Argument {
    const Name *label; // NULL: by position
    Expr *value;
    bool spread; // ...value
    Span at;     // the label, the `...` or value's `at`
} Argument;

typedef struct MapEntry {
    Expr *key, *value;
} MapEntry;

// A piece of an interpolated string: a literal, or a value with a format spec.
typedef struct StringPart {
    Expr *value;     // NULL: a literal
    Bytes text;      // the literal (not empty); or the format spec after `:` ("" without one)
    bool has_format; // there was a `:`
} StringPart;

typedef enum StartKind { START_SPAWN, START_THREAD, START_ASYNC } StartKind;

struct Expr {
    ExprKind kind;
    bool parenthesised; // it stood in ( )
    uint16_t depth;     // of the tree below, itself included
    Span at, whole;
    union {
        int64_t integer;
        struct {
            const char *digits; // of the base, without prefix and underscores, NUL-terminated
            int base;           // 2, 8, 10, 16
        } big;
        double number;
        Bytes string;
        struct {
            StringPart *parts;
            uint32_t count;
        } interpolation;
        struct {
            const Name *name;
            void *binding;
        } name;
        struct {
            const Name *name;
        } super;
        struct {
            Argument *items;
            uint32_t count;
        } list;
        struct {
            MapEntry *entries;
            uint32_t count;
        } map;
        struct {
            UnaryOp op;
            Expr *operand;
        } unary;
        struct {
            BinaryOp op;
            bool wide; // set by code/: its result goes only into what may be wide
            Expr *left, *right;
        } binary;
        struct {
            Expr *condition, *yes, *no;
        } conditional;
        struct {
            Expr *callee; // EXPR_MEMBER and EXPR_SUPER here are method calls
            Argument *arguments;
            uint32_t count;
            void *group; // of a start within a group: the group's hidden variable
        } call;          // at: the name that is called where there is one, otherwise the `(`
        struct {
            Expr *object, *index;
        } index; // at: the `[`
        struct {
            Expr *object;
            Expr *start, *stop, *step; // each may be NULL
        } slice;                       // at: the `[`
        struct {
            Expr *object;
            const Name *name;
        } member; // at: the name
        Function *function;
        struct {
            StartKind kind;
            Expr *call;      // an EXPR_CALL; NULL where a block is started
            Function *block; // FUNCTION_BLOCK without parameters; NULL where a call is started
            void *group;     // where a block is started: as in call
        } start;             // at: the keyword
        struct {
            Expr *value;
        } await; // at: the keyword
    };
};

// ---- Functions and classes --------------------------------------------------------------------

typedef struct Param {
    const Name *name;
    Expr *value;  // the default; NULL: none (and none after the first default is without one)
    bool is_rest; // ...name: the last one only
    Span at;      // the name
    void *binding;
} Param;

typedef enum FunctionKind {
    FUNCTION_PLAIN,  // fn f() { }, fn () { }, fn () => x
    FUNCTION_METHOD, // in a class, with self
    FUNCTION_GETTER, // get name() { }
    FUNCTION_SETTER, // set name(v) { }
    FUNCTION_STATIC, // static fn: no self
    FUNCTION_BLOCK,  // thread { }: self is that of the function around it
    FUNCTION_TEST,   // test "name" { }: no parameters, no name
} FunctionKind;

struct Function {
    FunctionKind kind;
    bool is_async;    // async fn; also the block of async { }
    bool is_arrow;    // => value: the body is one STMT_RETURN
    const Name *name; // NULL where it has none
    Param *params;
    uint32_t param_count; // the rest parameter included
    uint32_t required;    // parameters before the first that has a default or is the rest
    Block body;
    uint16_t depth; // of the tree below, itself included
    Span at;        // its name, otherwise `fn` or the starting keyword
    Span whole;
    void *scope;
};

struct ClassDecl {
    const Name *name;
    Expr *base;         // NULL: none. An expression of names, members, calls and indexes
    Function **methods; // in the text's order: methods, getters, setters, statics
    uint32_t method_count;
    uint16_t depth; // of the tree below, itself included
    Span at;        // its name
    Span whole;
    void *binding, *scope;
};

// ---- Statements -------------------------------------------------------------------------------

// What can be assigned to.
typedef enum TargetKind {
    TARGET_NAME,   // .name; the only simple kind in let, const and for
    TARGET_MEMBER, // .member: object.name
    TARGET_INDEX,  // .index: object[index]
    TARGET_SLICE,  // .slice: object[start:stop:step]
    TARGET_LIST,   // .list: [a, b], also (a, b) in let, const and for: unpacks in turn
} TargetKind;

typedef struct Target Target;
struct Target {
    TargetKind kind;
    bool is_rest; // ...target: a list of what is left; at most one in a list of targets, anywhere
    Span at;
    union {
        struct {
            const Name *name;
            void *binding;
        } name;
        struct {
            Expr *object;
            const Name *name;
        } member;
        struct {
            Expr *object, *index;
        } index;
        struct {
            Expr *object;
            Expr *start, *stop, *step; // each may be NULL
        } slice;
        struct {
            Target *items;
            uint32_t count;
        } list;
    };
};

typedef enum StmtKind {
    STMT_EXPR,     // .expr
    STMT_LET,      // .assign: let and const
    STMT_ASSIGN,   // .assign
    STMT_AUGMENT,  // .augment: target op= value
    STMT_IF,       // .if_
    STMT_WHILE,    // .while_
    STMT_FOR,      // .for_
    STMT_BREAK,    //
    STMT_CONTINUE, //
    STMT_RETURN,   // .return_
    STMT_THROW,    // .throw_
    STMT_TRY,      // .try_
    STMT_WITH,     // .with
    STMT_IMPORT,   // .import: import math, import "x.conc" as x
    STMT_FROM,     // .from: from math import sqrt
    STMT_FUNCTION, // .function: fn name() { }; declares the name
    STMT_CLASS,    // .class_
    STMT_BLOCK,    // .block: { ... }
    STMT_LOCK,     // .lock
    STMT_SELECT,   // .select
    STMT_GROUP,    // .group
    STMT_TIMEOUT,  // .timeout
    STMT_TEST,     // .test
} StmtKind;

typedef struct IfBranch {
    Expr *condition;
    Block body;
    Span at; // the `if`
} IfBranch;

typedef struct CatchClause {
    const Name *name; // NULL: catch { }
    Expr **types;     // names or members (m.SomeError); none: Error
    uint32_t type_count;
    Block body;
    Span at; // the name, otherwise `catch`
    void *binding;
} CatchClause;

typedef struct WithItem {
    Expr *value;
    const Name *name; // NULL: no `as`
    Span at;          // the name, otherwise value's `at`
    void *binding;
} WithItem;

// One module or file to import.
typedef struct ImportSource {
    bool is_path; // "lib/util.conc", otherwise a module's name
    Bytes text;   // the path or the name
    Span at;
} ImportSource;

// A name that an import binds here.
typedef struct ImportItem {
    ImportSource source; // of `import`; unused in `from`
    const Name *remote;  // of `from`: the name there; NULL in `import`
    const Name *name;    // the name here: after `as`, or the module's, the file's stem, the same
    Span at;             // of that name, or what it was made from
    void *binding;
} ImportItem;

typedef struct SelectCase {
    Target *targets; // case x = call, case a, b = call (names new in the body); NULL: case call
    uint32_t target_count;
    bool unpacks;
    Expr *call; // an EXPR_CALL
    Block body;
    Span at; // `case`
} SelectCase;

struct Stmt {
    StmtKind kind;
    uint16_t depth; // of the tree below, itself included
    Span at, whole; // at: the keyword, or the telling token of the expression, or the `=`
    union {
        Expr *expr;
        struct {
            Target *targets; // one, or several that unpack a list
            uint32_t count;
            bool unpacks;  // true for `a, = xs` and `...a = xs` as well, where count is 1
            bool is_const; // STMT_LET
            Expr *value;   // NULL in `let a`: nil
        } assign;
        struct {
            Target target; // NAME, MEMBER, INDEX or SLICE
            BinaryOp op;   // BINARY_ADD ... BINARY_SHIFT_RIGHT
            Expr *value;
        } augment;
        struct {
            IfBranch *branches; // if, else if, else if ...
            uint32_t count;
            Block *otherwise; // else; NULL: none
        } if_;
        struct {
            Expr *condition;
            Block body;
        } while_;
        struct {
            Target *targets; // one, or several that unpack each item
            uint32_t count;
            bool unpacks;
            bool is_await;
            Expr *iterable;
            Block body;
        } for_;
        struct {
            Expr *value; // NULL: nil
        } return_;
        struct {
            Expr *value;
            Expr *cause; // throw value from cause; NULL: none
        } throw_;
        struct {
            Block body;
            CatchClause *catches;
            uint32_t catch_count; // 0 only with `finally`
            Block *finally;       // NULL: none
        } try_;
        struct {
            WithItem *items;
            uint32_t count;
            Block body;
        } with;
        struct {
            ImportItem *items;
            uint32_t count;
        } import;
        struct {
            ImportSource source;
            ImportItem *items;
            uint32_t count;
        } from;
        struct {
            Function *function; // its name is set
            void *binding;
        } function;
        ClassDecl *class_;
        Block block;
        struct {
            Expr **items; // one or more
            uint32_t count;
            bool is_await;
            Block body;
        } lock;
        struct {
            SelectCase *cases; // none only with `otherwise`
            uint32_t count;
            bool is_await;
            Block *otherwise; // else; NULL: none
        } select;
        struct {
            Block body;
            bool is_await;
            void *binding; // the group, as a hidden variable
        } group;
        struct {
            Expr *seconds;
            Block body;
        } timeout;
        struct {
            Bytes name;
            Function *function; // FUNCTION_TEST
        } test;
    };
};

typedef struct Module {
    Block body;
} Module;

// The tree as S-expressions, one statement a line (ast_print.c); for tests and for looking at.
void ast_print(Text *out, const Module *module);

#endif
