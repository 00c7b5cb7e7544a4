#include "connect/fake/fake_sparkplug.h"

#include <errno.h>
#include <fcntl.h>
#include <mosquitto.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/status.h"
#include "connect/fake/fake_node.h"
#include "io/clock.h"

// Values go into a basket (put), which the thread takes whole and hands to the nodes, device by device. As
// long as a node's connection does not take what was sent, the basket stays, and at its limit putting waits: so
// the one who makes values goes no faster than the broker.

enum { TICK_MS = 100, FLUSH_US = 5000000 };

struct basket {
    struct fake_value *value; // (n), texts as offsets into `text` until it is taken
    size_t n, room;
    char *text;
    size_t n_text, text_room;
};

struct fake_sparkplug {
    const struct fake_plan *plan;
    struct fake_sparkplug_options options;
    char ca_file[512], primary_host[256];
    struct mqtt_address address;
    struct fake_node *node; // (n_node)
    uint32_t n_node;
    uint32_t *device_node;           // (plan.n_device)
    uint32_t *tag_metric;            // (plan.n_tag)
    struct pollfd *file;             // (n_node + 1), the last is the pipe
    struct fake_sparkplug_look look; // the thread's own
    int wake[2];
    pthread_t thread;
    atomic_bool is_stopping, is_held;
    bool has_values; // the first have come: a node that is born before has nothing to tell

    pthread_mutex_t lock; // of what follows
    pthread_cond_t taken;
    struct basket basket;
    struct fake_sparkplug_look shown;
};

// ---- the basket

static void basket_fini(struct basket *basket) {
    alloc_free(basket->value);
    alloc_free(basket->text);
    *basket = (struct basket){0};
}

static bool make_room(void **items, size_t needed, size_t *room, size_t size) {
    if (needed <= *room) {
        return true;
    }
    const size_t more = needed + needed / 2 + 64;
    void *grown = alloc_resize(*items, more, size);
    if (grown) {
        *items = grown;
        *room = more;
    }
    return grown != NULL;
}

static bool basket_add(struct basket *basket, const struct fake_value *value) {
    const size_t n_text = value->sample.type == SAMPLE_TEXT ? value->sample.n_text : 0;
    if (!make_room((void **)&basket->value, basket->n + 1, &basket->room, sizeof *basket->value) ||
        !make_room((void **)&basket->text, basket->n_text + n_text + 1, &basket->text_room, 1)) {
        return false;
    }
    struct fake_value *added = &basket->value[basket->n++];
    *added = *value;
    if (value->sample.type == SAMPLE_TEXT) {
        if (n_text > 0) {
            memcpy(basket->text + basket->n_text, value->sample.value.text, n_text);
        }
        added->sample.value.integer = (int64_t)basket->n_text; // made a pointer when it is taken
        basket->n_text += n_text;
    }
    return true;
}

maru_status fake_sparkplug_put(struct fake_sparkplug *fake, const struct fake_value *value,
                               size_t n, maru_error *err) {
    bool is_good = true;
    pthread_mutex_lock(&fake->lock);
    while (fake->basket.n >= FAKE_MAX_WAITING && !atomic_load(&fake->is_stopping)) {
        pthread_cond_wait(&fake->taken, &fake->lock);
    }
    for (size_t i = 0; is_good && i < n; i++) {
        is_good = basket_add(&fake->basket, &value[i]);
    }
    pthread_mutex_unlock(&fake->lock);
    (void)!write(fake->wake[1], "", 1);
    return is_good ? MARU_OK : fail(err, MARU_E_MEMORY, "no memory");
}

// Take all of it, and give back an empty one.
static void take_basket(struct fake_sparkplug *fake, struct basket *own) {
    own->n = 0;
    own->n_text = 0;
    pthread_mutex_lock(&fake->lock);
    const struct basket full = fake->basket;
    fake->basket = *own;
    fake->look.n_kept = 0;
    for (uint32_t i = 0; i < fake->n_node; i++) {
        fake->look.n_kept += fake->node[i].n_kept;
    }
    fake->shown = fake->look;
    pthread_cond_broadcast(&fake->taken);
    pthread_mutex_unlock(&fake->lock);
    *own = full;
    for (size_t i = 0; i < own->n; i++) {
        struct sample *sample = &own->value[i].sample;
        if (sample->type == SAMPLE_TEXT) {
            sample->value.text = own->text + sample->value.integer;
        }
    }
}

static void hand_out(struct fake_sparkplug *fake, const struct basket *basket, maru_time now) {
    size_t i = 0;
    fake->has_values = fake->has_values || basket->n > 0;
    while (i < basket->n) {
        const uint32_t device = fake->plan->tag_device[basket->value[i].tag];
        size_t end = i + 1;
        while (end < basket->n && fake->plan->tag_device[basket->value[end].tag] == device) {
            end++;
        }
        fake_node_put(&fake->node[fake->device_node[device]], &basket->value[i],
                      (uint32_t)(end - i), now);
        i = end;
    }
}

// ---- the thread

static bool is_blocked(const struct fake_sparkplug *fake) {
    for (uint32_t i = 0; i < fake->n_node; i++) {
        if (fake_node_is_blocked(&fake->node[i])) {
            return true;
        }
    }
    return false;
}

static void wait_for_files(struct fake_sparkplug *fake) {
    for (uint32_t i = 0; i < fake->n_node; i++) {
        const struct fake_node *node = &fake->node[i];
        fake->file[i] =
            (struct pollfd){.fd = node->mosq ? mosquitto_socket(node->mosq) : -1,
                            .events = fake_node_is_blocked(node) ? POLLIN | POLLOUT : POLLIN};
    }
    fake->file[fake->n_node] = (struct pollfd){.fd = fake->wake[0], .events = POLLIN};
    if (poll(fake->file, fake->n_node + 1, TICK_MS) < 0) {
        memset(fake->file, 0, (fake->n_node + 1) * sizeof fake->file[0]);
    }
    if (fake->file[fake->n_node].revents) {
        char some[256];
        (void)!read(fake->wake[0], some, sizeof some);
    }
}

// Whether nodes are held is looked at before the basket is taken: who lets them come has put all that they must know.
static void turn(struct fake_sparkplug *fake, struct basket *own, bool may_try) {
    const bool is_held = atomic_load(&fake->is_held);
    for (uint32_t i = 0; i < fake->n_node; i++) {
        fake_node_serve(&fake->node[i], fake->file[i].revents, clock_unix_us());
    }
    if (!is_blocked(fake)) {
        take_basket(fake, own);
        hand_out(fake, own, clock_unix_us());
    }
    for (uint32_t i = 0; i < fake->n_node; i++) {
        fake_node_catch_up(&fake->node[i], clock_unix_us());
        if (may_try && fake->has_values && !atomic_load(&fake->is_stopping) && !is_held) {
            fake_node_try(&fake->node[i], clock_unix_us());
        }
    }
}

static void *run(void *context) {
    struct fake_sparkplug *fake = context;
    struct basket own = {0};
    while (!atomic_load(&fake->is_stopping)) {
        wait_for_files(fake);
        turn(fake, &own, true);
    }
    const int64_t until = clock_unix_us() + FLUSH_US;
    do { // what has waited goes out, where the broker takes it in time
        wait_for_files(fake);
        turn(fake, &own, false);
    } while ((is_blocked(fake) || own.n > 0) && clock_unix_us() < until);
    for (uint32_t i = 0; i < fake->n_node; i++) {
        fake_node_stop(&fake->node[i], clock_unix_us());
    }
    take_basket(fake, &own);
    basket_fini(&own);
    return NULL;
}

// ---- beginning and end

static uint32_t find_node(const struct fake_sparkplug *fake, const char *name) {
    for (uint32_t i = 0; i < fake->n_node; i++) {
        if (strcmp(fake->node[i].name, name) == 0) {
            return i;
        }
    }
    return UINT32_MAX;
}

static maru_status make_nodes(struct fake_sparkplug *fake, maru_error *err) {
    const struct fake_plan *plan = fake->plan;
    for (uint32_t i = 0; i < plan->n_device; i++) {
        const char *name = plan->device[i].node;
        uint32_t node = find_node(fake, name);
        if (node == UINT32_MAX) {
            if (fake->n_node == FAKE_MAX_NODES) {
                return fail(err, MARU_E_LIMIT, "there are more than %d edge nodes", FAKE_MAX_NODES);
            }
            node = fake->n_node++;
            fake->node[node] = (struct fake_node){
                .address = &fake->address, .options = &fake->options, .look = &fake->look};
            const maru_status st =
                fake_node_init(&fake->node[node], name, plan, fake->tag_metric, err);
            if (st != MARU_OK) {
                return st;
            }
        }
        fake->device_node[i] = node;
    }
    fake->look.n_node = fake->n_node;
    fake->shown = fake->look;
    return MARU_OK;
}

static maru_status prepare(struct fake_sparkplug *fake,
                           const struct fake_sparkplug_options *options, maru_error *err) {
    snprintf(fake->ca_file, sizeof fake->ca_file, "%s", options->ca_file);
    snprintf(fake->primary_host, sizeof fake->primary_host, "%s", options->primary_host);
    fake->options = *options;
    fake->options.url = NULL;
    fake->options.ca_file = fake->ca_file;
    fake->options.primary_host = fake->primary_host;
    atomic_init(&fake->is_held, options->is_held);
    maru_status st = mqtt_address_read(options->url, &fake->address, err);
    if (st != MARU_OK) {
        return st;
    }
    fake->node = alloc_new(FAKE_MAX_NODES, sizeof *fake->node);
    fake->device_node = alloc_new((size_t)fake->plan->n_device + 1, sizeof *fake->device_node);
    fake->tag_metric = alloc_new((size_t)fake->plan->n_tag + 1, sizeof *fake->tag_metric);
    fake->file = alloc_new(FAKE_MAX_NODES + 1, sizeof *fake->file);
    if (!fake->node || !fake->device_node || !fake->tag_metric || !fake->file) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    st = make_nodes(fake, err);
    if (st == MARU_OK && pipe2(fake->wake, O_CLOEXEC | O_NONBLOCK) != 0) {
        st = fail(err, MARU_E_IO, "no more files can be opened");
    }
    return st;
}

static void release(struct fake_sparkplug *fake) {
    for (uint32_t i = 0; fake->node && i < fake->n_node; i++) {
        fake_node_fini(&fake->node[i]);
    }
    for (int i = 0; i < 2; i++) {
        if (fake->wake[i] >= 0) {
            close(fake->wake[i]);
        }
    }
    pthread_cond_destroy(&fake->taken);
    pthread_mutex_destroy(&fake->lock);
    basket_fini(&fake->basket);
    alloc_free(fake->node);
    alloc_free(fake->device_node);
    alloc_free(fake->tag_metric);
    alloc_free(fake->file);
    alloc_free(fake);
}

static pthread_once_t library = PTHREAD_ONCE_INIT;
static void start_library(void) { (void)mosquitto_lib_init(); }

maru_status fake_sparkplug_open(const struct fake_plan *plan,
                                const struct fake_sparkplug_options *options,
                                struct fake_sparkplug **out, maru_error *err) {
    (void)pthread_once(&library, start_library);
    struct fake_sparkplug *fake = alloc_new(1, sizeof *fake);
    if (!fake) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    fake->plan = plan;
    fake->wake[0] = -1;
    fake->wake[1] = -1;
    pthread_mutex_init(&fake->lock, NULL);
    pthread_cond_init(&fake->taken, NULL);
    maru_status st = prepare(fake, options, err);
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

void fake_sparkplug_close(struct fake_sparkplug *fake, struct fake_sparkplug_look *last) {
    if (!fake) {
        return;
    }
    atomic_store(&fake->is_stopping, true);
    (void)!write(fake->wake[1], "", 1);
    pthread_mutex_lock(&fake->lock);
    pthread_cond_broadcast(&fake->taken);
    pthread_mutex_unlock(&fake->lock);
    pthread_join(fake->thread, NULL);
    if (last) {
        *last = fake->shown;
    }
    release(fake);
}

void fake_sparkplug_begin(struct fake_sparkplug *fake) {
    atomic_store(&fake->is_held, false);
    (void)!write(fake->wake[1], "", 1);
}

void fake_sparkplug_look(struct fake_sparkplug *fake, struct fake_sparkplug_look *out) {
    pthread_mutex_lock(&fake->lock);
    *out = fake->shown;
    pthread_mutex_unlock(&fake->lock);
}
