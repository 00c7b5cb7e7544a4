#include "plant/soundness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "plant/dialect/bundle.h"

// A good plant, changed in one place a case: each must be found, at its row and column, and nothing
// else with it.

static const char good[] =
    "=== routes.csv\n"
    "route,name,tools,time,per,interval,batch_min,batch_max,setup,setup_time,setup_when,"
    "keep_tool_for,rework,rework_to,sampling,queue_limit,queue_to\n"
    "A,bake,oven,60 min,batch,,50,75,,,,,,,,,\n"
    "A,print,litho,2 min,wafer,1 min,,,red,,,4,,,,,\n"
    "A,etch,wet,20 min,,,,,,,,,,,,4 h,4\n"
    "A,print,litho,10 min,lot,,,,blue,8 min,,,,,,,\n"
    "A,test,check,5 min,,,,,,,,,0.02,4,0.5,,\n"
    "=== tools.csv\n"
    "tools,count,area,location,load,unload,cascade\n"
    "oven,4,heat,Fab,1 min,1 min,\n"
    "litho,3,light,Fab,,,yes\n"
    "wet,2,heat,Fab,,,\n"
    "check,1,light,Fab,,,\n"
    "=== setups.csv\n"
    "to,from,time,min_run\n"
    "red,blue,3 min,5\n"
    "=== calendars.csv\n"
    "name,kind,area,tools,every,first,duration\n"
    "break,failure,light,,exponential(7) day,,exponential(2) h\n"
    "clean,maintenance,,wet,500 wafers,,1 h\n"
    "=== releases.csv\n"
    "stream,product,every,wafers,start,count,due_after\n"
    "s,A,60 min,25,,,\n"
    "=== stock.csv\n"
    "lot,product,step,start,due\n"
    "l,A,2,-1 day,2 day\n"
    "=== moves.csv\n"
    "from,to,time\n"
    "Fab,Fab,5 min\n"
    "=== layout.csv\n"
    "tools,number,x,y\n"
    "oven,1,1,3\n"
    "litho,1,9,3\n"
    "oven,2,5,9\n"
    "=== rail.csv\n"
    "x1,y1,x2,y2\n"
    "0,0,10,0\n"
    "10,0,10,8\n"
    "10,8,0,8\n"
    "0,8,0,0\n";

struct bad_case {
    const char *from, *to; // the first `from` of the good plant becomes `to`
    maru_severity severity;
    const char *file;
    uint32_t row, column;
    const char *says; // a part of what is wrong or right
};

static const struct bad_case cases[] = {
    // cells
    {"60 min,batch", "60 mn,batch", MARU_FAULT, "routes.csv", 2, 4, "unknown unit"},
    {"60 min,batch", "60,batch", MARU_FAULT, "routes.csv", 2, 4, "unit is missing"},
    {"60 min,batch", "-60 min,batch", MARU_FAULT, "routes.csv", 2, 4, "negative"},
    {"60 min,batch", ",batch", MARU_FAULT, "routes.csv", 2, 4, "empty"},
    {"60 min,batch", "60 min,bach", MARU_FAULT, "routes.csv", 2, 5, "lot, wafer or batch"},
    {"60 min,batch", "500000 day,batch", MARU_FAULT, "routes.csv", 2, 4, "100 years"},
    {"60 min,batch", "empirical(no.csv) min,batch", MARU_FAULT, "routes.csv", 2, 4, "no such file"},
    {"60 min,batch", "empirical(tools.csv),batch", MARU_FAULT, "routes.csv", 2, 4, "no such file"},
    {"0.02,4", "2,4", MARU_FAULT, "routes.csv", 6, 13, "above 1"},
    {"oven,4", "oven,four", MARU_FAULT, "tools.csv", 2, 2, "whole number"},
    {"oven,4", "oven,-4", MARU_FAULT, "tools.csv", 2, 2, "negative"},
    {"oven,4", "oven,4.5", MARU_FAULT, "tools.csv", 2, 2, "whole number"},
    {",yes\n", ",maybe\n", MARU_FAULT, "tools.csv", 3, 7, "yes or no"},
    {"-1 day,2 day", "-1 day,2018-02-30", MARU_FAULT, "stock.csv", 2, 5, "no such date"},
    {"-1 day,2 day", "-1 day,2390-01-01", MARU_FAULT, "stock.csv", 2, 5, "too far"},
    {"-1 day,2 day\n", "-1 day,2 day,x\n", MARU_FAULT, "stock.csv", 2, 6, "without a column"},
    {"500 wafers", "500.5 wafers", MARU_FAULT, "calendars.csv", 3, 5, "number of wafers"},
    {"exponential(7) day,,", "exponential(7) day,5 wafers,", MARU_FAULT, "calendars.csv", 2, 6,
     "go with every"},
    // rails
    {"10,0,10,8\n", "10,nan,10,8\n", MARU_FAULT, "rail.csv", 3, 2, "not a length"},
    {"10,0,10,8\n", "10,0,1e999,8\n", MARU_FAULT, "rail.csv", 3, 3, "not a length"},
    {"10,0,10,8\n", "10,0,1e6,8\n", MARU_FAULT, "rail.csv", 3, 3, "100000"},
    {"10,0,10,8\n", "10,0,10,0.0005\n", MARU_FAULT, "rail.csv", 3, 3, "the same place"},
    {"0,8,0,0\n", "0,8,0,0\n0,0.0004,10,0\n", MARU_FAULT, "rail.csv", 6, 0, "line 2 has"},
    {"0,8,0,0\n", "0,8,0,0\n10,8,14,8\n", MARU_WARNING, "rail.csv", 6, 3, "cannot get out"},
    {"10,8,0,8\n", "10,8,0,8\n3,9,7,9\n7,9,3,9\n", MARU_WARNING, "layout.csv", 4, 3,
     "1 of 3 tools"},
    {"x1,y1", "x1,y", MARU_FAULT, "rail.csv", 1, 0, "missing"},
    // tables
    {"route,name,tools,time", "route,name,tools,tim", MARU_FAULT, "routes.csv", 1, 0, "missing"},
    {"setup_time,setup_when", "setup_time,setup", MARU_FAULT, "routes.csv", 1, 11, "same name"},
    {"=== tools.csv", "=== tols.csv", MARU_FAULT, "tools.csv", 0, 0, "missing"},
    {"=== moves.csv\nfrom,to,time\nFab,Fab,5 min\n", "=== moves.csv\n", MARU_FAULT, "moves.csv", 0,
     0, "empty"},
    {"=== moves.csv", "=== notes.csv", MARU_NOTE, "notes.csv", 0, 0, "unknown file"},
    {"sampling,queue_limit", "samplng,queue_limit", MARU_NOTE, "routes.csv", 1, 15,
     "unknown column"},
    {"A,bake", "A,ba\"ke", MARU_FAULT, "routes.csv", 2, 2, ""},
    {"A,bake", "A,\xFF", MARU_FAULT, "routes.csv", 2, 0, "no text"},
    // names
    {"etch,wet", "etch,wett", MARU_FAULT, "routes.csv", 4, 3, "did you mean wet?"},
    {"etch,wet", "etch,laser", MARU_FAULT, "routes.csv", 4, 3, "tool group"},
    {"s,A,60", "s,B,60", MARU_FAULT, "releases.csv", 2, 2, "product"},
    {"l,A,2", "l,AB,2", MARU_FAULT, "stock.csv", 2, 2, "did you mean A?"},
    {"failure,light", "failure,lihgt", MARU_FAULT, "calendars.csv", 2, 3, "did you mean light?"},
    {"maintenance,,wet", "maintenance,,dry", MARU_FAULT, "calendars.csv", 3, 4, "tool group"},
    {"maintenance,,wet", "maintenance,heat,wet", MARU_FAULT, "calendars.csv", 3, 4, "either"},
    {"maintenance,,wet", "maintenance,,", MARU_FAULT, "calendars.csv", 3, 3, "neither"},
    {"Fab,Fab,5", "Fab,Fub,5", MARU_WARNING, "moves.csv", 2, 2, "did you mean Fab?"},
    {"check,1,light", "wet,9,heat,Fab,,,\ncheck,1,light", MARU_FAULT, "tools.csv", 5, 1,
     "line 4 has the same name"},
    {"red,blue,3 min,5\n", "red,blue,3 min,5\nred,blue,4 min,\n", MARU_FAULT, "setups.csv", 3, 1,
     "line 2"},
    {"red,blue,3 min,5\n", "red,blue,3 min,5\nred,,4 min,6\n", MARU_FAULT, "setups.csv", 3, 4,
     "another minimum"},
    {"Fab,Fab,5 min\n", "Fab,Fab,5 min\nFab,Fab,6 min\n", MARU_FAULT, "moves.csv", 3, 1,
     "another row"},
    {"s,A,60 min,25,,,\n", "s,A,60 min,25,,,\ns,A,600 min,25,,,\n", MARU_FAULT, "releases.csv", 3,
     1, "same name"},
    // steps
    {"wet,2,heat", "wet,0,heat", MARU_FAULT, "routes.csv", 4, 3, "no tools"},
    {"50,75", "80,75", MARU_FAULT, "routes.csv", 2, 7, "above the largest"},
    {"50,75", "51,74", MARU_FAULT, "routes.csv", 2, 7, "no number of lots"},
    {"50,75", "5,20", MARU_FAULT, "routes.csv", 2, 8, "fit into no batch"},
    {"50,75", ",", MARU_FAULT, "routes.csv", 2, 8, "without its size"},
    {"20 min,,,,,,,,,,,,4 h", "20 min,,,25,50,,,,,,,,4 h", MARU_FAULT, "routes.csv", 4, 8,
     "not per batch"},
    {"wafer,1 min", "wafer,3 min", MARU_FAULT, "routes.csv", 3, 6, "above the time"},
    {"20 min,,,", "20 min,,9 min,", MARU_WARNING, "routes.csv", 4, 6, "does not cascade"},
    {"litho,10 min,lot,,,,blue", "litho,10 min,lot,,,,", MARU_WARNING, "routes.csv", 5, 10,
     "needs no setup"},
    {"litho,10 min,lot,,,,blue,8 min", "litho,10 min,lot,,,,blue,", MARU_NOTE, "routes.csv", 5, 9,
     "takes none"},
    {"red,,,4", "red,,,2", MARU_FAULT, "routes.csv", 3, 12, "not a later step"},
    {"red,,,4", "red,,,6", MARU_FAULT, "routes.csv", 3, 12, "no such step"},
    {"red,,,4", "red,,,5", MARU_FAULT, "routes.csv", 3, 12, "another tool group"},
    {"0.02,4", "0.02,5", MARU_FAULT, "routes.csv", 6, 14, "not an earlier step"},
    {"0.02,4", "0.02,", MARU_FAULT, "routes.csv", 6, 14, "empty"},
    {"0.02,4", ",4", MARU_FAULT, "routes.csv", 6, 13, "empty"},
    {"0.02,4,0.5", "1,4,", MARU_FAULT, "routes.csv", 6, 13, "none ever goes on"},
    {"0.02,4,0.5", "0.9999,4,", MARU_FAULT, "routes.csv", 5, 0, "1000 times"},
    {"4 h,4", "4 h,3", MARU_FAULT, "routes.csv", 4, 17, "not a later step"},
    {"4 h,4", "4 h,5", MARU_WARNING, "routes.csv", 4, 17, "some lots skip"},
    {"4 h,4", ",4", MARU_FAULT, "routes.csv", 4, 16, "empty"},
    {"0.02,4,0.5", "0.02,4,0", MARU_NOTE, "routes.csv", 6, 15, "no lot ever"},
    {"A,test", "B,test", MARU_FAULT, "routes.csv", 6, 14, "first step"},
    // lots
    {"l,A,2", "l,A,6", MARU_FAULT, "stock.csv", 2, 3, "no such step"},
    {"-1 day,2 day", "1 day,2 day", MARU_FAULT, "stock.csv", 2, 4, "after the start"},
    {"s,A,60 min,25,,,", "s,A,0 min,25,,,", MARU_FAULT, "releases.csv", 2, 3, "no time between"},
    {"s,A,60 min,25,,,", "s,A,,25,,3,", MARU_FAULT, "releases.csv", 2, 3, "more than one release"},
    {"s,A,60 min,25,,,", "s,A,60 min,25,-1 h,,", MARU_FAULT, "releases.csv", 2, 5,
     "before the start"},
    {"s,A,60 min,25,,,", "s,A,60 min,0,,,", MARU_FAULT, "releases.csv", 2, 4, "allowed"},
    // calendars
    {"500 wafers", "0 wafers", MARU_FAULT, "calendars.csv", 3, 5, "without end"},
    {"500 wafers", "30 min", MARU_WARNING, "calendars.csv", 3, 7, "longer than"},
    // loads: 2 wet tools for 24 lots a day of 20 min; 96 a day with a lot each 15 min
    {"s,A,60 min", "s,A,7 min", MARU_WARNING, "tools.csv", 4, 2, "tools, or fewer releases"},
    {"tools,count,area,location,load,unload,cascade\noven,4,heat,Fab,1 min,1 min,\n"
     "litho,3,light,Fab,,,yes\nwet,2,heat,Fab,,,\ncheck,1,light,Fab,,,\n=== setups.csv\n"
     "to,from,time,min_run\n",
     "tools,count,area,location,min_run\noven,4,heat,Fab,\nlitho,1,light,Fab,yes\nwet,2,heat,Fab,\n"
     "check,1,light,Fab,\n=== setups.csv\nto,from,time,min_run\nblue,red,3 min,4\n",
     MARU_WARNING, "tools.csv", 3, 5, "2 setups with minimum runs, but fewer tools (1)"},
};

static char *replaced(const struct bad_case *c, size_t *n) {
    const char *at = strstr(good, c->from);
    if (!at) {
        fail_msg("'%s' is not in the good plant", c->from);
        return NULL;
    }
    const size_t n_from = strlen(c->from), n_to = strlen(c->to);
    const size_t n_before = (size_t)(at - good);
    const size_t n_behind = strlen(good) - n_before - n_from;
    *n = n_before + n_to + n_behind;
    char *text = malloc(*n + 1);
    assert_non_null(text);
    memcpy(text, good, n_before);
    memcpy(text + n_before, c->to, n_to);
    memcpy(text + n_before + n_to, at + n_from, n_behind + 1);
    return text;
}

static maru_faults *check(const char *text, size_t n, maru_status *st) {
    struct arena arena;
    struct bundle bundle;
    arena_init(&arena, 1 << 20);
    assert_int_equal(bundle_read(text, n, &arena, &bundle, NULL), MARU_OK);
    maru_faults *faults = maru_faults_new();
    maru_plant *plant = NULL;
    *st = maru_plant_read(bundle.file, bundle.n_file, faults, &plant, NULL);
    maru_plant_free(plant);
    arena_fini(&arena);
    return faults;
}

static bool is_it(const maru_fault *f, const struct bad_case *c) {
    return f->severity == c->severity && strcmp(f->file, c->file) == 0 && f->row == c->row &&
           f->column == c->column && (strstr(f->wrong, c->says) || strstr(f->right, c->says));
}

static void print_all(const maru_faults *faults) {
    for (size_t i = 0; i < maru_faults_kept(faults); i++) {
        const maru_fault *f = maru_faults_get(faults, i);
        print_message("  %d %s:%u:%u %s '%s': %s; %s\n", (int)f->severity, f->file, f->row,
                      f->column, f->header, f->value, f->wrong, f->right);
    }
}

static void says_nothing_of_a_good_plant(void **state) {
    (void)state;
    maru_status st = MARU_OK;
    maru_faults *faults = check(good, strlen(good), &st);
    print_all(faults);
    assert_int_equal(maru_faults_kept(faults), 0);
    assert_int_equal(st, MARU_OK);
    maru_faults_free(faults);
}

static void finds_each_fault_at_its_place(void **state) {
    (void)state;
    int n_bad = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t n = 0;
        char *text = replaced(&cases[i], &n);
        maru_status st = MARU_OK;
        maru_faults *faults = check(text, n, &st);
        bool is_found = false;
        for (size_t k = 0; k < maru_faults_kept(faults); k++) {
            is_found = is_found || is_it(maru_faults_get(faults, k), &cases[i]);
        }
        const bool is_fault = cases[i].severity == MARU_FAULT;
        if (!is_found || (st == MARU_E_INPUT) != is_fault ||
            maru_faults_count(faults, MARU_FAULT) > (is_fault ? 1 : 0)) {
            print_message("'%s' for '%s' gives %s and:\n", cases[i].to, cases[i].from,
                          maru_status_name(st));
            print_all(faults);
            n_bad++;
        }
        maru_faults_free(faults);
        free(text);
    }
    assert_int_equal(n_bad, 0);
}

// Faults in several tables and stages are all there at once.
static void finds_all_of_them(void **state) {
    (void)state;
    static const char bad[] = "=== routes.csv\n"
                              "route,tools,time,rework,rework_to\n"
                              "A,M,10 mim,,\n"
                              "A,N,-1 min,,\n"
                              "A,M,10 min,1,1\n"
                              "=== tools.csv\n"
                              "tools,count\n"
                              "M,x\n"
                              "=== releases.csv\n"
                              "stream,product,every\n"
                              "s,Z,30 min\n";
    maru_status st = MARU_OK;
    maru_faults *faults = check(bad, strlen(bad), &st);
    assert_int_equal(st, MARU_E_INPUT);
    assert_int_equal(maru_faults_count(faults, MARU_FAULT), 6);
    maru_faults_free(faults);
}

static void knows_what_lots_can_sum_to(void **state) {
    (void)state;
    // 15 and 25 wafers: 40 to 45 takes 15 + 25, or 15 * 3; 41 to 44 takes none.
    const struct {
        const char *sizes;
        size_t n_fault;
    } batch[] = {{"50,75", 0}, {"40,45", 0}, {"41,44", 1}, {"65,69", 0}, {"66,69", 1}};
    for (size_t i = 0; i < sizeof batch / sizeof *batch; i++) {
        char text[600];
        const int n = snprintf(text, sizeof text,
                               "=== routes.csv\nroute,tools,time,per,batch_min,batch_max\n"
                               "A,M,1 min,batch,%s\n"
                               "=== tools.csv\ntools,count\nM,1\n"
                               "=== releases.csv\nstream,product,every,wafers\n"
                               "s,A,30 min,15\nt,A,30 min,25\n",
                               batch[i].sizes);
        maru_status st = MARU_OK;
        maru_faults *faults = check(text, (size_t)n, &st);
        if (maru_faults_count(faults, MARU_FAULT) != batch[i].n_fault) {
            print_all(faults);
            fail_msg("batches of %s", batch[i].sizes);
        }
        maru_faults_free(faults);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_nothing_of_a_good_plant),
        cmocka_unit_test(finds_each_fault_at_its_place),
        cmocka_unit_test(finds_all_of_them),
        cmocka_unit_test(knows_what_lots_can_sum_to),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
