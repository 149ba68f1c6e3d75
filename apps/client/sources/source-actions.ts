import type { InventorySourceList, SourceRunList, SourceRunView } from '@icmp-mon/targets/contract';
import { pathOf } from '../api/api-client';
import { Refusal } from '../api/refusal';
import { untilEnded } from '../jobs/until-ended';
import { EXIT_UNDECIDED } from '../options';
import { printDocument, printList } from '../output/print-document';
import { countText, timeText } from '../output/times';
import type { Actions, Session } from '../session';
import { SOURCE_CHANGES, findSource, SOURCES } from './source-changes';

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
  return state === 'completed'
    ? `${countText(created)} created, ${countText(changed)} changed, ${countText(refused)} refused`
    : state;
}

async function showSource(session: Session): Promise<void> {
  const source = await findSource(session);
  const { lastRun, ...definition } = source;
  await printDocument(session, source, () =>
    session.output.printFields({
      ...Object.fromEntries(
        Object.entries(definition).map(([name, value]) => [
          name,
          value === null ? null : typeof value === 'object' ? JSON.stringify(value) : String(value),
        ]),
      ),
      'last run': lastRun === null ? 'never' : resultText(lastRun),
    }),
  );
}

async function runSource(session: Session): Promise<number> {
  const { api, asked, output } = session;
  const { id, name } = await findSource(session);
  const query = { dryRun: asked.flag('dry-run'), confirmedLeft: asked.number('confirmed-left') };
  const requested = await api.sendPost<SourceRunView>(pathOf(SOURCES, id, 'run'), undefined, {
    query,
    isRemembered: true,
  });
  const run = await untilEnded(session, {
    async read() {
      const { items } = await api.readDocument<SourceRunList>(pathOf(SOURCES, id, 'runs'));
      return items.find((each) => each.id === requested.id) ?? requested;
    },
    progressOf: ({ state }) => `${state} …`,
    whereNext: `The run continues on the server. Its result: icmpmon sources show ${JSON.stringify(name)}`,
  });
  await printDocument(session, run, async () => {
    const { listed, created, changed, unchanged, refused, left, jobId } = run;
    await output.printFields({
      ...{ state: run.state, listed, created, changed, unchanged, refused, left },
      ...(jobId !== null && { job: jobId }),
    });
    for (const { entry, address, reason } of run.refusedSample) output.note(`entry ${entry}: ${address} ${reason}`);
  });
  if (run.error !== null) throw new Refusal(`${run.error} ${run.advice ?? ''}`.trim());
  if (!run.needsConfirmation) return 0;
  output.note(
    `${countText(run.left)} targets left the list: nothing was done to them. To confirm: --confirmed-left ${run.left}`,
  );
  return EXIT_UNDECIDED;
}
