// maru models show MODEL: a model's card; with --onnx the model for other programs.

#include "cli/verb.h"
#include "io/files.h"
#include "study/models/card.h"
#include "study/models/life_card.h"

#include "base/status.h"

#include <stddef.h>
#include <string.h>

struct models_values {
    struct common common;
    const char *onnx;
};

static maru_status write_onnx(const char *path, const struct fitted_model *model, maru_error *err) {
    struct text out;
    text_init(&out, MODEL_MAX_BYTES);
    maru_status st = predictor_onnx(model->predictor, &out, err);
    st = st == MARU_OK ? files_replace(path, out.bytes, out.n_bytes, err) : st;
    text_fini(&out);
    return st;
}

static int show_life(const struct call *call, const struct life_table *life) {
    struct text out;
    text_init(&out, 16 << 20);
    if (call->json) {
        life_card_add_json(&out, life);
    } else if (!call->quiet) {
        life_card_add_text(&out, life, call->lang);
    }
    const int status = verb_print(call, &out, EXIT_GOOD);
    text_fini(&out);
    return status;
}

static int show(const struct call *call, const struct fitted_model *model) {
    struct text out;
    text_init(&out, 16 << 20);
    if (call->json) {
        card_add_json(&out, model);
    } else if (!call->quiet) {
        card_add_text(&out, model, call->lang, call->look);
    }
    const int status = verb_print(call, &out, EXIT_GOOD);
    text_fini(&out);
    return status;
}

static int run_models(struct call *call) {
    const struct models_values *values = call->args.values;
    if (strcmp(call->args.word[0], "show") != 0) {
        return verb_refuse_name(call, call->args.word[0]);
    }
    struct text bytes;
    struct fitted_model model = {0};
    struct life_table life = {0};
    maru_error err = {0};
    text_init(&bytes, MODEL_MAX_BYTES);
    maru_status st = files_read(call->args.word[1], &bytes, &err);
    const bool is_life = st == MARU_OK && life_table_is(bytes.bytes, bytes.n_bytes);
    if (is_life) {
        st = values->onnx ? fail(&err, MARU_E_INPUT, "remaining life has no ONNX here")
                          : life_table_read(bytes.bytes, bytes.n_bytes, &life, &err);
    } else {
        st = st == MARU_OK ? fitted_model_read(bytes.bytes, bytes.n_bytes, &model, &err) : st;
        st = st == MARU_OK && values->onnx ? write_onnx(values->onnx, &model, &err) : st;
    }
    const int status = st != MARU_OK ? verb_refuse(call, &err)
                       : is_life     ? show_life(call, &life)
                                     : show(call, &model);
    life_table_fini(&life);
    fitted_model_fini(&model);
    text_fini(&bytes);
    return status;
}

static const struct option options[] = {
    {"onnx", 0, OPTION_TEXT, offsetof(struct models_values, onnx), "FILE.onnx", NULL, W_HELP_ONNX,
     0, 0},
};
static const char *const examples[] = {"maru models show press.maru",
                                       "maru models show press.maru --onnx press.onnx", NULL};

const struct verb verb_models = {.name = "models",
                                 .synopsis = "show MODEL [--onnx FILE.onnx]",
                                 .purpose = W_MODELS_PURPOSE,
                                 .option = options,
                                 .n_option = sizeof options / sizeof options[0],
                                 .n_value_bytes = sizeof(struct models_values),
                                 .min_words = 2,
                                 .max_words = 2,
                                 .example = examples,
                                 .run = run_models};
