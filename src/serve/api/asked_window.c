#include "serve/api/asked_window.h"

#include <string.h>

// The floor is left before the table is read again from the store, so that nobody waits for that.

maru_status asked_window_refuse(struct request *request, const char *name, maru_error *err) {
    return request_refuse(request, 404, err, "there is no window '%.100s'", name);
}

uint32_t asked_window_row(const struct floor *floor, const char *name) {
    return floor && floor->windows ? names_find(&floor->windows->by_name, name, strlen(name))
                                   : UINT32_MAX;
}

maru_status asked_window_watch(struct request *request, const char *name, struct window_watch **out,
                               uint32_t *row, maru_error *err) {
    struct floor *floor = floors_enter(request->server->floors, request->who.tenant);
    const int64_t version =
        asked_window_row(floor, name) != UINT32_MAX ? floor->windows->version : 0;
    struct text table;
    floors_leave(request->server->floors, floor);
    if (version == 0) {
        return asked_window_refuse(request, name, err);
    }
    text_init(&table, TENANT_MAX_DOCUMENT_BYTES);
    maru_status st =
        tenant_get_document(request->tenant, FLOOR_WINDOWS, version, &table, NULL, NULL, err);
    st = st == MARU_OK ? window_watch_new(&table, version, out, err) : st;
    text_fini(&table);
    *row = st == MARU_OK ? names_find(&(*out)->by_name, name, strlen(name)) : UINT32_MAX;
    return st;
}
