// What the models of a floor have seen, as bytes, so that they go on where they were.
#ifndef SERVE_MODEL_KEEPING_H
#define SERVE_MODEL_KEEPING_H

#include "serve/floor/models/model_watch.h"

// Errors stick in `out`.
void model_keeping_save(const struct model_watch *watch, struct text *out);

// Take up what was kept, of models and versions that are there. Bytes may be damaged: what cannot be read has seen nothing.
void model_keeping_load(struct model_watch *watch, const struct text *bytes);

#endif
