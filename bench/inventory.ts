import { ControlDatabase } from '@icmp-mon/platform/database';
import { EventStore, type EventMetadata } from '@icmp-mon/platform/event-store';
import { newId } from '@icmp-mon/platform/ids';
import { register, TARGET } from '@icmp-mon/targets/server';
import type { TierPolicy } from '@icmp-mon/tiers/contract';
import { defineBuiltIn, TIER } from '@icmp-mon/tiers/server';

const TARGETS_PER_TRANSACTION = 200;
const TRANSACTIONS_AT_ONCE = 3;
const FIRST_OCTETS = 127;
const FIRST_BLOCK = 16;

export interface InventoryTarget {
  key: number;
  id: string;
  ip: string;
}

/** The address of the n-th target: all below 127.0.0.0/8, which answers on Linux; the first is 127.16.0.0. */
export function addressOf(at: number): string {
  return `${FIRST_OCTETS}.${FIRST_BLOCK + (at >> 16)}.${(at >> 8) & 255}.${at & 255}`;
}

/** An inventory written by the product's own write side: decided, appended and projected, some hundreds a transaction. */
export class Inventory {
  private readonly control: ControlDatabase;
  private readonly store: EventStore;

  constructor(controlDatabaseUrl: string) {
    this.control = new ControlDatabase({ url: controlDatabaseUrl, poolMax: TRANSACTIONS_AT_ONCE });
    this.store = new EventStore(this.control);
  }

  async defineTier(name: string, policy: TierPolicy): Promise<void> {
    await this.store.execute(TIER, name, (state) => defineBuiltIn(state, name, policy), { metadata: metadata() });
  }

  /** Registers `count` targets of a tier, from the n-th address on; `tagsOf` by their number. */
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
    const parts: (typeof targets)[] = [];
    for (let at = 0; at < count; at += TARGETS_PER_TRANSACTION)
      parts.push(targets.slice(at, at + TARGETS_PER_TRANSACTION));
    const work = async (): Promise<void> => {
      for (let part = parts.shift(); part; part = parts.shift()) await this.registerPart(part, tier, tagsOf);
    };
    await Promise.all(Array.from({ length: TRANSACTIONS_AT_ONCE }, work));
    return targets;
  }

  private async registerPart(
    part: readonly (InventoryTarget & { at: number })[],
    tier: string,
    tagsOf: (at: number) => Record<string, string>,
  ): Promise<void> {
    await this.control.transaction(async (sql) => {
      for (const { key, id, ip, at } of part) {
        const data = { targetId: id, key, ip, vrf: 'default', name: `target-${at}`, tags: tagsOf(at), tier };
        await this.store.executeWithin(sql, TARGET, id, (state) => register(state, data), { metadata: metadata() });
      }
    });
  }

  async close(): Promise<void> {
    await this.control.close();
  }
}

function metadata(): EventMetadata {
  return { actor: 'bench', causationId: null, correlationId: newId() };
}
