#include "cli/round/round_told.h"

#include "study/words/numerals.h"

// Sentences first, then tables; names of tables are hostile and go through table_add_safe.

enum { TELL_BYTES = 1 << 20 };

struct saying {
    struct text *out;
    const struct call *call;
};

static void add_safe(struct text *out, const char *bytes) {
    for (const char *at = bytes; *at; at++) { // nothing that moves the cursor
        const char c = (char)((unsigned char)*at < 0x20 || *at == 0x7F ? '?' : *at);
        text_add(out, &c, 1);
    }
}

static void say(void *context, enum word id, const char *const *arguments) {
    const struct saying *saying = context;
    struct text one;
    text_init(&one, TELL_BYTES);
    words_add(&one, saying->call->lang, id, arguments);
    add_safe(saying->out, one.bytes ? one.bytes : "");
    text_addz(saying->out, "\n");
    text_fini(&one);
}

static void add_cell(struct table *table, const char *name) {
    struct text safe;
    text_init(&safe, TELL_BYTES);
    table_add_safe(&safe, name);
    table_add(table, STYLE_PLAIN, safe.bytes ? safe.bytes : "");
    text_fini(&safe);
}

static void add_count(struct table *table, int64_t value) {
    table_add(table, STYLE_PLAIN, numeral_count((uint64_t)value).text);
}

static void add_columns(struct table *table, enum lang lang, const enum word *title, size_t n) {
    for (size_t i = 0; i < n; i++) {
        table_column(table, i == 0 ? ALIGN_LEFT : ALIGN_RIGHT, word(lang, title[i]));
    }
}

static void add_shares(struct text *out, const struct call *call, enum word name,
                       const struct round_group *group, uint32_t n,
                       const struct round_figures *figures, const struct round_share *share) {
    const enum word title[] = {name,          W_ROUND_N,       W_ROUND_N_AWARDED,
                               W_ROUND_ASKED, W_ROUND_AWARDED, W_ROUND_SHARE,
                               W_ROUND_FLOOR, W_ROUND_CEILING};
    struct table table;
    table_init(&table);
    add_columns(&table, call->lang, title, sizeof title / sizeof title[0]);
    for (uint32_t i = 0; i < n; i++) {
        add_cell(&table, group[i].name);
        add_count(&table, share[i].n);
        add_count(&table, share[i].n_awarded);
        add_count(&table, share[i].asked);
        add_count(&table, share[i].awarded);
        const double part =
            figures->offered > 0 ? (double)share[i].awarded / (double)figures->offered : 0;
        table_add(&table, STYLE_PLAIN, numeral_percent(part, 1).text);
        table_add(&table, STYLE_PLAIN,
                  group[i].floor_milli > 0 ? numeral_percent(group[i].floor_milli / 1000.0, 1).text
                                           : "");
        table_add(&table, STYLE_PLAIN,
                  group[i].ceiling_milli < ROUND_WHOLE
                      ? numeral_percent(group[i].ceiling_milli / 1000.0, 1).text
                      : "");
    }
    (void)table_print(&table, call->look, out);
    table_fini(&table);
}

void round_tell_award(struct text *out, const struct call *call, struct round_answer *answer) {
    const struct round *round = &answer->tables.round;
    struct saying saying = {out, call};
    struct round_figures figures;
    round_figures(round, &answer->award, &figures);
    round_lead(answer, &figures, say, &saying);
    text_addz(out, "\n");
    add_shares(out, call, W_ROUND_CLASS, round->class_, round->n_class, &figures, figures.class_);
    text_addz(out, "\n");
    add_shares(out, call, W_ROUND_REGION, round->region, round->n_region, &figures, figures.region);
}

void round_tell_ranks(struct text *out, const struct call *call, const struct round *round,
                      const uint32_t *order) {
    struct table table;
    table_init(&table);
    table_column(&table, ALIGN_RIGHT, word(call->lang, W_ROUND_RANKED));
    table_column(&table, ALIGN_LEFT, word(call->lang, W_ROUND_APPLICATION));
    table_column(&table, ALIGN_LEFT, word(call->lang, W_ROUND_INSTITUTION));
    table_column(&table, ALIGN_LEFT, word(call->lang, W_ROUND_CLASS));
    table_column(&table, ALIGN_RIGHT, word(call->lang, W_ROUND_ASKED));
    table_column(&table, ALIGN_RIGHT, word(call->lang, W_ROUND_POINTS));
    for (uint32_t i = 0; i < round->n_application; i++) {
        const struct round_application *it = &round->application[order[i]];
        if (round_is_eligible(round, it)) {
            add_count(&table, i + 1);
        } else {
            table_add(&table, STYLE_DIM, "-");
        }
        add_cell(&table, it->id);
        add_cell(&table, round->institution[it->institution]);
        add_cell(&table, round->class_[it->class_].name);
        add_count(&table, round_peak(round, NULL, order[i]));
        table_add(&table, STYLE_PLAIN, numeral((double)it->points_milli / ROUND_WHOLE, 2).text);
    }
    (void)table_print(&table, call->look, out);
    table_fini(&table);
}

void round_tell_one(struct text *out, const struct call *call, struct round_answer *answer,
                    uint32_t application, const struct round_trial *trial) {
    const struct round_told told = round_answer_told(answer);
    struct saying saying = {out, call};
    struct round_why why;
    struct text said;
    text_init(&said, TELL_BYTES);
    round_why(&answer->reasons, application, &why);
    round_sentence(&said, call->lang, &told, application, &why);
    add_safe(out, said.bytes ? said.bytes : "");
    text_addz(out, "\n");
    text_fini(&said);
    const struct numeral enough = numeral((double)trial->enough / ROUND_WHOLE, 1);
    const struct numeral few = numeral((double)trial->too_few / ROUND_WHOLE, 1);
    if (why.state == WHY_ROOM || why.state == WHY_NEVER || why.state == WHY_POINTS) {
        say(&saying, trial->has_points ? W_ROUND_EXPLAIN_POINTS : W_ROUND_EXPLAIN_NO_POINTS,
            (const char *const[]){enough.text, few.text, NULL});
    }
    if (trial->has_limits) {
        const bool has_more =
            trial->with_limits > round_peak(told.round, told.award->gpus, application);
        say(&saying, has_more ? W_ROUND_EXPLAIN_LIMITS : W_ROUND_EXPLAIN_OTHERS,
            (const char *const[]){numeral_count(trial->with_limits).text, NULL});
    }
}

void round_tell_change(struct text *out, const struct call *call, const struct round_answer *before,
                       const struct round_answer *after) {
    const struct round *round = &before->tables.round;
    const enum word title[] = {W_ROUND_CLASS, W_ROUND_BEFORE, W_ROUND_AFTER, W_ROUND_CHANGE};
    struct saying saying = {out, call};
    struct round_change change;
    round_compare(before, after, &change);
    if (change.n_gain + change.n_lose == 0) {
        say(&saying, W_ROUND_CHANGE_NONE, NULL);
        return;
    }
    say(&saying, W_ROUND_CHANGE_LEAD,
        (const char *const[]){numeral_count(change.n_gain).text, numeral_count(change.n_lose).text,
                              numeral_count((uint64_t)change.moved).text, NULL});
    struct table table;
    table_init(&table);
    add_columns(&table, call->lang, title, sizeof title / sizeof title[0]);
    for (uint32_t i = 0; i < round->n_class; i++) {
        add_cell(&table, round->class_[i].name);
        add_count(&table, change.by_class[0][i]);
        add_count(&table, change.by_class[1][i]);
        table_add(&table, STYLE_PLAIN,
                  numeral_signed((double)(change.by_class[1][i] - change.by_class[0][i]), 0).text);
    }
    (void)table_print(&table, call->look, out);
    table_fini(&table);
}

void round_tell_events(struct text *out, const struct call *call, const struct round_done *done) {
    const enum word title[] = {W_ROUND_INSTITUTION, W_ROUND_TYPE, W_ROUND_DAY, W_ROUND_EVENT};
    struct table table;
    if (done->n_event == 0) {
        return;
    }
    table_init(&table);
    for (size_t i = 0; i < sizeof title / sizeof title[0]; i++) {
        table_column(&table, ALIGN_LEFT, word(call->lang, title[i]));
    }
    for (uint32_t i = 0; i < done->n_event; i++) {
        const struct lease_event *event = &done->event[i];
        struct text text;
        text_init(&text, TELL_BYTES);
        add_cell(&table, done->round->institution[event->institution]);
        add_cell(&table, done->round->type[event->type].name);
        round_day_write(&text, event->day);
        add_cell(&table, text.bytes);
        text_clear(&text);
        words_add(&text, call->lang, event->kind == LEASE_WARNED ? W_ROUND_WARNED : W_ROUND_TAKEN,
                  event->kind == LEASE_WARNED
                      ? (const char *const[]){numeral_count(event->idle_days).text,
                                              numeral_count(event->gpus).text, NULL}
                      : (const char *const[]){numeral_count(event->idle_days).text,
                                              numeral_count(event->kept).text,
                                              numeral_count(event->gpus).text, NULL});
        table_add(&table, event->kind == LEASE_WARNED ? STYLE_WARN : STYLE_BAD, text.bytes);
        text_fini(&text);
    }
    (void)table_print(&table, call->look, out);
    table_fini(&table);
}
