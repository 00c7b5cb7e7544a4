#include "sim/rule.h"

#include "base/number.h"
#include "base/status.h"
#include "base/text.h"
#include "sim/guess.h"

#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

// Text to stack code in one pass: a tokenizer with one token of look-ahead, and a descent through
// the levels of binding, which writes code behind the operands it has read.
//
//     "setup, if(due < now, 0, due - now)"      due now <  0  due now -  if
//      \___/  \_________________________/       \__________________________/
//      kind            expression                run from left to right on a stack of doubles
//
//     level 0   <  <=  >  >=  ==  !=   not chained
//     level 1   +  -                   from the left
//     level 2   *  /                   from the left
//     sign      -                      binds tightest
//
// A comparison gives 1 or 0. All branches are computed and `if` picks one, so code has no jumps,
// takes the same time for every lot, and the height of the stack is known here, where it is bounded
// too. NaN stands for "no value" while code runs: it passes through all but the branch that `if`
// leaves.
//
// What is refused is refused at its first byte with what would be right. Nothing is written to the
// caller's rule before the whole text has compiled.

enum { RULE_MAX_DEPTH = 32, MAX_SHOWN = 40, TOP_LEVEL = 2, REFUSAL_BYTES = 300 };

enum op {
    OP_NUMBER,
    OP_ATTRIBUTE,
    OP_NEGATE,
    OP_ABS,
    OP_ADD,
    OP_SUBTRACT,
    OP_MULTIPLY,
    OP_DIVIDE,
    OP_LESS,
    OP_LESS_EQUAL,
    OP_GREATER,
    OP_GREATER_EQUAL,
    OP_EQUAL,
    OP_NOT_EQUAL,
    OP_MIN,
    OP_MAX,
    OP_IF // takes three
};

static const char *const attribute_name[RULE_N_ATTRIBUTE] = {
#define X(name, meaning) #name,
    RULE_ATTRIBUTES(X)
#undef X
};

// Criteria by name; `instead` is what comes closest inside an expression, and a whole rule that is
// the one word `shorthand` stands for "priority desc, NAME".
static const struct criterion_name {
    const char *name, *shorthand, *instead;
    enum rule_kind kind;
} criteria[] = {
    {"priority", NULL, "priority", RULE_PRIORITY},
    {"setup", "lsu", "setup", RULE_SETUP},
    {"fifo", "fifo", "arrived", RULE_FIFO},
    {"spt", "spt", "process", RULE_SPT},
    {"edd", "edd", "due", RULE_EDD},
    {"cr", "cr", "(due - now) / remaining", RULE_CR},
    {"odd", "odd", "due", RULE_ODD},
    {"winq", "winq", "winq", RULE_WINQ},
    {"maxwork", "maxwork", "-remaining", RULE_MAXWORK},
    {"qtcr", NULL, "queue_slack", RULE_QTCR},
    {"qts", NULL, "queue_slack", RULE_QTS},
};

const char *rule_shorthand_at(size_t index) {
    for (size_t i = 0; i < sizeof criteria / sizeof criteria[0]; i++) {
        if (criteria[i].shorthand && index-- == 0) {
            return criteria[i].shorthand;
        }
    }
    return NULL;
}

static const struct binary {
    const char *symbol;
    int level;
    enum op op;
} binaries[] = {
    {"<", 0, OP_LESS},     {"<=", 0, OP_LESS_EQUAL},
    {">", 0, OP_GREATER},  {">=", 0, OP_GREATER_EQUAL},
    {"==", 0, OP_EQUAL},   {"!=", 0, OP_NOT_EQUAL},
    {"+", 1, OP_ADD},      {"-", 1, OP_SUBTRACT},
    {"*", 2, OP_MULTIPLY}, {"/", 2, OP_DIVIDE},
};

static const struct function {
    const char *name, *form;
    int n_value;
    enum op op;
} functions[] = {
    {"min", "min(a, b)", 2, OP_MIN},
    {"max", "max(a, b)", 2, OP_MAX},
    {"abs", "abs(a)", 1, OP_ABS},
    {"if", "if(condition, a, b)", 3, OP_IF},
};

// Hours in a unit as a fraction, so that 20 min is the double nearest to a third.
static const struct unit {
    const char *name;
    double times, over;
} units[] = {
    {"s", 1, 3600}, {"min", 1, 60}, {"h", 1, 1}, {"day", 24, 1}, {"week", 168, 1},
};

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

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum token_kind { TOKEN_END, TOKEN_NAME, TOKEN_NUMBER, TOKEN_SYMBOL };

struct token {
    enum token_kind kind;
    const char *bytes;
    size_t n;
    double value; // TOKEN_NUMBER
};

struct parser {
    const char *text, *next, *end;
    struct token token; // the look-ahead
    int depth;          // of nesting
    int height;         // of the stack where the code written so far ends
    uint32_t uses;      // attributes of this criterion
    struct rule rule;
    maru_status status;
    maru_error *err;
};

// ---- refusals ----

__attribute__((format(printf, 4, 5))) static bool
refuse(struct parser *p, maru_status status, const char *place, const char *format, ...) {
    char sentence[REFUSAL_BYTES];
    va_list args;
    va_start(args, format);
    vsnprintf(sentence, sizeof sentence, format, args);
    va_end(args);
    const uint32_t column = (uint32_t)(place - p->text) + 1;
    p->status = fail_at(p->err, status, NULL, 0, column, "%s", sentence);
    return false;
}

#define REFUSE(p, place, ...) refuse((p), MARU_E_USAGE, (place), __VA_ARGS__)

// The precision for "%.*s" of a token, so that a sentence keeps room for its end.
static int shown(const struct token *token) {
    return token->n < MAX_SHOWN ? (int)token->n : MAX_SHOWN;
}

static bool is_name(const struct token *token, const char *name) {
    return token->kind == TOKEN_NAME && token->n == strlen(name) &&
           memcmp(token->bytes, name, token->n) == 0;
}

static void write_attributes(char *out, size_t n_out) {
    size_t n = 0;
    for (size_t i = 0; i < RULE_N_ATTRIBUTE && n < n_out; i++) {
        n += (size_t)snprintf(out + n, n_out - n, "%s%s", i ? ", " : "", attribute_name[i]);
    }
}

// True, and refused, when the token is a word of other languages.
static bool refuse_foreign(struct parser *p) {
    for (size_t i = 0; i < COUNT(foreign_names); i++) {
        if (is_name(&p->token, foreign_names[i].name)) {
            REFUSE(p, p->token.bytes, "there is no '%s' in a rule: %s", foreign_names[i].name,
                   foreign_names[i].say);
            return true;
        }
    }
    return false;
}

static bool refuse_name(struct parser *p) {
    const struct token *token = &p->token;
    if (refuse_foreign(p)) {
        return false;
    }
    struct guess guess = guess_for(token->bytes, token->n);
    for (size_t i = 0; i < RULE_N_ATTRIBUTE; i++) {
        guess_offer(&guess, attribute_name[i]);
    }
    for (size_t i = 0; i < COUNT(criteria); i++) {
        guess_offer(&guess, criteria[i].name);
    }
    for (size_t i = 0; i < COUNT(functions); i++) {
        guess_offer(&guess, functions[i].name);
    }
    if (guess.name) {
        return REFUSE(p, token->bytes, "unknown name '%.*s': did you mean '%s'?", shown(token),
                      token->bytes, guess.name);
    }
    char list[REFUSAL_BYTES / 2];
    write_attributes(list, sizeof list);
    return REFUSE(p, token->bytes, "unknown name '%.*s': the attributes are %s", shown(token),
                  token->bytes, list);
}

// Something stands where a value should.
static bool refuse_no_value(struct parser *p) {
    const struct token *token = &p->token;
    if (token->kind == TOKEN_END) {
        return REFUSE(p, token->bytes,
                      "the rule ends where a value is needed: a name such as due, a number, or (");
    }
    return REFUSE(p, token->bytes,
                  "'%.*s' needs a value before it: a name such as due, a number, or (",
                  shown(token), token->bytes);
}

// Something stands behind a value where an operator or the end should.
static bool refuse_behind_value(struct parser *p) {
    const struct token *token = &p->token;
    if (refuse_foreign(p)) {
        return false;
    }
    if (is_name(token, "asc") || is_name(token, "desc")) {
        return REFUSE(p, token->bytes, "'%.*s' stands once, at the end of a criterion",
                      shown(token), token->bytes);
    }
    if (token->kind == TOKEN_NAME) {
        struct guess guess = guess_for(token->bytes, token->n);
        guess_offer(&guess, "asc");
        guess_offer(&guess, "desc");
        if (guess.name) {
            return REFUSE(p, token->bytes, "'%.*s' cannot stand here: did you mean '%s'?",
                          shown(token), token->bytes, guess.name);
        }
    }
    if (*token->bytes == ')') {
        return REFUSE(p, token->bytes, "')' closes nothing: leave it out, or open a '(' before");
    }
    return REFUSE(p, token->bytes,
                  "'%.*s' cannot stand here: put an operator (+ - * / <) or a comma before it",
                  shown(token), token->bytes);
}

// ---- tokens ----

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// The text has a 0 at its end, so a byte may be looked at behind any that is not 0.
static const char *skip_digits(const char *c) {
    while (is_digit(*c)) {
        c++;
    }
    return c;
}

static bool scan_number(struct parser *p) {
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
        return REFUSE(p, first, "the number '%.*s' is too large: at most 1e308", shown(&p->token),
                      first);
    }
    return true;
}

static void scan_name(struct parser *p) {
    const char *const first = p->next;
    const char *c = first;
    while (is_letter(*c) || is_digit(*c) || *c == '_') {
        c++;
    }
    p->token = (struct token){TOKEN_NAME, first, (size_t)(c - first), 0.0};
    p->next = c;
}

static bool refuse_character(struct parser *p) {
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

static bool scan_symbol(struct parser *p) {
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

static bool advance(struct parser *p) {
    while (is_blank(*p->next)) {
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

static bool is_symbol(const struct token *token, const char *symbol) {
    return token->kind == TOKEN_SYMBOL && token->n == strlen(symbol) &&
           memcmp(token->bytes, symbol, token->n) == 0;
}

// ---- expressions ----

// Write one code that takes n_value values from the stack and leaves one.
static bool emit(struct parser *p, const char *place, struct rule_code code, int n_value) {
    if (p->rule.n_code == RULE_MAX_CODE) {
        return refuse(p, MARU_E_LIMIT, place,
                      "the rule is too long: at most %d numbers, names and operators",
                      RULE_MAX_CODE);
    }
    p->height += 1 - n_value;
    if (p->height > RULE_MAX_STACK) {
        return refuse(p, MARU_E_LIMIT, place, "too many values are open at once: at most %d",
                      RULE_MAX_STACK);
    }
    p->rule.code[p->rule.n_code++] = code;
    return true;
}

static bool emit_op(struct parser *p, const char *place, enum op op, int n_value) {
    return emit(p, place, (struct rule_code){.op = (uint8_t)op}, n_value);
}

static bool deepen(struct parser *p) {
    if (p->depth == RULE_MAX_DEPTH) {
        return refuse(p, MARU_E_LIMIT, p->token.bytes, "nested too deep: at most %d levels",
                      RULE_MAX_DEPTH);
    }
    p->depth++;
    return true;
}

static bool parse_level(struct parser *p, int level);

// One value between brackets or commas.
static bool parse_inner(struct parser *p) {
    if (!deepen(p) || !parse_level(p, 0)) {
        return false;
    }
    p->depth--;
    return true;
}

static bool close_bracket(struct parser *p, const char *open) {
    if (is_symbol(&p->token, ")")) {
        return advance(p);
    }
    if (p->token.kind == TOKEN_END) {
        return REFUSE(p, p->token.bytes, "')' is missing for the '(' at place %u",
                      (unsigned)(open - p->text) + 1);
    }
    if (is_symbol(&p->token, ",")) {
        return REFUSE(p, p->token.bytes, "put ')' before the ',': a bracket holds one value");
    }
    return refuse_behind_value(p);
}

static bool parse_bracket(struct parser *p) {
    const char *const open = p->token.bytes;
    return advance(p) && parse_inner(p) && close_bracket(p, open);
}

static bool refuse_count(struct parser *p, const struct function *f) {
    return f->n_value == 1
               ? REFUSE(p, p->token.bytes, "%s takes 1 value: write %s", f->name, f->form)
               : REFUSE(p, p->token.bytes, "%s takes %d values: write %s", f->name, f->n_value,
                        f->form);
}

static bool parse_function(struct parser *p, const struct function *f) {
    const char *const place = p->token.bytes;
    if (!advance(p)) {
        return false;
    }
    const char *const open = p->token.bytes;
    if (!is_symbol(&p->token, "(")) {
        return REFUSE(p, place, "'%s' is a function: write %s", f->name, f->form);
    }
    for (int i = 0; i < f->n_value; i++) {
        if (i > 0 && is_symbol(&p->token, ")")) {
            return refuse_count(p, f);
        }
        if (i > 0 && !is_symbol(&p->token, ",")) {
            return close_bracket(p, open); // which it is not
        }
        if (!advance(p) || !parse_inner(p)) {
            return false;
        }
    }
    if (is_symbol(&p->token, ",")) {
        return refuse_count(p, f);
    }
    return close_bracket(p, open) && emit_op(p, place, f->op, f->n_value);
}

static bool refuse_unit(struct parser *p, const struct token *number) {
    const struct token *name = &p->token;
    for (size_t i = 0; i < RULE_N_ATTRIBUTE; i++) {
        if (is_name(name, attribute_name[i])) {
            return REFUSE(p, name->bytes, "an operator is missing: write %.*s * %s", shown(number),
                          number->bytes, attribute_name[i]);
        }
    }
    return REFUSE(p, name->bytes, "'%.*s' is not a unit of time: s, min, h, day, week", shown(name),
                  name->bytes);
}

static bool parse_number(struct parser *p) {
    const struct token number = p->token;
    double value = number.value;
    if (!advance(p)) {
        return false;
    }
    if (p->token.kind == TOKEN_NAME && !is_name(&p->token, "asc") && !is_name(&p->token, "desc")) {
        size_t i = 0;
        while (i < COUNT(units) && !is_name(&p->token, units[i].name)) {
            i++;
        }
        if (i == COUNT(units)) {
            return refuse_unit(p, &number);
        }
        value = value * units[i].times / units[i].over;
        if (!isfinite(value)) {
            return REFUSE(p, number.bytes, "the time '%.*s' is too large: at most 1e308 h",
                          shown(&number), number.bytes);
        }
        if (!advance(p)) {
            return false;
        }
    }
    return emit(p, number.bytes, (struct rule_code){.op = OP_NUMBER, .value = value}, 0);
}

static bool parse_name(struct parser *p) {
    for (size_t i = 0; i < COUNT(functions); i++) {
        if (is_name(&p->token, functions[i].name)) {
            return parse_function(p, &functions[i]);
        }
    }
    for (size_t i = 0; i < RULE_N_ATTRIBUTE; i++) {
        if (is_name(&p->token, attribute_name[i])) {
            const struct rule_code code = {.op = OP_ATTRIBUTE, .attribute = (uint8_t)i};
            p->uses |= (uint32_t)1 << i;
            return emit(p, p->token.bytes, code, 0) && advance(p);
        }
    }
    for (size_t i = 0; i < COUNT(criteria); i++) {
        if (is_name(&p->token, criteria[i].name)) {
            return REFUSE(p, p->token.bytes,
                          "'%s' orders lots and is not a number to compute "
                          "with: write %s, or put it between commas",
                          criteria[i].name, criteria[i].instead);
        }
    }
    return refuse_name(p);
}

static bool parse_value(struct parser *p) {
    if (p->token.kind == TOKEN_NUMBER) {
        return parse_number(p);
    }
    if (p->token.kind == TOKEN_NAME) {
        return parse_name(p);
    }
    if (is_symbol(&p->token, "(")) {
        return parse_bracket(p);
    }
    return refuse_no_value(p);
}

static bool parse_sign(struct parser *p) {
    const char *const place = p->token.bytes;
    if (!is_symbol(&p->token, "-")) {
        return parse_value(p);
    }
    if (!deepen(p) || !advance(p) || !parse_sign(p)) {
        return false;
    }
    p->depth--;
    return emit_op(p, place, OP_NEGATE, 1);
}

static const struct binary *binary_at(const struct token *token, int level) {
    for (size_t i = 0; i < COUNT(binaries); i++) {
        if (binaries[i].level == level && is_symbol(token, binaries[i].symbol)) {
            return &binaries[i];
        }
    }
    return NULL;
}

static bool parse_level(struct parser *p, int level) {
    if (level > TOP_LEVEL) {
        return parse_sign(p);
    }
    if (!parse_level(p, level + 1)) {
        return false;
    }
    const struct binary *binary = binary_at(&p->token, level);
    while (binary) {
        const char *const place = p->token.bytes;
        if (!advance(p) || !parse_level(p, level + 1) || !emit_op(p, place, binary->op, 2)) {
            return false;
        }
        binary = binary_at(&p->token, level);
        if (binary && level == 0) {
            return REFUSE(p, p->token.bytes,
                          "comparisons cannot be chained: write (a < b) * (b < c)");
        }
    }
    return true;
}

// ---- criteria ----

// True when the token is the name of a criterion and nothing is computed with it.
static bool is_bare(const struct parser *p, const char *name) {
    struct parser ahead = {.text = p->text, .next = p->next, .end = p->end};
    return is_name(&p->token, name) &&
           (!advance(&ahead) || ahead.token.kind != TOKEN_SYMBOL || is_symbol(&ahead.token, ",") ||
            is_symbol(&ahead.token, ")"));
}

static bool parse_expression(struct parser *p, struct rule_criterion *criterion) {
    const uint32_t first = p->rule.n_code;
    p->uses = 0;
    p->height = 0;
    if (!parse_level(p, 0)) {
        return false;
    }
    p->rule.uses |= p->uses;
    criterion->kind = RULE_EXPRESSION;
    criterion->first_code = (uint16_t)first;
    criterion->n_code = (uint16_t)(p->rule.n_code - first);
    return true;
}

static bool parse_criterion(struct parser *p) {
    if (p->rule.n_criterion == RULE_MAX_CRITERION) {
        return refuse(p, MARU_E_LIMIT, p->token.bytes, "too many criteria: at most %d",
                      RULE_MAX_CRITERION);
    }
    const char *const place = p->token.bytes;
    struct rule_criterion criterion = {0};
    size_t i = 0;
    while (i < COUNT(criteria) && !is_bare(p, criteria[i].name)) {
        i++;
    }
    if (i < COUNT(criteria)) {
        criterion.kind = criteria[i].kind;
        if (!advance(p)) {
            return false;
        }
    } else if (!parse_expression(p, &criterion)) {
        return false;
    }
    criterion.descending = is_name(&p->token, "desc");
    if ((criterion.descending || is_name(&p->token, "asc")) && !advance(p)) {
        return false;
    }
    const bool is_end = p->token.kind == TOKEN_END || is_symbol(&p->token, ",");
    if (is_end && criterion.kind == RULE_EXPRESSION &&
        (p->uses & ~((uint32_t)1 << RULE_ATTR_now)) == 0) {
        return REFUSE(p, place,
                      "this criterion is the same for every lot: it needs an attribute, "
                      "such as due (a number has a point, 1.5, not a comma)");
    }
    p->rule.criterion[p->rule.n_criterion++] = criterion;
    return true;
}

static bool parse_rule(struct parser *p) {
    if (!advance(p)) {
        return false;
    }
    if (p->token.kind == TOKEN_END) {
        return REFUSE(p, p->token.bytes,
                      "the rule is empty: write criteria, such as priority desc, setup, fifo");
    }
    if (!parse_criterion(p)) {
        return false;
    }
    while (is_symbol(&p->token, ",")) {
        if (!advance(p) || !parse_criterion(p)) {
            return false;
        }
    }
    return p->token.kind == TOKEN_END || refuse_behind_value(p);
}

// "fifo" alone, blanks around it allowed.
static bool expand_shorthand(struct parser *p) {
    struct parser ahead = {.text = p->text, .next = p->next, .end = p->end};
    if (!advance(&ahead)) {
        return false;
    }
    const struct token name = ahead.token;
    if (!advance(&ahead) || ahead.token.kind != TOKEN_END) {
        return false;
    }
    for (size_t i = 0; i < COUNT(criteria); i++) {
        if (criteria[i].shorthand && is_name(&name, criteria[i].shorthand)) {
            p->rule.criterion[0] = (struct rule_criterion){RULE_PRIORITY, true, 0, 0};
            p->rule.criterion[1] = (struct rule_criterion){criteria[i].kind, false, 0, 0};
            p->rule.n_criterion = 2;
            return true;
        }
    }
    return false;
}

static bool skip_plain(struct parser *p) {
    static const char plain[] = "plain:";
    const char *c = p->next;
    while (is_blank(*c)) {
        c++;
    }
    if (strncmp(c, plain, sizeof plain - 1) != 0) {
        return false;
    }
    p->next = c + sizeof plain - 1;
    return true;
}

maru_status rule_compile(const char *text, struct rule *out, maru_error *err) {
    const char *const end = memchr(text, '\0', RULE_MAX_TEXT + 1);
    if (!end) {
        return fail_at(err, MARU_E_LIMIT, NULL, 0, RULE_MAX_TEXT + 1,
                       "the rule is too long: at most %d bytes", RULE_MAX_TEXT);
    }
    struct parser p = {.text = text, .next = text, .end = end, .err = err};
    const bool is_plain = skip_plain(&p);
    if ((is_plain || !expand_shorthand(&p)) && !parse_rule(&p)) {
        return p.status;
    }
    *out = p.rule;
    return MARU_OK;
}

// ---- evaluation ----

static double choose_branch(const double *value) {
    if (isnan(value[0])) {
        return NAN;
    }
    return value[0] != 0.0 ? value[1] : value[2];
}

// Binary operators. Where a or b is NaN no comparison holds, so these are asked for first.
static double apply(enum op op, double a, double b) {
    if (isnan(a) || isnan(b)) {
        return NAN;
    }
    switch (op) {
    case OP_ADD:
        return a + b;
    case OP_SUBTRACT:
        return a - b;
    case OP_MULTIPLY:
        return a * b;
    case OP_DIVIDE:
        return a / b;
    case OP_LESS:
        return a < b;
    case OP_LESS_EQUAL:
        return a <= b;
    case OP_GREATER:
        return a > b;
    case OP_GREATER_EQUAL:
        return a >= b;
    case OP_EQUAL:
        return a == b;
    case OP_NOT_EQUAL:
        return a != b;
    case OP_MIN:
        return b < a ? b : a;
    case OP_MAX:
        return a < b ? b : a;
    case OP_NUMBER:
    case OP_ATTRIBUTE:
    case OP_NEGATE:
    case OP_ABS:
    case OP_IF:
        break;
    }
    assert(op != op);
    return NAN;
}

static double run_code(const struct rule_code *code, uint32_t n_code, const double *attribute) {
    double stack[RULE_MAX_STACK] = {0};
    uint32_t n = 0; // values on the stack; compilation has seen to it that they fit
    for (uint32_t i = 0; i < n_code; i++) {
        const enum op op = (enum op)code[i].op;
        if (op == OP_NUMBER || op == OP_ATTRIBUTE) {
            assert(n < RULE_MAX_STACK);
            stack[n++] = op == OP_NUMBER ? code[i].value : attribute[code[i].attribute];
        } else if (op == OP_NEGATE) {
            stack[n - 1] = -stack[n - 1];
        } else if (op == OP_ABS) {
            stack[n - 1] = fabs(stack[n - 1]);
        } else if (op == OP_IF) {
            n -= 2;
            stack[n - 1] = choose_branch(&stack[n - 1]);
        } else {
            n--;
            stack[n - 1] = apply(op, stack[n - 1], stack[n]);
        }
    }
    assert(n == 1);
    return stack[0];
}

double rule_evaluate(const struct rule *rule, uint32_t index,
                     const double attribute[RULE_N_ATTRIBUTE]) {
    assert(index < rule->n_criterion && rule->criterion[index].kind == RULE_EXPRESSION);
    const struct rule_criterion *criterion = &rule->criterion[index];
    const double value = run_code(&rule->code[criterion->first_code], criterion->n_code, attribute);
    if (isnan(value)) { // last in either direction
        return criterion->descending ? -(double)INFINITY : (double)INFINITY;
    }
    return value;
}
