import { setTimeout as pause } from 'node:timers/promises';
import { Findings, type FaultContext, type Verdict } from '../fault';
import type { Installation } from '../installation';
import { underLoad } from '../under-load';
import { killAndWait } from '@icmp-mon/e2e/testing';

const SERVICES = ['kafka', 'postgres', 'valkey'];
const ROUNDS = { short: 1, full: 3 };
const ASK_EVERY_MS = 100;
const ANSWER_WITHIN_MS = 5_000;

interface Answers {
  asked: number;
  unavailable: number;
  slowestMs: number;
  strange: string[];
}

/** Kills each service while results flow and clients use the API. */
export async function run(context: FaultContext): Promise<Verdict> {
  const findings = new Findings(context.printLine);
  const rounds = context.short ? ROUNDS.short : ROUNDS.full;
  const answers: Answers = { asked: 0, unavailable: 0, slowestMs: 0, strange: [] };
  await underLoad(context, findings, async (installation) => {
    for (let round = 1; round <= rounds; round++) {
      for (const service of SERVICES) {
        const asking = { goesOn: true };
        const asked = askAll(installation, answers, asking);
        const { seconds, last } = await killAndWait(installation.product, [service]);
        asking.goesOn = false;
        await asked;
        context.printLine(`round ${round}: ${service} killed, all ready after ${seconds.toFixed(1)} s, last ${last}`);
        const key = `${service} killed, all ready, worst, s`;
        findings.counts[key] = Math.max(Number(findings.counts[key] ?? 0), Math.round(seconds * 10) / 10);
      }
    }
  });
  findings.recordCount('requests', answers.asked);
  findings.recordCount('answered with a 503 problem', answers.unavailable);
  findings.must('other responses', answers.strange.length, 0);
  for (const strange of new Set(answers.strange.slice(0, 5))) context.printLine(`   ${strange}`);
  findings.atMost('slowest response, ms', answers.slowestMs, ANSWER_WITHIN_MS);
  return findings;
}

/** Reads from the API at a steady rate; every response must be a success or 503 as problem+json. */
async function askAll(installation: Installation, answers: Answers, asking: { goesOn: boolean }): Promise<void> {
  const open = new Set<Promise<void>>();
  const places = ['targets?limit=10', 'targets/counts', 'agents', 'tiers'];
  for (let at = 0; asking.goesOn; at++) {
    const one = askOnce(installation, places[at % places.length], answers);
    open.add(one);
    void one.finally(() => open.delete(one));
    await pause(ASK_EVERY_MS);
  }
  await Promise.all(open);
}

async function askOnce({ product }: Installation, place: string, answers: Answers): Promise<void> {
  const startedMs = performance.now();
  answers.asked++;
  try {
    const response = await product.request('GET', place);
    await response.text();
    const isProblem = response.headers.get('content-type')?.startsWith('application/problem+json');
    if (response.status === 503 && isProblem) answers.unavailable++;
    else if (!response.ok) answers.strange.push(`${place}: ${response.status} ${response.headers.get('content-type')}`);
  } catch (error) {
    answers.strange.push(`${place}: ${error instanceof Error ? error.message : String(error)}`);
  }
  answers.slowestMs = Math.max(answers.slowestMs, performance.now() - startedMs);
}
