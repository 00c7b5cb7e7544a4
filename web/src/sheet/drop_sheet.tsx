import { Button } from '../parts/basics'
import { DropFile, SHEETS } from '../parts/drop_file'
import { useText } from '../text'
import { sample } from './sample'

/** Takes a spreadsheet, dropped or chosen, or the sample. `share`: of what is being sent; null: nothing is. */
export function DropSheet({ share, onFile, onStop }: { share: number | null; onFile: (file: File) => void; onStop: () => void }) {
    const { t } = useText()
    return (
        <DropFile title={t('sheet.drop')} text={t('sheet.drop.text')} fine={t('sheet.private')} choose={t('sheet.choose')} working={t('sheet.working')} accept={SHEETS} share={share} onFile={onFile} onStop={onStop}>
            <Button onClick={() => onFile(sample())}>{t('sheet.try')}</Button>
        </DropFile>
    )
}
