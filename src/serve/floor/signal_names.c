#include "serve/floor/signal_names.h"

#include <stdio.h>
#include <string.h>

// "line1/press2/speed" of connection "mqtt" has the source mqtt/line1/press2/speed. The first of its names that a table has is meant.

void signal_names_of(const struct signal_row *row, struct signal_names *out) {
    const char *slash = strchr(row->source, '/');
    snprintf(out->name[0], SIGNAL_NAME_BYTES, "%s", row->source);
    snprintf(out->name[1], SIGNAL_NAME_BYTES, "%s", slash ? slash + 1 : "");
    snprintf(out->name[2], SIGNAL_NAME_BYTES, "%s/%s", row->asset, row->name);
}
