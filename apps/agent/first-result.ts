import { pause } from '@icmp-mon/platform/concurrency';

const LOOK_EVERY_MS = 250;
const ANSWER_MS_MAX = 3_000;
const REPORT_AFTER_MS = 2_000;
const ENROLLED = 'enrolled';

/** How long each of these states may last before it is reported as a fault. */
export const PATIENCE = { silentMs: 30_000, refusedMs: 10_000, noResultMs: 60_000 };

type Part = { ok: boolean; detail: string } | undefined;

/** State of the agent from its own `/readyz` and `/metrics`. */
export interface AgentLook {
  parts: Partial<Record<'enrolment' | 'assignments' | 'probing' | 'shipping', Part>>;
  targets: number;
  refusedTargets: number;
  firstResultMs: number;
}

export interface Outcome {
  ok: boolean;
  text: string;
  /** The agent does not answer: only its log contains the reason. */
  isSilent?: boolean;
}

/**
 * Returns the outcome to report, a sentence with the next step; null while waiting is still reasonable. `look` is null while the agent
 * does not answer; `waitedMs` is the time in its current stage.
 */
export function outcomeOf(name: string, look: AgentLook | null, waitedMs: number): Outcome | null {
  if (look === null) {
    if (waitedMs < PATIENCE.silentMs) return null;
    return { ...fault('The agent is not running, or exits during its start.'), isSilent: true };
  }
  const { enrolment, assignments, probing, shipping } = look.parts;
  if (enrolment?.ok !== true) {
    const reason = enrolment?.detail ?? 'enrolling';
    return waitedMs < PATIENCE.refusedMs
      ? null
      : fault(`${name} could not join: ${endedText(reason)} ${nextStep(reason)}`);
  }
  if (look.firstResultMs > 0) {
    return { ok: true, text: `${name} is connected, first result after ${secondsText(look.firstResultMs)}.` };
  }
  if (waitedMs < PATIENCE.noResultMs) return null;
  if (assignments?.ok === false)
    return fault(`${name} has joined, but reads no assignments: ${endedText(assignments.detail)}`);
  if (probing?.ok === false) return fault(`${name} is connected, but cannot ping: ${endedText(probing.detail)}`);
  if (look.targets > 0) {
    return fault(
      `${name} is connected and pings ${look.targets} targets, but the gateway has received no result: ${shipping?.detail ?? ''}.`,
    );
  }
  const refused = look.refusedTargets === 0 ? '' : ` Its policy file refuses ${look.refusedTargets} targets.`;
  return {
    ok: true,
    text:
      `${name} is connected. No target is assigned to it yet:${refused} add a target in its allowed ranges, ` +
      'or check which agents the tiers select.',
  };
}

/** Returns the stage of an agent; the waiting time starts again with each stage. */
function stageOf(look: AgentLook | null): string {
  if (look === null) return 'silent';
  return look.parts.enrolment?.ok === true ? ENROLLED : `enrolling: ${look.parts.enrolment?.detail ?? ''}`;
}

/**
 * Waits for the first result of the agent whose ops server listens on the port, or for a fault that prevents it. `report` receives
 * progress worth printing.
 */
export async function awaitFirstResult(name: string, port: number, report: (text: string) => void): Promise<Outcome> {
  let stage = '';
  let isReported = false;
  let sinceMs = performance.now();
  for (;;) {
    const look = await lookAt(`http://127.0.0.1:${port}`);
    if (stageOf(look) !== stage) {
      stage = stageOf(look);
      sinceMs = performance.now();
    }
    const outcome = outcomeOf(name, look, performance.now() - sinceMs);
    if (outcome !== null) return outcome;
    if (stage === ENROLLED && !isReported && performance.now() - sinceMs > REPORT_AFTER_MS) {
      isReported = true;
      report(`${name} is connected. Waiting for its first result ...`);
    }
    await pause(LOOK_EVERY_MS);
  }
}

async function lookAt(url: string): Promise<AgentLook | null> {
  try {
    const [ready, metrics] = await Promise.all([read(`${url}/readyz`), read(`${url}/metrics`)]);
    const { parts } = JSON.parse(ready) as { parts: AgentLook['parts'] };
    return {
      parts,
      targets: metricOf(metrics, 'icmpmon_agent_targets'),
      refusedTargets: metricOf(metrics, 'icmpmon_agent_refused_targets'),
      firstResultMs: metricOf(metrics, 'icmpmon_agent_first_result_ms'),
    };
  } catch (error) {
    // Not started yet, or restarting: `fetch` reports both as an error.
    if (error instanceof Error) return null;
    throw error;
  }
}

async function read(url: string): Promise<string> {
  const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS_MAX) });
  return response.text();
}

function metricOf(text: string, name: string): number {
  const line = text.split('\n').find((each) => each.startsWith(`${name} `));
  return Number(line?.split(' ')[1] ?? 0);
}

function nextStep(reason: string): string {
  if (/token/i.test(reason)) return 'Create another command in the portal, under Agents, and paste it here.';
  return 'The agent keeps trying; the same command can be pasted again.';
}

function fault(text: string): Outcome {
  return { ok: false, text };
}

function endedText(text: string): string {
  return text.endsWith('.') ? text : `${text}.`;
}

function secondsText(ms: number): string {
  return ms < 10_000 ? `${(ms / 1_000).toFixed(1)} s` : `${Math.round(ms / 1_000)} s`;
}
