// maru models show MODEL: a model's card; with --onnx the model for other programs.

#include "cli/verb.h"
#include "io/files.h"
#include "study/models/model_file.h"

#include "base/status.h"

#include <stddef.h>
#include <string.h>

struct models_values {
    struct common common;
    const char *onnx;
};

static maru_status write_onnx(const char *path, const struct model_file *model, maru_error *err) {
    struct text out;
    text_init(&out, MODEL_MAX_BYTES);
    maru_status st = model_file_onnx(model, &out, err);
    st = st == MARU_OK ? files_replace(path, out.bytes, out.n_bytes, err) : st;
    text_fini(&out);
    return st;
}

static int show(const struct call *call, const struct model_file *model) {
    struct text out;
    text_init(&out, 16 << 20);
    if (call->json) {
        model_file_add_json(model, &out);
    } else if (!call->quiet) {
        model_file_add_text(model, call->lang, call->look, &out);
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
    struct model_file *model = NULL;
    maru_error err = {0};
    text_init(&bytes, MODEL_MAX_BYTES);
    maru_status st = files_read(call->args.word[1], &bytes, &err);
    st = st == MARU_OK ? model_file_open(bytes.bytes, bytes.n_bytes, &model, &err) : st;
    st = st == MARU_OK && values->onnx ? write_onnx(values->onnx, model, &err) : st;
    const int status = st == MARU_OK ? show(call, model) : verb_refuse(call, &err);
    model_file_close(model);
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
