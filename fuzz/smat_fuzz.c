#include "target.h"

#include "plant/dialect/smat.h"
#include "plant_property.h"

static const char tables[] = "=== routes.csv\nroute,tools,time\nA,M,1 min\nA,N,1 min\n"
                             "=== tools.csv\ntools,count\nM,2\nN,3\n"
                             "=== releases.csv\nstream,product,every\ns,A,1 day\n";

// Any hall is refused, or becomes places that the plant takes, all of them.
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    maru_plant *plant = read_bundle(tables, strlen(tables), true);
    const maru_file file = {.name = "equipment.csv", .bytes = bytes, .n_bytes = n};
    struct text layout;
    struct smat_told told = {0};
    maru_error err = {0};
    text_init(&layout, MAX_BUNDLE_BYTES);
    const maru_status st = smat_layout(plant, &file, &layout, &told, &err);
    must(st == MARU_OK || st == MARU_E_INPUT || st == MARU_E_LIMIT);
    must(st == MARU_OK || (err.code == st && err.text[0] != '\0'));
    if (st == MARU_OK) {
        must(told.n_row == told.placed + told.alien + told.spare &&
             told.placed + told.homeless == 5);
        struct text all;
        text_init(&all, MAX_BUNDLE_BYTES);
        text_addz(&all, tables);
        text_addz(&all, "=== layout.csv\n");
        text_add(&all, layout.bytes, layout.n_bytes);
        maru_plant *placed = read_bundle(all.bytes, all.n_bytes, true);
        must(placed->n_place == told.placed);
        maru_plant_free(placed);
        text_fini(&all);
    }
    text_fini(&layout);
    maru_plant_free(plant);
    return 0;
}
