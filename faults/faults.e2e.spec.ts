import { trickle } from './trickle';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seeded } from '@icmp-mon/shard/engine/testing';
import type { Fault, FaultContext } from './fault';
import { Installation } from './installation';
import * as fullDisks from './cases/full-disks';
import * as zombie from './cases/zombie-projector';
import * as disconnected from './cases/disconnected-agents';
import * as spool from './cases/damaged-spool';
import * as poison from './cases/poison-messages';
import * as uploads from './cases/bad-uploads';
import * as clocks from './cases/wrong-clocks';
import * as network from './cases/bad-network';
import * as greedy from './cases/greedy-agent';
import * as thinLine from './cases/thin-line';

const SEED = Number(process.env['ICMPMON_TEST_SEED'] ?? 7);
const DISKS = { databasesMib: 1_024, kafkaMib: 512 };

/** Short versions of the faults that need a whole product, one after another on the same product. */
describe('a product under faults', () => {
  let installation: Installation;
  const lines: string[] = [];
  let slowClient: Promise<number>;

  beforeAll(async () => {
    const options = { name: 'faults', targets: 40, measureEveryMs: 1_000, disks: DISKS };
    installation = await Installation.start(options, (line) => lines.push(line));
    // No fault stops the gateway, so this client can be dropped at any time during all of them.
    slowClient = trickle(installation.numbered);
  });

  afterAll(async () => {
    await installation?.stop();
  });

  it.each<[string, Fault]>([
    ['a damaged spool', spool],
    ['a projector stopped past its lease', zombie],
    ['disconnected agents', disconnected],
    ['full disks', fullDisks],
    ['poison messages on each topic', poison],
    ['bad blocks, repeats and a clone', uploads],
    ['a wrong clock', clocks],
    ['a bad network', network],
    ['an agent that takes more than its share', greedy],
    ['a connection of low bandwidth', thinLine],
  ])('survives %s', async (_what, fault) => {
    lines.length = 0;
    const context: FaultContext = {
      seed: SEED,
      short: true,
      judgesLocalLater: true,
      slowClient,
      random: seeded(SEED),
      printLine: (line) => lines.push(line),
      installation: () => Promise.resolve(installation),
    };
    const { failures } = await fault.run(context);
    expect(failures, `seed ${SEED}\n${lines.join('\n')}`).toEqual([]);
  });

  it('has every result of the agent with fping exactly once', async () => {
    expect(await installation.judgeLocal()).toMatchObject({ missing: 0, duplicates: 0, surplus: 0 });
  });
});
