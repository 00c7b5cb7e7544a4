// Rules of dispatching as text: "priority desc, setup, due - now" compiled into criteria and a
// small stack program.
//
// A rule is a list of criteria, compared one after the other; the first that differs decides,
// smaller goes first unless `desc` stands behind it. What is left equal goes in the order of
// arrival. A criterion is a name known to the twin (they are computed from what is fixed when a lot
// joins a queue, so that they cost little) or any expression over attributes.
//
//   rule       = criterion { "," criterion }
//   criterion  = expression [ "asc" | "desc" ]
//   expression = comparisons, + - * /, unary -, ( ), min(a, b), max(a, b), abs(a), if(condition, a,
//   b) attributes = see RULE_ATTRIBUTES; all times in hours
#ifndef SIM_RULE_H
#define SIM_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "maru/status.h"

enum { RULE_MAX_CRITERION = 8, RULE_MAX_CODE = 256, RULE_MAX_STACK = 32, RULE_MAX_TEXT = 1024 };

// A criterion that is one bare name of these is kept as its kind and not compiled.
enum rule_kind {
    RULE_EXPRESSION,
    RULE_PRIORITY, // the lot's priority (write `priority desc`: higher first)
    RULE_SETUP,    // setup time if this tool took the lot now
    RULE_FIFO,     // arrival at this queue
    RULE_SPT,      // expected process time of this step
    RULE_EDD,      // due date of the lot
    RULE_CR,       // critical ratio: (due - now) / remaining processing
    RULE_ODD,      // operation due date
    RULE_WINQ,     // work in the queue of the next step
    RULE_MAXWORK,  // most remaining processing first (so `maxwork` needs no desc)
    RULE_QTCR,     // queue-time critical ratio (Kopp, Hassoun, Kalir, Moench, WSC 2020)
    RULE_QTS,      // queue-time start: latest start from shared-out slack (same paper)
};

// X(name, meaning): what an expression may use. All times in hours, as doubles.
#define RULE_ATTRIBUTES(X)                                                                         \
    X(now, "time since the start of the plant")                                                    \
    X(priority, "priority of the lot")                                                             \
    X(setup, "setup time if this tool took the lot now")                                           \
    X(arrived, "when the lot joined this queue")                                                   \
    X(wait, "how long it has been in this queue")                                                  \
    X(released, "when the lot was released")                                                       \
    X(due, "due date of the lot")                                                                  \
    X(wafers, "wafers in the lot")                                                                 \
    X(process, "expected process time of this step")                                               \
    X(remaining, "expected processing to the end of the route, this step included")                \
    X(queue_slack, "time left of the open queue-time limit, 1e9 when none is open")                \
    X(winq, "expected work waiting at the next step's tools")                                      \
    X(step, "number of the step in its route, from 1")

enum rule_attribute {
#define X(name, meaning) RULE_ATTR_##name,
    RULE_ATTRIBUTES(X)
#undef X
        RULE_N_ATTRIBUTE
};

struct rule_code {
    uint8_t op;
    uint8_t attribute;
    double value;
};

struct rule_criterion {
    enum rule_kind kind;
    bool descending;
    uint16_t first_code, n_code; // RULE_EXPRESSION
};

struct rule {
    uint32_t n_criterion;
    struct rule_criterion criterion[RULE_MAX_CRITERION];
    uint32_t n_code;
    struct rule_code code[RULE_MAX_CODE];
    uint32_t uses; // bit (1 << attribute) for each attribute that some expression reads
};

// Compile `text` (0-terminated). Shorthand: a rule that is one of the names fifo, spt, edd, cr,
// odd, lsu (least setup), winq, maxwork is read as "priority desc, NAME"; `plain:` in front of a
// text turns shorthands off.
//   errors  MARU_E_USAGE: err->column is the 1-based place in the text, the sentence says what is
//           wrong and what would be right; MARU_E_LIMIT: too long, too deep, too many criteria
MARU_MUST_USE maru_status rule_compile(const char *text, struct rule *out, maru_error *err);

// The shorthands, NULL behind the last.
//   memory  static
const char *rule_shorthand_at(size_t index);

// The value of criterion `index` (RULE_EXPRESSION) for the attributes of a lot; never NaN: what has
// no value (0/0) is counted as +infinity, so such a lot goes last.
double rule_evaluate(const struct rule *rule, uint32_t index,
                     const double attribute[RULE_N_ATTRIBUTE]);

#endif
