#include "learn/nets/conv_net.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/random.h"
#include "base/sealed.h"
#include "base/status.h"
#include "learn/nets/product.h"
#include "learn/trees/forest_inside.h"

// A picture lies cell by cell, its channels next to each other. A layer gathers the cells under its kernel for each place into a row of
// `patch`, so that the convolution is one product of matrices:
//
//     patch (places x kernel^2 n_in)  times  weight (kernel^2 n_in x n_out)  ->  after (places x n_out), plus bias, not below 0
//     halved: the largest of each 2 x 2 places, and which of the four it was (`which`)
//
// Places beyond the edge count as 0. The way back is the same products with one side turned. Scratch holds all of this for every layer,
// and behind it as much room for the gradients on the way back.
//
// Bytes (base/sealed.h): side, n_channel, n_class, n_layer; n_out, kernel, stride, is_halved of each layer; the weights. All of 32 bits.

enum { VERSION = 1 };

static const char its_name[] = "MARUCONV";

// What a layer works on: sides of its pictures, and where its numbers lie among the weights and in the scratch.
struct stage {
    uint32_t n_in, n_out, kernel, stride, side_in, side_after, side_out;
    bool is_halved;
    size_t n_patch;                            // kernel^2 n_in
    size_t weight, bias;                       // (n_patch x n_out), (n_out)
    size_t patch, after, which, out, gradient; // in the scratch; gradient: of `out`
};

struct conv_net {
    struct conv_shape shape;
    struct stage stage[CONV_MAX_LAYERS];
    size_t n_weight, n_scratch;
    size_t linear, linear_bias; // (2 n_last x n_class), (n_class)
    size_t pooled, answer,
        spread; // in the scratch: (2 n_last), (n_class), for gradients of patches and places
    bool is_wide;
    float *weight;
};

// ---- shape

static uint32_t side_after(const struct conv_layer *layer, uint32_t side) {
    return (side - 1) / layer->stride + 1;
}

static bool is_layer(const struct conv_layer *layer, uint32_t side) {
    return layer->n_out > 0 && layer->n_out <= CONV_MAX_CHANNELS &&
           layer->n_out % PRODUCT_LANES == 0 && layer->kernel % 2 == 1 &&
           layer->kernel <= CONV_MAX_KERNEL && (layer->stride == 1 || layer->stride == 2) &&
           side_after(layer, side) / (layer->is_halved ? 2 : 1) > 0;
}

static bool is_shape(const struct conv_shape *shape) {
    uint32_t side = shape->side;
    if (side == 0 || side > CONV_MAX_SIDE || shape->n_channel == 0 ||
        shape->n_channel > CONV_MAX_CHANNELS || shape->n_class < 2 ||
        shape->n_class > CONV_MAX_CLASSES || shape->n_layer == 0 ||
        shape->n_layer > CONV_MAX_LAYERS) {
        return false;
    }
    for (uint32_t i = 0; i < shape->n_layer; i++) {
        if (!is_layer(&shape->layer[i], side)) {
            return false;
        }
        side = side_after(&shape->layer[i], side) / (shape->layer[i].is_halved ? 2 : 1);
    }
    return true;
}

static size_t take(size_t *n, size_t more) {
    const size_t at = *n;
    *n += (more + PRODUCT_LANES - 1) / PRODUCT_LANES * PRODUCT_LANES;
    return at;
}

static void plan_stage(struct conv_net *net, struct stage *stage, const struct conv_layer *layer) {
    const size_t n_after = (size_t)stage->side_after * stage->side_after;
    const size_t n_out = (size_t)stage->side_out * stage->side_out * layer->n_out;
    stage->n_patch = (size_t)layer->kernel * layer->kernel * stage->n_in;
    stage->weight = net->n_weight;
    net->n_weight += stage->n_patch * layer->n_out;
    stage->bias = net->n_weight;
    net->n_weight += layer->n_out;
    stage->patch = take(&net->n_scratch, n_after * stage->n_patch);
    stage->after = take(&net->n_scratch, n_after * layer->n_out);
    stage->which = take(&net->n_scratch, n_out);
    stage->out = take(&net->n_scratch, n_out);
    stage->gradient = take(&net->n_scratch, n_out);
}

static void plan(struct conv_net *net) {
    const struct conv_shape *shape = &net->shape;
    uint32_t side = shape->side, n_in = shape->n_channel;
    size_t n_spread = 0;
    for (uint32_t i = 0; i < shape->n_layer; i++) {
        const struct conv_layer *layer = &shape->layer[i];
        struct stage *stage = &net->stage[i];
        *stage = (struct stage){.n_in = n_in,
                                .n_out = layer->n_out,
                                .kernel = layer->kernel,
                                .stride = layer->stride,
                                .side_in = side,
                                .side_after = side_after(layer, side),
                                .is_halved = layer->is_halved};
        stage->side_out = stage->side_after / (layer->is_halved ? 2 : 1);
        plan_stage(net, stage, layer);
        const size_t n_after = (size_t)stage->side_after * stage->side_after;
        const size_t n = n_after * (stage->n_patch + layer->n_out) + stage->n_patch * layer->n_out;
        n_spread = n > n_spread ? n : n_spread;
        side = stage->side_out;
        n_in = layer->n_out;
    }
    net->linear = net->n_weight;
    net->linear_bias = net->linear + 2 * (size_t)n_in * shape->n_class;
    net->n_weight = net->linear_bias + shape->n_class;
    net->pooled = take(&net->n_scratch, 2 * (size_t)n_in);
    net->answer = take(&net->n_scratch, shape->n_class);
    net->spread = take(&net->n_scratch, n_spread);
}

static maru_status make(const struct conv_shape *shape, struct conv_net **out, maru_error *err) {
    if (!is_shape(shape)) {
        return fail(err, MARU_E_RANGE, "a net of this shape cannot be");
    }
    struct conv_net *net = alloc_new(1, sizeof *net);
    if (net) {
        net->shape = *shape;
        plan(net);
        net->is_wide = forest_machine_is_wide();
        net->weight = alloc_new(net->n_weight, sizeof *net->weight);
    }
    if (!net || !net->weight) {
        conv_free(net);
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    *out = net;
    return MARU_OK;
}

static void fill(float *weight, size_t n, double sd, uint64_t seed, uint64_t stream) {
    for (size_t i = 0; i < n; i++) {
        const struct random_block block = random_at(seed, stream, i);
        const uint64_t bits = (uint64_t)block.word[0] << 32 | block.word[1];
        weight[i] = (float)(sd * exact_normal_quantile(random_open(bits)));
    }
}

maru_status conv_new(const struct conv_shape *shape, uint64_t seed, struct conv_net **out,
                     maru_error *err) {
    const maru_status st = make(shape, out, err);
    if (st != MARU_OK) {
        return st;
    }
    struct conv_net *net = *out;
    for (uint32_t i = 0; i < shape->n_layer; i++) {
        const struct stage *stage = &net->stage[i];
        fill(net->weight + stage->weight, stage->n_patch * stage->n_out,
             sqrt(2.0 / (double)stage->n_patch), seed, i);
    }
    const size_t n_linear = net->linear_bias - net->linear;
    fill(net->weight + net->linear, n_linear, sqrt((double)shape->n_class / (double)n_linear), seed,
         shape->n_layer);
    return MARU_OK;
}

void conv_free(struct conv_net *net) {
    if (net) {
        alloc_free(net->weight);
        alloc_free(net);
    }
}

struct conv_shape conv_shape_of(const struct conv_net *net) {
    return net->shape;
}
size_t conv_n_weight(const struct conv_net *net) { return net->n_weight; }
float *conv_weights(struct conv_net *net) { return net->weight; }
size_t conv_scratch_floats(const struct conv_net *net) { return net->n_scratch; }

// ---- forward

// A row of `patch` is kernel runs of kernel x n_in numbers, each a piece of a row of the picture.
struct span {
    uint32_t first, n; // columns of the kernel that lie in the picture
    size_t column;     // the picture's, of the first of them
};

static struct span span_at(const struct stage *stage, uint32_t place) {
    const int64_t begin = (int64_t)place * stage->stride - stage->kernel / 2;
    const int64_t first = begin < 0 ? -begin : 0;
    const int64_t beyond = begin + stage->kernel - stage->side_in;
    const int64_t n = stage->kernel - first - (beyond > 0 ? beyond : 0);
    return (struct span){(uint32_t)first, (uint32_t)(n > 0 ? n : 0), (size_t)(begin + first)};
}

static void gather(const struct stage *stage, const float *in, float *patch) {
    const size_t run = (size_t)stage->kernel * stage->n_in;
    memset(patch, 0,
           (size_t)stage->side_after * stage->side_after * stage->n_patch * sizeof *patch);
    for (uint32_t y = 0; y < stage->side_after; y++) {
        const struct span rows = span_at(stage, y);
        for (uint32_t x = 0; x < stage->side_after; x++, patch += stage->n_patch) {
            const struct span columns = span_at(stage, x);
            for (uint32_t k = 0; k < rows.n; k++) {
                memcpy(patch + (rows.first + k) * run + (size_t)columns.first * stage->n_in,
                       in + ((rows.column + k) * stage->side_in + columns.column) * stage->n_in,
                       (size_t)columns.n * stage->n_in * sizeof *in);
            }
        }
    }
}

// Gradients of patches, added where their cells lie: gather turned round.
static void scatter(const struct stage *stage, const float *patch, float *in) {
    const size_t run = (size_t)stage->kernel * stage->n_in;
    for (uint32_t y = 0; y < stage->side_after; y++) {
        const struct span rows = span_at(stage, y);
        for (uint32_t x = 0; x < stage->side_after; x++, patch += stage->n_patch) {
            const struct span columns = span_at(stage, x);
            const size_t n = (size_t)columns.n * stage->n_in;
            for (uint32_t k = 0; k < rows.n; k++) {
                const float *from =
                    patch + (rows.first + k) * run + (size_t)columns.first * stage->n_in;
                float *to =
                    in + ((rows.column + k) * stage->side_in + columns.column) * stage->n_in;
                for (size_t i = 0; i < n; i++) {
                    to[i] += from[i];
                }
            }
        }
    }
}

// The largest of each 2 x 2 places; `which` says 0 to 3, the first among equals.
static void halve(const struct stage *stage, const float *after, float *which, float *out) {
    const size_t n = stage->n_out, row = stage->side_after * n;
    const size_t step[4] = {0, n, row, row + n};
    for (uint32_t y = 0; y < stage->side_out; y++) {
        for (uint32_t x = 0; x < stage->side_out; x++, out += n, which += n) {
            const float *from = after + 2 * (size_t)y * row + 2 * (size_t)x * n;
            for (size_t c = 0; c < n; c++) {
                float best = from[c], best_at = 0;
                for (int k = 1; k < 4; k++) {
                    const float value = from[step[k] + c];
                    best_at = value > best ? (float)k : best_at;
                    best = value > best ? value : best;
                }
                out[c] = best;
                which[c] = best_at;
            }
        }
    }
}

static void run_stage(const struct conv_net *net, const struct stage *stage, const float *in,
                      float *scratch) {
    const size_t n_place = (size_t)stage->side_after * stage->side_after, n = stage->n_out;
    float *patch = scratch + stage->patch, *after = scratch + stage->after;
    gather(stage, in, patch);
    for (size_t i = 0; i < n_place; i++) {
        memcpy(after + i * n, net->weight + stage->bias, n * sizeof *after);
    }
    product_add((struct product_size){n_place, stage->n_patch, n},
                (struct product_left){patch, stage->n_patch, 1}, net->weight + stage->weight, after,
                net->is_wide);
    for (size_t i = 0; i < n_place * n; i++) {
        after[i] = after[i] > 0 ? after[i] : 0;
    }
    if (stage->is_halved) {
        halve(stage, after, scratch + stage->which, scratch + stage->out);
    } else {
        memcpy(scratch + stage->out, after, n_place * n * sizeof *after);
    }
}

// The mean of each channel, then the largest of each.
static void pool(const struct stage *stage, const float *out, float *pooled) {
    const size_t n = stage->n_out, n_place = (size_t)stage->side_out * stage->side_out;
    memset(pooled, 0, 2 * n * sizeof *pooled);
    for (size_t i = 0; i < n_place; i++, out += n) {
        for (size_t c = 0; c < n; c++) {
            pooled[c] += out[c];
            pooled[n + c] = out[c] > pooled[n + c] ? out[c] : pooled[n + c];
        }
    }
    for (size_t c = 0; c < n; c++) {
        pooled[c] /= (float)n_place;
    }
}

void conv_answer(const struct conv_net *net, const float *picture, float *scratch, float *margin) {
    const float *in = picture;
    for (uint32_t i = 0; i < net->shape.n_layer; i++) {
        run_stage(net, &net->stage[i], in, scratch);
        in = scratch + net->stage[i].out;
    }
    const struct stage *last = &net->stage[net->shape.n_layer - 1];
    float *pooled = scratch + net->pooled;
    pool(last, in, pooled);
    const uint32_t n_class = net->shape.n_class;
    memcpy(margin, net->weight + net->linear_bias, n_class * sizeof *margin);
    for (size_t k = 0; k < 2 * (size_t)last->n_out; k++) {
        const float *row = net->weight + net->linear + k * n_class;
        for (uint32_t c = 0; c < n_class; c++) {
            margin[c] += pooled[k] * row[c];
        }
    }
}

void conv_probabilities(float *margin, uint32_t n_class) {
    float most = margin[0];
    double sum = 0;
    for (uint32_t c = 1; c < n_class; c++) {
        most = margin[c] > most ? margin[c] : most;
    }
    for (uint32_t c = 0; c < n_class; c++) {
        const double value = exact_exp((double)margin[c] - (double)most);
        sum += value;
        margin[c] = (float)value;
    }
    for (uint32_t c = 0; c < n_class; c++) {
        margin[c] = (float)((double)margin[c] / sum);
    }
}

// ---- back

// Gradient of what the linear layer saw, spread over the places of the last layer.
static void pool_back(const struct conv_net *net, const struct stage *last, const float *error,
                      float *scratch) {
    const size_t n = last->n_out, n_place = (size_t)last->side_out * last->side_out;
    const uint32_t n_class = net->shape.n_class;
    const float *pooled = scratch + net->pooled;
    for (size_t c = 0; c < n; c++) {
        float of_mean = 0, of_most = 0;
        for (uint32_t k = 0; k < n_class; k++) {
            of_mean += error[k] * net->weight[net->linear + c * n_class + k];
            of_most += error[k] * net->weight[net->linear + (n + c) * n_class + k];
        }
        of_mean /= (float)n_place;
        bool is_taken = false;
        for (size_t i = 0; i < n_place; i++) {
            const bool is_most = !is_taken && scratch[last->out + i * n + c] == pooled[n + c];
            scratch[last->gradient + i * n + c] = of_mean + (is_most ? of_most : 0);
            is_taken = is_taken || is_most;
        }
    }
}

// The gradient of `after` from that of `out`: through the 2 x 2 and the ReLU.
static void halve_back(const struct stage *stage, const float *scratch, float *spread) {
    const size_t n = stage->n_out, row = stage->side_after * n;
    const float *which = scratch + stage->which, *gradient = scratch + stage->gradient;
    const float *after = scratch + stage->after;
    const size_t n_after = (size_t)stage->side_after * row;
    memset(spread, 0, n_after * sizeof *spread);
    for (uint32_t y = 0; y < stage->side_out; y++) {
        for (uint32_t x = 0; x < stage->side_out; x++, which += n, gradient += n) {
            for (size_t c = 0; c < n; c++) {
                const uint32_t k = stage->is_halved ? (uint32_t)which[c] : 0;
                const size_t by = stage->is_halved ? 2 : 1;
                const size_t at = (by * y + k / 2) * row + (by * x + k % 2) * n + c;
                spread[at] = after[at] > 0 ? gradient[c] : 0;
            }
        }
    }
}

static void stage_back(const struct conv_net *net, uint32_t i, float *scratch, float *gradient) {
    const struct stage *stage = &net->stage[i];
    const size_t n_place = (size_t)stage->side_after * stage->side_after, n = stage->n_out;
    float *spread = scratch + net->spread;
    float *turned = spread + n_place * n; // the weights as (n_out x n_patch)
    float *patches = turned + n * stage->n_patch;
    halve_back(stage, scratch, spread);
    product_add((struct product_size){stage->n_patch, n_place, n},
                (struct product_left){scratch + stage->patch, 1, stage->n_patch}, spread,
                gradient + stage->weight, net->is_wide);
    for (size_t p = 0; p < n_place; p++) {
        for (size_t c = 0; c < n; c++) {
            gradient[stage->bias + c] += spread[p * n + c];
        }
    }
    if (i == 0) {
        return;
    }
    for (size_t k = 0; k < stage->n_patch; k++) {
        for (size_t c = 0; c < n; c++) {
            turned[c * stage->n_patch + k] = net->weight[stage->weight + k * n + c];
        }
    }
    memset(patches, 0, n_place * stage->n_patch * sizeof *patches);
    product_add((struct product_size){n_place, n, stage->n_patch},
                (struct product_left){spread, n, 1}, turned, patches, net->is_wide);
    const struct stage *before = &net->stage[i - 1];
    float *in = scratch + before->gradient;
    memset(in, 0, (size_t)before->side_out * before->side_out * before->n_out * sizeof *in);
    scatter(stage, patches, in);
}

double conv_learn(const struct conv_net *net, const float *picture, const float *target,
                  float *scratch, float *gradient) {
    const uint32_t n_class = net->shape.n_class;
    const struct stage *last = &net->stage[net->shape.n_layer - 1];
    float *error = scratch + net->answer;
    conv_answer(net, picture, scratch, error);
    conv_probabilities(error, n_class);
    double loss = 0;
    for (uint32_t c = 0; c < n_class; c++) {
        const double share = fmax((double)error[c], 1e-30);
        loss -= target[c] > 0 ? (double)target[c] * exact_ln(share) : 0;
        error[c] -= target[c];
        gradient[net->linear_bias + c] += error[c];
    }
    for (size_t k = 0; k < 2 * (size_t)last->n_out; k++) {
        for (uint32_t c = 0; c < n_class; c++) {
            gradient[net->linear + k * n_class + c] += scratch[net->pooled + k] * error[c];
        }
    }
    pool_back(net, last, error, scratch);
    for (uint32_t i = net->shape.n_layer; i-- > 0;) {
        stage_back(net, i, scratch, gradient);
    }
    return loss;
}

// ---- bytes

maru_status conv_write(const struct conv_net *net, struct text *out, maru_error *err) {
    const struct conv_shape *shape = &net->shape;
    const size_t from = sealed_begin(out, its_name, VERSION);
    binary_add_u32(out, shape->side);
    binary_add_u32(out, shape->n_channel);
    binary_add_u32(out, shape->n_class);
    binary_add_u32(out, shape->n_layer);
    for (uint32_t i = 0; i < shape->n_layer; i++) {
        const struct conv_layer *layer = &shape->layer[i];
        binary_add_u32(out, layer->n_out);
        binary_add_u32(out, layer->kernel);
        binary_add_u32(out, layer->stride);
        binary_add_u32(out, layer->is_halved);
    }
    binary_add_floats(out, net->weight, net->n_weight);
    return sealed_end(out, from, err);
}

static maru_status refuse(maru_error *err) {
    return fail(err, MARU_E_INPUT, "these bytes are no net, or a damaged one");
}

static bool read_shape(struct binary *in, struct conv_shape *shape) {
    *shape = (struct conv_shape){.side = binary_u32(in),
                                 .n_channel = binary_u32(in),
                                 .n_class = binary_u32(in),
                                 .n_layer = binary_u32(in)};
    if (in->is_bad || shape->n_layer > CONV_MAX_LAYERS) {
        return false;
    }
    for (uint32_t i = 0; i < shape->n_layer; i++) {
        struct conv_layer *layer = &shape->layer[i];
        layer->n_out = binary_u32(in);
        layer->kernel = binary_u32(in);
        layer->stride = binary_u32(in);
        const uint32_t is_halved = binary_u32(in);
        if (is_halved > 1) {
            return false;
        }
        layer->is_halved = is_halved == 1;
    }
    return !in->is_bad && is_shape(shape);
}

maru_status conv_read(const void *bytes, size_t n, struct conv_net **out, maru_error *err) {
    struct conv_shape shape = {0};
    struct conv_net *net = NULL;
    struct binary in;
    char fingerprint[33];
    maru_status st = sealed_open(bytes, n, its_name, VERSION, &in, fingerprint, err);
    if (st != MARU_OK) {
        return st;
    }
    if (!read_shape(&in, &shape)) {
        return refuse(err);
    }
    struct conv_net planned = {
        .shape = shape}; // how many weights there must be, before memory is taken for them
    plan(&planned);
    if (in.left != 4 * planned.n_weight) {
        return refuse(err);
    }
    st = make(&shape, &net, err);
    if (!net) {
        return st;
    }
    binary_floats(&in, net->weight, net->n_weight);
    if (!binary_is_end(&in)) {
        conv_free(net);
        return refuse(err);
    }
    *out = net;
    return MARU_OK;
}
