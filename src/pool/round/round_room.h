// What the rules still leave: one row a limit, and giving and taking back inside them.
//
// Every rule but the floors says "no more than": GPUs that are there (site, type, quarter), watts at the meter and watts of
// heat (site, quarter), GPU quarters of a class, a region, an institution. So nothing is always allowed, less is allowed
// where more is, and an award is built by giving as long as no row is passed.
#ifndef POOL_ROUND_ROOM_H
#define POOL_ROUND_ROOM_H

#include "pool/round/round.h"

enum round_row_kind {
    ROW_STOCK,
    ROW_POWER, // thousandths of a watt
    ROW_COOLING,
    ROW_CLASS, // GPU quarters
    ROW_REGION,
    ROW_INSTITUTION,
    ROW_KINDS
};

struct round_row {
    enum round_row_kind kind;
    uint32_t site, type, quarter; // ROW_STOCK; ROW_POWER and ROW_COOLING without type
    uint32_t group;               // of ROW_CLASS, ROW_REGION, ROW_INSTITUTION
};

// What one GPU of a line takes of a row.
struct round_use {
    uint32_t row;
    int64_t each;
};
enum { ROUND_USES = 3 * ROUND_MAX_QUARTERS + 3 };

uint32_t round_n_row(const struct round *round);
struct round_row round_row_at(const struct round *round, uint32_t row);
uint32_t round_uses(const struct round *round, const struct round_line *line, uint32_t site,
                    struct round_use use[ROUND_USES]);
// The limit of each row; ROUND_NO_CAP: none.
//   out     limit (round_n_row)
void round_limits(const struct round *round, int64_t *limit);

// ---- awards

struct round_award {
    uint32_t *site; // (n_application); ROUND_NONE: nothing
    uint32_t *gpus; // (n_line)
    int64_t worth;  // points (thousandths) times GPU quarters
    int64_t bound;  // no award that keeps the rules is worth more
    int64_t short_class[ROUND_MAX_GROUPS],
        short_region[ROUND_MAX_GROUPS]; // GPU quarters that a floor lacks
    bool is_exact;                      // proven: worth is bound
    bool is_lot_settled;                // among all that are worth the same, the lot has decided
    uint32_t n_node;                    // of the search
};

//   memory  round_award_fini; an all-zero award is fine there
MARU_MUST_USE maru_status round_award_init(const struct round *round, struct round_award *award,
                                           maru_error *err);
void round_award_fini(struct round_award *award);
void round_award_copy(const struct round *round, const struct round_award *from,
                      struct round_award *to); // both of this round

// GPU quarters that an application has got, and what they are worth.
int64_t round_got(const struct round *round, const struct round_award *award, uint32_t application);
int64_t round_got_worth(const struct round *round, const struct round_award *award,
                        uint32_t application);

// GPU quarters that floors ask for: their share of what is offered, at most what their own ask for.
struct round_floors {
    int64_t class_[ROUND_MAX_GROUPS], region[ROUND_MAX_GROUPS];
    bool has_any;
};
void round_floors(const struct round *round, struct round_floors *out);
// How much of them an award lacks: its short_class and short_region; gives the sum.
int64_t round_count_short(const struct round *round, const struct round_floors *floors,
                          struct round_award *award);

// ---- room

struct round_room {
    const struct round *round;
    int64_t *left; // (round_n_row)
};

//   in      limit: NULL, or other limits than those of the round (round_n_row)
//   memory  round_room_fini
MARU_MUST_USE maru_status round_room_init(struct round_room *room, const struct round *round,
                                          const int64_t *limit, maru_error *err);
void round_room_fini(struct round_room *room);

// The most GPUs that a line could get on top, at a site.
int64_t round_room_most(const struct round_room *room, const struct round_line *line,
                        uint32_t site);
void round_room_take(struct round_room *room, const struct round_line *line, uint32_t site,
                     int64_t gpus); // below 0: gives back

// Give an application its least amounts at a site, and then up to what it asks for; false: they do not fit, and nothing has
// changed. It has nothing before.
bool round_room_give(struct round_room *room, struct round_award *award, uint32_t application,
                     uint32_t site);
// More of what it has a part of.
void round_room_fill(struct round_room *room, struct round_award *award, uint32_t application);
void round_room_take_back(struct round_room *room, struct round_award *award, uint32_t application);
// Give it where it is worth most.
bool round_room_give_best(struct round_room *room, struct round_award *award, uint32_t application);

#endif
