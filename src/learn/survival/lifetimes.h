// What survival is computed from: how long each unit was watched, and whether it failed then or was still running (censored).
#ifndef LEARN_LIFETIMES_H
#define LEARN_LIFETIMES_H

#include <stdint.h>

#include "maru/status.h"

struct lifetimes {
    const double *time;       // (n) above 0, finite: age at failure, or when last seen
    const uint8_t *is_failed; // (n) 1 failed at `time`, 0 was still running
    // (n) in [0, time): age from which it was watched (left truncation); NULL: from 0
    const double *entry;
    uint32_t n;
};

// Are they what they should be?
//   errors  MARU_E_RANGE: no unit, a time not above 0 or not finite, is_failed neither 0 nor 1, an entry not in [0, time)
MARU_MUST_USE maru_status lifetimes_check(const struct lifetimes *lives, maru_error *err);

uint32_t lifetimes_failures(const struct lifetimes *lives);

#endif
