// Fit a convolutional net (learn/nets/conv_net.h) to pictures: Adam on batches, each picture turned and mirrored by chance where that
// changes nothing about what it is.
//
// The same pictures, options and seed give the same bytes, on any number of threads.
#ifndef TRAIN_CONV_FIT_H
#define TRAIN_CONV_FIT_H

#include <stdbool.h>
#include <stdint.h>

#include "learn/nets/conv_net.h"
#include "maru/status.h"

enum {
    FIT_MAX_ROWS = 10000000,
    FIT_MAX_EPOCHS = 1000,
    FIT_SYMMETRIES = 8, // of a square: four turns, each as it is and mirrored
};

struct conv_pictures {
    const uint8_t *cell;   // (n_row x side x side x n_channel), 0 to 255: 0 to 1 for the net
    const uint32_t *class; // (n_row) below n_class
    uint32_t n_row;
};

struct conv_fit_options {
    uint32_t n_epoch;       // passes over the pictures
    uint32_t n_batch;       // pictures of a step, a multiple of 8
    uint32_t most_of_class; // pictures of a class in a pass, drawn anew for each; 0: all
    uint32_t n_thread;      // the net does not depend on it
    uint64_t seed;
    double rate;    // of the first steps; it falls to 0 along a line
    double decay;   // of weights, each step, times the rate
    bool is_turned; // turn and mirror by chance
    // After each pass; false: stop. NULL: nobody looks.
    bool (*look)(void *context, uint32_t epoch, double loss);
    void *context;
};

struct conv_fit_options conv_fit_usual(void);

// Fit a net to the pictures from weights by chance.
//   out     *out, to be freed with conv_free
//   errors  MARU_E_RANGE: an option or a class outside, no picture; MARU_E_STOPPED; MARU_E_LIMIT; MARU_E_MEMORY
//   cost    O(passes x pictures x weights x cells)
//   threads n_thread of its own
//   source  D. P. Kingma, J. Ba: Adam, ICLR 2015, arXiv 1412.6980, algorithm 1; I. Loshchilov, F. Hutter, ICLR 2019, arXiv
//           1711.05101 (decay)
MARU_MUST_USE maru_status conv_fit(const struct conv_shape *shape,
                                   const struct conv_pictures *pictures,
                                   const struct conv_fit_options *options, struct conv_net **out,
                                   maru_error *err);

// What a net says of pictures, as probabilities (n_row x n_class). is_turned: the mean over the eight symmetries of a square, so that a
// turned picture gets the same answer.
//   errors  MARU_E_MEMORY
MARU_MUST_USE maru_status conv_ask(const struct conv_net *net, const uint8_t *cell, uint32_t n_row,
                                   bool is_turned, uint32_t n_thread, float *probability,
                                   maru_error *err);

// A picture as the net takes it, under symmetry 0 to 7: the quarter turns, 4 more mirrored.
void conv_turn(const uint8_t *cell, uint32_t side, uint32_t n_channel, uint32_t symmetry,
               float *out);

#endif
