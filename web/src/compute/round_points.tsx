import type { Application } from '../api/compute'
import { Dialog } from '../parts/basics'
import { DataTable, type Column } from '../table/data_table'
import { useText } from '../text'
import { useBoth, useNamed } from './pool_words'

type Score = NonNullable<Application['scores']>[number]

/** One application as it was judged: what its points are made of, what it asks for and has, and why. */
export function PointsDialog({ application, onClose }: { application: Application; onClose: () => void }) {
    return (
        <Dialog title={application.institution === application.application ? application.institution : `${application.application} · ${application.institution}`} onClose={onClose}>
            <PointsPart application={application} />
        </Dialog>
    )
}

export function PointsPart({ application }: { application: Application }) {
    const { t, num } = useText()
    const both = useBoth()
    const named = useNamed()
    const scores = application.scores ?? []
    const bonus = application.bonus ?? 0
    const weights = scores.reduce((sum, { weight }) => sum + weight, 0)
    const columns: Column<Score>[] = [
        { key: 'criterion', title: t('points.criterion'), value: (row) => named.criterion(row.criterion), width: 7, grow: 2 },
        { key: 'score', title: t('points.score'), value: (row) => row.score, show: (row) => num(row.score, 1), number: true, width: 4.5 },
        { key: 'weight', title: t('points.weight'), value: (row) => row.weight, show: (row) => (weights > 0 ? `${num((row.weight / weights) * 100, 0)} %` : '–'), number: true, width: 4.5 },
        { key: 'adds', title: t('points.adds'), value: (row) => row.adds, show: (row) => <b>{num(row.adds, 1)}</b>, number: true, width: 4.5 },
    ]
    return (
        <div className="points-part">
            {application.purpose && <p className="note">{application.purpose}</p>}
            {application.sentence && <p className="decision">{both(application.sentence)}</p>}
            {scores.length > 0 && <DataTable label={t('round.points')} rows={scores} columns={columns} search={false} rowKey={(row) => row.criterion} />}
            {application.points !== undefined && <p>{bonus !== 0 && <>{t('points.bonus', { class: application.class, region: application.region, points: num(bonus, 1) })} </>}<b>{t('points.sum', { points: num(application.points, 1) })}</b></p>}
            <ul className="record">
                {(application.lines ?? []).map((one, n) => <li key={n}>{t(one.awarded === undefined ? 'points.line' : 'points.line.awarded', { type: one.type, from: one.from, until: one.until, gpus: num(one.gpus), least: num(one.least), awarded: num(one.awarded ?? 0) })}</li>)}
            </ul>
        </div>
    )
}
