import { hash } from 'node:crypto'
import type { KeyedSource } from './polled-source.ts'

/**
 * What a baseline is a baseline of: counts under another URL, key or filter are other numbers. The key
 * stands for its workspace, and is digested.
 */
export function identityOf(source: Pick<KeyedSource, 'baseUrl' | 'apiKey' | 'agentId' | 'branchId'>): string {
  const parts = [source.baseUrl, source.apiKey, source.agentId, source.branchId]
  return hash('sha256', JSON.stringify(parts)).slice(0, 32)
}
