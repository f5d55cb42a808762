import { existsSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { findOnPath, hasApt, unpackPackages, writeWrapper } from './debian.mjs'
import { capture } from './run.mjs'
import { SetupError, say } from './say.mjs'

/** Browsers that the tests of the dashboard can drive. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']
const ON_MAC = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'
/** For pictures that a headless browser makes without a graphics card, and for printing. */
const NOT_NEEDED = /^lib(llvm|gl1-mesa|perl|systemd-shared|colord|cryptsetup)/

/**
 * Finds a Chromium for the tests of the dashboard, and on Debian and its like unpacks one into
 * `.cache/chromium` where there is none.
 *
 * @returns its path; null where there is none and no apt-get, so that those tests are skipped
 */
export async function provideChromium(root) {
  const onPath = NAMES.map(findOnPath).find((path) => path !== null)
  if (onPath) return onPath
  if (existsSync(ON_MAC)) return ON_MAC
  const cached = join(root, '.cache', 'chromium', 'bin', 'chromium')
  if (await runs(cached)) return cached
  if (!hasApt()) {
    say('no Chromium here and no apt-get to get one with: the tests of the dashboard are skipped')
    return null
  }
  const problem = await unpackPackages(root, {
    title: 'Chromium for the tests of the dashboard',
    packages: [
      ...['chromium', 'chromium-common', 'fontconfig-config', 'fonts-dejavu-core', 'fonts-inter'],
      ...['libasound2-data', 'xkb-data', 'shared-mime-info'],
    ],
    needsOf: 'chromium',
    leaveOut: NOT_NEEDED,
    folder: 'chromium',
    async finish(tree, folder) {
      writeWrapper(tree, 'chromium', 'usr/lib/chromium/chromium', fontsOf())
      if (!(await runs(join(tree, 'bin', 'chromium')))) {
        return 'the downloaded Chromium does not run on this machine'
      }
      if (!(await runs(cached))) {
        rmSync(folder, { recursive: true, force: true })
        renameSync(tree, folder)
      }
      return null
    },
  })
  if (problem === null) return cached
  throw new SetupError(
    `Chromium, which the tests of the dashboard need, could not be set up here (${problem}): install chromium yourself.`,
  )
}

/** Has the browser find the unpacked fonts, for a machine may have none at all. */
function fontsOf() {
  return [
    'cat > "$here/fonts.conf" <<END',
    '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>',
    '<dir>$here/usr/share/fonts</dir><cachedir>$here/fontcache</cachedir>',
    '<alias><family>sans-serif</family><prefer><family>Inter</family></prefer></alias>',
    '<alias><family>system-ui</family><prefer><family>Inter</family></prefer></alias>',
    '<alias><family>monospace</family><prefer><family>DejaVu Sans Mono</family></prefer></alias>',
    '</fontconfig>',
    'END',
    'export FONTCONFIG_FILE="$here/fonts.conf"',
  ]
}

async function runs(path) {
  // One that hangs instead of telling is none.
  const { code, stdout } = await capture(path, ['--version'], { timeout: 60_000, killSignal: 'SIGKILL' })
  return code === 0 && /Chrom/.test(stdout)
}
