import { Suspense, useEffect, useRef, useState, type ReactNode } from 'react'
import { get } from './api/client'
import { onSignInWanted, setToken, token } from './api/session'
import type { Me } from './api/types'
import { useWaiting } from './meaning/use_alarms'
import { MeRoom } from './me'
import { SignIn } from './pages/sign_in'
import { Button, Choice, Empty, LinkButton, ProblemNote, Waiting } from './parts/basics'
import { forget, useLoad } from './parts/load'
import { Link, usePlace } from './parts/route'
import { store, stored } from './parts/stored'
import { useText, type Key, type Lang } from './text'
import { roomOf } from './text/room'

const Overview = roomOf(() => import('./pages/overview'), 'overview')
const Alarms = roomOf(() => import('./pages/alarms/alarms'), 'live', 'meaning', 'table')
const Equipment = roomOf(() => import('./pages/equipment/equipment'), 'live', 'meaning', 'table')
const Live = roomOf(() => import('./pages/live/live'), 'live')
const Plants = roomOf(() => import('./pages/plants/plants'), 'plants')
const PlantPage = roomOf(() => import('./pages/plants/plant'), 'plants', 'table')
const Quality = roomOf(() => import('./pages/quality/quality'), 'fdc', 'live', 'meaning', 'table')
const Runs = roomOf(() => import('./pages/runs/runs'), 'plants')
const NewRunPage = roomOf(() => import('./pages/runs/new_run'), 'plants')
const RunPage = roomOf(() => import('./pages/runs/run'), 'plants')
const Twins = roomOf(() => import('./pages/twins/twins'), 'twins')
const TwinPage = roomOf(() => import('./pages/twins/twin'), 'plants', 'twins')
const Compute = roomOf(() => import('./pages/compute/compute'), 'compute', 'table')
const Admin = roomOf(() => import('./pages/admin'), 'admin')

function NotHere() {
    const { t } = useText()
    return (
        <Empty title={t('not_here.title')} text={t('not_here.text')}>
            <LinkButton look="main" href="/">{t('nav.overview')}</LinkButton>
        </Empty>
    )
}

function Page({ me }: { me: Me }): ReactNode {
    const { path } = usePlace()
    const [room, one] = path
    if (!room) return <Overview />
    if (room === 'alarms') return <Alarms />
    if (room === 'equipment') return <Equipment />
    if (room === 'quality') return <Quality />
    if (room === 'data') return <Live />
    if (room === 'plants') return one ? <PlantPage key={one} id={one} /> : <Plants />
    if (room === 'twins') return one ? <TwinPage key={one} id={one} /> : <Twins />
    if (room === 'runs') return one === 'new' ? <NewRunPage /> : one ? <RunPage key={one} id={one} /> : <Runs />
    if (room === 'compute') return <Compute />
    if (room === 'admin' && me.role === 'admin') return <Admin />
    return <NotHere />
}

type Theme = 'auto' | 'light' | 'dark'
function ThemeChoice() {
    const { t } = useText()
    const [theme, setTheme] = useState<Theme>(() => (stored('theme') as Theme | null) ?? 'auto')
    return (
        <Choice<Theme>
            label={t('theme')}
            value={theme}
            options={[
                { value: 'auto', text: '◐', label: t('theme.auto') },
                { value: 'light', text: '☀\ufe0e', label: t('theme.light') },
                { value: 'dark', text: '☾\ufe0e', label: t('theme.dark') },
            ]}
            onChange={(next) => {
                setTheme(next)
                store('theme', next === 'auto' ? null : next)
                if (next === 'auto') delete document.documentElement.dataset.theme
                else document.documentElement.dataset.theme = next
            }}
        />
    )
}

function LangChoice() {
    const { t, asked, setLang } = useText()
    return (
        <Choice<Lang>
            label={t('language')}
            value={asked}
            options={[
                { value: 'ko', text: '한', label: '한국어' },
                { value: 'en', text: 'EN', label: 'English' },
            ]}
            onChange={setLang}
        />
    )
}

const ICONS: Record<string, string> = {
    overview: 'M4 13h6V4H4zM14 20h6v-9h-6zM4 20h6v-4H4zM14 8h6V4h-6z',
    alarms: 'M6 17V11a6 6 0 0 1 12 0v6M4 17h16M10 20.5h4M12 3v2',
    equipment: 'M4 20V9h7v11M4 13h7M11 20h9V5l-5 3v5M15 16h2M3 20h18',
    quality: 'M3 6h18M3 18h18M3 12l4 2 4-5 4 4 3-3 3 2',
    data: 'M3 12h4l2.5-7 5 14 2.5-7h4',
    plants: 'M3 20V10l6 4v-4l6 4V4h6v16z',
    twins: 'M12 3l8 4.5v9L12 21l-8-4.5v-9zM12 12l8-4.5M12 12v9M12 12L4 7.5',
    runs: 'M4 19V5M4 19h16M7 15l4-5 3 3 5-7',
    compute: 'M6 6h12v12H6zM10 10h4v4h-4zM9 3v3M15 3v3M9 18v3M15 18v3M3 9h3M3 15h3M18 9h3M18 15h3',
    admin: 'M12 3l7 3v5c0 5-3 8-7 10-4-2-7-5-7-10V6z',
}

/** How many alarms wait for somebody. */
function Waits() {
    const { t, num } = useText()
    const count = useWaiting()
    return count > 0 ? <b className="waits" aria-label={t('nav.alarms.waiting', { count })} title={t('nav.alarms.waiting', { count })}>{count > 999 ? '999+' : num(count)}</b> : null
}

function Nav({ me }: { me: Me }) {
    const { t } = useText()
    const { path } = usePlace()
    const rooms: [string, Key, string][] = [
        ['overview', 'nav.overview', '/'],
        ['alarms', 'nav.alarms', '/alarms'],
        ['equipment', 'nav.equipment', '/equipment'],
        ['quality', 'nav.quality', '/quality'],
        ['data', 'nav.data', '/data'],
        ['plants', 'nav.plants', '/plants'],
        ['twins', 'nav.twins', '/twins'],
        ['runs', 'nav.runs', '/runs'],
        ['compute', 'nav.compute', '/compute'],
    ]
    if (me.role === 'admin') rooms.push(['admin', 'nav.admin', '/admin'])
    const nav = useRef<HTMLElement>(null)
    useEffect(() => {
        nav.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' })
    }, [path[0]])
    return (
        <nav ref={nav} className="nav" aria-label={t('nav')}>
            {rooms.map(([name, key, href]) => (
                <Link key={name} href={href} aria-current={(path[0] ?? 'overview') === name ? 'page' : undefined}>
                    <svg viewBox="0 0 24 24" aria-hidden="true"><path d={ICONS[name]} /></svg>
                    <span>{t(key)}</span>
                    {name === 'alarms' && <Waits />}
                </Link>
            ))}
        </nav>
    )
}

/** A new page begins at its top, for eyes and for screen readers. */
function useFocusOnMove() {
    const { path } = usePlace()
    const main = useRef<HTMLElement>(null)
    const before = useRef<string | null>(null)
    const here = path.slice(0, 2).join('/')
    useEffect(() => {
        if (before.current !== null && before.current !== here) main.current?.focus({ preventScroll: true })
        before.current = here
    }, [here])
    return main
}

export function App() {
    const { t } = useText()
    const [wanted, setWanted] = useState(false)
    const [turn, setTurn] = useState(0)
    const main = useFocusOnMove()
    useEffect(() => onSignInWanted(() => setWanted(true)), [])
    const me = useLoad(wanted ? null : `me ${turn}`, () => get('/v1/me'))
    const enter = () => {
        forget()
        setWanted(false)
        setTurn(turn + 1)
    }
    return (
        <>
            <a className="skip" href="#main">{t('skip')}</a>
            <div className={me.value ? 'frame' : 'frame alone'}>
                <header className="bar">
                    <Link className="brand" href="/">
                        <img src="/icon.svg" alt="" width="28" height="28" />
                        <span>maru</span>
                    </Link>
                    {me.value && <Nav me={me.value} />}
                    <div className="bar-foot">
                        <LangChoice />
                        <ThemeChoice />
                        {me.value && (
                            <p className="who">
                                {me.value.open ? t('me.open') : `${me.value.name || me.value.tenant} · ${t(`role.${me.value.role}`)}`}
                                {token() && (
                                    <Button look="quiet" onClick={() => { setToken(null); enter() }}>
                                        {t('me.sign_out')}
                                    </Button>
                                )}
                            </p>
                        )}
                    </div>
                </header>
                <main id="main" ref={main} tabIndex={-1}>
                    {wanted ? (
                        <SignIn onDone={enter} />
                    ) : me.value ? (
                        <MeRoom value={me.value}>
                            <Suspense fallback={<Waiting />}>
                                <Page me={me.value} />
                            </Suspense>
                        </MeRoom>
                    ) : me.error ? (
                        <ProblemNote error={me.error} retry={me.reload} />
                    ) : (
                        <Waiting />
                    )}
                </main>
            </div>
        </>
    )
}
