// The models of one tenant on the windows of its floor: each window is answered, kept as an event and as signals; truths come later as events;
// a model that should not be used any more is switched off. One caller at a time.
//
//     window_watch (see) -> living_answer -> event `prediction`, signals     events `measurement` -> living_learn, rivals
//                        -> living_count  -> switched off: event `model`, audit log   the event that ends a life -> living_end
#ifndef SERVE_MODEL_WATCH_H
#define SERVE_MODEL_WATCH_H

#include "learn/living/living_model.h"
#include "learn/living/rivals.h"
#include "serve/floor/news.h"
#include "serve/floor/windows/window_watch.h"
#include "serve/models/model_feed.h"
#include "store/tenant.h"

#define EVENT_PREDICTION "prediction"
#define EVENT_MODEL "model"

enum {
    LIVEMODELS_MAX = 200,            // models that are fed
    LIVEMODELS_KEYS = 4096,          // windows that a model remembers to have counted
    LIVEMODELS_MAX_PLACES = 5000,    // tools of a model with signals of their own
    LIVEMODELS_MAX_OUT = 1 << 13,    // samples that wait to be written
    LIVEMODELS_CONTEXT = 5,          // columns in front of a window's values
    LIVEMODELS_MAX_UNITS_TOLD = 200, // units whose lives are told
};

struct window_keys { // of windows, a ring
    uint64_t key[LIVEMODELS_KEYS];
    uint32_t n, next;
};

enum { SIDE_CHAMPION, SIDE_CHALLENGER, N_SIDE };

struct model_side {
    int64_t version;       // 0: none
    struct living *living; // NULL: it cannot answer, or there is none
};

enum {
    MODEL_PART_VALUE,
    MODEL_PART_LOW,
    MODEL_PART_HIGH,
    MODEL_PART_SCORE,
    MODEL_PART_LIMIT,
    N_MODEL_PART
};

struct model_place { // signals of a tool, 0: not declared yet
    int64_t signal[N_MODEL_PART];
};

struct model_live {
    char id[STORE_ID_BYTES], name[STORE_NAME_BYTES];
    struct model_feed feed;
    uint32_t row;     // of the table of windows, WINDOW_NONE: it answers none of them
    uint32_t n_value; // of such a window
    struct model_side side[N_SIDE];
    struct rivals rivals;
    bool is_on;
    int64_t since_ms; // from when on it is used, or not
    uint64_t n_predicted, n_truth;
    maru_time last_us;
    struct window_keys *made, *learned;
    struct names by_tool;
    struct model_place *place; // (by_tool.n)
    int64_t drift, used;       // signals, 0: not declared yet
    char problem[200];         // "": none
};

struct model_watch {
    struct tenant *tenant; // NULL: nothing is kept of what is switched off
    struct signals *signals;
    struct news *news;
    struct model_live *model; // (n)
    uint32_t n;
    struct recipe_cell *cell; // of a window
    int64_t heard_event;      // number of the last event that was heard
    struct batch_sample *out; // (n_out)
    size_t n_out;
    bool is_changed; // since it was kept
};

// The models of a tenant that have a champion and are fed by a row of windows. Those that `old` has of the same version go on as they are,
// and old, which may be NULL, is freed; the others have seen nothing. One that cannot be read has a problem, and the others go on.
//   in      table: only for now; NULL: there is none
//   errors  MARU_E_MEMORY; of the store; old is as it was
//   memory  model_watch_free
struct model_watch_asked {
    struct tenant *tenant;
    struct signals *signals;
    struct news *news;
    const struct window_table *table;
};
MARU_MUST_USE maru_status model_watch_new(const struct model_watch_asked *asked,
                                          struct model_watch *old, struct model_watch **out,
                                          maru_error *err);
void model_watch_free(struct model_watch *watch); // accepts NULL

// The table of windows is another one than it was: until there is a new watch, nothing is answered.
void model_watch_pause(struct model_watch *watch);

// A window was made, perhaps again: for window_watch.see.
maru_status model_watch_see(void *watch, const struct window_place *place,
                            const struct window_span *span, const double *value, maru_error *err);

// Hear of truths that have come since.
//   errors  of the store; what was heard stays
MARU_MUST_USE maru_status model_watch_hear(struct model_watch *watch, maru_error *err);

// Write samples that wait.
MARU_MUST_USE maru_status model_watch_flush(struct model_watch *watch, maru_error *err);

// How a model does: an object, or null where it does not live here.
struct json;
void model_watch_tell(const struct model_watch *watch, const char *model, const char *key,
                      struct json *json);

// For the files of this watch.
bool window_keys_has(const struct window_keys *keys, uint64_t key);
void window_keys_add(struct window_keys *keys, uint64_t key);
uint64_t window_key_of(const struct truth_key *window);

#endif
