// SPDX-License-Identifier: MIT
//
// Kinds of tokens.
#include "syntax/token.h"

#include "grammar.h"

bool token_is_keyword(int code) {
    switch (code) {
    case TOKEN_AND:
    case TOKEN_AS:
    case TOKEN_ASYNC:
    case TOKEN_ASYNC_FN:
    case TOKEN_AWAIT:
    case TOKEN_BREAK:
    case TOKEN_CASE:
    case TOKEN_CATCH:
    case TOKEN_CLASS:
    case TOKEN_CONST:
    case TOKEN_CONTINUE:
    case TOKEN_ELSE:
    case TOKEN_EXTENDS:
    case TOKEN_FALSE:
    case TOKEN_FINALLY:
    case TOKEN_FN:
    case TOKEN_FOR:
    case TOKEN_FROM:
    case TOKEN_GROUP:
    case TOKEN_IF:
    case TOKEN_IMPORT:
    case TOKEN_IN:
    case TOKEN_IS:
    case TOKEN_IS_NOT:
    case TOKEN_LET:
    case TOKEN_LOCK:
    case TOKEN_NIL:
    case TOKEN_NOT:
    case TOKEN_NOT_IN:
    case TOKEN_OR:
    case TOKEN_QUEUE:
    case TOKEN_RETURN:
    case TOKEN_SELECT:
    case TOKEN_SELF:
    case TOKEN_SPAWN:
    case TOKEN_STATIC:
    case TOKEN_SUPER:
    case TOKEN_THREAD:
    case TOKEN_THROW:
    case TOKEN_TIMEOUT:
    case TOKEN_TRUE:
    case TOKEN_TRY:
    case TOKEN_WHILE:
    case TOKEN_WITH: return true;
    default: return false;
    }
}

bool token_can_end(int code) {
    switch (code) {
    case TOKEN_NAME:
    case TOKEN_INT:
    case TOKEN_BIG_INT:
    case TOKEN_FLOAT:
    case TOKEN_STRING:
    case TOKEN_TEMPLATE_END:
    case TOKEN_NIL:
    case TOKEN_TRUE:
    case TOKEN_FALSE:
    case TOKEN_SELF:
    case TOKEN_SUPER:
    case TOKEN_RPAREN:
    case TOKEN_RBRACKET:
    case TOKEN_MAP_CLOSE:
    case TOKEN_RBRACE:
    case TOKEN_BREAK:
    case TOKEN_CONTINUE:
    case TOKEN_RETURN:
    case TOKEN_INVALID: return true;
    default: return false;
    }
}
