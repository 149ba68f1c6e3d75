import { ControlDatabase } from '@icmp-mon/platform/database';
import { EventStore, type EventMetadata } from '@icmp-mon/platform/event-store';
import { newId } from '@icmp-mon/platform/ids';
import { register, TARGET } from '@icmp-mon/targets/server';
import { type AgentSelection, NO_DIVERSITY, RULE_DEFAULTS, type TierPolicy } from '@icmp-mon/tiers/contract';
import { defineBuiltIn, TIER } from '@icmp-mon/tiers/server';

/** Concurrent commands; the event store writes commands that arrive together in one transaction. */
const COMMANDS_AT_ONCE = 500;
const CONNECTIONS_MAX = 4;
const FIRST_OCTETS = 127;
const FIRST_BLOCK = 16;

export interface InventoryTarget {
  key: number;
  id: string;
  ip: string;
}

/** Returns the address of the n-th target, within 127.0.0.0/8, of which every address replies on Linux; the first is 127.16.0.0. */
export function addressOf(at: number): string {
  return `${FIRST_OCTETS}.${FIRST_BLOCK + (at >> 16)}.${(at >> 8) & 255}.${at & 255}`;
}

/** Returns a policy with one ping per interval by each selected agent. */
export function pingPolicy(intervalS: number, strategy: AgentSelection['strategy'], count: number): TierPolicy {
  return {
    probeIntervalMs: intervalS * 1_000,
    probeTimeoutMs: 1_000,
    checks: [{ check: 1, type: 'icmp_ping', expect: 'reachable' }],
    agentSelection: { strategy, count, regions: [], requireTags: {}, excludeTags: {}, diversity: NO_DIVERSITY },
    verdictRule: { missesToFail: 2, successesToRecover: 1, quorum: 'majority', ...RULE_DEFAULTS },
  };
}

/** An inventory written through the product's own write side: decided, appended and projected, some hundred commands at a time. */
export class Inventory {
  private readonly control: ControlDatabase;
  private readonly store: EventStore;

  constructor(controlDatabaseUrl: string) {
    this.control = new ControlDatabase({ url: controlDatabaseUrl, poolMax: CONNECTIONS_MAX });
    this.store = new EventStore(this.control);
  }

  async defineTier(name: string, policy: TierPolicy): Promise<void> {
    await this.store.execute(TIER, name, (state) => defineBuiltIn(state, name, policy), { metadata: metadata() });
  }

  /** Registers `count` targets of a tier, from the n-th address on; `tagsOf` returns the tags by number. */
  async register(
    count: number,
    tier: string,
    { from = 0, tagsOf = () => ({}) }: { from?: number; tagsOf?(at: number): Record<string, string> } = {},
  ): Promise<InventoryTarget[]> {
    const rows = await this.control.query<{ key: number }>(
      `SELECT nextval('target_key_seq') AS key FROM generate_series(1, $1::integer)`,
      [count],
    );
    const targets = rows.map(({ key }, at) => ({ key, id: newId(), ip: addressOf(from + at), at: from + at }));
    for (let done = 0; done < count; done += COMMANDS_AT_ONCE) {
      const part = targets.slice(done, done + COMMANDS_AT_ONCE);
      await Promise.all(
        part.map(({ key, id, ip, at }) => {
          const data = { targetId: id, key, ip, vrf: 'default', name: `target-${at}`, tags: tagsOf(at), tier };
          return this.store.execute(TARGET, id, (state) => register(state, data), { metadata: metadata() });
        }),
      );
    }
    return targets;
  }

  async close(): Promise<void> {
    await this.control.close();
  }
}

function metadata(): EventMetadata {
  return { actor: 'bench', causationId: null, correlationId: newId() };
}
