// The public data sets that maru is measured on: name, function that runs it, what it is in English and Korean. One file a set,
// set_NAME.c; a function may serve several names.
#ifndef STUDY_SET_LIST_H
#define STUDY_SET_LIST_H

// clang-format off
#define SETS(X)
// clang-format on

#endif
