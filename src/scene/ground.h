// The ground around things that stand where somebody put them.
#ifndef SCENE_GROUND_H
#define SCENE_GROUND_H

#include <stdbool.h>

#include "base/arena.h"
#include "maru/scene.h"

// Where two zones overlap across, or one behind the other, they end in the middle of what both took: so
// nothing is drawn twice in one plane. One that reaches past the other on both sides stays as it is.
//   memory  from `arena`; false: it has none left, and nothing has changed
//   cost    sorts; a zone is compared with at most GROUND_MAX_NEIGHBOURS that begin east of it
enum { GROUND_MAX_NEIGHBOURS = 64 };
bool ground_share(maru_zone *zone, uint32_t n_zone, struct arena *arena);

#endif
