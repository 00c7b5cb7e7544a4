import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app'
import { stored } from './parts/stored'
import './style/page.css'
import { firstLang, LanguageRoom, learn } from './text'

const first = firstLang(stored('lang'), navigator.languages)
void learn(first).then(() =>
    createRoot(document.getElementById('page')!).render(
        <StrictMode>
            <LanguageRoom first={first}>
                <App />
            </LanguageRoom>
        </StrictMode>,
    ),
)
