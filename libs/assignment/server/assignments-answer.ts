import type { AssignedTarget, AssignedTier } from '@icmp-mon/assignment/contract';

export interface ChangeRow {
  key: number;
  position: number;
  /** Null for a removal. */
  ip: string | null;
  tier: string | null;
}

export interface AnswerParts {
  full: boolean;
  tiers: readonly AssignedTier[];
  /** Version of the agent after a complete answer. */
  published: number;
  /** The first piece; it was read before the answer began, so that an agent without changes waits. */
  first: readonly ChangeRow[];
  /** Maximum changes in this answer. */
  changesMax: number;
  /** A piece with fewer changes is the last one. */
  changesPerPiece: number;
  /** Returns the next piece of changes, in the order of their positions. */
  readAfter(position: number): Promise<readonly ChangeRow[]>;
  /** Rejects if changes could have been missed between the pieces. */
  verifyNoneMissed(): Promise<void>;
}

/**
 * Answer to an agent, which is read from the database in pieces while it is sent. So an answer in progress holds one piece, regardless of the
 * length of the list and of how slowly the agent reads.
 */
export class AssignmentsAnswer {
  constructor(private readonly parts: AnswerParts) {}

  /** Yields the JSON text of an `AssignmentsResponse`. When it throws, the text is incomplete and must not end like a complete answer. */
  async *jsonPieces(): AsyncGenerator<string> {
    const { full, tiers, published, changesMax } = this.parts;
    const unassigned: number[] = [];
    let version = published;
    let sent = 0;
    let separator = '';
    let last = 0;
    yield `{"full":${full},"tiers":${JSON.stringify(tiers)},"assigned":[`;
    for await (const piece of this.pieces()) {
      const kept = piece.slice(0, changesMax - sent);
      sent += kept.length;
      last = kept.at(-1)?.position ?? last;
      const assigned = kept.filter(isAssigned).map(({ key, ip, tier }) => JSON.stringify({ key, ip, tier }));
      if (!full) unassigned.push(...kept.filter((change) => !isAssigned(change)).map(({ key }) => key));
      if (assigned.length > 0) {
        yield separator + assigned.join();
        separator = ',';
      }
      if (kept.length < piece.length) {
        version = last;
        break;
      }
    }
    yield `],"unassigned":${JSON.stringify(unassigned)},"version":${version}}`;
  }

  private async *pieces(): AsyncGenerator<readonly ChangeRow[]> {
    const { first, changesPerPiece, readAfter, verifyNoneMissed } = this.parts;
    let piece = first;
    yield piece;
    while (piece.length >= changesPerPiece) {
      piece = await readAfter(piece[piece.length - 1].position);
      await verifyNoneMissed();
      yield piece;
    }
  }
}

function isAssigned(change: ChangeRow): change is ChangeRow & AssignedTarget {
  return change.ip !== null;
}
