#include "live/player.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/status.h"
#include "io/clock.h"

// The thread runs the twin in slices of a few milliseconds, and between two of them whoever waits for the
// lock gets it: a turn is a number, so that the thread cannot overtake those that wait. While it plays at
// a speed it sleeps until the next view is due; it makes views only while somebody watches, and one when
// asked.
//
//     now = time of the anchor + speed * (clock - clock of the anchor)
//
// The anchor is set anew when the speed changes or the twin is too slow to follow, so that it does not
// rush afterwards.

#define SLICE_S 0.008
#define TICK_S (1.0 / PLAYER_FRAMES_PER_S)
enum { NS_PER_S = 1000000000 };

struct player {
    pthread_mutex_t lock;
    pthread_cond_t has_turn, has_work;
    uint64_t next_turn, turn;
    pthread_t thread;
    bool has_thread, is_ending, has_news;
    // with a turn
    struct history *history;
    struct moment moment;
    struct player_state state;
    maru_time seek_us;
    double speed, anchor_s, slice_us; // simulated us that take about SLICE_S
    maru_time anchor_us;
    uint64_t n_jump;
    double rate_s, rate_us; // since when, from which time the rate is counted
    bool is_view_old;       // something changed that no view tells
    int32_t usual;
    // views and watchers
    pthread_mutex_t view_lock;
    struct view *view;
    struct player_watcher *watchers;
    atomic_size_t n_watcher;
};

// ---- turns

static void enter(struct player *player) {
    pthread_mutex_lock(&player->lock);
    const uint64_t mine = player->next_turn++;
    while (player->turn != mine) {
        pthread_cond_wait(&player->has_turn, &player->lock);
    }
    pthread_mutex_unlock(&player->lock);
}

static void leave(struct player *player) {
    pthread_mutex_lock(&player->lock);
    player->turn++;
    pthread_cond_broadcast(&player->has_turn);
    pthread_mutex_unlock(&player->lock);
}

// Something was asked: the thread looks at it at once.
static void leave_with_work(struct player *player) {
    player->is_view_old = true;
    pthread_mutex_lock(&player->lock);
    player->turn++;
    player->has_news = true;
    pthread_cond_broadcast(&player->has_turn);
    pthread_cond_signal(&player->has_work);
    pthread_mutex_unlock(&player->lock);
}

static void sleep_for(struct player *player, double seconds) {
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    const double ns = (double)until.tv_nsec + seconds * NS_PER_S;
    until.tv_sec += (time_t)(ns / NS_PER_S);
    until.tv_nsec = (long)fmod(ns, NS_PER_S);
    pthread_mutex_lock(&player->lock);
    if (!player->is_ending && !player->has_news) {
        pthread_cond_timedwait(&player->has_work, &player->lock, &until);
    }
    player->has_news = false;
    pthread_mutex_unlock(&player->lock);
}

static bool is_ending(struct player *player) {
    pthread_mutex_lock(&player->lock);
    const bool ending = player->is_ending;
    pthread_mutex_unlock(&player->lock);
    return ending;
}

// ---- views

void player_enter(struct player *player) { pthread_mutex_lock(&player->view_lock); }
void player_leave(struct player *player) { pthread_mutex_unlock(&player->view_lock); }

struct view *player_view_inside(struct player *player) {
    if (player->view) {
        view_hold(player->view);
    }
    return player->view;
}

struct view *player_view(struct player *player) {
    player_enter(player);
    struct view *view = player_view_inside(player);
    player_leave(player);
    return view;
}

void player_unwatch(struct player *player, struct player_watcher *watcher) {
    player_enter(player);
    struct player_watcher **link = &player->watchers;
    while (*link && *link != watcher) {
        link = &(*link)->next;
    }
    if (*link) {
        *link = watcher->next;
        atomic_fetch_sub(&player->n_watcher, 1);
    }
    player_leave(player);
}

void player_wake_all(struct player *player) {
    player_enter(player);
    for (struct player_watcher *w = player->watchers; w; w = w->next) {
        w->wake(w);
    }
    player_leave(player);
}

// Wake those for whom there is something new and whose time has come. True: others wait for theirs.
static bool wake_watchers(struct player *player) {
    bool is_later = false;
    const double now = clock_seconds();
    player_enter(player);
    for (struct player_watcher *w = player->watchers; w; w = w->next) {
        if (player->view && w->seen != player->view->version) {
            if (w->is_asleep && w->next_s <= now) {
                w->wake(w);
            } else { // its time has not come, or it is about to fall asleep
                is_later = true;
            }
        }
    }
    player_leave(player);
    return is_later;
}

static uint8_t flags_of(const struct player_state *state) {
    unsigned flags = state->is_playing ? VIEW_PLAYS : 0;
    flags |= state->mode == PLAYER_SEEKING ? VIEW_SEEKS : 0;
    flags |= state->mode == PLAYER_FAILED ? VIEW_FAILED : 0;
    return (uint8_t)flags;
}

// With a turn: put up a view of what is now. Without memory the old one stays up.
static void show(struct player *player) {
    struct view *view = NULL;
    if (view_new(player->moment.sim, player->usual, &view, NULL) != MARU_OK) {
        return;
    }
    view->flags = flags_of(&player->state);
    view->speed = (float)player->state.speed;
    view->n_jump = player->n_jump;
    view->end_us = player->state.end_us;
    player->is_view_old = false;
    player_enter(player);
    struct view *old = player->view;
    view->version = old ? old->version + 1 : 1;
    player->view = view;
    player_leave(player);
    view_release(old);
}

void player_watch(struct player *player, struct player_watcher *watcher) {
    player_enter(player);
    watcher->next = player->watchers;
    player->watchers = watcher;
    atomic_fetch_add(&player->n_watcher, 1);
    player_leave(player);
    enter(player);
    show(player); // the last view may be of long ago
    leave(player);
}

// ---- time

static void set_anchor(struct player *player) {
    player->anchor_s = clock_seconds();
    player->anchor_us = maru_sim_now(player->moment.sim);
    player->rate_s = player->anchor_s;
    player->rate_us = (double)player->anchor_us;
}

static void count_rate(struct player *player) {
    const double s = clock_seconds() - player->rate_s;
    if (s >= 1) {
        const double now_us = (double)maru_sim_now(player->moment.sim);
        player->state.rate = (now_us - player->rate_us) * 1e-6 / s;
        player->rate_s += s;
        player->rate_us = now_us;
    }
}

static void fail_player(struct player *player, const maru_error *err) {
    player->state.mode = PLAYER_FAILED;
    player->state.is_playing = false;
    player->state.err = *err;
}

// Run towards `target` for about a slice. True: it is reached.
static bool run_slice(struct player *player, maru_time target) {
    maru_error err = {0};
    const maru_time now = maru_sim_now(player->moment.sim);
    const double left = (double)(target - now);
    const maru_time until = left <= player->slice_us ? target : now + (maru_time)player->slice_us;
    const double start = clock_seconds();
    const maru_status st = history_go(player->history, &player->moment, until, &err);
    const double took = clock_seconds() - start;
    player->is_view_old = true;
    if (st != MARU_OK) {
        fail_player(player, &err);
        return true;
    }
    if (took > 2 * SLICE_S && player->slice_us > 1e6) {
        player->slice_us /= 2;
    } else if (took < SLICE_S / 2 && left > player->slice_us && player->slice_us < 1e15) {
        player->slice_us *= 2;
    }
    if (until > player->state.end_us) {
        player->state.end_us = until;
    }
    return until == target;
}

static void seek_on(struct player *player) {
    if (run_slice(player, player->seek_us) && player->state.mode == PLAYER_SEEKING) {
        player->state.mode = player->state.is_playing ? PLAYER_PLAYING : PLAYER_PAUSED;
        set_anchor(player);
    }
}

// True: it has caught up with its clock.
static bool play_on(struct player *player) {
    if (maru_sim_now(player->moment.sim) >= PLAYER_MAX_TIME) {
        player->state.mode = PLAYER_PAUSED;
        player->state.is_playing = false;
        player->is_view_old = true;
        return true;
    }
    if (player->speed <= 0) {
        run_slice(player, PLAYER_MAX_TIME);
        return false;
    }
    const double passed_us = (clock_seconds() - player->anchor_s) * player->speed * 1e6;
    const double most_us = (double)(PLAYER_MAX_TIME - player->anchor_us);
    const maru_time target =
        player->anchor_us + (maru_time)(passed_us < most_us ? passed_us : most_us);
    if (run_slice(player, target)) {
        return true;
    }
    const double behind_us = (double)(target - maru_sim_now(player->moment.sim));
    if (behind_us > player->speed * 1e6) { // more than a second
        const double rate_s = player->rate_s, rate_us = player->rate_us;
        set_anchor(player);
        player->rate_s = rate_s;
        player->rate_us = rate_us;
    }
    return false;
}

// One turn of the thread. Returns how long it may sleep.
static double take_turn(struct player *player, double *shown_s) {
    bool is_idle = true;
    if (player->state.mode == PLAYER_SEEKING) {
        seek_on(player);
        is_idle = false;
    } else if (player->state.mode == PLAYER_PLAYING) {
        is_idle = play_on(player);
        count_rate(player);
    }
    const double now = clock_seconds();
    const bool is_due = now - *shown_s >= TICK_S - 0.001;
    if (player->is_view_old && is_due && atomic_load(&player->n_watcher) > 0) {
        show(player);
        *shown_s = now;
    }
    if (!is_idle) {
        return 0;
    }
    const bool is_watched = atomic_load(&player->n_watcher) > 0;
    const bool is_still =
        player->state.mode != PLAYER_PLAYING && !(player->is_view_old && is_watched);
    return is_still ? 1 : TICK_S;
}

static void *play(void *context) {
    struct player *player = context;
    double shown_s = 0;
    (void)setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), PLAYER_NICE);
    while (!is_ending(player)) {
        enter(player);
        double pause = take_turn(player, &shown_s);
        leave(player);
        if (wake_watchers(player) && pause > TICK_S) {
            pause = TICK_S;
        }
        if (pause > 0) {
            sleep_for(player, pause);
        }
    }
    return NULL;
}

// ---- from outside

static void set_up(struct player *player) {
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&player->lock, NULL);
    pthread_mutex_init(&player->view_lock, NULL);
    pthread_cond_init(&player->has_turn, NULL);
    pthread_cond_init(&player->has_work, &monotonic);
    pthread_condattr_destroy(&monotonic);
    player->slice_us = (double)MARU_MINUTE;
}

maru_status player_start(const struct player_config *config, struct player **out, maru_error *err) {
    struct player *player = alloc_new(1, sizeof *player);
    if (!player) {
        return fail(err, MARU_E_MEMORY, "no memory for a twin");
    }
    set_up(player);
    const maru_time begin_us = maru_sim_now(config->first);
    maru_status st = history_new(config->first, PLAYER_HISTORY_BYTES, &player->history, err);
    st = st == MARU_OK ? history_find(player->history, begin_us, &player->moment, err) : st;
    st = st == MARU_OK ? acts_copy(config->acts, history_acts(player->history), err) : st;
    if (st != MARU_OK) {
        player_free(player);
        return st;
    }
    player->usual = view_usual_priority(maru_model_plant(config->model));
    player->speed = config->speed;
    player->state = (struct player_state){.mode = PLAYER_SEEKING,
                                          .is_playing = config->is_playing,
                                          .speed = config->speed,
                                          .begin_us = begin_us,
                                          .end_us = config->end_us};
    player->seek_us = config->time_us > begin_us ? config->time_us : begin_us;
    if (config->is_following) {
        player->state.mode = PLAYER_FOLLOWING;
        player->state.is_playing = true;
        player->state.end_us = begin_us;
    }
    if (pthread_create(&player->thread, NULL, play, player) != 0) {
        player_free(player);
        return fail(err, MARU_E_MEMORY, "no thread can be started");
    }
    player->has_thread = true;
    *out = player;
    return MARU_OK;
}

void player_free(struct player *player) {
    if (!player) {
        return;
    }
    if (player->has_thread) {
        pthread_mutex_lock(&player->lock);
        player->is_ending = true;
        pthread_cond_signal(&player->has_work);
        pthread_mutex_unlock(&player->lock);
        pthread_join(player->thread, NULL);
    }
    view_release(player->view);
    moment_fini(&player->moment);
    history_free(player->history);
    pthread_cond_destroy(&player->has_turn);
    pthread_cond_destroy(&player->has_work);
    pthread_mutex_destroy(&player->lock);
    pthread_mutex_destroy(&player->view_lock);
    alloc_free(player);
}

void player_look(struct player *player, struct player_state *out) {
    enter(player);
    *out = player->state;
    out->time_us =
        player->state.mode == PLAYER_SEEKING ? player->seek_us : maru_sim_now(player->moment.sim);
    out->end_us = out->time_us > out->end_us ? out->time_us : out->end_us;
    out->rate = player->state.mode == PLAYER_PLAYING ? player->state.rate : 0;
    out->n_lot = maru_sim_lot_count(player->moment.sim);
    out->n_act = history_acts(player->history)->n;
    leave(player);
}

void player_put(struct player *player, maru_sim *sim) {
    enter(player);
    moment_fini(&player->moment);
    player->moment = (struct moment){.sim = sim, .acted_us = INT64_MAX};
    player->state.end_us = maru_sim_now(sim);
    leave_with_work(player);
}

bool player_is_watched(struct player *player) { return atomic_load(&player->n_watcher) > 0; }

void player_play(struct player *player, double speed) {
    enter(player);
    player->speed = speed;
    player->state.speed = speed;
    player->state.is_playing = true;
    player->state.rate = speed;
    if (player->state.mode != PLAYER_SEEKING) {
        player->state.mode = PLAYER_PLAYING; // also after a failure: it says so again
    }
    set_anchor(player);
    leave_with_work(player);
}

void player_pause(struct player *player) {
    enter(player);
    player->state.is_playing = false;
    if (player->state.mode == PLAYER_PLAYING) {
        player->state.mode = PLAYER_PAUSED;
    }
    leave_with_work(player);
}

void player_seek(struct player *player, maru_time time_us) {
    enter(player);
    time_us = time_us > player->state.begin_us ? time_us : player->state.begin_us;
    struct moment moment = {0};
    const maru_time now = maru_sim_now(player->moment.sim);
    maru_status st = history_find(player->history, time_us, &moment, &player->state.err);
    if (st != MARU_OK) {
        fail_player(player, &player->state.err);
    } else {
        if (time_us < now || moment.acted_us > player->moment.acted_us) {
            moment_fini(&player->moment);
            player->moment = moment;
        } else { // what is there is nearer
            moment_fini(&moment);
        }
        player->seek_us = time_us;
        player->state.mode = PLAYER_SEEKING;
        player->n_jump++;
    }
    leave_with_work(player);
}

// Something is done to a tool at the present; `leave` is the caller's.
static maru_status act(struct player *player, uint32_t tool, bool stops, maru_time for_us,
                       maru_time *at_us, maru_error *err) {
    struct acts *acts = history_acts(player->history);
    if (player->state.mode == PLAYER_SEEKING || player->state.mode == PLAYER_FAILED) {
        return fail(err, MARU_E_RANGE,
                    player->state.mode == PLAYER_FAILED
                        ? "this twin has failed: seek an earlier time first"
                        : "this twin is on its way to another time: try again when it is there");
    }
    const maru_time now = maru_sim_now(player->moment.sim);
    maru_status st =
        moment_go(&player->moment, acts, now, err); // what was planned for now comes first
    if (st == MARU_OK) {
        st = stops ? acts_stop(acts, tool, now, for_us, err) : acts_mend(acts, tool, now, err);
    }
    if (st != MARU_OK) {
        return st;
    }
    history_forget(player->history, now);
    if (stops) {
        maru_sim_stop_tool(player->moment.sim, tool);
    } else {
        maru_sim_mend_tool(player->moment.sim, tool);
    }
    *at_us = now;
    return st;
}

maru_status player_stop_tool(struct player *player, uint32_t tool, maru_time for_us,
                             maru_time *at_us, maru_error *err) {
    enter(player);
    const maru_status st = act(player, tool, true, for_us, at_us, err);
    leave_with_work(player);
    return st;
}

maru_status player_mend_tool(struct player *player, uint32_t tool, maru_time *at_us,
                             maru_error *err) {
    enter(player);
    const maru_status st = act(player, tool, false, 0, at_us, err);
    leave_with_work(player);
    return st;
}

maru_status player_moment(struct player *player, maru_time time_us, struct moment *moment,
                          struct acts *acts, maru_error *err) {
    *moment = (struct moment){0};
    *acts = (struct acts){0};
    enter(player);
    maru_time at = time_us;
    maru_status st = MARU_OK;
    if (time_us < 0) {
        at = maru_sim_now(player->moment.sim);
        moment->acted_us = player->moment.acted_us;
        st = maru_sim_copy(player->moment.sim, &moment->sim, err);
    } else if (time_us < player->state.begin_us) {
        st = fail(err, MARU_E_RANGE, "this twin has no past before %.0f s, where it begins",
                  (double)player->state.begin_us * 1e-6);
    } else if (time_us > player->state.end_us) {
        st = fail(err, MARU_E_RANGE, "the twin has not been there yet: its end is at %.0f s",
                  (double)player->state.end_us * 1e-6);
    } else {
        st = history_find(player->history, at, moment, err);
    }
    st = st == MARU_OK ? acts_copy(history_acts(player->history), acts, err) : st;
    leave(player);
    if (st == MARU_OK) { // without the lock: it may take a while
        st = moment_go(moment, acts, at, err);
    }
    return st;
}
