// What a signal may be called in the tables that people write: by its source's whole name, by that without the connection in
// front, and by where it stands and its name there.
#ifndef SERVE_SIGNAL_NAMES_H
#define SERVE_SIGNAL_NAMES_H

#include "store/signals/signals.h"

enum { N_SIGNAL_NAME = 3, SIGNAL_NAME_BYTES = 2 * SIGNALS_MAX_NAME_BYTES + 2 };

struct signal_names {
    char name[N_SIGNAL_NAME][SIGNAL_NAME_BYTES]; // "": none
};

void signal_names_of(const struct signal_row *row, struct signal_names *out);

#endif
