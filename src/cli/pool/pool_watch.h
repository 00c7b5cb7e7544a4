// What the sub-verbs of maru pool that take long share: a progress line and Ctrl-C, sentences, files that are written.
#ifndef CLI_POOL_WATCH_H
#define CLI_POOL_WATCH_H

#include "cli/verb.h"
#include "io/progress.h"

struct pool_watch {
    const struct call *call;
    struct progress progress;
    double begin_s;
};
void pool_watch_open(struct pool_watch *watch, const struct call *call);
// For those who call back: context is the watch; false: somebody wants to stop.
bool pool_watch_go_on(void *context, double share);
void pool_watch_close(struct pool_watch *watch);

// A sentence as a line; context is the saying. Names of files cannot move the cursor.
struct pool_saying {
    struct text *out;
    const struct call *call;
};
void pool_say(void *context, enum word id, const char *const *arguments);

// Write a text that was made without a fault; path NULL: nothing is written.
MARU_MUST_USE maru_status pool_write(const char *path, const struct text *text, maru_error *err);

#endif
