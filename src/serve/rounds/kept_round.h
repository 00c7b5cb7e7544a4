// A round as the server keeps it: all its files and where it stands as one document of the tenant `local`, so that each step is one
// version, kept whole or not at all.
//
// What follows from a step outside of the document, guarantees and grants of credits, is written down in it first and carried out
// then (round_leasing.h), as often as it takes: a kill between the two changes nothing for good.
#ifndef SERVE_ROUNDS_KEPT_ROUND_H
#define SERVE_ROUNDS_KEPT_ROUND_H

#include "rounds/round_folder.h"
#include "store/tenant.h"
#include "study/rounds/round_asking.h"

struct json_t;

enum { ROUND_MAX_ID = 24, ROUND_MAX_TITLE = 127 };

struct kept_round {
    char id[ROUND_MAX_ID + 1];
    int64_t version;   // of the document; 0: it is new
    int64_t closes_ms; // no application after it; 0: until it is awarded
    int64_t leased_ms; // 0: not yet
    bool is_applied;   // guarantees and grants are what leases.csv says
    struct round_facts facts;
    struct json_t *
        credits; // entries of credits that follow from the leases: id, tenant, micro, from_us, until_us
    struct round_memory memory;
};

bool kept_round_is_id(const char *id); // small letters, digits and '-'
//   memory  kept_round_fini, also after an error
//   errors  MARU_E_USAGE: there is none; MARU_E_IO, MARU_E_MEMORY
MARU_MUST_USE maru_status kept_round_load(struct store *store, const char *id,
                                          struct kept_round *out, maru_error *err);
void kept_round_init(struct kept_round *round, const char *id); // a new one without files
void kept_round_fini(struct kept_round *round);
// Keep it as the next version behind the one that was loaded.
//   errors  MARU_E_RANGE: somebody else has changed it since; MARU_E_LIMIT, MARU_E_IO
MARU_MUST_USE maru_status kept_round_keep(struct store *store, struct kept_round *round,
                                          const char *by, maru_error *err);

enum round_state { ROUND_OPEN, ROUND_CLOSED, ROUND_AWARDED, ROUND_LEASED };
extern const char *const round_state_names[];
enum round_state kept_round_state(const struct kept_round *round, int64_t now_ms);
struct round_place kept_round_place(struct kept_round *round);

// The ids of all rounds, in their order; gives how many.
//   out     id (at most n)
MARU_MUST_USE maru_status kept_round_each(struct store *store, char (*id)[ROUND_MAX_ID + 1],
                                          uint32_t most, uint32_t *n, maru_error *err);

#endif
