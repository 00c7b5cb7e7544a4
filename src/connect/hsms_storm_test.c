#include "connect/hsms_connection.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/random.h"
#include "connect/trial_hsms.h"
#include "signal/event.h"
#include "store/tenant.h"
#include "store/trial_place.h"

// One tool works, fifty events a second, while two hundred connections come and go beside it: cut, silent until T7, half a frame until T8,
// separated at once, half closed. And another tool sends messages of ten million bytes. The first tool's events come to the store, in order,
// and as quickly as on a busy machine they can; what the storm has taken of memory and files it gives back.

enum {
    N_STORM = 200,
    STORM_S = 4,
    EVERY_US = 20000,
    N_BIG_BYTES = 10000000,
    MOST_EVENTS = 10000,
    MOST_KIB = 96 << 10,
};

// The sanitizers keep what was freed, so that it is seen when it is used.
#ifdef __has_feature
#define KEEPS_FREED (__has_feature(address_sanitizer) || __has_feature(thread_sanitizer))
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define KEEPS_FREED 1
#else
#define KEEPS_FREED 0
#endif

static const char table[] = "row,id,name,kind,unit,list,means,value,low,high\n"
                            "setting,,t7,,,,,0.3,,\nsetting,,t8,,,,,0.2,,\n"
                            "setting,,spool,,,,,yes,,\nsetting,,linktest,,,,,0,,\n"
                            "variable,1,Count,DV,,,,<U4 0>,,\nreport,1,,,,1,,,,\n"
                            "event,1,Counted,,,1,,,,\n";

struct place {
    struct trial_place where;
    struct store *store;
    struct tenant *tenant;
    struct signals *signals;
    struct follower *follower;
    struct hsms_connection *hsms;
    struct profile *kind;
    struct fake good, big;

    struct guest { // of the storm
        int fd;    // -1: none
        maru_time until_us;
        bool says_goodbye;
    } guest[N_STORM];
    uint64_t n_come, n_big;

    uint32_t n_fired, n_kept; // of the good tool
    maru_time fired_us[MOST_EVENTS], took_us[MOST_EVENTS];
    struct text samples, events;
};

static bool is_ready(struct place *place, const char *name);

static void open_place(struct place *place) {
    char secret[STORE_SECRET_BYTES];
    struct hsms_options options = hsms_usual("fab");
    memset(place, 0, sizeof *place);
    place->kind = fake_profile(table);
    options.port = 0;
    options.profile = table;
    options.tools = "tool,address,device\nGOOD,127.0.0.2,1\nBIG,127.0.0.3,1\n";
    text_init(&place->samples, SIGNALS_MAX_FOLLOW_BYTES);
    text_init(&place->events, SIGNALS_MAX_FOLLOW_BYTES);
    for (int i = 0; i < N_STORM; i++) {
        place->guest[i].fd = -1;
    }
    assert_true(trial_place_make(&place->where));
    assert_int_equal(store_open(place->where.text, &place->store, secret, NULL), MARU_OK);
    assert_int_equal(store_hold(place->store, "local", &place->tenant, NULL), MARU_OK);
    assert_int_equal(tenant_open_signals(place->store, place->tenant, &place->signals, NULL),
                     MARU_OK);
    assert_int_equal(signals_follow(place->signals, &place->follower, NULL), MARU_OK);
    assert_int_equal(hsms_open(place->signals, &options, &place->hsms, NULL), MARU_OK);
    while (hsms_port(place->hsms) == 0) {
        usleep(1000);
    }
    assert_true(fake_start(&place->good, place->kind, true, 1, "X"));
    assert_true(fake_start(&place->big, place->kind, true, 1, "X"));
    assert_true(fake_connect(&place->good, "127.0.0.2", hsms_port(place->hsms)));
    assert_true(fake_connect(&place->big, "127.0.0.3", hsms_port(place->hsms)));
    while (!is_ready(place, "GOOD") || !is_ready(place, "BIG")) {
        fake_step(&place->good);
        fake_step(&place->big);
        usleep(500);
    }
}

static void close_place(struct place *place) {
    signals_unfollow(place->follower);
    hsms_close(place->hsms);
    fake_end(&place->good);
    fake_end(&place->big);
    profile_free(place->kind);
    text_fini(&place->samples);
    text_fini(&place->events);
    store_release(place->store, place->tenant);
    store_close(place->store);
    trial_place_remove(&place->where);
}

// ---- what is seen of it

struct found {
    const char *name;
    bool is_ready;
    uint64_t n_gap, n_problem;
};

static void see_tool(void *context, const struct hsms_tool_look *look) {
    struct found *found = context;
    if (strcmp(look->name, found->name) == 0) {
        found->is_ready = look->is_ready;
        found->n_gap = look->n_gap;
        found->n_problem = look->n_problem;
    }
}

static struct found look_at(struct place *place, const char *name) {
    struct found found = {.name = name};
    hsms_each_tool(place->hsms, see_tool, &found);
    return found;
}

static bool is_ready(struct place *place, const char *name) {
    return look_at(place, name).is_ready;
}

static long resident_kib(void) {
    char line[128] = "";
    FILE *file = fopen("/proc/self/statm", "r"); // pages: all, resident, ...
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file));
    fclose(file);
    return strtol(strchr(line, ' '), NULL, 10) * 4;
}

static int count_files(void) {
    int n = 0;
    DIR *folder = opendir("/proc/self/fd");
    assert_non_null(folder);
    while (readdir(folder)) {
        n++;
    }
    closedir(folder);
    return n;
}

// ---- the tool at work

static void fire(struct place *place) {
    struct text item;
    text_init(&item, 64);
    secs_put_integer(&item, SECS_U4, place->n_fired);
    assert_int_equal(equipment_set(place->good.tool, 0, item.bytes, item.n_bytes, NULL), MARU_OK);
    text_fini(&item);
    assert_in_range(place->n_fired, 0, MOST_EVENTS - 1);
    place->fired_us[place->n_fired++] = clock_unix_us();
    assert_int_equal(equipment_fire(place->good.tool, 0, NULL), MARU_OK);
}

static void see_kept(struct place *place) {
    assert_false(signals_take_followed(place->follower, 0, &place->samples, &place->events));
    struct packed_bytes from = packed_text(&place->events);
    struct event event;
    while (from.at != from.end) {
        assert_int_equal(event_next(&from, &event, NULL), MARU_OK);
        const char *count = strstr(event.detail, "\"Count\":");
        if (strcmp(event.name, "Counted") == 0 && count) {
            assert_int_equal(strtoul(count + strlen("\"Count\":"), NULL, 10), place->n_kept);
            place->took_us[place->n_kept] = clock_unix_us() - place->fired_us[place->n_kept];
            place->n_kept++;
        }
    }
}

static int compare(const void *a, const void *b) {
    const maru_time x = *(const maru_time *)a, y = *(const maru_time *)b;
    return (x > y) - (x < y);
}

// ---- the storm

static void send_frame(int fd, uint8_t stype, size_t n_of) {
    const struct hsms_header header = {0xFFFF, 0, 0, 0, stype, 1};
    struct text bytes;
    text_init(&bytes, 64);
    hsms_put(&bytes, &header, "", 0);
    (void)!send(fd, bytes.bytes, n_of < bytes.n_bytes ? n_of : bytes.n_bytes, MSG_NOSIGNAL);
    text_fini(&bytes);
}

static void come(struct place *place, struct guest *guest, uint32_t luck) {
    const maru_time now = clock_unix_us();
    guest->fd = fake_socket("127.0.0.66", hsms_port(place->hsms));
    if (guest->fd < 0) {
        return;
    }
    place->n_come++;
    guest->says_goodbye = luck % 5 == 2;
    guest->until_us = now + (maru_time)(luck % 7) * 50000;
    switch (luck % 5) {
    case 0: // cut
    case 1: // silent until T7 has passed
        guest->until_us += (maru_time)(luck % 5) * 500000;
        return;
    case 2: // selected, then separated
        send_frame(guest->fd, HSMS_SELECT_REQ, SIZE_MAX);
        return;
    case 3: // half a frame until T8 has passed
        send_frame(guest->fd, HSMS_SELECT_REQ, SIZE_MAX);
        send_frame(guest->fd, HSMS_SELECT_REQ, 7);
        guest->until_us += 500000;
        return;
    default: // half closed
        shutdown(guest->fd, SHUT_WR);
        guest->until_us += 500000;
        return;
    }
}

static void leave(struct guest *guest) {
    const struct linger now = {1, 0};
    if (guest->says_goodbye) {
        send_frame(guest->fd, HSMS_SEPARATE_REQ, SIZE_MAX);
    } else {
        (void)setsockopt(guest->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    }
    close(guest->fd);
    guest->fd = -1;
}

static void rage(struct place *place, uint64_t round) {
    const maru_time now = clock_unix_us();
    for (uint32_t i = 0; i < N_STORM; i++) {
        struct guest *guest = &place->guest[i];
        if (guest->fd >= 0 && now >= guest->until_us) {
            leave(guest);
        } else if (guest->fd < 0) {
            come(place, guest, random_at(11, round, i).word[0]);
        }
    }
}

static void send_big(struct place *place, const struct text *body) {
    size_t n = 0;
    (void)hsms_session_output(fake_session(&place->big), &n);
    if (n == 0 && equipment_tell(place->big.tool, 6, 25, false, body, NULL) == MARU_OK) {
        place->n_big++;
    }
}

// Work for a while, with the storm or without.
static void work(struct place *place, int seconds, const struct text *storm) {
    const maru_time begin = clock_unix_us(), end = begin + (maru_time)seconds * 1000000;
    maru_time next_us = begin;
    for (uint64_t round = 0; clock_unix_us() < end; round++) {
        if (clock_unix_us() >= next_us) {
            fire(place);
            next_us += EVERY_US;
        }
        if (storm) {
            rage(place, round);
            send_big(place, storm);
        }
        fake_step(&place->good);
        fake_step(&place->big);
        see_kept(place);
        usleep(500);
    }
    const maru_time until = clock_unix_us() + 20000000;
    while (place->n_kept < place->n_fired && clock_unix_us() < until) {
        fake_step(&place->good);
        fake_step(&place->big);
        see_kept(place);
        usleep(500);
    }
    assert_int_equal(place->n_kept, place->n_fired);
}

static void a_storm_delays_nobody(void **state) {
    (void)state;
    static struct place place;
    struct text body;
    open_place(&place);
    work(&place, 1, NULL);
    const int n_file = count_files();
    const long calm_kib = resident_kib();
    const uint32_t n_calm = place.n_kept;
    char *bytes = test_calloc(N_BIG_BYTES, 1);
    text_init(&body, N_BIG_BYTES + 16);
    secs_put_bytes(&body, SECS_B, bytes, N_BIG_BYTES);
    test_free(bytes);
    assert_int_equal(body.status, MARU_OK);

    work(&place, STORM_S, &body);
    for (int i = 0; i < N_STORM; i++) {
        if (place.guest[i].fd >= 0) {
            leave(&place.guest[i]);
        }
    }
    text_fini(&body);
    const maru_time until = clock_unix_us() + 10000000;
    while (count_files() > n_file && clock_unix_us() < until) {
        work(&place, 1, NULL);
    }
    maru_time *took = place.took_us + n_calm;
    const size_t n = place.n_kept - n_calm;
    qsort(took, n, sizeof *took, compare);
    print_message("%llu connections and %llu messages of %d bytes; %zu events kept after %lld ms "
                  "(half), %lld ms (99 of 100); %ld "
                  "KiB before, %ld KiB behind\n",
                  (unsigned long long)place.n_come, (unsigned long long)place.n_big, N_BIG_BYTES, n,
                  (long long)(took[n / 2] / 1000), (long long)(took[n * 99 / 100] / 1000), calm_kib,
                  resident_kib());
    assert_in_range(place.n_come, N_STORM, UINT64_MAX);
    assert_in_range(place.n_big, 2, UINT64_MAX);
    assert_in_range(took[n / 2], 0, 1000000);
    assert_in_range(count_files(), 0, n_file);
    assert_true(KEEPS_FREED || resident_kib() <= calm_kib + MOST_KIB);
    const struct found good = look_at(&place, "GOOD"), big = look_at(&place, "BIG");
    assert_true(good.is_ready && big.is_ready);
    assert_int_equal(good.n_gap, 1);
    assert_int_equal(good.n_problem, 0);
    assert_int_equal(big.n_gap, 1);
    close_place(&place);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_storm_delays_nobody)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
