#include "target.h"

#include "base/arena.h"
#include "plant/dialect/bundle.h"
#include "sim/follow/mirror.h"
#include "sim/follow/present.h"
#include "sim/state_check.h"
#include "sim/trial_plants.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// A floor that tells anything: whatever it is, it is refused or believed; told backwards and twice it is
// believed as well; kept as bytes it goes on the same; and a state can be made of it that is valid and runs for a day.
//
// An event is eight bytes: kind, lot, tool, step, minute of the day (two), order, and one for nothing.

enum {
    EVENT_BYTES = 8,
    MAX_EVENTS = 400,
    N_LOT = 24,
    MAX_BUNDLE_BYTES = 1 << 20,
    MAX_IMAGE_BYTES = 1 << 24
};

struct plan {
    maru_plant *plant;
    maru_model *model;
};

static void require(int holds) {
    if (!holds) {
        abort();
    }
}

static const maru_model *model_of_all(void) {
    static struct plan made;
    if (!made.model) {
        struct arena arena;
        struct bundle bundle;
        arena_init(&arena, MAX_BUNDLE_BYTES);
        require(bundle_read(trial_full, strlen(trial_full), &arena, &bundle, NULL) == MARU_OK);
        require(maru_plant_read(bundle.file, bundle.n_file, NULL, &made.plant, NULL) == MARU_OK);
        require(maru_model_new(made.plant, NULL, &made.model, NULL) == MARU_OK);
        arena_fini(&arena);
    }
    return made.model;
}

static uint32_t pick(uint8_t byte, uint32_t n) { return byte == 255 ? MARU_NONE : byte % n; }

static struct told event_of(const maru_model *model, const uint8_t *b) {
    const maru_time minute = (maru_time)(b[4] << 8 | b[5]) % 1440;
    struct told told = told_new((enum told_kind)(b[0] % N_TOLD), minute * MARU_MINUTE);
    told.tool = pick(b[2], model->n_tool);
    told.step = pick(b[3], model->n_step);
    told.order = b[6];
    // the same of each lot and tool: what else two tellers say of one event is not put in order
    const uint32_t more = b[1] % (unsigned)N_LOT * 37;
    told.product = more & 1 ? more / 2 & 1 : MARU_NONE;
    told.product = told.kind == TOLD_RELEASED ? more / 2 & 1 : told.product;
    told.wafers = more & 4 ? more % 64 + 1 : 0;
    told.priority = more & 8 ? 20 : TOLD_NO_PRIORITY;
    told.is_hot = more & 16;
    told.downtime = b[2] & 1 ? b[2] % model->plant->n_downtime : MARU_NONE;
    return told;
}

static bool tell(struct mirror *mirror, const maru_model *model, const uint8_t *b) {
    const struct told told = event_of(model, b);
    char name[8];
    const int n = snprintf(name, sizeof name, "L%u", b[1] % (unsigned)N_LOT);
    return mirror_take(mirror, name, (size_t)n, &told, MARU_DAY - MARU_MINUTE, NULL) == MARU_OK;
}

static struct mirror *begin(const maru_model *model) {
    const struct mirror_options options = {
        .window_us = MARU_DAY, .keep_us = 3 * MARU_DAY, .max_lot = N_LOT};
    struct mirror *mirror = NULL;
    require(mirror_new(model, &options, &mirror, NULL) == MARU_OK);
    return mirror;
}

static void require_state(struct mirror *mirror, const maru_model *model, uint64_t seed) {
    const struct present_plan plan = {mirror_look(mirror), model, mirror_now(mirror), seed};
    maru_sim *sim = NULL;
    require(present_new(&plan, &sim, NULL) == MARU_OK);
    require(state_check(sim, NULL) == MARU_OK);
    require(maru_sim_lot_count(sim) == plan.belief->head->n_live);
    uint32_t want[16];
    maru_lot_now lot[N_LOT];
    require(model->n_group <= 16 && plan.belief->head->n_live <= N_LOT);
    belief_count_by_group(plan.belief, want);
    maru_sim_look_at_lots(sim, lot);
    for (uint32_t i = 0; i < maru_sim_lot_count(sim); i++) {
        want[lot[i].group]--;
    }
    for (uint32_t g = 0; g < model->n_group; g++) {
        require(want[g] == 0);
    }
    require(maru_sim_run(sim, maru_sim_now(sim) + MARU_DAY, NULL) == MARU_OK);
    require(state_check(sim, NULL) == MARU_OK);
    maru_sim_free(sim);
}

// What is kept goes on the same.
static void require_image(struct mirror *mirror, const maru_model *model, const char *want) {
    const struct mirror_options options = {
        .window_us = MARU_DAY, .keep_us = 3 * MARU_DAY, .max_lot = N_LOT};
    struct mirror *again = NULL;
    struct text image;
    char have[33];
    text_init(&image, MAX_IMAGE_BYTES);
    mirror_save(mirror, &image);
    require(image.status == MARU_OK);
    require(mirror_load(model, &options, image.bytes, image.n_bytes, &again, NULL) == MARU_OK);
    mirror_digest(again, have);
    require(strcmp(have, want) == 0);
    mirror_free(again);
    text_fini(&image);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    const maru_model *model = model_of_all();
    const size_t n_event = n / EVENT_BYTES < MAX_EVENTS ? n / EVENT_BYTES : MAX_EVENTS;
    struct mirror *forth = begin(model), *back = begin(model);
    mirror_settle(forth, MARU_DAY - MARU_MINUTE);
    mirror_settle(back, MARU_DAY - MARU_MINUTE);
    for (size_t i = 0; i < n_event; i++) {
        (void)tell(forth, model, bytes + i * EVENT_BYTES);
        const uint8_t *other = bytes + (n_event - 1 - i) * EVENT_BYTES;
        const bool is_taken_back = tell(back, model, other);
        require(tell(back, model, other) == is_taken_back);
        if (i % 16 == 5) {
            (void)mirror_look(back);
        }
    }
    char a[33], b[33];
    mirror_digest(forth, a);
    mirror_digest(back, b);
    require(strcmp(a, b) == 0);
    require_state(forth, model, n);
    require_image(forth, model, a);
    mirror_settle(forth, 2 * MARU_DAY);
    mirror_settle(back, 2 * MARU_DAY);
    mirror_digest(forth, b);
    require(strcmp(a, b) == 0); // being firm changes nothing
    require_state(back, model, n);
    mirror_free(forth);
    mirror_free(back);
    return 0;
}
