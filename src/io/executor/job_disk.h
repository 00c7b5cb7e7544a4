// How much of the disk a folder takes.
#ifndef IO_EXECUTOR_JOB_DISK_H
#define IO_EXECUTOR_JOB_DISK_H

#include <stdint.h>

// Bytes of all files below the folder, as the disk has them; a file with two names counts twice. What cannot be looked into, and
// what is open but has no name any more, is not counted. Stops where it is more than `enough`.
uint64_t job_disk_bytes(const char *folder, uint64_t enough);

#endif
