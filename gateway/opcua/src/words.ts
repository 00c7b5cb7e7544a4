// What the gateway says, in English and Korean. A sentence is known by its key; {1}, {2} are filled in. Both languages
// stand side by side so that neither is forgotten; the unit tests compare their places.

export type Language = 'en' | 'ko'

const SENTENCES = {
    usage: [
        'usage: maru-opcua run|check|list [--trust] SETTINGS.toml\n  run    collects and publishes until it is told to stop\n  check  connects once, says what is found\n  list   one line for each variable that would be collected\n  --trust  trusts the certificate that the server shows now, once',
        '사용법: maru-opcua run|check|list [--trust] 설정.toml\n  run    멈추라고 할 때까지 모아서 보냅니다\n  check  한 번 연결해 보고 무엇이 있는지 알려 줍니다\n  list   모을 변수를 한 줄에 하나씩 보여 줍니다\n  --trust  서버가 지금 보여 주는 인증서를 한 번만 믿습니다',
    ],
    settings_unreadable: ['{1} cannot be read: {2}', '{1} 파일을 읽을 수 없습니다: {2}'],
    settings_syntax: ['{1} is not well-formed: {2}', '{1} 파일의 형식이 틀렸습니다: {2}'],
    settings_wrong: ['{1}: {2}', '{1}: {2}'],
    key_unknown: ['"{1}" is not a setting; known here are: {2}', '"{1}" 설정은 없습니다. 쓸 수 있는 것: {2}'],
    key_missing: ['"{1}" is missing: {2}', '"{1}" 설정이 빠졌습니다: {2}'],
    key_kind: ['"{1}" must be {2}, not {3}', '"{1}" 값은 {2}이어야 하는데 {3}입니다'],
    key_range: ['"{1}" must lie between {2} and {3}', '"{1}" 값은 {2}에서 {3} 사이여야 합니다'],
    key_choice: ['"{1}" must be one of {2}', '"{1}" 값은 다음 중 하나여야 합니다: {2}'],
    key_name: ['"{1}" must not be empty or hold +, # or /', '"{1}" 값은 비어 있거나 +, #, / 글자가 들어가면 안 됩니다'],
    key_both: ['"{1}" and "{2}" exclude each other', '"{1}"과 "{2}"는 함께 쓸 수 없습니다'],
    key_needs: ['"{1}" needs "{2}"', '"{1}"에는 "{2}"도 있어야 합니다'],
    kind_text: ['a text', '문자열'],
    kind_flag: ['true or false', 'true 또는 false'],
    kind_number: ['a number', '숫자'],
    kind_count: ['a whole number', '정수'],
    kind_time: ['a duration such as "500 ms", "10 s", "5 min", "2 h" or "7 d"', '"500 ms", "10 s", "5 min", "2 h", "7 d" 같은 시간'],
    kind_bytes: ['a size such as "64 MiB" or "2 GiB"', '"64 MiB", "2 GiB" 같은 크기'],
    kind_list: ['a list of texts', '문자열 목록'],
    kind_deadbands: ['a list of { path = "pattern", absolute = number } or { path = "pattern", percent = number }', '{ path = "패턴", absolute = 숫자 } 또는 { path = "패턴", percent = 숫자 }의 목록'],
    url_opcua: ['"{1}" must look like opc.tcp://host:4840', '"{1}" 값은 opc.tcp://호스트:4840 꼴이어야 합니다'],
    url_mqtt: ['"{1}" must look like mqtt://host:1883 or mqtts://host:8883', '"{1}" 값은 mqtt://호스트:1883 또는 mqtts://호스트:8883 꼴이어야 합니다'],
    password_unreadable: ['the password file {1} cannot be read: {2}', '암호 파일 {1}을(를) 읽을 수 없습니다: {2}'],

    certificate_made: ['a certificate for this gateway was made: {1}', '이 게이트웨이의 인증서를 만들었습니다: {1}'],
    certificate_unknown: [
        'the server shows a certificate that is not trusted: {1}, thumbprint {2}. Compare the thumbprint with the server\'s, then start once with --trust, or move {3} into {4}',
        '서버가 보여 준 인증서는 아직 믿을 수 없습니다: {1}, 지문 {2}. 지문을 서버의 것과 맞추어 본 뒤 --trust를 붙여 한 번 실행하거나, {3} 파일을 {4} 폴더로 옮기십시오',
    ],
    certificate_trusted: ['the certificate {1} is trusted from now on: {2}', '이제부터 {1} 인증서를 믿습니다: {2}'],
    certificate_dates: ['the server\'s certificate is outside its dates ({1} to {2}); it is used all the same because it is in the trust list', '서버 인증서의 유효 기간이 아닙니다({1}부터 {2}까지). 신뢰 목록에 있으므로 그대로 씁니다'],
    certificate_none: ['the server shows no certificate for {1}', '서버가 {1}에 쓸 인증서를 보여 주지 않습니다'],
    certificate_in_use: ['the certificate folder {1} cannot be used: {2}', '인증서 폴더 {1}을(를) 쓸 수 없습니다: {2}'],
    security_only_none: [
        'the server offers only connections without security; if that is what you want, write security = "None" under [opcua]',
        '서버가 보안 없는 연결만 제공합니다. 그래도 좋다면 [opcua]에 security = "None"이라고 쓰십시오',
    ],
    security_not_offered: ['the server does not offer {1}; it offers: {2}', '서버가 {1}을(를) 제공하지 않습니다. 제공하는 것: {2}'],
    security_downgraded: ['over the secured channel the server offers something stronger ({1}) than before it was secured: somebody may be in between', '보안 채널 안에서 서버가 처음보다 더 강한 방식({1})을 제공합니다. 누군가 중간에서 바꾸었을 수 있습니다'],
    security_plain_password: ['the password goes over a channel without security, because security = "None"', 'security = "None"이므로 암호가 보안 없는 채널로 전달됩니다'],
    server_unreachable: ['the OPC UA server {1} does not answer: {2}', 'OPC UA 서버 {1}이(가) 응답하지 않습니다: {2}'],
    server_refuses_certificate: ['the OPC UA server does not trust this gateway\'s certificate: trust {1} on the server ({2})', 'OPC UA 서버가 이 게이트웨이의 인증서를 믿지 않습니다. 서버에서 {1}을(를) 신뢰하도록 하십시오({2})'],
    password_wrong: ['the OPC UA server refuses user "{1}": name or password is wrong, or the user has no right ({2})', 'OPC UA 서버가 사용자 "{1}"을(를) 거부합니다. 이름이나 암호가 틀렸거나 권한이 없습니다({2})'],
    anonymous_refused: ['the OPC UA server wants a user; write user and password under [opcua] ({1})', 'OPC UA 서버가 사용자를 요구합니다. [opcua]에 user와 password를 쓰십시오({1})'],
    connected: ['connected to {1}, {2}', '{1}에 연결했습니다, {2}'],
    browsed: ['{1} variables of {2} objects, {3} looked at in {4} s', '변수 {1}개, 객체 {2}개; {3}개를 {4}초 동안 살펴보았습니다'],
    browse_partial: ['{1} places could not be looked at ({2}); what was known of them stays', '{1}곳을 살펴볼 수 없었습니다({2}). 알고 있던 것은 그대로 둡니다'],
    browse_limit: ['more than {1} variables; those beyond are left out: narrow [browse] or raise max_variables', '변수가 {1}개를 넘습니다. 넘는 것은 빠집니다. [browse]를 좁히거나 max_variables를 올리십시오'],
    browse_root: ['[browse] roots: "{1}" is not found on the server', '[browse] roots: 서버에 "{1}"이(가) 없습니다'],
    browse_nothing: ['no variable is collected: look at roots, include and exclude under [browse]', '모을 변수가 없습니다. [browse]의 roots, include, exclude를 보십시오'],
    subscriptions: ['{1} subscriptions with {2} variables: {3} taken over, {4} made', '구독 {1}개, 변수 {2}개: {3}개 이어받음, {4}개 새로 만듦'],
    item_refused: ['{1} variables cannot be watched, the first is {2}: {3}', '변수 {1}개를 감시할 수 없습니다. 첫 번째는 {2}: {3}'],
    subscription_renewed: ['subscription {1} was made anew: {2}', '구독 {1}을(를) 다시 만들었습니다: {2}'],
    queue_revised: ['the server keeps only {1} values a variable, {2} were asked for', '서버는 변수마다 값 {1}개만 보관합니다({2}개를 요청함)'],
    disconnected: ['the OPC UA session has ended: {1}; next attempt in {2} s', 'OPC UA 세션이 끝났습니다: {1}. {2}초 뒤에 다시 시도합니다'],
    gap: ['gap: {1}, {2} to {3}, {4}', '공백: {1}, {2}부터 {3}까지, {4}'],

    broker_connected: ['connected to the broker {1} as {2}', '브로커 {1}에 {2}(으)로 연결했습니다'],
    broker_lost: ['the broker is away: {1}; next attempt in {2} s', '브로커와 연결이 끊겼습니다: {1}. {2}초 뒤에 다시 시도합니다'],
    broker_refuses: ['the broker refuses user "{1}": {2}', '브로커가 사용자 "{1}"을(를) 거부합니다: {2}'],
    host_waiting: ['waiting for the primary host {1}; values are kept', '주 호스트 {1}을(를) 기다립니다. 값은 보관합니다'],
    host_online: ['the primary host {1} is online', '주 호스트 {1}이(가) 연결되었습니다'],
    host_offline: ['the primary host {1} is offline; values are kept', '주 호스트 {1}이(가) 끊겼습니다. 값은 보관합니다'],
    born: ['births of {1} devices with {2} metrics; {3} MiB are owed', '장치 {1}개, 메트릭 {2}개의 탄생을 알렸습니다. 보낼 것이 {3} MiB 남았습니다'],
    write_refused: ['a write to {1} is refused: {2}', '{1}에 쓰기를 거부했습니다: {2}'],
    write_done: ['{1} was written: {2}', '{1}에 썼습니다: {2}'],
    write_not_allowed: ['the settings do not allow it ([writes] allow)', '설정이 허락하지 않습니다([writes] allow)'],
    write_unknown: ['there is no such metric', '그런 메트릭이 없습니다'],
    write_value: ['the value does not fit the type {1}', '값이 {1} 형식에 맞지 않습니다'],
    write_away: ['the OPC UA server is away', 'OPC UA 서버와 연결이 끊겨 있습니다'],
    write_historical: ['it has no value, or is marked as historical', '값이 없거나 과거 값으로 표시되어 있습니다'],

    store_in_use: ['the store {1} is in use by process {2}', '저장 폴더 {1}을(를) 프로세스 {2}이(가) 쓰고 있습니다'],
    store_unusable: ['the store {1} cannot be used: {2}', '저장 폴더 {1}을(를) 쓸 수 없습니다: {2}'],
    store_full: ['the disk refuses a write ({1}); {2} values wait in memory, the server keeps the rest', '디스크에 쓸 수 없습니다({1}). 값 {2}개가 메모리에서 기다리고 나머지는 서버가 보관합니다'],
    store_well: ['the disk takes writes again', '디스크에 다시 쓸 수 있습니다'],
    store_dropped: ['the store is at its cap: {1} values from before {2} were dropped', '저장 한도에 이르렀습니다. {2} 이전 값 {1}개를 버렸습니다'],
    store_damaged: ['{1} bytes of the store are damaged and were skipped', '저장소의 {1}바이트가 손상되어 건너뛰었습니다'],
    stopping: ['stopping: {1}', '멈춥니다: {1}'],
    stopped: ['stopped', '멈추었습니다'],
} as const satisfies Record<string, readonly [string, string]>

export type Sentence = keyof typeof SENTENCES
export const sentences: Readonly<Record<string, readonly [string, string]>> = SENTENCES

export type Say = (key: Sentence, ...parts: (string | number)[]) => string

// The sentence in a language, its places filled in.
export function speaker(language: Language): Say {
    const at = language === 'ko' ? 1 : 0
    return (key, ...parts) => SENTENCES[key][at].replace(/\{(\d)\}/g, (_, place: string) => String(parts[Number(place) - 1] ?? ''))
}

// What LC_ALL, LC_MESSAGES and LANG ask for, in this order; English where none speaks Korean.
export function languageOf(env: NodeJS.ProcessEnv): Language {
    const asked = env['LC_ALL'] || env['LC_MESSAGES'] || env['LANG'] || ''
    return asked.toLowerCase().startsWith('ko') ? 'ko' : 'en'
}

// A refusal that is meant for people: its message is a whole sentence in their language.
export class Refusal extends Error {
    constructor(
        message: string,
        readonly kind: 'settings' | 'security' | 'login' | 'network' | 'store' | 'browse',
    ) {
        super(message)
    }
}
