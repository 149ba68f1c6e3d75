import type {
  AmendOccurrenceRequest,
  OccurrencePage,
  OccurrenceView,
  ScheduleWindowRequest,
  SilenceRequest,
  WindowPage,
  WindowPreview,
  WindowView,
} from '@icmp-mon/maintenance/contract';
import { pathOf } from '../api/api-client';
import { Refusal } from '../api/refusal';
import { EXIT_UNDECIDED, endUnconfirmed, isConfirmed } from '../options';
import { printDocument } from '../output/print-document';
import { printPages } from '../output/print-pages';
import { countText, timeText } from '../output/times';
import type { Actions, Session } from '../session';
import { importNotices } from './import-notices';

const PATH = 'maintenance';
const WINDOW_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export const MAINTENANCE_ACTIONS: Actions = {
  'maintenance list': listWindows,
  'maintenance show': async (session) => printWindow(session, await findWindow(session)),
  'maintenance occurrences': listOccurrences,
  'maintenance schedule': scheduleWindow,
  'maintenance silence': silenceScope,
  'maintenance end': (session) => actOnOpen(session, 'end'),
  'maintenance extend': (session) => actOnOpen(session, 'extend', { minutes: session.asked.number('minutes') ?? 30 }),
  'maintenance cancel': cancelWindow,
  'maintenance amend-record': amendRecord,
  'maintenance import': importNotices,
};

function listWindows(session: Session): Promise<void> {
  return printPages<WindowView, WindowPage>(
    session,
    PATH,
    { state: session.asked.text('state') },
    {
      columns: [
        { title: 'ID', of: ({ id }) => id },
        { title: 'NAME', of: ({ definition }) => definition.name ?? '' },
        { title: 'TITLE', of: ({ definition }) => definition.title },
        { title: 'SCOPE', of: ({ definition }) => definition.scope },
        { title: 'STATE', of: ({ state }) => state },
        { title: 'FROM', of: ({ next }) => timeText(next?.startsAt ?? null) ?? '' },
        { title: 'UNTIL', of: ({ next }) => timeText(next?.endsAt ?? null) ?? '' },
      ],
      empty: 'No windows.',
    },
  );
}

function listOccurrences(session: Session): Promise<void> {
  const { asked } = session;
  const query = { from: asked.text('from'), to: asked.text('to'), state: asked.text('state') };
  return printPages<OccurrenceView, OccurrencePage>(session, `${PATH}/occurrences`, query, {
    columns: [
      { title: 'FROM', of: ({ startsAt }) => timeText(startsAt) ?? '' },
      { title: 'UNTIL', of: ({ endsAt, closedAt }) => timeText(closedAt ?? endsAt) ?? '' },
      { title: 'STATE', of: ({ state }) => state },
      { title: 'TITLE', of: ({ title }) => title },
      { title: 'SCOPE', of: ({ scope }) => scope },
      { title: 'TARGETS', of: ({ targetCount }) => (targetCount === null ? '' : countText(targetCount)) },
    ],
    empty: 'No occurrences.',
  });
}

/** Returns the window that the first argument means: its id, or the name of one that is not cancelled. */
async function findWindow({ api, asked: { args } }: Session): Promise<WindowView> {
  const [ref = ''] = args;
  if (WINDOW_ID.test(ref)) return api.readDocument<WindowView>(pathOf(PATH, ref));
  const { items } = await api.readDocument<WindowPage>(PATH, { name: ref, state: 'all' });
  const found = items.find(({ state }) => state !== 'cancelled');
  if (found !== undefined) return found;
  throw new Refusal(`No window has the name ${JSON.stringify(ref)}. icmpmon maintenance list lists names and ids.`);
}

function printWindow(session: Session, window: WindowView): Promise<void> {
  const { definition, changes, next } = window;
  return printDocument(session, window, () =>
    session.output.printFields({
      ...{ id: window.id, kind: window.kind, state: window.state, ...definition },
      ...Object.fromEntries(Object.entries(changes).map(([date, change]) => [`on ${date}`, JSON.stringify(change)])),
      'next from': timeText(next?.startsAt ?? null),
      'next until': timeText(next?.endsAt ?? null),
      version: window.version,
    }),
  );
}

async function scheduleWindow(session: Session): Promise<number> {
  const { api, asked, output } = session;
  const text = (name: string): string => asked.text(name) ?? '';
  const body: ScheduleWindowRequest = {
    ...{ title: text('title'), scope: text('scope'), timeZone: text('zone'), date: text('date') },
    ...{ startTime: text('start'), endTime: text('end'), endDayOffset: asked.number('days') ?? 0 },
    ...{ rrule: asked.text('rrule') ?? null, slaClass: asked.text('sla') === 'counted' ? 'counted' : 'excluded' },
    ...{ name: asked.text('name') ?? null, reason: asked.text('reason') ?? null, ticket: asked.text('ticket') ?? null },
  };
  if (asked.flag('yes')) {
    await printWindow(session, await api.sendPost<WindowView>(PATH, body, { isRemembered: true }));
    return 0;
  }
  const preview = await api.sendPost<WindowPreview>(`${PATH}/preview`, body);
  await printDocument(session, preview, async () => {
    await output.printTable(
      [
        { title: 'FROM', of: ({ inWindowZone }) => inWindowZone.start },
        { title: 'UNTIL', of: ({ inWindowZone }) => inWindowZone.end },
        { title: 'UTC', of: ({ startsAt }) => startsAt },
        { title: 'CLOCKS', of: ({ crossesClockChange }) => (crossesClockChange ? 'change' : '') },
      ],
      preview.items,
    );
  });
  output.note(`${countText(preview.targetCount)} targets in the scope now.`);
  return endUnconfirmed(session);
}

async function silenceScope(session: Session): Promise<void> {
  const { api, asked } = session;
  const body: SilenceRequest = {
    ...{ scope: asked.text('scope') ?? '', reason: asked.text('reason') ?? '' },
    minutes: asked.number('minutes') ?? 120,
  };
  await printWindow(session, await api.sendPost<WindowView>(`${PATH}/silences`, body, { isRemembered: true }));
}

async function actOnOpen(session: Session, verb: 'end' | 'extend', body?: object): Promise<void> {
  const { id } = await findWindow(session);
  const query = { date: session.asked.text('date') };
  const path = pathOf(PATH, id, verb);
  await printWindow(session, await session.api.sendPost<WindowView>(path, body, { query, isRemembered: true }));
}

async function amendRecord(session: Session): Promise<void> {
  const { api, asked, output } = session;
  const { id } = await findWindow(session);
  const slaClass = asked.text('sla');
  const body: AmendOccurrenceRequest = {
    ...{ startsAt: asked.text('start'), endsAt: asked.text('end'), reason: asked.text('reason') ?? '' },
    ...(slaClass !== undefined && { slaClass: slaClass === 'counted' ? 'counted' : 'excluded' }),
  };
  const path = pathOf(PATH, id, 'occurrences', asked.text('date') ?? '', 'amend');
  const amended = await api.sendPost<OccurrenceView>(path, body, { isRemembered: true });
  await printDocument(session, amended, () =>
    output.printFields({
      ...{ id: amended.id, from: timeText(amended.startsAt), until: timeText(amended.closedAt) },
      ...{ slaClass: amended.slaClass, targets: amended.targetCount },
    }),
  );
}

async function cancelWindow(session: Session): Promise<number> {
  const { id, definition, state } = await findWindow(session);
  const effect = state === 'open' ? 'What is open ends now.' : `It is ${state}.`;
  if (!isConfirmed(session, `"${definition.title}" would be cancelled. ${effect}`)) return EXIT_UNDECIDED;
  await printWindow(session, await session.api.sendDelete<WindowView>(pathOf(PATH, id)));
  return 0;
}
