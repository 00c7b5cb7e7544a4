// The hall of SMAT2022 (equipment.csv) as the layout.csv of a plant.
#ifndef PLANT_SMAT_H
#define PLANT_SMAT_H

#include "base/text.h"
#include "maru/plant.h"

enum { SMAT_MAX_ROWS = 100000 };

struct smat_told {     // of the rows of the hall:
    uint32_t n_row;    // all
    uint32_t placed;   // they are tools of the plant now
    uint32_t alien;    // the plant has no such tool group
    uint32_t spare;    // the plant has fewer tools in this group
    uint32_t homeless; // tools of the plant, delays aside, that no row places
};

// Write layout.csv: the k-th row of a tool group is its tool k. Tools look towards the middle of
// their bay.
//   in      equipment: TOOL_GROUP, BAY, WIDTH (along x), HEIGHT (along y), POSITION_X, POSITION_Y
//           of the centre; lengths in mm
//   errors  MARU_E_INPUT with its place, MARU_E_LIMIT, MARU_E_MEMORY
//   source  K. Lee and others, SMAT2022 (docs/SOURCES.md)
MARU_MUST_USE maru_status smat_layout(const maru_plant *plant, const maru_file *equipment,
                                      struct text *out, struct smat_told *told, maru_error *err);

#endif
