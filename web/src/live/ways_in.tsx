import { useState } from 'react'
import { useMe } from '../me'
import { Button, Card, LinkButton } from '../parts/basics'
import { useText } from '../text'

/** Data that comes by itself: the lines to put into Telegraf, and commands, with this server's own address. */
export function WaysIn({ takesCsv }: { takesCsv: boolean }) {
    const { t } = useText()
    const me = useMe()
    const base = location.origin
    const needsToken = !me?.open
    const token = t('ways.token')
    const telegraf = ['[[outputs.influxdb_v2]]', `  urls = ["${base}"]`, `  token = "${needsToken ? token : ''}"`, '  organization = "maru"', '  bucket = "telegraf"'].join('\n')
    const head = needsToken ? ` \\\n  -H "Authorization: Bearer ${token}"` : ''
    const line = `curl "${base}/api/v2/write?bucket=line1"${head} \\\n  --data-binary "press,machine=press2 temperature=74.2,pressure=1.31"`
    const csv = `curl "${base}/v1/samples"${head} \\\n  -H "Content-Type: text/csv" --data-binary @samples.csv`
    return (
        <Card title={t('ways.title')} note={t('ways.text')}>
            <div className="ways">
                <Snippet title={t('ways.telegraf')} note={t('ways.telegraf.text')} text={telegraf} />
                <Snippet title={t('ways.line')} note={t('ways.line.text')} text={line} />
                {takesCsv && <Snippet title={t('ways.csv')} note={t('ways.csv.text')} text={csv} />}
            </div>
            {needsToken && me?.role === 'admin' && (
                <p className="note">{t('ways.needs_token')} <LinkButton look="quiet" href="/admin">{t('admin.tokens')}</LinkButton></p>
            )}
        </Card>
    )
}

export function Snippet({ title, note, text }: { title?: string; note?: string; text: string }) {
    const { t } = useText()
    const [copied, setCopied] = useState(false)
    return (
        <div className="snippet">
            {title && <h3>{title}</h3>}
            {note && <p className="note">{note}</p>}
            <pre tabIndex={0}>{text}</pre>
            {/* The clipboard is closed to pages without https; then the text can still be marked. */}
            {navigator.clipboard && <Button onClick={() => void navigator.clipboard.writeText(text).then(() => setCopied(true), () => setCopied(false))}>{t(copied ? 'copied' : 'copy')}</Button>}
        </div>
    )
}
