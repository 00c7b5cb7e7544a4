// The wall clock: for progress, speed and nothing that ends in a result.
#ifndef IO_CLOCK_H
#define IO_CLOCK_H

#include <stdint.h>

// Seconds since some moment in the past; never runs backwards.
double clock_seconds(void);

// Milliseconds since 1970-01-01 UTC, as the system believes: for stamps that people read.
int64_t clock_unix_ms(void);

#endif
