#include "study/models/map_said.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/status.h"
#include "io/workers.h"
#include "study/json_writer.h"
#include "train/trees/boosting.h"

// ---- asking

// By the names that the model knows; a lot may be missing.
static maru_status find_columns(struct map_said *said, maru_error *err) {
    for (int k = 0; k < N_MAP_COLUMN; k++) {
        const char *name = said->model->column[k];
        said->column[k] = name[0] ? frame_find(said->frame, name) : UINT32_MAX;
        if (said->column[k] == UINT32_MAX && k != MAP_LOT && k != MAP_PATTERN) {
            return fail(err, MARU_E_INPUT, "there is no column \"%s\"", name);
        }
    }
    return MARU_OK;
}

// The text of a cell of words or numbers.
static void cell_text(const struct frame *frame, uint32_t column, uint32_t row, char *out,
                      size_t n_out) {
    out[0] = '\0';
    if (column == UINT32_MAX) {
        return;
    }
    const struct frame_column *c = &frame->column[column];
    if (c->kind == FRAME_NUMBER && isfinite(c->number[row])) {
        snprintf(out, n_out, "%.15g", c->number[row]);
    } else if ((c->kind == FRAME_WORD || c->kind == FRAME_TEXT) && c->word[row] != FRAME_NO_WORD) {
        snprintf(out, n_out, "%s", c->words.name[c->word[row]]);
    }
}

static maru_status find_lots(struct map_said *said, maru_error *err) {
    const uint32_t n = said->list.n_map;
    uint32_t *lot = arena_take(&said->arena, (size_t)n + 1, sizeof *lot);
    const char **name = arena_take(&said->arena, (size_t)n + 1, sizeof *name);
    struct names lots;
    maru_status st = lot && name ? MARU_OK : arena_refusal(&said->arena, err);
    names_init(&lots, 64 << 20);
    for (uint32_t i = 0; st == MARU_OK && i < n; i++) {
        char text[256];
        cell_text(said->frame, said->column[MAP_LOT], said->list.first_row[i], text, sizeof text);
        st = names_add(&lots, text, strlen(text), &lot[i], err);
    }
    for (uint32_t k = 0; st == MARU_OK && k < lots.n; k++) {
        name[k] = arena_text(&said->arena, lots.name[k], strlen(lots.name[k]));
        st = name[k] ? MARU_OK : arena_refusal(&said->arena, err);
    }
    said->lot = lot;
    said->lot_name = name;
    said->n_lot = lots.n;
    names_fini(&lots);
    return st;
}

struct answers {
    uint32_t *class, *second;
    double *probability, *second_probability;
};

// The likeliest and the next of each map.
static void choose(const struct map_said *said, const float *probability, struct answers *out) {
    const uint32_t n_class = wafer_model_n_class(said->model->model);
    const uint32_t *label = wafer_model_labels(said->model->model);
    for (uint32_t i = 0; i < said->list.n_map; i++) {
        const float *p = probability + (size_t)i * n_class;
        uint32_t best = p[1] > p[0] ? 1 : 0, next = 1 - best;
        for (uint32_t k = 2; k < n_class; k++) {
            if (p[k] > p[best]) {
                next = best;
                best = k;
            } else {
                next = p[k] > p[next] ? k : next;
            }
        }
        out->class[i] = label[best];
        out->second[i] = label[next];
        out->probability[i] = (double)p[best];
        out->second_probability[i] = (double)p[next];
    }
}

static uint32_t threads(void) {
    const size_t n = workers_cores();
    return n < BOOSTING_MAX_THREADS ? (uint32_t)n : BOOSTING_MAX_THREADS;
}

static maru_status ask(struct map_said *said, maru_error *err) {
    const size_t n = said->list.n_map;
    const uint32_t n_class = wafer_model_n_class(said->model->model);
    float *probability = arena_take(&said->arena, n * n_class + 1, sizeof *probability);
    struct answers answers = {
        arena_take(&said->arena, n + 1, sizeof *answers.class),
        arena_take(&said->arena, n + 1, sizeof *answers.second),
        arena_take(&said->arena, n + 1, sizeof *answers.probability),
        arena_take(&said->arena, n + 1, sizeof *answers.second_probability),
    };
    if (!probability || !answers.class || !answers.second || !answers.probability ||
        !answers.second_probability) {
        return arena_refusal(&said->arena, err);
    }
    const maru_status st = wafer_model_answer(said->model->model, said->list.map, said->list.n_map,
                                              threads(), probability, err);
    if (st == MARU_OK) {
        choose(said, probability, &answers);
        said->class = answers.class;
        said->second = answers.second;
        said->probability = answers.probability;
        said->second_probability = answers.second_probability;
    }
    return st;
}

static uint32_t place_of(const struct wafer_model *model, uint32_t label) {
    const uint32_t *labels = wafer_model_labels(model);
    uint32_t at = 0;
    while (labels[at] != label) {
        at++;
    }
    return at;
}

static maru_status find_reasons(struct map_said *said, maru_error *err) {
    const size_t n = said->list.n_map;
    struct wafer_reason *reason = arena_take(&said->arena, n * MAP_SAID_WHY + 1, sizeof *reason);
    uint32_t *n_reason = arena_take(&said->arena, n + 1, sizeof *n_reason);
    if (!reason || !n_reason) {
        return arena_refusal(&said->arena, err);
    }
    maru_status st = MARU_OK;
    for (uint32_t i = 0; st == MARU_OK && i < n; i++) {
        struct wafer_reason all[WAFER_MAX_REASONS];
        uint32_t n_all = 0;
        st = wafer_model_reasons(said->model->model, &said->list.map[i],
                                 place_of(said->model->model, said->class[i]), all, &n_all, err);
        for (uint32_t k = 0; st == MARU_OK && k < n_all && k < MAP_SAID_WHY; k++) {
            reason[(size_t)i * MAP_SAID_WHY + n_reason[i]++] = all[k];
        }
    }
    said->reason = reason;
    said->n_reason = n_reason;
    return st;
}

// The class that most maps are said to have is what is ordinary.
static maru_status find_shared(struct map_said *said, maru_error *err) {
    uint32_t count[MAP_MAX_CLASSES] = {0}, most = 0;
    for (uint32_t i = 0; i < said->list.n_map; i++) {
        count[said->class[i]]++;
    }
    for (uint32_t k = 1; k < said->model->n_class; k++) {
        most = count[k] > count[most] ? k : most;
    }
    const struct lot_patterns_input input = {.class = said->class,
                                             .lot = said->lot,
                                             .n_map = said->list.n_map,
                                             .n_class = said->model->n_class,
                                             .n_lot = said->n_lot,
                                             .ordinary = most};
    struct lot_pattern *shared = NULL;
    const maru_status st = lot_patterns_find(&input, &said->arena, &shared, &said->n_shared, err);
    said->shared = shared;
    return st;
}

maru_status map_said_make(const struct map_model *model, const struct frame *frame, bool wants_why,
                          struct map_said *out, maru_error *err) {
    struct map_said said = {.model = model, .frame = frame};
    arena_init(&said.arena, MAP_MAX_BYTES);
    maru_status st = find_columns(&said, err);
    if (st == MARU_OK) {
        const struct wafer_columns columns = {.lot = said.column[MAP_LOT],
                                              .wafer = said.column[MAP_WAFER],
                                              .x = said.column[MAP_X],
                                              .y = said.column[MAP_Y],
                                              .bin = said.column[MAP_BIN],
                                              .good_bin = model->good_bin};
        st = wafer_table_read(frame, &columns, &said.list, err);
    }
    st = st == MARU_OK ? find_lots(&said, err) : st;
    st = st == MARU_OK ? ask(&said, err) : st;
    st = st == MARU_OK && wants_why ? find_reasons(&said, err) : st;
    st = st == MARU_OK ? find_shared(&said, err) : st;
    if (st != MARU_OK) {
        map_said_fini(&said);
        return st;
    }
    *out = said;
    return MARU_OK;
}

void map_said_fini(struct map_said *said) {
    wafer_list_fini(&said->list);
    arena_fini(&said->arena);
    *said = (struct map_said){.model = NULL};
}

// ---- telling

static void count_dies(const struct wafer_map *map, uint32_t *n_die, uint32_t *n_bad) {
    *n_die = *n_bad = 0;
    for (size_t i = 0; i < (size_t)map->height * map->width; i++) {
        *n_die += map->die[i] != WAFER_NO_DIE;
        *n_bad += map->die[i] == WAFER_BAD;
    }
}

static void add_csv(struct text *out, const struct map_said *said, uint32_t i) {
    uint32_t n_die, n_bad;
    char wafer[256];
    const uint32_t row = said->list.first_row[i];
    count_dies(&said->list.map[i], &n_die, &n_bad);
    cell_text(said->frame, said->column[MAP_WAFER], row, wafer, sizeof wafer);
    text_addf(out, "%u,", said->frame->line[row]);
    text_add_csv(out, said->lot_name[said->lot[i]]);
    text_addz(out, ",");
    text_add_csv(out, wafer);
    text_addz(out, ",");
    text_add_csv(out, said->model->class[said->class[i]].name);
    text_addz(out, ",");
    text_add_fixed(out, said->probability[i], 4);
    text_addf(out, ",%u,%u\n", n_bad, n_die);
}

static void add_why(struct json *json, const struct map_said *said, uint32_t i) {
    json_open_list(json, "why");
    for (uint32_t k = 0; k < said->n_reason[i]; k++) {
        const struct wafer_reason *reason = &said->reason[(size_t)i * MAP_SAID_WHY + k];
        char name[WAFER_FEATURE_NAME_BYTES];
        json_open_object(json, NULL);
        wafer_feature_name(reason->feature, false, name);
        json_add_string(json, "feature", name);
        wafer_feature_name(reason->feature, true, name);
        json_add_string(json, "feature_ko", name);
        json_add_number(json, "value", (double)reason->value);
        json_add_number(json, "usual", (double)reason->usual);
        json_close(json);
    }
    json_close(json);
}

static void add_map(struct json *json, const struct map_said *said, uint32_t i,
                    struct text *digits) {
    static const char digit[] = "012"; // by enum wafer_die
    const struct wafer_map *map = &said->list.map[i];
    const uint32_t row = said->list.first_row[i];
    uint32_t n_die, n_bad;
    char wafer[256];
    count_dies(map, &n_die, &n_bad);
    cell_text(said->frame, said->column[MAP_WAFER], row, wafer, sizeof wafer);
    text_clear(digits);
    for (size_t k = 0; k < (size_t)map->height * map->width; k++) {
        text_add(digits, &digit[map->die[k]], 1);
    }
    json_open_object(json, NULL);
    json_add_count(json, "line", said->frame->line[row]);
    json_add_string(json, "lot", said->lot_name[said->lot[i]]);
    json_add_string(json, "wafer", wafer);
    json_add_string(json, "class", said->model->class[said->class[i]].name);
    json_add_number(json, "probability", said->probability[i]);
    json_add_string(json, "second", said->model->class[said->second[i]].name);
    json_add_number(json, "second_probability", said->second_probability[i]);
    json_add_count(json, "dies", n_die);
    json_add_count(json, "bad", n_bad);
    json_add_string(json, "die", digits->bytes ? digits->bytes : "");
    if (said->reason) {
        add_why(json, said, i);
    }
    json_close(json);
}

static void add_share(struct json *json, const char *key, const struct share *share) {
    json_open_object(json, key);
    json_add_number(json, "value", share->value);
    json_add_number(json, "low", share->low);
    json_add_number(json, "high", share->high);
    json_close(json);
}

static void add_shared(struct json *json, const struct map_said *said) {
    json_open_list(json, "shared");
    for (uint32_t k = 0; k < said->n_shared; k++) {
        const struct lot_pattern *shared = &said->shared[k];
        json_open_object(json, NULL);
        json_add_string(json, "class", said->model->class[shared->class].name);
        json_add_string(json, "lot", said->lot_name[shared->lot]);
        json_add_count(json, "n", shared->n);
        json_add_count(json, "of", shared->of);
        add_share(json, "share", &shared->share);
        add_share(json, "others", &shared->others);
        json_add_number(json, "p", shared->p);
        json_close(json);
    }
    json_close(json);
}

static void add_json(struct text *out, const struct map_said *said) {
    struct json json;
    struct text digits;
    text_init(&digits, (size_t)WAFER_MAX_SIDE * WAFER_MAX_SIDE + 1);
    json_writer_init(&json, out);
    json_open_object(&json, NULL);
    json_add_string(&json, "model", said->model->fingerprint);
    json_open_list(&json, "classes");
    for (uint32_t k = 0; k < said->model->n_class; k++) {
        json_add_string(&json, NULL, said->model->class[k].name);
    }
    json_close(&json);
    json_add_count(&json, "height", said->list.height);
    json_add_count(&json, "width", said->list.width);
    json_add_count(&json, "skipped_rows", said->list.n_skipped);
    json_open_list(&json, "maps");
    for (uint32_t i = 0; i < said->list.n_map; i++) {
        add_map(&json, said, i, &digits);
    }
    json_close(&json);
    add_shared(&json, said);
    json_close(&json);
    text_fini(&digits);
}

void map_said_add(struct text *out, const struct map_said *said, enum predictions_form form) {
    if (form == PREDICTIONS_JSON) {
        add_json(out, said);
        return;
    }
    if (form == PREDICTIONS_CSV) {
        text_addz(out, "line,lot,wafer,pattern,probability,bad,dies\n");
    }
    for (uint32_t i = 0; i < said->list.n_map; i++) {
        if (form == PREDICTIONS_CSV) {
            add_csv(out, said, i);
        } else {
            text_addz(out, said->model->class[said->class[i]].name);
            text_addz(out, "\n");
        }
    }
}
