#include "connect/fake/fake_modbus.h"

#include <errno.h>
#include <fcntl.h>
#include <modbus/modbus.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/status.h"
#include "connect/fake/fake_frames.h"
#include "connect/reach.h"
#include "wire/modbus/registers.h"

// Requests are put together here, so that a client that trickles holds nobody up; libmodbus answers whole
// ones. Only reads are let through: it sees nothing else.

enum {
    TICK_MS = 200,
    TEXT_BYTES = 32,
    READ_HOLDING = 3,
    READ_INPUT = 4,
    UNIT_AT = 6,
    FUNCTION_AT = 7
};

struct client {
    int file;
    size_t n;
    uint8_t bytes[MODBUS_TCP_MAX_ADU_LENGTH];
};

struct fake_modbus {
    const struct fake_plan *plan;
    struct register_point *point; // (plan.n_tag), n_word 0: not shown
    modbus_t *modbus;
    modbus_mapping_t *unit[FAKE_MAX_MODBUS_UNITS]; // (n_unit)
    uint32_t n_unit;
    int listening, wake[2];
    struct client client[FAKE_MAX_MODBUS_CLIENTS]; // (n_client), the thread's own
    uint32_t n_client;
    pthread_t thread;
    atomic_bool is_stopping;
    pthread_mutex_t lock; // of the mappings
    bool *is_told;        // (plan.n_tag)
    uint32_t n_untold;    // registers that have had no value
    struct fake_modbus_look look;
};

// ---- where everything stands

static struct register_point point_of(const struct fake_tag *tag) {
    struct register_point point = {.kind = REGISTERS_INPUT, .scale = 1, .n_word = 2};
    if (tag->type == SAMPLE_TEXT) {
        point.type = REGISTERS_STRING;
        point.n_bytes = TEXT_BYTES;
        point.n_word = TEXT_BYTES / 2;
    } else {
        point.type = tag->type == SAMPLE_DOUBLE ? REGISTERS_F32 : REGISTERS_U32;
    }
    return point;
}

static maru_status lay_out(const struct fake_plan *plan, struct register_point *point,
                           uint32_t *n_unit, maru_error *err) {
    uint32_t tool = 0;
    for (uint32_t i = 0; i < plan->n_device; i++) {
        const struct fake_device *device = &plan->device[i];
        if (device->tool[0] == '\0') {
            continue;
        }
        const uint32_t unit = tool / FAKE_MODBUS_UNIT_TOOLS;
        uint32_t address = tool % FAKE_MODBUS_UNIT_TOOLS * FAKE_MODBUS_TOOL_WORDS;
        const uint32_t end = address + FAKE_MODBUS_TOOL_WORDS;
        for (uint32_t t = device->first_tag; t < device->first_tag + device->n_tag; t++) {
            point[t] = point_of(&plan->tag[t]);
            point[t].unit_id = (uint8_t)(unit + 1);
            point[t].address = (uint16_t)address;
            address += point[t].n_word;
        }
        if (address > end || unit >= FAKE_MAX_MODBUS_UNITS) {
            return fail(err, MARU_E_LIMIT, "Modbus has no room for so many tools");
        }
        tool++;
    }
    *n_unit = (tool + FAKE_MODBUS_UNIT_TOOLS - 1) / FAKE_MODBUS_UNIT_TOOLS;
    return MARU_OK;
}

static const char *type_name(const struct register_point *point) {
    return point->type == REGISTERS_STRING ? "string 32"
           : point->type == REGISTERS_F32  ? "f32"
                                           : "u32";
}

maru_status fake_modbus_write_table(const struct fake_plan *plan, struct text *out,
                                    maru_error *err) {
    struct register_point *point = alloc_new((size_t)plan->n_tag + 1, sizeof *point);
    struct text name;
    uint32_t n_unit = 0;
    if (!point) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    text_init(&name, 1 << 12);
    const maru_status st = lay_out(plan, point, &n_unit, err);
    text_addz(out, "name,unit_id,kind,address,type,order,unit,period_ms\n");
    for (uint32_t t = 0; st == MARU_OK && t < plan->n_tag; t++) {
        if (point[t].n_word == 0) {
            continue;
        }
        text_clear(&name);
        text_addf(&name, "%s/%s", plan->device[plan->tag_device[t]].name, plan->tag[t].name);
        text_add_csv(out, name.bytes ? name.bytes : "");
        text_addf(out, ",%u,input,%u,%s,ABCD,", point[t].unit_id, point[t].address,
                  type_name(&point[t]));
        text_add_csv(out, plan->tag[t].unit);
        text_addz(out, ",1000\n");
    }
    text_fini(&name);
    alloc_free(point);
    return st == MARU_OK && out->status != MARU_OK ? fail(err, out->status, "no memory") : st;
}

// ---- values

static void put_one(struct fake_modbus *fake, const struct fake_value *value) {
    const struct register_point *point = &fake->point[value->tag];
    uint16_t word[TEXT_BYTES / 2] = {0};
    struct sample sample = value->sample;
    if (point->n_word == 0) {
        return;
    }
    if (sample.type == SAMPLE_TEXT && sample.n_text > TEXT_BYTES) {
        sample.n_text = TEXT_BYTES;
        while (sample.n_text > 0 && !text_is_utf8(sample.value.text, sample.n_text)) {
            sample.n_text--; // not inside a letter
        }
    }
    if (registers_encode(point, &sample, word, NULL) == MARU_OK) {
        modbus_mapping_t *unit = fake->unit[point->unit_id - 1];
        memcpy(unit->tab_input_registers + point->address, word, point->n_word * sizeof word[0]);
        memcpy(unit->tab_registers + point->address, word, point->n_word * sizeof word[0]);
        fake->n_untold -= !fake->is_told[value->tag];
        fake->is_told[value->tag] = true;
    }
}

void fake_modbus_put(struct fake_modbus *fake, const struct fake_value *value, size_t n) {
    pthread_mutex_lock(&fake->lock);
    for (size_t i = 0; i < n; i++) {
        put_one(fake, &value[i]);
    }
    pthread_mutex_unlock(&fake->lock);
}

// ---- clients

static bool answer(struct fake_modbus *fake, const struct client *client, size_t n) {
    uint8_t request[MODBUS_TCP_MAX_ADU_LENGTH] = {0};
    memcpy(request, client->bytes, n);
    const unsigned unit = request[UNIT_AT], function = request[FUNCTION_AT];
    modbus_set_socket(fake->modbus, client->file);
    pthread_mutex_lock(&fake->lock);
    const bool is_read = function == READ_HOLDING || function == READ_INPUT;
    const bool is_there = unit >= 1 && unit <= fake->n_unit;
    int sent = -1;
    if (!is_read || !is_there || n < 12) {
        sent = modbus_reply_exception(fake->modbus, request,
                                      !is_there ? MODBUS_EXCEPTION_GATEWAY_TARGET
                                      : is_read ? MODBUS_EXCEPTION_ILLEGAL_DATA_VALUE
                                                : MODBUS_EXCEPTION_ILLEGAL_FUNCTION);
        fake->look.n_refused++;
    } else if (fake->n_untold > 0) { // a zero that nobody measured would be taken for one
        sent = modbus_reply_exception(fake->modbus, request, MODBUS_EXCEPTION_SLAVE_OR_SERVER_BUSY);
    } else {
        sent = modbus_reply(fake->modbus, request, (int)n, fake->unit[unit - 1]);
        fake->look.n_answer++;
    }
    pthread_mutex_unlock(&fake->lock);
    return sent >= 0;
}

// False: the client is done, or speaks something else.
static bool serve(struct fake_modbus *fake, struct client *client) {
    const ssize_t n =
        recv(client->file, client->bytes + client->n, sizeof client->bytes - client->n, 0);
    if (n <= 0) {
        return n < 0 && (errno == EAGAIN || errno == EINTR);
    }
    client->n += (size_t)n;
    for (;;) {
        const size_t all = fake_frame_bytes(FAKE_FRAMES_MODBUS, client->bytes, client->n);
        if (all == 0 || (all <= sizeof client->bytes && all > client->n)) {
            return true;
        }
        if (all > sizeof client->bytes || all <= FUNCTION_AT || !answer(fake, client, all)) {
            return false;
        }
        client->n -= all;
        memmove(client->bytes, client->bytes + all, client->n);
    }
}

static void accept_one(struct fake_modbus *fake) {
    const int file = accept4(fake->listening, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (file >= 0 && fake->n_client == FAKE_MAX_MODBUS_CLIENTS) {
        close(file);
    } else if (file >= 0) {
        fake->client[fake->n_client++] = (struct client){.file = file};
        pthread_mutex_lock(&fake->lock);
        fake->look.n_client++;
        pthread_mutex_unlock(&fake->lock);
    }
}

static void *run(void *context) {
    struct fake_modbus *fake = context;
    while (!atomic_load(&fake->is_stopping)) {
        struct pollfd file[FAKE_MAX_MODBUS_CLIENTS + 2];
        const uint32_t n = fake->n_client;
        for (uint32_t i = 0; i < n; i++) {
            file[i] = (struct pollfd){.fd = fake->client[i].file, .events = POLLIN};
        }
        file[n] = (struct pollfd){.fd = fake->listening, .events = POLLIN};
        file[n + 1] = (struct pollfd){.fd = fake->wake[0], .events = POLLIN};
        if (poll(file, n + 2, TICK_MS) <= 0) {
            continue;
        }
        for (uint32_t i = n; i > 0; i--) { // backwards: the last takes the place of one that goes
            if (file[i - 1].revents && !serve(fake, &fake->client[i - 1])) {
                close(fake->client[i - 1].file);
                fake->client[i - 1] = fake->client[--fake->n_client];
            }
        }
        if (file[n].revents) {
            accept_one(fake);
        }
    }
    return NULL;
}

// ---- beginning and end

static maru_status prepare(struct fake_modbus *fake, const char *address, int port, int *got,
                           maru_error *err) {
    fake->point = alloc_new((size_t)fake->plan->n_tag + 1, sizeof *fake->point);
    fake->is_told = alloc_new((size_t)fake->plan->n_tag + 1, sizeof *fake->is_told);
    if (!fake->point || !fake->is_told) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    maru_status st = lay_out(fake->plan, fake->point, &fake->n_unit, err);
    for (uint32_t t = 0; st == MARU_OK && t < fake->plan->n_tag; t++) {
        fake->n_untold += fake->point[t].n_word > 0;
    }
    for (uint32_t i = 0; st == MARU_OK && i < fake->n_unit; i++) {
        const int n = FAKE_MODBUS_UNIT_TOOLS * FAKE_MODBUS_TOOL_WORDS;
        fake->unit[i] = modbus_mapping_new(0, 0, n, n);
        st = fake->unit[i] ? MARU_OK : fail(err, MARU_E_MEMORY, "no memory");
    }
    if (st == MARU_OK) {
        fake->modbus = modbus_new_tcp(NULL, 0); // its socket is set for each answer
        st = fake->modbus ? MARU_OK : fail(err, MARU_E_MEMORY, "no memory");
    }
    if (st == MARU_OK && pipe2(fake->wake, O_CLOEXEC | O_NONBLOCK) != 0) {
        st = fail(err, MARU_E_IO, "no more files can be opened");
    }
    return st == MARU_OK ? reach_listen(address, port, &fake->listening, got, err) : st;
}

static void release(struct fake_modbus *fake) {
    const int file[] = {fake->listening, fake->wake[0], fake->wake[1]};
    for (size_t i = 0; i < sizeof file / sizeof file[0]; i++) {
        if (file[i] >= 0) {
            close(file[i]);
        }
    }
    for (uint32_t i = 0; i < fake->n_client; i++) {
        close(fake->client[i].file);
    }
    for (uint32_t i = 0; i < fake->n_unit; i++) {
        modbus_mapping_free(fake->unit[i]);
    }
    modbus_free(fake->modbus);
    pthread_mutex_destroy(&fake->lock);
    alloc_free(fake->point);
    alloc_free(fake->is_told);
    alloc_free(fake);
}

maru_status fake_modbus_open(const struct fake_plan *plan, const char *address, int port,
                             struct fake_modbus **out, int *got, maru_error *err) {
    struct fake_modbus *fake = alloc_new(1, sizeof *fake);
    if (!fake) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    fake->plan = plan;
    fake->listening = -1;
    fake->wake[0] = -1;
    fake->wake[1] = -1;
    pthread_mutex_init(&fake->lock, NULL);
    maru_status st = prepare(fake, address, port, got, err);
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

void fake_modbus_close(struct fake_modbus *fake, struct fake_modbus_look *last) {
    if (!fake) {
        return;
    }
    atomic_store(&fake->is_stopping, true);
    (void)!write(fake->wake[1], "", 1);
    pthread_join(fake->thread, NULL);
    if (last) {
        *last = fake->look;
    }
    release(fake);
}
