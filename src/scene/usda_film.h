// What moves, as time samples of OpenUSD text: one time code a minute.
#ifndef SCENE_USDA_FILM_H
#define SCENE_USDA_FILM_H

#include "scene/scene.h"

// Settings of the stage: where the film begins and ends.
void usda_film_header(struct text *out, const maru_film *film);

// The colors of a tool, as a property of its prim.
void usda_film_tool(struct text *out, const maru_film *film, uint32_t tool);

// The prim of all carriers, each an instance of </Plant/Bodies/Carrier>.
void usda_film_carriers(struct text *out, const maru_film *film);

#endif
