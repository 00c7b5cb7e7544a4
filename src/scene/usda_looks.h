// Materials of a scene as OpenUSD text (UsdPreviewSurface): few, and shared by all that look alike.
#ifndef SCENE_USDA_LOOKS_H
#define SCENE_USDA_LOOKS_H

#include "scene/scene.h"

// What a prim needs in its header to be bound to a material.
#define USDA_LOOKS_API "prepend apiSchemas = [\"MaterialBindingAPI\"]"

// /Plant/Looks: Floor, Aisle, Rail; A3 and Z3, the tools and the ground of the third area; with a
// film Moving, which is what displayColor says at each time.
void usda_looks_write(struct text *out, const struct scene *scene);

// A material of one color below the prim `path`, which is open, at this depth of the tree.
void usda_looks_add(struct text *out, int depth, const char *path, const char *name,
                    struct color color);

// Bind the prim that is open to a material of /Plant/Looks; number 0: none in its name.
void usda_looks_bind(struct text *out, int depth, const char *name, uint32_t number);

#endif
