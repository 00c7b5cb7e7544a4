// Operating regimes: the few ways in which a machine is run, found where its settings lie close together. What a sensor shows means something only
// beside the regime: the same temperature is high on the ground and low in the air.
#ifndef LEARN_REGIMES_H
#define LEARN_REGIMES_H

#include <stdint.h>

#include "base/arena.h"
#include "base/binary.h"
#include "base/text.h"

enum {
    REGIMES_MAX = 16,
    REGIMES_MAX_LEVELS = 8, // of a setting alone
    REGIMES_MAX_SETTINGS = 64,
    REGIMES_MAX_SAMPLE = 8192, // rows that centers are found on, taken evenly
};

struct regimes {
    uint32_t n_regime, n_setting;
    double *middle, *scale; // (n_setting); scale 0: a setting that does not count
    double *center;         // (n_regime, n_setting) in scaled settings
};

// Find them. There are as few as leave a thousandth of the variance of the settings within them. A setting that only wanders is left out:
// one that more than REGIMES_MAX_LEVELS levels would leave in doubt; where all of them wander, there is one regime.
//   in      x (n_row, n_column) row after row, NaN: missing; column (n_setting) which of them are settings; n_setting may be 0
//   memory  from `arena`
//   errors  MARU_E_RANGE: no rows; MARU_E_LIMIT: settings; what the arena says
//   cost    O(sample x n_setting x REGIMES_MAX^2 x passes)
//   source  S. P. Lloyd: Least squares quantization in PCM, IEEE Trans. Inf. Theory 28 (1982) 129-137; T. F. Gonzalez, Theor. Comput. Sci. 38
//           (1985) 293-306 (first centers: the row farthest from those there are)
struct regimes_input {
    const float *x;
    uint32_t n_row, n_column;
    const uint32_t *column; // (n_setting)
    uint32_t n_setting;
};
MARU_MUST_USE maru_status regimes_fit(const struct regimes_input *input, struct arena *arena,
                                      struct regimes *out, maru_error *err);

// The regime of a row: of the nearest center, the first of equals. A missing setting counts as its mean.
//   in      x (n_column) the whole row; column (n_setting) as in fitting
uint32_t regimes_of(const struct regimes *regimes, const float *x, const uint32_t *column);

// As a part of a model's bytes.
//   errors  regimes_read: MARU_E_INPUT; what the arena says
void regimes_write(const struct regimes *regimes, struct text *out);
MARU_MUST_USE maru_status regimes_read(struct binary *in, struct arena *arena, struct regimes *out,
                                       maru_error *err);

#endif
