#include "train/maps/map_training.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/status.h"
#include "learn/measures/bootstrap.h"
#include "learn/share.h"
#include "learn/splits/splits.h"
#include "train/frame_digest.h"

struct work {
    const struct map_training *in;
    struct arena arena;
    struct wafer_list list;
    struct map_model made;   // its arena is not used
    struct map_class *class; // (made.n_class)
    struct wafer_map *map;   // (n) those with a pattern, labels set
    uint32_t *lot;           // (n) below n_lot
    uint32_t n, n_lot;
    uint32_t *train, *test; // (n_train), (n_test)
    struct wafer_map *part; // (n) of a side
    struct text model;
    uint32_t *truth, *answer; // (n_test)
    uint32_t *cluster;        // (n_test)
};

static bool tell(const struct work *w, double share, const char *what) {
    return !w->in->progress || w->in->progress(w->in->context, share, what);
}

// ---- patterns

static const char *word_at(const struct frame_column *column, uint32_t row, char room[64]) {
    if (column->kind == FRAME_NUMBER) {
        if (!isfinite(column->number[row])) {
            return NULL;
        }
        struct text text;
        text_init(&text, 64);
        text_add_double(&text, column->number[row]);
        snprintf(room, 64, "%s", text.bytes ? text.bytes : "");
        text_fini(&text);
        return room;
    }
    const bool is_word = column->kind == FRAME_WORD || column->kind == FRAME_TEXT;
    return is_word && column->word[row] != FRAME_NO_WORD ? column->words.name[column->word[row]]
                                                         : NULL;
}

// What each map is said to be, and its lot.
static maru_status find_patterns(struct work *w, struct names *patterns, uint32_t *pattern,
                                 maru_error *err) {
    const struct frame *frame = w->in->frame;
    const struct frame_column *said = &frame->column[w->in->column[MAP_PATTERN]];
    struct names lots;
    char room[64];
    maru_status st = MARU_OK;
    names_init(&lots, 64 << 20);
    for (uint32_t i = 0; st == MARU_OK && i < w->list.n_map; i++) {
        const uint32_t row = w->list.first_row[i];
        const char *word = word_at(said, row, room);
        pattern[i] = UINT32_MAX;
        if (!word || !word[0] || strlen(word) > MAP_MAX_WORD_BYTES) {
            w->made.n_unknown++;
            continue;
        }
        st = names_add(patterns, word, strlen(word), &pattern[i], err);
        if (st == MARU_OK && w->in->column[MAP_LOT] != UINT32_MAX) {
            word = word_at(&frame->column[w->in->column[MAP_LOT]], row, room);
            st = names_add(&lots, word ? word : "", word ? strlen(word) : 0, &w->lot[i], err);
        }
    }
    w->n_lot = lots.n;
    names_fini(&lots);
    return st;
}

// The order of words, so that the numbers of classes do not hang on the order of rows.
static void order_words(const struct names *words, uint32_t *order) {
    for (uint32_t i = 0; i < words->n; i++) {
        uint32_t at = i;
        for (; at > 0 && strcmp(words->name[order[at - 1]], words->name[i]) > 0; at--) {
            order[at] = order[at - 1];
        }
        order[at] = i;
    }
}

static maru_status take_classes(struct work *w, const struct names *patterns,
                                const uint32_t *pattern, maru_error *err) {
    uint32_t *count = arena_take(&w->arena, (size_t)patterns->n + 1, sizeof *count);
    uint32_t *order = arena_take(&w->arena, (size_t)patterns->n + 1, sizeof *order);
    uint32_t *class = arena_take(&w->arena, (size_t)patterns->n + 1, sizeof *class);
    w->class = arena_take(&w->arena, (size_t)patterns->n + 1, sizeof *w->class);
    w->map = arena_take(&w->arena, (size_t)w->list.n_map + 1, sizeof *w->map);
    if (!count || !order || !class || !w->class || !w->map) {
        return arena_refusal(&w->arena, err);
    }
    for (uint32_t i = 0; i < w->list.n_map; i++) {
        if (pattern[i] != UINT32_MAX) {
            count[pattern[i]]++;
        }
    }
    order_words(patterns, order);
    for (uint32_t k = 0; k < patterns->n; k++) {
        class[order[k]] = UINT32_MAX;
        if (count[order[k]] >= MAP_LEAST_OF_CLASS) {
            if (w->made.n_class == MAP_MAX_CLASSES) {
                return fail(err, MARU_E_LIMIT, "more than %d patterns", MAP_MAX_CLASSES);
            }
            w->class[w->made.n_class].name = patterns->name[order[k]];
            class[order[k]] = w->made.n_class++;
        }
    }
    for (uint32_t i = 0; i < w->list.n_map; i++) {
        const uint32_t its = pattern[i] == UINT32_MAX ? UINT32_MAX : class[pattern[i]];
        if (its != UINT32_MAX) {
            w->map[w->n] = w->list.map[i];
            w->map[w->n].label = its;
            w->lot[w->n++] = w->lot[i];
        } else {
            w->made.n_rare += pattern[i] != UINT32_MAX;
        }
    }
    return w->n >= MAP_LEAST_MAPS && w->made.n_class >= 2
               ? MARU_OK
               : fail(err, MARU_E_INPUT,
                      "%u wafer maps with %u patterns: at least %d maps are needed, and two "
                      "patterns "
                      "with %d of them",
                      w->n, w->made.n_class, MAP_LEAST_MAPS, MAP_LEAST_OF_CLASS);
}

// ---- which maps are set aside

static maru_status set_aside(struct work *w, maru_error *err) {
    uint32_t *stratum = arena_take(&w->arena, (size_t)w->n + 1, sizeof *stratum);
    w->train = arena_take(&w->arena, (size_t)w->n + 1, sizeof *w->train);
    w->test = arena_take(&w->arena, (size_t)w->n + 1, sizeof *w->test);
    if (!stratum || !w->train || !w->test) {
        return arena_refusal(&w->arena, err);
    }
    const bool has_lots = w->n_lot >= 2 * MAP_PARTS;
    for (uint32_t i = 0; i < w->n; i++) {
        stratum[i] = w->map[i].label;
    }
    const struct splits_input input = {.n_row = w->n,
                                       .n_fold = MAP_PARTS,
                                       .group = has_lots ? w->lot : NULL,
                                       .n_group = has_lots ? w->n_lot : 0,
                                       .stratum = has_lots ? NULL : stratum,
                                       .seed = w->in->seed,
                                       .kind = has_lots ? SPLITS_GROUPS : SPLITS_RANDOM};
    struct splits splits;
    const maru_status st = splits_make(&input, &w->arena, &splits, err);
    if (st != MARU_OK) {
        return st;
    }
    w->made.split = has_lots ? CARD_SPLIT_GROUP : CARD_SPLIT_RANDOM;
    w->made.warnings |= has_lots ? 0 : 1U << CARD_WARN_OPTIMISTIC;
    w->made.n_train = splits_rows(&splits, splits.first, SPLITS_TRAIN, w->train);
    w->made.n_test = splits_rows(&splits, splits.first, SPLITS_TEST, w->test);
    for (uint32_t i = 0; i < w->made.n_train; i++) {
        w->class[w->map[w->train[i]].label].n_train++;
    }
    for (uint32_t i = 0; i < w->made.n_test; i++) {
        w->class[w->map[w->test[i]].label].n_test++;
    }
    return MARU_OK;
}

// ---- fitting and asking

static const struct wafer_map *take_part(struct work *w, const uint32_t *row, uint32_t n) {
    for (uint32_t i = 0; i < n; i++) {
        w->part[i] = w->map[row[i]];
    }
    return w->part;
}

static bool look(void *context, const char *what, double share) {
    const bool is_net = strcmp(what, "net") == 0;
    return tell(context,
                is_net                       ? 0.3 + 0.6 * share
                : strcmp(what, "trees") == 0 ? 0.1
                                             : 0.02,
                is_net ? "net" : what);
}

static maru_status fit(struct work *w, struct wafer_model **model, maru_error *err) {
    struct wafer_fit_options options = wafer_fit_usual();
    w->part = arena_take(&w->arena, (size_t)w->n + 1, sizeof *w->part);
    if (!w->part) {
        return arena_refusal(&w->arena, err);
    }
    options.n_pass = w->in->n_pass > 0 ? w->in->n_pass : options.n_pass;
    options.n_thread = w->in->n_thread;
    options.seed = w->in->seed;
    options.look = look;
    options.context = w;
    const maru_status st = wafer_model_fit(take_part(w, w->train, w->made.n_train), w->made.n_train,
                                           &options, model, err);
    return st == MARU_OK ? wafer_model_write(*model, &w->model, err) : st;
}

static maru_status ask(struct work *w, const struct wafer_model *model, maru_error *err) {
    const uint32_t n = w->made.n_test, n_class = wafer_model_n_class(model);
    float *probability = arena_take(&w->arena, (size_t)n * n_class + 1, sizeof *probability);
    w->truth = arena_take(&w->arena, (size_t)n + 1, sizeof *w->truth);
    w->answer = arena_take(&w->arena, (size_t)n + 1, sizeof *w->answer);
    w->cluster = arena_take(&w->arena, (size_t)n + 1, sizeof *w->cluster);
    if (!probability || !w->truth || !w->answer || !w->cluster) {
        return arena_refusal(&w->arena, err);
    }
    const maru_status st =
        wafer_model_answer(model, take_part(w, w->test, n), n, w->in->n_thread, probability, err);
    for (uint32_t i = 0; st == MARU_OK && i < n; i++) {
        uint32_t best = 0;
        for (uint32_t k = 1; k < n_class; k++) {
            best = probability[(size_t)i * n_class + k] > probability[(size_t)i * n_class + best]
                       ? k
                       : best;
        }
        w->truth[i] = w->map[w->test[i]].label;
        w->answer[i] = wafer_model_labels(model)[best];
        w->cluster[i] = w->lot[w->test[i]];
    }
    return st;
}

// ---- how good

struct judged {
    const struct work *w;
    uint32_t class;
};

static double measure_accuracy(const void *data, const uint32_t *count) {
    const struct judged *judged = data;
    double n = 0, n_right = 0;
    for (uint32_t i = 0; i < judged->w->made.n_test; i++) {
        const double times = count ? count[i] : 1;
        n += times;
        n_right += judged->w->truth[i] == judged->w->answer[i] ? times : 0;
    }
    return n > 0 ? n_right / n : (double)NAN;
}

static double measure_f1(const void *data, const uint32_t *count) {
    const struct judged *judged = data;
    double n = 0, n_right = 0;
    for (uint32_t i = 0; i < judged->w->made.n_test; i++) {
        const double times = count ? count[i] : 1;
        const bool is_true = judged->w->truth[i] == judged->class;
        const bool is_said = judged->w->answer[i] == judged->class;
        n += is_true ? times : 0;
        n += is_said ? times : 0;
        n_right += is_true && is_said ? times : 0;
    }
    return n > 0 ? 2 * n_right / n : (double)NAN;
}

static double measure_macro(const void *data, const uint32_t *count) {
    struct judged judged = *(const struct judged *)data;
    double sum = 0, n = 0;
    for (judged.class = 0; judged.class < judged.w->made.n_class; judged.class ++) {
        const double f1 = measure_f1(&judged, count);
        sum += isnan(f1) ? 0 : f1;
        n += !isnan(f1);
    }
    return n > 0 ? sum / n : (double)NAN;
}

// Where all are right, or none, drawing them again says nothing: no interval is narrower than that of a share of so many.
static struct map_figure figure_of(const struct bootstrap *found, uint32_t n) {
    if (isnan(found->value) || n == 0) {
        return (struct map_figure){(double)NAN, (double)NAN, (double)NAN, (double)NAN};
    }
    const struct share least = share_of((uint64_t)(found->value * n + 0.5), n, 0.95);
    return (struct map_figure){found->value, fmin(found->low, least.low),
                               fmax(found->high, least.high), (double)NAN};
}

// `n`: maps that it is about.
static maru_status judge(struct work *w, bootstrap_measure *measure, uint32_t class, uint32_t n,
                         struct map_figure *out, maru_error *err) {
    const struct judged judged = {w, class};
    const bool has_lots = w->made.split == CARD_SPLIT_GROUP;
    const struct bootstrap_input input = {.measure = measure,
                                          .data = &judged,
                                          .n_row = w->made.n_test,
                                          .cluster = has_lots ? w->cluster : NULL,
                                          .n_cluster = has_lots ? w->n_lot : 0,
                                          .n_round = MAP_ROUNDS,
                                          .level = 0.95,
                                          .seed = w->in->seed};
    struct bootstrap found = {0};
    const maru_status st = bootstrap_interval(&input, &w->arena, &found, err);
    *out = figure_of(&found, n);
    return st;
}

static maru_status fill_figures(struct work *w, maru_error *err) {
    struct map_model *made = &w->made;
    uint32_t most = 0;
    bool is_few = false;
    maru_status st = judge(w, measure_accuracy, 0, made->n_test, &made->accuracy, err);
    st = st == MARU_OK ? judge(w, measure_macro, 0, made->n_test, &made->macro_f1, err) : st;
    for (uint32_t k = 0; st == MARU_OK && k < made->n_class; k++) {
        st = judge(w, measure_f1, k, w->class[k].n_test, &w->class[k].f1, err);
        most = w->class[k].n_test > most ? w->class[k].n_test : most;
        is_few = is_few || w->class[k].n_test < BOOTSTRAP_FEW_RARE;
    }
    const double share = (double)most / made->n_test;
    made->accuracy.constant = share;
    made->macro_f1.constant = 2 * share / (1 + share) / made->n_class;
    made->warnings |= is_few ? 1U << CARD_WARN_FEW_RARE : 0;
    made->warnings |= made->n_test < 100 ? 1U << CARD_WARN_FEW_ROWS : 0;
    made->warnings |= made->macro_f1.low > made->macro_f1.constant ? 0 : 1U << CARD_WARN_NO_BETTER;
    return st;
}

// ---- all of it

static maru_status read_maps(struct work *w, maru_error *err) {
    const uint32_t *column = w->in->column;
    w->made.good_bin = map_good_bin(w->in->frame, column[MAP_BIN]);
    const struct wafer_columns columns = {.lot = column[MAP_LOT],
                                          .wafer = column[MAP_WAFER],
                                          .x = column[MAP_X],
                                          .y = column[MAP_Y],
                                          .bin = column[MAP_BIN],
                                          .good_bin = w->made.good_bin};
    struct names patterns;
    maru_status st = wafer_table_read(w->in->frame, &columns, &w->list, err);
    if (st != MARU_OK) {
        return st;
    }
    uint32_t *pattern = arena_take(&w->arena, (size_t)w->list.n_map + 1, sizeof *pattern);
    w->lot = arena_take(&w->arena, (size_t)w->list.n_map + 1, sizeof *w->lot);
    if (!pattern || !w->lot) {
        return arena_refusal(&w->arena, err);
    }
    names_init(&patterns, 64 << 20);
    st = find_patterns(w, &patterns, pattern, err);
    st = st == MARU_OK ? take_classes(w, &patterns, pattern, err) : st;
    for (uint32_t k = 0; st == MARU_OK && k < w->made.n_class; k++) { // names go, words stay
        w->class[k].name = arena_text(&w->arena, w->class[k].name, strlen(w->class[k].name));
        st = w->class[k].name ? MARU_OK : arena_refusal(&w->arena, err);
    }
    names_fini(&patterns);
    return st;
}

static maru_status put_together(struct work *w, struct text *bytes, maru_error *err) {
    struct map_model *made = &w->made;
    for (int k = 0; k < N_MAP_COLUMN; k++) {
        const uint32_t c = w->in->column[k];
        made->column[k] = c == UINT32_MAX ? "" : w->in->frame->column[c].name;
    }
    made->title = w->in->title;
    made->version = w->in->version;
    made->seed = w->in->seed;
    made->n_map = w->n;
    made->n_lot = w->n_lot;
    made->class = w->class;
    frame_digest(w->in->frame, made->data);
    return map_model_write(made, w->model.bytes, w->model.n_bytes, bytes, err);
}

maru_status map_training_run(const struct map_training *input, struct text *bytes,
                             maru_error *err) {
    struct work w = {.in = input};
    struct wafer_model *model = NULL;
    arena_init(&w.arena, MAP_MAX_BYTES);
    text_init(&w.model, MAP_MAX_BYTES);
    maru_status st = read_maps(&w, err);
    st = st == MARU_OK ? set_aside(&w, err) : st;
    st = st == MARU_OK ? fit(&w, &model, err) : st;
    st = st == MARU_OK ? ask(&w, model, err) : st;
    st = st == MARU_OK && !tell(&w, 0.95, "figures") ? fail(err, MARU_E_STOPPED, "stopped") : st;
    st = st == MARU_OK ? fill_figures(&w, err) : st;
    st = st == MARU_OK ? put_together(&w, bytes, err) : st;
    wafer_model_free(model);
    wafer_list_fini(&w.list);
    text_fini(&w.model);
    arena_fini(&w.arena);
    return st;
}
