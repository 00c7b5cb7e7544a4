// The connections to equipment that are on: each a thread of its own kind (src/connect), for as long as the server runs.
#ifndef SERVE_LINKS_H
#define SERVE_LINKS_H

#include "connect/connection.h"
#include "store/tenant.h"

enum { LINKS_MAX_OPEN = 4096 };

struct links;
struct json_t;

// Open all that are on, of all tenants. One that cannot be opened any more is logged.
//   in  folders: where folders stand that may be watched, static; a folder for each tenant, but for the server's own, which has
//       all of it. NULL: none may be
MARU_MUST_USE maru_status links_start(struct store *store, const char *folders, struct links **out,
                                      maru_error *err);
void links_stop(struct links *links); // accepts NULL

// Are these settings of its kind? Only kind and settings are looked at.
//   errors  MARU_E_INPUT: the sentence says what is wrong; err->file is the member's JSON pointer
MARU_MUST_USE maru_status links_check(struct links *links, const char *tenant,
                                      const struct connection_row *row, maru_error *err);

// Open one; one of the same id is closed first.
//   errors  as links_check; MARU_E_LIMIT, MARU_E_MEMORY, MARU_E_IO
MARU_MUST_USE maru_status links_open(struct links *links, const char *tenant,
                                     const struct connection_row *row, maru_error *err);

// Close one, or all of a tenant (id ""): waits until its thread has ended.
void links_close(struct links *links, const char *tenant, const char *id);

// How one stands; false: it is not open.
bool links_look(struct links *links, const char *tenant, const char *id,
                struct connection_look *out);

// Ask the equipment behind one (link_kind.h); it stays open until the answer is there.
//   errors  MARU_E_USAGE: it is not open; MARU_E_RANGE: this kind cannot be asked; of the kind's ask
MARU_MUST_USE maru_status links_ask(struct links *links, const char *tenant, const char *id,
                                    const struct json_t *body, bool is_dry, struct text *out,
                                    maru_error *err);

// What of an id a kind needs to be known by at the other side: kept from the settings before, or made. `before` may be NULL.
void links_complete(const char *kind, struct json_t *settings, const struct json_t *before);

// One is deleted and closed: the other side need keep nothing for it.
void links_forget(const struct connection_row *row);

// The settings as they may be shown: without passwords.
//   errors  MARU_E_INPUT
MARU_MUST_USE maru_status links_show_settings(const struct connection_row *row, struct text *out,
                                              maru_error *err);

#endif
