#include "table_property.h"

#include "control/equipment/mapping.h"

#include <string.h>

// A table of equipment. Properties: what is refused has a fault with what would be right; what is read is
// written and read back the same; and each value of the table means its own row.

enum { MAX_TEXT_BYTES = 1 << 24 };

static bool read(const char *bytes, size_t n, struct mapping *mapping) {
    struct reading reading = reading_begin();
    const maru_status st =
        mapping_read("equipment.csv", bytes, n, NULL, reading.faults, mapping, &reading.err);
    return reading_end(&reading, st);
}

static void check_values(const struct mapping *mapping) {
    for (uint32_t i = 0; i < mapping->n_rule; i++) {
        const struct mapping_rule *rule = &mapping->rule[i];
        struct sample sample = {.type = SAMPLE_DOUBLE, .value.number = rule->low};
        if (rule->low < -1e308) {
            sample.value.number = rule->high;
        }
        if (rule->word) {
            sample.type = SAMPLE_TEXT;
            sample.value.text = rule->word;
            sample.n_text = (uint32_t)strlen(rule->word);
        }
        struct timeline_event event;
        must(rule->is_any || mapping_match(mapping, rule->key, &sample) == rule);
        if (mapping_event(rule, &sample, 0, &event)) {
            must(event.kind < N_TIMELINE_KIND && event.substate < N_E10_SUBSTATE);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    struct mapping mapping, again;
    if (!read((const char *)bytes, n, &mapping)) {
        return 0;
    }
    check_values(&mapping);
    struct text once, twice;
    text_init(&once, MAX_TEXT_BYTES);
    text_init(&twice, MAX_TEXT_BYTES);
    mapping_write(&mapping, &once);
    must(once.status == MARU_OK && read(once.bytes, once.n_bytes, &again));
    mapping_write(&again, &twice);
    must(again.n_rule == mapping.n_rule);
    must_be_same(&once, &twice);
    text_fini(&once);
    text_fini(&twice);
    mapping_fini(&mapping);
    mapping_fini(&again);
    return 0;
}
