// What is asked of training, as names and values: options of `maru train` and fields of a request are the same list, taken the same way;
// and the training itself, whichever goal is asked for.
#ifndef STUDY_MODEL_WISH_H
#define STUDY_MODEL_WISH_H

#include "base/text.h"
#include "study/quality/quality_hints.h"

enum { WISH_MAX_SETTINGS = 100 };

struct model_wish {
    struct quality_hints hints; // target, bad, time, limits, leave-out, cause, sheet
    const char *goal, *split, *kind, *unit, *order, *normal; // NULL: not said
    const char *setting[WISH_MAX_SETTINGS];                  // (n_setting)
    size_t n_setting;
    double cost_miss, cost_alarm, level, cap; // NaN: not said
    uint64_t seed;
};

//   memory  model_wish_fini
void model_wish_init(struct model_wish *wish);
void model_wish_fini(struct model_wish *wish); // accepts an all-zero one

// Is there a wish of this name?
bool model_wish_has(const char *name);

// Take one more; an empty value says nothing. Names with _ are those with -.
//   in      goal, split, kind, unit, order, normal, setting (any number of times), cost-miss, cost-alarm, level, cap, seed; target, bad, time,
//           limits, leave-out, cause, sheet: as quality_hints_take
//   memory  the value is copied
//   errors  MARU_E_INPUT: no such wish, or it makes no sense; MARU_E_LIMIT, MARU_E_MEMORY
MARU_MUST_USE maru_status model_wish_take(struct model_wish *wish, const char *name,
                                          const char *value, maru_error *err);

struct model_training {
    const struct model_wish *wish;
    const char *bytes; // (n_bytes) of the spreadsheet
    size_t n_bytes;
    const char *title, *version; // of the data, of the program
    uint32_t n_thread;           // the model's bytes do not depend on it
    size_t
        cap_bytes; // of the table in memory, and again of what is fitted to it; 0: as much as the program allows
    // false: stop; NULL: nobody looks. share NaN: there is nothing new, it is only asked whether to stop
    bool (*progress)(void *context, double share, const char *what);
    void *context;
};

// Train. The same bytes and wishes give the same model.
//   out     model: its bytes, appended; model_file_open opens them
//   errors  MARU_E_STOPPED; MARU_E_INPUT: the file or a wish makes no sense, or nothing can be learnt; MARU_E_LIMIT, MARU_E_MEMORY
MARU_MUST_USE maru_status model_train(const struct model_training *training, struct text *model,
                                      maru_error *err);

#endif
