#include "table_property.h"

#include "control/equipment/shift_table.h"

// A table of shifts. Properties: what is refused has a fault with what would be right; what is read is written and read back the
// same; and windows go forward, whatever the time zone.

enum { MAX_TEXT_BYTES = 1 << 20, WINDOWS = 40 };

static bool read(const char *bytes, size_t n, struct shifts *shifts) {
    struct reading reading = reading_begin();
    const maru_status st =
        shift_table_read("shifts.csv", bytes, n, reading.faults, shifts, &reading.err);
    return reading_end(&reading, st);
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
    must_be_same(&once, &twice);
    text_fini(&once);
    text_fini(&twice);
    return 0;
}
