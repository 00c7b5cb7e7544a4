// A page of a list as JSON: {"items": [...], "next": ...}.
#ifndef SERVE_LISTING_H
#define SERVE_LISTING_H

#include <stdint.h>

#include "study/json_writer.h"

struct list {
    struct json json;
    uint32_t n, limit;
    char last[64]; // what names the last row; it is `next` where the page is full
};

void list_begin(struct list *list, struct text *out, uint32_t limit);
void list_end(struct list *list);

#endif
