#include "io/clock.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/number.h"

// MARU_CLOCK_SHIFT, seconds on top of the wall clock, lets days pass in tests and drills. Waiting goes by the monotonic clock and is not moved.

enum { MAX_SHIFT_DAYS = 36500 };
static pthread_once_t shift_once = PTHREAD_ONCE_INIT;
static int64_t shift_us;

static void read_shift(void) {
    const char *text = getenv("MARU_CLOCK_SHIFT");
    const int64_t most = (int64_t)MAX_SHIFT_DAYS * 86400;
    int64_t seconds = 0;
    if (text && number_int64(text, strlen(text), &seconds) && seconds >= -most && seconds <= most) {
        shift_us = seconds * 1000000;
    }
}

double clock_seconds(void) {
    struct timespec now = {0};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

int64_t clock_unix_us(void) {
    struct timespec now;
    pthread_once(&shift_once, read_shift);
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000 + shift_us;
}

int64_t clock_unix_ms(void) { return clock_unix_us() / 1000; }

void clock_text(int64_t unix_ms, char out[CLOCK_TEXT_BYTES]) {
    struct tm tm = {0};
    const time_t seconds = (time_t)(unix_ms / 1000);
    gmtime_r(&seconds, &tm);
    const size_t n = strftime(out, CLOCK_TEXT_BYTES, "%Y-%m-%dT%H:%M:%S", &tm);
    snprintf(out + n, CLOCK_TEXT_BYTES - n, ".%03dZ", (int)(unix_ms % 1000));
}
