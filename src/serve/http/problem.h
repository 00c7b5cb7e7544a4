// What went wrong, as RFC 9457 has it.
#ifndef SERVE_PROBLEM_H
#define SERVE_PROBLEM_H

#include "maru/status.h"
#include "serve/http/request.h"
#include "study/json_writer.h"

// Make the answer of a request a refusal, in the language of who asks. Its status is that of the request, else what follows
// from `st`.
void problem_write(struct request *request, maru_status st, const maru_error *err);

// One that is told to whoever looks, so in both languages: an object (member `key` of one, or NULL).
void problem_add_kept(struct json *json, const char *key, const char *title, int status,
                      const maru_error *err);

#endif
