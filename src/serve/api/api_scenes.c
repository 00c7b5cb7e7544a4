#include "serve/http/request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/status.h"
#include "maru/scene.h"
#include "plant/plant.h"
#include "serve/api/upload.h"
#include "study/filming.h"
#include "study/json_writer.h"

// The hall of a version: its layout as JSON for the page, and as a scene for other programs.

#define MAX_FILM_S (7 * 86400.0)

// "latest" is 0.
static maru_status open_version(struct request *request, maru_plant **out, maru_error *err) {
    const char *text = request->param[1];
    char *end = NULL;
    const long long n = strcmp(text, "latest") == 0 ? 0 : strtoll(text, &end, 10);
    if ((end && (*end || end == text || n < 1)) || strlen(text) > 9) {
        return request_refuse(request, 404, err,
                              "'%.20s' is no version: a number from 1, or latest, is wanted", text);
    }
    const maru_status st = upload_open_plant(request->tenant, request->param[0], n, out, err);
    return st == MARU_E_INPUT
               ? request_refuse(request, 409, err,
                                "this version has faults, so it has no hall: mend them first")
               : st;
}

// ---- as JSON

static void add_rect(struct json *json, const char *key, const maru_rect *r) {
    json_open_list(json, key);
    json_add_number(json, NULL, r->x0_m);
    json_add_number(json, NULL, r->y0_m);
    json_add_number(json, NULL, r->x1_m);
    json_add_number(json, NULL, r->y1_m);
    json_close(json);
}

static void add_areas(struct json *json, const maru_plant *plant, const maru_layout *l) {
    json_open_list(json, "areas");
    for (uint32_t a = 0; a < plant->n_area; a++) {
        json_open_object(json, NULL);
        json_add_string(json, "name", plant->area[a].name);
        json_open_list(json, "rects");
        for (uint32_t i = 0; i < l->n_zone; i++) {
            if (l->zone[i].area == a) {
                add_rect(json, NULL, &l->zone[i].rect);
            }
        }
        json_close(json);
        json_close(json);
    }
    json_close(json);
    json_open_list(json, "aisles");
    for (uint32_t i = 0; i < l->n_aisle; i++) {
        add_rect(json, NULL, &l->aisle[i]);
    }
    json_close(json);
}

static const char *body_name(maru_body body) {
    static const char *const name[MARU_N_BODY] = {"none",    "bench", "cluster", "track",
                                                  "furnace", "gauge", "stocker"};
    return name[body];
}

static void add_groups(struct json *json, const maru_plant *plant, const maru_layout *l) {
    json_open_list(json, "groups");
    for (uint32_t g = 0; g < plant->n_group; g++) {
        const struct plant_group *group = &plant->group[g];
        const maru_body body =
            group->n_tool > 0 ? (maru_body)l->body[group->first_tool] : MARU_BODY_NONE;
        json_open_object(json, NULL);
        json_add_string(json, "name", group->name);
        json_add_integer(json, "area", group->area < plant->n_area ? (int64_t)group->area : -1);
        json_add_count(json, "first_tool", group->first_tool);
        json_add_count(json, "n_tool", group->n_tool);
        json_add_string(json, "body", body_name(group->is_delay ? MARU_BODY_STOCKER : body));
        json_add_bool(json, "is_delay", group->is_delay);
        json_close(json);
    }
    json_close(json);
}

static void add_numbers(struct json *json, const char *key, const double *value, uint32_t n) {
    json_open_list(json, key);
    for (uint32_t i = 0; i < n; i++) {
        json_add_number(json, NULL, value[i]);
    }
    json_close(json);
}

static void add_counts(struct json *json, const char *key, const uint32_t *value, uint32_t n) {
    json_open_list(json, key);
    for (uint32_t i = 0; i < n; i++) {
        json_add_count(json, NULL, value[i]);
    }
    json_close(json);
}

static void add_tools(struct json *json, const maru_layout *l) {
    json_open_object(json, "tools");
    add_numbers(json, "x", l->x_m, l->n_tool);
    add_numbers(json, "y", l->y_m, l->n_tool);
    add_numbers(json, "heading", l->heading_deg, l->n_tool);
    add_numbers(json, "width", l->width_m, l->n_tool);
    add_numbers(json, "depth", l->depth_m, l->n_tool);
    add_numbers(json, "height", l->height_m, l->n_tool);
    add_numbers(json, "port_x", l->port_x_m, l->n_tool);
    add_numbers(json, "port_y", l->port_y_m, l->n_tool);
    json_open_list(json, "aisle");
    for (uint32_t t = 0; t < l->n_tool; t++) {
        json_add_integer(json, NULL,
                         l->aisle_of[t] == MARU_NO_AISLE ? -1 : (int64_t)l->aisle_of[t]);
    }
    json_close(json);
    if (l->n_rail > 0) {
        add_counts(json, "rail", l->port_rail, l->n_tool);
        add_numbers(json, "along", l->port_along_m, l->n_tool);
    }
    json_close(json);
    json_open_list(json, "stockers");
    for (uint32_t i = 0; i < l->n_stocker; i++) {
        const maru_stocker *stocker = &l->stocker[i];
        json_open_object(json, NULL);
        json_add_count(json, "group", stocker->group);
        json_add_number(json, "x", stocker->x_m);
        json_add_number(json, "y", stocker->y_m);
        json_add_number(json, "heading", stocker->heading_deg);
        json_add_number(json, "width", stocker->width_m);
        json_add_number(json, "depth", stocker->depth_m);
        json_add_number(json, "height", stocker->height_m);
        json_close(json);
    }
    json_close(json);
}

static void add_rails(struct json *json, const maru_layout *l) {
    json_open_object(json, "rails");
    add_numbers(json, "x", l->node_x_m, l->n_rail_node);
    add_numbers(json, "y", l->node_y_m, l->n_rail_node);
    add_counts(json, "from", l->rail_from, l->n_rail);
    add_counts(json, "to", l->rail_to, l->n_rail);
    json_close(json);
}

static void add_layout(struct text *out, const maru_plant *plant, const maru_layout *layout) {
    struct json json;
    json_writer_init(&json, out);
    json_open_object(&json, NULL);
    if (plant->start) {
        json_add_string(&json, "start", plant->start);
    }
    add_rect(&json, "hall", &layout->hall);
    add_areas(&json, plant, layout);
    add_groups(&json, plant, layout);
    json_open_list(&json, "products");
    for (uint32_t i = 0; i < plant->n_product; i++) {
        json_add_string(&json, NULL, plant->product[i].name);
    }
    json_close(&json);
    add_tools(&json, layout);
    if (layout->n_rail > 0) {
        add_rails(&json, layout);
    }
    json_close(&json);
}

maru_status api_get_layout(struct request *request, maru_error *err) {
    maru_plant *plant = NULL;
    maru_layout *layout = NULL;
    maru_status st = open_version(request, &plant, err);
    if (st != MARU_OK || !plant) {
        return st;
    }
    st = maru_layout_new(plant, &layout, err);
    if (st == MARU_OK && layout) {
        add_layout(&request->out, plant, layout);
    }
    maru_layout_free(layout);
    maru_plant_free(plant);
    return st;
}

// ---- as a scene

static maru_status put_scene(void *context, const maru_file *file, maru_error *err) {
    struct text *out = context;
    text_add(out, file->bytes, file->n_bytes);
    return out->status == MARU_OK ? MARU_OK : fail(err, out->status, "the scene is too large");
}

static const struct {
    const char *name, *type;
} formats[] = {[MARU_SCENE_USDA] = {"usda", "model/vnd.usda"},
               [MARU_SCENE_USDZ] = {"usdz", "model/vnd.usdz+zip"},
               [MARU_SCENE_GLB] = {"glb", "model/gltf-binary"}};

static maru_status read_film(struct request *request, maru_scene_format format, maru_time *out,
                             maru_error *err) {
    const char *text = request_query(request, "time");
    char *end = NULL;
    const double seconds = text[0] ? strtod(text, &end) : 0;
    if ((text[0] && *end) || !(seconds >= 0 && seconds <= MAX_FILM_S)) {
        return request_refuse(request, 400, err,
                              "time: seconds from 0 to %.0f are wanted, how long the film is",
                              MAX_FILM_S);
    }
    if (seconds > 0 && format != MARU_SCENE_USDA) {
        return request_refuse(request, 400, err, "time: only .usda takes a film");
    }
    *out = (maru_time)(seconds * 1e6);
    return MARU_OK;
}

static maru_status write_scene(struct request *request, const maru_plant *plant,
                               maru_scene_format format, maru_time until, maru_error *err) {
    maru_layout *layout = NULL;
    maru_film *film = NULL;
    uint64_t n_event = 0;
    maru_status st = maru_layout_new(plant, &layout, err);
    if (st == MARU_OK && until > 0) {
        st = filming_run(layout, until, 1, &film, &n_event, err);
    }
    st = st == MARU_OK ? maru_scene_write(layout, format, film, put_scene, &request->out, err) : st;
    maru_film_free(film);
    maru_layout_free(layout);
    return st;
}

maru_status api_get_scene(struct request *request, maru_error *err) {
    const char *wanted = request->param[2];
    size_t format = 0;
    maru_time until = 0;
    maru_plant *plant = NULL;
    while (format < sizeof formats / sizeof formats[0] &&
           strcmp(wanted, formats[format].name) != 0) {
        format++;
    }
    if (format == sizeof formats / sizeof formats[0]) {
        return request_refuse(request, 404, err, "a scene is usda, usdz or glb");
    }
    maru_status st = read_film(request, (maru_scene_format)format, &until, err);
    st = st == MARU_OK ? open_version(request, &plant, err) : st;
    st = st == MARU_OK ? write_scene(request, plant, (maru_scene_format)format, until, err) : st;
    maru_plant_free(plant);
    if (st == MARU_OK) {
        request->type = formats[format].type;
        snprintf(request->disposition, sizeof request->disposition,
                 "attachment; filename=\"plant.%s\"", formats[format].name);
    }
    return st;
}
