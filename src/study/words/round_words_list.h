// Words of allocation rounds: name, English, Korean. As in words_list.h.
#ifndef STUDY_ROUND_WORDS_LIST_H
#define STUDY_ROUND_WORDS_LIST_H

// clang-format off
#define ROUND_WORDS(X) \
    X(ROUND_PURPOSE, "allot GPUs by demand plans: tables, scores, the best award, leases, what stays idle", "수요 계획에 따라 GPU를 배정합니다. 신청, 점수, 최적 배정, 임대, 쓰지 않는 GPU 회수") \
    X(HELP_ROUND_WHAT_IF, "award by other rules too, and tell who gains and who loses", "다른 규칙으로도 배정해 보고 누가 더 받고 덜 받는지 알려 줌") \
    X(HELP_ROUND_EXPLAIN, "tell all about one application; what it would have taken is tried", "신청 하나를 자세히 설명. 무엇이 있었으면 받았을지 다시 풀어 봄") \
    X(HELP_ROUND_TODAY, "the last day that is watched; else that of the last row of use", "살펴볼 마지막 날. 없으면 사용량 표의 마지막 날") \
    X(HELP_ROUND_EXAMPLE, "new: the round to begin with: small, national_2026, korea_260k", "new: 시작할 예제: small, national_2026, korea_260k") \
    X(ROUND_UNKNOWN, "maru round has no '{1}': new, apply, score, award, report, lease, watch or reclaim is wanted", "maru round에 '{1}'[은/는] 없습니다. new, apply, score, award, report, lease, watch, reclaim 가운데 하나를 적으십시오") \
    X(ROUND_NO_FILE, "{1} wants a file of applications: maru round apply DIR FILE.csv", "{1}에는 신청 파일이 필요합니다: maru round apply DIR FILE.csv") \
    X(ROUND_MADE, "{1} has the tables of a round: fill them in, then maru round award {1}", "{1}에 배정에 쓸 표를 만들었습니다. 채운 다음 maru round award {1}") \
    X(ROUND_APPLIED, "{1} applications were added; there are {2} now", "신청 {1}건을 더했습니다. 모두 {2}건입니다") \
    X(ROUND_NO_APPLICATION, "there is no application '{1}'", "'{1}' 신청이 없습니다") \
    X(ROUND_LEASED, "{1} leases are in {2}: {3} GPUs at their most, {4} credits", "임대 {1}건을 {2}에 적었습니다. 가장 많을 때 GPU {3}장, {4} 크레딧") \
    X(ROUND_WATCHED, "{1} warnings, {2} reclaims are due, up to {3}", "{3}까지 경고 {1}건, 회수할 것 {2}건") \
    X(ROUND_RECLAIMED, "{1} reclaims were carried out; {2} GPUs were taken back", "회수 {1}건을 마쳤습니다. GPU {2}장을 돌려받았습니다") \
    X(ROUND_WRITTEN, "awards.csv, decisions.csv and record.csv in {1} are up to date", "{1}의 awards.csv, decisions.csv, record.csv를 새로 적었습니다") \
    X(ROUND_KIND, "Allocation of GPUs", "GPU 배정") \
    X(ROUND_LEAD, "{1} of {2} applications get {3} of the {4} GPUs asked for.", "신청 {2}건 가운데 {1}건이 신청한 GPU {4}장 중 {3}장을 받습니다.") \
    X(ROUND_USED, "{1} of the GPU quarters that can be run are awarded.", "돌릴 수 있는 GPU 분기의 {1}[이/가] 배정됐습니다.") \
    X(ROUND_EXACT, "No award that keeps the rules is worth more: this was proven.", "규칙을 지키면서 이보다 값이 큰 배정은 없습니다. 증명했습니다.") \
    X(ROUND_GAP, "No award that keeps the rules is worth more than {1} above this one.", "규칙을 지키는 어떤 배정도 이보다 {1} 넘게 값이 크지 않습니다.") \
    X(ROUND_LOT_SETTLED, "Ties were settled by lot, with the published seed {1}.", "값이 같은 배정 사이에서는 공개한 시드 {1}의 추첨으로 정했습니다.") \
    X(ROUND_LOT_EQUALS, "Equal applications were settled by lot, with the published seed {1}.", "똑같은 신청끼리는 공개한 시드 {1}의 추첨으로 정했습니다.") \
    X(ROUND_FLOOR_SHORT, "The floor of {1} is not reached: {2} GPU quarters short. No award that keeps the other rules does better where this is proven.", "{1} 하한에 {2} GPU 분기 모자랍니다. 증명된 배정이면 다른 규칙을 지키면서 더 채울 수 없습니다.") \
    X(ROUND_RANK, "{1} of {2}", "{2}건 가운데 {1}위") \
    X(ROUND_SAID_ALL, "{1}: it gets all {2} GPUs that it asked for, at {3}.", "{1}. 신청한 GPU {2}장을 모두 {3}에서 받습니다.") \
    X(ROUND_SAID_PART, "{1}: it gets {2} of {3} GPUs, at {4}. {5} more would need {6}.", "{1}. GPU {3}장 가운데 {2}장을 {4}에서 받습니다. {5}장을 더 받으려면 {6}[이/가] 더 있어야 합니다.") \
    X(ROUND_SAID_ROOM, "{1}: it gets nothing. Its least amount, {2} GPUs, would need {3}.", "{1}. 받지 못합니다. 최소 수량 {2}장을 받으려면 {3}[이/가] 더 있어야 합니다.") \
    X(ROUND_SAID_NEVER, "{1}: it gets nothing. Its least amount, {2} GPUs, would not fit were it alone: it would need {3} more.", "{1}. 받지 못합니다. 혼자 신청했어도 최소 수량 {2}장이 들어가지 않습니다. {3}[이/가] 더 있어야 합니다.") \
    X(ROUND_SAID_POINTS, "It gets nothing: it has {1} points, at least {2} are wanted.", "받지 못합니다. 점수가 {1}점인데 {2}점 이상이어야 합니다.") \
    X(ROUND_SAID_LAST, "Of those that have what it lacks, {1} has the fewest points: {2}; it has {3}.", "모자라는 것을 가진 신청 가운데 점수가 가장 낮은 것은 {1}({2}점)이고, 이 신청은 {3}점입니다.") \
    X(ROUND_SAID_LOT, "{1} applications ask for the same with the same right; the lot (seed {2}) has decided among them.", "같은 조건으로 같은 것을 신청한 {1}건 가운데서 추첨(시드 {2})으로 정했습니다.") \
    X(ROUND_LACK_STOCK, "{1} more {2} at {3} in {4}", "{4} {3}의 {2} {1}장") \
    X(ROUND_LACK_POWER, "{1} of power at {2} in {3}", "{3} {2}의 전력 {1}") \
    X(ROUND_LACK_COOLING, "{1} of cooling at {2} in {3}", "{3} {2}의 냉각 {1}") \
    X(ROUND_LACK_CEILING, "{1} GPU quarters under the ceiling of {2}", "{2} 상한 안의 {1} GPU 분기") \
    X(ROUND_LACK_INSTITUTION, "{1} GPU quarters under the cap of one institution", "한 기관 한도 안의 {1} GPU 분기") \
    X(ROUND_LACK_QUARTERS, "{1} (and in {2} further quarters)", "{1}(다른 {2}개 분기에도)") \
    X(ROUND_AND, "{1}, and {2}", "{1}, {2}") \
    X(ROUND_EXPLAIN_POINTS, "Tried: with {1} points more it would get something, with {2} more it would not.", "다시 풀어 보니 {1}점이 더 있으면 받고 {2}점으로는 받지 못합니다.") \
    X(ROUND_EXPLAIN_NO_POINTS, "Tried: {1} points more would not have changed it.", "다시 풀어 보니 {1}점이 더 있어도 받지 못합니다.") \
    X(ROUND_EXPLAIN_LIMITS, "Tried: with what it lacks on top, it would get {1} GPUs.", "다시 풀어 보니 모자라는 것이 더 있으면 GPU {1}장을 받습니다.") \
    X(ROUND_EXPLAIN_OTHERS, "Tried: with what it lacks on top, others would get it.", "다시 풀어 보니 모자라는 것이 더 있어도 다른 신청이 받습니다.") \
    X(ROUND_CHANGE_LEAD, "By the other rules {1} applications gain and {2} lose; {3} GPU quarters change hands.", "다른 규칙으로는 {1}건이 더 받고 {2}건이 덜 받습니다. {3} GPU 분기의 주인이 바뀝니다.") \
    X(ROUND_CHANGE_NONE, "The other rules change nothing.", "다른 규칙으로도 달라지는 것이 없습니다.") \
    X(ROUND_CHANGES, "Who gains and who loses by the other rules", "다른 규칙으로 누가 더 받고 덜 받는가") \
    X(ROUND_CHANGES_NOTE, "GPU quarters, by class", "GPU 분기, 구분별") \
    X(ROUND_BEFORE, "now", "지금") \
    X(ROUND_AFTER, "other rules", "다른 규칙") \
    X(ROUND_CHANGE, "change", "변화") \
    X(ROUND_BY_CLASS, "Asked for and awarded, by class", "구분별 신청과 배정") \
    X(ROUND_BY_REGION, "Asked for and awarded, by region", "지역별 신청과 배정") \
    X(ROUND_BY_QUARTER, "What is there, what can be run, what is awarded", "들어온 GPU, 돌릴 수 있는 GPU, 배정한 GPU") \
    X(ROUND_BY_QUARTER_NOTE, "GPUs by quarter; what power and cooling do not carry waits", "분기별 GPU. 전력과 냉각이 모자라면 돌리지 못하고 기다립니다") \
    X(ROUND_GPU_QUARTERS_NOTE, "GPU quarters: one GPU for a quarter of a year", "GPU 분기: GPU 한 장을 한 분기 쓰는 것") \
    X(ROUND_SITES, "Sites by quarter", "사이트별, 분기별") \
    X(ROUND_BINDS, "What is in the way", "무엇이 막는가") \
    X(ROUND_BINDS_NOTE, "Limits, and how many applications would have more, or something, with more of it", "한도와, 그것이 더 있으면 더 받거나 받을 수 있는 신청 수") \
    X(ROUND_DECISIONS, "Each decision", "신청별 결정") \
    X(ROUND_APPLICATION, "application", "신청") \
    X(ROUND_INSTITUTION, "institution", "기관") \
    X(ROUND_CLASS, "class", "구분") \
    X(ROUND_REGION, "region", "지역") \
    X(ROUND_SITE, "site", "사이트") \
    X(ROUND_QUARTER, "quarter", "분기") \
    X(ROUND_RANKED, "rank", "순위") \
    X(ROUND_POINTS, "points", "점수") \
    X(ROUND_ASKED, "asked for", "신청") \
    X(ROUND_AWARDED, "awarded", "배정") \
    X(ROUND_ARRIVED, "there", "들어옴") \
    X(ROUND_RUNNABLE, "can be run", "가동 가능") \
    X(ROUND_POWER, "power used", "쓰는 전력") \
    X(ROUND_CAP, "power limit", "전력 한도") \
    X(ROUND_SHARE, "share of what is offered", "공급 대비") \
    X(ROUND_FLOOR, "floor", "하한") \
    X(ROUND_CEILING, "ceiling", "상한") \
    X(ROUND_LIMIT, "limit", "한도") \
    X(ROUND_N, "applications", "신청 수") \
    X(ROUND_N_AWARDED, "awarded", "배정 수") \
    X(ROUND_WHY, "why", "이유") \
    X(ROUND_KPI_APPLICATIONS, "applications that get something", "배정받은 신청") \
    X(ROUND_KPI_GPUS, "GPUs awarded, of those asked for", "배정한 GPU, 신청한 것 가운데") \
    X(ROUND_KPI_QUARTERS, "GPU quarters awarded, of those that can be run", "배정한 GPU 분기, 돌릴 수 있는 것 가운데") \
    X(ROUND_SITE_POWER, "Power at the sites", "사이트 전력") \
    X(ROUND_SITE_POWER_NOTE, "MW at the meter by quarter: what the awarded GPUs draw, and the limit as a line", "분기별 수전 MW. 막대는 배정한 GPU가 쓰는 전력, 선은 한도") \
    X(ROUND_ROW_STOCK, "{3} at {1} in {2}", "{2} {1}의 {3}") \
    X(ROUND_ROW_POWER, "power at {1} in {2}", "{2} {1}의 전력") \
    X(ROUND_ROW_COOLING, "cooling at {1} in {2}", "{2} {1}의 냉각") \
    X(ROUND_ROW_CLASS, "the ceiling of {1}", "{1} 상한") \
    X(ROUND_ROW_REGION, "the ceiling of {1}", "{1} 상한") \
    X(ROUND_ROW_INSTITUTION, "the cap of one institution: {1}", "한 기관 한도: {1}") \
    X(HELP_ROUND_HTML, "report: the page that is written", "report: 만들 보고서 파일") \
    X(ROUND_NO_HTML, "maru round report wants --html FILE", "maru round report에는 --html FILE이 필요합니다") \
    X(ROUND_REPORTED, "{1} is written", "{1}[을/를] 만들었습니다") \
    X(ROUND_CLASSES, "Classes of institutions", "기관 구분") \
    X(ROUND_REGIONS, "Regions", "지역") \
    X(ROUND_EVENT, "what", "내용") \
    X(ROUND_WARNED, "warning: {2} GPUs idle for {1} days", "경고: GPU {2}장을 {1}일 동안 쓰지 않음") \
    X(ROUND_TAKEN, "reclaim: idle for {1} days, {2} of {3} GPUs stay", "회수: {1}일 동안 쓰지 않음, GPU {3}장 가운데 {2}장 남김") \
    X(ROUND_DAY, "day", "날짜") \
    X(ROUND_TYPE, "type", "종류")
// clang-format on

#endif
