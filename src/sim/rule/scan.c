#include "sim/rule/scan.h"

#include "base/number.h"
#include "base/status.h"
#include "base/text.h"
#include "sim/rule/guess.h"
#include "sim/rule/vocabulary.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

// What is refused is refused at its first byte with what would be right: the nearest known name, or how the same is said
// here where people try what they know from other languages.

enum { MAX_SHOWN = 40, REFUSAL_BYTES = 300 };

// Words and signs that people try, and how the same is said here.
struct foreign {
    const char *name, *say;
};
static const struct foreign foreign_names[] = {
    {"and", "multiply the conditions: (a < b) * (c < d)"},
    {"or", "take the larger condition: max(a < b, c < d)"},
    {"not", "turn the comparison round, or write 1 - (a < b)"},
    {"lsu", "'setup' is the criterion, 'lsu' a whole rule"},
    {"slack", "write due - now - remaining, or queue_slack"},
    {"arrival", "write arrived"},
};
static const struct foreign foreign_signs[] = {
    {"=", "write == to compare"},
    {"!", "write != to compare"},
    {"&", "multiply the conditions: (a < b) * (c < d)"},
    {"|", "take the larger condition: max(a < b, c < d)"},
    {";", "put a comma between criteria"},
};

// ---- refusals ----

bool scan_refuse(struct scan *p, maru_status status, const char *place, const char *format, ...) {
    char sentence[REFUSAL_BYTES];
    va_list args;
    va_start(args, format);
    vsnprintf(sentence, sizeof sentence, format, args);
    va_end(args);
    const uint32_t column = (uint32_t)(place - p->text) + 1;
    p->status = fail_at(p->err, status, NULL, 0, column, "%s", sentence);
    return false;
}

int token_shown(const struct token *token) {
    return token->n < MAX_SHOWN ? (int)token->n : MAX_SHOWN;
}

bool token_is_name(const struct token *token, const char *name) {
    return token->kind == TOKEN_NAME && token->n == strlen(name) &&
           memcmp(token->bytes, name, token->n) == 0;
}

static void write_attributes(char *out, size_t n_out) {
    size_t n = 0;
    for (size_t i = 0; i < RULE_N_ATTRIBUTE && n < n_out; i++) {
        n += (size_t)snprintf(out + n, n_out - n, "%s%s", i ? ", " : "", rule_attribute_name[i]);
    }
}

// True, and refused, when the token is a word of other languages.
static bool refuse_foreign(struct scan *p) {
    for (size_t i = 0; i < COUNT(foreign_names); i++) {
        if (token_is_name(&p->token, foreign_names[i].name)) {
            REFUSE(p, p->token.bytes, "there is no '%s' in a rule: %s", foreign_names[i].name,
                   foreign_names[i].say);
            return true;
        }
    }
    return false;
}

bool scan_refuse_name(struct scan *p) {
    const struct token *token = &p->token;
    if (refuse_foreign(p)) {
        return false;
    }
    struct guess guess = guess_for(token->bytes, token->n);
    for (size_t i = 0; i < RULE_N_ATTRIBUTE; i++) {
        guess_offer(&guess, rule_attribute_name[i]);
    }
    for (size_t i = 0; i < RULE_N_CRITERION_NAME; i++) {
        guess_offer(&guess, rule_criterion_name[i].name);
    }
    for (size_t i = 0; i < RULE_N_FUNCTION; i++) {
        guess_offer(&guess, rule_function[i].name);
    }
    if (guess.name) {
        return REFUSE(p, token->bytes, "unknown name '%.*s': did you mean '%s'?",
                      token_shown(token), token->bytes, guess.name);
    }
    char list[REFUSAL_BYTES / 2];
    write_attributes(list, sizeof list);
    return REFUSE(p, token->bytes, "unknown name '%.*s': the attributes are %s", token_shown(token),
                  token->bytes, list);
}

// Something stands where a value should.
bool scan_refuse_no_value(struct scan *p) {
    const struct token *token = &p->token;
    if (token->kind == TOKEN_END) {
        return REFUSE(p, token->bytes,
                      "the rule ends where a value is needed: a name such as due, a number, or (");
    }
    return REFUSE(p, token->bytes,
                  "'%.*s' needs a value before it: a name such as due, a number, or (",
                  token_shown(token), token->bytes);
}

// Something stands behind a value where an operator or the end should.
bool scan_refuse_behind_value(struct scan *p) {
    const struct token *token = &p->token;
    if (refuse_foreign(p)) {
        return false;
    }
    if (token_is_name(token, "asc") || token_is_name(token, "desc")) {
        return REFUSE(p, token->bytes, "'%.*s' stands once, at the end of a criterion",
                      token_shown(token), token->bytes);
    }
    if (token->kind == TOKEN_NAME) {
        struct guess guess = guess_for(token->bytes, token->n);
        guess_offer(&guess, "asc");
        guess_offer(&guess, "desc");
        if (guess.name) {
            return REFUSE(p, token->bytes, "'%.*s' cannot stand here: did you mean '%s'?",
                          token_shown(token), token->bytes, guess.name);
        }
    }
    if (*token->bytes == ')') {
        return REFUSE(p, token->bytes, "')' closes nothing: leave it out, or open a '(' before");
    }
    return REFUSE(p, token->bytes,
                  "'%.*s' cannot stand here: put an operator (+ - * / <) or a comma before it",
                  token_shown(token), token->bytes);
}

// ---- tokens ----

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool scan_is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// The text has a 0 at its end, so a byte may be looked at behind any that is not 0.
static const char *skip_digits(const char *c) {
    while (is_digit(*c)) {
        c++;
    }
    return c;
}

static bool scan_number(struct scan *p) {
    const char *const first = p->next;
    const char *c = skip_digits(first);
    if (*c == '.') {
        c = skip_digits(c + 1);
    }
    if (c[-1] == '.' || *c == '.' || *first == '.') {
        return REFUSE(p, first, "a number has digits on both sides of one point, such as 0.5");
    }
    if ((*c == 'e' || *c == 'E') &&
        (is_digit(c[1]) || ((c[1] == '+' || c[1] == '-') && is_digit(c[2])))) {
        c = skip_digits(c + 2);
    }
    p->token = (struct token){TOKEN_NUMBER, first, (size_t)(c - first), 0.0};
    p->next = c;
    if (!number_double(first, p->token.n, &p->token.value)) {
        return REFUSE(p, first, "the number '%.*s' is too large: at most 1e308",
                      token_shown(&p->token), first);
    }
    return true;
}

static void scan_name(struct scan *p) {
    const char *const first = p->next;
    const char *c = first;
    while (is_letter(*c) || is_digit(*c) || *c == '_') {
        c++;
    }
    p->token = (struct token){TOKEN_NAME, first, (size_t)(c - first), 0.0};
    p->next = c;
}

static bool refuse_character(struct scan *p) {
    const char *const c = p->next;
    const unsigned char byte = (unsigned char)*c;
    size_t n = 1; // bytes of the character
    while (n < 4 && n < (size_t)(p->end - c) && !text_is_utf8(c, n)) {
        n++;
    }
    if (byte >= 0x80 && text_is_utf8(c, n)) {
        return REFUSE(p, c,
                      "'%.*s' cannot stand in a rule: names and signs are ASCII (English letters, "
                      "digits, + - * / < > = ! , . _ and brackets)",
                      (int)n, c);
    }
    if (byte >= 0x80 || byte < 0x20 || byte == 0x7f) {
        return REFUSE(p, c, "the byte 0x%02x cannot stand in a rule: it is written in ASCII",
                      (unsigned)byte);
    }
    for (size_t i = 0; i < COUNT(foreign_signs); i++) {
        if (*c == *foreign_signs[i].name) {
            return REFUSE(p, c, "'%c' means nothing here: %s", *c, foreign_signs[i].say);
        }
    }
    return REFUSE(p, c, "'%c' is not a sign of rules: + - * / < <= > >= == != ( ) and comma", *c);
}

static bool scan_symbol(struct scan *p) {
    const char *const c = p->next;
    const bool is_pair = c[1] == '=' && strchr("<>=!", *c);
    if (!is_pair && !strchr("(),+-*/<>", *c)) {
        return refuse_character(p);
    }
    if (c[0] == '<' && c[1] == '>') {
        return REFUSE(p, c, "'<>' is not a sign of rules: write != to compare");
    }
    p->token = (struct token){TOKEN_SYMBOL, c, is_pair ? 2 : 1, 0.0};
    p->next = c + p->token.n;
    return true;
}

bool scan_next(struct scan *p) {
    while (scan_is_blank(*p->next)) {
        p->next++;
    }
    const char c = *p->next;
    if (p->next == p->end) {
        p->token = (struct token){TOKEN_END, p->end, 0, 0.0};
        return true;
    }
    if (is_digit(c) || c == '.') {
        return scan_number(p);
    }
    if (is_letter(c) || c == '_') {
        scan_name(p);
        return true;
    }
    return scan_symbol(p);
}

bool token_is_symbol(const struct token *token, const char *symbol) {
    return token->kind == TOKEN_SYMBOL && token->n == strlen(symbol) &&
           memcmp(token->bytes, symbol, token->n) == 0;
}
