// Alarms against a budget: what limits, deadbands and delays would have meant for the past.
//
// A history of samples is replayed with other settings until an operator's alarms fit a budget, such as
// EEMUA 191's 6 an hour. Only settings are proposed that leave every labelled stop its alarm; where no
// stop is labelled, that is said. Nothing is ever applied by itself.
#ifndef CONTROL_TUNE_H
#define CONTROL_TUNE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/text.h"
#include "control/alarms/alarm_table.h"
#include "control/alarms/tune_list.h"

enum tune_statement {
#define X(name, english, korean) TUNE_##name,
    TUNE_STATEMENTS(X)
#undef X
        N_TUNE_STATEMENT
};

struct tune_sample {
    maru_time at_us;
    double value;
    uint32_t signal; // of the table
    uint8_t quality;
};

struct tune_history {
    const struct tune_sample *sample; // (n_sample), in the order of time
    size_t n_sample;
    const maru_time *stop_us; // (n_stop), sorted: real stops and failures
    uint32_t n_stop;
    const uint32_t *n_told; // (n_alarm): how often each alarm really came; NULL: not known
    maru_time from_us, to_us;
};

struct tune_options {
    double budget_per_h;                       // alarms an hour and operator
    maru_time before_us;                       // an alarm this long before a stop has warned of it
    void (*look)(void *watcher, double share); // how far it is, 0 to 1; NULL: nobody looks
    void *watcher;
};

enum { TUNE_MAX_GONE = 200 }; // listed, of each alarm

struct tune_setting {
    double low, high, deadband;
    maru_time on_us;
};

struct tune_gone { // a past alarm that would not have come
    maru_time at_us;
    bool has_stop; // a stop followed within before_us
};

struct tune_proposal {
    struct tune_setting was, now;
    uint32_t n_told;            // how often it really came; TUNE_NOT_TOLD
    uint32_t n_before, n_after; // how often it comes in the replay
    uint32_t n_warned;          // stops that it came before, as it was
    uint32_t n_missed;          // of these, that it would not come before any more
    uint32_t n_gone, n_gone_with_stop;
    const struct tune_gone *gone; // the first TUNE_MAX_GONE of them
    bool is_tunable;              // one test of above, below or outside; else only counted
    bool is_changed, is_over;     // over: still above its share of the budget
};

#define TUNE_NOT_TOLD UINT32_MAX

struct tune_operator {
    double before_per_h, after_per_h;
    double share_per_h; // what each of its alarms may take of the budget
};

struct tune_result {
    uint32_t n_alarm, n_operator, n_stop, n_unwarned; // unwarned: stops that no alarm came before
    double hours;
    const struct tune_proposal *proposal;  // (n_alarm)
    const struct tune_operator *operator_; // (n_operator)
    bool has_statement[N_TUNE_STATEMENT];
};

struct tune_options tune_usual(void); // 6 an hour, 30 min

// Replay and search.
//   memory  in the arena, which the caller gives back
//   errors  MARU_E_USAGE: options; MARU_E_INPUT: a history out of order, of unknown signals, or that ends
//           before it begins; MARU_E_LIMIT, MARU_E_MEMORY
//   cost    up to 100 times the samples of each alarm that is above its share
//   source  EEMUA 191 (budget); ISA-18.2 (deadbands, delays)
MARU_MUST_USE maru_status tune_run(const struct alarm_table *table,
                                   const struct tune_history *history,
                                   const struct tune_options *options, struct arena *arena,
                                   struct tune_result *out, maru_error *err);

// The result as JSON: operators, proposals with what is gone, and what has to be said of it.
void tune_write(const struct alarm_table *table, const struct tune_result *result, bool is_korean,
                struct text *out);

const char *tune_statement(enum tune_statement statement, bool is_korean); // memory  static

#endif
