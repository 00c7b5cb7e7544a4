// maru bench learn --set NAME: a public data set by its protocol; the figures beside what others reach, and a file of predictions that
// somebody else can score.
//
// Exit status 0: measured, whatever came of it; 3: the files are not there or are others.

#include "cli/verb.h"
#include "io/files.h"
#include "io/progress.h"
#include "io/workers.h"
#include "study/json_writer.h"
#include "study/sets/sets.h"
#include "study/words/numerals.h"

#include "base/alloc.h"
#include "base/status.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct bench_values {
    struct common common;
    const char *set, *data, *out;
    uint64_t seed, seeds, threads;
    bool is_short;
};

static void draw(void *context, double share, const char *what) {
    progress_draw(context, share, what);
}

static const char *name_of(const char *english, const char *korean, enum lang lang) {
    return lang == LANG_KO ? korean : english;
}

// "0.893", or "-" where it is not known.
static struct numeral figure_text(double value) {
    struct numeral none = {.text = "-"};
    return isnan(value) ? none : numeral(value, fabs(value) < 10 ? 3 : fabs(value) < 1000 ? 2 : 0);
}

// ---- telling

static void add_table(struct text *out, const struct call *call, const struct set_result *result) {
    struct table table;
    table_init(&table);
    table_column(&table, ALIGN_LEFT, word(call->lang, W_FIGURE));
    static const enum word title[] = {W_VALUE, W_INTERVAL_95, W_ORDINARY, W_WANTED};
    for (size_t i = 0; i < sizeof title / sizeof title[0]; i++) {
        table_column(&table, ALIGN_RIGHT, word(call->lang, title[i]));
    }
    for (uint32_t i = 0; i < result->n_figure; i++) {
        const struct set_figure *figure = &result->figure[i];
        const bool is_asked = !isnan(figure->wanted);
        const bool is_met = figure->is_less_better ? figure->value <= figure->wanted
                                                   : figure->value >= figure->wanted;
        char interval[160];
        snprintf(interval, sizeof interval, "%s ~ %s", figure_text(figure->low).text,
                 figure_text(figure->high).text);
        table_add(&table, STYLE_PLAIN, name_of(figure->english, figure->korean, call->lang));
        table_add(&table, is_asked ? is_met ? STYLE_GOOD : STYLE_BAD : STYLE_STRONG,
                  figure_text(figure->value).text);
        table_add(&table, STYLE_DIM, isnan(figure->low) ? "" : interval);
        table_add(&table, STYLE_DIM,
                  isnan(figure->ordinary) ? "" : figure_text(figure->ordinary).text);
        table_add(&table, STYLE_DIM, is_asked ? figure_text(figure->wanted).text : "");
    }
    table_print(&table, call->look, out);
    table_fini(&table);
}

static void add_json(struct text *out, const struct set_run *run, const struct set_result *result) {
    struct json json;
    json_writer_init(&json, out);
    json_open_object(&json, NULL);
    json_add_string(&json, "set", run->name);
    json_add_count(&json, "seed", run->seed);
    json_add_count(&json, "seeds", run->n_seed);
    json_add_bool(&json, "is_short", run->is_short);
    json_open_list(&json, "figures");
    for (uint32_t i = 0; i < result->n_figure; i++) {
        const struct set_figure *figure = &result->figure[i];
        json_open_object(&json, NULL);
        json_add_string(&json, "name", figure->english);
        json_add_number(&json, "value", figure->value);
        json_add_number(&json, "low", figure->low);
        json_add_number(&json, "high", figure->high);
        json_add_number(&json, "ordinary", figure->ordinary);
        json_add_number(&json, "wanted", figure->wanted);
        json_add_bool(&json, "is_less_better", figure->is_less_better);
        json_close(&json);
    }
    json_close(&json);
    json_close(&json);
}

static maru_status write_text(const char *path, const char *behind, const struct text *text,
                              maru_error *err) {
    struct text name;
    text_init(&name, 1 << 16);
    text_addf(&name, "%s%s", path, behind);
    const maru_status st =
        text->status != MARU_OK  ? fail(err, text->status, "the predictions are too many")
        : name.status != MARU_OK ? fail(err, name.status, "the name is too long")
                                 : files_replace(name.bytes, text->bytes, text->n_bytes, err);
    text_fini(&name);
    return st;
}

static maru_status write_files(const char *path, const struct set_result *result, maru_error *err) {
    if (!path) {
        return MARU_OK;
    }
    const maru_status st = write_text(path, "", &result->predictions, err);
    return st == MARU_OK && result->details.n_bytes > 0
               ? write_text(path, ".details.csv", &result->details, err)
               : st;
}

// ---- the verb

static int refuse_set(const struct call *call, const char *name) {
    struct text list;
    text_init(&list, 1 << 12);
    for (uint32_t i = 0; set_at(i); i++) {
        text_addf(&list, "%s%s", i == 0 ? "" : ", ", set_at(i)->name);
    }
    const int status = verb_refuse_word(
        call, MARU_E_USAGE, W_NO_SET,
        (const char *const[]){name ? name : "", list.bytes ? list.bytes : "-", NULL});
    text_fini(&list);
    return status;
}

static int tell(const struct call *call, const struct set_run *run,
                const struct set_result *result) {
    struct text out;
    text_init(&out, 1 << 20);
    if (call->json) {
        add_json(&out, run, result);
    } else {
        const struct learn_set *set = set_find(run->name);
        table_styled(&out, call->look, STYLE_STRONG,
                     name_of(set->english, set->korean, call->lang));
        text_addz(&out, "\n");
        add_table(&out, call, result);
    }
    const int status = verb_print(call, &out, EXIT_GOOD);
    text_fini(&out);
    return status;
}

static int run_bench(struct call *call) {
    const struct bench_values *values = call->args.values;
    const struct learn_set *set = values->set ? set_find(values->set) : NULL;
    if (strcmp(call->args.word[0], "learn") != 0) {
        return verb_refuse_name(call, call->args.word[0]);
    }
    if (!set) {
        return refuse_set(call, values->set);
    }
    struct set_result *result = alloc_new(1, sizeof *result);
    struct progress progress = {0};
    maru_error err = {.code = MARU_E_MEMORY, .text = "no memory"};
    if (!result) {
        return verb_refuse(call, &err);
    }
    const char *around = getenv("MARU_DATA");
    const struct set_run run = {.name = set->name,
                                .folder = values->data          ? values->data
                                          : around && around[0] ? around
                                                                : "../shared/data",
                                .seed = values->seed,
                                .n_seed = (uint32_t)values->seeds,
                                .n_thread = values->threads > 0 ? (uint32_t)values->threads
                                                                : (uint32_t)workers_cores(),
                                .is_short = values->is_short,
                                .progress = draw,
                                .context = &progress};
    set_result_init(result);
    progress_open(&progress, !call->quiet && !call->json);
    maru_status st = set->run(&run, result, &err);
    progress_close(&progress);
    st = st == MARU_OK ? write_files(values->out, result, &err) : st;
    const int status = st == MARU_OK ? tell(call, &run, result) : verb_refuse(call, &err);
    set_result_fini(result);
    alloc_free(result);
    return status;
}

static const struct option options[] = {
    {"set", 's', OPTION_TEXT, offsetof(struct bench_values, set), "NAME", NULL, W_HELP_SET, 0, 0},
    {"data", 'd', OPTION_TEXT, offsetof(struct bench_values, data), "FOLDER", NULL, W_HELP_SET_DATA,
     0, 0},
    {"out", 'o', OPTION_TEXT, offsetof(struct bench_values, out), "FILE", NULL, W_HELP_PREDICTIONS,
     0, 0},
    {"seed", 0, OPTION_COUNT, offsetof(struct bench_values, seed), "N", "1", W_HELP_SEED, 0,
     UINT64_MAX},
    {"seeds", 0, OPTION_COUNT, offsetof(struct bench_values, seeds), "N", "1", W_HELP_SEEDS, 1,
     100},
    {"threads", 'j', OPTION_COUNT, offsetof(struct bench_values, threads), "N", NULL,
     W_HELP_THREADS, 1, WORKERS_MAX},
    {"short", 0, OPTION_FLAG, offsetof(struct bench_values, is_short), NULL, NULL, W_HELP_SHORT, 0,
     0},
};
static const char *const examples[] = {"maru bench learn --set secom -o secom.csv", NULL};

const struct verb verb_bench = {.name = "bench",
                                .synopsis = "learn --set NAME [--data FOLDER] [-o FILE]",
                                .purpose = W_BENCH_PURPOSE,
                                .option = options,
                                .n_option = sizeof options / sizeof options[0],
                                .n_value_bytes = sizeof(struct bench_values),
                                .min_words = 1,
                                .max_words = 1,
                                .example = examples,
                                .run = run_bench};
