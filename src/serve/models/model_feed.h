// What a living model is fed with: the windows of a row of the table of windows, where their truth comes from, and which event ends the life
// of a unit, as JSON that people send and the store keeps:
// {"window":"step","truth":{"event":"thickness","value":"nm","within_h":168}}, {"window":"pump","end":{"event":"pump_replaced"}}.
#ifndef SERVE_MODEL_FEED_H
#define SERVE_MODEL_FEED_H

#include "serve/models/window_truth.h"

enum { FEED_MAX_TEXT_BYTES = 512 }; // of each text, with its end

struct json_t;

struct model_feed {
    char window[FEED_MAX_TEXT_BYTES];
    bool has_truth;
    char event[FEED_MAX_TEXT_BYTES], value[FEED_MAX_TEXT_BYTES];
    maru_time within_us;
    bool has_end;
    char end[FEED_MAX_TEXT_BYTES]; // the name of the event
};

// From a member `truth` of a request; `truth` NULL: there is none.
//   out     has_truth and what belongs to it
//   errors  MARU_E_INPUT with its pointer
MARU_MUST_USE maru_status model_feed_take_truth(struct json_t *truth, struct model_feed *out,
                                                maru_error *err);
// From an object {"window","truth"?,"end"?}, read strictly.
//   errors  MARU_E_INPUT with its pointer below /feed
MARU_MUST_USE maru_status model_feed_take(struct json_t *feed, struct model_feed *out,
                                          maru_error *err);
// The same from its bytes.
MARU_MUST_USE maru_status model_feed_read(const char *bytes, size_t n, struct model_feed *out,
                                          maru_error *err);
// As bytes that read back the same; errors stick in `out`.
void model_feed_write(const struct model_feed *feed, struct text *out);

// Does an event end a life? What maru says itself does not.
bool model_feed_ends(const struct model_feed *feed, const struct event *event);

// What its truth is asked by; lives as long as the feed.
struct truth_wanted model_feed_truth(const struct model_feed *feed);

#endif
