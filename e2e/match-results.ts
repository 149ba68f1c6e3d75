import type { PrintedResult } from '@icmp-mon/probing/wire';

/** Tolerance for the gateway's correction of the agent's clock by its last estimate: some milliseconds on one machine. */
const CLOCK_TOLERANCE_MS = 1_000;

/**
 * Pairs each spooled result with one stored result of the same target, check, outcome and round trip at about the same time. Returns the
 * unpaired ones as text: spooled ones as `missing`, stored ones as `surplus`.
 */
export function matchResults(
  spooled: PrintedResult[],
  stored: PrintedResult[],
): { missing: string[]; surplus: string[] } {
  const waiting = new Map<string, PrintedResult[]>();
  for (const result of inTime(stored)) waiting.set(kindOf(result), [...(waiting.get(kindOf(result)) ?? []), result]);
  const missing = inTime(spooled).filter((result) => {
    const candidates = waiting.get(kindOf(result)) ?? [];
    const found = candidates.findIndex(({ at }) => distanceMs(at, result.at) <= CLOCK_TOLERANCE_MS);
    if (found !== -1) candidates.splice(found, 1);
    return found === -1;
  });
  return { missing: missing.map(textOf), surplus: [...waiting.values()].flat().map(textOf) };
}

const inTime = (results: PrintedResult[]) => results.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at));
const distanceMs = (a: string, b: string) => Math.abs(Date.parse(a) - Date.parse(b));
const kindOf = ({ targetKey, check, outcome, rttUs }: PrintedResult) => [targetKey, check, outcome, rttUs].join();
const textOf = ({ targetKey, check, at, outcome, rttUs }: PrintedResult) =>
  `target ${targetKey}, check ${check}, ${at}: ${outcome} ${rttUs ?? ''}`.trim();
