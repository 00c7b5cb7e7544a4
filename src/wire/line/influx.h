// InfluxDB's line protocol (as its write API v2 takes it): push bytes, get samples line by line.
//
//     boiler,site=A,unit=3 temp=81.5,on=true,state="run" 1700000000000000000
//
// gives boiler/site=A,unit=3/temp, boiler/site=A,unit=3/on and boiler/site=A,unit=3/state. A bad line
// spoils no other: it says what is wrong, and reading goes on behind it.
#ifndef WIRE_LINE_INFLUX_H
#define WIRE_LINE_INFLUX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "maru/status.h"
#include "signal/sample.h"

enum {
    INFLUX_MAX_LINE_BYTES = 1 << 18,
    INFLUX_MAX_TAGS = 64,
    INFLUX_MAX_FIELDS = 1024,
    INFLUX_MAX_NAME_BYTES = 1024,
};

enum influx_precision { INFLUX_NS, INFLUX_US, INFLUX_MS, INFLUX_S };

struct influx_options {
    uint8_t precision; // enum influx_precision, of timestamps; below 1 us they are rounded down
    maru_time now;     // of lines without a timestamp
    // How signals are called: {measurement}, {field}, {tag:KEY} (a line without this tag is refused), and
    // {tags}: all others as key=value, in order of their keys, with commas. A slash in front of an empty
    // {tags} goes with it. NULL: "{measurement}/{tags}/{field}"
    const char *name;
};

struct influx_sample {
    const char *name; // 0-terminated
    uint32_t n_name;
    struct sample sample;
};

struct influx_line {
    uint32_t line; // from 1
    maru_status
        status; // MARU_OK, or why the line was refused: `error`, with line, and byte as column
    uint32_t n;
    const struct influx_sample *sample; // (n), in the order of its fields
    maru_error error;
};

struct influx_reader {
    struct influx_options options;
    uint32_t line; // that comes next
};

// Is it a template that influx_init takes?
//   errors  MARU_E_USAGE: a placeholder that is not known, or no {field}
maru_status influx_check_name(const char *name, maru_error *err);

// in: a good template, which must outlive the reader
void influx_init(struct influx_reader *reader, const struct influx_options *options);

// Read up to the end of the next line that is neither blank nor a comment.
//   out     *line and *n_used bytes of input; also where the line was refused
//   memory  names and texts lie in the arena
//   errors  MARU_MORE: no whole line is here, or with is_last there is nothing left; nothing is used.
//           MARU_E_LIMIT, MARU_E_MEMORY: the arena is full, nothing is used
maru_status influx_next(struct influx_reader *reader, const char *bytes, size_t n, bool is_last,
                        struct arena *arena, struct influx_line *line, size_t *n_used);

#endif
