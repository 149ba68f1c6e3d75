import type { AmendOccurrenceRequest, ScheduleWindowRequest } from '@icmp-mon/maintenance/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { EventStore } from '@icmp-mon/platform/event-store';
import { newId } from '@icmp-mon/platform/ids';
import { type TestDatabase, testDatabase } from '@icmp-mon/platform/testing';
import { TargetScopes } from '@icmp-mon/targets/contract';
import { ImportNotices, ImportNoticesHandler } from './notices/import-notices';
import { ReadImportPreview, ReadImportPreviewHandler } from './notices/read-import-preview';
import { OccurrenceWatch } from './occurrences/occurrence-watch';
import { AmendOccurrence, AmendOccurrenceHandler } from './windows/amend-occurrence';
import { AmendWindow, AmendWindowHandler } from './windows/amend-window';
import { CancelWindow, CancelWindowHandler } from './windows/cancel-window';
import { ChangeDate, ChangeDateHandler } from './windows/change-date';
import { EndOccurrence, EndOccurrenceHandler } from './windows/end-occurrence';
import { ExtendOccurrence, ExtendOccurrenceHandler } from './windows/extend-occurrence';
import { readDateChange } from './windows/read-date-change';
import { ScheduleWindow, ScheduleWindowHandler } from './windows/schedule-window';
import { ReadWindow, ReadWindowHandler } from './windows/read-window';
import { SilenceScope, SilenceScopeHandler } from './windows/silence-scope';

/** Scopes of the forms `site=fra` and `circuit IN (a, b)`, on the column of the target list. */
class TagScopes extends TargetScopes {
  override selectKeys(scope: string, params: unknown[]): string {
    const [, key, values] = /^(\w+)(?:=| IN \()([^)]*)\)?$/.exec(scope) ?? [];
    params.push(key, values.split(', '));
    return `SELECT key FROM target_list WHERE tags ->> $${params.length - 1} = ANY ($${params.length}::text[])`;
  }
  override selectInventoryMark(): string {
    return `SELECT concat(count(*), ' ', sum(key * version)) AS mark FROM target_list`;
  }
}

/** A window of today in UTC, from midnight to midnight. */
export const TODAY: ScheduleWindowRequest = {
  ...{ title: 'Line cards', scope: 'site=fra', timeZone: 'UTC', date: new Date().toISOString().slice(0, 10) },
  ...{ startTime: '00:00', endTime: '00:00', endDayOffset: 1 },
};

/** Windows on a database of their own, with the worker's watch. */
export class MaintenanceFixture {
  readonly scopes = new TagScopes();
  readonly watch: OccurrenceWatch;
  private readonly store: EventStore;

  private constructor(
    private readonly testing: TestDatabase,
    readonly control: ControlDatabase,
  ) {
    this.store = new EventStore(control);
    this.watch = this.newWatch();
  }

  static async open(): Promise<MaintenanceFixture> {
    const testing = await testDatabase('control');
    return new MaintenanceFixture(testing, new ControlDatabase({ url: testing.url }));
  }

  async close(): Promise<void> {
    await this.control.close();
    await this.testing.dropDatabase();
  }

  newWatch = (): OccurrenceWatch => new OccurrenceWatch(this.control, this.scopes);

  schedule = (request: ScheduleWindowRequest) =>
    new ScheduleWindowHandler(this.store, this.control).execute(new ScheduleWindow(request, metadata()));
  amend = (id: string, request: ScheduleWindowRequest, version?: number) =>
    new AmendWindowHandler(this.store, this.control).execute(new AmendWindow(id, request, metadata(), version));
  changeDate = (id: string, date: string, change: Parameters<typeof readDateChange>[1] | null) => {
    const changeOf = change === null ? () => null : readDateChange(date, change);
    return new ChangeDateHandler(this.store, this.control).execute(
      new ChangeDate(id, date, changeOf, metadata(), undefined),
    );
  };
  cancel = (id: string) =>
    new CancelWindowHandler(this.store, this.control).execute(new CancelWindow(id, metadata(), undefined));
  silence = (minutes: number) =>
    new SilenceScopeHandler(this.store, this.control).execute(
      new SilenceScope({ scope: 'site=fra', minutes, reason: 'noise' }, metadata()),
    );
  end = (id: string) =>
    new EndOccurrenceHandler(this.store, this.control).execute(new EndOccurrence(id, undefined, metadata()));
  extend = (id: string, minutes: number) =>
    new ExtendOccurrenceHandler(this.store, this.control).execute(
      new ExtendOccurrence(id, minutes, undefined, metadata()),
    );

  /** Runs the worker as at a later look, at which it compares scopes again. */
  look = (): Promise<boolean> => this.newWatch().runTurn();

  amendRecord = (id: string, request: AmendOccurrenceRequest, date = TODAY.date) =>
    new AmendOccurrenceHandler(this.store, this.control).execute(new AmendOccurrence(id, date, request, metadata()));
  importNotices = async (calendar: string) => {
    const handler = new ImportNoticesHandler(this.store, this.control, this.scopes);
    return (await handler.execute(new ImportNotices({ calendar }, metadata()))).items;
  };
  previewImport = async (calendar: string) => {
    const handler = new ReadImportPreviewHandler(this.control, this.scopes);
    return (await handler.execute(new ReadImportPreview({ calendar }))).items;
  };
  window = (id: string) => new ReadWindowHandler(this.control).execute(new ReadWindow(id));

  /** Adds targets with these keys to a site, or with another tag; a key that exists moves there. */
  async place(keys: number[], value: string, tag = 'site'): Promise<void> {
    await this.control.execute(
      `INSERT INTO target_list (key, id, ip, vrf, tags, tier, version, registered_at)
       SELECT n, gen_random_uuid(), '10.0.0.0'::inet + n, 'default', jsonb_build_object($3::text, $2::text), 'fast', 1, now()
       FROM unnest($1::integer[]) AS n
       ON CONFLICT (key) DO UPDATE SET tags = excluded.tags, version = target_list.version + 1`,
      [keys, value, tag],
    );
  }

  /** Returns the types of the events of a window's occurrences, in order. */
  async occurrenceEvents(windowId: string): Promise<string[]> {
    const rows = await this.control.query<{ type: string }>(
      `SELECT type FROM event WHERE stream LIKE 'occurrence-' || $1 || '@%' ORDER BY position`,
      [windowId],
    );
    return rows.map(({ type }) => type);
  }

  async members(windowId: string): Promise<{ key: number; from: string; to: string | null }[]> {
    const rows = await this.control.query<{ target_key: number; from_at: Date; to_at: Date | null }>(
      'SELECT target_key, from_at, to_at FROM maintenance_member WHERE window_id = $1 ORDER BY target_key, from_at',
      [windowId],
    );
    return rows.map(({ target_key, from_at, to_at }) => ({
      ...{ key: target_key, from: from_at.toISOString(), to: to_at?.toISOString() ?? null },
    }));
  }
}

const metadata = () => ({ actor: 'user:test', causationId: null, correlationId: newId() });
