#include "table_property.h"

#include "live/fake/fault_table.h"
#include "plant/plant.h"

// A table of faults. Properties: what is refused has a fault with what would be right; what is read names tools
// and times that there are, and is written and read back the same.

enum { MAX_TEXT_BYTES = 1 << 26 };

static const maru_plant *plant(void) {
    static maru_plant *made; // once for all inputs
    const char tools[] = "tools,count\nEtch,4\n식각 A/1,2\n";
    const char routes[] = "route,step,tools,time\nr,1,Etch,5 min\nr,2,식각 A/1,5 min\n";
    const char releases[] = "stream,product,every,wafers\ns,r,1 h,25\n";
    const char products[] = "product,route\nr,r\n";
    const maru_file file[] = {{"tools.csv", tools, sizeof tools - 1, NULL},
                              {"routes.csv", routes, sizeof routes - 1, NULL},
                              {"products.csv", products, sizeof products - 1, NULL},
                              {"releases.csv", releases, sizeof releases - 1, NULL}};
    must(made || maru_plant_read(file, 4, NULL, &made, NULL) == MARU_OK);
    return made;
}

static bool read(const char *bytes, size_t n, struct fault_table *table) {
    struct reading reading = reading_begin();
    const maru_status st =
        fault_table_read("faults.csv", bytes, n, plant(), reading.faults, table, &reading.err);
    return reading_end(&reading, st);
}

static void check_rows(const struct fault_table *table) {
    for (uint32_t i = 0; i < table->n_row; i++) {
        const struct fault_row *row = &table->row[i];
        must(row->until_us > row->at_us); // at may lie before the beginning
        must(row->tool == UINT32_MAX || row->tool < plant()->n_tool);
        must(row->variable == UINT32_MAX || row->variable < N_FAKE_VARIABLE);
        must(row->share >= 0 && row->share <= 1 && row->link < N_FAULT_LINK);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    struct fault_table table, again;
    if (!read((const char *)bytes, n, &table)) {
        return 0;
    }
    check_rows(&table);
    struct text once, twice;
    text_init(&once, MAX_TEXT_BYTES);
    text_init(&twice, MAX_TEXT_BYTES);
    fault_table_write(&table, plant(), &once);
    must(once.status == MARU_OK && read(once.bytes, once.n_bytes, &again));
    fault_table_write(&again, plant(), &twice);
    must(again.n_row == table.n_row);
    must_be_same(&once, &twice);
    text_fini(&once);
    text_fini(&twice);
    fault_table_fini(&table);
    fault_table_fini(&again);
    return 0;
}
