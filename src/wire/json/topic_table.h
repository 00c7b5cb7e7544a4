// Plain JSON over MQTT by a table: which topics, where in the message value, time and quality stand, and
// what the signal is called.
//
//     topic,value,time,quality,name,type,time_format,default_quality
//     line/+/temp,/v,/ts,,{2}/temperature,double,ms,
//     plc/#,/tags/*/value,/tags/*/time,/tags/*/q,{#}/{key},,iso,uncertain
//
// topic: a filter of MQTT. value, time, quality: JSON pointers (RFC 6901), in which the step * stands for
// every member or element; a * of time and quality is what the same * of value has found. An empty value
// is the whole message. name: {N} is a level of the topic, from 1; {#} what the filter's # has matched;
// {topic} all of it; {key} what the *s of value have found. type: double, integer, bool, text; empty: as
// JSON has it, numbers as double. time_format: iso, s, ms, us, ns; empty: iso for a text, ms for a number.
#ifndef WIRE_JSON_TOPIC_TABLE_H
#define WIRE_JSON_TOPIC_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "maru/status.h"
#include "signal/sample.h"

enum {
    TABLE_MAX_ROWS = 10000,
    TABLE_MAX_STEPS = 16,
    TABLE_MAX_LEVELS = 64,
    TABLE_MAX_SAMPLES = 100000,
    TABLE_MAX_NAME_BYTES = 1024,
};

struct topic_row; // topic_table.c

struct topic_table {
    uint32_t n;
    const struct topic_row *row; // (n)
};

// Read a table from CSV with a line of column names; topic, value and name are required, the order is free.
//   memory  in the arena
//   errors  MARU_E_INPUT with row and column; MARU_E_LIMIT; MARU_E_MEMORY
maru_status topic_table_read(const char *bytes, size_t n, struct arena *arena,
                             struct topic_table *table, maru_error *err);

// The filter of a row, as it is subscribed to.
//   memory  0-terminated, the table's
const char *topic_table_filter(const struct topic_table *table, uint32_t row);

struct table_sample {
    const char *name; // 0-terminated
    uint32_t n_name;
    struct sample sample;
};

struct table_result {
    uint32_t n_row; // rows whose filter the topic matches
    uint32_t n;
    const struct table_sample *sample; // (n), by row, in the order of the message
    uint32_t n_refused; // values that could not be taken; `error` says why the first could not
    maru_error error;
};

// Take one message. Values that a row looks for and that are not there are no fault.
//   in      now: the time of rows without a time; default_offset_min: of ISO times without a zone
//   memory  samples in the arena; texts may lie in `bytes`
//   errors  MARU_E_INPUT with the byte as column: not JSON, where a row wants it. MARU_E_LIMIT, MARU_E_MEMORY
struct table_message {
    const char *topic; // 0-terminated
    const char *bytes;
    size_t n;
    maru_time now;
    int32_t default_offset_min;
};
maru_status topic_table_take(const struct topic_table *table, const struct table_message *message,
                             struct arena *arena, struct table_result *result, maru_error *err);

#endif
