/** Why a file cannot be read, in words: completes "… cannot be read: <why>". */
export function whyUnreadable(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code ?? ''
  return REASONS[code] ?? `the system says ${code || 'no more'}`
}

const REASONS: Record<string, string> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'a part of its path is not a folder',
  EACCES: 'this user has no permission to',
  EPERM: 'this user has no permission to',
  EISDIR: 'it is a folder',
  ELOOP: 'it is a symbolic link that leads back to itself',
  EMFILE: 'too many files are open',
}
