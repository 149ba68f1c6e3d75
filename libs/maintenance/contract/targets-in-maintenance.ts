import type { WindowKind } from './maintenance-window';

/** That a target is in an open occurrence: the one that ends last. */
export interface TargetMaintenance {
  /** Id of the occurrence, `window@date`. */
  occurrence: string;
  /** Planned end, ISO 8601. */
  until: string;
  kind: WindowKind;
  /** Title; of a silence, its reason. */
  title: string;
  /** Name of the user or API key that scheduled it; null if it has none. */
  by: string | null;
}

/** Most targets whose marks are read together. */
export const MARKS_KEYS_MAX = 100;

/** Response of `GET /api/v1/target-maintenance`, in the order of the keys. */
export interface TargetMarkList {
  /** `maintenance` is null for a target that is in no open occurrence, or that does not exist. */
  items: { key: number; maintenance: TargetMaintenance | null }[];
}

/** Targets of open occurrences, for routes and SQL conditions of other contexts in the control database. */
export abstract class TargetsInMaintenance {
  /** Returns, by key, the targets that are in an open occurrence; the others are missing. */
  abstract byKeys(keys: readonly number[]): Promise<ReadonlyMap<number, TargetMaintenance>>;

  /** Returns SQL that selects the keys of all targets that are in an open occurrence. */
  abstract selectKeys(): string;
}
