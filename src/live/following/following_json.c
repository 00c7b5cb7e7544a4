#include "live/following/following.h"

#include <math.h>

#include "io/clock.h"
#include "plant/plant.h"
#include "study/json_writer.h"
#include "study/words/korean.h"

// How a floor is followed, as JSON (docs/openapi.json, Following and TwinHistory). Times are seconds since the
// start of the plant; what is not known is null.

static double seconds(maru_time us) {
    return us == INT64_MIN || us == INT64_MAX ? (double)NAN : (double)us * 1e-6;
}

static void add_time(struct json *json, const char *key, maru_time us) {
    json_add_number(json, key, seconds(us));
}

static void add_date(struct json *json, const char *key, maru_time unix_us) {
    char text[CLOCK_TEXT_BYTES];
    clock_text(unix_us / 1000, text);
    json_add_string(json, key, text);
}

static void add_sentence(struct json *json, const char *key, const char *english) {
    struct text korean;
    text_init(&korean, 1 << 13);
    korean_add(&korean, english);
    json_open_object(json, key);
    json_add_string(json, "ko", korean.bytes ? korean.bytes : "");
    json_add_string(json, "en", english);
    json_close(json);
    text_fini(&korean);
}

// ---- counts

static void add_counts(struct json *json, const struct following_inside *f,
                       const struct belief *b) {
    const struct mirror_counts its = mirror_count(follower_mirror(f->follower));
    json_open_object(json, "counts");
    json_add_count(json, "events", f->counts->n_event);
    json_add_count(json, "told", b->head->n_told);
    json_add_count(json, "not_needed", f->counts->n_not_needed);
    json_add_count(json, "assumed", f->counts->n_assumed);
    json_add_count(json, "repeated", its.n_repeat);
    json_add_count(json, "late", b->head->n_late);
    json_add_count(json, "ancient", its.n_ancient);
    json_add_count(json, "ahead", f->counts->n_ahead);
    json_add_count(json, "waiting", its.n_pending);
    json_add_count(json, "caught_up", b->head->n_caught_up);
    json_add_count(json, "steps_missed", b->head->n_step_missed);
    json_add_count(json, "unannounced", b->head->n_unannounced);
    json_add_count(json, "finished", b->head->n_finished);
    json_add_count(json, "scrapped", b->head->n_scrapped);
    json_close(json);
}

// ---- discrepancies

static const struct {
    const char *word, *sentence;
} discrepancies[N_DISCREPANCY] = {
    [DISCREPANCY_ROUTE] = {"route", "the lot is at a step that its product does not have"},
    [DISCREPANCY_BACKWARD] =
        {"backward", "the lot is before a step that it has done, and no rework leads there"},
    [DISCREPANCY_GROUP] = {"group", "the lot is in a tool that does not do its step"},
    [DISCREPANCY_TWICE] = {"twice", "the lot is in one tool while it was in another"},
    [DISCREPANCY_ELSEWHERE] = {"elsewhere", "the lot ends in another tool than it started in"},
    [DISCREPANCY_GONE] = {"gone", "the lot is back after it had left"},
    [DISCREPANCY_CROWDED] = {"crowded", "the batch is larger than its step allows"},
};

static void add_tool(struct json *json, const maru_plant *plant, uint32_t tool) {
    struct text name;
    if (tool == MARU_NONE) {
        return;
    }
    const struct plant_group *group = &plant->group[plant->tool_group[tool]];
    text_init(&name, 1 << 10);
    text_addf(&name, "%s/%u", group->name, (unsigned)(tool - group->first_tool + 1));
    json_add_string(json, "tool", name.bytes ? name.bytes : "");
    text_fini(&name);
}

static void add_whereabouts(struct json *json, const char *key, const maru_plant *plant,
                            enum lot_believed place, uint32_t step, uint32_t tool) {
    static const char *const where[] = {"unheard", "moving", "waiting", "processing", "gone"};
    json_open_object(json, key);
    json_add_string(json, "where", where[place]);
    if (step != MARU_NONE) {
        const struct plant_step *its = &plant->step[step];
        const struct plant_route *route = &plant->route[its->route];
        json_add_string(json, "route", route->name);
        json_add_count(json, "step", step - route->first_step);
        json_add_string(json, "step_name", its->name ? its->name : "");
        json_add_string(json, "group", plant->group[its->group].name);
    }
    add_tool(json, plant, tool);
    json_close(json);
}

// Where an event puts its lot.
static enum lot_believed told_place(const struct told *told) {
    switch (told->kind) {
    case TOLD_ARRIVED:
        return PLACE_QUEUE;
    case TOLD_STARTED:
    case TOLD_ENDED:
        return PLACE_TOOL;
    case TOLD_FINISHED:
    case TOLD_SCRAPPED:
        return PLACE_GONE;
    case TOLD_RELEASED:
    case TOLD_REWORK:
    case TOLD_SKIPPED:
    case TOLD_SENT:
    case TOLD_FREED:
    case TOLD_HELD:
    case TOLD_UP:
    case TOLD_SETUP:
    case TOLD_DOWN:
    case TOLD_MAINTENANCE:
    case N_TOLD:
        break;
    }
    return PLACE_ON_WAY;
}

static void add_discrepancy(struct json *json, const struct following_inside *f,
                            const struct discrepancy *d) {
    const maru_plant *plant = f->model->plant;
    json_open_object(json, NULL);
    add_time(json, "time", d->told.at_us);
    json_add_string(json, "kind", discrepancies[d->kind].word);
    json_add_string(json, "lot", mirror_name_of(follower_mirror(f->follower), &d->told));
    add_whereabouts(json, "believed", plant, d->place, d->step, d->tool);
    add_whereabouts(json, "told", plant, told_place(&d->told), d->told.step, d->told.tool);
    add_sentence(json, "sentence", discrepancies[d->kind].sentence);
    json_close(json);
}

static void add_discrepancies(struct json *json, const struct following_inside *f,
                              const struct belief *b) {
    uint64_t n = 0;
    json_open_object(json, "discrepancies");
    json_open_object(json, "kinds");
    for (uint32_t k = 0; k < N_DISCREPANCY; k++) {
        json_add_count(json, discrepancies[k].word, b->head->n_discrepancy[k]);
        n += b->head->n_discrepancy[k];
    }
    json_close(json);
    json_add_count(json, "n", n);
    json_open_list(json, "last");
    for (uint64_t k = 0; k < n && k < BELIEF_N_DISCREPANCY; k++) {
        add_discrepancy(json, f, &b->head->discrepancy[(n - 1 - k) % BELIEF_N_DISCREPANCY]);
    }
    json_close(json);
    json_close(json);
}

// ---- what was not tied

static void add_untied(struct json *json, const struct following_inside *f) {
    uint64_t below = UINT64_MAX;
    json_open_object(json, "untied");
    json_add_count(json, "n", f->counts->n_untied);
    json_open_list(json, "last");
    for (;;) { // the newest first
        const struct untied *next = NULL;
        for (size_t i = 0; i < FOLLOWING_MAX_UNTIED; i++) {
            const struct untied *its = &f->untied[i];
            next = its->times > 0 && its->turn < below && (!next || its->turn > next->turn) ? its
                                                                                            : next;
        }
        if (!next) {
            break;
        }
        below = next->turn;
        json_open_object(json, NULL);
        add_date(json, "at", next->at_us);
        json_add_string(json, "kind", next->kind);
        json_add_string(json, "source", next->source);
        json_add_string(json, "name", next->name);
        json_add_string(json, "lot", next->lot);
        json_add_count(json, "times", next->times);
        add_sentence(json, "reason", next->reason);
        json_close(json);
    }
    json_close(json);
    json_close(json);
}

// ---- pace and validity

static void add_pace(struct json *json, const struct following_inside *f, const struct belief *b,
                     maru_time now) {
    json_open_list(json, "pace");
    for (uint32_t g = 0; g < f->model->n_group; g++) {
        const struct pace pace = pace_of(b, g, now);
        if (pace.n_process > 0 || pace.n_failure > 0) {
            json_open_object(json, NULL);
            json_add_string(json, "group", f->model->plant->group[g].name);
            json_add_number(json, "process", pace.process);
            json_add_number(json, "repair", pace.repair);
            json_add_number(json, "failure", pace.failure);
            json_add_number(json, "jobs", pace.n_process);
            json_add_number(json, "failures", pace.n_failure);
            json_close(json);
        }
    }
    json_close(json);
}

static void add_score(struct json *json, const char *key, const struct score *score) {
    const double n = score->n > 0 ? (double)score->n : (double)NAN;
    json_open_object(json, key);
    json_add_count(json, "claims", score->n);
    json_add_number(json, "inside", score->inside / n);
    json_add_number(json, "below", score->below / n);
    json_add_number(json, "above", score->above / n);
    json_add_count(json, "certain", score->n_certain);
    json_add_count(json, "certain_right", score->n_certain_right);
    json_open_list(json, "ranks");
    for (int k = 0; k < VALIDITY_N_BIN; k++) {
        json_add_number(json, NULL, score->rank[k]);
    }
    json_close(json);
    json_close(json);
}

static void add_validity(struct json *json, const struct following_inside *f) {
    const struct validity_result result = follower_judge(f->follower);
    json_open_object(json, "validity");
    json_add_count(json, "open", result.n_open);
    json_add_count(json, "lost", result.n_lost);
    add_score(json, "lots", &result.score[CLAIM_LOT]);
    add_score(json, "products", &result.score[CLAIM_PRODUCT]);
    add_score(json, "all", &result.score[CLAIM_ALL]);
    json_close(json);
}

static void add_forecast(struct json *json, const struct following_inside *f) {
    json_open_object(json, "forecast");
    json_add_count(json, "made", f->counts->n_forecast);
    add_time(json, "last", f->forecast_us);
    add_time(json, "next", f->next_us);
    json_add_number(json, "took_seconds", f->took_s >= 0 ? f->took_s : (double)NAN);
    if (f->forecast_problem[0]) {
        add_sentence(json, "problem", f->forecast_problem);
    }
    json_close(json);
}

void following_add_json(struct json *json, struct following *following, maru_time now_us) {
    const struct following_inside f = following_inside(following);
    struct following_state state;
    struct mirror *mirror = follower_mirror(f.follower);
    following_look(following, &state);
    const bool is_heard = state.heard_at_us != 0;
    add_time(json, "time", state.now_us);
    add_time(json, "heard", state.heard_us);
    if (is_heard) {
        add_date(json, "heard_at", state.heard_at_us);
    } else {
        json_add_string(json, "heard_at", NULL);
    }
    add_time(json, "silent_seconds", is_heard ? now_us - state.heard_at_us : INT64_MIN);
    add_time(json, "behind_seconds", is_heard ? state.age_us : INT64_MIN);
    add_time(json, "lag_seconds", mirror_lag(mirror));
    add_validity(json, &f); // judging looks at the belief, so before it
    const struct belief *b = mirror_look(mirror);
    json_add_count(json, "lots", b->head->n_live);
    json_add_count(json, "held", b->head->n_held);
    add_counts(json, &f, b);
    add_discrepancies(json, &f, b);
    add_untied(json, &f);
    add_pace(json, &f, b, state.now_us);
    add_forecast(json, &f);
}

// ---- the series

enum point_value { POINT_LOTS, POINT_IN, POINT_DONE };

static void add_points(struct json *json, const char *key, const struct following_series *s,
                       enum point_value what) {
    json_open_list(json, key);
    for (uint32_t i = 0; i < s->n_point; i++) {
        const struct following_point *p = &s->point[i];
        json_add_count(json, NULL,
                       what == POINT_LOTS ? p->n_lot
                       : what == POINT_IN ? p->n_in
                                          : p->n_done);
    }
    json_close(json);
}

void following_add_history(struct json *json, struct following *following) {
    const struct following_inside f = following_inside(following);
    const struct following_series *s = f.series;
    struct following_state state;
    char digest[33];
    following_look(following, &state);
    mirror_digest(follower_mirror(f.follower), digest);
    add_time(json, "time", state.now_us);
    add_time(json, "begin", s->begin_us);
    add_time(json, "point_seconds", FOLLOWING_POINT);
    json_add_count(json, "n", s->n_point);
    json_add_string(json, "digest", digest);
    add_points(json, "wip", s, POINT_LOTS);
    add_points(json, "released", s, POINT_IN);
    add_points(json, "done", s, POINT_DONE);
    json_open_list(json, "groups");
    for (uint32_t g = 0; g < s->n_group; g++) {
        json_open_object(json, NULL);
        json_add_string(json, "name", f.model->plant->group[g].name);
        json_open_list(json, "queue");
        for (uint32_t i = 0; i < s->n_point; i++) {
            json_add_count(json, NULL, s->queue[(size_t)i * s->n_group + g]);
        }
        json_close(json);
        json_close(json);
    }
    json_close(json);
}
