// Shares with their doubt: 23 of 1204 are defective, which is 1.9 % and could be 1.3 to 2.9 %.
#ifndef LEARN_SHARE_H
#define LEARN_SHARE_H

#include <stdint.h>

struct share {
    uint64_t n_bad, n;
    double value, low, high; // NaN where n is 0
};

// The share with Wilson's interval at `level`, such as 0.95. Its true level is near that also for rare defects and small numbers.
//   source  E. B. Wilson, JASA 22 (1927) 209-212; L. D. Brown, T. T. Cai, A. DasGupta, Statistical Science 16 (2001) 101-133
struct share share_of(uint64_t n_bad, uint64_t n, double level);

// The same where units come in clusters that differ more than chance: n of them say no more than n / design_effect (at least 1)
// independent ones.
//   source  L. Kish, Survey Sampling, Wiley 1965, 5.4
struct share share_of_clusters(uint64_t n_bad, uint64_t n, double design_effect, double level);

struct share_difference {
    double value, low, high; // NaN where either share is unknown
};

// a - b with Newcombe's interval from Wilson's limits.
//   source  R. G. Newcombe, Statistics in Medicine 17 (1998) 873-890, method 10
struct share_difference share_subtract(const struct share *a, const struct share *b);

#endif
