// What the tests of the twin share: plants, models, runs and digests of them.
#ifndef SIM_TRIAL_H
#define SIM_TRIAL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/random.h"
#include "base/text.h"
#include "maru/sim.h"
#include "plant/dialect/bundle.h"
#include "plant/fab/fab.h"
#include "sim/trial_plants.h"

enum { TRIAL_ROOM_BYTES = 1 << 26 };

static inline maru_plant *trial_plant(const char *tables) {
    struct arena arena;
    struct bundle bundle;
    arena_init(&arena, TRIAL_ROOM_BYTES);
    assert_int_equal(bundle_read(tables, strlen(tables), &arena, &bundle, NULL), MARU_OK);
    maru_faults *faults = maru_faults_new();
    assert_non_null(faults);
    maru_plant *plant = NULL;
    maru_error err = {0};
    if (maru_plant_read(bundle.file, bundle.n_file, faults, &plant, &err) != MARU_OK) {
        fail_msg("the plant is refused: %s row %u: %s", err.file, (unsigned)err.row, err.text);
    }
    maru_faults_free(faults);
    arena_fini(&arena);
    return plant;
}

// A made-up fab of so many tools.
static inline maru_plant *trial_fab(uint32_t n_tool, uint64_t seed) {
    const struct fab_spec spec = {
        .n_tool = n_tool, .n_product = 2, .n_step = 60, .seed = seed, .load = 0.85};
    struct text text;
    text_init(&text, TRIAL_ROOM_BYTES);
    assert_int_equal(fab_make(&spec, bundle_put, &text, NULL), MARU_OK);
    text_add(&text, "", 1);
    assert_int_equal(text.status, MARU_OK);
    maru_plant *plant = trial_plant(text.bytes);
    text_fini(&text);
    return plant;
}

// settings: "name=value; name=value", or NULL.
static inline maru_options *trial_options(const char *settings) {
    maru_options *options = maru_options_new();
    assert_non_null(options);
    const char *at = settings ? settings : "";
    while (*at) {
        char name[128], value[256];
        const size_t n_name = strcspn(at, "="), n_value = strcspn(at + n_name + 1, ";");
        assert_true(n_name < sizeof name && n_value < sizeof value);
        memcpy(name, at, n_name);
        name[n_name] = '\0';
        memcpy(value, at + n_name + 1, n_value);
        value[n_value] = '\0';
        maru_error err = {0};
        if (maru_options_set(options, name, value, &err) != MARU_OK) {
            fail_msg("option %s: %s", name, err.text);
        }
        at += n_name + 1 + n_value;
        at += strspn(at, "; ");
    }
    return options;
}

static inline maru_model *trial_model(const maru_plant *plant, const char *settings) {
    maru_options *options = trial_options(settings);
    maru_model *model = NULL;
    maru_error err = {0};
    if (maru_model_new(plant, options, &model, &err) != MARU_OK) {
        fail_msg("no model: %s", err.text);
    }
    maru_options_free(options);
    return model;
}

struct trial {
    maru_plant *plant;
    maru_model *model;
    maru_sim *sim;
};

static inline struct trial trial_new(const char *tables, const char *settings, uint64_t seed) {
    struct trial trial = {.plant = trial_plant(tables)};
    trial.model = trial_model(trial.plant, settings);
    assert_int_equal(maru_sim_new(trial.model, seed, &trial.sim, NULL), MARU_OK);
    return trial;
}

static inline void trial_free(struct trial *trial) {
    maru_sim_free(trial->sim);
    maru_model_free(trial->model);
    maru_plant_free(trial->plant);
}

static inline void trial_run(maru_sim *sim, maru_time until) {
    maru_error err = {0};
    if (maru_sim_run(sim, until, &err) != MARU_OK) {
        fail_msg("the run stops: %s", err.text);
    }
}

static inline maru_results *trial_results(const maru_sim *sim) {
    maru_results *results = NULL;
    assert_int_equal(maru_sim_results(sim, &results, NULL), MARU_OK);
    return results;
}

// The digest of a twin's results, in a ring of four places so that two can be compared.
static inline const char *trial_digest(const maru_sim *sim) {
    static char ring[4][33];
    static unsigned next;
    char *digest = ring[next++ % 4];
    maru_results *results = trial_results(sim);
    memcpy(digest, results->digest, sizeof ring[0]);
    maru_results_free(results);
    return digest;
}

// A number from [0, n): the counter-th of a test's own stream.
static inline uint64_t trial_random(uint64_t stream, uint64_t *counter, uint64_t n) {
    const struct random_block block = random_at(UINT64_C(0x7121A1), stream, (*counter)++);
    return ((uint64_t)block.word[0] << 32 | block.word[1]) % n;
}

#endif
