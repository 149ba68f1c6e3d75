import { pause } from '@icmp-mon/platform/concurrency';
import type { InventorySourceList, SourceRunList, SourceRunView } from '@icmp-mon/targets/contract';
import { pathOf } from '../api/api-client';
import { Refusal } from '../api/refusal';
import { EXIT_UNDECIDED } from '../options';
import { printDocument, printList } from '../output/print-document';
import { countText, timeText } from '../output/times';
import type { Actions, Session } from '../session';
import { SOURCE_CHANGES, sourceNamed, SOURCES } from './source-changes';

const AGAIN_MS = 1_000;

export const SOURCE_ACTIONS: Actions = {
  'sources list': listSources,
  'sources show': showSource,
  'sources run': runSource,
  ...SOURCE_CHANGES,
};

async function listSources(session: Session): Promise<void> {
  await printList(
    session,
    await session.api.readDocument<InventorySourceList>(SOURCES),
    [
      { title: 'NAME', of: ({ name }) => name },
      { title: 'KIND', of: ({ kind }) => kind },
      { title: 'TARGETS', of: ({ targets }) => countText(targets) },
      { title: 'LAST RUN', of: ({ lastRun }) => timeText(lastRun?.requestedAt ?? null) ?? 'never' },
      { title: 'RESULT', of: ({ lastRun }) => (lastRun === null ? '' : resultText(lastRun)) },
      { title: 'NEXT RUN', of: ({ nextRunAt }) => timeText(nextRunAt) ?? 'not enabled' },
    ],
    'There are no inventory sources.',
  );
}

function resultText({ state, error, needsConfirmation, left, created, changed, refused }: SourceRunView): string {
  if (error !== null) return error;
  if (needsConfirmation) return `${countText(left)} targets left: confirm`;
  return state === 'completed' ? `${created} created, ${changed} changed, ${refused} refused` : state;
}

async function showSource(session: Session): Promise<void> {
  const source = await sourceNamed(session);
  const { lastRun, ...definition } = source;
  await printDocument(session, source, () =>
    session.output.printFields({
      ...Object.fromEntries(
        Object.entries(definition).map(([name, value]) => [
          name,
          typeof value === 'object' ? JSON.stringify(value) : String(value),
        ]),
      ),
      'last run': lastRun === null ? 'never' : resultText(lastRun),
    }),
  );
}

async function runSource(session: Session): Promise<number> {
  const { api, asked, output, signal } = session;
  const { id } = await sourceNamed(session);
  const confirmedLeft = asked.number('confirmed-left');
  const query = new URLSearchParams({
    dryRun: String(asked.flag('dry-run')),
    ...(confirmedLeft !== undefined && { confirmedLeft: String(confirmedLeft) }),
  });
  let run = await api.sendPost<SourceRunView>(`${pathOf(SOURCES, id)}/run?${query}`);
  while (run.finishedAt === null && !signal.aborted) {
    await pause(AGAIN_MS, signal);
    const { items } = await api.readDocument<SourceRunList>(pathOf(SOURCES, id, 'runs'));
    run = items.find((each) => each.id === run.id) ?? run;
  }
  await printDocument(session, run, async () => {
    const { listed, created, changed, unchanged, refused, left, jobId } = run;
    await output.printFields({
      ...{ state: run.state, listed, created, changed, unchanged, refused, left },
      ...(jobId !== null && { job: jobId }),
    });
    for (const { entry, address, reason } of run.refusedSample) output.note(`entry ${entry}: ${address} ${reason}`);
  });
  if (run.error !== null) throw new Refusal(`${run.error} ${run.advice ?? ''}`);
  if (!run.needsConfirmation) return 0;
  output.note(
    `${countText(run.left)} targets left the list: nothing was done to them. To confirm: --confirmed-left ${run.left}`,
  );
  return EXIT_UNDECIDED;
}
