import { isAbsent } from '../api/compute'
import type { ApiError } from '../api/problem'
import { whyOf } from '../api/problem'
import { Card, Empty, ProblemNote } from '../parts/basics'
import { useText } from '../text'

/** What stands where the pool, or a part of it, cannot be asked: why, in the server's words. */
export function Absent({ error, retry }: { error: ApiError; retry?: () => void }) {
    const { t, lang } = useText()
    if (!isAbsent(error)) return <ProblemNote error={error} {...(retry ? { retry } : {})} />
    return (
        <Card>
            <Empty title={t('pool.absent')} text={error.status >= 500 ? whyOf(error.problem, lang) : t('pool.absent.text')} />
        </Card>
    )
}
