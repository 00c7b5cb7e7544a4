#include "table_property.h"

#include "control/fdc/window_table.h"

// A table of windows. Properties: what is refused has a fault with what would be right; what is read is written and read back the same;
// and no window begins and ends with the same usual event.

enum { MAX_TEXT_BYTES = 1 << 24 };

static bool read(const char *bytes, size_t n, struct window_table *table) {
    struct reading reading = reading_begin();
    const maru_status st =
        window_table_read("windows.csv", bytes, n, reading.faults, table, &reading.err);
    return reading_end(&reading, st);
}

static void look(const struct window_def *def) {
    struct text name;
    text_init(&name, MAX_TEXT_BYTES);
    must(window_def_values(def) >= 1 && window_def_values(def) <= CONTEXT_MAX_FEATURES);
    for (uint32_t i = 0; i < window_def_values(def); i++) {
        window_def_value_name(def, i, &name);
    }
    must(name.status == MARU_OK);
    must(def->begin[0] || !window_def_begins(def, "finished"));
    must(def->end[0] || window_def_ends(def, "finished"));
    must(window_def_wants(def, "", "") || def->recipe[0] || def->step[0]);
    struct window window;
    must(window_of(&def->options, 0, 1000000, NULL, 0, &window, NULL) == MARU_OK);
    text_fini(&name);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    struct window_table table, again;
    if (!read((const char *)bytes, n, &table)) {
        return 0;
    }
    struct text once, twice;
    text_init(&once, MAX_TEXT_BYTES);
    text_init(&twice, MAX_TEXT_BYTES);
    for (uint32_t i = 0; i < table.n; i++) {
        look(&table.window[i]);
    }
    window_table_write(&table, &once);
    must(once.status == MARU_OK && read(once.bytes, once.n_bytes, &again));
    window_table_write(&again, &twice);
    must(again.n == table.n);
    must_be_same(&once, &twice);
    text_fini(&once);
    text_fini(&twice);
    window_table_fini(&table);
    window_table_fini(&again);
    return 0;
}
