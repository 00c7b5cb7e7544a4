// The hall as binary glTF 2.0.
#ifndef SCENE_GLB_H
#define SCENE_GLB_H

#include "base/text.h"
#include "scene/scene.h"

void glb_write(struct text *out, const struct scene *scene);

#endif
