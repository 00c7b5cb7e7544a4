// A maru server that is asked over HTTP, by the verbs of those who use it from elsewhere.
//
// The address is --url, else MARU_URL, else http://127.0.0.1:7070; the token --token, else MARU_TOKEN, else none. What fails because
// nobody answers is asked again for a while, where asking twice does no harm.
#ifndef CLI_JOB_REMOTE_H
#define CLI_JOB_REMOTE_H

#include "base/text.h"
#include "cli/verb.h"
#include "maru/status.h"

enum { REMOTE_MAX_ANSWER_BYTES = 256 << 20, REMOTE_MAX_FILES = 1000, REMOTE_KEY_BYTES = 40 };

struct remote;

struct remote_values { // first in the values of each of these verbs
    struct common common;
    const char *url, *token;
};
#define REMOTE_OPTIONS                                                                             \
    {"url", 0, OPTION_TEXT, offsetof(struct remote_values, url), "URL", NULL, W_HELP_URL, 0, 0}, { \
        "token", 0, OPTION_TEXT, offsetof(struct remote_values, token), "TOKEN", NULL,             \
            W_HELP_REMOTE_TOKEN, 0, 0                                                              \
    }

struct remote_file { // that goes with a POST
    const char *name;
    const char *bytes;
    size_t n;
};
struct remote_ask {
    const char *method;             // "GET", "POST", "DELETE"
    const char *path;               // with its query; parts are encoded (remote_add_part)
    const char *json;               // of a POST; "": nothing
    const struct remote_file *file; // then the body is a form, and json its part "job"
    size_t n_file;
    const char *key; // Idempotency-Key; "": none, and then a POST is not asked again
};

//   memory  remote_close
//   errors  MARU_E_USAGE: no such URL is possible; MARU_E_MEMORY
MARU_MUST_USE maru_status remote_open(const struct call *call, struct remote **out,
                                      maru_error *err);
void remote_close(struct remote *remote);

// Ask, and clear `answer` for what comes.
//   errors  MARU_E_IO: nobody answers; MARU_E_USAGE, INPUT, RANGE, LIMIT: what the server says, with its sentence
MARU_MUST_USE maru_status remote_do(struct remote *remote, const struct remote_ask *ask,
                                    struct text *answer, maru_error *err);
MARU_MUST_USE maru_status remote_get(struct remote *remote, const char *path, struct text *answer,
                                     maru_error *err);
// Bytes of what the last answer was a piece of (Maru-Whole-Bytes), -1: it did not say.
int64_t remote_whole_bytes(const struct remote *remote);

struct remote_verb { // the first word of a verb such as `maru job`
    const char *name;
    size_t min_words, max_words; // behind it
    int (*run)(struct call *call, struct remote *remote);
};
// Find it among n, look at how many words it has, and run it with a server.
int remote_run_verb(struct call *call, const struct remote_verb *verb, size_t n);

// Append one part of a path, encoded.
void remote_add_part(struct text *out, const char *part);
void remote_make_key(char key[REMOTE_KEY_BYTES]);

#endif
