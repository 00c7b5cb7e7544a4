#include "serve/api/listing.h"

void list_begin(struct list *list, struct text *out, uint32_t limit) {
    *list = (struct list){.limit = limit};
    json_writer_init(&list->json, out);
    json_open_object(&list->json, NULL);
    json_open_list(&list->json, "items");
}

void list_end(struct list *list) {
    json_close(&list->json);
    if (list->n == list->limit) {
        json_add_string(&list->json, "next", list->last);
    }
    json_close(&list->json);
}
