#include "wire/secs/gem_code.h"
#include "wire/secs/trial_tool.h"

// Recorded conversations, with our equipment in the place of theirs: it gets what the host sent, and does
// what the other tool did by itself.

static const int64_t SECOND = 1000000;

// What the tool measured is taken from their answers; all else must come out by itself.
static bool is_measured(const char *id) {
    static const char *const ids[] = {"2001", "2003", "2004", "2007"};
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        if (strcmp(ids[i], id) == 0) {
            return true;
        }
    }
    return false;
}

static void set_item(struct trial *t, uint32_t variable, const struct secs_item *item) {
    struct text bytes;
    text_init(&bytes, TRIAL_BYTES);
    secs_put_item(&bytes, item);
    assert_int_equal(equipment_set(t->tool, variable, bytes.bytes, bytes.n_bytes, NULL), MARU_OK);
    text_fini(&bytes);
}

// The clock of the tool stood at this text.
static void set_now(struct trial *t, const struct secs_item *text) {
    maru_time at = 0;
    if (secs_is_text(text) && gem_time_read(text->bytes, text->n, &at) && text->n == 16) {
        t->now = at > t->now ? at : t->now;
    }
}

static void prepare_status(struct trial *t, const struct secs_item *ids,
                           const struct secs_item *values, bool sets_clock) {
    for (uint32_t i = 0; i < values->n; i++) {
        char id[PROFILE_MAX_ID_BYTES + 1];
        if (ids && ids->n > 0) {
            assert_true(profile_id_of(secs_child(ids, i), id));
        } else {
            snprintf(id, sizeof id, "%s", t->profile->variable[i].id);
        }
        if (is_measured(id)) {
            set_item(t, profile_variable_at(t->profile, id), secs_child(values, i));
        } else if (strcmp(id, "1001") == 0 && sets_clock) {
            set_now(t, secs_child(values, i));
        }
    }
}

static const struct trial_frame *reply_to(const struct trial_talk *talk, uint32_t i) {
    for (uint32_t k = i + 1; k < talk->n; k++) {
        const struct trial_frame *f = &talk->frame[k];
        if (!f->is_remark && !f->is_by_host && f->frame.header.stype == HSMS_DATA &&
            f->frame.header.system == talk->frame[i].frame.header.system &&
            !trial_is_primary(&f->frame.header)) {
            return f;
        }
    }
    return NULL;
}

static void prepare(struct trial *t, const struct trial_talk *talk, uint32_t i,
                    struct arena *arena) {
    const struct hsms_frame *frame = &talk->frame[i].frame;
    const int sf = hsms_stream(&frame->header) * 100 + hsms_function(&frame->header);
    const struct trial_frame *reply =
        frame->header.stype == HSMS_DATA && (sf == 103 || sf == 217) ? reply_to(talk, i) : NULL;
    const struct secs_item *ids = NULL;
    if (!reply || secs_decode(frame->body, frame->n_body, arena, &ids, NULL) != MARU_OK) {
        return;
    }
    const struct secs_item *values = trial_decode(reply->frame.body, reply->frame.n_body, arena);
    if (sf == 217) {
        set_now(t, values);
    } else {
        // In `clock` the host has set the tool's clock, which then runs on by itself.
        maru_time at = 0;
        const bool is_set =
            secs_is_text(secs_child(values, 0)) &&
            gem_time_read(secs_child(values, 0)->bytes, secs_child(values, 0)->n, &at) &&
            at < INT64_C(1767400000000000);
        if (is_set && secs_child(values, 0)->n == 16) {
            t->now += 90000; // the hundredths that had gone by
        }
        prepare_status(t, ids, values, !is_set);
    }
}

// Sets the variables to what their event shows, and fires it.
static void fire_as_they(struct trial *t, const struct secs_item *root) {
    char id[PROFILE_MAX_ID_BYTES + 1];
    assert_true(profile_id_of(secs_child(root, 1), id));
    const uint32_t event = profile_event_at(t->profile, id);
    const enum profile_meaning means = t->profile->event[event].means;
    const struct secs_item *reports = secs_child(root, 2);
    for (uint32_t i = 0; i < reports->n; i++) {
        const struct secs_item *values = secs_child(secs_child(reports, i), 1);
        for (uint32_t k = 0; k < values->n; k++) {
            // A time of the day is the tool's clock, whatever else is a variable with a value of that kind.
            set_now(t, secs_child(values, k));
        }
    }
    run(t);
    if (means == MEANS_LOCAL || means == MEANS_REMOTE || means == MEANS_OFFLINE) {
        int64_t control = 0;
        const struct secs_item *value = secs_child(secs_child(secs_child(reports, 0), 1), 0);
        assert_true(secs_integer(value, 0, &control));
        assert_int_equal(equipment_switch(t->tool, (enum equipment_control)control, NULL), MARU_OK);
    } else {
        assert_int_equal(equipment_fire(t->tool, event, NULL), MARU_OK);
    }
}

// Which variables a report of theirs has, by what the host had defined: id and variables of each S2F33.
struct defined {
    uint32_t n;
    struct {
        char id[PROFILE_MAX_ID_BYTES + 1];
        uint32_t n, variable[8];
    } report[32];
};

static void note_reports(struct trial *t, struct defined *defined, const struct secs_item *root) {
    const struct secs_item *list = secs_child(root, 1);
    for (uint32_t i = 0; list && i < list->n; i++) {
        const struct secs_item *row = secs_child(list, i);
        const struct secs_item *ids = secs_child(row, 1);
        if (!ids || ids->n == 0 || ids->n > 8 || defined->n == 32) {
            continue;
        }
        assert_true(profile_id_of(secs_child(row, 0), defined->report[defined->n].id));
        for (uint32_t k = 0; k < ids->n; k++) {
            char id[PROFILE_MAX_ID_BYTES + 1];
            assert_true(profile_id_of(secs_child(ids, k), id));
            defined->report[defined->n].variable[k] = profile_variable_at(t->profile, id);
        }
        defined->report[defined->n++].n = ids->n;
    }
}

static void set_reported(struct trial *t, const struct defined *defined,
                         const struct secs_item *reports) {
    for (uint32_t i = 0; i < reports->n; i++) {
        char id[PROFILE_MAX_ID_BYTES + 1];
        assert_true(profile_id_of(secs_child(secs_child(reports, i), 0), id));
        const struct secs_item *values = secs_child(secs_child(reports, i), 1);
        for (uint32_t r = 0; r < defined->n; r++) {
            for (uint32_t k = 0; strcmp(defined->report[r].id, id) == 0 &&
                                 k < defined->report[r].n && k < values->n;
                 k++) {
                const uint32_t v = defined->report[r].variable[k];
                if (v != PROFILE_NONE && t->profile->variable[v].means != MEANS_CLOCK) {
                    set_item(t, v, secs_child(values, k));
                }
            }
            if (strcmp(defined->report[r].id, id) == 0) {
                break; // the first definition counts, later ones were refused
            }
        }
    }
}

// What theirs began is begun here, unless ours has done so already.
static void begin_as_they(struct trial *t, const struct trial_frame *f, struct defined *defined,
                          struct arena *arena) {
    const struct hsms_header *h = &f->frame.header;
    const int sf = hsms_stream(h) * 100 + hsms_function(h);
    int64_t code = 0;
    if (h->stype == HSMS_LINKTEST_REQ) {
        hsms_session_linktest(t->session, t->now);
    } else if (h->stype == HSMS_SEPARATE_REQ) {
        hsms_session_separate(t->session, t->now);
    }
    if (h->stype != HSMS_DATA || sf == 113 || hsms_stream(h) == 9) {
        t->now += sf == 909 ? 2 * SECOND : 0;
        run(t);
        return;
    }
    const struct secs_item *root = trial_decode(f->frame.body, f->frame.n_body, arena);
    if (sf == 611) {
        set_reported(t, defined, secs_child(root, 2));
        fire_as_they(t, root);
    } else if (sf == 501) {
        char id[PROFILE_MAX_ID_BYTES + 1];
        assert_true(secs_integer(secs_child(root, 0), 0, &code));
        assert_true(profile_id_of(secs_child(root, 1), id));
        assert_int_equal(
            equipment_alarm(t->tool, profile_alarm_at(t->profile, id), code >= 128, NULL), MARU_OK);
    } else if (sf == 101 && equipment_control_state(t->tool) == EQUIPMENT_OFFLINE) {
        assert_int_equal(equipment_switch(t->tool, EQUIPMENT_ATTEMPTS_ONLINE, NULL), MARU_OK);
    } else {
        struct text body;
        text_init(&body, TRIAL_BYTES);
        if (root) {
            secs_put_item(&body, root);
        }
        assert_int_equal(equipment_tell(t->tool, hsms_stream(h), hsms_function(h),
                                        hsms_wants_reply(h), &body, NULL),
                         MARU_OK);
        text_fini(&body);
    }
    run(t);
}

struct conversation {
    const char *name, *extra;
    uint32_t but[10]; // lines of theirs that ours does not say so
};

#define OFF "setting,,linktest,,,,,0,,\nsetting,,open,,,,,64,,\nsetting,,control,,,,,3,,\n"
#define OPEN OFF "setting,,answer off-line,,,,,yes,,\nsetting,,terminals,,,,,2,,\n"
#define DEVICE_1 OPEN "setting,,device,,,,,1,,\n"

static const struct conversation conversations[] = {
    {"establish", OPEN "setting,,device,,,,,0,,\n", {0}},
    {"establish_equipment_active",
     OPEN "setting,,active,,,,,yes,,\nsetting,,device,,,,,7,,\n",
     {0}},
    {"are_you_there", DEVICE_1, {0}},
    {"status", DEVICE_1, {0}},
    {"constants", DEVICE_1, {0}},
    {"clock", DEVICE_1, {0}},
    {"events", DEVICE_1, {0}},
    {"remote_command", DEVICE_1, {45}}, // ours names the parameter that is wrong
    {"terminal", DEVICE_1, {0}},
    {"online_offline", DEVICE_1, {0}},
    {"trace", DEVICE_1, {10, 11, 12, 15}}, // the values are their chamber's
    // Stream 12 is not known at all here; an unknown alarm is listed as such (E5) and not aborted; the
    // system bytes in S9F9 are ours.
    {"errors", DEVICE_1 "setting,,t3,,,,,2,,\n", {17, 25, 29}},
    {"loopback", DEVICE_1, {0}},
    {"interleaved", DEVICE_1, {42, 60, 69}}, // theirs lists an alarm as set once S5F2 has come
    {"reconnect", DEVICE_1, {0}},
};

// S1F3 and S5F5 are given when theirs has answered it: theirs takes its time on purpose, ours does not.
static bool is_status_request(const struct trial_frame *f) {
    return !f->is_remark && f->is_by_host && f->frame.header.stype == HSMS_DATA &&
           ((f->frame.header.byte2 == 0x81 && f->frame.header.byte3 == 3) ||
            (f->frame.header.byte2 == 0x85 && f->frame.header.byte3 == 5));
}

static void feed_status_request(struct trial *t, const struct trial_talk *talk, uint32_t reply,
                                struct arena *arena) {
    for (uint32_t i = 0; i < reply; i++) {
        const struct trial_frame *f = &talk->frame[i];
        if (is_status_request(f) && reply_to(talk, i) == &talk->frame[reply]) {
            prepare(t, talk, i, arena);
            feed(t, &f->frame.header, f->frame.body, f->frame.n_body);
        }
    }
}

static bool is_left_out(const struct conversation *c, uint32_t line) {
    for (size_t i = 0; i < sizeof c->but / sizeof *c->but; i++) {
        if (c->but[i] == line) {
            return true;
        }
    }
    return false;
}

static void play(const struct conversation *c) {
    char file[64];
    char csv[8192];
    snprintf(file, sizeof file, "%s.cap", c->name);
    snprintf(csv, sizeof csv, "%s%s", ETCH_TOOL, c->extra);
    struct trial_talk *talk = trial_talk_open(file);
    struct trial t;
    struct arena arena;
    struct defined defined = {0};
    arena_init(&arena, TRIAL_BYTES);
    start(&t, csv);
    t.now = INT64_C(1795291920000000); // 2026-11-21 20:12, shortly before the recording
    run(&t);
    for (uint32_t i = 0; i < talk->n; i++) {
        const struct trial_frame *f = &talk->frame[i];
        struct hsms_header header = f->frame.header;
        if (f->is_remark) {
            if (hsms_session_is_selected(t.session)) {
                hsms_session_closed(t.session, t.now);
                run(&t);
            }
            t.now += 20 * SECOND;
            run(&t);
            t.sent->n_map = 0;
            hsms_session_opened(t.session, t.now);
            run(&t);
        } else if (is_status_request(f) && reply_to(talk, i)) {
            continue;
        } else if (f->is_by_host) {
            prepare(&t, talk, i, &arena);
            const struct secs_item *root = NULL;
            if (header.stype == 0 && header.byte2 == 0x82 && header.byte3 == 33 &&
                secs_decode(f->frame.body, f->frame.n_body, &arena, &root, NULL) == MARU_OK) {
                note_reports(&t, &defined, root);
            }
            if (trial_is_primary(&header) || trial_map(t.sent, &header.system)) {
                feed(&t, &header, f->frame.body, f->frame.n_body);
            }
        } else if (!is_left_out(c, f->line)) {
            feed_status_request(&t, talk, i, &arena);
            if (trial_is_primary(&header) && trial_find(t.sent, &f->frame) == t.sent->n_sent) {
                begin_as_they(&t, f, &defined, &arena);
            }
            trial_match(t.sent, f);
        }
    }
    arena_fini(&arena);
    end(&t);
    trial_talk_close(talk);
}

static void recorded_conversations(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof conversations / sizeof *conversations; i++) {
        play(&conversations[i]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(recorded_conversations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
