#include "scene/glb.h"

#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "scene/body.h"
#include "scene/turn.h"

// One chunk of JSON and one of numbers (glTF 2.0, chapter 4).
//
// Numbers: for each part of each kind of body that is there, then for a square, positions and
// normals of 4 corners a face, then all indices as u16. A mesh is a part list with materials, so
// there is one for each kind of body in each area: they differ in color only and share the numbers.
// Behind these stand those of the rails, if any: one mesh, three faces a run, indices as u32.
// Nodes are the tree of the USD scene (usda.c): plant, ground and areas, groups, tools. glTF looks
// along y, so the plant is turned by -90 degrees about x; below it everything is as it is.

enum {
    N_SHAPE = MARU_N_BODY * N_BODY_PART + 1,
    SQUARE = N_SHAPE - 1, // the last shape: x, y from 0 to 1, z = 0
    FLOAT = 5126,
    SHORT = 5123,
    INT = 5125,
};

struct shape {
    uint32_t n_face, first_face; // in the buffer; n_face 0: not there
    uint32_t accessor;           // of positions; normals and indices follow
};

struct glb {
    const struct scene *scene;
    struct text json, numbers;
    struct shape shape[N_SHAPE];
    uint32_t n_face, n_accessor;
    uint32_t *mesh_of; // first mesh of an area (n_area + 1): one a kind of body, behind the ground
    uint32_t n_item;   // of the list that is being written
    // Where there are rails: the accessor of their positions, their mesh, the box around them.
    uint32_t rail_accessor, rail_mesh;
    double rail_low[3], rail_high[3];
};

// A comma before all items of a list but the first.
static void next(struct glb *g) { text_addz(&g->json, g->n_item++ > 0 ? ",\n" : "\n"); }

static void begin(struct glb *g, const char *list) {
    text_addf(&g->json, "%s[", list);
    g->n_item = 0;
}

// Little endian

static void put32(struct text *out, uint32_t value) {
    const char bytes[4] = {(char)(value & 0xff), (char)(value >> 8 & 0xff),
                           (char)(value >> 16 & 0xff), (char)(value >> 24)};
    text_add(out, bytes, sizeof bytes);
}

static void put_float(struct text *out, double value) {
    const float narrow = (float)value;
    uint32_t bits = 0;
    memcpy(&bits, &narrow, sizeof bits);
    put32(out, bits);
}

// Numbers

static double corner(double low, double high, unsigned is_high) { return is_high ? high : low; }

static void put_block(struct text *out, const struct body_block *b) {
    for (int face = 0; face < 6; face++) {
        for (int k = 0; k < 4; k++) {
            const unsigned i = scene_face[face][k];
            put_float(out, corner(b->x0, b->x1, i & 1));
            put_float(out, corner(b->y0, b->y1, i & 2));
            put_float(out, corner(b->z0, b->z1, i & 4));
        }
    }
}

static void put_normals(struct text *out, uint32_t n_face, bool is_flat) {
    for (uint32_t i = 0; i < n_face; i++) {
        const uint32_t face = is_flat ? 5 : i % 6; // -x, +x, -y, +y, -z, +z
        const double sign = face % 2 == 0 ? -1 : 1;
        for (int k = 0; k < 4; k++) {
            put_float(out, face / 2 == 0 ? sign : 0);
            put_float(out, face / 2 == 1 ? sign : 0);
            put_float(out, face / 2 == 2 ? sign : 0);
        }
    }
}

static void put_indices(struct text *out, uint32_t n_face) {
    static const uint32_t corners[6] = {0, 1, 2, 0, 2, 3};
    for (uint32_t i = 0; i < n_face; i++) {
        for (int k = 0; k < 6; k++) {
            const uint32_t v = 4 * i + corners[k];
            const char bytes[2] = {(char)(v & 0xff), (char)(v >> 8)};
            text_add(out, bytes, sizeof bytes);
        }
    }
}

// The normal of a flat face, once for each of its four corners.
static void put_face_normal(struct text *out, const double a[3], const double b[3],
                            const double c[3]) {
    const double u[3] = {b[0] - a[0], b[1] - a[1], b[2] - a[2]};
    const double v[3] = {c[0] - a[0], c[1] - a[1], c[2] - a[2]};
    const double n[3] = {u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2],
                         u[0] * v[1] - u[1] * v[0]};
    const double length = sqrt(n[0] * n[0] + n[1] * n[1] + n[2] * n[2]);
    for (int k = 0; k < 12; k++) {
        put_float(out, n[k % 3] / length);
    }
}

// Which shapes there are, and where in the buffer.
static void number_shapes(struct glb *g) {
    uint32_t bodies = 0;
    for (uint32_t a = 0; a < g->scene->plant->n_area; a++) {
        bodies |= scene_bodies(g->scene, a);
    }
    for (uint32_t i = 0; i < N_SHAPE; i++) {
        struct shape *shape = &g->shape[i];
        const uint32_t body = i / N_BODY_PART;
        if (i == SQUARE) {
            shape->n_face = 1;
        } else if ((bodies >> body & 1) != 0) {
            const struct body_shape *s = body_shape((maru_body)body);
            for (uint32_t k = 0; k < s->n_block; k++) {
                shape->n_face += s->block[k].part == (enum body_part)(i % N_BODY_PART) ? 6 : 0;
            }
        }
        shape->first_face = g->n_face;
        g->n_face += shape->n_face;
        if (shape->n_face > 0) {
            shape->accessor = g->n_accessor;
            g->n_accessor += 3;
        }
    }
    g->rail_accessor = g->n_accessor;
}

static void put_numbers(struct glb *g) {
    static const double square[4][3] = {{0, 0, 0}, {1, 0, 0}, {1, 1, 0}, {0, 1, 0}};
    struct text *out = &g->numbers;
    for (uint32_t i = 0; i < SQUARE; i++) {
        const struct body_shape *s = body_shape((maru_body)(i / N_BODY_PART));
        for (uint32_t k = 0; g->shape[i].n_face > 0 && k < s->n_block; k++) {
            if (s->block[k].part == (enum body_part)(i % N_BODY_PART)) {
                put_block(out, &s->block[k]);
            }
        }
    }
    for (int i = 0; i < 12; i++) {
        put_float(out, square[i / 3][i % 3]);
    }
    for (uint32_t i = 0; i < N_SHAPE; i++) {
        put_normals(out, g->shape[i].n_face, i == SQUARE);
    }
    for (uint32_t i = 0; i < N_SHAPE; i++) {
        put_indices(out, g->shape[i].n_face);
    }
}

// Positions, normals and indices of the rails.
static void put_rails(struct glb *g) {
    static const uint32_t corners[6] = {0, 1, 2, 0, 2, 3};
    const struct scene *s = g->scene;
    double corner[6][3];
    for (uint32_t i = 0; i < s->n_run; i++) {
        rail_run_corners(s->layout, &s->run[i], corner);
        for (uint32_t k = 0; k < 12; k++) {
            const double *p = corner[rail_run_face[k / 4][k % 4]];
            for (int c = 0; c < 3; c++) {
                put_float(&g->numbers, p[c]);
                g->rail_low[c] = i + k == 0 ? p[c] : fmin(p[c], g->rail_low[c]);
                g->rail_high[c] = i + k == 0 ? p[c] : fmax(p[c], g->rail_high[c]);
            }
        }
    }
    for (uint32_t i = 0; i < s->n_run; i++) {
        rail_run_corners(s->layout, &s->run[i], corner);
        for (int face = 0; face < 3; face++) {
            const uint8_t *f = rail_run_face[face];
            put_face_normal(&g->numbers, corner[f[0]], corner[f[1]], corner[f[2]]);
        }
    }
    for (uint32_t i = 0; i < 18 * s->n_run; i++) {
        put32(&g->numbers, 4 * (i / 6) + corners[i % 6]);
    }
}

static void add_min_max(struct glb *g, const double low[3], const double high[3]) {
    for (int end = 0; end < 2; end++) { // as the floats that stand in the buffer
        text_addz(&g->json, end == 0 ? ",\"min\":[" : ",\"max\":[");
        for (int c = 0; c < 3; c++) {
            text_addz(&g->json, c > 0 ? "," : "");
            text_add_double(&g->json, (double)(float)(end == 0 ? low[c] : high[c]));
        }
        text_addz(&g->json, "]");
    }
}

// The box around a shape, for the accessor of its positions.
static void add_bounds(struct glb *g, uint32_t i) {
    const struct body_shape *s = body_shape((maru_body)(i / N_BODY_PART));
    double low[3] = {0, 0, 0}, high[3] = {1, 1, 0};
    bool is_first = i != SQUARE;
    for (uint32_t k = 0; i != SQUARE && k < s->n_block; k++) {
        const struct body_block *b = &s->block[k];
        const double from[3] = {b->x0, b->y0, b->z0}, to[3] = {b->x1, b->y1, b->z1};
        for (int c = 0; b->part == (enum body_part)(i % N_BODY_PART) && c < 3; c++) {
            low[c] = is_first || from[c] < low[c] ? from[c] : low[c];
            high[c] = is_first || to[c] > high[c] ? to[c] : high[c];
        }
        is_first = is_first && b->part != (enum body_part)(i % N_BODY_PART);
    }
    add_min_max(g, low, high);
}

static void add_rail_accessors(struct glb *g) {
    const uint32_t n = g->scene->n_run;
    for (uint32_t view = 0; view < 3; view++) {
        next(g);
        text_addf(&g->json, "{\"bufferView\":%u,\"componentType\":%d,\"count\":%u,\"type\":\"%s\"",
                  3 + view, view < 2 ? FLOAT : INT, n * (view < 2 ? 12 : 18),
                  view < 2 ? "VEC3" : "SCALAR");
        if (view == 0) {
            add_min_max(g, g->rail_low, g->rail_high);
        }
        text_addz(&g->json, "}");
    }
}

// Three views of bodies, then three of rails: positions, normals, indices, each behind the other.
static void add_buffer_views(struct glb *g) {
    const uint32_t n_run = g->scene->n_run;
    const uint32_t size[] = {48 * g->n_face, 48 * g->n_face, 12 * g->n_face,
                             144 * n_run,    144 * n_run,    72 * n_run};
    uint32_t at = 0;
    text_addz(&g->json, "[");
    for (int view = 0; view < (n_run > 0 ? 6 : 3); view++) {
        text_addf(&g->json, "%s\n{\"buffer\":0,\"byteOffset\":%u,\"byteLength\":%u,%s}",
                  view > 0 ? "," : "", at, size[view],
                  view % 3 < 2 ? "\"byteStride\":12,\"target\":34962" : "\"target\":34963");
        at += size[view];
    }
    text_addf(&g->json, "],\n\"buffers\":[{\"byteLength\":%zu}]", g->numbers.n_bytes);
}

static void add_accessors(struct glb *g) {
    begin(g, ",\n\"accessors\":");
    for (uint32_t i = 0; i < N_SHAPE; i++) {
        const struct shape *s = &g->shape[i];
        if (s->n_face == 0) {
            continue;
        }
        for (uint32_t view = 0; view < 3; view++) {
            const uint32_t n = s->n_face * (view < 2 ? 4 : 6);
            const uint32_t at = s->first_face * (view < 2 ? 48 : 12);
            next(g);
            text_addf(&g->json,
                      "{\"bufferView\":%u,\"byteOffset\":%u,\"componentType\":%d,\"count\":%u,"
                      "\"type\":\"%s\"",
                      view, at, view < 2 ? FLOAT : SHORT, n, view < 2 ? "VEC3" : "SCALAR");
            if (view == 0) {
                add_bounds(g, i);
            }
            text_addz(&g->json, "}");
        }
    }
    if (g->scene->n_run > 0) {
        add_rail_accessors(g);
    }
    text_addz(&g->json, "],\n\"bufferViews\":");
    add_buffer_views(g);
}

// Materials: floor, aisles, trim, rails, then the hull and the ground of each area.

enum { MATERIAL_FLOOR, MATERIAL_AISLE, MATERIAL_TRIM, MATERIAL_RAIL, N_MATERIAL };

static uint32_t hull_material(uint32_t area) { return N_MATERIAL + 2 * area; }
static uint32_t ground_material(uint32_t area) { return N_MATERIAL + 2 * area + 1; }

static void add_material(struct glb *g, const char *what, const char *name, struct color color) {
    next(g);
    text_addz(&g->json, "{\"name\":");
    text_add_json(&g->json, scene_title(what, name, 0).text);
    text_addz(&g->json, ",\"pbrMetallicRoughness\":{\"baseColorFactor\":[");
    scene_add_number(&g->json, color.r);
    text_addz(&g->json, ",");
    scene_add_number(&g->json, color.g);
    text_addz(&g->json, ",");
    scene_add_number(&g->json, color.b);
    text_addz(&g->json, ",1],\"metallicFactor\":0,\"roughnessFactor\":0.8}}");
}

static void add_materials(struct glb *g) {
    begin(g, ",\n\"materials\":");
    add_material(g, "floor", "", scene_floor);
    add_material(g, "aisle", "", scene_aisle);
    add_material(g, "trim", "", scene_trim);
    add_material(g, "rail", "", scene_rail);
    for (uint32_t a = 0; a < g->scene->plant->n_area; a++) {
        const char *name = g->scene->plant->area[a].name;
        add_material(g, "tools of ", name, scene_hull(a));
        add_material(g, "ground of ", name, scene_ground(a));
    }
    text_addz(&g->json, "]");
}

// Meshes: floor, aisle, then of each area its ground and its kinds of bodies.

enum { MESH_FLOOR, MESH_AISLE, N_MESH };

static void add_surface(struct glb *g, uint32_t accessor, uint32_t material) {
    text_addf(&g->json,
              "{\"attributes\":{\"POSITION\":%u,\"NORMAL\":%u},\"indices\":%u,\"material\":%u}",
              accessor, accessor + 1, accessor + 2, material);
}

static void add_primitive(struct glb *g, uint32_t shape, uint32_t material) {
    add_surface(g, g->shape[shape].accessor, material);
}

static void add_flat_mesh(struct glb *g, const char *name, uint32_t material) {
    next(g);
    text_addf(&g->json, "{\"name\":\"%s\",\"primitives\":[", name);
    add_primitive(g, SQUARE, material);
    text_addz(&g->json, "]}");
}

static void add_meshes(struct glb *g) {
    begin(g, ",\n\"meshes\":");
    add_flat_mesh(g, "floor", MATERIAL_FLOOR);
    add_flat_mesh(g, "aisle", MATERIAL_AISLE);
    uint32_t n = N_MESH;
    for (uint32_t a = 0; a < g->scene->plant->n_area; a++) {
        const uint32_t bodies = scene_bodies(g->scene, a);
        g->mesh_of[a] = n;
        add_flat_mesh(g, "ground", ground_material(a));
        n++;
        for (uint32_t body = 0; body < MARU_N_BODY; body++) {
            if ((bodies >> body & 1) == 0) {
                continue;
            }
            next(g);
            text_addf(&g->json, "{\"name\":\"%s\",\"primitives\":[",
                      body_shape((maru_body)body)->name);
            add_primitive(g, body * N_BODY_PART + BODY_HULL, hull_material(a));
            text_addz(&g->json, ",");
            add_primitive(g, body * N_BODY_PART + BODY_TRIM, MATERIAL_TRIM);
            text_addz(&g->json, "]}");
            n++;
        }
    }
    if (g->scene->n_run > 0) {
        g->rail_mesh = n;
        next(g);
        text_addz(&g->json, "{\"name\":\"rails\",\"primitives\":[");
        add_surface(g, g->rail_accessor, MATERIAL_RAIL);
        text_addz(&g->json, "]}");
    }
    text_addz(&g->json, "]");
}

// The mesh of a kind of body in an area: those before it are the set bits below.
static uint32_t mesh_of_body(const struct glb *g, uint32_t area, maru_body body) {
    uint32_t mesh = g->mesh_of[area] + 1;
    const uint32_t bodies = scene_bodies(g->scene, area);
    for (uint32_t i = 0; i < (uint32_t)body; i++) {
        mesh += bodies >> i & 1;
    }
    return mesh;
}

// Nodes, in the order: plant, ground, its pieces (hall, aisles, zones, rails), then each area with its
// groups, each group with its things.

static void add_children(struct glb *g, uint32_t first, uint32_t n, uint32_t stride) {
    text_addz(&g->json, ",\"children\":[");
    for (uint32_t i = 0; i < n; i++) {
        text_addf(&g->json, "%s%u", i > 0 ? "," : "", first + i * stride);
    }
    text_addz(&g->json, "]");
}

static void add_named(struct glb *g, const char *name) {
    next(g);
    text_addz(&g->json, "{\"name\":");
    text_add_json(&g->json, name);
}

static void add_vector(struct glb *g, const char *what, const double *v, int n) {
    text_addf(&g->json, ",\"%s\":[", what);
    for (int i = 0; i < n; i++) {
        text_addz(&g->json, i > 0 ? "," : "");
        scene_add_number(&g->json, v[i]);
    }
    text_addz(&g->json, "]");
}

static void add_rect(struct glb *g, const char *name, const maru_rect *r, double z, uint32_t mesh) {
    const double at[] = {r->x0_m, r->y0_m, z};
    const double size[] = {r->x1_m - r->x0_m, r->y1_m - r->y0_m, 1};
    add_named(g, name);
    text_addf(&g->json, ",\"mesh\":%u", mesh);
    add_vector(g, "translation", at, 3);
    add_vector(g, "scale", size, 3);
    text_addz(&g->json, "}");
}

// Below the ground: hall, aisles, zones, rails.
static uint32_t ground_nodes(const struct scene *s) {
    return 1 + s->layout->n_aisle + s->layout->n_zone + (s->n_run > 0 ? 1 : 0);
}

static void add_ground(struct glb *g, uint32_t node) {
    const maru_layout *l = g->scene->layout;
    add_named(g, "ground");
    add_children(g, node + 1, ground_nodes(g->scene), 1);
    text_addz(&g->json, "}");
    add_rect(g, "hall", &l->hall, SCENE_FLOOR_Z, MESH_FLOOR);
    for (uint32_t i = 0; i < l->n_aisle; i++) {
        add_rect(g, "aisle", &l->aisle[i], SCENE_AISLE_Z, MESH_AISLE);
    }
    for (uint32_t i = 0; i < l->n_zone; i++) {
        const maru_zone *z = &l->zone[i];
        add_rect(g, g->scene->plant->area[z->area].name, &z->rect, scene_zone_z(z->area),
                 g->mesh_of[z->area]);
    }
    if (g->scene->n_run > 0) {
        add_named(g, "rails");
        text_addf(&g->json, ",\"mesh\":%u}", g->rail_mesh);
    }
}

static void add_thing(struct glb *g, const struct thing *t, uint32_t mesh) {
    const double at[] = {t->x_m, t->y_m, 0}, size[] = {t->width_m, t->depth_m, t->height_m};
    next(g);
    text_addz(&g->json, "{\"name\":");
    text_add_json(&g->json, scene_title("", t->group, t->number).text);
    text_addf(&g->json, ",\"mesh\":%u,\"extras\":{\"tool\":%u}", mesh, t->tool);
    add_vector(g, "translation", at, 3);
    if (t->heading_deg < 0 || t->heading_deg > 0) {
        const struct turn half = turn_of(t->heading_deg / 2);
        const double rotation[] = {0, 0, half.sin, half.cos};
        add_vector(g, "rotation", rotation, 4);
    }
    add_vector(g, "scale", size, 3);
    text_addz(&g->json, "}");
}

// An area's node, then those of its groups, each followed by its things; gives how many.
static uint32_t add_area(struct glb *g, uint32_t area, uint32_t node) {
    const struct scene *s = g->scene;
    add_named(g, s->plant->area[area].name);
    text_addz(&g->json, ",\"children\":[");
    uint32_t n = 1;
    for (uint32_t k = s->first_group[area]; k < s->first_group[area + 1]; k++) {
        text_addf(&g->json, "%s%u", k > s->first_group[area] ? "," : "", node + n);
        n += 1 + scene_n_thing(s, s->group[k]);
    }
    text_addz(&g->json, "]}");
    uint32_t at = node + 1;
    for (uint32_t k = s->first_group[area]; k < s->first_group[area + 1]; k++) {
        const uint32_t group = s->group[k], n_thing = scene_n_thing(s, group);
        const uint32_t mesh = mesh_of_body(g, area, scene_thing(s, group, 0).body);
        add_named(g, s->plant->group[group].name);
        add_children(g, at + 1, n_thing, 1);
        text_addz(&g->json, "}");
        for (uint32_t i = 0; i < n_thing; i++) {
            const struct thing thing = scene_thing(s, group, i);
            add_thing(g, &thing, mesh);
        }
        at += 1 + n_thing;
    }
    return n;
}

static uint32_t area_nodes(const struct scene *s, uint32_t area) {
    uint32_t n = s->first_group[area] < s->first_group[area + 1] ? 1 : 0;
    for (uint32_t k = s->first_group[area]; k < s->first_group[area + 1]; k++) {
        n += 1 + scene_n_thing(s, s->group[k]);
    }
    return n;
}

static void add_nodes(struct glb *g) {
    static const double half = 0.7071067811865476;
    const double z_up[] = {-half, 0, 0, half};
    const struct scene *s = g->scene;
    const uint32_t first_area = 2 + ground_nodes(s);
    begin(g, ",\n\"nodes\":");
    add_named(g, s->plant->name);
    add_vector(g, "rotation", z_up, 4);
    text_addz(&g->json, ",\"children\":[1");
    for (uint32_t a = 0, at = first_area; a < s->plant->n_area; a++) {
        if (area_nodes(s, a) > 0) {
            text_addf(&g->json, ",%u", at);
            at += area_nodes(s, a);
        }
    }
    text_addz(&g->json, "]}");
    add_ground(g, 1);
    for (uint32_t a = 0, at = first_area; a < s->plant->n_area; a++) {
        at += area_nodes(s, a) > 0 ? add_area(g, a, at) : 0;
    }
    text_addz(&g->json, "]");
}

static void add_json(struct glb *g) {
    text_addf(&g->json, "{\"asset\":{\"version\":\"2.0\",\"generator\":\"maru %s\"},\n\"scene\":0",
              maru_version());
    text_addz(&g->json, ",\n\"scenes\":[{\"name\":");
    text_add_json(&g->json, g->scene->plant->name);
    text_addz(&g->json, ",\"nodes\":[0]}]");
    add_materials(g);
    add_meshes(g);
    add_nodes(g);
    add_accessors(g);
    text_addz(&g->json, "}");
}

static void add_chunk(struct text *out, const char *kind, const struct text *chunk, char padding) {
    const size_t n_padding = (4 - chunk->n_bytes % 4) % 4;
    put32(out, (uint32_t)(chunk->n_bytes + n_padding));
    text_add(out, kind, 4);
    text_add(out, chunk->bytes, chunk->n_bytes);
    for (size_t i = 0; i < n_padding; i++) {
        text_add(out, &padding, 1);
    }
}

void glb_write(struct text *out, const struct scene *scene) {
    struct glb g = {.scene = scene};
    struct arena arena;
    arena_init(&arena, SCENE_MAX_BYTES);
    text_init(&g.json, SCENE_MAX_BYTES / 2);
    text_init(&g.numbers, SCENE_MAX_BYTES / 4);
    g.mesh_of = arena_take(&arena, scene->plant->n_area + 1, sizeof *g.mesh_of);
    if (!g.mesh_of) {
        out->status = MARU_E_MEMORY;
        goto done;
    }
    number_shapes(&g);
    put_numbers(&g);
    put_rails(&g);
    add_json(&g);
    if (g.json.status != MARU_OK || g.numbers.status != MARU_OK) {
        out->status = g.json.status != MARU_OK ? g.json.status : g.numbers.status;
        goto done;
    }
    const size_t json = (g.json.n_bytes + 3) / 4 * 4, numbers = (g.numbers.n_bytes + 3) / 4 * 4;
    text_add(out, "glTF", 4);
    put32(out, 2);
    put32(out, (uint32_t)(12 + 8 + json + 8 + numbers));
    add_chunk(out, "JSON", &g.json, ' ');
    add_chunk(out, "BIN\0", &g.numbers, '\0');
done:
    text_fini(&g.json);
    text_fini(&g.numbers);
    arena_fini(&arena);
}
