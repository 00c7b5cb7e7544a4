// The wall clock: for progress, speed and nothing that ends in a result.
#ifndef IO_CLOCK_H
#define IO_CLOCK_H

// Seconds since some moment in the past; never runs backwards.
double clock_seconds(void);

#endif
