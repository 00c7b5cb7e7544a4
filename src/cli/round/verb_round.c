// maru round new | apply | score | award | report | lease | watch | reclaim DIR: a nation's GPUs allotted by demand plans, in a folder of tables.
//
// Exit status 0: done; 3: a table is wrong, and what would be right was said.

#include "cli/round/round_told.h"
#include "io/clock.h"
#include "io/files.h"
#include "study/rounds/round_filling.h"
#include "study/rounds/round_report.h"
#include "study/words/numerals.h"

#include "base/alloc.h"
#include "base/status.h"

#include <stddef.h>
#include <string.h>

enum { MAX_TOLD_BYTES = 256 << 20 };

struct round_values {
    struct common common;
    const char *what_if, *explain, *today, *example, *html;
    bool force;
};

// What a sub-verb gets to work with, and what it says.
struct doing {
    struct call *call;
    const struct round_values *values;
    const char *folder;
    struct round_place place; // the folder
    char time[CLOCK_TEXT_BYTES];
    maru_faults *faults;
    struct text out;
    int status; // of a usage that makes no sense; EXIT_GOOD: none
};

static void say(struct doing *d, enum word id, const char *const *arguments) {
    words_add(&d->out, d->call->lang, id, arguments);
    text_addz(&d->out, "\n");
}

static maru_status do_new(struct doing *d, maru_error *err) {
    const maru_status st = round_new_folder(d->folder, d->values->example, d->values->force, err);
    if (st == MARU_OK) {
        say(d, W_ROUND_MADE, (const char *const[]){d->folder, NULL});
    }
    return st;
}

static maru_status do_apply(struct doing *d, maru_error *err) {
    struct round_applied applied = {0, 0};
    if (d->call->args.n_word < 3) {
        d->status = verb_refuse_word(d->call, MARU_E_USAGE, W_ROUND_NO_FILE,
                                     (const char *const[]){"apply", NULL});
        return MARU_OK;
    }
    const maru_status st =
        round_apply_folder(d->folder, d->call->args.word[2], d->faults, &applied, err);
    if (st == MARU_OK) {
        say(d, W_ROUND_APPLIED,
            (const char *const[]){numeral_count(applied.n_added).text,
                                  numeral_count(applied.n_all).text, NULL});
    }
    return st;
}

static maru_status do_score(struct doing *d, maru_error *err) {
    struct round_tables tables;
    maru_status st = round_folder_read(&d->place, NULL, d->faults, &tables, err);
    if (st != MARU_OK) {
        return st;
    }
    uint32_t *order = alloc_new((size_t)tables.round.n_application + 1, sizeof *order);
    st = order ? round_rank(&tables.round, order, err) : fail(err, MARU_E_MEMORY, "no memory");
    if (st == MARU_OK) {
        round_tell_ranks(&d->out, d->call, &tables.round, order);
    }
    alloc_free(order);
    round_tables_fini(&tables);
    return st;
}

static maru_status explain(struct doing *d, struct round_answer *answer, maru_error *err) {
    const struct round *round = &answer->tables.round;
    struct round_trial trial;
    for (uint32_t a = 0; a < round->n_application; a++) {
        if (strcmp(round->application[a].id, d->values->explain) == 0) {
            const maru_status st = round_answer_try(answer, a, &trial, err);
            if (st == MARU_OK) {
                round_tell_one(&d->out, d->call, answer, a, &trial);
            }
            return st;
        }
    }
    d->status = verb_refuse_word(d->call, MARU_E_USAGE, W_ROUND_NO_APPLICATION,
                                 (const char *const[]){d->values->explain, NULL});
    return MARU_OK;
}

static maru_status what_if(struct doing *d, const struct round_answer *before, maru_error *err) {
    struct round_answer after;
    const maru_status st =
        round_answer_make(&after, &d->place, d->values->what_if, NULL, d->faults, err);
    if (st == MARU_OK) {
        round_tell_change(&d->out, d->call, before, &after);
    }
    round_answer_fini(&after);
    return st;
}

// What is only asked, other rules or one application, changes nothing in the folder.
static maru_status do_award(struct doing *d, maru_error *err) {
    struct round_answer answer;
    maru_status st = round_answer_make(&answer, &d->place, NULL, NULL, d->faults, err);
    if (st == MARU_OK && d->values->explain) {
        st = explain(d, &answer, err);
    } else if (st == MARU_OK && d->values->what_if) {
        st = what_if(d, &answer, err);
    } else if (st == MARU_OK) {
        st = round_answer_write(&answer, &d->place, d->time, err);
        if (st == MARU_OK && d->call->json) {
            round_json(&d->out, &answer);
        } else if (st == MARU_OK) {
            round_tell_award(&d->out, d->call, &answer);
            say(d, W_ROUND_WRITTEN, (const char *const[]){d->folder, NULL});
        }
    }
    round_answer_fini(&answer);
    return st;
}

// The page of the award, solved again: it is the same each time.
static maru_status do_report(struct doing *d, maru_error *err) {
    struct round_answer answer;
    struct text page;
    if (!d->values->html) {
        d->status = verb_refuse_word(d->call, MARU_E_USAGE, W_ROUND_NO_HTML, NULL);
        return MARU_OK;
    }
    text_init(&page, MAX_TOLD_BYTES);
    maru_status st = round_answer_make(&answer, &d->place, NULL, NULL, d->faults, err);
    if (st == MARU_OK) {
        round_report(&page, &answer, d->call->lang);
        st = page.status == MARU_OK ? files_replace(d->values->html, page.bytes, page.n_bytes, err)
                                    : fail(err, page.status, "the report is too large");
    }
    if (st == MARU_OK) {
        say(d, W_ROUND_REPORTED, (const char *const[]){d->values->html, NULL});
    }
    round_answer_fini(&answer);
    text_fini(&page);
    return st;
}

static maru_status do_lease(struct doing *d, maru_error *err) {
    const struct round_doing doing = {&d->place, d->time, INT32_MIN, false, false};
    struct round_done done;
    const maru_status st = round_lease_folder(&doing, d->faults, &done, err);
    if (st == MARU_OK) {
        say(d, W_ROUND_LEASED,
            (const char *const[]){numeral_count(done.n_lease).text, "leases.csv",
                                  numeral_count(done.gpus).text,
                                  numeral((double)done.credits_milli / 1000, 0).text, NULL});
    }
    round_done_fini(&done);
    return st;
}

static maru_status watch(struct doing *d, bool reclaims, maru_error *err) {
    struct round_doing doing = {&d->place, d->time, INT32_MIN, reclaims, false};
    const char *today = d->values->today;
    if (today && !round_day_read(today, strlen(today), &doing.last_day)) {
        d->status = verb_refuse_word(d->call, MARU_E_USAGE, W_BAD_VALUE,
                                     (const char *const[]){"today", today, "2026-03-31", NULL});
        return MARU_OK;
    }
    struct round_done done;
    struct text day;
    text_init(&day, 64);
    const maru_status st = round_watch_folder(&doing, d->faults, &done, err);
    if (st == MARU_OK) {
        round_tell_events(&d->out, d->call, &done);
        round_day_write(&day, done.last_day);
        say(d, W_ROUND_WATCHED,
            (const char *const[]){numeral_count(done.n_warned).text, numeral_count(done.n_due).text,
                                  day.bytes, NULL});
    }
    if (st == MARU_OK && reclaims) {
        say(d, W_ROUND_RECLAIMED,
            (const char *const[]){numeral_count(done.n_due).text, numeral_count(done.gpus).text,
                                  NULL});
    }
    text_fini(&day);
    round_done_fini(&done);
    return st;
}

static maru_status do_watch(struct doing *d, maru_error *err) { return watch(d, false, err); }
static maru_status do_reclaim(struct doing *d, maru_error *err) { return watch(d, true, err); }

static const struct {
    const char *name;
    maru_status (*run)(struct doing *d, maru_error *err);
} parts[] = {{"new", do_new},     {"apply", do_apply},    {"score", do_score},
             {"award", do_award}, {"report", do_report},  {"lease", do_lease},
             {"watch", do_watch}, {"reclaim", do_reclaim}};

static int run_part(struct doing *d, size_t part) {
    maru_error err = {0};
    const maru_status st = parts[part].run(d, &err);
    if (st == MARU_OK) {
        return d->status != EXIT_GOOD ? d->status : verb_print(d->call, &d->out, EXIT_GOOD);
    }
    return maru_faults_count(d->faults, MARU_FAULT) > 0
               ? verb_refuse_faults(d->call, d->faults, &err)
               : verb_refuse(d->call, &err);
}

static int run_round(struct call *call) {
    struct doing d = {.call = call,
                      .values = call->args.values,
                      .folder = call->args.word[1],
                      .place = {call->args.word[1], NULL},
                      .faults = maru_faults_new()};
    size_t part = 0;
    while (part < sizeof parts / sizeof parts[0] &&
           strcmp(call->args.word[0], parts[part].name) != 0) {
        part++;
    }
    if (!d.faults) {
        return verb_refuse(call, &(maru_error){.code = MARU_E_MEMORY, .text = "no memory"});
    }
    text_init(&d.out, MAX_TOLD_BYTES);
    clock_text(clock_unix_ms(), d.time);
    const int status = part < sizeof parts / sizeof parts[0]
                           ? run_part(&d, part)
                           : verb_refuse_word(call, MARU_E_USAGE, W_ROUND_UNKNOWN,
                                              (const char *const[]){call->args.word[0], NULL});
    text_fini(&d.out);
    maru_faults_free(d.faults);
    return status;
}

static const struct option options[] = {
    {"what-if", 0, OPTION_TEXT, offsetof(struct round_values, what_if), "RULES.toml", NULL,
     W_HELP_ROUND_WHAT_IF, 0, 0},
    {"explain", 0, OPTION_TEXT, offsetof(struct round_values, explain), "APPLICATION", NULL,
     W_HELP_ROUND_EXPLAIN, 0, 0},
    {"html", 0, OPTION_TEXT, offsetof(struct round_values, html), "FILE", NULL, W_HELP_ROUND_HTML,
     0, 0},
    {"today", 0, OPTION_TEXT, offsetof(struct round_values, today), "DAY", NULL, W_HELP_ROUND_TODAY,
     0, 0},
    {"example", 0, OPTION_TEXT, offsetof(struct round_values, example), "NAME", NULL,
     W_HELP_ROUND_EXAMPLE, 0, 0},
    {"force", 'f', OPTION_FLAG, offsetof(struct round_values, force), NULL, NULL, W_HELP_FORCE, 0,
     0},
};
static const char *const examples[] = {"maru round new my-round", "maru round award my-round",
                                       "maru round award my-round --explain A-005", NULL};

const struct verb verb_round = {
    .name = "round",
    .synopsis = "new|apply|score|award|report|lease|watch|reclaim DIR [FILE.csv]",
    .purpose = W_ROUND_PURPOSE,
    .option = options,
    .n_option = sizeof options / sizeof options[0],
    .n_value_bytes = sizeof(struct round_values),
    .min_words = 2,
    .max_words = 3,
    .example = examples,
    .run = run_round};
