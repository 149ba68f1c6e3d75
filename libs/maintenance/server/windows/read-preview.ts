import {
  MAINTENANCE_LIMITS,
  type PreviewedOccurrence,
  type ScheduleWindowRequest,
  type WindowPreview,
} from '@icmp-mon/maintenance/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { TargetScopes } from '@icmp-mon/targets/contract';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { databaseNow } from '../occurrences/database-now';
import { type PlannedOccurrence, plannedOccurrences } from '../occurrences/planned-occurrences';
import { clocksChange, clockText, zoneName } from '../occurrences/zone-times';
import { fault, readDefinition, refuseFaults } from './read-definition';
import { requireFuture } from './require-window';

const MINUTE_MS = 60_000;
const YEAR_MS = 366 * 86_400_000;
/** The next occurrences are looked for in one year, then in ten. */
const REACHES_MS = [YEAR_MS, 10 * YEAR_MS];

/** Shows what a definition means: its next occurrences in three zones, and the targets in its scope. */
export class ReadPreview extends Query<WindowPreview> {
  constructor(
    readonly request: ScheduleWindowRequest,
    /** Zone of the viewer; UTC unless set. */
    readonly viewerZone: string | undefined,
  ) {
    super();
  }
}

@QueryHandler(ReadPreview)
export class ReadPreviewHandler implements IQueryHandler<ReadPreview> {
  constructor(
    private readonly database: ControlDatabase,
    private readonly scopes: TargetScopes,
  ) {}

  /** @throws DomainError `invalid` */
  async execute({ request, viewerZone = 'UTC' }: ReadPreview): Promise<WindowPreview> {
    const definition = readDefinition(request);
    const viewer = zoneName(viewerZone);
    if (viewer === null) refuseFaults([fault('viewerZone', 'is not a zone of the tz database')]);
    const nowMs = await databaseNow(this.database);
    requireFuture(definition, {}, nowMs);
    const { timeZone } = definition;
    const zones = { timeZone, viewerZone: viewer ?? 'UTC' };
    let planned: PlannedOccurrence[] = [];
    for (const reachMs of REACHES_MS) {
      if (planned.length >= MAINTENANCE_LIMITS.preview) break;
      const range = { fromMs: nowMs, toMs: nowMs + reachMs, limit: MAINTENANCE_LIMITS.preview };
      planned = plannedOccurrences(definition, {}, range);
    }
    const params: unknown[] = [];
    const [{ count }] = await this.database.query<{ count: number }>(
      `SELECT count(*)::integer AS count FROM (${this.scopes.selectKeys(definition.scope, params)}) AS scoped`,
      params,
    );
    return { items: planned.map((each) => previewed(each, zones)), targetCount: count, ...zones };
  }
}

function previewed(
  { date, startMs, endMs, startNote, endNote }: PlannedOccurrence,
  { timeZone, viewerZone }: { timeZone: string; viewerZone: string },
): PreviewedOccurrence {
  const inZone = (zone: string) => ({ start: clockText(startMs, zone), end: clockText(endMs, zone) });
  const isNoted = startNote !== null || endNote !== null;
  return {
    date,
    startsAt: new Date(startMs).toISOString(),
    endsAt: new Date(endMs).toISOString(),
    inWindowZone: inZone(timeZone),
    inViewerZone: inZone(viewerZone),
    startNote,
    endNote,
    crossesClockChange: isNoted || clocksChange(timeZone, startMs, endMs),
    minutes: Math.round((endMs - startMs) / MINUTE_MS),
  };
}
