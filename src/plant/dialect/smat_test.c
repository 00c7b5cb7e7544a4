#include "plant/dialect/smat.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "plant/dialect/bundle.h"
#include "plant/plant.h"

static const char small[] = "=== routes.csv\nroute,tools,time\nA,M,1 min\nA,N,1 min\nA,W,1 min\n"
                            "=== tools.csv\ntools,count,kind\nM,2,\nN,3,\nW,5,delay\n"
                            "=== releases.csv\nstream,product,every\ns,A,1 day\n";

static const char hall[] = "NAME,TOOL_GROUP,BAY,WIDTH,HEIGHT,POSITION_X,POSITION_Y\n"
                           "a,M,B1,2000,3000.5,1000,-500\n"
                           "b,N,B1,2000,3000,9000,500\n"
                           "c,COMMIT,B2,1,1,0,0\n"
                           "d,M,B2,2000,3000,5,5\n"
                           "e,M,B2,2000,3000,5,9000\n"
                           "f,W,B2,2000,3000,5,9000\n";

static maru_plant *read_with(const char *layout) {
    char text[2000];
    const int n = snprintf(text, sizeof text, "%s%s%s", small, layout ? "=== layout.csv\n" : "",
                           layout ? layout : "");
    struct arena arena;
    struct bundle bundle;
    maru_plant *plant = NULL;
    arena_init(&arena, 1 << 20);
    assert_int_equal(bundle_read(text, (size_t)n, &arena, &bundle, NULL), MARU_OK);
    assert_int_equal(maru_plant_read(bundle.file, bundle.n_file, NULL, &plant, NULL), MARU_OK);
    arena_fini(&arena);
    return plant;
}

static maru_status convert(const maru_plant *plant, const char *text, size_t n, struct text *out,
                           struct smat_told *told, maru_error *err) {
    const maru_file file = {.name = "equipment.csv", .bytes = text, .n_bytes = n};
    text_init(out, 1 << 20);
    return smat_layout(plant, &file, out, told, err);
}

static void places_what_fits(void **state) {
    (void)state;
    maru_plant *plant = read_with(NULL);
    struct text out;
    struct smat_told told = {0};
    assert_int_equal(convert(plant, hall, strlen(hall), &out, &told, NULL), MARU_OK);
    assert_int_equal(told.n_row, 6);
    assert_int_equal(told.placed, 3);
    assert_int_equal(told.alien, 2); // COMMIT, and a delay
    assert_int_equal(told.spare, 1);
    assert_int_equal(told.homeless, 2);
    assert_string_equal(out.bytes, "tools,number,x,y,heading,width,depth\n"
                                   "M,1,1,-0.5,90,3.0005,2\n"
                                   "N,1,9,0.5,270,3,2\n"
                                   "M,2,0.005,0.005,270,3,2\n");
    maru_plant *placed = read_with(out.bytes);
    assert_int_equal(placed->n_place, told.placed);
    maru_plant_free(placed);
    maru_plant_free(plant);
    text_fini(&out);
}

static const char nodes[] = "NAME,FAB_NAME,POSITION_X,POSITION_Y\n"
                            "a,F,0,0\nb,F,10000.4,0\nc,F,10000.4,8000\nd,F,0.2,0.3\n";
static const char links[] = "NAME,FROM_NODE,TO_NODE,CURVE\n"
                            "1,a,b,0\n2,b,c,1\n3,c,d,0\n4,a,d,0\n5,d,b,0\n";

static maru_status convert_rails(const char *address, const char *rail, size_t n, struct text *out,
                                 struct smat_told *told, maru_error *err) {
    const maru_file file[] = {{.name = "address.csv", .bytes = address, .n_bytes = strlen(address)},
                              {.name = "rail.csv", .bytes = rail, .n_bytes = n}};
    text_init(out, 1 << 20);
    return smat_rails(&file[0], &file[1], out, told, err);
}

static void makes_rails_of_named_nodes(void **state) {
    (void)state;
    struct text out;
    struct smat_told told = {0};
    assert_int_equal(convert_rails(nodes, links, strlen(links), &out, &told, NULL), MARU_OK);
    assert_true(told.has_rails);
    assert_int_equal(told.n_link, 3);
    assert_int_equal(told.useless, 2); // d is where a is
    assert_string_equal(out.bytes, "x1,y1,x2,y2\n0,0,10,0\n10,0,10,8\n10,8,0,0\n");
    text_fini(&out);
}

static void refuses_rails_with_a_place(void **state) {
    (void)state;
    static const struct {
        const char *address, *rail, *says, *file;
        uint32_t row, column;
    } cases[] = {
        {"", links, "empty", "address.csv", 0, 0},
        {"NAME,POSITION_X\n", links, "POSITION_Y is missing", "address.csv", 1, 0},
        {"NAME,POSITION_X,POSITION_Y\na,0,inf\n", links, "POSITION_Y", "address.csv", 2, 3},
        {"NAME,POSITION_X,POSITION_Y\na,0,1e9\n", links, "POSITION_Y", "address.csv", 2, 3},
        {"NAME,POSITION_X,POSITION_Y\na,0,0\na,1,0\n", links, "stands above", "address.csv", 3, 1},
        {nodes, "FROM_NODE\n", "TO_NODE is missing", "rail.csv", 1, 0},
        {nodes, "TO_NODE,FROM_NODE\na,b\nx,a\n", "TO_NODE is no NAME", "rail.csv", 3, 1},
        {nodes, "TO_NODE,FROM_NODE\na,b\na\n", "FROM_NODE is missing", "rail.csv", 3, 0},
        {nodes, "TO_NODE,FROM_NODE\na,\n", "FROM_NODE is no NAME", "rail.csv", 2, 2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct text out;
        struct smat_told told = {0};
        maru_error err = {0};
        const maru_status st = convert_rails(cases[i].address, cases[i].rail, strlen(cases[i].rail),
                                             &out, &told, &err);
        if (st != MARU_E_INPUT || !strstr(err.text, cases[i].says) || err.row != cases[i].row ||
            err.column != cases[i].column || strcmp(err.file, cases[i].file) != 0) {
            fail_msg("case %zu gives %s: %s:%u:%u: %s", i, maru_status_name(st), err.file, err.row,
                     err.column, err.text);
        }
        text_fini(&out);
    }
    for (uint64_t k = 0;; k++) {
        struct text out;
        struct smat_told told = {0};
        alloc_fail_after(k);
        const maru_status st = convert_rails(nodes, links, strlen(links), &out, &told, NULL);
        alloc_fail_after(UINT64_MAX);
        text_fini(&out);
        if (st == MARU_OK) {
            assert_true(k > 2);
            break;
        }
        assert_int_equal(st, MARU_E_MEMORY);
    }
}

static void refuses_with_a_place(void **state) {
    (void)state;
    static const char head[] = "TOOL_GROUP,BAY,WIDTH,HEIGHT,POSITION_X,POSITION_Y\n";
    static const struct {
        const char *text, *says;
        uint32_t row, column;
    } cases[] = {
        {"", "empty", 0, 0},
        {"NAME,BAY\n", "TOOL_GROUP is missing", 1, 0},
        {"*M,B,1,1,x,0\n", "POSITION_X", 2, 5},
        {"*M,B,0,1,0,0\n", "WIDTH", 2, 3},
        {"*M,B,1,1e9,0,0\n", "HEIGHT", 2, 4},
        {"*M,B,1,1,0\n", "POSITION_Y is missing", 2, 0},
        {"*M,B,1,1,0,\"0\n", "not a table", 2, 0},
    };
    maru_plant *plant = read_with(NULL);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[200];
        const bool has_head = cases[i].text[0] == '*';
        const int n = snprintf(text, sizeof text, "%s%s", has_head ? head : "",
                               cases[i].text + (has_head ? 1 : 0));
        struct text out;
        struct smat_told told = {0};
        maru_error err = {0};
        const maru_status st = convert(plant, text, (size_t)n, &out, &told, &err);
        if (st != MARU_E_INPUT || !strstr(err.text, cases[i].says) || err.row != cases[i].row ||
            (cases[i].column > 0 && err.column != cases[i].column)) {
            fail_msg("'%s' gives %s: %u:%u: %s", text, maru_status_name(st), err.row, err.column,
                     err.text);
        }
        text_fini(&out);
    }
    maru_plant_free(plant);
}

static void survives_prefixes_and_no_memory(void **state) {
    (void)state;
    maru_plant *plant = read_with(NULL);
    struct text out;
    struct smat_told told = {0};
    for (size_t n = 0; n < strlen(hall); n++) {
        const maru_status st = convert(plant, hall, n, &out, &told, NULL);
        assert_true(st == MARU_OK || st == MARU_E_INPUT);
        assert_true(st != MARU_OK || told.n_row == told.placed + told.alien + told.spare);
        text_fini(&out);
    }
    for (uint64_t k = 0;; k++) {
        alloc_fail_after(k);
        const maru_status st = convert(plant, hall, strlen(hall), &out, &told, NULL);
        alloc_fail_after(UINT64_MAX);
        text_fini(&out);
        if (st == MARU_OK) {
            assert_true(k > 2);
            break;
        }
        assert_int_equal(st, MARU_E_MEMORY);
    }
    maru_plant_free(plant);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(places_what_fits),
        cmocka_unit_test(refuses_with_a_place),
        cmocka_unit_test(makes_rails_of_named_nodes),
        cmocka_unit_test(refuses_rails_with_a_place),
        cmocka_unit_test(survives_prefixes_and_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
