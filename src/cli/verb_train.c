// maru train FILE: a model from a spreadsheet, and how good it is on rows that it has not seen.
//
// Exit status 0: a model was made, however good it is; 3: the file cannot be read, or nothing can be learnt from it.

#include "cli/verb.h"
#include "io/files.h"
#include "io/progress.h"
#include "io/workers.h"
#include "study/models/card.h"
#include "study/models/life_card.h"
#include "study/quality/quality_file.h"
#include "train/life_training.h"
#include "train/training.h"

#include "base/alloc.h"
#include "base/status.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#define FRAME_BYTES ((size_t)8 << 30)

struct train_values {
    struct common common;
    const char *target, *bad, *time, *unit, *order, *sheet, *out, *card, *goal, *split, *kind;
    struct option_list limits, leave_out, cause, setting;
    double cost_miss, cost_alarm, level, cap;
    uint64_t seed, threads;
};

struct work {
    struct quality_hints hints;
    struct quality_file file;
    struct roles roles;
    struct text source, bytes;
    struct fitted_model model;
    struct life_table life; // of --goal life
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

// ---- remaining life

static maru_status find_column(const struct frame *frame, const char *name, uint32_t *out,
                               maru_error *err) {
    *out = frame_find(frame, name);
    return *out != UINT32_MAX ? MARU_OK
                              : fail(err, MARU_E_INPUT, "there is no column \"%s\"", name);
}

static maru_status mark(const struct frame *frame, const struct option_list *list,
                        enum life_use use, uint8_t *out, maru_error *err) {
    maru_status st = MARU_OK;
    for (size_t i = 0; st == MARU_OK && i < list->n; i++) {
        uint32_t column;
        st = find_column(frame, list->text[i], &column, err);
        if (st == MARU_OK) {
            out[column] = (uint8_t)use;
        }
    }
    return st;
}

static void draw_life(void *context, double share) { progress_draw(context, share, ""); }

static maru_status train_life(const struct call *call, struct work *work, maru_error *err) {
    const struct train_values *values = call->args.values;
    const struct frame *frame = &work->file.frame;
    struct progress progress = {0};
    if (!values->unit || !values->order) {
        return fail(err, MARU_E_USAGE, "remaining life needs --unit and --order");
    }
    uint8_t *use = alloc_new((size_t)frame->n_column + 1, sizeof *use);
    if (!use) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    memset(use, LIFE_SIGNAL, frame->n_column);
    struct life_training input = {
        .frame = frame,
        .use = use,
        .cap = values->cap,
        .level = args_given(&call->args, "level") ? values->level : life_usual().level,
        .seed = values->seed,
        .n_thread = values->threads > 0 ? (uint32_t)values->threads : (uint32_t)workers_cores(),
        .title = last_name(call->args.word[0]),
        .version = MARU_VERSION,
        .progress = draw_life,
        .context = &progress,
    };
    maru_status st = find_column(frame, values->unit, &input.unit, err);
    st = st == MARU_OK ? find_column(frame, values->order, &input.order, err) : st;
    st = st == MARU_OK ? mark(frame, &values->setting, LIFE_SETTING, use, err) : st;
    st = st == MARU_OK ? mark(frame, &values->leave_out, LIFE_LEFT_OUT, use, err) : st;
    progress_open(&progress, !call->quiet && !call->json);
    st = st == MARU_OK ? life_training_run(&input, &work->bytes, err) : st;
    progress_close(&progress);
    alloc_free(use);
    return st == MARU_OK ? life_table_read(work->bytes.bytes, work->bytes.n_bytes, &work->life, err)
                         : st;
}

// ---- the work

static maru_status train_target(const struct call *call, struct work *work, maru_error *err) {
    const struct quality_options options = quality_hints_options(&work->hints);
    struct training_input input;
    struct progress progress = {0};
    maru_status st = roles_find(&work->file.frame, &options.roles, &work->roles, err);
    st = st == MARU_OK ? read_options(call, work, &input, err) : st;
    if (st != MARU_OK) {
        return st;
    }
    progress_open(&progress, !call->quiet && !call->json);
    input.progress = draw;
    input.context = &progress;
    st = training_run(&input, &work->bytes, err);
    progress_close(&progress);
    return st == MARU_OK
               ? fitted_model_read(work->bytes.bytes, work->bytes.n_bytes, &work->model, err)
               : st;
}

static maru_status train(const struct call *call, struct work *work, maru_error *err) {
    const struct train_values *values = call->args.values;
    const bool is_life = values->goal && strcmp(values->goal, "life") == 0;
    maru_status st =
        is_life ? quality_hints_take(&work->hints, "sheet", values->sheet ? values->sheet : "", err)
                : read_hints(values, &work->hints, err);
    st = st == MARU_OK ? files_read(call->args.word[0], &work->source, err) : st;
    st = st == MARU_OK ? quality_file_open(work->source.bytes, work->source.n_bytes, &work->hints,
                                           FRAME_BYTES, &work->file, err)
                       : st;
    if (st == MARU_OK) {
        st = is_life ? train_life(call, work, err) : train_target(call, work, err);
    }
    return st == MARU_OK ? files_replace(values->out, work->bytes.bytes, work->bytes.n_bytes, err)
                         : st;
}

static void add_card_json(struct text *out, const struct work *work) {
    if (work->life.model) {
        life_card_add_json(out, &work->life);
    } else {
        card_add_json(out, &work->model);
    }
}

static int tell(const struct call *call, const struct work *work) {
    const struct train_values *values = call->args.values;
    struct text out;
    maru_error err;
    text_init(&out, 16 << 20);
    if (values->card) {
        add_card_json(&out, work);
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
        add_card_json(&out, work);
    } else if (!call->quiet && work->life.model) {
        life_card_add_text(&out, &work->life, call->lang);
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
    life_table_fini(&work.life);
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
    TEXT_OPTION("order", 0, order, "COLUMN", NULL, W_HELP_ORDER),
    {"setting", 0, OPTION_LIST, offsetof(struct train_values, setting), "COLUMN", NULL,
     W_HELP_SETTING, 0, 0},
    {"cap", 0, OPTION_REAL, offsetof(struct train_values, cap), "LIFE", NULL, W_HELP_LIFE_CAP, 0,
     0},
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
