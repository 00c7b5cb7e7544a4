// Which of two answers is nearer to the truth, row by row, and when that is sure. One may look after every row and stop when one likes:
// the promise holds for all moments together.
#ifndef LEARN_RIVALS_H
#define LEARN_RIVALS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/binary.h"

enum { RIVALS_N_STAKE = 5, RIVALS_LEAST = 30 };

// No pointers: it can be copied; an all-zero one has seen nothing.
struct rivals {
    uint64_t n, n_nearer, n_alike; // rows; those on which the second was nearer; neither
    double first_sum, second_sum;  // of errors
    double rise[RIVALS_N_STAKE],
        fall[RIVALS_N_STAKE]; // logarithms of what betting on the second, or the first, has come to
};

// The next row: the errors of both, and the same on a scale of 0 to 1, such as their share among errors of training.
// What is not finite, or no share, changes nothing.
//   source  I. Waudby-Smith, A. Ramdas: Estimating means of bounded random variables by betting, JRSS B 86 (2024) 1-27; J. Ville 1939
void rivals_step(struct rivals *rivals, const double error[2], const double share[2]);

enum rivals_verdict { RIVALS_UNDECIDED, RIVALS_SECOND_BETTER, RIVALS_FIRST_BETTER };

// Of two that are equally good one is called better at any time with probability 0.05 at most, from RIVALS_LEAST rows on.
enum rivals_verdict rivals_verdict_of(const struct rivals *rivals);

void rivals_write(const struct rivals *rivals, struct text *out);
struct rivals rivals_read(struct binary *in); // all zero, and in->is_bad, where they are none

#endif
