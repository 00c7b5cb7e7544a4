// A small convolutional net that answers one of several classes for a square picture: pure, so that it answers anywhere; fitted by
// train/maps/conv_fit.h.
//
// Layers: convolution, ReLU, and where asked the largest of each 2 x 2. Then the mean and the largest of each channel over the picture,
// and one linear layer. Every number comes out with the same bits on every machine.
#ifndef LEARN_NETS_CONV_NET_H
#define LEARN_NETS_CONV_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "maru/status.h"

enum {
    CONV_MAX_LAYERS = 6,
    CONV_MAX_SIDE = 128,
    CONV_MAX_CHANNELS = 256,
    CONV_MAX_CLASSES = 256,
    CONV_MAX_KERNEL = 7,
};

struct conv_layer {
    uint32_t n_out;  // channels, a multiple of 8
    uint32_t kernel; // 1, 3, 5 or 7: cells on a side
    uint32_t stride; // 1 or 2
    bool is_halved;  // the largest of each 2 x 2
};

struct conv_shape {
    uint32_t side;      // cells on a side of a picture
    uint32_t n_channel; // numbers of a cell
    uint32_t n_class;   // 2 or more
    uint32_t n_layer;
    struct conv_layer layer[CONV_MAX_LAYERS];
};

struct conv_net;

// A net with weights by chance, of the size that keeps what passes at its size.
//   in      seed: the same seed gives the same weights
//   out     *out, to be freed with conv_free
//   errors  MARU_E_RANGE: a shape that cannot be; MARU_E_MEMORY
//   source  K. He, X. Zhang, S. Ren, J. Sun, ICCV 2015, arXiv 1502.01852, eq. 10
MARU_MUST_USE maru_status conv_new(const struct conv_shape *shape, uint64_t seed,
                                   struct conv_net **out, maru_error *err);
void conv_free(struct conv_net *net); // accepts NULL

struct conv_shape conv_shape_of(const struct conv_net *net);

// The weights, for those who fit.
size_t conv_n_weight(const struct conv_net *net);
float *conv_weights(struct conv_net *net);

// Floats that conv_answer and conv_learn need as their scratch: one for each thread.
size_t conv_scratch_floats(const struct conv_net *net);

// What the net says of a picture.
//   in      picture (side x side x n_channel), finite
//   out     margin (n_class): exp of it over the sum of all is the probability of a class
//   cost    O(weights x cells); no memory taken
//   threads any number on one net, each with a scratch of its own
void conv_answer(const struct conv_net *net, const float *picture, float *scratch, float *margin);

// Add the gradient of the loss, the sum of -target ln(probability), to `gradient` (conv_n_weight), and return the loss.
//   in      target (n_class): probabilities that are wanted, adding up to 1
double conv_learn(const struct conv_net *net, const float *picture, const float *target,
                  float *scratch, float *gradient);

// Probabilities of margins, in place.
void conv_probabilities(float *margin, uint32_t n_class);

// Our own bytes: the shape, the weights, a digest.
//   errors  conv_read: MARU_E_INPUT: no net, of another version, cut off, changed or contradicting itself; MARU_E_MEMORY.
//           conv_write: what sticks to `out`
MARU_MUST_USE maru_status conv_write(const struct conv_net *net, struct text *out, maru_error *err);
MARU_MUST_USE maru_status conv_read(const void *bytes, size_t n, struct conv_net **out,
                                    maru_error *err);

#endif
