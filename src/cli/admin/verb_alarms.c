// maru alarms tune: alarms against a budget, on what a tenant has kept.
//
// The stored samples are replayed with other limits, deadbands and delays (control/alarms/tune.h). What comes out is a proposal with
// what it would have cost; nothing is ever applied. The store is read as a visitor, so a server may work beside.
//
// Exit status 0: the budget is kept as proposed; 1: some alarm stays above its share.

#include "base/status.h"
#include "cli/admin/desk.h"
#include "io/clock.h"
#include "io/progress.h"
#include "serve/floor/live_floor.h"
#include "serve/floor/tuning.h"
#include "study/words/numerals.h"
#include "wire/csv/moment.h"

#include <stdio.h>
#include <string.h>

enum { OUT_BYTES = 1 << 28 };
#define DAY_US (INT64_C(86400) * 1000000)
#define LONGEST_US (100 * DAY_US)
#define SHARE_STEP 0.005

struct alarms_values {
    struct desk_values desk;
    const char *tenant, *from, *to;
    double budget;
};

struct telling {
    const struct call *call;
    const struct tuning *tuning;
    struct text out;
    struct progress progress;
    double shown;
    bool is_over;
};

// ---- the time

// A time, or a span before `now_us`.
static maru_status read_time(const char *name, const char *text, maru_time now_us, maru_time *out,
                             maru_error *err) {
    const size_t n = strlen(text);
    const enum moment_form form = moment_guess(text, n);
    maru_time span_us = 0;
    if (form < N_MOMENT_FORM && moment_read(text, n, form, 0, out)) {
        return MARU_OK;
    }
    if (args_span(text, &span_us)) {
        *out = now_us - span_us;
        return MARU_OK;
    }
    return fail(err, MARU_E_USAGE,
                "--%s: a time such as 2026-03-02T07:00:00+09:00 is wanted, or how long ago: '7 d'",
                name);
}

static maru_status read_times(const struct alarms_values *values, struct tuning *out,
                              maru_error *err) {
    const maru_time now_us = clock_unix_us();
    out->to_us = now_us;
    maru_status st = values->to ? read_time("to", values->to, now_us, &out->to_us, err) : MARU_OK;
    out->from_us = out->to_us - 7 * DAY_US;
    st = st == MARU_OK && values->from ? read_time("from", values->from, now_us, &out->from_us, err)
                                       : st;
    if (st == MARU_OK && (out->from_us >= out->to_us || out->to_us - out->from_us > LONGEST_US)) {
        st = fail(err, MARU_E_USAGE, "--from is wanted before --to, at most 100 days");
    }
    return st;
}

// ---- what was found

static void add_number(struct text *out, double value) {
    char text[32];
    snprintf(text, sizeof text, "%.6g", value);
    text_addz(out, text);
}

static void add_change(struct text *out, const char *key, double was, double now) {
    if (was < now || was > now) {
        text_addf(out, "%s%s ", out->n_bytes > 0 ? ", " : "", key);
        add_number(out, was);
        text_addz(out, " → ");
        add_number(out, now);
    }
}

// "deadband 0 → 2, delay 0 → 5 s"; "-" where nothing changes.
static void add_setting(struct text *out, enum lang lang, const struct tune_proposal *p) {
    if (!p->is_changed) {
        text_addz(out, p->is_tunable ? "-" : word(lang, W_ALARMS_COUNTED));
        return;
    }
    add_change(out, word(lang, W_ALARMS_LOW), p->was.low, p->now.low);
    add_change(out, word(lang, W_ALARMS_HIGH), p->was.high, p->now.high);
    add_change(out, word(lang, W_ALARMS_DEADBAND), p->was.deadband, p->now.deadband);
    add_change(out, word(lang, W_ALARMS_DELAY), (double)p->was.on_us * 1e-6,
               (double)p->now.on_us * 1e-6);
}

static void add_alarms(struct telling *telling, const struct alarm_table *alarms,
                       const struct tune_result *result) {
    static const enum word title[] = {W_ALARMS_ALARM,  W_ALARMS_BEFORE, W_ALARMS_AFTER,
                                      W_ALARMS_WARNED, W_ALARMS_MISSED, W_ALARMS_PROPOSED};
    const enum lang lang = telling->call->lang;
    struct table table;
    struct text setting;
    table_init(&table);
    text_init(&setting, 1 << 12);
    for (size_t i = 0; i < sizeof title / sizeof title[0]; i++) {
        table_column(&table, i == 0 || i == 5 ? ALIGN_LEFT : ALIGN_RIGHT, word(lang, title[i]));
    }
    for (uint32_t i = 0; i < alarms->n_alarm; i++) {
        const struct tune_proposal *p = &result->proposal[i];
        const enum table_style style = p->is_over      ? STYLE_BAD
                                       : p->is_changed ? STYLE_WARN
                                                       : STYLE_PLAIN;
        text_clear(&setting);
        add_setting(&setting, lang, p);
        table_add(&table, style, alarms->alarm[i].name);
        table_add(&table, STYLE_PLAIN, numeral(p->n_before / result->hours, 2).text);
        table_add(&table, style, numeral(p->n_after / result->hours, 2).text);
        table_add(&table, STYLE_PLAIN, numeral_count(p->n_warned).text);
        table_add(&table, p->n_missed > 0 ? STYLE_BAD : STYLE_PLAIN,
                  numeral_count(p->n_missed).text);
        table_add(&table, style, setting.bytes ? setting.bytes : "");
    }
    table_print(&table, telling->call->look, &telling->out);
    text_fini(&setting);
    table_fini(&table);
}

static void add_operators(struct telling *telling, const struct alarm_table *alarms,
                          const struct tune_result *result) {
    const struct numeral budget = numeral(telling->tuning->budget_per_h, 1);
    for (uint32_t i = 0; i < result->n_operator; i++) {
        const struct tune_operator *operator_ = &result->operator_[i];
        const char *name = alarms->operator_[i][0] ? alarms->operator_[i]
                                                   : word(telling->call->lang, W_ALARMS_NOBODY);
        bool has_any = false;
        for (uint32_t k = 0; k < alarms->n_alarm; k++) {
            has_any |= alarms->alarm[k].operator_ == i;
        }
        if (has_any) {
            struct text safe;
            text_init(&safe, 1 << 12);
            table_add_safe(&safe, name);
            words_add(&telling->out, telling->call->lang, W_ALARMS_OPERATOR,
                      (const char *const[]){
                          safe.bytes ? safe.bytes : "", numeral(operator_->before_per_h, 2).text,
                          numeral(operator_->after_per_h, 2).text, budget.text, NULL});
            text_addz(&telling->out, "\n");
            text_fini(&safe);
        }
    }
}

static void add_text(struct telling *telling, const struct alarm_table *alarms,
                     const struct tune_result *result) {
    const enum lang lang = telling->call->lang;
    struct text *out = &telling->out;
    char from[CLOCK_TEXT_BYTES], to[CLOCK_TEXT_BYTES];
    uint32_t n_over = 0, n_missed = 0;
    for (uint32_t i = 0; i < alarms->n_alarm; i++) {
        n_over += result->proposal[i].is_over;
        n_missed += result->proposal[i].n_missed;
    }
    clock_text(telling->tuning->from_us / 1000, from);
    clock_text(telling->tuning->to_us / 1000, to);
    words_add(out, lang, W_ALARMS_SPAN,
              (const char *const[]){from, to, numeral_count(result->n_stop).text,
                                    numeral_count(result->n_unwarned).text, NULL});
    text_addz(out, "\n\n");
    add_alarms(telling, alarms, result);
    text_addz(out, "\n");
    add_operators(telling, alarms, result);
    for (uint32_t i = 0; i < N_TUNE_STATEMENT; i++) {
        if (result->has_statement[i]) {
            text_addf(out, "%s\n", tune_statement((enum tune_statement)i, lang == LANG_KO));
        }
    }
    if (n_over > 0) {
        words_add(out, lang, W_ALARMS_OVER,
                  (const char *const[]){numeral_count(n_over).text, NULL});
        text_addz(out, "\n");
    }
    words_add(out, lang, W_ALARMS_NOT_APPLIED,
              (const char *const[]){numeral_count(n_missed).text, NULL});
    text_addz(out, "\n");
}

static void tell(void *context, const struct alarm_table *alarms,
                 const struct tune_result *result) {
    struct telling *telling = context;
    for (uint32_t i = 0; i < alarms->n_alarm; i++) {
        telling->is_over |= result->proposal[i].is_over;
    }
    if (telling->call->json) {
        tune_write(alarms, result, telling->call->lang == LANG_KO, &telling->out);
        text_addz(&telling->out, "\n");
    } else {
        add_text(telling, alarms, result);
    }
}

// ---- the work

static void look(void *watcher, double share) {
    struct telling *telling = watcher;
    if (share >= telling->shown + SHARE_STEP) {
        telling->shown = share;
        progress_draw(&telling->progress, share, word(telling->call->lang, W_ALARMS_REPLAY));
    }
}

static maru_status search(struct desk *desk, const char *name, const struct tuning *asked,
                          struct telling *telling, maru_error *err) {
    struct tenant *tenant = NULL;
    struct signals *signals = NULL;
    struct text table;
    text_init(&table, TENANT_MAX_DOCUMENT_BYTES);
    struct tuning tuning = *asked;
    tuning.table = &table;
    maru_status st = store_hold(desk->store, name, &tenant, err);
    if (st == MARU_OK && tenant) {
        st = tenant_get_document(tenant, FLOOR_ALARMS, 0, &table, NULL, NULL, err);
        st = st == MARU_E_USAGE
                 ? fail(err, MARU_E_INPUT, "there is no table of alarms yet: put one first")
                 : st;
    }
    st = st == MARU_OK ? tenant_open_signals(desk->store, tenant, &signals, err) : st;
    if (st == MARU_OK && signals) {
        progress_open(&telling->progress, !telling->call->quiet && !telling->call->json);
        st = tuning_run(signals, &tuning, tell, telling, err);
        progress_close(&telling->progress);
    }
    store_release(desk->store, tenant);
    text_fini(&table);
    return st;
}

static int tune(struct call *call, struct desk *desk, const struct tuning *asked) {
    const struct alarms_values *values = call->args.values;
    struct tuning tuning = *asked;
    struct telling telling = {.call = call, .tuning = &tuning};
    maru_error err = {0};
    text_init(&telling.out, OUT_BYTES);
    tuning.look = look;
    tuning.watcher = &telling;
    const maru_status st =
        search(desk, values->tenant ? values->tenant : "local", &tuning, &telling, &err);
    const int status = st == MARU_OK
                           ? verb_print(call, &telling.out, telling.is_over ? EXIT_NO : EXIT_GOOD)
                           : desk_refuse(call, &err);
    text_fini(&telling.out);
    return status;
}

static int run_alarms(struct call *call) {
    static const char *const words[] = {"tune", NULL};
    const struct alarms_values *values = call->args.values;
    struct tuning tuning = {.budget_per_h = values->budget};
    struct desk desk;
    maru_error err = {0};
    if (desk_word(call, words) < 0) {
        return desk_refuse_word(call);
    }
    if (read_times(values, &tuning, &err) != MARU_OK) {
        return verb_refuse(call, &err);
    }
    int status = desk_open(&desk, call);
    status = status == EXIT_GOOD ? tune(call, &desk, &tuning) : status;
    desk_close(&desk);
    return status;
}

#define AT(member) offsetof(struct alarms_values, member)
static const struct option options[] = {
    {"tenant", 't', OPTION_TEXT, AT(tenant), "NAME", NULL, W_HELP_ALARMS_TENANT, 0, 0},
    {"budget", 'b', OPTION_REAL, AT(budget), "N", "6", W_HELP_ALARMS_BUDGET, 0, 0},
    {"from", 0, OPTION_TEXT, AT(from), "TIME", NULL, W_HELP_ALARMS_FROM, 0, 0},
    {"to", 0, OPTION_TEXT, AT(to), "TIME", NULL, W_HELP_ALARMS_TO, 0, 0},
    DESK_OPTIONS,
};
#undef AT
static const char *const examples[] = {
    "maru alarms tune --tenant acme --budget 10",
    "maru alarms tune --from 2026-03-02T07:00:00+09:00 --to '1 d' --json", NULL};

const struct verb verb_alarms = {.name = "alarms",
                                 .synopsis = "tune [--tenant NAME] [--budget N]",
                                 .purpose = W_ALARMS_PURPOSE,
                                 .option = options,
                                 .n_option = sizeof options / sizeof options[0],
                                 .n_value_bytes = sizeof(struct alarms_values),
                                 .min_words = 1,
                                 .max_words = 1,
                                 .example = examples,
                                 .run = run_alarms};
