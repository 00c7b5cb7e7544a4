// The twins that are open: each with its plant, its model and the player that plays it.
#ifndef SERVE_TWINS_H
#define SERVE_TWINS_H

#include <stdbool.h>

#include "live/player.h"
#include "maru/plant.h"
#include "maru/sim.h"
#include "store/tenant.h"

enum {
    TWINS_MAX_OPEN = 64,
    TWINS_MAX_OPEN_OF_TENANT = 16,
    TWINS_MAX_STATE_BYTES = 32 << 20, // of a saved state to begin with
    TWINS_IDLE_S = 600,
};

struct twins;
struct live_twin;
struct twin { // const for who holds it
    char tenant[STORE_TENANT_BYTES], id[STORE_ID_BYTES], plant_id[STORE_ID_BYTES];
    int64_t version;
    uint64_t seed;
    maru_plant *plant;
    maru_model *model;
    struct player *player;
    struct live_twin *live; // NULL: it plays by itself
};

MARU_MUST_USE maru_status twins_start(struct store *store, struct twins **out, maru_error *err);
// Keep where all twins are, and end them.
void twins_stop(struct twins *twins); // accepts NULL

// A twin of a tenant, opened if it is not; it stays open while it is held.
//   errors  MARU_E_USAGE: there is none; MARU_E_LIMIT: too many are open; MARU_E_INPUT: its plant no
//           longer opens
MARU_MUST_USE maru_status twins_hold(struct twins *twins, struct tenant *tenant, const char *id,
                                     struct twin **out, maru_error *err);
void twins_release(struct twins *twins, struct twin *twin); // accepts NULL

// What its player says, or, of one that follows a floor, what would be said of it.
void twin_look(const struct twin *twin, struct player_state *out);

// If it is open: what is to be told without opening it.
bool twins_look(struct twins *twins, const char *tenant, const char *id, struct player_state *out);

// Close those of a tenant: one (id), those of a plant, or all (both ""); they end when nobody holds them,
// and streams end at once. What they are is kept no more.
void twins_close(struct twins *twins, const char *tenant, const char *id, const char *plant);

// Keep where a twin is now.
MARU_MUST_USE maru_status twins_keep(struct twin *twin, struct tenant *tenant, const char *action,
                                     const char *by, maru_error *err);

size_t twins_count(struct twins *twins);

// How a twin begins: with a state that was saved (n 0: none), else with the plant's stock at time 0.
//   memory  the caller frees
//   errors  as maru_sim_load and maru_sim_new
MARU_MUST_USE maru_status twins_begin(const maru_model *model, uint64_t seed, const void *state,
                                      size_t n_state, maru_sim **out, maru_error *err);

// ---- streams (floor_stream.c)

struct request;
// Answer with the stream of a twin, which is given over with its hold.
MARU_MUST_USE maru_status floor_stream_follow(struct request *request, struct twin *twin,
                                              maru_error *err);
bool twins_is_ending(struct twins *twins, const struct twin *twin); // or the twin is closed
void twins_end_streams(struct twins *twins);

#endif
