// Requests that are asked twice (Idempotency-Key): what the first one made, and what it was answered.
//
// The row of a key is written in the transaction that makes something, so that a kill leaves both or
// neither, and of two requests that come at the same time only one can make it.
#ifndef STORE_REPLAY_H
#define STORE_REPLAY_H

#include "store/tenant.h"

enum {
    REPLAY_MAX_KEY_BYTES = 128,
    REPLAY_MAX_KEYS = 10000,           // of one tenant: the oldest go
    REPLAY_MAX_ANSWER_BYTES = 1 << 20, // a longer one is not kept, but made anew
    REPLAY_HASH_BYTES = 32,
    REPLAY_KEEP_H = 24,
};

struct replay_claim { // a request that wants to be the only one of its key
    char key[REPLAY_MAX_KEY_BYTES + 1];
    unsigned char request[REPLAY_HASH_BYTES]; // hash of all that it asks
    int64_t epoch;                            // of this process
    char nonce[STORE_ID_BYTES];
    bool is_made; // its row has been written
};

struct replay { // the row of a key
    bool is_there, is_same, is_answered, is_of_epoch;
    int status;
    char subject[STORE_NAME_BYTES], detail[STORE_NAME_BYTES]; // of the audit log's entry
};

// *answer, an initialised text, gets the body where there is one.
MARU_MUST_USE maru_status replay_find(struct tenant *tenant, const struct replay_claim *claim,
                                      struct replay *out, struct text *answer, maru_error *err);

// The transactions of this thread that have an entry in the audit log carry the claim: its row is written
// with the first of them, which fails where the key is taken. NULL: no longer.
void replay_carry(struct replay_claim *claim);
// What the audit log calls inside each such transaction.
MARU_MUST_USE maru_status replay_note(struct database *database, const char *subject,
                                      const char *detail, maru_error *err);

// Write the row now, where what is to be made stands in another file.
//   errors  MARU_E_INPUT: the key is taken
MARU_MUST_USE maru_status replay_reserve(struct tenant *tenant, struct replay_claim *claim,
                                         maru_error *err);
// Keep the answer; NULL keeps the status alone.
MARU_MUST_USE maru_status replay_keep(struct tenant *tenant, const struct replay_claim *claim,
                                      int status, const struct text *answer, maru_error *err);
// It came to nothing: the key may be used again.
MARU_MUST_USE maru_status replay_drop(struct tenant *tenant, const struct replay_claim *claim,
                                      maru_error *err);

#endif
