#include "sim/ranking.h"

#include <string.h>

#include "base/status.h"

// What is fixed when a lot joins a queue is computed once and kept in a slot of its entry; what depends on the moment is
// computed when lots are compared.

static uint8_t needs_slot(enum rule_kind kind) {
    switch (kind) {
    case RULE_SPT:
    case RULE_EDD:
    case RULE_CR:
    case RULE_ODD:
    case RULE_MAXWORK:
    case RULE_QTCR:
    case RULE_QTS:
        return 1;
    case RULE_EXPRESSION:
    case RULE_PRIORITY:
    case RULE_SETUP:
    case RULE_FIFO:
    case RULE_WINQ:
        return 0;
    }
    return 0;
}

// The urgency of queue-time limits stands after priority and setup, before what the rule has behind
// them.
static maru_status insert_queue_rule(struct rule *rule, enum option_queue_rule kind,
                                     maru_error *err) {
    if (rule->n_criterion >= RULE_MAX_CRITERION) {
        return fail(err, MARU_E_LIMIT, "no room for queue_rule: the rule has already %d criteria",
                    RULE_MAX_CRITERION);
    }
    uint32_t at = 0;
    while (at < rule->n_criterion &&
           (rule->criterion[at].kind == RULE_PRIORITY || rule->criterion[at].kind == RULE_SETUP)) {
        at++;
    }
    for (uint32_t i = rule->n_criterion; i > at; i--) {
        rule->criterion[i] = rule->criterion[i - 1];
    }
    rule->criterion[at] =
        (struct rule_criterion){.kind = kind == QUEUE_RULE_QTCR ? RULE_QTCR : RULE_QTS};
    rule->n_criterion++;
    return MARU_OK;
}

// Where no setup of a group makes a difference, setup is no criterion.
static void drop_setup(struct rule *rule) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < rule->n_criterion; i++) {
        if (rule->criterion[i].kind != RULE_SETUP) {
            rule->criterion[n++] = rule->criterion[i];
        }
    }
    rule->n_criterion = n;
}

maru_status ranking_build(enum option_queue_rule queue_rule, bool ranks_setup, const char *text,
                          struct group_rule *out, maru_error *err) {
    memset(out, 0, sizeof *out);
    maru_status st = rule_compile(text, &out->rule, err);
    if (st == MARU_OK && !ranks_setup) {
        drop_setup(&out->rule);
    }
    if (st == MARU_OK && queue_rule != QUEUE_RULE_NONE) {
        st = insert_queue_rule(&out->rule, queue_rule, err);
    }
    if (st != MARU_OK) {
        return st;
    }
    struct rule *rule = &out->rule;
    out->leads_by_priority = rule->n_criterion > 0 && rule->criterion[0].kind == RULE_PRIORITY &&
                             rule->criterion[0].descending;
    uint32_t n_slot = 0;
    for (uint32_t i = 0; i < rule->n_criterion; i++) {
        out->slot[i] = SLOT_NONE;
        if (needs_slot(rule->criterion[i].kind)) {
            if (n_slot == RULE_MAX_SLOT) {
                return fail(err, MARU_E_LIMIT,
                            "'%.80s' uses more than %d of spt, edd, cr, odd, maxwork, qtcr, qts",
                            text, RULE_MAX_SLOT);
            }
            out->slot[i] = (uint8_t)n_slot++;
        }
    }
    out->n_slot = n_slot;
    // arrival order is how lists are kept: a rule that ends in it needs no comparison for it
    out->n_left = rule->n_criterion;
    if (out->n_left > 0 && rule->criterion[out->n_left - 1].kind == RULE_FIFO &&
        !rule->criterion[out->n_left - 1].descending) {
        out->n_left--;
    }
    const uint32_t first = out->leads_by_priority ? 1 : 0;
    const struct rule_criterion *only = &rule->criterion[first];
    out->by_number = out->n_left == first + 1 && out->slot[first] != SLOT_NONE &&
                     only->kind != RULE_QTCR && !only->descending;
    out->falls = only->kind == RULE_CR;
    return MARU_OK;
}

maru_status model_try_rule(const char *text, maru_error *err) {
    struct group_rule rule;
    return ranking_build(QUEUE_RULE_NONE, true, text, &rule, err);
}
