#include "target.h"

#include "control/equipment/shift_table.h"

#include <stdlib.h>
#include <string.h>

// A table of shifts. Properties: what is refused has a fault with what would be right; what is read is written and read back the
// same; and windows go forward, whatever the time zone.

enum { MAX_TEXT_BYTES = 1 << 20, WINDOWS = 40 };

static void must(bool is_true) {
    if (!is_true) {
        abort();
    }
}

static bool read(const char *bytes, size_t n, struct shifts *shifts) {
    maru_faults *faults = maru_faults_new();
    must(faults != NULL);
    maru_error err;
    const maru_status st = shift_table_read("shifts.csv", bytes, n, faults, shifts, &err);
    must((st == MARU_OK) == (maru_faults_count(faults, MARU_FAULT) == 0) || st == MARU_E_LIMIT);
    for (size_t i = 0; i < maru_faults_kept(faults); i++) {
        must(maru_faults_get(faults, i)->right[0] != '\0');
    }
    must(st == MARU_OK || err.text[0] != '\0');
    maru_faults_free(faults);
    return st == MARU_OK;
}

static void walk(const struct shifts *shifts) {
    maru_time at_us = INT64_C(1774731600) * 1000000;
    struct shift_window window;
    for (int i = 0; i < WINDOWS && shifts_next(shifts, at_us, &window); i++) {
        must(window.to_us > at_us && window.to_us > window.from_us);
        must(i == 0 || window.from_us >= at_us);
        maru_time until_us = at_us;
        (void)shifts_is_scheduled(shifts, at_us, &until_us);
        must(until_us > at_us);
        const struct shift_window day = shifts_day(shifts, at_us);
        must(day.from_us <= at_us && day.to_us > at_us);
        at_us = window.to_us;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    static struct shifts shifts, again;
    if (!read((const char *)bytes, n, &shifts)) {
        return 0;
    }
    walk(&shifts);
    struct text once, twice;
    text_init(&once, MAX_TEXT_BYTES);
    text_init(&twice, MAX_TEXT_BYTES);
    shift_table_write(&shifts, &once);
    must(once.status == MARU_OK && read(once.bytes, once.n_bytes, &again));
    shift_table_write(&again, &twice);
    must(once.n_bytes == twice.n_bytes && memcmp(once.bytes, twice.bytes, once.n_bytes) == 0);
    text_fini(&once);
    text_fini(&twice);
    return 0;
}
