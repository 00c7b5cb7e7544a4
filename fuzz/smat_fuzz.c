#include "target.h"

#include "plant/dialect/smat.h"
#include "plant_property.h"

static const char tables[] = "=== routes.csv\nroute,tools,time\nA,M,1 min\nA,N,1 min\n"
                             "=== tools.csv\ntools,count\nM,2\nN,3\n"
                             "=== releases.csv\nstream,product,every\ns,A,1 day\n";

static const char nodes[] = "NAME,POSITION_X,POSITION_Y\na,0,0\nb,9000,0\nc,9000,9000\nd,0.2,0.3\n";
static const char links[] = "FROM_NODE,TO_NODE\na,b\nb,c\nc,a\nc,d\n";

static void must_take(const char *name, const struct text *table, uint32_t n_place,
                      uint32_t n_rail) {
    struct text all;
    text_init(&all, MAX_BUNDLE_BYTES);
    text_addz(&all, tables);
    text_addf(&all, "=== %s\n", name);
    text_add(&all, table->bytes, table->n_bytes);
    maru_plant *plant = read_bundle(all.bytes, all.n_bytes, true);
    must(plant->n_place == n_place && plant->n_rail == n_rail);
    maru_plant_free(plant);
    text_fini(&all);
}

// Any rails are refused, or become links that the plant takes, all of them.
static void rails_property(const maru_file *address, const maru_file *rail) {
    struct text table;
    struct smat_told told = {0};
    maru_error err = {0};
    text_init(&table, MAX_BUNDLE_BYTES);
    const maru_status st = smat_rails(address, rail, &table, &told, &err);
    must(st == MARU_OK || st == MARU_E_INPUT || st == MARU_E_LIMIT);
    must(st == MARU_OK || (err.code == st && err.text[0] != '\0'));
    if (st == MARU_OK) {
        must_take("rail.csv", &table, 0, told.n_link);
    }
    text_fini(&table);
}

// Any hall is refused, or becomes places that the plant takes, all of them. The same bytes are a
// table of nodes, and one of links, too.
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
        must_take("layout.csv", &layout, told.placed, 0);
    }
    text_fini(&layout);
    maru_plant_free(plant);
    const maru_file as_nodes = {.name = "address.csv", .bytes = bytes, .n_bytes = n};
    const maru_file as_links = {.name = "rail.csv", .bytes = bytes, .n_bytes = n};
    const maru_file good_nodes = {.name = "address.csv", .bytes = nodes, .n_bytes = strlen(nodes)};
    const maru_file good_links = {.name = "rail.csv", .bytes = links, .n_bytes = strlen(links)};
    rails_property(&as_nodes, &good_links);
    rails_property(&good_nodes, &as_links);
    return 0;
}
