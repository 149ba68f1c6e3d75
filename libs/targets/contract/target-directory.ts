import type { Scope } from '@icmp-mon/identity/contract';

/** The identifying members of a target, as used in URLs, blocks, shards and series. */
export interface TargetReference {
  id: string;
  key: number;
  ip: string;
  vrf: string;
  name: string | null;
  tier: string;
}

/**
 * Finds the target that a URL identifies, if it is in the caller's scope. Routes of other contexts under `/targets/{id}/…` inject it; in the
 * API, the inventory implements it.
 */
export abstract class TargetDirectory {
  /**
   * @param ref a target's id, or its address in any unambiguous spelling
   * @param vrf selects the target if the address is in several VRFs
   * @throws DomainError `not_found`; `ambiguous` with the candidates
   */
  abstract findTarget(ref: string, vrf: string | undefined, scope: Scope): Promise<TargetReference>;

  /**
   * Finds a target that has results, also a removed one by its id: its results stay readable.
   * @throws DomainError like `findTarget`
   */
  findRecorded(ref: string, vrf: string | undefined, scope: Scope): Promise<TargetReference> {
    return this.findTarget(ref, vrf, scope);
  }

  /** Returns the existing targets of the scope by key; at most 1,000 keys. */
  abstract byKeys(keys: readonly number[], scope: Scope): Promise<Map<number, TargetReference>>;

  /** Returns the keys of all targets in a scope; none in a directory that knows no scopes. */
  keysInScope(_scope: string): Promise<number[]> {
    return Promise.resolve([]);
  }

  /** Returns the number of targets in a scope by tier; tiers without such targets are absent. */
  countByTier(_scope: string): Promise<ReadonlyMap<string, number>> {
    return Promise.resolve(new Map());
  }
}
