// Why an application has got what it has: its rank, and which limits are in the way of more.
//
// What lacks is counted with all other awards as they are: raised by so much, these limits let it have so much more, and raised by
// less they do not. Whether it would be the one to get it is another question, which a new solution answers.
#ifndef POOL_ROUND_WHY_H
#define POOL_ROUND_WHY_H

#include "pool/round/round_room.h"

enum why_state {
    WHY_ALL,    // it has what it asks for
    WHY_PART,   // some of it
    WHY_ROOM,   // nothing: what is left does not hold its least amounts
    WHY_POINTS, // nothing: below the least points
    WHY_NEVER,  // nothing: not even alone would it fit
    WHY_STATES
};

struct round_lack {
    uint32_t row;
    int64_t amount; // in the row's own unit (round_room.h)
};

struct round_why {
    enum why_state state;
    uint32_t rank, n_ranked; // from 1, of all that have the least points; 0: it is not ranked
    uint32_t site;           // where it stands, or where the least is in the way
    uint32_t
        more; // GPUs on top that were tried: of its first line that lacks some, or all least amounts
    uint32_t n_lack;
    struct round_lack lack[ROUND_MAX_QUARTERS * 3 * 4 + 3]; // those of most quarters first
    uint32_t last; // who has the fewest points of those that have what it lacks; ROUND_NONE: nobody
};

struct round_reasons {
    const struct round *round;
    const struct round_award *award;
    struct round_room room; // what is left; `alone`: with nothing awarded
    struct round_room alone;
    uint32_t *rank;   // (n_application) from 1, 0: none
    uint32_t *lowest; // (round_n_row) who has the fewest points of those that use it
    int64_t *need;    // (round_n_row) scratch, all 0 between calls
    uint32_t n_ranked;
};

//   in      the round and the award, which outlive the reasons
//   memory  round_reasons_fini, also after an error
//   errors  MARU_E_MEMORY
MARU_MUST_USE maru_status round_reasons_init(struct round_reasons *reasons,
                                             const struct round *round,
                                             const struct round_award *award, maru_error *err);
void round_reasons_fini(struct round_reasons *reasons);
//   cost    O(sites x quarters x its lines)
void round_why(struct round_reasons *reasons, uint32_t application, struct round_why *out);

#endif
