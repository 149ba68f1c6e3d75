import type { AgentTally } from './agent-tally';

/** State of one agent in a checkpoint. The counts are not stored: they follow from the pairs. */
export interface StoredOddAgent extends Pick<AgentTally, 'agentId' | 'missRun'> {
  suspectAgeMs?: number;
  isHoldOver?: true;
  wellAgeMs?: number;
  endedAgeMs?: number;
  isStandingOver?: true;
}

/** Returns what has to be stored of the agent; null while it has no past that matters. */
export function storedOddAgent(tally: AgentTally): StoredOddAgent | null {
  const { agentId, missRun, suspectAgeMs, isHoldOver, wellAgeMs, endedAgeMs, isStandingOver } = tally;
  if (missRun === 0 && suspectAgeMs === null && wellAgeMs === null && endedAgeMs === null) return null;
  return {
    ...{ agentId, missRun },
    ...(suspectAgeMs !== null && { suspectAgeMs }),
    ...(isHoldOver && { isHoldOver }),
    ...(wellAgeMs !== null && { wellAgeMs }),
    ...(endedAgeMs !== null && { endedAgeMs }),
    ...(isStandingOver && { isStandingOver }),
  };
}
