// A file of measurements on its way into the signals: CSV in any character set of io/charset.h, whose looks are guessed (wire/csv/samples_csv.h).
#ifndef CONNECT_MEASURED_FILE_H
#define CONNECT_MEASURED_FILE_H

#include "connect/intake.h"
#include "io/charset.h"
#include "wire/csv/samples_csv.h"

enum { MEASURED_MAX_FAULTS = 100, MEASURED_MAX_BYTES = 256 << 20 };

struct measured_options {
    struct samples_hints hints;
    const char *within; // goes before the names of its columns, with a slash; "": nothing
    maru_time now;
};

struct measured_file { // what was found
    struct samples_layout layout;
    enum charset charset; // it was in
    bool is_guessed;      // the layout is there
    uint64_t n_row, n_sample, n_empty, n_fault;
    struct samples_fault fault[MEASURED_MAX_FAULTS]; // the first ones
    maru_time from_us, to_us;                        // of its samples
    struct arena arena;
};

// The hints of a plain guess, of Korean times.
struct samples_hints measured_hints(void);

// What people call a separator (comma, semicolon, tab, bar, or the sign itself), a decimal sign (point, comma) and a form of times
// (moment_form_name); "": as it is in *hints.
//   errors  MARU_E_INPUT
MARU_MUST_USE maru_status measured_hint(struct samples_hints *hints, const char *separator,
                                        const char *decimal, const char *times, maru_error *err);

// Take all rows of a file, and make them durable. Samples with the same signal and time as others replace them.
//   in      intake NULL: only look
//   out     *file also after an error: what could be read before it is durable
//   memory  measured_fini frees, also after an error
//   errors  MARU_E_INPUT with the line, as samples_guess and samples_next; as intake_commit
MARU_MUST_USE maru_status measured_take(const char *bytes, size_t n,
                                        const struct measured_options *options,
                                        struct intake *intake, struct measured_file *file,
                                        maru_error *err);
void measured_fini(struct measured_file *file); // accepts an all-zero one

#endif
