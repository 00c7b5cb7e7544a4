// Words of the table of assets in English and Korean: the only list of them.
#ifndef CONTROL_ASSET_LIST_H
#define CONTROL_ASSET_LIST_H

// clang-format off
// X(name, English, Korean)
#define ASSET_COLUMNS(X) \
    X(ASSET, "asset", "자산") \
    X(PARENT, "parent", "상위") \
    X(LEVEL, "level", "계층") \
    X(NAME, "name", "이름") \
    X(KOREAN, "korean", "한글이름") \
    X(TOOL, "tool", "호기") \
    X(GROUP, "group", "설비군") \
    X(SIGNALS, "signals", "신호") \
    X(AS, "as", "신호이름") \
    X(UNIT, "unit", "단위")

// X(name, rank, English, Korean): the levels of ISA-95, IEC 62264-1 clause 5.3, from the top; below a work unit the tools and modules of
// ISA-88. What has the same rank stands beside each other.
#define ASSET_LEVELS(X) \
    X(ENTERPRISE, 1, "enterprise", "기업") \
    X(SITE, 2, "site", "사업장") \
    X(AREA, 3, "area", "구역") \
    X(LINE, 4, "line", "라인") \
    X(PROCESS_CELL, 4, "process cell", "공정셀") \
    X(PRODUCTION_UNIT, 4, "production unit", "생산유닛") \
    X(STORAGE_ZONE, 4, "storage zone", "보관구역") \
    X(WORK_CENTER, 4, "work center", "작업장") \
    X(CELL, 5, "cell", "셀") \
    X(UNIT, 5, "unit", "유닛") \
    X(STORAGE_UNIT, 5, "storage unit", "보관유닛") \
    X(WORK_UNIT, 5, "work unit", "작업단위") \
    X(TOOL, 6, "tool", "장비") \
    X(MODULE, 7, "module", "모듈")
// clang-format on

#endif
