#include "train/maps/conv_fit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/random.h"
#include "base/status.h"
#include "io/workers.h"

// A batch is cut into shards of 8 pictures. A shard's gradient is the sum over its pictures in their order, a batch's the sum over its
// shards in theirs: so threads, which take shards as they come, change no bit. The draws of a pass (which pictures, in which order, how
// turned) are pure functions of seed, pass and picture.

enum { SHARD = 8 };

struct draw {
    uint64_t key;
    uint32_t row;
};

struct fit {
    const struct conv_pictures *pictures;
    const struct conv_fit_options *options;
    struct conv_net *net;
    struct conv_shape shape;
    size_t n_weight, n_cell, n_scratch;
    uint32_t n_shard, epoch;
    struct draw *draw;             // (n_row) those of this pass first
    uint32_t n_draw;               // of them
    uint32_t batch;                // where the batch begins among them
    uint32_t *n_of_class;          // (n_class)
    float *gradient;               // (n_shard x n_weight)
    float *scratch;                // (n_shard x n_scratch): picture, target, net
    double *loss;                  // (n_shard)
    float *mean, *square;          // (n_weight) of Adam
    double mean_left, square_left; // what is left of the zeros that they began with
};

struct conv_fit_options conv_fit_usual(void) {
    return (struct conv_fit_options){.n_epoch = 12,
                                     .n_batch = 64,
                                     .n_thread = 1,
                                     .rate = 2e-3,
                                     .decay = 1e-2,
                                     .is_turned = true};
}

void conv_turn(const uint8_t *cell, uint32_t side, uint32_t n_channel, uint32_t symmetry,
               float *out) {
    const uint32_t last = side - 1;
    for (uint32_t y = 0; y < side; y++) {
        for (uint32_t x = 0; x < side; x++) {
            const uint32_t mirrored = symmetry >= 4 ? last - x : x;
            const uint32_t from_y[4] = {y, mirrored, last - y, last - mirrored};
            const uint32_t from_x[4] = {mirrored, last - y, last - mirrored, y};
            const uint8_t *from =
                cell + ((size_t)from_y[symmetry % 4] * side + from_x[symmetry % 4]) * n_channel;
            for (uint32_t c = 0; c < n_channel; c++) {
                *out++ = (float)from[c] / 255.0F;
            }
        }
    }
}

// ---- checks and memory

static maru_status check(const struct conv_shape *shape, const struct conv_pictures *pictures,
                         const struct conv_fit_options *o, maru_error *err) {
    if (pictures->n_row == 0) {
        return fail(err, MARU_E_RANGE, "there is nothing to learn from: no pictures");
    }
    if (pictures->n_row > FIT_MAX_ROWS) {
        return fail(err, MARU_E_LIMIT, "more than %d pictures", FIT_MAX_ROWS);
    }
    if (o->n_epoch == 0 || o->n_epoch > FIT_MAX_EPOCHS || o->n_batch == 0 ||
        o->n_batch % SHARD != 0 || o->n_batch > 4096 || o->n_thread == 0 ||
        o->n_thread > WORKERS_MAX || !(o->rate > 0 && o->rate <= 1) ||
        !(o->decay >= 0 && o->decay <= 1)) {
        return fail(err, MARU_E_RANGE, "an option of the net is outside its range");
    }
    for (uint32_t i = 0; i < pictures->n_row; i++) {
        if (pictures->class[i] >= shape->n_class) {
            return fail_at(err, MARU_E_RANGE, NULL, i + 1, 0,
                           "what is to be predicted is missing, or is none of its classes");
        }
    }
    return MARU_OK;
}

static maru_status begin(struct fit *fit, maru_error *err) {
    const uint32_t n_row = fit->pictures->n_row;
    fit->n_weight = conv_n_weight(fit->net);
    fit->n_cell = (size_t)fit->shape.side * fit->shape.side * fit->shape.n_channel;
    fit->n_scratch = fit->n_cell + fit->shape.n_class + conv_scratch_floats(fit->net);
    fit->n_shard = fit->options->n_batch / SHARD;
    fit->mean_left = fit->square_left = 1;
    fit->draw = alloc_new(n_row, sizeof *fit->draw);
    fit->n_of_class = alloc_new(fit->shape.n_class, sizeof *fit->n_of_class);
    fit->gradient = alloc_new(fit->n_shard * fit->n_weight, sizeof *fit->gradient);
    fit->scratch = alloc_new(fit->n_shard * fit->n_scratch, sizeof *fit->scratch);
    fit->loss = alloc_new(fit->n_shard, sizeof *fit->loss);
    fit->mean = alloc_new(fit->n_weight, sizeof *fit->mean);
    fit->square = alloc_new(fit->n_weight, sizeof *fit->square);
    if (!fit->draw || !fit->n_of_class || !fit->gradient || !fit->scratch || !fit->loss ||
        !fit->mean || !fit->square) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    for (uint32_t i = 0; i < n_row; i++) {
        fit->n_of_class[fit->pictures->class[i]]++;
    }
    return MARU_OK;
}

static void end(struct fit *fit) {
    alloc_free(fit->draw);
    alloc_free(fit->n_of_class);
    alloc_free(fit->gradient);
    alloc_free(fit->scratch);
    alloc_free(fit->loss);
    alloc_free(fit->mean);
    alloc_free(fit->square);
}

// ---- a pass

static int by_key(const void *a, const void *b) {
    const struct draw *left = a, *right = b;
    if (left->key != right->key) {
        return left->key < right->key ? -1 : 1;
    }
    return (left->row > right->row) - (left->row < right->row);
}

// The pictures of a pass in its order: all of a class, or about most_of_class of them.
static void draw_pass(struct fit *fit) {
    const uint32_t most = fit->options->most_of_class;
    fit->n_draw = 0;
    for (uint32_t i = 0; i < fit->pictures->n_row; i++) {
        const struct random_block block =
            random_at(fit->options->seed, (uint64_t)1 << 32 | fit->epoch, i);
        const uint32_t n = fit->n_of_class[fit->pictures->class[i]];
        if (most > 0 && n > most && (uint64_t)block.word[3] * n >> 32 >= most) {
            continue;
        }
        fit->draw[fit->n_draw++] = (struct draw){(uint64_t)block.word[0] << 32 | block.word[1], i};
    }
    qsort(fit->draw, fit->n_draw, sizeof *fit->draw, by_key);
}

static void learn_shard(void *context, size_t index) {
    struct fit *fit = context;
    float *gradient = fit->gradient + index * fit->n_weight;
    float *picture = fit->scratch + index * fit->n_scratch;
    float *target = picture + fit->n_cell, *scratch = target + fit->shape.n_class;
    memset(gradient, 0, fit->n_weight * sizeof *gradient);
    fit->loss[index] = 0;
    for (uint32_t i = 0; i < SHARD; i++) {
        const size_t at = fit->batch + index * SHARD + i;
        if (at >= fit->n_draw) {
            return;
        }
        const uint32_t row = fit->draw[at].row;
        const uint32_t symmetry =
            fit->options->is_turned ? (uint32_t)(fit->draw[at].key % FIT_SYMMETRIES) : 0;
        conv_turn(fit->pictures->cell + row * fit->n_cell, fit->shape.side, fit->shape.n_channel,
                  symmetry, picture);
        memset(target, 0, fit->shape.n_class * sizeof *target);
        target[fit->pictures->class[row]] = 1;
        fit->loss[index] += conv_learn(fit->net, picture, target, scratch, gradient);
    }
}

static void step(struct fit *fit, double rate, uint32_t n_picture) {
    enum { MEAN_PARTS = 10, SQUARE_PARTS = 1000 };
    float *weight = conv_weights(fit->net);
    fit->mean_left *= 1 - 1.0 / MEAN_PARTS;
    fit->square_left *= 1 - 1.0 / SQUARE_PARTS;
    const float by_mean = (float)(rate / (1 - fit->mean_left));
    const float by_square = (float)(1 / (1 - fit->square_left));
    const float keep = (float)(1 - rate * fit->options->decay), share = 1.0F / (float)n_picture;
    for (size_t k = 0; k < fit->n_weight; k++) {
        float g = 0;
        for (uint32_t s = 0; s < fit->n_shard; s++) {
            g += fit->gradient[s * fit->n_weight + k];
        }
        g *= share;
        fit->mean[k] += (g - fit->mean[k]) / MEAN_PARTS;
        fit->square[k] += (g * g - fit->square[k]) / SQUARE_PARTS;
        weight[k] =
            keep * weight[k] - by_mean * fit->mean[k] / (sqrtf(by_square * fit->square[k]) + 1e-8F);
    }
}

static maru_status pass(struct fit *fit, double *loss, maru_error *err) {
    const struct conv_fit_options *o = fit->options;
    draw_pass(fit);
    *loss = 0;
    for (fit->batch = 0; fit->batch < fit->n_draw; fit->batch += o->n_batch) {
        const uint32_t left = fit->n_draw - fit->batch;
        const maru_status st = workers_run(fit->n_shard, o->n_thread, learn_shard, NULL, fit, err);
        if (st != MARU_OK) {
            return st;
        }
        for (uint32_t s = 0; s < fit->n_shard; s++) {
            *loss += fit->loss[s];
        }
        const double done = (fit->epoch + (double)fit->batch / fit->n_draw) / o->n_epoch;
        step(fit, o->rate * (1 - done), left < o->n_batch ? left : o->n_batch);
    }
    *loss /= fit->n_draw;
    return MARU_OK;
}

maru_status conv_fit(const struct conv_shape *shape, const struct conv_pictures *pictures,
                     const struct conv_fit_options *options, struct conv_net **out,
                     maru_error *err) {
    struct fit fit = {.pictures = pictures, .options = options, .shape = *shape};
    maru_status st = conv_new(shape, options->seed, &fit.net, err);
    if (st == MARU_OK) {
        st = check(shape, pictures, options, err);
    }
    if (st == MARU_OK) {
        st = begin(&fit, err);
    }
    for (; st == MARU_OK && fit.epoch < options->n_epoch; fit.epoch++) {
        double loss = 0;
        st = pass(&fit, &loss, err);
        if (st == MARU_OK && options->look && !options->look(options->context, fit.epoch, loss)) {
            st = fail(err, MARU_E_STOPPED, "stopped");
        }
    }
    end(&fit);
    if (st != MARU_OK) {
        conv_free(fit.net);
        return st;
    }
    *out = fit.net;
    return MARU_OK;
}

// ---- asking

enum { ASK_ROWS = 256 };

struct asking {
    const struct conv_net *net;
    const uint8_t *cell;
    uint32_t n_row;
    bool is_turned, is_short_of_memory;
    float *probability;
};

static void ask_rows(void *context, size_t index) {
    struct asking *asking = context;
    const struct conv_shape shape = conv_shape_of(asking->net);
    const size_t n_cell = (size_t)shape.side * shape.side * shape.n_channel;
    const uint32_t n_turn = asking->is_turned ? FIT_SYMMETRIES : 1;
    float *picture =
        alloc_new(n_cell + shape.n_class + conv_scratch_floats(asking->net), sizeof *picture);
    if (!picture) {
        asking->is_short_of_memory = true; // of several threads each writes the same
        return;
    }
    float *margin = picture + n_cell, *scratch = margin + shape.n_class;
    for (size_t row = index * ASK_ROWS; row < (index + 1) * ASK_ROWS && row < asking->n_row;
         row++) {
        float *sum = asking->probability + row * shape.n_class;
        memset(sum, 0, shape.n_class * sizeof *sum);
        for (uint32_t turn = 0; turn < n_turn; turn++) {
            conv_turn(asking->cell + row * n_cell, shape.side, shape.n_channel, turn, picture);
            conv_answer(asking->net, picture, scratch, margin);
            conv_probabilities(margin, shape.n_class);
            for (uint32_t c = 0; c < shape.n_class; c++) {
                sum[c] += margin[c] / (float)n_turn;
            }
        }
    }
    alloc_free(picture);
}

maru_status conv_ask(const struct conv_net *net, const uint8_t *cell, uint32_t n_row,
                     bool is_turned, uint32_t n_thread, float *probability, maru_error *err) {
    struct asking asking = {net, cell, n_row, is_turned, false, probability};
    const size_t n_job = ((size_t)n_row + ASK_ROWS - 1) / ASK_ROWS;
    const maru_status st =
        n_job > 0 ? workers_run(n_job, n_thread, ask_rows, NULL, &asking, err) : MARU_OK;
    if (st == MARU_OK && asking.is_short_of_memory) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    return st;
}
