/** Most sources of one installation. */
export const SOURCES_MAX = 50;
/** Most targets in the list of one source. */
export const SOURCE_TARGETS_MAX = 200_000;
export const SOURCE_NAME_LENGTH_MAX = 100;
export const SOURCE_LOCATION_LENGTH_MAX = 2_000;
export const SOURCE_CREDENTIAL_LENGTH_MAX = 4_000;
export const SOURCE_QUERY_LENGTH_MAX = 1_000;
export const SOURCE_PATH_LENGTH_MAX = 200;
export const SOURCE_STATUSES_MAX = 20;
export const SOURCE_INTERVAL_S = { min: 60, max: 604_800, unlessSet: 3_600 } as const;
/** Share of a source's targets, in percent, up to which targets that left its list are paused or removed without a confirmation. */
export const LEFT_SHARE_PERCENT = { min: 1, max: 100, unlessSet: 10 } as const;
/** Runs that a source keeps. */
export const SOURCE_RUNS_KEPT = 50;
/** Entries in a run's samples. */
export const SOURCE_SAMPLE = 20;

/** `netbox`: IP addresses of NetBox. `http_sd` and `file_sd`: target groups of Prometheus, by HTTP or in files. */
export const SOURCE_KINDS = ['netbox', 'http_sd', 'file_sd'] as const;
export type SourceKind = (typeof SOURCE_KINDS)[number];

/** Effect on targets of the source that left its list. */
export const LEFT_ACTIONS = ['keep', 'pause', 'remove'] as const;
export type LeftAction = (typeof LEFT_ACTIONS)[number];

/** Effect on listed addresses that are targets without a source: the source takes them over, or refuses them. */
export const EXISTING_ACTIONS = ['adopt', 'leave'] as const;
export type ExistingAction = (typeof EXISTING_ACTIONS)[number];

/** Definition of a source: what it reads, how its entries become targets, and what it may do. */
export interface SourceDefinition {
  name: string;
  kind: SourceKind;
  /** `netbox`: the address of NetBox; `http_sd`: the URL of the list; `file_sd`: a path below the worker's folder, with `*` in its last part. */
  location: string;
  /** Whether the source runs at its interval. Runs on request are possible anyway. */
  isEnabled: boolean;
  intervalS: number;
  /** Tier of the targets that the source creates. */
  tier: string;
  /** VRF of entries that name none. */
  vrf: string;
  /** `netbox`: statuses that are taken; all if empty. */
  statuses: string[];
  /** `netbox`: filter parameters that are sent to NetBox, such as `tenant=acme&tag=monitored`. */
  query: string;
  /** Field or label with the target's name; null if the source sets no names. */
  nameFrom: string | null;
  /** Fields or labels by the key of the tag that they set. Null: all labels of Prometheus without `__`; for NetBox, `NETBOX_TAGS_FROM`. */
  tagsFrom: Record<string, string> | null;
  existing: ExistingAction;
  left: LeftAction;
  leftSharePercent: number;
}

/** Paths within an IP address of NetBox, by tag. */
export const NETBOX_TAGS_FROM: Readonly<Record<string, string>> = {
  tenant: 'tenant',
  role: 'role',
  device: 'assigned_object.device',
  tags: 'tags',
};

/** Members that a request may leave out. */
type WithDefault = Exclude<keyof SourceDefinition, 'name' | 'kind' | 'location' | 'tier'>;

/** Body of `POST /api/v1/inventory-sources`, and of `PUT /api/v1/inventory-sources/{id}`, where the stored credential stays unless one is given. */
export interface DefineSourceRequest
  extends Omit<SourceDefinition, WithDefault>, Partial<Pick<SourceDefinition, WithDefault>> {
  /** Token for NetBox, or bearer token for HTTP; no answer contains it. */
  credential?: string | null;
}

/** Body of `PATCH /api/v1/inventory-sources/{id}`: absent members stay. */
export type ChangeSourceRequest = Partial<DefineSourceRequest>;

export const SOURCE_RUN_STATES = ['queued', 'reading', 'applying', 'completed', 'failed'] as const;
export type SourceRunState = (typeof SOURCE_RUN_STATES)[number];

/** An entry that cannot become a target, or whose address belongs to another source. */
export interface RefusedEntry {
  /** Number of the entry in the list, from 1. */
  entry: number;
  address: string;
  reason: string;
}

/** A target that left the list. */
export interface LeftTarget {
  id: string;
  ip: string;
  vrf: string;
  name: string | null;
}

/** One reading of a source's list and what it changed; of a dry run, what it would change. */
export interface SourceRunView {
  id: string;
  sourceId: string;
  state: SourceRunState;
  dryRun: boolean;
  /** `user:<id>`, `api-key:<id>`, or `system:inventory-sources` for a run at its interval. */
  requestedBy: string;
  requestedAt: string;
  startedAt: string | null;
  finishedAt: string | null;
  /** Entries of the list. */
  listed: number;
  created: number;
  changed: number;
  unchanged: number;
  refused: number;
  /** Targets of the source that left the list and for which nothing was done before. */
  left: number;
  /** Whether they are more than a run may pause or remove: nothing is done to them until a run is requested with `confirmedLeft`. */
  needsConfirmation: boolean;
  /** Bulk job with a result per line; null if no target is created or changed. */
  jobId: string | null;
  /** Bulk job that pauses or removes targets that left the list; null if there is none. */
  leftJobId: string | null;
  /** The first `SOURCE_SAMPLE`. */
  refusedSample: RefusedEntry[];
  /** The first `SOURCE_SAMPLE`. */
  leftSample: LeftTarget[];
  /** Why the run failed; the targets stay as they were. Null otherwise. */
  error: string | null;
  /** Advice for the error. */
  advice: string | null;
}

/** An inventory source. */
export interface InventorySource extends SourceDefinition {
  id: string;
  hasCredential: boolean;
  /** Version of the definition, also its ETag. */
  version: number;
  createdAt: string;
  /** Targets that the source created or took over. */
  targets: number;
  /** When the next run is due; null while the source is not enabled. */
  nextRunAt: string | null;
  /** Since when every run has failed; null if the last one did not. */
  failingSince: string | null;
  lastRun: SourceRunView | null;
}

/** `GET /api/v1/inventory-sources`. */
export interface InventorySourceList {
  items: InventorySource[];
}

/** `GET /api/v1/inventory-sources/{id}/runs`: the newest first. */
export interface SourceRunList {
  items: SourceRunView[];
}

/** Query of `POST /api/v1/inventory-sources/{id}/run`. */
export interface RunSourceQuery {
  /** Finds out what the run would do, and changes nothing. */
  dryRun?: boolean;
  /** `left` of an earlier run: up to this number of targets that left the list are paused or removed, also if the list is empty. */
  confirmedLeft?: number;
}
