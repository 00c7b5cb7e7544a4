// The words: name, English, Korean. words.h says how they are used.
#ifndef STUDY_WORDS_LIST_H
#define STUDY_WORDS_LIST_H

// clang-format off
#define WORDS(X) \
    /* units, as they stand behind a number or in a heading */ \
    X(UNIT_COUNT, "", "") \
    X(UNIT_LOTS, "lots", "로트") \
    X(UNIT_PER_DAY, "lots/day", "로트/일") \
    X(UNIT_DAYS, "days", "일") \
    X(UNIT_HOURS, "h", "시간") \
    X(UNIT_SHARE, "%", "%") \
    X(UNIT_POINTS, "points", "%p") \
    X(UNIT_FACTOR, "", "") \
    /* quality of a spreadsheet */ \
    X(QUALITY_KIND, "quality report", "품질 보고서") \
    X(QUALITY_RATE, "Share of bad units over time", "시간에 따른 불량률") \
    X(QUALITY_RATE_NOTE, "In %; each point is one period, the band is what chance alone would give (3 sigma).", "단위는 %이고 점 하나가 한 기간입니다. 띠는 우연만으로 생길 수 있는 범위(3시그마)입니다.") \
    X(QUALITY_LIMITS_NOTE, "In %; each point is one period, the band are the control limits that the first periods set.", "단위는 %이고 점 하나가 한 기간입니다. 띠는 처음 기간들로 정한 관리 한계입니다.") \
    X(QUALITY_MEAN_NOTE, "Each point is the mean of one period.", "점 하나가 한 기간의 평균입니다.") \
    X(QUALITY_LEVEL, "Level over time", "시간에 따른 수준") \
    X(QUALITY_LEVEL_NOTE, "Means of each period; lines are the level before and since.", "기간별 평균이고, 선은 달라지기 전과 뒤의 수준입니다.") \
    X(QUALITY_CONTROL_NOTE, "Means of each period; dashed lines are the limits that the first periods set, large points lie beyond.", "기간별 평균이고, 점선은 처음 기간들로 정한 관리 한계, 큰 점은 한계 밖의 점입니다.") \
    X(QUALITY_BINS, "Share of bad units by value", "값에 따른 불량률") \
    X(QUALITY_BINS_NOTE, "All rows, in %, with 95 % intervals; the orange line is the cut that was found.", "모든 행의 불량률(%)이고 세로선은 95 % 구간, 주황색 선은 찾아낸 경계입니다.") \
    X(QUALITY_KINDS, "Kinds of defects, and what they make together", "불량의 종류와 누적") \
    X(QUALITY_LEVELS, "Share of bad units, one by one", "하나하나의 불량률") \
    X(QUALITY_COLUMNS, "How each column was read", "열을 읽은 방법") \
    X(QUALITY_COLUMN, "column", "열") \
    X(QUALITY_ROLE, "taken for", "보는 법") \
    X(QUALITY_WHY, "since", "까닭") \
    X(QUALITY_MISSING, "empty", "빈칸") \
    X(QUALITY_PERIOD, "period", "기간") \
    /* model cards */ \
    X(CARD_TARGET, "Model for {1} ({2}), from {3}", "{1} 모델({2}), 자료: {3}") \
    X(CARD_TARGET_BAD, "Model for {1} ({2}; bad: {4}), from {3}", "{1} 모델({2}, 불량: {4}), 자료: {3}") \
    X(MODEL_TRAINED, "Trained: {1} ({2}).", "학습을 마쳤습니다: {1} ({2}).") \
    X(MODEL_TRAINED_ALONE, "On rows never seen, {1}: {2} ({3} to {4}).", "본 적 없는 행에서 {1}: {2} ({3}~{4}).") \
    X(MODEL_TRAINED_BESIDE, "On rows never seen, {1}: {2} ({3} to {4}); the same answer each time: {5}.", "본 적 없는 행에서 {1}: {2} ({3}~{4}). 늘 같은 답을 하면 {5}.") \
    X(CARD_ROWS, "Learned from {1} rows, tried once on {2} others ({3}).", "{1}행에서 배우고, 따로 둔 {2}행({3})으로 한 번 시험했습니다.") \
    X(CARD_ROWS_BAD, "Learned from {1} rows ({4} bad), tried once on {2} others ({3}; {5} bad).", "{1}행(불량 {4})에서 배우고, 따로 둔 {2}행({3}, 불량 {5})으로 한 번 시험했습니다.") \
    X(CARD_TIMES, "Learned from {1} to {2}, tried from {3} to {4}.", "{1}부터 {2}까지에서 배우고 {3}부터 {4}까지에서 시험했습니다.") \
    X(CARD_GROUP, "Rows of one {1} are never on both sides.", "{1}[이/가] 같은 행은 양쪽에 나뉘지 않습니다.") \
    X(CARD_GOOD, "How good it is on rows that it had never seen", "본 적 없는 행에서 얼마나 맞는가") \
    X(CARD_CONSTANT, "always the same", "늘 같은 답") \
    X(CARD_THRESHOLD, "Alarm from a probability of {1} on: a miss costs {2}, a false alarm {3}.", "확률이 {1} 이상이면 알람을 냅니다. 놓치면 {2}, 거짓 알람은 {3}의 비용으로 봅니다.") \
    X(CARD_LEVEL, "Its intervals should hold the truth in {1} of cases.", "구간은 {1}의 경우에 참값을 담아야 합니다.") \
    X(CARD_SUSPECTS, "What it goes by", "무엇을 보고 답하는가") \
    X(CARD_SHARE, "share", "비중") \
    X(CARD_STABILITY, "among the ten strongest", "상위 열에 든 비율") \
    X(CARD_TRIES, "What was tried on folds of the training rows", "배운 행을 나누어 시도한 설정") \
    X(CARD_LOSS, "loss", "손실") \
    X(CARD_BEWARE, "Beware", "주의") \
    X(CARD_FINGERPRINT, "Model {1}, data {2}", "모델 {1}, 자료 {2}") \
    X(WHY_UP, "{1} {2}: up by {3}", "{1} {2}: {3} 올림") \
    X(WHY_DOWN, "{1} {2}: down by {3}", "{1} {2}: {3} 내림") \
    X(WHY_MISSING, "(empty)", "(빈칸)") \
    X(WHY_YES, "yes", "예") \
    X(WHY_NO, "no", "아니오") \
    X(LIFE_TITLE, "Remaining life of each {1}, counted by {2}, from {3}", "{1}별 남은 수명({2} 기준), 자료: {3}") \
    X(LIFE_ROWS, "Learned from {1} units that ran until they failed, {2} rows.", "고장 날 때까지 돌린 개체 {1}개, {2}행에서 배웠습니다.") \
    X(LIFE_SIGNALS, "It looks at {1}.", "보는 열: {1}") \
    X(LIFE_SETTINGS, "Settings, by which operating conditions are told apart: {1}", "운전 조건을 가르는 설정: {1}") \
    X(LIFE_GOOD, "Units that it had not seen were asked about {1} times: it was off by {2} {3} (RMSE).", "본 적 없는 개체를 {1}번 물었을 때 {2} {3}만큼 어긋났습니다(RMSE).") \
    X(LIFE_CAP, "Lives are told apart up to {1} {2}: an answer of that means that or more. Intervals should hold the truth in {3} of cases.", "{1} {2}까지 구별하며, 그 값이면 그 이상이라는 뜻입니다. 구간은 {3}의 경우에 참값을 담아야 합니다.") \
    X(LIFE_BEWARE, "The last row of each unit was taken as its failure: units that still ran would make lives too short.", "개체마다 마지막 행을 고장으로 보았습니다. 아직 돌던 개체가 섞이면 수명을 짧게 봅니다.") \
    X(MODEL_WRITTEN, "Model written to {1}", "모델을 {1}에 썼습니다") \
    X(PREDICTIONS_WRITTEN, "{1} predictions written to {2}", "예측 {1}건을 {2}에 썼습니다") \
    X(PREDICT_MISSING, "{1} of {2} columns of the model are not in the table, such as \"{3}\": they are taken as missing", "모델의 열 {2}개 가운데 {1}개(예: \"{3}\")가 표에 없어 빈칸으로 보았습니다") \
    X(PREDICT_OUTSIDE, "{1} of {2} rows lie outside of what the model has seen: do not trust those answers", "{2}행 가운데 {1}행은 모델이 배운 범위를 벗어납니다. 그 답은 믿지 마십시오") \
    /* figures of a run */ \
    X(FIGURE, "figure", "지표") \
    X(INTERVAL_95, "95 %", "95 %") \
    X(ORDINARY, "ordinary", "보통") \
    X(WANTED, "wanted", "목표") \
    X(VALUE, "value", "값") \
    X(UNIT, "unit", "단위") \
    X(MEAN_95, "mean ± 95 %", "평균 ± 95 %") \
    X(FIGURE_CYCLE, "mean cycle time, regular lots", "평균 사이클 타임(일반 로트)") \
    X(FIGURE_CYCLE_MEDIAN, "median cycle time, regular lots", "사이클 타임 중앙값(일반 로트)") \
    X(FIGURE_CYCLE_95, "95 % of regular lots are done in", "일반 로트 95 %의 사이클 타임") \
    X(FIGURE_FLOW, "median flow factor, regular lots", "흐름 배수 중앙값(일반 로트)") \
    X(FIGURE_WIP, "mean WIP", "평균 재공") \
    X(FIGURE_OUT, "throughput", "생산량") \
    X(FIGURE_ON_TIME, "on time, regular lots", "납기 준수율(일반 로트)") \
    X(FIGURE_TARDINESS, "mean tardiness, regular lots", "평균 납기 지연(일반 로트)") \
    X(FIGURE_LATE, "queue-time limits exceeded", "대기 시간 제한 초과율") \
    X(FIGURE_SETUP, "setup, all tools", "준비교체 시간 비율(전체 설비)") \
    /* lots */ \
    X(CLASS, "product · priority", "제품 · 우선순위") \
    X(ALL_PRODUCTS, "all products", "전체 제품") \
    X(LOTS_OUT, "lots out", "완료 로트") \
    X(LOTS_MEASURED, "lots measured", "측정 로트") \
    X(CYCLE_MEAN, "cycle time", "사이클 타임") \
    X(CYCLE_SD, "sd", "표준편차") \
    X(CYCLE_MEDIAN, "median", "중앙값") \
    X(CYCLE_5, "5 %", "5 %") \
    X(CYCLE_95, "95 %", "95 %") \
    X(FLOW_MEAN, "flow factor", "흐름 배수") \
    X(FLOW_MEDIAN, "flow factor", "흐름 배수") \
    X(FLOW_5, "flow factor 5 %", "흐름 배수 5 %") \
    X(FLOW_95, "flow factor 95 %", "흐름 배수 95 %") \
    X(ON_TIME, "on time", "납기 준수") \
    X(TARDINESS, "tardiness", "납기 지연") \
    /* tool groups */ \
    X(GROUP, "tool group", "설비 그룹") \
    X(AREA, "area", "구역") \
    X(TOOLS, "tools", "대수") \
    X(FAKE_NODE, "edge node", "엣지 노드") \
    X(FAKE_DEVICE, "device", "장치") \
    X(FAKE_TOOL, "tool", "설비") \
    X(FAKE_TAG, "tag", "태그") \
    X(FAKE_TYPE, "type", "형식") \
    X(FAKE_PLAYS, "{1} tools of {2} are played.", "{2} 설비 {1}대를 재생합니다.") \
    X(FAKE_STATUS, "{1} of {2} nodes online · {3} values/s · {4} kept · day {5} of the plant", "노드 {1}/{2} 접속 · 초당 {3}값 · 보관 {4} · 공장 {5}일째") \
    X(FAKE_END, "{1} values in {2} messages, {3} of them late, {4} not sent; {5} events in {6} s.", "메시지 {2}건으로 값 {1}개를 보냄(늦게 보냄 {3}, 못 보냄 {4}), 사건 {5}건, {6}초.") \
    X(UTILIZATION, "busy", "가동률") \
    X(PRODUCTIVE, "productive", "가공") \
    X(SETUP, "setup", "준비교체") \
    X(STANDBY, "standby", "유휴") \
    X(ENGINEERING, "engineering", "엔지니어링") \
    X(SCHEDULED_DOWN, "maintenance", "정기 보전") \
    X(UNSCHEDULED_DOWN, "failed", "고장") \
    X(QUEUE_MEAN, "queue", "대기열") \
    X(QUEUE_MAX, "longest", "최대 대기열") \
    X(WAIT_MEAN, "wait", "대기 시간") \
    X(JOBS, "jobs", "작업") \
    X(LOTS, "lots", "로트") \
    X(SETUPS, "setups", "준비교체 횟수") \
    /* queue-time limits */ \
    X(LIMIT, "from step → to step", "공정 → 공정") \
    X(LIMIT_H, "limit, h", "제한, 시간") \
    X(PASSED, "passed", "통과 로트") \
    X(LATE, "late", "초과 로트") \
    X(LATE_SHARE, "late", "초과율") \
    X(LATE_BY, "late by", "초과 시간") \
    X(SLACK, "slack", "여유") \
    /* maru sim on a terminal */ \
    X(HEADLINE, "{1} days, seed {2}", "{1}일, 시드 {2}") \
    X(HEADLINE_WARM, "{1} days, measured from day {3}, seed {2}", "{1}일, {3}일째부터 측정, 시드 {2}") \
    X(HEADLINE_RUNS, "{1} replications", "{1}회 반복") \
    X(BOTTLENECK, "{1} is the bottleneck: its {2} tools are busy {3} of the time they are up, and {4} lots wait there on average, {5} each.", \
        "병목은 {1}입니다. 설비 {2}대가 가동할 수 있는 시간의 {3}[을/를] 일하고, 평균 {4} 로트가 {5}씩 기다립니다.") \
    X(BOTTLENECK_ONE, "{1} is the bottleneck: its one tool is busy {3} of the time it is up, and {4} lots wait there on average, {5} each.", \
        "병목은 {1}입니다. 한 대뿐인 설비가 가동할 수 있는 시간의 {3}[을/를] 일하고, 평균 {4} 로트가 {5}씩 기다립니다.") \
    X(MINUTES, "{1} min", "{1}분") \
    X(HOURS, "{1} h", "{1}시간") \
    X(NO_BOTTLENECK, "No tool group stands out as the bottleneck.", "두드러진 병목 설비 그룹이 없습니다.") \
    X(OVERALL, "Overall", "전체") \
    X(LOTS_TITLE, "Lots", "로트") \
    X(GROUPS_TITLE, "Tool groups, busiest first", "설비 그룹(가동률 순)") \
    X(LIMITS_TITLE, "Queue-time limits", "대기 시간 제한") \
    X(LIMITS_SENTENCE, "{1} limits; exceeded by {2} % of the lots that passed one.", "제한 {1}개, 통과한 로트의 {2} %가 초과했습니다.") \
    X(DOUBT_LEFT_OUT, "(± left out: it needs a wider terminal; --csv, --json and --report have it)", "(±를 보이려면 터미널이 더 넓어야 합니다. --csv, --json, --report에는 있습니다)") \
    X(AND_MORE, "... and {1} more: --all shows them.", "... 그 밖에 {1}개: --all로 모두 볼 수 있습니다.") \
    X(SPEED, "{1} lot-steps and {2} events in {3} s: {4} lot-steps/s, {5} days/s.", \
        "로트 공정 {1}, 사건 {2}개를 {3}초에 처리: 로트 공정 {4}/초, {5}일/초.") \
    X(DIGEST, "digest", "다이제스트") \
    X(DIGEST_FIRST, " (first replication)", " (첫 반복)") \
    X(PROGRESS, "day {1} of {2} · {3} days/s · {7} lot-steps/s · {4} s left", "{2}일 중 {1}일 · {3}일/초 · 로트 공정 {7}/초 · {4}초 남음") \
    X(PROGRESS_MANY, "{5} of {6} runs done · {3} days/s · {7} lot-steps/s · {4} s left", "{6}회 중 {5}회 마침 · {3}일/초 · 로트 공정 {7}/초 · {4}초 남음") \
    X(PRECISION_SO_FAR, "{1} replications: {2} is known to ± {3}", "{1}회 반복: {2} ± {3}") \
    X(STOPPED, "Stopped on day {1}: these are the statistics so far ({2} of {3} replications).", \
        "{1}일째에 멈추었습니다. 여기까지의 통계입니다(반복 {3}회 중 {2}회).") \
    X(STOPPED_IN_WARMUP, "The warm-up was not over: it is part of these statistics.", "예열 구간이 끝나기 전이라 통계에 예열 구간이 들어 있습니다.") \
    X(OVERLOADED, "The plant is overloaded: by day {1} more lots were on the floor than fit. These are the statistics until then. ({4})", \
        "공장이 과부하입니다. {1}일째에 재공이 한도를 넘었습니다. 그때까지의 통계입니다. ({4})") \
    X(REPORT_WRITTEN, "The report is in {1}", "보고서: {1}") \
    /* maru compare */ \
    X(HEADLINE_PAIRS, "{1} replications of each, on the same luck", "각 {1}회 반복, 같은 난수") \
    X(ROW_CLASS, "cycle time of {1} · {2}", "{1} · {2}의 사이클 타임") \
    X(ROW_GROUP, "queue at {1}", "{1} 대기") \
    X(CHANGE, "change", "변화") \
    X(VERDICT, "verdict", "판정") \
    X(VERDICT_NONE, "no difference shown", "차이 없음") \
    X(VERDICT_BETTER, "better", "나아짐") \
    X(VERDICT_WORSE, "worse", "나빠짐") \
    X(VERDICT_DIFFERENT, "differs", "다름") \
    X(SENTENCE_SHORTER, "{1} shortens the mean cycle time by {2} to {3} {4} (95 %; {5}).", \
        "{1}[은/는] 평균 사이클 타임을 {2}~{3}{4}(95 %; {5}) 줄입니다.") \
    X(SENTENCE_LONGER, "{1} lengthens the mean cycle time by {2} to {3} {4} (95 %; {5}).", \
        "{1}[은/는] 평균 사이클 타임을 {2}~{3}{4}(95 %; {5}) 늘립니다.") \
    X(SENTENCE_NONE, "{1}: {5} replications show no difference in the mean cycle time ({2} to {3} {4}, 95 %).", \
        "{1}: {5}회 반복으로는 평균 사이클 타임의 차이가 보이지 않습니다({2}~{3}{4}, 95 %).") \
    X(SENTENCE_TOO_FEW, "{1}: too few replications came to an end to tell a difference.", \
        "{1}: 끝난 반복이 너무 적어 차이를 말할 수 없습니다.") \
    X(VARIANT_AS_IS, "as it is", "지금 그대로") \
    X(VARIANT_SUBJECT, "{1} ({2})", "{1}({2}) 안") \
    X(CHANGE_AND, " together with ", ", ") \
    X(CHANGE_TOOL_MORE, "one more tool in {1}", "{1} 설비 1대 추가") \
    X(CHANGE_TOOLS_MORE, "adding {2} tools to {1}", "{1} 설비 {2}대 추가") \
    X(CHANGE_TOOL_LESS, "one tool less in {1}", "{1} 설비 1대 감축") \
    X(CHANGE_TOOLS_LESS, "taking {2} tools from {1}", "{1} 설비 {2}대 감축") \
    X(CHANGE_TOOLS, "having {2} tools in {1}", "{1} 설비 {2}대 운영") \
    X(CHANGE_DOWNTIME, "downtime of {1} at {2} %", "{1} 비가동 시간 {2} %") \
    X(CHANGE_DOWNTIME_ALL, "all downtime at {2} %", "전체 비가동 시간 {2} %") \
    X(CHANGE_RELEASES, "releases of {1} at {2} %", "{1} 투입률 {2} %") \
    X(CHANGE_PRIORITY, "priority {2} for {1}", "{1} 우선순위 {2}") \
    X(PAIRS_EXPLAINED, "Differences are paired: replication r of each variant has the same random numbers. 'better' and 'worse' where the 95 % interval leaves out 0.", \
        "차이는 같은 난수를 쓴 짝끼리 구했습니다. 95 % 구간이 0을 품지 않을 때만 나아짐, 나빠짐으로 적습니다.") \
    X(VARIANTS_WANTED, "at least two variants are wanted: --a rule=fifo --b rule=cr", "두 안 이상이 필요합니다: --a rule=fifo --b rule=cr") \
    X(VARIANT_OVERLOADED, "Variant {1} is overloaded: by day {2} more lots were on the floor than fit. ({3})", \
        "{1} 안은 과부하입니다. {2}일째에 재공이 한도를 넘었습니다. ({3})") \
    X(COMPARE_STOPPED, "Stopped: these are the replications that came to an end, and day {2} of the others.", \
        "멈추었습니다. 끝난 반복과, {2}일째까지의 나머지입니다.") \
    X(WARMUP_TOO_LONG, "the warm-up is as long as the run", "예열이 실행 기간만큼 깁니다") \
    /* report */ \
    X(REPORT_SIM, "Simulation report", "시뮬레이션 보고서") \
    X(REPORT_COMPARE, "Comparison report", "비교 보고서") \
    X(SIMULATED, "simulated", "기간") \
    X(MEASURED_FROM, "measured from day {1}", "{1}일째부터 측정") \
    X(DAYS_LONG, "{1} days", "{1}일") \
    X(REPLICATIONS, "replications", "반복") \
    X(SEED, "seed", "시드") \
    X(SIZE, "size", "규모") \
    X(SIZE_SHORT, "{1} products, {2} steps, {3} tools in {4} groups", "제품 {1}, 공정 {2}, 설비 {3}대({4}개 그룹)") \
    X(SETTINGS, "options", "옵션") \
    X(KPI_CYCLE, "mean cycle time", "평균 사이클 타임") \
    X(KPI_FLOW, "median flow factor", "흐름 배수(중앙값)") \
    X(KPI_WIP, "mean WIP", "평균 재공") \
    X(KPI_OUT, "throughput", "생산량") \
    X(KPI_ON_TIME, "on time", "납기 준수율") \
    X(KPI_LATE, "queue-time limits exceeded", "대기 시간 제한 초과율") \
    X(KPI_REGULAR, "regular lots", "일반 로트") \
    X(CHART_WIP, "Work in progress", "재공") \
    X(CHART_WIP_Y, "lots on the floor", "공장 안의 로트 수") \
    X(CHART_FLOW, "Into and out of the plant", "투입과 완료") \
    X(CHART_FLOW_Y, "lots a day", "하루 로트 수") \
    X(CHART_DAY, "day", "일") \
    X(LEGEND_MEAN, "mean of the replications", "반복 평균") \
    X(LEGEND_WIP, "lots", "로트") \
    X(LEGEND_RANGE, "lowest to highest", "최소~최대") \
    X(LEGEND_IN, "released", "투입") \
    X(LEGEND_OUT, "done", "완료") \
    X(CHART_HISTOGRAM, "How long lots take", "로트가 걸리는 시간") \
    X(CHART_HISTOGRAM_NOTE, "Flow factor: cycle time over the time the same lot would take if it never waited. The line is the median.", \
        "흐름 배수: 한 번도 기다리지 않을 때 걸리는 시간에 대한 실제 사이클 타임의 배수. 선은 중앙값입니다.") \
    X(CHART_HISTOGRAM_X, "flow factor", "흐름 배수") \
    X(NO_LOTS_MEASURED, "No lot was both released and finished in the measured time: run longer.", "측정 구간 안에 투입되어 완료된 로트가 없습니다. 더 길게 돌려 보십시오.") \
    X(N_LOTS, "{1} lots", "{1} 로트") \
    X(CHART_TOOLS, "What the tools do", "설비가 하는 일") \
    X(CHART_TOOLS_NOTE, "Share of all hours of the tools of a group, busiest groups first; at the right, how busy they are while they are up.", \
        "그룹에 속한 설비 시간의 비율, 가동률 순. 오른쪽은 가동할 수 있는 시간 중 일한 비율입니다.") \
    X(CHART_QUEUES, "Where lots wait, and when", "로트가 기다리는 곳과 때") \
    X(CHART_QUEUES_NOTE, "Lots waiting at the groups with the longest queues; at the right, the mean.", "대기가 가장 긴 설비 그룹의 대기 로트 수. 오른쪽은 평균입니다.") \
    X(CHART_NO_QUEUES, "No lot ever waited.", "기다린 로트가 없습니다.") \
    X(FIRST_REPLICATION, "first replication", "첫 반복") \
    X(TABLE_CLASSES, "Lots by product and priority", "제품과 우선순위별 로트") \
    X(TABLE_GROUPS, "Tool groups", "설비 그룹") \
    X(TABLE_LIMITS, "Queue-time limits", "대기 시간 제한") \
    X(TERMS, "How to read this", "읽는 법") \
    X(TERM_INTERVAL, "± is half of a 95 % confidence interval over independent replications. One replication has none.", \
        "±는 독립 반복에서 얻은 95 % 신뢰 구간의 절반입니다. 반복이 한 번이면 없습니다.") \
    X(TERM_REGULAR, "Regular lots are those of the lowest priority.", "일반 로트는 우선순위가 가장 낮은 로트입니다.") \
    X(TERM_BUSY, "Busy is processing and setup, as a share of the time that tools are neither failed nor in maintenance.", \
        "가동률은 고장과 정기 보전을 뺀 시간 중 가공과 준비교체에 쓴 비율입니다.") \
    X(TERM_CYCLE, "Cycle time runs from the release of a lot to its end; lots that were on the floor at the start are left out of it.", \
        "사이클 타임은 투입부터 완료까지입니다. 시작할 때 이미 공장에 있던 로트는 빼고 셉니다.") \
    X(TERM_DIGEST, "The digest is the same on every machine for the same plant, options and seed.", \
        "다이제스트는 공장, 옵션, 시드가 같으면 어느 컴퓨터에서나 같습니다.") \
    X(MADE_WITH, "made with maru {1}", "maru {1}[으로/로] 만듦") \
    X(REPORT_INCOMPLETE, "This run did not come to its end: {1}. The figures are those until then.", "이 실행은 끝까지 가지 못했습니다: {1}. 그때까지의 결과입니다.") \
    X(CHART_FOREST, "{1} against A", "A 대비 {1}") \
    X(CHART_FOREST_NOTE, "Change against A with its 95 % interval. Filled: the interval leaves out 0.", "A 대비 변화와 95 % 구간. 채운 점은 구간이 0을 품지 않는 것입니다.") \
    X(CHART_FOREST_X, "change against A, %", "A 대비 변화, %") \
    X(TABLE_DIFFERENCES, "All differences", "모든 차이") \
    X(VARIANTS, "variants", "안") \
    X(TERM_PAIRED, "Differences are paired: replication r of each variant has the same random numbers, so that most of the luck cancels.", \
        "차이는 짝끼리 구했습니다. 각 안의 r번째 반복은 같은 난수를 쓰므로 우연의 차이가 대부분 사라집니다.") \
    /* maru check */ \
    X(NOTE, "note", "참고") \
    X(WARNING, "warning", "주의") \
    X(FAULT, "fault", "오류") \
    X(FAULT_COUNTS, "faults: {1}, warnings: {2}, notes: {3}", "오류 {1}, 주의 {2}, 참고 {3}") \
    X(PLANT_SIZE, "{1} products, {2} steps, {3} tool groups with {4} tools, {5} release streams, {6} lots on the floor", \
        "제품 {1}, 공정 {2}, 설비 그룹 {3}(설비 {4}대), 투입 계획 {5}, 재공 로트 {6}") \
    X(LOADS_TITLE, "What the releases ask of the tools", "투입 계획이 설비에 요구하는 부하") \
    X(VISITS, "lots/day", "로트/일") \
    X(LOAD_PROCESS, "processing", "가공") \
    X(LOAD_SETUP, "setup", "준비교체") \
    X(LOAD_DOWN, "down", "정지") \
    X(LOAD, "load", "부하") \
    X(OVER, "above 100 %", "100 % 초과") \
    X(CAN_CARRY, "The tools can carry the releases; the highest load is {2} at {1}.", "설비가 투입 계획을 감당합니다. 가장 높은 부하는 {1}의 {2}입니다.") \
    X(SETUPS_EXTRA, "Setups that depend on the order of the lots are not in the load: 'maru sim' tells them.", \
        "로트 순서에 따라 달라지는 준비교체는 부하에 들어 있지 않습니다. 'maru sim'으로 알 수 있습니다.") \
    X(CANNOT_CARRY, "The tools cannot carry the releases: {1} tool group(s) above 100 %, the highest is {2} with {3}.", \
        "설비가 투입 계획을 감당하지 못합니다. 100 %를 넘는 설비 그룹 {1}개, 가장 높은 곳은 {2}({3})입니다.") \
    X(SEE_CHECK, "{1} fault(s) in all; 'maru check {2}' lists them.", "오류는 모두 {1}개입니다. 'maru check {2}'[으로/로] 볼 수 있습니다.") \
    /* files */ \
    X(FILE, "file", "파일") \
    X(ROWS, "rows", "행") \
    X(WRITTEN, "Written to {1}", "{1}에 썼습니다") \
    X(OUT_MISSING, "where to? Give -o FOLDER", "어디에 쓸까요? -o 폴더를 주십시오") \
    X(NEW_WHAT, "what should be new? 'maru new fab FOLDER' makes a fab", "무엇을 만들까요? 'maru new fab 폴더'는 팹을 만듭니다") \
    X(HALL_PLACED, "Of the hall's {2} rows {1} are places of tools now.", "건물 자료 {2}행 가운데 {1}행이 설비의 자리가 되었습니다.") \
    X(HALL_ALIEN, "{1} rows are of no tool group of the plant: left out.", "{1}행은 공장에 없는 설비 그룹이라 뺐습니다.") \
    X(HALL_SPARE, "{1} rows are more than the plant has tools: left out.", "{1}행은 공장의 설비 대수를 넘어 뺐습니다.") \
    X(HALL_HOMELESS, "{1} tools of the plant have no row: they get a place by themselves.", "공장 설비 {1}대는 자료에 없어 자동으로 배치됩니다.") \
    X(HALL_RAILS, "{1} links of overhead rails.", "천장 레일 구간 {1}개를 가져왔습니다.") \
    X(HALL_USELESS, "{1} links have no length or stand twice: left out.", "{1}개 구간은 길이가 없거나 두 번 적혀 있어 뺐습니다.") \
    X(HALL_HALF, "{1} has {3} but no {2}: rails need both", "{1}에 {3}만 있고 {2}이 없습니다. 레일에는 둘 다 있어야 합니다") \
    X(HALL_MISSING, "{1} has no equipment.csv, the table of a SMAT2022 hall", "{1}에 SMAT2022 건물의 표 equipment.csv가 없습니다") \
    X(SCENE_WRITTEN, "{1}: {2} tools in {3} areas, a hall of {4} × {5} m, {6} bytes", "{1}: 설비 {2}대, 구역 {3}개, {4} × {5} m 건물, {6} 바이트") \
    X(SCENE_GIVEN, "{1} of the tools stand where layout.csv says.", "그중 {1}대는 layout.csv에 적힌 자리에 있습니다.") \
    X(SCENE_NO_MODELS, "{1} tool(s) have a model of their own, which only .usda can refer to: here they are blocks.", \
        "설비 {1}대의 자체 모델은 .usda에서만 참조할 수 있어, 여기서는 상자로 나타냈습니다.") \
    X(SCENE_FILM, "With the first {1} of a run, seed {2}: {3} events.", "실행의 처음 {1}[을/를] 담았습니다. 시드 {2}, 사건 {3}개.") \
    X(SCENE_FILM_USDA, "--time goes with FILE.usda only", "--time은 FILE.usda에만 쓸 수 있습니다") \
    X(SCENE_OUT_WANTED, "where to? Give -o FILE.usda, FILE.usdz or FILE.glb", "어디에 쓸까요? -o 파일.usda, 파일.usdz, 파일.glb 가운데 하나를 주십시오") \
    X(CANNOT_PRINT, "the output could not be written", "출력을 쓰지 못했습니다") \
    /* usage */ \
    X(SEE_HELP, "See 'maru help {1}'.", "자세한 내용: 'maru help {1}'") \
    X(NO_VERB, "there is no '{1}'; 'maru help' lists what there is", "'{1}'[은/는] 없습니다. 'maru help'가 목록을 보여 줍니다") \
    X(NO_VERB_NEAR, "there is no '{1}': did you mean '{2}'?", "'{1}'[은/는] 없습니다. '{2}'입니까?") \
    X(NO_OPTION, "there is no option {1}", "{1} 옵션은 없습니다") \
    X(NO_OPTION_NEAR, "there is no option {1}: did you mean --{2}?", "{1} 옵션은 없습니다. --{2}입니까?") \
    X(NO_VALUE_WANTED, "--{1} takes no value", "--{1}에는 값을 주지 않습니다") \
    X(VALUE_MISSING, "--{1} wants a value: --{1} {2}", "--{1}에 값이 없습니다: --{1} {2}") \
    X(BAD_VALUE, "--{1} {2}: {3} is wanted", "--{1} {2}: {3} 형식이어야 합니다") \
    X(BAD_COUNT, "--{1} {2}: a whole number from {3} is wanted", "--{1} {2}: {3} 사이의 정수여야 합니다") \
    X(WANT_COUNT, "a whole number", "정수") \
    X(WANT_SPAN, "a span such as 365, 90d, 12h or 30min", "365, 90d, 12h, 30min 같은 기간") \
    X(WANT_TIME, "a time such as 2h, 90m, 1d or 12:30:00", "2h, 90m, 1d, 12:30:00 같은 시간") \
    X(WANT_SHARE, "a share such as 1% or 0.01", "1% 또는 0.01 같은 비율") \
    X(WANT_REAL, "a number above 0", "0보다 큰 수") \
    X(WANT_FEWER, "one time less", "더 적은 횟수") \
    X(WANT_TEXT, "a text", "문자열") \
    X(TOO_MANY_WORDS, "too many words: {1}", "인자가 너무 많습니다: {1}") \
    X(TOO_FEW, "something is missing: maru {1} {2}", "빠진 것이 있습니다: maru {1} {2}") \
    X(TOO_MANY, "there is one word too many: maru {1} {2}", "남는 인자가 있습니다: maru {1} {2}")

#define HELP_WORDS(X) \
    X(ABOUT, "an open manufacturing twin", "열린 제조 트윈") \
    X(USAGE, "Usage", "사용법") \
    X(VERBS, "Verbs", "명령") \
    X(OPTIONS, "Options", "옵션") \
    X(COMMON_OPTIONS, "Options of every verb", "모든 명령의 옵션") \
    X(EXAMPLES, "Examples", "예") \
    X(BEGIN_WITH, "To begin with", "처음이라면") \
    X(MORE_HELP, "'maru help VERB' says more; 'maru help options' lists the options of the model.", \
        "'maru help 명령'이 더 자세히 알려 줍니다. 'maru help options'는 모델 옵션 목록입니다.") \
    X(MODEL_OPTIONS, "Options of the model: maru sim PLANT --option NAME=VALUE. Defaults stand behind the name.", \
        "모델 옵션: maru sim PLANT --option 이름=값. 이름 뒤가 기본값입니다.") \
    X(EXIT_STATUS, "Exit status: 0 good, 1 the answer is no or stopped, 2 usage, 3 bad input, 4 a limit was reached.", \
        "종료 상태: 0 정상, 1 아니오 또는 중단, 2 사용법, 3 잘못된 입력, 4 한도 도달.") \
    X(QUALITY_PURPOSE, "tell what a spreadsheet says of its defects: how many, what goes with them, what holds", "표 파일에서 불량이 얼마나 되고, 무엇과 함께 나타나며, 나중에도 그런지 알려 줍니다") \
    X(CHECK_PURPOSE, "find every fault of a plant, and what its releases ask of its tools", "공장 자료의 모든 오류와 설비 부하를 찾습니다") \
    X(SIM_PURPOSE, "run the twin of a plant and tell what came of it", "공장의 트윈을 돌리고 결과를 알려 줍니다") \
    X(COMPARE_PURPOSE, "compare variants of a plant on the same luck", "같은 난수로 여러 안을 비교합니다") \
    X(IMPORT_PURPOSE, "write a plant of any dialect as maru CSV tables", "어떤 형식의 공장이든 maru CSV 표로 씁니다") \
    X(SCENE_PURPOSE, "write the hall of a plant as a 3-D scene: OpenUSD or glTF", "공장 건물을 3차원 장면(OpenUSD, glTF)으로 씁니다") \
    X(NEW_PURPOSE, "make a fab of any size to start from", "원하는 크기의 팹을 만듭니다") \
    X(FAKE_PURPOSE, "play a plant's equipment on a broker, to try things on", "공장의 설비를 흉내 내어, 실제 설비 없이 연결을 시험하게 합니다") \
    X(SERVE_PURPOSE, "run the cloud: plants, twins and runs for many, over HTTP", "클라우드를 실행합니다: 여러 사용자의 공장, 트윈, 시뮬레이션을 HTTP로 제공") \
    X(HELP_PURPOSE, "say what the command can do", "명령을 설명합니다") \
    X(VERSION_PURPOSE, "say the version", "판 번호를 알려 줍니다") \
    X(HELP_JSON, "print JSON instead of tables", "표 대신 JSON으로 출력") \
    X(HELP_LANG, "language [that of LANG or LC_ALL]", "언어 [LANG 또는 LC_ALL의 언어]") \
    X(HELP_QUIET, "no progress, no notes, no tables", "진행 표시, 안내, 표를 내지 않음") \
    X(HELP_HELP, "this page", "이 도움말") \
    X(HELP_ALL_GROUPS, "show all rows, not only the first", "처음 몇 행만이 아니라 모두 표시") \
    X(HELP_DAYS, "how long to run, warm-up included: 365, 90d, 12h", "예열을 포함한 실행 기간: 365, 90d, 12h") \
    X(HELP_UNTIL, "run until this time after the start of the plant", "공장 시작부터 이 시각까지 실행") \
    X(HELP_WARMUP, "leave the first SPAN out of the statistics", "처음 SPAN을 통계에서 뺌") \
    X(TRAIN_PURPOSE, "make a model from a spreadsheet, and say how good it is on rows it has not seen", "표 파일로 모델을 만들고, 본 적 없는 행에서 얼마나 맞는지 알려 줍니다") \
    X(PREDICT_PURPOSE, "ask a model about the rows of a spreadsheet", "표 파일의 행마다 모델의 예측을 적습니다") \
    X(MODELS_PURPOSE, "show the cards of models", "모델의 카드를 보여 줍니다") \
    X(HELP_MODEL_OUT, "write the model [model.maru]", "모델을 쓸 파일 [model.maru]") \
    X(HELP_GOAL, "yes-no, class, number, life, survival, odd, wafer or faults [what the target asks for]", "yes-no, class, number, life, survival, odd, wafer, faults 가운데 하나 [대상 열에 따름]") \
    X(HELP_SPLIT, "time, group or random: how rows are set aside [time]", "time, group, random: 시험할 행을 떼어 두는 방법 [time]") \
    X(HELP_UNIT, "the column of units or lots, whose rows stay together", "같은 쪽에 두어야 할 개체·로트의 열") \
    X(HELP_ORDER, "life: the column that orders the rows of a unit (cycles, hours, a time); survival: the column of ages; faults: the column that orders the rows of a run", "life: 개체의 행 순서를 나타내는 열(사이클, 시간, 시각), survival: 나이 열, faults: 가동의 행 순서를 나타내는 열") \
    X(HELP_NORMAL, "faults: what the target says where nothing is wrong [a word that means it, or 0]", "faults: 이상이 없을 때 대상 열에 적힌 값 [그런 뜻의 말, 또는 0]") \
    X(HELP_SETTING, "life: a column of settings, not of signals; survival: one that was known beforehand", "life: 신호가 아니라 설정인 열, survival: 미리 알던 열") \
    X(HELP_LIFE_CAP, "life: longest life told apart [six tenths of the median]; survival: how far ahead failures are told [a quarter]", "life: 구별할 가장 긴 수명 [중앙값의 6할], survival: 얼마나 앞의 고장을 말할지 [1/4]") \
    X(HELP_KIND_OF_MODEL, "one kind of model alone [all are tried]", "이 종류의 모델만 [모두 시도]") \
    X(HELP_COST_MISS, "cost of a bad unit that is missed, or of a failure [10]", "불량을 놓쳤을 때나 고장 났을 때의 비용 [10]") \
    X(HELP_COST_ALARM, "cost of a false alarm, or of a planned replacement [1]", "거짓 알람이나 계획 교체의 비용 [1]") \
    X(HELP_MODEL_LEVEL, "of intervals [80 %]", "구간의 신뢰 수준 [80 %]") \
    X(HELP_CARD_OUT, "also write the card as JSON", "카드를 JSON으로도 씁니다") \
    X(HELP_PREDICT_OUT, "write here [the terminal]", "쓸 파일 [터미널]") \
    X(HELP_WHY, "also what made each answer: the three strongest columns", "답마다 가장 크게 작용한 열 셋도 적습니다") \
    X(HELP_PLAIN, "one number a line, nothing else", "한 줄에 수 하나만 씁니다") \
    X(HELP_ONNX, "write the model as ONNX, for other programs", "다른 프로그램을 위해 모델을 ONNX로 씁니다") \
    X(BENCH_PURPOSE, "measure on a public data set by its protocol, beside what others reach", "공개 데이터 세트에서 정해진 방법으로 재어 다른 결과와 나란히 보여 줍니다") \
    X(HELP_SET, "the data set; docs/RESULTS.md lists them", "데이터 세트. 목록은 docs/RESULTS.md에 있습니다") \
    X(HELP_SET_DATA, "folder with a folder of each set [$MARU_DATA, or ../shared/data]", "세트별 폴더가 들어 있는 폴더 [$MARU_DATA 또는 ../shared/data]") \
    X(HELP_PREDICTIONS, "write the predictions, for others to score", "다른 사람이 채점할 수 있도록 예측을 파일로 씁니다") \
    X(HELP_SEEDS, "runs with other seeds that are averaged", "시드를 바꿔 평균할 실행 횟수") \
    X(HELP_SHORT, "only show that it works, in seconds; the figures are not those of the protocol", "몇 초 만에 작동하는지만 봅니다. 정해진 방법의 수치는 아닙니다") \
    X(NO_SET, "there is no data set '{1}': there are {2}", "'{1}'[이라는/라는] 데이터 세트는 없습니다. 있는 것: {2}") \
    X(HELP_REPS, "replications; number r has seed + r, counted from 0", "반복 횟수. r번째(0부터)의 시드는 seed + r") \
    X(HELP_SEED, "seed of the random numbers", "난수 시드") \
    X(HELP_THREADS, "threads [all cores]; results do not depend on it", "스레드 수 [모든 코어]. 결과는 같음") \
    X(HELP_RULE, "dispatching rule: fifo, cr, ... or an expression (docs/RULES.md)", "작업 순서 규칙: fifo, cr, ... 또는 식(docs/RULES.md)") \
    X(HELP_QUEUE_RULE, "how queue-time limits are kept", "대기 시간 제한을 지키는 방법") \
    X(HELP_VARIANT_A, "what the others are compared with: NAME=VALUE, NAME=VALUE, ...", "비교 기준: 이름=값, 이름=값, ...") \
    X(HELP_VARIANT, "the other; plant=FOLDER takes another plant", "비교할 안. plant=폴더로 다른 공장도 가능") \
    X(HELP_VARIANT_MORE, "one more", "하나 더") \
    X(HELP_OPTION_ALL, "an option of the model for all variants", "모든 안에 쓸 모델 옵션") \
    X(HELP_OPTION, "any option of the model, as often as needed", "모델 옵션, 여러 번 가능") \
    X(HELP_PRECISION, "add replications until the 95 % interval is that narrow", "95 % 구간이 이만큼 좁아질 때까지 반복") \
    X(HELP_OF, "the figure that --precision watches", "--precision이 보는 지표") \
    X(HELP_SAVE, "save the state at the end", "마지막 상태를 저장") \
    X(HELP_FROM, "begin with a saved state; --days then counts from there", "저장된 상태에서 시작. --days는 그때부터") \
    X(HELP_TRACE, "every event: FILE.csv, FILE.bin, FILE.zst, FILE.csv.zst", "모든 사건: FILE.csv, FILE.bin, FILE.zst, FILE.csv.zst") \
    X(HELP_CSV, "write the tables as CSV files", "표를 CSV 파일로 씀") \
    X(HELP_REPORT, "write one page with charts and tables", "도표와 표가 있는 한 페이지 보고서를 씀") \
    X(HELP_SHEET, "the sheet of an .xlsx or .ods [the first with values]", ".xlsx나 .ods의 시트 [값이 있는 첫 시트]") \
    X(HELP_TARGET, "the column with the verdict [found by its name and values]", "판정이 적힌 열 [이름과 값으로 찾음]") \
    X(HELP_BAD, "the value of it that is bad", "그 열에서 불량을 뜻하는 값") \
    X(HELP_TIME_COLUMN, "the column with the time", "시각이 적힌 열") \
    X(HELP_LOT_COLUMN, "the column with the lot", "로트가 적힌 열") \
    X(HELP_TOOL_COLUMN, "the column with the tool or place", "설비나 장소가 적힌 열") \
    X(HELP_KIND, "what a column is: number, word, text, time, none", "열의 종류: number, word, text, time, none(뺌)") \
    X(HELP_SEPARATOR, "between cells: comma, semicolon, tab, bar, blank [found]", "칸 사이의 기호: comma, semicolon, tab, bar, blank [찾음]") \
    X(HELP_DECIMAL, "the decimal sign: . or , [found]", "소수점: . 또는 , [찾음]") \
    X(HELP_DATES, "dates: ymd, mdy, dmy, yy, excel, s, ms, us, ns [found]", "날짜 꼴: ymd, mdy, dmy, yy, excel, s, ms, us, ns [찾음]") \
    X(HELP_FIRST_LINE, "the first line with data [found]", "데이터가 시작하는 줄 [찾음]") \
    X(HELP_KEEP_TOTALS, "totals and notes are rows as all others", "합계와 비고도 다른 행처럼 봄") \
    X(HELP_LIMITS, "limits of a column; either side may be open", "열의 규격. 한쪽은 비워도 됨") \
    X(HELP_LEAVE_OUT, "a column that is no possible cause", "원인 후보에서 뺄 열") \
    X(HELP_CAUSE, "a column that is a possible cause, though it looks like a consequence", "판정의 결과처럼 보여도 원인 후보로 볼 열") \
    X(HELP_TOOLS, "tools in all", "설비 대수") \
    X(HELP_PRODUCTS, "products, each with its own route", "제품 수. 제품마다 경로가 다름") \
    X(HELP_STEPS, "steps of a route", "경로의 공정 수") \
    X(HELP_FAB_SEED, "the same seed gives the same fab", "시드가 같으면 팹도 같음") \
    X(HELP_LOAD, "load of the busiest tool groups", "가장 바쁜 설비 그룹의 부하") \
    X(HELP_OUT, "the folder to write", "쓸 폴더") \
    X(HELP_SCENE_OUT, "the file to write: FILE.usda, FILE.usdz or FILE.glb", "쓸 파일: FILE.usda, FILE.usdz, FILE.glb") \
    X(HELP_HALL, "take the places of the tools, and the overhead rails, from a hall of SMAT2022", "SMAT2022 건물 자료에서 설비 자리와 천장 레일을 가져옴") \
    X(HELP_SCENE_TIME, "put the first SPAN of a run into it: states of tools, ways of lots (.usda)", "실행의 처음 SPAN을 담음: 설비 상태와 로트의 길(.usda)") \
    X(HELP_FORCE, "write into a folder that has files in it", "파일이 있는 폴더에도 씀") \
    X(HELP_DATA, "where everything is kept (MARU_DIR)", "데이터를 보관할 폴더 (MARU_DIR)") \
    X(HELP_CONFIG, "file of settings: any option of maru serve as NAME = VALUE (MARU_CONFIG)", "설정 파일: maru serve의 옵션을 이름 = 값으로 적음 (MARU_CONFIG)") \
    X(HELP_STORE, "where tenants are kept: a folder, or postgresql://... [the data folder] (MARU_STORE)", "테넌트를 보관할 곳: 폴더 또는 postgresql://... [데이터 폴더] (MARU_STORE)") \
    X(HELP_LISTEN, "address and port to listen on (MARU_LISTEN)", "접속을 받을 주소와 포트 (MARU_LISTEN)") \
    X(HELP_TLS_CERT, "certificate, for https (MARU_TLS_CERT)", "https 인증서 (MARU_TLS_CERT)") \
    X(HELP_TLS_KEY, "its key (MARU_TLS_KEY)", "인증서의 키 (MARU_TLS_KEY)") \
    X(HELP_INSECURE, "listen to others without https", "https 없이 외부 접속을 받음") \
    X(HELP_PAGE, "folder of another built page, in place of the one in the program (MARU_PAGE)", "프로그램에 든 화면 대신 쓸, 빌드한 웹 페이지 폴더 (MARU_PAGE)") \
    X(HELP_WORKERS, "runs at a time [all cores]", "동시에 실행할 시뮬레이션 수 [모든 코어]") \
    X(HELP_LOG_LEVEL, "off, error, warn, info or debug [info; at a terminal warn] (MARU_LOG_LEVEL)", "off, error, warn, info, debug [info, 터미널에서는 warn] (MARU_LOG_LEVEL)") \
    X(HELP_PATIENCE, "how long a slow client is waited for (MARU_PATIENCE)", "느린 접속을 기다리는 시간, 초 (MARU_PATIENCE)") \
    X(HELP_FOLDERS, "folder in which connections may watch folders (MARU_FOLDERS)", "연결이 감시할 수 있는 폴더들이 있는 곳 (MARU_FOLDERS)") \
    X(HELP_TRAINING_MEMORY, "memory of all trainings together in MiB [half of the machine's]", "모든 학습이 함께 쓰는 메모리, MiB [기계 메모리의 절반]") \
    X(HELP_QUOTA, "room of a tenant in MiB (MARU_QUOTA)", "테넌트 하나가 쓸 수 있는 저장 공간, MiB (MARU_QUOTA)") \
    X(HELP_KEEP_SAMPLES, "how long samples are kept whole [for good] (MARU_KEEP_SAMPLES)", "표본을 그대로 두는 날수 [무기한] (MARU_KEEP_SAMPLES)") \
    X(HELP_KEEP_MINUTES, "how long their minutes are kept [for good] (MARU_KEEP_MINUTES)", "분 단위 요약을 두는 날수 [무기한] (MARU_KEEP_MINUTES)") \
    X(HELP_KEEP_HOURS, "how long their hours are kept [for good] (MARU_KEEP_HOURS)", "시간 단위 요약을 두는 날수 [무기한] (MARU_KEEP_HOURS)") \
    X(HELP_FAKE_SPARKPLUG, "play as edge nodes of Sparkplug B: mqtt://user:password@host:1883, mqtts://...", "Sparkplug B 엣지 노드로 재생: mqtt://사용자:암호@주소:1883, mqtts://...") \
    X(HELP_FAKE_CA, "certificates that are trusted, of mqtts [the system's]", "mqtts에서 믿을 인증서 [시스템의 것]") \
    X(HELP_FAKE_HOST, "Sparkplug's primary host: while it is away values are kept and sent later", "Sparkplug의 주 호스트. 없는 동안 값을 보관했다가 나중에 보냄") \
    X(HELP_FAKE_MODBUS, "play as a server of Modbus TCP at this port", "이 포트에서 Modbus TCP 서버로 재생") \
    X(HELP_FAKE_SECS, "play as SECS/GEM tools: each listens at a port from PORT on, or connects to HOST:PORT", "SECS/GEM 설비로 재생: PORT부터 설비마다 한 포트에서 기다리거나 HOST:PORT로 접속") \
    X(HELP_FAKE_OPCUA, "play as a server of OPC UA at this port; needs Node.js and the gateway", "이 포트에서 OPC UA 서버로 재생. Node.js와 게이트웨이가 필요") \
    X(HELP_FAKE_GATEWAY, "where the gateway for OPC UA is built", "OPC UA 게이트웨이를 빌드한 폴더") \
    X(HELP_FAKE_BIND, "address that servers listen at", "서버가 접속을 받을 주소") \
    X(HELP_FAKE_TABLES, "write the tables that a host needs: registers, GEM tools, meanings of tags", "호스트에 필요한 표를 씀: 레지스터, GEM 설비, 태그의 의미") \
    X(HELP_FAKE_SPEED, "so many times as fast as the wall clock", "실제 시간의 몇 배로 재생할지") \
    X(HELP_FAKE_TRUTH, "write where the lots really are and which faults hold, a line each tenth of a second", "로트가 실제로 어디 있고 어떤 장애가 있는지를 0.1초마다 한 줄씩 씀") \
    X(HELP_FAKE_SCALE, "processing takes so many times what the tables say: 1.05", "가공 시간을 자료의 몇 배로 할지: 1.05") \
    X(HELP_FAKE_TOOLS, "play only so many tools, spread over the groups [all]", "이만큼의 설비만 골고루 재생 [전체]") \
    X(HELP_FAKE_BEGIN, "begin with a plant that has run so long already", "이미 이만큼 돌아간 공장에서 시작") \
    X(HELP_FAKE_PAST, "tell this much of the past first, over Sparkplug B", "먼저 지난 이만큼을 Sparkplug B로 알림") \
    X(HELP_FAKE_FOR, "end after this time [when stopped]", "이 시간이 지나면 끝냄 [멈출 때까지]") \
    X(HELP_FAKE_PERIOD, "time between two measurements of a tool: 1 s, 0.1 s", "설비를 측정하는 간격: 1 s, 0.1 s") \
    X(HELP_FAKE_HEARTBEAT, "tell a measured value after this time, though it has not changed", "값이 바뀌지 않아도 이 시간마다 알림") \
    X(HELP_FAKE_CLOCK, "whose time values carry: of the wall, or of the plant", "값에 붙는 시각: 실제 시각(wall) 또는 공장 시각(plant)") \
    X(HELP_FAKE_FAULTS, "a table of what goes wrong: connections, sensors, clocks, tools (docs/FAKE.md)", "무엇이 잘못될지 적은 표: 연결, 센서, 시계, 설비 (docs/FAKE.md)") \
    X(HELP_FAKE_FLOOD, "a load test: so many samples a second more, as counters", "부하 시험: 초당 이만큼의 계수 값을 더 보냄") \
    X(HELP_FAKE_LIST, "show what would be played", "무엇을 재생할지 보여 줌") \
    X(HELP_TENANT, "whose it is", "테넌트") \
    X(HELP_ROLE, "viewer, engineer, operator or admin", "viewer, engineer, operator, admin 가운데 하나") \
    X(HELP_EXPIRES, "how long it is good: 90d, 12h [for ever]", "유효 기간: 90d, 12h [무기한]") \
    X(HELP_TOKEN_NAME, "a name for lists and logs", "목록과 로그에 보일 이름") \
    X(HELP_AUDIT_TENANT, "whose log [list: local; verify: all]", "테넌트 [list: local, verify: 전체]") \
    X(HELP_AUDIT_LIMIT, "so many of the newest entries", "가장 새 항목부터 이만큼") \
    X(HELP_AUDIT_HEAD, "this hash, written down earlier, must still be in the log", "전에 적어 둔 이 해시가 로그에 남아 있어야 함") \
    X(HELP_BACKUP_OUT, "a file FILE.tar.zst or a new folder [a folder in DATA/backups]", "파일 FILE.tar.zst 또는 새 폴더 [DATA/backups 안의 폴더]") \
    X(HELP_RESTORE_DATA, "the new data folder, missing or empty", "새 데이터 폴더. 없거나 비어 있어야 함") \
    X(TENANT_PURPOSE, "add, list and remove tenants of the cloud", "클라우드의 테넌트를 추가, 나열, 삭제합니다") \
    X(TOKEN_PURPOSE, "make, list and revoke tokens", "토큰을 만들고, 나열하고, 거둡니다") \
    X(AUDIT_PURPOSE, "show the audit log, and whether somebody changed it", "감사 로그를 보이고, 누가 고쳤는지 확인합니다") \
    X(ALARMS_PURPOSE, "hold the alarms against a budget, on what was stored; nothing is applied", "저장된 데이터로 알람을 예산에 맞춰 봅니다. 적용하지는 않습니다") \
    X(HELP_ALARMS_TENANT, "whose alarms [local]", "테넌트 [local]") \
    X(HELP_ALARMS_BUDGET, "alarms an hour and operator that are acceptable", "담당자 한 명이 한 시간에 받아들일 수 있는 알람 수") \
    X(HELP_ALARMS_FROM, "from this time, or so long ago [7 days before --to]; UTC unless it says otherwise", "이 시각부터, 또는 이만큼 전부터 [--to의 7일 전]. 따로 적지 않으면 UTC") \
    X(HELP_ALARMS_TO, "up to this time, or so long ago [now]", "이 시각까지, 또는 이만큼 전까지 [지금]") \
    X(ALARMS_SPAN, "From {1} to {2}: {3} stops are known, of which {4} had no alarm before.", "{1} ~ {2}: 알려진 정지 {3}번, 그 가운데 {4}번은 먼저 온 알람이 없었습니다.") \
    X(ALARMS_ALARM, "alarm", "알람") \
    X(ALARMS_BEFORE, "an hour, as it is", "지금 시간당") \
    X(ALARMS_AFTER, "as proposed", "제안대로면") \
    X(ALARMS_WARNED, "stops warned of", "미리 알린 정지") \
    X(ALARMS_MISSED, "missed then", "놓칠 정지") \
    X(ALARMS_PROPOSED, "proposal", "제안") \
    X(ALARMS_COUNTED, "counted only", "횟수만 셈") \
    X(ALARMS_LOW, "low", "하한") \
    X(ALARMS_HIGH, "high", "상한") \
    X(ALARMS_DEADBAND, "deadband", "불감대") \
    X(ALARMS_DELAY, "delay (s)", "지연(초)") \
    X(ALARMS_NOBODY, "(no operator)", "(담당 없음)") \
    X(ALARMS_OPERATOR, "{1}: {2} alarms an hour as it is, {3} as proposed; the budget is {4}.", "{1}: 지금 시간당 {2}번, 제안대로면 {3}번. 예산은 {4}번입니다.") \
    X(ALARMS_OVER, "Alarms that stay above their share of the budget: {1}.", "예산의 몫을 여전히 넘는 알람: {1}개.") \
    X(ALARMS_NOT_APPLIED, "Nothing was applied. With these settings {1} of the stops that were warned of would have been missed.", "아무것도 적용하지 않았습니다. 이 설정이라면 미리 알린 정지 가운데 {1}번을 놓쳤을 것입니다.") \
    X(ALARMS_REPLAY, "replaying", "다시 돌려 보는 중") \
    X(BACKUP_PURPOSE, "copy all data, beside the running server", "실행 중인 서버 옆에서 모든 데이터를 백업합니다") \
    X(RESTORE_PURPOSE, "make a data folder from a backup", "백업에서 데이터 폴더를 되살립니다") \
    X(STORE_PURPOSE, "copy tenants between a folder and PostgreSQL", "테넌트를 폴더와 PostgreSQL 사이에서 복사합니다") \
    X(HELP_STORE_FROM, "where they are: a folder, or postgresql://...; no maru works there", "지금 있는 곳: 폴더 또는 postgresql://... 그곳에서 maru가 실행 중이면 안 됨") \
    X(HELP_STORE_TO, "where they go; made where there is nothing", "옮길 곳. 없으면 만듦") \
    X(HELP_STORE_TENANT, "this one alone [all]", "이 테넌트만 [전체]") \
    X(STORE_COPIED, "Copied, read again and the same, {1} tenant(s):", "복사하고 다시 읽어 똑같음을 확인했습니다. 테넌트 {1}개:") \
    X(STORE_TABLES, "tables", "표") \
    X(STORE_ROWS, "rows", "행") \
    X(STORE_TOKENS, "tokens", "토큰") \
    X(STORE_ENTRIES, "audit entries", "감사 항목") \
    X(STORE_DIGEST, "digest", "다이제스트") \
    X(ADMIN_WHAT, "what is wanted is: maru {1} {2}", "쓰는 방법: maru {1} {2}") \
    X(TENANT, "tenant", "테넌트") \
    X(CREATED, "created", "만든 때") \
    X(EXPIRES, "expires", "만료") \
    X(TOKEN_ID, "id", "ID") \
    X(TOKEN_NAME, "name", "이름") \
    X(ROLE, "role", "역할") \
    X(ENTRY, "entry", "항목") \
    X(AT, "at", "때") \
    X(WHO, "who", "누가") \
    X(ACTION, "action", "무엇을") \
    X(SUBJECT, "subject", "대상") \
    X(DETAIL, "detail", "내용") \
    X(TENANT_ADDED, "Tenant {1} is there. Its first admin's token, shown only this once:", "테넌트 {1}[을/를] 만들었습니다. 첫 관리자 토큰이며 지금 한 번만 보여 드립니다:") \
    X(TENANT_REMOVED, "Tenant {1} and its tokens are gone. Files removed:", "테넌트 {1}[과/와] 그 토큰을 지웠습니다. 지운 파일:") \
    X(TOKEN_MADE, "Token {1} of tenant {2}, role {3}; shown only this once:", "테넌트 {2}의 토큰 {1}, 역할 {3}. 지금 한 번만 보여 드립니다:") \
    X(TOKEN_REVOKED, "Token {1} of tenant {2} opens nothing any more.", "테넌트 {2}의 토큰 {1}[은/는] 이제 쓸 수 없습니다.") \
    X(AUDIT_SOUND, "{1}: {2} entries, each follows from the one before. Newest: {3}", "{1}: 항목 {2}개가 모두 앞 항목과 맞습니다. 마지막 해시: {3}") \
    X(AUDIT_BROKEN, "{1}: somebody changed the log: {2}", "{1}: 로그가 고쳐졌습니다: {2}") \
    X(BACKUP_MADE, "Backed up: {2} tenant file(s), {3} bytes:", "백업했습니다. 테넌트 파일 {2}개, {3}바이트:") \
    X(BACKUP_RESTORED, "Restored {2} tenants, {3} bytes, all sums right:", "되살렸습니다. 테넌트 {2}개, {3}바이트, 검사합 모두 맞음:") \
    X(SERVE_TOKEN, "The first admin's token, shown only this once: {1}", "첫 관리자 토큰입니다. 지금 한 번만 보여 드립니다: {1}") \
    X(SERVE_READY, "maru serves http://localhost:{1} from {2}. Ctrl-C ends it.", "maru가 http://localhost:{1} 에서 실행 중입니다. 데이터는 {2} 에 있습니다. 끝내려면 Ctrl-C를 누르세요.") \
    X(SERVE_READY_TLS, "maru serves https://localhost:{1} from {2}. Ctrl-C ends it.", "maru가 https://localhost:{1} 에서 실행 중입니다. 데이터는 {2} 에 있습니다. 끝내려면 Ctrl-C를 누르세요.") \
    X(FORECAST_BOTTLENECK, "In {1} h {2} will most likely be the bottleneck ({3} % of {4} futures).", \
        "{1}시간 뒤의 병목은 {2}일 가능성이 가장 큽니다(미래 {4}개 가운데 {3} %).") \
    X(FORECAST_SINCE, " It begins {1} h from now.", " 지금부터 {1}시간 뒤에 시작됩니다.") \
    X(FORECAST_ALREADY, " It is the bottleneck already.", " 지금 이미 병목입니다.") \
    X(FORECAST_NO_QUEUE, "In {1} h no tool group will have work waiting.", "{1}시간 뒤에 일이 밀린 설비 그룹은 없습니다.") \
    X(FORECAST_LOTS, " {1} lots will be done (90 % of futures: {2} to {3}); {4} of {5} lots on the floor are likely to be late.", \
        " 로트 {1}개가 완료됩니다(미래의 90 %: {2}~{3}개). 재공 로트 {5}개 가운데 {4}개가 납기에 늦을 것 같습니다.") \
    X(EXAMPLE_LINE, "A board assembly line: eleven tool groups, changeovers, rework, queue-time limits and rush orders.", \
        "기판 조립 라인: 설비 그룹 열하나, 품종 교체, 재작업, 대기 시간 제한, 긴급 주문이 들어 있습니다.") \
    X(EXAMPLE_MINIFAB, "Intel's MiniFab: five machines and six steps with re-entrant flow, batches, setups, maintenance and failures.", \
        "인텔 MiniFab: 설비 다섯 대와 여섯 공정에 재진입, 배치, 준비교체, 보전, 고장이 들어 있습니다.") \
    X(NO_PAGE, "maru is running, but without its page", "maru는 실행 중이지만 화면이 빠져 있습니다") \
    X(NO_PAGE_WHERE, "This program was built while there was no web/dist, so the page that would be here is not in it.", \
        "web/dist 없이 빌드한 프로그램이라 여기에 있어야 할 화면이 들어 있지 않습니다.") \
    X(NO_PAGE_HOW, "In the source tree, 'make web && make' builds both; it needs Node.js 18 or newer and npm (apt-get install nodejs npm). Or start 'maru serve --page web/dist'.", \
        "소스 폴더에서 'make web && make'를 실행하면 화면까지 빌드합니다. Node.js 18 이상과 npm이 필요합니다(apt-get install nodejs npm). 화면만 빌드했다면 'maru serve --page web/dist'로 시작하세요.") \
    X(NO_PAGE_API, "The API is there all the same: /v1/openapi.json describes it.", "API는 그대로 쓸 수 있습니다. 설명은 /v1/openapi.json에 있습니다.") \
    X(SERVE_STOPPING, "maru ends: what runs goes on at the next start.", "maru를 끝냅니다. 실행 중이던 시뮬레이션은 다음에 시작할 때 다시 합니다.")
// clang-format on

#endif
