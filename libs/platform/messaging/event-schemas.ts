import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import checkStatusChanged from '../../../docs/schemas/check-status.changed.v1.json';
import certificateRenewed from '../../../docs/schemas/agent.certificate-renewed.v1.json';
import agentEnrolled from '../../../docs/schemas/agent.enrolled.v1.json';
import agentBanned from '../../../docs/schemas/agent.banned.v1.json';
import agentDescribed from '../../../docs/schemas/agent.described.v1.json';
import agentDrainCancelled from '../../../docs/schemas/agent.drain-cancelled.v1.json';
import agentDrainStarted from '../../../docs/schemas/agent.drain-started.v1.json';
import agentEvicted from '../../../docs/schemas/agent.evicted.v1.json';
import agentRetired from '../../../docs/schemas/agent.retired.v1.json';
import agentLost from '../../../docs/schemas/agent.lost.v1.json';
import agentReturned from '../../../docs/schemas/agent.returned.v1.json';
import agentUnbanned from '../../../docs/schemas/agent.unbanned.v1.json';
import agentVersionChanged from '../../../docs/schemas/agent.version-changed.v1.json';
import commandCancelled from '../../../docs/schemas/command.cancelled.v1.json';
import commandCompleted from '../../../docs/schemas/command.completed.v1.json';
import commandDispatched from '../../../docs/schemas/command.dispatched.v1.json';
import commandExpired from '../../../docs/schemas/command.expired.v1.json';
import commandFailed from '../../../docs/schemas/command.failed.v1.json';
import commandRequested from '../../../docs/schemas/command.requested.v1.json';
import pathChanged from '../../../docs/schemas/path.changed.v1.json';
import maintenanceAmended from '../../../docs/schemas/maintenance.amended.v1.json';
import maintenanceCancelled from '../../../docs/schemas/maintenance.cancelled.v1.json';
import maintenanceDateChanged from '../../../docs/schemas/maintenance.date-changed.v1.json';
import maintenanceNoticeImported from '../../../docs/schemas/maintenance.notice-imported.v1.json';
import maintenanceScheduled from '../../../docs/schemas/maintenance.scheduled.v1.json';
import maintenanceSilenced from '../../../docs/schemas/maintenance.silenced.v1.json';
import maintenanceZoneChanged from '../../../docs/schemas/maintenance.zone-changed.v1.json';
import occurrenceAmended from '../../../docs/schemas/occurrence.amended.v1.json';
import occurrenceClosed from '../../../docs/schemas/occurrence.closed.v1.json';
import occurrenceExtended from '../../../docs/schemas/occurrence.extended.v1.json';
import occurrenceOpened from '../../../docs/schemas/occurrence.opened.v1.json';
import targetChanged from '../../../docs/schemas/target.changed.v1.json';
import targetRegistered from '../../../docs/schemas/target.registered.v1.json';
import targetErased from '../../../docs/schemas/target.erased.v1.json';
import targetRemoved from '../../../docs/schemas/target.removed.v1.json';
import statusChanged from '../../../docs/schemas/target-status.changed.v1.json';
import tierDefined from '../../../docs/schemas/tier.defined.v1.json';
import tierRemovalStarted from '../../../docs/schemas/tier.removal-started.v1.json';
import tierRemoved from '../../../docs/schemas/tier.removed.v1.json';

/** JSON Schemas 2020-12 of the public events, by CloudEvents type. */
export const EVENT_SCHEMAS: ReadonlyMap<string, { examples: unknown[] }> = new Map(
  [
    ...[targetRegistered, targetChanged, targetRemoved, targetErased, statusChanged, checkStatusChanged],
    pathChanged,
    ...[tierDefined, tierRemovalStarted, tierRemoved],
    ...[agentEnrolled, certificateRenewed, agentDescribed],
    ...[agentDrainStarted, agentDrainCancelled, agentRetired, agentEvicted, agentBanned, agentUnbanned],
    ...[agentLost, agentReturned, agentVersionChanged],
    ...[commandRequested, commandDispatched, commandCompleted, commandFailed, commandExpired, commandCancelled],
    ...[maintenanceScheduled, maintenanceAmended, maintenanceDateChanged, maintenanceZoneChanged],
    ...[maintenanceNoticeImported, maintenanceCancelled, maintenanceSilenced],
    ...[occurrenceOpened, occurrenceExtended, occurrenceClosed, occurrenceAmended],
  ].map((schema) => [schema.$id.replace('urn:icmp-mon:schema:', ''), schema]),
);

const ajv = new Ajv2020({ strict: true, allErrors: false, allowUnionTypes: true });
addFormats.default(ajv);
const validators = new Map<string, ValidateFunction>();

/**
 * Returns the fault of the data of an event of this CloudEvents type, or null if it is valid. Null also for a type without a schema: a
 * newer producer may have added it.
 */
export function eventFault(type: string, data: unknown): string | null {
  const schema = EVENT_SCHEMAS.get(type);
  if (!schema) return null;
  let validate = validators.get(type);
  if (!validate) {
    validate = ajv.compile(schema);
    validators.set(type, validate);
  }
  return validate(data) ? null : ajv.errorsText(validate.errors, { dataVar: type });
}

/** Throws when the type has no schema in docs/schemas, or the data does not match it. For tests of publishers. */
export function validateEvent(type: string, data: unknown): void {
  if (!EVENT_SCHEMAS.has(type)) {
    throw new Error(
      `${type} has no schema: add docs/schemas/${type.replace('icmpmon.', '')}.json, list it in event-schemas.ts and docs/asyncapi.yaml`,
    );
  }
  const fault = eventFault(type, data);
  if (fault !== null) throw new Error(fault);
}
