#include "scene/scene.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/status.h"
#include "scene/glb.h"
#include "scene/usda.h"
#include "scene/usdz.h"

// Colors of areas are the "bright" and "light" schemes of P. Tol, made linear, as USD and glTF take
// them; there are more areas than colors one can tell apart, so they come again.

const struct color scene_floor = {0.807, 0.831, 0.855};
const struct color scene_aisle = {0.624, 0.672, 0.723};
const struct color scene_trim = {0.042, 0.053, 0.067};
const struct color scene_rail = {0.262, 0.296, 0.337};

static const struct color area_colors[] = {
    {0.058, 0.184, 0.402}, {0.855, 0.133, 0.184}, {0.016, 0.246, 0.033}, {0.604, 0.497, 0.058},
    {0.133, 0.604, 0.855}, {0.402, 0.033, 0.184}, {0.855, 0.246, 0.133}, {0.184, 0.402, 0.723},
    {0.319, 0.723, 1.000}, {0.058, 0.497, 0.319}, {0.497, 0.604, 0.033}, {0.855, 0.723, 0.246},
    {1.000, 0.402, 0.497},
};

const uint8_t scene_face[6][4] = {{0, 4, 6, 2}, {1, 3, 7, 5}, {0, 1, 5, 4},
                                  {2, 6, 7, 3}, {0, 2, 3, 1}, {4, 5, 7, 6}};

struct color scene_hull(uint32_t area) {
    return area_colors[area % (sizeof area_colors / sizeof *area_colors)];
}

struct color scene_ground(uint32_t area) {
    const struct color c = scene_hull(area);
    return (struct color){0.45 + 0.45 * c.r, 0.45 + 0.45 * c.g, 0.45 + 0.45 * c.b};
}

double scene_zone_z(uint32_t area) { return 0.01 + 0.001 * (area % 8); }

void scene_add_number(struct text *out, double value) {
    const uint64_t scale = 10000000;
    const uint64_t number = (uint64_t)floor(fabs(value) * (double)scale + 0.5);
    text_addf(out, "%s%" PRIu64, value < 0 && number > 0 ? "-" : "", number / scale);
    if (number % scale > 0) {
        char decimals[16];
        size_t n = (size_t)snprintf(decimals, sizeof decimals, ".%07u", (unsigned)(number % scale));
        while (decimals[n - 1] == '0') {
            n--;
        }
        text_add(out, decimals, n);
    }
}

void scene_add_tuple(struct text *out, double x, double y, double z) {
    text_addz(out, "(");
    scene_add_number(out, x);
    text_addz(out, ", ");
    scene_add_number(out, y);
    text_addz(out, ", ");
    scene_add_number(out, z);
    text_addz(out, ")");
}

uint32_t scene_n_thing(const struct scene *scene, uint32_t group) {
    const struct plant_group *g = &scene->plant->group[group];
    return g->is_delay && g->n_tool > 0 ? 1 : g->n_tool;
}

struct thing scene_thing(const struct scene *scene, uint32_t group, uint32_t i) {
    const struct plant_group *g = &scene->plant->group[group];
    const maru_layout *l = scene->layout;
    const uint32_t t = g->first_tool + i;
    if (g->is_delay) {
        const maru_stocker *s = &l->stocker[scene->stocker[group]];
        return (struct thing){.group = g->name,
                              .tool = t,
                              .body = MARU_BODY_STOCKER,
                              .x_m = s->x_m,
                              .y_m = s->y_m,
                              .heading_deg = s->heading_deg,
                              .width_m = s->width_m,
                              .depth_m = s->depth_m,
                              .height_m = s->height_m};
    }
    return (struct thing){.group = g->name,
                          .number = i + 1,
                          .tool = t,
                          .asset = scene->has_references ? l->asset[t] : NULL,
                          .body = (maru_body)l->body[t],
                          .x_m = l->x_m[t],
                          .y_m = l->y_m[t],
                          .heading_deg = l->heading_deg[t],
                          .width_m = l->width_m[t],
                          .depth_m = l->depth_m[t],
                          .height_m = l->height_m[t]};
}

struct title scene_title(const char *what, const char *name, uint32_t number) {
    struct title title;
    if (number > 0) {
        snprintf(title.text, sizeof title.text, "%s%s %u", what, name, number);
    } else {
        snprintf(title.text, sizeof title.text, "%s%s", what, name);
    }
    return title;
}

uint32_t scene_bodies(const struct scene *scene, uint32_t area) {
    uint32_t bodies = 0;
    for (uint32_t i = scene->first_group[area]; i < scene->first_group[area + 1]; i++) {
        bodies |= UINT32_C(1) << scene_thing(scene, scene->group[i], 0).body;
    }
    return bodies;
}

// Items by area: count, sum up, put down. area_of: PLANT_NONE leaves an item out.
static void sort_by_area(uint32_t n_area, uint32_t n, const uint32_t *area_of, uint32_t *item,
                         uint32_t *first) {
    for (uint32_t i = 0; i < n; i++) {
        if (area_of[i] != PLANT_NONE) {
            first[area_of[i]]++;
        }
    }
    for (uint32_t a = 0, sum = 0; a <= n_area; a++) { // ends of the areas
        sum += first[a];
        first[a] = sum;
    }
    for (uint32_t i = n; i-- > 0;) { // from behind: ends become beginnings
        if (area_of[i] != PLANT_NONE) {
            item[--first[area_of[i]]] = i;
        }
    }
}

static bool build(struct scene *scene, struct arena *arena) {
    const maru_layout *l = scene->layout;
    const maru_plant *p = scene->plant;
    const uint32_t n_most = p->n_group > l->n_zone ? p->n_group : l->n_zone;
    uint32_t *area_of = arena_take(arena, n_most + 1, sizeof *area_of);
    uint32_t *group = arena_take(arena, p->n_group + 1, sizeof *group);
    uint32_t *first_group = arena_take(arena, p->n_area + 1, sizeof *first_group);
    uint32_t *zone = arena_take(arena, l->n_zone + 1, sizeof *zone);
    uint32_t *first_zone = arena_take(arena, p->n_area + 1, sizeof *first_zone);
    uint32_t *stocker = arena_take(arena, p->n_group + 1, sizeof *stocker);
    if (!area_of || !group || !first_group || !zone || !first_zone || !stocker) {
        return false;
    }
    for (uint32_t g = 0; g < p->n_group; g++) {
        area_of[g] = p->group[g].n_tool > 0 ? p->group[g].area : PLANT_NONE;
    }
    sort_by_area(p->n_area, p->n_group, area_of, group, first_group);
    for (uint32_t i = 0; i < l->n_zone; i++) {
        area_of[i] = l->zone[i].area;
    }
    sort_by_area(p->n_area, l->n_zone, area_of, zone, first_zone);
    for (uint32_t i = 0; i < l->n_stocker; i++) {
        stocker[l->stocker[i].group] = i;
    }
    scene->group = group;
    scene->first_group = first_group;
    scene->zone = zone;
    scene->first_zone = first_zone;
    scene->stocker = stocker;
    scene->run = rail_runs_find(l, arena, &scene->n_run);
    return scene->run != NULL;
}

static const char *write_format(struct text *out, struct scene *scene, maru_scene_format format) {
    switch (format) {
    case MARU_SCENE_USDZ: {
        struct text inner;
        text_init(&inner, SCENE_MAX_BYTES);
        usda_write(&inner, scene);
        usdz_pack(out, "scene.usda", &inner);
        text_fini(&inner);
        return "scene.usdz";
    }
    case MARU_SCENE_GLB:
        glb_write(out, scene);
        return "scene.glb";
    case MARU_SCENE_USDA:
        break;
    }
    scene->has_references = true;
    usda_write(out, scene);
    return "scene.usda";
}

maru_status maru_scene_write(const maru_layout *layout, maru_scene_format format,
                             const maru_film *film, maru_put_file put, void *context,
                             maru_error *err) {
    struct scene scene = {
        .layout = layout, .plant = layout->plant, .film = format == MARU_SCENE_USDA ? film : NULL};
    struct arena arena;
    struct text out;
    arena_init(&arena, SCENE_MAX_BYTES);
    text_init(&out, SCENE_MAX_BYTES);
    maru_file file = {0};
    maru_status st = MARU_OK;
    if (build(&scene, &arena)) {
        file.name = write_format(&out, &scene, format);
        st = out.status;
    } else {
        st = arena.is_full ? MARU_E_LIMIT : MARU_E_MEMORY;
    }
    if (st == MARU_E_LIMIT) {
        st = fail(err, st, "the scene would have more than %zu bytes", SCENE_MAX_BYTES);
    } else if (st != MARU_OK) {
        st = fail(err, st, "no memory left for the scene");
    } else {
        file.bytes = out.bytes;
        file.n_bytes = out.n_bytes;
        st = put(context, &file, err);
    }
    text_fini(&out);
    arena_fini(&arena);
    return st;
}
