#include "study/rounds/round_sentences.h"

#include <stdio.h>

#include "pool/round/round_rules.h"
#include "study/words/numerals.h"

// Limits of one kind at one place that lack in several quarters are told once, for the quarter that lacks most. Amounts are rounded
// up, so that what is said is enough.

enum { PART_BYTES = 4096, MOST_LACKS = 3 };

static const char *bytes_of(const struct text *text) { return text->bytes ? text->bytes : ""; }

uint32_t round_peak(const struct round *round, const uint32_t *gpus, uint32_t application) {
    const struct round_application *it = &round->application[application];
    uint32_t peak = 0;
    for (uint32_t q = 0; q < round->rules.n_quarter; q++) {
        uint32_t sum = 0;
        for (uint32_t i = it->first_line; i < it->first_line + it->n_line; i++) {
            const struct round_line *line = &round->line[i];
            sum += line->from <= q && q <= line->last ? (gpus ? gpus[i] : line->gpus) : 0;
        }
        peak = sum > peak ? sum : peak;
    }
    return peak;
}

// ---- amounts

struct watts {
    char text[80];
};

static struct watts watts_of(int64_t milliwatts) {
    struct watts out;
    const int64_t kilo = (milliwatts + 999999) / 1000000;
    if (kilo < 1000) {
        snprintf(out.text, sizeof out.text, "%s kW", numeral_count((uint64_t)kilo).text);
    } else {
        snprintf(out.text, sizeof out.text, "%s MW",
                 numeral((double)((kilo + 99) / 100) / 10, 1).text);
    }
    return out;
}

void round_add_lack(struct text *out, enum lang lang, const struct round *round,
                    const struct round_lack *lack) {
    const struct round_row row = round_row_at(round, lack->row);
    const bool has_site = row.kind == ROW_STOCK || row.kind == ROW_POWER || row.kind == ROW_COOLING;
    const char *site = has_site ? round->site[row.site].name : "";
    const struct numeral count = numeral_count((uint64_t)lack->amount);
    const struct watts watts = watts_of(lack->amount);
    struct text quarter;
    text_init(&quarter, PART_BYTES);
    if (has_site) {
        round_quarter_write(&quarter, &round->rules, row.quarter);
    }
    const char *when = bytes_of(&quarter);
    switch (row.kind) {
    case ROW_STOCK:
        words_add(out, lang, W_ROUND_LACK_STOCK,
                  (const char *const[]){count.text, round->type[row.type].name, site, when, NULL});
        break;
    case ROW_POWER:
    case ROW_COOLING:
        words_add(out, lang, row.kind == ROW_POWER ? W_ROUND_LACK_POWER : W_ROUND_LACK_COOLING,
                  (const char *const[]){watts.text, site, when, NULL});
        break;
    case ROW_CLASS:
    case ROW_REGION:
        words_add(out, lang, W_ROUND_LACK_CEILING,
                  (const char *const[]){count.text,
                                        row.kind == ROW_CLASS ? round->class_[row.group].name
                                                              : round->region[row.group].name,
                                        NULL});
        break;
    case ROW_INSTITUTION:
    case ROW_KINDS:
        words_add(out, lang, W_ROUND_LACK_INSTITUTION, (const char *const[]){count.text, NULL});
        break;
    }
    text_fini(&quarter);
}

// ---- lacks of a decision

static bool is_same_place(const struct round_row *a, const struct round_row *b) {
    return a->kind == b->kind && a->group == b->group && a->site == b->site && a->type == b->type;
}

// The largest lack of each kind and place, with how many quarters have one.
struct place {
    struct round_row row;
    struct round_lack most;
    uint32_t n_quarter;
};

static uint32_t join_places(const struct round *round, const struct round_why *why,
                            struct place *place, uint32_t most) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < why->n_lack; i++) {
        const struct round_row row = round_row_at(round, why->lack[i].row);
        uint32_t k = 0;
        while (k < n && !is_same_place(&place[k].row, &row)) {
            k++;
        }
        if (k == n && n < most) {
            place[n++] = (struct place){row, why->lack[i], 0};
        }
        if (k < n) {
            place[k].n_quarter++;
            place[k].most =
                why->lack[i].amount > place[k].most.amount ? why->lack[i] : place[k].most;
        }
    }
    return n;
}

static void add_lacks(struct text *out, enum lang lang, const struct round *round,
                      const struct round_why *why) {
    struct place place[MOST_LACKS];
    const uint32_t n = join_places(round, why, place, MOST_LACKS);
    for (uint32_t i = 0; i < n; i++) {
        struct text one, both;
        text_init(&one, PART_BYTES);
        text_init(&both, PART_BYTES);
        round_add_lack(&one, lang, round, &place[i].most);
        if (place[i].n_quarter > 1) {
            words_add(&both, lang, W_ROUND_LACK_QUARTERS,
                      (const char *const[]){bytes_of(&one),
                                            numeral_count(place[i].n_quarter - 1).text, NULL});
        } else {
            text_addz(&both, bytes_of(&one));
        }
        text_clear(&one);
        if (i > 0) {
            text_addz(&one, bytes_of(out));
            text_clear(out);
            words_add(out, lang, W_ROUND_AND,
                      (const char *const[]){bytes_of(&one), bytes_of(&both), NULL});
        } else {
            text_addz(out, bytes_of(&both));
        }
        text_fini(&one);
        text_fini(&both);
    }
}

// ---- a decision

static void add_rank(struct text *out, enum lang lang, const struct round_why *why) {
    const uint32_t rank = why->rank, tail = rank % 100;
    const char *end = tail >= 11 && tail <= 13 ? "th"
                      : rank % 10 == 1         ? "st"
                      : rank % 10 == 2         ? "nd"
                      : rank % 10 == 3         ? "rd"
                                               : "th";
    char place[32];
    snprintf(place, sizeof place, "%u%s", rank, lang == LANG_EN ? end : "");
    words_add(out, lang, W_ROUND_RANK,
              (const char *const[]){place, numeral_count(why->n_ranked).text, NULL});
}

static struct numeral points_of(int64_t milli) { return numeral((double)milli / ROUND_WHOLE, 2); }

static void add_state(struct text *out, enum lang lang, const struct round_told *told, uint32_t a,
                      const struct round_why *why, const char *rank, const char *lacks) {
    const struct round *round = told->round;
    const char *site = why->site == ROUND_NONE ? "" : round->site[why->site].name;
    const struct numeral got = numeral_count(round_peak(round, told->award->gpus, a));
    const struct numeral asked = numeral_count(round_peak(round, NULL, a));
    const struct numeral more = numeral_count(why->more);
    switch (why->state) {
    case WHY_ALL:
    case WHY_STATES:
        words_add(out, lang, W_ROUND_SAID_ALL, (const char *const[]){rank, got.text, site, NULL});
        break;
    case WHY_PART:
        words_add(out, lang, W_ROUND_SAID_PART,
                  (const char *const[]){rank, got.text, asked.text, site, more.text, lacks, NULL});
        break;
    case WHY_ROOM:
    case WHY_NEVER:
        words_add(out, lang, why->state == WHY_ROOM ? W_ROUND_SAID_ROOM : W_ROUND_SAID_NEVER,
                  (const char *const[]){rank, more.text, lacks, NULL});
        break;
    case WHY_POINTS:
        words_add(out, lang, W_ROUND_SAID_POINTS,
                  (const char *const[]){points_of(round->application[a].points_milli).text,
                                        points_of(round->rules.least_points_milli).text, NULL});
        break;
    }
}

void round_sentence(struct text *out, enum lang lang, const struct round_told *told, uint32_t a,
                    const struct round_why *why) {
    const struct round *round = told->round;
    struct text rank, lacks;
    text_init(&rank, PART_BYTES);
    text_init(&lacks, PART_BYTES);
    add_rank(&rank, lang, why);
    add_lacks(&lacks, lang, round, why);
    add_state(out, lang, told, a, why, bytes_of(&rank), bytes_of(&lacks));
    if (why->last != ROUND_NONE && why->last != a) {
        const struct round_application *last = &round->application[why->last];
        text_addz(out, " ");
        words_add(out, lang, W_ROUND_SAID_LAST,
                  (const char *const[]){
                      last->id,
                      points_of(round_points(round, last, told->award->site[why->last])).text,
                      points_of(round->application[a].points_milli).text, NULL});
    }
    if (told->n_tied && told->n_tied[a] > 1) {
        char seed[32];
        snprintf(seed, sizeof seed, "%llu", (unsigned long long)round->rules.seed);
        text_addz(out, " ");
        words_add(out, lang, W_ROUND_SAID_LOT,
                  (const char *const[]){numeral_count(told->n_tied[a]).text, seed, NULL});
    }
    text_fini(&rank);
    text_fini(&lacks);
}
