// Formats of models and goals of training, one row each. A model's bytes begin with the magic of its format, so that opening one asks each
// format whether it is its own; what none claims goes to the first, which refuses it in words.

#include "study/models/model_file.h"

#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "study/models/model_file_inside.h"

#define WISH_FRAME_BYTES ((size_t)8 << 30)

struct model_file {
    const struct model_format *format;
    void *model;
};

static const struct model_format *const formats[] = {&model_format_rows,     &model_format_life,
                                                     &model_format_survival, &model_format_odd,
                                                     &model_format_maps,     &model_format_faults};
enum { N_FORMAT = sizeof formats / sizeof *formats };

static const struct {
    const char *name; // NULL: what the target asks for
    maru_status (*train)(const struct goal_work *work, struct text *out, maru_error *err);
} goals[] = {
    {"yes-no", model_goal_rows}, {"class", model_goal_rows},        {"number", model_goal_rows},
    {"life", model_goal_life},   {"survival", model_goal_survival}, {"odd", model_goal_odd},
    {"wafer", model_goal_maps},  {"faults", model_goal_faults},
};
enum { N_GOAL = sizeof goals / sizeof *goals };

// ---- opening

maru_status model_file_open(const void *bytes, size_t n, struct model_file **out, maru_error *err) {
    struct model_file *file = alloc_new(1, sizeof *file);
    if (!file) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    file->format = formats[0];
    for (size_t i = 0; i < N_FORMAT; i++) {
        file->format = formats[i]->is(bytes, n) ? formats[i] : file->format;
    }
    const maru_status st = file->format->read(bytes, n, &file->model, err);
    if (st != MARU_OK) {
        alloc_free(file);
        return st;
    }
    *out = file;
    return MARU_OK;
}

void model_file_close(struct model_file *file) {
    if (file) {
        file->format->free(file->model);
        alloc_free(file);
    }
}

// ---- asking

struct model_facts model_file_facts(const struct model_file *file) {
    return file->format->facts(file->model);
}

void model_file_add_text(const struct model_file *file, enum lang lang, struct look look,
                         struct text *out) {
    file->format->add_text(file->model, lang, look, out);
}

void model_file_add_json(const struct model_file *file, struct text *out) {
    file->format->add_json(file->model, out);
}

maru_status model_file_onnx(const struct model_file *file, struct text *out, maru_error *err) {
    return file->format->onnx ? file->format->onnx(file->model, out, err)
                              : fail(err, MARU_E_INPUT, "this kind of model has no ONNX here");
}

maru_status model_file_predict(const struct model_file *file, const struct model_question *question,
                               struct text *text, struct model_said *said, maru_error *err) {
    struct model_said its_own = {0};
    const maru_status st = file->format->predict(file->model, question, text, &its_own, err);
    if (st == MARU_OK && text->status != MARU_OK) {
        return fail(err, text->status, "the predictions are too many");
    }
    if (st == MARU_OK && said) {
        *said = its_own;
    }
    return st;
}

maru_status model_file_answer(const struct model_file *file, const struct frame *frame,
                              struct model_row_answer *answer, maru_error *err) {
    return file->format->answer
               ? file->format->answer(file->model, frame, answer, err)
               : fail(err, MARU_E_INPUT, "this kind of model does not answer rows one by one");
}

const struct fitted_model *model_file_fitted(const struct model_file *file) {
    return file->format->fitted ? file->format->fitted(file->model) : NULL;
}

// ---- training

void model_file_name(const char *name, char out[MODEL_FILE_NAME_BYTES]) {
    size_t n = name ? strlen(name) : 0;
    n = n < MODEL_FILE_NAME_BYTES ? n : MODEL_FILE_NAME_BYTES - 1;
    memcpy(out, name ? name : "", n);
    out[n] = '\0';
}

bool goal_leaves_out(const struct goal_work *work, const char *column) {
    const struct quality_hints *hints = &work->wish->hints;
    bool does = false;
    for (size_t i = 0; i < hints->n_role; i++) {
        does = does ||
               (hints->role[i].role == ROLE_REMARK && strcmp(hints->role[i].column, column) == 0);
    }
    return does;
}

maru_status goal_find_column(const struct frame *frame, const char *name, uint32_t *out,
                             maru_error *err) {
    *out = frame_find(frame, name);
    return *out != UINT32_MAX ? MARU_OK
                              : fail(err, MARU_E_INPUT, "there is no column \"%s\"", name);
}

maru_status goal_choose(const char *text, const char *const *names, uint8_t n, uint8_t *out,
                        maru_error *err) {
    *out = n;
    for (uint8_t i = 0; text && i < n; i++) {
        *out = strcmp(text, names[i]) == 0 ? i : *out;
    }
    return text && *out == n ? fail(err, MARU_E_USAGE, "\"%s\" is none of the choices", text)
                             : MARU_OK;
}

maru_status model_train(const struct model_training *training, struct text *model,
                        maru_error *err) {
    const struct model_wish *wish = training->wish;
    size_t goal = 0;
    while (wish->goal && goal < N_GOAL && strcmp(goals[goal].name, wish->goal) != 0) {
        goal++;
    }
    if (goal == N_GOAL) {
        return fail(err, MARU_E_USAGE, "\"%s\" is none of the choices", wish->goal);
    }
    struct quality_file file = {0};
    const struct goal_work work = {training, wish, &file.frame};
    maru_status st = quality_file_open(
        training->bytes, training->n_bytes, &wish->hints,
        training->cap_bytes > 0 ? training->cap_bytes : WISH_FRAME_BYTES, &file, err);
    st = st == MARU_OK ? goals[goal].train(&work, model, err) : st;
    quality_file_close(&file);
    return st;
}
