/** Requests of the parent to the clients' process, which answers with `Progress`. */
export type ClientsRequest =
  | { kind: 'open'; url: string; paths: string[]; headers: Record<string, string> }
  /** Restarts the counters; `perRound` events per client make a round. */
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

/** Requests of the parent to the bare server; it sends `{ kind: 'listening', port }` when it starts. */
export type BareRequest =
  /** Bytes to write later, one chunk per round. */
  { kind: 'chunks'; chunks: string[] } | { kind: 'write'; round: number };
