/** That a target is in an open occurrence: the one that ends last. */
export interface TargetMaintenance {
  /** Id of the occurrence, `window@date`. */
  occurrence: string;
  /** Planned end, ISO 8601. */
  until: string;
}

/** Targets of open occurrences, for routes and SQL conditions of other contexts in the control database. */
export abstract class TargetsInMaintenance {
  /** Returns, by key, the targets that are in an open occurrence; the others are missing. Reads with one statement. */
  abstract byKeys(keys: readonly number[]): Promise<ReadonlyMap<number, TargetMaintenance>>;

  /** Returns SQL that selects the keys of all targets that are in an open occurrence. */
  abstract selectKeys(): string;
}
