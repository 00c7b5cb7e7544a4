#include "plant/dialect/tables.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "plant/dialect/bundle.h"
#include "plant/fingerprint.h"

// Plants as bundles of tables: what they freeze to, what comes back from what was written, and what
// happens when memory runs out anywhere on the way.

static const char small[] = "=== routes.csv\n"
                            "route,tools,time\n"
                            "A,M,10 min\n"
                            "=== tools.csv\n"
                            "tools,count\n"
                            "M,2\n"
                            "=== releases.csv\n"
                            "stream,product,every\n"
                            "s,A,30 min\n";

// Every column of every table at least once, with Korean names, chance of all kinds, and rows out
// of habit order.
static const char full[] =
    "=== plant.csv\n"
    "name,start,time_zone\n"
    "\"마루, 시험\",2020-02-29 06:00,Asia/Seoul\n"
    "=== products.csv\n"
    "product,route,family\n"
    "제품B,r2,fam\n"
    "r1,,\n"
    "=== routes.csv\n"
    "note,route,step,name,tools,time,per,interval,batch_min,batch_max,setup,setup_time,setup_when,"
    "keep_tool_for,rework,rework_to,sampling,queue_limit,queue_to\n"
    "x,r1,1,인쇄,oven,\"lognormal(30, 5) min\",batch,,20,60,,,,,,,,2 h,2\n"
    ",r1,2,두번째,litho,\"triangular(1, 2, 4) min\",wafer,1.5 min,,,red,exponential(8) "
    "min,always,4,"
    ",,,,\n"
    ",r1,3,,test,empirical(times.csv) min,,,,,,,,,,,0.25,,\n"
    ",r1,4,,litho,\"uniform(5, 6) min\",lot,,,,blue,,,,1.8 %,2,,,\n"
    ",r2,1,,wait,1 day,,,,,green,,,,,,50 %,,\n"
    "=== tools.csv\n"
    "tools,count,area,location,kind,load,unload,cascade,ranking,wake,batch_by,min_run,reserve_hot\n"
    "oven,3,heat,Fab,,1 min,2 min,,,,any,,\n"
    "litho,2,light,Fab,tool,30 s,,yes,\"priority desc, setup, fifo\",setup,step,yes,yes\n"
    "test,1,,,,,,no,,any,,no,no\n"
    "wait,40,,Delay,delay,,,,,,,,\n"
    "=== setups.csv\n"
    "to,from,time,min_run\n"
    "blue,red,12 min,7\n"
    "red,blue,7 min,\n"
    "blue,,0,\n"
    "=== calendars.csv\n"
    "name,kind,area,tools,every,first,duration\n"
    "break,failure,light,,exponential(7) day,,exponential(2) h\n"
    "clean,maintenance,,oven,8000 wafers,100 wafers,\"uniform(1, 2) h\"\n"
    "weekly,maintenance,heat,,1 week,3 day,3 h\n"
    "=== releases.csv\n"
    "stream,product,every,wafers,priority,start,count,lots,due_after,hot,order\n"
    "s1,r1,2 h,20,10,1 h,,2,30 day,no,O1\n"
    "s2,제품B,exponential(5) h,25,-3,2020-03-01,7,1,,yes,\n"
    "s3,r1,,10,1,,1,1,,,\n"
    "=== stock.csv\n"
    "lot,product,priority,wafers,step,start,due,hot,order\n"
    "l1,r1,5,20,3,2020-02-01,2020-03-01 12:30:00.5,yes,a\n"
    "l2,제품B,,,1,-2 h,-1 h,,\n"
    "=== moves.csv\n"
    "from,to,time\n"
    "Fab,Fab,\"uniform(5, 10) min\"\n"
    "Fab,Delay,1 min\n"
    "=== times.csv\n"
    "12\n"
    "9.5\n"
    "30 s\n"
    "=== rule.csv\n"
    "tools,rule\n"
    "oven,\"priority desc, due - now\"\n"
    "*,lsu\n"
    "=== layout.csv\n"
    "number,tools,x,y,heading,width,depth,height,asset\n"
    "2,oven,-2.5,1200 mm,90,1,2 m,3500mm,\"models/oven, 2.usd\"\n"
    ",test,1e3,0,-45.5,,,,\n"
    "1,oven,0,0,,,,,\n"
    "7,wait,0,0,,,,,\n"
    "=== rail.csv\n"
    "x1,y1,x2,y2\n"
    "0,0,10 m,0\n"
    "10,0.0005,10,8000 mm\n"
    "10,8,0,0\n";

static maru_status read_text(const char *text, size_t n, maru_faults *faults, maru_plant **plant,
                             maru_error *err) {
    struct arena arena;
    struct bundle bundle;
    arena_init(&arena, 1 << 20);
    maru_status st = bundle_read(text, n, &arena, &bundle, err);
    if (st == MARU_OK) {
        st = maru_plant_read(bundle.file, bundle.n_file, faults, plant, err);
    }
    arena_fini(&arena);
    return st;
}

static maru_plant *must_read(const char *text, size_t n) {
    maru_faults *faults = maru_faults_new();
    maru_plant *plant = NULL;
    maru_error err = {0};
    if (read_text(text, n, faults, &plant, &err) != MARU_OK) {
        fail_msg("%s:%u:%u: %s", err.file, err.row, err.column, err.text);
    }
    maru_faults_free(faults);
    return plant;
}

static void fills_in_defaults(void **state) {
    (void)state;
    maru_plant *p = must_read(small, strlen(small));
    assert_string_equal(p->name, "plant");
    assert_string_equal(p->start, "2018-01-01 00:00:00");
    assert_int_equal(p->n_product, 1);
    assert_string_equal(p->product[0].name, "A");
    assert_string_equal(p->area[p->group[0].area].name, "M");
    assert_int_equal(p->group[0].location, PLANT_NONE);
    assert_true(p->group[0].batch_by_step);
    assert_int_equal(p->n_tool, 2);
    assert_int_equal(p->release[0].wafers, 25);
    assert_true(p->release[0].n_release == UINT64_MAX);
    assert_true(p->release[0].due_after_us == INT64_MAX);
    assert_int_equal(p->step[0].setup, PLANT_NONE);
    assert_true(p->step[0].sampling == 1 && p->step[0].passes == 1);
    assert_true(p->product[0].raw_process_us == 600e6);
    maru_plant_free(p);
}

static void reads_every_column(void **state) {
    (void)state;
    maru_plant *p = must_read(full, strlen(full));
    assert_string_equal(p->name, "마루, 시험");
    assert_string_equal(p->start, "2020-02-29 06:00:00");
    assert_int_equal(p->n_setup, 3);
    assert_string_equal(p->setup[0].name, "blue");
    assert_int_equal(p->setup[0].n_change, 2);
    assert_int_equal(p->setup[0].min_run, 7);
    assert_int_equal(p->change[p->setup[0].change_first + 1].from, PLANT_NONE);
    assert_int_equal(p->step[1].keep_for, 3);
    assert_int_equal(p->step[3].kept_from, 1);
    assert_int_equal(p->step[3].rework_to, 1);
    assert_int_equal(p->step[1].queue_from, 0);
    assert_int_equal(p->step[2].time.n_value, 3);
    assert_int_equal(p->step[2].time.value[0], 30000000); // sorted
    assert_int_equal(p->step[2].time.value[2], 720000000);
    assert_int_equal(p->n_downtime, 3);
    assert_int_equal(p->downtime[0].group, 0);
    assert_int_equal(p->downtime[0].calendar, 1);
    assert_true(p->downtime[0].by_wafers && p->downtime[0].every.a == 8000);
    assert_true(p->downtime[0].first.a == 100);
    assert_int_equal(p->release[1].start_us, INT64_C(18) * 3600 * 1000000);
    assert_true(p->release[2].n_release == 1 && p->release[2].every.kind == DIST_NONE);
    assert_true(p->stock[0].start_known && p->stock[0].start_us < 0);
    assert_int_equal(p->stock[1].start_us, INT64_C(-7200000000));
    assert_int_equal(p->stock[1].due_us, INT64_C(-3600000000));
    assert_int_equal(p->move[0].b, 600000000);
    assert_int_equal(p->n_place, 3); // a delay has none
    assert_int_equal(p->place[0].tool, 0);
    assert_true(p->place[0].asset == NULL && p->place[0].width_m == 0);
    assert_int_equal(p->place[1].tool, 1);
    assert_true(p->place[1].x_m == -2.5 && p->place[1].y_m == 1.2);
    assert_true(p->place[1].heading_deg == 90 && p->place[1].height_m == 3.5);
    assert_string_equal(p->place[1].asset, "models/oven, 2.usd");
    assert_int_equal(p->place[2].tool, p->group[2].first_tool);
    assert_true(p->place[2].x_m == 1000 && p->place[2].heading_deg == -45.5);
    assert_int_equal(p->n_rail, 3);
    assert_int_equal(p->n_rail_node, 3); // ends within 1 mm are one
    assert_true(p->rail_node[1].x_m == 10 && p->rail_node[1].y_m == 0 && p->rail_node[2].y_m == 8);
    assert_true(p->rail[1].from == 1 && p->rail[1].to == 2 && p->rail[2].to == 0);
    maru_plant_free(p);
}

static struct digest digest_of(const maru_plant *plant) {
    struct digest digest;
    digest_init(&digest);
    plant_digest(plant, &digest);
    plant_digest_places(plant, &digest);
    return digest;
}

// The law of both: reading what was written gives the same plant and the same text.
static void writes_what_it_reads(void **state) {
    (void)state;
    const char *const plants[] = {small, full};
    for (size_t i = 0; i < 2; i++) {
        maru_plant *p = must_read(plants[i], strlen(plants[i]));
        struct text once, twice;
        text_init(&once, 1 << 20);
        text_init(&twice, 1 << 20);
        assert_int_equal(maru_plant_write(p, bundle_put, &once, NULL), MARU_OK);
        maru_plant *again = must_read(once.bytes, once.n_bytes);
        assert_int_equal(maru_plant_write(again, bundle_put, &twice, NULL), MARU_OK);
        assert_string_equal(once.bytes, twice.bytes);
        const struct digest a = digest_of(p), b = digest_of(again);
        assert_memory_equal(&a, &b, sizeof a);
        maru_plant_free(p);
        maru_plant_free(again);
        text_fini(&once);
        text_fini(&twice);
    }
}

// Whichever request for memory is the first to be refused: no crash, no leak, and MARU_E_MEMORY.
static void survives_without_memory(void **state) {
    (void)state;
    for (uint64_t k = 0;; k++) {
        maru_faults *faults = maru_faults_new();
        maru_plant *plant = NULL;
        alloc_fail_after(k);
        const maru_status st = read_text(full, strlen(full), faults, &plant, NULL);
        alloc_fail_after(UINT64_MAX);
        maru_plant_free(plant);
        maru_faults_free(faults);
        if (st == MARU_OK) {
            assert_true(k > 10);
            break;
        }
        if (st != MARU_E_MEMORY) {
            fail_msg("after %u requests: %s", (unsigned)k, maru_status_name(st));
        }
    }
    maru_plant *plant = must_read(full, strlen(full));
    for (uint64_t k = 0;; k++) {
        struct text out;
        text_init(&out, 1 << 20);
        alloc_fail_after(k);
        const maru_status st = maru_plant_write(plant, bundle_put, &out, NULL);
        alloc_fail_after(UINT64_MAX);
        text_fini(&out);
        if (st == MARU_OK) {
            break;
        }
        assert_int_equal(st, MARU_E_MEMORY);
    }
    maru_plant_free(plant);
}

// Every prefix of a good plant is a plant or a list of faults.
static void takes_every_prefix(void **state) {
    (void)state;
    for (size_t n = 0; n < sizeof full; n += 3) {
        maru_faults *faults = maru_faults_new();
        maru_plant *plant = NULL;
        const maru_status st = read_text(full, n, faults, &plant, NULL);
        assert_true((st == MARU_OK) == (plant != NULL));
        assert_true((st == MARU_E_INPUT) == (maru_faults_count(faults, MARU_FAULT) > 0));
        maru_plant_free(plant);
        maru_faults_free(faults);
    }
}

struct values_case {
    const char *cell, *file; // a time, and what v.csv holds
    const char *says;        // NULL: good
    const char *where;
};

static const struct values_case values_cases[] = {
    {"empirical(v.csv) min", "1\n\n 2.5 \n3 h\n", NULL, NULL},
    {"empirical(v.csv)", "1 min\n0\n", NULL, NULL},
    {"empirical(v.csv)", "1 min\n2\n", "unit is missing", "v.csv"},
    {"empirical(v.csv) min", "1\n-2\n", "negative", "v.csv"},
    {"empirical(v.csv) min", "time\n1\n", "not a time", "v.csv"},
    {"empirical(v.csv) min", "1,2\n", "more than one cell", "v.csv"},
    {"empirical(v.csv) min", "", "cannot be used", "routes.csv"},
    {"empirical(w.csv) min", "1\n", "no such file", "routes.csv"},
    {"empirical(v.csv) min\nA,M,empirical(v.csv) h", "1\n", "another unit", "routes.csv"},
};

static void reads_files_of_values(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof values_cases / sizeof *values_cases; i++) {
        const struct values_case *c = &values_cases[i];
        char text[400];
        const int n = snprintf(text, sizeof text,
                               "=== routes.csv\nroute,tools,time\nA,M,%s\n=== tools.csv\ntools\nM\n"
                               "=== releases.csv\nstream,product,every\ns,A,1 day\n=== v.csv\n%s",
                               c->cell, c->file);
        maru_faults *faults = maru_faults_new();
        maru_plant *plant = NULL;
        maru_error err = {0};
        const maru_status st = read_text(text, (size_t)n, faults, &plant, &err);
        const bool is_good = c->says ? st == MARU_E_INPUT && strstr(err.text, c->says) &&
                                           strcmp(err.file, c->where) == 0
                                     : st == MARU_OK;
        if (!is_good) {
            fail_msg("'%s' gives %s: %s: %s", c->cell, maru_status_name(st), err.file, err.text);
        }
        maru_plant_free(plant);
        maru_faults_free(faults);
    }
}

static void is_the_same_in_any_order_of_columns(void **state) {
    (void)state;
    static const char other[] = "=== routes.csv\n"
                                "\xEF\xBB\xBFTIME,Tools,ROUTE\r\n"
                                "\"10 min\",M,A\r\n\r\n"
                                "=== TOOLS.csv\n"
                                "count,tools,,\n"
                                "2.0,M,,\n"
                                "=== releases.csv\n"
                                "every,product,stream\n"
                                "1800 s,A,s";
    maru_plant *a = must_read(small, strlen(small));
    maru_plant *b = must_read(other, strlen(other));
    const struct digest x = digest_of(a), y = digest_of(b);
    assert_memory_equal(&x, &y, sizeof x);
    maru_plant_free(a);
    maru_plant_free(b);
}

struct rules_case {
    const char *rules;    // rule.csv
    const char *says;     // NULL: good
    const char *right;    // or the ranking of M
    uint32_t row, column; // of the fault or of the ranking
};

static const struct rules_case rules_cases[] = {
    {"tools,rule\nM,\"priority desc, cr\"\n", NULL, "priority desc, cr", 2, 2},
    {"rule,tools\nspt,*\nedd,M\n", NULL, "edd", 3, 1},
    {"tools,rule\nOven,edd\n,spt\n", NULL, "spt", 3, 2},
    {"tools,rule\n*,spt\n", NULL, "spt", 2, 2},
    {"rule\nspt\n", NULL, "spt", 2, 1},
    {"tools,rule\nOven,edd\n", NULL, "fifo", 2, 3}, // tools.csv keeps its own
    {"tools,rule\n", NULL, "fifo", 2, 3},
    {"tools,rule\nOvne,spt\n", "not a tool group", "did you mean Oven?", 2, 1},
    {"tools,rule\nM,spt\nM,spt\n", "line 2 gives", "each tool group once", 3, 1},
    {"tools,rule\n*,spt\nM,cr\n,cr\n", "line 2 gives", "one row for all other", 4, 1},
    {"tools,rule\n*,spt\n*,cr\n", "line 2 gives", "one row for all other", 3, 1},
    {"tools,rule\nM,\n", "empty", "a value", 2, 2},
    {"tools,rule\nM,\" \"\n", "empty", "a value", 2, 2},
    {"tools\nM\n", "column is missing", "this column", 1, 0},
    {"tools,rule\nM,priority desc, cr\n", "without a column", "as many cells", 2, 3},
    {"", "the table is empty", "names of the columns", 0, 0},
};

// rule.csv overrides the ranking of tools.csv; what is written of that is the same plant without
// it.
static void reads_rules(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof rules_cases / sizeof *rules_cases; i++) {
        const struct rules_case *c = &rules_cases[i];
        char text[400];
        const int n = snprintf(text, sizeof text,
                               "=== routes.csv\nroute,tools,time\nA,M,1 min\nA,Oven,1 min\n"
                               "=== tools.csv\ntools,count,ranking\nM,1,fifo\nOven,1,\n"
                               "=== releases.csv\nstream,product,every\ns,A,1 day\n"
                               "=== rule.csv\n%s",
                               c->rules);
        maru_faults *faults = maru_faults_new();
        maru_plant *plant = NULL;
        const maru_status st = read_text(text, (size_t)n, faults, &plant, NULL);
        const maru_fault *f = maru_faults_get(faults, 0);
        bool is_good = c->says ? st == MARU_E_INPUT && strcmp(f->file, "rule.csv") == 0 &&
                                     strstr(f->wrong, c->says) && strstr(f->right, c->right) &&
                                     f->row == c->row && f->column == c->column
                               : st == MARU_OK && strcmp(plant->group[0].ranking, c->right) == 0 &&
                                     plant->group[0].ranking_at.row == c->row &&
                                     plant->group[0].ranking_at.column == c->column;
        if (is_good && plant) {
            struct text written;
            text_init(&written, 1 << 20);
            assert_int_equal(maru_plant_write(plant, bundle_put, &written, NULL), MARU_OK);
            assert_null(strstr(written.bytes, "rule.csv"));
            maru_plant *again = must_read(written.bytes, written.n_bytes);
            const struct digest a = digest_of(plant), b = digest_of(again);
            is_good = memcmp(&a, &b, sizeof a) == 0;
            maru_plant_free(again);
            text_fini(&written);
        }
        if (!is_good) {
            fail_msg("'%s' gives %s: %s %u:%u: %s: %s", c->rules, maru_status_name(st),
                     f ? f->file : "", f ? f->row : 0, f ? f->column : 0, f ? f->wrong : "",
                     f ? f->right : "");
        }
        maru_plant_free(plant);
        maru_faults_free(faults);
    }
}

struct layout_case {
    const char *rows;  // below the header tools,number,x,y,heading,width
    const char *says;  // NULL: good
    const char *right; // what would be right
    uint32_t row, column;
};

static const struct layout_case layout_cases[] = {
    {"M,2,1,1,,\nM,1,1,1,,\n", NULL, NULL, 0, 0},
    {"M,,1 m,2500 mm,-360,0.001\n", NULL, NULL, 0, 0},
    {"", NULL, NULL, 0, 0},
    {"m,1,0,0,,\n", "not a tool group", "did you mean M?", 2, 1},
    {"M,3,0,0,,\n", "no tool of this number", "1 to 2", 2, 2},
    {"M,0,0,0,,\n", "outside", "from 1", 2, 2},
    {"M,1,0,0,,\nM,2,0,0,,\nM,,0,0,,\n", "line 2 gives", "each tool once", 4, 2},
    {"M,1,,0,,\n", "empty", "a value", 2, 3},
    {"M,1,nan,0,,\n", "not a length", "metres", 2, 3},
    {"M,1,0,inf,,\n", "not a length", "metres", 2, 4},
    {"M,1,0,1e999,,\n", "not a length", "metres", 2, 4},
    {"M,1,0,1 km,,\n", "not a length", "2500 mm", 2, 4},
    {"M,1,0,m,,\n", "not a length", "2500 mm", 2, 4},
    {"M,1,100001,0,,\n", "outside", "from -100000 to 100000", 2, 3},
    {"M,1,0,0,361,\n", "outside", "degrees from -360 to 360", 2, 5},
    {"M,1,0,0,north,\n", "not an angle", "degrees", 2, 5},
    {"M,1,0,0,,0\n", "not above 0", "above 0 to 1000", 2, 6},
    {"M,1,0,0,,-2\n", "not above 0", "above 0 to 1000", 2, 6},
    {"M,1,0,0,,1001 m\n", "outside", "above 0 to 1000", 2, 6},
};

// Where tools stand is checked like all else, and changes nothing that a run depends on.
static void reads_layouts(void **state) {
    (void)state;
    struct digest bare;
    maru_plant *plant = must_read(small, strlen(small));
    digest_init(&bare);
    plant_digest(plant, &bare);
    maru_plant_free(plant);
    for (size_t i = 0; i < sizeof layout_cases / sizeof *layout_cases; i++) {
        const struct layout_case *c = &layout_cases[i];
        char text[400];
        const int n =
            snprintf(text, sizeof text, "%s=== layout.csv\ntools,number,x,y,heading,width\n%s",
                     small, c->rows);
        maru_faults *faults = maru_faults_new();
        plant = NULL;
        const maru_status st = read_text(text, (size_t)n, faults, &plant, NULL);
        const maru_fault *f = maru_faults_get(faults, 0);
        if (st == MARU_OK) {
            struct digest digest;
            digest_init(&digest);
            plant_digest(plant, &digest);
            assert_memory_equal(&digest, &bare, sizeof bare);
        }
        if (c->says ? st != MARU_E_INPUT || strcmp(f->file, "layout.csv") != 0 ||
                          !strstr(f->wrong, c->says) || !strstr(f->right, c->right) ||
                          f->row != c->row || f->column != c->column
                    : st != MARU_OK) {
            fail_msg("'%s' gives %s: %u:%u: %s: %s", c->rows, maru_status_name(st), f ? f->row : 0,
                     f ? f->column : 0, f ? f->wrong : "", f ? f->right : "");
        }
        maru_plant_free(plant);
        maru_faults_free(faults);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fills_in_defaults),
        cmocka_unit_test(reads_every_column),
        cmocka_unit_test(writes_what_it_reads),
        cmocka_unit_test(survives_without_memory),
        cmocka_unit_test(takes_every_prefix),
        cmocka_unit_test(reads_files_of_values),
        cmocka_unit_test(is_the_same_in_any_order_of_columns),
        cmocka_unit_test(reads_rules),
        cmocka_unit_test(reads_layouts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
