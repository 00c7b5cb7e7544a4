#include "sim/rule/rule.h"

#include "base/random.h"
#include "base/text.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

// What compiles to what, what is refused where and with which words, and the law that evaluation
// equals a reference which walks the tree that the text was printed from.

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

// ---- what is accepted ----

// One character a criterion, `-` behind it for desc: p s f t(spt) e(edd) c o(odd) w(winq) m q(qtcr)
// Q(qts) x(expression).
static const char kind_letter[] = {
    [RULE_EXPRESSION] = 'x', [RULE_PRIORITY] = 'p', [RULE_SETUP] = 's', [RULE_FIFO] = 'f',
    [RULE_SPT] = 't',        [RULE_EDD] = 'e',      [RULE_CR] = 'c',    [RULE_ODD] = 'o',
    [RULE_WINQ] = 'w',       [RULE_MAXWORK] = 'm',  [RULE_QTCR] = 'q',  [RULE_QTS] = 'Q',
};

static const struct accepted {
    const char *text, *want;
} accepted[] = {
    {"priority desc, setup, fifo", "p-sf"}, // the plants' own rankings
    {"priority desc, setup, cr", "p-sc"},
    {"priority desc, setup, due - now", "p-sx"},
    {"fifo", "p-f"},
    {"spt", "p-t"},
    {"edd", "p-e"},
    {"cr", "p-c"},
    {"odd", "p-o"},
    {"lsu", "p-s"},
    {"winq", "p-w"},
    {"maxwork", "p-m"},
    {" \tfifo\r\n", "p-f"},
    {"plain:fifo", "f"},
    {"plain: winq", "w"},
    {" plain:priority desc, odd", "p-o"},
    {"setup", "s"}, // not a shorthand
    {"qtcr", "q"},
    {"qtcr,qts", "qQ"},
    {"fifo asc", "f"},
    {"fifo desc", "f-"},
    {"fifo, fifo", "ff"},
    {"setup desc,maxwork desc", "s-m-"},
    {"(setup)", "x"},
    {"-setup", "x"},
    {"setup + 0", "x"},
    {"due", "x"},
    {"-due desc", "x-"},
    {"min(due,now)", "x"},
    {"wait>8 h", "x"},
    {"if ( wait > 8 h , 0 , 1 ) desc , due", "x-x"},
    {"due--now", "x"},
    {"20 min*step", "x"},
    {"step*2asc", "x"},
    {"process,process,process,process,process,process,process,process", "xxxxxxxx"},
};

static void say_kinds(const struct rule *rule, char *out) {
    for (uint32_t i = 0; i < rule->n_criterion; i++) {
        *out++ = kind_letter[rule->criterion[i].kind];
        if (rule->criterion[i].descending) {
            *out++ = '-';
        }
    }
    *out = '\0';
}

static void test_accepted(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(accepted); i++) {
        struct rule rule;
        maru_error err = {0};
        char kinds[2 * RULE_MAX_CRITERION + 1];
        const maru_status status = rule_compile(accepted[i].text, &rule, &err);
        if (status != MARU_OK) {
            fail_msg("row %zu: '%s' is refused: %s", i, accepted[i].text, err.text);
        }
        say_kinds(&rule, kinds);
        if (strcmp(kinds, accepted[i].want) != 0) {
            fail_msg("row %zu: '%s' gives %s, want %s", i, accepted[i].text, kinds,
                     accepted[i].want);
        }
    }
}

static void test_uses(void **state) {
    (void)state;
    struct rule rule;
    assert_int_equal(rule_compile("setup, due - now, fifo, max(now, winq)", &rule, NULL), MARU_OK);
    assert_int_equal(rule.uses, 1u << RULE_ATTR_due | 1u << RULE_ATTR_now | 1u << RULE_ATTR_winq);
    assert_int_equal(rule_compile("priority desc, setup, fifo", &rule, NULL), MARU_OK);
    assert_int_equal(rule.uses, 0);
}

// ---- what is refused ----

static const struct refused {
    const char *text;
    uint32_t column;
    const char *words; // in the sentence
} refused[] = {
    {"", 1, "empty"},
    {"  ", 3, "priority desc, setup, fifo"},
    {"plain:", 7, "empty"},
    {"due,", 5, "ends where a value is needed"},
    {",due", 1, "needs a value before it"},
    {"due,,now", 5, "needs a value"},
    {"due -", 6, "ends where a value is needed"},
    {"due - * now", 7, "'*' needs a value"},
    {"+due", 1, "'+' needs a value"},
    {"()", 2, "')' needs a value"},
    {"prio", 1, "did you mean 'priority'?"},
    {"priorty desc", 1, "did you mean 'priority'?"},
    {"FIFO", 1, "did you mean 'fifo'?"},
    {"due, Setup", 6, "did you mean 'setup'?"},
    {"remaining_time", 1, "did you mean 'remaining'?"},
    {"dues - now", 1, "did you mean 'due'?"},
    {"xyzzy", 1, "now, priority, setup, arrived, wait, released, due, wafers, process, remaining"},
    {"a_name_that_goes_on_and_on_longer_than_anything_that_could_be_meant", 1, "attributes are"},
    {"plain:lsu", 7, "'setup' is the criterion"},
    {"slack", 1, "due - now - remaining"},
    {"due and now", 5, "multiply"},
    {"due descending", 5, "did you mean 'desc'?"},
    {"due desc desc", 10, "stands once, at the end"},
    {"(due desc)", 6, "stands once, at the end"},
    {"due now", 5, "operator"},
    {"due 3", 5, "operator"},
    {"due)", 4, "closes nothing"},
    {"fifo )", 6, "closes nothing"},
    {"(due", 5, "')' is missing for the '(' at place 1"},
    {"min(due, now", 13, "')' is missing for the '(' at place 4"},
    {"(due, now)", 5, "put ')' before the ','"},
    {"min due", 1, "write min(a, b)"},
    {"abs(due, now)", 8, "abs takes 1 value: write abs(a)"},
    {"min(due)", 8, "min takes 2 values: write min(a, b)"},
    {"max(due, now, 1)", 13, "max takes 2 values"},
    {"if(due, 1)", 10, "write if(condition, a, b)"},
    {"if()", 4, "needs a value"},
    {"fifo + 1", 1, "write arrived"},
    {"due - cr", 7, "write (due - now) / remaining"},
    {"(fifo)", 2, "put it between commas"},
    {"5", 1, "the same for every lot"},
    {"due, now desc", 6, "the same for every lot"},
    {"due - 1,5", 9, "1.5, not a comma"},
    {"due < now < 3", 11, "cannot be chained"},
    {"due = 3", 5, "write == to compare"},
    {"!due", 1, "write !="},
    {"due <> 3", 5, "write !="},
    {"due | now", 5, "max(a < b, c < d)"},
    {"due; now", 4, "comma"},
    {"due ^ 2", 5, "not a sign of rules"},
    {"3 hours - due", 3, "s, min, h, day, week"},
    {"3 setup", 3, "write 3 * setup"},
    {"due - .5", 7, "digits on both sides"},
    {"1. * due", 1, "digits on both sides"},
    {"1.2.3 * due", 1, "digits on both sides"},
    {"due + 1e999", 7, "too large"},
    {"due + 1e308 week", 7, "too large"},
    {"2e * due", 2, "not a unit"},
    {"\xEB\x82\xA9\xEA\xB8\xB0", 1, "'\xEB\x82\xA9' cannot stand in a rule"}, // Korean: due date
    {"due, \xEB\x82\xA9", 6, "ASCII"},
    {"due \xE2\x88\x92 now", 5, "'\xE2\x88\x92' cannot stand"}, // a minus sign of typesetters
    {"due \xff", 5, "the byte 0xff"},
    {"due \xEB\x82", 5, "the byte 0xeb"},
    {"due\x01", 4, "the byte 0x01"},
};

static void test_refused(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(refused); i++) {
        struct rule rule;
        memset(&rule, 0x5a, sizeof rule);
        maru_error err = {0};
        const maru_status status = rule_compile(refused[i].text, &rule, &err);
        if (status != MARU_E_USAGE || err.code != status || err.column != refused[i].column ||
            !strstr(err.text, refused[i].words)) {
            fail_msg("row %zu: '%s' gives status %d at %u: %s; want column %u, '%s'", i,
                     refused[i].text, status, (unsigned)err.column, err.text,
                     (unsigned)refused[i].column, refused[i].words);
        }
        assert_true(text_is_utf8(err.text, strlen(err.text)));
        for (size_t b = 0; b < sizeof rule; b++) {
            assert_int_equal(((const unsigned char *)&rule)[b], 0x5a);
        }
        assert_int_equal(rule_compile(refused[i].text, &rule, NULL), MARU_E_USAGE);
    }
}

// ---- limits ----

// n times `part`, with `head` before and `tail` behind.
static maru_status compile_repeated(const char *head, const char *part, size_t n, const char *tail,
                                    struct rule *rule) {
    struct text text;
    text_init(&text, 1 << 16);
    text_addz(&text, head);
    for (size_t i = 0; i < n; i++) {
        text_addz(&text, part);
    }
    text_addz(&text, tail);
    const maru_status status = rule_compile(text.bytes, rule, NULL);
    text_fini(&text);
    return status;
}

static const struct limit {
    const char *head, *part, *tail;
    size_t n_most; // of the part; one more is over the limit
} limits[] = {
    {"due", " ", "", RULE_MAX_TEXT - 3},
    {"due", ",due", "", RULE_MAX_CRITERION - 1},
    {"due", "+1", "", (RULE_MAX_CODE - 1) / 2},
    {"", "-", "due", 32},
    {"-", "min(1,", "due))))))))))))))))))))))))))))))", 30}, // 31 would lack a ')'
};

static void test_limits(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(limits); i++) {
        const struct limit *l = &limits[i];
        struct rule rule;
        if (compile_repeated(l->head, l->part, l->n_most, l->tail, &rule) != MARU_OK) {
            fail_msg("row %zu: %zu are refused", i, l->n_most);
        }
        const maru_status over = compile_repeated(l->head, l->part, l->n_most + 3, l->tail, &rule);
        if (over != MARU_E_LIMIT) {
            fail_msg("row %zu: status %d for %zu", i, over, l->n_most + 3);
        }
    }
}

// ---- values ----

static void set_attributes(double *attribute) {
    for (int i = 0; i < RULE_N_ATTRIBUTE; i++) {
        attribute[i] = 0.0;
    }
    attribute[RULE_ATTR_now] = 100.0;
    attribute[RULE_ATTR_due] = 130.0;
    attribute[RULE_ATTR_wait] = 9.0;
    attribute[RULE_ATTR_remaining] = 20.0;
    attribute[RULE_ATTR_wafers] = 25.0;
}

static const struct value {
    const char *text;
    double want;
} values[] = {
    {"due - now", 30.0},
    {"(due - now) / remaining", 1.5},
    {"due - now - remaining", 10.0},
    {"due - (now - remaining)", 50.0},
    {"2 * wafers + 1", 51.0},
    {"1 + 2 * wafers", 51.0},
    {"wafers / 5 / 5", 1.0},
    {"wafers / (5 / 5)", 25.0},
    {"-wafers * 2", -50.0},
    {"-(wafers - 1)", -24.0},
    {"- - wafers", 25.0},
    {"due - -now", 230.0},
    {"wafers + 30 min", 25.5},
    {"wafers + 20 min", 25.0 + 20.0 / 60.0},
    {"wafers + 9 s", 25.0025},
    {"wafers + 2 h", 27.0},
    {"wafers + 1.5day", 61.0},
    {"wafers + 1 week", 193.0},
    {"wafers + 2.5e-1", 25.25},
    {"wait > 8 h", 1.0},
    {"wait > 9", 0.0},
    {"wait >= 9", 1.0},
    {"wait < 9", 0.0},
    {"wait <= 9", 1.0},
    {"wait == 9", 1.0},
    {"wait != 9", 0.0},
    {"due - now > remaining + 5", 1.0},
    {"(wait > 8) * (wafers > 25)", 0.0},
    {"max(wait > 8, wafers > 25)", 1.0},
    {"min(due, now)", 100.0},
    {"max(due, now)", 130.0},
    {"abs(now - due)", 30.0},
    {"if(wait > 8 h, 0, due)", 0.0},
    {"if(wait > 10 h, 0, due)", 130.0},
    {"if(setup, due, now)", 100.0}, // 0 is false, all else is true
    {"if(-wait, due, now)", 130.0},
    {"if(setup > 0, due / setup, -1)", -1.0}, // the branch not taken may have no value
    {"due / setup", INFINITY},
    {"-due / setup", -INFINITY},
    {"setup / setup", INFINITY}, // no value: last
    {"-(setup / setup)", INFINITY},
    {"setup / setup desc", -INFINITY}, // last where the largest goes first
    {"if(setup / setup, 1, 2)", INFINITY},
    {"min(1, setup / setup)", INFINITY},
    {"setup / setup < 1", INFINITY},
    {"due / setup - due / setup", INFINITY},
};

static void test_values(void **state) {
    (void)state;
    double attribute[RULE_N_ATTRIBUTE];
    set_attributes(attribute);
    for (size_t i = 0; i < COUNT(values); i++) {
        struct rule rule;
        maru_error err = {0};
        if (rule_compile(values[i].text, &rule, &err) != MARU_OK) {
            fail_msg("row %zu: '%s' is refused: %s", i, values[i].text, err.text);
        }
        const double value = rule_evaluate(&rule, 0, attribute);
        if (value != values[i].want) {
            fail_msg("row %zu: '%s' is %.17g, want %.17g", i, values[i].text, value,
                     values[i].want);
        }
    }
}

static void test_each_criterion_has_its_value(void **state) {
    (void)state;
    double attribute[RULE_N_ATTRIBUTE];
    set_attributes(attribute);
    struct rule rule;
    assert_int_equal(rule_compile("due - now, setup, wafers * 2, abs(-wait)", &rule, NULL), 0);
    assert_true(rule_evaluate(&rule, 0, attribute) == 30.0);
    assert_true(rule_evaluate(&rule, 2, attribute) == 50.0);
    assert_true(rule_evaluate(&rule, 3, attribute) == 9.0);
}

// ---- the law: evaluation equals a walk through the tree ----

enum node_kind { NODE_NUMBER, NODE_ATTRIBUTE, NODE_NEGATE, NODE_BINARY, NODE_CALL };

enum { MAX_NODE = 80, N_RANDOM = 20000 };

static const struct literal {
    const char *text;
    double value;
} literals[] = {
    {"0", 0.0},
    {"1", 1.0},
    {"0.5", 0.5},
    {"20 min", 20.0 / 60.0},
    {"3 s", 3.0 / 3600.0},
    {"2 day", 48.0},
    {"1 week", 168.0},
    {"1e300", 1e300},
    {"7 h", 7.0},
    {"1e-300", 1e-300},
};

static const struct sign {
    const char *text;
    int level; // of binding, as in rule.c
} signs[] = {
    {"<", 0},  {"<=", 0}, {">", 0}, {">=", 0}, {"==", 0},
    {"!=", 0}, {"+", 1},  {"-", 1}, {"*", 2},  {"/", 2},
};

static const struct call {
    const char *name;
    int n_value;
} calls[] = {{"min", 2}, {"max", 2}, {"abs", 1}, {"if", 3}};

static const char *const names[RULE_N_ATTRIBUTE] = {
#define X(name, meaning) #name,
    RULE_ATTRIBUTES(X)
#undef X
};

struct node {
    enum node_kind kind;
    uint32_t which; // literal, attribute, sign or call
    uint32_t child[3];
};

struct tree {
    uint64_t seed, counter;
    uint32_t n_node;
    struct node node[MAX_NODE];
};

static uint32_t draw(struct tree *tree, uint32_t n) {
    return random_at(tree->seed, 7, tree->counter++).word[0] % n;
}

static uint32_t grow(struct tree *tree, int depth) {
    const uint32_t at = tree->n_node++;
    struct node node = {0};
    const bool is_leaf = depth == 0 || tree->n_node > MAX_NODE / 2;
    static const enum node_kind kinds[] = {NODE_NUMBER, NODE_ATTRIBUTE, NODE_NEGATE, NODE_BINARY,
                                           NODE_BINARY, NODE_BINARY,    NODE_BINARY, NODE_CALL};
    node.kind = kinds[draw(tree, is_leaf ? 2 : COUNT(kinds))];
    const uint32_t choices[] = {COUNT(literals), RULE_N_ATTRIBUTE, 1, COUNT(signs), COUNT(calls)};
    node.which = draw(tree, choices[node.kind]);
    const int n_child = node.kind == NODE_CALL     ? calls[node.which].n_value
                        : node.kind == NODE_BINARY ? 2
                        : node.kind == NODE_NEGATE ? 1
                                                   : 0;
    for (int i = 0; i < n_child; i++) {
        node.child[i] = grow(tree, depth - 1);
    }
    tree->node[at] = node;
    return at;
}

static int level_of(const struct node *node) {
    return node->kind == NODE_BINARY ? signs[node->which].level : node->kind == NODE_NEGATE ? 3 : 4;
}

// Print with brackets only where the levels of binding ask for them.
static void print(const struct tree *tree, uint32_t at, int lowest, struct text *out) {
    const struct node *node = &tree->node[at];
    const int level = level_of(node);
    text_addz(out, level < lowest ? "(" : "");
    switch (node->kind) {
    case NODE_NUMBER:
        text_addz(out, literals[node->which].text);
        break;
    case NODE_ATTRIBUTE:
        text_addz(out, names[node->which]);
        break;
    case NODE_NEGATE:
        text_addz(out, "-");
        print(tree, node->child[0], 3, out);
        break;
    case NODE_BINARY:
        print(tree, node->child[0], level == 0 ? 1 : level, out);
        text_addf(out, " %s ", signs[node->which].text);
        print(tree, node->child[1], level + 1, out);
        break;
    case NODE_CALL:
        text_addf(out, "%s(", calls[node->which].name);
        for (int i = 0; i < calls[node->which].n_value; i++) {
            text_addz(out, i > 0 ? ", " : "");
            print(tree, node->child[i], 0, out);
        }
        text_addz(out, ")");
        break;
    }
    text_addz(out, level < lowest ? ")" : "");
}

static double refer_sign(uint32_t sign, double a, double b) {
    const bool none = isnan(a) || isnan(b);
    const double value[] = {a<b, a <= b, a> b, a >= b, a == b, a != b, a + b, a - b, a * b, a / b};
    return none ? NAN : value[sign];
}

static double refer(const struct tree *tree, uint32_t at, const double *attribute) {
    const struct node *node = &tree->node[at];
    double v[3] = {0.0, 0.0, 0.0};
    switch (node->kind) {
    case NODE_NUMBER:
        return literals[node->which].value;
    case NODE_ATTRIBUTE:
        return attribute[node->which];
    case NODE_NEGATE:
        return -refer(tree, node->child[0], attribute);
    case NODE_BINARY:
        v[0] = refer(tree, node->child[0], attribute);
        v[1] = refer(tree, node->child[1], attribute);
        return refer_sign(node->which, v[0], v[1]);
    case NODE_CALL:
        break;
    }
    for (int i = 0; i < calls[node->which].n_value; i++) {
        v[i] = refer(tree, node->child[i], attribute);
    }
    const bool none = isnan(v[0]) || isnan(v[1]);
    switch (node->which) {
    case 0:
        return none ? NAN : v[1] < v[0] ? v[1] : v[0];
    case 1:
        return none ? NAN : v[1] > v[0] ? v[1] : v[0];
    case 2:
        return v[0] < 0.0 ? -v[0] : v[0] + 0.0;
    default:
        return isnan(v[0]) ? NAN : v[0] != 0.0 ? v[1] : v[2];
    }
}

static void test_law_evaluation_is_the_walk(void **state) {
    (void)state;
    static const double extremes[] = {0.0, 1.0, -1.0, 25.0, 1e9, -1e300, INFINITY, -INFINITY};
    struct text text;
    text_init(&text, 1 << 16);
    uint32_t n_none = 0, n_infinite = 0;
    for (uint64_t seed = 0; seed < N_RANDOM; seed++) {
        struct tree tree = {.seed = seed};
        const uint32_t root = grow(&tree, 5);
        double attribute[RULE_N_ATTRIBUTE];
        for (int i = 0; i < RULE_N_ATTRIBUTE; i++) {
            attribute[i] = draw(&tree, 2) ? extremes[draw(&tree, COUNT(extremes))]
                                          : (double)draw(&tree, 4000) / 7.0 - 100.0;
        }
        text_clear(&text);
        print(&tree, root, 2, &text); // so that "* step" binds to the whole
        text_addz(&text, " * step");
        attribute[RULE_ATTR_step] = 1.0;
        struct rule rule;
        maru_error err = {0};
        if (rule_compile(text.bytes, &rule, &err) != MARU_OK) {
            fail_msg("seed %u: '%s' is refused: %s", (unsigned)seed, text.bytes, err.text);
        }
        const double value = rule_evaluate(&rule, 0, attribute);
        const double walk = refer(&tree, root, attribute) * 1.0;
        const double want = isnan(walk) ? (double)INFINITY : walk;
        if (value != want) {
            fail_msg("seed %u: '%s' is %.17g, want %.17g", (unsigned)seed, text.bytes, value, want);
        }
        n_none += isnan(walk) ? 1 : 0;
        n_infinite += isinf(walk) ? 1 : 0;
    }
    text_fini(&text);
    print_message("%u without value, %u infinite\n", n_none, n_infinite);
    assert_true(n_none > 100); // the hard cases are met
    assert_true(n_infinite > N_RANDOM / 100);
    assert_true(n_none + n_infinite < N_RANDOM / 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_accepted),
        cmocka_unit_test(test_uses),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_each_criterion_has_its_value),
        cmocka_unit_test(test_law_evaluation_is_the_walk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
