// maru train FILE: a model from a spreadsheet, and how good it is on rows that it has not seen.
//
// Exit status 0: a model was made, however good it is; 3: the file cannot be read, or nothing can be learnt from it.

#include "cli/pool/on_pool.h"
#include "cli/verb.h"
#include "io/files.h"
#include "io/progress.h"
#include "io/stop.h"
#include "io/workers.h"
#include "study/models/model_file.h"
#include "study/models/model_wish.h"
#include "train/trees/boosting.h"

#include "base/digest.h"
#include "base/status.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#define SOURCE_BYTES ((size_t)8 << 30)

struct train_values {
    struct pool_values pool;
    const char *target, *bad, *time, *unit, *order, *normal, *sheet, *out, *card, *goal, *split,
        *kind;
    struct option_list limits, leave_out, cause, setting;
    double cost_miss, cost_alarm, level, cap;
    uint64_t seed, threads;
};

struct work {
    struct model_wish wish;
    struct text source, bytes;
    struct model_file *model;
};

static bool draw(void *context, double share, const char *what) {
    if (!isnan(share)) {
        progress_draw(context, share, what);
    }
    return !stop_asked();
}

static const char *last_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

// ---- what the command line knows

static maru_status take_list(struct model_wish *wish, const char *name,
                             const struct option_list *list, maru_error *err) {
    maru_status st = MARU_OK;
    for (size_t i = 0; st == MARU_OK && i < list->n; i++) {
        st = model_wish_take(wish, name, list->text[i], err);
    }
    return st;
}

static maru_status read_lists(const struct train_values *values, struct model_wish *wish,
                              maru_error *err) {
    const struct {
        const char *name;
        const struct option_list *list;
    } lists[] = {{"limits", &values->limits},
                 {"leave-out", &values->leave_out},
                 {"cause", &values->cause},
                 {"setting", &values->setting}};
    maru_status st = MARU_OK;
    for (size_t i = 0; st == MARU_OK && i < sizeof lists / sizeof *lists; i++) {
        st = take_list(wish, lists[i].name, lists[i].list, err);
    }
    return st;
}

static maru_status read_wish(const struct call *call, struct model_wish *wish, maru_error *err) {
    const struct train_values *values = call->args.values;
    const struct {
        const char *name, *value;
    } texts[] = {{"goal", values->goal},     {"target", values->target}, {"bad", values->bad},
                 {"time", values->time},     {"unit", values->unit},     {"order", values->order},
                 {"normal", values->normal}, {"sheet", values->sheet},   {"split", values->split},
                 {"kind", values->kind}};
    maru_status st = MARU_OK;
    for (size_t i = 0; st == MARU_OK && i < sizeof texts / sizeof *texts; i++) {
        st = model_wish_take(wish, texts[i].name, texts[i].value ? texts[i].value : "", err);
    }
    const struct {
        const char *name;
        double value, *out;
    } numbers[] = {{"cost-miss", values->cost_miss, &wish->cost_miss},
                   {"cost-alarm", values->cost_alarm, &wish->cost_alarm},
                   {"level", values->level, &wish->level},
                   {"cap", values->cap, &wish->cap}};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        *numbers[i].out = args_given(&call->args, numbers[i].name) ? numbers[i].value : (double)NAN;
    }
    wish->seed = values->seed;
    return st == MARU_OK ? read_lists(values, wish, err) : st;
}

// ---- the work

static maru_status train_here(const struct call *call, struct work *work, maru_error *err) {
    const struct train_values *values = call->args.values;
    struct progress progress = {0};
    const struct model_training training = {
        .wish = &work->wish,
        .bytes = work->source.bytes,
        .n_bytes = work->source.n_bytes,
        .title = last_name(call->args.word[0]),
        .version = MARU_VERSION,
        .n_thread = values->threads > 0 ? (uint32_t)values->threads : (uint32_t)workers_cores(),
        .progress = draw,
        .context = &progress,
    };
    stop_listen();
    progress_open(&progress, !call->quiet && !call->json);
    const maru_status st = model_train(&training, &work->bytes, err);
    progress_close(&progress);
    return st;
}

static maru_status begin_model(void *context, size_t n_part, maru_error *err) {
    (void)context;
    (void)n_part;
    (void)err;
    return MARU_OK;
}

// What came of it is looked at as any file of a model is.
static maru_status take_model(void *context, size_t part, const struct text *bytes,
                              maru_error *err) {
    struct work *work = context;
    (void)part;
    text_clear(&work->bytes);
    text_add(&work->bytes, bytes->bytes ? bytes->bytes : "", bytes->n_bytes);
    maru_status st =
        work->bytes.status == MARU_OK
            ? model_file_open(work->bytes.bytes, work->bytes.n_bytes, &work->model, err)
            : fail(err, work->bytes.status, "no memory for a part of the work");
    model_file_close(work->model);
    work->model = NULL;
    return st;
}

// One job with the spreadsheet beside it; a model does not depend on who trained it, nor on threads.
static maru_status train_on_pool(struct call *call, struct work *work, maru_error *err) {
    static const char *const own[] = {"out", "card", NULL};
    static const char *const more[] = {"--out=model.maru", NULL};
    const struct train_values *values = call->args.values;
    const char *name = last_name(call->args.word[0]);
    const struct remote_file file = {name, work->source.bytes ? work->source.bytes : "",
                                     work->source.n_bytes};
    struct digest digest;
    char hex[33];
    digest_init(&digest);
    digest_bytes(&digest, MARU_VERSION, strlen(MARU_VERSION));
    digest_bytes(&digest, file.bytes, file.n);
    digest_hex(&digest, hex);
    const struct pool_work pool = {.words = (const char *const[]){name, NULL},
                                   .skip = own,
                                   .more = more,
                                   .file = &file,
                                   .n_file = 1,
                                   .n_most = 1,
                                   .n_thread = (uint32_t)values->threads,
                                   .left = "model.maru",
                                   .digest = hex,
                                   .begin = begin_model,
                                   .take = take_model,
                                   .context = work};
    return on_pool(call, &pool, err);
}

static maru_status train(struct call *call, struct work *work, maru_error *err) {
    const struct train_values *values = call->args.values;
    enum on_where where = ON_HERE;
    maru_status st = on_where(call, &where, err);
    if (st == MARU_OK && where == ON_PART) {
        st = fail(err, MARU_E_USAGE, "--on: here or pool is wanted");
    }
    st = st == MARU_OK ? read_wish(call, &work->wish, err) : st;
    st = st == MARU_OK ? files_read(call->args.word[0], &work->source, err) : st;
    if (st == MARU_OK) {
        st = where == ON_POOL ? train_on_pool(call, work, err) : train_here(call, work, err);
    }
    st = st == MARU_OK ? model_file_open(work->bytes.bytes, work->bytes.n_bytes, &work->model, err)
                       : st;
    return st == MARU_OK ? files_replace(values->out, work->bytes.bytes, work->bytes.n_bytes, err)
                         : st;
}

static maru_status write_card(const char *path, const struct model_file *model, maru_error *err) {
    struct text out;
    text_init(&out, 16 << 20);
    model_file_add_json(model, &out);
    const maru_status st = out.status == MARU_OK ? files_replace(path, out.bytes, out.n_bytes, err)
                                                 : fail(err, out.status, "the card is too large");
    text_fini(&out);
    return st;
}

static int tell(const struct call *call, const struct work *work) {
    const struct train_values *values = call->args.values;
    struct text out;
    text_init(&out, 16 << 20);
    if (call->json) {
        model_file_add_json(work->model, &out);
    } else if (!call->quiet) {
        model_file_add_text(work->model, call->lang, call->look, &out);
    }
    const int status = verb_print(call, &out, EXIT_GOOD);
    text_fini(&out);
    verb_note(call, W_MODEL_WRITTEN, (const char *const[]){values->out, NULL});
    return status;
}

static int run_train(struct call *call) {
    const struct train_values *values = call->args.values;
    struct work work = {0};
    maru_error err = {0};
    model_wish_init(&work.wish);
    text_init(&work.source, SOURCE_BYTES);
    text_init(&work.bytes, MODEL_MAX_BYTES);
    maru_status st = train(call, &work, &err);
    st = st == MARU_OK && values->card ? write_card(values->card, work.model, &err) : st;
    const int status = st == MARU_OK ? tell(call, &work) : verb_refuse(call, &err);
    model_file_close(work.model);
    text_fini(&work.bytes);
    text_fini(&work.source);
    model_wish_fini(&work.wish);
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
    TEXT_OPTION("normal", 0, normal, "VALUE", NULL, W_HELP_NORMAL),
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
    ON_POOL_OPTIONS,
};
static const char *const examples[] = {"maru train press.csv -o press.maru",
                                       "maru train press.csv --target thickness --goal number",
                                       "maru train press.csv -o press.maru --on pool", NULL};

const struct verb verb_train = {.name = "train",
                                .synopsis =
                                    "FILE.csv|FILE.xlsx|FILE.ods [-o MODEL] [--target COLUMN]",
                                .purpose = W_TRAIN_PURPOSE,
                                .option = options,
                                .n_option = sizeof options / sizeof options[0],
                                .n_value_bytes = sizeof(struct train_values),
                                .min_words = 1,
                                .max_words = 1,
                                .example = examples,
                                .run = run_train};
