import { allReady } from '@icmp-mon/e2e/testing';
import type { FaultContext, Findings } from './fault';
import type { Installation } from './installation';
import type { Judgement } from './judge';

/** Records the figures of a judgement; missing, duplicate and surplus results are failures. */
function note(findings: Findings, what: string, judgement: Judgement): void {
  findings.recordCount(`${what} sent`, judgement.sent);
  for (const part of ['missing', 'duplicates', 'surplus'] as const)
    findings.must(`${what} ${part}`, judgement[part], 0);
}

/** Runs `work` under the load of both agents, and judges all results sent during it. */
export async function underLoad(
  context: FaultContext,
  findings: Findings,
  work: (installation: Installation) => Promise<void>,
  { local = true }: { local?: boolean } = {},
): Promise<void> {
  const installation = await context.installation();
  const from = installation.numbered.next;
  const downsBefore = await installation.downs();
  try {
    await work(installation);
  } finally {
    // A failure in one fault must not affect the next one.
    for (const proxy of [installation.agentProxy, installation.numberedProxy]) proxy.become({ kind: 'open' });
    if (!installation.numbered.isRunning) installation.numbered.resumeMeasuring();
  }
  await allReady(installation.product);
  note(findings, 'numbered results', await installation.judgeNumbered(from));
  if (local && !context.judgesLocalLater) note(findings, "the local agent's results", await installation.judgeLocal());
  findings.must('false changes to down', (await installation.downs()) - downsBefore, 0);
}
