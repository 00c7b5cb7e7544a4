#include "study/rounds/round_asking.h"

#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "pool/round/round_check.h"
#include "pool/round/round_greedy.h"
#include "pool/round/round_rules.h"
#include "rounds/award_solving.h"

// Whatever is written was checked first: an award that breaks a rule is never written, nor leased.

enum { TRIED_MILLI = 100 * ROUND_WHOLE, STEP_MILLI = ROUND_WHOLE / 10 };

// ---- solving

static maru_status count_in_way(struct round_answer *answer, maru_error *err) {
    const struct round *round = &answer->tables.round;
    struct round_why *why = alloc_new(1, sizeof *why);
    answer->in_way = alloc_new((size_t)round_n_row(round) + 1, sizeof *answer->in_way);
    if (!why || !answer->in_way) {
        alloc_free(why);
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    for (uint32_t a = 0; a < round->n_application; a++) {
        round_why(&answer->reasons, a, why);
        for (uint32_t i = 0; i < why->n_lack; i++) {
            answer->in_way[why->lack[i].row]++;
        }
    }
    alloc_free(why);
    return MARU_OK;
}

maru_status round_answer_make(struct round_answer *answer, const struct round_place *place,
                              const char *rules, const struct award_watch *watch,
                              maru_faults *faults, maru_error *err) {
    *answer = (struct round_answer){0};
    maru_status st = round_folder_read(place, rules, faults, &answer->tables, err);
    const struct round *round = &answer->tables.round;
    st = st == MARU_OK ? round_award_init(round, &answer->award, err) : st;
    if (st == MARU_OK) {
        answer->n_tied = alloc_new((size_t)round->n_application + 1, sizeof *answer->n_tied);
        st = answer->n_tied ? award_solve(round, NULL, watch, &answer->award, answer->n_tied, err)
                            : fail(err, MARU_E_MEMORY, "no memory");
    }
    st = st == MARU_OK ? round_check(round, &answer->award, err) : st;
    st = st == MARU_OK ? round_reasons_init(&answer->reasons, round, &answer->award, err) : st;
    return st == MARU_OK ? count_in_way(answer, err) : st;
}

static maru_status read_award(struct round_answer *answer, const struct round_place *place,
                              maru_faults *faults, maru_error *err) {
    const struct round *round = &answer->tables.round;
    struct round_floors floors;
    struct text text;
    bool has = false;
    text_init(&text, ROUNDS_MAX_FILE_BYTES);
    maru_status st = round_folder_file(place, "awards.csv", &text, &has, err);
    if (st == MARU_OK && !has) {
        st = fail_at(err, MARU_E_IO, "awards.csv", 0, 0, "the file is missing");
    }
    st = st == MARU_OK
             ? award_table_read(text.bytes, text.n_bytes, round, faults, &answer->award, err)
             : st;
    round_floors(round, &floors); // what floors lack is the award's own word
    if (st == MARU_OK) {
        (void)round_count_short(round, &floors, &answer->award);
    }
    text_fini(&text);
    return st;
}

maru_status round_answer_read(struct round_answer *answer, const struct round_place *place,
                              const struct round_facts *facts, maru_faults *faults,
                              maru_error *err) {
    *answer = (struct round_answer){0};
    maru_status st = round_folder_read(place, NULL, faults, &answer->tables, err);
    const struct round *round = &answer->tables.round;
    st = st == MARU_OK ? round_award_init(round, &answer->award, err) : st;
    st = st == MARU_OK ? read_award(answer, place, faults, err) : st;
    if (st == MARU_OK) {
        answer->award.bound = facts->bound;
        answer->award.is_exact = facts->is_exact;
        answer->award.is_lot_settled = facts->is_lot_settled;
        answer->n_tied = alloc_new((size_t)round->n_application + 1, sizeof *answer->n_tied);
        st = answer->n_tied ? round_deal(round, &answer->award, answer->n_tied, err)
                            : fail(err, MARU_E_MEMORY, "no memory");
    }
    st = st == MARU_OK ? round_check(round, &answer->award, err) : st;
    st = st == MARU_OK ? round_reasons_init(&answer->reasons, round, &answer->award, err) : st;
    return st == MARU_OK ? count_in_way(answer, err) : st;
}

void round_answer_fini(struct round_answer *answer) {
    round_reasons_fini(&answer->reasons);
    round_award_fini(&answer->award);
    alloc_free(answer->n_tied);
    alloc_free(answer->in_way);
    round_tables_fini(&answer->tables);
    *answer = (struct round_answer){0};
}

struct round_told round_answer_told(const struct round_answer *answer) {
    return (struct round_told){&answer->tables.round, &answer->award, answer->n_tied};
}

// ---- writing

static void write_decisions(struct text *out, struct round_answer *answer) {
    const struct round_told told = round_answer_told(answer);
    static const char *const header = "application,en,ko\n";
    text_addz(out, header);
    for (uint32_t a = 0; a < told.round->n_application; a++) {
        struct round_why why;
        round_why(&answer->reasons, a, &why);
        text_add_csv(out, told.round->application[a].id);
        for (enum lang lang = LANG_EN; lang < N_LANG; lang++) {
            struct text said;
            text_init(&said, ROUND_TEXT_BYTES);
            round_sentence(&said, lang, &told, a, &why);
            text_addz(out, ",");
            text_add_csv(out, said.bytes ? said.bytes : "");
            text_fini(&said);
        }
        text_addz(out, "\n");
    }
}

static maru_status add_record(const struct round_place *place, const char *time, const char *what,
                              const char *subject, const char *detail, maru_error *err) {
    struct text record;
    bool has = false;
    text_init(&record, ROUND_TEXT_BYTES);
    maru_status st = round_folder_file(place, "record.csv", &record, &has, err);
    st = st == MARU_OK ? round_record_add(&record, time, what, subject, detail, err) : st;
    st = st == MARU_OK ? round_folder_write(place, "record.csv", &record, err) : st;
    text_fini(&record);
    return st;
}

maru_status round_answer_write(struct round_answer *answer, const struct round_place *place,
                               const char *time, maru_error *err) {
    const struct round *round = &answer->tables.round;
    struct text awards, decisions, detail;
    text_init(&awards, ROUND_TEXT_BYTES);
    text_init(&decisions, ROUND_TEXT_BYTES);
    text_init(&detail, ROUND_TEXT_BYTES);
    award_table_write(&awards, round, &answer->award, answer->reasons.rank);
    write_decisions(&decisions, answer);
    text_addf(&detail, "%s=%llu ", "seed", (unsigned long long)round->rules.seed);
    text_addf(&detail, "%s=%lld ", "worth", (long long)answer->award.worth);
    text_addf(&detail, "%s=%lld", "bound", (long long)answer->award.bound);
    maru_status st = round_folder_write(place, "awards.csv", &awards, err);
    st = st == MARU_OK ? round_folder_write(place, "decisions.csv", &decisions, err) : st;
    st = st == MARU_OK ? add_record(place, time, "award", round->rules.title, detail.bytes, err)
                       : st;
    text_fini(&awards);
    text_fini(&decisions);
    text_fini(&detail);
    return st;
}

// ---- trying

struct trying {
    struct round round; // with applications of its own
    struct round_application *application;
    struct round_award award;
    uint32_t a;
};

static maru_status try_points(struct trying *t, const struct round_answer *answer, int64_t more,
                              bool *gets, maru_error *err) {
    t->application[t->a].points_milli = answer->tables.round.application[t->a].points_milli + more;
    round_award_fini(&t->award);
    maru_status st = round_award_init(&t->round, &t->award, err);
    st = st == MARU_OK ? award_solve(&t->round, NULL, NULL, &t->award, NULL, err) : st;
    if (st == MARU_OK) {
        *gets = t->award.site[t->a] != ROUND_NONE;
    }
    return st;
}

static maru_status bisect_points(struct trying *t, const struct round_answer *answer,
                                 struct round_trial *out, maru_error *err) {
    bool gets = false;
    maru_status st = try_points(t, answer, TRIED_MILLI, &gets, err);
    out->has_points = gets;
    out->enough = TRIED_MILLI;
    while (st == MARU_OK && out->has_points && out->enough - out->too_few > STEP_MILLI) {
        const int64_t middle = (out->enough + out->too_few) / 2;
        st = try_points(t, answer, middle, &gets, err);
        *(gets ? &out->enough : &out->too_few) = middle;
    }
    t->application[t->a].points_milli = answer->tables.round.application[t->a].points_milli;
    return st;
}

static maru_status try_limits(struct trying *t, const struct round_answer *answer,
                              struct round_trial *out, maru_error *err) {
    const size_t n_row = (size_t)round_n_row(&t->round) + 1;
    struct round_reasons reasons;
    struct round_why *why = alloc_new(1, sizeof *why);
    int64_t *limit = alloc_new(n_row, sizeof *limit);
    maru_status st = round_reasons_init(&reasons, &answer->tables.round, &answer->award, err);
    st = st == MARU_OK && (!why || !limit) ? fail(err, MARU_E_MEMORY, "no memory") : st;
    if (st == MARU_OK) {
        round_why(&reasons, t->a, why);
        round_limits(&t->round, limit);
        for (uint32_t i = 0; i < why->n_lack; i++) {
            limit[why->lack[i].row] += why->lack[i].amount;
        }
        out->has_limits = why->n_lack > 0;
        round_award_fini(&t->award);
        st = round_award_init(&t->round, &t->award, err);
    }
    st = st == MARU_OK && out->has_limits
             ? award_solve(&t->round, limit, NULL, &t->award, NULL, err)
             : st;
    if (st == MARU_OK) {
        out->with_limits = round_peak(&t->round, t->award.gpus, t->a);
    }
    round_reasons_fini(&reasons);
    alloc_free(why);
    alloc_free(limit);
    return st;
}

maru_status round_answer_try(const struct round_answer *answer, uint32_t application,
                             struct round_trial *out, maru_error *err) {
    const size_t n = answer->tables.round.n_application;
    struct trying t = {.round = answer->tables.round, .a = application};
    *out = (struct round_trial){.too_few = 0};
    t.application = alloc_new(n + 1, sizeof *t.application);
    if (!t.application) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    memcpy(t.application, answer->tables.round.application, n * sizeof *t.application);
    t.round.application = t.application;
    maru_status st = answer->award.site[application] == ROUND_NONE
                         ? bisect_points(&t, answer, out, err)
                         : MARU_OK;
    st = st == MARU_OK ? try_limits(&t, answer, out, err) : st;
    round_award_fini(&t.award);
    alloc_free(t.application);
    return st;
}

void round_compare(const struct round_answer *before, const struct round_answer *after,
                   struct round_change *out) {
    const struct round *round = &before->tables.round;
    *out = (struct round_change){.n_gain = 0};
    for (uint32_t a = 0; a < round->n_application; a++) {
        const int64_t was = round_got(round, &before->award, a);
        const int64_t is = round_got(&after->tables.round, &after->award, a);
        out->n_gain += is > was;
        out->n_lose += is < was;
        out->moved += is > was ? is - was : 0;
        out->by_class[0][round->application[a].class_] += was;
        out->by_class[1][round->application[a].class_] += is;
    }
}
