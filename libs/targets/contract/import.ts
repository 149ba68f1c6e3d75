import type { SourceKind } from './inventory-source';

/** Largest file of one import, in bytes. */
export const IMPORT_BYTES_MAX = 64 * 1024 * 1024;
/** Most targets of one import. */
export const IMPORT_LINES_MAX = 250_000;
/** Most lines in one page of results. */
export const IMPORT_LINES_PAGE_MAX = 500;

export const IMPORT_FORMATS = ['csv', 'ndjson'] as const;
export type ImportFormat = (typeof IMPORT_FORMATS)[number];

/** Media type of each format. */
export const IMPORT_TYPES: Readonly<Record<ImportFormat, string>> = {
  csv: 'text/csv',
  ndjson: 'application/x-ndjson',
};

/** `upsert` registers new targets and changes existing ones; `create` registers, and refuses addresses that are targets already. */
export const IMPORT_MODES = ['upsert', 'create'] as const;
export type ImportMode = (typeof IMPORT_MODES)[number];

/** Members of a target in a file, in the order of the columns of an export. VRF and address identify the target. */
export const IMPORT_MEMBERS = ['ip', 'vrf', 'name', 'tier', 'tags', 'paused', 'parents', 'notes', 'owner'] as const;
export type ImportMember = (typeof IMPORT_MEMBERS)[number];

/**
 * Further member of a line of NDJSON: the version that the target must have for the line to change it, or 0 if it must not exist. A line that
 * would change nothing is not refused for it.
 */
export const IMPORT_VERSION = 'version';
/** Highest version that a line can name. */
export const IMPORT_VERSION_MAX = 2_147_483_647;

/** Query of `POST /api/v1/targets:import`, whose body is the file. */
export interface ImportQuery {
  mode?: ImportMode;
  /** The job finds out what it would do, and changes nothing. */
  dryRun?: boolean;
}

/** Request of a job of kind `import`. */
export interface ImportOrder {
  /** Format of the file; of an inventory source, its kind. */
  format: ImportFormat | SourceKind;
  mode: ImportMode;
  dryRun: boolean;
  bytes: number;
  /** The inventory source whose list is imported; absent for a file. */
  source?: { id: string; name: string };
}

/** `waiting`: the job has not reached the line. */
export const IMPORT_OUTCOMES = ['waiting', 'created', 'changed', 'unchanged', 'refused'] as const;
export type ImportOutcome = (typeof IMPORT_OUTCOMES)[number];

/** A member that a line changes, with both values. Parents are ids of targets. */
export interface ImportChange {
  member: ImportMember;
  before: unknown;
  after: unknown;
}

/** Result of one line; of a dry run, what the line would do. */
export interface ImportLine {
  /** Number of the line in the file, from 1; of a CSV record over several lines, the first. */
  line: number;
  /** As in the file if the line was refused for it. */
  ip: string;
  vrf: string;
  outcome: ImportOutcome;
  /** Null for a line that was refused, and for a target that a dry run would create. */
  targetId: string | null;
  /** Of an outcome `changed`; empty otherwise. */
  changes: ImportChange[];
  /** Column (CSV) or member (NDJSON) for which the line was refused; null if it concerns the whole line. */
  column: string | null;
  /** Why the line was refused; null otherwise. */
  reason: string | null;
}

/** `GET /api/v1/bulk-jobs/{id}/lines`. */
export interface ImportLinePage {
  items: ImportLine[];
  next: string | null;
}
