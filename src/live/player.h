// A twin that plays, in a thread of its own: its clock, what is done to it, and who looks on.
//
//   threads  every function may be called on any thread
#ifndef LIVE_PLAYER_H
#define LIVE_PLAYER_H

#include <stdbool.h>
#include <stddef.h>

#include "live/history.h"
#include "live/view.h"

enum {
    PLAYER_FRAMES_PER_S = 20,            // views a second at most
    PLAYER_HISTORY_BYTES = 64 << 20,     // of kept states
    PLAYER_MAX_BYTES_PER_S = 100 * 1000, // of one stream
    PLAYER_NICE = 5,
};
#define PLAYER_MAX_SPEED 1e7
#define PLAYER_MAX_TIME (10000000000 * MARU_SECOND) // 317 years: it stops there

struct player;

enum player_mode {
    PLAYER_PAUSED,
    PLAYER_PLAYING,
    PLAYER_SEEKING,
    PLAYER_FAILED,
    PLAYER_FOLLOWING, // it does not run its twin: somebody else puts the present there
};

struct player_config {
    const maru_model *model;   // must outlive the player
    const maru_sim *first;     // of this model: how it begins; copied
    const struct acts *acts;   // copied
    maru_time time_us, end_us; // where it is: it runs there first
    double speed;              // simulated seconds a second, 0: as fast as it can
    bool is_playing;
    bool is_following; // PLAYER_FOLLOWING, and stays so
};

MARU_MUST_USE maru_status player_start(const struct player_config *config, struct player **out,
                                       maru_error *err);
void player_free(
    struct player *player); // stops it; nobody may watch or look any more; accepts NULL

struct player_state {
    enum player_mode mode;
    bool is_playing;           // also while it is on its way to a time
    double speed, rate;        // as asked; simulated seconds a second of late
    maru_time begin_us;        // there is no past before it
    maru_time time_us, end_us; // while it seeks: where it goes to
    uint32_t n_lot;
    size_t n_act;
    maru_error err; // of PLAYER_FAILED
};
void player_look(struct player *player, struct player_state *out);

void player_play(struct player *player, double speed);
void player_pause(struct player *player);
void player_seek(struct player *player, maru_time time_us); // not before the beginning

// A tool goes down (for_us 0: until it is mended) or is mended, now.
//   out     *at_us: the twin's time when it was done
//   errors  MARU_E_LIMIT, MARU_E_MEMORY; MARU_E_RANGE: it is on its way to a time, or has failed
MARU_MUST_USE maru_status player_stop_tool(struct player *player, uint32_t tool, maru_time for_us,
                                           maru_time *at_us, maru_error *err);
MARU_MUST_USE maru_status player_mend_tool(struct player *player, uint32_t tool, maru_time *at_us,
                                           maru_error *err);

// A twin of one's own as it was at a time up to its end, or (time_us < 0) as it is now, and all that was
// done to it, or will be. Takes as long as running from the nearest state that is kept.
//   memory  moment_fini and acts_fini free
//   errors  MARU_E_RANGE: before the beginning, beyond the end; as maru_sim_run
MARU_MUST_USE maru_status player_moment(struct player *player, maru_time time_us,
                                        struct moment *moment, struct acts *acts, maru_error *err);

// Of a player that follows: here is the present now. Views show it.
//   memory  the state is taken over
void player_put(struct player *player, maru_sim *sim);
bool player_is_watched(struct player *player);

// The newest view, held; NULL: there is none yet.
struct view *player_view(struct player *player);

// ---- being told of new views

// `wake` is called on the player's thread with its lock for watchers held, while there is a view newer
// than `seen`, not before `next_s` (clock_seconds); it must not wait and must not call the player, and
// has the watcher sleep or not as it likes.
struct player_watcher {
    uint64_t seen; // version of the view that was told last
    double next_s;
    bool is_asleep;
    void (*wake)(struct player_watcher *watcher);
    struct player_watcher *next;
};
void player_watch(struct player *player, struct player_watcher *watcher);
void player_unwatch(struct player *player, struct player_watcher *watcher);
// Between these a watcher decides to sleep: is_asleep is looked at and changed only there and in wake.
void player_enter(struct player *player);
void player_leave(struct player *player);
// Inside: the newest view, held by the caller.
struct view *player_view_inside(struct player *player);
// Wake everybody, whatever they have seen: the end is near.
void player_wake_all(struct player *player);

#endif
