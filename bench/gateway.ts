import { fork } from 'node:child_process';
import path from 'node:path';
import { once } from 'node:events';
import { CertificateAuthority } from '@icmp-mon/agents/server';
import type { BenchContext, BenchResult } from './bench';
import type { SinkOptions } from './gateway-sink';
import { metricOf } from './load-report';
import { runPairs, type Round } from './pairs';
import { profiling } from './projector';
import { enrolmentOf, shareOf, startFleet } from './pipeline';

const AGENTS = 100;
const AGENTS_QUICK = 20;
const TARGETS = 100_000;
const PROBED_EVERY_MS = 30_000;
const SECONDS = 60;
const SECONDS_QUICK = 10;

/**
 * Results per second that the gateway accepts, each acknowledged after Kafka's acknowledgement; against a bare node:https handler with the
 * same client certificates that reads the same bodies and answers 204. The load is the design load: 100 agents that probe 100,000 targets
 * every 30 s, one upload per agent and second, one in flight per agent, as fast as they are accepted. Both sides have the same load
 * generator.
 */
export async function run(context: BenchContext): Promise<BenchResult> {
  const agents = context.quick ? AGENTS_QUICK : AGENTS;
  const seconds = context.quick ? SECONDS_QUICK : SECONDS;
  const environment = { ...profiling(context), ...shareOf(TARGETS, PROBED_EVERY_MS) };
  const product = await context.startProduct({ apps: ['gateway'], environment });
  const fleet = startFleet(context);
  await fleet.callFleet('enrol', await enrolmentOf(product, agents));
  const keys = Array.from({ length: TARGETS }, (_, at) => at + 1);
  await fleet.callFleet('targets', { keys, intervalMs: PROBED_EVERY_MS, check: 1 });
  const authority = await CertificateAuthority.open(product.access.caDir);
  const credentials = await authority.issueServerCredentials(['127.0.0.1']);
  const options: SinkOptions = { key: credentials.key, cert: credentials.cert, ca: authority.pem };
  const sink = fork(path.resolve(process.argv[1]), ['gateway-sink'], { execArgv: [] });
  sink.send(options);
  const [{ port }] = (await once(sink, 'message')) as [{ port: number }];
  context.cpu.register('bare handler', sink.pid ?? 0);

  const prepare = (round: number): Promise<{ count: number }> => {
    const startMs = Math.floor(Date.now() / 1_000) * 1_000 - (round + 2) * SECONDS * 1_000;
    return fleet.callFleet('prepare', { startMs, seconds, blocksPerUpload: product.shardCount });
  };
  const measure = async (round: number, gatewayUrl: string): Promise<Round & { results: number }> => {
    const { count } = await prepare(round);
    await fleet.callFleet('redirect', { gatewayUrl });
    const cpu = context.cpu.startMeasuring();
    const { tookMs } = await fleet.callFleet('ship', {});
    return { value: count / (tookMs / 1_000), cpuSeconds: cpu(), results: count };
  };
  const accepted = async (): Promise<number> =>
    (await metricOf(product, 'gateway', 'icmpmon_gateway_results_accepted_total')) ?? 0;

  const result = await runPairs(context, {
    name: 'gateway',
    unit: 'results/s',
    async product(round) {
      const before = await accepted();
      const measured = await measure(round, product.access.gatewayUrl);
      const taken = (await accepted()) - before;
      const { retries, refusedBlocks } = await fleet.callFleet('counts', {});
      context.printLine(
        `gateway: ${measured.results} results, CPU ${JSON.stringify(measured.cpuSeconds)}, retries ${retries}`,
      );
      // Some blocks are sent twice and counted twice here; the shards drop the repeats.
      const sound = taken >= measured.results && taken < measured.results * 1.05 && refusedBlocks === 0;
      return {
        ...measured,
        ...(!sound && { fault: `sent ${measured.results}, accepted ${taken}, refused ${refusedBlocks}` }),
      };
    },
    reference: (round) => measure(round, `https://127.0.0.1:${port}`),
  });
  const counts = await fleet.callFleet('counts', {});
  sink.kill();
  await fleet.stop();
  return { ...result, agents, targets: TARGETS, requests: counts.requests, bytes: counts.bytes };
}
