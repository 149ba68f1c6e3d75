import type { RegisterTargetRequest, TargetView } from '@icmp-mon/targets/contract';
import {
  AddressCheck,
  ParentTargets,
  RegisterTarget,
  RegisterTargetHandler,
  TierNames,
} from '@icmp-mon/targets/server';
import { BUILT_IN_TIERS } from '@icmp-mon/tiers/contract';
import { defineBuiltIn, TIER } from '@icmp-mon/tiers/server';
import type { ControlDatabase } from '@icmp-mon/platform/database';
import { EventStore } from '@icmp-mon/platform/event-store';
import { newId } from '@icmp-mon/platform/ids';

/** Number of concurrent callers, each waiting for its response before the next registration. */
export const CALLERS = 500;
const SITES = 200;
const CUSTOMERS = 5_000;
const ROLES = ['access', 'aggregation', 'core', 'customer'];
const METADATA = { actor: 'system:bench', causationId: null, correlationId: newId() };

/**
 * Returns a plausible inventory: addresses of 127.0.0.0/8, names for nine of ten targets, and one site, role and customer each. Addresses and
 * names are spread over the keys, as after years of changes.
 */
export function plausibleTargets(count: number, from: number): RegisterTargetRequest[] {
  return Array.from({ length: count }, (_, nr) => {
    // Multiplication by an odd number modulo 2^24 is a permutation of the 24 bits after 127.
    const host = Number((BigInt(from + nr + 1) * 0x9e3779n) & 0xffffffn);
    const site = `s${String(host % SITES).padStart(3, '0')}`;
    const role = ROLES[host % ROLES.length];
    return {
      ip: `127.${host >> 16}.${(host >> 8) & 255}.${host & 255}`,
      tier: nr % 10 === 0 ? 'fast' : 'standard',
      ...(nr % 10 !== 3 && { name: `${role}-${host.toString(36)}.${site}` }),
      tags: { site, role, customer: `c${host % CUSTOMERS}` },
    };
  });
}

/** The write side of targets as the API composes it, on a database with the built-in tiers. */
export class Registration {
  private readonly handler: RegisterTargetHandler;

  private constructor(control: ControlDatabase, store: EventStore) {
    this.handler = new RegisterTargetHandler(
      store,
      new AddressCheck(control),
      new TierNames(control),
      new ParentTargets(control),
    );
  }

  static async on(control: ControlDatabase): Promise<Registration> {
    const store = new EventStore(control);
    for (const [name, policy] of Object.entries(BUILT_IN_TIERS)) {
      await store.execute(TIER, name, (state) => defineBuiltIn(state, name, policy), { metadata: METADATA });
    }
    return new Registration(control, store);
  }

  /** Registers targets, one command per target, with concurrent callers. */
  async register(requests: readonly RegisterTargetRequest[]): Promise<TargetView[]> {
    const views = new Array<TargetView>(requests.length);
    let next = 0;
    const call = async (): Promise<void> => {
      for (let at = next++; at < requests.length; at = next++) {
        views[at] = await this.handler.execute(new RegisterTarget(requests[at], METADATA, null));
      }
    };
    await Promise.all(Array.from({ length: CALLERS }, call));
    return views;
  }
}
