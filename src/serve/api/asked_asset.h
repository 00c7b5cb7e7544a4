// Where something is asked for: by the path of an asset, or by the tool that it is.
#ifndef SERVE_ASKED_ASSET_H
#define SERVE_ASKED_ASSET_H

#include "serve/http/request.h"
#include "signal/placing.h"

// The path that `asset` and `tool` of the request say together; "": anywhere. False: nothing can stand there.
bool asked_asset(const struct request *request, char path[PLACING_MAX_NAME_BYTES]);

// Is it this asset, or within it? "": anything is.
bool asked_is_within(const char *asset, const char *wanted);

#endif
