import type { JobForecast, Start } from '../api/compute'
import { useText } from '../text'
import { useBoth } from './pool_words'

/** When it begins: from the tenth to the ninetieth of a hundred possible futures, with the one in the middle, from now on. */
export function StartBand({ start, from }: { start: Start; from: string }) {
    const { t } = useText()
    const clock = useClock()
    const now = new Date(from).getTime()
    const known = [start.p10, start.p50, start.p90].flatMap((time) => (time ? [new Date(time).getTime()] : []))
    if (known.length === 0) return null
    // What is later than was looked goes on beyond the line.
    const width = Math.max(60_000, (Math.max(...known) - now) * (start.p90 ? 1.08 : 1.4))
    const share = (time: string | undefined) => `${time ? Math.min(100, Math.max(0, ((new Date(time).getTime() - now) / width) * 100)) : 100}%`
    const say = (time: string | undefined) => (time ? clock(time) : t('forecast.later'))
    return (
        <div className="start-band">
            <div className="start-line" role="img" aria-label={t('forecast.told', { low: say(start.p10), middle: say(start.p50), high: say(start.p90) })}>
                <i className="span" style={{ left: share(start.p10), right: `calc(100% - ${share(start.p90)})` }} />
                {start.p50 && <i className="dot" style={{ left: share(start.p50) }} />}
            </div>
            <div className="start-ends"><span>{t('forecast.now')}</span><b>{say(start.p50)}</b><span>{say(start.p10)} – {say(start.p90)}</span></div>
        </div>
    )
}

/** The time of a day, with its date where that is not today. */
export function useClock(): (time: string) => string {
    const { lang } = useText()
    return (time) => {
        const at = new Date(time)
        const isToday = at.toDateString() === new Date().toDateString()
        return at.toLocaleString(lang === 'ko' ? 'ko-KR' : 'en-GB', { ...(isToday ? {} : { month: 'short', day: 'numeric' }), hour: '2-digit', minute: '2-digit', hour12: false })
    }
}

/** The sentence, its band, and what would help. */
export function ForecastTold({ forecast }: { forecast: JobForecast }) {
    const { t, num } = useText()
    const both = useBoth()
    return (
        <div className="forecast">
            <p className="forecast-sentence">{both(forecast.sentence)}</p>
            {forecast.start && <StartBand start={forecast.start} from={forecast.at} />}
            {forecast.helps.length > 0 && (
                <>
                    <h3>{t('forecast.helps')}</h3>
                    <ul className="helps">{forecast.helps.map((help, n) => <li key={n}>{both(help.sentence)}</li>)}</ul>
                </>
            )}
            {forecast.start && <p className="fine">{t('forecast.how', { futures: num(forecast.futures) })}</p>}
        </div>
    )
}
