// A folder that is watched: files of measurements (CSV) that appear in it are taken, and moved to done/ or refused/ inside of it.
//
// A file is taken when it was renamed into the folder, or has not changed for a while. It is moved when what it brought is durable; killed
// in between, it is taken again, which changes nothing: a sample is known by its signal and time.
#ifndef CONNECT_FOLDER_CONNECTION_H
#define CONNECT_FOLDER_CONNECTION_H

#include "connect/connection.h"
#include "connect/measured_file.h"

enum {
    WATCHED_MAX_FILES = 1000,
    WATCHED_MAX_PATH_BYTES = 4096,
    WATCHED_MAX_SETTLE_S = 86400,
};

struct watched_options {
    const char *name; // of the connection, the first part of its signals' names
    const char *root; // of all folders that may be watched, whole; links do not lead out of it
    const char *path; // the folder, within root
    struct samples_hints hints;
    int64_t settle_s; // for so long a file must not have changed
    bool
        is_file_in_name; // the name of the file, without its ending, stands before those of its columns
    void (*add_korean)(struct text *out, const char *sentence);
};

struct watched;

// Can it be opened with these?
//   errors  MARU_E_USAGE
MARU_MUST_USE maru_status watched_check(const struct watched_options *options, maru_error *err);

// Watch it, in a thread of its own; one that is not there, or goes away, is waited for.
//   memory  watched_close; the signals outlive it
//   errors  as watched_check; MARU_E_MEMORY, MARU_E_IO
MARU_MUST_USE maru_status watched_open(struct signals *signals,
                                       const struct watched_options *options, struct watched **out,
                                       maru_error *err);
void watched_close(struct watched *watched); // accepts NULL

void watched_look_at(struct watched *watched, struct connection_look *out);

#endif
