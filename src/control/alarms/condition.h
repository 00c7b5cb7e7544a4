// When an alarm is active, as text: tests of signals put together with and, or, not and brackets.
//
//     condition = both { "or" both }
//     both      = one { "and" one }
//     one       = "not" one | "(" condition ")" | SIGNAL test
//     test      = ( ">" | "above" | "<" | "below" ) NUMBER [ "deadband" NUMBER ]
//               | "outside" NUMBER "to" NUMBER [ "deadband" NUMBER ]
//               | ( "=" | "is" ) NUMBER
//               | ( "rises" | "falls" | "changes" ) NUMBER "per" SPAN
//               | "silent" SPAN
//               | "bad"
//
// A signal is a word of letters, digits and _ . / : # -, or any text in 'quotes' ('' for a quote in it).
#ifndef CONTROL_CONDITION_H
#define CONTROL_CONDITION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "maru/status.h"

enum condition_kind {
    CONDITION_ABOVE,   // above high, until at most high - deadband
    CONDITION_BELOW,   // below low, until at least low + deadband
    CONDITION_OUTSIDE, // both
    CONDITION_EQUAL,   // exactly high
    CONDITION_RISES,   // more than high up within span_us
    CONDITION_FALLS,   // more than high down
    CONDITION_CHANGES, // more than high either way
    CONDITION_SILENT,  // no sample for span_us
    CONDITION_BAD,     // the last sample is of bad quality, or no number
    N_CONDITION_KIND,
};

struct condition_leaf {
    double low, high, deadband;
    maru_time span_us;
    uint32_t signal;
    uint8_t kind;
};

enum {
    CONDITION_MAX_TEXT = 4096,
    CONDITION_MAX_LEAVES = 32,
    CONDITION_MAX_CODE = 128,
    CONDITION_MAX_DEPTH = 32,
    CONDITION_MAX_NAME_BYTES = 255,
};

// Behind the leaves, in code: what is done with the last values.
enum { CONDITION_AND = CONDITION_MAX_LEAVES, CONDITION_OR, CONDITION_NOT, N_CONDITION_CODE };

struct condition {
    struct condition_leaf leaf[CONDITION_MAX_LEAVES]; // (n_leaf)
    uint8_t code[CONDITION_MAX_CODE]; // (n_code), postfix: a leaf's number, AND, ...
    uint32_t n_leaf, n_code;
};

// The number of a signal by its name; UINT32_MAX: it cannot be taken, and *err says why.
typedef uint32_t (*condition_signal)(void *context, const char *bytes, size_t n, maru_error *err);

// Read a whole condition.
//   errors  MARU_E_INPUT, MARU_E_LIMIT with the column (byte) in err; what `signal` says
MARU_MUST_USE maru_status condition_read(const char *bytes, size_t n, condition_signal signal,
                                         void *context, struct condition *out, maru_error *err);

// Write it so that it reads back the same. name: of a signal's number.
typedef const char *(*condition_name)(const void *context, uint32_t signal);
void condition_write(const struct condition *condition, condition_name name, const void *context,
                     struct text *out);

// Is it true, with the leaves whose bits are set being true?
//   cost    linear in n_code
bool condition_is_true(const uint8_t *code, uint32_t n_code, uint32_t leaves);

#endif
