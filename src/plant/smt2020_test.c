#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "plant/dialect/bundle.h"
#include "plant/fingerprint.h"

// The SMT2020 testbed: is every table understood, and is a plant the same after it was written as
// maru CSV? The data is not part of the tree: MARU_DATA, default ../shared/data; without it these
// tests are skipped.

static const char *folder_of(const char *set) {
    static char path[1024];
    const char *data = getenv("MARU_DATA");
    snprintf(path, sizeof path, "%s/smt2020/%s", data ? data : "../shared/data", set);
    if (access(path, R_OK) != 0) {
        print_message("skipped: no %s (set MARU_DATA)\n", path);
        skip();
    }
    return path;
}

static maru_plant *open_plant(const char *set) {
    const char *path = folder_of(set);
    maru_faults *faults = maru_faults_new();
    maru_plant *plant = NULL;
    maru_error err = {0};
    if (maru_plant_open(path, faults, &plant, &err) != MARU_OK) {
        fail_msg("%s: %s:%u: %s", set, err.file, err.row, err.text);
    }
    assert_int_equal(maru_faults_kept(faults), 0); // not even a note
    maru_faults_free(faults);
    return plant;
}

static uint32_t group_named(const maru_plant *p, const char *name) {
    for (uint32_t i = 0; i < p->n_group; i++) {
        if (strcmp(p->group[i].name, name) == 0) {
            return i;
        }
    }
    fail_msg("no group %s", name);
    return PLANT_NONE;
}

// Figures of FORMAT.md and the tables themselves.
static void understands_hvlm(void **state) {
    (void)state;
    maru_plant *p = open_plant("HVLM");
    assert_int_equal(p->n_product, 2);
    assert_int_equal(p->n_step, 926);
    assert_int_equal(p->route[0].n_step, 583);
    assert_int_equal(p->n_area, 12);
    assert_int_equal(p->n_group, 106);
    assert_int_equal(p->n_tool, 1443);
    assert_int_equal(p->n_setup, 57);
    assert_int_equal(p->n_change, 13);
    assert_int_equal(p->n_release, 5);
    assert_int_equal(p->n_stock, 2255);
    assert_int_equal(p->n_calendar, 303);
    assert_int_equal(p->n_downtime, 105 + 292);
    assert_string_equal(p->start, "2018-01-01 00:00:00");

    const struct plant_step *first = &p->step[0];
    assert_int_equal(first->time.kind, DIST_UNIFORM);
    assert_int_equal(first->time.a, INT64_C(28575810000)); // 501.33 -+ 25.0665 min
    assert_int_equal(first->time.b, INT64_C(31583790000));
    assert_int_equal(first->per, PER_BATCH);
    assert_int_equal(first->batch_min, 125);
    assert_int_equal(first->batch_max, 150);
    assert_int_equal(p->step[1].interval_us, 38340000); // 0.639 min
    assert_true(p->step[2].sampling == 0.56);
    assert_int_equal(p->step[12].keep_for, 112);
    assert_int_equal(p->step[112].kept_from, 12);
    assert_int_equal(p->step[29].queue_to, 30);
    assert_int_equal(p->step[29].queue_us, INT64_C(7200000000));
    assert_int_equal(p->step[30].queue_from, 29);
    assert_int_equal(p->step[66].rework_to, 64);
    assert_true(p->step[66].rework == 0.017);

    const struct plant_group *implant = &p->group[group_named(p, "Implant_128")];
    assert_true(implant->is_cascade && implant->avoids_setup && implant->wakes_by_setup);
    assert_false(implant->reserves_hot);
    assert_string_equal(implant->ranking, "priority desc, setup, fifo");
    const struct plant_group *delay = &p->group[group_named(p, "Delay_32")];
    assert_true(delay->is_delay && delay->n_tool == 400 && delay->load_us == 0);
    assert_int_equal(p->n_location, 2);

    assert_int_equal(p->release[0].every.a, INT64_C(3101400000)); // 51.69 min
    assert_true(p->release[0].n_release == 200000);
    assert_int_equal(p->release[0].due_after_us, INT64_C(4651667000000)); // 02/23/18 20:07:47
    assert_false(p->stock[0].start_known);
    assert_int_equal(p->stock[0].step, 559);
    assert_int_equal(p->stock[0].due_us, INT64_C(109172000000)); // 01/02/18 06:19:32
    maru_plant_free(p);
}

static void understands_lvhm(void **state) {
    (void)state;
    maru_plant *p = open_plant("LVHM");
    assert_int_equal(p->n_product, 10);
    assert_int_equal(p->n_step, 4013);
    assert_int_equal(p->n_tool, 1313);
    assert_int_equal(p->n_release, 21);
    assert_int_equal(p->n_stock, 2156);
    assert_string_equal(p->group[0].ranking, "priority desc, setup, cr");
    uint32_t n_limit = 0, n_kept = 0, n_rework = 0;
    for (uint32_t i = 0; i < p->n_step; i++) {
        n_limit += p->step[i].queue_to != PLANT_NONE ? 1 : 0;
        n_kept += p->step[i].keep_for != PLANT_NONE ? 1 : 0;
        n_rework += p->step[i].rework_to != PLANT_NONE ? 1 : 0;
    }
    assert_int_equal(n_limit, 264);
    assert_int_equal(n_kept, 73);
    assert_int_equal(n_rework, 52);
    maru_plant_free(p);
}

// Mean raw process times of FORMAT.md, with its reading of times.
static void has_the_raw_process_times(void **state) {
    (void)state;
    maru_plant *p = open_plant("HVLM");
    const double want[] = {27.16, 15.99};
    for (uint32_t i = 0; i < 2; i++) {
        const double days = p->product[i].raw_process_us / 86400e6;
        if (fabs(days / want[i] - 1) > 0.001) {
            fail_msg("%s: %.4f days, want %.2f", p->product[i].name, days, want[i]);
        }
    }
    maru_plant_free(p);
}

// 23 764 lot-steps a day, sampling and rework included, and no group above 100 %.
static void has_the_loads(void **state) {
    (void)state;
    maru_plant *p = open_plant("HVLM");
    maru_group_load *load = calloc(p->n_group, sizeof *load);
    assert_non_null(load);
    maru_plant_load(p, load);
    double visits = 0, highest = 0;
    for (uint32_t g = 0; g < p->n_group; g++) {
        visits += load[g].visits_per_day;
        highest = load[g].load > highest ? load[g].load : highest;
    }
    free(load);
    if (fabs(visits / 23764 - 1) > 0.001 || highest > 1 || highest < 0.95) {
        fail_msg("%.1f lot-steps a day, highest load %.4f", visits, highest);
    }
    maru_plant_free(p);
}

static struct digest digest_of(const maru_plant *plant) {
    struct digest digest;
    digest_init(&digest);
    plant_digest(plant, &digest);
    return digest;
}

static void is_the_same_after_import(void **state) {
    (void)state;
    const char *const set[] = {"HVLM", "LVHM"};
    for (size_t i = 0; i < 2; i++) {
        maru_plant *direct = open_plant(set[i]);
        struct text once, twice;
        text_init(&once, 64 << 20);
        text_init(&twice, 64 << 20);
        assert_int_equal(maru_plant_write(direct, bundle_put, &once, NULL), MARU_OK);
        struct arena arena;
        struct bundle bundle;
        arena_init(&arena, 1 << 16);
        assert_int_equal(bundle_read(once.bytes, once.n_bytes, &arena, &bundle, NULL), MARU_OK);
        maru_plant *again = NULL;
        maru_faults *faults = maru_faults_new();
        assert_int_equal(maru_plant_read(bundle.file, bundle.n_file, faults, &again, NULL),
                         MARU_OK);
        assert_int_equal(maru_faults_kept(faults), 0);
        const struct digest a = digest_of(direct), b = digest_of(again);
        assert_memory_equal(&a, &b, sizeof a);
        assert_int_equal(maru_plant_write(again, bundle_put, &twice, NULL), MARU_OK);
        assert_string_equal(once.bytes, twice.bytes);
        maru_faults_free(faults);
        maru_plant_free(direct);
        maru_plant_free(again);
        arena_fini(&arena);
        text_fini(&once);
        text_fini(&twice);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(understands_hvlm),          cmocka_unit_test(understands_lvhm),
        cmocka_unit_test(has_the_raw_process_times), cmocka_unit_test(has_the_loads),
        cmocka_unit_test(is_the_same_after_import),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
