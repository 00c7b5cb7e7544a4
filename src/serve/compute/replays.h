// Replays as background work: one thread plays them one after the other, and keeps what came of the last ones until the server ends.
#ifndef SERVE_COMPUTE_REPLAYS_H
#define SERVE_COMPUTE_REPLAYS_H

#include "base/text.h"
#include "store/store.h"
#include "study/replay/replay_study.h"
#include "study/words/words.h"

enum {
    REPLAYS_MAX_OPEN = 8,        // that wait or are played
    REPLAYS_MAX_KEPT = 50,       // that have ended
    REPLAYS_NICE = 10,           // of the thread
    REPLAYS_MAX_TEXT = 64 << 20, // bytes of a result
};

struct replays;
MARU_MUST_USE maru_status replays_start(struct replays **out, maru_error *err);
void replays_stop(struct replays *replays); // what is played stops; accepts NULL

// Play this one.
//   in      study: open, of alloc_new, with its policies; taken over, also where it is refused
//   out     id
//   errors  MARU_E_LIMIT: too many are open; MARU_E_MEMORY
MARU_MUST_USE maru_status replays_add(struct replays *replays, struct replay_study *study,
                                      char id[STORE_ID_BYTES], maru_error *err);

enum replay_state { REPLAY_WAITS, REPLAY_RUNS, REPLAY_DONE, REPLAY_FAILED };
struct replay_look {
    enum replay_state state;
    double progress;
    maru_error problem; // of REPLAY_FAILED
};
// What there is to say of one, and of one that is done its result: as JSON (an object), or as the page.
//   in      out: NULL: no result is wanted
//   errors  MARU_E_USAGE: there is none, or it is not kept any more
enum replay_result { REPLAY_JSON, REPLAY_PAGE };
MARU_MUST_USE maru_status replays_look(struct replays *replays, const char *id,
                                       struct replay_look *look, enum replay_result which,
                                       enum lang lang, struct text *out, maru_error *err);

#endif
