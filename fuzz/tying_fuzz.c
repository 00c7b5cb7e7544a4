#include "target.h"

#include "base/arena.h"
#include "base/status.h"
#include "live/following/following.h"
#include "plant/dialect/bundle.h"
#include "sim/trial_plants.h"
#include "study/json_writer.h"

#include <stdlib.h>
#include <string.h>

// A stored event of anybody's, each text on a line of its own: kind, source, name, lot, recipe, step, and the
// detail behind. Properties: it is tied, or needs nothing, or is refused with a sentence, the same each time; what
// is tied names only what the plant has; and whoever follows believes it or keeps it with its reason, and tells so.

enum { MAX_BYTES = 1 << 22, N_LINE = 6 };

static const maru_model *model_of_all(void) {
    static maru_plant *plant;
    static maru_model *model;
    if (!model) {
        struct arena arena;
        struct bundle bundle;
        arena_init(&arena, 1 << 20);
        must(bundle_read(trial_full, strlen(trial_full), &arena, &bundle, NULL) == MARU_OK);
        must(maru_plant_read(bundle.file, bundle.n_file, NULL, &plant, NULL) == MARU_OK);
        must(maru_model_new(plant, NULL, &model, NULL) == MARU_OK);
        arena_fini(&arena);
    }
    return model;
}

static bool read_event(char *text, struct event *out) {
    char *line[N_LINE];
    for (int i = 0; i < N_LINE; i++) {
        char *end = strchr(text, '\n');
        if (!end) {
            return false;
        }
        *end = '\0';
        line[i] = text;
        text = end + 1;
    }
    *out = (struct event){.at_us = INT64_C(1700000000000000),
                          .kind = line[0],
                          .source = line[1],
                          .name = line[2],
                          .lot = line[3],
                          .wafer = "",
                          .recipe = line[4],
                          .step = line[5],
                          .detail = text};
    return event_check(out, NULL) == MARU_OK;
}

static void require_tied(const maru_model *model, const struct event *event) {
    const struct tying_options options = {.model = model, .speed = 1};
    struct tying *tying = NULL;
    struct tied one, two;
    maru_error err = {0};
    must(tying_new(&options, NULL, &tying, NULL) == MARU_OK);
    const maru_status st = tying_read(tying, event, 1, NULL, NULL, &one, &err);
    must(st == tying_read(tying, event, 1, NULL, NULL, &two, NULL));
    must(st == MARU_OK || (st == MARU_E_INPUT && err.text[0] != '\0'));
    if (st == MARU_OK && one.is_needed) {
        const maru_time most = TOLD_MAX_TIME;
        const bool is_of_lot = told_is_of_lot(one.told.kind);
        must(told_compare(&one.told, &two.told) == 0);
        must((one.lot[0] != '\0') == is_of_lot);
        one.told.lot = is_of_lot ? 0 : MARU_NONE;
        must(told_check(model, &one.told, NULL) == MARU_OK || one.told.at_us < -most ||
             one.told.at_us > most || one.told.due_us < -most);
    }
    tying_free(tying);
}

static void require_followed(const maru_model *model, const struct event *event) {
    const struct following_plan plan = {
        .model = model, .window_us = MARU_HOUR, .speed = 1, .span_us = MARU_HOUR};
    struct following *following = NULL;
    struct text out;
    struct json json;
    must(following_new(&plan, NULL, &following, NULL) == MARU_OK);
    for (int i = 0; i < 3; i++) {
        must(following_take(following, i, event, event->at_us + i, NULL) == MARU_OK);
    }
    text_init(&out, MAX_BYTES);
    json_writer_init(&json, &out);
    json_open_object(&json, NULL);
    following_add_json(&json, following, event->at_us);
    json_close(&json);
    must(out.status == MARU_OK && text_is_utf8(out.bytes, out.n_bytes));
    text_fini(&out);
    following_free(following);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    char *text = malloc(n + 1);
    struct event event;
    must(text != NULL);
    memcpy(text, bytes, n);
    text[n] = '\0';
    if (read_event(text, &event)) {
        require_tied(model_of_all(), &event);
        require_followed(model_of_all(), &event);
    }
    free(text);
    return 0;
}
