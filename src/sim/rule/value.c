#include "sim/rule/rule.h"

#include "sim/rule/vocabulary.h"

#include <assert.h>
#include <math.h>

// The code of a criterion on a stack of doubles. All branches are computed and `if` picks one, so there are no jumps. NaN
// stands for "no value": it passes through all but the branch that `if` leaves.

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
