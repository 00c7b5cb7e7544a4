// Requests to tools, from any thread to the thread of their connection, and the answers back.
#ifndef CONNECT_HSMS_REQUESTS_H
#define CONNECT_HSMS_REQUESTS_H

#include <pthread.h>

#include "connect/hsms_tools.h"
#include "wire/secs/gem.h"

enum { HSMS_MAX_REQUESTS = 256 }; // that wait for their answers

struct hsms_request {
    const char *tool;         // its name in the table, or the address of one that is not in it
    uint8_t stream, function; // function: odd
    const struct text *body;  // of one item (wire/secs/gem_ask.h), NULL: none
    int64_t wait_ms;          // for the answer; T3 counts too
};

struct hsms_answer {
    enum gem_outcome outcome;
    uint8_t stream, function;
    int32_t code;                     // of the answer, as E5 has it; -1: it has none
    char text[MARU_ERROR_TEXT_BYTES]; // what the code or the outcome says, "" where all is well
    struct text item;                 // bytes of the answer's item; empty: none
};
void hsms_answer_init(struct hsms_answer *answer);
void hsms_answer_fini(struct hsms_answer *answer); // accepts an all-zero one

struct requests;

//   memory  *out is the caller's, requests_free; nobody may wait then
//   errors  MARU_E_MEMORY
MARU_MUST_USE maru_status requests_new(struct requests **out, maru_error *err);
void requests_free(struct requests *requests); // accepts NULL

// ---- for who asks

// Put a request in and wait for its answer.
//   out     *answer, hsms_answer_init before; its outcome tells what became of it
//   errors  MARU_E_LIMIT: too many wait; MARU_E_IO: no answer in this time: whether it was done is not known; MARU_E_MEMORY
MARU_MUST_USE maru_status requests_ask(struct requests *requests,
                                       const struct hsms_request *request, int wake_file,
                                       struct hsms_answer *answer, maru_error *err);

// ---- for the connection's thread

struct request_taken {
    uint64_t token;
    char tool[HSMS_MAX_NAME_BYTES];
    uint8_t stream, function;
    struct text body; // taken: text_fini
};

// The next request that nobody has taken; false: there is none.
bool requests_take(struct requests *requests, struct request_taken *out);

// Its answer. A token that nobody waits for any more is forgotten.
void requests_answer(struct requests *requests, uint64_t token, const struct gem_output *reply);
void requests_refuse(struct requests *requests, uint64_t token, enum gem_outcome outcome,
                     const char *why);

// No more are taken: all that wait are refused, and those that come.
void requests_end(struct requests *requests);

#endif
