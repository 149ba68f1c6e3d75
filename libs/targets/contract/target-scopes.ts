/** Targets of scopes, for SQL statements of other contexts in the control database. */
export abstract class TargetScopes {
  /**
   * Returns SQL that selects the keys of all targets of a scope, as `key`. Adds its parameters to `params`.
   * @throws Error for a text that is not a scope
   */
  abstract selectKeys(scope: string, params: unknown[]): string;

  /** Returns SQL of one text that differs whenever the inventory differs. */
  abstract selectInventoryMark(): string;
}
