#include "live/following/following.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "sim/follow/present.h"

// The floor's present is the latest time that was told, and what has passed of the clock since that came: so
// a floor whose clock is wrong, or whose events are all late, is followed all the same. An event from far
// ahead of it is doubted, until several in a row agree: one wrong clock must not carry the present away.
//
// The series has a point each hour of the floor, read when the hour is over.

enum { DISPLAY_SEED = 1 }; // the same luck for every look, so that nothing flickers

struct following_head { // of the image, and what the image has of it
    uint64_t format, sizes;
    int64_t number; // of the last event
    struct following_counts counts;
    maru_time heard_at_us, age_us;
    maru_time next_us, forecast_us;
    double took_s;
    uint64_t turn;
    maru_time series_us; // end of the next point; INT64_MIN: there is none yet
    maru_time begin_us;
    uint32_t n_point, n_group;
    uint64_t n_in, n_done;
};

struct following {
    struct following_plan plan; // without the tables
    char *sources;              // texts of plan.source
    const char *source[FOLLOWING_MAX_SOURCES];
    struct tying *tying;
    struct follower *follower;
    struct following_head head;
    struct following_series series;
    struct untied untied[FOLLOWING_MAX_UNTIED];
    maru_time anchor_us, anchor_wall_us; // the present, and since 1970
    maru_time told_us;                   // the latest that was told
    uint32_t n_doubted;                  // in a row
    uint64_t version;
    char forecast_problem[MARU_ERROR_TEXT_BYTES];
};

static struct mirror_options mirror_options_of(const struct following_plan *plan) {
    const uint32_t most = (uint32_t)plan->model->options.max_lot;
    return (struct mirror_options){
        .window_us = plan->window_us,
        .keep_us = FOLLOWING_MAX_SILENCE + plan->span_us + 2 * plan->window_us,
        .max_lot = most < FOLLOWING_MAX_LOTS ? most : FOLLOWING_MAX_LOTS};
}

// ---- making one

static maru_status keep_sources(struct following *f, const struct following_plan *plan,
                                maru_error *err) {
    size_t n_bytes = 1, at = 0;
    if (plan->n_source > FOLLOWING_MAX_SOURCES) {
        return fail(err, MARU_E_LIMIT, "at most %d sources can be named", FOLLOWING_MAX_SOURCES);
    }
    for (size_t i = 0; i < plan->n_source; i++) {
        n_bytes += strlen(plan->source[i]) + 1;
    }
    f->sources = alloc_new(n_bytes, 1);
    if (!f->sources) {
        return fail(err, MARU_E_MEMORY, "no memory to follow a floor");
    }
    for (size_t i = 0; i < plan->n_source; i++) {
        const size_t n = strlen(plan->source[i]) + 1;
        f->source[i] = memcpy(f->sources + at, plan->source[i], n);
        at += n;
    }
    f->plan.source = f->source;
    return MARU_OK;
}

static maru_status make(const struct following_plan *plan, maru_faults *faults,
                        struct following **out, maru_error *err) {
    struct following *f = alloc_new(1, sizeof *f);
    if (!f) {
        return fail(err, MARU_E_MEMORY, "no memory to follow a floor");
    }
    const struct tying_options tying = {.model = plan->model,
                                        .table = plan->table,
                                        .equipment = plan->equipment,
                                        .zero_us = plan->zero_us,
                                        .speed = plan->speed};
    const uint32_t n_group = plan->model->n_group;
    f->plan = *plan;
    f->plan.table = NULL;
    f->plan.equipment = NULL;
    f->head = (struct following_head){.next_us = plan->every_us > 0 ? INT64_MIN : INT64_MAX,
                                      .forecast_us = INT64_MIN,
                                      .took_s = -1,
                                      .series_us = INT64_MIN};
    f->anchor_us = INT64_MIN;
    f->told_us = -TOLD_MAX_TIME;
    f->series.n_group = n_group;
    f->series.point = alloc_new(FOLLOWING_MAX_POINTS, sizeof *f->series.point);
    f->series.queue =
        alloc_new((size_t)FOLLOWING_MAX_POINTS * n_group + 1, sizeof *f->series.queue);
    maru_status st = f->series.point && f->series.queue
                         ? keep_sources(f, plan, err)
                         : fail(err, MARU_E_MEMORY, "no memory to follow a floor");
    st = st == MARU_OK ? tying_new(&tying, faults, &f->tying, err) : st;
    if (st != MARU_OK) {
        following_free(f);
        return st;
    }
    *out = f;
    return MARU_OK;
}

maru_status following_new(const struct following_plan *plan, maru_faults *faults,
                          struct following **out, maru_error *err) {
    const struct mirror_options options = mirror_options_of(plan);
    struct following *f = NULL;
    maru_status st = make(plan, faults, &f, err);
    st = st == MARU_OK && f ? follower_new(plan->model, &options, &f->follower, err) : st;
    if (st != MARU_OK) {
        following_free(f);
        return st;
    }
    *out = f;
    return MARU_OK;
}

void following_free(struct following *f) {
    if (f) {
        tying_free(f->tying);
        follower_free(f->follower);
        alloc_free(f->series.point);
        alloc_free(f->series.queue);
        alloc_free(f->sources);
        alloc_free(f);
    }
}

void following_begin_at(struct following *f, int64_t number) { f->head.number = number; }

void following_inherit(struct following *f, struct following *old) {
    follower_inherit(f->follower, old->follower);
    f->head.counts.n_forecast = old->head.counts.n_forecast;
    f->head.forecast_us = old->head.forecast_us;
    f->head.next_us = old->head.next_us;
    f->head.took_s = old->head.took_s;
}

// ---- what is not tied

static void copy_text(char *to, size_t cap, const char *from) {
    size_t n = strlen(from);
    n = n < cap - 1 ? n : cap - 1;
    while (n > 0 && from[n] != '\0' && ((unsigned char)from[n] & 0xC0) == 0x80) {
        n--; // not in the middle of a character
    }
    memcpy(to, from, n);
    to[n] = '\0';
}

// The same reason for the same names is one entry; else the oldest makes room.
static void keep_untied(struct following *f, const struct event *event, const char *reason) {
    struct untied made = {.at_us = event->at_us, .times = 1, .turn = ++f->head.turn};
    struct untied *place = &f->untied[0];
    copy_text(made.kind, sizeof made.kind, event->kind);
    copy_text(made.source, sizeof made.source, event->source);
    copy_text(made.name, sizeof made.name, event->name);
    copy_text(made.lot, sizeof made.lot, event->lot);
    copy_text(made.reason, sizeof made.reason, reason);
    for (size_t i = 0; i < FOLLOWING_MAX_UNTIED; i++) {
        struct untied *its = &f->untied[i];
        if (its->times > 0 && strcmp(its->reason, made.reason) == 0 &&
            strcmp(its->name, made.name) == 0 && strcmp(its->source, made.source) == 0) {
            made.times = its->times + 1;
            place = its;
            break;
        }
        place = its->turn < place->turn ? its : place;
    }
    *place = made;
    f->head.counts.n_untied++;
}

// ---- what comes

static struct tying_lot find_lot(void *context, const char *name) {
    struct mirror *mirror = follower_mirror(((struct following *)context)->follower);
    const uint32_t at = mirror_find(mirror, name, strlen(name));
    const struct belief *b = mirror_look(mirror);
    struct tying_lot lot = {MARU_NONE, MARU_NONE};
    if (at != MARU_NONE && b->lot[at].place != PLACE_UNHEARD) {
        lot.step = b->lot[at].step;
        lot.route = b->model->plant->step[lot.step].route;
    }
    return lot;
}

static bool is_listened_to(const struct following *f, const char *source) {
    for (size_t i = 0; i < f->plan.n_source; i++) {
        if (strncmp(source, f->source[i], strlen(f->source[i])) == 0) {
            return true;
        }
    }
    return f->plan.n_source == 0 && strcmp(source, "maru") != 0;
}

static maru_time present_of(const struct following *f) {
    return mirror_now(follower_mirror(f->follower));
}

static bool has_begun(const struct following *f) { return present_of(f) > -TOLD_MAX_TIME; }

// Is it from too far ahead to be believed?
static bool is_doubted(struct following *f, const struct event *event, const struct told *told,
                       maru_time now_us) {
    if (f->plan.is_by_wall &&
        (double)(event->at_us - now_us) > (double)f->plan.window_us / f->plan.speed) {
        return true;
    }
    const bool is_far = has_begun(f) && told->at_us > present_of(f) + FOLLOWING_FAR_AHEAD;
    f->n_doubted = is_far ? f->n_doubted + 1 : 0;
    return is_far && f->n_doubted < FOLLOWING_DOUBTED;
}

// From here on the present goes on by the clock.
static void set_anchor(struct following *f, maru_time now_us) {
    f->anchor_us = present_of(f);
    f->anchor_wall_us = now_us;
}

static maru_status believe(struct following *f, const struct event *event, const struct tied *tied,
                           maru_time now_us, maru_error *err) {
    struct mirror *mirror = follower_mirror(f->follower);
    const maru_time at = tied->told.at_us, present = present_of(f);
    if (is_doubted(f, event, &tied->told, now_us)) {
        f->head.counts.n_ahead++;
        return fail(err, MARU_E_RANGE,
                    "an event of the floor comes from the future: look at its clock");
    }
    const maru_status st = mirror_take(mirror, tied->lot, strlen(tied->lot), &tied->told,
                                       at > present ? at : present, err);
    f->head.counts.n_assumed += st == MARU_OK && tied->is_assumed;
    f->told_us = st == MARU_OK && at > f->told_us ? at : f->told_us;
    if (st == MARU_OK && at > present) {
        set_anchor(f, now_us);
    }
    return st;
}

maru_status following_take(struct following *f, int64_t number, const struct event *event,
                           maru_time now_us, maru_error *err) {
    struct tied tied;
    maru_error why = {0};
    f->head.number = number > f->head.number ? number : f->head.number;
    if (!is_listened_to(f, event->source)) {
        return MARU_OK;
    }
    f->head.counts.n_event++;
    maru_status st = tying_read(f->tying, event, number, find_lot, f, &tied, &why);
    if (st == MARU_OK && !tied.is_needed) {
        f->head.counts.n_not_needed++;
        return MARU_OK;
    }
    st = st == MARU_OK ? believe(f, event, &tied, now_us, &why) : st;
    if (st == MARU_E_MEMORY) {
        if (err) {
            *err = why;
        }
        return st;
    }
    if (st != MARU_OK) {
        keep_untied(f, event, why.text);
        return MARU_OK;
    }
    f->head.heard_at_us = now_us;
    f->head.age_us = now_us - event->at_us;
    f->version++;
    following_settle(f, now_us);
    return MARU_OK;
}

// ---- time

// What is on the floor at the end of a point.
static void add_point(struct following *f, maru_time end_us) {
    struct following_series *s = &f->series;
    const struct belief *b = mirror_look_at(follower_mirror(f->follower), end_us);
    const uint64_t n_done = b->head->n_finished,
                   n_in = n_done + b->head->n_scrapped + b->head->n_live;
    if (s->n_point == FOLLOWING_MAX_POINTS) {
        const uint32_t n = FOLLOWING_MAX_POINTS - 1;
        memmove(s->point, s->point + 1, n * sizeof *s->point);
        memmove(s->queue, s->queue + s->n_group, (size_t)n * s->n_group * sizeof *s->queue);
        s->begin_us += FOLLOWING_POINT;
        s->n_point--;
    }
    uint32_t *queue = &s->queue[(size_t)s->n_point * s->n_group];
    memset(queue, 0, s->n_group * sizeof *queue);
    for (uint32_t i = 0; i < b->head->n_lot_room; i++) {
        if (b->lot[i].place == PLACE_QUEUE) {
            queue[b->model->hop[b->lot[i].step].group]++;
        }
    }
    s->point[s->n_point++] =
        (struct following_point){.n_lot = b->head->n_live,
                                 .n_in = n_in > s->n_in ? (uint32_t)(n_in - s->n_in) : 0,
                                 .n_done = n_done > s->n_done ? (uint32_t)(n_done - s->n_done) : 0};
    s->n_in = n_in;
    s->n_done = n_done;
}

static void go_on(struct following *f) {
    const maru_time now = present_of(f);
    struct following_series *s = &f->series;
    if (f->head.series_us == INT64_MIN || now - f->head.series_us > MARU_DAY * 100) {
        const struct belief *b = mirror_look(follower_mirror(f->follower));
        const maru_time into = (now % FOLLOWING_POINT + FOLLOWING_POINT) % FOLLOWING_POINT;
        s->begin_us = now - into;
        s->n_point = 0;
        s->n_done = b->head->n_finished;
        s->n_in = s->n_done + b->head->n_scrapped + b->head->n_live;
        f->head.series_us = s->begin_us + FOLLOWING_POINT;
    }
    while (f->head.series_us <= now) {
        add_point(f, f->head.series_us);
        f->head.series_us += FOLLOWING_POINT;
    }
    if (f->head.next_us == INT64_MIN) { // the first one when something has been learned
        f->head.next_us = now + f->plan.every_us;
    }
}

void following_settle(struct following *f, maru_time now_us) {
    if (!has_begun(f)) {
        return;
    }
    if (f->anchor_us == INT64_MIN) {
        set_anchor(f, now_us);
    }
    const maru_time passed = now_us - f->anchor_wall_us;
    if (passed > 0 && passed < 3650 * MARU_DAY) {
        const maru_time at = f->anchor_us + (maru_time)((double)passed * f->plan.speed);
        const maru_time most = f->told_us + FOLLOWING_MAX_SILENCE;
        mirror_settle(follower_mirror(f->follower), at < most ? at : most);
    }
    go_on(f);
}

int64_t following_number(const struct following *f) { return f->head.number; }
struct follower *following_follower(struct following *f) {
    return f->follower;
}

maru_status following_present(struct following *f, maru_time at_us, maru_sim **out,
                              maru_error *err) {
    struct mirror *mirror = follower_mirror(f->follower);
    const maru_time now = has_begun(f) ? mirror_now(mirror) : 0;
    const maru_time at = at_us < 0 ? now : at_us;
    if (at > now) {
        return fail(err, MARU_E_RANGE, "the floor has not been there yet: it is at %.0f s",
                    (double)now * 1e-6);
    }
    if (at < now - f->plan.window_us) {
        return fail(err, MARU_E_RANGE,
                    "of a floor that is followed no moment before %.0f s can be looked at",
                    (double)(now - f->plan.window_us) * 1e-6);
    }
    const struct present_plan plan = {.model = f->plan.model,
                                      .now_us = at > 0 ? at : 0,
                                      .seed = DISPLAY_SEED,
                                      .belief = has_begun(f) ? mirror_look_at(mirror, at)
                                                             : mirror_look(mirror)};
    return present_new(&plan, out, err);
}

void following_add_to_day(struct following *f, maru_time at_us, maru_day_now *day) {
    const struct belief *b = mirror_look(follower_mirror(f->follower));
    const maru_time from = at_us > MARU_DAY ? at_us - MARU_DAY : -1;
    for (uint32_t i = 0; i < b->head->n_lot_room; i++) {
        const struct belief_lot *l = &b->lot[i];
        if (l->place != PLACE_GONE || l->flags & BELIEF_SCRAPPED || l->since_us > at_us) {
            continue;
        }
        maru_day_now *its = &day[b->model->class_product[l->class_]];
        const bool is_due = l->due_us > from && l->due_us < at_us;
        its->n_released += l->released_us > from;
        its->n_done += l->since_us > from;
        its->n_due += is_due;
        its->n_on_time += is_due && l->since_us <= l->due_us;
    }
}

void following_names(struct following *f, const uint32_t *number, uint32_t n,
                     char (*name)[FOLLOWING_NAME_BYTES]) {
    struct mirror *mirror = follower_mirror(f->follower);
    const struct belief *b = mirror_look(mirror);
    memset(name, 0, (size_t)n * sizeof *name);
    for (uint32_t i = 0; n > 0 && i < b->head->n_lot_room; i++) {
        uint32_t low = 0, high = n;
        while (high - low > 1) {
            const uint32_t mid = (low + high) / 2;
            low = number[mid] <= b->lot[i].number ? mid : low;
            high = number[mid] <= b->lot[i].number ? high : mid;
        }
        if (b->lot[i].place != PLACE_UNHEARD && number[low] == b->lot[i].number) {
            copy_text(name[low], sizeof *name, mirror_name(mirror, i));
        }
    }
}

bool following_is_due(struct following *f) {
    if (!has_begun(f) || f->plan.every_us <= 0 || present_of(f) < f->head.next_us ||
        f->head.next_us == INT64_MIN) {
        return false;
    }
    f->head.next_us = present_of(f) + f->plan.every_us;
    f->head.forecast_us = present_of(f);
    return true;
}

void following_note_forecast(struct following *f, double took_s, const maru_error *err) {
    f->head.took_s = took_s;
    f->head.counts.n_forecast += !err;
    copy_text(f->forecast_problem, sizeof f->forecast_problem, err ? err->text : "");
}

void following_look(struct following *f, struct following_state *out) {
    const struct belief *b = mirror_look(follower_mirror(f->follower));
    *out = (struct following_state){.now_us = has_begun(f) ? present_of(f) : 0,
                                    .heard_us = b->head->heard_us,
                                    .heard_at_us = f->head.heard_at_us,
                                    .age_us = f->head.age_us,
                                    .version = f->version,
                                    .n_lot = b->head->n_live};
}

struct following_inside following_inside(struct following *f) {
    return (struct following_inside){.model = f->plan.model,
                                     .follower = f->follower,
                                     .counts = &f->head.counts,
                                     .untied = f->untied,
                                     .series = &f->series,
                                     .forecast_us = f->head.forecast_us,
                                     .next_us = f->head.next_us,
                                     .took_s = f->head.took_s,
                                     .forecast_problem = f->forecast_problem};
}

// ---- the image: the head, what was not tied, the series, the follower

static uint64_t sizes_of_image(void) {
    return (sizeof(struct following_head) * 8191 + sizeof(struct untied)) * 8191 +
           sizeof(struct following_point);
}

static void add_bytes(struct text *out, const void *bytes, size_t n) {
    text_add(out, n > 0 ? bytes : "", n);
}

void following_save(const struct following *f, struct text *out) {
    struct following_head head = f->head;
    const struct following_series *s = &f->series;
    head.format = FOLLOWING_FORMAT;
    head.sizes = sizes_of_image();
    head.begin_us = s->begin_us;
    head.n_point = s->n_point;
    head.n_group = s->n_group;
    head.n_in = s->n_in;
    head.n_done = s->n_done;
    add_bytes(out, &head, sizeof head);
    add_bytes(out, f->untied, sizeof f->untied);
    add_bytes(out, s->point, s->n_point * sizeof *s->point);
    add_bytes(out, s->queue, (size_t)s->n_point * s->n_group * sizeof *s->queue);
    follower_save(f->follower, out);
}

static maru_status damaged(maru_error *err) {
    return fail(err, MARU_E_INPUT, "what was kept of this floor is damaged");
}

static maru_status take_image(struct following *f, const char *at, size_t n, maru_error *err) {
    const struct mirror_options options = mirror_options_of(&f->plan);
    struct following_series *s = &f->series;
    struct following_head head;
    if (n < sizeof head + sizeof f->untied) {
        return damaged(err);
    }
    memcpy(&head, at, sizeof head);
    at += sizeof head;
    n -= sizeof head + sizeof f->untied;
    const size_t n_points = (size_t)head.n_point * sizeof *s->point;
    const size_t n_queue = (size_t)head.n_point * s->n_group * sizeof *s->queue;
    if (head.format != FOLLOWING_FORMAT || head.sizes != sizes_of_image() ||
        head.n_group != s->n_group || head.n_point > FOLLOWING_MAX_POINTS ||
        n < n_points + n_queue) {
        return damaged(err);
    }
    memcpy(f->untied, at, sizeof f->untied);
    at += sizeof f->untied;
    memcpy(s->point, at, n_points);
    memcpy(s->queue, at + n_points, n_queue);
    at += n_points + n_queue;
    n -= n_points + n_queue;
    for (size_t i = 0; i < FOLLOWING_MAX_UNTIED; i++) { // texts end
        struct untied *its = &f->untied[i];
        its->kind[sizeof its->kind - 1] = its->source[sizeof its->source - 1] = '\0';
        its->name[sizeof its->name - 1] = its->lot[sizeof its->lot - 1] = '\0';
        its->reason[sizeof its->reason - 1] = '\0';
    }
    head.next_us = f->plan.every_us <= 0       ? INT64_MAX
                   : head.next_us == INT64_MAX ? INT64_MIN
                                               : head.next_us;
    f->head = head;
    s->begin_us = head.begin_us;
    s->n_point = head.n_point;
    s->n_in = head.n_in;
    s->n_done = head.n_done;
    return follower_load(f->plan.model, &options, at, n, &f->follower, err);
}

maru_status following_load(const struct following_plan *plan, const void *bytes, size_t n,
                           maru_faults *faults, struct following **out, maru_error *err) {
    struct following *f = NULL;
    maru_status st = make(plan, faults, &f, err);
    st = st == MARU_OK && f ? take_image(f, bytes, n, err) : st;
    if (st != MARU_OK || !f) {
        following_free(f);
        return st;
    }
    if (has_begun(f)) {
        f->told_us = mirror_look(follower_mirror(f->follower))->head->heard_us;
    }
    *out = f;
    return MARU_OK;
}
