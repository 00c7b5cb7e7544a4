#include "store/signals/signals.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "store/tenant.h"
#include "store/trial_place.h"

// A store that writes, settles, is closed and opened, against a plain array that says what must be there.

enum { N_SIGNAL = 3, N_MOMENT = 6000 };

struct place {
    struct trial_place where;
    struct store *store;
    struct tenant *tenant;
    struct signals *signals;
};

static void open_place(struct place *place) {
    char secret[STORE_SECRET_BYTES];
    maru_error err = {0};
    if (store_open(place->where.text, &place->store, secret, &err) != MARU_OK ||
        store_hold(place->store, "local", &place->tenant, &err) != MARU_OK ||
        tenant_open_signals(place->store, place->tenant, &place->signals, &err) != MARU_OK) {
        fail_msg("%s", err.text);
    }
}

static void close_place(struct place *place) {
    store_release(place->store, place->tenant);
    store_close(place->store);
}

static void new_place(struct place *place) {
    *place = (struct place){0};
    assert_true(trial_place_make(&place->where));
    open_place(place);
}

static void remove_place(struct place *place) {
    close_place(place);
    trial_place_remove(&place->where);
}

static void declare(struct place *place, size_t n) {
    for (size_t i = 0; i < n; i++) {
        char source[32];
        snprintf(source, sizeof source, "line/press%zu", i);
        const struct signal_row row = {
            .source = source, .asset = "line", .name = source + 5, .unit = "bar"};
        int64_t id = 0;
        assert_int_equal(signals_declare(place->signals, &row, 1, &id, NULL), MARU_OK);
        assert_int_equal(id, i + 1);
    }
}

// ---- the law

struct expected { // what each moment of each signal must be; type N_SAMPLE_TYPE: nothing
    struct sample sample[N_SIGNAL][N_MOMENT];
};

static const maru_time first_us = INT64_C(1700000000000000);

static struct sample draw_sample(uint64_t step, size_t i, size_t moment) {
    static const char *const word[] = {"RUN", "IDLE", "", "비가동"};
    const struct random_block block = random_at(11, step, i);
    struct sample sample = {.at_us = first_us + (int64_t)moment * 1000,
                            .type = block.word[0] % 20 == 0 ? SAMPLE_TEXT : SAMPLE_DOUBLE,
                            .quality = block.word[1] % 9 == 0 ? QUALITY_BAD : QUALITY_GOOD};
    if (sample.type == SAMPLE_TEXT) {
        sample.value.text = word[block.word[2] % 4];
        sample.n_text = (uint32_t)strlen(sample.value.text);
    } else {
        sample.value.number = (double)(block.word[2] % 1000) / 10;
    }
    return sample;
}

// A burst of samples somewhere: in order, or late, or again, with some of them twice.
static void write_burst(struct place *place, struct expected *expected, uint64_t step) {
    static struct batch_sample batch[700];
    const struct random_block block = random_at(12, step, 0);
    const size_t signal = block.word[0] % N_SIGNAL, n = 1 + block.word[1] % 700;
    const size_t begin = block.word[2] % N_MOMENT;
    const size_t stride = 1 + block.word[3] % 7;
    for (size_t i = 0; i < n; i++) {
        const size_t moment = (begin + (i * stride) % (n + 3)) % N_MOMENT;
        batch[i].signal = (int64_t)signal + 1;
        batch[i].sample = draw_sample(step, i, moment);
        expected->sample[signal][moment] = batch[i].sample;
    }
    assert_int_equal(signals_write(place->signals, batch, n, NULL), MARU_OK);
}

struct seen {
    const struct sample *expected; // (N_MOMENT)
    size_t at, to;
};

static maru_status see(void *context, const struct sample *sample, size_t n, maru_error *err) {
    struct seen *seen = context;
    (void)err;
    for (size_t i = 0; i < n; i++) {
        while (seen->at < seen->to && seen->expected[seen->at].type == N_SAMPLE_TYPE) {
            seen->at++;
        }
        assert_true(seen->at < seen->to);
        const struct sample *want = &seen->expected[seen->at++];
        assert_true(sample[i].at_us == want->at_us);
        assert_int_equal(sample[i].quality, want->quality);
        assert_true(sample_is_same_value(&sample[i], want));
    }
    return MARU_OK;
}

static void compare(struct place *place, const struct expected *expected, size_t from, size_t to) {
    for (size_t signal = 0; signal < N_SIGNAL; signal++) {
        struct seen seen = {expected->sample[signal], from, to};
        maru_error err = {0};
        const maru_time from_us = first_us + (int64_t)from * 1000;
        const maru_time to_us = first_us + (int64_t)to * 1000;
        if (signals_read(place->signals, (int64_t)signal + 1, from_us, to_us, see, &seen, &err) !=
            MARU_OK) {
            fail_msg("%s", err.text);
        }
        while (seen.at < to && seen.expected[seen.at].type == N_SAMPLE_TYPE) {
            seen.at++;
        }
        assert_int_equal(seen.at, to);
    }
}

static void compare_drawing(struct place *place, const struct expected *expected, size_t from,
                            size_t to, size_t n_column) {
    static struct summary column[1000], want[1000];
    const maru_time from_us = first_us + (int64_t)from * 1000;
    const maru_time to_us = first_us + (int64_t)to * 1000;
    for (size_t signal = 0; signal < N_SIGNAL; signal++) {
        assert_int_equal(signals_draw(place->signals, (int64_t)signal + 1, from_us, to_us, column,
                                      n_column, NULL),
                         MARU_OK);
        memset(want, 0, sizeof want);
        for (size_t i = from; i < to; i++) {
            const struct sample *sample = &expected->sample[signal][i];
            if (sample->type != N_SAMPLE_TYPE) {
                const size_t at =
                    (size_t)((sample->at_us - from_us) * (int64_t)n_column / (to_us - from_us));
                summary_add(&want[at], sample, 1);
            }
        }
        for (size_t i = 0; i < n_column; i++) {
            const struct summary *a = &column[i], *b = &want[i];
            assert_true(a->n == b->n && a->n_number == b->n_number);
            if (a->n_number > 0) {
                assert_true(a->low == b->low && a->high == b->high);
                assert_true(a->first == b->first && a->last == b->last);
                assert_true(a->low_us == b->low_us && a->high_us == b->high_us);
                assert_true(fabs(a->sum - b->sum) <= 1e-9 * (1 + fabs(b->sum)));
            }
        }
    }
}

// The law: whatever is written in whatever order, the last word on a moment is what is read, from memory and blocks, before
// and after a start.
static void test_what_was_written_last_is_read(void **state) {
    (void)state;
    struct place place;
    struct expected *expected = calloc(1, sizeof *expected);
    assert_non_null(expected);
    for (size_t i = 0; i < N_SIGNAL * N_MOMENT; i++) {
        expected->sample[i / N_MOMENT][i % N_MOMENT].type = N_SAMPLE_TYPE;
    }
    new_place(&place);
    declare(&place, N_SIGNAL);
    for (uint64_t step = 0; step < 150; step++) {
        const struct random_block block = random_at(13, step, 0);
        write_burst(&place, expected, step);
        if (block.word[0] % 4 == 0) {
            assert_int_equal(signals_settle(place.signals, NULL), MARU_OK);
        }
        if (block.word[1] % 10 == 0) {
            close_place(&place); // nothing is written at the end: as after a kill
            open_place(&place);
        }
        const size_t from = block.word[2] % N_MOMENT;
        const size_t to = from + 1 + block.word[3] % (N_MOMENT - from);
        compare(&place, expected, from, to);
        compare_drawing(&place, expected, from, to, 1 + block.word[1] % 1000);
    }
    compare(&place, expected, 0, N_MOMENT);
    struct last_sample last[N_SIGNAL];
    assert_int_equal(signals_last(place.signals, (int64_t[]){1, 2, 3}, N_SIGNAL, last, NULL),
                     MARU_OK);
    for (size_t signal = 0; signal < N_SIGNAL; signal++) {
        size_t at = N_MOMENT;
        while (expected->sample[signal][--at].type == N_SAMPLE_TYPE) {
        }
        assert_true(last[signal].sample.at_us == expected->sample[signal][at].at_us);
        assert_true(sample_is_same_value(&last[signal].sample, &expected->sample[signal][at]));
    }
    remove_place(&place);
    free(expected);
}

// ---- many at once

enum { N_THREAD = 4, N_WRITE = 200 };

struct writer {
    pthread_t thread;
    struct place *place;
    int64_t signal;
};

static void *write_many(void *context) {
    struct writer *writer = context;
    for (int i = 0; i < N_WRITE; i++) {
        const struct batch_sample one = {writer->signal,
                                         {.at_us = first_us + i,
                                          .type = SAMPLE_INTEGER,
                                          .quality = QUALITY_GOOD,
                                          .value.integer = i}};
        if (signals_write(writer->place->signals, &one, 1, NULL) != MARU_OK) {
            return context;
        }
    }
    return NULL;
}

static maru_status count(void *context, const struct sample *sample, size_t n, maru_error *err) {
    (void)sample;
    (void)err;
    *(size_t *)context += n;
    return MARU_OK;
}

static size_t n_read(struct place *place, int64_t signal) {
    size_t n = 0;
    assert_int_equal(signals_read(place->signals, signal, INT64_MIN, INT64_MAX, count, &n, NULL),
                     MARU_OK);
    return n;
}

static void test_writers_at_the_same_time(void **state) {
    (void)state;
    struct place place;
    struct writer writer[N_THREAD];
    new_place(&place);
    declare(&place, N_THREAD);
    for (int i = 0; i < N_THREAD; i++) {
        writer[i] = (struct writer){.place = &place, .signal = i + 1};
        assert_int_equal(pthread_create(&writer[i].thread, NULL, write_many, &writer[i]), 0);
    }
    for (int i = 0; i < 20; i++) { // and somebody who reads and settles
        (void)n_read(&place, 1 + i % N_THREAD);
        assert_int_equal(signals_settle(place.signals, NULL), MARU_OK);
    }
    for (int i = 0; i < N_THREAD; i++) {
        void *failed = NULL;
        pthread_join(writer[i].thread, &failed);
        assert_null(failed);
    }
    for (int i = 0; i < N_THREAD; i++) {
        assert_int_equal(n_read(&place, i + 1), N_WRITE);
    }
    remove_place(&place);
}

// ---- names and refusals

static maru_status take_row(void *context, const struct signal_row *row, maru_error *err) {
    (void)err;
    assert_int_equal(row->id, ++*(int64_t *)context);
    assert_string_equal(row->unit, "bar");
    return MARU_OK;
}

static void test_names(void **state) {
    (void)state;
    struct place place;
    new_place(&place);
    declare(&place, 5);
    const struct signal_row row[] = {
        {.source = "line/press2", .name = "a", .asset = "", .unit = "bar"},
        {.source = "new", .name = "a", .asset = "", .unit = "bar"},
        {.source = "new", .name = "a", .asset = "", .unit = "bar"},
    };
    int64_t id[3] = {0};
    assert_int_equal(signals_declare(place.signals, row, 3, id, NULL), MARU_OK);
    assert_true(id[0] == 3 && id[1] == 6 && id[2] == 6);
    const struct signal_row bad = {.source = "x\xff", .name = "a", .asset = "", .unit = ""};
    assert_int_equal(signals_declare(place.signals, &bad, 1, id, NULL), MARU_E_INPUT);
    close_place(&place);
    open_place(&place);
    assert_int_equal(signals_count(place.signals), 6);
    assert_int_equal(signals_find(place.signals, "new", 3), 6);
    assert_int_equal(signals_find(place.signals, "old", 3), 0);
    int64_t last = 0;
    assert_int_equal(signals_each(place.signals, 0, 100, take_row, &last, NULL), MARU_OK);
    assert_int_equal(last, 6);
    remove_place(&place);
}

static void test_refusals_write_nothing(void **state) {
    (void)state;
    struct place place;
    new_place(&place);
    declare(&place, 1);
    const struct sample good = {.at_us = first_us, .quality = QUALITY_GOOD};
    struct batch_sample two[2] = {{1, good}, {1, good}};
    const struct {
        int64_t signal;
        struct sample sample;
        maru_status want;
    } bad[] = {
        {2, good, MARU_E_USAGE},
        {0, good, MARU_E_USAGE},
        {1, {.at_us = SIGNALS_TO_US}, MARU_E_RANGE},
        {1, {.at_us = SIGNALS_FROM_US - 1}, MARU_E_RANGE},
        {1, {.at_us = first_us, .type = N_SAMPLE_TYPE}, MARU_E_USAGE},
        {1, {.at_us = first_us, .type = SAMPLE_BOOL, .value.integer = 2}, MARU_E_USAGE},
        {1,
         {.at_us = first_us, .type = SAMPLE_TEXT, .n_text = SAMPLE_MAX_TEXT_BYTES + 1},
         MARU_E_LIMIT},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        two[1] = (struct batch_sample){bad[i].signal, bad[i].sample};
        assert_int_equal(signals_write(place.signals, two, 2, NULL), bad[i].want);
    }
    assert_int_equal(n_read(&place, 1), 0);
    struct last_sample last;
    assert_int_equal(signals_last(place.signals, (int64_t[]){1}, 1, &last, NULL), MARU_OK);
    assert_int_equal(last.sample.quality, QUALITY_BAD);
    struct summary column[2];
    assert_int_equal(signals_draw(place.signals, 1, 5, 6, column, 2, NULL), MARU_E_RANGE);
    assert_int_equal(signals_draw(place.signals, 9, 5, 8, column, 2, NULL), MARU_E_USAGE);
    remove_place(&place);
}

// ---- what is too old

// Days of a sample each ten seconds: after the first retention minutes say what samples said, also of late ones, and after the second
// hours do.
static void test_what_is_too_old_becomes_levels(void **state) {
    (void)state;
    enum { N_DAY = 3, N = N_DAY * 8640, N_COLUMN = N_DAY * 24 };
    static struct batch_sample batch[N];
    static struct summary before[N_COLUMN], after[N_COLUMN];
    struct place place;
    new_place(&place);
    declare(&place, 1);
    const maru_time day = INT64_C(86400000000), begin_us = first_us / day * day;
    for (size_t i = 0; i < N; i++) {
        batch[i].signal = 1;
        batch[i].sample = draw_sample(1, i, 0);
        batch[i].sample.at_us = begin_us + (int64_t)i * 10000000;
    }
    for (size_t i = 0; i < N; i++) { // some are late
        if (i % 97 != 5) {
            assert_int_equal(signals_write(place.signals, &batch[i], 1, NULL), MARU_OK);
            i += 4999; // in pieces, the rest below
        }
    }
    for (size_t at = 0; at < N; at += 5000) {
        const size_t n = N - at < 5000 ? N - at : 5000;
        assert_int_equal(signals_write(place.signals, batch + at, n, NULL), MARU_OK);
    }
    assert_int_equal(signals_settle(place.signals, NULL), MARU_OK);
    const maru_time end_us = begin_us + N_DAY * day;
    assert_int_equal(signals_draw(place.signals, 1, begin_us, end_us, before, N_COLUMN, NULL),
                     MARU_OK);
    const struct retention one = {.raw_days = 1}, two = {.raw_days = 1, .minute_days = 1};
    const struct retention none = {.raw_days = 1, .minute_days = 1, .hour_days = 1};
    const struct retention *const stage[] = {&one, &two};
    for (int i = 0; i < 2; i++) {
        assert_int_equal(signals_retain(place.signals, end_us, stage[i], NULL), MARU_OK);
        assert_true(n_read(&place, 1) < N / 2);
        assert_int_equal(signals_draw(place.signals, 1, begin_us, end_us, after, N_COLUMN, NULL),
                         MARU_OK);
        for (size_t k = 0; k < N_COLUMN; k++) {
            assert_true(after[k].n == before[k].n && after[k].n_number == before[k].n_number);
            assert_true(after[k].low == before[k].low && after[k].high == before[k].high);
            assert_true(after[k].last == before[k].last);
            assert_true(fabs(after[k].sum - before[k].sum) < 1e-6 * before[k].sum);
        }
        close_place(&place);
        open_place(&place);
    }
    // what comes late for a minute that is there is joined with it
    struct batch_sample late = {
        1, {.at_us = begin_us + 1, .quality = QUALITY_GOOD, .value.number = 1e6}};
    assert_int_equal(signals_write(place.signals, &late, 1, NULL), MARU_OK);
    assert_int_equal(signals_settle(place.signals, NULL), MARU_OK);
    assert_int_equal(signals_retain(place.signals, end_us, &two, NULL), MARU_OK);
    assert_int_equal(signals_draw(place.signals, 1, begin_us, end_us, after, N_COLUMN, NULL),
                     MARU_OK);
    assert_true(after[0].high == 1e6 && after[0].n == before[0].n + 1);
    assert_true(after[0].last == before[0].last);
    assert_int_equal(signals_retain(place.signals, end_us + 9 * day, &none, NULL), MARU_OK);
    assert_int_equal(n_read(&place, 1), 0);
    assert_int_equal(signals_draw(place.signals, 1, begin_us, end_us, after, N_COLUMN, NULL),
                     MARU_OK);
    assert_true(after[0].n == 0 && after[N_COLUMN - 1].n == 0);
    remove_place(&place);
}

// ---- events and followers

struct wanted {
    const char *lot[8];
    size_t n;
};

static maru_status see_lot(void *context, int64_t id, const struct event *event, maru_error *err) {
    struct wanted *wanted = context;
    (void)err;
    assert_true(id > 0);
    assert_non_null(wanted->lot[wanted->n]);
    assert_string_equal(event->lot, wanted->lot[wanted->n++]);
    return MARU_OK;
}

static struct event lot_event(const char *lot, maru_time at_us) {
    return (struct event){.at_us = at_us,
                          .kind = EVENT_LOT,
                          .source = "press1",
                          .name = "started",
                          .lot = lot,
                          .wafer = "",
                          .recipe = "R1",
                          .step = "",
                          .detail = "{}"};
}

static void expect_lots(struct place *place, const struct event_filter *filter,
                        struct wanted wanted, size_t n) {
    assert_int_equal(signals_each_event(place->signals, filter, see_lot, &wanted, NULL), MARU_OK);
    assert_int_equal(wanted.n, n);
}

static void test_events(void **state) {
    (void)state;
    struct place place;
    uint64_t ticket = 0;
    new_place(&place);
    struct event event[] = {lot_event("A", 10), lot_event("B", 20), lot_event("C", 20),
                            lot_event("A", 10)}; // the last one repeats the first
    event[3].detail = "{\"again\":1}";
    assert_int_equal(signals_add_events(place.signals, event, 4, &ticket, NULL), MARU_OK);
    assert_int_equal(signals_commit(place.signals, ticket, NULL), MARU_OK);
    event[0].kind = "";
    assert_int_equal(signals_add_events(place.signals, event, 1, &ticket, NULL), MARU_E_INPUT);
    event[1].at_us = SIGNALS_TO_US;
    assert_int_equal(signals_add_events(place.signals, event + 1, 1, &ticket, NULL), MARU_E_RANGE);
    close_place(&place);
    open_place(&place);
    struct event_filter all = {.from_us = SIGNALS_FROM_US,
                               .to_us = SIGNALS_TO_US,
                               .before_us = INT64_MAX,
                               .limit = 10,
                               .kind = "",
                               .source = "",
                               .lot = ""};
    expect_lots(&place, &all, (struct wanted){.lot = {"C", "B", "A"}}, 3);
    all.limit = 2;
    expect_lots(&place, &all, (struct wanted){.lot = {"C", "B"}}, 2);
    all.lot = "A";
    all.kind = EVENT_LOT;
    all.source = "press1";
    expect_lots(&place, &all, (struct wanted){.lot = {"A"}}, 1);
    all.kind = EVENT_ALARM;
    expect_lots(&place, &all, (struct wanted){.lot = {NULL}}, 0);
    remove_place(&place);
}

struct event_page {
    struct event_filter next;
    uint64_t n, n_on_page;
};

static maru_status see_in_order(void *context, int64_t id, const struct event *event,
                                maru_error *err) {
    struct event_page *page = context;
    (void)err;
    assert_true(event->at_us < page->next.before_us ||
                (event->at_us == page->next.before_us && id < page->next.before_id));
    page->next.before_us = event->at_us;
    page->next.before_id = id;
    page->n++;
    page->n_on_page++;
    return MARU_OK;
}

// More than one pipeline of PostgreSQL takes, some twice, many at the same time; read page by page each is there once.
static void test_events_by_the_thousand(void **state) {
    enum { N = 2500, N_TIME = 7, PAGE = 333 };
    (void)state;
    struct place place;
    uint64_t ticket = 0;
    new_place(&place);
    for (int i = 0; i < N + N / 5; i++) {
        char lot[16];
        snprintf(lot, sizeof lot, "L%d", i % N);
        const struct event event = lot_event(lot, i % N % N_TIME);
        assert_int_equal(signals_add_events(place.signals, &event, 1, &ticket, NULL), MARU_OK);
    }
    assert_int_equal(signals_commit(place.signals, ticket, NULL), MARU_OK);
    struct event_page page = {.next = {.from_us = SIGNALS_FROM_US,
                                       .to_us = SIGNALS_TO_US,
                                       .before_us = INT64_MAX,
                                       .limit = PAGE,
                                       .kind = EVENT_LOT,
                                       .source = "",
                                       .lot = ""}};
    do {
        const struct event_filter next = page.next;
        page.n_on_page = 0;
        assert_int_equal(signals_each_event(place.signals, &next, see_in_order, &page, NULL),
                         MARU_OK);
    } while (page.n_on_page == PAGE);
    assert_int_equal(page.n, N);
    remove_place(&place);
}

struct heard {
    char text[256];
    int64_t last;
};

static maru_status hear(void *context, int64_t number, const struct event *event, maru_error *err) {
    struct heard *heard = context;
    (void)err;
    assert_true(number > heard->last);
    heard->last = number;
    const size_t n = strlen(heard->text);
    snprintf(heard->text + n, sizeof heard->text - n, "%s%s ", event->lot, event->detail);
    return MARU_OK;
}

// Who remembers a number hears each event once, in the order of commits, whatever its time; a repeat is not heard again, and one
// that says something else is.
static void test_events_by_number(void **state) {
    (void)state;
    struct place place;
    uint64_t ticket = 0;
    int64_t last = -1;
    struct heard heard = {.last = 0};
    new_place(&place);
    assert_int_equal(signals_last_event(place.signals, &last, NULL), MARU_OK);
    assert_int_equal(last, 0);
    struct event event[] = {lot_event("B", 20), lot_event("A", 10), lot_event("C", 5)};
    for (int round = 0; round < 2; round++) { // and all of it repeated
        for (int i = 0; i < 3; i++) {
            assert_int_equal(signals_add_events(place.signals, &event[i], 1, &ticket, NULL),
                             MARU_OK);
            assert_int_equal(signals_commit(place.signals, ticket, NULL), MARU_OK);
        }
        assert_int_equal(signals_each_event_after(place.signals, heard.last, 2, hear, &heard, NULL),
                         MARU_OK);
        close_place(&place);
        open_place(&place);
        assert_int_equal(
            signals_each_event_after(place.signals, heard.last, 10, hear, &heard, NULL), MARU_OK);
        assert_string_equal(heard.text, "B{} A{} C{} ");
    }
    event[0].detail = "{\"more\":1}";
    assert_int_equal(signals_add_events(place.signals, event, 1, &ticket, NULL), MARU_OK);
    assert_int_equal(signals_commit(place.signals, ticket, NULL), MARU_OK);
    assert_int_equal(signals_each_event_after(place.signals, heard.last, 10, hear, &heard, NULL),
                     MARU_OK);
    assert_string_equal(heard.text, "B{} A{} C{} B{\"more\":1} ");
    assert_int_equal(signals_last_event(place.signals, &last, NULL), MARU_OK);
    assert_true(last == heard.last);
    remove_place(&place);
}

static void test_followers_get_what_is_durable(void **state) {
    (void)state;
    struct place place;
    struct follower *follower = NULL;
    struct text samples, events;
    uint64_t ticket = 0;
    new_place(&place);
    declare(&place, 1);
    text_init(&samples, 1 << 20);
    text_init(&events, 1 << 20);
    assert_int_equal(signals_follow(place.signals, &follower, NULL), MARU_OK);
    assert_false(signals_take_followed(follower, 0, &samples, &events));
    assert_int_equal(samples.n_bytes + events.n_bytes, 0);
    const struct batch_sample one = {1, {.at_us = first_us, .quality = QUALITY_GOOD}};
    const struct event event = lot_event("A", 10);
    assert_int_equal(signals_add(place.signals, &one, 1, &ticket, NULL), MARU_OK);
    assert_int_equal(signals_add_events(place.signals, &event, 1, &ticket, NULL), MARU_OK);
    assert_false(signals_take_followed(follower, 0, &samples, &events));
    assert_int_equal(samples.n_bytes + events.n_bytes, 0); // not yet
    assert_int_equal(signals_commit(place.signals, ticket, NULL), MARU_OK);
    assert_false(signals_take_followed(follower, 1000, &samples, &events));
    struct batch_reader reader = {
        .from = {(uint8_t *)samples.bytes, (uint8_t *)samples.bytes + samples.n_bytes}};
    struct batch_sample got;
    assert_int_equal(batch_next(&reader, &got, NULL), MARU_OK);
    assert_true(got.signal == 1 && got.sample.at_us == first_us);
    struct packed_bytes from = {(uint8_t *)events.bytes, (uint8_t *)events.bytes + events.n_bytes};
    struct event told;
    assert_int_equal(event_next(&from, &told, NULL), MARU_OK);
    assert_string_equal(told.lot, "A");
    // one who never looks misses some, and is told
    static char longer[SAMPLE_MAX_TEXT_BYTES];
    static struct batch_sample many[60];
    memset(longer, 'x', sizeof longer);
    for (int i = 0; i < 10; i++) {
        for (int k = 0; k < 60; k++) {
            many[k] = one;
            many[k].sample.at_us += i * 60 + k;
            many[k].sample.type = SAMPLE_TEXT;
            many[k].sample.value.text = longer;
            many[k].sample.n_text = sizeof longer;
        }
        assert_int_equal(signals_write(place.signals, many, 60, NULL), MARU_OK);
    }
    assert_true(signals_take_followed(follower, 0, &samples, &events));
    assert_int_equal(n_read(&place, 1), 600);
    signals_unfollow(follower);
    text_fini(&samples);
    text_fini(&events);
    remove_place(&place);
}

// ---- what they are called

struct named {
    char told[400];
};

static maru_status tell_name(void *context, const struct signal_row *row, maru_error *err) {
    struct named *named = context;
    const size_t n = strlen(named->told);
    (void)err;
    snprintf(named->told + n, sizeof named->told - n, "%s|%s|%s;", row->asset, row->name,
             row->unit);
    return MARU_OK;
}

static void must_be_named(struct place *place, const char *want) {
    struct named named = {""};
    assert_int_equal(signals_each(place->signals, 0, 100, tell_name, &named, NULL), MARU_OK);
    assert_string_equal(named.told, want);
}

static void what_a_source_says_anew_is_kept(void **state) {
    struct place place;
    int64_t id[3] = {0};
    const struct signal_row first[] = {
        {.source = "c/d/Motor/Temp", .asset = "d/Motor", .name = "Temp", .unit = ""},
        {.source = "c/d/Speed", .asset = "d", .name = "Speed", .unit = "rpm"}};
    const struct signal_row again[] = {
        {.source = "c/d/Speed", .asset = "d", .name = "Speed", .unit = ""},
        {.source = "c/d/Motor/Temp", .asset = "d", .name = "Motor/Temp", .unit = "°C"},
        {.source = "c/d/New", .asset = "d", .name = "New", .unit = ""}};
    (void)state;
    new_place(&place);
    assert_int_equal(signals_declare(place.signals, first, 2, id, NULL), MARU_OK);
    const uint64_t naming = signals_naming(place.signals);
    assert_int_equal(signals_declare(place.signals, first, 2, id, NULL), MARU_OK);
    assert_int_equal(signals_naming(place.signals), naming); // nothing new
    assert_int_equal(signals_declare(place.signals, again, 3, id, NULL), MARU_OK);
    assert_int_equal(id[0], 2);
    assert_int_equal(id[1], 1);
    assert_int_equal(id[2], 3);
    assert_int_not_equal(signals_naming(place.signals), naming);
    must_be_named(&place, "d|Motor/Temp|°C;d|Speed|rpm;d|New|;");
    close_place(&place);
    open_place(&place);
    must_be_named(&place, "d|Motor/Temp|°C;d|Speed|rpm;d|New|;");
    const uint64_t later = signals_naming(place.signals);
    assert_int_equal(signals_declare(place.signals, again, 3, id, NULL), MARU_OK);
    assert_int_equal(signals_naming(place.signals), later); // what was kept is known again
    remove_place(&place);
}

static void people_say_where_signals_stand(void **state) {
    static const struct placing_rule rule = {"line/press*", "ulsan/press-{1}", "force", "kN"};
    struct place place;
    struct placing *placing = NULL;
    (void)state;
    new_place(&place);
    declare(&place, 2);
    assert_int_equal(placing_new(&placing, NULL), MARU_OK);
    assert_int_equal(placing_add(placing, &rule, NULL), MARU_OK);
    const uint64_t naming = signals_naming(place.signals);
    signals_place(place.signals, placing);
    assert_int_not_equal(signals_naming(place.signals), naming);
    must_be_named(&place, "ulsan/press-0|force|kN;ulsan/press-1|force|kN;");
    declare(&place, 3); // one that is new is placed as it appears
    must_be_named(&place, "ulsan/press-0|force|kN;ulsan/press-1|force|kN;ulsan/press-2|force|kN;");
    assert_int_equal(signals_find(place.signals, "line/press2", 11), 3);
    signals_place(place.signals, NULL);
    must_be_named(&place, "line|press0|bar;line|press1|bar;line|press2|bar;");
    remove_place(&place);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_source_says_anew_is_kept),
        cmocka_unit_test(people_say_where_signals_stand),
        cmocka_unit_test(test_what_was_written_last_is_read),
        cmocka_unit_test(test_writers_at_the_same_time),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_refusals_write_nothing),
        cmocka_unit_test(test_what_is_too_old_becomes_levels),
        cmocka_unit_test(test_events),
        cmocka_unit_test(test_events_by_the_thousand),
        cmocka_unit_test(test_events_by_number),
        cmocka_unit_test(test_followers_get_what_is_durable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
