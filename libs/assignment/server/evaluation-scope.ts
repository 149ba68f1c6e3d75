import type { Decision } from './agent-conditions';

/** Returns which targets may get another selection after the decisions. */
export function evaluationScope(
  before: ReadonlyMap<string, Decision>,
  decisions: readonly Decision[],
): { all: boolean; ofAgents: string[]; registeredSinceMs: number } {
  const scope = { all: false, ofAgents: [] as string[], registeredSinceMs: Infinity };
  for (const { agentId, condition, sinceMs, heldMs } of decisions) {
    const was = before.get(agentId);
    const isBack = condition === 'ok' || condition === 'returning';
    if (isBack && (was === undefined || was.condition === 'unheard' || heldMs < was.heldMs)) scope.all = true;
    if (heldMs > (was?.heldMs ?? 0)) scope.ofAgents.push(agentId);
    scope.registeredSinceMs = Math.min(scope.registeredSinceMs, isBack ? (was?.sinceMs ?? Infinity) : sinceMs);
  }
  return scope;
}
