// What the files of the store share of struct store.
#ifndef STORE_VAULT_H
#define STORE_VAULT_H

#include "store/database.h"
#include "store/store.h"

// The file of the server.
struct database *store_server(struct store *store);

#endif
