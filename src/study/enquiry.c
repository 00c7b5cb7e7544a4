#include "study/enquiry.h"

#include "base/alloc.h"
#include "base/status.h"
#include "study/report/report.h"

#include <string.h>

// Both kinds become a struct comparison: a simulation is one with a single variant whose text is
// empty.

static maru_status make_variant(const struct enquiry *enquiry, struct variant *variant,
                                maru_error *err) {
    maru_status st = variant_parse(variant, err);
    variant->plant = enquiry->plant;
    for (size_t i = 0; st == MARU_OK && i < variant->n_setting; i++) {
        if (strcmp(variant->setting[i].name, "plant") == 0) { // another folder: not from afar
            st = fail(err, MARU_E_USAGE, "plant=...: a variant is of the same plant here");
        }
    }
    return st == MARU_OK ? variant_make_model(variant, enquiry->setting, enquiry->n_setting, err)
                         : st;
}

static void fini(struct comparison *c) {
    runs_fini(c->run, c->n_rep * c->n_variant);
    alloc_free(c->run);
    for (size_t v = 0; v < c->n_variant; v++) {
        variant_fini(&c->variant[v]);
    }
    alloc_free(c);
}

static maru_status prepare(const struct enquiry *enquiry, struct comparison **out,
                           maru_error *err) {
    if (enquiry->until_us <= 0 || enquiry->warmup_us < 0 ||
        enquiry->warmup_us >= enquiry->until_us) {
        return fail(err, MARU_E_USAGE, "the run ends before the warm-up is over");
    }
    struct comparison *c = alloc_new(1, sizeof *c);
    if (!c) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    *c = (struct comparison){.plant = enquiry->plant,
                             .folder = enquiry->name,
                             .n_rep = enquiry->n_rep,
                             .warmup_us = enquiry->warmup_us,
                             .until_us = enquiry->until_us,
                             .seed = enquiry->seed};
    maru_status st = MARU_OK;
    const size_t n_variant = enquiry->n_variant > 0 ? enquiry->n_variant : 1;
    for (size_t v = 0; st == MARU_OK && v < n_variant; v++) {
        struct variant *variant = &c->variant[c->n_variant++];
        *variant = (struct variant){.name = {(char)('A' + v), '\0'},
                                    .text = enquiry->n_variant > 0 ? enquiry->variant[v] : ""};
        st = make_variant(enquiry, variant, err);
    }
    if (st != MARU_OK) {
        fini(c);
        return st;
    }
    *out = c;
    return MARU_OK;
}

maru_status enquiry_check(const struct enquiry *enquiry, maru_error *err) {
    struct comparison *c = NULL;
    const maru_status st = prepare(enquiry, &c, err);
    if (st == MARU_OK && c) {
        fini(c);
    }
    return st;
}

static maru_status run(struct comparison *c, const struct runs_plan *plan, maru_error *err) {
    const size_t n = c->n_rep * c->n_variant;
    c->run = alloc_new(n, sizeof *c->run);
    if (!c->run) {
        return fail(err, MARU_E_MEMORY, "no memory for %zu runs", n);
    }
    for (size_t i = 0; i < n; i++) {
        c->run[i].model = c->variant[i % c->n_variant].model;
        c->run[i].seed = c->seed + i / c->n_variant;
    }
    struct runs_plan own = *plan;
    own.warmup_us = c->warmup_us;
    own.until_us = c->until_us;
    const maru_status st = runs_do(&own, c->run, n, err);
    if (st == MARU_OK && runs_with_results(c->run, n) == 0) {
        const struct run *worst = runs_worst(c->run, n);
        if (worst && err) {
            *err = worst->err;
        }
        return worst ? worst->status : fail(err, MARU_E_STOPPED, "stopped");
    }
    return st;
}

static maru_status tell_study(const struct enquiry *enquiry, const struct comparison *c,
                              struct answer *answer, maru_error *err) {
    const struct study study = {.plant = c->plant,
                                .folder = c->folder,
                                .run = c->run,
                                .n_run = c->n_rep,
                                .warmup_us = c->warmup_us,
                                .until_us = c->until_us,
                                .seed = c->seed,
                                .setting = enquiry->setting,
                                .n_setting = enquiry->n_setting};
    study_add_json(&answer->json, &study);
    study_add_figures(&answer->figures, &study);
    study_add_sentence(&answer->sentence_ko, &study, LANG_KO);
    study_add_sentence(&answer->sentence_en, &study, LANG_EN);
    const maru_status st = report_add(&answer->report_ko, &study, LANG_KO, err);
    return st == MARU_OK ? report_add(&answer->report_en, &study, LANG_EN, err) : st;
}

static maru_status tell_comparison(struct comparison *c, struct answer *answer, maru_error *err) {
    comparison_choose_rows(c);
    comparison_add_json(&answer->json, c);
    for (size_t v = 1; v < c->n_variant; v++) {
        text_addz(&answer->sentence_ko, v > 1 ? "\n" : "");
        text_addz(&answer->sentence_en, v > 1 ? "\n" : "");
        comparison_add_sentence(&answer->sentence_ko, c, v, LANG_KO);
        comparison_add_sentence(&answer->sentence_en, c, v, LANG_EN);
    }
    const maru_status st = report_add_comparison(&answer->report_ko, c, LANG_KO, err);
    return st == MARU_OK ? report_add_comparison(&answer->report_en, c, LANG_EN, err) : st;
}

maru_status enquiry_ask(const struct enquiry *enquiry, const struct runs_plan *plan,
                        struct answer *answer, maru_error *err) {
    struct text *const all[] = {&answer->json,        &answer->report_ko,   &answer->report_en,
                                &answer->sentence_ko, &answer->sentence_en, &answer->figures};
    *answer = (struct answer){0};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        text_init(all[i], ENQUIRY_MAX_ANSWER_BYTES);
    }
    struct comparison *c = NULL;
    maru_status st = prepare(enquiry, &c, err);
    if (st != MARU_OK || !c) {
        return st;
    }
    st = run(c, plan, err);
    if (st == MARU_OK) {
        answer->is_cut = runs_worst(c->run, c->n_rep * c->n_variant) != NULL;
        st = enquiry->n_variant > 0 ? tell_comparison(c, answer, err)
                                    : tell_study(enquiry, c, answer, err);
    }
    for (size_t i = 0; st == MARU_OK && i < sizeof all / sizeof all[0]; i++) {
        st = all[i]->status == MARU_OK ? MARU_OK
                                       : fail(err, all[i]->status, "no memory for the answer");
    }
    fini(c);
    return st;
}

void answer_fini(struct answer *answer) {
    text_fini(&answer->json);
    text_fini(&answer->report_ko);
    text_fini(&answer->report_en);
    text_fini(&answer->sentence_ko);
    text_fini(&answer->sentence_en);
    text_fini(&answer->figures);
}
