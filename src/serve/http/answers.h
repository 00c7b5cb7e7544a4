// Answers that never change, kept ready to be sent: results and reports of runs that have ended.
#ifndef SERVE_ANSWERS_H
#define SERVE_ANSWERS_H

#include <microhttpd.h>
#include <stddef.h>

#include "maru/status.h"

enum {
    ANSWERS_MAX_KEPT = 512,
    ANSWERS_MAX_BYTES = 64 << 20, // of all; one of more than a quarter is not kept
    ANSWERS_KEY_BYTES = 128,
    ANSWERS_ETAG_BYTES = 40,
};

struct answers;

struct kept_answer { // const for who holds it
    struct MHD_Response *response;
    size_t n_bytes;
    char etag[ANSWERS_ETAG_BYTES];
};

MARU_MUST_USE maru_status answers_new(struct answers **out, maru_error *err);
void answers_free(struct answers *answers); // nobody may hold one; accepts NULL

// The answer with this key, which says all that it depends on, tenant included; it stays until it is
// released. NULL: there is none.
struct kept_answer *answers_hold(struct answers *answers, const char *key);
void answers_release(struct answers *answers, struct kept_answer *kept); // accepts NULL

// Keep an answer, whose response is taken over, and hold it. NULL: there is no memory, and the response is
// still the caller's.
struct kept_answer *answers_keep(struct answers *answers, const char *key,
                                 const struct kept_answer *answer);

#endif
