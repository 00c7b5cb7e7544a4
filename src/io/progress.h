// One line on a terminal that says how far the work is; nothing at all where stderr is no terminal.
#ifndef IO_PROGRESS_H
#define IO_PROGRESS_H

#include <stdbool.h>

struct progress {
    bool is_shown; // stderr is a terminal and it is wanted
    bool is_drawn;
};

void progress_open(struct progress *progress, bool wanted);

// Draw the bar at `share` (0 to 1) with a few words behind it, over the last one. Words too many
// are cut by the terminal.
void progress_draw(struct progress *progress, double share, const char *words);

// Take the line away, so that what is printed next stands alone. Accepts an all-zero one.
void progress_close(struct progress *progress);

#endif
