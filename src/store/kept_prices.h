// Prices of the pool, in the server's database.
#ifndef STORE_KEPT_PRICES_H
#define STORE_KEPT_PRICES_H

#include "pool/money/prices.h"
#include "store/store.h"

// Add prices, all or none. The first ones may begin whenever they like; later ones not before now_us, so that what was charged
// stays right. A price that is there already is taken again.
//   errors  MARU_E_INPUT: err->row is the line at fault; MARU_E_RANGE: it begins in the past, or contradicts one that is there;
//           MARU_E_LIMIT
MARU_MUST_USE maru_status store_add_prices(struct store *store, const struct price_line *line,
                                           uint32_t n, int64_t now_us, const char *by,
                                           maru_error *err);
// Take back a price that has not begun.
//   errors  MARU_E_USAGE: there is none, or it has begun
MARU_MUST_USE maru_status store_remove_price(struct store *store, const char *resource,
                                             int64_t from_us, int64_t now_us, maru_error *err);
//   memory  in the arena
MARU_MUST_USE maru_status store_load_prices(struct store *store, struct arena *arena,
                                            struct prices *out, maru_error *err);

#endif
