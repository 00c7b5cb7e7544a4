#include "study/rounds/round_figures.h"

#include <stdio.h>
#include <string.h>

#include "pool/round/round_rules.h"
#include "study/json_writer.h"
#include "study/words/numerals.h"

// Sums over the award, each made once. Limits of one kind and place are told for the quarter in which they are in the way of most.

static void count_moment(const struct round *round, const struct round_award *award, uint32_t site,
                         uint32_t quarter, struct round_moment *out) {
    *out =
        (struct round_moment){.cap_watts = round->cap_watts[round_site_at(round, site, quarter)]};
    int64_t milliwatts = 0;
    for (uint32_t t = 0; t < round->n_type; t++) {
        out->arrived += round->stock[round_stock_at(round, site, t, quarter)];
    }
    out->runnable = round_runnable(round, site, quarter, NULL);
    for (uint32_t i = 0; i < round->n_line; i++) {
        const struct round_line *line = &round->line[i];
        if (award->site[line->application] == site && line->from <= quarter &&
            quarter <= line->last) {
            out->awarded += award->gpus[i];
            milliwatts += round_milliwatts(round, site, line->type, award->gpus[i]);
        }
    }
    out->used_watts = milliwatts / ROUND_WHOLE;
}

void round_figures(const struct round *round, const struct round_award *award,
                   struct round_figures *out) {
    memset(out, 0, sizeof *out);
    out->offered = round_offered(round);
    for (uint32_t a = 0; a < round->n_application; a++) {
        const struct round_application *it = &round->application[a];
        struct round_share *const share[] = {&out->class_[it->class_], &out->region[it->region]};
        const int64_t got = round_got(round, award, a);
        for (int i = 0; i < 2; i++) {
            share[i]->n++;
            share[i]->n_awarded += got > 0;
            share[i]->asked += round_asked(round, it);
            share[i]->awarded += got;
        }
        out->n_awarded += got > 0;
        out->awarded += got;
        out->gpus_asked += round_peak(round, NULL, a);
        out->gpus_awarded += round_peak(round, award->gpus, a);
    }
    for (uint32_t s = 0; s < round->n_site; s++) {
        for (uint32_t q = 0; q < round->rules.n_quarter; q++) {
            count_moment(round, award, s, q, &out->moment[round_site_at(round, s, q)]);
        }
    }
}

static void say_short(const struct round_group *group, int64_t is_short, round_say say,
                      void *context) {
    if (is_short > 0) {
        say(context, W_ROUND_FLOOR_SHORT,
            (const char *const[]){group->name, numeral_count((uint64_t)is_short).text, NULL});
    }
}

void round_lead(const struct round_answer *answer, const struct round_figures *figures,
                round_say say, void *context) {
    const struct round *round = &answer->tables.round;
    const struct round_award *award = &answer->award;
    char seed[32];
    snprintf(seed, sizeof seed, "%llu", (unsigned long long)round->rules.seed);
    say(context, W_ROUND_LEAD,
        (const char *const[]){numeral_count(figures->n_awarded).text,
                              numeral_count(round->n_application).text,
                              numeral_count(figures->gpus_awarded).text,
                              numeral_count(figures->gpus_asked).text, NULL});
    const double used =
        figures->offered > 0 ? (double)figures->awarded / (double)figures->offered : 0;
    say(context, W_ROUND_USED, (const char *const[]){numeral_percent(used, 1).text, NULL});
    if (award->is_exact) {
        say(context, W_ROUND_EXACT, NULL);
    } else {
        const double gap =
            award->worth > 0 ? (double)(award->bound - award->worth) / (double)award->worth : 0;
        say(context, W_ROUND_GAP, (const char *const[]){numeral_percent(gap, 4).text, NULL});
    }
    say(context, award->is_lot_settled ? W_ROUND_LOT_SETTLED : W_ROUND_LOT_EQUALS,
        (const char *const[]){seed, NULL});
    for (uint32_t i = 0; i < round->n_class; i++) {
        say_short(&round->class_[i], award->short_class[i], say, context);
    }
    for (uint32_t i = 0; i < round->n_region; i++) {
        say_short(&round->region[i], award->short_region[i], say, context);
    }
}

// ---- limits in the way

static bool is_same_place(const struct round *round, uint32_t a, uint32_t b) {
    const struct round_row x = round_row_at(round, a), y = round_row_at(round, b);
    return x.kind == y.kind && x.site == y.site && x.type == y.type && x.group == y.group &&
           x.kind <= ROW_COOLING;
}

uint32_t round_most_in_way(const struct round_answer *answer, uint32_t *row, uint32_t n) {
    const struct round *round = &answer->tables.round;
    const uint32_t *in_way = answer->in_way;
    const uint32_t n_row = round_n_row(round);
    uint32_t n_out = 0;
    while (n_out < n) {
        uint32_t best = ROUND_NONE;
        for (uint32_t i = 0; i < n_row; i++) {
            bool is_told = in_way[i] == 0;
            for (uint32_t k = 0; !is_told && k < n_out; k++) {
                is_told = i == row[k] || is_same_place(round, i, row[k]);
            }
            best = !is_told && (best == ROUND_NONE || in_way[i] > in_way[best]) ? i : best;
        }
        if (best == ROUND_NONE) {
            break;
        }
        row[n_out++] = best;
    }
    return n_out;
}

// ---- JSON

static void add_shares(struct json *json, const char *key, const struct round_group *group,
                       uint32_t n, const struct round_share *share) {
    json_open_list(json, key);
    for (uint32_t i = 0; i < n; i++) {
        json_open_object(json, NULL);
        json_add_string(json, "name", group[i].name);
        json_add_count(json, "applications", share[i].n);
        json_add_count(json, "awarded_applications", share[i].n_awarded);
        json_add_integer(json, "asked_gpu_quarters", share[i].asked);
        json_add_integer(json, "awarded_gpu_quarters", share[i].awarded);
        json_close(json);
    }
    json_close(json);
}

static void add_moments(struct json *json, const struct round *round,
                        const struct round_figures *figures) {
    json_open_list(json, "sites");
    for (uint32_t s = 0; s < round->n_site; s++) {
        for (uint32_t q = 0; q < round->rules.n_quarter; q++) {
            const struct round_moment *moment = &figures->moment[round_site_at(round, s, q)];
            struct text quarter;
            text_init(&quarter, 64);
            round_quarter_write(&quarter, &round->rules, q);
            json_open_object(json, NULL);
            json_add_string(json, "site", round->site[s].name);
            json_add_string(json, "quarter", quarter.bytes);
            json_add_integer(json, "arrived", moment->arrived);
            json_add_integer(json, "runnable", moment->runnable);
            json_add_integer(json, "awarded", moment->awarded);
            json_add_integer(json, "used_watts", moment->used_watts);
            if (moment->cap_watts != ROUND_NO_CAP) {
                json_add_integer(json, "cap_watts", moment->cap_watts);
            }
            json_close(json);
            text_fini(&quarter);
        }
    }
    json_close(json);
}

static void add_decisions(struct json *json, struct round_answer *answer) {
    static const char *const state[WHY_STATES] = {"all", "part", "no room", "points", "never"};
    const struct round *round = &answer->tables.round;
    const struct round_told told = round_answer_told(answer);
    json_open_list(json, "decisions");
    for (uint32_t a = 0; a < round->n_application; a++) {
        const struct round_application *it = &round->application[a];
        const uint32_t site = answer->award.site[a];
        struct round_why why;
        round_why(&answer->reasons, a, &why);
        json_open_object(json, NULL);
        json_add_string(json, "application", it->id);
        json_add_string(json, "institution", round->institution[it->institution]);
        json_add_string(json, "class", round->class_[it->class_].name);
        json_add_string(json, "region", round->region[it->region].name);
        json_add_number(json, "points", (double)it->points_milli / ROUND_WHOLE);
        json_add_count(json, "rank", why.rank);
        json_add_string(json, "site", site == ROUND_NONE ? NULL : round->site[site].name);
        json_add_count(json, "asked", round_peak(round, NULL, a));
        json_add_count(json, "awarded", round_peak(round, answer->award.gpus, a));
        json_add_string(json, "state", state[why.state]);
        for (enum lang lang = LANG_EN; lang < N_LANG; lang++) {
            struct text said;
            text_init(&said, ROUND_TEXT_BYTES);
            round_sentence(&said, lang, &told, a, &why);
            json_add_string(json, lang == LANG_KO ? "ko" : "en", said.bytes ? said.bytes : "");
            text_fini(&said);
        }
        json_close(json);
    }
    json_close(json);
}

void round_json(struct text *out, struct round_answer *answer) {
    const struct round *round = &answer->tables.round;
    const struct round_award *award = &answer->award;
    struct round_figures figures;
    struct json json;
    round_figures(round, award, &figures);
    json_writer_init(&json, out);
    json_open_object(&json, NULL);
    json_add_string(&json, "title", round->rules.title);
    json_add_count(&json, "seed", round->rules.seed);
    json_add_count(&json, "applications", round->n_application);
    json_add_count(&json, "awarded_applications", figures.n_awarded);
    json_add_count(&json, "asked_gpus", figures.gpus_asked);
    json_add_count(&json, "awarded_gpus", figures.gpus_awarded);
    json_add_integer(&json, "offered_gpu_quarters", figures.offered);
    json_add_integer(&json, "awarded_gpu_quarters", figures.awarded);
    json_add_integer(&json, "worth", award->worth);
    json_add_integer(&json, "bound", award->bound);
    json_add_bool(&json, "is_proven", award->is_exact);
    json_add_bool(&json, "is_lot_settled", award->is_lot_settled);
    json_add_count(&json, "nodes", award->n_node);
    add_shares(&json, "classes", round->class_, round->n_class, figures.class_);
    add_shares(&json, "regions", round->region, round->n_region, figures.region);
    add_moments(&json, round, &figures);
    add_decisions(&json, answer);
    json_close(&json);
}
