import { OeeView } from '../../meaning/oee_view'

/** OEE of all tools together, and of each. */
export default function OeePage() {
    return <OeeView />
}
