// Spreadsheets in, models and predictions out, for those who know nothing of frames and roles of columns: jobs and handlers of requests.
#ifndef STUDY_MODEL_ASKING_H
#define STUDY_MODEL_ASKING_H

#include "study/models/model_file.h"

// How many rows does a spreadsheet have?
//   in      cap_bytes: as quality_file_open's
//   errors  of quality_file_open: it is none
MARU_MUST_USE maru_status model_asking_count_rows(const char *bytes, size_t n, size_t cap_bytes,
                                                  uint64_t *n_row, maru_error *err);

// ---- training

struct model_asking; // what is asked of training

MARU_MUST_USE maru_status model_asking_new(struct model_asking **out, maru_error *err);
void model_asking_free(struct model_asking *asking); // accepts NULL

// Take a wish as model_wish_take does.
MARU_MUST_USE maru_status model_asking_take(struct model_asking *asking, const char *name,
                                            const char *value, maru_error *err);

struct asked_training {
    const char *bytes; // (n) of the spreadsheet
    size_t n;
    size_t cap_bytes;  // as model_training has it
    const char *title; // of the data
    // false: stop. share NaN: there is nothing new
    bool (*progress)(void *context, double share, const char *what);
    void *context;
};

// Train, on one thread.
//   out     model: its bytes, appended
//   errors  of model_train
MARU_MUST_USE maru_status model_asking_train(const struct model_asking *asking,
                                             const struct asked_training *training,
                                             struct text *model, maru_error *err);

// What came of it in one sentence: the headline beside the answer that is always the same.
void model_facts_add_sentence(struct text *out, const struct model_facts *facts, enum lang lang);

// ---- predictions

struct asked_predictions {
    const struct model_file *file;
    const char *bytes; // (n) of the spreadsheet
    size_t n, cap_bytes;
    const char *sheet; // of an .xlsx; "": the first with a value
    enum predictions_form form;
    bool wants_why;
    enum lang lang;
};

//   out     appended
//   errors  of quality_file_open and model_file_predict
MARU_MUST_USE maru_status model_asking_predict(const struct asked_predictions *asked,
                                               struct text *out, maru_error *err);

#endif
