/** What names a target everywhere: in URLs, blocks, shards and series. */
export interface TargetReference {
  id: string;
  key: number;
  ip: string;
  vrf: string;
  name: string | null;
  tier: string;
}

/**
 * Finds the target that a URL names. Routes of other contexts under `/targets/{id}/…` inject it; the API composes it with
 * the inventory's own.
 */
export abstract class TargetDirectory {
  /**
   * @param ref a target's id, or its address in any spelling that has one meaning
   * @param vrf chooses where an address is in several VRFs
   * @throws DomainError `not_found`; `ambiguous` with the candidates
   */
  abstract find(ref: string, vrf?: string): Promise<TargetReference>;

  /** Targets by key, those that exist; at most 1,000 keys. */
  abstract byKeys(keys: readonly number[]): Promise<Map<number, TargetReference>>;
}
