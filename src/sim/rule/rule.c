#include "sim/rule/rule.h"

#include "base/status.h"
#include "sim/rule/scan.h"
#include "sim/rule/vocabulary.h"

#include <assert.h>
#include <math.h>
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

enum { RULE_MAX_DEPTH = 32, TOP_LEVEL = 2 };

struct parser {
    struct scan scan;
    int depth;     // of nesting
    int height;    // of the stack where the code written so far ends
    uint32_t uses; // attributes of this criterion
    struct rule rule;
};

// Hours in a unit as a fraction, so that 20 min is the double nearest to a third.
static const struct unit {
    const char *name;
    double times, over;
} units[] = {
    {"s", 1, 3600}, {"min", 1, 60}, {"h", 1, 1}, {"day", 24, 1}, {"week", 168, 1},
};

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

// ---- expressions ----

// Write one code that takes n_value values from the stack and leaves one.
static bool emit(struct parser *p, const char *place, struct rule_code code, int n_value) {
    if (p->rule.n_code == RULE_MAX_CODE) {
        return scan_refuse(&p->scan, MARU_E_LIMIT, place,
                           "the rule is too long: at most %d numbers, names and operators",
                           RULE_MAX_CODE);
    }
    p->height += 1 - n_value;
    if (p->height > RULE_MAX_STACK) {
        return scan_refuse(&p->scan, MARU_E_LIMIT, place,
                           "too many values are open at once: at most %d", RULE_MAX_STACK);
    }
    p->rule.code[p->rule.n_code++] = code;
    return true;
}

static bool emit_op(struct parser *p, const char *place, enum op op, int n_value) {
    return emit(p, place, (struct rule_code){.op = (uint8_t)op}, n_value);
}

static bool deepen(struct parser *p) {
    if (p->depth == RULE_MAX_DEPTH) {
        return scan_refuse(&p->scan, MARU_E_LIMIT, p->scan.token.bytes,
                           "nested too deep: at most %d levels", RULE_MAX_DEPTH);
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
    if (token_is_symbol(&p->scan.token, ")")) {
        return scan_next(&p->scan);
    }
    if (p->scan.token.kind == TOKEN_END) {
        return REFUSE(&p->scan, p->scan.token.bytes, "')' is missing for the '(' at place %u",
                      (unsigned)(open - p->scan.text) + 1);
    }
    if (token_is_symbol(&p->scan.token, ",")) {
        return REFUSE(&p->scan, p->scan.token.bytes,
                      "put ')' before the ',': a bracket holds one value");
    }
    return scan_refuse_behind_value(&p->scan);
}

static bool parse_bracket(struct parser *p) {
    const char *const open = p->scan.token.bytes;
    return scan_next(&p->scan) && parse_inner(p) && close_bracket(p, open);
}

static bool refuse_count(struct parser *p, const struct rule_function *f) {
    return f->n_value == 1 ? REFUSE(&p->scan, p->scan.token.bytes, "%s takes 1 value: write %s",
                                    f->name, f->form)
                           : REFUSE(&p->scan, p->scan.token.bytes, "%s takes %d values: write %s",
                                    f->name, f->n_value, f->form);
}

static bool parse_function(struct parser *p, const struct rule_function *f) {
    const char *const place = p->scan.token.bytes;
    if (!scan_next(&p->scan)) {
        return false;
    }
    const char *const open = p->scan.token.bytes;
    if (!token_is_symbol(&p->scan.token, "(")) {
        return REFUSE(&p->scan, place, "'%s' is a function: write %s", f->name, f->form);
    }
    for (int i = 0; i < f->n_value; i++) {
        if (i > 0 && token_is_symbol(&p->scan.token, ")")) {
            return refuse_count(p, f);
        }
        if (i > 0 && !token_is_symbol(&p->scan.token, ",")) {
            return close_bracket(p, open); // which it is not
        }
        if (!scan_next(&p->scan) || !parse_inner(p)) {
            return false;
        }
    }
    if (token_is_symbol(&p->scan.token, ",")) {
        return refuse_count(p, f);
    }
    return close_bracket(p, open) && emit_op(p, place, f->op, f->n_value);
}

static bool refuse_unit(struct parser *p, const struct token *number) {
    const struct token *name = &p->scan.token;
    for (size_t i = 0; i < RULE_N_ATTRIBUTE; i++) {
        if (token_is_name(name, rule_attribute_name[i])) {
            return REFUSE(&p->scan, name->bytes, "an operator is missing: write %.*s * %s",
                          token_shown(number), number->bytes, rule_attribute_name[i]);
        }
    }
    return REFUSE(&p->scan, name->bytes, "'%.*s' is not a unit of time: s, min, h, day, week",
                  token_shown(name), name->bytes);
}

static bool parse_number(struct parser *p) {
    const struct token number = p->scan.token;
    double value = number.value;
    if (!scan_next(&p->scan)) {
        return false;
    }
    if (p->scan.token.kind == TOKEN_NAME && !token_is_name(&p->scan.token, "asc") &&
        !token_is_name(&p->scan.token, "desc")) {
        size_t i = 0;
        while (i < COUNT(units) && !token_is_name(&p->scan.token, units[i].name)) {
            i++;
        }
        if (i == COUNT(units)) {
            return refuse_unit(p, &number);
        }
        value = value * units[i].times / units[i].over;
        if (!isfinite(value)) {
            return REFUSE(&p->scan, number.bytes, "the time '%.*s' is too large: at most 1e308 h",
                          token_shown(&number), number.bytes);
        }
        if (!scan_next(&p->scan)) {
            return false;
        }
    }
    return emit(p, number.bytes, (struct rule_code){.op = OP_NUMBER, .value = value}, 0);
}

static bool parse_name(struct parser *p) {
    for (size_t i = 0; i < RULE_N_FUNCTION; i++) {
        if (token_is_name(&p->scan.token, rule_function[i].name)) {
            return parse_function(p, &rule_function[i]);
        }
    }
    for (size_t i = 0; i < RULE_N_ATTRIBUTE; i++) {
        if (token_is_name(&p->scan.token, rule_attribute_name[i])) {
            const struct rule_code code = {.op = OP_ATTRIBUTE, .attribute = (uint8_t)i};
            p->uses |= (uint32_t)1 << i;
            return emit(p, p->scan.token.bytes, code, 0) && scan_next(&p->scan);
        }
    }
    for (size_t i = 0; i < RULE_N_CRITERION_NAME; i++) {
        if (token_is_name(&p->scan.token, rule_criterion_name[i].name)) {
            return REFUSE(&p->scan, p->scan.token.bytes,
                          "'%s' orders lots and is not a number to compute "
                          "with: write %s, or put it between commas",
                          rule_criterion_name[i].name, rule_criterion_name[i].instead);
        }
    }
    return scan_refuse_name(&p->scan);
}

static bool parse_value(struct parser *p) {
    if (p->scan.token.kind == TOKEN_NUMBER) {
        return parse_number(p);
    }
    if (p->scan.token.kind == TOKEN_NAME) {
        return parse_name(p);
    }
    if (token_is_symbol(&p->scan.token, "(")) {
        return parse_bracket(p);
    }
    return scan_refuse_no_value(&p->scan);
}

static bool parse_sign(struct parser *p) {
    const char *const place = p->scan.token.bytes;
    if (!token_is_symbol(&p->scan.token, "-")) {
        return parse_value(p);
    }
    if (!deepen(p) || !scan_next(&p->scan) || !parse_sign(p)) {
        return false;
    }
    p->depth--;
    return emit_op(p, place, OP_NEGATE, 1);
}

static const struct binary *binary_at(const struct token *token, int level) {
    for (size_t i = 0; i < COUNT(binaries); i++) {
        if (binaries[i].level == level && token_is_symbol(token, binaries[i].symbol)) {
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
    const struct binary *binary = binary_at(&p->scan.token, level);
    while (binary) {
        const char *const place = p->scan.token.bytes;
        if (!scan_next(&p->scan) || !parse_level(p, level + 1) ||
            !emit_op(p, place, binary->op, 2)) {
            return false;
        }
        binary = binary_at(&p->scan.token, level);
        if (binary && level == 0) {
            return REFUSE(&p->scan, p->scan.token.bytes,
                          "comparisons cannot be chained: write (a < b) * (b < c)");
        }
    }
    return true;
}

// ---- criteria ----

// True when the token is the name of a criterion and nothing is computed with it.
static bool is_bare(const struct parser *p, const char *name) {
    struct scan ahead = {.text = p->scan.text, .next = p->scan.next, .end = p->scan.end};
    return token_is_name(&p->scan.token, name) &&
           (!scan_next(&ahead) || ahead.token.kind != TOKEN_SYMBOL ||
            token_is_symbol(&ahead.token, ",") || token_is_symbol(&ahead.token, ")"));
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
        return scan_refuse(&p->scan, MARU_E_LIMIT, p->scan.token.bytes,
                           "too many criteria: at most %d", RULE_MAX_CRITERION);
    }
    const char *const place = p->scan.token.bytes;
    struct rule_criterion criterion = {0};
    size_t i = 0;
    while (i < RULE_N_CRITERION_NAME && !is_bare(p, rule_criterion_name[i].name)) {
        i++;
    }
    if (i < RULE_N_CRITERION_NAME) {
        criterion.kind = rule_criterion_name[i].kind;
        if (!scan_next(&p->scan)) {
            return false;
        }
    } else if (!parse_expression(p, &criterion)) {
        return false;
    }
    criterion.descending = token_is_name(&p->scan.token, "desc");
    if ((criterion.descending || token_is_name(&p->scan.token, "asc")) && !scan_next(&p->scan)) {
        return false;
    }
    const bool is_end = p->scan.token.kind == TOKEN_END || token_is_symbol(&p->scan.token, ",");
    if (is_end && criterion.kind == RULE_EXPRESSION &&
        (p->uses & ~((uint32_t)1 << RULE_ATTR_now)) == 0) {
        return REFUSE(&p->scan, place,
                      "this criterion is the same for every lot: it needs an attribute, "
                      "such as due (a number has a point, 1.5, not a comma)");
    }
    p->rule.criterion[p->rule.n_criterion++] = criterion;
    return true;
}

static bool parse_rule(struct parser *p) {
    if (!scan_next(&p->scan)) {
        return false;
    }
    if (p->scan.token.kind == TOKEN_END) {
        return REFUSE(&p->scan, p->scan.token.bytes,
                      "the rule is empty: write criteria, such as priority desc, setup, fifo");
    }
    if (!parse_criterion(p)) {
        return false;
    }
    while (token_is_symbol(&p->scan.token, ",")) {
        if (!scan_next(&p->scan) || !parse_criterion(p)) {
            return false;
        }
    }
    return p->scan.token.kind == TOKEN_END || scan_refuse_behind_value(&p->scan);
}

// "fifo" alone, blanks around it allowed.
static bool expand_shorthand(struct parser *p) {
    struct scan ahead = {.text = p->scan.text, .next = p->scan.next, .end = p->scan.end};
    if (!scan_next(&ahead)) {
        return false;
    }
    const struct token name = ahead.token;
    if (!scan_next(&ahead) || ahead.token.kind != TOKEN_END) {
        return false;
    }
    for (size_t i = 0; i < RULE_N_CRITERION_NAME; i++) {
        if (rule_criterion_name[i].shorthand &&
            token_is_name(&name, rule_criterion_name[i].shorthand)) {
            p->rule.criterion[0] = (struct rule_criterion){RULE_PRIORITY, true, 0, 0};
            p->rule.criterion[1] =
                (struct rule_criterion){rule_criterion_name[i].kind, false, 0, 0};
            p->rule.n_criterion = 2;
            return true;
        }
    }
    return false;
}

static bool skip_plain(struct parser *p) {
    static const char plain[] = "plain:";
    const char *c = p->scan.next;
    while (scan_is_blank(*c)) {
        c++;
    }
    if (strncmp(c, plain, sizeof plain - 1) != 0) {
        return false;
    }
    p->scan.next = c + sizeof plain - 1;
    return true;
}

maru_status rule_compile(const char *text, struct rule *out, maru_error *err) {
    const char *const end = memchr(text, '\0', RULE_MAX_TEXT + 1);
    if (!end) {
        return fail_at(err, MARU_E_LIMIT, NULL, 0, RULE_MAX_TEXT + 1,
                       "the rule is too long: at most %d bytes", RULE_MAX_TEXT);
    }
    struct parser p = {.scan = {.text = text, .next = text, .end = end, .err = err}};
    const bool is_plain = skip_plain(&p);
    if ((is_plain || !expand_shorthand(&p)) && !parse_rule(&p)) {
        return p.scan.status;
    }
    *out = p.rule;
    return MARU_OK;
}
