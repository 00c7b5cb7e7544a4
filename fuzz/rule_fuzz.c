#include "target.h"

#include "base/text.h"
#include "sim/rule/rule.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// Any text either compiles, twice to the same, and gives numbers for every lot, or is refused with
// a place inside it and a sentence, and touches nothing. The first bytes choose the attributes'
// values.

enum { N_HEAD = 4 };

static void require(int holds) {
    if (!holds) {
        abort();
    }
}

static void check_refusal(maru_status status, const maru_error *err, const char *text) {
    require(status == MARU_E_USAGE || status == MARU_E_LIMIT);
    require(err->code == status && err->row == 0);
    require(err->column >= 1 && err->column <= strlen(text) + 1);
    require(err->text[0] != '\0' && text_is_utf8(err->text, strlen(err->text)));
}

static void check_rule(const struct rule *rule, const double *attribute) {
    require(rule->n_criterion >= 1 && rule->n_criterion <= RULE_MAX_CRITERION);
    require(rule->n_code <= RULE_MAX_CODE && rule->uses >> RULE_N_ATTRIBUTE == 0);
    uint32_t next = 0; // the criteria's code lies end to end
    for (uint32_t i = 0; i < rule->n_criterion; i++) {
        const struct rule_criterion *criterion = &rule->criterion[i];
        if (criterion->kind == RULE_EXPRESSION) {
            require(criterion->first_code == next && criterion->n_code > 0);
            next += criterion->n_code;
            require(!isnan(rule_evaluate(rule, i, attribute)));
        }
    }
    require(next == rule->n_code);
}

static void check_same(const struct rule *a, const struct rule *b) {
    require(a->n_criterion == b->n_criterion && a->n_code == b->n_code && a->uses == b->uses);
    for (uint32_t i = 0; i < a->n_criterion; i++) {
        const struct rule_criterion *ca = &a->criterion[i], *cb = &b->criterion[i];
        require(ca->kind == cb->kind && ca->descending == cb->descending);
        require(ca->first_code == cb->first_code && ca->n_code == cb->n_code);
    }
    for (uint32_t i = 0; i < a->n_code; i++) {
        const struct rule_code *ca = &a->code[i], *cb = &b->code[i];
        require(ca->op == cb->op && ca->attribute == cb->attribute && ca->value == cb->value);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    static const double values[] = {0.0, 1.0, -1.0, 25.0, 0.1, 1e9, -1e300, INFINITY};
    if (n < N_HEAD) {
        return 0;
    }
    double attribute[RULE_N_ATTRIBUTE];
    for (int i = 0; i < RULE_N_ATTRIBUTE; i++) {
        attribute[i] = values[(bytes[i % N_HEAD] >> (i / N_HEAD)) % 8];
    }
    char *text = malloc(n - N_HEAD + 1);
    if (!text) {
        return 0;
    }
    memcpy(text, bytes + N_HEAD, n - N_HEAD);
    text[n - N_HEAD] = '\0';
    static struct rule rule, again, untouched;
    memset(&rule, 0, sizeof rule);
    memset(&again, 0, sizeof again);
    maru_error err = {0};
    const maru_status status = rule_compile(text, &rule, &err);
    require(status == rule_compile(text, &again, NULL));
    if (status == MARU_OK) {
        check_rule(&rule, attribute);
        check_same(&rule, &again);
    } else {
        check_refusal(status, &err, text);
        require(memcmp(&rule, &untouched, sizeof rule) == 0);
    }
    free(text);
    return 0;
}
