import { render } from 'preact'
import { App } from './app.tsx'
import './styles/base.css'
import './styles/layout.css'
import './styles/cards.css'
import './styles/buttons.css'
import './styles/states.css'
import './styles/overview.css'
import './styles/first-run.css'
import './styles/rows.css'
import './styles/texts.css'
import './styles/forms.css'
import './styles/windows.css'
import './styles/phone.css'

const place = document.getElementById('app')
if (place) render(<App />, place)
