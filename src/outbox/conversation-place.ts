/**
 * An event that waits for its conversation ends with this: `conversation` is the last field of its data. What is
 * found out later takes the place of the null, and every other byte stays as detection wrote it.
 */
const PLACE = '"conversation":null}}'
const NONE = 'null'

/** Whether an event, as JSON text, has a place for a conversation that is not filled. */
export function hasConversationPlace(text: string): boolean {
  return text.endsWith(PLACE)
}

/** The event with the conversation in its place. @param json the conversation, or `null` for none */
export function withConversation(text: string, json: string): string {
  return json === NONE ? text : `${text.slice(0, -`${NONE}}}`.length)}${json}}}`
}
