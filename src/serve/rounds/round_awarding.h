// Awards of rounds are solved in the background, one at a time: a large one takes a minute.
#ifndef SERVE_ROUNDS_ROUND_AWARDING_H
#define SERVE_ROUNDS_ROUND_AWARDING_H

#include "serve/rounds/kept_round.h"

struct awarding;

MARU_MUST_USE maru_status awarding_start(struct store *store, struct awarding **out,
                                         maru_error *err);
void awarding_stop(struct awarding *awarding); // what is going on is given up; accepts NULL

struct awarding_asked {
    const char *round, *by;
    const char *rules; // NULL: those of the round
    bool keeps;        // the award, and the rules where others are given; else it is only compared
};
//   out     id of the work
//   errors  MARU_E_RANGE: another award is being solved; MARU_E_MEMORY
MARU_MUST_USE maru_status awarding_begin(struct awarding *awarding,
                                         const struct awarding_asked *asked,
                                         char id[STORE_ID_BYTES], maru_error *err);

struct awarding_look {
    char id[STORE_ID_BYTES];
    bool is_running;
    double done;        // 0 to 1, never less than before
    maru_error problem; // code MARU_OK: none
    struct text result; // a JSON object, "" while it runs or where it has failed; text_fini
};
// Give up what is being solved for a round; it has failed within a moment then, with MARU_E_STOPPED. False: nothing is.
bool awarding_cancel(struct awarding *awarding, const char *round);
// The last work of a round; false: there is none since the server began.
bool awarding_look(struct awarding *awarding, const char *round, struct awarding_look *out);

// What an award is, as members of an open JSON object.
struct json;
void awarding_add(struct json *json, struct round_answer *answer);

#endif
