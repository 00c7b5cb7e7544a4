// The words of rules and what their code does.
#ifndef SIM_RULE_VOCABULARY_H
#define SIM_RULE_VOCABULARY_H

#include "sim/rule/rule.h"

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

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { RULE_N_CRITERION_NAME = 11, RULE_N_FUNCTION = 4 };

extern const char *const rule_attribute_name[RULE_N_ATTRIBUTE];

// Criteria by name; `instead` is what comes closest inside an expression, and a whole rule that is
// the one word `shorthand` stands for "priority desc, NAME".
struct criterion_name {
    const char *name, *shorthand, *instead;
    enum rule_kind kind;
};
extern const struct criterion_name rule_criterion_name[RULE_N_CRITERION_NAME];

struct rule_function {
    const char *name, *form;
    int n_value;
    enum op op;
};
extern const struct rule_function rule_function[RULE_N_FUNCTION];

#endif
