import { type AuditFields, audited, flatFields } from '@icmp-mon/platform/plugins';
import type {
  InventorySourceDefined,
  InventorySourceEvent,
  InventorySourceRunRequested,
} from '@icmp-mon/targets/contract';
import { shownLocation } from './secret-parameters';
import { INVENTORY_RUN, INVENTORY_SOURCE } from './source';

/** How the audit describes inventory sources. */
export const SOURCE_AUDIT = audited<InventorySourceEvent>({
  aggregate: INVENTORY_SOURCE,
  kind: 'inventory-source',
  types: {
    InventorySourceDefined: { did: ({ name }) => `defined the inventory source ${name}`, fields: definedFields },
    InventorySourceChanged: {
      did: ({ name, isCredentialNew }) =>
        `changed the inventory source ${name}${isCredentialNew ? ', with another credential' : ''}`,
      fields: ({ isCredentialNew: _, ...data }) => definedFields(data),
    },
    InventorySourceRemoved: { did: ({ name }) => `removed the inventory source ${name}`, fields: () => ({}) },
  },
});

/** How the audit describes requested runs. Their imports and removals are bulk jobs. */
export const SOURCE_RUN_AUDIT = audited<InventorySourceRunRequested>({
  aggregate: INVENTORY_RUN,
  kind: 'inventory-source-run',
  types: {
    InventorySourceRunRequested: {
      did: ({ dryRun, confirmedLeft }) =>
        confirmedLeft === null
          ? `requested a ${dryRun ? 'dry run' : 'run'} of an inventory source`
          : `confirmed that ${confirmedLeft} targets left an inventory source`,
      fields: ({ sourceId, dryRun }) => ({ source: sourceId, dryRun: String(dryRun) }),
    },
  },
});

function definedFields(data: InventorySourceDefined['data']): AuditFields {
  const { name, kind, tier, vrf, query, statuses, nameFrom, tagsFrom, existing, left } = data;
  const location = shownLocation(data.location);
  return {
    ...{ name, kind, location, tier, vrf, query, statuses: statuses.join(' '), nameFrom, existing, left },
    ...flatFields('tagsFrom', tagsFrom),
    ...{ leftSharePercent: String(data.leftSharePercent), intervalS: String(data.intervalS) },
    ...{ isEnabled: String(data.isEnabled), hasCredential: String(data.hasCredential) },
  };
}
