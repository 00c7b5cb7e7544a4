import { useState } from 'react'
import { addFile, promote, rollBack, type Model, type ModelVersion, type Role } from '../api/models'
import { ApiError } from '../api/problem'
import { MINUTES, useStamp } from '../live/stamp'
import { useMay } from '../me'
import { Badge, Button, Card, Confirm, ProblemNote } from '../parts/basics'
import { useText } from '../text'
import { FigureLines } from './figure_lines'
import { headlineName, roleTone, useDoubted, useWarning } from './model_words'

type Asked = { version: ModelVersion; role: Role } | 'back'

/** Who answers, who answers in shadow, and who did before; a change asks first and says what will happen. */
export function Versions({ model, versions, onChanged }: { model: Model; versions: ModelVersion[]; onChanged: () => void }) {
    const { t, lang } = useText()
    const may = useMay('engineer')
    const [asked, setAsked] = useState<Asked | null>(null)
    const [error, setError] = useState<ApiError | null>(null)
    const champion = versions.find(({ version }) => version === model.champion)
    const challenger = versions.find(({ version }) => version === model.challenger)
    const close = () => setAsked(null)
    const done = (work: Promise<unknown>) => work.then(() => { close(); onChanged() })
    const wasBefore = versions.some(({ version, role, promoted }) => role === 'retired' && promoted !== undefined && version !== model.champion)
    return (
        <>
            {champion && challenger && <SideBySide champion={champion} challenger={challenger} live={model.live ?? null} lang={lang} />}
            <Card title={t('models.versions')} actions={may && (
                <>
                    {wasBefore && <Button onClick={() => setAsked('back')}>{t('models.roll_back')}</Button>}
                    <AddVersion id={model.id} onDone={onChanged} onProblem={setError} />
                </>
            )}>
                <ProblemNote error={error} />
                <ul className="list versions">{versions.map((one) => <li key={one.version}><VersionRow one={one} may={may} onAsk={(role) => setAsked({ version: one, role })} /></li>)}</ul>
            </Card>
            {asked === 'back' && <Confirm title={t('models.roll_back.title')} text={t('models.roll_back.text', { version: model.champion ?? '' })} yes={t('models.roll_back')} onYes={() => done(rollBack(model.id))} onClose={close} />}
            {asked !== null && asked !== 'back' && (
                <Confirm
                    title={t(`models.promote.${asked.role}.title`, { version: asked.version.version })}
                    text={<PromotionText asked={asked.version} role={asked.role} champion={champion} challenger={challenger} isOn={model.use.is_on} />}
                    yes={t(`models.promote.${asked.role}`)}
                    onYes={() => done(promote(model.id, asked.version.version, asked.role))}
                    onClose={close}
                />
            )}
        </>
    )
}

function PromotionText({ asked, role, champion, challenger, isOn }: { asked: ModelVersion; role: Role; champion: ModelVersion | undefined; challenger: ModelVersion | undefined; isOn: boolean }) {
    const { t } = useText()
    const version = asked.version
    return (
        <>
            {t(`models.promote.${role}.text`, { version })}
            {role === 'champion' && champion && champion.version !== version && ` ${t('models.promote.old', { version: champion.version })}`}
            {role === 'challenger' && challenger && challenger.version !== version && ` ${t('models.promote.old_challenger', { version: challenger.version })}`}
            {role === 'champion' && !isOn && ` ${t('models.promote.on')}`}
            {role === 'champion' && asked.warnings.includes('no_better') && <strong> {t('models.promote.no_better')}</strong>}
        </>
    )
}

function VersionRow({ one, may, onAsk }: { one: ModelVersion; may: boolean; onAsk: (role: Role) => void }) {
    const { t, lang } = useText()
    const stamp = useStamp()
    const doubted = useDoubted()
    const warn = useWarning()
    const { headline } = one
    return (
        <>
            <span className="list-head">
                <strong>{t('models.version', { version: one.version })} <Badge tone={roleTone[one.role]}>{t(`models.role.${one.role}`)}</Badge></strong>
                {may && (
                    <span className="actions">
                        {one.role !== 'champion' && <Button onClick={() => onAsk('champion')}>{t('models.promote.champion')}</Button>}
                        {(one.role === 'candidate' || one.role === 'retired') && <Button onClick={() => onAsk('challenger')}>{t('models.promote.challenger')}</Button>}
                        {one.role === 'challenger' && <Button onClick={() => onAsk('candidate')}>{t('models.promote.candidate')}</Button>}
                        {one.role === 'candidate' && <Button look="quiet" onClick={() => onAsk('retired')}>{t('models.promote.retired')}</Button>}
                    </span>
                )}
            </span>
            <span className="list-figures list-note">
                <span>{t('models.made', { when: stamp.full(one.made, MINUTES), by: one.by })}</span>
                {one.promoted !== undefined && <span>{t('models.promoted', { when: stamp.full(one.promoted, MINUTES), by: one.promoted_by ?? '' })}</span>}
                {one.kind && <span>{one.kind}</span>}
            </span>
            {headline && headline.value !== null && <span className="list-figures"><span>{headlineName(headline, lang)} <b>{doubted(headline, headline.is_share)}</b></span></span>}
            {one.warnings.length > 0 && <span className={`list-text ${one.warnings.includes('no_better') ? 'bad' : 'unsure'}`}>{one.warnings.map((each) => warn(each, one.goal)).join(' ')}</span>}
        </>
    )
}

function AddVersion({ id, onDone, onProblem }: { id: string; onDone: () => void; onProblem: (error: ApiError | null) => void }) {
    const { t } = useText()
    return (
        <label className="button plain">
            {t('models.add_version')}
            <input type="file" className="hidden" accept=".maru" onChange={(event) => {
                const file = event.target.files?.[0]
                event.target.value = ''
                if (file) addFile(file, { id }).then(() => { onProblem(null); onDone() }, (problem: unknown) => problem instanceof ApiError && onProblem(problem))
            }} />
        </label>
    )
}

function SideBySide({ champion, challenger, live, lang }: { champion: ModelVersion; challenger: ModelVersion; live: Model['live'] | null; lang: string }) {
    const { t, percent, num } = useText()
    const [a, b] = [champion.headline, challenger.headline]
    const shadow = live?.challenger
    const lines = a && a.value !== null ? [{ key: a.name, name: headlineName(a, lang), isShare: a.is_share, isLessBetter: a.is_less_better, constant: a.constant, first: a, second: b && b.name === a.name ? b : null }] : []
    return (
        <Card title={t('models.side')} note={t('models.side.text')}>
            {lines.length > 0 && <FigureLines label={t('models.side')} lines={lines} first={`${t('models.role.champion')} ${t('models.version', { version: champion.version })}`} second={`${t('models.role.challenger')} ${t('models.version', { version: challenger.version })}`} />}
            <p className="note">{shadow && shadow.n > 0 && shadow.better !== null ? t('models.side.live', { n: num(shadow.n), better: percent(shadow.better, 0), champion: num(shadow.champion_error), challenger: num(shadow.challenger_error) }) : t('models.side.no_truth')}</p>
        </Card>
    )
}
