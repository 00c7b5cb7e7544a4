// Time zones by name: what holds there now, as POSIX writes it.
#ifndef CONTROL_ZONE_LIST_H
#define CONTROL_ZONE_LIST_H

// Source: the last lines of the files of the IANA time zone database, 2025b.
// clang-format off
// X(name, rule)
#define ZONES(X) \
    X("UTC", "UTC0") \
    X("Africa/Cairo", "EET-2EEST,M4.5.5/0,M10.5.4/24") \
    X("Africa/Johannesburg", "SAST-2") \
    X("America/Chicago", "CST6CDT,M3.2.0,M11.1.0") \
    X("America/Denver", "MST7MDT,M3.2.0,M11.1.0") \
    X("America/Los_Angeles", "PST8PDT,M3.2.0,M11.1.0") \
    X("America/Mexico_City", "CST6") \
    X("America/New_York", "EST5EDT,M3.2.0,M11.1.0") \
    X("America/Phoenix", "MST7") \
    X("America/Sao_Paulo", "<-03>3") \
    X("America/Santiago", "<-04>4<-03>,M9.1.6/24,M4.1.6/24") \
    X("America/Toronto", "EST5EDT,M3.2.0,M11.1.0") \
    X("Asia/Bangkok", "<+07>-7") \
    X("Asia/Dubai", "<+04>-4") \
    X("Asia/Ho_Chi_Minh", "<+07>-7") \
    X("Asia/Hong_Kong", "HKT-8") \
    X("Asia/Jakarta", "WIB-7") \
    X("Asia/Jerusalem", "IST-2IDT,M3.4.4/26,M10.5.0") \
    X("Asia/Kolkata", "IST-5:30") \
    X("Asia/Kuala_Lumpur", "<+08>-8") \
    X("Asia/Manila", "PST-8") \
    X("Asia/Riyadh", "<+03>-3") \
    X("Asia/Seoul", "KST-9") \
    X("Asia/Shanghai", "CST-8") \
    X("Asia/Singapore", "<+08>-8") \
    X("Asia/Taipei", "CST-8") \
    X("Asia/Tokyo", "JST-9") \
    X("Australia/Adelaide", "ACST-9:30ACDT,M10.1.0,M4.1.0/3") \
    X("Australia/Brisbane", "AEST-10") \
    X("Australia/Sydney", "AEST-10AEDT,M10.1.0,M4.1.0/3") \
    X("Europe/Amsterdam", "CET-1CEST,M3.5.0,M10.5.0/3") \
    X("Europe/Berlin", "CET-1CEST,M3.5.0,M10.5.0/3") \
    X("Europe/Brussels", "CET-1CEST,M3.5.0,M10.5.0/3") \
    X("Europe/Budapest", "CET-1CEST,M3.5.0,M10.5.0/3") \
    X("Europe/Dublin", "IST-1GMT0,M10.5.0,M3.5.0/1") \
    X("Europe/Helsinki", "EET-2EEST,M3.5.0/3,M10.5.0/4") \
    X("Europe/Istanbul", "<+03>-3") \
    X("Europe/London", "GMT0BST,M3.5.0/1,M10.5.0") \
    X("Europe/Madrid", "CET-1CEST,M3.5.0,M10.5.0/3") \
    X("Europe/Moscow", "MSK-3") \
    X("Europe/Paris", "CET-1CEST,M3.5.0,M10.5.0/3") \
    X("Europe/Prague", "CET-1CEST,M3.5.0,M10.5.0/3") \
    X("Europe/Rome", "CET-1CEST,M3.5.0,M10.5.0/3") \
    X("Europe/Warsaw", "CET-1CEST,M3.5.0,M10.5.0/3") \
    X("Europe/Zurich", "CET-1CEST,M3.5.0,M10.5.0/3") \
    X("Pacific/Auckland", "NZST-12NZDT,M9.5.0,M4.1.0/3")
// clang-format on

#endif
