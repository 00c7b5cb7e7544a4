#include "sim/follow/floor_trial.h"

// The mirror follows a floor with other luck and slower tools: lot by lot at every event where nothing is
// late or lost; the same whatever the order and the repeats within its window; and again soon after
// something was lost. What cannot be is counted, and the floor is believed.

enum { SEED = 77 };
#define WINDOW (30 * MARU_MINUTE)

static void require_same_wip(const struct floor *f, struct mirror *mirror) {
    uint32_t have[64], want[64];
    assert_true(f->model->n_group <= 64);
    floor_count(f, want);
    belief_count_by_group(mirror_look(mirror), have);
    for (uint32_t g = 0; g < f->model->n_group; g++) {
        if (have[g] != want[g]) {
            fail_msg("at %lld: %u lots at %s, want %u", (long long)maru_sim_now(f->sim), have[g],
                     f->plant->group[g].name, want[g]);
        }
    }
}

// What the floor shows and the mirror must believe of each tool and lot.
static void require_same_state(const struct floor *f, struct mirror *mirror) {
    const struct belief *b = mirror_look(mirror);
    for (uint32_t i = 0; i < f->model->n_tool; i++) {
        const struct tool *t = &f->sim->s.tool[i];
        const uint8_t want = t->n_down > 0           ? TOOL_DOWN
                             : t->flags & TOOL_IN_PM ? TOOL_MAINTAINED
                                                     : TOOL_UP;
        if (b->tool[i].state != want || b->tool[i].setup != t->setup) {
            fail_msg("at %lld tool %u is %u, want %u", (long long)maru_sim_now(f->sim), i,
                     b->tool[i].state, want);
        }
        for (uint32_t place = 0; place < 2; place++) {
            for (uint32_t lot = t->job[place]; lot != SIM_NONE; lot = f->sim->s.lot[lot].next) {
                char name[16];
                snprintf(name, sizeof name, "L%u", (unsigned)f->sim->s.lot[lot].serial);
                const uint32_t its = mirror_find(mirror, name, strlen(name));
                assert_true(its != MARU_NONE);
                assert_int_equal(b->lot[its].place, PLACE_TOOL);
                assert_int_equal(b->lot[its].tool, i);
                assert_int_equal(b->lot[its].step, f->sim->s.lot[lot].step);
                assert_int_equal(b->lot[its].wafers, f->sim->s.lot[lot].wafers);
                assert_int_equal(b->lot[its].queue, f->sim->s.lot[lot].queue);
            }
        }
    }
    assert_int_equal(b->head->n_live, maru_sim_lot_count(f->sim));
}

static void follow_closely(const char *settings, int days) {
    maru_plant *plant = trial_plant(trial_full);
    maru_model *model = trial_model(plant, settings);
    struct floor f = floor_new(plant, settings, "105", SEED);
    struct mirror *mirror = floor_mirror(model, WINDOW);
    size_t told = 0;
    for (maru_time at = floor_next(&f); at < days * MARU_DAY; at = floor_next(&f)) {
        floor_run(&f, at);
        for (; told < f.n; told++) {
            floor_tell(mirror, &f.word[told], at);
        }
        require_same_wip(&f, mirror);
        require_same_state(&f, mirror);
    }
    const struct belief *b = mirror_look(mirror);
    assert_true(told > 5000 && b->head->n_finished > 100);
    for (uint32_t k = 0; k < N_DISCREPANCY; k++) {
        assert_int_equal(b->head->n_discrepancy[k], 0);
    }
    assert_int_equal(b->head->n_late, 0);
    assert_int_equal(b->head->n_step_missed, 0);
    assert_int_equal(b->head->n_unannounced, plant->n_stock);
    assert_int_equal(b->head->n_finished, maru_sim_out_count(f.sim));
    mirror_free(mirror);
    floor_free(&f);
    maru_model_free(model);
    maru_plant_free(plant);
}

static void it_is_where_the_floor_is(void **state) {
    (void)state;
    follow_closely(NULL, 40);
}

static void also_where_failures_stop_jobs(void **state) {
    (void)state;
    follow_closely("failure_job=resume; failure_in_pm=skip; cascade_entry=when_free", 40);
}

// ---- disorder

struct delivery { // when a word is told
    maru_time at;
    uint64_t tie;
    uint32_t word;
    bool is_lost;
};

static int by_delivery(const void *a, const void *b) {
    const struct delivery *x = a, *y = b;
    if (x->at != y->at) {
        return x->at < y->at ? -1 : 1;
    }
    return (x->tie > y->tie) - (x->tie < y->tie);
}

// Words told with delays of up to `most`, some twice, some lost; the number of deliveries.
static size_t disturb(const struct floor *f, maru_time most, uint32_t lost_per_mille,
                      uint32_t twice_per_mille, struct delivery *out) {
    uint64_t counter = 0;
    size_t n = 0;
    for (size_t i = 0; i < f->n; i++) {
        const bool is_stock = f->word[i].told.at_us == 0; // is always told
        const bool is_lost = trial_random(1, &counter, 1000) < lost_per_mille && !is_stock;
        const int n_times = trial_random(2, &counter, 1000) < twice_per_mille ? 2 : 1;
        for (int k = 0; k < n_times; k++) {
            const maru_time late = (maru_time)trial_random(3, &counter, (uint64_t)most + 1);
            out[n++] = (struct delivery){f->word[i].told.at_us + late,
                                         trial_random(4, &counter, 1000000), (uint32_t)i, is_lost};
        }
    }
    qsort(out, n, sizeof *out, by_delivery);
    return n;
}

// Any order within the window, and any repeats, give what the order of the floor gives.
static void order_and_repeats_do_not_matter(void **state) {
    (void)state;
    maru_plant *plant = trial_plant(trial_full);
    maru_model *model = trial_model(plant, NULL);
    struct floor f = floor_new(plant, NULL, "105", SEED);
    floor_run(&f, 20 * MARU_DAY);
    struct delivery *list = malloc(2 * f.n * sizeof *list);
    assert_non_null(list);
    char want[33], have[33];
    struct mirror *ordered = floor_mirror(model, WINDOW);
    for (size_t i = 0; i < f.n; i++) {
        floor_tell(ordered, &f.word[i], f.word[i].told.at_us);
    }
    mirror_settle(ordered, 21 * MARU_DAY);
    mirror_digest(ordered, want);
    for (int round = 0; round < 3; round++) {
        const size_t n = disturb(&f, WINDOW - 1, 0, 100 * (uint32_t)round, list);
        struct mirror *mirror = floor_mirror(model, WINDOW);
        for (size_t i = 0; i < n; i++) {
            floor_tell(mirror, &f.word[list[i].word], list[i].at);
            if (i % 97 == 0) {
                (void)mirror_look(mirror); // looking changes nothing
            }
        }
        mirror_settle(mirror, 21 * MARU_DAY);
        mirror_digest(mirror, have);
        assert_string_equal(have, want);
        assert_true((mirror_count(mirror).n_repeat > 0) == (round > 0));
        mirror_free(mirror);
    }
    mirror_free(ordered);
    free(list);
    floor_free(&f);
    maru_model_free(model);
    maru_plant_free(plant);
}

// Delays, repeats and one word in a hundred lost: where the floor has been quiet of a lot, it is believed
// to be elsewhere only until it is heard of again. Measured as the share of lots at another group.
static void what_is_lost_is_caught_up_with(void **state) {
    (void)state;
    maru_plant *plant = trial_plant(trial_full);
    maru_model *model = trial_model(plant, NULL);
    struct floor f = floor_new(plant, NULL, "105", SEED);
    floor_run(&f, 60 * MARU_DAY);
    struct delivery *list = malloc(2 * f.n * sizeof *list);
    assert_non_null(list);
    const size_t n = disturb(&f, 10 * MARU_MINUTE, 10, 50, list);
    struct mirror *mirror = floor_mirror(model, WINDOW), *exact = floor_mirror(model, WINDOW);
    double n_wrong = 0, n_all = 0;
    for (size_t i = 0; i < n; i++) {
        floor_tell(exact, &f.word[list[i].word], list[i].at);
        if (!list[i].is_lost) {
            floor_tell(mirror, &f.word[list[i].word], list[i].at);
        }
        if (i % 50 == 0) {
            uint32_t have[64], want[64];
            belief_count_by_group(mirror_look(mirror), have);
            belief_count_by_group(mirror_look(exact), want);
            for (uint32_t g = 0; g < model->n_group; g++) {
                n_wrong += have[g] > want[g] ? have[g] - want[g] : want[g] - have[g];
                n_all += want[g];
            }
        }
    }
    const struct belief *b = mirror_look(mirror);
    print_message("%zu words, %.4f of lots elsewhere, caught up %llu, steps missed %llu, "
                  "unannounced %llu, discrepancies",
                  f.n, n_wrong / 2 / n_all, (unsigned long long)b->head->n_caught_up,
                  (unsigned long long)b->head->n_step_missed,
                  (unsigned long long)b->head->n_unannounced);
    for (uint32_t d = 0; d < N_DISCREPANCY; d++) {
        print_message(" %llu", (unsigned long long)b->head->n_discrepancy[d]);
    }
    print_message("\n");
    assert_true(b->head->n_caught_up > 0);
    assert_true(n_wrong / 2 / n_all < 0.05);
    mirror_free(mirror);
    mirror_free(exact);
    free(list);
    floor_free(&f);
    maru_model_free(model);
    maru_plant_free(plant);
}

// Kept in the middle and taken up again, the belief is that of one that was never away; each prefix, and
// a byte that is another one, is refused.
static void an_image_goes_on_the_same(void **state) {
    (void)state;
    maru_plant *plant = trial_plant(trial_full);
    maru_model *model = trial_model(plant, NULL);
    const struct mirror_options options = {
        .window_us = WINDOW, .keep_us = 3 * MARU_DAY, .max_lot = 20000};
    struct floor f = floor_new(plant, NULL, "105", SEED);
    floor_run(&f, 12 * MARU_DAY);
    struct delivery *list = malloc(2 * f.n * sizeof *list);
    assert_non_null(list);
    const size_t n = disturb(&f, WINDOW - 1, 10, 100, list);
    struct mirror *mirror = floor_mirror(model, WINDOW), *again = NULL;
    char want[33], have[33];
    for (size_t i = 0; i < n / 2; i++) {
        floor_tell(mirror, &f.word[list[i].word], list[i].at);
    }
    struct text image;
    text_init(&image, 1 << 28);
    mirror_save(mirror, &image);
    assert_int_equal(image.status, MARU_OK);
    assert_int_equal(mirror_load(model, &options, image.bytes, image.n_bytes, &again, NULL),
                     MARU_OK);
    for (size_t i = n / 2; i < n; i++) {
        floor_tell(mirror, &f.word[list[i].word], list[i].at);
        floor_tell(again, &f.word[list[i].word], list[i].at);
    }
    mirror_digest(mirror, want);
    mirror_digest(again, have);
    assert_string_equal(have, want);
    assert_int_equal(mirror_lag(mirror), mirror_lag(again));
    assert_int_equal(mirror_count(mirror).n_repeat, mirror_count(again).n_repeat);
    mirror_free(again);
    for (size_t k = 0; k < image.n_bytes; k += 1 + image.n_bytes / 997) {
        again = NULL;
        assert_int_equal(mirror_load(model, &options, image.bytes, k, &again, NULL), MARU_E_INPUT);
        image.bytes[k] ^= 1;
        if (mirror_load(model, &options, image.bytes, image.n_bytes, &again, NULL) == MARU_OK) {
            mirror_free(again); // a byte of the head that only counts
        }
        image.bytes[k] ^= 1;
    }
    text_fini(&image);
    mirror_free(mirror);
    free(list);
    floor_free(&f);
    maru_model_free(model);
    maru_plant_free(plant);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_where_the_floor_is),
        cmocka_unit_test(also_where_failures_stop_jobs),
        cmocka_unit_test(order_and_repeats_do_not_matter),
        cmocka_unit_test(what_is_lost_is_caught_up_with),
        cmocka_unit_test(an_image_goes_on_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
