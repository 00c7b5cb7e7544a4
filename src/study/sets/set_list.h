// The public data sets that maru is measured on: name, function that runs it, what it is in English and Korean. One file a set,
// set_NAME.c; a function may serve several names.
#ifndef STUDY_SET_LIST_H
#define STUDY_SET_LIST_H

// clang-format off
#define SETS(X) \
    X("tep", set_tep, "Tennessee Eastman: process faults, detected and named", "테네시 이스트먼: 공정 고장의 검출과 진단")
// clang-format on

#endif
