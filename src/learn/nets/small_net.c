#include "learn/nets/small_net.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/alloc.h"
#include "base/random.h"
#include "base/sealed.h"
#include "base/status.h"

// Layer l takes n[l] values to n[l + 1]: weights (n[l], n[l + 1]) and n[l + 1] offsets behind them. The last layer gives one number. All layers
// lie behind each other in one array, as do their slopes and both moments of Adam.
//
// Loops run over the values of a layer that lie next to each other, so that compilers work on several at once without changing the order
// of any sum: bits do not depend on the machine. Hidden layers are at most NET_MAX_WIDTH wide, so that a row's values stand on the stack.
//
// Random numbers: stream 0 draws the first weights, stream 1 + epoch the order of rows, stream 2^32 + step what is left out.

enum { VERSION = 1, N_SHAPE = NET_MAX_LAYERS + 2, HEAD_BYTES = 8 + 4 * (1 + 1 + N_SHAPE) };

static const char its_name[] = "MARUSNET";
static const float farthest = 10.0F; // deviations

struct net {
    uint32_t n_layer;    // with the last one
    uint32_t n[N_SHAPE]; // (n_layer + 1) values of each layer, the columns first
    size_t n_weight;
    float *weight;       // (n_weight)
    float *mean, *scale; // (n[0]) of the columns; scale 0: does not vary
    float y_mean, y_scale;
};

struct fit {
    struct net *net;
    const struct net_rows *rows;
    const struct net_options *options;
    float *slope, *first, *second; // (n_weight)
    float *value;                  // (n[0]) a row, scaled
    uint32_t *order;               // (n_row)
    uint64_t step;
};

// What a row's way through the layers leaves behind.
struct pass {
    float value[NET_MAX_LAYERS][NET_MAX_WIDTH];
    float back[2][NET_MAX_WIDTH];
};

struct net_options net_usual(void) {
    return (struct net_options){.n_layer = 2,
                                .width = {64, 32},
                                .n_epoch = 20,
                                .n_batch = 128,
                                .rate = 0.002,
                                .decay = 0.01};
}

// ---- one row

static void scale_row(const struct net *net, const float *x, float *out) {
    for (uint32_t k = 0; k < net->n[0]; k++) {
        const float z = (x[k] - net->mean[k]) * net->scale[k];
        out[k] =
            z > -farthest ? (z < farthest ? z : farthest) : (z <= -farthest ? -farthest : 0.0F);
    }
}

// out = offsets + in x weights
static void sum_up(const float *restrict in, uint32_t n_in, const float *restrict weight,
                   uint32_t n_out, float *restrict out) {
    memcpy(out, weight + (size_t)n_in * n_out, n_out * sizeof *out);
    for (uint32_t i = 0; i < n_in; i++) {
        const float x = in[i];
        const float *row = weight + (size_t)i * n_out;
        if (x != 0.0F) {
            for (uint32_t k = 0; k < n_out; k++) {
                out[k] += x * row[k];
            }
        }
    }
}

static void rectify(float *value, uint32_t n) {
    for (uint32_t k = 0; k < n; k++) {
        value[k] = value[k] > 0.0F ? value[k] : 0.0F;
    }
}

// Leave out some values and make up for them with the others.
static void leave_out(const struct fit *fit, uint64_t place, float *value, uint32_t n) {
    const double share = fit->options->dropout;
    const uint32_t below = (uint32_t)(share * 4294967296.0);
    const float more = (float)(1.0 / (1.0 - share));
    for (uint32_t k = 0; k < n; k += 4) {
        const struct random_block r =
            random_at(fit->options->seed, (UINT64_C(1) << 32) + fit->step, place + k / 4);
        for (uint32_t j = 0; j < 4 && k + j < n; j++) {
            value[k + j] = r.word[j] < below ? 0.0F : value[k + j] * more;
        }
    }
}

// fit: NULL where nothing is left out.
static float go(const struct net *net, const struct fit *fit, uint64_t place, const float *x,
                struct pass *pass) {
    const float *in = x, *weight = net->weight;
    float last = 0;
    for (uint32_t l = 0; l < net->n_layer; l++) {
        const bool is_last = l + 1 == net->n_layer;
        float *out = is_last ? &last : pass->value[l];
        sum_up(in, net->n[l], weight, net->n[l + 1], out);
        if (!is_last) {
            rectify(out, net->n[l + 1]);
            if (fit && fit->options->dropout > 0) {
                leave_out(fit, (place * NET_MAX_LAYERS + l) * NET_MAX_WIDTH, out, net->n[l + 1]);
            }
        }
        weight += (size_t)(net->n[l] + 1) * net->n[l + 1];
        in = out;
    }
    return last;
}

// Eight sums side by side, in an order that is always the same.
static float product(const float *restrict a, const float *restrict b, uint32_t n) {
    float part[8] = {0}, rest = 0;
    uint32_t k = 0;
    for (; k + 8 <= n; k += 8) {
        for (uint32_t j = 0; j < 8; j++) {
            part[j] += a[k + j] * b[k + j];
        }
    }
    for (; k < n; k++) {
        rest += a[k] * b[k];
    }
    return rest + ((part[0] + part[4]) + (part[1] + part[5])) +
           ((part[2] + part[6]) + (part[3] + part[7]));
}

// Add the slopes of one layer, and find those of what came in (NULL: nobody asks), which is 0 or scaled up where it was rectified.
static void go_back_layer(const float *restrict in, uint32_t n_in, const float *restrict weight,
                          const float *restrict back, uint32_t n_out, float *restrict slope,
                          float *restrict in_back, float more) {
    for (uint32_t i = 0; i < n_in; i++) {
        const float x = in[i];
        float *row = slope + (size_t)i * n_out;
        if (x != 0.0F) {
            for (uint32_t k = 0; k < n_out; k++) {
                row[k] += x * back[k];
            }
        }
        if (in_back) {
            in_back[i] = x > 0.0F ? product(weight + (size_t)i * n_out, back, n_out) * more : 0.0F;
        }
    }
    float *offset = slope + (size_t)n_in * n_out;
    for (uint32_t k = 0; k < n_out; k++) {
        offset[k] += back[k];
    }
}

static void go_back(struct fit *fit, const float *x, struct pass *pass, float error) {
    const struct net *net = fit->net;
    const float more = (float)(1.0 / (1.0 - fit->options->dropout));
    size_t end = net->n_weight;
    float *back = pass->back[0], *next = pass->back[1];
    back[0] = error;
    for (uint32_t l = net->n_layer; l-- > 0;) {
        end -= (size_t)(net->n[l] + 1) * net->n[l + 1];
        const float *in = l > 0 ? pass->value[l - 1] : x;
        go_back_layer(in, net->n[l], net->weight + end, back, net->n[l + 1], fit->slope + end,
                      l > 0 ? next : NULL, more);
        float *swap = back;
        back = next;
        next = swap;
    }
}

// ---- fitting

static maru_status check(const struct net_rows *rows, const struct net_options *o,
                         maru_error *err) {
    bool is_fine = o->n_layer > 0 && o->n_layer <= NET_MAX_LAYERS && o->n_epoch > 0 &&
                   o->n_epoch <= NET_MAX_EPOCHS && o->n_batch > 0 && o->n_batch <= NET_MAX_BATCH &&
                   o->rate > 0 && o->rate <= 1 && o->decay >= 0 && o->rate * o->decay <= 1 &&
                   o->dropout >= 0 && o->dropout < 1;
    for (uint32_t l = 0; is_fine && l < o->n_layer; l++) {
        is_fine = o->width[l] > 0 && o->width[l] <= NET_MAX_WIDTH;
    }
    if (!is_fine) {
        return fail(err, MARU_E_RANGE, "an option of the net is outside its range");
    }
    if (rows->n_row == 0 || rows->n_feature == 0) {
        return fail(err, MARU_E_RANGE, "there is nothing to learn from: no rows or no columns");
    }
    if (rows->n_row > NET_MAX_ROWS || rows->n_feature > NET_MAX_FEATURES) {
        return fail(err, MARU_E_LIMIT, "more than %d rows or %d columns", NET_MAX_ROWS,
                    NET_MAX_FEATURES);
    }
    for (size_t i = 0; i < (size_t)rows->n_row * rows->n_feature; i++) {
        if (isinf(rows->x[i])) {
            return fail_at(err, MARU_E_RANGE, NULL, (uint32_t)(i / rows->n_feature) + 1,
                           (uint32_t)(i % rows->n_feature) + 1, "a value is infinite");
        }
    }
    for (uint32_t i = 0; i < rows->n_row; i++) {
        const float weight = rows->weight ? rows->weight[i] : 1.0F;
        if (!(fabsf(rows->y[i]) <= 1e30F) || !(weight >= 0 && weight <= 1e9F)) {
            return fail_at(err, MARU_E_RANGE, NULL, i + 1, 0,
                           "what is to be predicted is no number, or a weight is below 0");
        }
    }
    return MARU_OK;
}

static struct net *new_net(const uint32_t *n, uint32_t n_layer) {
    struct net *net = alloc_new(1, sizeof *net);
    if (!net) {
        return NULL;
    }
    net->n_layer = n_layer;
    memcpy(net->n, n, (n_layer + 1) * sizeof *n);
    for (uint32_t l = 0; l < n_layer; l++) {
        net->n_weight += (size_t)(n[l] + 1) * n[l + 1];
    }
    net->weight = alloc_new(net->n_weight, sizeof *net->weight);
    net->mean = alloc_new(n[0], sizeof *net->mean);
    net->scale = alloc_new(n[0], sizeof *net->scale);
    if (!net->weight || !net->mean || !net->scale) {
        net_free(net);
        return NULL;
    }
    return net;
}

void net_free(struct net *net) {
    if (net) {
        alloc_free(net->weight);
        alloc_free(net->mean);
        alloc_free(net->scale);
        alloc_free(net);
    }
}

uint32_t net_n_feature(const struct net *net) { return net->n[0]; }

struct moments {
    double mean, deviation;
};

// Of every `stride`-th value; missing ones are left out.
static struct moments moments_of(const float *x, uint32_t n, uint32_t stride) {
    double sum = 0, squares = 0;
    uint32_t n_there = 0;
    for (uint32_t i = 0; i < n; i++) {
        const double v = (double)x[(size_t)i * stride];
        if (!isnan(v)) {
            sum += v;
            n_there++;
        }
    }
    const double mean = n_there > 0 ? sum / n_there : 0.0;
    for (uint32_t i = 0; i < n; i++) {
        const double v = (double)x[(size_t)i * stride];
        squares += isnan(v) ? 0.0 : (v - mean) * (v - mean);
    }
    return (struct moments){mean, n_there > 0 ? sqrt(squares / n_there) : 0.0};
}

static bool varies(struct moments m) {
    return m.deviation > 1e-6 * fabs(m.mean) && m.deviation > 1e-30;
}

static void scale_columns(struct net *net, const struct net_rows *rows) {
    for (uint32_t k = 0; k < rows->n_feature; k++) {
        const struct moments m = moments_of(rows->x + k, rows->n_row, rows->n_feature);
        net->mean[k] = (float)m.mean;
        net->scale[k] = varies(m) ? (float)(1.0 / m.deviation) : 0.0F;
    }
    const struct moments m = moments_of(rows->y, rows->n_row, 1);
    net->y_mean = (float)m.mean;
    net->y_scale = varies(m) ? (float)m.deviation : 0.0F;
}

// First weights: normal, with a variance of 2 over what comes in; the last layer starts small.
static void draw_weights(struct net *net, uint64_t seed) {
    uint64_t place = 0;
    float *weight = net->weight;
    for (uint32_t l = 0; l < net->n_layer; l++) {
        const size_t n = (size_t)net->n[l] * net->n[l + 1];
        const double spread = sqrt((l + 1 == net->n_layer ? 0.1 : 2.0) / net->n[l]);
        for (size_t i = 0; i < n; i++) {
            const struct random_block r = random_at(seed, 0, place++);
            const double u = random_open((uint64_t)r.word[0] << 32 | r.word[1]);
            weight[i] = (float)(spread * exact_normal_quantile(u));
        }
        weight += n + net->n[l + 1];
    }
}

static void shuffle(uint32_t *order, uint32_t n, uint64_t seed, uint64_t epoch) {
    for (uint32_t i = n; i > 1; i--) {
        const struct random_block r = random_at(seed, 1 + epoch, i);
        const uint32_t k = (uint32_t)((uint64_t)r.word[0] * i >> 32);
        const uint32_t swap = order[i - 1];
        order[i - 1] = order[k];
        order[k] = swap;
    }
}

// One step of Adam; `rate` is of now.
static void step_weights(struct fit *fit, double rate, double share1, double share2) {
    const float keep = (float)(1.0 - rate * fit->options->decay);
    const float by = (float)(rate / share1), scale2 = (float)(1.0 / share2);
    float *restrict weight = fit->net->weight, *restrict slope = fit->slope;
    float *restrict first = fit->first, *restrict second = fit->second;
    for (size_t i = 0; i < fit->net->n_weight; i++) {
        first[i] = 0.9F * first[i] + 0.1F * slope[i];
        second[i] = 0.999F * second[i] + 0.001F * slope[i] * slope[i];
        const float deep = (float)(sqrt((double)(second[i] * scale2)) + 1e-8);
        weight[i] = keep * weight[i] - by * first[i] / deep;
        slope[i] = 0.0F;
    }
}

static void learn_row(struct fit *fit, uint32_t row, uint32_t place, float share,
                      struct pass *pass) {
    const struct net_rows *rows = fit->rows;
    scale_row(fit->net, rows->x + (size_t)row * rows->n_feature, fit->value);
    const float truth = (rows->y[row] - fit->net->y_mean) / fit->net->y_scale;
    const float error = go(fit->net, fit, place, fit->value, pass) - truth;
    const float weight = rows->weight ? rows->weight[row] : 1.0F;
    go_back(fit, fit->value, pass, error * weight * share);
}

static void learn(struct fit *fit) {
    const struct net_options *o = fit->options;
    const uint32_t n = fit->rows->n_row, n_batch = o->n_batch < n ? o->n_batch : n;
    assert(n_batch > 0); // check() saw to it
    const uint64_t n_step = (uint64_t)o->n_epoch * (n / n_batch);
    double power1 = 1, power2 = 1;
    struct pass pass = {0};
    for (uint32_t epoch = 0; epoch < o->n_epoch; epoch++) {
        shuffle(fit->order, n, o->seed, epoch);
        for (uint32_t at = 0; at + n_batch <= n; at += n_batch) {
            for (uint32_t i = 0; i < n_batch; i++) {
                learn_row(fit, fit->order[at + i], i, 1.0F / (float)n_batch, &pass);
            }
            power1 *= 0.9;
            power2 *= 0.999;
            const double done = (double)fit->step / (double)n_step;
            // 1 + cos(pi done) over 2, as the polynomial with the same ends, middle and flat ends.
            const double fall = 1.0 - done * done * (3.0 - 2.0 * done);
            step_weights(fit, o->rate * fall, 1 - power1, 1 - power2);
            fit->step++;
        }
    }
}

maru_status net_fit(const struct net_rows *rows, const struct net_options *options,
                    struct net **out, maru_error *err) {
    maru_status st = check(rows, options, err);
    if (st != MARU_OK) {
        return st;
    }
    uint32_t n[N_SHAPE] = {rows->n_feature};
    memcpy(n + 1, options->width, options->n_layer * sizeof *n);
    n[options->n_layer + 1] = 1;
    struct fit fit = {.net = new_net(n, options->n_layer + 1), .rows = rows, .options = options};
    const size_t n_weight = fit.net ? fit.net->n_weight : 1;
    fit.slope = alloc_new(n_weight, sizeof *fit.slope);
    fit.first = alloc_new(n_weight, sizeof *fit.first);
    fit.second = alloc_new(n_weight, sizeof *fit.second);
    fit.value = alloc_new(rows->n_feature, sizeof *fit.value);
    fit.order = alloc_new(rows->n_row, sizeof *fit.order);
    if (!fit.net || !fit.slope || !fit.first || !fit.second || !fit.value || !fit.order) {
        st = fail(err, MARU_E_MEMORY, "no memory");
        goto done;
    }
    for (uint32_t i = 0; i < rows->n_row; i++) {
        fit.order[i] = i;
    }
    scale_columns(fit.net, rows);
    draw_weights(fit.net, options->seed);
    if (fit.net->y_scale > 0.0F) { // one answer for all: the mean is the whole truth
        learn(&fit);
    }
    *out = fit.net;
    fit.net = NULL;
done:
    net_free(fit.net);
    alloc_free(fit.slope);
    alloc_free(fit.first);
    alloc_free(fit.second);
    alloc_free(fit.value);
    alloc_free(fit.order);
    return st;
}

// ---- answering

// The first layer takes its values one by one, so that a row of any number of columns needs no memory.
double net_answer(const struct net *net, const float *x) {
    struct pass pass;
    const uint32_t n = net->n[1];
    // cppcheck-suppress uninitvar; it is written below
    float *out = pass.value[0];
    memcpy(out, net->weight + (size_t)net->n[0] * n, n * sizeof *out);
    for (uint32_t i = 0; i < net->n[0]; i++) {
        const float z = (x[i] - net->mean[i]) * net->scale[i];
        const float in =
            z > -farthest ? (z < farthest ? z : farthest) : (z <= -farthest ? -farthest : 0.0F);
        const float *row = net->weight + (size_t)i * n;
        for (uint32_t k = 0; k < n; k++) {
            out[k] += in * row[k];
        }
    }
    rectify(out, n);
    const float *weight = net->weight + (size_t)(net->n[0] + 1) * n;
    float last = 0;
    for (uint32_t l = 1; l < net->n_layer; l++) {
        const bool is_last = l + 1 == net->n_layer;
        float *next = is_last ? &last : pass.value[l];
        sum_up(pass.value[l - 1], net->n[l], weight, net->n[l + 1], next);
        rectify(next, is_last ? 0 : net->n[l + 1]);
        weight += (size_t)(net->n[l] + 1) * net->n[l + 1];
    }
    return (double)net->y_mean + (double)net->y_scale * (double)last;
}

// ---- bytes

maru_status net_write(const struct net *net, struct text *out, maru_error *err) {
    const size_t from = sealed_begin(out, its_name, VERSION);
    binary_add_u32(out, net->n_layer);
    for (uint32_t l = 0; l < N_SHAPE; l++) {
        binary_add_u32(out, l <= net->n_layer ? net->n[l] : 0);
    }
    binary_add_floats(out, net->mean, net->n[0]);
    binary_add_floats(out, net->scale, net->n[0]);
    binary_add_floats(out, &net->y_mean, 1);
    binary_add_floats(out, &net->y_scale, 1);
    binary_add_floats(out, net->weight, net->n_weight);
    return sealed_end(out, from, err);
}

static bool is_shape(const uint32_t *n, uint32_t n_layer) {
    if (n_layer < 2 || n_layer > NET_MAX_LAYERS + 1 || n[0] == 0 || n[0] > NET_MAX_FEATURES ||
        n[n_layer] != 1) {
        return false;
    }
    for (uint32_t l = 1; l < N_SHAPE; l++) {
        const bool is_hidden = l < n_layer;
        if ((is_hidden && (n[l] == 0 || n[l] > NET_MAX_WIDTH)) || (l > n_layer && n[l] != 0)) {
            return false;
        }
    }
    return true;
}

maru_status net_read(const void *bytes, size_t n, struct net **out, maru_error *err) {
    struct binary in;
    char fingerprint[33];
    const maru_status st = sealed_open(bytes, n, its_name, VERSION, &in, fingerprint, err);
    if (st != MARU_OK) {
        return st;
    }
    const uint32_t n_layer = binary_u32(&in);
    uint32_t shape[N_SHAPE];
    for (uint32_t l = 0; l < N_SHAPE; l++) {
        shape[l] = binary_u32(&in);
    }
    if (in.is_bad || !is_shape(shape, n_layer)) {
        return fail(err, MARU_E_INPUT, "no net that this version knows");
    }
    struct net *net = new_net(shape, n_layer);
    if (!net) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    binary_floats(&in, net->mean, shape[0]);
    binary_floats(&in, net->scale, shape[0]);
    binary_floats(&in, &net->y_mean, 1);
    binary_floats(&in, &net->y_scale, 1);
    binary_floats(&in, net->weight, net->n_weight);
    if (!binary_is_end(&in)) {
        net_free(net);
        return fail(err, MARU_E_INPUT,
                    "the net is cut off, too long, or has a value that is no number");
    }
    *out = net;
    return MARU_OK;
}
