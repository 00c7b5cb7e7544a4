// How things really are on a floor that is played, for whoever compares what a host has made of it.
#ifndef CLI_FAKE_TRUTH_H
#define CLI_FAKE_TRUTH_H

#include <stdio.h>

#include "live/fake/fault_table.h"
#include "live/fake/life.h"

struct truth {
    const maru_plant *plant;
    const struct life *life;
    const struct fault_table *faults;
    uint64_t n_event;           // events told so far
    int64_t at_us;              // the life's time, as it is told
    int64_t begin_us, since_us; // when the time of the faults began, and how much of it has gone
};

// Write a line: a JSON object with the lots by tool group and the faults that hold now.
//   errors  MARU_E_IO, MARU_E_LIMIT, MARU_E_MEMORY
MARU_MUST_USE maru_status truth_write(const struct truth *truth, FILE *file, maru_error *err);

#endif
