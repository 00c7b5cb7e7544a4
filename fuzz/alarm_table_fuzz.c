#include "table_property.h"

#include "control/alarms/alarms.h"

#include <string.h>

// A table of alarms. Properties: what is refused has a fault with what would be right; what is read is
// written and read back the same; and alarms of it can live for a while.

enum { MAX_TEXT_BYTES = 1 << 24, MAX_SAMPLES = 200 };

static bool read(const char *bytes, size_t n, struct alarm_table *table) {
    struct reading reading = reading_begin();
    const maru_status st =
        alarm_table_read("alarms.csv", bytes, n, reading.faults, table, &reading.err);
    return reading_end(&reading, st);
}

static void live(const struct alarm_table *table) {
    struct alarms alarms;
    const struct alarms_options options = alarms_usual();
    must(alarms_init(&alarms, table, &options, 0, NULL) == MARU_OK);
    for (uint32_t i = 0; i < MAX_SAMPLES && table->n_leaf > 0; i++) {
        const struct condition_leaf *leaf = &table->leaf[i * 7 % table->n_leaf];
        const double value = leaf->low + leaf->high + (i % 3) - 1.0;
        must(alarms_sample(&alarms, leaf->signal, (maru_time)i * 1000000, value, i % 5 ? 0xC0 : 0,
                           NULL) == MARU_OK);
        must(alarms_advance(&alarms, (maru_time)i * 1000000, NULL) == MARU_OK);
    }
    uint32_t n = 0;
    for (int s = 0; s < N_ALARM_STATE; s++) {
        n += alarms_count(&alarms, (enum alarm_state)s);
    }
    must(n == table->n_alarm);
    alarms_fini(&alarms);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    struct alarm_table table, again;
    if (!read((const char *)bytes, n, &table)) {
        return 0;
    }
    struct text once, twice;
    text_init(&once, MAX_TEXT_BYTES);
    text_init(&twice, MAX_TEXT_BYTES);
    alarm_table_write(&table, &once);
    must(once.status == MARU_OK && read(once.bytes, once.n_bytes, &again));
    alarm_table_write(&again, &twice);
    must(again.n_code == table.n_code);
    must_be_same(&once, &twice);
    must(memcmp(again.code, table.code, table.n_code) == 0);
    live(&table);
    text_fini(&once);
    text_fini(&twice);
    alarm_table_fini(&table);
    alarm_table_fini(&again);
    return 0;
}
