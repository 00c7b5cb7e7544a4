#include "plant/fab/fab.h"

#include "base/digest.h"
#include "base/text.h"
#include "plant/plant.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { MAX_FILES = 16 };

struct tables {
    size_t n;
    char name[MAX_FILES][32];
    struct text text[MAX_FILES];
    struct digest digest;
};

static maru_status keep(void *context, const maru_file *file, maru_error *err) {
    (void)err;
    struct tables *tables = context;
    assert_true(tables->n < MAX_FILES);
    snprintf(tables->name[tables->n], sizeof tables->name[0], "%s", file->name);
    text_init(&tables->text[tables->n], 1 << 28);
    text_add(&tables->text[tables->n], file->bytes, file->n_bytes);
    digest_bytes(&tables->digest, file->bytes, file->n_bytes);
    tables->n++;
    return MARU_OK;
}

static void make(struct tables *tables, const struct fab_spec *spec) {
    *tables = (struct tables){.n = 0};
    digest_init(&tables->digest);
    assert_int_equal(fab_make(spec, keep, tables, NULL), MARU_OK);
}

static void drop(struct tables *tables) {
    for (size_t i = 0; i < tables->n; i++) {
        text_fini(&tables->text[i]);
    }
}

static maru_plant *read_plant(const struct tables *tables, const struct fab_spec *spec) {
    maru_file file[MAX_FILES];
    for (size_t i = 0; i < tables->n; i++) {
        file[i] = (maru_file){.name = tables->name[i],
                              .bytes = tables->text[i].bytes,
                              .n_bytes = tables->text[i].n_bytes};
    }
    maru_plant *plant = NULL;
    maru_error err = {0};
    maru_faults *faults = maru_faults_new();
    if (maru_plant_read(file, tables->n, faults, &plant, &err) != MARU_OK ||
        maru_faults_kept(faults) > 0) {
        const maru_fault *fault = maru_faults_kept(faults) > 0 ? maru_faults_get(faults, 0) : NULL;
        fail_msg("%u tools, %u products, %u steps, seed %llu: %s:%u:%u %s %s", spec->n_tool,
                 spec->n_product, spec->n_step, (unsigned long long)spec->seed,
                 fault ? fault->file : err.file, fault ? fault->row : err.row,
                 fault ? fault->column : err.column, fault ? fault->value : "",
                 fault ? fault->wrong : err.text);
    }
    maru_faults_free(faults);
    return plant;
}

static uint32_t count_tools(const maru_plant *plant) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < plant->n_group; i++) {
        n += plant->group[i].is_delay ? 0 : plant->group[i].n_tool;
    }
    return n;
}

static double highest_load(const maru_plant *plant) {
    static maru_group_load load[1024];
    double most = 0;
    assert_true(plant->n_group <= 1024);
    maru_plant_load(plant, load);
    for (uint32_t i = 0; i < plant->n_group; i++) {
        most = load[i].load > most && !plant->group[i].is_delay ? load[i].load : most;
    }
    return most;
}

// Law: whatever is asked for, the tables are without a note, the tools add up, and the busiest
// group is at the load as far as setups and batches that are not full leave it.
static void fabs_of_all_sizes_are_sound(void **state) {
    (void)state;
    static const uint32_t tools[] = {5, 6, 11, 50, 300, 2000};
    for (uint32_t i = 0; i < 36; i++) {
        const struct fab_spec spec = {.n_tool = tools[i % 6],
                                      .n_product = 1 + i % 5,
                                      .n_step = 10 + 37 * (i % 8),
                                      .seed = i,
                                      .load = 0.5 + 0.05 * (i % 10)};
        struct tables tables;
        make(&tables, &spec);
        maru_plant *plant = read_plant(&tables, &spec);
        assert_int_equal(plant->n_product, spec.n_product);
        assert_int_equal(plant->n_step, spec.n_product * spec.n_step);
        assert_int_equal(count_tools(plant), spec.n_tool);
        const double load = highest_load(plant);
        if (load > spec.load + 0.005 || load < 0.75 * spec.load) {
            fail_msg("%u tools: load %g, wanted %g", spec.n_tool, load, spec.load);
        }
        maru_plant_free(plant);
        drop(&tables);
    }
}

static void the_seed_decides(void **state) {
    (void)state;
    struct fab_spec spec = {.n_tool = 80, .n_product = 2, .n_step = 60, .seed = 7, .load = 0.9};
    struct tables tables;
    char first[33], again[33], other[33];
    make(&tables, &spec);
    digest_hex(&tables.digest, first);
    drop(&tables);
    make(&tables, &spec);
    digest_hex(&tables.digest, again);
    drop(&tables);
    spec.seed = 8;
    make(&tables, &spec);
    digest_hex(&tables.digest, other);
    drop(&tables);
    assert_string_equal(first, again);
    assert_string_not_equal(first, other);
}

static void what_cannot_be_is_refused(void **state) {
    (void)state;
    static const struct fab_spec cases[] = {
        {4, 1, 10, 1, 0.9}, {FAB_MAX_TOOLS + 1, 1, 10, 1, 0.9},
        {5, 0, 10, 1, 0.9}, {5, FAB_MAX_PRODUCTS + 1, 10, 1, 0.9},
        {5, 1, 9, 1, 0.9},  {5, 1, FAB_MAX_STEPS + 1, 1, 0.9},
        {5, 1, 10, 1, 0},   {5, 1, 10, 1, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct tables tables = {.n = 0};
        maru_error err = {0};
        assert_int_equal(fab_make(&cases[i], keep, &tables, &err), MARU_E_RANGE);
        assert_true(strlen(err.text) > 0);
        assert_int_equal(tables.n, 0);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fabs_of_all_sizes_are_sound),
        cmocka_unit_test(the_seed_decides),
        cmocka_unit_test(what_cannot_be_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
