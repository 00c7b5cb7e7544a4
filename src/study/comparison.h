// Variants of a plant on the same luck: what they differ in, with intervals on the paired
// differences.
#ifndef STUDY_COMPARISON_H
#define STUDY_COMPARISON_H

#include <stddef.h>

#include "base/interval.h"
#include "study/study.h"

enum {
    COMPARISON_MAX_VARIANTS = 8,
    COMPARISON_MAX_ROWS = 128,
    COMPARISON_GROUPS = 8,
    VARIANT_MAX_PAIRS = 16
};

struct variant {
    char name[2];     // "A"
    const char *text; // as given
    char *pairs;      // a copy of it, cut into names and values
    struct setting setting[VARIANT_MAX_PAIRS];
    size_t n_setting;
    const maru_plant *plant;
    maru_plant *own_plant;     // where it is not that of the others
    maru_plant *changed_plant; // where some settings change it
    maru_options *options;
    maru_model *model;
};

// One line of the comparison: a figure of the run, or a column of a class or group, found again by
// its name.
struct comparison_row {
    const struct column *column;
    const char *product; // of a class; "" for all products
    int32_t priority;
    const char *group;
    enum { ROW_FIGURE, ROW_CLASS, ROW_GROUP } kind;
};

struct comparison {
    const maru_plant *plant;
    const char *folder;
    struct variant variant[COMPARISON_MAX_VARIANTS];
    size_t n_variant, n_rep;
    struct run *run; // (n_rep, n_variant)
    maru_time warmup_us, until_us;
    uint64_t seed;
    double seconds;
    struct comparison_row row[COMPARISON_MAX_ROWS];
    size_t n_row;
};

enum verdict { VERDICT_NONE, VERDICT_BETTER, VERDICT_WORSE, VERDICT_DIFFERENT };

struct difference {
    struct interval a, b;   // of the two alone
    struct interval paired; // b - a
    enum verdict verdict;
};

// Cut "rule=cr, queue_rule=qts; max_lot=5000" into settings: at ';', and at ',' before the next
// NAME=.
//   errors  MARU_E_USAGE
MARU_MUST_USE maru_status variant_parse(struct variant *variant, maru_error *err);
// Make the model of a parsed variant: settings that all variants have, then its own; options of the
// model, and changes of its plant, which is set already.
//   errors  MARU_E_USAGE: says which setting and why; as maru_plant_change, maru_model_new
MARU_MUST_USE maru_status variant_make_model(struct variant *variant, const struct setting *common,
                                             size_t n, maru_error *err);
void variant_fini(struct variant *variant);

// Choose the rows, after all runs: figures, classes, and the groups whose queues differ most.
void comparison_choose_rows(struct comparison *comparison);

// Variant `v` against the first, over all replications in which both have results.
struct difference comparison_of(const struct comparison *comparison,
                                const struct comparison_row *row, size_t v);

// The unit in which the numbers of a row are shown.
enum column_unit comparison_unit(const struct comparison *comparison,
                                 const struct comparison_row *row);

// How much the mean changes: "+2.1 %", "×11.4" where it is very much.
struct numeral comparison_change(struct difference difference, bool with_sign);

void comparison_add_row_name(struct text *out, const struct comparison *comparison,
                             const struct comparison_row *row, enum lang lang);

// "B (rule=cr) shortens the mean cycle time by 0.8 to 1.3 days (95 %), 2.1 %."
void comparison_add_sentence(struct text *out, const struct comparison *comparison, size_t v,
                             enum lang lang);

void comparison_add_json(struct text *out, const struct comparison *comparison);
void comparison_add_tables(struct text *out, const struct comparison *comparison, enum lang lang,
                           struct look look);

#endif
