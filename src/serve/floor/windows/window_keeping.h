// What is kept of the windows of a tenant, as bytes: those that go on or wait, and the references that were frozen.
#ifndef SERVE_WINDOW_KEEPING_H
#define SERVE_WINDOW_KEEPING_H

#include "serve/floor/windows/window_watch.h"

// By the names of rows and tools. What is loaded counts for rows that make the same windows; others begin anew, and so do all where
// the bytes are damaged.
void window_keeping_save(const struct window_watch *watch, maru_time now_us, struct text *out);
void window_keeping_load(struct window_watch *watch, const struct text *bytes, maru_time now_us);

// The same of references: the values of each window that one was made of, so that what is loaded judges as it did, bit for bit.
void window_keeping_save_frozen(const struct window_watch *watch, struct text *out);
void window_keeping_load_frozen(struct window_watch *watch, const struct text *bytes);

#endif
