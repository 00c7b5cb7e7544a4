// The callbacks of libmicrohttpd: from the header of a request to its end.
#ifndef SERVE_HTTP_H
#define SERVE_HTTP_H

#include "serve/http/request.h"

// What MHD_OPTION_URI_LOG_CALLBACK calls with the target as it was written; gives the request, NULL without memory.
void *http_begin(void *context, const char *target, struct MHD_Connection *connection);

// An MHD_AccessHandlerCallback; context: struct server.
enum MHD_Result http_accept(void *context, struct MHD_Connection *connection, const char *path,
                            const char *method, const char *version, const char *upload,
                            size_t *n_upload, void **own);

// An MHD_RequestCompletedCallback: the log, the metrics, and what the request holds.
void http_end(void *context, struct MHD_Connection *connection, void **own,
              enum MHD_RequestTerminationCode why);

// The hands are through with it: libmicrohttpd calls http_accept again.
void http_resume(struct request *request);

#endif
