// Leases of rounds are watched by themselves: what stayed idle is warned of and, after its warning, taken back.
//
// One look goes through all days since a round was leased, so it does not matter how often it is taken, nor when the server was away: what
// the record of the round has is not said again. A look that finds nothing writes nothing.
#ifndef SERVE_ROUNDS_ROUND_WATCHING_H
#define SERVE_ROUNDS_ROUND_WATCHING_H

#include "serve/compute/compute.h"
#include "serve/rounds/kept_round.h"

struct json;

struct round_look {
    const char *round, *by;
    bool reclaims; // what is due
    bool
        waits; // and whose warning has stood for the days of the rules: nobody but people may be quicker
    int64_t now_ms;
};
// Look at one round up to the day before now: warnings and reclaims are kept with it, then carried out, then told in the log.
//   in      compute: NULL: this server runs no jobs
//   out     *done, round_done_fini also after an error; faults of its tables
//   errors  MARU_E_USAGE: there is no such round; MARU_E_RANGE: it is not leased yet, or somebody else has changed it meanwhile; MARU_E_IO
//           also where it is not known what a tenant used: nothing is decided then; MARU_E_INPUT, MARU_E_LIMIT, MARU_E_MEMORY
MARU_MUST_USE maru_status round_look_once(struct store *store, struct compute *compute,
                                          const struct round_look *look, maru_faults *faults,
                                          struct round_done *done, maru_error *err);

struct watching;

enum { WATCHING_MINUTES = 60, WATCHING_MAX_MINUTES = 1440 };
// Look at all rounds soon, and then again and again, in a thread of its own.
//   in      minutes: between two looks; 0: never
MARU_MUST_USE maru_status watching_start(struct store *store, struct compute *compute,
                                         uint32_t minutes, struct watching **out, maru_error *err);
void watching_stop(struct watching *watching); // a look in hand is ended; accepts NULL

// How the leases of a round stood at the last look since the server began, as "watched" of an open JSON object.
//   in      institution: whose; NULL: of all
void watching_add(struct json *json, struct watching *watching, const char *round,
                  const char *institution);

#endif
