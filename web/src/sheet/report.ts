// The server's report in a window of its own. The page's security policy forbids <style> inside of what the page makes, so the report's
// style becomes a sheet of that window; its text has no scripts.
export function showReport(target: Window, html: string): void {
    const styles: string[] = []
    const report = new DOMParser().parseFromString(html.replace(/<style>([^<]*)<\/style>/g, (_, text: string) => (styles.push(text), '')), 'text/html')
    const sheet = new (target as unknown as typeof globalThis).CSSStyleSheet()
    sheet.replaceSync(styles.join('\n'))
    const page = target.document
    page.documentElement.lang = report.documentElement.lang
    page.title = report.title
    page.adoptedStyleSheets = [sheet]
    page.body.replaceWith(page.adoptNode(report.body))
}
