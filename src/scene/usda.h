// The hall as OpenUSD text.
#ifndef SCENE_USDA_H
#define SCENE_USDA_H

#include "base/text.h"
#include "scene/scene.h"

void usda_write(struct text *out, const struct scene *scene);

#endif
