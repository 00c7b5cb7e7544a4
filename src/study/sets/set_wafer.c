#include "study/sets/sets.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/status.h"
#include "learn/measures/bootstrap.h"
#include "train/maps/wafer_model.h"

// Wafer maps, in the split that these copies come in: learned from the training part, measured on the validation part. Files are
// NAME_train.bin.gz and NAME_val.bin.gz, in the folder or in NAME/ below it; where there is a NAME_test.bin.gz its maps are answered too, in
// the predictions alone.
//
//     wm811k      a map has one of nine patterns: accuracy, F1 of each, and their mean
//     mixedwm38   a map has any of eight patterns at once, or none, as bits: how often all are right, F1 of each, and their mean
//
// Options were chosen on a fifth of the training part, with the rest learned from: those of wafer_fit_usual for wm811k; for mixedwm38, whose
// 38 sets of labels are about equally frequent and whose shapes lie over each other, more of the net and no fairness. With several seeds
// the probabilities of as many models are averaged.
//
// The predictions: part, number of the map, true label, answered label, probability of each class. The details: how often each label was
// answered where each was true.

enum {
    MAX_SET_BYTES = 1 << 29,
    MAX_PATTERNS = 9,
    N_BOOTSTRAP = 1000,
    SHORT_STEP = 40, // of a short run: one of so many maps
    N_LABEL = WAFER_MAX_LABEL + 1,
};

struct pattern {
    uint32_t label; // or bit
    const char *english, *korean;
    double ordinary; // F1 that features and extra trees reach; NAN: not known
};

struct wafer_set {
    const char *name;
    bool is_mixed; // labels are bits
    uint32_t n_pass, n_round;
    double net_share, fairness;
    double exact_ordinary, exact_wanted, macro_ordinary, macro_wanted;
    uint32_t n_pattern;
    struct pattern pattern[MAX_PATTERNS];
};

static const struct wafer_set sets[] = {
    {"wm811k",
     false,
     12,
     120,
     0.35,
     0.3,
     0.945,
     (double)NAN,
     0.873,
     0.89,
     9,
     {{0, "none", "없음", (double)NAN},
      {1, "Center", "중심", (double)NAN},
      {2, "Donut", "도넛", 0.83},
      {3, "Edge-Loc", "가장자리 국소", (double)NAN},
      {4, "Edge-Ring", "가장자리 고리", (double)NAN},
      {5, "Loc", "국소", 0.72},
      {6, "Near-full", "거의 전체", (double)NAN},
      {7, "Random", "무작위", (double)NAN},
      {8, "Scratch", "긁힘", 0.75}}},
    {"mixedwm38",
     true,
     20,
     16,
     0.8,
     0,
     (double)NAN,
     0.90,
     (double)NAN,
     (double)NAN,
     8,
     {{1, "Center", "중심", (double)NAN},
      {2, "Donut", "도넛", (double)NAN},
      {4, "Edge-Loc", "가장자리 국소", (double)NAN},
      {8, "Edge-Ring", "가장자리 고리", (double)NAN},
      {16, "Loc", "국소", (double)NAN},
      {32, "Near-full", "거의 전체", (double)NAN},
      {64, "Scratch", "긁힘", (double)NAN},
      {128, "Random", "무작위", (double)NAN}}},
};

// ---- files

struct part {
    struct text bytes;
    struct wafer_map *map;
    uint32_t n_map;
};

static void close_part(struct part *part) {
    alloc_free(part->map);
    text_fini(&part->bytes);
}

// NAME_PART.bin.gz.
static maru_status read_part(const struct set_run *run, const char *name, struct part *part,
                             maru_error *err) {
    char file[64];
    snprintf(file, sizeof file, "%s_%s.bin.gz", run->name, name);
    text_init(&part->bytes, MAX_SET_BYTES);
    maru_status st = set_read_file(run, run->name, file, &part->bytes, err);
    if (st == MARU_OK) {
        st = wafer_maps_read((const uint8_t *)part->bytes.bytes, part->bytes.n_bytes, &part->map,
                             &part->n_map, err);
    }
    for (uint32_t i = 0; run->is_short && st == MARU_OK && i * SHORT_STEP < part->n_map; i++) {
        part->map[i] = part->map[(size_t)i * SHORT_STEP];
    }
    part->n_map = run->is_short ? (part->n_map + SHORT_STEP - 1) / SHORT_STEP : part->n_map;
    return st;
}

// ---- models

struct wafer_work {
    const struct set_run *run;
    const struct wafer_set *set;
    struct part train, validation, test;
    uint32_t n_class;
    uint32_t label[N_LABEL];  // (n_class)
    float *probability;       // (n_map of both parts x n_class)
    uint32_t *truth, *answer; // (n_map of validation) labels
    uint32_t seed;            // of the run, from 0
};

static bool look(void *context, const char *what, double share) {
    const struct wafer_work *work = context;
    const double before = strcmp(what, "net") == 0 ? 0.4 : strcmp(what, "trees") == 0 ? 0.05 : 0;
    const double within = before > 0.1 ? before + 0.5 * share : before;
    set_progress(work->run, (work->seed + within) / work->run->n_seed, what);
    return true;
}

static maru_status fit(struct wafer_work *work, struct wafer_model **out, maru_error *err) {
    struct wafer_fit_options options = wafer_fit_usual();
    options.n_pass = work->run->is_short ? 2 : work->set->n_pass;
    options.n_round = work->run->is_short ? 5 : work->set->n_round;
    options.net_share = work->set->net_share;
    options.fairness = work->set->fairness;
    options.n_thread = work->run->n_thread;
    options.seed = work->run->seed + work->seed;
    options.look = look;
    options.context = work;
    return wafer_model_fit(work->train.map, work->train.n_map, &options, out, err);
}

// Add what a model says of the maps of a part.
static maru_status add_answers(struct wafer_work *work, const struct wafer_model *model,
                               const struct part *part, float *sum, maru_error *err) {
    const size_t n = (size_t)part->n_map * work->n_class;
    float *said = alloc_new(n > 0 ? n : 1, sizeof *said);
    if (!said) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    const maru_status st =
        wafer_model_answer(model, part->map, part->n_map, work->run->n_thread, said, err);
    for (size_t i = 0; st == MARU_OK && i < n; i++) {
        sum[i] += said[i] / (float)work->run->n_seed;
    }
    alloc_free(said);
    return st;
}

static maru_status fit_and_answer(struct wafer_work *work, maru_error *err) {
    struct wafer_model *model = NULL;
    maru_status st = fit(work, &model, err);
    if (st != MARU_OK) {
        return st;
    }
    const size_t n_map = (size_t)work->validation.n_map + work->test.n_map;
    work->n_class = wafer_model_n_class(model);
    memcpy(work->label, wafer_model_labels(model), work->n_class * sizeof *work->label);
    if (!work->probability) {
        work->probability = alloc_new(n_map * work->n_class, sizeof *work->probability);
    }
    if (!work->probability) {
        wafer_model_free(model);
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    st = add_answers(work, model, &work->validation, work->probability, err);
    if (st == MARU_OK) {
        st = add_answers(work, model, &work->test,
                         work->probability + (size_t)work->validation.n_map * work->n_class, err);
    }
    wafer_model_free(model);
    return st;
}

static uint32_t answer_of(const struct wafer_work *work, size_t row) {
    const float *p = work->probability + row * work->n_class;
    uint32_t best = 0;
    for (uint32_t c = 1; c < work->n_class; c++) {
        best = p[c] > p[best] ? c : best;
    }
    return work->label[best];
}

// ---- measures

struct judged {
    const struct wafer_set *set;
    const uint32_t *truth, *answer; // (n) labels
    uint32_t n, pattern;
};

static bool has(const struct judged *judged, uint32_t label) {
    const uint32_t wanted = judged->set->pattern[judged->pattern].label;
    return judged->set->is_mixed ? (label & wanted) != 0 : label == wanted;
}

static double measure_exact(const void *data, const uint32_t *count) {
    const struct judged *judged = data;
    double n = 0, n_right = 0;
    for (uint32_t i = 0; i < judged->n; i++) {
        const uint32_t times = count ? count[i] : 1;
        n += times;
        n_right += judged->truth[i] == judged->answer[i] ? times : 0;
    }
    return n > 0 ? n_right / n : (double)NAN;
}

// F1 of a pattern; NaN where it is neither there nor answered.
static double measure_pattern(const void *data, const uint32_t *count) {
    const struct judged *judged = data;
    double n_true = 0, n_answered = 0, n_right = 0;
    for (uint32_t i = 0; i < judged->n; i++) {
        const uint32_t times = count ? count[i] : 1;
        const bool is_true = has(judged, judged->truth[i]);
        const bool is_answered = has(judged, judged->answer[i]);
        n_true += is_true ? times : 0;
        n_answered += is_answered ? times : 0;
        n_right += is_true && is_answered ? times : 0;
    }
    return n_true + n_answered > 0 ? 2 * n_right / (n_true + n_answered) : (double)NAN;
}

static double measure_macro(const void *data, const uint32_t *count) {
    struct judged judged = *(const struct judged *)data;
    double sum = 0, n = 0;
    for (judged.pattern = 0; judged.pattern < judged.set->n_pattern; judged.pattern++) {
        const double f1 = measure_pattern(&judged, count);
        sum += isnan(f1) ? 0 : f1;
        n += isnan(f1) ? 0 : 1;
    }
    return n > 0 ? sum / n : (double)NAN;
}

static maru_status add_figure(const struct wafer_work *work, bootstrap_measure *measure,
                              uint32_t pattern, const char *const name[2],
                              struct set_result *result, maru_error *err) {
    const struct judged judged = {work->set, work->truth, work->answer, work->validation.n_map,
                                  pattern};
    const struct bootstrap_input input = {.measure = measure,
                                          .data = &judged,
                                          .n_row = judged.n,
                                          .n_round = work->run->is_short ? 100 : N_BOOTSTRAP,
                                          .level = 0.95,
                                          .seed = work->run->seed};
    struct arena arena;
    struct bootstrap interval = {0};
    arena_init(&arena, (size_t)1 << 28);
    const maru_status st = bootstrap_interval(&input, &arena, &interval, err);
    arena_fini(&arena);
    struct set_figure *figure =
        st == MARU_OK ? set_add_figure(result, name[0], name[1], interval.value) : NULL;
    if (figure) {
        figure->low = interval.low;
        figure->high = interval.high;
    }
    return st;
}

static maru_status add_figures(const struct wafer_work *work, struct set_result *result,
                               maru_error *err) {
    const struct wafer_set *set = work->set;
    static const char *const exact[2][2] = {{"accuracy", "정확도"}, {"exact match", "완전 일치"}};
    static const char *const macro[2] = {"macro F1", "매크로 F1"};
    maru_status st = add_figure(work, measure_exact, 0, exact[set->is_mixed], result, err);
    if (st == MARU_OK) {
        st = add_figure(work, measure_macro, 0, macro, result, err);
    }
    for (uint32_t i = 0; st == MARU_OK && i < set->n_pattern; i++) {
        char english[64], korean[64];
        snprintf(english, sizeof english, "F1 %s", set->pattern[i].english);
        snprintf(korean, sizeof korean, "F1 %s", set->pattern[i].korean);
        st = add_figure(work, measure_pattern, i, (const char *const[2]){english, korean}, result,
                        err);
        if (st == MARU_OK) {
            result->figure[result->n_figure - 1].ordinary = set->pattern[i].ordinary;
        }
    }
    if (st == MARU_OK) {
        result->figure[0].ordinary = set->exact_ordinary;
        result->figure[0].wanted = set->exact_wanted;
        result->figure[1].ordinary = set->macro_ordinary;
        result->figure[1].wanted = set->macro_wanted;
    }
    return st;
}

// ---- texts

static void add_predictions(const struct wafer_work *work, const struct part *part,
                            const char *name, size_t first, struct text *out) {
    for (size_t i = 0; i < part->n_map; i++) {
        text_addf(out, "%s,%u,%u,%u", name, part->map[i].number, part->map[i].label,
                  answer_of(work, first + i));
        for (uint32_t c = 0; c < work->n_class; c++) {
            text_addz(out, ",");
            text_add_fixed(out, (double)work->probability[(first + i) * work->n_class + c], 5);
        }
        text_addz(out, "\n");
    }
}

static void add_details(const struct wafer_work *work, struct text *out) {
    text_addz(out, "true,answered,n\n");
    for (uint32_t t = 0; t < N_LABEL; t++) {
        uint32_t n_of[N_LABEL] = {0};
        for (uint32_t i = 0; i < work->validation.n_map; i++) {
            n_of[work->answer[i]] += work->truth[i] == t;
        }
        for (uint32_t a = 0; a < N_LABEL; a++) {
            if (n_of[a] > 0) {
                text_addf(out, "%u,%u,%u\n", t, a, n_of[a]);
            }
        }
    }
}

static maru_status tell(struct wafer_work *work, struct set_result *result, maru_error *err) {
    const uint32_t n = work->validation.n_map;
    work->truth = alloc_new(n, sizeof *work->truth);
    work->answer = alloc_new(n, sizeof *work->answer);
    if (!work->truth || !work->answer) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    for (uint32_t i = 0; i < n; i++) {
        work->truth[i] = work->validation.map[i].label;
        work->answer[i] = answer_of(work, i);
    }
    text_addz(&result->predictions, "part,map,true,answer");
    for (uint32_t c = 0; c < work->n_class; c++) {
        text_addf(&result->predictions, ",p%u", work->label[c]);
    }
    text_addz(&result->predictions, "\n");
    add_predictions(work, &work->validation, "val", 0, &result->predictions);
    add_predictions(work, &work->test, "test", n, &result->predictions);
    add_details(work, &result->details);
    return add_figures(work, result, err);
}

maru_status set_wafer(const struct set_run *run, struct set_result *result, maru_error *err) {
    struct wafer_work work = {.run = run, .set = sets};
    while (strcmp(work.set->name, run->name) !=
           0) { // every name of the list that leads here is among them
        work.set++;
    }
    maru_status st = read_part(run, "train", &work.train, err);
    if (st == MARU_OK) {
        st = read_part(run, "val", &work.validation, err);
    }
    if (st == MARU_OK) {
        const maru_status found = read_part(run, "test", &work.test, err);
        st = found == MARU_E_IO ? MARU_OK : found;
    }
    if (st == MARU_OK && work.validation.n_map == 0) {
        st = fail(err, MARU_E_INPUT, "there are no wafer maps to judge by");
    }
    for (; st == MARU_OK && work.seed < run->n_seed; work.seed++) {
        st = fit_and_answer(&work, err);
    }
    if (st == MARU_OK) {
        st = tell(&work, result, err);
    }
    close_part(&work.train);
    close_part(&work.validation);
    close_part(&work.test);
    alloc_free(work.probability);
    alloc_free(work.truth);
    alloc_free(work.answer);
    return st;
}
