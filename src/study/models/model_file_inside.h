// What a kind of model gives to model_file.c: one row of functions a format. A format that has no such thing leaves NULL.
#ifndef STUDY_MODEL_FILE_INSIDE_H
#define STUDY_MODEL_FILE_INSIDE_H

#include "study/models/model_file.h"
#include "study/models/model_wish.h"
#include "study/quality/quality_file.h"

struct model_format {
    bool (*is)(const void *bytes, size_t n);
    // *out: freed with `free`
    maru_status (*read)(const void *bytes, size_t n, void **out, maru_error *err);
    void (*free)(void *model);
    struct model_facts (*facts)(const void *model);
    void (*add_text)(const void *model, enum lang lang, struct look look, struct text *out);
    void (*add_json)(const void *model, struct text *out);
    maru_status (*predict)(const void *model, const struct model_question *question,
                           struct text *text, struct model_said *said, maru_error *err);
    maru_status (*onnx)(const void *model, struct text *out, maru_error *err);
    maru_status (*answer)(const void *model, const struct frame *frame,
                          struct model_row_answer *answer, maru_error *err);
    const struct fitted_model *(*fitted)(const void *model);
};

extern const struct model_format model_format_rows, model_format_life, model_format_maps,
    model_format_odd, model_format_survival, model_format_faults;

// Training in hand: the spreadsheet is open.
struct goal_work {
    const struct model_training *in;
    const struct model_wish *wish;
    const struct frame *frame;
};

maru_status model_goal_rows(const struct goal_work *work, struct text *out, maru_error *err);
maru_status model_goal_life(const struct goal_work *work, struct text *out, maru_error *err);
maru_status model_goal_maps(const struct goal_work *work, struct text *out, maru_error *err);
maru_status model_goal_survival(const struct goal_work *work, struct text *out, maru_error *err);
maru_status model_goal_faults(const struct goal_work *work, struct text *out, maru_error *err);
maru_status model_goal_odd(const struct goal_work *work, struct text *out, maru_error *err);

// A name cut to its room; NULL: "".
void model_file_name(const char *name, char out[MODEL_FILE_NAME_BYTES]);

// Is the column to be left out?
bool goal_leaves_out(const struct goal_work *work, const char *column);

// The column of a name that has to be there.
//   errors  MARU_E_INPUT
MARU_MUST_USE maru_status goal_find_column(const struct frame *frame, const char *name,
                                           uint32_t *out, maru_error *err);

// The number of `text` among `names`; n where it is NULL.
//   errors  MARU_E_USAGE: it is none of them
MARU_MUST_USE maru_status goal_choose(const char *text, const char *const *names, uint8_t n,
                                      uint8_t *out, maru_error *err);

#endif
