// A USDZ package: a zip of stored files, each starting at a multiple of 64 bytes.
#ifndef SCENE_USDZ_H
#define SCENE_USDZ_H

#include "base/text.h"

// One file, at most UINT32_MAX bytes. A failed `content` makes a failed `out`.
void usdz_pack(struct text *out, const char *name, const struct text *content);

#endif
