#include "cli/fake/play.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/status.h"
#include "cli/fake/event_text.h"
#include "cli/fake/truth.h"
#include "io/clock.h"
#include "io/progress.h"
#include "io/stop.h"
#include "plant/plant.h"
#include "study/words/numerals.h"

// One thread: every tick the life goes on to where the clock says, and what has changed is handed over; once a
// period all sensors are read. Values of one tick go out together; texts lie in one buffer until then.
//
// A value of the plant's time t carries the wall's time at which t was due, so that a tick that comes late
// shows nothing of it.
//
// A past is told first where it is asked for, by the same clock: as if the fake had begun so long ago.
//
// A load test sends rounds: in round k each of its tags gets the value k, and every round has a millisecond of
// its own, so that whoever has counted to k in each tag has lost nothing.

enum {
    TICK_US = 100000,
    FLOOD_TICK_US = 10000,
    FLOOD_ROUNDS_PER_S = 100,
    STATUS_US = 500000,
    COUNT_EARLIER_US = 1000,
    TEXT_BYTES = 1 << 30,
};
#define MAX_PIECE (6 * MARU_HOUR) // of the plant, before others have their turn

struct batch {
    struct fake_value *value; // (n), texts as offsets until it is handed over
    size_t n, room;
    struct text text;
};

struct playing {
    const struct call *call;
    const struct play_options *options;
    struct play_counts *counts;
    struct batch news, quiet; // quiet: measured, but no news
    struct fake_told *told;   // (plan.n_tag)
    int64_t begin_us, now_us; // of the wall
    int64_t last_event_us;    // stamp of the last event
    int64_t measure_us, status_us;
    int64_t flood_begin_us;
    uint64_t n_status_value;
    double rate;
    struct progress progress;
    maru_status status; // of what happened inside a sink
    maru_error err;
};

// ---- batches

static void put(struct playing *p, struct batch *batch, uint32_t tag, const struct sample *sample) {
    if (batch->n == batch->room) {
        const size_t room = 2 * batch->room + 1024;
        void *grown = alloc_resize(batch->value, room, sizeof *batch->value);
        if (!grown) {
            p->status = fail(&p->err, MARU_E_MEMORY, "no memory");
            return;
        }
        batch->value = grown;
        batch->room = room;
    }
    struct fake_value *value = &batch->value[batch->n++];
    *value = (struct fake_value){tag, *sample};
    if (sample->type == SAMPLE_TEXT) {
        value->sample.value.integer = (int64_t)batch->text.n_bytes;
        text_add(&batch->text, sample->value.text, sample->n_text);
        text_add(&batch->text, "", 1);
        if (batch->text.status != MARU_OK) {
            p->status = fail(&p->err, MARU_E_MEMORY, "no memory");
        }
    }
}

static void hand_over(struct playing *p) {
    struct batch *news = &p->news;
    for (size_t i = 0; i < news->n; i++) {
        struct sample *sample = &news->value[i].sample;
        if (sample->type == SAMPLE_TEXT) {
            sample->value.text = news->text.bytes + sample->value.integer;
        }
    }
    if (p->status == MARU_OK) {
        p->status =
            cast_put(p->options->cast, news->value, news->n, p->quiet.value, p->quiet.n, &p->err);
    }
    news->n = 0;
    p->quiet.n = 0;
    text_clear(&news->text);
}

// ---- times

static maru_time plant_time(const struct playing *p) {
    return p->options->begin_us +
           (maru_time)((double)(p->now_us - p->begin_us) * p->options->speed);
}

static int64_t stamp(const struct playing *p, maru_time plant_us) {
    if (p->options->has_plant_clock) {
        return p->options->plant->start_date + plant_us;
    }
    return p->begin_us + (int64_t)((double)(plant_us - p->options->begin_us) / p->options->speed);
}

// The same by the clock of a tool, which may be wrong.
static int64_t tool_stamp(const struct playing *p, uint32_t tool, maru_time plant_us) {
    const int64_t at_us = stamp(p, plant_us);
    return p->options->disturb ? disturb_time(p->options->disturb, tool, at_us) : at_us;
}

// ---- what the life tells

// What was made is counted a moment before the job changes, so that whoever sorts by time knows of what.
static bool is_count(enum life_tag tag) {
    return tag == LIFE_TAG_WAFERS || tag == LIFE_TAG_GOOD || tag == LIFE_TAG_SCRAP;
}

static void on_change(void *of, uint32_t tool, enum life_tag tag, const struct sample *sample) {
    struct playing *p = of;
    const uint32_t at = stage_tag_of(p->options->stage, tool, tag);
    if (at != UINT32_MAX) {
        struct sample stamped = *sample;
        stamped.at_us = tool_stamp(p, tool, sample->at_us) - (is_count(tag) ? COUNT_EARLIER_US : 0);
        p->counts->n_change++;
        put(p, &p->news, at, &stamped);
    }
}

static void put_floor(struct playing *p, enum stage_tag tag, int64_t at_us, double number) {
    const struct stage *stage = p->options->stage;
    const uint32_t at = stage->floor_tag + (uint32_t)tag;
    struct sample sample = {
        .at_us = at_us, .type = stage->plan.tag[at].type, .quality = QUALITY_GOOD};
    if (sample.type == SAMPLE_INTEGER) {
        sample.value.integer = (int64_t)number;
    } else {
        sample.value.number = number;
    }
    if (fake_is_news(&p->told[at], &stage->plan.tag[at], &sample, p->options->heartbeat_us)) {
        put(p, &p->news, at, &sample);
    }
}

// Each event has a millisecond of its own, so that no store takes two for one; its own time is in it.
static void on_event(void *of, const struct life_event *event) {
    struct playing *p = of;
    if (event->tool != MARU_NONE && p->options->stage->tool_device[event->tool] == UINT32_MAX) {
        return;
    }
    struct text text;
    text_init(&text, 1 << 16);
    const int64_t at_us = stamp(p, event->at_us);
    const int64_t due_us = event->due_us == INT64_MAX ? 0 : stamp(p, event->due_us);
    event_text_add(&text, p->options->plant, event, ++p->counts->n_event, at_us, due_us);
    const int64_t own_us = at_us >= p->last_event_us + 1000 ? at_us : p->last_event_us + 1000;
    p->last_event_us = own_us;
    if (text.status == MARU_OK) {
        const struct sample sample = {.at_us = own_us,
                                      .type = SAMPLE_TEXT,
                                      .quality = QUALITY_GOOD,
                                      .n_text = (uint32_t)text.n_bytes,
                                      .value = {.text = text.bytes}};
        put(p, &p->news, p->options->stage->floor_tag + STAGE_TAG_EVENT, &sample);
    }
    text_fini(&text);
}

// ---- what is measured

static void measure_floor(struct playing *p) {
    const struct life *life = p->options->life;
    const int64_t at_us = stamp(p, life_now(life));
    put_floor(p, STAGE_TAG_EVENTS, at_us, (double)p->counts->n_event);
    put_floor(p, STAGE_TAG_LOTS, at_us, (double)life_lot_count(life));
    put_floor(p, STAGE_TAG_DONE, at_us, (double)life_done_count(life));
    put_floor(p, STAGE_TAG_PLANT_TIME, at_us, (double)life_now(life) / (double)MARU_SECOND);
    put_floor(p, STAGE_TAG_PLANT_SPEED, at_us, p->options->speed);
}

static void measure_tool(struct playing *p, uint32_t tool) {
    const struct stage *stage = p->options->stage;
    double value[N_FAKE_VARIABLE];
    life_measure(p->options->life, tool, value);
    const int64_t at_us = tool_stamp(p, tool, life_now(p->options->life));
    struct disturb *disturb = p->options->disturb;
    for (uint32_t v = 0; v < N_FAKE_VARIABLE; v++) {
        const uint32_t tag =
            stage_tag_of(stage, tool, (enum life_tag)((uint32_t)LIFE_TAG_PROCESS + v));
        const double shown =
            disturb ? disturb_value(disturb, tool, (enum fake_variable)v, value[v]) : value[v];
        // as a sensor would: four digits behind the point, not fifteen
        const struct sample sample = {.at_us = at_us,
                                      .type = SAMPLE_DOUBLE,
                                      .quality = QUALITY_GOOD,
                                      .value = {.number = rint(shown * 1e4) / 1e4}};
        const bool is_news =
            fake_is_news(&p->told[tag], &stage->plan.tag[tag], &sample, p->options->heartbeat_us);
        p->counts->n_told += is_news;
        put(p, is_news ? &p->news : &p->quiet, tag, &sample);
    }
    p->counts->n_measured += N_FAKE_VARIABLE;
}

static void measure(struct playing *p) {
    if (p->now_us < p->measure_us) {
        return;
    }
    p->measure_us += p->options->period_us;
    if (p->measure_us < p->now_us) { // more than a period behind: the missed ones are not made up
        p->measure_us = p->now_us + p->options->period_us;
    }
    for (uint32_t i = 0; i < p->options->stage->n_tool; i++) {
        measure_tool(p, p->options->stage->tool[i]);
    }
    measure_floor(p);
}

// ---- the load test

static void flood_round(struct playing *p, uint64_t round, int64_t at_us) {
    const struct stage *stage = p->options->stage;
    for (uint32_t i = 0; i < stage->n_flood; i++) {
        const struct sample sample = {.at_us = at_us,
                                      .type = SAMPLE_INTEGER,
                                      .quality = QUALITY_GOOD,
                                      .value = {.integer = (int64_t)round}};
        put(p, &p->news, stage->flood_tag + i, &sample);
    }
}

static void flood(struct playing *p) {
    if (p->options->flood == 0) {
        return;
    }
    if (p->flood_begin_us == 0) {
        struct cast_look look;
        cast_look(p->options->cast, &look);
        const bool is_up = look.sparkplug.n_online == look.sparkplug.n_node;
        p->flood_begin_us = look.sparkplug.n_node > 0 && is_up ? p->now_us : 0;
        return;
    }
    const double round_us = 1e6 * (double)p->options->stage->n_flood / (double)p->options->flood;
    const uint64_t due = (uint64_t)((double)(p->now_us - p->flood_begin_us) / round_us);
    for (uint64_t n = 0; p->counts->n_flood_round < due && n < FLOOD_ROUNDS_PER_S; n++) {
        const uint64_t round = ++p->counts->n_flood_round;
        flood_round(p, round, p->flood_begin_us + (int64_t)((double)round * round_us));
    }
}

// ---- what is shown

static void show(struct playing *p) {
    if (!p->progress.is_shown || p->now_us < p->status_us) {
        return;
    }
    struct cast_look all;
    cast_look(p->options->cast, &all);
    const struct fake_sparkplug_look look = all.sparkplug;
    const double s = (double)(p->now_us - p->status_us + STATUS_US) * 1e-6;
    p->rate = s > 0 ? (double)(look.n_value - p->n_status_value) / s : 0;
    p->n_status_value = look.n_value;
    p->status_us = p->now_us + STATUS_US;
    const double gone = (double)(p->now_us - p->begin_us);
    const double share = p->options->for_us > 0 ? gone / (double)p->options->for_us
                         : look.n_node > 0      ? (double)look.n_online / look.n_node
                                                : 1;
    struct text words;
    text_init(&words, 1 << 12);
    words_add(&words, p->call->lang, W_FAKE_STATUS,
              (const char *const[]){
                  numeral_count(look.n_online).text, numeral_count(look.n_node).text,
                  numeral_short(p->rate).text, numeral_count(look.n_kept).text,
                  numeral((double)life_now(p->options->life) / (double)MARU_DAY, 2).text, NULL});
    if (look.problem[0] != '\0' && look.n_online < look.n_node) {
        text_addz(&words, " · ");
        table_add_safe(&words, look.problem);
    }
    progress_draw(&p->progress, share, words.bytes ? words.bytes : "");
    text_fini(&words);
}

// ---- the loop

static maru_status go_on(struct playing *p, maru_error *err) {
    struct life *life = p->options->life;
    const struct life_sink sink = {p, on_change, on_event};
    const maru_time until = plant_time(p);
    maru_status st = MARU_OK;
    while (st == MARU_OK && life_now(life) < until && !stop_asked()) {
        const maru_time piece =
            until - life_now(life) < MAX_PIECE ? until : life_now(life) + MAX_PIECE;
        st = life_run(life, piece, &sink, err);
        hand_over(p);
    }
    return st;
}

static maru_status write_truth(const struct playing *p, maru_error *err) {
    const struct play_options *options = p->options;
    const struct truth truth = {.plant = options->plant,
                                .life = options->life,
                                .faults = options->faults,
                                .n_event = p->counts->n_event,
                                .at_us = stamp(p, life_now(options->life)),
                                .begin_us = p->begin_us,
                                .since_us = p->now_us - p->begin_us};
    return options->truth ? truth_write(&truth, options->truth, err) : MARU_OK;
}

static maru_status turn(struct playing *p, maru_error *err) {
    p->now_us = clock_unix_us();
    if (p->options->disturb) {
        disturb_go(p->options->disturb, p->now_us - p->begin_us);
    }
    maru_status st = go_on(p, err);
    st = st == MARU_OK ? write_truth(p, err) : st;
    if (st != MARU_OK) {
        return st;
    }
    measure(p);
    flood(p);
    hand_over(p);
    show(p);
    if (p->status != MARU_OK && err) {
        *err = p->err;
    }
    return p->status;
}

static void sleep_until(int64_t at_us) {
    const int64_t left_us = at_us - clock_unix_us();
    if (left_us > 0) {
        const struct timespec span = {.tv_sec = left_us / 1000000,
                                      .tv_nsec = left_us % 1000000 * 1000};
        (void)nanosleep(&span, NULL);
    }
}

// What was before it began, as fast as it goes, to those that can tell it; the others learn how it stands.
static maru_status tell_past(struct playing *p, maru_error *err) {
    const struct play_options *options = p->options;
    const struct life_sink sink = {p, on_change, on_event};
    cast_turn(options->cast, CAST_WITH_PAST);
    maru_status st = life_tell(options->life, &sink, err);
    p->measure_us = p->begin_us - options->past_us;
    for (int64_t at_us = p->measure_us; st == MARU_OK && at_us < p->begin_us && !stop_asked();
         at_us += options->period_us) {
        p->now_us = at_us;
        if (options->disturb) {
            disturb_go(options->disturb, at_us - p->begin_us);
        }
        st = go_on(p, err);
        measure(p);
        hand_over(p);
    }
    p->now_us = p->begin_us;
    p->measure_us = p->begin_us;
    cast_turn(options->cast, CAST_WITHOUT_PAST);
    life_show(options->life, &sink);
    hand_over(p);
    cast_turn(options->cast, CAST_ALL);
    return st;
}

static maru_status loop(struct playing *p, maru_error *err) {
    const int64_t tick_us = p->options->flood > 0             ? FLOOD_TICK_US
                            : p->options->period_us < TICK_US ? p->options->period_us
                                                              : TICK_US;
    const struct life_sink sink = {p, on_change, on_event};
    maru_status st =
        p->options->past_us > 0 ? tell_past(p, err) : life_tell(p->options->life, &sink, err);
    hand_over(p);
    int64_t next_us = p->begin_us;
    while (st == MARU_OK && !stop_asked()) {
        st = turn(p, err);
        if (p->options->for_us > 0 && p->now_us - p->begin_us >= p->options->for_us) {
            break;
        }
        next_us += tick_us;
        next_us = next_us > p->now_us ? next_us : p->now_us;
        sleep_until(next_us);
    }
    return st;
}

maru_status play(const struct call *call, const struct play_options *options,
                 struct play_counts *counts, maru_error *err) {
    struct playing p = {.call = call, .options = options, .counts = counts};
    p.begin_us = options->wall_us;
    p.now_us = p.begin_us;
    p.measure_us = p.begin_us;
    p.status_us = p.begin_us;
    text_init(&p.news.text, TEXT_BYTES);
    text_init(&p.quiet.text, 1);
    p.told = alloc_new((size_t)options->stage->plan.n_tag + 1, sizeof *p.told);
    progress_open(&p.progress, !call->quiet && !call->json);
    const maru_status st = p.told ? loop(&p, err) : fail(err, MARU_E_MEMORY, "no memory");
    progress_close(&p.progress);
    counts->seconds = (double)(clock_unix_us() - p.begin_us) * 1e-6;
    counts->plant_us = life_now(options->life);
    alloc_free(p.news.value);
    alloc_free(p.quiet.value);
    alloc_free(p.told);
    text_fini(&p.news.text);
    text_fini(&p.quiet.text);
    return st;
}
