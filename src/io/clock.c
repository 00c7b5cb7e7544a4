#include "io/clock.h"

#include <stdio.h>
#include <time.h>

double clock_seconds(void) {
    struct timespec now = {0};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

int64_t clock_unix_us(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t clock_unix_ms(void) { return clock_unix_us() / 1000; }

void clock_text(int64_t unix_ms, char out[CLOCK_TEXT_BYTES]) {
    struct tm tm = {0};
    const time_t seconds = (time_t)(unix_ms / 1000);
    gmtime_r(&seconds, &tm);
    const size_t n = strftime(out, CLOCK_TEXT_BYTES, "%Y-%m-%dT%H:%M:%S", &tm);
    snprintf(out + n, CLOCK_TEXT_BYTES - n, ".%03dZ", (int)(unix_ms % 1000));
}
