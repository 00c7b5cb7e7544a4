// A table of assets to start from: what a plant has, and which signals look as if they came from its tools.
#ifndef CONTROL_ASSET_PROPOSAL_H
#define CONTROL_ASSET_PROPOSAL_H

#include "base/names.h"
#include "base/text.h"
#include "control/equipment/name_list.h"
#include "maru/plant.h"

enum { PROPOSAL_MAX_SIGNALS = 10000, PROPOSAL_MAX_BYTES = 64 << 20 };

struct asset_proposal {
    struct arena arena;
    const maru_plant *plant;
    struct name_list keys; // names of tools as they are compared
    uint32_t *tool;        // (keys.n, cap_key), of the plant; PLANT_NONE: several are called so
    uint32_t cap_key;
    struct name_list places; // beginnings of signals' names: "mqtt/line/Etch-3"
    uint32_t *of_place;      // (places.n, cap_place), tool
    uint32_t cap_place;
};

// A proposal for a plant, which outlives it.
//   memory  asset_proposal_fini, also after an error
//   errors  MARU_E_LIMIT, MARU_E_MEMORY
MARU_MUST_USE maru_status asset_proposal_init(struct asset_proposal *proposal,
                                              const maru_plant *plant, maru_error *err);
void asset_proposal_fini(struct asset_proposal *proposal); // accepts an all-zero one

// There is a signal of this name. Where one of its levels is called as a tool is (letters and digits alone count, not their case, nor
// zeros before a number: ETCH-03 is Etch/3), all that its source has there is taken to be the tool's.
//   errors  MARU_E_LIMIT, MARU_E_MEMORY
MARU_MUST_USE maru_status asset_proposal_hear(struct asset_proposal *proposal, const char *source,
                                              maru_error *err);

// The table: the plant as site, its areas, tool groups as work centers, tools.
void asset_proposal_write(const struct asset_proposal *proposal, struct text *out);

#endif
