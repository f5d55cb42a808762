/** One part of the bench: measures, and answers with the figures and with tables of them for people. */
export type Section = (options: {
  /** Small numbers, to see that it works. */
  quick: boolean
  /** How often what is compared is measured in turn. */
  rounds: number
  /** Whether a part of it is to be measured. */
  wants: (part: string) => boolean
  /** Progress, for a run takes minutes. */
  say: (line: string) => void
}) => Promise<{ result: object; tables: string[] }>
