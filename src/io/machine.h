// What the machine that this process runs on has.
#ifndef IO_MACHINE_H
#define IO_MACHINE_H

#include <stdint.h>

// Bytes of memory that this process may use: those of the machine, or of its control group where that has fewer. 0: unknown.
uint64_t machine_memory_bytes(void);

#endif
