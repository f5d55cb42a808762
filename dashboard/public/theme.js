// Before anything is drawn, so that a theme that was chosen does not flash.
try {
  const theme = localStorage.getItem('ringpost-theme')
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme
} catch {
  // Storage is switched off: the system's theme it is.
}
