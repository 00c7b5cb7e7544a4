#include "scene/usda_film.h"

#include "base/alloc.h"
#include "scene/film.h"
#include "scene/rail_runs.h"
#include "scene/usda_looks.h"

// Readers draw straight lines between samples. So a color stands twice, where it begins and just
// before it ends; a carrier that stands still has two samples of the same place. Samples of one
// property are at times that rise: of two that would be at the same time the later is taken.

static const struct color look_colors[N_LOOK] = {
    [LOOK_STANDBY] = {0.337, 0.479, 0.672}, [LOOK_PRODUCTIVE] = {0.025, 0.361, 0.114},
    [LOOK_SETUP] = {0.888, 0.468, 0.032},   [LOOK_MAINTENANCE] = {0.262, 0.147, 0.440},
    [LOOK_FAILED] = {0.680, 0.030, 0.014},
};
static const struct color carrier_color = {0.031, 0.093, 0.156};
static const double us_per_code = 60e6;
enum { BLINK_US = 6000 }; // how long a change of color takes
// Carriers of lots hang in layers at a port, not in each other; on rails they hang below those.
static const double port_m = 2.6, port_below_rails_m = 2, on_rails_m = RAIL_UNDER_M - 0.4;
static const double layer_m = 0.4;
enum { N_LAYER = 3 };

static void add_time(struct text *out, maru_time at_us) {
    scene_add_number(out, (double)at_us / us_per_code);
}

void usda_film_header(struct text *out, const maru_film *film) {
    text_addz(out, "    endTimeCode = ");
    add_time(out, film->to_us);
    text_addz(out, "\n    framesPerSecond = 24\n    startTimeCode = 0\n"
                   "    timeCodesPerSecond = 24\n");
}

static void add_look(struct text *out, maru_time at_us, uint32_t look) {
    const struct color c = look_colors[look];
    text_addz(out, "                        ");
    add_time(out, at_us);
    text_addz(out, ": [");
    scene_add_tuple(out, c.r, c.g, c.b);
    text_addz(out, "],\n");
}

void usda_film_tool(struct text *out, const maru_film *film, uint32_t tool) {
    const struct film_keys *keys = &film->look;
    text_addz(out, "                    color3f[] primvars:displayColor.timeSamples = {\n");
    uint32_t look = LOOK_STANDBY;
    maru_time since = 0;
    for (uint32_t i = keys->first[tool]; i < keys->first[tool + 1]; i++) {
        const struct film_key *key = &keys->key[i];
        if (key->at_us - since > BLINK_US) {
            add_look(out, since, look);
            add_look(out, key->at_us - BLINK_US, look);
            since = key->at_us;
        }
        look = key->value; // what lasts less than a blink is not seen
    }
    add_look(out, since, look);
    text_addz(out, "                    }\n");
}

struct track { // of one carrier
    struct text *out;
    const maru_layout *layout;
    maru_ways *ways;
    struct film_point *point; // of one way
    double port_z_m;
    maru_time last_us; // of the last sample, -1: none yet
};

static void add_point(struct track *track, const struct film_point *p) {
    if (p->at_us <= track->last_us) {
        return;
    }
    track->last_us = p->at_us;
    text_addz(track->out, "                ");
    add_time(track->out, p->at_us);
    text_addz(track->out, ": (");
    scene_add_number(track->out, p->x_m);
    text_addz(track->out, ", ");
    scene_add_number(track->out, p->y_m);
    text_addz(track->out, ", ");
    scene_add_number(track->out, p->is_on_rails ? on_rails_m : track->port_z_m);
    text_addz(track->out, "),\n");
}

static void add_port(struct track *track, maru_time at_us, uint32_t tool) {
    add_point(track, &(struct film_point){.at_us = at_us,
                                          .x_m = track->layout->port_x_m[tool],
                                          .y_m = track->layout->port_y_m[tool]});
}

// At the port of the tool while it is worked on; then on the way to where it is taken next.
static void add_places(struct track *track, const struct film_key *key, uint32_t n) {
    for (uint32_t i = 0; i < n; i++) {
        if (key[i].event != MARU_FILM_DONE) {
            add_port(track, key[i].at_us, key[i].value);
        }
        if (key[i].event == MARU_FILM_GIVE && i + 1 < n && key[i + 1].event == MARU_FILM_TAKE) {
            const uint32_t n_point = film_way(track->ways, &key[i], &key[i + 1], track->point);
            for (uint32_t k = 1; k < n_point; k++) {
                add_point(track, &track->point[k]);
            }
        }
    }
}

static void add_visible(struct text *out, maru_time at_us, bool is_visible) {
    text_addz(out, "                ");
    add_time(out, at_us);
    text_addz(out, is_visible ? ": \"inherited\",\n" : ": \"invisible\",\n");
}

// Seen from its first tool on, up to its end; then the number may be that of another lot.
static void add_sight(struct text *out, const struct film_key *key, uint32_t n) {
    bool is_visible = false;
    maru_time last = 0;
    if (key[0].at_us > 0) {
        add_visible(out, 0, false);
    }
    for (uint32_t i = 0; i < n; i++) {
        const bool wanted = key[i].event != MARU_FILM_DONE;
        if (wanted != is_visible && (key[i].at_us > last || i == 0)) {
            is_visible = wanted;
            last = key[i].at_us;
            add_visible(out, last, is_visible);
        }
    }
}

static void add_carrier(struct track *track, uint32_t lot, const struct film_key *key, uint32_t n) {
    struct text *out = track->out;
    track->port_z_m =
        (track->layout->n_rail > 0 ? port_below_rails_m : port_m) + layer_m * (lot % N_LAYER);
    track->last_us = -1;
    text_addf(out,
              "        def Xform \"L%u\" (\n            instanceable = true\n"
              "            kind = \"component\"\n"
              "            prepend references = </Plant/Bodies/Carrier>\n        )\n        {\n"
              "            custom int maru:lot = %u\n"
              "            token visibility.timeSamples = {\n",
              lot, lot);
    add_sight(out, key, n);
    text_addz(out, "            }\n            double3 xformOp:translate.timeSamples = {\n");
    add_places(track, key, n);
    text_addz(out,
              "            }\n"
              "            uniform token[] xformOpOrder = [\"xformOp:translate\"]\n        }\n");
}

void usda_film_carriers(struct text *out, const maru_film *film) {
    const struct film_keys *keys = &film->visit;
    struct track track = {.out = out, .layout = film->layout};
    track.point = alloc_new(film_way_points(film->layout), sizeof *track.point);
    if (!track.point || maru_ways_new(film->layout, &track.ways, NULL) != MARU_OK) {
        alloc_free(track.point);
        out->status = MARU_E_MEMORY;
        return;
    }
    text_addz(out, "    def Xform \"Carriers\" (\n        kind = \"group\"\n        " USDA_LOOKS_API
                   "\n    )\n    {\n");
    usda_looks_bind(out, 2, "Moving", 0);
    text_addz(out, "        color3f[] primvars:displayColor = [");
    scene_add_tuple(out, carrier_color.r, carrier_color.g, carrier_color.b);
    text_addz(out, "]\n");
    for (uint32_t lot = 0; lot < keys->n_subject; lot++) {
        uint32_t first = keys->first[lot];
        const uint32_t end = keys->first[lot + 1];
        while (first < end && keys->key[first].event == MARU_FILM_DONE) {
            first++; // it was never at a tool
        }
        if (first < end) {
            add_carrier(&track, lot, keys->key + first, end - first);
        }
    }
    text_addz(out, "    }\n");
    maru_ways_free(track.ways);
    alloc_free(track.point);
}
