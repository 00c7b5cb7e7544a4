#include "study/rounds/round_examples.h"

#include <string.h>

#include "base/alloc.h"
#include "base/random.h"
#include "base/status.h"

// Tables that people wrote are those of examples/rounds, in the program as they stand there. The proposals of national_2026 are
// generated: each draw is a word of the random block of (seed, stream, application or institution), so more applications leave the
// first ones as they are. What is asked for together is made exact by eights, taken or added in the order of the applications.

extern const char round_small_rules[], round_small_types[], round_small_sites[],
    round_small_supply[], round_small_classes[], round_small_regions[], round_small_applications[],
    round_small_scores[];
extern const char round_national_rules[], round_national_types[], round_national_sites[],
    round_national_supply[], round_national_classes[], round_national_regions[];
extern const char round_korea_rules[], round_korea_types[], round_korea_sites[],
    round_korea_supply[], round_korea_classes[], round_korea_applications[];

enum { STREAM_APPLICATION = 1, STREAM_INSTITUTION, STREAM_SCORE, STEP_GPUS = 8, MOST_STEPS = 16 };

// ---- by chance

struct share { // of a hundred
    const char *name;
    uint32_t percent;
};
static const struct share classes[] = {{"academia", 58}, {"industry", 33}, {"institute", 9}};
static const struct share regions[] = {
    {"capital", 55}, {"central", 18}, {"south-east", 15}, {"south-west", 12}};
static const struct share purposes[] = {{"language model", 28}, {"medical images", 14},
                                        {"robots", 13},         {"semiconductor design", 11},
                                        {"weather", 8},         {"materials", 9},
                                        {"drug discovery", 10}, {"manufacturing", 7}};
static const struct share wishes[] = {{"", 60}, {"north", 16}, {"west", 12}, {"south", 12}};
static const uint32_t steps[][2] = {{1, 40}, {2, 25}, {4, 18}, {8, 13}, {16, 4}}; // eights, percent

static const char *draw(const struct share *share, uint32_t word) {
    uint32_t at = word % 100, i = 0;
    for (; at >= share[i].percent; i++) {
        at -= share[i].percent;
    }
    return share[i].name;
}

static uint32_t draw_steps(const struct round_generated *what, uint32_t a) {
    uint32_t at = random_at(what->seed, STREAM_APPLICATION, a).word[0] % 100, i = 0;
    for (; at >= steps[i][1]; i++) {
        at -= steps[i][1];
    }
    return steps[i][0];
}

// Eights of each application, together what is asked for.
static void make_sizes(const struct round_generated *what, uint32_t *size) {
    int64_t left = what->gpus / STEP_GPUS;
    for (uint32_t a = 0; a < what->n; a++) {
        size[a] = draw_steps(what, a);
        left -= size[a];
    }
    bool is_moved = true;
    while (left != 0 && is_moved) {
        is_moved = false;
        for (uint32_t a = 0; a < what->n && left != 0; a++) {
            const bool can = left > 0 ? size[a] < MOST_STEPS : size[a] > 1;
            size[a] = !can ? size[a] : left > 0 ? size[a] + 1 : size[a] - 1;
            left += !can ? 0 : left > 0 ? -1 : 1;
            is_moved = is_moved || can;
        }
    }
}

static void add_application(const struct round_generated *what, uint32_t a, uint32_t eights,
                            struct text *out) {
    const struct random_block own = random_at(what->seed, STREAM_APPLICATION, a);
    const struct random_block more =
        random_at(what->seed, STREAM_APPLICATION, ((uint64_t)1 << 32) + a);
    const uint32_t institution = own.word[1] % what->n_institution;
    const struct random_block its = random_at(what->seed, STREAM_INSTITUTION, institution);
    const uint32_t gpus = eights * STEP_GPUS;
    const uint32_t least = more.word[3] % 4 == 0 ? gpus : (eights + 1) / 2 * STEP_GPUS;
    text_addf(out, "P-%05u,Institution %04u,", a + 1, institution + 1);
    text_addf(out, "%s,%s,%s,", draw(classes, its.word[0]), draw(regions, its.word[1]),
              draw(purposes, own.word[2]));
    text_addf(out, "%u,%u,", 1 + own.word[3] % 5, 1 + more.word[0] % 5);
    text_addf(out, "%s,%s,", draw(wishes, more.word[1]), more.word[2] % 100 < 52 ? "H200" : "B200");
    text_addf(out, "%s,%s,", what->first_quarter, what->last_quarter);
    text_addf(out, "%u,%u\n", gpus, least);
}

// Reviewers agree about how good it is, up to 8 points either way.
static void add_scores(const struct round_generated *what, uint32_t a, struct text *out) {
    static const char *const criterion[] = {"impact", "ecosystem"};
    const struct random_block own = random_at(what->seed, STREAM_SCORE, a);
    for (uint32_t c = 0; c < 2; c++) {
        const uint32_t good = 400 + own.word[c] % 300 + own.word[2] % 200; // tenths
        for (uint32_t r = 0; r < 2; r++) {
            const uint32_t points = good + (own.word[3] >> (8 * (2 * c + r)) & 0xFF) % 80;
            text_addf(out, "P-%05u,%s,R%u,", a + 1, criterion[c], 1 + (own.word[c] + r) % 24);
            text_addf(out, "%u.%u\n", points / 10, points % 10);
        }
    }
}

void round_generate(const struct round_generated *what, struct text *applications,
                    struct text *scores) {
    uint32_t *size = alloc_new((size_t)what->n + 1, sizeof *size);
    text_addz(applications, "application,institution,class,region,purpose,readiness,priority,site,"
                            "type,from,until,gpus,least\n");
    text_addz(scores, "application,criterion,reviewer,points\n");
    if (!size) {
        applications->status = MARU_E_MEMORY;
        return;
    }
    make_sizes(what, size);
    for (uint32_t a = 0; a < what->n; a++) {
        add_application(what, a, size[a], applications);
        add_scores(what, a, scores);
    }
    alloc_free(size);
}

// ---- examples

static const char *const small[ROUND_FILES] = {
    [ROUND_FILE_RULES] = round_small_rules,
    [ROUND_FILE_TYPES] = round_small_types,
    [ROUND_FILE_SITES] = round_small_sites,
    [ROUND_FILE_SUPPLY] = round_small_supply,
    [ROUND_FILE_CLASSES] = round_small_classes,
    [ROUND_FILE_REGIONS] = round_small_regions,
    [ROUND_FILE_APPLICATIONS] = round_small_applications,
    [ROUND_FILE_SCORES] = round_small_scores,
};
static const char *const national[ROUND_FILES] = {
    [ROUND_FILE_RULES] = round_national_rules,     [ROUND_FILE_TYPES] = round_national_types,
    [ROUND_FILE_SITES] = round_national_sites,     [ROUND_FILE_SUPPLY] = round_national_supply,
    [ROUND_FILE_CLASSES] = round_national_classes, [ROUND_FILE_REGIONS] = round_national_regions,
};
static const char *const korea[ROUND_FILES] = {
    [ROUND_FILE_RULES] = round_korea_rules,
    [ROUND_FILE_TYPES] = round_korea_types,
    [ROUND_FILE_SITES] = round_korea_sites,
    [ROUND_FILE_SUPPLY] = round_korea_supply,
    [ROUND_FILE_CLASSES] = round_korea_classes,
    [ROUND_FILE_APPLICATIONS] = round_korea_applications,
};
static const struct {
    const char *name;
    const char *const *file;
    struct round_generated generated; // n 0: nothing
} examples[] = {
    {"small", small, {.n = 0}},
    {"national_2026", national, {20260303, 514, 13712, 320, "2026Q2", "2027Q1"}},
    {"korea_260k", korea, {.n = 0}},
};

maru_status round_example(const char *name, struct text file[ROUND_FILES], maru_error *err) {
    size_t i = 0;
    while (i < sizeof examples / sizeof examples[0] && strcmp(examples[i].name, name) != 0) {
        i++;
    }
    if (i == sizeof examples / sizeof examples[0]) {
        return fail(err, MARU_E_USAGE, "there is no example '%s': small, national_2026, korea_260k",
                    name);
    }
    for (int k = 0; k < ROUND_FILES; k++) {
        if (examples[i].file[k]) {
            text_addz(&file[k], examples[i].file[k]);
        }
    }
    if (examples[i].generated.n > 0) {
        round_generate(&examples[i].generated, &file[ROUND_FILE_APPLICATIONS],
                       &file[ROUND_FILE_SCORES]);
    }
    for (int k = 0; k < ROUND_FILES; k++) {
        if (file[k].status != MARU_OK) {
            return fail(err, MARU_E_MEMORY, "no memory");
        }
    }
    return MARU_OK;
}
