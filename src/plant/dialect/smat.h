// The hall of SMAT2022 as tables of a plant: its tools (equipment.csv) as layout.csv, its overhead
// rails (address.csv, rail.csv) as rail.csv.
#ifndef PLANT_SMAT_H
#define PLANT_SMAT_H

#include "base/text.h"
#include "maru/plant.h"

struct smat_told {     // of the rows of the hall:
    uint32_t n_row;    // all
    uint32_t placed;   // they are tools of the plant now
    uint32_t alien;    // the plant has no such tool group
    uint32_t spare;    // the plant has fewer tools in this group
    uint32_t homeless; // tools of the plant, delays aside, that no row places
    // of the rails:
    bool has_rails;
    uint32_t n_link;  // written
    uint32_t useless; // they have no length, or stand twice
};

// Write layout.csv: the k-th row of a tool group is its tool k. Tools look towards the middle of
// their bay.
//   in      equipment: TOOL_GROUP, BAY, WIDTH (along x), HEIGHT (along y), POSITION_X, POSITION_Y
//           of the centre; lengths in mm
//   errors  MARU_E_INPUT with its place, MARU_E_LIMIT, MARU_E_MEMORY
//   source  K. Lee and others, SMAT2022 (docs/SOURCES.md)
MARU_MUST_USE maru_status smat_layout(const maru_plant *plant, const maru_file *equipment,
                                      struct text *out, struct smat_told *told, maru_error *err);

// Write rail.csv: the links between named nodes, to the millimetre. Links whose ends are one place,
// and those that stand twice, are left out. Curves become straight.
//   in      address: NAME, POSITION_X, POSITION_Y of the nodes; rail: FROM_NODE, TO_NODE of the
//           links; lengths in mm
//   errors  MARU_E_INPUT with its place, an unknown node too; MARU_E_LIMIT, MARU_E_MEMORY
MARU_MUST_USE maru_status smat_rails(const maru_file *address, const maru_file *rail,
                                     struct text *out, struct smat_told *told, maru_error *err);

#endif
