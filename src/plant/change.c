#include <string.h>

#include "base/alloc.h"
#include "base/number.h"
#include "base/status.h"
#include "base/wide.h"
#include "plant/flow.h"
#include "plant/plant.h"

// What-ifs. A changed plant shares all rows with the one that it was made of, but for the lists that a
// change touches: those are copied into its own arena. What was derived when the plant was frozen
// (processing times, loads of steps) depends only on processing times, and is derived anew with them.
//
// Tools are numbered group by group, so one tool more moves the numbers of all behind it; the model
// gives luck by n_tool_before, so that each tool keeps its own.

enum { MAX_CHANGED_TOOLS = 1000000, MAX_PERCENT = 10000, CHANGE_ARENA_BYTES = 1 << 28 };

struct change {
    const maru_plant *from;
    struct maru_plant *to;
    struct plant_group *group;
    struct plant_downtime *downtime;
    struct plant_release *release;
    struct plant_stock *stock;
    struct plant_step *step;
    struct plant_product *product;
    bool is_derived_anew; // processing times are others
    const maru_change *now;
    const char *subject; // behind the colon
};

typedef maru_status (*change_fn)(struct change *change, maru_error *err);

static maru_status wrong(const struct change *change, maru_error *err, const char *right) {
    return fail(err, MARU_E_USAGE, "%.100s=%.60s: %s", change->now->name, change->now->value,
                right);
}

// ---- what is meant

static maru_status find_group(const struct change *change, uint32_t *out, maru_error *err) {
    for (uint32_t g = 0; g < change->from->n_group; g++) {
        if (strcmp(change->from->group[g].name, change->subject) == 0) {
            *out = g;
            return MARU_OK;
        }
    }
    return wrong(change, err, "there is no such tool group");
}

static maru_status find_product(const struct change *change, uint32_t *out, maru_error *err) {
    for (uint32_t p = 0; p < change->from->n_product; p++) {
        if (strcmp(change->from->product[p].name, change->subject) == 0) {
            *out = p;
            return MARU_OK;
        }
    }
    return wrong(change, err, "there is no such product");
}

// Percent as a fraction of 100 000, so that 110.5 stays what it is.
static maru_status read_percent(const struct change *change, int64_t *out, maru_error *err) {
    const char *text = change->now->value;
    if (!number_scaled(text, strlen(text), 1000, out) || *out < 0 ||
        *out > INT64_C(1000) * MAX_PERCENT) {
        return wrong(change, err, "percent from 0 to 10000 are wanted");
    }
    return MARU_OK;
}

// ---- spans of time

static struct dist scaled(struct change *change, const struct dist *dist, int64_t num, int64_t den,
                          maru_status *st) {
    struct dist to = *dist;
    to.a = wide_mul_div(dist->a, num, den);
    to.b = wide_mul_div(dist->b, num, den);
    to.c = wide_mul_div(dist->c, num, den);
    if (dist->kind == DIST_EMPIRICAL) {
        maru_time *value = arena_take(&change->to->arena, dist->n_value, sizeof *value);
        if (!value) {
            *st = arena_refusal(&change->to->arena, NULL);
            return to;
        }
        for (uint32_t i = 0; i < dist->n_value; i++) {
            value[i] = wide_mul_div(dist->value[i], num, den);
        }
        to.value = value;
    }
    return to;
}

// ---- the changes

static maru_status change_tools(struct change *change, maru_error *err) {
    const char *text = change->now->value;
    uint32_t g = 0;
    int64_t n = 0;
    const maru_status st = find_group(change, &g, err);
    if (st != MARU_OK) {
        return st;
    }
    if (!number_int64(text, strlen(text), &n)) {
        return wrong(change, err, "so many more (+1), less (-1), or so many (5) are wanted");
    }
    if (text[0] == '+' || text[0] == '-') {
        n += change->group[g].n_tool;
    }
    if (n < 1 || n > MAX_CHANGED_TOOLS) {
        return wrong(change, err, "at least one tool stays, and at most a million");
    }
    change->group[g].n_tool = (uint32_t)n;
    return MARU_OK;
}

static maru_status change_lengths(struct change *change, bool of_failures_only, maru_error *err) {
    const bool is_all = strcmp(change->subject, "*") == 0;
    uint32_t g = 0;
    int64_t share = 0;
    maru_status st = is_all ? MARU_OK : find_group(change, &g, err);
    st = st == MARU_OK ? read_percent(change, &share, err) : st;
    for (uint32_t i = 0; st == MARU_OK && i < change->from->n_downtime; i++) {
        struct plant_downtime *down = &change->downtime[i];
        const bool is_meant = !of_failures_only || down->kind == DOWN_FAILURE;
        if (is_meant && (is_all || down->group == g)) {
            down->duration = scaled(change, &down->duration, share, 100000, &st);
        }
    }
    return st;
}

static maru_status change_downtime(struct change *change, maru_error *err) {
    return change_lengths(change, false, err);
}

static maru_status change_repairs(struct change *change, maru_error *err) {
    return change_lengths(change, true, err);
}

static maru_status change_failures(struct change *change, maru_error *err) {
    const bool is_all = strcmp(change->subject, "*") == 0;
    uint32_t g = 0;
    int64_t share = 0;
    maru_status st = is_all ? MARU_OK : find_group(change, &g, err);
    st = st == MARU_OK ? read_percent(change, &share, err) : st;
    if (st == MARU_OK && share < 1000) {
        return wrong(change, err, "percent from 1 to 10000 are wanted");
    }
    for (uint32_t i = 0; st == MARU_OK && i < change->from->n_downtime; i++) {
        struct plant_downtime *down = &change->downtime[i];
        if ((is_all || down->group == g) && down->kind == DOWN_FAILURE && !down->by_wafers) {
            down->every = scaled(change, &down->every, 100000, share, &st);
            down->first = scaled(change, &down->first, 100000, share, &st);
        }
    }
    return st;
}

static maru_status change_process(struct change *change, maru_error *err) {
    const bool is_all = strcmp(change->subject, "*") == 0;
    uint32_t g = 0;
    int64_t share = 0;
    maru_status st = is_all ? MARU_OK : find_group(change, &g, err);
    st = st == MARU_OK ? read_percent(change, &share, err) : st;
    if (st == MARU_OK && share < 1000) {
        return wrong(change, err, "percent from 1 to 10000 are wanted");
    }
    for (uint32_t i = 0; st == MARU_OK && i < change->from->n_step; i++) {
        struct plant_step *step = &change->step[i];
        if (is_all || step->group == g) {
            step->time = scaled(change, &step->time, share, 100000, &st);
            step->interval_us = wide_mul_div(step->interval_us, share, 100000);
        }
    }
    change->is_derived_anew = true;
    return st;
}

static maru_status change_releases(struct change *change, maru_error *err) {
    uint32_t product = 0;
    int64_t share = 0;
    maru_status st = find_product(change, &product, err);
    st = st == MARU_OK ? read_percent(change, &share, err) : st;
    if (st == MARU_OK && share < 1000) {
        return wrong(change, err, "percent from 1 to 10000 are wanted");
    }
    for (uint32_t i = 0; st == MARU_OK && i < change->from->n_release; i++) {
        struct plant_release *release = &change->release[i];
        if (release->product == product) {
            release->every = scaled(change, &release->every, 100000, share, &st);
        }
    }
    return st;
}

static maru_status change_priority(struct change *change, maru_error *err) {
    const char *text = change->now->value;
    uint32_t product = 0;
    int64_t priority = 0;
    const maru_status st = find_product(change, &product, err);
    if (st != MARU_OK) {
        return st;
    }
    if (!number_int64(text, strlen(text), &priority) || priority < INT32_MIN ||
        priority > INT32_MAX) {
        return wrong(change, err, "a whole number is wanted");
    }
    for (uint32_t i = 0; i < change->from->n_release; i++) {
        if (change->release[i].product == product) {
            change->release[i].priority = (int32_t)priority;
        }
    }
    for (uint32_t i = 0; i < change->from->n_stock; i++) {
        if (change->stock[i].product == product) {
            change->stock[i].priority = (int32_t)priority;
        }
    }
    return MARU_OK;
}

static const struct {
    const char *word;
    change_fn do_it;
} kinds[] = {{"tools:", change_tools},       {"downtime:", change_downtime},
             {"failures:", change_failures}, {"process:", change_process},
             {"repairs:", change_repairs},   {"releases:", change_releases},
             {"priority:", change_priority}};

static change_fn kind_of(const char *name, const char **subject) {
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        const size_t n = strlen(kinds[i].word);
        if (strncmp(name, kinds[i].word, n) == 0) {
            *subject = name + n;
            return kinds[i].do_it;
        }
    }
    return NULL;
}

bool maru_change_is_name(const char *name) {
    const char *subject;
    return kind_of(name, &subject) != NULL;
}

// ---- the plant

static void *copy(struct arena *arena, const void *from, size_t n, size_t size) {
    void *to = arena_take(arena, n, size);
    if (to && n > 0) {
        memcpy(to, from, n * size);
    }
    return to;
}

// Number the tools anew.
static maru_status number_tools(struct change *change, maru_error *err) {
    uint64_t n = 0;
    for (uint32_t g = 0; g < change->from->n_group; g++) {
        change->group[g].first_tool = (uint32_t)n;
        n += change->group[g].n_tool;
        if (n > MAX_CHANGED_TOOLS) {
            return fail(err, MARU_E_LIMIT, "at most a million tools are possible");
        }
    }
    uint32_t *tool_group = arena_take(&change->to->arena, n, sizeof *tool_group);
    if (!tool_group) {
        return arena_refusal(&change->to->arena, err);
    }
    for (uint32_t g = 0; g < change->from->n_group; g++) {
        for (uint32_t k = 0; k < change->group[g].n_tool; k++) {
            tool_group[change->group[g].first_tool + k] = g;
        }
    }
    change->to->n_tool = (uint32_t)n;
    change->to->tool_group = tool_group;
    change->to->n_place = 0; // nobody said where the new ones stand
    return MARU_OK;
}

static maru_status do_all(struct change *change, const maru_change *list, size_t n,
                          maru_error *err) {
    const maru_plant *from = change->from;
    struct arena *arena = &change->to->arena;
    change->group = copy(arena, from->group, from->n_group, sizeof *from->group);
    change->downtime = copy(arena, from->downtime, from->n_downtime, sizeof *from->downtime);
    change->release = copy(arena, from->release, from->n_release, sizeof *from->release);
    change->stock = copy(arena, from->stock, from->n_stock, sizeof *from->stock);
    change->step = copy(arena, from->step, from->n_step, sizeof *from->step);
    change->product = copy(arena, from->product, from->n_product, sizeof *from->product);
    if (!change->group || !change->downtime || !change->release || !change->stock ||
        !change->step || !change->product) {
        return arena_refusal(arena, err);
    }
    maru_status st = MARU_OK;
    for (size_t i = 0; st == MARU_OK && i < n; i++) {
        change->now = &list[i];
        const change_fn do_it = kind_of(list[i].name, &change->subject);
        st = do_it ? do_it(change, err)
                   : wrong(change, err,
                           "a change is tools:GROUP, downtime:GROUP, failures:GROUP, "
                           "process:GROUP, repairs:GROUP, releases:PRODUCT or priority:PRODUCT");
    }
    change->to->group = change->group;
    change->to->downtime = change->downtime;
    change->to->release = change->release;
    change->to->stock = change->stock;
    change->to->step = change->step;
    change->to->product = change->product;
    if (st == MARU_OK && change->is_derived_anew &&
        !flow_derive(change->to, change->step, change->product)) {
        return fail(err, MARU_E_MEMORY, "no memory for a changed plant");
    }
    return st == MARU_OK ? number_tools(change, err) : st;
}

maru_status maru_plant_change(const maru_plant *plant, const maru_change *change, size_t n,
                              maru_plant **out, maru_error *err) {
    struct maru_plant *to = alloc_new(1, sizeof *to);
    if (!to) {
        return fail(err, MARU_E_MEMORY, "no memory for a changed plant");
    }
    *to = *plant;
    arena_init(&to->arena, CHANGE_ARENA_BYTES);
    struct change work = {.from = plant, .to = to};
    const maru_status st = do_all(&work, change, n, err);
    if (st != MARU_OK) {
        maru_plant_free(to);
        return st;
    }
    *out = to;
    return MARU_OK;
}
