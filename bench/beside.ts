/** A file beside another one of the bench, in the language that this one is in: source, or as it was built. */
export function beside(file: `${string}.ts`, from: string): URL {
  return new URL(from.endsWith('.js') ? file.replace(/\.ts$/, '.js') : file, from)
}
