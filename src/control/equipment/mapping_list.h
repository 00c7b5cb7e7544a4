// Words of the mapping table in English and Korean: the only list of them.
#ifndef CONTROL_MAPPING_LIST_H
#define CONTROL_MAPPING_LIST_H

// clang-format off
// X(name, English, Korean, required)
#define MAPPING_COLUMNS(X) \
    X(EQUIPMENT, "equipment", "설비", true) \
    X(SIGNAL, "signal", "신호", true) \
    X(MEANS, "means", "의미", true) \
    X(VALUE, "value", "값", false) \
    X(TOOL, "tool", "호기", false) \
    X(SUBJECT, "subject", "대상", false) \
    X(REASON, "reason", "사유", false)

// X(name, English, Korean): meanings that are whole words. Besides: a state, and `begin` or `end` before one.
#define MAPPING_MEANINGS(X) \
    X(LOST, "link lost", "통신두절") \
    X(BACK, "link back", "통신복구") \
    X(BACK_WHOLE, "link back whole", "통신복구 누락없음") \
    X(EPT, "e116 state", "e116 상태") \
    X(LOT_BEGIN, "lot begin", "로트시작") \
    X(LOT_END, "lot end", "로트종료") \
    X(LOT, "lot", "로트") \
    X(PRODUCT, "product", "제품") \
    X(STEP, "step", "공정") \
    X(GOOD, "good count", "양품수") \
    X(SCRAP, "scrap count", "불량수") \
    X(REWORK, "rework count", "재작업수") \
    X(GOOD_TOTAL, "good total", "양품누계") \
    X(SCRAP_TOTAL, "scrap total", "불량누계") \
    X(REWORK_TOTAL, "rework total", "재작업누계")
// clang-format on

#endif
