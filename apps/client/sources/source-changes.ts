import type { ChangeSourceRequest, DefineSourceRequest, InventorySource } from '@icmp-mon/targets/contract';
import { pathOf } from '../api/api-client';
import { findListed } from '../find-listed';
import { readJsonObject } from '../input';
import { EXIT_UNDECIDED, isConfirmed } from '../options';
import { printDocument, reportChange } from '../output/print-document';
import { countText } from '../output/times';
import type { Actions, Session } from '../session';

export const SOURCES = 'inventory-sources';

export const SOURCE_CHANGES: Actions = {
  'sources create': createSource,
  'sources set': async (session) => {
    const change = await definitionOf<ChangeSourceRequest>(session);
    await changeSource(session, change, ({ name }) => `The inventory source ${name} is changed.`);
  },
  'sources enable': (session) =>
    changeSource(session, { isEnabled: true }, ({ name }) => `The inventory source ${name} runs at its interval.`),
  'sources disable': (session) =>
    changeSource(session, { isEnabled: false }, ({ name }) => `The inventory source ${name} is not enabled.`),
  'sources remove': removeSource,
};

/** @throws Refusal when no source has the name or id */
export const findSource = (session: Session): Promise<InventorySource> =>
  findListed<InventorySource>(session, {
    ...{ path: SOURCES, noun: 'inventory source', command: 'sources list' },
    isNamed: ({ id, name }, asked) => id === asked || name === asked,
  });

async function createSource(session: Session): Promise<void> {
  const request = await definitionOf<DefineSourceRequest>(session);
  const source = await session.api.sendPost<InventorySource>(SOURCES, request, { isRemembered: true });
  await printChanged(
    session,
    source,
    `The inventory source ${source.name} is defined. See what it would do: icmpmon sources run ${JSON.stringify(source.name)} --dry-run`,
  );
}

async function changeSource(
  session: Session,
  change: ChangeSourceRequest,
  result: (changed: InventorySource) => string,
): Promise<void> {
  const { id, version } = await findSource(session);
  const options = { ifMatch: `"${version}"`, isRemembered: true };
  const changed = await session.api.sendPatch<InventorySource>(pathOf(SOURCES, id), change, options);
  await printChanged(session, changed, result(changed));
}

async function removeSource(session: Session): Promise<number> {
  const source = await findSource(session);
  const { id, name, targets, version } = source;
  if (!isConfirmed(session, `This removes the inventory source ${name}. Its ${countText(targets)} targets stay.`))
    return EXIT_UNDECIDED;
  await session.api.sendDelete(pathOf(SOURCES, id), { ifMatch: `"${version}"` });
  await reportChange(session, `The inventory source ${name} is removed.`, async () => source);
  return 0;
}

/** Reads the file; the server checks its members. @throws Refusal if it is not an object of JSON */
const definitionOf = async <T extends object>({ asked }: Session): Promise<T> =>
  (await readJsonObject(asked.text('file') ?? '', 'file of the source')) as T;

function printChanged(session: Session, source: InventorySource, result: string): Promise<void> {
  return printDocument(session, source, async () => session.output.note(result));
}
