#include "live/view.h"

#include "live/history.h"
#include "sim/trial.h"

#include <stdlib.h>

// The law: whoever listens to the changes knows the same as who is told the whole.

enum { MAX_LOT = 20000, MAX_TOOL = 64 };

struct listener { // a reader of the stream, written from docs/TWIN.md
    uint8_t tool[MAX_TOOL];
    struct view_lot lot[MAX_LOT];
    bool is_there[MAX_LOT];
    maru_time time, end;
    int kind, flags;
};

struct bytes {
    const unsigned char *at, *end;
};

static uint64_t little_endian(struct bytes *in, size_t n) {
    uint64_t value = 0;
    assert_true((size_t)(in->end - in->at) >= n);
    for (size_t i = 0; i < n; i++) {
        value |= (uint64_t)in->at[i] << (8 * i);
    }
    in->at += n;
    return value;
}

static uint64_t number(struct bytes *in) {
    uint64_t value = 0;
    for (unsigned shift = 0;; shift += 7) {
        const uint64_t byte = little_endian(in, 1);
        value |= (byte & 127) << shift;
        if (byte < 128) {
            return value;
        }
    }
}

static void hear_lot(struct listener *to, struct bytes *in, uint64_t lot) {
    assert_true(lot < MAX_LOT);
    struct view_lot *its = &to->lot[lot];
    its->lot = (uint32_t)lot;
    const uint8_t what = (uint8_t)little_endian(in, 1);
    its->place = (uint32_t)number(in);
    its->step = (uint32_t)number(in);
    assert_true(to->is_there[lot] || what & VIEW_LOT_DETAILS); // before anything else of it
    its->what = what & (uint8_t)~VIEW_LOT_DETAILS;
    if (what & VIEW_LOT_DETAILS) {
        its->product = (uint32_t)number(in);
        its->wafers = (uint32_t)number(in);
        const uint64_t priority = number(in);
        its->priority = (int32_t)((int64_t)(priority >> 1) ^ -(int64_t)(priority & 1));
    }
    to->is_there[lot] = true;
}

static void hear(struct listener *to, const struct text *text) {
    const unsigned char *start = (const unsigned char *)text->bytes;
    struct bytes in = {start, start + text->n_bytes};
    assert_int_equal(little_endian(&in, 4), text->n_bytes - 4);
    to->kind = (int)little_endian(&in, 1);
    to->flags = (int)little_endian(&in, 1);
    assert_int_equal(little_endian(&in, 2), 0);
    little_endian(&in, 4);
    to->time = (maru_time)little_endian(&in, 8);
    to->end = (maru_time)little_endian(&in, 8);
    if (to->kind == 1) {
        memset(to->is_there, 0, sizeof to->is_there);
    }
    uint64_t next = 0;
    for (uint64_t n = to->kind == 3 ? 0 : number(&in); n > 0; n--) {
        next += number(&in);
        to->tool[next++] = (uint8_t)little_endian(&in, 1);
    }
    next = 0;
    for (uint64_t n = to->kind == 3 ? 0 : number(&in); n > 0; n--) {
        next += number(&in);
        assert_true(to->is_there[next]);
        to->is_there[next++] = false;
    }
    next = 0;
    for (uint64_t n = to->kind == 3 ? 0 : number(&in); n > 0; n--) {
        next += number(&in);
        hear_lot(to, &in, next++);
    }
    assert_ptr_equal(in.at, in.end);
}

static void require_known(const struct listener *to, const struct view *view) {
    uint32_t n = 0;
    assert_memory_equal(to->tool, view->tool, view->n_tool);
    for (uint32_t i = 0; i < MAX_LOT; i++) {
        n += to->is_there[i];
    }
    assert_int_equal(n, view->n_lot);
    for (uint32_t i = 0; i < view->n_lot; i++) {
        const struct view_lot *want = &view->lot[i], *have = &to->lot[want->lot];
        assert_true(to->is_there[want->lot]);
        assert_int_equal(have->place, want->place);
        assert_int_equal(have->step, want->step);
        assert_int_equal(have->what, want->what);
        assert_int_equal(have->product, want->product);
        assert_int_equal(have->wafers, want->wafers);
        assert_int_equal(have->priority, want->priority);
        assert_true(i == 0 || view->lot[i - 1].lot < want->lot);
    }
    assert_true(to->time == view->time_us);
}

static void changes_tell_what_the_whole_tells(void **state) {
    (void)state;
    struct trial t = trial_new(trial_full, "load=200; max_lot=5000", 5);
    struct listener *to = calloc(1, sizeof *to);
    assert_non_null(to);
    struct history *history = NULL;
    struct moment moment = {0};
    struct text text;
    uint64_t counter = 0;
    text_init(&text, 1 << 20);
    assert_int_equal(history_new(t.sim, 16 << 20, &history, NULL), MARU_OK);
    assert_int_equal(history_find(history, 0, &moment, NULL), MARU_OK);
    struct view *before = NULL;
    const int32_t usual = view_usual_priority(t.plant);
    assert_int_equal(usual, 10);
    size_t n_kind[4] = {0}, n_hot = 0, n_late = 0;
    for (int i = 0; i < 600; i++) {
        maru_time at = moment.acted_us < 0 ? 0 : moment.acted_us;
        const bool jumps = i % 50 == 49;
        at = jumps ? (maru_time)trial_random(0, &counter, 500) * MARU_HOUR
                   : at + (maru_time)trial_random(0, &counter, 1 + (uint64_t)(i % 7) * 40) *
                              MARU_MINUTE;
        if (jumps) {
            moment_fini(&moment);
            assert_int_equal(history_find(history, at, &moment, NULL), MARU_OK);
        }
        assert_int_equal(history_go(history, &moment, at, NULL), MARU_OK);
        struct view *view = NULL;
        assert_int_equal(view_new(moment.sim, usual, &view, NULL), MARU_OK);
        view->n_jump = before ? before->n_jump + jumps : 0;
        text_clear(&text);
        view_write(&text, before, view);
        assert_int_equal(text.status, MARU_OK);
        hear(to, &text);
        require_known(to, view);
        assert_int_equal(to->flags & VIEW_JUMPED, jumps ? VIEW_JUMPED : 0);
        n_kind[to->kind]++;
        for (uint32_t k = 0; k < view->n_lot; k++) {
            n_hot += (view->lot[k].what & VIEW_LOT_HOT) != 0;
            n_late += (view->lot[k].what & VIEW_LOT_LATE) != 0;
        }
        view_release(before);
        before = view;
    }
    assert_int_equal(n_kind[1], 1);
    assert_true(n_kind[2] > 300 && n_kind[3] > 5 && n_hot > 0 && n_late > 0);
    view_hold(before);
    view_release(before);
    view_release(before);
    view_release(NULL);
    moment_fini(&moment);
    history_free(history);
    text_fini(&text);
    free(to);
    trial_free(&t);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(changes_tell_what_the_whole_tells)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
