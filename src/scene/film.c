#include "scene/film.h"

#include <math.h>

#include "base/alloc.h"
#include "base/status.h"

// Events become keys: a look of a tool where it differs from the last one, a visit of a lot as it
// is told. Both lists are sorted by subject when the film ends, by counting, so that keys of one
// subject stay in the order of time.

maru_film *maru_film_new(const maru_layout *layout) {
    maru_film *film = alloc_new(1, sizeof *film);
    struct film_tool *tool = alloc_new((size_t)layout->n_tool + 1, sizeof *tool);
    if (!film || !tool) {
        alloc_free(film);
        alloc_free(tool);
        return NULL;
    }
    *film = (maru_film){.layout = layout, .tool = tool};
    return film;
}

static void fini_keys(struct film_keys *keys) {
    alloc_free(keys->key);
    alloc_free(keys->first);
}

void maru_film_free(maru_film *film) {
    if (film) {
        fini_keys(&film->look);
        fini_keys(&film->visit);
        alloc_free(film->tool);
        alloc_free(film);
    }
}

static void add_key(maru_film *film, struct film_keys *keys, const struct film_key *key) {
    if (film->status == MARU_OK && (keys->n == FILM_MAX_KEYS || key->subject >= FILM_MAX_KEYS)) {
        film->status = MARU_E_LIMIT;
    }
    if (film->status == MARU_OK && keys->n == keys->cap) {
        const uint32_t cap = keys->cap > 0 ? 2 * keys->cap : 256;
        struct film_key *more = alloc_resize(keys->key, cap, sizeof *more);
        if (more) {
            keys->key = more;
            keys->cap = cap;
        } else {
            film->status = MARU_E_MEMORY;
        }
    }
    if (film->status == MARU_OK) {
        keys->key[keys->n++] = *key;
        keys->n_subject = key->subject >= keys->n_subject ? key->subject + 1 : keys->n_subject;
    }
}

static void look_again(maru_film *film, maru_time at_us, uint32_t tool) {
    struct film_tool *t = &film->tool[tool];
    const uint8_t look = t->down > 0        ? t->down
                         : t->n_inside == 0 ? (uint8_t)LOOK_STANDBY
                         : t->setup_us > 0  ? (uint8_t)LOOK_SETUP
                                            : (uint8_t)LOOK_PRODUCTIVE;
    if (look != t->look && film->layout->body[tool] != MARU_BODY_NONE) {
        t->look = look;
        add_key(film, &film->look, &(struct film_key){at_us, tool, look, MARU_FILM_UP});
    }
}

// A setup that has ended since is told before anything else of that tool.
static void end_setup(maru_film *film, maru_time at_us, uint32_t tool) {
    struct film_tool *t = &film->tool[tool];
    if (t->setup_us > 0 && t->setup_us <= at_us && t->down == 0) {
        const maru_time ended_us = t->setup_us;
        t->setup_us = 0;
        look_again(film, ended_us, tool);
    }
}

static void go_down(struct film_tool *tool, maru_time at_us, enum look look) {
    tool->paused_us = tool->down > 0 ? tool->paused_us : at_us;
    tool->down = (uint8_t)look;
}

void maru_film_setup(maru_film *film, maru_time at_us, uint32_t tool, maru_time until_us) {
    struct film_tool *t = &film->tool[tool];
    end_setup(film, at_us, tool);
    if (until_us > at_us) {
        t->setup_us = until_us;
        look_again(film, at_us, tool);
    }
}

void maru_film_tell(maru_film *film, maru_time at_us, maru_film_event event, uint32_t tool,
                    uint32_t lot) {
    const struct film_key visit = {at_us, lot, tool, event};
    if (event == MARU_FILM_DONE) {
        add_key(film, &film->visit, &visit);
        return;
    }
    struct film_tool *t = &film->tool[tool];
    end_setup(film, at_us, tool);
    switch (event) {
    case MARU_FILM_TAKE:
        add_key(film, &film->visit, &visit);
        t->n_inside++;
        break;
    case MARU_FILM_GIVE:
        add_key(film, &film->visit, &visit);
        t->n_inside -= t->n_inside > 0;
        break;
    case MARU_FILM_FAIL:
        go_down(t, at_us, LOOK_FAILED);
        break;
    case MARU_FILM_MAINTAIN:
        go_down(t, at_us, LOOK_MAINTENANCE);
        break;
    case MARU_FILM_UP: // what stood still goes on
        t->setup_us += t->setup_us > 0 && t->down > 0 ? at_us - t->paused_us : 0;
        t->down = 0;
        break;
    case MARU_FILM_DONE:
        break;
    }
    look_again(film, at_us, tool);
}

static maru_status sort_keys(struct film_keys *keys, uint32_t n_subject) {
    keys->n_subject = n_subject;
    keys->first = alloc_new((size_t)n_subject + 1, sizeof *keys->first);
    struct film_key *sorted = alloc_new((size_t)keys->n + 1, sizeof *sorted);
    if (!keys->first || !sorted) {
        alloc_free(sorted);
        return MARU_E_MEMORY;
    }
    for (uint32_t i = 0; i < keys->n; i++) {
        keys->first[keys->key[i].subject]++;
    }
    for (uint32_t i = 0, sum = 0; i <= n_subject; i++) { // ends of the subjects
        sum += keys->first[i];
        keys->first[i] = sum;
    }
    for (uint32_t i = keys->n; i-- > 0;) { // from behind: ends become beginnings
        sorted[--keys->first[keys->key[i].subject]] = keys->key[i];
    }
    alloc_free(keys->key);
    keys->key = sorted;
    return MARU_OK;
}

maru_status maru_film_end(maru_film *film, maru_time at_us, maru_error *err) {
    film->to_us = at_us;
    for (uint32_t t = 0; t < film->layout->n_tool; t++) {
        end_setup(film, at_us, t);
    }
    maru_status st = film->status;
    st = st == MARU_OK ? sort_keys(&film->look, film->layout->n_tool) : st;
    st = st == MARU_OK ? sort_keys(&film->visit, film->visit.n_subject) : st;
    if (st == MARU_E_LIMIT) {
        return fail(err, st, "a film of more than %d changes: take a shorter span", FILM_MAX_KEYS);
    }
    return st == MARU_OK ? st : fail(err, st, "no memory left for the film");
}

uint32_t film_way(maru_ways *ways, const struct film_key *from, const struct film_key *to,
                  struct film_point *point) {
    static const double us_per_m = 1e6;
    const maru_way way = maru_ways_find(ways, from->value, to->value);
    const double most = (double)(to->at_us - from->at_us);
    const double pace = way.length_m * us_per_m > most ? most / way.length_m : us_per_m;
    double length = 0;
    for (uint32_t i = 0; i < way.n_point; i++) {
        if (i > 0) {
            const double dx = way.x_m[i] - way.x_m[i - 1], dy = way.y_m[i] - way.y_m[i - 1];
            length += sqrt(dx * dx + dy * dy);
        }
        point[i] = (struct film_point){
            .at_us = from->at_us + (maru_time)fmin(length * pace, most),
            .x_m = way.x_m[i],
            .y_m = way.y_m[i],
            .is_on_rails = way.is_on_rails && i > 0 && i + 1 < way.n_point,
        };
    }
    return way.n_point;
}
