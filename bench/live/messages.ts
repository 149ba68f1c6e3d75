/** What the parent asks of the process of clients; it answers `Progress`. */
export type ClientsRequest =
  | { kind: 'open'; url: string; paths: string[]; headers: Record<string, string> }
  /** From here on events are counted anew, `perRound` of them to each client make a round. */
  | { kind: 'count'; perRound: number }
  | { kind: 'sum' }
  | { kind: 'close' };

export type Progress =
  | { kind: 'open'; clients: number }
  | { kind: 'counting' }
  | { kind: 'round'; rounds: number }
  | { kind: 'sum'; events: number; sums: number[] }
  | { kind: 'closed' }
  | { kind: 'failed'; reason: string };

/** What the parent asks of the bare server; it answers `{ kind: 'listening', port }` at its start. */
export type BareRequest =
  /** Bytes that are written later, one chunk a round. */
  { kind: 'chunks'; chunks: string[] } | { kind: 'write'; round: number };
