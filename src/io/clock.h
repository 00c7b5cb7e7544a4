// The wall clock: for progress, speed and nothing that ends in a result.
#ifndef IO_CLOCK_H
#define IO_CLOCK_H

#include <stdint.h>

// Seconds since some moment in the past; never runs backwards.
double clock_seconds(void);

// Milliseconds since 1970-01-01 UTC, as the system believes, moved by MARU_CLOCK_SHIFT seconds: for stamps that people read.
int64_t clock_unix_ms(void);
int64_t clock_unix_us(void);

// Such a time as RFC 3339 has it, in UTC: "2026-01-31T12:00:00.250Z".
enum { CLOCK_TEXT_BYTES = 40 };
void clock_text(int64_t unix_ms, char out[CLOCK_TEXT_BYTES]);

#endif
