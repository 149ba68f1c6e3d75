import { type ReadFailure, readProblem } from '@icmp-mon/platform/ui-kit';

/** One of several targets with an address. */
export interface Candidate {
  id: string;
  vrf: string;
  name: string;
}

/** Returns a failed read that was refused because an address is or was in several VRFs; null otherwise. */
export function ambiguityOf(failure: ReadFailure | null): ReadFailure | null {
  if (failure === null) return null;
  const { status, more } = readProblem(failure.error);
  return status === 409 && more['code'] === 'ambiguous' ? failure : null;
}

/** Returns the targets that such a refusal lists. */
export function candidatesOf(error: unknown): Candidate[] {
  const listed = memberOf(memberOf(error, 'error'), 'candidates');
  if (!Array.isArray(listed)) return [];
  return listed.flatMap((each: unknown) => {
    const [id, vrf, name] = ['id', 'vrf', 'name'].map((member) => memberOf(each, member));
    if (typeof id !== 'string' || typeof vrf !== 'string') return [];
    return [{ id, vrf, name: typeof name === 'string' ? name : '' }];
  });
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
