// The windows of a factory, read from a table: when they begin and end, on which tools, which signals are looked at, and what of them.
#ifndef CONTROL_WINDOW_TABLE_H
#define CONTROL_WINDOW_TABLE_H

#include "base/text.h"
#include "control/fdc/context.h"
#include "control/fdc/window.h"
#include "maru/plant.h"

enum {
    WINDOWS_MAX = 1000,
    WINDOWS_MAX_SIGNALS = 256, // of a window
    WINDOWS_MAX_NAME_BYTES = 64,
    WINDOWS_MAX_SIGNAL_BYTES = 128,
    WINDOWS_MAX_TABLE_BYTES = 64 << 20,
};
// Of windows that follow each other by time.
#define WINDOWS_MAX_LENGTH_US (INT64_C(86400) * 1000000)

enum window_by { WINDOW_BY_EVENTS, WINDOW_BY_SIGNAL, WINDOW_BY_TIME };

struct window_def {
    const char *name;
    const char *tool;          // a pattern (signal/placing.h) of names of tools
    const char *recipe, *step; // the same of recipes and steps; "": all
    const char *begin, *end;   // names of events; "": those that usually mean started and finished
    const char *by_signal;     // WINDOW_BY_SIGNAL: its name below the tool
    const char *const *signal; // (n_signal), their names below the tool
    uint32_t n_signal;
    uint32_t n_feature;
    uint8_t feature[N_WINDOW_FEATURE]; // (n_feature) enum window_feature, each once
    uint8_t by;                        // enum window_by
    maru_time length_us;               // WINDOW_BY_TIME
    struct window_options options;
    double false_alarms; // share of good windows that may be called faulty, in (0, 0.5]
    uint32_t n_least;    // windows that a context must have seen
};

struct window_table {
    struct arena arena;
    struct window_def *window; // (n), in the order of the table
    uint32_t n;
};

// Read a table in CSV: window, signals (required), tool, by, begin, end, recipe, step, head, tail, features, false_alarms, least; in
// Korean 구간, 신호, 설비, 기준, 시작, 끝, 레시피, 공정, 앞, 뒤, 특징, 오경보율, 최소.
//   out     *out: window_table_fini gives it back; set only with MARU_OK
//   errors  MARU_E_INPUT: at least one MARU_FAULT is in faults, err names the first; MARU_E_LIMIT, MARU_E_MEMORY
MARU_MUST_USE maru_status window_table_read(const char *file, const char *bytes, size_t n,
                                            maru_faults *faults, struct window_table *out,
                                            maru_error *err);
void window_table_fini(struct window_table *table); // accepts an all-zero one

// The table as CSV that reads back the same; errors stick in `out`.
void window_table_write(const struct window_table *table, struct text *out);
// All of a row but false_alarms and least, and but its name: windows with the same text have the same values.
void window_def_write(const struct window_def *def, struct text *out);

// Values that a window of this kind makes: a feature of each signal.
uint32_t window_def_values(const struct window_def *def);
// What value i is called: "temp.mean".
void window_def_value_name(const struct window_def *def, uint32_t i, struct text *out);

// Does an event of this name begin a window, or end one?
bool window_def_begins(const struct window_def *def, const char *event);
bool window_def_ends(const struct window_def *def, const char *event);
// Is this recipe and step looked at?
bool window_def_wants(const struct window_def *def, const char *recipe, const char *step);

#endif
