// A model as it lives: how rows become numbers, what answers them, how answers become probabilities and intervals, what training rows
// looked like, and its card: what it was made of and how good it was on rows that it had never seen.
//
//     row -> recipe -> predictor -> calibration -> threshold         yes or no
//                                -> intervals                        number
//
// A model is frozen. The same training gives the same bytes, and the fingerprint of its bytes is its name in whatever it answers.
#ifndef LEARN_FITTED_MODEL_H
#define LEARN_FITTED_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "learn/calibration/calibration.h"
#include "learn/conformal/conformal.h"
#include "learn/drift/drift.h"
#include "learn/drift/wander.h"
#include "learn/models/card_list.h"
#include "learn/models/predictor.h"
#include "learn/models/recipe.h"

enum {
    MODEL_VERSION = 5, // of its bytes
    MODEL_MAX_BYTES = 1 << 30,
    MODEL_MAX_TRIES = 64,
    MODEL_MAX_SUSPECTS = 20,
    MODEL_MAX_BINS = 10, // of the reliability table, and of a column's reference
    MODEL_MAX_ERRORS = 500,
    MODEL_MAX_DEPENDENCES = 8, // features whose part in the answer is followed
    MODEL_MAX_POINTS = 12,     // values of such a feature
};

enum model_goal {
#define X(name, english, korean) MODEL_##name,
    MODEL_GOALS(X)
#undef X
        N_MODEL_GOAL
};

enum card_figure_kind {
#define X(name, is_less, is_share, english, korean) CARD_##name,
    CARD_FIGURES(X)
#undef X
        N_CARD_FIGURE
};

enum card_split {
#define X(name, english, korean) CARD_SPLIT_##name,
    CARD_SPLITS(X)
#undef X
        N_CARD_SPLIT
};

enum card_warning {
#define X(name, english, korean) CARD_WARN_##name,
    CARD_WARNINGS(X)
#undef X
        N_CARD_WARNING
};

// On rows that the model has never seen, neither to learn nor to choose.
struct card_figure {
    double value, low, high; // 95 %; NaN: not known
    double constant;         // what answering the same each time reaches; NaN: has no meaning
};

struct card_try {     // what tuning tried, on folds of the training rows
    const char *name; // the kind and its settings
    double loss, se;  // log loss, or squared error over the variance; its standard error over folds
    bool is_chosen;
};

struct card_suspect {
    uint32_t feature;
    double share;     // of what the model takes from all columns
    double stability; // share of the folds in which it was among the strongest
};

struct card_drift {
    uint32_t feature;
    double index; // PSI, corrected
};

// What the model answers on average where a feature has a value: learn/models/dependence.h
struct dependence_point {
    double at, value; // value: a probability, or a number
};

struct card_dependence {
    uint32_t feature;
    uint32_t of_class;                               // CLASS: whose probability; else UINT32_MAX
    uint32_t n_point;                                // 2 to MODEL_MAX_POINTS
    struct dependence_point point[MODEL_MAX_POINTS]; // at rises strictly
};

struct model_card {
    const char *title;   // of the data, such as the file's name
    const char *version; // of the program
    char data[33];       // fingerprint of the training table
    uint8_t split;       // enum card_split
    uint32_t warnings;   // bit of each enum card_warning
    uint64_t seed;
    uint32_t n_row, n_train, n_test, n_unknown;
    uint32_t n_bad_train, n_bad_test;                 // of MODEL_YES_NO
    int64_t train_from, train_to, test_from, test_to; // us, INT64_MIN: no time is known
    const char *group;                                // the column of units or lots, "": none
    struct card_figure figure[N_CARD_FIGURE];
    const struct card_try *attempt; // (n_attempt)
    uint32_t n_attempt;
    struct card_suspect suspect[MODEL_MAX_SUSPECTS]; // strongest first
    uint32_t n_suspect;
    struct card_drift drift[MODEL_MAX_SUSPECTS]; // those that drifted most
    uint32_t n_drift, n_drifting;
    struct reliability_bin reliability[MODEL_MAX_BINS];
    uint32_t n_reliability, n_dependence;
    const struct card_dependence *dependence; // (n_dependence) of the strongest features
};

// How wrong answers for rows were that it had not learned from: what is usual, for those who watch it.
struct model_errors {
    const double *sorted; // (n) model_error, rising: all of them, or as many evenly by rank
    uint32_t n, n_row;    // at most MODEL_MAX_ERRORS; rows that they stand for
    double
        spell; // rows that together say no more than one alone, 1 to n_row (learn/drift/wander.h)
};

struct fitted_model {
    struct arena arena;
    uint8_t goal; // enum model_goal
    const char *target, *unit;
    const char *bad; // YES_NO: the words that are yes, between ", "; or "≠ 1", "< 3, > 5"
    const char *const *class_name; // (n_class) CLASS
    uint32_t n_class;
    struct recipe recipe;
    struct predictor *predictor;
    const void *source; // (n_source) what the library that fitted it needs to explain an answer
    size_t n_source;
    struct calibration calibration; // YES_NO
    double miss_cost, false_alarm_cost, threshold;
    double level;                            // of intervals and sets
    struct conformal conformal;              // NUMBER
    struct conformal_sets sets;              // CLASS
    const struct drift_reference *reference; // (recipe.n_feature)
    struct wander wander;                    // of the same rows
    struct model_card card;
    struct model_errors errors;
    char fingerprint[33]; // of its bytes
};

// How wrong an answer was: (truth - value)^2 of a probability with truth 0 or 1 (YES_NO), 1 - value of the true class's probability
// (CLASS, truth 1), |truth - value| (NUMBER).
double model_error(enum model_goal goal, double value, double truth);

// What share each feature has in what a model relies on: the card tells those of the strongest, the others divide what is left.
//   out     weight (recipe.n_feature), sum at most 1
void fitted_model_weigh(const struct fitted_model *model, double *weight);

// How the rows of training wandered, for a model that has its recipe, references and the suspects of its card.
//   in      x (n_row, recipe.n_feature) in the order that they came
//   out     model->wander
//   memory  in `arena`
//   errors  what the arena says
MARU_MUST_USE maru_status fitted_model_find_wander(struct fitted_model *model, const float *x,
                                                   uint32_t n_row, struct arena *arena,
                                                   maru_error *err);

// Write a model; its fingerprint is that of these bytes.
//   errors  what sticks to `out`
MARU_MUST_USE maru_status fitted_model_write(const struct fitted_model *model, struct text *out,
                                             maru_error *err);

// Read it back. Bytes are hostile: all is checked.
//   memory  fitted_model_fini; nothing stays in `bytes`
//   errors  MARU_E_INPUT: no model, of another version, cut off, changed or contradicting itself; MARU_E_LIMIT, MARU_E_MEMORY
MARU_MUST_USE maru_status fitted_model_read(const void *bytes, size_t n, struct fitted_model *out,
                                            maru_error *err);
void fitted_model_fini(struct fitted_model *model); // accepts an all-zero one

// The answer for one row.
struct model_answer {
    double value; // YES_NO: probability; NUMBER: the number; CLASS: probability of the likeliest
    double low, high;  // NUMBER
    bool is_alarm;     // YES_NO: value >= threshold
    uint32_t answer;   // CLASS
    uint32_t n_in_set; // CLASS: classes that cannot be excluded
    uint32_t n_missing,
        n_outside;    // features without a value; with one below or above all of training
    uint32_t outside; // the first of them, UINT32_MAX: none
};

// What answering takes besides the model: for one thread at a time.
struct answer_room {
    struct arena arena;
    void *scratch;
    float *margin;
    double *probability; // (n_class) of the last row, CLASS
    bool *is_in;         // (n_class) its set
};
//   memory  answer_room_fini, also after an error
//   errors  MARU_E_MEMORY
MARU_MUST_USE maru_status answer_room_init(const struct fitted_model *model,
                                           struct answer_room *room, maru_error *err);
void answer_room_fini(struct answer_room *room); // accepts an all-zero one

// Answer one row at once, without memory of its own; the room then has the probabilities of its classes, and which cannot be excluded.
//   in      x (recipe.n_feature)
void fitted_model_answer_one(const struct fitted_model *model, const float *x,
                             struct answer_room *room, struct model_answer *answer);

// Answer rows that a recipe has made.
//   in      x (n_row, recipe.n_feature)
//   out     answer (n_row); probability (n_row, n_class) of CLASS, or NULL
//   errors  MARU_E_MEMORY
MARU_MUST_USE maru_status fitted_model_answer_rows(const struct fitted_model *model, const float *x,
                                                   uint32_t n_row, struct model_answer *answer,
                                                   double *probability, maru_error *err);

// Words of a person.
//   memory  static
const char *model_goal_name(enum model_goal goal, bool is_korean);
const char *card_figure_name(enum card_figure_kind figure, bool is_korean);
bool card_figure_is_less_better(enum card_figure_kind figure);
bool card_figure_is_share(enum card_figure_kind figure);
const char *card_split_name(enum card_split split, bool is_korean);
const char *card_warning_text(enum card_warning warning, bool is_korean);

#endif
