import { isVote, OUTCOME, type ProbeResult } from '@icmp-mon/probing/contract';
import type { CheckDefinition } from '@icmp-mon/tiers/contract';

/** A check of a target with its results of the last minutes. */
export interface CheckRow {
  check: number;
  text: string;
  /** The newest result; undefined without one. */
  last: ProbeResult | undefined;
  /** Whether the newest result is not what the check expects. Results without evidence are neither. */
  isBad: boolean;
  sent: number;
  /** Results other than a reply. */
  lost: number;
}

/** Returns the checks of a tier, in its order, with their results; `results` are newest first. */
export function checkRows(
  checks: readonly CheckDefinition[],
  results: readonly ProbeResult[],
  textOf: (check: CheckDefinition) => string,
): CheckRow[] {
  return checks.map((definition) => {
    const own = results.filter(({ check }) => check === definition.check);
    const votes = own.filter((result) => isEvidence(result) && result.confirming !== true);
    const last = own[0];
    const isAnswered =
      last?.outcome === 'reply' || (definition.expect === 'unreachable' && last?.outcome === 'mismatch');
    return {
      check: definition.check,
      text: textOf(definition),
      last,
      isBad: last !== undefined && isEvidence(last) && isAnswered !== (definition.expect === 'reachable'),
      sent: votes.length,
      lost: votes.filter(({ outcome }) => outcome !== 'reply').length,
    };
  });
}

const isEvidence = ({ outcome, notBelieved }: ProbeResult): boolean =>
  notBelieved === undefined && isVote(OUTCOME[outcome]);
