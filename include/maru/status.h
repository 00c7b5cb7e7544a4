// Status codes and error records: how every part of libmaru says that something could not be done.
//
// A function that can fail returns maru_status; MARU_OK is 0. Results go out by pointer and stay
// untouched unless the status is MARU_OK. The last parameter, `maru_error *err`, may be NULL; when
// given it receives the place in the input and one sentence, written where the fault is found.
#ifndef MARU_STATUS_H
#define MARU_STATUS_H

#include <stdint.h>

#if defined(__GNUC__)
#define MARU_API __attribute__((visibility("default")))
#define MARU_MUST_USE __attribute__((warn_unused_result))
#define MARU_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#else
#define MARU_API
#define MARU_MUST_USE
#define MARU_PRINTF(fmt, args)
#endif

#ifdef __cplusplus
extern "C" {
#endif

typedef enum maru_status {
    MARU_OK = 0,
    MARU_MORE,      // a push parser wants more bytes: not a failure
    MARU_E_USAGE,   // an argument or option makes no sense
    MARU_E_INPUT,   // the input is malformed or contradicts itself
    MARU_E_RANGE,   // a number is outside what is allowed
    MARU_E_LIMIT,   // a named limit was reached (docs/limits.md)
    MARU_E_MEMORY,  // the machine has no more memory
    MARU_E_IO,      // the system refused: file, pipe, disk
    MARU_E_STOPPED, // the caller asked to stop
} maru_status;

enum { MARU_ERROR_FILE_BYTES = 96, MARU_ERROR_TEXT_BYTES = 320 };

typedef struct maru_error {
    maru_status code;
    uint32_t row;    // 1-based line of the file, 0 where there is none
    uint32_t column; // 1-based column (field of a table), 0 where there is none
    char file[MARU_ERROR_FILE_BYTES];
    char text[MARU_ERROR_TEXT_BYTES]; // one sentence, UTF-8
} maru_error;

// A point in or span of simulated time: microseconds. Time 0 is the start of the plant.
typedef int64_t maru_time;

// The name of a status, such as "limit".
//   memory  static
MARU_API const char *maru_status_name(maru_status status);

// The version of the library, such as "0.1.0".
//   memory  static
MARU_API const char *maru_version(void);

#ifdef __cplusplus
}
#endif

#endif
