// maru import DIR -o OUT: a plant of any dialect, written as maru CSV tables.

#include "base/status.h"
#include "cli/verb.h"
#include "cli/written.h"
#include "study/numerals.h"

#include <stddef.h>

struct import_values {
    struct common common;
    const char *out;
    bool force;
};

static int run_import(struct call *call) {
    const struct import_values *values = call->args.values;
    if (!values->out) {
        return verb_refuse_word(call, MARU_E_USAGE, W_OUT_MISSING, (const char *const[]){NULL});
    }
    maru_plant *plant = NULL;
    int status = verb_open_plant(call, call->args.word[0], &plant);
    if (status != EXIT_GOOD) {
        return status;
    }
    maru_error err = {0};
    struct written written = {.folder = values->out};
    maru_status st = written_begin(&written, values->force, &err);
    if (st == MARU_OK) {
        st = maru_plant_write(plant, written_put, &written, &err);
    }
    status = st == MARU_OK ? written_tell(&written, call) : verb_refuse(call, &err);
    maru_plant_free(plant);
    return status;
}

static const struct option options[] = {
    {"out", 'o', OPTION_TEXT, offsetof(struct import_values, out), "FOLDER", NULL, W_HELP_OUT, 0,
     0},
    {"force", 'f', OPTION_FLAG, offsetof(struct import_values, force), NULL, NULL, W_HELP_FORCE, 0,
     0},
};
static const char *const examples[] = {"maru import smt2020/HVLM -o hvlm", NULL};

const struct verb verb_import = {.name = "import",
                                 .synopsis = "PLANT -o FOLDER [--force]",
                                 .purpose = W_IMPORT_PURPOSE,
                                 .option = options,
                                 .n_option = sizeof options / sizeof options[0],
                                 .n_value_bytes = sizeof(struct import_values),
                                 .min_words = 1,
                                 .max_words = 1,
                                 .example = examples,
                                 .run = run_import};
