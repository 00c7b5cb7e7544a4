#include "connect/fake/fake_secs.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/status.h"
#include "connect/fake/fake_secs_table.h"
#include "connect/reach.h"
#include "io/clock.h"
#include "wire/secs/equipment.h"

// One lock around all tools: values are put in by one thread, sockets are looked after by the other. What the
// state machine of a tool wants (wire/secs/equipment.h) is done in pump: open a connection, close it, send.
//
// What changes of one tool at one time is set first, then told: lots that have ended, with the product, step and
// recipe that they had, lots that have begun, the state, the alarm; so every report shows the tool as it is. The
// variable of the lot is the one lot while its event is told.

enum {
    TICK_MS = 200,
    RETRY_US = 1000000,
    RECONNECT_US = 2000000,
    ALARM_NONE = 0,
    LOTS_BYTES = 512
};

struct secs_tool {
    struct profile profile; // the common one, with the device id of this tool
    struct equipment *equipment;
    int listening, port; // -1: it does not listen
    int file;            // -1: not connected
    bool wants_connection, is_communicating;
    const char *name;
    char lots[LOTS_BYTES];
    int alarm;
};

struct fake_secs {
    const struct fake_plan *plan;
    struct fake_secs_options options;
    char address[256];
    struct profile *profile;
    uint32_t *device_tool;  // (plan.n_device) UINT32_MAX: it is no tool
    struct secs_tool *tool; // (n_tool)
    uint32_t n_tool;
    struct pollfd *file; // (2 * n_tool + 1)
    int64_t try_us;      // when the next tool may try to connect
    int wake[2];
    pthread_t thread;
    atomic_bool is_stopping;
    pthread_mutex_t lock; // of the tools and the look
    struct fake_secs_look look;
};

// ---- one tool and its socket

static void note_problem(struct fake_secs *fake, const char *text) {
    snprintf(fake->look.problem, sizeof fake->look.problem, "%s", text);
}

static void send_some(struct secs_tool *tool) {
    size_t n = 0;
    const uint8_t *bytes = hsms_session_output(equipment_session(tool->equipment), &n);
    while (tool->file >= 0 && n > 0) {
        const ssize_t sent = send(tool->file, bytes, n, MSG_NOSIGNAL);
        if (sent <= 0) {
            return; // more when it can be written; a break shows when it is read
        }
        hsms_session_sent(equipment_session(tool->equipment), (size_t)sent);
        bytes = hsms_session_output(equipment_session(tool->equipment), &n);
    }
}

static void pump(struct fake_secs *fake, struct secs_tool *tool, int64_t now) {
    struct equipment_output out;
    while (equipment_next(tool->equipment, now, &out)) {
        switch (out.kind) {
        case EQUIPMENT_CONNECT:
            tool->wants_connection = true;
            break;
        case EQUIPMENT_CLOSED:
            send_some(tool);
            if (tool->file >= 0) {
                close(tool->file);
                tool->file = -1;
            }
            break;
        case EQUIPMENT_COMMUNICATING:
            fake->look.n_communicating += out.code == 1 && !tool->is_communicating;
            fake->look.n_communicating -= out.code != 1 && tool->is_communicating;
            tool->is_communicating = out.code == 1;
            break;
        case EQUIPMENT_CONTROL:
        case EQUIPMENT_COMMAND:
        case EQUIPMENT_CONSTANT:
        case EQUIPMENT_TEXT:
        case EQUIPMENT_PROGRAM:
        case EQUIPMENT_TIME:
        case EQUIPMENT_NO_REPLY:
        case EQUIPMENT_REFUSED:
            break;
        }
    }
    send_some(tool);
}

static void set_up(struct fake_secs *fake, struct secs_tool *tool, int file, int64_t now) {
    tool->file = file;
    fake->look.n_connection++;
    hsms_session_opened(equipment_session(tool->equipment), now);
    pump(fake, tool, now);
}

static void accept_one(struct fake_secs *fake, struct secs_tool *tool, int64_t now) {
    const int file = accept4(tool->listening, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (file >= 0 && tool->file >= 0) {
        close(file); // HSMS-SS: one at a time
    } else if (file >= 0) {
        set_up(fake, tool, file, now);
    }
}

// A tool that wants to, where it is time. The lock is not held while the host is waited for.
static void connect_one(struct fake_secs *fake, struct secs_tool *tool) {
    maru_error err = {0};
    int file = -1;
    const int via = fake->options.via ? fake->options.via(fake->options.via_of, tool->name) : 0;
    const maru_status st = reach_connect(via > 0 ? "127.0.0.1" : fake->address,
                                         via > 0 ? via : fake->options.port, &file, &err);
    const int64_t now = clock_unix_us();
    pthread_mutex_lock(&fake->lock);
    tool->wants_connection = false;
    if (st == MARU_OK) {
        set_up(fake, tool, file, now);
    } else {
        note_problem(fake, err.text);
        fake->try_us = now + RETRY_US; // the others would not get through either
        hsms_session_closed(equipment_session(tool->equipment), now);
        pump(fake, tool, now);
    }
    pthread_mutex_unlock(&fake->lock);
}

static void read_some(struct fake_secs *fake, struct secs_tool *tool, int64_t now) {
    uint8_t bytes[HSMS_MAX_RECEIVE_BYTES];
    const ssize_t n = recv(tool->file, bytes, sizeof bytes, 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
        return;
    }
    if (n <= 0 || hsms_session_receive(equipment_session(tool->equipment), bytes, (size_t)n, now,
                                       NULL) != MARU_OK) {
        close(tool->file);
        tool->file = -1;
        hsms_session_closed(equipment_session(tool->equipment), now);
    }
    pump(fake, tool, now);
}

// ---- the thread

static int wait_ms(const struct fake_secs *fake, int64_t now) {
    int64_t least = now + (int64_t)TICK_MS * 1000;
    for (uint32_t i = 0; i < fake->n_tool; i++) {
        const int64_t due = equipment_deadline(fake->tool[i].equipment);
        least = due < least ? due : least;
    }
    return least <= now ? 0 : (int)((least - now + 999) / 1000);
}

static int note_files(struct fake_secs *fake, int64_t now) {
    for (size_t i = 0; i < fake->n_tool; i++) {
        const struct secs_tool *tool = &fake->tool[i];
        size_t n = 0;
        (void)hsms_session_output(equipment_session(tool->equipment), &n);
        fake->file[2 * i] = (struct pollfd){.fd = tool->listening, .events = POLLIN};
        fake->file[2 * i + 1] =
            (struct pollfd){.fd = tool->file, .events = n > 0 ? POLLIN | POLLOUT : POLLIN};
    }
    fake->file[2 * (size_t)fake->n_tool] = (struct pollfd){.fd = fake->wake[0], .events = POLLIN};
    return wait_ms(fake, now);
}

static void serve(struct fake_secs *fake, size_t i, int64_t now) {
    struct secs_tool *tool = &fake->tool[i];
    if (tool->file >= 0 && fake->file[2 * i + 1].revents & (POLLIN | POLLERR | POLLHUP)) {
        read_some(fake, tool, now);
    }
    pump(fake, tool, now);
    if (tool->listening >= 0 && fake->file[2 * i].revents) {
        accept_one(fake, tool, now);
    }
}

static void *run(void *context) {
    struct fake_secs *fake = context;
    while (!atomic_load(&fake->is_stopping)) {
        pthread_mutex_lock(&fake->lock);
        const int ms = note_files(fake, clock_unix_us());
        pthread_mutex_unlock(&fake->lock);
        if (poll(fake->file, 2 * (nfds_t)fake->n_tool + 1, ms) < 0) {
            continue;
        }
        if (fake->file[2 * (size_t)fake->n_tool].revents) {
            char some[64];
            (void)!read(fake->wake[0], some, sizeof some);
        }
        pthread_mutex_lock(&fake->lock);
        for (uint32_t i = 0; i < fake->n_tool; i++) {
            serve(fake, i, clock_unix_us());
        }
        pthread_mutex_unlock(&fake->lock);
        for (uint32_t i = 0; i < fake->n_tool && !atomic_load(&fake->is_stopping); i++) {
            if (fake->tool[i].wants_connection && clock_unix_us() >= fake->try_us) {
                connect_one(fake, &fake->tool[i]);
            }
        }
    }
    return NULL;
}

// ---- values

static void set_variable(struct fake_secs *fake, struct secs_tool *tool, uint32_t variable,
                         const struct sample *sample) {
    struct text item;
    text_init(&item, SAMPLE_MAX_TEXT_BYTES + 64);
    fake_secs_put_value(&item, sample);
    if (item.status != MARU_OK ||
        equipment_set(tool->equipment, variable, item.bytes, item.n_bytes, NULL) != MARU_OK) {
        note_problem(fake, "no memory");
    }
    text_fini(&item);
}

static void fire(struct fake_secs *fake, struct secs_tool *tool, uint32_t event) {
    if (event == PROFILE_NONE) {
        return;
    }
    fake->look.n_event++;
    fake->look.n_lost += equipment_fire(tool->equipment, event, NULL) != MARU_OK;
}

static struct sample text_sample(const char *text, size_t n) {
    return (struct sample){.type = SAMPLE_TEXT,
                           .quality = QUALITY_GOOD,
                           .n_text = (uint32_t)n,
                           .value = {.text = text}};
}

// Is the name one of a list with + between?
static bool is_listed(const char *name, size_t n, const char *list) {
    const char *at = list;
    while (at[0] != '\0') {
        const size_t n_own = strcspn(at, "+");
        if (n_own == n && memcmp(at, name, n) == 0) {
            return true;
        }
        at += n_own + (at[n_own] == '+');
    }
    return false;
}

// Tell of each lot of one list that is not in the other.
static void fire_lots(struct fake_secs *fake, struct secs_tool *tool, uint32_t variable,
                      const char *list, const char *other, uint32_t event) {
    const char *at = list;
    while (at[0] != '\0') {
        const size_t n = strcspn(at, "+");
        if (!is_listed(at, n, other)) {
            const struct sample lot = text_sample(at, n);
            set_variable(fake, tool, variable, &lot);
            fire(fake, tool, event);
        }
        at += n + (at[n] == '+');
    }
}

static void end_lots(struct fake_secs *fake, struct secs_tool *tool, uint32_t variable,
                     const struct sample *now) {
    char lots[LOTS_BYTES];
    snprintf(lots, sizeof lots, "%.*s", (int)now->n_text, now->value.text);
    fire_lots(fake, tool, variable, tool->lots, lots,
              profile_event_meaning(&tool->profile, MEANS_LOT_END));
}

static void begin_lots(struct fake_secs *fake, struct secs_tool *tool, uint32_t variable,
                       const struct sample *now) {
    char lots[LOTS_BYTES];
    snprintf(lots, sizeof lots, "%.*s", (int)now->n_text, now->value.text);
    fire_lots(fake, tool, variable, lots, tool->lots,
              profile_event_meaning(&tool->profile, MEANS_LOT_START));
    memcpy(tool->lots, lots, sizeof lots);
    const struct sample all = text_sample(lots, strlen(lots));
    set_variable(fake, tool, variable, &all);
}

static void change_alarm(struct fake_secs *fake, struct secs_tool *tool, int code) {
    const int change[2] = {tool->alarm, code};
    if (tool->alarm == code) {
        return;
    }
    for (int i = 0; i < 2; i++) {
        char id[16];
        snprintf(id, sizeof id, "%d", change[i]);
        const uint32_t alarm = profile_alarm_at(&tool->profile, id);
        if (change[i] != ALARM_NONE && alarm != PROFILE_NONE &&
            equipment_alarm(tool->equipment, alarm, i == 1, NULL) != MARU_OK) {
            fake->look.n_lost++;
        }
    }
    tool->alarm = code;
}

// What a lot is given with it: told of lots that end as it was, of lots that begin as it is.
static bool is_of_job(uint8_t role) {
    return role == FAKE_ROLE_PRODUCT || role == FAKE_ROLE_STEP || role == FAKE_ROLE_RECIPE;
}

static void set_variables(struct fake_secs *fake, struct secs_tool *tool,
                          const struct fake_value *value, size_t n, uint32_t first_tag,
                          bool is_job) {
    for (size_t i = 0; i < n; i++) {
        if (is_of_job(fake->plan->tag[value[i].tag].role) == is_job) {
            set_variable(fake, tool, fake_secs_variable(value[i].tag - first_tag),
                         &value[i].sample);
        }
    }
}

static void tell_group(struct fake_secs *fake, struct secs_tool *tool,
                       const struct fake_value *value, size_t n, uint32_t first_tag) {
    const struct fake_value *lots = NULL;
    for (size_t i = 0; i < n; i++) {
        lots = fake->plan->tag[value[i].tag].role == FAKE_ROLE_LOT ? &value[i] : lots;
    }
    set_variables(fake, tool, value, n, first_tag, false);
    if (lots) {
        end_lots(fake, tool, fake_secs_variable(lots->tag - first_tag), &lots->sample);
    }
    set_variables(fake, tool, value, n, first_tag, true);
    if (lots) {
        begin_lots(fake, tool, fake_secs_variable(lots->tag - first_tag), &lots->sample);
    }
    for (size_t i = 0; i < n; i++) {
        const struct fake_tag *tag = &fake->plan->tag[value[i].tag];
        const struct sample *sample = &value[i].sample;
        if (tag->role == FAKE_ROLE_STATE) {
            fire(fake, tool, fake_secs_state_event(&tool->profile, sample));
        } else if (tag->role == FAKE_ROLE_ALARM) {
            change_alarm(fake, tool, (int)sample->value.integer);
        }
    }
    pump(fake, tool, clock_unix_us());
}

void fake_secs_put(struct fake_secs *fake, const struct fake_value *value, size_t n) {
    pthread_mutex_lock(&fake->lock);
    size_t i = 0;
    while (i < n) {
        const uint32_t device = fake->plan->tag_device[value[i].tag];
        size_t end = i + 1;
        while (end < n && fake->plan->tag_device[value[end].tag] == device &&
               value[end].sample.at_us == value[i].sample.at_us) {
            end++;
        }
        if (fake->device_tool[device] != UINT32_MAX) {
            tell_group(fake, &fake->tool[fake->device_tool[device]], &value[i], end - i,
                       fake->plan->device[device].first_tag);
        }
        i = end;
    }
    pthread_mutex_unlock(&fake->lock);
    (void)!write(fake->wake[1], "", 1);
}

// ---- beginning and end

static maru_status listen_tool(struct fake_secs *fake, uint32_t i, maru_error *err) {
    struct secs_tool *tool = &fake->tool[i];
    if (fake->options.is_active) {
        return MARU_OK;
    }
    if (fake->options.is_hidden) {
        return reach_listen("127.0.0.1", 0, &tool->listening, &tool->port, err);
    }
    const int port = fake->options.port > 0 ? fake->options.port + (int)i : 0;
    return port > 65535 ? fail(err, MARU_E_LIMIT, "there are not so many ports: %d", port)
                        : reach_listen(fake->address, port, &tool->listening, &tool->port, err);
}

static maru_status make_tool(struct fake_secs *fake, const struct fake_device *device,
                             maru_error *err) {
    if (fake->n_tool == FAKE_MAX_SECS_TOOLS) {
        return fail(err, MARU_E_LIMIT, "more than %d tools cannot speak SECS/GEM: give --tools N",
                    FAKE_MAX_SECS_TOOLS);
    }
    const uint32_t i = fake->n_tool++;
    struct secs_tool *tool = &fake->tool[i];
    *tool = (struct secs_tool){
        .profile = *fake->profile, .listening = -1, .file = -1, .name = device->tool};
    tool->profile.set.device = i + 1;
    tool->profile.set.is_active = fake->options.is_active;
    tool->profile.set.t5_us = RECONNECT_US;
    const maru_status st = equipment_new(&tool->profile, &tool->equipment, err);
    return st == MARU_OK ? listen_tool(fake, i, err) : st;
}

static maru_status prepare(struct fake_secs *fake, maru_error *err) {
    const struct fake_plan *plan = fake->plan;
    struct text table;
    fake->tool = alloc_new(FAKE_MAX_SECS_TOOLS, sizeof *fake->tool);
    fake->device_tool = alloc_new((size_t)plan->n_device + 1, sizeof *fake->device_tool);
    fake->file = alloc_new(2 * (size_t)FAKE_MAX_SECS_TOOLS + 1, sizeof *fake->file);
    if (!fake->tool || !fake->device_tool || !fake->file) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    text_init(&table, PROFILE_MAX_FILE_BYTES);
    maru_status st = fake_secs_write_profile(plan, &table, err);
    st = st == MARU_OK ? profile_read(table.bytes, table.n_bytes, &fake->profile, err) : st;
    text_fini(&table);
    for (uint32_t i = 0; st == MARU_OK && i < plan->n_device; i++) {
        const bool is_tool = plan->device[i].tool[0] != '\0';
        fake->device_tool[i] = is_tool ? fake->n_tool : UINT32_MAX;
        st = is_tool ? make_tool(fake, &plan->device[i], err) : MARU_OK;
    }
    fake->look.n_tool = fake->n_tool;
    if (st == MARU_OK && pipe2(fake->wake, O_CLOEXEC | O_NONBLOCK) != 0) {
        st = fail(err, MARU_E_IO, "no more files can be opened");
    }
    return st;
}

static void release(struct fake_secs *fake) {
    for (uint32_t i = 0; i < fake->n_tool; i++) {
        struct secs_tool *tool = &fake->tool[i];
        if (tool->file >= 0) {
            close(tool->file);
        }
        if (tool->listening >= 0) {
            close(tool->listening);
        }
        equipment_free(tool->equipment);
    }
    for (int i = 0; i < 2; i++) {
        if (fake->wake[i] >= 0) {
            close(fake->wake[i]);
        }
    }
    pthread_mutex_destroy(&fake->lock);
    profile_free(fake->profile);
    alloc_free(fake->tool);
    alloc_free(fake->device_tool);
    alloc_free(fake->file);
    alloc_free(fake);
}

maru_status fake_secs_open(const struct fake_plan *plan, const struct fake_secs_options *options,
                           struct fake_secs **out, maru_error *err) {
    struct fake_secs *fake = alloc_new(1, sizeof *fake);
    if (!fake) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    fake->plan = plan;
    fake->options = *options;
    snprintf(fake->address, sizeof fake->address, "%s", options->address);
    fake->wake[0] = -1;
    fake->wake[1] = -1;
    pthread_mutex_init(&fake->lock, NULL);
    maru_status st = prepare(fake, err);
    if (st == MARU_OK && pthread_create(&fake->thread, NULL, run, fake) != 0) {
        st = fail(err, MARU_E_MEMORY, "no thread can be started");
    }
    if (st != MARU_OK) {
        release(fake);
        return st;
    }
    *out = fake;
    return MARU_OK;
}

void fake_secs_close(struct fake_secs *fake, struct fake_secs_look *last) {
    if (!fake) {
        return;
    }
    atomic_store(&fake->is_stopping, true);
    (void)!write(fake->wake[1], "", 1);
    pthread_join(fake->thread, NULL);
    const int64_t now = clock_unix_us();
    for (uint32_t i = 0; i < fake->n_tool; i++) { // goodbye
        hsms_session_separate(equipment_session(fake->tool[i].equipment), now);
        pump(fake, &fake->tool[i], now);
    }
    if (last) {
        *last = fake->look;
    }
    release(fake);
}

int fake_secs_port(const struct fake_secs *fake, uint32_t tool) { return fake->tool[tool].port; }

void fake_secs_look(struct fake_secs *fake, struct fake_secs_look *out) {
    pthread_mutex_lock(&fake->lock);
    *out = fake->look;
    pthread_mutex_unlock(&fake->lock);
}
