#include "control/alarms/condition.h"

#include <string.h>

#include "base/number.h"
#include "base/status.h"
#include "plant/dialect/timespec.h"

// Descent over words, one function a line of the grammar. Code is postfix, and its values are bits of one
// 64-bit word while it runs: as many can wait as brackets are deep, two each.
//
// A word ends at a blank, a bracket or a sign; what is not a number or a sign is a name or a keyword, by
// its place. A refusal names the byte where the word begins.

struct reader {
    const char *bytes;
    size_t n, at;        // behind the present word
    size_t from, n_word; // the present word; n_word 0: the end
    bool is_quoted;
    uint32_t depth;
    condition_signal signal;
    void *context;
    struct condition *out;
    maru_error *err;
};

static maru_status wrong(const struct reader *r, const char *what) {
    return fail_at(r->err, MARU_E_INPUT, "", 0, (uint32_t)r->from + 1, "%s", what);
}

static bool is_blank(char c) { return c == ' ' || c == '\t'; }

static bool is_sign(char c) { return c == '(' || c == ')' || c == '<' || c == '>' || c == '='; }

// Moves to the next word.
static maru_status next_word(struct reader *r) {
    while (r->at < r->n && is_blank(r->bytes[r->at])) {
        r->at++;
    }
    r->from = r->at;
    r->is_quoted = r->at < r->n && r->bytes[r->at] == '\'';
    if (r->is_quoted) {
        r->at++;
        while (r->at < r->n &&
               (r->bytes[r->at] != '\'' || (r->n - r->at > 1 && r->bytes[r->at + 1] == '\''))) {
            r->at += r->bytes[r->at] == '\'' ? 2 : 1;
        }
        if (r->at == r->n) {
            return wrong(r, "the quote that opens this name is never closed");
        }
        r->at++;
    } else if (r->at < r->n && is_sign(r->bytes[r->at])) {
        r->at++;
    } else {
        while (r->at < r->n && !is_blank(r->bytes[r->at]) && !is_sign(r->bytes[r->at]) &&
               r->bytes[r->at] != '\'') {
            r->at++;
        }
    }
    r->n_word = r->at - r->from;
    return MARU_OK;
}

static bool is(const struct reader *r, const char *word) {
    return !r->is_quoted && r->n_word == strlen(word) &&
           memcmp(r->bytes + r->from, word, r->n_word) == 0;
}

static const char *const keywords[] = {"and", "or",      "not",    "above", "below",
                                       "to",  "outside", "is",     "rises", "falls",
                                       "per", "changes", "silent", "bad",   "deadband"};

static bool is_keyword(const struct reader *r) {
    for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++) {
        if (is(r, keywords[i])) {
            return true;
        }
    }
    return false;
}

static maru_status add_code(struct reader *r, uint8_t code) {
    if (r->out->n_code == CONDITION_MAX_CODE) {
        return fail_at(r->err, MARU_E_LIMIT, "", 0, (uint32_t)r->from + 1,
                       "the condition has more than %d tests and words", CONDITION_MAX_CODE);
    }
    r->out->code[r->out->n_code++] = code;
    return MARU_OK;
}

// ---- numbers, spans, names

static maru_status read_number(struct reader *r, double *out) {
    if (r->is_quoted || !number_double(r->bytes + r->from, r->n_word, out)) {
        return wrong(r, "a number is wanted here, such as 850 or -1.5");
    }
    return next_word(r);
}

// One word (`10s`) or two (`10 s`).
static maru_status read_span(struct reader *r, maru_time *out) {
    const size_t from = r->from;
    struct complaint why;
    if (r->n_word > 0 && !r->is_quoted && span_read(r->bytes + from, r->n_word, out, &why) &&
        *out > 0) {
        return next_word(r);
    }
    const maru_status st = next_word(r);
    if (st != MARU_OK) {
        return st;
    }
    if (r->n_word == 0 || r->is_quoted ||
        !span_read(r->bytes + from, r->from + r->n_word - from, out, &why) || *out <= 0) {
        r->from = from;
        return wrong(r, "a time is wanted here, such as 10 s or 5 min");
    }
    return next_word(r);
}

static maru_status read_signal(struct reader *r, uint32_t *out) {
    char name[CONDITION_MAX_NAME_BYTES + 1];
    size_t n = 0;
    const char *end = r->bytes + r->from + r->n_word - (r->is_quoted ? 1 : 0);
    for (const char *c = r->bytes + r->from + (r->is_quoted ? 1 : 0); c < end; c++) {
        c += r->is_quoted && *c == '\'' ? 1 : 0; // the first of two
        if (n == CONDITION_MAX_NAME_BYTES) {
            return wrong(r, "the name is too long");
        }
        name[n++] = *c;
    }
    if (n == 0 || is_keyword(r) || (!r->is_quoted && is_sign(name[0]))) {
        return wrong(r,
                     "the name of a signal is wanted here; one that is a word of conditions goes "
                     "in 'quotes'");
    }
    *out = r->signal(r->context, name, n, r->err);
    if (*out == UINT32_MAX) {
        return MARU_E_LIMIT;
    }
    return next_word(r);
}

// ---- tests

static maru_status read_deadband(struct reader *r, struct condition_leaf *leaf) {
    if (!is(r, "deadband")) {
        return MARU_OK;
    }
    maru_status st = next_word(r);
    const size_t from = r->from;
    st = st == MARU_OK ? read_number(r, &leaf->deadband) : st;
    if (st == MARU_OK && !(leaf->deadband >= 0)) {
        r->from = from;
        return wrong(r, "a deadband is 0 or more");
    }
    return st;
}

static maru_status read_outside(struct reader *r, struct condition_leaf *leaf) {
    maru_status st = read_number(r, &leaf->low);
    if (st == MARU_OK && !is(r, "to")) {
        return wrong(r, "`to` is wanted here: outside 10 to 20");
    }
    st = st == MARU_OK ? next_word(r) : st;
    const size_t from = r->from;
    st = st == MARU_OK ? read_number(r, &leaf->high) : st;
    if (st == MARU_OK && !(leaf->low <= leaf->high)) {
        r->from = from;
        return wrong(r, "the first limit is above the second");
    }
    st = st == MARU_OK ? read_deadband(r, leaf) : st;
    if (st == MARU_OK && !(leaf->deadband <= leaf->high - leaf->low)) {
        r->from = from;
        return wrong(r, "the deadband is wider than what lies between the limits");
    }
    return st;
}

static maru_status read_rate(struct reader *r, struct condition_leaf *leaf) {
    const size_t from = r->from;
    maru_status st = read_number(r, &leaf->high);
    if (st == MARU_OK && !(leaf->high >= 0)) {
        r->from = from;
        return wrong(r, "a change is 0 or more");
    }
    if (st == MARU_OK && !is(r, "per")) {
        return wrong(r, "`per` is wanted here: rises 5 per 1 min");
    }
    st = st == MARU_OK ? next_word(r) : st;
    return st == MARU_OK ? read_span(r, &leaf->span_us) : st;
}

static const struct {
    const char *word;
    enum condition_kind kind;
} tests[] = {
    {">", CONDITION_ABOVE},         {"above", CONDITION_ABOVE},     {"<", CONDITION_BELOW},
    {"below", CONDITION_BELOW},     {"outside", CONDITION_OUTSIDE}, {"=", CONDITION_EQUAL},
    {"is", CONDITION_EQUAL},        {"rises", CONDITION_RISES},     {"falls", CONDITION_FALLS},
    {"changes", CONDITION_CHANGES}, {"silent", CONDITION_SILENT},   {"bad", CONDITION_BAD},
};

static maru_status read_values(struct reader *r, struct condition_leaf *leaf) {
    maru_status st = MARU_OK;
    switch ((enum condition_kind)leaf->kind) {
    case CONDITION_ABOVE:
        st = read_number(r, &leaf->high);
        return st == MARU_OK ? read_deadband(r, leaf) : st;
    case CONDITION_BELOW:
        st = read_number(r, &leaf->low);
        return st == MARU_OK ? read_deadband(r, leaf) : st;
    case CONDITION_OUTSIDE:
        return read_outside(r, leaf);
    case CONDITION_EQUAL:
        return read_number(r, &leaf->high);
    case CONDITION_RISES:
    case CONDITION_FALLS:
    case CONDITION_CHANGES:
        return read_rate(r, leaf);
    case CONDITION_SILENT:
        return read_span(r, &leaf->span_us);
    case CONDITION_BAD:
    case N_CONDITION_KIND:
    default:
        return MARU_OK;
    }
}

static maru_status read_leaf(struct reader *r) {
    if (r->out->n_leaf == CONDITION_MAX_LEAVES) {
        return fail_at(r->err, MARU_E_LIMIT, "", 0, (uint32_t)r->from + 1,
                       "the condition has more than %d tests", CONDITION_MAX_LEAVES);
    }
    struct condition_leaf leaf = {0};
    maru_status st = read_signal(r, &leaf.signal);
    if (st != MARU_OK) {
        return st;
    }
    size_t i = 0;
    while (i < sizeof tests / sizeof *tests && !is(r, tests[i].word)) {
        i++;
    }
    if (i == sizeof tests / sizeof *tests) {
        return wrong(r, "a test is wanted here: >, <, =, outside, rises, falls, changes, silent or "
                        "bad");
    }
    leaf.kind = (uint8_t)tests[i].kind;
    st = next_word(r);
    st = st == MARU_OK ? read_values(r, &leaf) : st;
    if (st == MARU_OK) {
        st = add_code(r, (uint8_t)r->out->n_leaf);
        r->out->leaf[r->out->n_leaf++] = leaf;
    }
    return st;
}

// ---- and, or, not, brackets

static maru_status read_any(struct reader *r);

static maru_status read_one(struct reader *r) {
    const bool is_not = is(r, "not");
    if (!is_not && !is(r, "(")) {
        return read_leaf(r);
    }
    if (++r->depth > CONDITION_MAX_DEPTH) {
        return fail_at(r->err, MARU_E_LIMIT, "", 0, (uint32_t)r->from + 1,
                       "the condition is more than %d brackets deep", CONDITION_MAX_DEPTH);
    }
    maru_status st = next_word(r);
    if (is_not) {
        st = st == MARU_OK ? read_one(r) : st;
        st = st == MARU_OK ? add_code(r, CONDITION_NOT) : st;
    } else {
        st = st == MARU_OK ? read_any(r) : st;
        if (st == MARU_OK && !is(r, ")")) {
            return wrong(r, "a ) is wanted here");
        }
        st = st == MARU_OK ? next_word(r) : st;
    }
    r->depth--;
    return st;
}

static maru_status read_both(struct reader *r) {
    maru_status st = read_one(r);
    while (st == MARU_OK && is(r, "and")) {
        st = next_word(r);
        st = st == MARU_OK ? read_one(r) : st;
        st = st == MARU_OK ? add_code(r, CONDITION_AND) : st;
    }
    return st;
}

static maru_status read_any(struct reader *r) {
    maru_status st = read_both(r);
    while (st == MARU_OK && is(r, "or")) {
        st = next_word(r);
        st = st == MARU_OK ? read_both(r) : st;
        st = st == MARU_OK ? add_code(r, CONDITION_OR) : st;
    }
    return st;
}

maru_status condition_read(const char *bytes, size_t n, condition_signal signal, void *context,
                           struct condition *out, maru_error *err) {
    struct condition draft = {0};
    struct reader r = {
        .bytes = bytes, .n = n, .signal = signal, .context = context, .out = &draft, .err = err};
    if (n > CONDITION_MAX_TEXT) {
        return fail(err, MARU_E_LIMIT, "the condition has more than %d bytes", CONDITION_MAX_TEXT);
    }
    maru_status st = next_word(&r);
    st = st == MARU_OK ? read_any(&r) : st;
    if (st == MARU_OK && r.n_word > 0) {
        st = wrong(&r, "`and`, `or` or the end is wanted here");
    }
    if (st == MARU_OK) {
        *out = draft;
    }
    return st;
}

bool condition_is_true(const uint8_t *code, uint32_t n_code, uint32_t leaves) {
    uint64_t value = 0; // the last one is bit 0
    for (uint32_t i = 0; i < n_code; i++) {
        if (code[i] < CONDITION_MAX_LEAVES) {
            value = value << 1 | (leaves >> code[i] & 1);
        } else if (code[i] == CONDITION_NOT) {
            value ^= 1;
        } else {
            const uint64_t last = value & 1;
            value >>= 1;
            value = code[i] == CONDITION_AND ? value & (last | ~UINT64_C(1)) : value | last;
        }
    }
    return (value & 1) != 0;
}

// ---- writing

static void write_name(const char *name, struct text *out) {
    bool is_plain = name[0] != '\0';
    for (const char *c = name; *c != '\0'; c++) {
        const unsigned char u = (unsigned char)*c;
        is_plain = is_plain && u > ' ' && u != '\'' && u != '"' && u != ',' && !is_sign(*c);
    }
    const struct reader r = {.bytes = name, .n_word = strlen(name)};
    if (is_plain && !is_keyword(&r)) {
        text_addz(out, name);
        return;
    }
    text_addz(out, "'");
    for (const char *c = name; *c != '\0'; c++) {
        text_add(out, c, 1);
        if (*c == '\'') {
            text_addz(out, "'");
        }
    }
    text_addz(out, "'");
}

// A word with a blank before it.
static void write_word(const char *word, struct text *out) {
    text_addz(out, " ");
    text_addz(out, word);
}

static void write_number(double value, struct text *out) {
    text_addz(out, " ");
    text_add_double(out, value);
}

static void write_leaf(const struct condition_leaf *leaf, const char *name, struct text *out) {
    static const char *const word[N_CONDITION_KIND] = {">",     "<",       "outside", "=",  "rises",
                                                       "falls", "changes", "silent",  "bad"};
    write_name(name, out);
    write_word(word[leaf->kind], out);
    const bool is_low = leaf->kind == CONDITION_BELOW || leaf->kind == CONDITION_OUTSIDE;
    if (leaf->kind != CONDITION_SILENT && leaf->kind != CONDITION_BAD) {
        write_number(is_low ? leaf->low : leaf->high, out);
    }
    if (leaf->kind == CONDITION_OUTSIDE) {
        write_word("to", out);
        write_number(leaf->high, out);
    }
    if (leaf->deadband > 0) {
        write_word("deadband", out);
        write_number(leaf->deadband, out);
    }
    if (leaf->span_us > 0) {
        write_word(leaf->kind == CONDITION_SILENT ? "" : "per ", out);
        span_write(out, leaf->span_us);
    }
}

struct writer {
    const struct condition *condition;
    condition_name name;
    const void *context;
    struct text *out;
    uint32_t begin[CONDITION_MAX_CODE]; // of the code that makes the value of code i
};

static bool is_pair(uint8_t code) { return code == CONDITION_AND || code == CONDITION_OR; }

static void write_code(const struct writer *w, uint32_t i);

static void write_operand(const struct writer *w, uint32_t i, bool in_brackets) {
    text_addz(w->out, in_brackets ? "(" : "");
    write_code(w, i);
    text_addz(w->out, in_brackets ? ")" : "");
}

// What makes the value of code i: the last operand ends before it, the first before that one begins.
// Brackets stand where the text had to have them, so it is no deeper.
//   cost    as deep as the code is long: CONDITION_MAX_CODE
static void write_code(const struct writer *w, uint32_t i) {
    const uint8_t *code = w->condition->code;
    if (code[i] < CONDITION_MAX_LEAVES) {
        const struct condition_leaf *leaf = &w->condition->leaf[code[i]];
        write_leaf(leaf, w->name(w->context, leaf->signal), w->out);
    } else if (code[i] == CONDITION_NOT) {
        text_addz(w->out, "not ");
        write_operand(w, i - 1, is_pair(code[i - 1]));
    } else {
        const uint32_t last = i - 1, first = w->begin[last] - 1;
        const bool is_and = code[i] == CONDITION_AND;
        write_operand(w, first, is_and && code[first] == CONDITION_OR);
        write_word(is_and ? "and " : "or ", w->out);
        write_operand(w, last, is_pair(code[last]) && (is_and || code[last] == CONDITION_OR));
    }
}

void condition_write(const struct condition *condition, condition_name name, const void *context,
                     struct text *out) {
    struct writer w = {.condition = condition, .name = name, .context = context, .out = out};
    for (uint32_t i = 0; i < condition->n_code; i++) {
        const uint8_t code = condition->code[i];
        w.begin[i] = code < CONDITION_MAX_LEAVES ? i : w.begin[i - 1];
        if (is_pair(code)) {
            w.begin[i] = w.begin[w.begin[i - 1] - 1];
        }
    }
    write_code(&w, condition->n_code - 1);
}
