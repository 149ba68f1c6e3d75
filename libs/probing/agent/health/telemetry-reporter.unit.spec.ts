import type { AgentTelemetry, ExecutorHealth } from '@icmp-mon/agents/contract';
import { describe, expect, it } from 'vitest';
import { GatewayFailure } from '../ship/gateway-client';
import { type Gauges, TelemetryReporter } from './telemetry-reporter';

const GAUGES: Omit<Gauges, 'executors'> = {
  agentVersion: 'test',
  assignmentVersion: 1,
  targets: 1,
  spoolBlocks: 0,
  spoolBytes: 0,
  spoolOldestS: 0,
  spoolQuarantined: 0,
  droppedResults: 0,
  clockOffsetMs: 0,
  policyRefusedTargets: 0,
};

/** Returns the states of each attempted report to a gateway that refuses some. */
async function tried(state: ExecutorHealth['state'], refuse: (report: AgentTelemetry) => number): Promise<string[]> {
  const states: string[] = [];
  const quiet = (): void => undefined;
  const done = new Promise<void>((resolve) => {
    const reporter = new TelemetryReporter({
      gateway: {
        sendTelemetry: (report) => {
          states.push(...report.executors.map((executor) => `${executor.state}: ${executor.detail}`));
          const status = refuse(report);
          return status === 0 ? Promise.resolve({}) : Promise.reject(new GatewayFailure(status, 'refused', undefined));
        },
      },
      onAnswer: quiet,
      counters: () => ({ probes: 0, results: 0, notSent: 0 }),
      gauges: () => ({ ...GAUGES, executors: [{ type: 'icmp_ping', state, detail: 'why' }] }),
      log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    });
    reporter.start();
    setImmediate(() => void reporter.stop().then(resolve));
  });
  await done;
  return states;
}

describe('a report', () => {
  const isOld = ({ executors }: AgentTelemetry): number => (executors[0]?.state === 'deaf' ? 400 : 0);

  it('is sent unchanged to a gateway that knows its states', async () => {
    expect(await tried('deaf', () => 0)).toEqual(['deaf: why']);
  });

  it('is sent with a state that older gateways know when one of them refuses it', async () => {
    expect(await tried('deaf', isOld)).toEqual(['deaf: why', 'restarting: why']);
  });

  it('is not sent again for any other reason', async () => {
    expect(await tried('ok', () => 400)).toEqual(['ok: why']);
    expect(await tried('deaf', () => 503)).toEqual(['deaf: why']);
  });
});
