import type {
  ChangeSourceRequest,
  DefineSourceRequest,
  InventorySource,
  InventorySourceList,
} from '@icmp-mon/targets/contract';
import { pathOf } from '../api/api-client';
import { Refusal } from '../api/refusal';
import { readJsonFile } from '../input';
import { EXIT_UNDECIDED, isConfirmed } from '../options';
import { printDocument } from '../output/print-document';
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

/** @throws Refusal if no source has the name or id */
export async function sourceNamed({ api, asked: { args } }: Session): Promise<InventorySource> {
  const { items } = await api.readDocument<InventorySourceList>(SOURCES);
  const found = items.find(({ id, name }) => id === args[0] || name === args[0]);
  if (found !== undefined) return found;
  throw new Refusal(`There is no inventory source "${args[0]}". icmpmon sources list shows all.`);
}

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
  const { id, version } = await sourceNamed(session);
  const options = { ifMatch: `"${version}"`, isRemembered: true };
  const changed = await session.api.sendPatch<InventorySource>(pathOf(SOURCES, id), change, options);
  await printChanged(session, changed, result(changed));
}

async function removeSource(session: Session): Promise<number> {
  const { id, name, targets, version } = await sourceNamed(session);
  if (!isConfirmed(session, `This removes the inventory source ${name}. Its ${countText(targets)} targets stay.`))
    return EXIT_UNDECIDED;
  await session.api.sendDelete(pathOf(SOURCES, id), { ifMatch: `"${version}"` });
  session.output.note(`The inventory source ${name} is removed.`);
  return 0;
}

/** Reads the file; the server checks its members. @throws Refusal if it is not an object of JSON */
async function definitionOf<T extends object>({ asked }: Session): Promise<T> {
  const found = await readJsonFile(asked.text('file') ?? '', 'file of the source');
  if (typeof found === 'object' && found !== null && !Array.isArray(found)) return found as T;
  throw new Refusal('The file of the source contains no JSON object.');
}

function printChanged(session: Session, source: InventorySource, result: string): Promise<void> {
  return printDocument(session, source, async () => session.output.note(result));
}
