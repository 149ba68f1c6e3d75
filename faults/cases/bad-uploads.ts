import { jsonOf } from '@icmp-mon/probing/agent/testing';
import type { ResultsResponse } from '@icmp-mon/probing/wire';
import { Findings, type FaultContext, type Verdict } from '../fault';
import type { Installation } from '../installation';
import { underLoad } from '../under-load';
import type { NumberedAgent } from '../numbered-agent';
import { setTimeout as pause } from 'node:timers/promises';

const REPEATS = { short: 50, full: 1_000 };
const GATEWAY_RETRY_MS = 100;

/** One bad block in a good upload, one upload repeated a thousand times, and two processes with one identity. */
export async function run(context: FaultContext): Promise<Verdict> {
  const findings = new Findings(context.printLine);
  const repeats = context.short ? REPEATS.short : REPEATS.full;
  await underLoad(context, findings, async (installation) => {
    const { numbered } = installation;
    await numbered.pauseMeasuring();
    await badBlockAmongGood(findings, numbered);
    await sameUploadAgain(findings, numbered, repeats);
    numbered.resumeMeasuring();
    await clone(findings, installation);
  });
  return findings;
}

/** The gateway must refuse exactly the damaged block, by its index. */
async function badBlockAmongGood(findings: Findings, numbered: NumberedAgent): Promise<void> {
  numbered.measureTargets('live');
  const blocks = numbered.takeWaiting('live');
  const at = blocks.length >> 1;
  const damaged = blocks.map(({ bytes }, index) => (index === at ? flipped(bytes) : bytes));
  const refused = jsonOf<ResultsResponse>(await send(numbered, damaged)).refused;
  findings.must('blocks refused, of one bad block', refused.length, 1);
  findings.must('its index', refused[0]?.index ?? -1, at);
  findings.recordCount('reason', refused[0]?.reason ?? '');
  // No later block of its shard was sent, so that its undamaged form still counts.
  await send(numbered, [blocks[at].bytes]);
}

async function sameUploadAgain(findings: Findings, numbered: NumberedAgent, repeats: number): Promise<void> {
  numbered.measureTargets('live');
  const blocks = numbered.takeWaiting('live').map(({ bytes }) => bytes);
  let accepted = 0;
  for (let repeat = 0; repeat < repeats; repeat++) {
    const { refused } = jsonOf<ResultsResponse>(await send(numbered, blocks));
    if (refused.length === 0) accepted++;
  }
  findings.must(`repeats of one upload acknowledged as durable, of ${repeats}`, accepted, repeats);
}

/** Runs a second process with the same certificate and spool folder, one boot behind. */
async function clone(findings: Findings, { product, numbered }: Installation): Promise<void> {
  const noticed = (): Promise<number> => product.readMetric('gateway', 'icmpmon_gateway_older_boots_total');
  const before = await noticed();
  await numbered.pauseMeasuring();
  numbered.measureTargets('live');
  const old = numbered.takeWaiting('live');
  // Results of the older clone do not count once the newer one has shipped: these numbers must not be expected.
  numbered.disown(old);
  numbered.restartAgent();
  numbered.resumeMeasuring();
  await pause(2_000);
  await numbered.pauseMeasuring();
  for (let at = 0; at < 3; at++)
    await send(
      numbered,
      old.map(({ bytes }) => bytes),
    );
  numbered.resumeMeasuring();
  findings.recordCount('uploads of an older boot detected', (await noticed()) - before);
  if ((await noticed()) === before) findings.recordFailure('the clone was not detected');
}

/** Sends until the gateway accepts, because it limits the requests per second. */
async function send(numbered: NumberedAgent, blocks: readonly Uint8Array[]): ReturnType<NumberedAgent['mustPost']> {
  return numbered.mustPost('live', blocks, GATEWAY_RETRY_MS);
}

function flipped(bytes: Uint8Array): Uint8Array {
  const damaged = Uint8Array.from(bytes);
  damaged[damaged.length - 1] ^= 0x10;
  return damaged;
}
