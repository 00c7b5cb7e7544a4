// maru train FILE: a model from a spreadsheet, and how good it is on rows that it has not seen.
//
// Exit status 0: a model was made, however good it is; 3: the file cannot be read, or nothing can be learnt from it.

#include "cli/verb.h"
#include "io/files.h"
#include "io/progress.h"
#include "io/workers.h"
#include "study/models/card.h"
#include "study/quality/quality_file.h"
#include "train/training.h"

#include "base/status.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#define FRAME_BYTES ((size_t)8 << 30)

struct train_values {
    struct common common;
    const char *target, *bad, *time, *unit, *sheet, *out, *card, *goal, *split, *kind;
    struct option_list limits, leave_out, cause;
    double cost_miss, cost_alarm, level;
    uint64_t seed, threads;
};

struct work {
    struct quality_hints hints;
    struct quality_file file;
    struct roles roles;
    struct text source, bytes;
    struct fitted_model model;
};

static void draw(void *context, double share, const char *what) {
    progress_draw(context, share, what);
}

static const char *last_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

// The number of `text` among `names`; n where it is NULL.
static maru_status choose(const char *text, const char *const *names, uint8_t n, uint8_t *out,
                          maru_error *err) {
    *out = n;
    for (uint8_t i = 0; text && i < n; i++) {
        *out = strcmp(text, names[i]) == 0 ? i : *out;
    }
    return text && *out == n ? fail(err, MARU_E_USAGE, "\"%s\" is none of the choices", text)
                             : MARU_OK;
}

// ---- what the command line knows

static maru_status take_list(struct quality_hints *hints, const char *name,
                             const struct option_list *list, maru_error *err) {
    maru_status st = MARU_OK;
    for (size_t i = 0; st == MARU_OK && i < list->n; i++) {
        st = quality_hints_take(hints, name, list->text[i], err);
    }
    return st;
}

static maru_status read_hints(const struct train_values *values, struct quality_hints *hints,
                              maru_error *err) {
    const struct {
        const char *name, *value;
    } one[] = {{"target", values->target},
               {"bad", values->bad},
               {"time", values->time},
               {"sheet", values->sheet}};
    maru_status st = MARU_OK;
    for (size_t i = 0; st == MARU_OK && i < sizeof one / sizeof one[0]; i++) {
        st = quality_hints_take(hints, one[i].name, one[i].value ? one[i].value : "", err);
    }
    st = st == MARU_OK ? take_list(hints, "limits", &values->limits, err) : st;
    st = st == MARU_OK ? take_list(hints, "leave-out", &values->leave_out, err) : st;
    return st == MARU_OK ? take_list(hints, "cause", &values->cause, err) : st;
}

static maru_status read_options(const struct call *call, struct work *work,
                                struct training_input *input, maru_error *err) {
    static const char *const goals[N_MODEL_GOAL] = {"yes-no", "class", "number"};
    static const char *const splits[N_CARD_SPLIT] = {"time", "group", "random"};
    const struct train_values *values = call->args.values;
    *input = training_usual(&work->file.frame, &work->roles);
    maru_status st = choose(values->goal, goals, N_MODEL_GOAL, &input->goal, err);
    st = st == MARU_OK ? choose(values->split, splits, N_CARD_SPLIT, &input->split, err) : st;
    input->kind = values->kind ? kind_find(values->kind) : NULL;
    if (st == MARU_OK && values->kind && !input->kind) {
        st = fail(err, MARU_E_USAGE, "there is no kind of model called \"%s\"", values->kind);
    }
    input->group_column = values->unit ? frame_find(&work->file.frame, values->unit) : UINT32_MAX;
    if (st == MARU_OK && values->unit && input->group_column == UINT32_MAX) {
        st = fail(err, MARU_E_INPUT, "there is no column \"%s\"", values->unit);
    }
    input->miss_cost = args_given(&call->args, "cost-miss") ? values->cost_miss : input->miss_cost;
    input->false_alarm_cost =
        args_given(&call->args, "cost-alarm") ? values->cost_alarm : input->false_alarm_cost;
    input->level = args_given(&call->args, "level") ? values->level : input->level;
    input->seed = values->seed;
    input->n_thread = values->threads > 0 ? (uint32_t)values->threads : (uint32_t)workers_cores();
    input->title = last_name(call->args.word[0]);
    input->version = MARU_VERSION;
    return st;
}

// ---- the work

static maru_status train(const struct call *call, struct work *work, maru_error *err) {
    const struct train_values *values = call->args.values;
    struct training_input input;
    struct progress progress = {0};
    maru_status st = read_hints(values, &work->hints, err);
    st = st == MARU_OK ? files_read(call->args.word[0], &work->source, err) : st;
    st = st == MARU_OK ? quality_file_open(work->source.bytes, work->source.n_bytes, &work->hints,
                                           FRAME_BYTES, &work->file, err)
                       : st;
    if (st == MARU_OK) {
        const struct quality_options options = quality_hints_options(&work->hints);
        st = roles_find(&work->file.frame, &options.roles, &work->roles, err);
    }
    st = st == MARU_OK ? read_options(call, work, &input, err) : st;
    if (st != MARU_OK) {
        return st;
    }
    progress_open(&progress, !call->quiet && !call->json);
    input.progress = draw;
    input.context = &progress;
    st = training_run(&input, &work->bytes, err);
    progress_close(&progress);
    st = st == MARU_OK
             ? fitted_model_read(work->bytes.bytes, work->bytes.n_bytes, &work->model, err)
             : st;
    return st == MARU_OK ? files_replace(values->out, work->bytes.bytes, work->bytes.n_bytes, err)
                         : st;
}

static int tell(const struct call *call, const struct work *work) {
    const struct train_values *values = call->args.values;
    struct text out;
    maru_error err;
    text_init(&out, 16 << 20);
    if (values->card) {
        card_add_json(&out, &work->model);
        const maru_status st = out.status == MARU_OK
                                   ? files_replace(values->card, out.bytes, out.n_bytes, &err)
                                   : fail(&err, out.status, "the card is too large");
        if (st != MARU_OK) {
            text_fini(&out);
            return verb_refuse(call, &err);
        }
        text_clear(&out);
    }
    if (call->json) {
        card_add_json(&out, &work->model);
    } else if (!call->quiet) {
        card_add_text(&out, &work->model, call->lang, call->look);
    }
    const int status = verb_print(call, &out, EXIT_GOOD);
    text_fini(&out);
    verb_note(call, W_MODEL_WRITTEN, (const char *const[]){values->out, NULL});
    return status;
}

static int run_train(struct call *call) {
    struct work work = {0};
    maru_error err = {0};
    quality_hints_init(&work.hints);
    text_init(&work.source, FRAME_BYTES);
    text_init(&work.bytes, MODEL_MAX_BYTES);
    const maru_status st = train(call, &work, &err);
    const int status = st == MARU_OK ? tell(call, &work) : verb_refuse(call, &err);
    fitted_model_fini(&work.model);
    text_fini(&work.bytes);
    roles_fini(&work.roles);
    quality_file_close(&work.file);
    text_fini(&work.source);
    quality_hints_fini(&work.hints);
    return status;
}

#define TEXT_OPTION(name, letter, field, shape, standard, meaning)                                 \
    {                                                                                              \
        name, letter, OPTION_TEXT, offsetof(struct train_values, field), shape, standard, meaning, \
            0, 0                                                                                   \
    }
static const struct option options[] = {
    TEXT_OPTION("out", 'o', out, "FILE", "model.maru", W_HELP_MODEL_OUT),
    TEXT_OPTION("target", 't', target, "COLUMN", NULL, W_HELP_TARGET),
    TEXT_OPTION("bad", 'b', bad, "VALUE", NULL, W_HELP_BAD),
    {"limits", 'l', OPTION_LIST, offsetof(struct train_values, limits), "COLUMN=LOW..HIGH", NULL,
     W_HELP_LIMITS, 0, 0},
    TEXT_OPTION("goal", 0, goal, "GOAL", NULL, W_HELP_GOAL),
    TEXT_OPTION("time", 0, time, "COLUMN", NULL, W_HELP_TIME_COLUMN),
    TEXT_OPTION("unit", 'u', unit, "COLUMN", NULL, W_HELP_UNIT),
    TEXT_OPTION("split", 0, split, "HOW", NULL, W_HELP_SPLIT),
    TEXT_OPTION("kind", 'k', kind, "KIND", NULL, W_HELP_KIND_OF_MODEL),
    {"leave-out", 'x', OPTION_LIST, offsetof(struct train_values, leave_out), "COLUMN", NULL,
     W_HELP_LEAVE_OUT, 0, 0},
    {"cause", 'c', OPTION_LIST, offsetof(struct train_values, cause), "COLUMN", NULL, W_HELP_CAUSE,
     0, 0},
    {"cost-miss", 0, OPTION_REAL, offsetof(struct train_values, cost_miss), "COST", NULL,
     W_HELP_COST_MISS, 0, 0},
    {"cost-alarm", 0, OPTION_REAL, offsetof(struct train_values, cost_alarm), "COST", NULL,
     W_HELP_COST_ALARM, 0, 0},
    {"level", 0, OPTION_SHARE, offsetof(struct train_values, level), "SHARE", NULL,
     W_HELP_MODEL_LEVEL, 0, 0},
    TEXT_OPTION("sheet", 0, sheet, "NAME", NULL, W_HELP_SHEET),
    TEXT_OPTION("card", 0, card, "FILE.json", NULL, W_HELP_CARD_OUT),
    {"seed", 0, OPTION_COUNT, offsetof(struct train_values, seed), "N", "1", W_HELP_SEED, 0,
     UINT64_MAX},
    {"threads", 'j', OPTION_COUNT, offsetof(struct train_values, threads), "N", NULL,
     W_HELP_THREADS, 1, BOOSTING_MAX_THREADS},
};
static const char *const examples[] = {"maru train press.csv -o press.maru",
                                       "maru train press.csv --target thickness --goal number",
                                       NULL};

const struct verb verb_train = {.name = "train",
                                .synopsis = "FILE.csv|FILE.xlsx [-o MODEL] [--target COLUMN]",
                                .purpose = W_TRAIN_PURPOSE,
                                .option = options,
                                .n_option = sizeof options / sizeof options[0],
                                .n_value_bytes = sizeof(struct train_values),
                                .min_words = 1,
                                .max_words = 1,
                                .example = examples,
                                .run = run_train};
