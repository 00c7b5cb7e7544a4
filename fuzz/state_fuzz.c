#include "target.h"

#include "base/arena.h"
#include "base/digest.h"
#include "maru/sim.h"
#include "plant/dialect/bundle.h"
#include "sim/state_check.h"
#include "sim/trial_plants.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

// A saved state that somebody has changed: it is refused, or a day can be run from it, and that
// leads to a state that can be saved and loaded again.
//
// The first two bytes choose a twin, a moment of its run and what the rest is: edits of its saved
// state, or bytes in place of it; each with the check sum made right or not. Without it every
// change is refused. An edit is six bytes: array, operation, place (two), value (two).

enum { N_TWIN = 4, N_MOMENT = 3, HEADER_BYTES = 40, EDIT_BYTES = 6, MAX_BUNDLE_BYTES = 1 << 20 };

static const char *const settings[N_TWIN][3][2] = {
    {{"max_lot", "100"}, {"failure_job", "resume"}, {"cascade_entry", "when_free"}},
    {{"max_lot", "100"}, {"failure_job", "after"}, {"failure_in_pm", "overlap"}},
    {{"max_lot", "100"}, {"queue_rule", "qtcr"}, {"pm_repeat", "end"}},
    {{"max_lot", "100"}, {"tool_choice", "random"}, {"cascade_setup", "empty"}},
};

struct twin {
    maru_model *model;
    uint8_t *saved[N_MOMENT];
    size_t n_saved[N_MOMENT];
    struct maru_sim *sim; // at the last moment: where its arrays stand
};

static void require(int holds) {
    if (!holds) {
        abort();
    }
}

static maru_plant *read_plant(void) {
    struct arena arena;
    struct bundle bundle;
    arena_init(&arena, MAX_BUNDLE_BYTES);
    require(bundle_read(trial_full, strlen(trial_full), &arena, &bundle, NULL) == MARU_OK);
    maru_faults *faults = maru_faults_new();
    maru_plant *plant = NULL;
    require(maru_plant_read(bundle.file, bundle.n_file, faults, &plant, NULL) == MARU_OK);
    maru_faults_free(faults);
    arena_fini(&arena);
    return plant;
}

static void make_twin(const maru_plant *plant, int which, struct twin *twin) {
    maru_options *options = maru_options_new();
    for (int i = 0; i < 3; i++) {
        require(maru_options_set(options, settings[which][i][0], settings[which][i][1], NULL) ==
                MARU_OK);
    }
    require(maru_model_new(plant, options, &twin->model, NULL) == MARU_OK);
    maru_options_free(options);
    require(maru_sim_new(twin->model, 1, &twin->sim, NULL) == MARU_OK);
    for (int i = 0; i < N_MOMENT; i++) {
        const maru_time moment = (maru_time)i * (5 * MARU_DAY + 7 * MARU_HOUR);
        require(maru_sim_run(twin->sim, moment, NULL) == MARU_OK);
        twin->n_saved[i] = maru_sim_bytes(twin->sim);
        twin->saved[i] = malloc(twin->n_saved[i]);
        require(twin->saved[i] != NULL);
        maru_sim_save(twin->sim, twin->saved[i]);
    }
}

static const struct twin *twin_at(size_t which) {
    static struct twin twins[N_TWIN];
    static maru_plant *plant;
    if (!plant) {
        plant = read_plant();
        for (int i = 0; i < N_TWIN; i++) {
            make_twin(plant, i, &twins[i]);
        }
    }
    return &twins[which];
}

// The header of saved bytes, right for what stands behind it.
static void seal(const struct twin *twin, uint8_t *saved, size_t n) {
    struct digest d;
    digest_init(&d);
    digest_bytes(&d, saved + HEADER_BYTES, n - HEADER_BYTES);
    const uint64_t size = n - HEADER_BYTES;
    memcpy(saved, twin->saved[0], HEADER_BYTES);
    memcpy(saved + 8, &size, sizeof size);
    memcpy(saved + 24, d.lane, sizeof d.lane);
}

struct part { // one array of the state, inside the saved bytes
    size_t at, n;
};

static size_t parts_of(const struct twin *twin, struct part *part) {
    const struct maru_model *m = twin->model;
    const struct state *s = &twin->sim->s;
    const size_t n_lot = s->head->n_lot_room;
    size_t n = 0;
#define X(type, name, count)                                                                       \
    if ((count) > 0) {                                                                             \
        const ptrdiff_t at = (const char *)s->name - (const char *)twin->sim->block;               \
        part[n++] = (struct part){HEADER_BYTES + (size_t)at, sizeof(type) * (size_t)(count)};      \
    }
    STATE_ARRAYS(X)
#undef X
    return n;
}

static void edit(uint8_t *saved, const struct part *part, const uint8_t *how) {
    const size_t width = (size_t)1 << (how[1] & 3);
    if (part->n < width) {
        return;
    }
    const size_t n_place = part->n / width;
    const size_t place = (size_t)(how[2] | how[3] << 8) % n_place;
    const uint64_t value = (uint64_t)(how[4] | how[5] << 8);
    uint8_t *at = saved + part->at + place * width;
    uint64_t number = 0;
    memcpy(&number, at, width);
    switch (how[1] >> 2 & 7) {
    case 0:
        number = value;
        break;
    case 1:
        number = ~value;
        break;
    case 2:
        number += value;
        break;
    case 3:
        number -= value;
        break;
    case 4:
        number ^= UINT64_C(1) << (value % 64);
        break;
    case 5:
        number = value << 48;
        break;
    default: // a number of the same size from elsewhere in the array
        memcpy(&number, saved + part->at + value % n_place * width, width);
        break;
    }
    memcpy(at, &number, width); // the low bytes: states belong to machines of one byte order
}

// All that somebody can see of it names what the plant has.
static void look_around(const maru_sim *sim, const maru_plant *plant) {
    maru_tool_now *tool = malloc(sizeof *tool * (maru_sim_tool_count(sim) + 1));
    maru_lot_now *lot = malloc(sizeof *lot * ((size_t)maru_sim_lot_count(sim) + 1));
    maru_group_now *group = malloc(sizeof *group * (plant->n_group + 1));
    require(tool && lot && group);
    maru_sim_look_at_tools(sim, tool);
    maru_sim_look_at_lots(sim, lot);
    maru_sim_look_at_groups(sim, group);
    for (uint32_t i = 0; i < maru_sim_tool_count(sim); i++) {
        require((int)tool[i].state <= MARU_TOOL_NONSCHEDULED);
        require(tool[i].maintenance == MARU_NONE || tool[i].maintenance < plant->n_downtime);
        require(tool[i].setup == MARU_NONE || tool[i].setup < plant->n_setup);
    }
    for (uint32_t i = 0; i < maru_sim_lot_count(sim); i++) {
        require(lot[i].step < plant->n_step && lot[i].product < plant->n_product);
        require(lot[i].group < plant->n_group && (int)lot[i].where <= MARU_LOT_IN_TOOL);
        require(lot[i].tool == MARU_NONE || lot[i].tool < maru_sim_tool_count(sim));
    }
    free(tool);
    free(lot);
    free(group);
}

static void go_on(const struct twin *twin, maru_sim *sim, bool asks_results) {
    const maru_plant *plant = maru_model_plant(twin->model);
    require(state_check(sim, NULL) == MARU_OK);
    look_around(sim, plant);
    maru_sim_stop_tool(sim, 0);
    look_around(sim, plant);
    const maru_status st = maru_sim_run(sim, maru_sim_now(sim) + MARU_DAY, NULL);
    require(st == MARU_OK || st == MARU_E_LIMIT);
    maru_sim_mend_tool(sim, 0);
    look_around(sim, plant);
    if (asks_results) { // slower than all the rest
        maru_results *results = NULL;
        require(maru_sim_results(sim, &results, NULL) == MARU_OK);
        maru_results_free(results);
    }
    const size_t n = maru_sim_bytes(sim);
    uint8_t *saved = malloc(n);
    require(saved != NULL);
    maru_sim_save(sim, saved);
    maru_sim *again = NULL;
    const maru_status loaded = maru_sim_load(twin->model, saved, n, &again, NULL);
    require(loaded == MARU_OK || loaded == MARU_E_RANGE); // sums may just have become too large
    maru_sim_free(again);
    free(saved);
}

static void try_to_load(const struct twin *twin, const uint8_t *saved, size_t n, bool is_changed,
                        bool asks_results) {
    maru_sim *sim = NULL;
    maru_error err = {0};
    const maru_status st = maru_sim_load(twin->model, saved, n, &sim, &err);
    require((st == MARU_OK) == (sim != NULL));
    if (st == MARU_OK) {
        require(!is_changed);
        go_on(twin, sim, asks_results);
    } else {
        require(st == MARU_E_INPUT || st == MARU_E_RANGE);
        require(err.code == st && err.text[0] != '\0');
    }
    maru_sim_free(sim);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    if (n < 2) {
        return 0;
    }
    const struct twin *twin = twin_at(bytes[0] % N_TWIN);
    const size_t moment = bytes[1] % N_MOMENT;
    const bool is_raw = bytes[0] & 0x40, is_sealed = !(bytes[0] & 0x80);
    const size_t n_saved = is_raw ? (is_sealed ? HEADER_BYTES : 0) + n - 2 : twin->n_saved[moment];
    uint8_t *saved = malloc(n_saved > 0 ? n_saved : 1);
    require(saved != NULL);
    if (is_raw) {
        memcpy(saved + n_saved - (n - 2), bytes + 2, n - 2);
    } else {
        struct part part[64];
        const size_t n_part = parts_of(twin, part);
        memcpy(saved, twin->saved[moment], n_saved);
        for (size_t i = 2; i + EDIT_BYTES <= n; i += EDIT_BYTES) {
            edit(saved, &part[bytes[i] % n_part], bytes + i);
        }
    }
    bool is_changed =
        n_saved != twin->n_saved[moment] || memcmp(saved, twin->saved[moment], n_saved) != 0;
    if (is_sealed) {
        seal(twin, saved, n_saved);
        is_changed = false;
    }
    try_to_load(twin, saved, n_saved, is_changed, bytes[0] & 0x20);
    free(saved);
    return 0;
}
