#include "target.h"

#include "maru/scene.h"
#include "plant_property.h"

enum { MAX_TOOLS = 2000 }; // more tell nothing new

static maru_status keep(void *context, const maru_file *file, maru_error *err) {
    (void)err;
    struct text *out = context;
    text_add(out, file->bytes, file->n_bytes);
    return out->status;
}

static void must_be_inside(const maru_layout *l) {
    maru_ways *ways = NULL;
    must(maru_ways_new(l, &ways, NULL) == MARU_OK);
    for (uint32_t t = 0; t < l->n_tool; t++) {
        const bool is_inside = l->x_m[t] >= l->hall.x0_m && l->x_m[t] <= l->hall.x1_m &&
                               l->y_m[t] >= l->hall.y0_m && l->y_m[t] <= l->hall.y1_m;
        must(l->body[t] == MARU_BODY_NONE || is_inside);
        must(l->width_m[t] > 0 || l->body[t] == MARU_BODY_NONE);
        const uint32_t to = l->n_tool - 1 - t;
        const maru_way way = maru_ways_find(ways, t, to);
        must(way.n_point >= 1 && way.n_point <= l->n_rail_node + 8 && way.length_m >= 0);
        must(way.x_m[0] == l->port_x_m[t] && way.y_m[way.n_point - 1] == l->port_y_m[to]);
    }
    maru_ways_free(ways);
}

// A bundle of maru CSV tables: what is a plant has a hall, and its scenes are whole.
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    maru_plant *plant = read_bundle((const char *)bytes, n, false);
    maru_layout *layout = NULL;
    if (plant && plant->n_tool <= MAX_TOOLS) {
        must(maru_layout_new(plant, &layout, NULL) == MARU_OK);
        must_be_inside(layout);
        for (int format = MARU_SCENE_USDA; format <= MARU_SCENE_GLB; format++) {
            struct text out;
            text_init(&out, MAX_BUNDLE_BYTES);
            must(maru_scene_write(layout, (maru_scene_format)format, NULL, keep, &out, NULL) ==
                 MARU_OK);
            must(format != MARU_SCENE_USDA || text_is_utf8(out.bytes, out.n_bytes));
            must(format != MARU_SCENE_GLB || out.n_bytes % 4 == 0);
            text_fini(&out);
        }
    }
    maru_layout_free(layout);
    maru_plant_free(plant);
    return 0;
}
