// What was simulated and what came of it, as all outputs tell it: plant, settings, replications.
#ifndef STUDY_STUDY_H
#define STUDY_STUDY_H

#include <stddef.h>

#include "base/text.h"
#include "study/runs.h"
#include "study/table.h"
#include "study/words/words.h"

struct setting { // an option of the model that was set
    const char *name, *value;
};

struct study {
    const maru_plant *plant;
    const char *folder;
    const struct run *run; // (n_run)
    size_t n_run;
    maru_time warmup_us, until_us;
    uint64_t seed;
    const struct setting *setting; // (n_setting)
    size_t n_setting;
    double seconds; // of wall clock
};

// What to call a plant: its name; that of its folder where the tables give none.
void study_add_title(struct text *out, const maru_plant *plant, const char *folder);

// "part_3 · 10", "all products · 10"; the priority is left out where the plant has only one.
void study_add_class(struct text *out, const struct study *study, const maru_results *results,
                     size_t index, enum lang lang);
const char *study_product(const struct study *study, uint32_t product); // "" for all products

// "route 12 → 15"
void study_add_limit(struct text *out, const struct study *study, const maru_queue_result *limit);
const char *study_step_route(const struct study *study, uint32_t step);
uint32_t study_step_number(const struct study *study, uint32_t step); // from 1

// "34 min", "2.3 h", "3.1 days"
void study_add_span(struct text *out, double hours, enum lang lang);

// Tools of a plant, or of its places to wait.
uint32_t study_tools(const maru_plant *plant, bool of_delays);

// One sentence in plain language: which group is the bottleneck, and why.
void study_add_sentence(struct text *out, const struct study *study, enum lang lang);

// Group indices by falling utilisation, delays last: order[0 .. n_group). False: no memory.
bool study_order_groups(const struct study *study, uint32_t **order);

// The few figures that lists show, as a JSON object: cycle-time, wip, throughput, on-time with mean and half_width,
// and the bottleneck.
void study_add_figures(struct text *out, const struct study *study);

// Everything as JSON (docs/OUTPUT.md).
void study_add_json(struct text *out, const struct study *study);

// classes.csv, groups.csv, queue_times.csv and series.csv into a folder, which is made.
MARU_MUST_USE maru_status study_write_csv(const struct study *study, const char *folder,
                                          maru_error *err);

// The title in bold, for a terminal: without what could move the cursor.
void study_add_heading(struct text *out, const maru_plant *plant, const char *folder,
                       struct look look);

// Tables for a terminal.
void study_add_tables(struct text *out, const struct study *study, enum lang lang, bool all,
                      struct look look);

#endif
