#include "study/replay/replay_output.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "io/clock.h"
#include "study/replay/replay_sums.h"
#include "study/words/numerals.h"

// One table of columns says what is shown of a policy, so that the terminal, the page and the CSV have the same figures.

enum { MAX_CELL_BYTES = 1 << 14, TENANTS_SHOWN = 20, SERIES_POINTS = 200 };
#define YEAR_2000_US INT64_C(946684800000000)

// ---- columns

static double mean_of(const struct replay *r) { return r->waits.mean; }
static double p50_of(const struct replay *r) { return r->waits.p50; }
static double p95_of(const struct replay *r) { return r->waits.p95; }
static double p99_of(const struct replay *r) { return r->waits.p99; }
static double used_of(const struct replay *r) { return r->used; }
static double free_of(const struct replay *r) { return r->free_while_waited; }
static double jain_of(const struct replay *r) { return r->jain; }
static double stopped_of(const struct replay *r) { return r->n_stopped; }
static double backfilled_of(const struct replay *r) { return r->n_backfilled; }
static double lost_of(const struct replay *r) { return r->n_lost; }
static double lost_hours_of(const struct replay *r) { return r->lost_gpu_hours; }
static double out_of(const struct replay *r) { return r->out; }
static double mwh_of(const struct replay *r) { return r->kwh / 1000; }
static double cost_of(const struct replay *r) { return r->cost; }

static const struct replay_column columns[] = {
    {W_REPLAY_MEAN, 2, false, false, mean_of},
    {W_REPLAY_P50, 2, false, false, p50_of},
    {W_REPLAY_P95, 2, false, false, p95_of},
    {W_REPLAY_P99, 2, false, false, p99_of},
    {W_REPLAY_USED, 1, true, false, used_of},
    {W_REPLAY_FREE, 1, false, false, free_of},
    {W_REPLAY_JAIN, 3, false, false, jain_of},
    {W_REPLAY_BACKFILLED, 0, false, true, backfilled_of},
    {W_REPLAY_STOPPED, 0, false, true, stopped_of},
    {W_REPLAY_OUT, 2, true, false, out_of},
    {W_REPLAY_LOST, 0, false, true, lost_of},
    {W_REPLAY_LOST_HOURS, 1, false, false, lost_hours_of},
    {W_REPLAY_MWH, 1, false, false, mwh_of},
    {W_REPLAY_COST, 0, false, true, cost_of},
};
enum { N_COLUMN = sizeof columns / sizeof *columns };

static bool is_shown(const struct replay_study *study, const struct replay_column *column) {
    const bool may_be_empty = column->of == mwh_of || column->of == stopped_of ||
                              column->of == cost_of || column->of == backfilled_of ||
                              column->of == lost_of || column->of == lost_hours_of ||
                              column->of == out_of;
    bool is_any = !may_be_empty;
    for (uint32_t p = 0; p < study->n_policy; p++) {
        is_any = is_any || column->of(&study->policy[p].replay) > 0;
    }
    return is_any;
}

bool replay_column(const struct replay_study *study, uint32_t i, struct replay_column *out) {
    for (uint32_t c = 0; c < N_COLUMN; c++) {
        if (is_shown(study, &columns[c]) && i-- == 0) {
            *out = columns[c];
            return true;
        }
    }
    return false;
}

struct replay_cell replay_cell(const struct replay_column *column, const struct replay *replay) {
    const double value = column->of(replay);
    const struct numeral text = column->is_percent ? numeral_percent(value, column->decimals)
                                : column->is_count ? numeral_count((uint64_t)llround(value))
                                                   : numeral(value, column->decimals);
    struct replay_cell cell;
    snprintf(cell.text, sizeof cell.text, "%s", text.text);
    return cell;
}

// ---- sentences

static void lead_facts(const struct replay_study *study, replay_say say, void *context) {
    const struct replay *const first = &study->policy[0].replay;
    say(context, W_REPLAY_FACTS,
        (const char *const[]){
            numeral_count(first->n_job).text, numeral_count(study->trace.account.n).text,
            numeral_count(study->cluster.n_node).text, numeral_count(study->cluster.n_gpu_all).text,
            numeral(first->hours / 24, 1).text, NULL});
    if (study->inflate != 1) {
        say(context, W_REPLAY_INFLATED,
            (const char *const[]){numeral(study->inflate, 2).text, NULL});
    }
    if (first->n_without + first->n_unfit > 0) {
        say(context, W_REPLAY_PASSED,
            (const char *const[]){numeral_count(first->n_without).text,
                                  numeral_count(first->n_unfit).text, NULL});
    }
}

static void lead_difference(const struct replay_study *study, uint32_t p, replay_say say,
                            void *context) {
    const struct replay_difference *const d = &study->policy[p].difference;
    const char *const name = study->policy[p].name;
    const char *const against = study->policy[0].name;
    if (d->n_sooner + d->n_later == 0) {
        say(context, W_REPLAY_SAME, (const char *const[]){name, against, NULL});
        return;
    }
    if (d->high < 0) {
        say(context, W_REPLAY_SHORTER,
            (const char *const[]){name, against, numeral(-d->mean, 2).text,
                                  numeral(-d->high, 2).text, numeral(-d->low, 2).text, NULL});
    } else if (d->low > 0) {
        say(context, W_REPLAY_LONGER,
            (const char *const[]){name, against, numeral(d->mean, 2).text, numeral(d->low, 2).text,
                                  numeral(d->high, 2).text, NULL});
    } else {
        say(context, W_REPLAY_UNSURE,
            (const char *const[]){name, against, numeral_signed(d->mean, 2).text,
                                  numeral_signed(d->low, 2).text, numeral_signed(d->high, 2).text,
                                  NULL});
    }
    say(context, W_REPLAY_SOONER,
        (const char *const[]){numeral_count(d->n_sooner).text, numeral_count(d->n).text,
                              numeral_count(d->n_later).text, NULL});
}

static void lead_outages(const struct replay_study *study, replay_say say, void *context) {
    uint32_t n[OUTAGE_KINDS] = {0};
    for (uint32_t i = 0; i < study->outages.n; i++) {
        n[study->outages.row[i].kind]++;
    }
    say(context, W_REPLAY_OUTAGES,
        (const char *const[]){numeral_count(n[OUTAGE_DOWN]).text,
                              numeral_count(n[OUTAGE_DRAIN]).text,
                              numeral_count(study->outages.n_hold).text, NULL});
    for (uint32_t p = 0; p < study->n_policy; p++) {
        const struct replay_case *const it = &study->policy[p];
        const struct replay_difference *const d = &it->outages;
        say(context, W_REPLAY_OUTAGE_COST,
            (const char *const[]){it->name, numeral_count(it->replay.n_lost).text,
                                  numeral(it->replay.lost_gpu_hours, 1).text,
                                  numeral_signed(d->mean, 2).text, numeral_signed(d->low, 2).text,
                                  numeral_signed(d->high, 2).text, NULL});
    }
}

void replay_lead(const struct replay_study *study, replay_say say, void *context) {
    const struct replay_case *const first = &study->policy[0];
    lead_facts(study, say, context);
    say(context, W_REPLAY_ALONE,
        (const char *const[]){first->name, numeral(first->replay.waits.mean, 2).text,
                              numeral(first->replay.waits.p95, 2).text, NULL});
    for (uint32_t p = 1; p < study->n_policy; p++) {
        lead_difference(study, p, say, context);
    }
    if (study->has_outages) {
        lead_outages(study, say, context);
    }
    for (uint32_t p = 0; p < study->n_policy; p++) {
        if (study->policy[p].replay.n_left > 0) {
            say(context, W_REPLAY_LEFT,
                (const char *const[]){study->policy[p].name,
                                      numeral_count(study->policy[p].replay.n_left).text, NULL});
        }
    }
}

// ---- who differs

// The value behind "key = " of a policy as a file.
static void value_of(const char *file, const char *key, char *out, size_t size) {
    const size_t n_key = strlen(key);
    out[0] = '\0';
    for (const char *line = file; line && *line;) {
        const char *const end = strchr(line, '\n');
        const size_t n = end ? (size_t)(end - line) : strlen(line);
        if (n > n_key + 3 && strncmp(line, key, n_key) == 0 && line[n_key] == ' ') {
            snprintf(out, size, "%.*s", (int)(n - n_key - 3), line + n_key + 3);
            return;
        }
        line = end ? end + 1 : NULL;
    }
}

void replay_each_rule(const struct replay_study *study, replay_see_rule see, void *context) {
    struct text file[REPLAY_MAX_POLICIES] = {{0}};
    for (uint32_t p = 0; p < study->n_policy; p++) {
        text_init(&file[p], MAX_CELL_BYTES);
        pool_policy_write(&file[p], &study->policy[p].policy);
    }
    for (const char *line = file[0].bytes; line && *line;) {
        const char *const end = strchr(line, '\n');
        const size_t n_key = strcspn(line, " \n");
        char key[64];
        char value[REPLAY_MAX_POLICIES][64];
        const char *values[REPLAY_MAX_POLICIES + 1] = {NULL};
        bool is_same = true;
        snprintf(key, sizeof key, "%.*s", (int)(n_key < 63 ? n_key : 63), line);
        for (uint32_t p = 0; p < study->n_policy; p++) {
            value_of(file[p].bytes, key, value[p], sizeof value[p]);
            values[p] = value[p];
            is_same = is_same && strcmp(value[p], value[0]) == 0;
        }
        if (!is_same) {
            see(context, key, values);
        }
        line = end ? end + 1 : NULL;
    }
    for (uint32_t p = 0; p < study->n_policy; p++) {
        text_fini(&file[p]);
    }
}

void replay_order_accounts(const struct replay_study *study, uint32_t *order) {
    const struct replay_account *const of = study->policy[0].replay.by_account;
    for (uint32_t i = 0; i < study->trace.account.n; i++) {
        order[i] = i;
    }
    for (uint32_t gap = study->trace.account.n / 2; gap > 0; gap /= 2) { // Shell's sort
        for (uint32_t i = gap; i < study->trace.account.n; i++) {
            const uint32_t it = order[i];
            uint32_t at = i;
            while (at >= gap && of[order[at - gap]].gpu_hours < of[it].gpu_hours) {
                order[at] = order[at - gap];
                at -= gap;
            }
            order[at] = it;
        }
    }
}

// ---- terminal

static void add_name(struct table *table, const char *name) {
    struct text safe;
    text_init(&safe, MAX_CELL_BYTES);
    table_add_safe(&safe, name);
    table_add(table, STYLE_PLAIN, safe.bytes ? safe.bytes : "");
    text_fini(&safe);
}

static void print(struct table *table, struct look look, struct text *out) {
    text_addz(out, "\n");
    (void)table_print(table, look, out);
    table_fini(table);
}

static void add_policies(struct text *out, const struct replay_study *study, enum lang lang,
                         struct look look) {
    struct table table;
    struct replay_column column;
    table_init(&table);
    table_column(&table, ALIGN_LEFT, word(lang, W_REPLAY_POLICY));
    for (uint32_t c = 0; replay_column(study, c, &column); c++) {
        table_column(&table, ALIGN_RIGHT, word(lang, column.title));
    }
    for (uint32_t p = 0; p < study->n_policy; p++) {
        add_name(&table, study->policy[p].name);
        for (uint32_t c = 0; replay_column(study, c, &column); c++) {
            table_add(&table, STYLE_PLAIN, replay_cell(&column, &study->policy[p].replay).text);
        }
    }
    print(&table, look, out);
}

static void begin_groups(struct table *table, const struct replay_study *study, enum lang lang,
                         enum word group) {
    table_init(table);
    table_column(table, ALIGN_LEFT, word(lang, group));
    table_column(table, ALIGN_RIGHT, word(lang, W_REPLAY_JOBS));
    for (uint32_t p = 0; p < study->n_policy; p++) {
        struct text title;
        text_init(&title, MAX_CELL_BYTES);
        table_add_safe(&title, study->policy[p].name);
        text_addf(&title, ": %s", word(lang, W_REPLAY_MEAN));
        table_column(table, ALIGN_RIGHT, title.bytes ? title.bytes : "");
        table_column(table, ALIGN_RIGHT, word(lang, W_REPLAY_P95));
        text_fini(&title);
    }
}

static void add_waits(struct table *table, const struct replay_waits *waits) {
    table_add(table, STYLE_PLAIN, waits->n > 0 ? numeral(waits->mean, 2).text : "-");
    table_add(table, STYLE_PLAIN, waits->n > 0 ? numeral(waits->p95, 2).text : "-");
}

static void add_sizes(struct text *out, const struct replay_study *study, enum lang lang,
                      struct look look) {
    struct table table;
    begin_groups(&table, study, lang, W_REPLAY_SIZE);
    for (uint32_t s = 0; s < REPLAY_SIZES; s++) {
        if (study->policy[0].replay.by_size[s].n > 0) {
            table_add(&table, STYLE_PLAIN,
                      s == 0 ? word(lang, W_REPLAY_SIZE_CPU) : replay_size_names[s]);
            table_add(&table, STYLE_PLAIN,
                      numeral_count(study->policy[0].replay.by_size[s].n).text);
            for (uint32_t p = 0; p < study->n_policy; p++) {
                add_waits(&table, &study->policy[p].replay.by_size[s]);
            }
        }
    }
    print(&table, look, out);
}

static void add_tenants(struct text *out, const struct replay_study *study, enum lang lang,
                        struct look look) {
    struct table table;
    uint32_t *const order = alloc_new((size_t)study->trace.account.n + 1, sizeof *order);
    if (!order) {
        out->status = MARU_E_MEMORY;
        return;
    }
    replay_order_accounts(study, order);
    begin_groups(&table, study, lang, W_REPLAY_TENANT);
    for (uint32_t i = 0; i < study->trace.account.n && i < TENANTS_SHOWN; i++) {
        const uint32_t k = order[i];
        add_name(&table, study->trace.account.name[k]);
        table_add(&table, STYLE_PLAIN,
                  numeral_count(study->policy[0].replay.by_account[k].waits.n).text);
        for (uint32_t p = 0; p < study->n_policy; p++) {
            add_waits(&table, &study->policy[p].replay.by_account[k].waits);
        }
    }
    alloc_free(order);
    print(&table, look, out);
}

void replay_add_tables(struct text *out, const struct replay_study *study, enum lang lang,
                       struct look look) {
    add_policies(out, study, lang, look);
    add_sizes(out, study, lang, look);
    add_tenants(out, study, lang, look);
}

// ---- CSV

static void add_csv_row(struct text *out, const char *policy, const char *group, const char *name,
                        const struct replay_waits *waits) {
    text_add_csv(out, policy);
    text_addf(out, ",%s,", group);
    text_add_csv(out, name);
    text_addf(out, ",%u", waits->n);
    const double values[] = {waits->mean, waits->p50, waits->p95, waits->p99, waits->most};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        text_addz(out, ",");
        text_add_fixed(out, values[i], 6);
    }
}

static void add_csv_policy(struct text *out, const struct replay_study *study,
                           const struct replay_case *it) {
    const struct replay *const replay = &it->replay;
    const double all[] = {replay->gpu_hours, replay->used, replay->free_while_waited,
                          replay->jain,      replay->kwh,  replay->cost};
    add_csv_row(out, it->name, "all", "", &replay->waits);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        text_addz(out, ",");
        text_add_fixed(out, all[i], 6);
    }
    text_addf(out, ",%u,%u,", replay->n_stopped, replay->n_lost);
    text_add_fixed(out, replay->lost_gpu_hours, 6);
    text_addz(out, ",");
    text_add_fixed(out, replay->out_gpu_hours, 6);
    text_addz(out, "\n");
    for (uint32_t s = 0; s < REPLAY_SIZES; s++) {
        if (replay->by_size[s].n > 0) {
            add_csv_row(out, it->name, "gpus", replay_size_names[s], &replay->by_size[s]);
            text_addz(out, ",,,,,,,,,,\n");
        }
    }
    for (uint32_t k = 0; k < replay->n_account; k++) {
        add_csv_row(out, it->name, "tenant", study->trace.account.name[k],
                    &replay->by_account[k].waits);
        text_addz(out, ",");
        text_add_fixed(out, replay->by_account[k].gpu_hours, 6);
        text_addz(out, ",");
        text_add_fixed(out, replay->by_account[k].share, 6);
        text_addz(out, ",,,,,,,,\n");
    }
}

void replay_add_csv(struct text *out, const struct replay_study *study) {
    text_addz(out, "policy,group,name,jobs,mean_h,p50_h,p95_h,p99_h,most_h,gpu_hours,share,"
                   "free_gpus,jain,kwh,krw,stopped,lost,lost_gpu_hours,out_gpu_hours\n");
    for (uint32_t p = 0; p < study->n_policy; p++) {
        add_csv_policy(out, study, &study->policy[p]);
    }
}

// ---- JSON

static void add_waits_json(struct json *json, const struct replay_waits *waits) {
    json_add_count(json, "jobs", waits->n);
    json_add_number(json, "mean_h", waits->mean);
    json_add_number(json, "p50_h", waits->p50);
    json_add_number(json, "p95_h", waits->p95);
    json_add_number(json, "p99_h", waits->p99);
}

static void add_tenants_json(struct json *json, const struct replay_study *study,
                             const struct replay *replay) {
    json_open_list(json, "by_tenant");
    for (uint32_t k = 0; k < replay->n_account; k++) {
        json_open_object(json, NULL);
        json_add_string(json, "name", study->trace.account.name[k]);
        add_waits_json(json, &replay->by_account[k].waits);
        json_add_number(json, "gpu_hours", replay->by_account[k].gpu_hours);
        json_add_number(json, "dominant_share", replay->by_account[k].share);
        json_close(json);
    }
    json_close(json);
}

static void add_sizes_json(struct json *json, const struct replay *replay) {
    json_open_list(json, "by_size");
    for (uint32_t s = 0; s < REPLAY_SIZES; s++) {
        if (replay->by_size[s].n > 0) {
            json_open_object(json, NULL);
            json_add_string(json, "gpus", s == 0 ? "0" : replay_size_names[s]);
            add_waits_json(json, &replay->by_size[s]);
            json_close(json);
        }
    }
    json_close(json);
}

// Points put together to SERIES_POINTS at most; each is the mean over its stretch, at the middle of it.
static void add_series_json(struct json *json, const struct replay *replay) {
    static const char *const names[] = {"at_h", "busy", "waiting", "out"};
    const uint32_t per = (replay->n_point + SERIES_POINTS - 1) / SERIES_POINTS;
    json_open_object(json, "series");
    for (int row = 0; row < 4; row++) {
        json_open_list(json, names[row]);
        for (uint32_t i = 0; i < replay->n_point; i += per) {
            const uint32_t end = i + per < replay->n_point ? i + per : replay->n_point;
            double sum = 0;
            for (uint32_t k = i; k < end; k++) {
                sum += row == 1   ? replay->used_at[k]
                       : row == 2 ? replay->waiting_at[k]
                                  : replay->out_at[k];
            }
            const double middle = (i + end) * 0.5 * replay->point_hours;
            json_add_number(json, NULL, row == 0 ? middle : sum / (end - i));
        }
        json_close(json);
    }
    json_close(json);
}

static void add_reach_json(struct json *json, const struct replay_difference *d) {
    json_open_object(json, "mean_wait_h");
    json_add_number(json, "mean", d->mean);
    json_add_number(json, "low", d->low);
    json_add_number(json, "high", d->high);
    json_close(json);
}

// What outages cost under a policy, against the same without any.
static void add_outages_json(struct json *json, const struct replay_case *it) {
    json_open_object(json, "outages");
    json_add_count(json, "failures", it->replay.n_down);
    json_add_count(json, "drains", it->replay.n_drained);
    json_add_count(json, "lost_runs", it->replay.n_lost);
    json_add_number(json, "lost_gpu_hours", it->replay.lost_gpu_hours);
    json_add_number(json, "out_gpu_hours", it->replay.out_gpu_hours);
    json_add_count(json, "reserved_jobs", it->replay.n_reserved);
    json_add_number(json, "calm_mean_wait_h", it->calm.waits.mean);
    add_reach_json(json, &it->outages);
    json_close(json);
}

static void add_policy_json(struct json *json, const struct replay_study *study,
                            const struct replay_case *it) {
    const struct replay *const replay = &it->replay;
    json_open_object(json, NULL);
    json_add_string(json, "name", it->name);
    json_open_object(json, "wait");
    add_waits_json(json, &replay->waits);
    json_close(json);
    add_tenants_json(json, study, replay);
    add_sizes_json(json, replay);
    json_add_number(json, "utilisation", replay->used);
    json_add_number(json, "unallocated_gpus", replay->free_while_waited);
    json_add_number(json, "waited_h", replay->hours_waited);
    json_add_number(json, "gpu_hours", replay->gpu_hours);
    json_add_number(json, "jain", replay->jain);
    json_add_count(json, "preemptions", replay->n_stopped);
    json_add_number(json, "done_again_gpu_hours", replay->again_gpu_hours);
    json_add_count(json, "backfilled", replay->n_backfilled);
    json_add_count(json, "never_began", replay->n_left);
    json_add_number(json, "energy_kwh", replay->kwh);
    json_add_number(json, "cost_krw", study->has_prices ? replay->cost : NAN);
    if (study->has_outages) {
        add_outages_json(json, it);
    }
    add_series_json(json, replay);
    json_close(json);
}

static void add_difference_json(struct json *json, const struct replay_study *study, uint32_t p) {
    const struct replay_difference *const d = &study->policy[p].difference;
    json_open_object(json, NULL);
    json_add_string(json, "policy", study->policy[p].name);
    json_add_string(json, "against", study->policy[0].name);
    add_reach_json(json, d);
    json_add_count(json, "jobs", d->n);
    json_add_count(json, "sooner", d->n_sooner);
    json_add_count(json, "later", d->n_later);
    json_close(json);
}

// When the first job came and the last one ended, where the trace's times are dates: many count from a zero of their own.
static void add_times_json(struct json *json, const struct replay_study *study) {
    char time[CLOCK_TEXT_BYTES];
    const int64_t from_us = study->trace.job[0].submit_us;
    if (from_us < YEAR_2000_US) {
        return;
    }
    const double hours_us = study->policy[0].replay.hours * REPLAY_HOUR_US;
    clock_text(from_us / 1000, time);
    json_add_string(json, "from", time);
    clock_text((from_us + llround(hours_us)) / 1000, time);
    json_add_string(json, "until", time);
}

void replay_add_json(struct json *json, const struct replay_study *study) {
    const struct replay *const first = &study->policy[0].replay;
    json_open_object(json, "trace");
    json_add_string(json, "title", study->title);
    json_add_count(json, "jobs", first->n_job);
    json_add_count(json, "passed_over", (uint64_t)first->n_without + first->n_unfit);
    json_add_count(json, "runs_again", study->trace.n_again);
    json_add_count(json, "gpus", study->cluster.n_gpu_all);
    json_add_count(json, "nodes", study->cluster.n_node);
    json_add_count(json, "tenants", study->trace.account.n);
    json_add_number(json, "inflate", study->inflate);
    json_add_number(json, "hours", first->hours);
    add_times_json(json, study);
    json_close(json);
    json_open_list(json, "policies");
    for (uint32_t p = 0; p < study->n_policy; p++) {
        add_policy_json(json, study, &study->policy[p]);
    }
    json_close(json);
    json_open_list(json, "difference");
    for (uint32_t p = 1; p < study->n_policy; p++) {
        add_difference_json(json, study, p);
    }
    json_close(json);
}
