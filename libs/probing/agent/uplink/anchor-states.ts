import { type AnchorEvidence, anchorEvidence, type AnchorReport, type AnchorState } from '@icmp-mon/agents/contract';
import { OUTCOME } from '@icmp-mon/probing/contract';

/** Outcomes that prove that nothing came back; `not_sent`: the kernel has no route, or refuses. */
const NO_REPLY: readonly number[] = [OUTCOME.timeout, OUTCOME.unreachable, OUTCOME.not_sent];

interface Anchor {
  ip: string;
  state: AnchorState;
  rttUs?: number;
  lastReplyMs?: number;
}

/** State of each anchor after the last round. */
export class AnchorStates {
  private anchors: Anchor[] = [];

  get ips(): string[] {
    return this.anchors.map(({ ip }) => ip);
  }

  /** Replaces the anchors; one that stays keeps its state. */
  replaceAnchors(ips: readonly string[]): void {
    this.anchors = ips.map(
      (ip): Anchor => this.anchors.find((anchor) => anchor.ip === ip) ?? { ip, state: 'unmeasured' },
    );
  }

  /** Records a round: the anchors that the policy file refuses, and the outcomes of the others. An anchor in neither has no result. */
  recordRound(refused: ReadonlySet<string>, outcomes: ReadonlyMap<string, AnchorResult>): void {
    for (const anchor of this.anchors) {
      const result = outcomes.get(anchor.ip);
      anchor.state = refused.has(anchor.ip) ? 'refused' : stateOf(result);
      if (result?.outcome !== OUTCOME.reply) continue;
      anchor.rttUs = result.rttUs;
      anchor.lastReplyMs = result.sentAtMs + result.rttUs / 1_000;
    }
  }

  get evidence(): AnchorEvidence {
    return anchorEvidence(this.anchors);
  }

  reports(): AnchorReport[] {
    return this.anchors.map(({ ip, state, rttUs, lastReplyMs }) => ({
      ...{ ip, state },
      ...(rttUs !== undefined && { rttUs }),
      ...(lastReplyMs !== undefined && { lastReplyAt: new Date(lastReplyMs).toISOString() }),
    }));
  }
}

export interface AnchorResult {
  outcome: number;
  sentAtMs: number;
  rttUs: number;
}

function stateOf(result: AnchorResult | undefined): AnchorState {
  if (result?.outcome === OUTCOME.reply) return 'answers';
  return result !== undefined && NO_REPLY.includes(result.outcome) ? 'silent' : 'unmeasured';
}
