#include "train/training.h"

#include <math.h>
#include <string.h>

#include "base/status.h"
#include "train/training_inside.h"

#define TRAINING_MAX_BYTES ((size_t)16 << 30)
enum {
    SMALL_CELLS = 1 << 19
}; // threads that meet after each split of few rows cost more than they bring

struct training_input training_usual(const struct frame *frame, const struct roles *roles) {
    return (struct training_input){.frame = frame,
                                   .roles = roles,
                                   .goal = N_MODEL_GOAL,
                                   .split = N_CARD_SPLIT,
                                   .group_column = UINT32_MAX,
                                   .miss_cost = 10,
                                   .false_alarm_cost = 1,
                                   .level = 0.8,
                                   .seed = 1,
                                   .n_thread = 1,
                                   .title = "",
                                   .version = ""};
}

// The last part is set aside; with whole groups or random rows, one of the parts.
static maru_status set_aside(struct training *t, maru_error *err) {
    struct splits splits;
    const bool is_time = t->split == CARD_SPLIT_TIME;
    maru_status st = training_deal(t, NULL, t->all.n, is_time ? TRAINING_PARTS - 1 : TRAINING_PARTS,
                                   &splits, err);
    t->train = arena_take(t->arena, (size_t)t->all.n + 1, sizeof *t->train);
    t->test = arena_take(t->arena, (size_t)t->all.n + 1, sizeof *t->test);
    if (st == MARU_OK && (!t->train || !t->test)) {
        st = arena_refusal(t->arena, err);
    }
    if (st == MARU_OK) {
        const uint32_t last = splits.first + splits.n_fold - 1;
        t->n_train = splits_rows(&splits, last, SPLITS_TRAIN, t->train);
        t->n_test = splits_rows(&splits, last, SPLITS_TEST, t->test);
    }
    return st;
}

static bool has_both(const struct training *t, const uint32_t *some, uint32_t n) {
    uint32_t n_yes = 0;
    for (uint32_t i = 0; i < n; i++) {
        n_yes += t->all.y[some[i]] > 0.5F;
    }
    return t->goal != MODEL_YES_NO || (n_yes > 0 && n_yes < n);
}

static maru_status check_parts(const struct training *t, maru_error *err) {
    if (t->n_train < TRAINING_LEAST_ROWS / 2 || t->n_test == 0) {
        return fail(err, MARU_E_INPUT, "%u rows to learn from and %u to be tried on are too few",
                    t->n_train, t->n_test);
    }
    return has_both(t, t->train, t->n_train)
               ? MARU_OK
               : fail(err, MARU_E_INPUT,
                      "the earlier rows are all good or all bad: nothing can be learnt from them");
}

// The rows of both sides as the recipe makes them.
static maru_status fill_rows(struct training *t, maru_error *err) {
    const size_t n_feature = t->recipe.n_feature;
    uint32_t *row = arena_take(t->arena, (size_t)t->all.n + 1, sizeof *row);
    t->x_train = arena_take(t->arena, (size_t)t->n_train * n_feature, sizeof *t->x_train);
    t->x_test = arena_take(t->arena, (size_t)t->n_test * n_feature, sizeof *t->x_test);
    t->y_train = arena_take(t->arena, t->n_train, sizeof *t->y_train);
    if (!row || !t->x_train || !t->x_test || !t->y_train) {
        return arena_refusal(t->arena, err);
    }
    struct recipe_fit fit;
    for (uint32_t i = 0; i < t->n_train; i++) {
        row[i] = t->all.row[t->train[i]];
        t->y_train[i] = t->all.y[t->train[i]];
    }
    const maru_status st =
        recipe_apply(&t->recipe, t->in->frame, row, t->n_train, t->x_train, &fit, err);
    for (uint32_t i = 0; i < t->n_test; i++) {
        row[i] = t->all.row[t->test[i]];
    }
    return st == MARU_OK
               ? recipe_apply(&t->recipe, t->in->frame, row, t->n_test, t->x_test, &fit, err)
               : st;
}

static maru_status make_rows(struct training *t, maru_error *err) {
    const struct frame *frame = t->in->frame;
    uint32_t *column = arena_take(t->arena, (size_t)frame->n_column + 1, sizeof *column);
    uint32_t *row = arena_take(t->arena, (size_t)t->all.n + 1, sizeof *row);
    if (!column || !row) {
        return arena_refusal(t->arena, err);
    }
    struct recipe_input input = {.frame = frame, .column = column, .row = row, .n_row = t->n_train};
    for (uint32_t c = 0; c < frame->n_column; c++) {
        const uint8_t role = t->in->roles->column[c].role;
        if ((role == ROLE_INPUT || role == ROLE_TOOL) && c != t->group_column) {
            column[input.n_column++] = c;
        }
    }
    for (uint32_t i = 0; i < t->n_train; i++) {
        row[i] = t->all.row[t->train[i]];
    }
    maru_status st = recipe_make(&input, t->arena, &t->recipe, err);
    if (st != MARU_OK) {
        return st;
    }
    return fill_rows(t, err);
}

// The units of features, by which differences and sums make sense.
static maru_status list_units(struct training *t, const char *const **out, maru_error *err) {
    const char **unit = arena_take(t->arena, t->recipe.n_feature, sizeof *unit);
    if (!unit) {
        return arena_refusal(t->arena, err);
    }
    for (uint32_t f = 0; f < t->recipe.n_feature; f++) {
        const char *known = t->recipe.column[t->recipe.feature[f].column].unit;
        unit[f] = known[0] ? known : NULL;
    }
    *out = unit;
    return MARU_OK;
}

// The combinations of all training rows join the recipe.
static maru_status combine(struct training *t, const struct tuning_input *input, maru_error *err) {
    struct combination_found found = {0};
    maru_status st = model_tuning_combine(input, t->arena, &found, err);
    st = st == MARU_OK && found.n > 0
             ? recipe_combine(&t->recipe, found.combination, found.n, t->arena, &t->recipe, err)
             : st;
    return st == MARU_OK && found.n > 0 ? fill_rows(t, err) : st;
}

static maru_status tune(struct training *t, const struct kind_task *task, maru_error *err) {
    struct splits splits;
    const struct kind *kind[8];
    struct tuning_input input = {.task = task,
                                 .splits = &splits,
                                 .kind = kind,
                                 .wants_combinations = true,
                                 .progress = t->in->progress,
                                 .context = t->in->context};
    for (uint32_t i = 0; kind_at(i) && input.n_kind < sizeof kind / sizeof *kind; i++) {
        if (!t->in->kind || kind_at(i) == t->in->kind) {
            kind[input.n_kind++] = kind_at(i);
        }
    }
    maru_status st = list_units(t, &input.unit, err);
    st = st == MARU_OK ? training_deal(t, t->train, t->n_train, TRAINING_FOLDS, &splits, err) : st;
    st = st == MARU_OK ? model_tuning_run(&input, t->arena, &t->tuned, err) : st;
    return st == MARU_OK && t->tuned.is_combined ? combine(t, &input, err) : st;
}

static maru_status fit(struct training *t, const struct kind_task *task, maru_error *err) {
    text_init(&t->fitted.bytes, MODEL_MAX_BYTES);
    text_init(&t->fitted.source, MODEL_MAX_BYTES);
    t->fitted.gain = arena_take(t->arena, t->recipe.n_feature, sizeof *t->fitted.gain);
    if (!t->fitted.gain) {
        return arena_refusal(t->arena, err);
    }
    const maru_status st = t->tuned.kind->fit(task, t->tuned.try, &t->fitted, err);
    return st == MARU_OK ? predictor_read((enum predictor_kind)t->tuned.kind->predictor,
                                          t->fitted.bytes.bytes, t->fitted.bytes.n_bytes,
                                          &t->model.predictor, err)
                         : st;
}

// NaN: there is none.
static void add_limit(struct text *out, const char *sign, double limit) {
    if (!isnan(limit)) {
        text_addf(out, "%s%s", out->n_bytes > 0 ? ", " : "", sign);
        text_add_double(out, limit);
    }
}

// What counts as bad, in the table's own words; of limits, what lies outside.
static const char *bad_of(struct training *t) {
    const struct target *target = &t->in->roles->target;
    const struct frame_column *column = &t->in->frame->column[target->column];
    struct text text;
    text_init(&text, 256);
    if (t->goal == MODEL_YES_NO && target->form == TARGET_WORD) {
        for (uint32_t w = 0; w < column->words.n; w++) {
            if (target->is_bad_word[w] && text.n_bytes + column->words.n_byte[w] < 200) {
                text_addf(&text, "%s%s", text.n_bytes > 0 ? ", " : "", column->words.name[w]);
            }
        }
    } else if (t->goal == MODEL_YES_NO && target->form == TARGET_FLAG) {
        text_addz(&text, "≠ ");
        text_add_double(&text, target->good);
    } else if (t->goal == MODEL_YES_NO && target->form == TARGET_LIMITS) {
        add_limit(&text, "< ", target->lower);
        add_limit(&text, "> ", target->upper);
    }
    const char *copy = arena_text(t->arena, text.bytes ? text.bytes : "", text.n_bytes);
    text_fini(&text);
    return copy;
}

// What is answered: of rows that count many units the share of bad ones, which no column is called by.
static const char *target_of(struct training *t) {
    const struct target *target = &t->in->roles->target;
    const char *name = t->in->frame->column[target->column].name;
    struct text text;
    if (target->form != TARGET_COUNT) {
        return name;
    }
    const char *of = t->in->frame->column[target->of_column].name;
    text_init(&text, 4096);
    if (target->of_is_rest) {
        text_addf(&text, "%s / (%s + %s)", name, name, of);
    } else {
        text_addf(&text, "%s%s / %s", target->is_good_count ? "1 − " : "", name, of);
    }
    const char *copy = arena_text(t->arena, text.bytes ? text.bytes : "", text.n_bytes);
    text_fini(&text);
    return copy;
}

static maru_status put_together(struct training *t, maru_error *err) {
    const struct target *target = &t->in->roles->target;
    t->model.goal = t->goal;
    t->model.target = target_of(t);
    t->model.unit = target->form == TARGET_COUNT ? "%" : t->in->frame->column[target->column].unit;
    t->model.bad = bad_of(t);
    t->model.n_class = t->all.n_class;
    t->model.class_name = t->all.class_name;
    t->model.recipe = t->recipe;
    t->model.source = t->fitted.source.bytes;
    t->model.n_source = t->fitted.source.n_bytes;
    return t->model.bad && t->model.target ? MARU_OK : arena_refusal(t->arena, err);
}

static bool goes_on(const void *context) {
    const struct training_input *in = context;
    return !in->progress || in->progress(in->context, (double)NAN, "");
}

static maru_status say(const struct training *t, const char *what, maru_error *err) {
    return !t->in->progress || t->in->progress(t->in->context, (double)NAN, what)
               ? MARU_OK
               : fail(err, MARU_E_STOPPED, "stopped");
}

static maru_status run(struct training *t, struct text *bytes, maru_error *err) {
    maru_status st = training_find_rows(t, err);
    st = st == MARU_OK ? set_aside(t, err) : st;
    st = st == MARU_OK ? check_parts(t, err) : st;
    st = st == MARU_OK ? make_rows(t, err) : st;
    if (st != MARU_OK) {
        return st;
    }
    struct boosting_rows rows = {t->x_train, t->y_train, NULL, t->n_train, t->recipe.n_feature};
    const bool is_small = (uint64_t)t->n_train * t->recipe.n_feature < SMALL_CELLS;
    const struct kind_task task = {.goal = t->goal,
                                   .n_class = t->all.n_class,
                                   .rows = &rows,
                                   .seed = t->in->seed,
                                   .n_thread = is_small ? 1 : t->in->n_thread,
                                   .goes_on = goes_on,
                                   .context = t->in};
    st = tune(t, &task, err);
    rows = (struct boosting_rows){t->x_train, t->y_train, NULL, t->n_train, t->recipe.n_feature};
    st = st == MARU_OK ? say(t, "fitting on all rows of training", err) : st;
    st = st == MARU_OK ? fit(t, &task, err) : st;
    st = st == MARU_OK ? put_together(t, err) : st;
    st = st == MARU_OK ? say(t, "judging on the rows kept apart", err) : st;
    st = st == MARU_OK ? training_find_doubt(t, err) : st;
    st = st == MARU_OK ? training_fill_card(t, err) : st;
    return st == MARU_OK ? fitted_model_write(&t->model, bytes, err) : st;
}

maru_status training_run(const struct training_input *input, struct text *bytes, maru_error *err) {
    if (!(input->level > 0 && input->level < 1)) {
        return fail(err, MARU_E_RANGE, "the level of intervals lies between 0 and 1");
    }
    struct arena arena;
    arena_init(&arena, input->cap_bytes > 0 ? input->cap_bytes : TRAINING_MAX_BYTES);
    struct training t = {.in = input, .arena = &arena};
    const maru_status st = run(&t, bytes, err);
    text_fini(&t.fitted.source);
    text_fini(&t.fitted.bytes);
    predictor_free(t.model.predictor);
    arena_fini(&arena);
    return st;
}
