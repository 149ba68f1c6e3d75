import type { SourceDefinition } from './inventory-source';

/** Stream of an inventory source: `inventorysource-<id>`. It is the audit record, without credentials, and is not relayed. */
export const INVENTORY_SOURCE_STREAM = 'inventorysource';
/** Stream of a run that a person requested: `inventoryrun-<id>`, not relayed. Its import and removal are bulk jobs with events of their own. */
export const INVENTORY_RUN_STREAM = 'inventoryrun';

export interface InventorySourceDefined {
  type: 'InventorySourceDefined';
  data: SourceDefinition & { sourceId: string; hasCredential: boolean };
}

/** The whole definition after the change. */
export interface InventorySourceChanged {
  type: 'InventorySourceChanged';
  data: SourceDefinition & { sourceId: string; hasCredential: boolean; isCredentialNew: boolean };
}

/** Its targets stay, and no longer belong to a source. */
interface InventorySourceRemoved {
  type: 'InventorySourceRemoved';
  data: { sourceId: string; name: string };
}

export interface InventorySourceRunRequested {
  type: 'InventorySourceRunRequested';
  data: { sourceId: string; runId: string; dryRun: boolean; confirmedLeft: number | null };
}

export type InventorySourceEvent = InventorySourceDefined | InventorySourceChanged | InventorySourceRemoved;
