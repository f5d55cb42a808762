/**
 * Ends the process quietly once nobody reads its output any more, as `| head` does. A command that ends itself at
 * Ctrl-C, to put away what it has made, does so here too.
 */
export function endOnClosedPipe(): void {
  let ending = false
  const end = (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    // Whatever is printed on the way out fails as well.
    if (ending) return
    ending = true
    if (!process.emit('SIGINT', 'SIGINT')) process.exit()
  }
  process.stdout.on('error', end)
  process.stderr.on('error', end)
}
