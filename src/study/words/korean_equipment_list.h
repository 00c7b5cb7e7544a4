// Sentences of equipment in Korean: what its protocols bring, its states, its alarms. As in korean_list.h.
#ifndef STUDY_KOREAN_EQUIPMENT_LIST_H
#define STUDY_KOREAN_EQUIPMENT_LIST_H

// clang-format off
#define KOREAN_EQUIPMENT(X) \
    X("a change is tools:GROUP, downtime:GROUP, failures:GROUP, process:GROUP, repairs:GROUP, releases:PRODUCT or priority:PRODUCT", "변경은 tools:그룹, downtime:그룹, failures:그룹, process:그룹, repairs:그룹, releases:제품, priority:제품 가운데 하나입니다") \
    /* wire: Sparkplug B */ \
    X("a Sparkplug node needs names without /, + and #", "Sparkplug 노드의 이름에는 /, +, #을 쓸 수 없습니다") \
    X("a Sparkplug node has more than {1} devices", "Sparkplug 노드의 장치가 {1}개를 넘습니다") \
    X("a metric needs a name, a device and a simple type", "metric에는 이름과 장치와 단순한 자료형이 있어야 합니다") \
    X("a unit of at most {1} bytes of UTF-8 is wanted", "단위는 UTF-8로 {1}바이트까지입니다") \
    X("there is no metric {1}", "{1}번 metric이 없습니다") \
    X("old node death", "지난 세션의 노드 종료") \
    X("a host of Sparkplug needs a name without /, + and #", "Sparkplug 호스트의 이름에는 /, +, #을 쓸 수 없습니다") \
    X("a message without a sequence number from 0 to 255", "0부터 255까지의 순서 번호가 없는 메시지입니다") \
    X("this node or device is not online", "이 노드나 장치는 연결되어 있지 않습니다") \
    X("the node has no metric of this name", "노드에 이런 이름의 metric이 없습니다") \
    X("Sparkplug nodes take more than {1} bytes", "Sparkplug 노드가 {1}바이트를 넘게 씁니다") \
    X("more than {1} Sparkplug nodes are online", "연결된 Sparkplug 노드가 {1}개를 넘습니다") \
    X("a time that cannot be kept in microseconds", "마이크로초로 나타낼 수 없는 시각입니다") \
    X("a metric's name that is empty or has characters that cannot be shown", "metric 이름이 비었거나 보이지 않는 글자가 있습니다") \
    X("a name in a topic has more than {1} bytes", "토픽의 이름이 {1}바이트를 넘습니다") \
    X("a name in a topic that is empty or has +, # or characters that cannot be shown", "토픽의 이름이 비었거나 +, # 또는 보이지 않는 글자가 있습니다") \
    X("not a topic of Sparkplug B 3.0", "Sparkplug B 3.0 토픽이 아닙니다") \
    X("the state of a host has more than {1} bytes", "호스트 상태가 {1}바이트를 넘습니다") \
    X("the state of a host needs \"online\" and \"timestamp\"", "호스트 상태에는 \"online\"과 \"timestamp\"가 있어야 합니다") \
    X("a metric's name has more than {1} bytes", "metric 이름이 {1}바이트를 넘습니다") \
    X("a property set with more keys than values, or fewer", "property set의 키와 값의 수가 다릅니다") \
    X("a data set whose rows do not fit its columns", "data set의 행이 열과 맞지 않습니다") \
    X("a text that is not UTF-8", "UTF-8이 아닌 글입니다") \
    X("there are more than {1} metrics", "metric이 {1}개를 넘습니다") \
    X("two values where one is wanted", "값이 하나여야 하는 자리에 둘이 있습니다") \
    X("the message ends inside a number", "수의 중간에서 메시지가 끝납니다") \
    X("messages nested more than {1} deep", "메시지가 {1}단계보다 깊게 겹칩니다") \
    X("a field of a kind that it cannot have", "이 필드가 가질 수 없는 형식입니다") \
    X("a field that may come once comes twice", "한 번만 올 수 있는 필드가 두 번 왔습니다") \
    X("a payload of more than {1} bytes", "payload가 {1}바이트를 넘습니다") \
    X("a value that is no {1}", "{1} 값이 아닙니다") \
    X("a text of more than {1} bytes", "글이 {1}바이트를 넘습니다") \
    X("a number outside of what {1} holds", "{1}에 담을 수 없는 수입니다") \
    X("a data type that is not in Sparkplug B", "Sparkplug B에 없는 자료형입니다") \
    X("a {1} cannot be sent as {2}", "{1} 값은 {2}[으로/로] 보낼 수 없습니다") \
    X("a number of more than 64 bits", "64비트를 넘는 수입니다") \
    X("a field is longer than what holds it", "필드가 그것을 담은 메시지보다 깁니다") \
    X("a field with a number that cannot be", "있을 수 없는 필드 번호입니다") \
    X("a field of a kind that is not in use any more", "이제 쓰지 않는 형식의 필드입니다") \
    /* base: JSON */ \
    X("the JSON ends too early", "JSON이 중간에서 끝납니다") \
    X("an escape that JSON does not have", "JSON에 없는 이스케이프입니다") \
    X("an escape that is no character", "글자가 되지 않는 이스케이프입니다") \
    X("a control character in a JSON text", "JSON 글 안에 제어 문자가 있습니다") \
    X("a JSON text that is not UTF-8", "UTF-8이 아닌 JSON 글입니다") \
    X("this is no JSON number", "JSON 수가 아닙니다") \
    X("a number that begins with 0", "0으로 시작하는 수입니다") \
    X("this is no JSON value", "JSON 값이 아닙니다") \
    X("JSON nested more than {1} deep", "JSON이 {1}단계보다 깊게 겹칩니다") \
    X("a key in quotes is wanted", "따옴표로 묶은 키가 있어야 합니다") \
    X("a colon is wanted behind the key", "키 뒤에 쌍점이 있어야 합니다") \
    X("there is something behind the end of the JSON", "JSON이 끝난 뒤에 무언가 더 있습니다") \
    X("a comma is wanted between values", "값 사이에 쉼표가 있어야 합니다") \
    X("JSON with more than {1} values", "JSON의 값이 {1}개를 넘습니다") \
    /* wire: line protocol */ \
    X("a tag is key=value", "태그는 key=value로 적습니다") \
    X("there are more than {1} tags", "태그가 {1}개를 넘습니다") \
    X("the same tag twice", "같은 태그가 두 번 있습니다") \
    X("the name of the measurement is missing", "measurement 이름이 없습니다") \
    X("fields are missing: behind a space, key=value and commas", "필드가 없습니다. 빈칸 뒤에 key=value를 쉼표로 나누어 적으세요") \
    X("a quote that is never closed", "닫히지 않은 따옴표입니다") \
    X("a field is key=value", "필드는 key=value로 적습니다") \
    X("the same field twice", "같은 필드가 두 번 있습니다") \
    X("there are more than {1} fields", "필드가 {1}개를 넘습니다") \
    X("a comma or a space is wanted behind a field", "필드 뒤에는 쉼표나 빈칸이 있어야 합니다") \
    X("the time is not a whole number", "시각이 정수가 아닙니다") \
    X("the time is too far away: is the precision right?", "시각이 너무 멉니다. 정밀도가 맞는지 보세요") \
    X("not a value: 1.5, 3i, 3u, true or \"text\" is wanted", "값이 아닙니다. 1.5, 3i, 3u, true 또는 \"글\"로 적으세요") \
    X("the tag {1} is missing, which is in the name", "이름에 쓰이는 태그 {1}[이/가] 없습니다") \
    X("a name of more than {1} bytes", "이름이 {1}바이트를 넘습니다") \
    X("a name with characters that cannot be shown", "이름에 보이지 않는 글자가 있습니다") \
    X("a line of more than {1} bytes", "한 줄이 {1}바이트를 넘습니다") \
    X("a line that is not UTF-8", "UTF-8이 아닌 줄입니다") \
    /* wire: JSON by a table */ \
    X("a JSON pointer begins with /, as in /data/value", "JSON 포인터는 /data/value처럼 /로 시작합니다") \
    X("a JSON pointer has more than {1} steps", "JSON 포인터가 {1}단계를 넘습니다") \
    X("in a JSON pointer ~ is written ~0, and / is written ~1", "JSON 포인터에서 ~는 ~0으로, /는 ~1로 적습니다") \
    X("up to its last * this is not the way of the value", "마지막 *까지는 value와 같은 경로여야 합니다") \
    X("+ is a whole level of the topic, and # the whole rest", "+는 토픽의 한 단계 전체를, #은 나머지 전체를 뜻합니다") \
    X("a topic is missing, or has too many levels", "토픽이 없거나 단계가 너무 많습니다") \
    X("in a name the number of a level, #, topic and key are known, each in braces", "이름에는 중괄호로 묶은 층 번호, #, topic, key를 쓸 수 있습니다") \
    X("the name of the signal is missing", "신호의 이름이 없습니다") \
    X("double, integer, bool, text or nothing", "double, integer, bool, text 가운데 하나를 적거나 비워 두세요") \
    X("iso, s, ms, us, ns or nothing", "iso, s, ms, us, ns 가운데 하나를 적거나 비워 두세요") \
    X("good, uncertain, bad or nothing", "good, uncertain, bad 가운데 하나를 적거나 비워 두세요") \
    X("a column that is not known, or comes twice", "모르는 열이거나 두 번 나온 열입니다") \
    X("the columns topic, value and name are wanted", "topic, value, name 열이 있어야 합니다") \
    X("a table that is not UTF-8", "UTF-8이 아닌 표입니다") \
    X("the table has more than {1} rows", "표의 행이 {1}개를 넘습니다") \
    X("the message has no time where the table looks for it", "표가 가리키는 자리에 시각이 없습니다") \
    X("the time of the message is not in the form that the table says", "메시지의 시각이 표에 적힌 형식이 아닙니다") \
    X("a quality is 0 to 255, true, false, good, uncertain or bad", "품질은 0부터 255까지의 수, true, false, good, uncertain, bad 가운데 하나입니다") \
    X("a value that is not of the type that the table says", "표에 적힌 자료형의 값이 아닙니다") \
    X("a message with more than {1} values", "메시지의 값이 {1}개를 넘습니다") \
    X("a name that is empty, too long or has characters that cannot be shown", "이름이 비었거나 너무 길거나 보이지 않는 글자가 있습니다") \
    /* wire: files of measurements */ \
    X("neither true nor false, on nor off", "참도 거짓도, ON도 OFF도 아닙니다") \
    X("the text is too long", "글이 너무 깁니다") \
    X("the row has too few cells", "행의 칸이 모자랍니다") \
    X("the name of the signal is missing, too long or has a line break", "신호의 이름이 없거나 너무 길거나 줄바꿈이 있습니다") \
    X("not a time of the form of the others", "다른 행과 같은 형식의 시각이 아닙니다") \
    X("no table: cells are separated by , ; tab or |", "표가 아닙니다. 칸은 , ; 탭 |로 나눕니다") \
    X("no column of times: dates such as 2025-10-31 15:05:07 are wanted", "시각 열이 없습니다. 2025-10-31 15:05:07 같은 날짜가 있어야 합니다") \
    X("a file that is not UTF-8", "UTF-8이 아닌 파일입니다") \
    /* wire: Modbus */ \
    X("a unit id is a whole number from 0 to 255", "unit id는 0부터 255까지의 정수입니다") \
    X("an address is a whole number from 0 to 65535, behind it room for the whole value", "주소는 0부터 65535까지의 정수이고 값 전체가 들어갈 자리가 있어야 합니다") \
    X("a period is a whole number of ms, from 1 to a day", "주기는 1부터 하루까지의 ms 정수입니다") \
    X("a scale is a number other than 0", "배율은 0이 아닌 수입니다") \
    X("coil, discrete, holding or input", "coil, discrete, holding, input 가운데 하나") \
    X("bool, u16, i16, u32, i32, u64, i64, f32, f64, bit 0 to bit 15, or string 1 to string 250", "bool, u16, i16, u32, i32, u64, i64, f32, f64, bit 0부터 bit 15, string 1부터 string 250 가운데 하나") \
    X("a coil or discrete input is a bool", "coil과 discrete input은 bool입니다") \
    X("ABCD, DCBA, BADC, CDAB or nothing", "ABCD, DCBA, BADC, CDAB 가운데 하나를 적거나 비워 두세요") \
    X("the columns name, kind, address and type are wanted", "name, kind, address, type 열이 있어야 합니다") \
    X("the value does not fit into its registers", "값이 레지스터에 들어가지 않습니다") \
    X("a text for a number, or a number for a text", "수 자리에 글을, 또는 글 자리에 수를 썼습니다") \
    X("a read has 1 to {1} registers", "한 번에 읽는 레지스터는 1개부터 {1}개까지입니다") \
    X("{1} has more registers than one read", "{1}의 레지스터가 한 번에 읽을 수 있는 것보다 많습니다") \
    /* wire: Sparkplug B */ \
    /* base: JSON */ \
    /* wire: line protocol */ \
    /* wire: JSON by a table */ \
    /* wire: files of measurements */ \
    /* equipment states, OEE, alarms */ \
    X("a timeline keeps {1} to {2} events, not {3}", "이력에는 사건을 {1}개부터 {2}개까지 둘 수 있는데 {3}개입니다") \
    X("there is no event of kind {1}", "종류가 {1}인 사건은 없습니다") \
    X("there is no state {1}", "번호가 {1}인 상태는 없습니다") \
    X("the time of the event is out of range", "사건의 시각이 허용 범위를 벗어났습니다") \
    X("the event is older than what is kept of this tool", "이 설비에 남아 있는 기록보다 오래된 사건입니다") \
    X("the time to sum up ends before it begins", "집계할 기간의 끝이 시작보다 앞섭니다") \
    X("the time to sum up is out of range", "집계할 기간이 허용 범위를 벗어났습니다") \
    X("the time to sum up begins before what is kept of this tool", "집계할 기간이 이 설비에 남아 있는 기록보다 앞에서 시작합니다") \
    X("a log keeps {1} to {2} counts, not {3}", "생산 기록에는 {1}건부터 {2}건까지 둘 수 있는데 {3}건입니다") \
    X("a production keeps {1} to {2} notes, not {3}", "생산 내역에는 {1}건부터 {2}건까지 둘 수 있는데 {3}건입니다") \
    X("no such count", "수량이 될 수 없는 값입니다") \
    X("this is older than what is kept of the tool", "이 설비에 남아 있는 기록보다 오래된 생산 내역입니다") \
    X("the count is older than what is kept of this tool", "이 설비에 남아 있는 기록보다 오래된 수량입니다") \
    X("days such as mon-fri, or sat sun; nothing: every day", "mon-fri나 토 일 같은 요일. 비우면 매일") \
    X("these are no days of the week", "요일이 아닙니다") \
    X("a time of day such as 07:00", "07:00 같은 시각") \
    X("it does not begin at a time", "시작이 시각이 아닙니다") \
    X("a time of day such as 15:00", "15:00 같은 시각") \
    X("it does not end at a time", "끝이 시각이 아닙니다") \
    X("nothing: only holidays have a date", "비워 두세요. 날짜는 휴일에만 적습니다") \
    X("shifts and breaks come every week", "근무조와 휴식은 매주 돌아옵니다") \
    X("a name of at most 63 bytes", "63바이트까지의 이름") \
    X("one shift at a time", "한 번에 한 근무조") \
    X("it overlaps with shift '{1}'", "근무조 '{1}'[과/와] 겹칩니다") \
    X("there are more than {1} breaks", "휴식이 {1}개를 넘습니다") \
    X("there are more than {1} holidays", "휴일이 {1}개를 넘습니다") \
    X("there are more than {1} breaks or {2} holidays", "휴식이 {1}개를 넘거나 휴일이 {2}개를 넘습니다") \
    X("a date such as 2026-05-05, or 2026-05-04..2026-05-06", "2026-05-05나 2026-05-04..2026-05-06 같은 날짜") \
    X("this is no date", "날짜가 아닙니다") \
    X("nothing: a holiday is whole days", "비워 두세요. 휴일은 하루 전체입니다") \
    X("a holiday has a date only", "휴일에는 날짜만 적습니다") \
    X("Asia/Seoul, Europe/Berlin, ..., +09:00, or a rule of POSIX", "Asia/Seoul, Europe/Berlin, ..., +09:00 또는 POSIX 규칙") \
    X("this time zone is not known", "모르는 시간대입니다") \
    X("one time zone for all", "모두 같은 시간대") \
    X("another row says '{1}'", "다른 행에는 '{1}'[으로/로] 적혀 있습니다") \
    X("shift (or nothing), break or holiday", "근무(또는 빈칸), 휴식, 휴일 가운데 하나") \
    X("this is none of these", "이 가운데 아무것도 아닙니다") \
    X("a row with name, begin and end", "이름, 시작, 끝이 있는 행") \
    X("there is no shift", "근무조가 없습니다") \
    X("fewer shifts", "더 적은 근무조") \
    X("fewer breaks", "더 적은 휴식") \
    X("fewer holidays", "더 적은 휴일") \
    X("there are more than {1} shifts", "근무조가 {1}개를 넘습니다") \
    X("the time zone or the beginning of the production day is out of range", "시간대나 생산일의 시작 시각이 허용 범위를 벗어났습니다") \
    X("the name of a shift is too long", "근무조 이름이 너무 깁니다") \
    X("shift '{1}' must begin within a day and last up to 24 hours", "근무조 '{1}'[은/는] 하루 안에 시작해서 24시간까지만 이어질 수 있습니다") \
    X("shifts '{1}' and '{2}' overlap", "근무조 '{1}'[과/와] '{2}'[이/가] 겹칩니다") \
    X("critical, high, medium or low", "critical, high, medium, low 가운데 하나") \
    X("a shorter text", "더 짧은 글") \
    X("the text has more than {1} bytes", "글이 {1}바이트를 넘습니다") \
    X("the conditions look at more than {1} signals", "조건들이 보는 신호가 {1}개를 넘습니다") \
    X("there are more than {1} alarms", "알람이 {1}개를 넘습니다") \
    X("there are more than {1} operators", "담당이 {1}명을 넘습니다") \
    X("a name of its own for each alarm", "알람마다 다른 이름을 쓰세요") \
    X("an alarm further up has the same name", "위에 이름이 같은 알람이 있습니다") \
    X("a condition as in docs/ALARMS.md", "조건은 docs/ALARMS.md에 있는 대로 적으세요") \
    X("at letter {1}: {2}", "{1}번째 글자에서: {2}") \
    X("the name of another alarm of this table", "이 표에 있는 다른 알람의 이름") \
    X("there is no alarm of this name", "이런 이름의 알람이 없습니다") \
    X("a cause that does not lead back to this alarm", "이 알람으로 되돌아오지 않는 원인 알람을 적으세요") \
    X("causes go round in a circle, or more than {1} deep", "원인 알람이 돌고 돌거나 {1}단계보다 깊습니다") \
    X("a span of time of the alarms is out of range", "알람 설정의 시간이 허용 범위를 벗어났습니다") \
    X("a flood begins above 1 to {1} alarms and ends below as many", "알람 폭주의 기준은 1개부터 {1}개까지이고, 해제 기준은 그보다 크지 않아야 합니다") \
    X("the time is out of range", "시각이 허용 범위를 벗어났습니다") \
    X("there is no signal {1}", "번호가 {1}인 신호는 없습니다") \
    X("there is no alarm {1}", "번호가 {1}인 알람은 없습니다") \
    X("there is nothing to acknowledge", "확인할 알람이 없습니다") \
    X("a shelf ends after it begins, and not later than the longest one allowed", "보류의 끝은 시작보다 뒤여야 하고 허용된 가장 긴 시간을 넘을 수 없습니다") \
    X("the alarm is out of service", "사용 중지된 알람입니다") \
    X("the alarm is not shelved", "보류 중인 알람이 아닙니다") \
    X("the alarm is so already", "알람이 이미 그 상태입니다") \
    X("the saved alarms contradict themselves: {1} {2}", "저장된 알람 상태의 앞뒤가 맞지 않습니다: {1} {2}") \
    X("these are no saved alarms", "저장된 알람 상태가 아닙니다") \
    X("the saved alarms are of other definitions", "저장된 알람 상태의 정의가 지금과 다릅니다") \
    X("the saved alarms are damaged", "저장된 알람 상태가 손상되었습니다") \
    X("the quote that opens this name is never closed", "이름을 연 따옴표가 닫히지 않았습니다") \
    X("the condition has more than {1} tests and words", "조건에 검사와 연결어가 {1}개를 넘습니다") \
    X("a number is wanted here, such as 850 or -1.5", "여기에는 850이나 -1.5 같은 수가 와야 합니다") \
    X("a time is wanted here, such as 10 s or 5 min", "여기에는 10 s나 5 min 같은 시간이 와야 합니다") \
    X("the name of a signal is wanted here; one that is a word of conditions goes in 'quotes'", "여기에는 신호 이름이 와야 합니다. 조건의 낱말과 같은 이름은 '따옴표'로 묶으세요") \
    X("a deadband is 0 or more", "불감대는 0 이상이어야 합니다") \
    X("`to` is wanted here: outside 10 to 20", "여기에는 `to`가 와야 합니다: outside 10 to 20") \
    X("the first limit is above the second", "첫째 한계가 둘째보다 큽니다") \
    X("the deadband is wider than what lies between the limits", "불감대가 두 한계 사이보다 넓습니다") \
    X("a change is 0 or more", "변화량은 0 이상이어야 합니다") \
    X("`per` is wanted here: rises 5 per 1 min", "여기에는 `per`가 와야 합니다: rises 5 per 1 min") \
    X("the condition has more than {1} tests", "조건에 검사가 {1}개를 넘습니다") \
    X("a test is wanted here: >, <, =, outside, rises, falls, changes, silent or bad", "여기에는 >, <, =, outside, rises, falls, changes, silent, bad 가운데 하나가 와야 합니다") \
    X("the condition is more than {1} brackets deep", "조건의 괄호가 {1}겹을 넘습니다") \
    X("a ) is wanted here", "여기에는 )가 와야 합니다") \
    X("the condition has more than {1} bytes", "조건이 {1}바이트를 넘습니다") \
    X("`and`, `or` or the end is wanted here", "여기에는 `and`나 `or`가 오거나 조건이 끝나야 합니다") \
    X("a column that is known, or nothing: it is skipped", "아는 열이 아니어서 건너뜁니다") \
    X("a number behind it, such as >= 5", ">= 5처럼 뒤에 수를 적으세요") \
    X("a tool group of the plant and a number, such as Litho/1", "Litho/1처럼 공장의 설비 그룹과 번호를 적으세요") \
    X("the plant has no tool of this name", "공장에 이런 이름의 설비가 없습니다") \
    X("a state such as standby or 유휴, `begin` or `end` before one, lot begin, lot end, good count and so on", "standby나 유휴 같은 상태, 그 앞의 `begin`이나 `end`, lot begin, lot end, good count 등을 적으세요") \
    X("this meaning is not known", "모르는 의미입니다") \
    X("fewer rows for one signal", "한 신호의 행을 줄이세요") \
    X("more than {1} rows for one signal", "한 신호의 행이 {1}개를 넘습니다") \
    X("one meaning for each value of a signal", "신호의 값마다 의미는 하나여야 합니다") \
    X("row {1} says something of the same value already", "같은 값의 의미가 {1}행에 이미 있습니다") \
    X("a budget of alarms is above 0, and the time before a stop is not below 0", "알람 예산은 0보다 커야 하고, 정지 전 시간은 음수일 수 없습니다") \
    X("the history ends before it begins, or is too long", "이력의 끝이 시작보다 앞서거나 이력이 너무 깁니다") \
    X("sample {1} of the history is out of order, or of no signal", "이력의 {1}번째 값이 시간 순서에 맞지 않거나 없는 신호의 것입니다") \
    X("stop {1} of the history is out of order", "이력의 {1}번째 정지가 시간 순서에 맞지 않습니다") \
    /* wire: Sparkplug B */ \
    /* base: JSON */ \
    /* wire: line protocol */ \
    X("a name is made of measurement, tags, tag:KEY and field, each in braces", "이름은 중괄호로 묶은 measurement, tags, tag:KEY, field로 만듭니다") \
    X("without field in braces all fields have the same name", "중괄호로 묶은 field가 없으면 모든 필드의 이름이 같아집니다") \
    /* equipment states, OEE, alarms */ \
    X("a statement takes at most {1} values", "SQL 문장 하나에는 값이 {1}개까지 들어갑니다") \
    X("the connection to PostgreSQL was lost: what was not acknowledged is not kept; try again", "PostgreSQL과의 연결이 끊겼습니다. 확인되지 않은 변경은 남지 않습니다. 다시 시도하세요") \
    X("the connection to PostgreSQL was lost at the last moment: look whether the change is there", "마지막 순간에 PostgreSQL과의 연결이 끊겼습니다. 변경이 남았는지 확인하세요") \
    X("{1}: the change was not kept", "{1}: 변경이 저장되지 않았습니다") \
    X("table {1} has no column {2}", "{1} 표에 {2} 열이 없습니다") \
    X("table {1} has a column {2} that cannot be carried", "{1} 표의 {2} 열은 옮길 수 없는 열입니다") \
    X("a table has 1 to {1} columns here", "표에는 열이 1개부터 {1}개까지 있을 수 있습니다") \
    X("value {1} of a row is of another kind than {2}", "행의 {1}번째 값이 {2}[와/과] 종류가 다릅니다") \
    X("the URL of PostgreSQL is longer than {1} bytes", "PostgreSQL의 URL이 {1}바이트보다 깁니다") \
    X("this trigger cannot be brought to PostgreSQL: {1}", "이 트리거는 PostgreSQL로 옮길 수 없습니다: {1}") \
    X("{1} cannot be written: {2}", "{1}[을/를] 쓸 수 없습니다: {2}") \
    X("{1} is damaged: restore it from the last pg_dump", "{1}[이/가] 손상되었습니다. 마지막 pg_dump에서 되살리세요") \
    X("{1} has synchronous_commit off, so what it has acknowledged may be lost: turn it on", "{1}의 synchronous_commit이 꺼져 있어 확인해 준 변경도 잃을 수 있습니다. 켜세요") \
    X("{1} has fsync off, so what it has acknowledged may be lost: turn it on", "{1}의 fsync가 꺼져 있어 확인해 준 변경도 잃을 수 있습니다. 켜세요") \
    X("{1} keeps its texts as {2}: a database with ENCODING 'UTF8' is wanted", "{1}[은/는] 글자를 {2}[으로/로] 저장합니다. ENCODING 'UTF8'인 데이터베이스가 필요합니다") \
    X("{1} is older than PostgreSQL 12", "{1}[은/는] PostgreSQL 12보다 오래되었습니다") \
    X("PostgreSQL cannot be reached: {1}", "PostgreSQL에 연결할 수 없습니다: {1}") \
    X("{1} has no data of maru: --store or MARU_STORE names the database of the server", "{1}에 maru의 자료가 없습니다. --store나 MARU_STORE로 서버의 데이터베이스를 알려 주세요") \
    X("there are more than {1} tables", "표가 {1}개보다 많습니다") \
    X("table {1} has other columns in the new place", "{1} 표의 열이 새 자리에서 다릅니다") \
    X("table {1} is not the same in the new place: it has a value that cannot be kept there", "{1} 표가 새 자리에서 같지 않습니다. 그곳에 담을 수 없는 값이 있습니다") \
    X("the store is in PostgreSQL: pg_dump and pg_restore are the tools for its backups", "데이터가 PostgreSQL에 있습니다. 백업은 pg_dump와 pg_restore로 합니다") \
    X("--from PLACE and --to PLACE are wanted", "--from과 --to에 옮길 곳을 적어야 합니다") \
    /* the end of the list */
// clang-format on

#endif
