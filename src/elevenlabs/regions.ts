/** Where ElevenLabs serves its API. A residency region has workspaces and keys of its own. */
export const REGIONS = [
  'https://api.elevenlabs.io',
  'https://api.us.elevenlabs.io',
  'https://api.eu.residency.elevenlabs.io',
  'https://api.in.residency.elevenlabs.io',
  'https://api.sg.residency.elevenlabs.io',
] as const
