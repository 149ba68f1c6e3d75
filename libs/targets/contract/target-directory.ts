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
 * Finds the target that a URL identifies. Routes of other contexts under `/targets/{id}/…` inject it; in the API, the inventory
 * implements it.
 */
export abstract class TargetDirectory {
  /**
   * @param ref a target's id, or its address in any unambiguous spelling
   * @param vrf selects the target if the address is in several VRFs
   * @throws DomainError `not_found`; `ambiguous` with the candidates
   */
  abstract findTarget(ref: string, vrf?: string): Promise<TargetReference>;

  /**
   * Finds a target that has results, also a removed one by its id: its results stay readable.
   * @throws DomainError like `findTarget`
   */
  findRecorded(ref: string, vrf?: string): Promise<TargetReference> {
    return this.findTarget(ref, vrf);
  }

  /** Returns the existing targets by key; at most 1,000 keys. */
  abstract byKeys(keys: readonly number[]): Promise<Map<number, TargetReference>>;
}
