// maru predict MODEL FILE: what a model says of each row of a spreadsheet, of each unit, or of each map.
//
// Exit status 0: predicted; 3: the model or the file cannot be read, or the file has no column of the model.

#include "cli/verb.h"
#include "io/files.h"
#include "study/models/model_file.h"
#include "study/quality/quality_file.h"
#include "study/words/numerals.h"

#include "base/status.h"

#include <stddef.h>

#define FRAME_BYTES ((size_t)8 << 30)

struct predict_values {
    struct common common;
    const char *out, *sheet;
    bool plain, why;
};

struct work {
    struct text bytes, source, out;
    struct model_file *model;
    struct quality_hints hints;
    struct quality_file file;
    struct model_said said;
};

static maru_status ask(const struct call *call, struct work *work, maru_error *err) {
    const struct predict_values *values = call->args.values;
    const struct model_question question = {
        .frame = &work->file.frame,
        .form = call->json      ? PREDICTIONS_JSON
                : values->plain ? PREDICTIONS_PLAIN
                                : PREDICTIONS_CSV,
        .wants_why = values->why,
        .lang = call->lang,
    };
    return model_file_predict(work->model, &question, &work->out, &work->said, err);
}

static maru_status predict(const struct call *call, struct work *work, maru_error *err) {
    const struct predict_values *values = call->args.values;
    maru_status st = files_read(call->args.word[0], &work->bytes, err);
    st = st == MARU_OK ? model_file_open(work->bytes.bytes, work->bytes.n_bytes, &work->model, err)
                       : st;
    st = st == MARU_OK
             ? quality_hints_take(&work->hints, "sheet", values->sheet ? values->sheet : "", err)
             : st;
    st = st == MARU_OK ? files_read(call->args.word[1], &work->source, err) : st;
    st = st == MARU_OK ? quality_file_open(work->source.bytes, work->source.n_bytes, &work->hints,
                                           FRAME_BYTES, &work->file, err)
                       : st;
    st = st == MARU_OK ? ask(call, work, err) : st;
    return st == MARU_OK && values->out
               ? files_replace(values->out, work->out.bytes, work->out.n_bytes, err)
               : st;
}

static int tell(const struct call *call, const struct work *work) {
    const struct predict_values *values = call->args.values;
    const struct model_said *said = &work->said;
    int status = EXIT_GOOD;
    if (!values->out) {
        status = verb_print(call, &work->out, EXIT_GOOD);
    } else {
        verb_note(call, W_PREDICTIONS_WRITTEN,
                  (const char *const[]){numeral_count(said->n).text, values->out, NULL});
    }
    if (said->n_lacking > 0) {
        verb_note(call, W_PREDICT_MISSING,
                  (const char *const[]){numeral_count(said->n_lacking).text,
                                        numeral_count(said->n_column).text, said->lacking, NULL});
    }
    if (said->n_outside > 0) {
        verb_note(call, W_PREDICT_OUTSIDE,
                  (const char *const[]){numeral_count(said->n_outside).text,
                                        numeral_count(said->n).text, NULL});
    }
    return status;
}

static int run_predict(struct call *call) {
    struct work work = {0};
    maru_error err = {0};
    text_init(&work.bytes, MODEL_MAX_BYTES);
    text_init(&work.source, FRAME_BYTES);
    text_init(&work.out, FRAME_BYTES);
    quality_hints_init(&work.hints);
    work.hints.sheet.allows_one_row = true;
    const maru_status st = predict(call, &work, &err);
    const int status = st == MARU_OK ? tell(call, &work) : verb_refuse(call, &err);
    quality_file_close(&work.file);
    quality_hints_fini(&work.hints);
    model_file_close(work.model);
    text_fini(&work.out);
    text_fini(&work.source);
    text_fini(&work.bytes);
    return status;
}

static const struct option options[] = {
    {"out", 'o', OPTION_TEXT, offsetof(struct predict_values, out), "FILE.csv", NULL,
     W_HELP_PREDICT_OUT, 0, 0},
    {"plain", 0, OPTION_FLAG, offsetof(struct predict_values, plain), NULL, NULL, W_HELP_PLAIN, 0,
     0},
    {"why", 'w', OPTION_FLAG, offsetof(struct predict_values, why), NULL, NULL, W_HELP_WHY, 0, 0},
    {"sheet", 0, OPTION_TEXT, offsetof(struct predict_values, sheet), "NAME", NULL, W_HELP_SHEET, 0,
     0},
};
static const char *const examples[] = {"maru predict press.maru today.csv -o predicted.csv", NULL};

const struct verb verb_predict = {.name = "predict",
                                  .synopsis = "MODEL FILE.csv|FILE.xlsx|FILE.ods [-o FILE.csv]",
                                  .purpose = W_PREDICT_PURPOSE,
                                  .option = options,
                                  .n_option = sizeof options / sizeof options[0],
                                  .n_value_bytes = sizeof(struct predict_values),
                                  .min_words = 2,
                                  .max_words = 2,
                                  .example = examples,
                                  .run = run_predict};
