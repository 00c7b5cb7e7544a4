// maru compare PLANT --a ... --b ...: variants of a plant on the same luck, and what they differ
// in.

#include "base/alloc.h"
#include "base/status.h"
#include "cli/pool/pool_runs.h"
#include "cli/verb.h"
#include "io/clock.h"
#include "io/workers.h"
#include "study/comparison.h"
#include "study/report/report.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

struct compare_values {
    struct pool_values pool;
    const char *variant[COMPARISON_MAX_VARIANTS];
    maru_time days, warmup;
    uint64_t reps, seed, threads;
    struct option_list option;
    const char *report;
};

// Options for all variants, then the model.
static maru_status make_model(struct variant *variant, const struct compare_values *values,
                              maru_error *err) {
    struct variant all = {.name = ""};
    struct text text;
    text_init(&text, 1 << 16);
    for (size_t i = 0; i < values->option.n; i++) {
        text_addf(&text, "%s%s", i == 0 ? "" : ";", values->option.text[i]);
    }
    all.text = text.bytes ? text.bytes : "";
    maru_status st = variant_parse(&all, err);
    st = st == MARU_OK ? variant_make_model(variant, all.setting, all.n_setting, err) : st;
    variant_fini(&all);
    text_fini(&text);
    return st;
}

// Gives the exit status; EXIT_GOOD with the variant's model made.
static int make_variant(struct call *call, struct comparison *comparison, struct variant *variant) {
    maru_error err = {0};
    maru_status st = variant_parse(variant, &err);
    variant->plant = comparison->plant;
    for (size_t k = 0; st == MARU_OK && k < variant->n_setting; k++) {
        if (strcmp(variant->setting[k].name, "plant") == 0 && !variant->own_plant) {
            enum on_where where = ON_HERE;
            st = on_where(call, &where, &err);
            if (st == MARU_OK && where != ON_HERE) {
                st = fail(
                    &err, MARU_E_USAGE,
                    "a variant with a plant of its own is for this machine: leave --on pool out");
            }
            if (st != MARU_OK) {
                break;
            }
            const int status =
                verb_open_plant(call, variant->setting[k].value, &variant->own_plant);
            if (status != EXIT_GOOD) {
                return status;
            }
            variant->plant = variant->own_plant;
        }
    }
    st = st == MARU_OK ? make_model(variant, call->args.values, &err) : st;
    return st == MARU_OK ? EXIT_GOOD : verb_refuse(call, &err);
}

static int make_variants(struct call *call, struct comparison *comparison) {
    const struct compare_values *values = call->args.values;
    int status = EXIT_GOOD;
    for (size_t i = 0; i < COMPARISON_MAX_VARIANTS && status == EXIT_GOOD; i++) {
        if (values->variant[i]) {
            if (comparison->n_variant < i) {
                return verb_refuse_word(call, MARU_E_USAGE, W_VARIANTS_WANTED,
                                        (const char *const[]){NULL});
            }
            struct variant *variant = &comparison->variant[comparison->n_variant++];
            *variant =
                (struct variant){.name = {(char)('A' + i), '\0'}, .text = values->variant[i]};
            status = make_variant(call, comparison, variant);
        }
    }
    if (status == EXIT_GOOD && comparison->n_variant < 2) {
        return verb_refuse_word(call, MARU_E_USAGE, W_VARIANTS_WANTED, (const char *const[]){NULL});
    }
    return status;
}

// *is_told false: only a part was asked for, and it is written.
static maru_status run_variants(struct call *call, struct comparison *comparison, bool *is_told,
                                maru_error *err) {
    static const char *const own[] = {"report", NULL};
    const struct compare_values *values = call->args.values;
    assert(comparison->n_variant >= 2);
    const size_t n = comparison->n_rep * comparison->n_variant;
    comparison->run = alloc_new(n, sizeof *comparison->run);
    if (!comparison->run) {
        return fail(err, MARU_E_MEMORY, "no memory for %zu runs", n);
    }
    for (size_t i = 0; i < n; i++) {
        comparison->run[i].model = comparison->variant[i % comparison->n_variant].model;
        comparison->run[i].seed = comparison->seed + i / comparison->n_variant;
    }
    const struct runs_plan plan = {
        .warmup_us = comparison->warmup_us,
        .until_us = comparison->until_us,
        .n_thread = args_given(&call->args, "threads") ? (size_t)values->threads : workers_cores(),
    };
    const double begin = clock_seconds();
    const struct pool_runs runs = {.work = {.plan = &plan, .run = comparison->run, .n_run = n},
                                   .plant = comparison->folder,
                                   .skip = own};
    const maru_status st = pool_runs_do(call, &runs, is_told, err);
    comparison->seconds = clock_seconds() - begin;
    return st;
}

static int tell(struct call *call, struct comparison *comparison) {
    const struct compare_values *values = call->args.values;
    const size_t n = comparison->n_rep * comparison->n_variant;
    const struct run *worst = runs_worst(comparison->run, n);
    maru_error err = {0};
    if (runs_with_results(comparison->run, n) == 0) {
        return verb_refuse(call, worst ? &worst->err : &err);
    }
    if (worst) {
        verb_note(
            call, worst->status == MARU_E_LIMIT ? W_VARIANT_OVERLOADED : W_COMPARE_STOPPED,
            (const char *const[]){
                comparison->variant[(size_t)(worst - comparison->run) % comparison->n_variant].name,
                numeral((double)worst->now_us / (double)MARU_DAY, 1).text, worst->err.text, NULL});
    }
    comparison_choose_rows(comparison);
    struct text out;
    text_init(&out, INT32_MAX);
    if (call->json) {
        comparison_add_json(&out, comparison);
    } else if (!call->quiet) {
        comparison_add_tables(&out, comparison, call->lang, call->look);
    }
    int status = verb_print(call, &out, worst ? verb_exit(worst->status) : EXIT_GOOD);
    text_fini(&out);
    if (values->report) {
        if (report_write_comparison(comparison, values->report, call->lang, &err) != MARU_OK) {
            struct call plain = *call; // the results are out: say it in words
            plain.json = false;
            return verb_refuse(&plain, &err);
        }
        verb_note(call, W_REPORT_WRITTEN, (const char *const[]){values->report, NULL});
    }
    return status;
}

static void fini(struct comparison *comparison, maru_plant *plant) {
    runs_fini(comparison->run, comparison->n_rep * comparison->n_variant);
    alloc_free(comparison->run);
    for (size_t v = 0; v < comparison->n_variant; v++) {
        variant_fini(&comparison->variant[v]);
    }
    maru_plant_free(plant);
    alloc_free(comparison);
}

static int run_compare(struct call *call) {
    const struct compare_values *values = call->args.values;
    if (values->warmup >= values->days) {
        return verb_refuse_word(call, MARU_E_USAGE, W_WARMUP_TOO_LONG, (const char *const[]){NULL});
    }
    maru_plant *plant = NULL;
    int status = verb_open_plant(call, call->args.word[0], &plant);
    if (status != EXIT_GOOD) {
        return status;
    }
    struct comparison *comparison = alloc_new(1, sizeof *comparison);
    if (!comparison) {
        maru_plant_free(plant);
        return verb_refuse(call, &(maru_error){.code = MARU_E_MEMORY, .text = "no memory"});
    }
    *comparison = (struct comparison){.plant = plant,
                                      .folder = call->args.word[0],
                                      .n_rep = (size_t)values->reps,
                                      .warmup_us = values->warmup,
                                      .until_us = values->days,
                                      .seed = values->seed};
    status = make_variants(call, comparison);
    if (status == EXIT_GOOD) {
        maru_error err = {0};
        bool is_told = true;
        const maru_status st = run_variants(call, comparison, &is_told, &err);
        status = st != MARU_OK ? verb_refuse(call, &err)
                 : is_told     ? tell(call, comparison)
                               : EXIT_GOOD;
    }
    fini(comparison, plant);
    return status;
}

#define AT(member) offsetof(struct compare_values, member)
static const struct option options[] = {
    {"a", 0, OPTION_TEXT, AT(variant[0]), "VARIANT", NULL, W_HELP_VARIANT_A, 0, 0},
    {"b", 0, OPTION_TEXT, AT(variant[1]), "VARIANT", NULL, W_HELP_VARIANT, 0, 0},
    {"c", 0, OPTION_TEXT, AT(variant[2]), "VARIANT", NULL, W_HELP_VARIANT_MORE, 0, 0},
    {"d", 0, OPTION_TEXT, AT(variant[3]), "VARIANT", NULL, W_HELP_VARIANT_MORE, 0, 0},
    {"e", 0, OPTION_TEXT, AT(variant[4]), "VARIANT", NULL, W_HELP_VARIANT_MORE, 0, 0},
    {"f", 0, OPTION_TEXT, AT(variant[5]), "VARIANT", NULL, W_HELP_VARIANT_MORE, 0, 0},
    {"g", 0, OPTION_TEXT, AT(variant[6]), "VARIANT", NULL, W_HELP_VARIANT_MORE, 0, 0},
    {"h", 0, OPTION_TEXT, AT(variant[7]), "VARIANT", NULL, W_HELP_VARIANT_MORE, 0, 0},
    {"days", 'd', OPTION_SPAN, AT(days), "SPAN", "365", W_HELP_DAYS, 0, 0},
    {"warmup", 'w', OPTION_SPAN, AT(warmup), "SPAN", "0", W_HELP_WARMUP, 0, 0},
    {"reps", 'r', OPTION_COUNT, AT(reps), "N", "10", W_HELP_REPS, 2, RUNS_MAX},
    {"seed", 's', OPTION_COUNT, AT(seed), "N", "1", W_HELP_SEED, 0, INT64_MAX},
    {"threads", 'j', OPTION_COUNT, AT(threads), "N", NULL, W_HELP_THREADS, 1, WORKERS_MAX},
    {"option", 0, OPTION_LIST, AT(option), "NAME=VALUE", NULL, W_HELP_OPTION_ALL, 0, 0},
    {"report", 0, OPTION_TEXT, AT(report), "FILE.html", NULL, W_HELP_REPORT, 0, 0},
    ON_POOL_OPTIONS,
    ON_POOL_PARTS_OPTION,
};
#undef AT

static const char *const examples[] = {
    "maru compare examples/minifab --a rule=fifo --b rule=cr --reps 20",
    "maru compare my-fab --a rule=plant --b 'rule=priority desc, due - now' --report out.html",
    "maru compare my-fab --a '' --b 'tools:Litho=+1' --c 'downtime:*=80; releases:P3=110'",
    "maru compare my-fab --a plant=my-fab --b plant=my-fab-with-one-more-stepper",
    "maru compare my-fab --a rule=fifo --b rule=cr --reps 500 --on pool",
    NULL,
};

const struct verb verb_compare = {.name = "compare",
                                  .synopsis =
                                      "PLANT --a NAME=VALUE,... --b NAME=VALUE,... [--reps N] ...",
                                  .purpose = W_COMPARE_PURPOSE,
                                  .option = options,
                                  .n_option = sizeof options / sizeof options[0],
                                  .n_value_bytes = sizeof(struct compare_values),
                                  .min_words = 1,
                                  .max_words = 1,
                                  .example = examples,
                                  .run = run_compare};
