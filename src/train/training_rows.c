// Which rows a model learns from: those with a target, in the order of time, each with its lot or unit.

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "learn/measures/row_order.h"
#include "train/training_inside.h"

static uint8_t goal_of(const struct training *t) {
    const struct target *target = &t->in->roles->target;
    if (t->in->goal != N_MODEL_GOAL) {
        return t->in->goal;
    }
    return target->form == TARGET_NUMBER || target->form == TARGET_COUNT ? MODEL_NUMBER
                                                                         : MODEL_YES_NO;
}

// ---- targets

// The classes are the words that enough rows have.
static maru_status find_classes(struct training *t, uint32_t *class_of_word, maru_error *err) {
    const struct frame_column *column = &t->in->frame->column[t->in->roles->target.column];
    struct training_rows *all = &t->all;
    all->class_name = arena_take(t->arena, BOOSTING_MAX_CLASSES, sizeof *all->class_name);
    if (!all->class_name) {
        return arena_refusal(t->arena, err);
    }
    memset(class_of_word, 0, column->words.n * sizeof *class_of_word);
    for (uint32_t i = 0; i < t->in->frame->n_row; i++) {
        if (column->word[i] != FRAME_NO_WORD) {
            class_of_word[column->word[i]]++;
        }
    }
    for (uint32_t w = 0; w < column->words.n; w++) {
        const bool is_class = class_of_word[w] >= TRAINING_LEAST_RARE;
        if (is_class && all->n_class == BOOSTING_MAX_CLASSES) {
            return fail(err, MARU_E_LIMIT, "more than %d classes", BOOSTING_MAX_CLASSES);
        }
        class_of_word[w] = is_class ? all->n_class : UINT32_MAX;
        if (is_class) {
            all->class_name[all->n_class++] = column->words.name[w];
        }
    }
    return all->n_class >= 2
               ? MARU_OK
               : fail(err, MARU_E_INPUT, "\"%s\" has fewer than two classes of %d rows",
                      column->name, TRAINING_LEAST_RARE);
}

// The target of each row of the frame, NaN: unknown.
static maru_status find_targets(struct training *t, float *y, maru_error *err) {
    const struct frame *frame = t->in->frame;
    const struct target *target = &t->in->roles->target;
    const struct frame_column *column = &frame->column[target->column];
    if (t->goal == MODEL_CLASS) {
        if (column->kind != FRAME_WORD) {
            return fail(err, MARU_E_INPUT, "classes are words, and \"%s\" has none", column->name);
        }
        uint32_t *class_of_word =
            arena_take(t->arena, (size_t)column->words.n + 1, sizeof *class_of_word);
        const maru_status st =
            class_of_word ? find_classes(t, class_of_word, err) : arena_refusal(t->arena, err);
        for (uint32_t i = 0; st == MARU_OK && i < frame->n_row; i++) {
            const uint32_t word = column->word[i];
            const uint32_t k = word == FRAME_NO_WORD ? UINT32_MAX : class_of_word[word];
            y[i] = k == UINT32_MAX ? NAN : (float)k;
        }
        return st;
    }
    const bool is_share = target->form == TARGET_COUNT;
    if (t->goal == MODEL_NUMBER && !is_share && column->kind != FRAME_NUMBER) {
        return fail(err, MARU_E_INPUT, "\"%s\" is no column of numbers", column->name);
    }
    if (t->goal == MODEL_YES_NO && (is_share || target->form == TARGET_NUMBER)) {
        return fail(err, MARU_E_INPUT,
                    "\"%s\" does not say yes or no: give limits, or ask for a number",
                    column->name);
    }
    for (uint32_t i = 0; i < frame->n_row; i++) {
        const double value = is_share                  ? 100.0 * t->in->roles->bad[i]
                             : t->goal == MODEL_YES_NO ? t->in->roles->bad[i]
                                                       : column->number[i];
        y[i] = isfinite((float)value) ? (float)value : NAN;
    }
    return MARU_OK;
}

// ---- order and groups

static maru_status find_order(struct training *t, uint32_t *order, maru_error *err) {
    const struct frame *frame = t->in->frame;
    const uint32_t column = t->in->roles->time_column;
    const bool has_time = column != UINT32_MAX && frame->column[column].kind == FRAME_TIME;
    double *key = alloc_new((size_t)frame->n_row + 1, sizeof *key);
    uint32_t *spare = alloc_new((size_t)frame->n_row + 1, sizeof *spare);
    int64_t *time = has_time ? arena_take(t->arena, (size_t)frame->n_row + 1, sizeof *time) : NULL;
    if (!key || !spare || (has_time && !time)) {
        alloc_free(spare);
        alloc_free(key);
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    maru_time before = 0;
    for (uint32_t i = 0; has_time && i < frame->n_row;
         i++) { // rows without a time stand beside the one before
        const maru_time at = frame->column[column].time[i];
        before = at == FRAME_NO_TIME ? before : at;
        time[i] = before;
    }
    for (uint32_t i = 0; i < frame->n_row; i++) {
        key[i] = has_time ? (double)time[i] : (double)i;
    }
    row_order(key, frame->n_row, order, spare);
    t->all.time = time; // of the frame's rows; pick_rows puts it into order
    alloc_free(spare);
    alloc_free(key);
    return MARU_OK;
}

static maru_status number_groups(struct training *t, maru_error *err) {
    const struct frame_column *column = &t->in->frame->column[t->group_column];
    struct training_rows *all = &t->all;
    if (column->kind != FRAME_WORD && column->kind != FRAME_TEXT && column->kind != FRAME_NUMBER) {
        return fail(err, MARU_E_INPUT, "\"%s\" cannot name units or lots", column->name);
    }
    all->group = arena_take(t->arena, (size_t)all->n + 1, sizeof *all->group);
    if (!all->group) {
        return arena_refusal(t->arena, err);
    }
    struct names names;
    maru_status st = MARU_OK;
    names_init(&names, SIZE_MAX / 2);
    for (uint32_t i = 0; st == MARU_OK && i < all->n;
         i++) { // a row without a name is a group of its own
        char own[64];
        struct text text;
        text_init(&text, sizeof own);
        const uint32_t row = all->row[i];
        const bool is_number = column->kind == FRAME_NUMBER;
        const uint32_t word = is_number ? FRAME_NO_WORD : column->word[row];
        if (is_number && isfinite(column->number[row])) {
            text_add_double(&text, column->number[row]);
        } else {
            text_addf(&text, "\1%u", row);
        }
        const char *name = word != FRAME_NO_WORD ? column->words.name[word] : text.bytes;
        st = name ? names_add(&names, name, strlen(name), &all->group[i], err)
                  : fail(err, MARU_E_MEMORY, "no memory");
        text_fini(&text);
    }
    all->n_group = names.n;
    names_fini(&names);
    return st;
}

static maru_status pick_rows(struct training *t, const float *y, const uint32_t *order,
                             maru_error *err) {
    struct training_rows *all = &t->all;
    const uint32_t n_row = t->in->frame->n_row;
    const int64_t *time = all->time;
    all->row = arena_take(t->arena, (size_t)n_row + 1, sizeof *all->row);
    all->y = arena_take(t->arena, (size_t)n_row + 1, sizeof *all->y);
    all->time = time ? arena_take(t->arena, (size_t)n_row + 1, sizeof *all->time) : NULL;
    if (!all->row || !all->y || (time && !all->time)) {
        return arena_refusal(t->arena, err);
    }
    for (uint32_t i = 0; i < n_row; i++) {
        if (isnan(y[order[i]])) {
            all->n_unknown++;
            continue;
        }
        all->row[all->n] = order[i];
        all->y[all->n] = y[order[i]];
        if (time) {
            all->time[all->n] = time[order[i]];
        }
        all->n++;
    }
    return MARU_OK;
}

static maru_status check_rows(const struct training *t, maru_error *err) {
    const struct training_rows *all = &t->all;
    if (all->n < TRAINING_LEAST_ROWS) {
        return fail(err, MARU_E_INPUT, "%u rows have a target, and fewer than %d say nothing",
                    all->n, TRAINING_LEAST_ROWS);
    }
    uint32_t n_yes = 0, n_other = 0;
    for (uint32_t i = 0; i < all->n; i++) {
        n_yes += all->y[i] > 0.5F;
        n_other += all->y[i] != all->y[0];
    }
    if (t->goal == MODEL_YES_NO &&
        (n_yes < TRAINING_LEAST_RARE || all->n - n_yes < TRAINING_LEAST_RARE)) {
        return fail(err, MARU_E_INPUT,
                    "%u of %u rows are bad: of either side at least %d are needed", n_yes, all->n,
                    TRAINING_LEAST_RARE);
    }
    return n_other > 0 ? MARU_OK
                       : fail(err, MARU_E_INPUT, "the target is the same in all %u rows", all->n);
}

maru_status training_find_rows(struct training *t, maru_error *err) {
    const struct roles *roles = t->in->roles;
    if (roles->target.form == TARGET_NONE) {
        return fail(err, MARU_E_INPUT, "no column looks like a target: say which one it is");
    }
    t->goal = goal_of(t);
    t->group_column = t->in->group_column != UINT32_MAX ? t->in->group_column : roles->lot_column;
    const size_t n = (size_t)t->in->frame->n_row + 1;
    float *y = arena_take(t->arena, n, sizeof *y);
    uint32_t *order = arena_take(t->arena, n, sizeof *order);
    maru_status st = y && order ? find_targets(t, y, err) : arena_refusal(t->arena, err);
    st = st == MARU_OK ? find_order(t, order, err) : st;
    st = st == MARU_OK ? pick_rows(t, y, order, err) : st;
    st = st == MARU_OK ? check_rows(t, err) : st;
    if (st == MARU_OK && t->group_column != UINT32_MAX) {
        st = number_groups(t, err);
    }
    if (st == MARU_OK) {
        const bool has_order = t->all.time != NULL || t->group_column == UINT32_MAX;
        t->split = t->in->split != N_CARD_SPLIT ? t->in->split
                   : has_order                  ? CARD_SPLIT_TIME
                                                : CARD_SPLIT_GROUP;
        if (t->split == CARD_SPLIT_GROUP && !t->all.group) {
            st = fail(err, MARU_E_INPUT, "no column names units or lots: say which one does");
        }
    }
    return st;
}

// ---- folds

struct dealt { // arrays of some rows
    int64_t *time;
    uint32_t *group, *stratum;
};

static maru_status gather(const struct training *t, const uint32_t *some, uint32_t n,
                          struct dealt *out, maru_error *err) {
    const struct training_rows *all = &t->all;
    out->time = all->time ? arena_take(t->arena, (size_t)n + 1, sizeof *out->time) : NULL;
    out->group = all->group ? arena_take(t->arena, (size_t)n + 1, sizeof *out->group) : NULL;
    out->stratum = arena_take(t->arena, (size_t)n + 1, sizeof *out->stratum);
    if ((all->time && !out->time) || (all->group && !out->group) || !out->stratum) {
        return arena_refusal(t->arena, err);
    }
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t from = some ? some[i] : i;
        if (out->time) {
            out->time[i] = all->time[from];
        }
        if (out->group) {
            out->group[i] = all->group[from];
        }
        out->stratum[i] = t->goal == MODEL_NUMBER ? 0 : (uint32_t)all->y[from];
    }
    return MARU_OK;
}

maru_status training_deal(const struct training *t, const uint32_t *some, uint32_t n,
                          uint32_t n_fold, struct splits *out, maru_error *err) {
    static const uint8_t kinds[N_CARD_SPLIT] = {
        [CARD_SPLIT_TIME] = SPLITS_EXPANDING,
        [CARD_SPLIT_GROUP] = SPLITS_GROUPS,
        [CARD_SPLIT_RANDOM] = SPLITS_RANDOM,
    };
    struct dealt dealt;
    const maru_status st = gather(t, some, n, &dealt, err);
    if (st != MARU_OK) {
        return st;
    }
    const bool is_random = t->split == CARD_SPLIT_RANDOM;
    const struct splits_input input = {
        .kind = kinds[t->split],
        .n_row = n,
        .n_fold = n_fold,
        .time = t->split == CARD_SPLIT_TIME ? dealt.time : NULL,
        .group = is_random ? NULL : dealt.group,
        .n_group = is_random ? 0 : t->all.n_group,
        .stratum = is_random ? dealt.stratum : NULL,
        .seed = t->in->seed,
    };
    return splits_make(&input, t->arena, out, err);
}
