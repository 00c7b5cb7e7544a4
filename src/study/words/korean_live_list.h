// Sentences of what comes from equipment, in Korean: the protocols, what they bring, and what is concluded from it. As in
// korean_list.h.
#ifndef STUDY_KOREAN_LIVE_LIST_H
#define STUDY_KOREAN_LIVE_LIST_H

#include "study/words/korean_equipment_list.h"
#include "study/words/korean_sheets_list.h"

// clang-format off
#define KOREAN_CHARTS(X) \
    X("single values are subgroups of 1, not {1}", "개별값 관리도의 부분군 크기는 {1}[이/가] 아니라 1이어야 합니다") \
    X("ranges are of 2 to {1} values, not {2}", "범위 관리도의 부분군 크기는 {2}[이/가] 아니라 2부터 {1}까지여야 합니다") \
    X("standard deviations are of 2 to {1} values, not {2}", "표준편차 관리도의 부분군 크기는 {2}[이/가] 아니라 2부터 {1}까지여야 합니다") \
    X("subgroups are of 1 to {1} values, not {2}", "부분군 크기는 {2}[이/가] 아니라 1부터 {1}까지여야 합니다") \
    X("there is no chart of kind {1}", "{1}번 관리도는 없습니다") \
    X("limits at {1} standard errors, must be above 0 and at most 10", "관리한계가 표준오차의 {1}배입니다. 0보다 크고 10 이하여야 합니다") \
    X("lambda is {1}, must be above 0 and at most 1", "람다가 {1}입니다. 0보다 크고 1 이하여야 합니다") \
    X("k is {1}, from 0 to 10; h is {2}, above 0 and at most 100", "k가 {1}이고 h가 {2}입니다. k는 0부터 10까지, h는 0보다 크고 100 이하여야 합니다") \
    X("point {1} has {2} values", "{1}번째 점에 값이 {2}개 있습니다") \
    X("point {1} has {2} values, at most {3} are allowed", "{1}번째 점에 값이 {2}개 있습니다. {3}개까지 쓸 수 있습니다") \
    X("point {1} was found among {2} units", "{1}번째 점의 검사 단위 수가 {2}입니다") \
    X("point {1} counts {2}, which is no number of things", "{1}번째 점의 개수 {2}[은/는] 셀 수 있는 수가 아닙니다") \
    X("point {1} has {2} bad units among {3}", "{1}번째 점은 {3}개 가운데 불량이 {2}개입니다") \
    X("{1} bad or defective per unit leave no limits: take a longer period", "단위당 불량 또는 결점이 {1}[이라/라] 관리한계를 낼 수 없습니다. 기준 기간을 늘리세요") \
    X("{1} points are left to estimate from, at least 2 are needed", "추정할 점이 {1}개 남았습니다. 2개 이상 필요합니다") \
    X("the points show no spread that limits could be made from", "점들에 산포가 없어 관리한계를 낼 수 없습니다") \
    X("center {1} and sigma {2}: finite, and sigma above 0", "중심 {1}, 시그마 {2}: 유한한 수여야 하고 시그마는 0보다 커야 합니다") \
    X("a specification needs a lower or an upper limit", "규격에는 하한이나 상한이 있어야 합니다") \
    X("specification from {1} to {2}: finite, and the upper one larger", "규격 {1}부터 {2}까지: 유한한 수여야 하고 상한이 더 커야 합니다") \
    X("the level of intervals is {1}, must lie between 0 and 1", "구간의 신뢰수준이 {1}입니다. 0과 1 사이여야 합니다") \
    X("{1} values are left, capability needs at least 2", "값이 {1}개 남았습니다. 공정능력에는 2개 이상 필요합니다") \
    X("the values show no spread that capability could be told from", "값에 산포가 없어 공정능력을 낼 수 없습니다") \
    X("unknown dynamics or limits of a monitor", "모르는 감시 방식이나 한계 종류입니다") \
    X("{1} past samples: from 1 to {2}, and 0 without dynamics", "지난 표본 {1}개: 1부터 {2}까지, 동특성이 없으면 0이어야 합니다") \
    X("variance {1} and smoothing {2}: above 0 and at most 1", "설명 분산 {1}, 평활 {2}: 0보다 크고 1 이하여야 합니다") \
    X("false alarms {1}: above 0 and at most 0.5; ridge {2}: at least 0", "거짓 알람 비율 {1}: 0보다 크고 0.5 이하여야 합니다. 능형 계수 {2}: 0 이상이어야 합니다") \
    X("{1} blocks: from 2 to 50", "블록 {1}개: 2부터 50까지여야 합니다") \
    X("no variable moves in the normal data", "정상 데이터에서 움직이는 변수가 없습니다") \
    X("{1} normal samples can be held out, at least 20 are needed", "따로 떼어 둘 정상 표본이 {1}개입니다. 20개 이상 필요합니다") \
    X("{1} variables: from 1 to {2}", "변수 {1}개: 1부터 {2}까지여야 합니다") \
    X("{1} variables with {2} past samples make more than {3} features", "변수 {1}개에 지난 표본 {2}개면 특징이 {3}개를 넘습니다") \
    X("{1} normal samples, at least {2} are needed", "정상 표본이 {1}개입니다. {2}개 이상 필요합니다") \
    X("no run length of a CUSUM with k {1}, h {2}, start {3}", "k {1}, h {2}, 시작값 {3}인 누적합 관리도의 런 길이는 낼 수 없습니다") \
    X("no run length of an EWMA with lambda {1}, width {2}", "람다 {1}, 한계 폭 {2}인 EWMA 관리도의 런 길이는 낼 수 없습니다") \
    X("no run length of a chart with limits at {1} standard errors", "한계가 표준오차의 {1}배인 관리도의 런 길이는 낼 수 없습니다") \
    X("the run length of trend and zigzag rules cannot be computed", "추세 규칙과 지그재그 규칙의 런 길이는 계산할 수 없습니다") \
    X("all rules are ignored", "모든 규칙이 무시로 되어 있습니다") \
    X("these rules together have more than {1} states", "이 규칙들을 합치면 상태가 {1}개를 넘습니다") \
    X("a step cannot be trimmed by these shares and times", "단계의 앞뒤를 이 비율과 시간으로 잘라낼 수 없습니다") \
    X("the step ends before it begins", "단계가 시작하기 전에 끝납니다") \
    X("sample {1} is older than the one before it", "{1}번째 표본이 그 앞의 표본보다 오래되었습니다") \
    X("{1} features, false alarms {2} and at least {3} windows make no limits", "특징 {1}개, 거짓 알람 비율 {2}, 최소 창 수 {3}[으로/로] 한계를 낼 수 없습니다") \
    X("the name of a recipe, step or tool has {1} bytes or more", "레시피, 단계 또는 설비의 이름이 {1}바이트 이상입니다") \
    X("at most {1} recipes, steps and tools", "레시피, 단계, 설비의 조합은 {1}개까지입니다") \
    /* the end of the list */

#define KOREAN_CONNECT(X) \
    X("an object of at most 1000 members is wanted", "멤버가 1000개까지인 객체여야 합니다") \
    X("a list of at most 1000 ids is wanted", "id가 1000개까지인 목록이어야 합니다") \
    X("ids are wanted as texts", "id는 문자열로 적으세요") \
    X("at least one constant is wanted", "상수가 하나 이상 있어야 합니다") \
    X("a recipe of at most 4 MiB is wanted in base64", "4 MiB까지의 레시피를 base64로 적으세요") \
    X("a text is wanted", "글이 있어야 합니다") \
    X("write is wanted", "write여야 합니다") \
    X("group/node or group/node/device is wanted", "그룹/노드 또는 그룹/노드/장치여야 합니다") \
    X("texts, numbers, true and false are wanted", "글자, 숫자, true, false만 쓸 수 있습니다") \
    X("an object of 1 to 100 metrics and values is wanted", "메트릭과 값 1~100개의 객체여야 합니다") \
    X("the connection is not up: nothing was sent", "연결되어 있지 않아 아무것도 보내지 않았습니다") \
    X("one of command, variables, constants, setConstants, recipes, recipe, sendRecipe, text is wanted", "command, variables, constants, setConstants, recipes, recipe, sendRecipe, text 가운데 하나여야 합니다") \
    X("the name of a tool of this connection is wanted", "이 연결에 있는 설비의 이름이어야 합니다") \
    X("the connection is switched off", "연결이 꺼져 있습니다") \
    X("connections of this kind cannot be asked", "이 종류의 연결에는 물어볼 수 없습니다") \
    X("texts, numbers, true and false are wanted, or {\"item\": \"<U2 3>\"}", "문자열, 숫자, true, false 또는 {\"item\": \"<U2 3>\"} 꼴이어야 합니다") \
    X("no more files can be opened", "파일을 더 열 수 없습니다") \
    X("the connection was closed", "연결이 닫혔습니다") \
    X("the connection broke", "연결이 끊겼습니다") \
    X("maru was not running", "maru가 실행되고 있지 않았습니다") \
    X("the node died", "노드가 종료되었습니다") \
    X("the device died", "장치가 종료되었습니다") \
    X("the node began anew without a word of its end", "노드가 종료를 알리지 않고 새로 시작했습니다") \
    X("not connected before", "전에는 연결되지 않았습니다") \
    X("no connection", "연결이 없었습니다") \
    X("missing messages", "빠진 메시지가 있습니다") \
    X("unknown node", "BIRTH 메시지를 받지 못한 노드입니다") \
    X("unknown device", "BIRTH 메시지를 받지 못한 장치입니다") \
    X("unknown metric", "BIRTH 메시지에 없는 메트릭입니다") \
    X("no computer is called {1}: look at its name, or at the DNS", "{1}[이라는/라는] 컴퓨터가 없습니다. 이름이나 DNS를 확인하세요") \
    X("nothing listens at {1} port {2}: is the program there running?", "{1} {2}번 포트에서 응답하는 프로그램이 없습니다. 그쪽 프로그램이 켜져 있습니까?") \
    X("{1} port {2} does not answer: is it switched on, and does a firewall let us?", "{1} {2}번 포트가 응답하지 않습니다. 전원과 방화벽을 확인하세요") \
    X("{1} port {2} cannot be reached: {3}", "{1} {2}번 포트에 닿을 수 없습니다: {3}") \
    X("a name that is empty, too long or no UTF-8", "이름이 비었거나 너무 길거나 UTF-8이 아닙니다") \
    X("a time before 1900 or after 2199", "시각이 1900년 이전이거나 2199년 이후입니다") \
    X("a text that is too long", "글이 너무 깁니다") \
    X("too many events wait to be written", "기록을 기다리는 이벤트가 너무 많습니다") \
    X("the broker refuses: {1}", "브로커가 거절합니다: {1}") \
    X("the broker refuses this user and password: look at both", "브로커가 이 사용자와 비밀번호를 거절합니다. 둘 다 확인하세요") \
    X("the connection cannot be set up: {1}", "연결을 준비할 수 없습니다: {1}") \
    X("the broker's certificate is not trusted: name its authority in caFile", "브로커의 인증서를 믿을 수 없습니다. caFile에 발급 기관의 인증서를 적으세요") \
    X("the connection to the broker broke: no answer for {1} s", "브로커와의 연결이 끊어졌습니다: {1}초 동안 응답이 없습니다") \
    X("the connection to the broker broke: {1}", "브로커와의 연결이 끊어졌습니다: {1}") \
    X("what had come could not be kept", "받은 데이터를 저장하지 못했습니다") \
    X("the broker does not answer the request to connect", "브로커가 연결 요청에 답하지 않습니다") \
    X("an address such as mqtt://user:password@host:1883 or mqtts://host is wanted", "mqtt://사용자:비밀번호@호스트:1883 또는 mqtts://호스트 꼴의 주소가 필요합니다") \
    X("separator is wanted as comma, semicolon, tab or bar", "separator는 comma, semicolon, tab, bar 가운데 하나여야 합니다") \
    X("decimal is wanted as point or comma", "decimal은 point나 comma여야 합니다") \
    X("times is wanted as ymd, mdy, dmy, excel, s, ms, us, ns or yy", "times는 ymd, mdy, dmy, excel, s, ms, us, ns, yy 가운데 하나여야 합니다") \
    X("{1} is wanted from {2} to {3}", "{1}[은/는] {2}부터 {3}까지여야 합니다") \
    X("source is wanted as a name without /", "source는 /가 없는 이름이어야 합니다") \
    X("{1} (the {2} samples before it are kept)", "{1} (그 앞의 값 {2}개는 저장했습니다)") \
    X("{1} leads out of the folders that may be watched", "{1}[은/는] 감시할 수 있는 폴더 밖으로 이어집니다") \
    X("files that are taken must be moved, but no folder can be made in {1}: {2}", "가져온 파일을 옮겨야 하는데 {1}에 폴더를 만들 수 없습니다: {2}") \
    X("the folder {1} was removed", "폴더 {1}[이/가] 없어졌습니다") \
    X("cannot write to the disk of {1}: {2}", "{1}[이/가] 있는 디스크에 쓸 수 없습니다: {2}") \
    X("taken, but it cannot be moved away: {1}: {2}", "가져왔지만 옮길 수 없습니다: {1}: {2}") \
    X("a file of measurements has at most {1} bytes", "측정 파일은 {1}바이트 이하여야 합니다") \
    X("this server watches no folders: start it with --folders FOLDER", "이 서버는 폴더를 감시하지 않습니다. --folders 폴더를 주어 시작하세요") \
    X("a folder within the server's --folders is wanted, such as line1/aoi", "서버의 --folders 안에 있는 폴더가 필요합니다. 예: line1/aoi") \
    X("an address such as modbus://host:502 is wanted", "modbus://호스트:502 꼴의 주소가 필요합니다") \
    X("a table of registers is wanted, with name, kind, address and type", "name, kind, address, type 열이 있는 레지스터 표가 필요합니다") \
    X("units of Modbus are 0 to 247, or 255 for a device that stands alone", "Modbus 유닛은 0부터 247까지이고, 단독 장치는 255입니다") \
    X("unit {1}, {2} {3} to {4}: {5}", "유닛 {1}, {2} {3}~{4}: {5}") \
    X("the device does not know this function: is it the right kind of register?", "장치가 이 기능을 모릅니다. 레지스터 종류가 맞습니까?") \
    X("the device has no such address: look at its manual, and count from 0", "장치에 이 주소가 없습니다. 설명서를 확인하고 0부터 세세요") \
    X("the device refuses so many at once: try fewer registers in one read", "장치가 한 번에 이만큼 읽기를 거절합니다. 한 번에 읽는 레지스터 수를 줄이세요") \
    X("the device has failed while it answered", "장치가 답하다가 실패했습니다") \
    X("the device is busy", "장치가 바쁩니다") \
    X("the gateway has no way to this unit", "게이트웨이에 이 유닛으로 가는 길이 없습니다") \
    X("the unit behind the gateway does not answer", "게이트웨이 뒤의 유닛이 응답하지 않습니다") \
    X("no answer in time", "제때 응답하지 않습니다") \
    X("an answer that is no answer to the question", "물은 것과 다른 답이 왔습니다") \
    X("discrete inputs", "이산 입력") \
    X("holding registers", "홀딩 레지스터") \
    X("input registers", "입력 레지스터") \
    X("read works again", "다시 읽힙니다") \
    X("a topic with source in braces is wanted, such as maru/ and that, without + and #", "중괄호로 묶은 source가 든 토픽이 필요하고, +와 #는 쓸 수 없습니다") \
    X("1 to {1} beginnings of names are wanted, such as line1/: what comes back from the broker must not go out again", "line1/ 같은 이름의 앞부분이 1개부터 {1}개까지 필요합니다. 브로커에서 되돌아온 것이 다시 나가면 안 됩니다") \
    X("a sample that cannot be published", "보낼 수 없는 값입니다") \
    X("texts are wanted", "글 목록이 필요합니다") \
    X("a client id of at most {1} bytes is wanted", "클라이언트 ID는 {1}바이트 이하여야 합니다") \
    X("the broker does not let this user read one of the topics", "브로커가 이 사용자에게 토픽 하나를 읽지 못하게 합니다") \
    X("the topics cannot be asked for: {1}", "토픽을 구독할 수 없습니다: {1}") \
    X("no row of the table wants this topic", "이 토픽에 맞는 행이 표에 없습니다") \
    X("a table of topics is wanted, with topic, value and name", "topic, value, name 열이 있는 토픽 표가 필요합니다") \
    X("a group of Sparkplug has no +, # or / in its name", "Sparkplug 그룹 이름에는 +, #, /를 쓸 수 없습니다") \
    X("too many settings", "설정이 너무 많습니다") \
    X("a name without / is wanted", "/가 없는 이름이 필요합니다") \
    X("{1} is wanted as seconds since 1970-01-01 UTC", "{1}[은/는] 1970-01-01 UTC부터의 초로 적어야 합니다") \
    X("{1} is wanted from 1 to {2}", "{1}[은/는] 1부터 {2}까지여야 합니다") \
    X("from is wanted before to", "from은 to보다 앞서야 합니다") \
    X("after is wanted as the id of a signal", "after에는 신호의 id를 적어야 합니다") \
    X("at most {1} signals are followed at once", "한 번에 신호 {1}개까지 지켜볼 수 있습니다") \
    X("ids are wanted as numbers with commas", "ids는 쉼표로 나눈 번호여야 합니다") \
    X("format is wanted as json or csv", "format은 json이나 csv여야 합니다") \
    X("before is wanted as `next` of the page before", "before에는 앞 쪽의 next를 적어야 합니다") \
    X("more than {1} MiB of lines", "줄이 모두 {1} MiB를 넘습니다") \
    X("the body is damaged: it is no whole gzip", "본문이 손상되었습니다. 온전한 gzip이 아닙니다") \
    X("a line that is too long", "줄이 너무 깁니다") \
    X("precision is wanted as ns, us, ms or s", "precision은 ns, us, ms, s 가운데 하나여야 합니다") \
    X("bucket is wanted as a name without /", "bucket은 /가 없는 이름이어야 합니다") \
    X("line {1}: {2} ({3} of {4} lines were refused, the others are kept)", "{1}번째 줄: {2} ({4}줄 가운데 {3}줄을 거절했고 나머지는 저장했습니다)") \
    X("the body is wanted plain or as gzip", "본문은 그대로이거나 gzip이어야 합니다") \
    X("{1} samples were refused, the others are kept: {2}", "표본 {1}개를 거절했고 나머지는 저장했습니다: {2}") \
    X("more than {1} connections are open", "열린 연결이 {1}개를 넘습니다") \
    X("there is no such connection", "그런 연결이 없습니다") \
    X("there are {1} connections already: delete one first", "연결이 이미 {1}개 있습니다. 먼저 하나를 지우세요") \
    X("there is no such document, or no such version of it", "그런 문서나 버전이 없습니다") \
    X("version {1} is the newest of this document", "이 문서의 최신 버전은 {1}입니다") \
    X("more than {1} documents, or {2} versions of one", "문서는 {1}개, 한 문서의 버전은 {2}개까지입니다") \
    X("a document has a name below {1} bytes and at most {2} MiB", "문서 이름은 {1}바이트보다 짧고 크기는 {2} MiB까지입니다") \
    X("a state of more than {1} MiB", "상태가 {1} MiB를 넘습니다") \
    X("this engine has kept no state yet", "아직 저장된 상태가 없습니다") \
    X("a time above 0, such as 60 s", "60 s처럼 0보다 긴 시간") \
    X("a unit takes no time", "한 개를 만드는 시간이 0입니다") \
    X("one row for each product, step and tool", "제품, 공정, 호기마다 한 행") \
    X("this product, step and tool have a row already", "같은 제품, 공정, 호기의 행이 이미 있습니다") \
    X("--{1}: a time such as 2026-03-02T07:00:00+09:00 is wanted, or how long ago: '7 d'", "--{1}: 2026-03-02T07:00:00+09:00 같은 시각이나 '7 d'처럼 얼마나 전인지가 필요합니다") \
    X("--from is wanted before --to, at most 100 days", "--from은 --to보다 앞서야 하고, 그 사이는 100일까지입니다") \
    X("there is no table of alarms yet: put one first", "아직 알람 표가 없습니다. 먼저 올리세요") \
    X("seconds since 1970-01-01 UTC are wanted", "1970-01-01 UTC부터의 초로 적으세요") \
    X("documents are alarms, assets, charts, equipment, follow, ideals, shifts and windows", "문서는 alarms, assets, charts, equipment, follow, ideals, shifts, windows입니다") \
    X("there is no table of equipment yet: put one first", "아직 설비 표가 없습니다. 먼저 올리세요") \
    X("at most 400 days are told at once", "한 번에 400일까지 볼 수 있습니다") \
    X("by is wanted as shift or day", "by는 shift나 day로 적으세요") \
    X("more than {1} rows: ask for less at once", "{1}행을 넘습니다. 더 좁은 범위를 물으세요") \
    X("there is no tool '{1}'", "'{1}' 설비가 없습니다") \
    X("there is no alarm '{1}'", "'{1}' 알람이 없습니다") \
    X("the kept state of the alarms is of another table", "저장된 알람 상태가 다른 표의 것입니다") \
    X("the state of the alarms is too large to be kept", "알람 상태가 너무 커서 저장할 수 없습니다") \
    X("fell behind what is written, and reads it back", "들어오는 데이터를 따라가지 못해 다시 읽습니다") \
    X("no more threads", "스레드를 더 만들 수 없습니다") \
    X("more than {1} tenants watch their floors", "현장을 지켜보는 테넌트가 {1}개를 넘습니다") \
    X("more than {1} samples of one moment", "한 시각의 값이 {1}개를 넘습니다") \
    X("more than {1} samples: ask for a shorter time", "값이 {1}개를 넘습니다. 더 짧은 기간을 물으세요") \
    X("the answer is too large", "답이 너무 큽니다") \
    X("before to is wanted, at most 100 days", "to보다 앞이고 100일 안이어야 합니다") \
    X("p and np need a size", "p와 np에는 크기가 필요합니다") \
    X("how many units are looked at", "검사하는 개수를 적으세요") \
    X("a whole number from 1 to 1000000000", "1부터 1000000000까지의 정수") \
    X("not a size", "크기가 아닙니다") \
    X("more than the lower limit", "하한보다 큰 수") \
    X("the limits of the specification cross", "규격 하한이 상한보다 작지 않습니다") \
    X("an empty cell", "빈 칸") \
    X("counts have no specification", "개수 관리도에는 규격이 없습니다") \
    X("the chart has no specification: its table has columns lower and upper", "이 관리도에는 규격이 없습니다. 관리도 표의 규격하한, 규격상한 열에 적으세요") \
    X("another size", "다른 크기를 적으세요") \
    X("a number such as 12.5", "12.5 같은 수를 적으세요") \
    X("i-mr, xbar-r, xbar-s, ewma, cusum, p, np, c or u", "i-mr, xbar-r, xbar-s, ewma, cusum, p, np, c, u 가운데 하나") \
    X("default, limits, western electric or nelson", "default, limits, western electric, nelson 가운데 하나") \
    X("a name of its own for each chart", "관리도마다 다른 이름을 쓰세요") \
    X("there is a chart of this name already", "같은 이름의 관리도가 이미 있습니다") \
    X("more than {1} charts", "관리도가 {1}개를 넘습니다") \
    X("there is no chart '{1}'", "'{1}' 관리도가 없습니다") \
    X("more than {1} points: ask for a shorter time", "점이 {1}개를 넘습니다. 더 짧은 기간을 물으세요") \
    X("the state of the charts is too large to be kept", "관리도 상태가 너무 커서 저장할 수 없습니다") \
    X("more than {1} values in a subgroup", "부분군의 값이 {1}개를 넘습니다") \
    X("more than {1} tools", "설비가 {1}대를 넘습니다") \
    X("there is already a connection '{1}'", "연결 '{1}'[이/가] 이미 있습니다") \
    X("an event of the floor is a JSON object", "현장 이벤트는 JSON 객체여야 합니다") \
    X("an event of the floor has a member event", "현장 이벤트에는 event 항목이 있어야 합니다") \
    X("one of folder, hsms, json, modbus, mqtt_out, sparkplug, sparkplug_out is wanted", "folder, hsms, json, modbus, mqtt_out, sparkplug, sparkplug_out 가운데 하나여야 합니다") \
    /* the end of the list */

#define KOREAN_FAKE(X) \
    X("--truth: the file cannot be written", "--truth: 파일에 쓸 수 없습니다") \
    X("--clock: wall or plant is wanted", "--clock: wall 또는 plant를 적어야 합니다") \
    X("--past goes over Sparkplug B: give --sparkplug URL", "--past는 Sparkplug B로 보냅니다. --sparkplug URL을 함께 적으세요") \
    X("--past: at most a day, and no more than --begin: the plant has no earlier past", "--past: 하루 이내이고 --begin보다 길지 않아야 합니다. 공장에 그 전의 과거가 없습니다") \
    X("--flood goes over Sparkplug B: give --sparkplug URL", "--flood는 Sparkplug B로 보냅니다. --sparkplug URL을 함께 적으세요") \
    X("--period: a span from 0.01 s to 1 h is wanted", "--period: 0.01초에서 1시간 사이의 시간을 적어야 합니다") \
    X("--scale: a factor from 0.01 to 100 is wanted", "--scale: 0.01에서 100 사이의 배수를 적어야 합니다") \
    X("--secs: a port that the first tool listens at, or HOST:PORT that tools connect to, is wanted", "--secs: 첫 설비가 기다릴 포트나 설비들이 접속할 HOST:PORT를 적어야 합니다") \
    X("--speed: at most a million times as fast as the wall clock", "--speed: 실제 시간의 백만 배까지 할 수 있습니다") \
    X("nobody can listen on {1} port {2}: {3}", "{1}의 {2} 포트에서 접속을 받을 수 없습니다: {3}") \
    X("nothing to play on: give --sparkplug URL, or --list to see what would be played", "재생할 곳이 없습니다. --sparkplug URL을 적거나 --list로 무엇을 재생할지 보세요") \
    X("there are more than {1} edge nodes", "엣지 노드가 {1}개를 넘습니다") \
    X("Modbus has no room for so many tools", "Modbus에는 이렇게 많은 설비를 담을 자리가 없습니다") \
    X("OPC UA needs Node.js, which is not here: apt-get install nodejs", "OPC UA에는 Node.js가 필요한데 없습니다: apt-get install nodejs") \
    X("OPC UA needs the gateway, which is not built: tools/gateway builds {1}", "OPC UA에는 게이트웨이가 필요한데 빌드되어 있지 않습니다: tools/gateway가 {1}[을/를] 만듭니다") \
    X("a fault of no length", "길이가 0인 장애입니다") \
    X("a span above 0, or nothing: to the end", "0보다 긴 시간 또는 빈칸(끝까지)") \
    X("a standard deviation, from 0 to 1e9", "표준편차, 0에서 1e9까지") \
    X("a table has more than 8 MiB", "표가 8 MiB를 넘습니다") \
    X("a tool such as GROUP/1, or * for all of them", "GROUP/1 같은 설비, 또는 모든 설비를 뜻하는 *") \
    X("drop, delay, repeat, reorder or malformed; clock, stuck, drift, spike or noise; failure", "단절, 지연, 중복, 순서바뀜, 깨짐; 시계, 고착, 드리프트, 튐, 잡음; 고장 가운데 하나") \
    X("faults of a connection need mqtt://, not mqtts://", "연결 장애는 mqtts://가 아니라 mqtt://에서만 낼 수 있습니다") \
    X("how high, from -1e9 to 1e9", "높이, -1e9에서 1e9까지") \
    X("how much an hour, from -1e9 to 1e9", "시간당 변화량, -1e9에서 1e9까지") \
    X("more than {1} connections with faults", "장애를 낼 연결이 {1}개를 넘습니다") \
    X("more than {1} tools cannot speak SECS/GEM: give --tools N", "SECS/GEM 설비는 {1}대까지입니다. --tools N을 적으세요") \
    X("no connection has this name", "이런 이름의 연결은 없습니다") \
    X("one that it measures, such as GROUP/1/Process/Flow", "GROUP/1/Process/Flow처럼 설비가 재는 값") \
    X("sparkplug, modbus, secs or opcua, or a part of one: secs/Etch/3", "sparkplug, modbus, secs, opcua 또는 그 일부: secs/Etch/3") \
    X("the OPC UA server does not start: {1}", "OPC UA 서버가 시작되지 않습니다: {1}") \
    X("the OPC UA server of gateway/opcua does not start", "gateway/opcua의 OPC UA 서버가 시작되지 않습니다") \
    X("the name of the tool alone, GROUP/1", "설비 이름만, GROUP/1") \
    X("the plant has no such tool", "공장에 이런 설비가 없습니다") \
    X("the tool has no such value", "설비에 이런 값이 없습니다") \
    X("there are not so many ports: {1}", "포트 번호가 이렇게 크지는 않습니다: {1}") \
    X("there is no such fault", "이런 장애는 없습니다") \
    X("this fault has no share", "이 장애에는 비율이 없습니다") \
    X("this fault has no value", "이 장애에는 값이 없습니다") \
    X("this fault needs a number", "이 장애에는 숫자가 필요합니다") \
    /* the end of the list */

#define KOREAN_FOLLOW(X) \
    X("this twin follows a floor, whose time nobody sets: fork it, and play what it might become", "이 트윈은 현장을 따라가므로 시각을 바꿀 수 없습니다. 갈래를 만들어 재생하세요") \
    X("a twin that follows a floor does not play: no speed, playing or state is wanted", "현장을 따라가는 트윈은 재생하지 않으므로 speed, playing, state를 쓸 수 없습니다") \
    X("the twin is still reading what is stored of its floor", "트윈이 저장된 현장 이벤트를 아직 읽고 있습니다") \
    X("what is believed of the floor is too large to be kept", "현장 상태가 너무 커서 보관할 수 없습니다") \
    X("what names mean has changed", "이름의 뜻이 바뀌었습니다") \
    X("a list of at most 16 beginnings of names", "이름 앞부분을 16개까지 적은 목록이어야 합니다") \
    X("wall or floor is wanted", "wall이나 floor여야 합니다") \
    X("a time such as 2026-01-31T12:00:00Z is wanted", "2026-01-31T12:00:00Z와 같은 시각이어야 합니다") \
    X("an object is wanted; {} follows all events", "객체여야 합니다. 빈 객체는 모든 이벤트를 따라갑니다") \
    X("an unknown member", "모르는 항목입니다") \
    X("at most {1} sources can be named", "출처는 {1}개까지 적을 수 있습니다") \
    X("the floor has not been there yet: it is at {1} s", "현장이 아직 그 시각에 이르지 않았습니다. 지금 {1}초입니다") \
    X("of a floor that is followed no moment before {1} s can be looked at", "따라가는 현장은 {1}초보다 앞선 시각을 볼 수 없습니다") \
    X("the lot is at a step that its product does not have", "로트가 그 제품에 없는 공정에 있습니다") \
    X("the lot is before a step that it has done, and no rework leads there", "로트가 이미 마친 공정보다 앞에 있고, 그리로 가는 재작업도 없습니다") \
    X("the lot is in a tool that does not do its step", "로트가 그 공정을 하지 않는 설비에 있습니다") \
    X("the lot is in one tool while it was in another", "로트가 다른 설비에 있는데 또 한 설비에서 시작했습니다") \
    X("the lot ends in another tool than it started in", "로트가 시작한 설비와 다른 설비에서 끝났습니다") \
    X("the lot is back after it had left", "떠난 로트가 다시 나타났습니다") \
    X("the batch is larger than its step allows", "배치가 공정에서 허용하는 크기보다 큽니다") \
    X("what was kept of this floor is of another plant or program", "보관된 현장 상태가 다른 공장이나 다른 판의 프로그램 것입니다") \
    X("what was kept of forecasts is of another program", "보관된 예측이 다른 판의 프로그램 것입니다") \
    X("what was kept of this floor is damaged", "보관된 현장 상태가 손상되었습니다") \
    X("nobody has said what {1} means: give it a row in the table", "{1}의 뜻이 정해지지 않았습니다. 표에 한 줄 적어 주세요") \
    X("{1} may be several tools of the plant: give it a row in the table", "{1}에 해당하는 설비가 여럿입니다. 표에 한 줄 적어 주세요") \
    X("the plant has no tool {1}: give it a row in the table", "공장에 설비 {1}[이/가] 없습니다. 표에 한 줄 적어 주세요") \
    X("the plant has no product {1}: give it a row in the table", "공장에 제품 {1}[이/가] 없습니다. 표에 한 줄 적어 주세요") \
    X("the plant has no step {1}: give it a row in the table", "공장에 공정 {1}[이/가] 없습니다. 표에 한 줄 적어 주세요") \
    X("a lot is released, and its product is not told", "로트가 투입되었는데 제품을 알 수 없습니다") \
    X("several steps have this name: tell the number of the step in its route", "이 이름의 공정이 여럿입니다. 공정 순번을 함께 보내세요") \
    X("the event does not say at which step the lot is", "로트가 어느 공정에 있는지 이벤트에 없습니다") \
    X("the event does not say of which lot it is", "어느 로트의 일인지 이벤트에 없습니다") \
    X("a row above says already what this means", "위에 있는 줄에서 이미 뜻을 정했습니다") \
    X("one row for each name", "이름마다 한 줄") \
    X("event, tool, step or product", "이벤트, 설비, 공정, 제품 가운데 하나") \
    X("not one of these words", "이 말들이 아닙니다") \
    X("not a word for what happens to lots or tools", "로트나 설비에 일어나는 일을 나타내는 말이 아닙니다") \
    X("such as started, ended, held, down, state or nothing", "착공, 완공, 보류, 고장, 상태, 무시와 같은 말") \
    X("a route of the plant and a step of it, such as Main/3", "공장의 공정 경로와 그 공정. 예: Main/3") \
    X("the plant has no such step", "공장에 그런 공정이 없습니다") \
    X("a product of the plant", "공장의 제품") \
    X("the plant has no product of this name", "공장에 이런 이름의 제품이 없습니다") \
    X("this twin plays by itself, and follows no floor", "이 트윈은 스스로 재생하며 현장을 따라가지 않습니다") \
    X("a floor cannot be followed with such a window or so many lots", "이런 시간 창이나 로트 수로는 현장을 따라갈 수 없습니다") \
    X("{1} lots of the floor are remembered, and no more can be", "현장의 로트 {1}개를 기억하고 있어 더 기억할 수 없습니다") \
    X("{1} events of the floor wait for their time, and no more can", "현장 이벤트 {1}개가 차례를 기다리고 있어 더 받을 수 없습니다") \
    X("the name of a lot has from 1 to {1} bytes", "로트 이름은 1바이트부터 {1}바이트까지입니다") \
    X("an event of the floor comes from the future: look at its clock", "현장 이벤트의 시각이 미래입니다. 현장 시계를 확인하세요") \
    X("a floor cannot be believed in with the model of another plant", "다른 공장의 모델로는 이 현장의 상태를 만들 수 없습니다") \
    X("a floor is told of before its plant begins", "공장이 시작하기 전의 현장 이벤트입니다") \
    X("{1} lots are on the floor and max_lot is {2}", "현장에 로트가 {1}개 있는데 max_lot은 {2}입니다") \
    X("an event of the floor is of no known kind", "현장 이벤트의 종류를 알 수 없습니다") \
    X("the time of an event of the floor is out of range", "현장 이벤트의 시각이 범위를 벗어났습니다") \
    X("an event of the floor names what the plant does not have", "현장 이벤트가 공장에 없는 것을 가리킵니다") \
    X("an event of the floor does not say whose it is, or where", "현장 이벤트에 대상이나 위치가 없습니다") \
    X("a claim is of 1 to {1} futures, some time ahead", "예측 하나는 앞으로의 1개부터 {1}개까지의 미래로 이루어집니다") \
    X("{1} claims wait to be judged", "판정을 기다리는 예측이 {1}개여서 더 받을 수 없습니다") \
    /* the end of the list */

#define KOREAN_SECS(X) \
    X("{1} bytes wanted at {2}, {3} there", "{2}번째 바이트부터 {1}바이트가 있어야 하는데 {3}바이트뿐입니다") \
    X("an item is wanted at {1}, where the bytes end", "{1}번째 바이트에 항목이 있어야 하는데 데이터가 끝났습니다") \
    X("the format code 0o{1} at {2} is not defined", "{2}번째 바이트의 형식 코드 0o{1}[은/는] 정해지지 않은 코드입니다") \
    X("the format byte at {1} says that no length follows", "{1}번째 형식 바이트에 길이 바이트 수가 0으로 적혀 있습니다") \
    X("a list of {1} items at {2}, but only {3} bytes follow", "{2}번째 바이트의 목록은 항목이 {1}개라는데 뒤에 {3}바이트뿐입니다") \
    X("more than {1} lists inside each other, at {2}", "{2}번째 바이트에서 목록이 {1}겹을 넘었습니다") \
    X("more than {1} items in one message", "메시지 하나에 항목이 {1}개를 넘습니다") \
    X("{1} bytes at {2} are no whole number of {3}", "{2}번째 바이트의 길이 {1}바이트는 {3} 값의 크기로 나누어떨어지지 않습니다") \
    X("{1} bytes behind the item, at {2}", "항목이 끝난 {2}번째 바이트 뒤에 {1}바이트가 더 있습니다") \
    X("the message is too long", "메시지가 너무 깁니다") \
    X("a byte as 0x and two hex digits is wanted", "0x와 16진수 두 자리로 된 바이트가 있어야 합니다") \
    X("bytes 20 to 7E and a closing quote are wanted; others stand outside as 0xNN", "따옴표 안에는 20~7E 바이트만 쓰고 따옴표를 닫아야 합니다. 다른 바이트는 밖에 0xNN으로 적으세요") \
    X("this number does not fit its kind", "이 형식에 들어가지 않는 수입니다") \
    X("a whole number that fits its kind is wanted", "형식에 맞는 정수가 있어야 합니다") \
    X("a number that fits its kind, inf, -inf or nan is wanted", "형식에 맞는 수, inf, -inf, nan 가운데 하나가 있어야 합니다") \
    X("TRUE or FALSE is wanted", "TRUE나 FALSE가 있어야 합니다") \
    X("the item is longer than three length bytes can say", "길이 바이트 세 개로 나타낼 수 없을 만큼 항목이 깁니다") \
    X("the count of a list is wanted: [3]", "목록의 개수를 [3]처럼 적어야 합니다") \
    X("more than {1} lists inside each other", "목록이 {1}겹을 넘었습니다") \
    X("the item is never closed with >", "항목을 닫는 >가 없습니다") \
    X("an item is wanted, such as <U4 1>", "<U4 1> 같은 항목이 있어야 합니다") \
    X("the kind of an item is wanted: L B BOOLEAN A J C2 I1 I2 I4 I8 U1 U2 U4 U8 F4 F8", "항목의 형식이 있어야 합니다: L B BOOLEAN A J C2 I1 I2 I4 I8 U1 U2 U4 U8 F4 F8") \
    X("the list says [{1}] and holds {2} items", "목록에 [{1}]이라고 적혀 있는데 항목은 {2}개입니다") \
    X("text behind the item", "항목 뒤에 글자가 더 있습니다") \
    X("the message is too long, or there is no memory for it", "메시지가 너무 길거나 메모리가 모자랍니다") \
    X("a frame of {1} bytes, which is shorter than its header", "헤더보다 짧은 {1}바이트짜리 프레임입니다") \
    X("a frame of {1} bytes, {2} are allowed", "프레임이 {1}바이트입니다. {2}바이트까지 됩니다") \
    X("a setting of HSMS is out of range: T3 to T8 from 1 ms to 1 day, frames of 10 bytes to 64 MiB, 1 to {1} open transactions", "HSMS 설정이 범위를 벗어났습니다. T3~T8은 1 ms~1일, 프레임은 10바이트~64 MiB, 열린 트랜잭션은 1~{1}개입니다") \
    X("more bytes than a session takes at once", "한 번에 받을 수 있는 양을 넘었습니다") \
    X("there is no selected connection to the equipment", "설비와 선택된(SELECTED) 연결이 없습니다") \
    X("the message is too long, or too much waits to be sent", "메시지가 너무 길거나 보내지 못한 데이터가 너무 많습니다") \
    X("{1} transactions are open, no more are allowed", "응답을 기다리는 트랜잭션이 {1}개라 더 열 수 없습니다") \
    X("closed by the equipment", "설비가 연결을 닫았습니다") \
    X("separated by the equipment", "설비가 연결을 끊었습니다(Separate)") \
    X("separated by us", "이쪽에서 연결을 끊었습니다(Separate)") \
    X("no answer to a control message (T6)", "제어 메시지에 응답이 없습니다(T6)") \
    X("not selected in time (T7)", "제때 선택되지 않았습니다(T7)") \
    X("a frame stopped half way (T8)", "프레임이 중간에 끊겼습니다(T8)") \
    X("a frame shorter than its header", "헤더보다 짧은 프레임입니다") \
    X("a frame that is too long", "너무 긴 프레임입니다") \
    X("out of step", "양쪽의 연결 상태가 어긋났습니다") \
    X("too much unsent", "보내지 못한 데이터가 너무 많습니다") \
    X("communications are not established yet", "아직 통신이 성립되지 않았습니다") \
    X("{1} requests to the equipment are waiting, no more are taken", "설비에 보낼 요청이 {1}개 밀려 있어 더 받을 수 없습니다") \
    X("messages come from another device id", "다른 장치 번호(device id)로 메시지가 옵니다") \
    X("a message of an unknown type came", "모르는 종류의 메시지가 왔습니다") \
    X("a message came that is not SECS-II", "SECS-II가 아닌 메시지가 왔습니다") \
    X("a reply came to nothing that is open", "열려 있지 않은 트랜잭션의 응답이 왔습니다") \
    X("a message came before the connection was selected", "연결이 선택되기 전에 메시지가 왔습니다") \
    X("a reply came that does not fit its request", "요청과 맞지 않는 응답이 왔습니다") \
    X("deselected by the equipment", "설비가 선택을 해제했습니다(Deselect)") \
    X("a part of a message was lost, for want of memory", "메모리가 모자라 메시지의 일부를 잃었습니다") \
    X("denied, try again", "거절되었습니다. 다시 시도하세요") \
    X("at least one constant does not exist", "없는 설비 상수가 있습니다") \
    X("at least one constant is out of range", "범위를 벗어난 설비 상수가 있습니다") \
    X("too many variables", "변수가 너무 많습니다") \
    X("no more traces allowed", "추적(trace)을 더 만들 수 없습니다") \
    X("bad group size", "묶음 크기가 잘못되었습니다") \
    X("at least one report is defined already", "이미 정의된 보고서가 있습니다") \
    X("at least one variable does not exist", "없는 변수가 있습니다") \
    X("at least one event is linked already", "이미 연결된 이벤트가 있습니다") \
    X("at least one event does not exist", "없는 이벤트가 있습니다") \
    X("at least one report does not exist", "없는 보고서가 있습니다") \
    X("busy, try again", "지금은 바쁩니다. 다시 시도하세요") \
    X("there is no such command", "그런 명령이 없습니다") \
    X("cannot be done now", "지금은 할 수 없습니다") \
    X("at least one parameter is invalid", "잘못된 인자가 있습니다") \
    X("will be done, an event says when", "받아들였고, 끝나면 이벤트로 알립니다") \
    X("rejected, already so", "이미 그 상태라 거절되었습니다") \
    X("there is no such object", "그런 대상이 없습니다") \
    X("a secondary message", "응답 메시지입니다") \
    X("error, not accepted", "오류로 받지 않았습니다") \
    X("nothing is spooled", "쌓아 둔 메시지가 없습니다") \
    X("invalid program name", "잘못된 레시피 이름입니다") \
    X("permission not granted", "허가되지 않았습니다") \
    X("program not found", "레시피가 없습니다") \
    X("started, not complete", "시작했고 아직 끝나지 않았습니다") \
    X("no such terminal", "그런 단말이 없습니다") \
    X("no text of many lines", "여러 줄은 보여 줄 수 없습니다") \
    X("no reply in time", "제때 응답이 없습니다") \
    X("data too long", "데이터가 너무 깁니다") \
    X("a report is not as the table of the tool has it", "보고서가 설비 표에 적힌 것과 다릅니다") \
    X("a trace is not as the table of the tool has it", "추적(trace)이 설비 표에 적힌 것과 다릅니다") \
    X("the message is not of the shape that it should have", "메시지의 구조가 규격과 다릅니다") \
    X("aborted by the equipment", "설비가 중단했습니다(F0)") \
    X("no reply in time (T3)", "제때 응답이 없습니다(T3)") \
    X("rejected by the equipment", "설비가 거부했습니다(Reject)") \
    X("the message could not be sent", "메시지를 보내지 못했습니다") \
    X("the answer cannot be read", "응답을 읽을 수 없습니다") \
    X("the columns are row, id, name, kind, unit, list, means, value, low, high, each once", "열은 row, id, name, kind, unit, list, means, value, low, high이고 한 번씩만 씁니다") \
    X("setting, variable, report, event, alarm, trace or command is wanted", "setting, variable, report, event, alarm, trace, command 가운데 하나여야 합니다") \
    X("this setting cannot have such a value", "이 설정에 쓸 수 없는 값입니다") \
    X("there is no such setting", "그런 설정은 없습니다") \
    X("an id is wanted: 1 to 80 bytes without blanks", "빈칸 없는 1~80바이트의 id가 있어야 합니다") \
    X("this meaning is not known for such a row", "이런 행에 쓸 수 없는 뜻(means)입니다") \
    X("there is no row with this id above", "위에 이 id의 행이 없습니다") \
    X("a number is wanted", "수가 있어야 합니다") \
    X("a number not below `low` is wanted", "low보다 작지 않은 수가 있어야 합니다") \
    X("this id has a row already", "이 id의 행이 이미 있습니다") \
    X("SV, DV or EC is wanted", "SV, DV, EC 가운데 하나여야 합니다") \
    X("the category of an alarm is 0 to 127", "알람 종류는 0~127입니다") \
    X("the period of a trace is 0.01 s to a day", "추적(trace) 주기는 0.01초~하루입니다") \
    X("a name that no other command has is wanted", "다른 명령과 겹치지 않는 이름이 있어야 합니다") \
    X("there is no event with this id above", "위에 이 id의 이벤트가 없습니다") \
    X("the table of a tool is UTF-8 text of at most 8 MiB", "설비 표는 8 MiB까지의 UTF-8 글입니다") \
    X("a variable and one item are wanted", "변수 하나와 항목 하나가 있어야 합니다") \
    X("too many messages wait for the host", "호스트에 보낼 메시지가 너무 많이 밀렸습니다") \
    X("only the host puts an equipment into this state", "이 상태는 호스트만 만들 수 있습니다") \
    X("a port from 1 to 65535 is wanted", "포트는 1부터 65535까지여야 합니다") \
    X("the clock of this computer was set back", "이 컴퓨터의 시계가 뒤로 돌려졌습니다") \
    X("there is no such tool", "그런 설비가 없습니다") \
    X("a request has a stream up to 127 and an odd function", "요청의 스트림은 127까지, 펑션은 홀수여야 합니다") \
    X("none of the tools answers yet", "아직 응답하는 설비가 없습니다") \
    X("no tool has connected to port {1} yet", "아직 {1}번 포트로 접속한 설비가 없습니다") \
    X("the tool connected anew", "설비가 새로 접속했습니다") \
    X("the tool has told its name", "설비가 자기 이름을 알렸습니다") \
    X("a tool that is not in the table has connected", "표에 없는 설비가 접속했습니다") \
    X("the tool is not connected", "설비가 연결되어 있지 않습니다") \
    X("port {1} cannot be listened at: {2}", "{1}번 포트를 열 수 없습니다: {2}") \
    X("another program has it", "다른 프로그램이 쓰고 있습니다") \
    X("nothing listens at the tool's port: is its HSMS switched on?", "설비의 포트에서 응답이 없습니다. 설비의 HSMS가 켜져 있습니까?") \
    X("the tool does not answer: is it switched on, and does a firewall let us?", "설비가 응답하지 않습니다. 전원이 켜져 있고 방화벽이 열려 있습니까?") \
    X("the connection is being closed", "연결을 닫는 중입니다") \
    X("the request was not sent in this time, and will not be", "요청을 제때 보내지 못했고, 앞으로도 보내지 않습니다") \
    X("no answer came in this time: whether it was done is not known", "제때 답이 오지 않았습니다. 실행되었는지 알 수 없습니다") \
    X("more than {1} tables of tools", "설비 종류의 표가 {1}개를 넘습니다") \
    X("the table of a kind of tool has a name of its own, of up to {1} bytes", "설비 종류의 표마다 {1}바이트까지의 서로 다른 이름이 있어야 합니다") \
    X("there is no table of tools of this name", "그런 이름의 설비 종류가 없습니다") \
    X("the columns are tool, address, port, device, model, profile", "열은 tool, address, port, device, model, profile입니다") \
    X("the column tool is missing", "tool 열이 없습니다") \
    X("a tool has a name of up to 127 bytes without /", "설비 이름은 /가 없는 127바이트까지여야 합니다") \
    X("two tools have this name", "두 설비의 이름이 같습니다") \
    X("an address such as 10.1.7.21 is wanted", "10.1.7.21 같은 주소여야 합니다") \
    X("a device id from 0 to 32767 is wanted", "장치 번호는 0부터 32767까지여야 합니다") \
    X("a model (MDLN) of up to 79 bytes is wanted", "모델 이름(MDLN)은 79바이트까지여야 합니다") \
    X("a tool that we connect to has an address and a port", "접속할 설비에는 주소와 포트가 있어야 합니다") \
    X("which tool it is must be said by its address, device or model", "어느 설비인지 주소, 장치 번호, 모델 가운데 하나로 알려 주어야 합니다") \
    X("the table of the tools has more than {1} bytes", "설비 표가 {1}바이트를 넘습니다") \
    X("who connects to tools needs their addresses and ports: a table of tools, or host and port", "설비에 접속하려면 주소와 포트가 필요합니다. 설비 표나 host와 port를 넣으세요") \
    X("no tool is named, and none that is not named is taken", "이름을 준 설비가 없고, 모르는 설비도 받지 않게 되어 있습니다") \
    X("the tables of tools are an object of texts, a name and a table each", "설비 종류는 이름과 표(글)로 된 객체여야 합니다") \
    X("passive or active is wanted", "passive나 active여야 합니다") \
    /* the end of the list */

#define KOREAN_SIGNALS(X) \
    X("a block of samples is damaged near byte {1}", "표본 블록이 {1}번째 바이트 근처에서 손상되었습니다") \
    X("a batch of samples is damaged", "표본 묶음이 손상되었습니다") \
    X("{1} of an event has more than {2} bytes", "이벤트의 {1}[이/가] {2}바이트를 넘습니다") \
    X("{1} of an event is no UTF-8", "이벤트의 {1}[이/가] UTF-8이 아닙니다") \
    X("an event needs its {1}", "이벤트에 {1}[이/가] 있어야 합니다") \
    X("a list of events is damaged", "이벤트 목록이 손상되었습니다") \
    X("an event has a time before 1900 or after 2199", "이벤트의 시각이 1900년 이전이거나 2199년 이후입니다") \
    X("more events wait to be written than memory may hold; try again", "기록을 기다리는 이벤트가 너무 많습니다. 다시 시도하세요") \
    X("more than {1} follow these signals", "이 신호들을 지켜보는 곳이 {1}개를 넘습니다") \
    X("more than {1} signals", "신호가 {1}개를 넘습니다") \
    X("more than {1} samples at once", "한 번에 표본이 {1}개를 넘습니다") \
    X("a sample has a time before 1900 or after 2199", "표본의 시각이 1900년 이전이거나 2199년 이후입니다") \
    X("a sample has a value of no type", "표본 값의 형식을 알 수 없습니다") \
    X("more samples wait to be written than memory may hold; try again", "기록을 기다리는 표본이 너무 많습니다. 다시 시도하세요") \
    X("there was no memory for the newest samples: restart the server", "새 표본을 담을 메모리가 모자랐습니다. 서버를 다시 시작하세요") \
    X("the samples of signal {1} are damaged: restore the last backup", "신호 {1}의 표본이 손상되었습니다. 마지막 백업을 되살리세요") \
    X("the list of signals is damaged: restore the last backup", "신호 목록이 손상되었습니다. 마지막 백업을 되살리세요") \
    X("a name of a signal is empty, no UTF-8 or longer than {1} bytes", "신호 이름이 비었거나 UTF-8이 아니거나 {1}바이트보다 깁니다") \
    X("a chart of 1 to {1} columns, of a microsecond or more each", "그림의 열은 1개에서 {1}개까지, 열마다 1마이크로초 이상이어야 합니다") \
    X("a downsampled block is damaged", "줄여 둔 블록이 손상되었습니다") \
    /* the end of the list */

#define KOREAN_ASSETS(X) \
    X("the asset that stands in it", "이 자산 안에 있는 자산의 이름") \
    X("a parent of nothing", "상위만 있고 자산이 없습니다") \
    X("at most 511 bytes with all its levels", "모든 단계를 합쳐 511바이트까지") \
    X("the path is too long", "경로가 너무 깁니다") \
    X("levels with a slash between, such as ulsan/press/press-1", "ulsan/press/press-1처럼 단계를 빗금으로 나눕니다") \
    X("a shorter one", "더 짧은 이름") \
    X("the name is longer than {1} bytes", "이름이 {1}바이트를 넘습니다") \
    X("enterprise, site, area, line, process cell, work center, cell, unit, work unit, tool, module, or one of these in Korean", "기업, 사업장, 구역, 라인, 공정셀, 작업장, 셀, 유닛, 작업단위, 장비, 모듈 가운데 하나 또는 그 영어 이름") \
    X("this level is not known", "모르는 계층입니다") \
    X("such as line1/*/press/**, and in other cells the number of a star in braces", "line1/*/press/**처럼 적고, 다른 칸에는 별표의 번호를 중괄호에 적습니다") \
    X("the asset, or a name or unit for these signals", "이 신호들의 자산이나 이름이나 단위") \
    X("signals of which nothing is said", "신호만 있고 그에 대한 말이 없습니다") \
    X("one row that describes each asset", "자산마다 설명하는 행은 하나여야 합니다") \
    X("row {1} describes this asset already", "{1}행이 이 자산을 이미 설명합니다") \
    X("one asset for each tool", "호기마다 자산은 하나여야 합니다") \
    X("row {1} has this tool already", "{1}행에 이 호기가 이미 있습니다") \
    X("its path, such as ulsan/press/press-1", "ulsan/press/press-1 같은 경로") \
    X("a row without an asset", "자산이 없는 행입니다") \
    X("its path without braces, in a row of its own", "중괄호 없는 경로를 따로 한 행에 적습니다") \
    X("an asset that signals make up cannot be described", "신호에서 만들어지는 자산은 설명할 수 없습니다") \
    X("the signals that are meant", "어느 신호인지") \
    X("a name or unit of no signal", "신호 없이 이름이나 단위만 있습니다") \
    X("a level below: enterprise, site, area, line, cell or unit, tool, module", "기업, 사업장, 구역, 라인, 셀이나 유닛, 장비, 모듈 순서로 더 아래 계층") \
    X("it stands in a {1} (row {2})", "{2}행의 {1} 안에 있습니다") \
    X("a name of a signal has 1 to 511 bytes of UTF-8", "신호 이름은 UTF-8로 1바이트부터 511바이트까지입니다") \
    X("** stands in a pattern once at most", "**는 패턴에 한 번만 쓸 수 있습니다") \
    X("** stands for whole levels, between slashes", "**는 빗금 사이의 단계 전체를 뜻합니다") \
    X("a pattern has at most 9 stars", "패턴의 별표는 9개까지입니다") \
    X("a text of at most 511 bytes of UTF-8 is wanted", "UTF-8로 511바이트까지여야 합니다") \
    X("braces are for the number of a star, from 1 to 9", "중괄호에는 별표의 번호를 1부터 9까지 적습니다") \
    X("the pattern has fewer stars than this number", "패턴의 별표가 이 번호보다 적습니다") \
    X("the path of an asset has 1 to 511 bytes of UTF-8", "자산의 경로는 UTF-8로 1바이트부터 511바이트까지입니다") \
    X("a level of the path is empty", "경로에 빈 단계가 있습니다") \
    X("a path has at most 16 levels", "경로는 16단계까지입니다") \
    X("a host wants to write: what is given away cannot be written", "호스트가 값을 쓰려 합니다. 내보내는 신호에는 쓸 수 없습니다") \
    X("1 to {1} assets, or beginnings of names such as line1/, are wanted: what comes back from the broker must not go out again", "자산이나 line1/ 같은 이름의 앞부분을 1개부터 {1}개까지 적으세요. 브로커에서 돌아오는 것을 다시 내보내면 안 됩니다") \
    X("at most {1} signals are told at once", "한 번에 신호를 {1}개까지 보여 줄 수 있습니다") \
    X("two metrics of one name", "이름이 같은 metric이 둘입니다") \
    X("more than {1} assets", "자산이 {1}개를 넘습니다") \
    X("plant is wanted as the id of a plant", "plant에 공장의 id를 적으세요") \
    X("this plant has faults, so its tools are not known: mend them first", "이 공장의 표에 오류가 있어 호기를 알 수 없습니다. 먼저 고치세요") \
    X("depth is wanted from 0 to {1}", "depth는 0부터 {1}까지입니다") \
    X("more than {1} rules, or {2} patterns with stars", "규칙이 {1}개를 넘거나 별표가 있는 패턴이 {2}개를 넘습니다") \
    /* the end of the list */

#define KOREAN_WINDOWS(X) \
    X("more than {1} values of windows: ask for a shorter time", "구간의 값이 {1}개를 넘습니다. 더 짧은 기간을 고르세요") \
    X("more than {1} windows: ask for a shorter time", "구간이 {1}개를 넘습니다. 더 짧은 기간을 고르세요") \
    X("at most 64 bytes", "64바이트까지 쓸 수 있습니다") \
    X("names such as temp pressure, each once", "temp pressure처럼 이름을 한 번씩만 쓰세요") \
    X("no name of a signal below its tool, or twice the same", "설비 아래 신호 이름이 아니거나 같은 이름이 두 번 있습니다") \
    X("names such as temp 'gas flow'", "temp 'gas flow'처럼 이름을 쓰세요") \
    X("a quote is not closed", "따옴표가 닫히지 않았습니다") \
    X("a signal is wanted", "신호를 적으세요") \
    X("of mean sd min max range slope area time_mean count missing, each once", "mean sd min max range slope area time_mean count missing 가운데 한 번씩만 쓰세요") \
    X("unknown word, or twice the same", "모르는 낱말이거나 같은 낱말이 두 번 있습니다") \
    X("fewer signals, or fewer features", "신호나 특징을 줄이세요") \
    X("more than {1} features of signals", "신호의 특징이 {1}개를 넘습니다") \
    X("from 1 s to 24 h", "1 s부터 24 h까지") \
    X("not a length of windows", "구간의 길이가 아닙니다") \
    X("events, the name of a signal, or a time such as 60 s", "events, 신호 이름, 또는 60 s 같은 시간") \
    X("nothing that windows are made by", "구간을 나누는 기준이 아닙니다") \
    X("a share such as 5 % or a time such as 2 s", "5 % 같은 비율이나 2 s 같은 시간") \
    X("not a share and no time", "비율도 시간도 아닙니다") \
    X("less than the whole, together", "둘을 더해 전체보다 작게 쓰세요") \
    X("nothing of a window is left", "구간에 남는 것이 없습니다") \
    X("a name, or a pattern such as etch-*", "이름이나 etch-* 같은 패턴") \
    X("windows by time have no recipe and no step", "시간으로 나눈 구간에는 레시피와 공정이 없습니다") \
    X("only windows by events begin and end with one", "이벤트로 나눈 구간만 이벤트로 시작하고 끝납니다") \
    X("the name of an event is too long", "이벤트 이름이 너무 깁니다") \
    X("a share such as 0.01 or 1 %, at most a half", "0.01이나 1 % 같은 비율, 절반까지") \
    X("not a share of false alarms", "거짓 알람 비율이 아닙니다") \
    X("a whole number from 2 to 100000", "2부터 100000까지의 정수") \
    X("not a number of windows", "구간 개수가 아닙니다") \
    X("a name of its own for each window", "구간마다 다른 이름을 쓰세요") \
    X("there is a window of this name already", "같은 이름의 구간이 이미 있습니다") \
    X("more than {1} windows", "구간이 {1}개를 넘습니다") \
    X("there is no window '{1}'", "'{1}' 구간이 없습니다") \
    X("limit is a number from 1 to {1}", "limit은 1부터 {1}까지의 수입니다") \
    X("the table of windows has changed meanwhile", "그동안 구간 표가 바뀌었습니다") \
    X("the state of the windows is too large to be kept", "구간 상태가 너무 커서 저장할 수 없습니다") \
    X("more than {1} samples of a signal in a window", "한 구간에서 신호 하나의 샘플이 {1}개를 넘습니다") \
    X("the name of a value is too long", "값의 이름이 너무 깁니다") \
    X("a member is not known here", "여기서 모르는 항목이 있습니다") \
    X("a name is wanted that is not too long", "너무 길지 않은 이름이어야 합니다") \
    X("an object with event and value is wanted", "event와 value가 있는 객체여야 합니다") \
    X("an object with window is wanted", "window가 있는 객체여야 합니다") \
    X("hours above 0 and up to 8760 are wanted", "0보다 크고 8760 이하인 시간 수여야 합니다") \
    X("more than {1} measured values: ask for a shorter time", "잰 값이 {1}개를 넘습니다. 더 짧은 기간을 고르세요") \
    X("the windows are more than {1} MB: ask for a shorter time", "구간이 {1} MB를 넘습니다. 더 짧은 기간을 고르세요") \
    X("no window lies in that time", "그 기간에 온전한 구간이 없습니다") \
    X("the name of a tool is too long", "설비 이름이 너무 깁니다") \
    X("more tools than windows may have", "구간이 볼 수 있는 설비 수를 넘었습니다") \
    X("more signals than windows may have", "구간이 볼 수 있는 신호 수를 넘었습니다") \
    X("more windows wait than memory may hold: some were dropped", "기다리는 구간이 메모리 한도를 넘어 일부를 버렸습니다")

#define KOREAN_LIVE(X) KOREAN_ASSETS(X) KOREAN_CHARTS(X) KOREAN_CONNECT(X) KOREAN_EQUIPMENT(X) KOREAN_FAKE(X) KOREAN_FOLLOW(X) KOREAN_SECS(X) KOREAN_SHEETS(X) KOREAN_SIGNALS(X) KOREAN_WINDOWS(X)
// clang-format on

#endif
