#include "table_property.h"

#include "control/assets/asset_table.h"

#include <string.h>

// A table of assets. Properties: what is refused has a fault with what would be right; what is read is written and read back the same;
// each rule without stars meets the signal of its name; and what is made of a signal is always a good place.

enum { MAX_TEXT_BYTES = 1 << 24 };

static bool read(const char *bytes, size_t n, struct asset_table *table) {
    struct reading reading = reading_begin();
    const maru_status st =
        asset_table_read("assets.csv", bytes, n, reading.faults, table, &reading.err);
    return reading_end(&reading, st);
}

// Each pattern as a name: a star meets a star.
static void check_rules(const struct asset_table *table) {
    for (uint32_t i = 0; i < table->n_rule; i++) {
        const struct placing_rule *rule = &table->rule[i];
        const size_t n = strlen(rule->pattern);
        struct placing_room room;
        struct placed placed = {"own", "name", "unit"};
        must(placing_meets(rule->pattern, rule->pattern, n));
        placing_apply(table->placing, rule->pattern, n, &placed, &room);
        must(!placing_path_fault(placed.asset) && placed.name[0] != '\0');
        must(strlen(placed.name) < PLACING_MAX_NAME_BYTES);
        must(strlen(placed.unit) < PLACING_MAX_NAME_BYTES);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    struct asset_table table, again;
    if (!read((const char *)bytes, n, &table)) {
        return 0;
    }
    check_rules(&table);
    struct text once, twice;
    text_init(&once, MAX_TEXT_BYTES);
    text_init(&twice, MAX_TEXT_BYTES);
    asset_table_write(&table, &once);
    must(once.status == MARU_OK && read(once.bytes, once.n_bytes, &again));
    asset_table_write(&again, &twice);
    must(again.paths.n == table.paths.n && again.n_rule == table.n_rule);
    must_be_same(&once, &twice);
    text_fini(&once);
    text_fini(&twice);
    asset_table_fini(&table);
    asset_table_fini(&again);
    return 0;
}
