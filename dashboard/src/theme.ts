import { useState } from 'preact/hooks'

export type Theme = 'system' | 'light' | 'dark'

function chosen(): Theme {
  const { theme } = document.documentElement.dataset
  return theme === 'light' || theme === 'dark' ? theme : 'system'
}

/** Light, dark, or as the system has it; kept in this browser. See public/theme.js. */
export function useTheme(): [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useState(chosen)
  return [
    theme,
    (next) => {
      if (next === 'system') delete document.documentElement.dataset.theme
      else document.documentElement.dataset.theme = next
      try {
        if (next === 'system') localStorage.removeItem('ringpost-theme')
        else localStorage.setItem('ringpost-theme', next)
      } catch {
        // Storage is switched off: it lasts as long as the page.
      }
      setTheme(next)
    },
  ]
}
