#include "scene/usda.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "plant/plant.h"
#include "scene/body.h"
#include "scene/usda_film.h"
#include "scene/usda_looks.h"

// The tree:
//
//     /Plant                        assembly
//         Looks/Floor, A3, ...      materials
//         Bodies/Bench/Hull, Trim   abstract: one prototype a kind of body, of size 1
//         Ground/Hall, Aisles, Z3   meshes of flat rectangles
//         Ground/Rails              one mesh of prisms
//         Tools/A3_Litho/G12_Steppers/T4
//
// A tool is an instance: a reference to its prototype, or to the user's own model, with a
// transform. Colors are inherited: an area has one, its hulls have none of their own. Names of
// prims are ASCII and told apart by numbers; what people call a thing is its displayName.

enum { MAX_NAME = 40 }; // letters of a name that go into a prim's

// Text

static void indent(struct text *out, int depth) {
    for (int i = 0; i < depth; i++) {
        text_addz(out, "    ");
    }
}

static void line(struct text *out, int depth, const char *text) {
    indent(out, depth);
    text_addz(out, text);
    text_addz(out, "\n");
}

// A quoted string; bytes that are no text become '?'.
static void add_string(struct text *out, const char *text) {
    const bool is_text = text_is_utf8(text, strlen(text));
    text_addz(out, "\"");
    for (const char *p = text; *p; p++) {
        const unsigned char c = (unsigned char)*p;
        if (c == '"' || c == '\\') {
            text_add(out, "\\", 1);
        }
        text_add(out, c < 0x20 || (c >= 0x80 && !is_text) ? "?" : p, 1);
    }
    text_addz(out, "\"");
}

// An asset path: between @, or between @@@ where it has an @ itself.
static void add_asset(struct text *out, const char *path) {
    const char *at = strchr(path, '@') ? "@@@" : "@";
    text_addz(out, at);
    for (const char *p = path; *p; p++) {
        if (strncmp(p, "@@@", 3) == 0) {
            text_addz(out, "\\");
        }
        text_add(out, (unsigned char)*p < 0x20 ? "?" : p, 1);
    }
    text_addz(out, at);
}

static void add_prim_name(struct text *out, char letter, uint32_t number, const char *name) {
    text_addf(out, "%c%u", letter, number);
    bool is_gap = true;
    for (size_t i = 0, n = 0; name && name[i] != '\0' && n < MAX_NAME; i++) {
        const char c = name[i];
        const bool is_letter =
            (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        if (is_letter) {
            text_addz(out, is_gap ? "_" : "");
            text_add(out, &c, 1);
            n++;
        }
        is_gap = !is_letter;
    }
}

static void add_color(struct text *out, int depth, struct color color) {
    indent(out, depth);
    text_addz(out, "color3f[] primvars:displayColor = [");
    scene_add_tuple(out, color.r, color.g, color.b);
    text_addz(out, "]\n");
}

// def Xform "NAME" ( displayName, kind ) {
static void open_prim(struct text *out, int depth, char letter, uint32_t number, const char *name,
                      const char *kind) {
    indent(out, depth);
    text_addz(out, "def Xform \"");
    add_prim_name(out, letter, number, name);
    text_addz(out, "\" (\n");
    indent(out, depth + 1);
    text_addz(out, "displayName = ");
    add_string(out, name);
    text_addz(out, "\n");
    indent(out, depth + 1);
    text_addf(out, "kind = \"%s\"\n", kind);
    if (letter == 'A') { // its tools inherit what it is bound to
        line(out, depth + 1, USDA_LOOKS_API);
    }
    line(out, depth, ")");
    line(out, depth, "{");
}

// Meshes

static void add_counts(struct text *out, int depth, uint32_t n_face) {
    indent(out, depth);
    text_addz(out, "int[] faceVertexCounts = [");
    for (uint32_t i = 0; i < n_face; i++) {
        text_addz(out, i > 0 ? ", 4" : "4");
    }
    text_addz(out, "]\n");
}

static void add_extent(struct text *out, int depth, const double low[3], const double high[3]) {
    indent(out, depth);
    text_addz(out, "float3[] extent = [");
    scene_add_tuple(out, low[0], low[1], low[2]);
    text_addz(out, ", ");
    scene_add_tuple(out, high[0], high[1], high[2]);
    text_addz(out, "]\n");
}

static void add_block_points(struct text *out, const struct body_block *b) {
    for (unsigned i = 0; i < 8; i++) {
        text_addz(out, i > 0 ? ", " : "");
        scene_add_tuple(out, i & 1 ? b->x1 : b->x0, i & 2 ? b->y1 : b->y0, i & 4 ? b->z1 : b->z0);
    }
}

// A mesh that is bound to a material; its header is left open.
static void open_bound(struct text *out, int depth, const char *name) {
    indent(out, depth);
    text_addf(out, "def Mesh \"%s\" (\n", name);
    line(out, depth + 1, USDA_LOOKS_API);
}

// The blocks of one part of a body as one mesh.
static void add_part(struct text *out, int depth, const struct body_shape *shape,
                     enum body_part part) {
    uint32_t n = 0;
    double low[3] = {1, 1, 1}, high[3] = {-1, -1, -1};
    for (uint32_t i = 0; i < shape->n_block; i++) {
        const struct body_block *b = &shape->block[i];
        const double from[3] = {b->x0, b->y0, b->z0}, to[3] = {b->x1, b->y1, b->z1};
        for (int k = 0; b->part == part && k < 3; k++) {
            low[k] = from[k] < low[k] ? from[k] : low[k];
            high[k] = to[k] > high[k] ? to[k] : high[k];
        }
        n += b->part == part;
    }
    if (part == BODY_HULL) {
        line(out, depth, "def Mesh \"Hull\"");
    } else {
        open_bound(out, depth, "Trim");
        line(out, depth, ")");
    }
    line(out, depth, "{");
    add_extent(out, depth + 1, low, high);
    add_counts(out, depth + 1, 6 * n);
    indent(out, depth + 1);
    text_addz(out, "int[] faceVertexIndices = [");
    for (uint32_t i = 0; i < 6 * n; i++) {
        for (int k = 0; k < 4; k++) {
            text_addf(out, "%s%u", i + (uint32_t)k > 0 ? ", " : "",
                      i / 6 * 8 + scene_face[i % 6][k]);
        }
    }
    text_addz(out, "]\n");
    indent(out, depth + 1);
    text_addz(out, "point3f[] points = [");
    for (uint32_t i = 0, seen = 0; i < shape->n_block; i++) {
        if (shape->block[i].part == part) {
            text_addz(out, seen++ > 0 ? ", " : "");
            add_block_points(out, &shape->block[i]);
        }
    }
    text_addz(out, "]\n");
    if (part == BODY_TRIM) {
        add_color(out, depth + 1, scene_trim);
        indent(out, depth + 1);
        text_addf(out, "rel material:binding = </Plant/Bodies/%s/Dark>\n", shape->name);
    }
    line(out, depth + 1, "uniform token subdivisionScheme = \"none\"");
    line(out, depth, "}");
}

static void add_bodies(struct text *out, const struct scene *scene) {
    uint32_t bodies = 0;
    for (uint32_t a = 0; a < scene->plant->n_area; a++) {
        bodies |= scene_bodies(scene, a);
    }
    line(out, 1, "class Scope \"Bodies\"");
    line(out, 1, "{");
    if (scene->film) {
        static const struct body_block box[] = {
            {BODY_HULL, -0.2, -0.2, 0, 0.2, 0.2, 0.35}}; // a carrier is as large as it is
        const struct body_shape carrier = {.block = box, .n_block = 1};
        line(out, 2, "def Xform \"Carrier\"");
        line(out, 2, "{");
        add_part(out, 3, &carrier, BODY_HULL);
        line(out, 2, "}");
    }
    for (int body = MARU_BODY_BENCH; body < MARU_N_BODY; body++) {
        if ((bodies >> body & 1) != 0) {
            const struct body_shape *shape = body_shape((maru_body)body);
            char path[64];
            indent(out, 2);
            text_addf(out, "def Xform \"%s\"\n", shape->name);
            line(out, 2, "{");
            add_part(out, 3, shape, BODY_HULL);
            add_part(out, 3, shape, BODY_TRIM);
            snprintf(path, sizeof path, "/Plant/Bodies/%s", shape->name);
            usda_looks_add(out, 3, path, "Dark", scene_trim);
            line(out, 2, "}");
        }
    }
    line(out, 1, "}");
}

// Ground

static double to_mm(double m) { return floor(m * 1000 + 0.5) / 1000; }

struct flat { // rectangles of one mesh
    double z_m;
    struct color color;
    const char *look; // of /Plant/Looks
    uint32_t look_number;
    const maru_rect *rect;    // one after the other, or
    const maru_zone *of_zone; // those of these zones:
    const uint32_t *zone;     // (n)
    uint32_t n;
};

static const maru_rect *flat_at(const struct flat *flat, uint32_t i) {
    return flat->zone ? &flat->of_zone[flat->zone[i]].rect : &flat->rect[i];
}

static void add_rect_points(struct text *out, const maru_rect *r, double z) {
    scene_add_tuple(out, r->x0_m, r->y0_m, z);
    text_addz(out, ", ");
    scene_add_tuple(out, r->x1_m, r->y0_m, z);
    text_addz(out, ", ");
    scene_add_tuple(out, r->x1_m, r->y1_m, z);
    text_addz(out, ", ");
    scene_add_tuple(out, r->x0_m, r->y1_m, z);
}

static void widen(double low[3], double high[3], const maru_rect *r) {
    low[0] = r->x0_m < low[0] ? r->x0_m : low[0];
    low[1] = r->y0_m < low[1] ? r->y0_m : low[1];
    high[0] = r->x1_m > high[0] ? r->x1_m : high[0];
    high[1] = r->y1_m > high[1] ? r->y1_m : high[1];
}

// The inside of a mesh of rectangles, at least one.
static void add_flat(struct text *out, const struct flat *flat) {
    const maru_rect *first = flat_at(flat, 0);
    double low[3] = {first->x0_m, first->y0_m, flat->z_m};
    double high[3] = {first->x1_m, first->y1_m, flat->z_m};
    for (uint32_t i = 1; i < flat->n; i++) {
        widen(low, high, flat_at(flat, i));
    }
    line(out, 2, "{");
    add_extent(out, 3, low, high);
    add_counts(out, 3, flat->n);
    indent(out, 3);
    text_addz(out, "int[] faceVertexIndices = [");
    for (uint32_t i = 0; i < 4 * flat->n; i++) {
        text_addf(out, "%s%u", i > 0 ? ", " : "", i);
    }
    text_addz(out, "]\n");
    indent(out, 3);
    text_addz(out, "point3f[] points = [");
    for (uint32_t i = 0; i < flat->n; i++) {
        text_addz(out, i > 0 ? ", " : "");
        add_rect_points(out, flat_at(flat, i), flat->z_m);
    }
    text_addz(out, "]\n");
    add_color(out, 3, flat->color);
    usda_looks_bind(out, 3, flat->look, flat->look_number);
    line(out, 3, "uniform token subdivisionScheme = \"none\"");
    line(out, 2, "}");
}

static void add_zones(struct text *out, const struct scene *scene, uint32_t area) {
    const uint32_t first = scene->first_zone[area];
    const struct flat flat = {.z_m = scene_zone_z(area),
                              .color = scene_ground(area),
                              .look = "Z",
                              .look_number = area + 1,
                              .of_zone = scene->layout->zone,
                              .zone = &scene->zone[first],
                              .n = scene->first_zone[area + 1] - first};
    if (flat.n == 0) {
        return;
    }
    indent(out, 2);
    text_addz(out, "def Mesh \"");
    add_prim_name(out, 'Z', area + 1, scene->plant->area[area].name);
    text_addz(out, "\" (\n");
    indent(out, 3);
    text_addz(out, "displayName = ");
    add_string(out, scene->plant->area[area].name);
    text_addz(out, "\n");
    line(out, 3, USDA_LOOKS_API);
    line(out, 2, ")");
    add_flat(out, &flat);
}

// All rails in one mesh: six points and three faces a run.
static void add_rails(struct text *out, const struct scene *scene) {
    const maru_layout *l = scene->layout;
    double low[3] = {0}, high[3] = {0};
    open_bound(out, 2, "Rails");
    line(out, 2, ")");
    line(out, 2, "{");
    add_counts(out, 3, 3 * scene->n_run);
    indent(out, 3);
    text_addz(out, "int[] faceVertexIndices = [");
    for (uint32_t i = 0; i < 12 * scene->n_run; i++) {
        text_addf(out, "%s%u", i > 0 ? ", " : "", 6 * (i / 12) + rail_run_face[i % 12 / 4][i % 4]);
    }
    text_addz(out, "]\n");
    indent(out, 3);
    text_addz(out, "point3f[] points = [");
    for (uint32_t i = 0; i < scene->n_run; i++) {
        double corner[6][3];
        rail_run_corners(l, &scene->run[i], corner);
        for (int k = 0; k < 6; k++) {
            const double *p = corner[k];
            text_addz(out, i > 0 || k > 0 ? ", " : "");
            scene_add_tuple(out, to_mm(p[0]), to_mm(p[1]), p[2]);
            for (int c = 0; c < 3; c++) {
                low[c] = (i == 0 && k == 0) || p[c] < low[c] ? p[c] : low[c];
                high[c] = (i == 0 && k == 0) || p[c] > high[c] ? p[c] : high[c];
            }
        }
    }
    text_addz(out, "]\n");
    add_extent(out, 3, low, high);
    add_color(out, 3, scene_rail);
    usda_looks_bind(out, 3, "Rail", 0);
    line(out, 3, "uniform token subdivisionScheme = \"none\"");
    line(out, 2, "}");
}

static void add_ground(struct text *out, const struct scene *scene) {
    const maru_layout *l = scene->layout;
    line(out, 1, "def Xform \"Ground\" (");
    line(out, 2, "kind = \"component\"");
    line(out, 1, ")");
    line(out, 1, "{");
    open_bound(out, 2, "Hall");
    line(out, 2, ")");
    add_flat(
        out,
        &(struct flat){
            .z_m = SCENE_FLOOR_Z, .color = scene_floor, .look = "Floor", .rect = &l->hall, .n = 1});
    if (l->n_aisle > 0) {
        open_bound(out, 2, "Aisles");
        line(out, 2, ")");
        add_flat(out, &(struct flat){.z_m = SCENE_AISLE_Z,
                                     .color = scene_aisle,
                                     .look = "Aisle",
                                     .rect = l->aisle,
                                     .n = l->n_aisle});
    }
    for (uint32_t a = 0; a < scene->plant->n_area; a++) {
        add_zones(out, scene, a);
    }
    if (scene->n_run > 0) {
        add_rails(out, scene);
    }
    line(out, 1, "}");
}

// Tools

static void add_head(struct text *out, const struct thing *t) {
    indent(out, 4);
    if (t->number > 0) {
        text_addf(out, "def Xform \"T%u\" (\n", t->number);
    } else {
        text_addz(out, "def Xform \"Stocker\" (\n");
    }
    indent(out, 5);
    text_addz(out, "displayName = ");
    add_string(out, scene_title("", t->group, t->number).text);
    text_addz(out, "\n");
    line(out, 5, "instanceable = true");
    line(out, 5, "kind = \"component\"");
    indent(out, 5);
    text_addz(out, "prepend references = ");
    if (t->asset) {
        add_asset(out, t->asset);
    } else {
        text_addf(out, "</Plant/Bodies/%s>", body_shape(t->body)->name);
    }
    text_addz(out, "\n");
    line(out, 4, ")");
}

static void add_transform(struct text *out, const struct thing *t) {
    const bool is_turned = t->heading_deg < 0 || t->heading_deg > 0;
    indent(out, 5);
    text_addz(out, "double3 xformOp:translate = ");
    scene_add_tuple(out, t->x_m, t->y_m, 0);
    text_addz(out, "\n");
    if (is_turned) {
        indent(out, 5);
        text_addz(out, "float xformOp:rotateZ = ");
        scene_add_number(out, t->heading_deg);
        text_addz(out, "\n");
    }
    if (!t->asset) { // a model of the user's own is as large as it is
        indent(out, 5);
        text_addz(out, "float3 xformOp:scale = ");
        scene_add_tuple(out, t->width_m, t->depth_m, t->height_m);
        text_addz(out, "\n");
    }
    indent(out, 5);
    text_addf(out, "uniform token[] xformOpOrder = [\"xformOp:translate\"%s%s]\n",
              is_turned ? ", \"xformOp:rotateZ\"" : "", t->asset ? "" : ", \"xformOp:scale\"");
}

static void add_thing(struct text *out, const struct scene *scene, const struct thing *t) {
    add_head(out, t);
    line(out, 4, "{");
    indent(out, 5);
    text_addf(out, "custom int maru:tool = %u\n", t->tool); // its number in traces
    if (scene->film && t->body != MARU_BODY_STOCKER) {
        usda_film_tool(out, scene->film, t->tool);
    }
    add_transform(out, t);
    line(out, 4, "}");
}

static void add_area(struct text *out, const struct scene *scene, uint32_t area) {
    const maru_plant *p = scene->plant;
    if (scene->first_group[area] == scene->first_group[area + 1]) {
        return;
    }
    open_prim(out, 2, 'A', area + 1, p->area[area].name, "group");
    add_color(out, 3, scene_hull(area));
    usda_looks_bind(out, 3, scene->film ? "Moving" : "A", scene->film ? 0 : area + 1);
    for (uint32_t k = scene->first_group[area]; k < scene->first_group[area + 1]; k++) {
        const uint32_t g = scene->group[k];
        open_prim(out, 3, 'G', g + 1, p->group[g].name, "group");
        for (uint32_t i = 0; i < scene_n_thing(scene, g); i++) {
            const struct thing thing = scene_thing(scene, g, i);
            add_thing(out, scene, &thing);
        }
        line(out, 3, "}");
    }
    line(out, 2, "}");
}

static void add_header(struct text *out, const struct scene *scene) {
    text_addz(out, "#usda 1.0\n(\n    defaultPrim = \"Plant\"\n    doc = ");
    text_addf(out, "\"made with maru %s\"", maru_version());
    text_addz(out, "\n    metersPerUnit = 1\n    upAxis = \"Z\"\n");
    if (scene->film) {
        usda_film_header(out, scene->film);
    }
    text_addz(out, ")\n\ndef Xform \"Plant\" (\n    displayName = ");
    add_string(out, scene->plant->name);
    text_addz(out, "\n    kind = \"assembly\"\n)\n{\n");
}

void usda_write(struct text *out, const struct scene *scene) {
    add_header(out, scene);
    usda_looks_write(out, scene);
    add_bodies(out, scene);
    add_ground(out, scene);
    line(out, 1, "def Xform \"Tools\" (");
    line(out, 2, "kind = \"group\"");
    line(out, 1, ")");
    line(out, 1, "{");
    for (uint32_t a = 0; a < scene->plant->n_area; a++) {
        add_area(out, scene, a);
    }
    line(out, 1, "}");
    if (scene->film) {
        usda_film_carriers(out, scene->film);
    }
    text_addz(out, "}\n");
}
