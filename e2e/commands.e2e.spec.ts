import { existsSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { CommandTrail, CommandView } from '@icmp-mon/commands/contract';
import { eventually } from '@icmp-mon/platform/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandsStory } from './stories/commands.story';
import { allReady, killAndWait, whileAway } from './testing/killing';
import { freshAddress } from './testing/network-faults';
import { OwnAgent } from './testing/own-agent';
import { CHROMIUM } from './testing/portal-browser';
import { RunningProduct } from './testing/running-product';

const PATIENCE = { withinMs: 120_000 };

let product: RunningProduct;
let second: OwnAgent;
let ip: string;
/** Id of the agent that the product starts. */
let local: string | undefined;

const request = (more: object = {}) =>
  product.callApi<CommandView>('POST', 'commands', { kind: 'icmp_ping', target: ip, choice: 'all', ...more });
const agents = async () =>
  (await product.callApi<{ items: { id: string; name: string; connection: string }[] }>('GET', 'agents')).items;
const read = (id: string) => product.callApi<CommandView>('GET', `commands/${id}`);
const ended = (id: string): Promise<CommandView> =>
  eventually(async () => {
    const command = await read(id);
    expect(command.endedAt).not.toBeNull();
    return command;
  }, PATIENCE);

/** Commands of real agents through real processes, which are killed in the middle. */
describe('a command to several agents', () => {
  beforeAll(async () => {
    const environment = { ICMPMON_STARTER_TARGETS: '' };
    product = await RunningProduct.start({ name: 'commands', services: 'given', environment });
    second = await OwnAgent.start(product, 'second');
    ip = freshAddress();
    await product.callApi('POST', 'targets', { ip, tier: 'fast' });
    await eventually(async () => {
      const items = await agents();
      local = items.find(({ name }) => name !== 'second')?.id;
      expect(items.filter(({ connection }) => connection === 'connected')).toHaveLength(2);
    }, PATIENCE);
  });

  afterAll(async () => {
    await second?.stop();
    await product?.stop();
  });

  it('is answered by each of them, with its trail', async () => {
    const { id } = await request();
    const { state, counts, agents } = await ended(id);
    expect([state, counts.completed]).toEqual(['completed', 2]);
    for (const { agentId, summary } of agents) {
      expect(summary).toMatchObject({ sent: 4, replies: 4, loss: 0 });
      const { lines } = await product.callApi<CommandTrail>('GET', `commands/${id}/agents/${agentId}/trail`);
      expect(lines?.some(({ text }) => text.startsWith('probe 4: reply after'))).toBe(true);
    }
  });

  describe.skipIf(!existsSync(CHROMIUM))(
    `in the portal (needs ${CHROMIUM})`,
    commandsStory(() => ({ product, ip })),
  );

  it.each(['gateway', 'worker', 'api', 'agent'])(
    'is not doubled and ends when the %s is killed meanwhile',
    async (name) => {
      const { id } = await request({ count: 10, expiresInS: 20 });
      await eventually(async () => expect((await read(id)).state).not.toBe('requested'), PATIENCE);
      await killAndWait(product, [name]);
      const { state, agents } = await ended(id);
      for (const { attempts } of agents) expect(attempts.length).toBeLessThanOrEqual(10);
      if (name === 'agent') {
        // Killed while it ran the command: it does not run it again, and states so.
        expect(agents.map(({ state: of, reason }) => reason ?? of).sort()).toEqual(['completed', 'interrupted']);
      } else expect([state, ...agents.map((agent) => agent.state)]).toEqual(['completed', 'completed', 'completed']);
    },
  );

  it.each(['gateway', 'worker', 'agent'])(
    'to trace is not doubled and keeps its traces when the %s is killed',
    async (name) => {
      const { id } = await request({ kind: 'mtr', count: 8, expiresInS: 60 });
      await eventually(async () => {
        const { agents } = await read(id);
        // A first report may hold only a packet that has no answer yet.
        expect(agents.map(({ trace }) => trace?.addresses)).toEqual([[ip], [ip]]);
      }, PATIENCE);
      await killAndWait(product, [name]);
      const { state, agents } = await ended(id);
      expect(state).toBe('completed');
      const states = agents.map(({ state: of, reason }) => reason ?? of).sort();
      expect(states).toEqual(['completed', name === 'agent' ? 'interrupted' : 'completed']);
      for (const agent of agents) {
        // The address is one of this machine: one hop. The trace of a killed agent is the one that it reported last.
        expect(agent.trace?.addresses).toEqual([ip]);
        const rounds = agent.trace?.rounds.length ?? 0;
        if (agent.state === 'completed') expect(rounds).toBe(8);
        else expect(rounds).toBeLessThanOrEqual(8);
      }
      const { items } = await product.callApi<{ items: { id: string }[] }>('GET', `commands?target=${ip}`);
      expect(items.filter((each) => each.id === id)).toHaveLength(1);
    },
  );

  it('expires when an agent is away, which is stated immediately', async () => {
    await second.stop();
    await eventually(async () => {
      expect((await agents()).find(({ name }) => name === 'second')?.connection).not.toBe('connected');
    }, PATIENCE);
    const away = await request({ expiresInS: 10 });
    expect(away.agents.find(({ name }) => name === 'second')?.detail).toMatch(/^The agent is away/);
    const { state, counts } = await ended(away.id);
    expect([state, counts]).toMatchObject(['expired', { completed: 1, expired: 1 }]);
  });

  it('counts answers that arrived before the expiry, also if the worker was away until later', async () => {
    const { id } = await whileAway(product, 'worker', async () => {
      const command = await request({ agents: [local], expiresInS: 5 });
      // Until the expiry, which counts 3 s later.
      await pause(9_000);
      return command;
    });
    await allReady(product);
    expect((await ended(id)).state).toBe('completed');
  });
});
