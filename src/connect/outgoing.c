#include "connect/outgoing.h"

#include <stdio.h>
#include <string.h>

#include "base/status.h"
#include "io/clock.h"

// The position moves with each batch that is done, to the moment at which the batch was taken, and is kept about once a second.

enum { MAX_BACK_SAMPLES = 5000 };     // of one batch that is read back
#define SAY_US INT64_C(1000000)       // how often the position is kept
#define SAY_IDLE_US INT64_C(10000000) // and while nothing comes
static const char position_name[] = "sent until";

// ---- the batch

void outgoing_rewind(struct outgoing *out) {
    out->reader = (struct batch_reader){.from = packed_text(&out->batch)};
    out->before = out->reader;
}

bool outgoing_next(struct outgoing *out, struct batch_sample *sample) {
    out->before = out->reader;
    return out->is_batch && batch_next(&out->reader, sample, NULL) == MARU_OK;
}

void outgoing_unread(struct outgoing *out) { out->reader = out->before; }

bool outgoing_is_all_read(const struct outgoing *out) {
    return out->reader.n_left == 0 && out->reader.from.at == out->reader.from.end;
}

// ---- reading back

struct reading {
    struct outgoing *out;
    int64_t signal;
    size_t n;
};

static maru_status keep(void *of, const struct sample *sample, size_t n, maru_error *err) {
    struct reading *reading = of;
    struct outgoing *out = reading->out;
    for (size_t i = 0; i < n; i++) {
        const struct batch_sample one = {.signal = reading->signal, .sample = sample[i]};
        if (reading->n == MAX_BACK_SAMPLES) {
            return fail(err, MARU_E_STOPPED, "enough");
        }
        batch_write(&out->batch, &one, 1);
        out->back_us = sample[i].at_us + 1;
        reading->n++;
    }
    return out->batch.status;
}

static maru_status first_id(void *of, const struct signal_row *row, maru_error *err) {
    (void)err;
    *(int64_t *)of = row->id;
    return MARU_OK;
}

// The next piece of what is read back; it ends behind the last signal.
static void read_back(struct outgoing *out) {
    struct reading reading = {.out = out};
    text_clear(&out->batch);
    while (out->is_back && reading.n == 0) {
        reading.signal = out->back_signal;
        maru_status st = MARU_OK;
        bool is_wanted = false;
        if (reading.signal > 0 && !out->wants(out->of, reading.signal, &is_wanted)) {
            return;
        }
        if (is_wanted) {
            st = signals_read(out->signals, reading.signal, out->back_us, SIGNALS_TO_US, keep,
                              &reading, NULL);
        }
        if (st == MARU_E_STOPPED) {
            break; // there is more of it
        }
        if (st != MARU_OK && st != MARU_E_USAGE) {
            text_clear(&out->batch); // the store is away: the same again at the next tick
            return;
        }
        int64_t next = 0;
        st = signals_each(out->signals, out->back_signal, 1, first_id, &next, NULL);
        if (st != MARU_OK) {
            break;
        }
        out->is_back = next > 0;
        out->back_signal = next;
        out->back_us = out->from_us;
    }
    out->is_batch = out->batch.n_bytes > 0;
    out->is_read_back = true;
    outgoing_rewind(out);
}

static void begin_back(struct outgoing *out, maru_time from_us) {
    out->is_back = true;
    out->back_signal = 0;
    out->from_us = out->back_us = from_us;
}

void outgoing_go_back(struct outgoing *out) {
    begin_back(out, out->until_us - OUTGOING_EARLIER_US);
}

// ---- following

static void take_followed(struct outgoing *out, maru_time now) {
    if (signals_take_followed(out->follower, 0, &out->batch, &out->events)) {
        text_clear(&out->batch); // all of it lies in the store
        outgoing_go_back(out);
        return;
    }
    out->taken_us = now;
    out->is_batch = out->batch.n_bytes > 0;
    out->is_read_back = false;
    outgoing_rewind(out);
}

void outgoing_keep(struct outgoing *out, maru_time now) {
    const struct intake_name name = {
        .bytes = position_name, .n = sizeof position_name - 1, .unit = "us"};
    const struct sample sample = {.at_us = now,
                                  .type = SAMPLE_INTEGER,
                                  .quality = QUALITY_GOOD,
                                  .value = {.integer = out->until_us}};
    connection_take_sample(out->connection, &name, &sample);
    out->said_us = now;
}

void outgoing_done(struct outgoing *out, uint64_t n_given, maru_time now) {
    atomic_fetch_add(&out->n_sent, n_given);
    out->is_batch = false;
    if (!out->is_back) {
        out->until_us = out->taken_us;
        if (now - out->said_us >= SAY_US) {
            outgoing_keep(out, now);
        }
    }
}

void outgoing_fetch(struct outgoing *out, maru_time now) {
    if (!out->is_batch && out->is_back) {
        read_back(out);
    } else if (!out->is_batch) {
        take_followed(out, now);
        if (!out->is_batch && !out->is_back) {
            out->until_us = now;
            if (now - out->said_us >= SAY_IDLE_US) {
                outgoing_keep(out, now);
            }
        }
    }
}

// ---- beginning and end

static maru_status find_position(struct outgoing *out, maru_error *err) {
    const int64_t signal = signals_find(out->signals, out->own, strlen(out->own));
    struct last_sample last = {0};
    out->until_us = clock_unix_us();
    maru_status st = signal > 0 ? signals_last(out->signals, &signal, 1, &last, err) : MARU_OK;
    if (st == MARU_OK && signal > 0 && last.sample.type == SAMPLE_INTEGER &&
        last.sample.quality == QUALITY_GOOD) {
        out->until_us = last.sample.value.integer;
        outgoing_go_back(out);
    }
    return st;
}

maru_status outgoing_init(struct outgoing *out, struct signals *signals,
                          struct connection *connection, maru_error *err) {
    out->signals = signals;
    out->connection = connection;
    snprintf(out->own, sizeof out->own, "%.400s/%s", connection->name, position_name);
    text_init(&out->batch, SIGNALS_MAX_FOLLOW_BYTES);
    text_init(&out->events, SIGNALS_MAX_FOLLOW_BYTES);
    pthread_mutex_init(&out->lock, NULL);
    const maru_status st =
        signals_follow(signals, &out->follower, err); // first, so that nothing lies between
    return st == MARU_OK ? find_position(out, err) : st;
}

void outgoing_fini(struct outgoing *out) {
    signals_unfollow(out->follower);
    out->follower = NULL;
    text_fini(&out->batch);
    text_fini(&out->events);
    pthread_mutex_destroy(&out->lock);
}

void outgoing_look_at(struct outgoing *out, struct connection_look *look) {
    const maru_time now = clock_unix_us();
    pthread_mutex_lock(&out->lock);
    look->counts.n_sample = atomic_load(&out->n_sent);
    const double span_s = (double)(now - out->rate_us) * 1e-6;
    if (span_s >= 1) {
        out->rate = out->rate_us == 0 ? 0 : (double)(look->counts.n_sample - out->rate_n) / span_s;
        out->rate_us = now;
        out->rate_n = look->counts.n_sample;
    }
    look->samples_a_s = out->rate;
    pthread_mutex_unlock(&out->lock);
}
