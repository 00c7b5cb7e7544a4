#include "scene/usda_film.h"

#include "scene/film.h"

// Readers draw straight lines between samples. So a color stands twice, where it begins and just
// before it ends; a carrier that stands still has two samples of the same place. Samples of one
// property are at times that rise: of two that would be at the same time the later is taken.

static const struct color look_colors[N_LOOK] = {
    [LOOK_STANDBY] = {0.337, 0.479, 0.672},
    [LOOK_PRODUCTIVE] = {0.025, 0.361, 0.114},
    [LOOK_MAINTENANCE] = {0.262, 0.147, 0.440},
    [LOOK_FAILED] = {0.680, 0.030, 0.014},
};
static const struct color carrier_color = {0.913, 0.381, 0.017};
static const double us_per_code = 60e6;
enum { BLINK_US = 6000 }; // how long a change of color takes
static const double rail_m = 2.6,
                    layer_m = 0.4; // carriers of lots hang in layers, not in each other
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
    text_addz(out, ": [(");
    scene_add_number(out, c.r);
    text_addz(out, ", ");
    scene_add_number(out, c.g);
    text_addz(out, ", ");
    scene_add_number(out, c.b);
    text_addz(out, ")],\n");
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
    double z_m;
    maru_time last_us; // of the last sample, -1: none yet
};

static void add_point(struct track *track, maru_time at_us, double x, double y) {
    if (at_us <= track->last_us) {
        return;
    }
    track->last_us = at_us;
    text_addz(track->out, "                ");
    add_time(track->out, at_us);
    text_addz(track->out, ": (");
    scene_add_number(track->out, x);
    text_addz(track->out, ", ");
    scene_add_number(track->out, y);
    text_addz(track->out, ", ");
    scene_add_number(track->out, track->z_m);
    text_addz(track->out, "),\n");
}

// At the port of the tool while it is worked on; then on the way to where it is taken next.
static void add_places(struct track *track, const struct film_key *key, uint32_t n) {
    const maru_layout *l = track->layout;
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t t = key[i].value;
        if (key[i].event == MARU_FILM_TAKE) {
            add_point(track, key[i].at_us, l->port_x_m[t], l->port_y_m[t]);
        } else if (key[i].event == MARU_FILM_GIVE) {
            add_point(track, key[i].at_us, l->port_x_m[t], l->port_y_m[t]);
            if (i + 1 < n && key[i + 1].event == MARU_FILM_TAKE) {
                struct film_point point[MARU_WAY_POINTS];
                const uint32_t n_point = film_way(l, &key[i], &key[i + 1], point);
                for (uint32_t k = 1; k < n_point; k++) {
                    add_point(track, point[k].at_us, point[k].x_m, point[k].y_m);
                }
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

static void add_carrier(struct text *out, const maru_film *film, uint32_t lot,
                        const struct film_key *key, uint32_t n) {
    struct track track = {.out = out,
                          .layout = film->layout,
                          .z_m = rail_m + layer_m * (lot % N_LAYER),
                          .last_us = -1};
    text_addf(out,
              "        def Xform \"L%u\" (\n            instanceable = true\n"
              "            kind = \"component\"\n"
              "            prepend references = </Plant/Bodies/Carrier>\n        )\n        {\n"
              "            custom int maru:lot = %u\n"
              "            token visibility.timeSamples = {\n",
              lot, lot);
    add_sight(out, key, n);
    text_addz(out, "            }\n            double3 xformOp:translate.timeSamples = {\n");
    add_places(&track, key, n);
    text_addz(out,
              "            }\n"
              "            uniform token[] xformOpOrder = [\"xformOp:translate\"]\n        }\n");
}

void usda_film_carriers(struct text *out, const maru_film *film) {
    const struct film_keys *keys = &film->visit;
    text_addz(out, "    def Xform \"Carriers\" (\n        kind = \"group\"\n    )\n    {\n"
                   "        color3f[] primvars:displayColor = [(");
    scene_add_number(out, carrier_color.r);
    text_addz(out, ", ");
    scene_add_number(out, carrier_color.g);
    text_addz(out, ", ");
    scene_add_number(out, carrier_color.b);
    text_addz(out, ")]\n");
    for (uint32_t lot = 0; lot < keys->n_subject; lot++) {
        uint32_t first = keys->first[lot];
        const uint32_t end = keys->first[lot + 1];
        while (first < end && keys->key[first].event == MARU_FILM_DONE) {
            first++; // it was never at a tool
        }
        if (first < end) {
            add_carrier(out, film, lot, keys->key + first, end - first);
        }
    }
    text_addz(out, "    }\n");
}
