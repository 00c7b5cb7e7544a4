#include "train/maps/wafer_model.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/random.h"
#include "base/sealed.h"
#include "base/status.h"
#include "io/workers.h"
#include "learn/nets/conv_net.h"
#include "learn/trees/forest.h"
#include "train/maps/conv_fit.h"
#include "train/trees/boosting.h"

// Trees and net err on different maps: trees see the map in its own size, and so the thinnest line; the net sees shapes that nobody named.
// With s the net's share and prior the share of a class in the maps,
//
//     ln p  =  s (ln p_net + ln of what the draw of a pass left out)  +  (1 - s) ln p_trees  -  fairness ln prior,
//
// then brought to a sum of 1. ln p is kept above -20, so that one of the two cannot forbid a class alone.
//
// Bytes (base/sealed.h): n_class, bytes of the trees, bytes of the net, net_share, fairness; of each class its label, how many maps it
// had and how many a pass took; the mean of each feature; the trees; the net. Numbers have 32 bits.

enum { VERSION = 1, BLOCK_MAPS = 64, MAX_MODEL_BYTES = 1 << 30 };

static const char its_name[] = "MARUWAFR";

struct wafer_model {
    uint32_t n_class;
    float net_share, fairness;
    uint32_t *label;  // (n_class) growing
    uint32_t *n_of;   // (n_class) maps
    uint32_t *n_pass; // (n_class) of them in a pass of the net
    float usual[WAFER_N_FEATURE];
    struct forest *trees;
    struct conv_net *net;
};

struct wafer_fit_options wafer_fit_usual(void) {
    return (struct wafer_fit_options){.n_pass = 12,
                                      .most_of_class = 6000,
                                      .n_round = 120,
                                      .n_depth = 5,
                                      .n_thread = 1,
                                      .net_share = 0.35,
                                      .fairness = 0.3};
}

void wafer_model_free(struct wafer_model *model) {
    if (model) {
        forest_free(model->trees);
        conv_free(model->net);
        alloc_free(model->label);
        alloc_free(model->n_of);
        alloc_free(model->n_pass);
        alloc_free(model);
    }
}

uint32_t wafer_model_n_class(const struct wafer_model *model) { return model->n_class; }
const uint32_t *wafer_model_labels(const struct wafer_model *model) { return model->label; }

static maru_status new_model(uint32_t n_class, struct wafer_model **out, maru_error *err) {
    struct wafer_model *model = alloc_new(1, sizeof *model);
    if (model) {
        model->n_class = n_class;
        model->label = alloc_new(n_class, sizeof *model->label);
        model->n_of = alloc_new(n_class, sizeof *model->n_of);
        model->n_pass = alloc_new(n_class, sizeof *model->n_pass);
    }
    if (!model || !model->label || !model->n_of || !model->n_pass) {
        wafer_model_free(model);
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    *out = model;
    return MARU_OK;
}

// ---- maps as rows and pictures

struct seen {
    const struct wafer_map *map;
    uint32_t n_map;
    float *feature; // (n_map x WAFER_N_FEATURE)
    uint8_t *cell;  // (n_map x WAFER_SIDE^2 x 2)
    bool is_short_of_memory;
};

static const size_t n_cell = (size_t)WAFER_SIDE * WAFER_SIDE * 2;

static void see_block(void *context, size_t index) {
    struct seen *seen = context;
    for (size_t i = index * BLOCK_MAPS; i < (index + 1) * BLOCK_MAPS && i < seen->n_map; i++) {
        wafer_picture(&seen->map[i], WAFER_SIDE, seen->cell + i * n_cell);
        if (wafer_features(&seen->map[i], seen->feature + i * WAFER_N_FEATURE, NULL) != MARU_OK) {
            seen->is_short_of_memory = true; // of several threads each writes the same
        }
    }
}

static void forget(struct seen *seen) {
    alloc_free(seen->feature);
    alloc_free(seen->cell);
}

static maru_status see(const struct wafer_map *map, uint32_t n_map, uint32_t n_thread,
                       struct seen *seen, maru_error *err) {
    *seen = (struct seen){.map = map, .n_map = n_map};
    seen->feature = alloc_new((size_t)n_map * WAFER_N_FEATURE, sizeof *seen->feature);
    seen->cell = alloc_new(n_map, n_cell);
    if (!seen->feature || !seen->cell) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    const size_t n_block = ((size_t)n_map + BLOCK_MAPS - 1) / BLOCK_MAPS;
    const maru_status st = workers_run(n_block, n_thread, see_block, NULL, seen, err);
    if (st == MARU_OK && seen->is_short_of_memory) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    return st;
}

// ---- fitting

struct fitting {
    const struct wafer_fit_options *options;
    struct wafer_model *model;
    struct seen seen;
    uint32_t *class; // (n_map)
    float *y;        // (n_map) the same as a float
};

static bool look(const struct wafer_fit_options *o, const char *what, double share) {
    return !o->look || o->look(o->context, what, share);
}

static maru_status go_on(const struct wafer_fit_options *o, const char *what, maru_error *err) {
    return look(o, what, 0) ? MARU_OK : fail(err, MARU_E_STOPPED, "stopped");
}

static maru_status check(const struct wafer_map *map, uint32_t n_map,
                         const struct wafer_fit_options *o, maru_error *err) {
    if (n_map > WAFER_MAX_MAPS) {
        return fail(err, MARU_E_LIMIT, "more than %d wafer maps", WAFER_MAX_MAPS);
    }
    if (!(o->net_share >= 0 && o->net_share <= 1) || !(o->fairness >= 0 && o->fairness <= 1)) {
        return fail(err, MARU_E_RANGE, "an option of the wafer maps is outside its range");
    }
    for (uint32_t i = 0; i < n_map; i++) {
        if (map[i].label > WAFER_MAX_LABEL) {
            return fail_at(err, MARU_E_RANGE, NULL, i + 1, 0, "a label is above %d",
                           WAFER_MAX_LABEL);
        }
    }
    return MARU_OK;
}

// Classes are the labels that occur.
static maru_status find_classes(struct fitting *fitting, const struct wafer_map *map,
                                uint32_t n_map, maru_error *err) {
    uint32_t n_of[WAFER_MAX_LABEL + 1] = {0}, class[WAFER_MAX_LABEL + 1] = {0}, n_class = 0;
    for (uint32_t i = 0; i < n_map; i++) {
        n_of[map[i].label]++;
    }
    for (uint32_t label = 0; label <= WAFER_MAX_LABEL; label++) {
        class[label] = n_class;
        n_class += n_of[label] > 0;
    }
    if (n_class < 2) {
        return fail(err, MARU_E_RANGE, "there is nothing to learn: no two kinds of wafer maps");
    }
    const maru_status st = new_model(n_class, &fitting->model, err);
    fitting->class = alloc_new(n_map, sizeof *fitting->class);
    fitting->y = alloc_new(n_map, sizeof *fitting->y);
    if (st != MARU_OK || !fitting->class || !fitting->y) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    const uint32_t most = fitting->options->most_of_class;
    for (uint32_t label = 0; label <= WAFER_MAX_LABEL; label++) {
        if (n_of[label] > 0) {
            const uint32_t at = class[label], n = n_of[label];
            fitting->model->label[at] = label;
            fitting->model->n_of[at] = n;
            fitting->model->n_pass[at] = most > 0 && n > most ? most : n;
        }
    }
    for (uint32_t i = 0; i < n_map; i++) {
        fitting->class[i] = class[map[i].label];
        fitting->y[i] = (float)fitting->class[i];
    }
    return MARU_OK;
}

static void find_usual(const struct seen *seen, float *usual) {
    double sum[WAFER_N_FEATURE] = {0};
    for (size_t i = 0; i < seen->n_map; i++) {
        for (uint32_t k = 0; k < WAFER_N_FEATURE; k++) {
            sum[k] += (double)seen->feature[i * WAFER_N_FEATURE + k];
        }
    }
    for (uint32_t k = 0; k < WAFER_N_FEATURE; k++) {
        usual[k] = (float)(sum[k] / seen->n_map);
    }
}

static maru_status fit_trees(struct fitting *fitting, maru_error *err) {
    const struct wafer_fit_options *o = fitting->options;
    struct boosting_options options = boosting_usual(BOOSTING_CLASS);
    options.n_class = fitting->model->n_class;
    options.n_round = o->n_round;
    options.n_depth = o->n_depth;
    options.n_thread = o->n_thread;
    options.seed = (uint32_t)o->seed;
    options.eta = 0.12;
    options.min_child_weight = 2;
    options.subsample = 0.7;
    options.colsample = 0.25;
    const struct boosting_rows rows = {fitting->seen.feature, fitting->y, NULL, fitting->seen.n_map,
                                       WAFER_N_FEATURE};
    struct boosting *boosting = NULL;
    struct text json;
    text_init(&json, MAX_MODEL_BYTES);
    maru_status st = boosting_fit(&rows, NULL, &options, &boosting, err);
    if (st == MARU_OK) {
        st = boosting_model(boosting, &json, err);
    }
    boosting_free(boosting);
    if (st == MARU_OK) {
        st = forest_read_xgboost(json.bytes, json.n_bytes, &fitting->model->trees, err);
    }
    text_fini(&json);
    return st;
}

static bool look_on(void *context, uint32_t epoch, double loss) {
    const struct fitting *fitting = context;
    (void)loss;
    return look(fitting->options, "net", (epoch + 1.0) / fitting->options->n_pass);
}

static struct conv_shape net_shape(uint32_t n_class) {
    return (struct conv_shape){
        .side = WAFER_SIDE,
        .n_channel = 2,
        .n_class = n_class,
        .n_layer = 4,
        .layer = {{16, 5, 2, false}, {24, 3, 1, true}, {48, 3, 1, true}, {64, 3, 1, false}}};
}

static maru_status fit_net(struct fitting *fitting, maru_error *err) {
    const struct wafer_fit_options *o = fitting->options;
    const struct conv_shape shape = net_shape(fitting->model->n_class);
    const struct conv_pictures pictures = {fitting->seen.cell, fitting->class, fitting->seen.n_map};
    struct conv_fit_options options = conv_fit_usual();
    options.n_epoch = o->n_pass;
    options.most_of_class = o->most_of_class;
    options.n_thread = o->n_thread;
    options.seed = o->seed;
    options.look = look_on;
    options.context = fitting;
    return conv_fit(&shape, &pictures, &options, &fitting->model->net, err);
}

maru_status wafer_model_fit(const struct wafer_map *map, uint32_t n_map,
                            const struct wafer_fit_options *options, struct wafer_model **out,
                            maru_error *err) {
    struct fitting fitting = {.options = options};
    maru_status st = check(map, n_map, options, err);
    if (st == MARU_OK) {
        st = find_classes(&fitting, map, n_map, err);
    }
    st = st == MARU_OK ? go_on(options, "features", err) : st;
    st = st == MARU_OK ? see(map, n_map, options->n_thread, &fitting.seen, err) : st;
    st = st == MARU_OK ? go_on(options, "trees", err) : st;
    if (st == MARU_OK) {
        find_usual(&fitting.seen, fitting.model->usual);
        fitting.model->net_share = (float)options->net_share;
        fitting.model->fairness = (float)options->fairness;
        st = fit_trees(&fitting, err);
    }
    if (st == MARU_OK) {
        st = fit_net(&fitting, err);
    }
    forget(&fitting.seen);
    alloc_free(fitting.class);
    alloc_free(fitting.y);
    if (st != MARU_OK) {
        wafer_model_free(fitting.model);
        return st;
    }
    *out = fitting.model;
    return MARU_OK;
}

// ---- answers

static double ln_of(float probability) {
    return probability > 2e-9F ? exact_ln((double)probability) : -20;
}

// Join what the net and the trees say of one map, into `net`.
static void join(const struct wafer_model *model, float *net, const float *trees) {
    double n_map = 0;
    for (uint32_t c = 0; c < model->n_class; c++) {
        n_map += model->n_of[c];
    }
    for (uint32_t c = 0; c < model->n_class; c++) {
        const double left_out = exact_ln((double)model->n_of[c] / model->n_pass[c]);
        const double prior = exact_ln(model->n_of[c] / n_map), s = (double)model->net_share;
        net[c] = (float)(s * (ln_of(net[c]) + left_out) + (1 - s) * ln_of(trees[c]) -
                         (double)model->fairness * prior);
    }
    conv_probabilities(net, model->n_class);
}

static maru_status ask_trees(const struct wafer_model *model, const struct seen *seen,
                             float *probability, maru_error *err) {
    void *scratch = alloc_new(1, forest_scratch_bytes(model->trees));
    if (!scratch) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    forest_margins(model->trees, seen->feature, seen->n_map, scratch, probability);
    forest_answers(model->trees, seen->n_map, probability);
    alloc_free(scratch);
    return MARU_OK;
}

maru_status wafer_model_answer(const struct wafer_model *model, const struct wafer_map *map,
                               uint32_t n_map, uint32_t n_thread, float *probability,
                               maru_error *err) {
    if (n_map == 0) {
        return MARU_OK;
    }
    float *trees = alloc_new((size_t)n_map * model->n_class, sizeof *trees);
    if (!trees) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    struct seen seen;
    maru_status st = see(map, n_map, n_thread, &seen, err);
    if (st == MARU_OK) {
        st = ask_trees(model, &seen, trees, err);
    }
    if (st == MARU_OK) {
        st = conv_ask(model->net, seen.cell, n_map, true, n_thread, probability, err);
    }
    forget(&seen);
    for (size_t i = 0; st == MARU_OK && i < n_map; i++) {
        join(model, probability + i * model->n_class, trees + i * model->n_class);
    }
    alloc_free(trees);
    return st;
}

static void insert(struct wafer_reason *reason, uint32_t *n, struct wafer_reason in) {
    uint32_t k = *n < WAFER_MAX_REASONS ? (*n)++ : WAFER_MAX_REASONS;
    for (; k > 0 && reason[k - 1].weight < in.weight; k--) {
        if (k < WAFER_MAX_REASONS) {
            reason[k] = reason[k - 1];
        }
    }
    if (k < WAFER_MAX_REASONS) {
        reason[k] = in;
    }
}

maru_status wafer_model_reasons(const struct wafer_model *model, const struct wafer_map *map,
                                uint32_t at, struct wafer_reason *reason, uint32_t *n_reason,
                                maru_error *err) {
    float feature[WAFER_N_FEATURE], margin[BOOSTING_MAX_CLASSES];
    if (at >= model->n_class) {
        return fail(err, MARU_E_RANGE, "there is no such class");
    }
    maru_status st = wafer_features(map, feature, err);
    void *scratch = alloc_new(1, forest_scratch_bytes(model->trees));
    if (st == MARU_OK && !scratch) {
        st = fail(err, MARU_E_MEMORY, "no memory");
    }
    if (st == MARU_OK) {
        *n_reason = 0;
        forest_margin(model->trees, feature, scratch, margin);
        const float whole = margin[at];
        for (uint32_t k = 0; k < WAFER_N_FEATURE; k++) {
            const float value = feature[k];
            feature[k] = model->usual[k];
            forest_margin(model->trees, feature, scratch, margin);
            feature[k] = value;
            if (whole - margin[at] > 0) {
                insert(reason, n_reason,
                       (struct wafer_reason){k, value, model->usual[k], whole - margin[at]});
            }
        }
    }
    alloc_free(scratch);
    return st;
}

// ---- bytes

static void add_all(const struct wafer_model *model, const struct text *trees,
                    const struct text *net, struct text *out) {
    binary_add_u32(out, model->n_class);
    binary_add_u32(out, (uint32_t)trees->n_bytes);
    binary_add_u32(out, (uint32_t)net->n_bytes);
    binary_add_floats(out, &model->net_share, 1);
    binary_add_floats(out, &model->fairness, 1);
    for (uint32_t c = 0; c < model->n_class; c++) {
        binary_add_u32(out, model->label[c]);
        binary_add_u32(out, model->n_of[c]);
        binary_add_u32(out, model->n_pass[c]);
    }
    binary_add_floats(out, model->usual, WAFER_N_FEATURE);
    text_add(out, trees->bytes, trees->n_bytes);
    text_add(out, net->bytes, net->n_bytes);
}

maru_status wafer_model_write(const struct wafer_model *model, struct text *out, maru_error *err) {
    struct text trees, net;
    text_init(&trees, MAX_MODEL_BYTES);
    text_init(&net, MAX_MODEL_BYTES);
    maru_status st = forest_write(model->trees, &trees, err);
    st = st == MARU_OK ? conv_write(model->net, &net, err) : st;
    if (st == MARU_OK) {
        const size_t from = sealed_begin(out, its_name, VERSION);
        add_all(model, &trees, &net, out);
        st = sealed_end(out, from, err);
    }
    text_fini(&trees);
    text_fini(&net);
    return st;
}

static maru_status refuse(maru_error *err) {
    return fail(err, MARU_E_INPUT, "these bytes are no model of wafer maps, or a damaged one");
}

static bool is_share(float value) { return value >= 0 && value <= 1; }

static bool read_numbers(struct wafer_model *model, struct binary *in) {
    binary_floats(in, &model->net_share, 1);
    binary_floats(in, &model->fairness, 1);
    for (uint32_t c = 0; c < model->n_class; c++) {
        model->label[c] = binary_u32(in);
        model->n_of[c] = binary_u32(in);
        model->n_pass[c] = binary_u32(in);
        if (model->label[c] > WAFER_MAX_LABEL ||
            (c > 0 && model->label[c] <= model->label[c - 1]) || model->n_of[c] == 0 ||
            model->n_pass[c] == 0 || model->n_pass[c] > model->n_of[c]) {
            return false;
        }
    }
    binary_floats(in, model->usual, WAFER_N_FEATURE);
    return !in->is_bad && is_share(model->net_share) && is_share(model->fairness);
}

static bool is_of_one_shape(const struct wafer_model *model) {
    const struct forest_shape trees = forest_shape_of(model->trees);
    const struct conv_shape net = conv_shape_of(model->net);
    return trees.goal == FOREST_CLASS && trees.n_group == model->n_class &&
           trees.n_feature == WAFER_N_FEATURE && net.n_class == model->n_class &&
           net.side == WAFER_SIDE && net.n_channel == 2;
}

// The trees and the net, which are all that is left.
static maru_status read_parts(struct wafer_model *model, struct binary *in, size_t n_trees,
                              size_t n_net, maru_error *err) {
    const void *trees = binary_skip(in, n_trees);
    const void *net = binary_skip(in, n_net);
    if (!trees || !net || !binary_is_end(in)) {
        return refuse(err);
    }
    const maru_status st = forest_read(trees, n_trees, &model->trees, err);
    return st == MARU_OK ? conv_read(net, n_net, &model->net, err) : st;
}

maru_status wafer_model_read(const void *bytes, size_t n, struct wafer_model **out,
                             maru_error *err) {
    struct wafer_model *model = NULL;
    struct binary in;
    char fingerprint[33];
    maru_status st = sealed_open(bytes, n, its_name, VERSION, &in, fingerprint, err);
    if (st != MARU_OK) {
        return st;
    }
    const uint32_t n_class = binary_u32(&in), n_trees = binary_u32(&in), n_net = binary_u32(&in);
    if (in.is_bad || n_class < 2 || n_class > WAFER_MAX_LABEL + 1) {
        return refuse(err);
    }
    st = new_model(n_class, &model, err);
    if (!model) {
        return st;
    }
    st = read_numbers(model, &in) ? read_parts(model, &in, n_trees, n_net, err) : refuse(err);
    st = st == MARU_OK && !is_of_one_shape(model) ? refuse(err) : st;
    if (st != MARU_OK) {
        wafer_model_free(model);
        return st;
    }
    *out = model;
    return MARU_OK;
}
