// The public data sets that maru is measured on: name, function that runs it, what it is in English and Korean. One file a set,
// set_NAME.c; a function may serve several names.
#ifndef STUDY_SET_LIST_H
#define STUDY_SET_LIST_H

// clang-format off
#define SETS(X) \
    X("mixedwm38", set_wafer, "MixedWM38: several patterns on one wafer map", "MixedWM38: 한 웨이퍼 맵의 여러 불량 패턴") \
    X("tep", set_tep, "Tennessee Eastman: process faults, detected and named", "테네시 이스트먼: 공정 고장의 검출과 진단") \
    X("wm811k", set_wafer, "WM-811K: the pattern of a wafer map", "WM-811K: 웨이퍼 맵의 불량 패턴")
// clang-format on

#endif
