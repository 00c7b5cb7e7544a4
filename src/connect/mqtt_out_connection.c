#include "connect/mqtt_out_connection.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/status.h"
#include "connect/outgoing.h"
#include "io/clock.h"

// Samples go out batch by batch (outgoing.c): one is published whole, and the next begins when the broker has acknowledged all of it; a
// connection that breaks begins its batch again.

enum {
    TICK_US = 20000,
    MAX_IN_FLIGHT = 5000,
    MAX_ENTRIES_BYTES = 128 << 20,
    MAX_MESSAGE_BYTES = 8 * SAMPLE_MAX_TEXT_BYTES,
    MAX_IDS = 4 * SIGNALS_MAX,
};

struct entry {         // of a signal
    const char *topic; // NULL: it is not given away
    const char *unit;
    bool is_known;
};

struct mqtt_out {
    struct mqtt_client client; // first
    struct outgoing outgoing;
    char topic[OUT_MAX_TOPIC_BYTES];
    char *prefix[OUT_MAX_PREFIXES];
    size_t n_prefix;
    struct arena arena;   // of prefixes
    struct arena entries; // what is known of signals
    struct entry *entry;  // (n_entry), by id
    size_t n_entry;
    uint64_t naming; // by which entries are made

    struct text message;
    uint64_t n_in_batch;
    int64_t n_flying;
};

// ---- signals and topics

static void add_part(struct text *out, const char *bytes) {
    for (; *bytes; bytes++) {
        const char c = *bytes == '+' || *bytes == '#' ? '_' : *bytes;
        text_add(out, &c, 1);
    }
}

static void fill_topic(const struct mqtt_out *out, const struct signal_row *row, struct text *to) {
    const struct {
        const char *mark, *value;
    } parts[] = {{"{source}", row->source}, {"{asset}", row->asset}, {"{name}", row->name}};
    for (const char *at = out->topic; *at;) {
        size_t i = 0;
        while (i < 3 && strncmp(at, parts[i].mark, strlen(parts[i].mark)) != 0) {
            i++;
        }
        if (i < 3) {
            add_part(to, parts[i].value);
            at += strlen(parts[i].mark);
        } else {
            text_add(to, at++, 1);
        }
    }
}

static bool is_wanted(const struct mqtt_out *out, const char *source) {
    bool is_named = false;
    for (size_t i = 0; i < out->n_prefix; i++) {
        is_named = is_named || strncmp(source, out->prefix[i], strlen(out->prefix[i])) == 0;
    }
    return is_named && strcmp(source, out->outgoing.own) != 0;
}

static maru_status learn(void *of, const struct signal_row *row, maru_error *err) {
    struct mqtt_out *out = of;
    if (row->id >= (int64_t)out->n_entry || out->entry[row->id].is_known) {
        return MARU_OK;
    }
    struct entry *entry = &out->entry[row->id];
    if (!is_wanted(out, row->source)) {
        entry->is_known = true;
        return MARU_OK;
    }
    struct text topic;
    text_init(&topic, (size_t)4 * OUT_MAX_TOPIC_BYTES);
    fill_topic(out, row, &topic);
    if (topic.status == MARU_OK && topic.n_bytes > 0) {
        entry->topic = arena_text(&out->entries, topic.bytes, topic.n_bytes);
        entry->unit = arena_text(&out->entries, row->unit, strlen(row->unit));
    }
    text_fini(&topic);
    entry->is_known = entry->topic && entry->unit;
    return entry->is_known ? MARU_OK : arena_refusal(&out->entries, err);
}

static bool make_room(struct mqtt_out *out, int64_t signal) {
    if ((size_t)signal < out->n_entry) {
        return true;
    }
    const size_t n = (size_t)signal + 1024;
    struct entry *entry = alloc_resize(out->entry, n, sizeof *entry);
    if (entry) {
        memset(entry + out->n_entry, 0, (n - out->n_entry) * sizeof *entry);
        out->entry = entry;
        out->n_entry = n;
    }
    return entry != NULL;
}

// Signals may stand elsewhere, or have another unit: all is learned anew.
static void look_at_names(struct mqtt_out *out) {
    const uint64_t naming = signals_naming(out->outgoing.signals);
    if (naming != out->naming) {
        out->naming = naming;
        if (out->n_entry > 0) {
            memset(out->entry, 0, out->n_entry * sizeof *out->entry);
        }
        arena_fini(&out->entries);
        arena_init(&out->entries, MAX_ENTRIES_BYTES);
    }
}

// *entry is NULL where it is not given away. False: the store does not say, and may be asked again.
static bool find(struct mqtt_out *out, int64_t signal, const struct entry **entry) {
    *entry = NULL;
    if (signal < 1 || signal >= MAX_IDS) {
        return true;
    }
    look_at_names(out);
    if (!make_room(out, signal) ||
        (!out->entry[signal].is_known &&
         signals_each(out->outgoing.signals, signal - 1, 1, learn, out, NULL) != MARU_OK)) {
        return false;
    }
    *entry = out->entry[signal].topic ? &out->entry[signal] : NULL;
    return true;
}

// ---- messages

static void add_time(struct text *out, maru_time at_us) {
    const maru_time us = (at_us % 1000000 + 1000000) % 1000000;
    const time_t seconds = (time_t)((at_us - us) / 1000000);
    struct tm day;
    char text[40];
    (void)gmtime_r(&seconds, &day);
    (void)strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &day);
    text_addf(out, "\"%s.%06dZ\"", text, (int)us);
}

static void add_value(struct text *out, const struct sample *sample) {
    struct text text;
    switch ((enum sample_type)sample->type) {
    case SAMPLE_DOUBLE:
        text_add_double(out, sample->value.number);
        break;
    case SAMPLE_INTEGER:
        text_addf(out, "%lld", (long long)sample->value.integer);
        break;
    case SAMPLE_BOOL:
        text_addz(out, sample->value.integer ? "true" : "false");
        break;
    case SAMPLE_TEXT:
        text_init(&text, SAMPLE_MAX_TEXT_BYTES + 1);
        text_add(&text, sample->value.text, sample->n_text);
        text_add_json(out, text.bytes ? text.bytes : "");
        text_fini(&text);
        break;
    case N_SAMPLE_TYPE:
    default:
        text_addz(out, "null");
    }
}

static void publish(struct mqtt_out *out, const struct entry *entry, const struct sample *sample) {
    struct text *message = &out->message;
    text_clear(message);
    text_addz(message, "{\"time\":");
    add_time(message, sample->at_us);
    text_addz(message, ",\"value\":");
    add_value(message, sample);
    text_addf(message, ",\"quality\":%u", sample->quality);
    if (entry->unit[0]) {
        text_addz(message, ",\"unit\":");
        text_add_json(message, entry->unit);
    }
    text_addz(message, "}");
    if (message->status == MARU_OK &&
        mqtt_client_publish(&out->client, entry->topic, message->bytes, message->n_bytes, 1,
                            false) != 0) {
        out->n_flying++;
        out->n_in_batch++;
    } else {
        intake_refuse(out->client.connection.intake, "a sample that cannot be published");
    }
}

// ---- batches

static void rewind_batch(struct mqtt_out *out) {
    outgoing_rewind(&out->outgoing);
    out->n_in_batch = 0;
    out->n_flying = 0;
}

static bool wants(void *of, int64_t signal, bool *is_wanted) {
    const struct entry *entry = NULL;
    const bool is_known = find(of, signal, &entry);
    *is_wanted = entry != NULL;
    return is_known;
}

static void send_some(struct mqtt_out *out) {
    struct batch_sample one;
    while (out->n_flying < MAX_IN_FLIGHT && outgoing_next(&out->outgoing, &one)) {
        const struct entry *entry = NULL;
        if (!find(out, one.signal, &entry)) {
            outgoing_unread(&out->outgoing); // the same again at the next tick
            return;
        }
        if (entry) {
            publish(out, entry, &one.sample);
        }
    }
}

static void tick(void *of, maru_time now) {
    struct mqtt_out *out = of;
    struct outgoing *outgoing = &out->outgoing;
    send_some(out);
    if (outgoing->is_batch && outgoing_is_all_read(outgoing) && out->n_flying == 0) {
        outgoing_done(outgoing, out->n_in_batch, now); // the broker has it
    }
    if (!outgoing->is_batch) {
        outgoing_fetch(outgoing, now);
        out->n_in_batch = 0;
        out->n_flying = 0;
    }
    send_some(out);
}

static maru_time due(void *of) {
    (void)of;
    return clock_unix_us() + TICK_US;
}

static void up(void *of, maru_time now) {
    (void)now;
    rewind_batch(of);
}

static void published(void *of, int number) {
    struct mqtt_out *out = of;
    (void)number;
    out->n_flying--;
}

static void stop(void *of, maru_time now) {
    struct mqtt_out *out = of;
    outgoing_keep(&out->outgoing, now);
}

static const struct mqtt_user user = {
    .up = up, .due = due, .tick = tick, .published = published, .stop = stop};

// ---- opening

maru_status mqtt_out_check(const struct mqtt_out_options *options, maru_error *err) {
    const size_t n = strlen(options->topic);
    if (n == 0 || n >= OUT_MAX_TOPIC_BYTES || strpbrk(options->topic, "+#") ||
        !text_is_utf8(options->topic, n)) {
        return fail(
            err, MARU_E_USAGE,
            "a topic with source in braces is wanted, such as maru/ and that, without + and #");
    }
    if (options->n_prefix == 0 || options->n_prefix > OUT_MAX_PREFIXES) {
        return fail(
            err, MARU_E_USAGE,
            "1 to %d beginnings of names are wanted, such as line1/: what comes back from the "
            "broker must not go out again",
            OUT_MAX_PREFIXES);
    }
    return mqtt_check(&options->mqtt, err);
}

static maru_status prepare(struct mqtt_out *out, struct signals *signals,
                           const struct mqtt_out_options *options, maru_error *err) {
    arena_init(&out->arena, MAX_ENTRIES_BYTES);
    arena_init(&out->entries, MAX_ENTRIES_BYTES);
    text_init(&out->message, MAX_MESSAGE_BYTES);
    snprintf(out->topic, sizeof out->topic, "%s", options->topic);
    out->outgoing.wants = wants;
    out->outgoing.of = out;
    maru_status st = mqtt_out_check(options, err);
    for (size_t i = 0; st == MARU_OK && i < options->n_prefix; i++) {
        out->prefix[i] = arena_text(&out->arena, options->prefix[i], strlen(options->prefix[i]));
        st = out->prefix[i] ? MARU_OK : arena_refusal(&out->arena, err);
        out->n_prefix = i + 1;
    }
    st = st == MARU_OK ? mqtt_client_init(&out->client, signals, &options->mqtt, &user, err) : st;
    return st == MARU_OK ? outgoing_init(&out->outgoing, signals, &out->client.connection, err)
                         : st;
}

static void release(struct mqtt_out *out) {
    outgoing_fini(&out->outgoing);
    mqtt_client_fini(&out->client);
    arena_fini(&out->arena);
    arena_fini(&out->entries);
    text_fini(&out->message);
    alloc_free(out->entry);
    alloc_free(out);
}

maru_status mqtt_out_open(struct signals *signals, const struct mqtt_out_options *options,
                          struct mqtt_out **made, maru_error *err) {
    struct mqtt_out *out = alloc_new(1, sizeof *out);
    if (!out) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    maru_status st = prepare(out, signals, options, err);
    st = st == MARU_OK ? mqtt_client_start(&out->client, err) : st;
    if (st != MARU_OK) {
        release(out);
        return st;
    }
    *made = out;
    return MARU_OK;
}

void mqtt_out_close(struct mqtt_out *out) {
    if (out) {
        mqtt_client_stop(&out->client);
        release(out);
    }
}

void mqtt_out_look_at(struct mqtt_out *out, struct connection_look *look) {
    connection_look_at(&out->client.connection, look);
    outgoing_look_at(&out->outgoing, look);
}
