#include "sim/rule/vocabulary.h"

#include <stddef.h>

// One list of each kind of word: what compiles a rule reads them, and so does what guesses the one that was meant.

const char *const rule_attribute_name[RULE_N_ATTRIBUTE] = {
#define X(name, meaning) #name,
    RULE_ATTRIBUTES(X)
#undef X
};

const struct criterion_name rule_criterion_name[RULE_N_CRITERION_NAME] = {
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

const struct rule_function rule_function[RULE_N_FUNCTION] = {
    {"min", "min(a, b)", 2, OP_MIN},
    {"max", "max(a, b)", 2, OP_MAX},
    {"abs", "abs(a)", 1, OP_ABS},
    {"if", "if(condition, a, b)", 3, OP_IF},
};

const char *rule_shorthand_at(size_t index) {
    for (size_t i = 0; i < RULE_N_CRITERION_NAME; i++) {
        if (rule_criterion_name[i].shorthand && index-- == 0) {
            return rule_criterion_name[i].shorthand;
        }
    }
    return NULL;
}
