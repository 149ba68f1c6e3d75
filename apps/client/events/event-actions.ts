import { type AuditEntry, type AuditPage, CAUSED_COUNT_MAX, EVENTS_PAGE_MAX } from '@icmp-mon/audit/contract';
import { BackOff, pause } from '@icmp-mon/platform/concurrency';
import { UsageError } from '@icmp-mon/platform/command-line';
import type { Query } from '../api/api-client';
import { ConnectionFault } from '../api/connection-fault';
import { ApiRefusal } from '../api/problem';
import { firstLineOf } from '../api/refusal';
import { EXIT_INTERRUPTED } from '../options';
import type { Column } from '../output/output';
import { printPages } from '../output/print-pages';
import { countText, timeText } from '../output/times';
import type { Actions, Session } from '../session';

const EVENTS = 'events';
const LOOK_MS = 2_000;
const BACK_OFF = { firstMs: 1_000, maxMs: 30_000 };
/** Refusals after which the server is asked again. */
const TRY_AGAIN = [429, 500, 503];

const COLUMNS: readonly Column<AuditEntry>[] = [
  { title: 'TIME', of: ({ at }) => timeText(at) },
  { title: 'BY', of: ({ actor }) => actor.name ?? actor.id },
  { title: 'EVENT', of: ({ event }) => event },
  { title: 'ENTITY', of: ({ entity }) => `${entity.kind} ${entity.name ?? entity.id}` },
  { title: 'CHANGES', of: changesText },
];

export const EVENT_ACTIONS: Actions = { events: listEvents };

function changesText({ changes, causedCount }: AuditEntry): string {
  const texts = changes.map(({ field, before, after }) => `${field} ${before ?? '-'} → ${after ?? '-'}`);
  const more = causedCount === CAUSED_COUNT_MAX ? ' or more' : '';
  return [...texts, ...(causedCount > 0 ? [`${countText(causedCount)}${more} changes by its job`] : [])].join(', ');
}

function queryOf({ asked }: Session): Query {
  const names = ['actor', 'kind', 'entity', 'event', 'from', 'to', 'correlation'];
  return {
    ...Object.fromEntries(names.map((name) => [name, asked.text(name)])),
    // Always sent: without it the server leaves them out of some lists.
    folded: asked.flag('folded'),
    limit: asked.flag('all') ? EVENTS_PAGE_MAX : undefined,
  };
}

async function listEvents(session: Session): Promise<number | void> {
  const { asked } = session;
  if (!asked.flag('follow')) {
    return printPages<AuditEntry, AuditPage>(session, EVENTS, queryOf(session), {
      columns: COLUMNS,
      empty: 'No event matches.',
    });
  }
  const other = ['all', 'cursor', 'to'].find((name) => asked.has(name));
  if (other !== undefined) throw new UsageError(`--follow and --${other} cannot be combined.`);
  return followEvents(session);
}

/** Prints the newest events, then reads what follows them again and again, until Ctrl-C. */
async function followEvents(session: Session): Promise<number> {
  const { api, asked, signal } = session;
  const query = queryOf(session);
  const first = await api.readDocument<AuditPage>(EVENTS, { ...query, limit: asked.number('limit') });
  let widths = await printEvents(session, [...first.items].reverse());
  // The newest events of the first page may lie after its cursor.
  const printed = new Set(first.items.map(({ id }) => id));
  let after = first.newest;
  const backOff = new BackOff(BACK_OFF);
  while (!signal.aborted) {
    const page = await readFollowing(session, { ...query, limit: EVENTS_PAGE_MAX, after });
    if (page === null) {
      await backOff.waitAfterFailure(signal);
      continue;
    }
    backOff.succeeded();
    widths = await printEvents(
      session,
      page.items.filter(({ id }) => !printed.has(id)),
      widths,
    );
    const moved = page.newest !== after;
    after = page.newest;
    if (!moved || page.items.length < EVENTS_PAGE_MAX) await pause(LOOK_MS, signal);
  }
  return EXIT_INTERRUPTED;
}

async function printEvents(
  { asked, output }: Session,
  entries: readonly AuditEntry[],
  widths?: number[],
): Promise<number[] | undefined> {
  if (asked.flag('json')) for (const entry of entries) await output.printJsonLine(entry);
  else if (entries.length > 0) return output.printTable(COLUMNS, entries, widths);
  return widths;
}

/** Returns null while the server cannot answer: the same cursor then continues without a gap. */
async function readFollowing({ api, output, signal }: Session, query: Query): Promise<AuditPage | null> {
  try {
    return await api.readDocument<AuditPage>(EVENTS, query);
  } catch (error) {
    const isPassing =
      error instanceof ConnectionFault || (error instanceof ApiRefusal && TRY_AGAIN.includes(error.status));
    if (signal.aborted) return null;
    if (!isPassing) throw error;
    output.note(`${firstLineOf(error)} Still following …`);
    return null;
  }
}
