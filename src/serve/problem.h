// What went wrong, as RFC 9457 has it, in what is kept and told later.
#ifndef SERVE_PROBLEM_H
#define SERVE_PROBLEM_H

#include "maru/status.h"
#include "study/json_writer.h"

// One that is told to whoever looks, so in both languages: an object (member `key` of one, or NULL).
void problem_add_kept(struct json *json, const char *key, const char *title, int status,
                      const maru_error *err);

#endif
