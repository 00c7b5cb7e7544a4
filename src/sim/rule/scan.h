// A rule as tokens, with one of look-ahead, and what is said where one does not fit.
#ifndef SIM_RULE_SCAN_H
#define SIM_RULE_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "maru/status.h"

enum token_kind { TOKEN_END, TOKEN_NAME, TOKEN_NUMBER, TOKEN_SYMBOL };

struct token {
    enum token_kind kind;
    const char *bytes;
    size_t n;
    double value; // TOKEN_NUMBER
};

struct scan {
    const char *text, *next, *end;
    struct token token; // the look-ahead
    maru_status status;
    maru_error *err;
};

// Read the next token into the look-ahead. False: what stands there is refused.
bool scan_next(struct scan *scan);

bool token_is_name(const struct token *token, const char *name);
bool token_is_symbol(const struct token *token, const char *symbol);
bool scan_is_blank(char c);

// The precision for "%.*s" of a token, so that a sentence keeps room for its end.
int token_shown(const struct token *token);

// Refuse with a place in the text and a sentence; false, to be returned.
bool scan_refuse(struct scan *scan, maru_status status, const char *place, const char *format, ...)
    MARU_PRINTF(4, 5);

#define REFUSE(scan, place, ...) scan_refuse((scan), MARU_E_USAGE, (place), __VA_ARGS__)

// Refuse the look-ahead: an unknown name; something where a value should be; something behind a value where an operator or
// the end should be.
bool scan_refuse_name(struct scan *scan);
bool scan_refuse_no_value(struct scan *scan);
bool scan_refuse_behind_value(struct scan *scan);

#endif
