#include "scene/usda_looks.h"

#include <stdio.h>

// Readers that draw with materials (Blender, the renderers of usdview) take the color from here,
// others from displayColor, which says the same. An input of a shader cannot be told by what uses
// it, so each area has a material of its own; in a film, where the color of a tool changes, all
// share one that reads displayColor where it is used. What refers to a prototype takes along what is
// inside it and nothing else, so that each has the material of its trim inside.

static const char looks[] = "/Plant/Looks";

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

// A material below `path`, up to the color of its surface.
static void open_material(struct text *out, int depth, const char *path, const char *name) {
    indent(out, depth);
    text_addf(out, "def Material \"%s\"\n", name);
    line(out, depth, "{");
    indent(out, depth + 1);
    text_addf(out, "token outputs:surface.connect = <%s/%s/Surface.outputs:surface>\n", path, name);
    line(out, depth + 1, "def Shader \"Surface\"");
    line(out, depth + 1, "{");
    line(out, depth + 2, "uniform token info:id = \"UsdPreviewSurface\"");
    line(out, depth + 2, "float inputs:metallic = 0");
    line(out, depth + 2, "float inputs:roughness = 0.7");
    line(out, depth + 2, "token outputs:surface");
    indent(out, depth + 2);
    text_addz(out, "color3f inputs:diffuseColor");
}

void usda_looks_add(struct text *out, int depth, const char *path, const char *name,
                    struct color color) {
    open_material(out, depth, path, name);
    text_addz(out, " = ");
    scene_add_tuple(out, color.r, color.g, color.b);
    text_addz(out, "\n");
    line(out, depth + 1, "}");
    line(out, depth, "}");
}

static void add_moving(struct text *out) {
    open_material(out, 2, looks, "Moving");
    text_addz(out, ".connect = </Plant/Looks/Moving/Color.outputs:result>\n");
    line(out, 3, "}");
    line(out, 3, "def Shader \"Color\"");
    line(out, 3, "{");
    line(out, 4, "uniform token info:id = \"UsdPrimvarReader_float3\"");
    line(out, 4, "string inputs:varname = \"displayColor\"");
    line(out, 4, "float3 inputs:fallback = (0.5, 0.5, 0.5)");
    line(out, 4, "float3 outputs:result");
    line(out, 3, "}");
    line(out, 2, "}");
}

void usda_looks_write(struct text *out, const struct scene *scene) {
    const struct {
        const char *name;
        struct color color;
    } plain[] = {{"Floor", scene_floor}, {"Aisle", scene_aisle}, {"Rail", scene_rail}};
    line(out, 1, "def Scope \"Looks\"");
    line(out, 1, "{");
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
        usda_looks_add(out, 2, looks, plain[i].name, plain[i].color);
    }
    if (scene->film) {
        add_moving(out);
    }
    for (uint32_t a = 0; a < scene->plant->n_area; a++) {
        char name[16];
        if (!scene->film && scene->first_group[a] < scene->first_group[a + 1]) {
            snprintf(name, sizeof name, "A%u", a + 1);
            usda_looks_add(out, 2, looks, name, scene_hull(a));
        }
        if (scene->first_zone[a] < scene->first_zone[a + 1]) {
            snprintf(name, sizeof name, "Z%u", a + 1);
            usda_looks_add(out, 2, looks, name, scene_ground(a));
        }
    }
    line(out, 1, "}");
}

void usda_looks_bind(struct text *out, int depth, const char *name, uint32_t number) {
    indent(out, depth);
    text_addf(out, "rel material:binding = </Plant/Looks/%s", name);
    if (number > 0) {
        text_addf(out, "%u", number);
    }
    text_addz(out, ">\n");
}
