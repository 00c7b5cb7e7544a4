#include "wire/secs/gem_ask.h"
#include "wire/secs/trial_host.h"

// Recorded conversations, with our host in the place of theirs: it gets what the tool sent and begins what
// the other host began, and must send what that one sent, by value.

// Requests of the kinds below are made by gem_ask.c from what their body means; others go as they are.
static void put_request(const struct profile *p, const struct hsms_header *h,
                        const struct secs_item *root, struct text *body) {
    char text[64][PROFILE_MAX_ID_BYTES + 1];
    const char *id[64];
    const int sf = hsms_stream(h) * 100 + hsms_function(h);
    const bool has_ids =
        sf == 103 || sf == 111 || sf == 121 || sf == 123 || sf == 213 || sf == 229 || sf == 505;
    const struct secs_item *list = sf == 237 ? secs_child(root, 1) : root;
    if (list && list->kind == SECS_L && (has_ids || sf == 237)) {
        for (uint32_t i = 0; i < list->n; i++) {
            assert_true(profile_id_of(secs_child(list, i), text[i]));
            id[i] = text[i];
        }
    }
    int64_t number = 0;
    if (has_ids && root && root->kind == SECS_L) {
        gem_put_ids(body, p, id, root->n);
    } else if (sf == 237 && list) {
        assert_true(secs_integer(secs_child(root, 0), 0, &number));
        gem_put_enable(body, p, number != 0, id, list->n);
    } else if (sf == 503) {
        assert_true(secs_integer(secs_child(root, 0), 0, &number));
        assert_true(profile_id_of(secs_child(root, 1), text[0]));
        gem_put_alarm_enable(body, p, number != 0, text[0]);
    } else if (sf == 615 || sf == 619) {
        assert_true(profile_id_of(root, text[0]));
        gem_put_one_id(body, p, text[0]);
    } else if (root) {
        secs_put_item(body, root);
    }
}

static void ask_as_they(struct trial *t, const struct trial_frame *f) {
    struct text body;
    struct arena arena;
    text_init(&body, TRIAL_BYTES);
    arena_init(&arena, TRIAL_BYTES);
    const struct secs_item *root = NULL;
    if (secs_decode(f->frame.body, f->frame.n_body, &arena, &root, NULL) == MARU_OK) {
        put_request(t->profile, &f->frame.header, root, &body);
    } else {
        text_add(&body, (const char *)f->frame.body, f->frame.n_body); // broken on purpose
    }
    const struct hsms_header *h = &f->frame.header;
    if (hsms_wants_reply(h)) {
        assert_int_equal(
            gem_host_ask(t->host, hsms_stream(h), hsms_function(h), &body, f->line, NULL), MARU_OK);
    } else {
        const struct hsms_message message = {hsms_stream(h), hsms_function(h), body.bytes,
                                             (uint32_t)body.n_bytes};
        assert_int_equal(hsms_session_tell(t->session, &message, NULL), MARU_OK);
    }
    arena_fini(&arena);
    text_fini(&body);
}

// The set-up begins with S1F1 here, which theirs did not ask.
static void answer_setup(struct trial *t) {
    for (uint32_t i = 0; i < t->sent->n_sent; i++) {
        struct trial_sent *s = &t->sent->sent[i];
        if (!s->is_taken && s->frame.header.stype == 0 && hsms_stream(&s->frame.header) == 1 &&
            hsms_function(&s->frame.header) == 1) {
            s->is_taken = true;
            say(t, 1, 2, false, s->frame.header.system, "<L>");
        }
    }
}

// S1F13 comes when the connection is selected, without being asked for.
static bool has_sent_by_itself(const struct trial *t, const struct trial_frame *f) {
    for (uint32_t i = 0; i < t->sent->n_sent; i++) {
        const struct trial_sent *s = &t->sent->sent[i];
        if (!s->is_taken && f->frame.header.byte2 == 0x81 && f->frame.header.byte3 == 13 &&
            trial_is_same(&s->frame, &f->frame)) {
            return true;
        }
    }
    return false;
}

// S9 messages have the header of the message at fault in their body.
static void feed_error(struct trial *t, const struct trial_frame *f) {
    uint8_t body[2 + HSMS_HEADER_BYTES];
    assert_int_equal(f->frame.n_body, sizeof body);
    memcpy(body, f->frame.body, sizeof body);
    struct hsms_header at_fault = hsms_header_read(body + 2);
    (void)trial_map(t->sent, &at_fault.system);
    hsms_header_bytes(&at_fault, body + 2);
    feed(t, &f->frame.header, body, sizeof body);
}

static void play_frame(struct trial *t, const struct trial_frame *f) {
    struct hsms_header header = f->frame.header;
    if (!f->is_by_host) {
        if (!trial_is_primary(&header) && !trial_map(t->sent, &header.system)) {
            return; // to a message that ours does not send
        }
        if (header.stype == HSMS_DATA && hsms_stream(&header) == 9) {
            feed_error(t, f);
            return;
        }
        feed(t, &header, f->frame.body, f->frame.n_body);
        answer_setup(t);
        return;
    }
    if (header.stype == HSMS_DATA && header.session == 2) {
        return; // to a device that there is not
    }
    if (header.stype == HSMS_LINKTEST_REQ) {
        hsms_session_linktest(t->session, t->now);
    } else if (header.stype == HSMS_SEPARATE_REQ) {
        hsms_session_separate(t->session, t->now);
    } else if (header.stype == HSMS_DATA && trial_is_primary(&header) &&
               !has_sent_by_itself(t, f)) {
        ask_as_they(t, f);
    }
    run(t);
    trial_match(t->sent, f);
}

static void play_as_host(const char *name, const char *extra, struct text *log) {
    char file[64];
    char csv[8192];
    snprintf(file, sizeof file, "%s.cap", name);
    snprintf(csv, sizeof csv, "%s%s%s",
             ETCH_HOST "setting,,linktest,,,,,0,,\nsetting,,open,,,,,64,,\n",
             QUIET "setting,,enable all events,,,,,yes,,\n", extra);
    struct trial_talk *talk = trial_talk_open(file);
    struct trial trial;
    struct trial *t = &trial;
    start(t, csv);
    for (uint32_t i = 0; i < talk->n; i++) {
        const struct trial_frame *f = &talk->frame[i];
        if (f->is_remark) {
            if (hsms_session_is_selected(t->session)) {
                hsms_session_closed(t->session, t->now);
                run(t);
                t->now += 20000000;
                run(t);
            }
            if (i + 1 < talk->n) {
                t->sent->n_map = 0;
                hsms_session_opened(t->session, t->now);
                run(t);
            }
        } else {
            play_frame(t, f);
        }
    }
    uint32_t n_left = 0;
    for (uint32_t i = 0; i < t->sent->n_sent; i++) {
        const struct hsms_header *h = &t->sent->sent[i].frame.header;
        const bool is_setup = h->stype == 0 && hsms_stream(h) == 2 && hsms_function(h) == 37;
        n_left += !t->sent->sent[i].is_taken && !is_setup;
    }
    // In `errors` theirs leaves an alarm unanswered on purpose; ours answers.
    assert_int_equal(n_left, strcmp(name, "errors") == 0 ? 1 : 0);
    text_add(log, t->log.bytes, t->log.n_bytes);
    end(t);
    trial_talk_close(talk);
}

struct conversation {
    const char *name, *extra;
    const char *want[6]; // lines of what the host makes of it
};

#define ACTIVE "setting,,active,,,,,yes,,\n"
#define DEVICE_1 ACTIVE "setting,,device,,,,,1,,\n"

static const struct conversation conversations[] = {
    {"establish", ACTIVE "setting,,device,,,,,0,,\n", {"COMMUNICATION 1\n"}},
    {"establish_equipment_active",
     "setting,,device,,,,,7,,\n",
     {"COMMUNICATION 1\n", "CLOSED 1 separated by the equipment\n", "GAP 1 separated"}},
    {"are_you_there", DEVICE_1, {"REPLY S1F2 #8 outcome 0"}},
    {"status",
     DEVICE_1,
     {"SAMPLE ChamberPressure[0]=12.5\n", "SAMPLE GasFlow[2]=20.125\n", "SAMPLE SlotMap[3]=1\n",
      "SAMPLE ChuckTemperature[0]=-20\n", "SAMPLE Recipe[0]=ETCH-A\n", "SAMPLE DoorClosed[0]=1\n"}},
    {"constants",
     DEVICE_1,
     {"REPLY S2F16 3 #18 outcome 0 at least one constant is out of range\n",
      "SAMPLE PressureLimit[0]=30.5\n", "SAMPLE OperatorName[0]=KIM\n"}},
    {"clock",
     DEVICE_1,
     {"REPLY S2F32 1 #14 outcome 0 not done\n", "SAMPLE Clock[0]=260102030405\n"}},
    {"events",
     DEVICE_1 "setting,,data id kind,,,,,U4,,\n",
     {"EVENT 4001 LotStarted (lot start) LOT-7// 2\n",
      "EVENT 4002 WaferDone (wafer end) /LOT-7.02/ETCH-A 8\n", "SAMPLE Thickness[2]=100.125\n",
      "EVENT 4003 LotDone (lot end) LOT-8// 2\n",
      "REPLY S2F34 3 #20 outcome 0 at least one report is defined already\n"}},
    {"remote_command",
     DEVICE_1,
     {"REPLY S2F42 4 #26 outcome 0 will be done, an event says when\n",
      "REPLY S2F42 1 #40 outcome 0 there is no such command\n"}},
    {"terminal",
     DEVICE_1,
     {"TERMINAL 0 Operator: done\n", "REPLY S10F4 2 #12 outcome 0 no such terminal\n"}},
    {"online_offline",
     DEVICE_1,
     {"CONTROL 4 remote\n", "CONTROL 3 local\n", "CONTROL 1 off-line\n",
      "REPLY S1F18 1 #50 outcome 0 not allowed\n"}},
    {"trace", DEVICE_1, {"REPLY S2F24 5 #22 outcome 0 bad group size\n"}},
    {"errors",
     DEVICE_1,
     {"PROBLEM S9F3 unknown stream\n", "REPLY S2F44 7 #14 outcome 4 illegal data\n",
      "REPLY S5F6 #24 outcome 1", "ALARM 4 501 set Chamber pressure above limit\n",
      "PROBLEM S9F9 no reply in time\n"}},
    {"loopback", DEVICE_1, {"REPLY S2F26 #20 outcome 0"}},
    {"interleaved",
     DEVICE_1,
     {"ALARM 4 501 clear Chamber pressure above limit\n", "EVENT 4003 LotDone (lot end) // 1\n",
      "REPLY S5F6 #91 outcome 0"}},
    {"reconnect", DEVICE_1, {"GAP 1 separated by us\n", "REPLY S1F2 #19 outcome 0"}},
};

static void recorded_conversations(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof conversations / sizeof *conversations; i++) {
        const struct conversation *c = &conversations[i];
        struct text log;
        text_init(&log, TRIAL_BYTES);
        play_as_host(c->name, c->extra, &log);
        for (size_t k = 0; k < sizeof c->want / sizeof *c->want && c->want[k]; k++) {
            if (!strstr(log.bytes, c->want[k])) {
                fail_msg("%s: '%s' is not in '%s'", c->name, c->want[k], log.bytes);
            }
        }
        text_fini(&log);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(recorded_conversations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
