#include "wire/sparkplug/host_data.h"

#include <stdio.h>
#include <string.h>

#include "base/status.h"
#include "wire/sparkplug/payload_value.h"

// A metric of a message is found by its alias, else by its name, in the birth of its node or device; its
// type is the birth's where the message leaves it out. What the birth does not have is counted, so that
// a rebirth is asked for; where it came with name and type its value is given all the same, as uncertain,
// because nothing that was understood shall be lost.
//
// Metrics that steer the protocol (bdSeq, Node Control/..., Device Control/...) are known, so that they
// can be written, but are no signals: they give no samples.

static const uint8_t stale_quality = 0x14; // OPC: bad, the last known value

static bool begins_with(struct payload_text name, const char *start) {
    const size_t n = strlen(start);
    return name.n >= n && memcmp(name.bytes, start, n) == 0;
}

static bool is_control(struct payload_text name) {
    return payload_text_is(name, "bdSeq") || begins_with(name, "Node Control/") ||
           begins_with(name, "Device Control/");
}

static bool is_good_name(struct payload_text name) {
    for (uint32_t i = 0; i < name.n; i++) {
        const unsigned char c = (unsigned char)name.bytes[i];
        if (c < 0x20 || c == 0x7F) {
            return false;
        }
    }
    return name.n > 0;
}

static struct payload_text own_name(const struct book_metric *metric) {
    return (struct payload_text){metric->name + metric->n_prefix,
                                 metric->n_name - metric->n_prefix};
}

// ---- births

static bool has_field(const struct payload_metric *metric, uint32_t field) {
    return metric->has & 1U << field;
}

static void stale_sample(struct host *host, struct book_metric *metric, maru_time now) {
    struct host_sample out = {.name = metric->name,
                              .n_name = metric->n_name,
                              .n_place = metric->n_prefix - 1,
                              .unit = ""};
    out.sample = (struct sample){.at_us = now > metric->last_us ? now : metric->last_us,
                                 .type = metric->sample_type,
                                 .quality = stale_quality};
    if (metric->sample_type == SAMPLE_DOUBLE) {
        memcpy(&out.sample.value.number, &metric->last, sizeof metric->last);
    } else if (metric->sample_type == SAMPLE_TEXT) {
        out.sample.value.text = "";
    } else {
        out.sample.value.integer = metric->last;
    }
    metric->has_value = false;
    host->sink.sample(host->sink.of, &out);
}

void host_data_stale(struct host *host, struct book_unit *unit, maru_time now) {
    for (uint32_t i = 0; i < unit->n; i++) {
        if (unit->metric[i].has_value) {
            stale_sample(host, &unit->metric[i], now);
        }
    }
}

// What was there before the birth: values go over to the new unit, so that they can go bad later.
static void hand_over(struct host *host, struct book_unit *old, struct book_unit *made,
                      maru_time now) {
    for (uint32_t i = 0; i < old->n; i++) {
        struct book_metric *metric = &old->metric[i];
        struct book_metric *next = book_by_name(&host->book, made, own_name(metric));
        if (metric->has_value && !next) {
            stale_sample(host, metric, now);
        } else if (metric->has_value) {
            next->has_value = true;
            next->sample_type = metric->sample_type;
            next->last = metric->last;
            next->last_us = metric->last_us;
        }
    }
}

maru_status host_data_birth(struct host *host, struct book_node *node, uint32_t unit,
                            const struct host_incoming *in, maru_error *err) {
    const struct payload *payload = in->payload;
    const struct payload_metric *metric = payload->metrics.item;
    struct book_entry *entry = arena_take(in->arena, (size_t)payload->metrics.n + 1, sizeof *entry);
    if (!entry) {
        return arena_refusal(in->arena, err);
    }
    uint32_t n = 0;
    for (uint32_t i = 0; i < payload->metrics.n; i++) {
        if (is_good_name(metric[i].name)) {
            entry[n++] = (struct book_entry){
                metric[i].name, metric[i].alias, has_field(&metric[i], PAYLOAD_METRIC_ALIAS),
                (uint8_t)(metric[i].type < N_PAYLOAD_TYPE ? metric[i].type : PAYLOAD_UNKNOWN)};
        }
    }
    struct book_unit made = {0};
    char prefix[3 * (TOPIC_MAX_NAME_BYTES + 1) + 1];
    const char *device = node->unit[unit].device;
    const int n_prefix =
        snprintf(prefix, sizeof prefix, "%s/%s%s", node->name, device, device[0] ? "/" : "");
    const maru_status st = book_make_unit(
        &host->book, (struct payload_text){prefix, (uint32_t)n_prefix}, entry, n, &made, err);
    if (st != MARU_OK) {
        return st;
    }
    hand_over(host, &node->unit[unit], &made, in->now);
    book_replace_unit(&host->book, &node->unit[unit], &made);
    node->unit[unit].is_born = true;
    return MARU_OK;
}

// ---- samples

static void refuse_metric(struct host_tally *tally, const maru_error *err) {
    if (tally->n_refused++ == 0) {
        tally->err = *err;
    }
}

// When the value was taken: the metric's time, else the message's, else now.
static maru_status time_of(const struct payload_metric *metric, const struct host_incoming *in,
                           maru_time *at_us, maru_error *err) {
    const bool has_own = has_field(metric, PAYLOAD_METRIC_TIMESTAMP);
    const uint64_t ms = has_own ? metric->timestamp_ms : in->payload->timestamp_ms;
    if (!has_own && !(in->payload->has & 1U << PAYLOAD_TIMESTAMP)) {
        *at_us = in->now;
        return MARU_OK;
    }
    if (ms > INT64_MAX / 1000) {
        return fail(err, MARU_E_RANGE, "a time that cannot be kept in microseconds");
    }
    *at_us = (maru_time)ms * 1000;
    return MARU_OK;
}

static void remember(struct book_metric *known, const struct sample *sample) {
    known->has_value = true;
    known->sample_type = sample->type;
    known->last = 0;
    known->last_us = sample->at_us;
    if (sample->type == SAMPLE_DOUBLE) {
        memcpy(&known->last, &sample->value.number, sizeof known->last);
    } else if (sample->type != SAMPLE_TEXT) {
        known->last = sample->value.integer;
    }
}

struct giving {
    struct host *host;
    const struct host_incoming *in;
    struct host_tally *tally;
};

// A birth says what holds now. A value that was taken before it holds still: without a word of that, a signal that was unknown or bad until
// the birth would stay so until it changes.
static void confirm(const struct giving *giving, const struct payload_metric *metric,
                    struct host_sample *out, struct book_metric *known) {
    const struct payload *payload = giving->in->payload;
    const bool is_birth = giving->in->type == TOPIC_NBIRTH || giving->in->type == TOPIC_DBIRTH;
    if (!is_birth || !known || metric->is_historical || out->sample.quality < QUALITY_GOOD ||
        !(payload->has & 1U << PAYLOAD_TIMESTAMP) || payload->timestamp_ms > INT64_MAX / 1000 ||
        (maru_time)payload->timestamp_ms * 1000 <= out->sample.at_us) {
        return;
    }
    known->held_us = out->sample.at_us;
    known->confirmed_us = out->sample.at_us = (maru_time)payload->timestamp_ms * 1000;
    remember(known, &out->sample);
    giving->host->sink.sample(giving->host->sink.of, out);
}

// What was taken before the birth but comes after it: then this is what held at the birth, and what the birth said is replaced. So a counter
// does not seem to go back, where a node is born while it reads its values.
static void confirm_again(const struct giving *giving, struct host_sample *out,
                          struct book_metric *known) {
    if (known && out->sample.at_us > known->held_us && out->sample.at_us < known->confirmed_us &&
        out->sample.quality >= QUALITY_GOOD) {
        known->held_us = out->sample.at_us;
        out->sample.at_us = known->confirmed_us;
        giving->host->sink.sample(giving->host->sink.of, out);
    }
}

static void give_sample(struct giving *giving, const struct payload_metric *metric, uint32_t type,
                        struct host_sample *out, struct book_metric *known) {
    maru_error err = {0};
    maru_status st = time_of(metric, giving->in, &out->sample.at_us, &err);
    st = st == MARU_OK ? payload_sample(type, metric->is_null, &metric->value, giving->in->arena,
                                        &out->sample, &err)
                       : st;
    if (st != MARU_OK) {
        refuse_metric(giving->tally, &err);
        return;
    }
    if (metric->properties && !metric->is_null) {
        out->sample.quality = payload_quality(metric->properties);
    }
    const struct payload_text unit = payload_unit(metric->properties);
    char text[PAYLOAD_MAX_UNIT_BYTES + 1];
    memcpy(text, unit.bytes, unit.n);
    text[unit.n] = '\0';
    out->unit = text;
    out->is_historical = metric->is_historical;
    out->is_transient = metric->is_transient;
    if (!known && out->sample.quality >= QUALITY_GOOD) {
        out->sample.quality = QUALITY_UNCERTAIN; // nobody will say when it goes bad
    } else if (known && !metric->is_historical) {
        remember(known, &out->sample);
    }
    giving->host->sink.sample(giving->host->sink.of, out);
    confirm_again(giving, out, known);
    confirm(giving, metric, out, known);
}

// A metric that no birth has, but that says all there is to know of it.
static void give_stranger(struct giving *giving, const struct book_node *node,
                          const struct book_unit *unit, const struct payload_metric *metric) {
    struct text name;
    text_init(&name, 3 * (TOPIC_MAX_NAME_BYTES + 1) + PAYLOAD_MAX_NAME_BYTES + 1);
    text_addf(&name, "%s/%s%s", node->name, unit->device, unit->device[0] ? "/" : "");
    text_add(&name, metric->name.bytes, metric->name.n);
    if (name.status == MARU_OK) {
        struct host_sample out = {.name = name.bytes,
                                  .n_name = (uint32_t)name.n_bytes,
                                  .n_place = (uint32_t)name.n_bytes - metric->name.n - 1};
        give_sample(giving, metric, metric->type, &out, NULL);
    }
    text_fini(&name);
}

static void give_metric(struct giving *giving, struct book_node *node, struct book_unit *unit,
                        const struct payload_metric *metric) {
    const bool has_name = has_field(metric, PAYLOAD_METRIC_NAME);
    const bool has_type = has_field(metric, PAYLOAD_METRIC_TYPE);
    struct book_metric *known = has_name ? book_by_name(&giving->host->book, unit, metric->name)
                                : has_field(metric, PAYLOAD_METRIC_ALIAS)
                                    ? book_by_alias(unit, metric->alias)
                                    : NULL;
    if (is_control(known ? own_name(known) : metric->name)) {
        return;
    }
    if (known) {
        giving->tally->n_unknown += has_type && metric->type != known->type;
        struct host_sample out = {
            .name = known->name, .n_name = known->n_name, .n_place = known->n_prefix - 1};
        give_sample(giving, metric, has_type ? metric->type : known->type, &out, known);
        return;
    }
    if (has_name && !is_good_name(metric->name)) {
        maru_error err = {0};
        (void)fail(&err, MARU_E_INPUT,
                   "a metric's name that is empty or has characters that cannot be shown");
        refuse_metric(giving->tally, &err);
        return;
    }
    giving->tally->n_unknown++;
    if (has_name && has_type) {
        give_stranger(giving, node, unit, metric);
    }
}

void host_data_samples(struct host *host, struct book_node *node, uint32_t unit,
                       const struct host_incoming *in, struct host_tally *tally) {
    struct giving giving = {host, in, tally};
    const struct payload_metric *metric = in->payload->metrics.item;
    for (uint32_t i = 0; i < in->payload->metrics.n; i++) {
        give_metric(&giving, node, &node->unit[unit], &metric[i]);
    }
}
