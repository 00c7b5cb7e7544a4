import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app'
import './style/page.css'
import { LanguageRoom } from './text'

createRoot(document.getElementById('page')!).render(
    <StrictMode>
        <LanguageRoom>
            <App />
        </LanguageRoom>
    </StrictMode>,
)
